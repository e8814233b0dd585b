package api

import (
	"context"
	"slices"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// timeline tells what happened to a contact, the newest first: how it came, what it agreed to, what was sent to it and
// what it did with that. The latest hundred messages are in it.
func (a *API) timeline(ctx context.Context, who access.Actor, in *ContactPath) (List[TimelineEntry], error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return List[TimelineEntry]{}, err
	}
	c, err := a.Contacts.Get(ctx, who, id)
	if err != nil {
		return List[TimelineEntry]{}, err
	}
	consents, err := a.Contacts.History(ctx, who, id)
	if err != nil {
		return List[TimelineEntry]{}, err
	}
	messages, err := a.messagesOf(ctx, who, c.ID)
	if err != nil {
		return List[TimelineEntry]{}, err
	}
	names, err := a.campaignNames(ctx, who, messages)
	if err != nil {
		return List[TimelineEntry]{}, err
	}
	var all []TimelineEntry
	for _, s := range c.Suppressed {
		all = append(all, TimelineEntry{At: s.At, Kind: "stopped", Channel: string(s.Channel), Reason: string(s.Reason), Detail: s.Detail})
	}
	for _, n := range consents {
		all = append(all, TimelineEntry{At: n.At, Kind: "consent_" + string(n.Action), Channel: string(n.Channel),
			Purpose: string(n.Purpose), Topic: n.Topic.String(), Source: string(n.Source), Detail: n.Wording})
	}
	for _, m := range messages {
		all = append(all, messageEntries(m, names)...)
	}
	all = append(all, TimelineEntry{At: c.CreatedAt, Kind: "created"}) // before whatever came with it at the same moment
	slices.SortStableFunc(all, func(x, y TimelineEntry) int { return y.At.Compare(x.At) })
	return List[TimelineEntry]{Items: all}, nil
}

// messagesOf are the messages to a person under all the numbers that it had before merges.
func (a *API) messagesOf(ctx context.Context, who access.Actor, c contact.ID) ([]delivery.Passage, error) {
	people, err := a.Contacts.People(ctx, who, c)
	if err != nil {
		return nil, err
	}
	var out []delivery.Passage
	for _, p := range people {
		list, err := a.Delivery.OfContact(ctx, who.Tenant, p)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func messageEntries(m delivery.Passage, names map[campaign.ID]string) []TimelineEntry {
	e := TimelineEntry{At: m.At, Kind: "message", Channel: string(channel.Email), Message: m.Kind, State: states[m.State], Reason: m.Reason, Detail: m.Detail}
	if m.Source != 0 {
		e.Campaign, e.Title = campaign.ID(m.Source).String(), names[campaign.ID(m.Source)]
	}
	out := []TimelineEntry{e}
	for _, act := range m.Acts {
		out = append(out, TimelineEntry{At: act.At, Kind: string(act.Kind), Channel: e.Channel, Campaign: e.Campaign, Title: e.Title, Message: m.Kind})
	}
	return out
}

// campaignNames finds the names of the campaigns that messages belong to; somebody who may not see campaigns gets none.
func (a *API) campaignNames(ctx context.Context, who access.Actor, messages []delivery.Passage) (map[campaign.ID]string, error) {
	names := map[campaign.ID]string{}
	if who.Can(access.ViewCampaigns) != nil {
		return names, nil
	}
	for _, m := range messages {
		id := campaign.ID(m.Source)
		if _, known := names[id]; known || m.Source == 0 {
			continue
		}
		c, err := a.Campaigns.Get(ctx, who, id)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		names[id] = c.Name
	}
	return names, nil
}
