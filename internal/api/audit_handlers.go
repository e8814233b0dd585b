package api

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
)

func auditEntryOf(r audit.Item) AuditEntry {
	return AuditEntry{Seq: r.Seq, At: r.At, Via: r.Who.Via, Member: r.Who.Member.String(), APIKey: r.Who.Key, Action: r.Action,
		Object: r.Object, Detail: r.Details, IP: r.Who.IP, UserAgent: r.Who.UserAgent, Hash: r.Hash}
}

func (a *API) listAudit(ctx context.Context, who access.Actor, in *Paging) (List[AuditEntry], error) {
	ask, err := in.ask()
	if err != nil {
		return List[AuditEntry]{}, err
	}
	got, err := a.Access.ListAudit(ctx, who, ask)
	if err != nil {
		return List[AuditEntry]{}, err
	}
	return listOf(got, auditEntryOf), nil
}

func actOf(r audit.Item) Act {
	act := Act{Seq: r.Seq, At: r.At, Member: r.Who.Member.String(), Pressed: r.Pressed, CodeID: r.CodeID, Code: r.Code,
		IP: r.Who.IP, UserAgent: r.Who.UserAgent, Hash: r.Hash, Detail: r.Details}
	if r.Document != nil {
		act.Document, act.Version, act.Lang, act.SHA256 = r.Document.Name, r.Document.Version, r.Document.Lang, r.Document.SHA256
	}
	act.Email, _ = r.Details["email"].(string)
	return act
}

func (a *API) listActs(ctx context.Context, who access.Actor, in *Paging) (List[Act], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Act]{}, err
	}
	got, err := a.Access.ListActs(ctx, who, ask)
	if err != nil {
		return List[Act]{}, err
	}
	return listOf(got, actOf), nil
}

func (a *API) actsProof(ctx context.Context, who access.Actor, _ *Nothing) (Download, error) {
	p, err := a.Access.ProveActs(ctx, who)
	if err != nil {
		return Download{}, err
	}
	write := func(_ context.Context, w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(p)
	}
	return Download{Filename: "acts-" + a.Clock.Now().Format(time.DateOnly) + ".json", Write: write}, nil
}
