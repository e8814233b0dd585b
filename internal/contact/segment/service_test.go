package segment

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

func onEach(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	c := clock.NewFake(now)
	dbtest.EachAt(t, c, func(t *testing.T, d *db.DB) { f(t, newWorld(t, d, c)) })
}

func (w *world) contact(email string, fields map[string]contact.Value) contact.Contact {
	w.t.Helper()
	c, err := w.contacts.Create(w.t.Context(), w.who, contact.Draft{Email: email, Fields: fields})
	require.NoError(w.t, err)
	return c
}

func (w *world) field(key string, kind contact.FieldKind, options ...string) contact.Field {
	w.t.Helper()
	f, err := w.contacts.CreateField(w.t.Context(), w.who, contact.FieldDraft{Key: key, Label: key, Kind: kind, Options: options})
	require.NoError(w.t, err)
	return f
}

func (w *world) create(name string, c Condition) Segment {
	w.t.Helper()
	s, err := w.Create(w.t.Context(), w.who, name, c)
	require.NoError(w.t, err)
	return s
}

var named = Condition{Kind: OfField, Key: "city", Op: Is, Value: contact.TextValue("Алматы")}

func field(err error) errs.Field {
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return errs.Field{}
	}
	return e.Fields[0]
}

// AUD-4
func TestASegmentCountsPreviewsAndIsATargetOfCampaigns(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		w.field("city", contact.TextField)
		in := w.contact("a@example.kz", map[string]contact.Value{"city": contact.TextValue("Алматы")})
		w.contact("b@example.kz", map[string]contact.Value{"city": contact.TextValue("Астана")})
		key := contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}
		require.NoError(t, w.contacts.Grant(t.Context(), w.who, in.ID, key, contact.Proof{Source: contact.ByHand, Wording: "Согласен"}))
		w.contact("c@example.kz", map[string]contact.Value{"city": contact.TextValue("АЛМАТЫ")})
		s := w.create("Алматы", Condition{All: []Condition{named}})

		counted, err := w.Count(t.Context(), w.who, s.ID)
		require.NoError(t, err)
		require.EqualValues(t, 2, counted.Count)
		again, err := w.Get(t.Context(), w.who, s.ID)
		require.NoError(t, err)
		require.EqualValues(t, 2, again.Count)
		require.True(t, now.Equal(again.CountedAt))
		p, err := w.Preview(t.Context(), w.who, s.Condition, key)
		require.NoError(t, err)
		require.EqualValues(t, contact.Counts{Total: 2, Reachable: 1, NoConsent: 1}, p.Counts)
		require.Len(t, p.Sample, 2)
		ids, err := w.contacts.Walk(t.Context(), w.db, w.tenant, contact.Target{Segments: []ID{s.ID}}, 0, 10)
		require.NoError(t, err)
		require.Len(t, ids, 2)
		found, err := w.contacts.List(t.Context(), w.who, contact.Filter{Segment: s.ID, Ask: page.Ask{Limit: 10}})
		require.NoError(t, err)
		require.Len(t, found.Items, 2)
	})
}

func TestEachConditionOfAGroupHasACountOfItsOwn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		w.field("city", contact.TextField)
		w.contact("a@example.kz", map[string]contact.Value{"city": contact.TextValue("Алматы")})
		w.contact("b@example.kz", nil)

		parts, err := w.CountParts(t.Context(), w.who, Condition{All: []Condition{named, {Kind: OfAttribute, Key: "email", Op: Filled}, {Not: &named}}})

		require.NoError(t, err)
		require.Equal(t, []int64{1, 2, 1}, parts)
	})
}

