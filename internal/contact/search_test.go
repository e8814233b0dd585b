package contact_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/page"
)

// The naive answer: every contact is read. AUD-4
func TestASearchFindsWhatReadingEveryContactFinds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := rand.New(rand.NewPCG(4, 25))
		all := strange(t, w, r, 300)
		for range 150 {
			f := contact.Filter{Search: beginning(r, all), Sort: oneOf(r, "", "created_at", "email", "-email", "last_name", "-last_name", "first_name", "-first_name", "updated_at", "-updated_at")}

			got := w.walk(f, 1+r.IntN(40))

			want := w.naive(f.Search)
			require.ElementsMatch(t, want, got, "%q by %q", f.Search, f.Sort)
			total, err := w.Count(t.Context(), w.who, f)
			require.NoError(t, err)
			require.Equal(t, contact.Total{N: int64(len(want))}, total)
		}
	})
}

// AUD-4
func TestOrdersByNameAndAddressAreTheSameOnBothEngines(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, d := range []contact.Draft{
			{Email: "b_1@example.kz", LastName: "иванов", FirstName: "Яна"}, {Email: "b1@example.kz", LastName: "Иванова", FirstName: "анна"},
			{Phone: "+77010000001", LastName: "ИВАНОВ", FirstName: "Борис"}, {Email: "B-2@example.kz", FirstName: "АННА"}, {Phone: "+77010000002", LastName: "Абаев"},
		} {
			_, err := w.Create(t.Context(), w.who, d)
			require.NoError(t, err)
		}
		all := w.walk(contact.Filter{Sort: "created_at"}, 10)
		named := func(sort string) (got []int) {
			for _, c := range w.walk(contact.Filter{Sort: sort}, 2) {
				for i, a := range all {
					if a == c {
						got = append(got, i+1)
					}
				}
			}
			return got
		}
		require.Equal(t, []int{3, 5, 4, 2, 1}, named("email"), "without an address first, in the order of creation")
		require.Equal(t, []int{1, 2, 4, 5, 3}, named("-email"))
		require.Equal(t, []int{4, 5, 1, 3, 2}[:2], named("last_name")[:2])
		require.Equal(t, 2, named("last_name")[4], "Иванова after every Иванов, whatever the letters' size")
		require.Equal(t, []int{5, 4, 2, 3, 1}, named("first_name"))
		require.Equal(t, []int{1, 3, 2, 4, 5}, named("-first_name"))
	})
}

// strange makes contacts whose names try the indexes: several words, spaces side by side, long words, letters of all sizes.
func strange(t *testing.T, w *world, r *rand.Rand, n int) (words []string) {
	word := func() string {
		return oneOf(r, "а", "Ба", "АБВ", "абвгд", "İstanbul", "Əли", "ёж", "x_1", "x%", "a!b", "Aa", "aB", strings.Repeat("длинное", 5)+fmt.Sprint(r.IntN(3)), fmt.Sprint(r.IntN(100)))
	}
	name := func() string {
		parts := make([]string, r.IntN(4))
		for i := range parts {
			parts[i] = word()
			words = append(words, parts[i])
		}
		return strings.Join(parts, oneOf(r, " ", " ", "  ", "\u00a0", "-"))
	}
	brought := contact.Bulk{Tenant: w.who.Tenant, By: contact.ByEmail, OnExisting: contact.Skip}
	bring := func() {
		require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			if brought.Run, err = contact.OpenRunTx(ctx, tx, w.who.Tenant); err != nil {
				return err
			}
			_, err = w.BulkUpsert(ctx, tx, brought)
			return err
		}))
		brought.Rows = nil
	}
	for i := range n {
		if i%90 == 89 {
			bring()
		}
		d := contact.Draft{FirstName: name(), LastName: name()}
		if i%3 > 0 {
			d.Email = fmt.Sprintf("%s%d@example%d.kz", oneOf(r, "a", "Aa", "a_b", "x"), i, i%7)
		}
		if i%3 != 1 {
			d.Phone = fmt.Sprintf("+7701%07d", r.IntN(30)*100_000+i)
		}
		words = append(words, d.Email, d.Phone)
		if i%2 == 0 && d.Email != "" {
			address, err := contact.ParseEmail(d.Email)
			require.NoError(t, err)
			brought.Rows = append(brought.Rows, contact.Row{Email: address, Phone: d.Phone, FirstName: strings.TrimSpace(d.FirstName), LastName: strings.TrimSpace(d.LastName)})
			continue
		}
		_, err := w.Create(t.Context(), w.who, d)
		require.NoError(t, err)
	}
	bring()
	return words
}

// beginning makes up a search: the beginnings of one or two words that somebody has, or a part of an address.
func beginning(r *rand.Rand, words []string) string {
	var out []string
	for range 1 + r.IntN(2) {
		letters := []rune(words[r.IntN(len(words))])
		out = append(out, string(letters[:r.IntN(len(letters)+1)]))
	}
	if r.IntN(10) == 0 {
		out = append(out, "@example"+fmt.Sprint(r.IntN(8)))
	}
	return strings.Join(out, " ")
}

func oneOf(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// walk goes through all pages.
func (w *world) walk(f contact.Filter, limit int) (got []contact.ID) {
	f.Limit = limit
	for {
		p, err := w.List(w.t.Context(), w.who, f)
		require.NoError(w.t, err)
		for _, v := range p.Items {
			got = append(got, v.ID)
		}
		if p.Next == "" {
			return got
		}
		ask, err := page.Read(p.Next, limit)
		require.NoError(w.t, err)
		f.After = ask.After
	}
}

func (w *world) naive(search string) []contact.ID {
	where := db.Where("tenant_id = ?", w.who.Tenant)
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		pattern := "% " + db.Prefix(word)
		if word[0] == '@' {
			pattern = db.Contains(word)
		}
		where.And("search_key LIKE ? ESCAPE '!'", pattern)
	}
	got, err := db.All[contact.ID](w.t.Context(), w.db, `SELECT id FROM contacts WHERE `+where.SQL(), where.Args()...)
	require.NoError(w.t, err)
	return got
}

// AUD-5
func TestAListIsPagedInTheOrderOfCreation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		l, err := w.CreateList(t.Context(), w.who, "News")
		require.NoError(t, err)
		var on []contact.ID
		for i := range 7 {
			c := w.create(fmt.Sprintf("a%d@example.kz", i)).ID
			if i%3 > 0 {
				on = append(on, c)
			}
		}
		require.NoError(t, w.Join(t.Context(), w.who, l.ID, on))
		require.Equal(t, []contact.ID{on[0], on[1], on[2], on[3]}, w.walk(contact.Filter{List: l.ID, Sort: "created_at"}, 1))
		require.Equal(t, []contact.ID{on[3], on[2], on[1], on[0]}, w.walk(contact.Filter{List: l.ID}, 3))
		total, err := w.Count(t.Context(), w.who, contact.Filter{List: l.ID})
		require.NoError(t, err)
		require.Equal(t, contact.Total{N: 4}, total)
	})
}
