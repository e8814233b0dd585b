package export

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db/dbtest"
	"keruen/internal/id"
	"keruen/internal/intake"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// person is a contact by what a file can tell of it; tags by their names.
type person struct {
	Email, Phone, First, Last, Lang, External string
	Fields                                    map[string]contact.Value
	Tags                                      []string
}

func (w *world) persons() []person {
	w.t.Helper()
	tags, err := w.contacts.Tags(w.t.Context(), w.who)
	require.NoError(w.t, err)
	names := map[contact.TagID]string{}
	for _, g := range tags {
		names[g.ID] = g.Name
	}
	p, err := w.contacts.List(w.t.Context(), w.who, contact.Filter{Sort: "created_at", Ask: page.Ask{Limit: 100}})
	require.NoError(w.t, err)
	out := make([]person, len(p.Items))
	for i, v := range p.Items {
		out[i] = person{v.Email, v.Phone, v.FirstName, v.LastName, v.Lang, v.ExternalID, v.Fields, nil}
		for _, g := range v.Tags {
			out[i].Tags = append(out[i].Tags, names[g])
		}
	}
	return out
}

// take imports a file into an account as the wizard proposes it, and waits until the job is over.
func (w *world) take(imports *intake.Service, name string, text []byte) {
	w.t.Helper()
	ctx := w.t.Context()
	i, err := imports.Upload(ctx, w.who, name, bytes.NewReader(text))
	require.NoError(w.t, err)
	i, err = imports.Update(ctx, w.who, i.ID, intake.Change{Consent: &intake.Declaration{}})
	require.NoError(w.t, err)
	i, err = imports.Start(ctx, w.who, i.ID)
	require.NoError(w.t, err)
	require.Eventually(w.t, func() bool {
		i, err = imports.Get(ctx, w.who, i.ID)
		return err != nil || i.State.Ended()
	}, time.Minute, 20*time.Millisecond)
	require.NoError(w.t, err)
	require.Equal(w.t, intake.Done, i.State)
	require.Zero(w.t, i.Counts.Errors, "%+v", i.Groups)
}

// AUD-5
func TestWhatIsExportedAndImportedIsTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		queue := jobs.New(w.db, clock.Real{}, dbtest.Log(t))
		imports := intake.New(w.db, w.blobs, queue, w.contacts)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); queue.Run(ctx) }()
		defer func() { stop(); <-done }()
		w.people()
		want := w.persons()
		require.Len(t, want[0].Fields, 6)
		from := w.who
		for n, a := range []Ask{{Format: CSV, Lang: lang.Russian}, {Format: XLSX, Lang: lang.Kazakh}, {Format: CSV, Lang: lang.English}, {Format: VCard, Lang: lang.Russian}} {
			w.who = from
			e, text := w.made(a)
			w.who.Tenant += id.Tenant(1000 + n)
			w.fields()
			w.take(imports, e.Filename, text)
			require.Equal(t, want, w.persons(), "%s in %s", a.Format, a.Lang)
		}
	})
}
