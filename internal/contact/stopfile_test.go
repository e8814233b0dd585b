package contact_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// stopFiles takes files to their end.
type stopFiles struct {
	*world
	files *contact.StopFiles
	queue *jobs.Queue
}

func newStopFiles(t *testing.T, d *db.DB) *stopFiles {
	w := newWorld(t, d)
	q := jobs.New(d, clock.Real{}, dbtest.Log(t))
	q.Poll = 5 * time.Millisecond
	blobs, err := blob.Open(t.TempDir())
	require.NoError(t, err)
	return &stopFiles{w, contact.NewStopFiles(w.Service, q, blobs), q}
}

// work runs the jobs until the test ends or stop is called.
func (s *stopFiles) work() (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.queue.Run(ctx) }()
	over := false
	stop = func() {
		if !over {
			over = true
			cancel()
			<-ended
		}
	}
	s.t.Cleanup(stop)
	return stop
}

func eachFile(t *testing.T, f func(t *testing.T, s *stopFiles)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newStopFiles(t, d)) })
}

func (s *stopFiles) upload(reason contact.StopReason, name, text string) contact.StopFile {
	s.t.Helper()
	f, err := s.files.Upload(s.t.Context(), s.who, name, reason, "from the other service", strings.NewReader(text))
	require.NoError(s.t, err)
	return f
}

// until waits for a state.
func (s *stopFiles) until(f contact.StopFile, st contact.StopFileState) contact.StopFile {
	s.t.Helper()
	require.Eventually(s.t, func() (there bool) {
		var err error
		f, err = s.files.Get(s.t.Context(), s.who, f.ID)
		return err == nil && (f.State == st || f.State.Ended())
	}, 30*time.Second, 5*time.Millisecond)
	require.Equal(s.t, st, f.State, "%+v", f.Failure)
	return f
}

// take brings a file to the stop-list and returns what was counted before and after.
func (s *stopFiles) take(reason contact.StopReason, name, text string) (before, after contact.StopFile) {
	s.t.Helper()
	before = s.until(s.upload(reason, name, text), contact.StopReady)
	after, err := s.files.Start(s.t.Context(), s.who, before.ID)
	require.NoError(s.t, err)
	return before, s.until(after, contact.StopDone)
}

func (s *stopFiles) entries(f contact.StopFilter) []contact.Suppression {
	s.t.Helper()
	f.Ask = page.Ask{Limit: 100}
	got, err := s.Suppressions(s.t.Context(), s.who, f)
	require.NoError(s.t, err)
	return got.Items
}

func (s *stopFiles) entry(address string, ch channel.Kind) contact.Suppression {
	s.t.Helper()
	got := s.entries(contact.StopFilter{Search: address, Channel: ch})
	require.Len(s.t, got, 1, address)
	return got[0]
}

func (s *stopFiles) bulk(rows ...contact.Row) []contact.Result {
	s.t.Helper()
	var out []contact.Result
	require.NoError(s.t, s.db.InTx(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		proof, err := contact.SaveProofTx(ctx, tx, s.who.Tenant, contact.Proof{Source: contact.FromImport, Wording: "I agree to receive news"})
		if err != nil {
			return err
		}
		out, err = s.BulkUpsert(ctx, tx, contact.Bulk{Tenant: s.who.Tenant, By: contact.ByEmail, OnExisting: contact.Overwrite, Rows: rows, Consents: advertising, Proof: proof})
		return err
	}))
	return out
}

func fileRow(t *testing.T, email string) contact.Row {
	a, err := contact.ParseEmail(email)
	require.NoError(t, err)
	return contact.Row{Email: a}
}

