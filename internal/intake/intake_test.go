package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

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

type world struct {
	t testing.TB
	*Service
	contacts *contact.Service
	audit    *audit.Service
	who      access.Actor
	another  access.Actor
}

func newWorld(t testing.TB, d *db.DB) *world {
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	q := jobs.New(d, clock.Real{}, dbtest.Log(t))
	contacts := contact.New(d, event.New(q), keys)
	blobs, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	owner := func(tenant id.Tenant) access.Actor {
		return access.Actor{Tenant: tenant, Member: 5, Via: access.BySession, Role: access.Owner}
	}
	return &world{t, New(d, blobs, q, contacts), contacts, audit.New(d, clock.Real{}, keys), owner(101), owner(202)}
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}

func quiet(context.Context, int64, int64) error { return nil }

func (w *world) upload(text string) Import {
	i, err := w.Upload(w.t.Context(), w.who, "contacts.csv", strings.NewReader(text))
	require.NoError(w.t, err)
	return i
}

var declared = Declaration{Declared: true, Source: "форма на сайте", Date: "2026-01-31", Channels: []channel.Kind{channel.Email}, Purpose: channel.Advertising,
	Wording: "Согласен получать новости и предложения"}

func (w *world) settle(i Import, ch Change) Import {
	if ch.Consent == nil {
		ch.Consent = &declared
	}
	i, err := w.Update(w.t.Context(), w.who, i.ID, ch)
	require.NoError(w.t, err)
	return i
}

// dryRun and importAll do what the jobs do, at once.
func (w *world) dryRun(i Import) Import {
	_, err := w.DryRun(w.t.Context(), w.who, i.ID)
	require.NoError(w.t, err)
	require.NoError(w.t, w.check(w.t.Context(), task{w.who.Tenant, i.ID}, quiet))
	return w.get(i)
}

func (w *world) importAll(i Import) Import {
	_, err := w.Start(w.t.Context(), w.who, i.ID)
	require.NoError(w.t, err)
	require.NoError(w.t, w.run(w.t.Context(), task{w.who.Tenant, i.ID}, quiet))
	return w.get(i)
}

func (w *world) get(i Import) Import {
	got, err := w.Get(w.t.Context(), w.who, i.ID)
	require.NoError(w.t, err)
	return got
}

func (w *world) all() []contact.View {
	p, err := w.contacts.List(w.t.Context(), w.who, contact.Filter{Sort: "created_at", Ask: page.Ask{Limit: page.MaxLimit}})
	require.NoError(w.t, err)
	return p.Items
}

const file = `Эл. почта;Имя;Фамилия;Мобильный телефон;Город
anna@example.kz;Анна;Ким;8 701 123 45 67;Алматы
boris@example.kz;Борис;Ли;уточнить;Астана
;Вера;Цой;;Шымкент
не адрес;Глеб;Пак;;Алматы
anna@example.kz;Анна;Вторая;;Алматы
dina@gmial.com;Дина;"ООО "Ромашка"";;Алматы
`

