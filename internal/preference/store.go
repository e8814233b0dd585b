package preference

import (
	"context"
	"errors"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// pageRow is a page as it is stored.
type pageRow struct {
	Tenant  id.Tenant       `db:"tenant_id"`
	Key     string          `db:"page_key"`
	Draft   db.JSON[Design] `db:"draft"`
	Edit    int64           `db:"edit"`
	Version int64           `db:"version"`
	Changed time.Time       `db:"changed_at"`
}

const pageColumns = "tenant_id, page_key, draft, edit, version, changed_at"

// readPage returns the page of an account; ok is false when nobody has looked at it yet.
func readPage(ctx context.Context, q db.Querier, t id.Tenant) (row pageRow, ok bool, err error) {
	row, err = db.One[pageRow](ctx, q, `SELECT `+pageColumns+` FROM preference_page WHERE tenant_id = ?`, t)
	if errors.Is(err, errs.ErrNotFound) {
		return pageRow{}, false, nil
	}
	return row, err == nil, err
}

// ofKey returns the account of a public address, errs.ErrNotFound when there is none.
func ofKey(ctx context.Context, q db.Querier, key string) (id.Tenant, error) {
	return db.One[id.Tenant](ctx, q, `SELECT tenant_id FROM preference_page WHERE page_key = ?`, key)
}

func insertPage(ctx context.Context, tx *db.Tx, r pageRow) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO preference_page (`+pageColumns+`) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		r.Tenant, r.Key, r.Draft, r.Edit, r.Version, r.Changed)
	return err
}

// updateDraft keeps a draft unless somebody else has saved one since edit; 0 takes whatever is there.
func updateDraft(ctx context.Context, tx *db.Tx, t id.Tenant, edit int64, d Design) error {
	n, err := db.Exec(ctx, tx, `UPDATE preference_page SET draft = ?, edit = edit + 1, changed_at = ? WHERE tenant_id = ? AND (edit = ? OR ? = 0)`,
		db.AsJSON(d), tx.Now, t, edit, edit)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return err
}

// Version is one published design.
type Version struct {
	Version int64           `db:"version"`
	Design  db.JSON[Design] `db:"design"`
	Member  id.Member       `db:"member_id"`
	At      time.Time       `db:"at"`
}

func readVersion(ctx context.Context, q db.Querier, t id.Tenant, version int64) (Version, error) {
	return db.One[Version](ctx, q, `SELECT version, design, member_id, at FROM preference_version WHERE tenant_id = ? AND version = ?`, t, version)
}

// maxVersions is how many versions a screen shows.
const maxVersions = 50

func listVersions(ctx context.Context, q db.Querier, t id.Tenant) ([]Version, error) {
	return db.All[Version](ctx, q, `SELECT version, design, member_id, at FROM preference_version WHERE tenant_id = ? ORDER BY version DESC LIMIT ?`, t, maxVersions)
}

func insertVersion(ctx context.Context, tx *db.Tx, t id.Tenant, v Version) error {
	if _, err := db.Exec(ctx, tx, `INSERT INTO preference_version (tenant_id, version, design, member_id, at) VALUES (?, ?, ?, ?, ?)`,
		t, v.Version, v.Design, v.Member, v.At); err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `UPDATE preference_page SET version = ? WHERE tenant_id = ? AND version = ?`, v.Version, t, v.Version-1)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return err
}

// Logo is a picture of an account.
type Logo struct {
	ID      LogoID `db:"id"`
	Type    string `db:"media_type"`
	Width   int    `db:"width"`
	Height  int    `db:"height"`
	Picture []byte `db:"picture"`
}

func insertLogo(ctx context.Context, tx *db.Tx, t id.Tenant, l Logo) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO preference_logo (id, tenant_id, media_type, width, height, picture, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		l.ID, t, l.Type, l.Width, l.Height, l.Picture, tx.Now)
	return err
}

func readLogo(ctx context.Context, q db.Querier, t id.Tenant, l LogoID) (Logo, error) {
	return db.One[Logo](ctx, q, `SELECT id, media_type, width, height, picture FROM preference_logo WHERE tenant_id = ? AND id = ?`, t, l)
}

