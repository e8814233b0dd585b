package privacy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
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
	"keruen/internal/intake"
	"keruen/internal/intake/export"
	"keruen/internal/jobs"
	"keruen/internal/page"
	"keruen/internal/privacy"
	"keruen/internal/secret"
)

// world is an account with what keeps people, on one database, and another account that must see nothing of it.
type world struct {
	*privacy.Service
	t            *testing.T
	db           *db.DB
	url          string
	files        string
	queue        *jobs.Queue
	contacts     *contact.Service
	imports      *intake.Service
	exports      *export.Service
	who, another access.Actor
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, newWorld(t, address(t)))
		})
	}
}

func newWorld(t *testing.T, url string) *world {
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	d := dbtest.Open(t, url, clock.Real{})
	files := t.TempDir()
	blobs, err := blob.Open(files)
	require.NoError(t, err)
	q := jobs.New(d, clock.Real{}, dbtest.Log(t))
	contacts := contact.New(d, event.New(q), keys)
	imports := intake.New(d, blobs, q, contacts)
	exports := export.New(d, blobs, q, contacts)
	s := privacy.New(privacy.Parts{DB: d, Clock: clock.Real{}, Queue: q, Blobs: blobs, Contacts: contacts,
		Keepers: []privacy.Keeper{imports, exports}, Tellers: []privacy.Teller{privacy.TellContact(contacts), privacy.TellLog(audit.New(d, clock.Real{}, keys))}})
	owner := func(tenant id.Tenant) access.Actor {
		return access.Actor{Tenant: tenant, Member: 5, Via: access.BySession, Role: access.Owner}
	}
	w := &world{s, t, d, url, files, q, contacts, imports, exports, owner(101), owner(202)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	return w
}

func (w *world) wait(r privacy.Request) privacy.Request {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		got, err := w.Get(w.t.Context(), w.who, r.ID)
		require.NoError(w.t, err)
		r = got
		return got.State == privacy.Done
	}, 20*time.Second, 10*time.Millisecond)
	return r
}

// places lists where a text lies in anything that the program keeps: the database, whatever the table, and files.
func (w *world) places(text string) []string {
	w.t.Helper()
	var out []string
	if path, ok := strings.CutPrefix(w.url, "sqlite:"); ok {
		for _, f := range []string{path, path + "-wal"} {
			b, err := os.ReadFile(f)
			if err == nil && bytes.Contains(bytes.ToLower(b), []byte(text)) {
				out = append(out, filepath.Base(f))
			}
		}
	} else {
		tables, err := db.All[string](w.t.Context(), w.db, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
		require.NoError(w.t, err)
		require.Greater(w.t, len(tables), 20)
		for _, table := range tables {
			n, err := db.One[int](w.t.Context(), w.db, `SELECT COUNT(*) FROM `+table+` x WHERE lower(x::text) LIKE ?`, "%"+text+"%")
			require.NoError(w.t, err)
			if n > 0 {
				out = append(out, table)
			}
		}
	}
	require.NoError(w.t, filepath.WalkDir(w.files, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(bytes.ToLower(b), []byte(text)) {
			out = append(out, "file")
		}
		return err
	}))
	return out
}

// CMP-11: after an erasure nothing anywhere names the person, and nobody can write to it again.
func TestAfterAnErasureNothingAnywhereNamesThePerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c, err := w.contacts.Create(ctx, w.who, contact.Draft{Email: "Anna.Secret@Example.kz", Phone: "+77019998877", FirstName: "Аннасекрет"})
		require.NoError(t, err)
		second, err := w.contacts.Create(ctx, w.who, contact.Draft{Email: "other.secret@example.kz"})
		require.NoError(t, err)
		stays, err := w.contacts.Create(ctx, w.who, contact.Draft{Email: "stays@example.kz"})
		require.NoError(t, err)
		key := contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}
		proof := contact.Proof{Source: contact.FromForm, Wording: "I agree to receive news", IP: "203.0.113.77", Evidence: map[string]string{"page": "https://shop.kz/?e=anna.secret@example.kz"}}
		require.NoError(t, w.contacts.Grant(ctx, w.who, c.ID, key, proof))
		_, err = w.contacts.Suppress(ctx, w.who, channel.Email, "anna.secret@example.kz", "wrote from anna.secret@example.kz")
		require.NoError(t, err)
		_, err = w.contacts.Merge(ctx, w.who, contact.MergeOrder{Into: c.ID, From: []contact.ID{second.ID}})
		require.NoError(t, err)
		_, err = w.imports.Upload(ctx, w.who, "a.csv", strings.NewReader("email;phone\nanna.secret@example.kz;8 701 999-88-77\nnobody@example.kz;\n"))
		require.NoError(t, err)
		kept, err := w.imports.Upload(ctx, w.who, "b.csv", strings.NewReader("email\nnobody@example.kz\nstays@example.kz\n"))
		require.NoError(t, err)
		_, err = w.exports.Start(ctx, w.who, export.Ask{Format: export.CSV, Reason: "A copy for the test"})
		require.NoError(t, err)
		made, err := w.CopyNow(ctx, w.who, c.ID)
		require.NoError(t, err)
		w.wait(made)
		require.Eventually(t, func() bool { return len(w.places("anna.secret@")) > 2 }, 20*time.Second, 20*time.Millisecond)

		r, err := w.EraseNow(ctx, w.who, c.ID)
		require.NoError(t, err)
		require.NotEmpty(t, r.Hint)
		r = w.wait(r)

		for _, text := range []string{"anna.secret@", "other.secret@", "7019998877", "аннасекрет", "203.0.113.77", "701 999-88-77"} {
			require.Eventually(t, func() bool { return len(w.places(text)) == 0 }, 20*time.Second, 50*time.Millisecond, "%s is in %v", text, w.places(text))
		}
		require.Empty(t, r.Hint)
		_, err = w.contacts.Get(ctx, w.who, c.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		for _, email := range []string{"anna.secret@example.kz", "other.secret@example.kz"} {
			again, err := w.contacts.Create(ctx, w.who, contact.Draft{Email: email})
			require.NoError(t, err)
			require.ErrorIs(t, w.contacts.Grant(ctx, w.who, again.ID, key, proof), contact.ErrWithdrawn, "the keyed hash keeps letters from it")
		}
		got, err := w.contacts.Get(ctx, w.who, stays.ID)
		require.NoError(t, err)
		require.Equal(t, "stays@example.kz", got.Email)
		left, err := w.imports.Get(ctx, w.who, kept.ID)
		require.NoError(t, err)
		require.Equal(t, intake.Draft, left.State, "files without the person stay")
	})
}

