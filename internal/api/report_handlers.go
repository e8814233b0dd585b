package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/delivery"
	"keruen/internal/page"
)

func (a *API) report(ctx context.Context, who access.Actor, in *CampaignPath) (Report, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Report{}, err
	}
	r, err := a.Campaigns.Report(ctx, who, id)
	if err != nil {
		return Report{}, err
	}
	n := countsOf(r.Counts)
	return Report{
		Campaign: id.String(), State: string(r.Campaign.State), Counts: n, Funnel: funnelOf(n),
		Reasons: many(r.Breakdown.Reasons, reasonOf), Domains: many(r.Breakdown.Domains, domainOf),
		Links: many(r.Breakdown.Links, func(l delivery.LinkCount) LinkCount {
			return LinkCount{Index: l.Index, URL: l.URL, People: l.People, Clicks: l.Clicks, Machine: l.Machine, Unclear: l.Unclear, Variant: l.Variant,
				Desktop: l.ByDevice[delivery.Desktop], Phone: l.ByDevice[delivery.Phone] + l.ByDevice[delivery.Tablet]}
		}),
		Timeline: many(r.Breakdown.Timeline, func(s delivery.Slot) TimelineStep {
			return TimelineStep{At: s.At, Delivered: s.Accepted, Failed: s.Failed, Opened: s.Opened, Clicked: s.Clicked,
				Unsubscribed: s.Unsubscribed, Machine: s.Machine, Unclear: s.Unclear}
		}),
		Devices: many(r.Breakdown.Devices, deviceOf), Split: splitReportOf(r, who), Usual: usualOf(r.Usual), StepSeconds: int64(r.Breakdown.Step.Seconds()), PerSecond: r.PerSecond, EndsAt: instant(r.EndsAt), At: r.At,
	}, nil
}

// funnelOf counts as sent everything that was tried and has an outcome at a server.
func funnelOf(n CampaignCounts) []FunnelStep {
	return []FunnelStep{{"sent", n.Delivered + n.Failed + n.Retrying + n.Unknown}, {"delivered", n.Delivered}, {"opened", n.Opened}, {"clicked", n.Clicked}}
}

func reasonOf(r delivery.ReasonCount) ReasonCount {
	state := r.State
	if state == "waiting" {
		state = "retrying"
	}
	return ReasonCount{State: state, Reason: r.Reason, N: r.N}
}

func domainOf(d delivery.DomainCount) DomainCount {
	return DomainCount{Domain: d.Domain, Total: d.Total, Delivered: d.Accepted, Failed: d.Failed, Retrying: d.Waiting, Skipped: d.Skipped,
		Unknown: d.Unknown, Expired: d.Expired, Opened: d.Opened, Clicked: d.Clicked, Unsubscribed: d.Unsubscribed, Complained: d.Complained}
}

// states are the words of the wire for the states of a delivery; two of the inside are one for people.
var states = map[delivery.State]string{
	delivery.Queued: "pending", delivery.InFlight: "in_flight", delivery.Accepted: "delivered", delivery.Delivered: "delivered",
	delivery.Failed: "failed", delivery.Retry: "retrying", delivery.Unknown: "unknown", delivery.Skipped: "skipped", delivery.Expired: "expired",
}

func filterOf(word, reason string) delivery.Filter {
	f := delivery.Filter{Reason: reason}
	for state, w := range states {
		if w == word {
			f.States = append(f.States, state)
		}
	}
	return f
}

func deliveryOf(d delivery.Delivery) Delivery {
	return Delivery{ID: delivery.NameOf(channel.Ref{Part: int64(d.Part), Seq: d.Seq}), Contact: d.Contact.String(), Email: d.Email, Name: d.Name, State: states[d.State], Reason: d.Reason,
		Cause: d.Cause, Detail: d.Detail, Domain: d.Domain, Attempts: d.Attempts, NextAt: instant(d.NextTry), At: d.At, OpenedAt: instant(d.OpenedAt),
		ClickedAt: instant(d.ClickedAt)}
}

