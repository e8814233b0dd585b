package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
	"keruen/internal/page"
)

var advertising = contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}

// AUD-5
func TestAnUploadGoesOnWhereTheConnectionBroke(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, text := t.Context(), bigFile(2000)
		up, err := w.BeginUpload(ctx, w.who, "contacts.csv", int64(len(text)))
		require.NoError(t, err)
		up, err = w.AppendUpload(ctx, w.who, up.ID, 0, strings.NewReader(text[:10_000]))
		require.NoError(t, err)
		require.EqualValues(t, 10_000, up.Received)

		broken := errors.New("the line broke")
		_, err = w.AppendUpload(ctx, w.who, up.ID, 10_000, io.MultiReader(strings.NewReader(text[10_000:13_000]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken)
		got, err := w.GetUpload(ctx, w.who, up.ID)
		require.NoError(t, err)
		require.EqualValues(t, 13_000, got.Received, "what came before the break counts")
		_, err = w.AppendUpload(ctx, w.who, up.ID, 10_000, strings.NewReader("again"))
		require.ErrorIs(t, err, ErrOffset)
		_, err = w.FinishUpload(ctx, w.who, up.ID)
		require.ErrorIs(t, err, ErrIncomplete)
		_, err = w.GetUpload(ctx, w.another, up.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.AppendUpload(ctx, w.another, up.ID, 13_000, strings.NewReader("x"))
		require.ErrorIs(t, err, errs.ErrNotFound)

		_, err = w.AppendUpload(ctx, w.who, up.ID, 13_000, strings.NewReader(text[13_000:]))
		require.NoError(t, err)
		i, err := w.FinishUpload(ctx, w.who, up.ID)
		require.NoError(t, err)
		require.EqualValues(t, len(text), i.Size)
		require.EqualValues(t, 2000, w.importAll(w.settle(i, Change{})).Counts.Created)
		_, err = w.GetUpload(ctx, w.who, up.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func TestAForgottenUploadIsThrownAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		up, err := w.BeginUpload(t.Context(), w.who, "contacts.csv", 100)
		require.NoError(t, err)
		require.NoError(t, w.expireUpload(t.Context(), uploadTask{w.who.Tenant, up.ID}))
		_, err = w.GetUpload(t.Context(), w.who, up.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.NoError(t, w.expireUpload(t.Context(), uploadTask{w.who.Tenant, up.ID}), "twice is no error")
		_, err = w.BeginUpload(t.Context(), w.who, "huge.csv", w.MaxFile+1)
		require.ErrorIs(t, err, ErrTooBig)
	})
}

func workbook(t *testing.T, rows ...[]string) string {
	var b bytes.Buffer
	x := sheet.WriteXLSX(&b, "Контакты")
	for _, r := range rows {
		require.NoError(t, x.Write(sheet.Texts(r...)))
	}
	require.NoError(t, x.Close())
	return b.String()
}

// AUD-5
func TestWorkbooksCardsAndArchivesAreImportedLikeText(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		book := workbook(t, []string{"Почта", "Телефон"}, []string{"xlsx@example.kz", "+7 701 000 00 01"})
		var archive bytes.Buffer
		z := zip.NewWriter(&archive)
		f, err := z.Create("контакты.csv")
		require.NoError(t, err)
		_, err = io.WriteString(f, "Почта;Имя\nzip@example.kz;Зип\n")
		require.NoError(t, err)
		require.NoError(t, z.Close())
		cards := "BEGIN:VCARD\nVERSION:3.0\nN:Ким;Анна;;;\nEMAIL:card@example.kz\nBDAY:1990-03-31\nEND:VCARD\n"
		for want, text := range map[string]string{"xlsx@example.kz": book, "zip@example.kz": archive.String(), "card@example.kz": cards} {
			i := w.importAll(w.settle(w.upload(text), Change{}))
			require.Equal(t, Done, i.State, "%v", i.Failure)
			require.EqualValues(t, 1, i.Counts.Created, want)
		}
		require.Len(t, w.all(), 3)
	})
}

// AUD-4, AUD-5
func TestColumnsBecomeTypedFieldsTagsAndExternalIDs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.upload("Внешний код;Почта;Метки;Сумма;Купил;День рождения\nA-1;a@example.kz;vip; 1 200,50 ;да;31.03.1990\nA-2;b@example.kz;vip, новые;7;нет;05.11.1985\n")
		var kinds []contact.FieldKind
		var fields []string
		for _, c := range i.Columns {
			kinds, fields = append(kinds, c.Kind), append(fields, c.Field)
		}
		require.Equal(t, []string{"external_id", "email", "tags", "", "", ""}, fields)
		require.Equal(t, []contact.FieldKind{contact.NumberField, contact.BooleanField, contact.DateField}, kinds[3:])
		m := i.Settings.Mapping
		m[3], m[4], m[5] = Mapping{3, "spent", "Сумма", contact.NumberField}, Mapping{4, "bought", "Купил", contact.BooleanField}, Mapping{5, "birthday", "День рождения", contact.DateField}
		tags := []string{"выставка"}
		i = w.settle(i, Change{Mapping: m, Tags: &tags})

		shown, err := w.Preview(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		require.Len(t, shown, 2)
		require.Equal(t, contact.Created, shown[0].What)
		require.Equal(t, "1200.5", shown[0].Fields["spent"].Text())
		require.Empty(t, w.all(), "a preview changes nothing")

		w.importAll(i)
		got := w.all()
		require.Equal(t, "A-1", got[0].ExternalID)
		n, ok := got[0].Fields["spent"].Number()
		require.True(t, ok)
		require.InDelta(t, 1200.5, n, 0)
		require.Equal(t, "1990-03-31", got[0].Fields["birthday"].Text())
		require.Len(t, got[0].Tags, 2)
		require.Len(t, got[1].Tags, 3)

		// The next file with these headings begins where this one ended, and recognises contacts by their ids.
		next := w.upload("Внешний код;Почта;Метки;Сумма;Купил;День рождения\nA-1;new@example.kz;;9;;\n")
		require.True(t, next.notes.Remembered)
		require.Equal(t, "birthday", next.Settings.Mapping[5].Field)
		by, rule := contact.ByExternal, contact.Overwrite
		done := w.importAll(w.settle(next, Change{Identity: &by, OnExisting: &rule}))
		require.EqualValues(t, 1, done.Counts.Updated)
		require.Equal(t, "new@example.kz", w.all()[0].Email)
	})
}

