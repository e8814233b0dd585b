package form

import (
	"context"
	"time"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

type (
	listID = contact.ListID
	tagID  = contact.TagID
)

// formRow is a form as it is stored.
type formRow struct {
	ID        ID              `db:"id"`
	Tenant    id.Tenant       `db:"tenant_id"`
	Key       string          `db:"page_key"`
	Name      string          `db:"name"`
	Draft     db.JSON[Design] `db:"draft"`
	Published int64           `db:"published"`
	Closed    bool            `db:"closed"`
	CreatedBy id.Member       `db:"created_by"`
	CreatedAt time.Time       `db:"created_at"`
	ChangedAt time.Time       `db:"changed_at"`
	Version   int64           `db:"version"`
}

const formColumns = "id, tenant_id, page_key, name, draft, published, closed, created_by, created_at, changed_at, version"

func (r formRow) form() Form {
	return Form{r.ID, r.Tenant, r.Key, r.Name, r.Draft.V, r.Published, r.Closed, r.CreatedBy, r.CreatedAt, r.ChangedAt, r.Version}
}

func getForm(ctx context.Context, q db.Querier, t id.Tenant, f ID) (Form, error) {
	r, err := db.One[formRow](ctx, q, `SELECT `+formColumns+` FROM form WHERE tenant_id = ? AND id = ?`, t, f)
	return r.form(), err
}

// formOf finds a form by its public address; only there the account is not known yet.
func formOf(ctx context.Context, q db.Querier, key string) (Form, error) {
	r, err := db.One[formRow](ctx, q, `SELECT `+formColumns+` FROM form WHERE page_key = ?`, key)
	return r.form(), err
}

func listForms(ctx context.Context, q db.Querier, t id.Tenant) ([]Form, error) {
	rows, err := db.All[formRow](ctx, q, `SELECT `+formColumns+` FROM form WHERE tenant_id = ? ORDER BY id DESC LIMIT ?`, t, MaxForms)
	out := make([]Form, len(rows))
	for i, r := range rows {
		out[i] = r.form()
	}
	return out, err
}

func countForms(ctx context.Context, q db.Querier, t id.Tenant) (int, error) {
	return db.One[int](ctx, q, `SELECT COUNT(*) FROM form WHERE tenant_id = ?`, t)
}

func insertForm(ctx context.Context, tx *db.Tx, f Form) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO form (`+formColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.Tenant, f.Key, f.Name, db.AsJSON(f.Draft), f.Published, f.Closed, f.CreatedBy, f.CreatedAt, f.ChangedAt, f.Version)
	return err
}

// updateForm writes a form over its version, errs.ErrStale when it moved on.
func updateForm(ctx context.Context, tx *db.Tx, f Form) error {
	n, err := db.Exec(ctx, tx, `UPDATE form SET name = ?, draft = ?, published = ?, closed = ?, changed_at = ?, version = version + 1
		WHERE tenant_id = ? AND id = ? AND version = ?`, f.Name, db.AsJSON(f.Draft), f.Published, f.Closed, tx.Now, f.Tenant, f.ID, f.Version)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return err
}

// deleteForm removes a form with all that came in by it. What became contacts stays.
func deleteForm(ctx context.Context, tx *db.Tx, t id.Tenant, f ID) error {
	for _, table := range []string{"form_submission", "form_stat", "form_version"} {
		if _, err := db.Exec(ctx, tx, `DELETE FROM `+table+` WHERE tenant_id = ? AND form_id = ?`, t, f); err != nil {
			return err
		}
	}
	_, err := db.Exec(ctx, tx, `DELETE FROM form WHERE tenant_id = ? AND id = ?`, t, f)
	return err
}

func insertVersion(ctx context.Context, tx *db.Tx, f Form, v Version) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO form_version (tenant_id, form_id, version, design, member_id, at) VALUES (?, ?, ?, ?, ?, ?)`,
		f.Tenant, f.ID, v.Version, v.Design, v.Member, v.At)
	return err
}