// ask is a letter that somebody asked for.
type ask struct {
	ID        AskID             `db:"id"`
	Tenant    id.Tenant         `db:"tenant_id"`
	Kind      askKind           `db:"kind"`
	Contact   contact.ID        `db:"contact_id"`
	Address   []byte            `db:"address"`
	Lang      string            `db:"lang"`
	IP        string            `db:"ip"`
	UserAgent string            `db:"user_agent"`
	At        time.Time         `db:"at"`
	Expires   time.Time         `db:"expires_at"`
	Done      time.Time         `db:"done_at"`
	Guest     contact.ID        `db:"guest_id"` // see contact.EnsureGuestTx
	Consent   contact.ConsentID `db:"guest_consent"`
}

const askColumns = "id, tenant_id, kind, contact_id, address, lang, ip, user_agent, at, expires_at, done_at, guest_id, guest_consent"

func insertAsk(ctx context.Context, tx *db.Tx, a ask) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO preference_ask (`+askColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Tenant, a.Kind, a.Contact, a.Address, a.Lang, a.IP, a.UserAgent, a.At, a.Expires, a.Done, a.Guest, a.Consent)
	return err
}

func readAsk(ctx context.Context, q db.Querier, t id.Tenant, a AskID) (ask, error) {
	return db.One[ask](ctx, q, `SELECT `+askColumns+` FROM preference_ask WHERE tenant_id = ? AND id = ?`, t, a)
}

// finishAsk forgets the address of an ask that is done; false when it was done already.
func finishAsk(ctx context.Context, tx *db.Tx, a ask) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE preference_ask SET address = NULL, done_at = ? WHERE tenant_id = ? AND id = ? AND done_at IS NULL`, tx.Now, a.Tenant, a.ID)
	return n > 0, err
}

// saveAsk keeps to whom the letter goes. A link needs the address no more: it is forgotten.
func saveAsk(ctx context.Context, tx *db.Tx, a ask) error {
	_, err := db.Exec(ctx, tx, `UPDATE preference_ask SET contact_id = ?, address = ?, done_at = ?, guest_id = ?, guest_consent = ? WHERE tenant_id = ? AND id = ?`,
		a.Contact, a.Address, a.Done, a.Guest, a.Consent, a.Tenant, a.ID)
	return err
}

// expiredAsks returns some of the asks whose time is over, of any account.
func expiredAsks(ctx context.Context, tx *db.Tx) ([]ask, error) {
	return db.All[ask](ctx, tx, `SELECT `+askColumns+` FROM preference_ask WHERE expires_at < ? ORDER BY expires_at LIMIT 200`, tx.Now)
}

func deleteAsk(ctx context.Context, tx *db.Tx, a ask) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM preference_ask WHERE tenant_id = ? AND id = ?`, a.Tenant, a.ID)
	return err
}

// asksOf returns what is kept of asks under the numbers of a person, also as a guest.
func asksOf(ctx context.Context, q db.Querier, t id.Tenant, ids []contact.ID) ([]ask, error) {
	own, numbers := db.In("contact_id", ids)
	guest, guests := db.In("guest_id", ids)
	w := db.Where("tenant_id = ?", t).And("("+own+" OR "+guest+")", numbers, guests)
	return db.All[ask](ctx, q, `SELECT `+askColumns+` FROM preference_ask WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
}

// asksOfNobody returns the asks whose address is not looked up yet.
func asksOfNobody(ctx context.Context, q db.Querier, t id.Tenant) ([]ask, error) {
	return db.All[ask](ctx, q, `SELECT `+askColumns+` FROM preference_ask WHERE tenant_id = ? AND contact_id IS NULL AND address IS NOT NULL ORDER BY id`, t)
}

// dropLogos removes the oldest pictures beyond keep, but none that the draft or a published version names.
func dropLogos(ctx context.Context, tx *db.Tx, t id.Tenant, keep int) error {
	old, err := db.All[LogoID](ctx, tx, `SELECT id FROM preference_logo WHERE tenant_id = ? ORDER BY id DESC LIMIT 1000 OFFSET ?`, t, keep)
	if err != nil || len(old) == 0 {
		return err
	}
	used := map[LogoID]bool{}
	row, _, err := readPage(ctx, tx, t)
	if err != nil {
		return err
	}
	used[row.Draft.V.Logo] = true
	designs, err := db.All[db.JSON[Design]](ctx, tx, `SELECT design FROM preference_version WHERE tenant_id = ?`, t)
	if err != nil {
		return err
	}
	for _, d := range designs {
		used[d.V.Logo] = true
	}
	for _, l := range old {
		if used[l] {
			continue
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM preference_logo WHERE tenant_id = ? AND id = ?`, t, l); err != nil {
			return err
		}
	}
	return nil
}
