package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/delivery"
)

var guardLevels = map[delivery.GuardLevel]string{delivery.GuardWarn: "warn", delivery.GuardSlow: "slow", delivery.GuardPause: "pause"}

func (a *API) explainCampaign(ctx context.Context, who access.Actor, in *CampaignPath) (Explanation, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return Explanation{}, err
	}
	x, err := a.Campaigns.Explain(ctx, who, id)
	if err != nil {
		return Explanation{}, err
	}
	out := Explanation{Waits: many(x.Waits, waitOf), EndsAt: instant(x.EndsAt)}
	if f := x.Finding; f.Level > delivery.GuardCalm {
		out.Finding = &Finding{Code: f.Code, Level: guardLevels[f.Level], Domain: f.Domain, N: f.N, Of: f.Of, Reason: f.Reason, Detail: f.Detail}
	}
	return out, nil
}

func waitOf(w campaign.Wait) Wait {
	return Wait{Why: string(w.Why), N: w.N, Ahead: w.Ahead, Domain: w.Domain, Reason: w.Reason, Detail: w.Detail, Since: instant(w.Since), Next: instant(w.Next), Bound: boundOf(w.Bound)}
}

func boundOf(b *channel.Bound) *Bound {
	if b == nil {
		return nil
	}
	return &Bound{Provider: b.Provider, Why: b.Why, Until: instant(b.Until), Words: b.Words, Connections: b.Connections, PerSecond: b.PerSecond,
		Narrowest: b.Narrowest, Speed: b.Speed, Answer: b.Answer, AnswerAt: instant(b.AnswerAt)}
}

func (a *API) explainDelivery(ctx context.Context, who access.Actor, in *DeliveryPath) (DeliveryExplanation, error) {
	ref, err := delivery.ParseName(in.ID)
	if err != nil {
		return DeliveryExplanation{}, err
	}
	x, err := a.Campaigns.ExplainDelivery(ctx, who, ref)
	if err != nil {
		return DeliveryExplanation{}, err
	}
	out := DeliveryExplanation{Delivery: deliveryOf(x.Delivery), Kind: x.Kind, Purpose: string(x.Purpose), Why: string(x.Why), Ahead: x.Ahead,
		Bound: boundOf(x.Bound), Next: instant(x.Next), GivesUpAt: instant(x.GivesUpAt), MostTries: x.MostTries}
	if x.Source != 0 {
		out.Campaign = campaign.ID(x.Source).String()
	}
	return out, nil
}