// AUD-3
func TestWhoLeftAnotherServiceIsNotBroughtBackByImportsGrantsOrForms(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		here := s.create("here@example.kz")
		s.grant(here.ID)
		s.take(contact.Unsubscribed, "left.txt", "here@example.kz\r\nlater@example.kz\r\n")
		require.Equal(t, contact.HasUnsubscribed, s.reason(here.ID), "who was a contact already")

		got := s.bulk(fileRow(t, "here@example.kz"), fileRow(t, "later@example.kz"), fileRow(t, "other@example.kz"))
		later := got[1].Contact
		require.NotEmpty(t, s.reason(here.ID), "by an import with a declaration")
		require.NotEmpty(t, s.reason(later))
		require.Empty(t, s.reason(got[2].Contact), "others may be written to")
		for _, c := range []contact.ID{here.ID, later} {
			for _, p := range []contact.Proof{byForm, byHand, {Source: contact.FromAPI, Wording: "I agree to receive news"}} {
				require.ErrorIs(t, s.Grant(t.Context(), s.who, c, advertising[0], p), contact.ErrWithdrawn)
			}
			require.NotEmpty(t, s.reason(c))
		}
		e := s.entry("later@example.kz", channel.Email)
		require.ErrorIs(t, s.Release(t.Context(), s.who, e.ID), contact.ErrRelease)
		require.Equal(t, []any{contact.Unsubscribed, contact.ScopeAdvertising, "from the other service"}, []any{e.Reason, e.Scope, e.Detail})

		require.NoError(t, s.Delete(t.Context(), s.who, here.ID))
		require.NotEmpty(t, s.reason(s.bulk(fileRow(t, "here@example.kz"))[0].Contact), "by deleting and importing again")
		require.NoError(t, s.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return s.AgreeTx(ctx, tx, s.who.Tenant, later, advertising[0], byLink)
		}))
		require.Empty(t, s.reason(later), "its own act brings it back")
	})
}

// AUD-3
func TestAWithdrawalByAFileStandsInTheHistoryAndStopsWhatWaits(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		var mu sync.Mutex
		told := map[contact.ID][]channel.Kind{}
		s.OnStop(func(e contact.Stopped) {
			mu.Lock()
			defer mu.Unlock()
			told[e.Contact] = append(told[e.Contact], e.Channel)
		})
		s.work()
		left, dead, other := s.create("left@example.kz"), s.create("dead@example.kz"), s.create("other@example.kz")
		for _, c := range []contact.ID{left.ID, dead.ID, other.ID} {
			s.grant(c)
		}
		_, f := s.take(contact.Unsubscribed, "left.csv", "left@example.kz\n")
		require.EqualValues(t, 1, f.Counts.Contacts)
		s.take(contact.HardBounce, "dead.csv", "dead@example.kz\n")
		mu.Lock()
		require.Contains(t, told[left.ID], channel.Email)
		require.Contains(t, told[dead.ID], channel.Email)
		require.Empty(t, told[other.ID])
		mu.Unlock()

		history, err := s.History(t.Context(), s.who, left.ID)
		require.NoError(t, err)
		last := history[0]
		require.Equal(t, []any{contact.Withdrawn, contact.ByStopFile, "from the other service", s.who.Member}, []any{last.Action, last.Source, last.Wording, last.Member})
		require.Equal(t, f.ID.String(), last.Evidence.V["stop_file"])
		history, err = s.History(t.Context(), s.who, dead.ID)
		require.NoError(t, err)
		require.Len(t, history, 1, "a dead mailbox is no word of its owner")
		require.Equal(t, contact.OnStopList, s.reason(dead.ID))
		require.Empty(t, s.reason(other.ID))
	})
}

