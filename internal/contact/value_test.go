package contact_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/jobs"
)

// AUD-4: values are read as people here write them.
func TestValuesAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	choice := contact.Field{Kind: contact.ChoiceField, Options: []string{"Алматы", "Астана"}}
	list := contact.Field{Kind: contact.ListField}
	strict := contact.Field{Kind: contact.ListField, Options: []string{"Кофе", "Чай"}}
	kind := func(k contact.FieldKind) contact.Field { return contact.Field{Kind: k} }
	for _, c := range []struct {
		field contact.Field
		text  string
		json  string // empty: refused
	}{
		{kind(contact.NumberField), "1 200,50", `1200.5`}, {kind(contact.NumberField), "1\u00a0200.5", `1200.5`}, {kind(contact.NumberField), "1,200.50", `1200.5`},
		{kind(contact.NumberField), "1.200,50", `1200.5`}, {kind(contact.NumberField), "−7", `-7`}, {kind(contact.NumberField), "007", `7`},
		{kind(contact.NumberField), "12 шт", ``}, {kind(contact.NumberField), "NaN", ``}, {kind(contact.NumberField), "0x10", ``}, {kind(contact.NumberField), "1e400", ``},
		{kind(contact.DateField), "31.03.2026", `"2026-03-31"`}, {kind(contact.DateField), "1.3.2026", `"2026-03-01"`}, {kind(contact.DateField), "2026-03-31", `"2026-03-31"`},
		{kind(contact.DateField), "2026-03-31T10:00:00Z", `"2026-03-31"`}, {kind(contact.DateField), "29.02.2024", `"2024-02-29"`}, {kind(contact.DateField), "29.02.2026", ``},
		{kind(contact.DateField), "31.03.1026", ``}, {kind(contact.DateField), "03/31/2026", ``},
		{kind(contact.BooleanField), "Да", `true`}, {kind(contact.BooleanField), "иә", `true`}, {kind(contact.BooleanField), "ЖОҚ", `false`}, {kind(contact.BooleanField), "0", `false`},
		{kind(contact.BooleanField), "может быть", ``},
		{choice, "алматы", `"Алматы"`}, {choice, "Шымкент", ``},
		{list, "a; b;a ;", `["a","b"]`}, {list, "a, b", `["a","b"]`}, {list, "a|b,c", `["a","b,c"]`}, {list, " ", `null`},
		{strict, "чай; КОФЕ", `["Чай","Кофе"]`}, {strict, "чай; сок", ``},
		{kind(contact.TextField), "  Қ & <b> \"x\" ", `"Қ & <b> \"x\""`},
	} {
		v, err := c.field.Parse(c.text)
		if c.json == "" {
			require.Equal(t, errs.Invalid, errs.KindOf(err), "%s %q", c.field.Kind, c.text)
			continue
		}
		require.NoError(t, err, "%s %q", c.field.Kind, c.text)
		got, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, c.json, plain(t, got), "%s %q", c.field.Kind, c.text)
		var back contact.Value
		require.NoError(t, json.Unmarshal(got, &back))
		require.True(t, v.Equal(back), c.text)
	}
}

// plain undoes the escapes for HTML that encoding/json adds around a Marshaler.
func plain(t *testing.T, b []byte) string {
	var v any
	require.NoError(t, json.Unmarshal(b, &v))
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return string(b)
}

func FuzzFieldValues(f *testing.F) {
	f.Add("1 200,50", uint8(1))
	f.Add("a;b|c", uint8(5))
	f.Add("31.03.2026", uint8(2))
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		field := contact.Field{Kind: contact.FieldKinds[int(kind)%len(contact.FieldKinds)], Options: nil}
		if field.Kind == contact.ChoiceField {
			field.Options = []string{contact.CleanText(text)} // as fields keep them
		}
		v, err := field.Parse(text)
		if err != nil {
			return
		}
		b, err := json.Marshal(v)
		require.NoError(t, err)
		var back contact.Value
		require.NoError(t, json.Unmarshal(b, &back))
		require.True(t, v.Equal(back), "%q %s", text, b)
		again, err := field.Accept(v)
		require.NoError(t, err)
		require.True(t, v.Equal(again), "what was accepted is accepted again: %q %s", text, b)
	})
}

// fields is a world whose fields are worked on by jobs.
type fields struct {
	*world
	*contact.FieldWork
	queue *jobs.Queue
}

func newFields(t *testing.T, d *db.DB) *fields {
	w := newWorld(t, d)
	q := jobs.New(d, clock.Real{}, dbtest.Log(t))
	q.Poll = 5 * time.Millisecond
	f := &fields{w, contact.NewFieldWork(w.Service, q), q}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	return f
}

