package api

import (
	"context"
	"io"
	"time"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/delivery"
)

func (a *API) campaignOf(c campaign.Campaign, n delivery.Counts, who access.Actor) Campaign {
	out := Campaign{ID: c.ID.String(), Name: c.Name, State: string(c.State), Letter: letterOf(c.Letter), Sender: c.Sender.String(),
		Purpose: string(c.Purpose), Topic: c.Topic.String(), Audience: audienceOf(c.Audience),
		Tracking: trackingOf(c.Tracking), StartAt: instant(c.StartAt), UndoUntil: instant(c.UndoUntil), Problem: c.Problem, Hold: string(c.Hold),
		StartedAt: instant(c.StartedAt), FinishedAt: instant(c.FinishedAt), Counts: countsOf(n), Can: canOf(c, who),
		Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
	out.Split, out.Repeats = splitOf(c.Split), repetitionOf(c)
	if c.StartLocal != "" {
		out.Schedule = &Schedule{At: c.StartLocal, Zone: c.Zone, Local: string(c.Local)}
	}
	return out
}

func audienceOf(a contact.Target) Audience {
	return Audience{All: a.All, Lists: many(a.Lists, contact.ListID.String), Segments: many(a.Segments, contact.SegmentID.String)}
}

func summaryOf(c campaign.Listed, who access.Actor) CampaignSummary {
	return CampaignSummary{ID: c.ID.String(), Name: c.Name, State: string(c.State), Subject: c.Letter.Subject, Purpose: string(c.Purpose),
		StartAt: instant(c.StartAt), StartedAt: instant(c.StartedAt), FinishedAt: instant(c.FinishedAt), Counts: countsOf(c.Counts),
		Can: canOf(c.Campaign, who), CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt}
}

func trackingOf(t delivery.Tracking) Tracking { return Tracking{Opens: t.Opens, Clicks: t.Clicks} }

func countsOf(n delivery.Counts) CampaignCounts {
	return CampaignCounts{Total: n.Total, Pending: n.Pending, Retrying: n.Retrying, Delivered: n.Reached(), Failed: n.Failed,
		Skipped: n.Skipped, Expired: n.Expired, Cancelled: n.Cancelled, Unknown: n.Unknown, Opened: n.Opened, Opens: n.Opens,
		OpenedMachine: n.OpenedMachine, Clicked: n.Clicked, Clicks: n.Clicks, ClicksMachine: n.ClicksMachine,
		OpenedUnclear: n.OpenedUnclear, ClicksUnclear: n.ClicksUnclear,
		Unsubscribed: n.Unsubscribed, Complained: n.Complained}
}

// canOf tells which buttons work in a state, for whoever asks.
func canOf(c campaign.Campaign, who access.Actor) CampaignCan {
	s := c.State
	edit, send := who.Can(access.EditCampaigns) == nil, who.Can(access.SendCampaigns) == nil
	draft := s == campaign.Draft
	return CampaignCan{Edit: edit && draft, Delete: edit && draft, Send: send && draft, Pause: send && s == campaign.Sending,
		Resume: send && (s == campaign.Paused || c.Hold == campaign.HoldLate), Cancel: send && (s == campaign.Scheduled || s == campaign.Sending || s == campaign.Paused)}
}

// fresh answers with a campaign that a verb has just returned, and its figures.
func (a *API) fresh(ctx context.Context, who access.Actor, c campaign.Campaign, err error) (Campaign, error) {
	if err != nil {
		return Campaign{}, err
	}
	_, n, err := a.Campaigns.Progress(ctx, who, c.ID)
	if err != nil {
		return Campaign{}, err
	}
	return a.campaignOf(c, n, who), nil
}

func (a *API) listCampaigns(ctx context.Context, who access.Actor, in *CampaignsInput) (List[CampaignSummary], error) {
	ask, err := in.ask()
	if err != nil {
		return List[CampaignSummary]{}, err
	}
	got, err := a.Campaigns.List(ctx, who, campaign.State(in.State), ask)
	if err != nil {
		return List[CampaignSummary]{}, err
	}
	return listOf(got, func(c campaign.Listed) CampaignSummary { return summaryOf(c, who) }), nil
}

func (a *API) createCampaign(ctx context.Context, who access.Actor, in *CreateCampaignInput) (Campaign, error) {
	b := in.Body
	purpose := channel.Purpose(b.Purpose)
	ch := campaign.Change{Name: &b.Name, Purpose: &purpose}
	if b.Template != "" {
		t, err := a.template(ctx, who, b.Template)
		if err != nil {
			return Campaign{}, err
		}
		ch.Letter = &t.Letter
	}
	if err := changeOf(&ch, b.Letter, &b.Sender, &b.Topic, b.Audience, b.Tracking); err != nil {
		return Campaign{}, err
	}
	c, err := a.Campaigns.Create(ctx, who, ch)
	return a.fresh(ctx, who, c, err)
}

func (a *API) template(ctx context.Context, who access.Actor, text string) (content.Template, error) {
	id, err := reference[content.TemplateID]("template", text)
	if err != nil {
		return content.Template{}, err
	}
	return a.Content.Get(ctx, who, id)
}

// changeOf fills in what a body brings; nil brings nothing.
func changeOf(ch *campaign.Change, l *Letter, sender, topic *string, audience *Audience, t *Tracking) error {
	if l != nil {
		letter := l.inside()
		ch.Letter = &letter
	}
	if sender != nil {
		s, err := reference[channel.SenderID]("sender", *sender)
		if err != nil {
			return err
		}
		ch.Sender = &s
	}
	if topic != nil {
		t, err := reference[contact.TopicID]("topic", *topic)
		if err != nil {
			return err
		}
		ch.Topic = &t
	}
	if audience != nil {
		lists, err := references[contact.ListID]("audience.lists", audience.Lists)
		if err != nil {
			return err
		}
		segments, err := references[contact.SegmentID]("audience.segments", audience.Segments)
		if err != nil {
			return err
		}
		ch.Audience = &contact.Target{All: audience.All, Lists: lists, Segments: segments}
	}
	if t != nil {
		ch.Tracking = &delivery.Tracking{Opens: t.Opens, Clicks: t.Clicks}
	}
	return nil
}

func (a *API) getCampaign(ctx context.Context, who access.Actor, in *CampaignPath) (Campaign, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Campaign{}, err
	}
	c, n, err := a.Campaigns.Progress(ctx, who, id)
	if err != nil {
		return Campaign{}, err
	}
	return a.campaignOf(c, n, who), nil
}

