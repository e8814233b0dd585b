package segment

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/id"
)

// tree makes a random condition that fits the account.
func (s *stage) tree(r *rand.Rand, depth int) Condition {
	if depth < 4 && r.IntN(3) > 0 {
		list := make([]Condition, 1+r.IntN(3))
		for i := range list {
			list[i] = s.tree(r, depth+1)
		}
		switch r.IntN(5) {
		case 0:
			return Condition{Not: &list[0]}
		case 1, 2:
			return Condition{Any: list}
		}
		return Condition{All: list}
	}
	return s.leaf(r)
}

func some[T any](r *rand.Rand, list []T) []T {
	out := make([]T, 1+r.IntN(2))
	for i := range out {
		out[i] = pick(r, list...)
	}
	return out
}

func (s *stage) leaf(r *rand.Rand) Condition {
	switch r.IntN(14) {
	case 0:
		return Condition{Kind: OfTag, Op: pick(r, AnyOf, AllOf, NoneOf), Values: some(r, s.tags)}
	case 1:
		return Condition{Kind: OfList, Op: pick(r, AnyOf, AllOf, NoneOf), Values: some(r, s.lists)}
	case 2:
		return Condition{Kind: OfImport, Op: pick(r, AnyOf, NoneOf), Values: some(r, []string{id.Of[importKind](11).String(), id.Of[importKind](12).String()})}
	case 3:
		c := Condition{Kind: OfConsent, Channel: pick(r, channel.Email, channel.SMS), Purpose: pick(r, channel.Advertising, channel.Transactional, channel.ThirdParty), State: pick(r, contact.Granted, contact.Withdrawn, contact.Absent)}
		if c.Purpose == channel.Advertising && r.IntN(2) == 0 {
			c.Topic = s.topics[0]
		}
		if c.State != contact.Absent && r.IntN(2) == 0 {
			c.Values = some(r, []string{"import", "form"})
		}
		return c
	case 4:
		c := Condition{Kind: OfStop, Op: pick(r, Is, IsNot), Channel: pick(r, "", channel.Email, channel.SMS)}
		if r.IntN(2) == 0 {
			c.Values = some(r, []string{"complaint", "manual", "unsubscribed"})
		}
		return c
	case 5:
		return pick(r, Condition{Kind: OfIdle, Days: 90}, Condition{Kind: OfAct, Op: pick(r, Did, DidNot), Act: pick(r, Sent, Opened, Clicked), Last: 5})
	case 6:
		if len(s.saved) > 0 {
			return Condition{Kind: OfSegment, Op: pick(r, AnyOf, NoneOf), Values: []string{pick(r, s.saved...).id}}
		}
		fallthrough
	case 7, 8:
		key := pick(r, "email", "email_domain", "phone", "phone_country", "phone_operator", "first_name", "last_name", "lang", "created_at", "updated_at", "undeliverable")
		return operand(r, Condition{Kind: OfAttribute, Key: key}, attributes[key])
	default:
		f := pick(r, s.fields...)
		return operand(r, Condition{Kind: OfField, Key: f.Key}, sortOf(f.Kind))
	}
}

var words = map[string][]string{
	"email": {"u1", "@gmail.com", "U1@GMAIL.com", "zz"}, "email_domain": {"gmail.com", "mail.ru", "gmail_com.kz", "xn--80a1acny.kz"}, "phone": {"+7701", "+7", "0000001"},
	"phone_country": {"KZ", "RU", "KG"}, "phone_operator": {"Beeline", "Kcell/Activ"}, "lang": {"ru", "kk", "EN"},
	"first_name": {"айгерим", "Анна", "o'neil", "%", "мария"}, "last_name": {"СЕЙТЖАНОВА", "ким", "ж"},
	"city": {"алматы", "Аст", "%_x", `"`, "лм", "[]", "5"}, "size": {"S", "m", "XL"}, "likes": {"чай", "Кофе", "сок", "x"},
}