// AUD-1, AUD-5
func TestAFileBecomesContactsWithTheirConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.upload(file)
		require.Equal(t, Format{Kind: sheet.CSV, Encoding: sheet.UTF8, Delimiter: ";", HasHeader: true}, i.Format)
		require.EqualValues(t, 6, i.RowsEstimate)
		var fields []string
		for _, c := range i.Columns {
			fields = append(fields, c.Field)
		}
		require.Equal(t, []string{"email", "first_name", "last_name", "phone", ""}, fields)
		i.Settings.Mapping[4] = Mapping{Column: 4, Field: "city", NewField: "Город"}
		list := "Новые"
		i = w.settle(i, Change{Mapping: i.Settings.Mapping, NewList: &list})

		dry := w.dryRun(i)
		require.Equal(t, Ready, dry.State)
		require.Equal(t, Counts{Rows: 6, Created: 3, Skipped: 1, Errors: 2, Warnings: 3, Emails: 5, BadEmails: 1}, dry.Counts)
		require.Empty(t, w.all(), "a dry run changes nothing")

		done := w.importAll(i)
		require.Equal(t, Done, done.State)
		require.Equal(t, dry.Counts, done.Counts, "the run does what the dry run said")
		require.Equal(t, dry.Groups, done.Groups)
		got := w.all()
		require.Len(t, got, 3)
		anna := got[0]
		require.Equal(t, []string{"anna@example.kz", "Анна", "Ким", "+77011234567", "Алматы"}, []string{anna.Email, anna.FirstName, anna.LastName, anna.Phone, anna.Fields["city"].Text()})
		require.Equal(t, []contact.ListID{done.List}, anna.Lists)
		require.Empty(t, got[1].Phone, "a wrong telephone costs only itself")
		require.Equal(t, `ООО "Ромашка"`, got[2].LastName)

		history, err := w.contacts.History(t.Context(), w.who, anna.ID)
		require.NoError(t, err)
		require.Len(t, history, 1)
		require.Equal(t, declared.Wording, history[0].Wording)
		require.EqualValues(t, done.ID, history[0].Import)
		require.Equal(t, "2026-01-31", history[0].Obtained.Format("2006-01-02"))
		acts, err := w.audit.Acts(t.Context(), w.who.Tenant, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, history[0].Act, acts.Items[0].Seq, "the consent points to the act of signature")
		require.Equal(t, i.SHA256, acts.Items[0].Details["file_sha256"])
	})
}

func TestErrorsAreGroupedByCauseWithTheirPlaces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.dryRun(w.settle(w.upload(file), Change{}))
		groups := map[string]Group{}
		for _, g := range i.Groups {
			groups[g.Code] = g
		}
		require.Equal(t, Group{Code: "email.no_at", Column: 0, Count: 1, Examples: []Example{{Row: 5, Column: "Эл. почта", Value: "не адрес"}}}, groups["email.no_at"])
		require.EqualValues(t, 1, groups["row.no_address"].Count)
		require.Equal(t, Group{Code: "value.phone_left_out", Column: 3, Count: 1, Warning: true, Examples: []Example{{Row: 3, Column: "Мобильный телефон", Value: "уточнить"}}}, groups["value.phone_left_out"])
		require.EqualValues(t, 6, groups["row.repeated"].Examples[0].Row)
		require.True(t, groups["email.hint"].Warning)
		require.True(t, groups["row.quotes_mended"].Warning)
	})
}

func TestRejectedRowsComeBackWithCauseAndAdvice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.importAll(w.settle(w.upload("email,name,note\nbad,=HYPERLINK(1),+7 701\na@example.kz,A,x\n\"open,z\n"), Change{}))
		for l, words := range map[lang.Lang]string{lang.Russian: "В адресе должна быть одна @", lang.Kazakh: "Мекенжайда бір @ болуы керек", lang.English: "An address needs exactly one @"} {
			var b strings.Builder
			require.NoError(t, w.Rejected(t.Context(), w.who, i.ID, l, &b))
			lines := strings.Split(strings.TrimPrefix(b.String(), "\uFEFF"), "\r\n")
			require.Len(t, lines, 4)
			require.True(t, strings.HasPrefix(lines[0], "email,name,note,"))
			require.True(t, strings.HasPrefix(lines[1], "bad,'=HYPERLINK(1),+7 701,"+words), lines[1])
			require.Contains(t, lines[2], `"""open",z`)
		}
	})
}

// AUD-3
func TestImportingAgainChangesNothingAndNeverRevivesWhoLeft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.importAll(w.settle(w.upload(file), Change{}))
		left := w.all()[0]
		require.NoError(t, w.contacts.WithdrawByLink(t.Context(), w.who.Tenant, left.ID, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, contact.Proof{Source: contact.OneClick}))
		before := w.all()

		again := w.importAll(w.settle(w.upload(file), Change{}))

		require.Equal(t, Counts{Rows: 6, Skipped: 4, Errors: 2, Warnings: 3, InStopList: 1, Emails: 5, BadEmails: 1}, again.Counts)
		require.Equal(t, before, w.all())
		r, err := contact.GuardRows(t.Context(), w.db, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, []contact.ID{left.ID})
		require.NoError(t, err)
		require.Equal(t, contact.HasUnsubscribed, r[0].Reason)
	})
}