func (f *fields) wait(job jobs.ID) contact.FieldResult {
	var got jobs.Status
	require.Eventually(f.t, func() (ended bool) {
		var err error
		got, err = f.queue.Get(f.t.Context(), f.who.Tenant, job)
		return err == nil && got.State.Finished()
	}, 30*time.Second, 5*time.Millisecond)
	require.Equal(f.t, jobs.Done, got.State)
	var out contact.FieldResult
	require.NoError(f.t, json.Unmarshal(got.Result, &out))
	return out
}

func (f *fields) make(d contact.FieldDraft) contact.Field {
	made, err := f.CreateField(f.t.Context(), f.who, d)
	require.NoError(f.t, err)
	return made
}

// AUD-4: a change of kind says first what it costs, turns what fits and removes the rest.
func TestAFieldChangesItsKindAndSaysWhatThatCosts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f, ctx := newFields(t, d), t.Context()
		field := f.make(contact.FieldDraft{Key: "sum", Label: "Сумма"})
		const many = 1103 // more than two batches
		rows := make([]contact.Row, many)
		for i := range rows {
			text := fmt.Sprintf("%d,5", i)
			if i%100 == 0 {
				text = fmt.Sprintf("около %d", i)
			}
			rows[i] = row(t, fmt.Sprintf("p%d@example.kz", i), "", "P")
			rows[i].Fields = map[string]contact.Value{"sum": contact.TextValue(text)}
		}
		f.bulk(contact.Bulk{OnExisting: contact.Overwrite, Rows: rows})

		number := contact.FieldChange{Kind: contact.NumberField}
		p, err := f.Preview(ctx, f.who, field.ID, number)
		require.NoError(t, err)
		require.EqualValues(t, many, p.Values)
		require.EqualValues(t, 12, p.Lost)
		require.Contains(t, p.Examples, "около 100")
		_, _, err = f.Change(ctx, f.who, field.ID, 0, number, false)
		require.ErrorIs(t, err, contact.ErrFieldConfirm)

		_, job, err := f.Change(ctx, f.who, field.ID, field.Version, number, true)
		require.NoError(t, err)
		require.Equal(t, contact.FieldResult{Changed: many - 12, Removed: 12}, f.wait(job))
		page, err := f.List(ctx, f.who, contact.Filter{Search: "p7@"})
		require.NoError(t, err)
		n, ok := page.Items[0].Fields["sum"].Number()
		require.True(t, ok)
		require.InDelta(t, 7.5, n, 0)
		all, err := f.Fields(ctx, f.who.Tenant)
		require.NoError(t, err)
		require.Empty(t, all[0].Turning)
	})
}

// AUD-4: options may be added at once; taking one away costs the values that have it.
func TestOptionsThatAreTakenAwayCostTheirValues(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f, ctx := newFields(t, d), t.Context()
		field := f.make(contact.FieldDraft{Key: "drink", Label: "Напитки", Kind: contact.ListField, Options: []string{"Кофе", "Чай"}})
		c, err := f.Create(ctx, f.who, contact.Draft{Email: "a@example.kz", Fields: map[string]contact.Value{"drink": contact.TextValue("чай, кофе")}})
		require.NoError(t, err)

		more := []string{"Кофе", "Чай", "Какао"}
		now, job, err := f.Change(ctx, f.who, field.ID, 0, contact.FieldChange{Label: "Любимые", Options: &more}, false)
		require.NoError(t, err)
		require.Zero(t, job)
		require.Equal(t, "Любимые", now.Label)

		less := []string{"Кофе", "Какао"}
		p, err := f.Preview(ctx, f.who, field.ID, contact.FieldChange{Options: &less})
		require.NoError(t, err)
		require.EqualValues(t, 1, p.Lost)
		_, job, err = f.Change(ctx, f.who, field.ID, 0, contact.FieldChange{Options: &less}, true)
		require.NoError(t, err)
		f.wait(job)
		got, err := f.Get(ctx, f.who, c.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"Кофе"}, got.Fields["drink"].List())
	})
}

// AUD-4: a deleted field is gone at once, its values soon, and its key is free after that.
func TestADeletedFieldTakesItsValuesAlong(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f, ctx := newFields(t, d), t.Context()
		field := f.make(contact.FieldDraft{Key: "city", Label: "Город"})
		c, err := f.Create(ctx, f.who, contact.Draft{Email: "a@example.kz", Fields: map[string]contact.Value{"city": contact.TextValue("Алматы")}})
		require.NoError(t, err)
		_, err = f.FieldWork.Delete(ctx, f.another, field.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)

		job, err := f.FieldWork.Delete(ctx, f.who, field.ID)
		require.NoError(t, err)
		keys, err := f.FieldKinds(ctx, f.who.Tenant)
		require.NoError(t, err)
		require.Empty(t, keys)
		require.Equal(t, contact.FieldResult{Removed: 1}, f.wait(job))
		got, err := f.Get(ctx, f.who, c.ID)
		require.NoError(t, err)
		require.Empty(t, got.Fields)
		f.make(contact.FieldDraft{Key: "city", Label: "Город", Kind: contact.ChoiceField, Options: []string{"Алматы"}})
	})
}
