package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/blob"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/intake/sheet"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// world is an account with its exports on one database.
type world struct {
	*Service
	t        testing.TB
	clock    *clock.Fake
	blobs    *blob.Store
	contacts *contact.Service
	audit    *audit.Service
	who      access.Actor
	another  access.Actor
}

func newWorld(t testing.TB, d *db.DB, clk *clock.Fake) *world {
	t.Helper()
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	blobs, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	q := jobs.New(d, clk, dbtest.Log(t))
	contacts := contact.New(d, event.New(q), keys)
	owner := func(tenant id.Tenant) access.Actor {
		return access.Actor{Tenant: tenant, Member: 5, Via: access.BySession, Role: access.Owner}
	}
	return &world{New(d, blobs, q, contacts), t, clk, blobs, contacts, audit.New(d, clk, keys), owner(101), owner(202)}
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := clock.NewFake(time.Date(2026, 3, 31, 9, 5, 0, 0, time.UTC))
			f(t, newWorld(t, dbtest.Open(t, address(t), clk), clk))
		})
	}
}

func quiet(context.Context, int64, int64) error { return nil }

// fields makes a custom field of every kind.
func (w *world) fields() {
	w.t.Helper()
	for _, f := range []contact.FieldDraft{
		{Key: "city", Label: "Город", Kind: contact.TextField}, {Key: "spent", Label: "Покупки", Kind: contact.NumberField}, {Key: "born", Label: "Родился", Kind: contact.DateField},
		{Key: "vip", Label: "Важный", Kind: contact.BooleanField}, {Key: "size", Label: "Размер одежды", Kind: contact.ChoiceField, Options: []string{"S", "M"}}, {Key: "likes", Label: "Любит", Kind: contact.ListField},
	} {
		_, err := w.contacts.CreateField(w.t.Context(), w.who, f)
		require.NoError(w.t, err)
	}
}

// people adds contacts with values of every kind, and returns a list and a tag.
func (w *world) people() (contact.ListID, contact.TagID) {
	w.t.Helper()
	ctx := w.t.Context()
	w.fields()
	list, err := w.contacts.CreateList(ctx, w.who, "Клуб; \"Алматы\"")
	require.NoError(w.t, err)
	tag, err := w.contacts.CreateTag(ctx, w.who, "VIP, 2026")
	require.NoError(w.t, err)
	add := func(d contact.Draft) {
		_, err := w.contacts.Create(ctx, w.who, d)
		require.NoError(w.t, err)
	}
	add(contact.Draft{Email: "aigul@example.kz", Phone: "+77011234567", FirstName: "Айгуль", LastName: "=Ахметова", Lang: "kk", Lists: []contact.ListID{list.ID}, Tags: []contact.TagID{tag.ID},
		Fields: map[string]contact.Value{"city": contact.TextValue("Алматы; центр"), "spent": contact.NumberValue(1200.5), "born": contact.TextValue("1985-04-15"), "vip": contact.BoolValue(true),
			"size": contact.TextValue("M"), "likes": contact.ListValue([]string{"чай", "хлеб, соль"})},
		Consent: &contact.Given{Key: contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, Proof: contact.Proof{Source: contact.ByHand, Wording: "согласна получать новости"}}})
	add(contact.Draft{Phone: "+77020001122", FirstName: "Болат"})
	dana, err := contact.ParseEmail("dana@example.kz")
	require.NoError(w.t, err)
	w.bulk(contact.Row{Email: dana, ExternalID: "=crm-7", Fields: map[string]contact.Value{"vip": contact.BoolValue(false)}})
	return list.ID, tag.ID
}

func (w *world) bulk(rows ...contact.Row) {
	w.t.Helper()
	require.NoError(w.t, w.db.InTx(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := w.contacts.BulkUpsert(ctx, tx, contact.Bulk{Tenant: w.who.Tenant, By: contact.ByEmail, OnExisting: contact.UpdateEmpty, Rows: rows})
		return err
	}))
}

