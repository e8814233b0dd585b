package audit

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// Purpose of the key that signs proofs.
const keyPurpose = "audit.proof"

// step is how many records are read at once when a whole chain is walked.
const step = 500

// Service reads chains. It asks no permission: access does, who alone knows roles.
type Service struct {
	db    *db.DB
	clock clock.Clock
	key   ed25519.PrivateKey
}

// New makes the service. Proofs are signed by a key derived from the installation's master key.
func New(d *db.DB, clk clock.Clock, keys *secret.Keys) *Service {
	return &Service{db: d, clock: clk, key: keys.Ed25519(keyPurpose)}
}

// List returns one page of everything recorded, the newest first.
func (s *Service) List(ctx context.Context, t id.Tenant, a page.Ask) (page.Of[Item], error) {
	return s.list(ctx, t, "", a)
}

// About returns what was recorded about one object, the oldest first. It reads the whole chain of the account: for rare questions.
func (s *Service) About(ctx context.Context, t id.Tenant, object string) ([]Item, error) {
	rows, err := rowsAbout(ctx, s.db, t, object)
	if err != nil {
		return nil, fmt.Errorf("list audit records: %w", err)
	}
	var out []Item
	for _, r := range rows {
		rec, err := r.record()
		if err != nil {
			return nil, err
		}
		if rec.Object == object {
			out = append(out, rec)
		}
	}
	return out, nil
}

// Acts returns one page of the acts of signature, the newest first.
func (s *Service) Acts(ctx context.Context, t id.Tenant, a page.Ask) (page.Of[Item], error) {
	return s.list(ctx, t, KindAct, a)
}

func (s *Service) list(ctx context.Context, t id.Tenant, k Kind, a page.Ask) (page.Of[Item], error) {
	rows, err := listRows(ctx, s.db, t, k, a)
	if err != nil {
		return page.Of[Item]{}, fmt.Errorf("list audit records: %w", err)
	}
	cut := page.Cut(rows, a, func(r row) int64 { return r.Seq })
	out := page.Of[Item]{Items: make([]Item, 0, len(cut.Items)), Next: cut.Next}
	for _, r := range cut.Items {
		rec, err := r.record()
		if err != nil {
			return page.Of[Item]{}, err
		}
		out.Items = append(out.Items, rec)
	}
	return out, nil
}

// Report is the result of checking a chain.
type Report struct {
	Whole    bool
	Records  int64  // how many were good
	Head     string // hash of the last good record
	BrokenAt int64  // number of the first bad record, zero when the chain is whole
	Reason   string // what is wrong with it
}

// Verify walks the chain of an account and tells whether every record is the one that was written,
// in its place, and none is missing, also at the end.
func (s *Service) Verify(ctx context.Context, t id.Tenant) (Report, error) {
	h, err := getHead(ctx, s.db, t)
	if errors.Is(err, errs.ErrNotFound) {
		h, err = head{Hash: genesis(t)}, nil
	}
	if err != nil {
		return Report{}, fmt.Errorf("verify audit chain: %w", err)
	}
	rep := Report{Head: genesis(t)}
	err = s.walk(ctx, t, h.Seq, func(r row) bool {
		if reason := check(t, rep.Records+1, rep.Head, r); reason != "" {
			rep.BrokenAt, rep.Reason = rep.Records+1, reason
			return false
		}
		rep.Records, rep.Head = r.Seq, r.Hash
		return true
	})
	if err != nil {
		return Report{}, fmt.Errorf("verify audit chain: %w", err)
	}
	if rep.BrokenAt == 0 && (rep.Records != h.Seq || rep.Head != h.Hash) {
		rep.BrokenAt, rep.Reason = rep.Records+1, "records are missing at the end"
	}
	rep.Whole = rep.BrokenAt == 0
	return rep, nil
}

// walk calls f for each record up to number last; f returns false to stop. Records written meanwhile
// are left out, because the head was read before.
func (s *Service) walk(ctx context.Context, t id.Tenant, last int64, f func(row) bool) error {
	for after := int64(0); after < last; {
		rows, err := walkRows(ctx, s.db, t, after, step)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Seq > last || !f(r) {
				return nil
			}
			after = r.Seq
		}
		if len(rows) < step {
			return nil
		}
	}
	return nil
}

// check tells what is wrong with a record that should have number seq and follow the previous hash.
func check(t id.Tenant, seq int64, previous string, r row) string {
	if r.Seq != seq {
		return "a record is missing"
	}
	digest, hash := link(previous, r.Text)
	if digest != r.Digest {
		return "the text was changed"
	}
	if hash != r.Hash {
		return "the record does not follow the previous one"
	}
	b, err := parseBody(r.Text)
	if err != nil {
		return "the text cannot be read"
	}
	if b.Tenant != t || b.Seq != seq || b.Kind != r.Kind || b.Action != r.Action || b.At != r.At.UTC().Format(timeFormat) {
		return "the columns do not agree with the text"
	}
	return ""
}