func (a *API) listDeliveries(ctx context.Context, who access.Actor, in *DeliveriesInput) (List[Delivery], error) {
	return a.deliveries(in.ID, in.Paging, func(id campaign.ID, ask page.Ask) (page.Of[delivery.Delivery], error) {
		return a.Campaigns.Deliveries(ctx, who, id, filterOf(in.State, in.Reason), ask)
	})
}

func (a *API) listUnknown(ctx context.Context, who access.Actor, in *UnknownInput) (List[Delivery], error) {
	return a.deliveries(in.ID, in.Paging, func(id campaign.ID, ask page.Ask) (page.Of[delivery.Delivery], error) {
		return a.Campaigns.Unknown(ctx, who, id, ask)
	})
}

func (a *API) deliveries(text string, p Paging, list func(campaign.ID, page.Ask) (page.Of[delivery.Delivery], error)) (List[Delivery], error) {
	id, err := parse[campaign.ID](text)
	if err != nil {
		return List[Delivery]{}, err
	}
	ask, err := p.ask()
	if err != nil {
		return List[Delivery]{}, err
	}
	got, err := list(id, ask)
	if err != nil {
		return List[Delivery]{}, err
	}
	return listOf(got, deliveryOf), nil
}

func (a *API) resolveUnknown(ctx context.Context, who access.Actor, in *ResolveUnknownInput) (Resolved, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Resolved{}, err
	}
	n, err := a.Campaigns.DecideUnknown(ctx, who, id, campaign.Decision(in.Body.Decision))
	return Resolved{N: n}, err
}

func messageOf(m delivery.Message) Message {
	return Message{ID: m.ID.String(), Kind: m.Kind, State: states[m.State], Reason: m.Reason, Detail: m.Detail, Attempts: m.Attempts,
		NextAt: instant(m.NextTry), CreatedAt: m.CreatedAt, At: m.UpdatedAt}
}

func (a *API) sendMessage(ctx context.Context, who access.Actor, in *SendMessageInput) (Message, error) {
	b := in.Body
	to, err := a.addressee(ctx, who, b.Contact, b.To)
	if err != nil {
		return Message{}, err
	}
	from, err := a.oneSender(ctx, who, b.Sender)
	if err != nil {
		return Message{}, err
	}
	topic, err := reference[contact.TopicID]("topic", b.Topic)
	if err != nil {
		return Message{}, err
	}
	m := delivery.Single{Contact: to, Sender: from, Purpose: channel.Purpose(b.Purpose), Topic: topic, Kind: "api", Vars: b.Vars,
		Letter: content.Letter{Subject: b.Subject, HTML: b.HTML, Text: b.Text}}
	if b.Tracking != nil {
		m.Tracking = delivery.Tracking{Opens: b.Tracking.Opens, Clicks: b.Tracking.Clicks}
	}
	got, err := a.Delivery.Submit(ctx, who, m)
	if err != nil {
		return Message{}, err
	}
	return messageOf(got), nil
}

// addressee finds the contact that a message is for: by its id, or by its address.
func (a *API) addressee(ctx context.Context, who access.Actor, text, address string) (contact.ID, error) {
	if text != "" {
		return reference[contact.ID]("contact", text)
	}
	return a.Contacts.ByEmail(ctx, who, address)
}

// oneSender takes the sender that is named, or the only one of the account.
func (a *API) oneSender(ctx context.Context, who access.Actor, text string) (channel.SenderID, error) {
	if text != "" {
		return reference[channel.SenderID]("sender", text)
	}
	return a.Senders.Senders.Only(ctx, who, channel.Email)
}

func (a *API) getMessage(ctx context.Context, who access.Actor, in *MessagePath) (Message, error) {
	id, err := parse[delivery.PartID](in.ID)
	if err != nil {
		return Message{}, err
	}
	m, err := a.Delivery.GetMessage(ctx, who, id)
	if err != nil {
		return Message{}, err
	}
	return messageOf(m), nil
}