func (w *world) start(a Ask) Export {
	w.t.Helper()
	a.Reason = "сверка с бухгалтерией"
	e, err := w.Start(w.t.Context(), w.who, a)
	require.NoError(w.t, err)
	return e
}

// made writes a file as the job does and returns it.
func (w *world) made(a Ask) (Export, []byte) {
	w.t.Helper()
	e := w.start(a)
	require.NoError(w.t, w.run(w.t.Context(), task{w.who.Tenant, e.ID}, quiet))
	got, f, err := w.Open(w.t.Context(), w.who, e.ID)
	require.NoError(w.t, err)
	defer f.Close()
	text, err := io.ReadAll(f)
	require.NoError(w.t, err)
	require.Equal(w.t, got.Size, int64(len(text)))
	return got, text
}

// table reads a file as a reader of tables does.
func table(t *testing.T, text []byte) [][]string {
	t.Helper()
	b, err := sheet.Open(bytes.NewReader(text), int64(len(text)), "")
	require.NoError(t, err)
	defer b.Close()
	rows, err := b.Rows(0, sheet.Options{})
	require.NoError(t, err)
	defer rows.Close()
	var out [][]string
	for {
		rec, ok, err := rows.Next()
		require.NoError(t, err)
		if !ok {
			return out
		}
		require.Empty(t, rec.Trouble)
		out = append(out, rec.Cells)
	}
}

func (w *world) actions() []string {
	p, err := w.audit.List(w.t.Context(), w.who.Tenant, page.Ask{Limit: 100})
	require.NoError(w.t, err)
	var out []string
	for _, i := range p.Items {
		if strings.HasPrefix(i.Action, "export.") {
			out = append(out, i.Action)
		}
	}
	slices.Reverse(out)
	return out
}

// AUD-5
func TestAFileHoldsTheColumnsThatWereChosenInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.people()
		columns := []string{"last_name", "email", "phone", "tags", "lists", "field.spent", "field.born", "field.vip", "field.likes", "consent.email", "created_at"}
		want := [][]string{
			{"Фамилия", "Электронная почта", "Телефон", "Метки", "Списки", "Покупки", "Родился", "Важный", "Любит", "Согласие на рекламу: почта", "Добавлен"},
			{"=Ахметова", "aigul@example.kz", "+77011234567", `"VIP, 2026"`, `"Клуб; ""Алматы"""`, "1200.5", "1985-04-15", "true", `чай; "хлеб, соль"`, "есть", "2026-03-31 14:05"},
			{"", "", "+77020001122", "", "", "", "", "", "", "", "2026-03-31 14:05"},
			{"", "dana@example.kz", "", "", "", "", "", "false", "", "", "2026-03-31 14:05"},
		}
		for _, f := range []Format{CSV, XLSX} {
			e, text := w.made(Ask{Format: f, Columns: columns, Lang: lang.Russian, Zone: "Asia/Almaty"})
			require.Equal(t, want, table(t, text), f)
			require.Equal(t, "Контакты 2026-03-31 14-05."+string(f), e.Filename)
			require.Equal(t, []any{int64(3), Ready, 1}, []any{e.Rows, e.State, e.Downloads})
		}
		_, text := w.made(Ask{Format: VCard, Lang: lang.English})
		require.Equal(t, []string{"email", "phone", "first_name", "last_name", "city", "tags", "lang", "external_id", "born", "likes", "size", "spent", "vip"}, table(t, text)[0])
		e, _ := w.made(Ask{Format: CSV, Lang: lang.English})
		require.Len(t, e.Ask.Columns, len(Builtin)+6, "none chosen means all")
	})
}