func TestTheOrderOfDatesIsAskedWhenTheFileDoesNotShowIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.upload("email,born\na@example.kz,03/04/1990\nb@example.kz,05/06/1991\n")
		require.Equal(t, AnyOrder, i.Columns[1].Dates)
		m := []Mapping{{Column: 0, Field: "email"}, {Column: 1, Field: "born", NewField: "Born", NewKind: contact.DateField}}
		i = w.settle(i, Change{Mapping: m})
		_, err := w.DryRun(t.Context(), w.who, i.ID)
		require.ErrorIs(t, err, errs.ErrInvalid)
		order := MonthFirst
		w.importAll(w.settle(i, Change{DateOrder: &order}))
		require.Equal(t, "1990-03-04", w.all()[0].Fields["born"].Text())
	})
}

func TestDatesAreReadByTheirOrder(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]DateOrder{"31.03.2026": DayFirst, "03.04.2026": DayFirst, "03/31/2026": MonthFirst, "3/4/26": AnyOrder, "5/5/2026": DayFirst,
		"2026-03-31": YearFirst, "31/02/2026": "", "12.2026": "", "1.2.3.4": "", "8 701 123 45 67": "", "10-11-2026 14:05": AnyOrder, "": ""} {
		require.Equal(t, want, orderOf(v), v)
	}
	require.Equal(t, "2026-03-04", isoDate("3/4/2026", MonthFirst))
	require.Equal(t, "2026-04-03", isoDate("3/4/26", DayFirst))
	require.Equal(t, "2026-04-03", isoDate("03.04.2026", MonthFirst), "dots are day first everywhere")
	require.Equal(t, "1985-11-05", isoDate("5.11.85", DayFirst))
	require.Equal(t, "31/02/2026", isoDate("31/02/2026", DayFirst), "what is no date stays as it is")
}

