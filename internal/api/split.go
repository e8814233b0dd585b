package api

import (
	"context"
	"errors"
	"time"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/content"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// Split is an A/B test: variants go to a share of the audience, the best one to the rest.
type Split struct {
	By          string         `json:"by" enum:"subject,letter,from_name,time" doc:"What the variants differ in."`
	Variants    []SplitVariant `json:"variants" maxItems:"3" doc:"The others, B and so on; A is the campaign itself. None: no test."`
	Share       int            `json:"share" minimum:"2" maximum:"100" doc:"Percent of the audience that takes part; with 100 nobody is left for the winner."`
	Rule        string         `json:"rule" enum:"opens,clicks,hand" doc:"What makes the winner: people who opened, people who clicked, or a person chooses."`
	WaitMinutes int            `json:"wait_minutes" minimum:"30" maximum:"10080" doc:"From when everybody in the test was tried until the winner is chosen."`
}

// SplitVariant is one of the others; only what the test is about is set.
type SplitVariant struct {
	Subject      string  `json:"subject,omitempty" maxLength:"255"`
	Letter       *Letter `json:"letter,omitempty"`
	FromName     string  `json:"from_name,omitempty" maxLength:"100"`
	AfterMinutes int     `json:"after_minutes,omitempty" minimum:"0" maximum:"10080" doc:"After the start of the campaign."`
}

// Repetition tells what a campaign repeats.
type Repetition struct {
	Campaign string `json:"campaign" doc:"Goes to those who got this campaign and did not open it."`
	Wave     int    `json:"wave" enum:"1,2" doc:"Which time again."`
	Hidden   bool   `json:"hidden" doc:"Also to those for whom only a machine has opened it."`
}

// SplitReport is what came of an A/B test.
type SplitReport struct {
	Split      Split           `json:"split"`
	Variants   []VariantReport `json:"variants" doc:"A first."`
	Rest       CampaignCounts  `json:"rest" doc:"Who gets, or got, the winner."`
	TestedAt   *time.Time      `json:"tested_at,omitempty" doc:"When everybody in the test had been tried."`
	DecideAt   *time.Time      `json:"decide_at,omitempty" doc:"When the winner is chosen; absent: not known yet, or by hand."`
	DecidedAt  *time.Time      `json:"decided_at,omitempty"`
	Winner     string          `json:"winner,omitempty" enum:"a,b,c,d" doc:"Once it is decided."`
	Basis      string          `json:"basis,omitempty" enum:"rule,hand,too_few,equal" doc:"Why it won. too_few, equal: A went out as if there were no test."`
	Leader     string          `json:"leader" enum:"a,b,c,d" doc:"Who would win by the figures of this moment."`
	Standing   string          `json:"standing" enum:"rule,too_few,equal" doc:"What the figures of this moment are good for."`
	Difference float64         `json:"difference" doc:"Of the leader's share and the next, 0 to 1."`
	Chance     float64         `json:"chance" doc:"How often chance alone makes such a difference, 0 to 1."`
	Sure       bool            `json:"sure" doc:"Chance makes it in fewer than one case of twenty."`
	CanChoose  bool            `json:"can_choose" doc:"The rest still waits for a winner."`
}

// VariantReport is what came of one variant.
type VariantReport struct {
	Name         string         `json:"name" enum:"a,b,c,d"`
	Subject      string         `json:"subject"`
	FromName     string         `json:"from_name,omitempty" doc:"Absent: the sender's own."`
	AfterMinutes int            `json:"after_minutes"`
	Counts       CampaignCounts `json:"counts"`
}

// ChooseInput lets a variant win.
type ChooseInput struct {
	CampaignPath
	Body struct {
		Variant string `json:"variant" enum:"a,b,c,d"`
	}
}

// Again is whom a campaign would go to once more.
type Again struct {
	Problem  string    `json:"problem,omitempty" doc:"Code of why it cannot; the rest is empty then."`
	Unopened int64     `json:"unopened" doc:"A server has taken the letter, no person has opened it or clicked."`
	Hidden   int64     `json:"hidden" doc:"Of them: a machine has opened it, so a person may have read it unseen."`
	From     time.Time `json:"from" doc:"Not before."`
	Wave     int       `json:"wave" minimum:"0" maximum:"2" doc:"Which time again it would be."`
}

// RepeatInput makes the draft of a repetition.
type RepeatInput struct {
	CampaignPath
	Body struct {
		Subject string `json:"subject" minLength:"1" maxLength:"255" doc:"Another one than before."`
		Hidden  bool   `json:"hidden" doc:"Also to those for whom only a machine has opened it."`
	}
}

// ZonesInput asks when each zone would get a campaign.
type ZonesInput struct {
	CampaignPath
	At    string `query:"at" maxLength:"19" doc:"Wall time such as 2026-12-01T10:00; ten o'clock tomorrow when absent."`
	Zone  string `query:"zone" maxLength:"60" doc:"IANA zone of contacts whose zone is not known; the account's when empty."`
	Local string `query:"local" enum:"at_once,next_day" default:"next_day"`
}

// Zones tells when each zone of the audience would get a campaign.
type Zones struct {
	Starts  []ZoneStart `json:"starts" doc:"In the order of their moments."`
	Looked  int64       `json:"looked" doc:"Contacts that were looked at."`
	Partial bool        `json:"partial" doc:"The audience is larger."`
}

// ZoneStart is one moment.
type ZoneStart struct {
	Zone   string    `json:"zone" doc:"One zone of those that have the time then."`
	Offset int       `json:"offset" doc:"Minutes east of UTC at that time."`
	At     time.Time `json:"at"`
	N      int64     `json:"n" doc:"Contacts."`
	Known  int64     `json:"known" doc:"Of them those whose zone is known."`
	Passed bool      `json:"passed" doc:"Their time has passed."`
}

func (a *API) registerSplits(r routes) {
	private(r, post("/campaigns/{id}/winner").needs(sendCampaigns).as("chooseWinner", "campaigns", "Choose the winner of an A/B test").once(), a.chooseWinner)
	private(r, get("/campaigns/{id}/again").needs(viewCampaigns).as("getAgain", "campaigns", "Who did not open it"), a.getAgain)
	private(r, post("/campaigns/{id}/again").needs(editCampaigns).as("repeatCampaign", "campaigns", "A draft for those who did not open it").gives(201).once(), a.repeatCampaign)
	private(r, get("/campaigns/{id}/zones").needs(viewCampaigns).as("getZones", "campaigns", "When each time zone would get it"), a.getZones)
}

func (a *API) chooseWinner(ctx context.Context, who access.Actor, in *ChooseInput) (Campaign, error) {
	return a.turn(ctx, who, &in.CampaignPath, func(ctx context.Context, who access.Actor, c campaign.ID) (campaign.Campaign, error) {
		return a.Campaigns.Choose(ctx, who, c, in.Body.Variant)
	})
}

func (a *API) getAgain(ctx context.Context, who access.Actor, in *CampaignPath) (Again, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Again{}, err
	}
	x, err := a.Campaigns.Again(ctx, who, id)
	var no *errs.Error
	if errors.As(err, &no) && errs.KindOf(err) == errs.Conflict {
		return Again{Problem: no.Code}, nil
	}
	return Again{Unopened: x.Unopened, Hidden: x.Hidden, From: x.From, Wave: x.Wave}, err
}

