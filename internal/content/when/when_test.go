package when

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// world knows a field of each kind, two tags and two lists.
type world struct{}

var kinds = map[string]Kind{"city": Text, "age": Number, "birthday": Date, "vip": Boolean, "size": Choice, "interests": List, "lang": Code, "code": Anything}

func (world) Field(name string) (Ref, Kind, bool) {
	k, ok := kinds[name]
	return Ref{Key: name}, k, ok
}

func (world) Tag(name string) (int64, bool) {
	id := int64(slices.Index([]string{"", "VIP", "Gold card"}, name))
	return id, id > 0
}

func (world) List(name string) (int64, bool) {
	id := int64(slices.Index([]string{"", "news", "shop"}, name))
	return id, id > 0
}

type person struct {
	values map[string]string
	items  map[string][]string
	tags   map[int64]bool
	lists  map[int64]bool
	today  time.Time
}

func (p person) Value(r Ref) string   { return p.values[r.Key] }
func (p person) Items(r Ref) []string { return p.items[r.Key] }
func (p person) Tagged(id int64) bool { return p.tags[id] }
func (p person) Member(id int64) bool { return p.lists[id] }
func (p person) Today() time.Time     { return p.today }
func date(s string) (at time.Time)    { at, _ = time.Parse(time.DateOnly, s); return at }
func judge(c string, p person) bool   { k, w := Parse(c, world{}); must(w); return k.Holds(p) }
func must(w *Wrong) {
	if w != nil {
		panic(fmt.Sprint(w, w.Params))
	}
}

var anna = person{
	values: map[string]string{"city": "Алматы", "age": "34", "birthday": "1992-02-29", "vip": "true", "size": "L", "lang": "kk", "code": "2500"},
	items:  map[string][]string{"interests": {"Coffee", "Чай"}}, tags: map[int64]bool{1: true}, lists: map[int64]bool{2: true}, today: date("2026-02-26"),
}

// MSG-1
func TestConditionsMeanWhatTheyMeanInSegments(t *testing.T) {
	t.Parallel()
	for c, want := range map[string]bool{
		`city = "алматы"`: true, `city is АЛМАТЫ`: true, `city != Астана`: true, `city is_not "Алматы"`: false, `city`: true, `city empty`: false,
		`city contains "лма"`: true, `city begins "ма"`: false, `city ends "ТЫ"`: true, `city any_of Астана, "Алматы"`: true, `city none_of Астана, Шымкент`: true,
		`age = 34`: true, `age != 34`: false, `age > 33.5`: true, `age <= 34`: true, `age between 30, 34`: true, `age lt 34`: false,
		`birthday on 29.02.1992`: true, `birthday before 1992-03-01`: true, `birthday after 1992-02-29`: false, `birthday between 1992-01-01, 1992-12-31`: true,
		`birthday anniversary 2`: true, `birthday anniversary 1`: false, `birthday anniversary`: false, `birthday older_days 300`: true, `birthday last_days 300`: false,
		`birthday next_days 5`: false, `birthday >= 1992-02-29`: true, `birthday <= "1992-02-28"`: false,
		`vip`: true, `vip no`: false, `vip = да`: true, `vip = no`: false, `not vip`: false, `size any_of S, M`: false,
		`interests any_of coffee`: true, `interests all_of Coffee, чай`: true, `interests none_of tea`: true, `interests contains "чай"`: true, `interests = "Coffee"`: true, `interests empty`: false,
		`lang is kk`: true, `lang = "RU"`: false, `tag any_of VIP, "Gold card"`: true, `tag all_of VIP, "Gold card"`: false, `tag none_of "Gold card"`: true, `list is news`: false, `list = shop`: true,
		`code = 2500`: true, `code >= 1000`: true, `code between 1, 2`: false, `code = abc`: false, `code`: true, `code before 2026-01-01`: false,
		`city = Астана or age > 30 and vip`: true, `(city = Астана or age > 30) and not vip`: false, `!vip || city = "Алматы" && age < 35`: true, `not not vip`: true,
		`city = “Алматы”`: true, `city = «Астана»`: false,
	} {
		require.Equal(t, want, judge(c, anna), c)
	}
}

// MSG-1
func TestThoseWithoutAValueMeetOnlyWhatIsDenied(t *testing.T) {
	t.Parallel()
	nobody := person{}
	for _, c := range []string{`city != Астана`, `city empty`, `age != 3`, `not vip`, `interests none_of a`, `tag none_of VIP`, `list != news`, `city not_contains x`, `lang is_not ru`} {
		require.True(t, judge(c, nobody), c)
	}
	for _, c := range []string{`city = Астана`, `city`, `age < 3`, `age >= 0`, `vip`, `vip no`, `vip filled`, `interests any_of a`, `birthday before 2030-01-01`, `birthday anniversary 366`, `code = 1`} {
		require.False(t, judge(c, nobody), c)
	}
}

