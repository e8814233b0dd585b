package api

import (
	"context"
	"net/netip"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/channel/email/shape"
	"keruen/internal/id"
)

func (a *API) listPaths(ctx context.Context, who access.Actor, _ *Nothing) (List[SendingPath], error) {
	all, err := a.Paths.List(ctx, who)
	return whole(all, pathOf), err
}

func (a *API) listAddresses(_ context.Context, who access.Actor, _ *Nothing) (List[SendingAddress], error) {
	all, err := a.Paths.Addresses(who)
	return whole(all, addressOf), err
}

func (a *API) pausePath(ctx context.Context, who access.Actor, in *PausePathInput) (None, error) {
	p, err := in.Body.inside()
	if err != nil {
		return None{}, err
	}
	var until time.Time
	if in.Body.Until != nil {
		until = *in.Body.Until
	}
	return None{}, a.Paths.Pause(ctx, who, p, in.Body.Reason, until)
}

func (a *API) resumePath(ctx context.Context, who access.Actor, in *ResumePathInput) (None, error) {
	p, err := in.Body.inside()
	if err != nil {
		return None{}, err
	}
	return None{}, a.Paths.Resume(ctx, who, p)
}

func (n PathName) inside() (shape.Path, error) {
	p := shape.Path{Provider: n.Provider, Site: n.Site}
	if n.Source == "" {
		return p, nil
	}
	addr, err := netip.ParseAddr(n.Source)
	if err != nil {
		return p, shape.ErrPath
	}
	p.Source = addr.Unmap()
	return p, nil
}

func pathOf(s shape.Seen) SendingPath {
	out := SendingPath{
		Source: sourceText(s.Path.Source), Pool: s.Pool, Provider: s.Path.Provider, Site: s.Path.Site, Name: s.Name, Confidence: s.Confidence, Node: s.Node,
		State: stateText(s.Why), Until: instant(s.Until), Reason: s.Reason, PerSecond: s.PerSecond, Limit: s.Limits.PerSecond, Ceiling: s.Ceiling,
		Connections: s.Limits.Connections, PerConnection: s.Limits.PerConnection, ConnectsPerMinute: s.Limits.ConnectsPerMinute, Bound: s.Limits.Bound,
		Answer: s.Answer, AnswerAt: instant(s.AnswerAt), Sent: s.Sent, Deferred: s.Deferred, SavedAt: s.SavedAt,
	}
	if w := s.WarmUp; w != nil {
		out.WarmUp = &WarmUp{Step: w.Step, Steps: w.Steps, Sent: w.Sent, Limit: w.Limit}
	}
	return out
}

func addressOf(o shape.Own) SendingAddress {
	out := SendingAddress{
		Source: sourceText(o.Addr), Helo: o.Helo, Pool: o.Pool, Weight: o.Weight, WarmUp: o.WarmUp, Overflow: o.Overflow, State: stateText(shape.Free),
		Purposes: many(o.Purposes, func(p channel.Purpose) string { return string(p) }), Accounts: many(o.Accounts, id.Tenant.String),
	}
	if h := o.Hold; h != nil {
		out.State, out.Until, out.Reason = stateText(h.Why), instant(h.Until), h.Reason
	}
	return out
}

func sourceText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func stateText(w shape.Why) string {
	if w == shape.Free {
		return "free"
	}
	return string(w)
}