func (a *API) repeatCampaign(ctx context.Context, who access.Actor, in *RepeatInput) (Campaign, error) {
	return a.turn(ctx, who, &in.CampaignPath, func(ctx context.Context, who access.Actor, c campaign.ID) (campaign.Campaign, error) {
		return a.Campaigns.Repeat(ctx, who, c, in.Body.Subject, in.Body.Hidden)
	})
}

func (a *API) getZones(ctx context.Context, who access.Actor, in *ZonesInput) (Zones, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Zones{}, err
	}
	o := campaign.Order{At: in.At, Zone: in.Zone, Local: campaign.LocalTime(in.Local)}
	if o.Zone == "" {
		acc, err := a.Access.GetAccount(ctx, who)
		if err != nil {
			return Zones{}, err
		}
		o.Zone = acc.Zone
	}
	if zone, err := time.LoadLocation(o.Zone); err == nil && o.At == "" {
		o.At = time.Now().In(zone).AddDate(0, 0, 1).Format("2006-01-02") + "T10:00"
	}
	z, err := a.Campaigns.Zones(ctx, who, id, o)
	return Zones{Looked: z.Looked, Partial: z.Partial, Starts: many(z.Starts, func(s campaign.ZoneStart) ZoneStart {
		return ZoneStart{Zone: s.Zone, Offset: s.Offset, At: s.At, N: s.N, Known: s.Known, Passed: s.Passed}
	})}, err
}