// AUD-5
func TestAnExportIsOfAListATagOrWhoAgreed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		list, tag := w.people()
		for name, f := range map[string]Filter{"list": {List: list}, "tag": {Tag: tag}, "consent": {Consent: contact.Granted}, "search": {Search: "айг"}, "all of it": {List: list, Tag: tag, Search: "@example"}} {
			e, text := w.made(Ask{Format: CSV, Filter: f, Columns: []string{"email"}, Lang: lang.English})
			require.Equal(t, [][]string{{"Email"}, {"aigul@example.kz"}}, table(t, text), name)
			require.Equal(t, f, e.Ask.Filter)
		}
		_, err := w.Start(t.Context(), w.who, Ask{Format: CSV, Filter: Filter{Search: "nobody"}, Reason: "reason"})
		require.ErrorIs(t, err, ErrNobody)
	})
}

func TestWithoutAReasonNothingIsTakenOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.people()
		for code, a := range map[string]Ask{
			"export.reason": {Format: CSV, Reason: "  x "}, "export.format": {Format: "pdf", Reason: "reason"}, "export.column": {Format: CSV, Reason: "reason", Columns: []string{"field.none"}},
		} {
			_, err := w.Start(t.Context(), w.who, a)
			var e *errs.Error
			require.ErrorAs(t, err, &e, code)
			require.Len(t, e.Fields, 1, code)
			require.Equal(t, code, e.Fields[0].Code)
		}
		require.Empty(t, w.actions())
	})
}

// AUD-5
func TestWhoTookContactsOutAndWhyStandsInTheLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.people()
		e, _ := w.made(Ask{Format: CSV, Filter: Filter{Search: "dana@example.kz"}, Columns: []string{"email"}, Lang: lang.English})
		require.NoError(t, w.Delete(t.Context(), w.who, e.ID))
		require.Equal(t, []string{"export.started", "export.downloaded", "export.deleted"}, w.actions())
		p, err := w.audit.List(t.Context(), w.who.Tenant, page.Ask{Limit: 100})
		require.NoError(t, err)
		for _, i := range p.Items {
			require.NotContains(t, fmt.Sprint(i.Details), "dana@", "addresses stay out of the log")
			if i.Action == "export.started" {
				require.Equal(t, "сверка с бухгалтерией", i.Details["reason"])
				require.Equal(t, w.who.Member, i.Who.Member)
			}
		}
		_, err = w.Get(t.Context(), w.who, e.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.blobs.Open(t.Context(), w.who.Tenant, e.blob)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func TestAFileIsGoneAfterSevenDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.people()
		e, _ := w.made(Ask{Format: CSV, Lang: lang.English})
		require.Equal(t, w.clock.Now().Add(7*24*time.Hour), e.ExpiresAt)
		w.clock.Advance(7 * 24 * time.Hour)
		_, _, err := w.Open(t.Context(), w.who, e.ID)
		require.ErrorIs(t, err, ErrGone, "also before the job has come round")
		for range 2 {
			require.NoError(t, w.expire(t.Context(), task{w.who.Tenant, e.ID}))
		}
		_, err = w.blobs.Open(t.Context(), w.who.Tenant, e.blob)
		require.ErrorIs(t, err, errs.ErrNotFound)
		got, err := w.Get(t.Context(), w.who, e.ID)
		require.NoError(t, err)
		require.Equal(t, Expired, got.State)
		_, _, err = w.Open(t.Context(), w.who, e.ID)
		require.ErrorIs(t, err, ErrGone)
	})
}

func TestCancellingLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.people()
		e := w.start(Ask{Format: XLSX})
		_, _, err := w.Open(t.Context(), w.who, e.ID)
		require.ErrorIs(t, err, ErrNotReady)
		require.ErrorIs(t, w.Delete(t.Context(), w.who, e.ID), ErrBusy)
		// Cancelled by the list of jobs, while the file is being written.
		report := func(ctx context.Context, _, _ int64) error {
			_, err := w.CancelJob(ctx, w.who, e.Job)
			return err
		}
		require.NoError(t, w.run(t.Context(), task{w.who.Tenant, e.ID}, report))
		got, err := w.Get(t.Context(), w.who, e.ID)
		require.NoError(t, err)
		require.Equal(t, []any{Cancelled, "", jobs.ID(0)}, []any{got.State, got.blob, got.Job})
		_, err = w.Cancel(t.Context(), w.who, e.ID)
		require.ErrorIs(t, err, ErrEnded)
		require.NoError(t, w.run(t.Context(), task{w.who.Tenant, e.ID}, quiet), "a job that comes late does nothing")
	})
}

