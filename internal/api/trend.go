package api

import (
	"context"
	"fmt"
	"math"
	"time"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/delivery"
)

// TrendInput asks for an account over time.
type TrendInput struct {
	From string `query:"from" required:"true" maxLength:"10" example:"2026-11-01" doc:"First day."`
	To   string `query:"to" required:"true" maxLength:"10" example:"2026-11-30" doc:"Last day."`
	Step string `query:"step" enum:"day,week,month" default:"day"`
}

// Trend is what came of all campaigns over time.
type Trend struct {
	Zone   string       `json:"zone" doc:"Days are those of this zone."`
	Points []TrendPoint `json:"points" maxItems:"400"`
}

// TrendPoint is one step of time.
type TrendPoint struct {
	From         time.Time `json:"from"`
	Known        bool      `json:"known" doc:"Something happened at all: no data is not zero."`
	Sent         int64     `json:"sent"`
	Delivered    int64     `json:"delivered"`
	Failed       int64     `json:"failed"`
	Opened       int64     `json:"opened" doc:"People, at their first opening."`
	Clicked      int64     `json:"clicked" doc:"People, at their first click."`
	Unsubscribed int64     `json:"unsubscribed"`
	Complained   int64     `json:"complained"`
}

// Usual is what earlier campaigns of the account came to.
type Usual struct {
	Campaigns    int     `json:"campaigns" doc:"How many were looked at, the latest ten at the most."`
	Delivered    float64 `json:"delivered" doc:"Mean share of what was tried, 0 to 1; the others are shares of what was delivered."`
	Opened       float64 `json:"opened"`
	Clicked      float64 `json:"clicked"`
	Unsubscribed float64 `json:"unsubscribed"`
	Complained   float64 `json:"complained"`
}

// ClickMapInput asks for the letter with a label on every link.
type ClickMapInput struct {
	CampaignPath
	Variant string `query:"variant" enum:"a,b,c,d" doc:"Of an A/B test; the winner when empty."`
	Device  string `query:"device" enum:"desktop,phone" doc:"Clicks on these only; phone includes tablets."`
}

// ClickMap is the address of the drawing.
type ClickMap struct {
	URL string `json:"url" doc:"HTML for a frame without rights; it is kept for an hour."`
}

func (a *API) registerTrends(r routes) {
	private(r, get("/reports/trend").needs(viewCampaigns).as("getTrend", "campaigns", "All campaigns over time"), a.getTrend)
	private(r, get("/campaigns/{id}/click-map").needs(viewCampaigns).as("getClickMap", "campaigns", "The letter with a label on every link"), a.getClickMap)
}

func (a *API) getTrend(ctx context.Context, who access.Actor, in *TrendInput) (Trend, error) {
	t, err := a.Campaigns.Trend(ctx, who, in.From, in.To, campaign.Step(in.Step))
	return Trend{Zone: t.Zone, Points: many(t.Points, func(p delivery.TrendPoint) TrendPoint {
		return TrendPoint{From: p.From, Known: p.Known, Sent: p.Sent, Delivered: p.Accepted, Failed: p.Failed, Opened: p.Opened, Clicked: p.Clicked,
			Unsubscribed: p.Unsubscribed, Complained: p.Complained}
	})}, err
}

func (a *API) getClickMap(ctx context.Context, who access.Actor, in *ClickMapInput) (ClickMap, error) {
	id, err := parse[campaign.ID](in.ID)
	if err != nil {
		return ClickMap{}, err
	}
	label := func(_, clicks int64, share float64) string {
		return fmt.Sprintf("%d · %.0f%%", clicks, math.Round(100*share))
	}
	p, err := a.Campaigns.ClickMap(ctx, who, id, in.Variant, delivery.Device(in.Device), label)
	return ClickMap{URL: Prefix + "/previews/" + p.String()}, err
}

func usualOf(u campaign.Usual) *Usual {
	if u.Campaigns == 0 {
		return nil
	}
	return &Usual{Campaigns: u.Campaigns, Delivered: u.Delivered, Opened: u.Opened, Clicked: u.Clicked, Unsubscribed: u.Unsubscribed, Complained: u.Complained}
}