func getVersion(ctx context.Context, q db.Querier, t id.Tenant, f ID, version int64) (Version, error) {
	return db.One[Version](ctx, q, `SELECT version, design, member_id, at FROM form_version WHERE tenant_id = ? AND form_id = ? AND version = ?`, t, f, version)
}

const maxVersions = 100 // shown

func listVersions(ctx context.Context, q db.Querier, t id.Tenant, f ID) ([]Version, error) {
	return db.All[Version](ctx, q, `SELECT version, design, member_id, at FROM form_version WHERE tenant_id = ? AND form_id = ? ORDER BY version DESC LIMIT ?`, t, f, maxVersions)
}

const submissionColumns = `id, tenant_id, form_id, version, nonce, state, reason, answers, address_hash, lang, page, ip, user_agent, letters, letter_at,
	contact_id, guest_tenant, guest_id, guest_consent, at, expires_at, done_at`

func getSubmission(ctx context.Context, q db.Querier, t id.Tenant, s SubmissionID) (Submission, error) {
	return db.One[Submission](ctx, q, `SELECT `+submissionColumns+` FROM form_submission WHERE tenant_id = ? AND id = ?`, t, s)
}

// insertSubmission reports whether the nonce was new: pressing a button twice is one submission.
func insertSubmission(ctx context.Context, tx *db.Tx, s Submission) (bool, error) {
	n, err := db.Exec(ctx, tx, `INSERT INTO form_submission (`+submissionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		s.ID, s.Tenant, s.Form, s.Version, s.Nonce, s.State, s.Reason, s.Answers, s.AddressHash, s.Lang, s.Page, s.IP, s.UserAgent, s.Letters, s.LetterAt,
		s.Contact, s.GuestTenant, s.Guest, s.GuestConsent, s.At, s.Expires, s.Done)
	return n == 1, err
}

// saveSubmission writes what changes in a submission, if it is still in the state that was read.
func saveSubmission(ctx context.Context, tx *db.Tx, s Submission, from State) error {
	n, err := db.Exec(ctx, tx, `UPDATE form_submission SET state = ?, reason = ?, answers = ?, address_hash = ?, letters = ?, letter_at = ?, contact_id = ?,
		guest_tenant = ?, guest_id = ?, guest_consent = ?, ip = ?, user_agent = ?, expires_at = ?, done_at = ? WHERE tenant_id = ? AND id = ? AND state = ?`,
		s.State, s.Reason, s.Answers, s.AddressHash, s.Letters, s.LetterAt, s.Contact, s.GuestTenant, s.Guest, s.GuestConsent, s.IP, s.UserAgent, s.Expires, s.Done,
		s.Tenant, s.ID, from)
	if err == nil && n == 0 {
		return errs.ErrStale
	}
	return err
}

func listSubmissions(ctx context.Context, q db.Querier, t id.Tenant, f ID, state State, a page.Ask) ([]Submission, error) {
	w := db.Where("tenant_id = ?", t).And("form_id = ?", f)
	if state != "" {
		w.And("state = ?", state)
	}
	if a.After > 0 {
		w.And("id < ?", a.After)
	}
	return db.All[Submission](ctx, q, `SELECT `+submissionColumns+` FROM form_submission WHERE `+w.SQL()+` ORDER BY id DESC LIMIT ?`, w.Args(a.Limit+1)...)
}