func TestAnExportThatBreaksOffIsBegunAnewAndThenFails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.people()
		e := w.start(Ask{Format: CSV, Lang: lang.English})
		broken := errors.New("broken")
		require.ErrorIs(t, w.run(t.Context(), task{w.who.Tenant, e.ID}, func(context.Context, int64, int64) error { return broken }), broken)
		require.NoError(t, w.fail(t.Context(), task{w.who.Tenant, e.ID}))
		got, err := w.Get(t.Context(), w.who, e.ID)
		require.NoError(t, err)
		require.Equal(t, Failed, got.State)
		require.Equal(t, "export.gave_up", got.Failure.Code)
		_, text := w.made(Ask{Format: CSV, Columns: []string{"email"}, Lang: lang.English})
		require.Len(t, table(t, text), 3, "a row without anything is no row")
	})
}

func TestEveryContactOfManyIsInTheFileOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const n = 2*step + 7
		rows := make([]contact.Row, n)
		for i := range rows {
			a, err := contact.ParseEmail(fmt.Sprintf("person%d@example.kz", i))
			require.NoError(t, err)
			rows[i].Email = a
		}
		w.bulk(rows...)
		e := w.start(Ask{Format: XLSX, Columns: []string{"email"}})
		var seen []int64
		report := func(_ context.Context, done, total int64) error {
			require.Equal(t, int64(n), total)
			seen = append(seen, done)
			return nil
		}
		require.NoError(t, w.run(t.Context(), task{w.who.Tenant, e.ID}, report))
		require.Equal(t, []int64{step, 2 * step, n}, seen)
		_, f, err := w.Open(t.Context(), w.who, e.ID)
		require.NoError(t, err)
		defer f.Close()
		text, err := io.ReadAll(f)
		require.NoError(t, err)
		all := map[string]bool{}
		for _, row := range table(t, text)[1:] {
			all[row[0]] = true
		}
		require.Len(t, all, n)
	})
}

func TestExportsOfOthersAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		list, tag := w.people()
		e, _ := w.made(Ask{Format: CSV})
		ctx := t.Context()
		_, err := w.Get(ctx, w.another, e.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, _, err = w.Open(ctx, w.another, e.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.Cancel(ctx, w.another, e.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.CancelJob(ctx, w.another, 12345)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.ErrorIs(t, w.Delete(ctx, w.another, e.ID), errs.ErrNotFound)
		for _, f := range []Filter{{List: list}, {Tag: tag}} {
			_, err = w.Start(ctx, w.another, Ask{Format: CSV, Filter: f, Reason: "reason"})
			require.ErrorIs(t, err, errs.ErrNotFound)
		}
		p, err := w.List(ctx, w.another, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, p.Items)
	})
}

func TestExportsNeedTheirPermission(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.people()
		e, _ := w.made(Ask{Format: CSV})
		viewer := w.who
		viewer.Role = access.Viewer
		ctx := t.Context()
		_, start := w.Start(ctx, viewer, Ask{Format: CSV, Reason: "reason"})
		_, get := w.Get(ctx, viewer, e.ID)
		_, list := w.List(ctx, viewer, page.Ask{Limit: 10})
		_, _, open := w.Open(ctx, viewer, e.ID)
		_, cancel := w.Cancel(ctx, viewer, e.ID)
		_, job := w.CancelJob(ctx, viewer, 1)
		for _, err := range []error{start, get, list, open, cancel, job, w.Delete(ctx, viewer, e.ID)} {
			require.ErrorIs(t, err, errs.ErrForbidden)
		}
	})
}