func (a *API) patchCampaign(ctx context.Context, who access.Actor, in *PatchCampaignInput) (Campaign, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Campaign{}, err
	}
	v, err := in.version()
	if err != nil {
		return Campaign{}, err
	}
	b := in.Body
	ch := campaign.Change{Name: b.Name}
	if b.Purpose != nil {
		p := channel.Purpose(*b.Purpose)
		ch.Purpose = &p
	}
	if err := changeOf(&ch, b.Letter, b.Sender, b.Topic, b.Audience, b.Tracking); err != nil {
		return Campaign{}, err
	}
	if b.Split != nil {
		split := b.Split.inside()
		ch.Split = &split
	}
	c, err := a.Campaigns.Update(ctx, who, id, v, ch)
	return a.fresh(ctx, who, c, err)
}

func (a *API) deleteCampaign(ctx context.Context, who access.Actor, in *CampaignPath) (None, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Campaigns.Delete(ctx, who, id)
}

func (a *API) copyCampaign(ctx context.Context, who access.Actor, in *CampaignPath) (Campaign, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Campaign{}, err
	}
	c, err := a.Campaigns.Copy(ctx, who, id, "")
	return a.fresh(ctx, who, c, err)
}

func (a *API) preflight(ctx context.Context, who access.Actor, in *CampaignPath) (Preflight, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Preflight{}, err
	}
	p, err := a.Campaigns.Preflight(ctx, who, id)
	if err != nil {
		return Preflight{}, err
	}
	out := Preflight{Audience: p.Audience.Total, Reachable: p.Audience.Reachable, Excluded: excludedOf(p.Audience), Problems: []PreflightProblem{},
		Warnings: []PreflightProblem{}, ExpectedSeconds: int64(p.Duration / time.Second), Size: p.Size, CanSend: p.Ready}
	for _, q := range p.Problems {
		wire := PreflightProblem{Severity: string(q.Severity), Code: q.Code, Text: q.Text, Params: q.Params, Jump: q.Jump, Line: q.Line, Column: q.Column}
		if q.Severity == content.Error {
			out.Problems = append(out.Problems, wire)
			continue
		}
		out.Warnings = append(out.Warnings, wire)
	}
	return out, nil
}