// AUD-5
func TestBadRowsAreMendedBeforeTheRun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.dryRun(w.settle(w.upload("email,name\nanna.example.kz,Анна\nb@example.kz,Борис\nc@@example.kz,Вера\n"), Change{}))
		require.EqualValues(t, 2, i.Counts.Errors)
		bad, err := w.BadRows(t.Context(), w.who, i.ID, "", -1, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, bad.Items, 2)
		require.Equal(t, []string{"anna.example.kz", "Анна"}, bad.Items[0].Cells)
		require.Equal(t, 0, bad.Items[0].Column)

		_, err = w.MendRows(t.Context(), w.who, i.ID, []Mend{{Line: 3, Cells: []string{"x@example.kz", "X"}}})
		require.ErrorIs(t, err, ErrNotBad, "a good row is not changed")
		_, err = w.MendRows(t.Context(), w.who, i.ID, []Mend{{Line: 2, Cells: []string{"x@example.kz"}}})
		require.ErrorIs(t, err, errs.ErrInvalid)
		_, err = w.MendRows(t.Context(), w.another, i.ID, []Mend{{Line: 2, Dropped: true}})
		require.ErrorIs(t, err, errs.ErrNotFound)
		i, err = w.MendRows(t.Context(), w.who, i.ID, []Mend{{Line: 2, Cells: []string{"anna@example.kz", "Анна"}}, {Line: 4, Dropped: true}})
		require.NoError(t, err)
		require.Equal(t, Draft, i.State, "what the check found no longer counts")

		require.Equal(t, Counts{Rows: 3, Created: 2, Skipped: 1, Emails: 2}, w.dryRun(i).Counts)
		done := w.importAll(i)
		require.Equal(t, Counts{Rows: 3, Created: 2, Skipped: 1, Emails: 2}, done.Counts)
		require.Equal(t, "anna@example.kz", w.all()[0].Email)
	})
}

// AUD-5
func TestARemedySettlesAWholeGroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const text = "phone,spent,born\n+7 701 000 00 01,много,1990-01-31\n+7 701 000 00 02,5,вчера\nуточнить,1,1991-01-31\n5550003,1,1991-01-31\n"
		m := []Mapping{{0, "phone", "", ""}, {1, "spent", "Spent", contact.NumberField}, {2, "born", "Born", contact.DateField}}
		i := w.dryRun(w.settle(w.upload(text), Change{Mapping: m}))
		require.Equal(t, int64(4), i.Counts.Errors)
		remedies := []Remedy{{"value.number", 1, Put, "0"}, {"value.date", 2, Clear, ""}, {"phone.character", 0, Drop, ""}, {"phone.length", 0, Drop, ""}}
		done := w.importAll(w.settle(i, Change{Remedies: &remedies}))
		require.Equal(t, Counts{Rows: 4, Created: 2, Skipped: 2}, done.Counts)
		got := w.all()
		n, _ := got[0].Fields["spent"].Number()
		require.Zero(t, n)
		require.NotContains(t, got[1].Fields, "born")
	})
}

func TestAnImportRestsAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.settle(w.upload(bigFile(batch*9/4)), Change{})
		_, err := w.Start(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		require.NoError(t, w.run(t.Context(), task{w.who.Tenant, i.ID}, func(ctx context.Context, _, _ int64) error {
			return second(w.Pause(ctx, w.who, i.ID))
		}))
		rests := w.get(i)
		require.Equal(t, Paused, rests.State)
		require.EqualValues(t, batch, rests.Counts.Rows)
		require.NoError(t, w.run(t.Context(), task{w.who.Tenant, i.ID}, quiet), "a paused import does not run")
		require.EqualValues(t, batch, w.get(i).Done)

		_, err = w.Resume(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		require.NoError(t, w.run(t.Context(), task{w.who.Tenant, i.ID}, quiet))
		require.EqualValues(t, batch*9/4, w.get(i).Counts.Created)
		require.ErrorIs(t, second(w.Resume(t.Context(), w.who, i.ID)), ErrNotPaused)
	})
}

func (w *world) takeBack(i Import) Import {
	_, err := w.TakeBack(w.t.Context(), w.who, i.ID)
	require.NoError(w.t, err)
	require.NoError(w.t, w.undo(w.t.Context(), task{w.who.Tenant, i.ID}, quiet))
	return w.get(i)
}

func (w *world) reasonOf(c contact.ID) contact.Reason {
	r, err := contact.GuardRows(w.t.Context(), w.db, w.who.Tenant, advertising, []contact.ID{c})
	require.NoError(w.t, err)
	require.Len(w.t, r, 1)
	return r[0].Reason
}