// AUD-2
func TestStrongerReasonsAreNeverWeakened(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		order := []contact.StopReason{contact.Unsubscribed, contact.Manual, contact.HardBounce, contact.Complaint}
		for _, reason := range slices.Backward(order) {
			s.take(reason, "x.txt", fmt.Sprintf("%s@example.kz\n", reason))
		}
		all := "unsubscribed@example.kz\nmanual@example.kz\nhard_bounce@example.kz\ncomplaint@example.kz\n"
		before, after := s.take(contact.Manual, "all.txt", all)
		require.Equal(t, contact.StopCounts{Rows: 4, Emails: 4, Raised: 1, Known: 3}, after.Counts)
		require.Equal(t, before.Counts, after.Counts)
		for _, reason := range order[1:] {
			require.Equal(t, reason, s.entry(string(reason)+"@example.kz", channel.Email).Reason)
		}
		raised := s.entry("unsubscribed@example.kz", channel.Email)
		require.Equal(t, []any{contact.Manual, contact.ScopeAdvertising}, []any{raised.Reason, raised.Left})
		require.NoError(t, s.Release(t.Context(), s.who, raised.ID))
		require.Equal(t, contact.Unsubscribed, s.entry("unsubscribed@example.kz", channel.Email).Reason, "what the person left holds")
		s.take(contact.Unsubscribed, "left.txt", all)
		require.Equal(t, contact.Complaint, s.entry("complaint@example.kz", channel.Email).Reason)
		require.Equal(t, contact.ScopeAdvertising, s.entry("hard_bounce@example.kz", channel.Email).Left, "but leaving is remembered beside them")
	})
}

func TestColumnsAreRecognisedByTheirValues(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		for name, c := range map[string]struct {
			text   string
			header bool
			chosen []int
			counts contact.StopCounts
		}{
			"a line each":       {"a@example.kz\nb@example.kz\n", false, []int{0}, contact.StopCounts{Rows: 2, Emails: 2, Added: 2}},
			"mixed":             {"c@example.kz\n+7 701 123 45 67\n8 (702) 765-43-21\n", false, []int{0}, contact.StopCounts{Rows: 3, Emails: 1, Phones: 2, Added: 3}},
			"a table":           {"ФИО;Почта;Дата;Телефон\nИванов;d@example.kz;31.03.2026;87051112233\nПетров;e@example.kz;01.04.2026;\n", true, []int{1, 3}, contact.StopCounts{Rows: 2, Emails: 2, Phones: 1, Added: 3}},
			"names around":      {"Aigul <f@example.kz>\nmailto:g@example.kz\n", false, []int{0}, contact.StopCounts{Rows: 2, Emails: 2, Added: 2}},
			"pasted in a line":  {"h@example.kz, i@example.kz, j@example.kz", false, []int{0, 1, 2}, contact.StopCounts{Rows: 1, Emails: 3, Added: 3}},
			"broken lines":      {"k@example.kz\nnot an address\n@\nl@example.kz\n", false, []int{0}, contact.StopCounts{Rows: 4, Emails: 2, Added: 2, Bad: 2}},
			"repeats":           {"m@example.kz\nM@EXAMPLE.KZ\nm@example.kz\n", false, []int{0}, contact.StopCounts{Rows: 3, Emails: 3, Added: 1, Repeated: 2}},
			"another alphabet":  {"почта@пример.қаз\n", false, []int{0}, contact.StopCounts{Rows: 1, Emails: 1, Added: 1}},
			"hints of our own":  {"n@example.kz\na…@mail.ru\n", false, []int{0}, contact.StopCounts{Rows: 2, Emails: 1, Added: 1, Bad: 1}},
			"formulas and tags": {"email;x\n\"=cmd|' /C calc'!A0\";1\n<script>@x;2\no@example.kz;3\np@example.kz;4\n", true, []int{0}, contact.StopCounts{Rows: 4, Emails: 2, Added: 2, Bad: 2}},
		} {
			f := s.until(s.upload(contact.Manual, "x.txt", c.text), contact.StopReady)
			var chosen []int
			for _, col := range f.Columns {
				if col.Chosen {
					chosen = append(chosen, col.Index)
				}
			}
			require.Equal(t, []any{c.header, c.chosen, c.counts}, []any{f.HasHeader, chosen, f.Counts}, name)
		}
	})
}

