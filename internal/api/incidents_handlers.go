package api

import (
	"context"
	"time"

	"keruen/internal/access"
	"keruen/internal/mail/dnsbl"
	"keruen/internal/reputation"
)

func (a *API) listIncidents(ctx context.Context, who access.Actor, _ *Nothing) (Incidents, error) {
	all, err := a.Reputation.List(ctx, who)
	if err != nil {
		return Incidents{}, err
	}
	checks, err := a.Reputation.Checks(ctx, who)
	if err != nil {
		return Incidents{}, err
	}
	var last time.Time
	names := map[string]bool{}
	for _, c := range checks {
		names[c.Subject] = true
		if c.CheckedAt.After(last) {
			last = c.CheckedAt
		}
	}
	return Incidents{Items: many(all, incidentOf), CheckedAt: instant(last), Names: len(names)}, nil
}

func (a *API) acknowledgeIncident(ctx context.Context, who access.Actor, in *AcknowledgeInput) (Incident, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return Incident{}, err
	}
	i, err := parse[reputation.ID](in.ID)
	if err != nil {
		return Incident{}, err
	}
	got, err := a.Reputation.Acknowledge(ctx, who, i, in.Body.Note)
	return incidentOf(got), err
}

func (a *API) listBlocklists(ctx context.Context, who access.Actor, _ *Nothing) (List[Blocklist], error) {
	all, err := a.Reputation.Zones(ctx, who)
	return whole(all, blocklistOf), err
}

func incidentOf(i reputation.Incident) Incident {
	return Incident{
		ID: i.ID, Subject: i.Subject, List: i.Zone, Code: i.Code, Reason: i.Reason, Page: i.Page, Policy: i.Policy, State: string(i.State),
		Note: i.Note, Since: i.Since, SeenAt: i.SeenAt, EndedAt: instant(i.EndedAt),
	}
}

func blocklistOf(h dnsbl.Health) Blocklist {
	return Blocklist{Name: h.Zone, Kind: string(h.Kind), Page: h.Page, Believed: h.Believed, Trouble: h.Trouble, CheckedAt: instant(h.CheckedAt)}
}