func operand(r *rand.Rand, c Condition, of sort) Condition {
	c.Op = pick(r, opsOf[of]...)
	value := func() contact.Value {
		switch of {
		case numbers:
			return contact.NumberValue(pick(r, 0, 100, 100.5, -1.5, 50))
		case days, moments:
			return contact.TextValue(pick(r, "2028-02-27", "2028-02-28", "2028-02-29", "2000-12-31", "1990-02-28", "1900-01-01", "2100-12-31"))
		}
		return contact.TextValue(pick(r, words[c.Key]...))
	}
	switch c.Op {
	case Empty, Filled, Yes, No:
	case AnyOf, AllOf, NoneOf:
		c.Values = some(r, words[c.Key])
	case LastDays, NextDays, OlderDays:
		c.Days = pick(r, 1, 2, 30, 3000)
	case Anniversary:
		c.Days = pick(r, 0, 1, 2, 30, 310, 366)
	case Between:
		c.From, c.To = value(), value()
		a, _ := c.From.Number()
		b, _ := c.To.Number()
		if of == numbers && a > b || of != numbers && c.From.Text() > c.To.Text() {
			c.From, c.To = c.To, c.From
		}
	default:
		c.Value = value()
	}
	return c
}

// AUD-4: whatever the condition and whatever stands in the contacts, the database finds exactly whom the words mean.
func TestSegmentsFindExactlyWhomTheConditionMeans(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, at := range []time.Time{now, now.AddDate(1, 0, 0), now.AddDate(0, 10, 3)} { // a leap year, one that is none, the end of a year
			w := newWorld(t, d, clock.NewFake(at))
			seed := uint64(at.Unix())
			r := rand.New(rand.NewPCG(seed, 1))
			s := w.build(r, 150)
			s.save(w, r)
			w.compareTrees(r, s, 300, at)
		}
	})
}

func (s *stage) save(w *world, r *rand.Rand) {
	w.t.Helper()
	for i := range 4 {
		g, err := w.Create(w.t.Context(), w.who, fmt.Sprint("saved ", i), s.tree(r, 3))
		require.NoError(w.t, err)
		s.saved = append(s.saved, saved{g.ID.String(), g.Condition})
	}
}

func (w *world) compareTrees(r *rand.Rand, s *stage, n int, at time.Time) {
	w.t.Helper()
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(w.t, err)
	y, m, day := at.In(zone).Date()
	j := judge{today: time.Date(y, m, day, 0, 0, 0, 0, time.UTC), kinds: map[string]contact.FieldKind{}, saved: map[string]Condition{}}
	for _, f := range s.fields {
		j.kinds[f.Key] = f.Kind
	}
	for _, g := range s.saved {
		j.saved[g.id] = g.tree
	}
	some := 0
	for range n {
		c := s.tree(r, 1)
		text, err := json.Marshal(c)
		require.NoError(w.t, err)
		read, err := Parse(text)
		require.NoError(w.t, err, "%s", text)
		got := w.find(read)
		var want []contact.ID
		for _, p := range s.people {
			if j.holds(c, p) {
				want = append(want, p.id)
			}
		}
		slices.Sort(want)
		require.Equal(w.t, want, got, "%s", text)
		if len(got) > 0 && len(got) < len(s.people) {
			some++
		}
	}
	require.Greater(w.t, some, n/4, "the trees tell people apart")
}

func (w *world) find(c Condition) []contact.ID {
	w.t.Helper()
	where, err := w.WhereOf(w.t.Context(), w.who, c)
	text, _ := json.Marshal(c)
	require.NoError(w.t, err, "%s", text)
	all := everyone(w.tenant).And(where.SQL(), where.Args()...)
	ids, err := db.All[contact.ID](w.t.Context(), w.db, `SELECT c.id FROM contacts c WHERE `+all.SQL()+` ORDER BY c.id`, all.Args()...)
	require.NoError(w.t, err, "%s\n%s", text, where.SQL())
	return ids
}