func TestWhatIsRefusedIsShownWithItsLine(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		text := "email;note\na@example.kz;x\nb@@example.kz;y\n;z\nc@example.kz;\n"
		f := s.until(s.upload(contact.Manual, "x.csv", text), contact.StopReady)
		require.Len(t, f.Rejects, 2)
		require.Equal(t, []any{int64(3), "b@@example.kz"}, []any{f.Rejects[0].Line, f.Rejects[0].Value})
		require.Equal(t, contact.StopReject{Line: 4, Code: "stop_file.no_address", Value: "z"}, f.Rejects[1])
		many := s.until(s.upload(contact.Manual, "many.csv", "a@example.kz\nb@example.kz\n"+strings.Repeat("x@\n", 250)), contact.StopReady)
		require.Len(t, many.Rejects, contact.MaxStopRejects)
		require.EqualValues(t, 250, many.Counts.Bad)
	})
}

func TestFilesThatAreNoListsAreRefusedWithAdvice(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		ctx := t.Context()
		for code, text := range map[string]string{
			"import.empty": "", "stop_file.nobody": "Имя;Город\nАйгуль;Алматы\n", "import.binary": "\x00\x01\x02\x03\x04\x05\x06\x07\x00\x00", "import.archive": "PK\x05\x06" + strings.Repeat("\x00", 18),
		} {
			_, err := s.files.Upload(ctx, s.who, "x.csv", contact.Manual, "", strings.NewReader(text))
			var e *errs.Error
			require.ErrorAs(t, err, &e, code)
			require.Equal(t, code, e.Code)
		}
		_, err := s.files.Upload(ctx, s.who, "x.csv", contact.Manual, "", io.LimitReader(zeros{}, contact.MaxStopFile+1))
		require.ErrorIs(t, err, contact.ErrStopFileBig)
		_, err = s.files.Upload(ctx, s.who, "x.csv", "whim", "", strings.NewReader("a@example.kz"))
		require.ErrorIs(t, err, errs.ErrInvalid)
		_, err = s.files.Upload(ctx, s.who, "x.csv", contact.Manual, strings.Repeat("x", 501), strings.NewReader("a@example.kz"))
		require.ErrorIs(t, err, errs.ErrInvalid)
		got, err := s.files.List(ctx, s.who, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, got.Items)
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

func TestAFileIsTakenOnceHoweverOftenItsJobBreaksOff(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		stop := s.work()
		var text bytes.Buffer
		const n = 1700
		for i := range n {
			fmt.Fprintf(&text, "person%d@example.kz\n", i)
		}
		text.WriteString("person3@example.kz\nnobody\n")
		c := s.create("person1699@example.kz")
		s.grant(c.ID)
		f := s.until(s.upload(contact.Unsubscribed, "many.csv", text.String()), contact.StopReady)
		want := contact.StopCounts{Rows: n + 2, Emails: n + 1, Added: n, Repeated: 1, Bad: 1, Contacts: 1}
		require.Equal(t, want, f.Counts)
		stop()

		// A run that dies after its second batch.
		f, err := s.files.Start(t.Context(), s.who, f.ID)
		require.NoError(t, err)
		broken := fmt.Errorf("broken")
		calls := 0
		err = contact.RunStopFile(t.Context(), s.files, s.who.Tenant, f.ID, func(context.Context, int64, int64) error {
			if calls++; calls == 1 {
				return broken
			}
			return nil
		})
		require.ErrorIs(t, err, broken)
		f, err = s.files.Get(t.Context(), s.who, f.ID)
		require.NoError(t, err)
		require.EqualValues(t, 500, f.Done)
		again, err := s.files.Start(t.Context(), s.who, f.ID)
		require.NoError(t, err, "asking twice changes nothing")
		require.Equal(t, f.Job, again.Job)

		s.work()
		f = s.until(f, contact.StopDone)
		require.Equal(t, want, f.Counts)
		total, err := s.CountSuppressions(t.Context(), s.who, contact.StopFilter{File: f.ID})
		require.NoError(t, err)
		require.Equal(t, contact.Total{N: n}, total)
		require.NotEmpty(t, s.reason(c.ID))

		second := s.until(s.upload(contact.Unsubscribed, "many.csv", text.String()), contact.StopReady)
		require.EqualValues(t, n, second.Counts.Known)
		_, err = s.files.Start(t.Context(), s.who, second.ID)
		require.ErrorIs(t, err, contact.ErrStopNothing)
	})
}

