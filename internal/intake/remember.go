package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
)

// remembered are the settings that the next file with the same headers begins with. Consent is never among them: it is declared
// anew for every file.
type remembered struct {
	Mapping        []Mapping          `json:"mapping"`
	Identity       contact.Identity   `json:"identity,omitempty"`
	OnExisting     contact.OnExisting `json:"on_existing"`
	DefaultCountry string             `json:"default_country"`
}

// headerSet names the headers of a file; empty without a heading.
func (i Import) headerSet() string {
	if !i.Format.HasHeader {
		return ""
	}
	h := sha256.New()
	for _, c := range i.Columns {
		h.Write([]byte(headerKey(c.Header) + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func remember(ctx context.Context, tx *db.Tx, i Import) error {
	headers := i.headerSet()
	if headers == "" {
		return nil
	}
	s := i.Settings
	_, err := db.Exec(ctx, tx, `INSERT INTO import_mapping (tenant_id, headers, settings, used_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (tenant_id, headers) DO UPDATE SET settings = excluded.settings, used_at = excluded.used_at`,
		i.Tenant, headers, db.AsJSON(remembered{s.Mapping, s.Identity, s.OnExisting, s.DefaultCountry}), tx.Now)
	return err
}

// recall puts in what was chosen the last time for a file with these headers. Fields that are gone meanwhile are left out.
func (s *Service) recall(ctx context.Context, i *Import, custom []contact.Field) error {
	i.notes.Remembered = false
	headers := i.headerSet()
	if headers == "" {
		return nil
	}
	got, err := db.One[struct {
		Settings db.JSON[remembered] `db:"settings"`
	}](ctx, s.db, `SELECT settings FROM import_mapping WHERE tenant_id = ? AND headers = ?`, i.Tenant, headers)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r := got.Settings.V
	for _, m := range r.Mapping {
		known := m.Field == "" || slices.Contains(builtin, m.Field) || slices.ContainsFunc(custom, func(f contact.Field) bool { return f.Key == m.Field })
		if known && m.Column < len(i.Settings.Mapping) {
			i.Settings.Mapping[m.Column] = Mapping{Column: m.Column, Field: m.Field}
		}
	}
	i.Settings.Identity, i.Settings.OnExisting, i.Settings.DefaultCountry = r.Identity, r.OnExisting, strings.ToUpper(r.DefaultCountry)
	i.notes.Remembered = true
	return nil
}