func TestWithoutADeclarationContactsStayOutOfMailings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.importAll(w.settle(w.upload("a@example.kz\nb@example.kz\n"), Change{Consent: &Declaration{}}))
		n, err := w.contacts.CountByReason(t.Context(), w.who.Tenant, contact.Target{All: true}, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising})
		require.NoError(t, err)
		require.Equal(t, contact.Counts{Total: 2, NoConsent: 2}, n)
		acts, err := w.audit.Acts(t.Context(), w.who.Tenant, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Equal(t, false, acts.Items[0].Details["declared"], "that there is none is recorded too")
	})
}

// bigFile has n good rows and a bad one after every hundred.
func bigFile(n int) string {
	var b strings.Builder
	b.WriteString("email,first_name\n")
	for k := range n {
		fmt.Fprintf(&b, "p%06d@example.kz,Name%d\n", k, k)
		if k%100 == 99 {
			b.WriteString("wrong,row\n")
		}
	}
	return b.String()
}

// A worker killed after any batch, and started again, repeats nothing and drops nothing.
func TestACrashNeitherRepeatsNorDropsARow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const n = batch * 9 / 4 // three batches, the last one not full
		i := w.settle(w.upload(bigFile(n)), Change{})
		_, err := w.Start(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		killed := errors.New("killed")
		runs := 0
		for ; w.get(i).State == Running; runs++ {
			err := w.run(t.Context(), task{w.who.Tenant, i.ID}, func(context.Context, int64, int64) error { return killed })
			if err != nil {
				require.ErrorIs(t, err, killed)
			}
		}
		require.Equal(t, 3, runs)
		done := w.get(i)
		require.Equal(t, Counts{Rows: n + n/100, Created: n, Errors: n / 100, Emails: n + n/100, BadEmails: n / 100}, done.Counts)
		have, err := w.contacts.Count(t.Context(), w.who, contact.Filter{})
		require.NoError(t, err)
		require.EqualValues(t, n, have.N)
		var b strings.Builder
		require.NoError(t, w.Rejected(t.Context(), w.who, i.ID, lang.English, &b))
		require.Equal(t, 1+n/100+1, strings.Count(b.String(), "\n")+1)
	})
}

func TestTwoWorkersOnOneImportDoItOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const n = batch * 3 / 2
		i := w.settle(w.upload(bigFile(n)), Change{})
		_, err := w.Start(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		ended := make(chan error, 2)
		for range 2 {
			go func() { ended <- w.run(t.Context(), task{w.who.Tenant, i.ID}, quiet) }()
		}
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
		for w.get(i).State == Running { // the slower one may have left before the faster one ended
			require.NoError(t, w.run(t.Context(), task{w.who.Tenant, i.ID}, quiet))
		}
		require.Equal(t, Counts{Rows: n + n/100, Created: n, Errors: n / 100, Emails: n + n/100, BadEmails: n / 100}, w.get(i).Counts)
	})
}

func TestCancellingKeepsWhatIsDone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.settle(w.upload(bigFile(batch*3/2)), Change{})
		_, err := w.Start(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		err = w.run(t.Context(), task{w.who.Tenant, i.ID}, func(ctx context.Context, _, _ int64) error {
			_, err := w.Cancel(ctx, w.who, i.ID)
			if errors.Is(err, ErrNothing) {
				return nil
			}
			return err
		})
		require.NoError(t, err)
		got := w.get(i)
		require.Equal(t, Cancelled, got.State)
		require.EqualValues(t, batch, got.Counts.Rows)
		n, err := w.contacts.Count(t.Context(), w.who, contact.Filter{})
		require.NoError(t, err)
		require.Equal(t, got.Counts.Created, n.N)
		_, err = w.Start(t.Context(), w.who, i.ID)
		require.ErrorIs(t, err, ErrEnded)
	})
}

func TestTheQueueRunsAnImportToItsEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.settle(w.upload(bigFile(1500)), Change{})
		started, err := w.Start(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		again, err := w.Start(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		require.Equal(t, started.Job, again.Job, "starting twice starts once")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.queue.Run(ctx) }()
		for w.get(i).State == Running {
			require.NoError(t, clock.Sleep(t.Context(), clock.Real{}, 5_000_000))
		}
		stop()
		<-ended
		require.Equal(t, Done, w.get(i).State)
		require.EqualValues(t, 1500, w.get(i).Counts.Created)
	})
}

func TestAFileThatIsGoneEndsTheImportClearly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.settle(w.upload(bigFile(10)), Change{})
		_, err := w.Start(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		require.NoError(t, w.blobs.Delete(t.Context(), w.who.Tenant, w.get(i).blob))
		a := task{w.who.Tenant, i.ID}
		require.Error(t, w.Service.settle(t.Context(), a, Running, 1, w.run(t.Context(), a, quiet)))
		got := w.get(i)
		require.Equal(t, Failed, got.State)
		require.Equal(t, "import.file_gone", got.Failure.Code)
	})
}

func TestWrongSettingsAreNamedOneByOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.upload(file)
		bad := Settings{OnExisting: "merge", DefaultCountry: "XX", Consent: Declaration{Declared: true, Date: "2999-01-01", Channels: []channel.Kind{"pigeon"}, Purpose: "spam"},
			Mapping: []Mapping{{Column: 0, Field: "email"}, {Column: 1, Field: "email"}, {Column: 9, Field: "phone"}, {Column: 2, Field: "shoe_size"}, {Column: 3, Field: "Bad Key", NewField: "X"}}}
		var codes []string
		for _, f := range bad.check(i.Columns, nil, clock.Real{}.Now()) {
			codes = append(codes, f.Path+" "+f.Code)
		}
		require.Equal(t, []string{"mapping[1].field import.field_twice", "mapping[2].column import.no_column", "mapping[3].field import.unknown_field", "mapping[4].field field.key",
			"on_existing import.on_existing", "default_country import.country", "consent.source import.consent_source", "consent.wording import.consent_wording",
			"consent.date import.consent_future", "consent.channels[0] consent.channel", "consent.purpose consent.purpose"}, codes)

		_, err := w.Update(t.Context(), w.who, i.ID, Change{Mapping: []Mapping{{Column: 4, Field: ""}}})
		require.NoError(t, err, "a mapping may be chosen step by step")
		_, err = w.DryRun(t.Context(), w.who, i.ID)
		require.ErrorIs(t, err, errs.ErrInvalid, "but not run without an identifier")
	})
}

func TestFilesThatAreNoTablesAreRefusedClearly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			r    io.Reader
			want error
		}{
			"empty":       {strings.NewReader(""), ErrEmpty},
			"blank":       {strings.NewReader("\n\n  \n"), ErrEmpty},
			"no archive":  {strings.NewReader("PK\x03\x04rest"), sheet.ErrDamaged},
			"binary":      {strings.NewReader("\x7fELF\x00\x00\x01\x02\x00data\x00"), sheet.ErrBinary},
			"2 MB line":   {&endless{2 << 20}, ErrNotTable},
			"600 MB":      {&endless{600 << 20}, ErrTooBig},
			"broken pipe": {io.MultiReader(strings.NewReader("a,b\n"), failing{}), errPipe},
		} {
			_, err := w.Upload(t.Context(), w.who, name, c.r)
			require.ErrorIs(t, err, c.want, name)
		}
		list, err := w.List(t.Context(), w.who, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, list.Items)
	})
}

var errPipe = errors.New("broken pipe")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errPipe }