func TestAFileWaitsForItsStartAndCanBeChangedUntilThen(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		ctx := t.Context()
		f := s.upload(contact.Manual, "x.csv", "mail;phone\na@example.kz;+77011234567\n")
		_, err := s.files.Start(ctx, s.who, f.ID)
		require.ErrorIs(t, err, contact.ErrStopState, "it is being counted")
		s.work()
		s.until(f, contact.StopReady)
		require.Empty(t, s.entries(contact.StopFilter{}))
		reason := contact.Complaint
		_, err = s.files.Update(ctx, s.who, f.ID, contact.StopFileChange{Columns: &[]int{7}})
		require.ErrorIs(t, err, errs.ErrInvalid)
		_, err = s.files.Update(ctx, s.who, f.ID, contact.StopFileChange{Reason: &reason, Columns: &[]int{0}})
		require.NoError(t, err)
		got := s.until(f, contact.StopReady)
		require.Equal(t, contact.StopCounts{Rows: 1, Emails: 1, Added: 1}, got.Counts)
		got, err = s.files.Cancel(ctx, s.who, f.ID)
		require.NoError(t, err)
		require.Equal(t, contact.StopCancelled, got.State)
		_, err = s.files.Start(ctx, s.who, f.ID)
		require.ErrorIs(t, err, contact.ErrStopState)
		_, err = s.files.Cancel(ctx, s.who, f.ID)
		require.ErrorIs(t, err, contact.ErrStopState)
		require.Empty(t, s.entries(contact.StopFilter{}))
	})
}

func TestTelephonesAreStoppedOnEveryChannelAndForEveryoneWhoHasThem(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		ctx := t.Context()
		one, err := s.Create(ctx, s.who, contact.Draft{Phone: "+77011234567"})
		require.NoError(t, err)
		two, err := s.Create(ctx, s.who, contact.Draft{Email: "two@example.kz", Phone: "+77011234567"})
		require.NoError(t, err)
		sms := contact.ConsentKey{Channel: channel.SMS, Purpose: channel.Advertising}
		for _, c := range []contact.ID{one.ID, two.ID} {
			require.NoError(t, s.Grant(ctx, s.who, c, sms, byHand))
		}
		s.grant(two.ID)
		_, f := s.take(contact.Unsubscribed, "phones.txt", "8 701 123-45-67\n")
		require.Equal(t, contact.StopCounts{Rows: 1, Phones: 1, Added: 1, Contacts: 1}, f.Counts)
		require.Len(t, s.entries(contact.StopFilter{File: f.ID}), 3)
		rows, err := contact.GuardRows(ctx, s.db, s.who.Tenant, sms, []contact.ID{one.ID, two.ID})
		require.NoError(t, err)
		for _, r := range rows {
			require.Equal(t, contact.HasUnsubscribed, r.Reason)
		}
		require.Empty(t, s.reason(two.ID), "mail to them goes on")
	})
}

// AUD-2
func TestTheStopListIsFilteredCountedAndTakenOut(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		ctx := t.Context()
		gone := s.create("gone@example.kz")
		s.take(contact.Complaint, "c.txt", "gone@example.kz\n=danger@example.kz\n")
		s.take(contact.Manual, "m.txt", "+77011234567\n")
		require.NoError(t, s.Delete(ctx, s.who, gone.ID))
		for n, f := range map[int]contact.StopFilter{5: {}, 2: {Reason: contact.Complaint}, 1: {Channel: channel.Viber}, 0: {Reason: contact.Manual, Channel: channel.Email}} {
			require.Len(t, s.entries(f), n)
			total, err := s.CountSuppressions(ctx, s.who, f)
			require.NoError(t, err)
			require.EqualValues(t, n, total.N)
		}
		_, err := s.Suppressions(ctx, s.who, contact.StopFilter{Reason: "whim"})
		require.ErrorIs(t, err, errs.ErrInvalid)

		out, err := s.ExportSuppressions(ctx, s.who, contact.StopFilter{Channel: channel.Email}, lang.Russian, time.UTC)
		require.NoError(t, err)
		require.Contains(t, out.Filename, "Стоп-лист")
		var text bytes.Buffer
		require.NoError(t, out.Write(ctx, &text))
		require.Contains(t, text.String(), "g…@example.kz;email;жалоба на спам;всё;")
		require.NotContains(t, text.String(), "gone@example.kz")
		require.Contains(t, text.String(), "'=danger@example.kz", "a spreadsheet must not reckon with it")
		require.NotContains(t, text.String(), "+7701")
		require.Equal(t, []string{"suppression.import_started", "suppression.imported", "suppression.import_started", "suppression.imported", "suppression.exported"}, s.actions())
	})
}

