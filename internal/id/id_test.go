package id

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

type cat struct{}

func (cat) Prefix() string { return "cat" }

func TestIdentifiersGrowAlsoWhenManyAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	const makers, each = 8, 5000
	made := make([][]Of[cat], makers)
	var wg sync.WaitGroup
	for m := range makers {
		wg.Go(func() {
			for range each {
				made[m] = append(made[m], New[cat]())
			}
		})
	}
	wg.Wait()
	seen := map[Of[cat]]bool{}
	for _, ids := range made {
		for i, v := range ids {
			require.Positive(t, int64(v))
			require.False(t, seen[v], "%s was made twice", v)
			seen[v] = true
			if i > 0 {
				require.Greater(t, v, ids[i-1])
			}
		}
	}
}

func TestTheTextFormReadsBackAndAnythingElseIsRefused(t *testing.T) {
	t.Parallel()
	v := New[cat]()
	back, err := Parse[cat](v.String())
	require.NoError(t, err)
	require.Equal(t, v, back)
	for _, bad := range []string{
		"", "cat_", "dog" + v.String()[3:], v.String() + "0", v.String()[:16], "cat_000000000000u", "cat_0000000000000",
		"cat_zzzzzzzzzzzzz", "CAT" + v.String()[3:], Tenant(v).String(),
	} {
		_, err := Parse[cat](bad)
		require.ErrorIs(t, err, ErrMalformed, bad)
	}
}

func TestJSONCarriesTextAndZeroIsEmpty(t *testing.T) {
	t.Parallel()
	type doc struct{ ID, None Of[cat] }
	in := doc{ID: New[cat]()}
	raw, err := json.Marshal(in)
	require.NoError(t, err)
	require.JSONEq(t, `{"ID":"`+in.ID.String()+`","None":""}`, string(raw))
	var out doc
	require.NoError(t, json.Unmarshal(raw, &out))
	require.Equal(t, in, out)
}

func FuzzParse(f *testing.F) {
	f.Add(New[cat]().String())
	f.Add("cat_7zzzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse[cat](s)
		if err == nil && (v <= 0 || v.String() != s) {
			t.Fatalf("%q parsed to %d, written %q", s, v, v.String())
		}
	})
}
