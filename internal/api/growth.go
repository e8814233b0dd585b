package api

import (
	"context"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
)

// GrowthInput asks how a list grew and shrank.
type GrowthInput struct {
	ListPath
	Days int `query:"days" minimum:"1" maximum:"366" default:"30" doc:"How many days, today included."`
}

// ListGrowth is how a list grew and shrank, day by day.
type ListGrowth struct {
	List   string      `json:"list"`
	Days   []GrowthDay `json:"days" doc:"From the oldest to today, days without a change too; in the time zone of the account."`
	Joined int64       `json:"joined" doc:"In the whole period."`
	Gone   int64       `json:"gone"`
}

// GrowthDay is one day of a list.
type GrowthDay struct {
	Day    string        `json:"day" format:"date"`
	Joined int64         `json:"joined"`
	Gone   int64         `json:"gone"`
	Causes []GrowthCause `json:"causes" doc:"Those of the day, by name."`
}

// GrowthCause is why contacts came or were lost.
type GrowthCause struct {
	Cause  string `json:"cause" enum:"import,form,api,hand,returned,undo,unsubscribed,bounced,complaint,stopped,deleted,merged" doc:"Someone who unsubscribes, complains or bounces stays on the list, where nobody reaches it: it counts as gone."`
	Joined int64  `json:"joined"`
	Gone   int64  `json:"gone"`
}

func growthOf(g contact.Growth) GrowthDay {
	out := GrowthDay{Day: g.Day.Format(time.DateOnly), Causes: []GrowthCause{}}
	for _, c := range contact.Causes {
		if g.Joined[c] == 0 && g.Gone[c] == 0 {
			continue
		}
		out.Causes = append(out.Causes, GrowthCause{string(c), g.Joined[c], g.Gone[c]})
		out.Joined += g.Joined[c]
		out.Gone += g.Gone[c]
	}
	return out
}

func (a *API) listGrowth(ctx context.Context, who access.Actor, in *GrowthInput) (ListGrowth, error) {
	id, err := parse[contact.ListID](in.ID)
	if err != nil {
		return ListGrowth{}, err
	}
	zone, err := a.accountZone(ctx, who)
	if err != nil {
		return ListGrowth{}, err
	}
	days, err := a.Contacts.Growth(ctx, who, id, in.Days, a.Clock.Now(), zone)
	if err != nil {
		return ListGrowth{}, err
	}
	out := ListGrowth{List: in.ID, Days: many(days, growthOf)}
	for _, d := range out.Days {
		out.Joined += d.Joined
		out.Gone += d.Gone
	}
	return out, nil
}

// accountZone is the time zone of the account, in which its days begin.
func (a *API) accountZone(ctx context.Context, who access.Actor) (*time.Location, error) {
	acc, err := a.Access.GetAccount(ctx, who)
	if err != nil {
		return nil, err
	}
	return time.LoadLocation(acc.Zone)
}