func TestEncodingsAndDelimitersAreRecognised(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const table = "почта\tимя\nanna@example.kz\tАнна\nboris@example.kz\tБорис\n"
		cp1251, err := charmap.Windows1251.NewEncoder().String(table)
		require.NoError(t, err)
		utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewEncoder().String(table)
		require.NoError(t, err)
		bare, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(strings.ReplaceAll(table, "имя", "name"))
		require.NoError(t, err)
		for enc, text := range map[sheet.Encoding]string{sheet.UTF8: "\uFEFF" + table, sheet.Windows1251: cp1251, sheet.UTF16LE: utf16, sheet.UTF16BE: bare} {
			i := w.upload(text)
			require.Equal(t, Format{Kind: sheet.CSV, Encoding: enc, Delimiter: "\t", HasHeader: true}, i.Format)
			require.Equal(t, []string{"email", "first_name"}, []string{i.Columns[0].Field, i.Columns[1].Field}, enc)
			require.Equal(t, []string{"Анна", "Борис"}, i.Columns[1].Samples, enc)
			require.EqualValues(t, 2, w.dryRun(w.settle(i, Change{})).Counts.Created, enc)
		}
		for _, d := range []string{",", ";", "|"} {
			require.Equal(t, d, w.upload("a@example.kz"+d+"Анна\nb@example.kz"+d+"Борис\n").Format.Delimiter)
		}
	})
}

func TestTheHeaderCanBeDeniedAndThenCounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.upload("email,name\na@example.kz,A\n")
		no := false
		i = w.settle(i, Change{HasHeader: &no})
		require.Empty(t, i.Columns[0].Header)
		require.Equal(t, "email", i.Columns[0].Field, "known by its values")
		require.Equal(t, Counts{Rows: 2, Created: 1, Errors: 1, Emails: 2, BadEmails: 1}, w.dryRun(i).Counts)
	})
}

func TestAnotherAccountFindsNoImport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.settle(w.upload(file), Change{})
		ctx, who := t.Context(), w.another
		theirs, err := w.contacts.CreateList(ctx, who, "Theirs")
		require.NoError(t, err)
		_, err = w.Update(ctx, w.who, i.ID, Change{List: &theirs.ID})
		require.ErrorIs(t, err, errs.ErrNotFound, "a list of others")
		for verb, err := range map[string]error{
			"get":      second(w.Get(ctx, who, i.ID)),
			"update":   second(w.Update(ctx, who, i.ID, Change{})),
			"dry run":  second(w.DryRun(ctx, who, i.ID)),
			"start":    second(w.Start(ctx, who, i.ID)),
			"cancel":   second(w.Cancel(ctx, who, i.ID)),
			"delete":   w.Delete(ctx, who, i.ID),
			"rejected": w.Rejected(ctx, who, i.ID, lang.Russian, io.Discard),
		} {
			require.ErrorIs(t, err, errs.ErrNotFound, verb)
		}
		list, err := w.List(ctx, who, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, list.Items)
		viewer := w.who
		viewer.Role = access.Viewer
		require.ErrorIs(t, second(w.Upload(ctx, viewer, "x", strings.NewReader("a"))), errs.ErrForbidden)
		require.ErrorIs(t, second(w.Start(ctx, viewer, i.ID)), errs.ErrForbidden)
	})
}

func TestADeletedImportLeavesItsContactsAndNoFile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.importAll(w.settle(w.upload(file), Change{}))
		key := i.blob
		require.NoError(t, w.Delete(t.Context(), w.who, i.ID))
		require.Len(t, w.all(), 3)
		_, err := w.blobs.Open(t.Context(), w.who.Tenant, key)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func second[T any](_ T, err error) error { return err }

// MSG-3: the audience of a campaign is counted right after the import, long before PostgreSQL looks at the tables by itself.
func TestPostgreSQLKnowsTheSizeOfWhatWasImported(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Postgres(t), clock.Real{})
	w := newWorld(t, d)
	var csv strings.Builder
	csv.WriteString("email\n")
	for n := range 1500 {
		fmt.Fprintf(&csv, "p%d@example.kz\n", n)
	}

	w.importAll(w.settle(w.upload(csv.String()), Change{}))

	for _, table := range []string{"contacts", "consent_state"} {
		rows, err := db.One[int64](t.Context(), d, `SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE relname = ?`, table)
		require.NoError(t, err)
		require.GreaterOrEqual(t, rows, int64(1500), table)
	}
}

// endless gives n bytes without a line end.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.n)
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.n -= n
	return n, nil
}
