package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/campaign"
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
	return Wait{Why: string(w.Why), N: w.N, Ahead: w.Ahead, Domain: w.Domain, Reason: w.Reason, Detail: w.Detail, Since: instant(w.Since), Next: instant(w.Next)}
}
