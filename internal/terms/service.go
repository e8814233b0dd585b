package terms

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// Service knows the documents and their acceptances.
type Service struct {
	db    *db.DB
	clock clock.Clock
	audit *audit.Service
	all   []Document
}

// New reads the embedded documents and fills in the operator's details.
func New(d *db.DB, clk clock.Clock, a *audit.Service, o Operator) (*Service, error) {
	all, err := load(files, o)
	if err != nil {
		return nil, err
	}
	return &Service{db: d, clock: clk, audit: a, all: all}, nil
}

// Keep stores every text that may be shown, so that what was signed can be shown later, after the operator's details
// have changed. It is called at each start; a text that is kept already is not stored again.
func (s *Service) Keep(ctx context.Context) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return db.InsertRows(ctx, tx, "terms_documents",
			[]string{"sha256", "name", "version", "lang", "title", "effective_at", "text", "kept_at"}, len(s.all),
			func(i int) []any {
				d := s.all[i]
				return []any{d.SHA256, d.Name, d.Version, d.Lang, d.Title, d.Effective, d.Text, tx.Now}
			}, "ON CONFLICT (sha256) DO NOTHING")
	})
	if err != nil {
		return fmt.Errorf("keep documents: %w", err)
	}
	return nil
}

// Current returns the documents in force that a customer signs, in the order in which they are shown.
func (s *Service) Current(l lang.Lang) []Document { return current(s.all, Names, l, s.clock.Now()) }

// Shown returns all documents in force: those that are signed, and then those that only tell.
func (s *Service) Shown(l lang.Lang) []Document {
	return current(s.all, slices.Concat(Names, Notices), l, s.clock.Now())
}

// Get returns one version of a document, also an old one.
func (s *Service) Get(name, version string, l lang.Lang) (Document, error) {
	for _, d := range s.all {
		if d.Name == name && d.Version == version && d.Lang == l {
			return d, nil
		}
	}
	return Document{}, errs.ErrNotFound
}

// Signed returns the text that an act of signature binds to, by its SHA-256.
func (s *Service) Signed(ctx context.Context, sha256 string) (Document, error) {
	return db.One[Document](ctx, s.db, `
		SELECT name, version, lang, title, effective_at AS effective, text, sha256 FROM terms_documents WHERE sha256 = ?`, sha256)
}

// Check turns what the cabinet says was shown into documents to sign: all of them, in force, in the language shown.
func (s *Service) Check(refs []Ref, l lang.Lang) ([]audit.Document, error) {
	var wrong []errs.Field
	var out []audit.Document
	for _, d := range s.Current(l) {
		i := slices.IndexFunc(refs, func(r Ref) bool { return r.Name == d.Name })
		switch {
		case i < 0:
			wrong = append(wrong, errs.Field{Path: "accept", Code: ErrMissing.Code, Text: ErrMissing.Text, Params: map[string]any{"document": d.Name}})
		case refs[i].Version != d.Version:
			wrong = append(wrong, errs.Field{
				Path: fmt.Sprintf("accept[%d].version", i), Code: ErrOld.Code, Text: ErrOld.Text,
				Params: map[string]any{"document": d.Name, "current": d.Version},
			})
		default:
			out = append(out, d.signable())
		}
	}
	if len(wrong) > 0 {
		return nil, errs.ErrInvalid.At(wrong...)
	}
	return out, nil
}

func (d Document) signable() audit.Document {
	return audit.Document{Name: d.Name, Version: d.Version, Lang: string(d.Lang), SHA256: d.SHA256}
}

// Accept records that the actor accepts the documents in force for its account (ACC-2). Doing it again adds
// another act and changes nothing else.
func (s *Service) Accept(ctx context.Context, who access.Actor, refs []Ref, l lang.Lang) error {
	if err := who.Can(access.ManageAccount); err != nil {
		return err
	}
	docs, err := s.Check(refs, l)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, d := range docs {
			if _, err := audit.RecordAct(ctx, tx, audit.Act{Tenant: who.Tenant, Who: who.Who(), Document: d, Pressed: "accept"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("accept documents: %w", err)
	}
	return nil
}

// Acceptance is one signature under one of the documents.
type Acceptance struct {
	Document audit.Document
	At       time.Time
	Who      audit.Who
	Pressed  string
	Record   int64 // its number in the account's chain
}

// Acceptances returns one page of what the account has accepted, the newest first.
func (s *Service) Acceptances(ctx context.Context, who access.Actor, ask page.Ask) (page.Of[Acceptance], error) {
	if err := who.Can(access.ViewAudit); err != nil {
		return page.Of[Acceptance]{}, err
	}
	acts, err := s.audit.Acts(ctx, who.Tenant, ask)
	if err != nil {
		return page.Of[Acceptance]{}, fmt.Errorf("list acceptances: %w", err)
	}
	out := page.Of[Acceptance]{Next: acts.Next}
	for _, a := range acts.Items {
		if a.Document != nil && slices.Contains(Names, a.Document.Name) {
			out.Items = append(out.Items, Acceptance{Document: *a.Document, At: a.At, Who: a.Who, Pressed: a.Pressed, Record: a.Seq})
		}
	}
	return out, nil
}