// AUD-4: what a segment names may be deleted under it; it says so by name, keeps its last count, and nothing is sent to it.
func TestASegmentThatNamesWhatWasDeletedIsFrozen(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		tag, err := w.contacts.CreateTag(ctx, w.who, "VIP")
		require.NoError(t, err)
		list, err := w.contacts.CreateList(ctx, w.who, "Гости")
		require.NoError(t, err)
		campaign := CampaignID(id.New[campaignKind]())
		w.above.names = map[CampaignID]string{campaign: "Осень"}
		w.contact("a@example.kz", nil)
		any := []Condition{{Kind: OfTag, Op: NoneOf, Values: []string{tag.ID.String()}}, {Kind: OfList, Op: AnyOf, Values: []string{list.ID.String()}},
			{Kind: OfAct, Act: Opened, Op: Did, Campaigns: []CampaignID{campaign}}}
		s := w.create("Все сразу", Condition{Any: any})
		user := w.create("Сверху", Condition{Kind: OfSegment, Op: AnyOf, Values: []string{s.ID.String()}})
		_, err = w.Count(ctx, w.who, s.ID)
		require.NoError(t, err)

		require.NoError(t, w.contacts.DeleteTag(ctx, w.who, tag.ID))
		require.NoError(t, w.contacts.DeleteList(ctx, w.who, list.ID))
		w.above.names = nil

		got, err := w.Count(ctx, w.who, s.ID)
		require.NoError(t, err)
		require.True(t, got.Frozen())
		require.EqualValues(t, 1, got.Count, "the last count stays")
		require.Equal(t, []Missing{{"condition.any[0].values[0]", "tag", tag.ID.String()}, {"condition.any[1].values[0]", "list", list.ID.String()},
			{"condition.any[2].campaigns[0]", "campaign", campaign.String()}}, got.Missing)
		_, err = w.Where(ctx, w.db, w.tenant, s.ID)
		require.ErrorIs(t, err, ErrFrozen)
		_, err = w.Where(ctx, w.db, w.tenant, user.ID)
		require.ErrorIs(t, err, ErrFrozen, "and whoever uses it")
		require.ErrorIs(t, w.contacts.CheckTarget(ctx, w.db, w.tenant, contact.Target{Segments: []ID{s.ID}}), ErrFrozen)
		_, _, err = w.MakeList(ctx, w.who, s.ID, "Список")
		require.ErrorIs(t, err, ErrFrozen)

		mended, err := w.Update(ctx, w.who, s.ID, got.Version, Change{Condition: &Condition{Kind: OfAttribute, Key: "email", Op: Filled}})
		require.NoError(t, err)
		require.False(t, mended.Frozen())
		_, err = w.Where(ctx, w.db, w.tenant, user.ID)
		require.NoError(t, err)
	})
}

func TestSegmentsMayNotContainEachOtherInACircle(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		of := func(s ID) *Condition { return &Condition{Kind: OfSegment, Op: AnyOf, Values: []string{s.String()}} }
		a := w.create("a", Condition{Kind: OfAttribute, Key: "email", Op: Filled})
		b := w.create("b", *of(a.ID))
		_, err := w.Update(t.Context(), w.who, a.ID, 0, Change{Condition: of(b.ID)})
		require.Equal(t, ErrCircle.Code, field(err).Code)
		_, err = w.Update(t.Context(), w.who, a.ID, 0, Change{Condition: of(a.ID)})
		require.Equal(t, ErrCircle.Code, field(err).Code)

		last := b
		for i := range maxNesting - 3 {
			last = w.create(string(rune('c'+i)), *of(last.ID))
		}
		_, err = w.Create(t.Context(), w.who, "wide", Condition{All: []Condition{*of(last.ID), *of(a.ID)}})
		require.NoError(t, err)
		deepest := w.create("deepest", *of(last.ID))
		_, err = w.Create(t.Context(), w.who, "one too many", *of(deepest.ID))
		require.Equal(t, ErrNested.Code, field(err).Code)
	})
}

func TestASegmentInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		a := w.create("a", Condition{Kind: OfAttribute, Key: "email", Op: Filled})
		b := w.create("b", Condition{Not: &Condition{Kind: OfSegment, Op: AnyOf, Values: []string{a.ID.String()}}})
		require.ErrorIs(t, w.Delete(t.Context(), w.who, a.ID), ErrInUse)
		require.NoError(t, w.Delete(t.Context(), w.who, b.ID))
		w.above.uses = []Use{{Kind: "campaign", Name: "Ушла"}}
		uses, err := w.Uses(t.Context(), w.who, a.ID)
		require.NoError(t, err)
		require.Equal(t, w.above.uses, uses)
		w.above.uses[0].Open = true
		require.ErrorIs(t, w.Delete(t.Context(), w.who, a.ID), ErrInUse)
		w.above.uses = nil
		require.NoError(t, w.Delete(t.Context(), w.who, a.ID))
		_, err = w.Get(t.Context(), w.who, a.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func TestSegmentsOfAnotherAccountAreNotFound(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		s := w.create("a", Condition{Kind: OfAttribute, Key: "email", Op: Filled})
		w.field("city", contact.TextField)
		other := access.System(id.NewTenant())
		ctx := t.Context()
		for what, call := range map[string]func() error{
			"get":    func() error { _, err := w.Get(ctx, other, s.ID); return err },
			"update": func() error { _, err := w.Update(ctx, other, s.ID, 0, Change{}); return err },
			"delete": func() error { return w.Delete(ctx, other, s.ID) },
			"count":  func() error { _, err := w.Count(ctx, other, s.ID); return err },
			"uses":   func() error { _, err := w.Uses(ctx, other, s.ID); return err },
			"list":   func() error { _, _, err := w.MakeList(ctx, other, s.ID, "x"); return err },
			"where":  func() error { _, err := w.Where(ctx, w.db, other.Tenant, s.ID); return err },
		} {
			require.ErrorIs(t, call(), errs.ErrNotFound, what)
		}
		_, err := w.CountOf(ctx, other, named)
		require.Equal(t, ErrMissing.Code, field(err).Code, "nor are its fields")
		all, err := w.List(ctx, other)
		require.NoError(t, err)
		require.Empty(t, all)
	})
}

func TestAListFrozenFromASegmentKeepsWhomItFoundThen(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		for _, email := range []string{"a@example.kz", "b@example.kz", "c@mail.ru"} {
			w.contact(email, nil)
		}
		s := w.create("example", Condition{Kind: OfAttribute, Key: "email_domain", Op: Is, Value: contact.TextValue("Example.kz")})

		list, job, err := w.MakeList(ctx, w.who, s.ID, "Закреплённые")
		require.NoError(t, err)
		go func() { _ = w.queue.Run(ctx) }()
		require.Eventually(t, func() bool {
			st, err := w.queue.Get(ctx, w.tenant, job)
			return err == nil && st.State.Finished()
		}, 20*time.Second, 20*time.Millisecond)
		w.contact("d@example.kz", nil)

		got, err := w.contacts.GetList(ctx, w.who, list)
		require.NoError(t, err)
		require.EqualValues(t, 2, got.Members)
	})
}

func TestEveryRecipeFitsANewAccount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, w *world) {
		require.Len(t, Recipes(), 6)
		for _, r := range Recipes() {
			_, err := w.CountOf(t.Context(), w.who, r.Condition)
			require.NoError(t, err, r.Key)
			w.create(r.Key, r.Condition)
		}
	})
}