func excludedOf(n contact.Counts) []ExcludedReason {
	out := []ExcludedReason{}
	for _, r := range []ExcludedReason{
		{delivery.SkipNoConsent, n.NoConsent}, {delivery.SkipUnsubscribed, n.Unsubscribed}, {delivery.SkipTopicLeft, n.TopicLeft}, {delivery.SkipBreak, n.Paused},
		{delivery.SkipSuppressed, n.Suppressed}, {delivery.SkipNoAddress, n.NoAddress},
	} {
		if r.N > 0 {
			out = append(out, r)
		}
	}
	return out
}

func (a *API) testCampaign(ctx context.Context, who access.Actor, in *TestCampaignInput) (TestSend, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return TestSend{}, err
	}
	as, err := reference[contact.ID]("contact", in.Body.Contact)
	if err != nil {
		return TestSend{}, err
	}
	sent, err := a.Campaigns.Test(ctx, who, id, in.Body.Addresses, as)
	if err != nil {
		return TestSend{}, err
	}
	return TestSend{Messages: many(sent, func(m campaign.TestMessage) MessageRef {
		return MessageRef{ID: m.Message.String(), To: m.To}
	})}, nil
}

func (a *API) sendCampaign(ctx context.Context, who access.Actor, in *SendCampaignInput) (Campaign, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Campaign{}, err
	}
	v, err := in.version()
	if err != nil {
		return Campaign{}, err
	}
	o := campaign.Order{At: in.Body.At, Zone: in.Body.Zone, Local: campaign.LocalTime(in.Body.Local)}
	if o.At != "" && o.Zone == "" {
		acc, err := a.Access.GetAccount(ctx, who)
		if err != nil {
			return Campaign{}, err
		}
		o.Zone = acc.Zone
	}
	if in.Body.UndoSeconds != nil {
		undo := time.Duration(*in.Body.UndoSeconds) * time.Second
		o.Undo = &undo
	}
	c, err := a.Campaigns.Send(ctx, who, id, v, o)
	return a.fresh(ctx, who, c, err)
}

type campaignVerb func(context.Context, access.Actor, campaign.ID) (campaign.Campaign, error)

func (a *API) turn(ctx context.Context, who access.Actor, in *CampaignPath, verb campaignVerb) (Campaign, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Campaign{}, err
	}
	c, err := verb(ctx, who, id)
	return a.fresh(ctx, who, c, err)
}

func (a *API) pauseCampaign(ctx context.Context, who access.Actor, in *CampaignPath) (Campaign, error) {
	return a.turn(ctx, who, in, a.Campaigns.Pause)
}

func (a *API) resumeCampaign(ctx context.Context, who access.Actor, in *ResumeCampaignInput) (Campaign, error) {
	return a.turn(ctx, who, &in.CampaignPath, func(ctx context.Context, who access.Actor, c campaign.ID) (campaign.Campaign, error) {
		return a.Campaigns.Resume(ctx, who, c, campaign.Resumption{Anyway: in.Anyway})
	})
}

func (a *API) cancelCampaign(ctx context.Context, who access.Actor, in *CampaignPath) (Campaign, error) {
	return a.turn(ctx, who, in, a.Campaigns.Cancel)
}

// exportDeliveries writes every message of a campaign that the filter lets through.
func (a *API) exportDeliveries(ctx context.Context, who access.Actor, in *ExportDeliveriesInput) (Download, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Download{}, err
	}
	l, err := a.readerLang(ctx, who, in.Lang)
	if err != nil {
		return Download{}, err
	}
	write := func(ctx context.Context, w io.Writer) error {
		return a.Campaigns.ExportCSV(ctx, who, id, filterOf(in.State, in.Reason), l, w)
	}
	return Download{Filename: "deliveries-" + id.String() + ".csv", Write: write}, nil
}