// passGuest hands a guest on to another submission that still waits for the letter to it, and tells whether there was one. The
// operator's own account may have guests of several accounts, so this looks over all of them.
func passGuest(ctx context.Context, tx *db.Tx, s Submission) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE form_submission SET guest_consent = COALESCE(guest_consent, ?)
		WHERE guest_tenant = ? AND guest_id = ? AND answers IS NOT NULL AND state = ? AND id <> ?`, s.GuestConsent, s.GuestTenant, s.Guest, Pending, s.ID)
	return n > 0, err
}

// guestsOf returns the submissions of a form that have a guest.
func guestsOf(ctx context.Context, q db.Querier, t id.Tenant, f ID) ([]Submission, error) {
	return db.All[Submission](ctx, q, `SELECT `+submissionColumns+` FROM form_submission WHERE tenant_id = ? AND form_id = ? AND guest_id IS NOT NULL`, t, f)
}

// overdue returns submissions that have run out and still hold answers. The sweep is the system's own and goes over all accounts.
func overdue(ctx context.Context, q db.Querier, now time.Time, limit int) ([]Submission, error) {
	return db.All[Submission](ctx, q, `SELECT `+submissionColumns+` FROM form_submission WHERE answers IS NOT NULL AND expires_at <= ? ORDER BY expires_at LIMIT ?`, now, limit)
}

// submissionsOf returns what a person sent, found by the contact that it became or by its address.
func submissionsOf(ctx context.Context, q db.Querier, t id.Tenant, ids []contact.ID, hashes []string) ([]Submission, error) {
	of := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids))
	out, err := db.All[Submission](ctx, q, `SELECT `+submissionColumns+` FROM form_submission WHERE `+of.SQL()+` ORDER BY id`, of.Args()...)
	if err != nil || len(hashes) == 0 {
		return out, err
	}
	w := db.Where("tenant_id = ?", t).And("address_hash <> ''").And("contact_id IS NULL").And(db.In("address_hash", hashes))
	more, err := db.All[Submission](ctx, q, `SELECT `+submissionColumns+` FROM form_submission WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
	return append(out, more...), err
}

// Stat is the figures of one day and page.
type Stat struct {
	Day         int    `db:"day"` // days since 1970 in the account's zone
	Page        string `db:"page"`
	Views       int64  `db:"views"`
	Submissions int64  `db:"submissions"`
	Confirmed   int64  `db:"confirmed"` // with double opt-in: the letter was answered; without: the consent was recorded
	Held        int64  `db:"held"`
}

// maxPages is how many pages of one form are told apart on one day: addresses of pages come from outside.
const maxPages = 50

const otherPages = "…"

// bump adds to the figures of a day and page.
func bump(ctx context.Context, tx *db.Tx, t id.Tenant, f ID, s Stat) error {
	n, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM form_stat WHERE tenant_id = ? AND form_id = ? AND day = ? AND page <> ?`, t, f, s.Day, s.Page)
	if err != nil {
		return err
	}
	if n >= maxPages {
		s.Page = otherPages
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO form_stat (tenant_id, form_id, day, page, views, submissions, confirmed, held) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, form_id, day, page) DO UPDATE SET views = form_stat.views + excluded.views, submissions = form_stat.submissions + excluded.submissions,
		confirmed = form_stat.confirmed + excluded.confirmed, held = form_stat.held + excluded.held`, t, f, s.Day, s.Page, s.Views, s.Submissions, s.Confirmed, s.Held)
	return err
}

func listStats(ctx context.Context, q db.Querier, t id.Tenant, f ID, from, to int) ([]Stat, error) {
	return db.All[Stat](ctx, q, `SELECT day, page, views, submissions, confirmed, held FROM form_stat WHERE tenant_id = ? AND form_id = ? AND day >= ? AND day <= ? ORDER BY day, page`, t, f, from, to)
}

// totals are the figures of all forms of an account, for the list.
func totals(ctx context.Context, q db.Querier, t id.Tenant, from int) (map[ID]Stat, error) {
	rows, err := db.All[struct {
		Form        ID    `db:"form_id"`
		Views       int64 `db:"views"`
		Submissions int64 `db:"submissions"`
		Confirmed   int64 `db:"confirmed"`
		Held        int64 `db:"held"`
	}](ctx, q, `SELECT form_id, CAST(SUM(views) AS BIGINT) AS views, CAST(SUM(submissions) AS BIGINT) AS submissions, CAST(SUM(confirmed) AS BIGINT) AS confirmed,
		CAST(SUM(held) AS BIGINT) AS held FROM form_stat WHERE tenant_id = ? AND day >= ? GROUP BY form_id`, t, from)
	out := make(map[ID]Stat, len(rows))
	for _, r := range rows {
		out[r.Form] = Stat{Views: r.Views, Submissions: r.Submissions, Confirmed: r.Confirmed, Held: r.Held}
	}
	return out, err
}