// CMP-11
func TestACopyHasEverythingForProgramsAndForPeopleInThreeLanguages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c, err := w.contacts.Create(ctx, w.who, contact.Draft{Email: "anna@example.kz", FirstName: "<b>Анна</b>"})
		require.NoError(t, err)
		require.NoError(t, w.contacts.Grant(ctx, w.who, c.ID, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising},
			contact.Proof{Source: contact.FromForm, Wording: "I agree to receive news", Evidence: map[string]string{"page": "https://shop.kz/subscribe"}}))
		name := "Анна"
		_, err = w.contacts.Update(ctx, w.who, c.ID, 0, contact.Change{LastName: &name})
		require.NoError(t, err)

		r, err := w.CopyNow(ctx, w.who, c.ID)
		require.NoError(t, err)
		r = w.wait(r)
		require.WithinDuration(t, time.Now().Add(privacy.FileLife), r.Expires, time.Minute)
		filename, write, err := w.File(ctx, w.who, r.ID)
		require.NoError(t, err)
		require.Contains(t, filename, c.ID.String())
		var file bytes.Buffer
		require.NoError(t, write(ctx, &file))

		parts := unzip(t, file.Bytes())
		var doc map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(parts["data.json"], &doc))
		for _, section := range []string{"contact", "groups", "aliases", "consents", "pauses", "stop_list", "log", "requests"} {
			require.Contains(t, doc, section)
		}
		require.Contains(t, string(doc["consents"]), "https://shop.kz/subscribe")
		require.Contains(t, string(doc["log"]), "last_name", "who changed what, by the names of fields")
		require.NotContains(t, string(doc["log"]), "Анна")
		for l, title := range map[string]string{"ru": "Персональные данные", "kk": "Дербес деректер", "en": "Personal data"} {
			page := string(parts["data."+l+".html"])
			require.Contains(t, page, title)
			require.Contains(t, page, "anna@example.kz")
			require.NotContains(t, page, "<b>Анна", "values are text")
		}
		_, _, err = w.File(ctx, w.another, r.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		viewer := w.who
		viewer.Role = access.Viewer
		_, _, err = w.File(ctx, viewer, r.ID)
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
	})
}

func unzip(t *testing.T, b []byte) map[string][]byte {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		out[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	return out
}

// CMP-11
func TestRequestsOfPeopleWaitInTheRegisterWithTheirDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c, err := w.contacts.Create(ctx, w.who, contact.Draft{Email: "anna@example.kz"})
		require.NoError(t, err)
		for range 2 { // asking twice is one request
			require.NoError(t, w.Request(ctx, w.who.Tenant, c.ID, "erasure"))
		}
		require.Error(t, w.Request(ctx, w.who.Tenant, c.ID, "anything"))
		require.ErrorIs(t, w.Request(ctx, w.another.Tenant, c.ID, "erasure"), errs.ErrNotFound)

		all, err := w.List(ctx, w.who, privacy.Filter{Open: true, Ask: page.Ask{Limit: 10}})
		require.NoError(t, err)
		require.Len(t, all.Items, 1)
		r := all.Items[0]
		require.Equal(t, []any{privacy.Waiting, privacy.FromPage, "a…@example.kz"}, []any{r.State, r.Source, r.Hint})
		require.True(t, r.Due.After(r.Received))
		require.False(t, r.Late(r.Received))
		require.True(t, r.Late(r.Due.Add(time.Second)))

		_, err = w.Refuse(ctx, w.who, r.ID, " ")
		require.Equal(t, errs.Invalid, errs.KindOf(err))
		_, err = w.Refuse(ctx, w.another, r.ID, "Not the person")
		require.ErrorIs(t, err, errs.ErrNotFound)
		refused, err := w.Refuse(ctx, w.who, r.ID, "Not the person: the address is somebody else's")
		require.NoError(t, err)
		require.Equal(t, privacy.Refused, refused.State)
		_, err = w.Carry(ctx, w.who, r.ID)
		require.ErrorIs(t, err, privacy.ErrDone)

		corrected, err := w.Enter(ctx, w.who, c.ID, privacy.Correction)
		require.NoError(t, err)
		corrected, err = w.Carry(ctx, w.who, corrected.ID)
		require.NoError(t, err)
		require.Equal(t, privacy.Done, corrected.State)
		viewer := w.who
		viewer.Role = access.Viewer
		_, err = w.EraseNow(ctx, viewer, c.ID)
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		_, err = w.Get(ctx, w.another, r.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}