// MSG-1
func TestAMistakeHasItsPlaceAndWords(t *testing.T) {
	t.Parallel()
	for c, want := range map[string]string{
		``: "condition.syntax 0", `= 1`: "condition.syntax 0", `city =`: "condition.value 6", `city = "a`: "condition.syntax 7", `citty = a`: "condition.field 0", `city > 5`: "condition.op 5",
		`age = many`: "condition.value 6", `age between 5, 1`: "condition.value 15", `age between 5`: "condition.value 13", `birthday on 31.02.2026`: "condition.value 12", `birthday last_days 0`: "condition.value 19",
		`lang is de`: "condition.value 8", `vip = maybe`: "condition.value 6", `tag is Silver`: "condition.tag 7", `list any_of news, none`: "condition.list 18", `city = a b`: "condition.syntax 9",
		`(city = a`: "condition.syntax 9", `city = a)`: "condition.syntax 8", `city = a and`: "condition.syntax 12", `city loves b`: "condition.op 5", `city = ,`: "condition.value 7", `a ; b`: "condition.syntax 2",
		strings.Repeat("(", 14) + "city": "condition.limit 13", strings.Repeat("city or ", 50) + "city": "condition.limit 400",
	} {
		_, wrong := Parse(c, world{})
		require.NotNil(t, wrong, c)
		require.Equal(t, want, fmt.Sprintf("%s %d", wrong.Code, wrong.At), c)
	}
}

// tree is a random condition in writing with the plain function that says what it must mean.
func tree(r *rand.Rand, depth int) (string, func(person) bool) {
	if depth == 0 || r.IntN(3) == 0 {
		return twig(r)
	}
	a, fa := tree(r, depth-1)
	b, fb := tree(r, depth-1)
	switch r.IntN(3) {
	case 0:
		return "(" + a + " and " + b + ")", func(p person) bool { return fa(p) && fb(p) }
	case 1:
		return "((" + a + ") or (" + b + "))", func(p person) bool { return fa(p) || fb(p) }
	}
	return "(not (" + a + "))", func(p person) bool { return !fa(p) }
}

func twig(r *rand.Rand) (string, func(person) bool) {
	words := []string{"a", "b", "ab", "ba"}
	w, n := words[r.IntN(len(words))], r.IntN(4)
	has := func(p person, s string) bool { return slices.Contains(p.items["interests"], s) }
	switch r.IntN(9) {
	case 0:
		return "city = " + w, func(p person) bool { return p.values["city"] == w }
	case 1:
		return "city not_contains " + w, func(p person) bool { return !strings.Contains(p.values["city"], w) }
	case 2:
		return fmt.Sprintf("age >= %d", n), func(p person) bool { v, err := strconv.Atoi(p.values["age"]); return err == nil && v >= n }
	case 3:
		return fmt.Sprintf("age != %d", n), func(p person) bool { return p.values["age"] != strconv.Itoa(n) }
	case 4:
		return "interests all_of a, " + w, func(p person) bool { return has(p, "a") && has(p, w) }
	case 5:
		return "interests none_of b, " + w, func(p person) bool { return !has(p, "b") && !has(p, w) }
	case 6:
		return "tag any_of VIP", func(p person) bool { return p.tags[1] }
	case 7:
		return "vip no", func(p person) bool { return p.values["vip"] == "false" }
	}
	return "city empty", func(p person) bool { return p.values["city"] == "" }
}

// MSG-1
func TestRandomConditionsAgreeWithThePlainJudge(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 1))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	agreed := map[bool]int{}
	for range 4000 {
		text, want := tree(r, 4)
		c, wrong := Parse(text, world{})
		require.Nil(t, wrong, text)
		for range 5 {
			p := person{values: map[string]string{"city": pick("", "a", "ab", "bb"), "age": pick("", "0", "2", "3"), "vip": pick("", "true", "false")},
				items: map[string][]string{"interests": {pick("a", "b"), pick("ab", "ba", "a")}}, tags: map[int64]bool{1: r.IntN(2) == 0}}
			require.Equal(t, want(p), c.Holds(p), "%s for %v", text, p)
			agreed[want(p)]++
		}
	}
	require.Greater(t, min(agreed[true], agreed[false]), 2000)
}

func FuzzConditions(f *testing.F) {
	for _, s := range []string{`city = "a" and not (age > 5 or tag any_of VIP)`, `birthday between 1.1.2020, `, `code >= "`, `((`, `tag`, `list is`, `vip = да`, "interests all_of a,b", "city =\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, wrong := Parse(s, world{})
		if wrong != nil && (wrong.At < 0 || wrong.At > len(s) || wrong.Code == "") {
			t.Fatalf("%q: %v", s, wrong)
		}
		if wrong == nil && c.Holds(anna) != c.Holds(anna) {
			t.Fatal("not the same twice")
		}
	})
}