func (s *stopFiles) actions() []string {
	entries, err := db.All[string](s.t.Context(), s.db, `SELECT action FROM audit_records WHERE tenant_id = ? AND action LIKE 'suppression.%' ORDER BY seq`, s.who.Tenant)
	require.NoError(s.t, err)
	return entries
}

// AUD-3
func TestFilesAndEntriesOfOthersAreNotSeen(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		ctx := t.Context()
		_, f := s.take(contact.Unsubscribed, "x.txt", "a@example.kz\n")
		_, err := s.files.Get(ctx, s.another, f.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = s.files.Start(ctx, s.another, f.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = s.files.Cancel(ctx, s.another, f.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = s.files.Update(ctx, s.another, f.ID, contact.StopFileChange{})
		require.ErrorIs(t, err, errs.ErrNotFound)
		names, err := s.files.Names(ctx, s.another, []contact.StopFileID{f.ID})
		require.NoError(t, err)
		require.Empty(t, names)
		got, err := s.Suppressions(ctx, s.another, contact.StopFilter{Search: "a@example.kz"})
		require.NoError(t, err)
		require.Empty(t, got.Items)
		s.who = s.another
		s.grant(s.create("a@example.kz").ID)
		require.Len(t, s.entries(contact.StopFilter{}), 0, "another account may write to the same address")
	})
}

func TestFilesNeedTheirPermission(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		ctx := t.Context()
		f := s.upload(contact.Manual, "x.txt", "a@example.kz\n")
		viewer := s.who
		viewer.Role = access.Viewer
		_, upload := s.files.Upload(ctx, viewer, "x.txt", contact.Manual, "", strings.NewReader("a@example.kz"))
		_, start := s.files.Start(ctx, viewer, f.ID)
		_, cancel := s.files.Cancel(ctx, viewer, f.ID)
		_, update := s.files.Update(ctx, viewer, f.ID, contact.StopFileChange{})
		_, job := s.files.CancelJob(ctx, viewer, f.Job)
		_, out := s.ExportSuppressions(ctx, viewer, contact.StopFilter{}, lang.English, time.UTC)
		for _, err := range []error{upload, start, cancel, update, job, out} {
			require.ErrorIs(t, err, errs.ErrForbidden)
		}
		_, err := s.files.CancelJob(ctx, s.who, f.Job)
		require.NoError(t, err)
	})
}

func TestTheFileGoesWhenItIsTakenAndWhatWasRefusedAWeekLater(t *testing.T) {
	eachFile(t, func(t *testing.T, s *stopFiles) {
		s.work()
		ctx := t.Context()
		_, f := s.take(contact.Manual, "x.txt", "a@example.kz\nb@\n")
		require.Len(t, f.Rejects, 1)
		waits := s.until(s.upload(contact.Manual, "y.txt", "c@example.kz\n"), contact.StopReady)
		for _, file := range []contact.StopFileID{f.ID, waits.ID} {
			require.NoError(t, contact.ExpireStopFile(ctx, s.files, s.who.Tenant, file))
			got, err := s.files.Get(ctx, s.who, file)
			require.NoError(t, err)
			require.Empty(t, got.Rejects)
			require.Empty(t, got.Columns[0].Samples)
			require.True(t, got.State.Ended())
		}
	})
}