// AUD-3, AUD-5
func TestAnImportIsTakenBackWithoutTouchingWhatCameLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		none := Declaration{}
		w.importAll(w.settle(w.upload("email,name,город\nold@example.kz,Старый,Астана\nedited@example.kz,Иван,\n"), Change{Consent: &none,
			Mapping: []Mapping{{Column: 0, Field: "email"}, {Column: 1, Field: "first_name"}, {Column: 2, Field: "city", NewField: "Город"}}}))
		before := w.all()

		rule, list, tags := contact.Overwrite, "Выставка", []string{"выставка"}
		i := w.upload("email,name,город\nold@example.kz,Новый,Алматы\nedited@example.kz,Пётр,Шымкент\nmade@example.kz,Сделан,\nleft@example.kz,Ушёл,\ntouched@example.kz,Тронут,\n")
		i = w.importAll(w.settle(i, Change{OnExisting: &rule, NewList: &list, Tags: &tags}))
		require.EqualValues(t, 3, i.Counts.Created)
		require.EqualValues(t, 2, i.Counts.Updated)
		byEmail := map[string]contact.View{}
		for _, c := range w.all() {
			byEmail[c.Email] = c
		}
		require.Equal(t, contact.Reachable, w.reasonOf(byEmail["old@example.kz"].ID))
		left, touched, edited := byEmail["left@example.kz"], byEmail["touched@example.kz"], byEmail["edited@example.kz"]
		require.NoError(t, w.contacts.WithdrawByLink(ctx, w.who.Tenant, left.ID, advertising, contact.Proof{Source: contact.OneClick}))
		name, other := "Правленый", "Иначе"
		_, err := w.contacts.Update(ctx, w.who, touched.ID, touched.Version, contact.Change{LastName: &name})
		require.NoError(t, err)
		_, err = w.contacts.Update(ctx, w.who, edited.ID, edited.Version, contact.Change{FirstName: &other})
		require.NoError(t, err)

		back := w.takeBack(i)

		require.Equal(t, Undone, back.State)
		require.Equal(t, Undo{Removed: 1, Restored: 2, Kept: 3, Consents: 4, All: true, Made: back.Undo.Made, Examples: back.Undo.Examples}, *back.Undo)
		why := map[contact.ID]string{}
		for _, k := range back.Undo.Examples {
			why[k.Contact] = k.Why
		}
		require.Equal(t, map[contact.ID]string{left.ID: contact.KeptConsent, touched.ID: contact.KeptChanged, edited.ID: contact.KeptChanged}, why)

		after := map[string]contact.View{}
		for _, c := range w.all() {
			after[c.Email] = c
		}
		require.NotContains(t, after, "made@example.kz")
		require.Equal(t, before[0].FirstName, after["old@example.kz"].FirstName)
		require.Equal(t, "Астана", after["old@example.kz"].Fields["city"].Text())
		require.Equal(t, "Иначе", after["edited@example.kz"].FirstName, "what was changed since stays")
		require.NotContains(t, after["edited@example.kz"].Fields, "city", "and the rest is as before")
		for _, c := range []contact.View{after["old@example.kz"], after["edited@example.kz"]} {
			require.Empty(t, c.Lists)
			require.Empty(t, c.Tags)
			require.Equal(t, contact.NoConsent, w.reasonOf(c.ID))
		}
		require.Equal(t, contact.HasUnsubscribed, w.reasonOf(left.ID), "who left stays away")
		require.Equal(t, contact.NoConsent, w.reasonOf(touched.ID))
		stops, err := w.contacts.Suppressions(ctx, w.who, contact.StopFilter{Search: "", Ask: page.Ask{Limit: 10}})
		require.NoError(t, err)
		require.Len(t, stops.Items, 1, "only the one who left is on the stop-list")

		history, err := w.contacts.History(ctx, w.who, touched.ID)
		require.NoError(t, err)
		require.Equal(t, contact.Undid, history[0].Action, "the history says what became of the consent")
		require.ErrorIs(t, second(w.TakeBack(ctx, w.who, i.ID)), ErrUndoNone)

		// The same file again gives them their consent anew, but not to the one who left.
		w.importAll(w.settle(w.upload("email\nold@example.kz\nleft@example.kz\n"), Change{}))
		require.Equal(t, contact.Reachable, w.reasonOf(after["old@example.kz"].ID))
		require.Equal(t, contact.HasUnsubscribed, w.reasonOf(left.ID))
	})
}