func TestMistakesInAConditionAreNamedByTheirPlace(t *testing.T) {
	t.Parallel()
	fields := map[string]contact.Field{"n": {Key: "n", Kind: contact.NumberField}, "d": {Key: "d", Kind: contact.DateField}}
	deep := `{"kind":"inactivity","days":1}`
	for range MaxDepth + 1 {
		deep = `{"not":` + deep + `}`
	}
	for text, want := range map[string]string{
		`{}`:                  "condition segment.shape",
		`{"all":[],"any":[]}`: "condition segment.shape",
		`{"all":[]}`:          "condition segment.empty_group",
		`{"all":[{"kind":"inactivity","days":1}],"op":"is"}`:                    "condition segment.unknown_member",
		`{"any":[{"kind":"inactivity"}]}`:                                       "condition.any[0].days segment.range",
		`{"kind":"mood"}`:                                                       "condition.kind segment.kind",
		`{"kind":"attribute","key":"shoe","op":"is"}`:                           "condition.key segment.key",
		`{"not":{"kind":"field","key":"n","op":"contains","value":"x"}}`:        "condition.not.op segment.op",
		`{"kind":"field","key":"n","op":"is","value":"x"}`:                      "condition.value segment.value",
		`{"kind":"field","key":"n","op":"between","from":2,"to":1}`:             "condition.to segment.bounds",
		`{"kind":"field","key":"d","op":"on","value":"2026-02-30"}`:             "condition.value segment.value",
		`{"kind":"field","key":"d","op":"last_days","days":99999}`:              "condition.days segment.range",
		`{"all":[{"kind":"tag","op":"any_of","values":["lst_0000000000001"]}]}`: "condition.all[0].values[0] segment.value",
		`{"kind":"activity","op":"did","act":"opened","link":"x"}`:              "condition.link segment.unknown_member",
		`{"kind":"consent","channel":"email","purpose":"advertising"}`:          "condition.state segment.value",
		deep: "condition.not.not.not.not.not.not segment.too_deep",
	} {
		c, err := Parse([]byte(text))
		require.NoError(t, err, text)
		f := field(check(c, fields))
		require.Equal(t, want, f.Path+" "+f.Code, text)
	}
	_, err := Parse([]byte(`{"kind":"inactivity","dayz":1}`))
	require.Equal(t, ErrShape.Code, field(err).Code, "a misspelt property is said, not passed over")
	many := Condition{All: make([]Condition, MaxLeaves)}
	for i := range many.All {
		many.All[i] = Condition{Any: []Condition{{Kind: OfIdle, Days: 1}, {Kind: OfIdle, Days: 2}}}
	}
	require.Equal(t, ErrMany.Code, field(check(many, fields)).Code)
}

func TestAnniversariesCrossTheEndOfTheYearAndKnowLeapDays(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time { at, _ := time.Parse(time.DateOnly, s); return at }
	require.Equal(t, []string{"12-31", "01-01"}, anniversaries(day("2026-12-31"), 1))
	require.Equal(t, []string{"02-28", "02-29"}, anniversaries(day("2026-02-28"), 0), "in a year without it the day is the 28th")
	require.Equal(t, []string{"02-28"}, anniversaries(day("2028-02-28"), 0))
	require.Equal(t, []string{"02-29"}, anniversaries(day("2028-02-29"), 0))
	require.Len(t, anniversaries(day("2026-03-01"), 366), 366)
}

func FuzzParse(f *testing.F) {
	f.Add(`{"all":[{"kind":"field","key":"city","op":"is","value":"Алматы"},{"not":{"kind":"activity","op":"did","act":"opened","last":5}}]}`)
	f.Add(`{"any":[{"kind":"consent","channel":"email","purpose":"advertising","state":"none"},{"kind":"tag","op":"all_of","values":["tag_0000000000001"]}]}`)
	f.Add(`{"kind":"field","key":"n","op":"between","from":1e308,"to":-0}`)
	fields := map[string]contact.Field{"city": {Key: "city", Kind: contact.TextField}, "n": {Key: "n", Kind: contact.NumberField}}
	engine := dbtest.Open(f, dbtest.SQLite(f), clock.Real{}) // tells the dialect
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse([]byte(text))
		if err != nil {
			return
		}
		wrong := check(c, fields)
		again, err := json.Marshal(c)
		require.NoError(t, err)
		back, err := Parse(again)
		require.NoError(t, err, "what was read is written so that it is read again")
		require.Equal(t, wrong == nil, check(back, fields) == nil)
		if wrong != nil {
			return
		}
		k := &compiler{q: engine, now: now, fields: fields, activity: actsOf{}, trees: func(context.Context, ID) (Condition, error) { return Condition{Kind: OfIdle, Days: 1}, nil }}
		p, err := k.compile(t.Context(), c)
		require.NoError(t, err)
		require.Equal(t, placeholders(p.text), len(p.args), p.text)
	})
}

// placeholders counts those outside of quoted texts.
func placeholders(text string) int {
	n := 0
	for i, part := range strings.Split(text, "'") {
		if i%2 == 0 {
			n += strings.Count(part, "?")
		}
	}
	return n
}