func splitOf(s *campaign.Split) *Split {
	if s == nil {
		return nil
	}
	return &Split{By: string(s.By), Share: s.Share, Rule: string(s.Rule), WaitMinutes: s.Wait, Variants: many(s.Variants, func(v campaign.Variant) SplitVariant {
		out := SplitVariant{Subject: v.Subject, FromName: v.FromName, AfterMinutes: v.After}
		if v.Letter != nil {
			l := letterOf(*v.Letter)
			out.Letter = &l
		}
		return out
	})}
}

// inside is the test as campaigns know it; nil without variants.
func (s Split) inside() *campaign.Split {
	if len(s.Variants) == 0 {
		return nil
	}
	return &campaign.Split{By: campaign.Aspect(s.By), Share: s.Share, Rule: campaign.Rule(s.Rule), Wait: s.WaitMinutes, Variants: many(s.Variants, func(v SplitVariant) campaign.Variant {
		out := campaign.Variant{Subject: v.Subject, FromName: v.FromName, After: v.AfterMinutes}
		if v.Letter != nil {
			var l content.Letter = v.Letter.inside()
			out.Letter = &l
		}
		return out
	})}
}

func repetitionOf(c campaign.Campaign) *Repetition {
	if c.AgainOf == 0 {
		return nil
	}
	return &Repetition{Campaign: c.AgainOf.String(), Wave: c.Wave, Hidden: c.AgainHidden}
}

func splitReportOf(r campaign.Report, who access.Actor) *SplitReport {
	x := r.Split
	if x == nil {
		return nil
	}
	names := []string{"a", "b", "c", "d"}
	out := &SplitReport{
		Split: *splitOf(&x.Split), Rest: countsOf(x.Rest), TestedAt: instant(x.Run.TestedAt), DecideAt: instant(x.Run.DecideAt), DecidedAt: instant(x.Run.DecidedAt),
		Leader: names[x.Compared.Best], Standing: string(x.Compared.Basis), Difference: x.Compared.Difference, Chance: x.Compared.Chance, Sure: x.Compared.Sure,
		CanChoose: who.Can(access.SendCampaigns) == nil && r.Campaign.State == campaign.Sending && x.Run.Closed && x.Run.DecidedAt.IsZero() && x.Rest.Total > 0,
		Variants: many(x.Variants, func(v campaign.VariantReport) VariantReport {
			return VariantReport{Name: v.Name, Subject: v.Subject, FromName: v.FromName, AfterMinutes: int(v.After / time.Minute), Counts: countsOf(v.Counts)}
		}),
	}
	if !x.Run.DecidedAt.IsZero() {
		out.Winner, out.Basis = names[x.Run.Winner], string(x.Run.Basis)
	}
	return out
}

// DeviceCount is how often people opened and clicked on one device in one program.
type DeviceCount struct {
	Device  string `json:"device" enum:"desktop,phone,tablet,hidden,other" doc:"hidden: the mail service fetches pictures itself, so nobody sees behind it."`
	Program string `json:"program" doc:"Mail program or browser, a key of the cabinet's words."`
	N       int64  `json:"n" doc:"Openings and clicks by people."`
}

func deviceOf(d delivery.DeviceCount) DeviceCount {
	return DeviceCount{Device: string(d.Device), Program: d.Program, N: d.N}
}