func TestTakingBackSurvivesACrash(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.importAll(w.settle(w.upload("email,first_name\np000000@example.kz,Before\n"), Change{}))
		rule := contact.Overwrite
		i := w.importAll(w.settle(w.upload(bigFile(1300)), Change{OnExisting: &rule}))
		_, err := w.TakeBack(t.Context(), w.who, i.ID)
		require.NoError(t, err)
		killed := errors.New("killed")
		runs := 0
		for ; w.get(i).State == Undoing; runs++ {
			if err := w.undo(t.Context(), task{w.who.Tenant, i.ID}, func(context.Context, int64, int64) error { return killed }); err != nil {
				require.ErrorIs(t, err, killed)
			}
		}
		require.Greater(t, runs, 3)
		got := w.get(i).Undo
		require.EqualValues(t, 1299, got.Removed)
		require.EqualValues(t, 1, got.Restored)
		all := w.all()
		require.Len(t, all, 1)
		require.Equal(t, "Before", all[0].FirstName)
	})
}

func TestAnImportIsTakenBackForThreeDaysOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.importAll(w.settle(w.upload(file), Change{}))
		require.True(t, i.CanUndo(i.FinishedAt.Add(UndoFor-time.Minute)))
		require.False(t, i.CanUndo(i.FinishedAt.Add(UndoFor+time.Minute)))
		require.NoError(t, w.forget(t.Context(), task{w.who.Tenant, i.ID}), "not before its time")
		_, err := w.TakeBack(t.Context(), w.another, i.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		draft := w.upload(file)
		require.ErrorIs(t, second(w.TakeBack(t.Context(), w.who, draft.ID)), ErrUndoNone)
	})
}

// AUD-1
func TestAFileOfProofIsKeptAndNamedInTheEvidence(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		i := w.upload("email\na@example.kz\n")
		_, err := w.AttachProof(ctx, w.who, i.ID, "page.html", strings.NewReader("<html><script>"))
		require.ErrorIs(t, err, ErrProofKind)
		i, err = w.AttachProof(ctx, w.who, i.ID, "анкета.pdf", strings.NewReader("%PDF-1.7 scan"))
		require.NoError(t, err)
		require.Equal(t, "анкета.pdf", i.Settings.Consent.Proof.Name)
		i = w.importAll(w.settle(i, Change{}))
		history, err := w.contacts.History(ctx, w.who, w.all()[0].ID)
		require.NoError(t, err)
		require.Equal(t, "анкета.pdf", history[0].Evidence.V["proof_file"])
		require.Equal(t, i.Settings.Consent.Proof.SHA256, history[0].Evidence.V["proof_sha256"])
		f, p, err := w.OpenProof(ctx, w.who, i.ID)
		require.NoError(t, err)
		defer f.Close()
		text, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, "%PDF-1.7 scan", string(text))
		require.EqualValues(t, len(text), p.Size)
		_, _, err = w.OpenProof(ctx, w.another, i.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.DetachProof(ctx, w.who, i.ID)
		require.ErrorIs(t, err, ErrEnded, "what was signed stays")
	})
}

// AUD-6
func TestConsentToOffersOfOthersIsDeclaredByItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		others := declared
		others.Purpose = channel.ThirdParty
		w.importAll(w.settle(w.upload("email\na@example.kz\n"), Change{Consent: &others}))
		c := w.all()[0].ID
		require.Equal(t, contact.NoConsent, w.reasonOf(c))
		r, err := contact.GuardRows(t.Context(), w.db, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: channel.ThirdParty}, []contact.ID{c})
		require.NoError(t, err)
		require.Equal(t, contact.Reachable, r[0].Reason)
	})
}

// AUD-5
func TestTheSampleFileIsImportedAsItIs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, l := range []lang.Lang{lang.Russian, lang.Kazakh, lang.English} {
			var b bytes.Buffer
			require.NoError(t, WriteSample(&b, l))
			i := w.upload(b.String())
			for _, c := range i.Columns[:6] {
				require.Equal(t, Exact, c.Confidence, "%s: %s", l, c.Header)
			}
			i = w.dryRun(w.settle(i, Change{}))
			require.Zero(t, i.Counts.Errors, l)
			require.Zero(t, i.Counts.Warnings, l)
		}
	})
}
