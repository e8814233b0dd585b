package campaign

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/delivery"
	"keruen/internal/id"
)

func splitOf(n, share int) Split {
	return Split{By: BySubject, Variants: make([]Variant, n-1), Share: share, Rule: MostOpens, Wait: 60}
}

// MSG-11
func TestVariantsAndTheRestPartitionTheAudience(t *testing.T) {
	t.Parallel()
	const people = 20_000
	for n := 2; n <= maxVariants; n++ {
		for _, share := range []int{2, 10, 33, 50, 100} {
			s, c := splitOf(n, share), id.New[kind]()
			got := map[int]int{}
			for who := range contact.ID(people) {
				at := s.place(c, who+1)
				require.Equal(t, at, s.place(c, who+1), "the same contact gets the same variant again")
				require.True(t, at >= -1 && at < n)
				got[at]++
			}
			want := float64(people) * float64(share) / 100 / float64(n)
			for i := range n {
				require.InDelta(t, want, got[i], 5*math.Sqrt(want), "%d variants, %d percent", n, share)
			}
			require.InDelta(t, people*(100-share)/100, got[-1], 5*math.Sqrt(people))
			if share == 100 {
				require.Zero(t, got[-1])
			}
		}
	}
}

func TestAnotherCampaignDividesTheSamePeopleDifferently(t *testing.T) {
	t.Parallel()
	s, a, b := splitOf(2, 100), id.New[kind](), id.New[kind]()
	same := 0
	for who := range contact.ID(10_000) {
		if s.place(a, who+1) == s.place(b, who+1) {
			same++
		}
	}
	require.InDelta(t, 5000, same, 300)
}

func figures(reached, opened, clicked int64) delivery.Counts {
	return delivery.Counts{Accepted: reached, Opened: opened, Clicked: clicked}
}

// MSG-11. The chances are those of the z test of two proportions, reckoned apart from the program.
func TestAWinnerIsNamedWithHowSureItIs(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		rule    Rule
		results []delivery.Counts
		best    int
		basis   Basis
		chance  float64
		sure    bool
	}{
		"a clear difference":               {MostOpens, []delivery.Counts{figures(1000, 200, 0), figures(1000, 260, 0)}, 1, WonByRule, 0.0014, true},
		"a small one may be chance":        {MostOpens, []delivery.Counts{figures(200, 40, 0), figures(200, 46, 0)}, 1, WonByRule, 0.4657, false},
		"clicks tell otherwise than opens": {MostClicks, []delivery.Counts{figures(1000, 100, 60), figures(1000, 300, 30)}, 0, WonByRule, 0.0012, true},
		"three variants compare thrice":    {MostOpens, []delivery.Counts{figures(1000, 200, 0), figures(1000, 240, 0), figures(1000, 100, 0)}, 1, WonByRule, 0.0925, false},
		"too few letters":                  {MostOpens, []delivery.Counts{figures(19, 10, 0), figures(19, 1, 0)}, 0, WonByLack, 1, false},
		"too few openings":                 {MostOpens, []delivery.Counts{figures(500, 3, 0), figures(500, 6, 0)}, 0, WonByLack, 1, false},
		"nothing at all":                   {MostOpens, []delivery.Counts{{}, {}}, 0, WonByLack, 1, false},
		"no difference":                    {MostOpens, []delivery.Counts{figures(500, 50, 0), figures(500, 50, 0)}, 0, WonByEqual, 1, false},
		"everybody opened all":             {MostOpens, []delivery.Counts{figures(50, 50, 0), figures(50, 50, 0)}, 0, WonByEqual, 1, false},
		"by hand, where nobody may open":   {ByHand, []delivery.Counts{figures(1000, 0, 20), figures(1000, 0, 60)}, 1, WonByRule, 0.000005, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := compare(x.rule, x.results)
			require.Equal(t, x.best, got.Best)
			require.Equal(t, x.basis, got.Basis)
			require.InDelta(t, x.chance, got.Chance, 0.0006)
			require.Equal(t, x.sure, got.Sure)
		})
	}
}

func TestTheRestOfATestOfTimesLeavesAtTheWinnersTimeOfDay(t *testing.T) {
	t.Parallel()
	almaty, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	s := Split{By: ByTime, Variants: []Variant{{After: 9 * 60}}, Share: 20, Rule: MostOpens, Wait: 60}
	c := Campaign{StartAt: time.Date(2026, 12, 1, 10, 0, 0, 0, almaty).UTC(), Zone: "Asia/Almaty"}
	now := time.Date(2026, 12, 1, 20, 0, 0, 0, almaty)
	require.Equal(t, time.Date(2026, 12, 2, 19, 0, 0, 0, almaty).UTC(), s.restStart(c, 1, now))
	require.Equal(t, time.Date(2026, 12, 2, 10, 0, 0, 0, almaty).UTC(), s.restStart(c, 0, now))
	s.By = BySubject
	require.Equal(t, now, s.restStart(c, 1, now))
}

// MSG-3. New York turns its clocks forward on 14 March 2027 at 2:00, and back on 7 November 2027.
func TestALocalTimeComesOnceInEveryZoneAlsoWhenClocksAreTurned(t *testing.T) {
	t.Parallel()
	york, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	almaty, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	from := time.Date(2027, 3, 13, 12, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		wall   string
		zone   *time.Location
		rule   LocalTime
		want   time.Time
		passed bool
	}{
		{"2027-03-14T10:00", york, NextDay, time.Date(2027, 3, 14, 14, 0, 0, 0, time.UTC), false},
		{"2027-03-14T02:30", york, NextDay, time.Date(2027, 3, 14, 7, 30, 0, 0, time.UTC), false}, // skipped: moves forward with the clocks
		{"2027-11-07T01:30", york, NextDay, time.Date(2027, 11, 7, 5, 30, 0, 0, time.UTC), false}, // comes twice: the first
		{"2027-03-13T10:00", almaty, NextDay, time.Date(2027, 3, 14, 5, 0, 0, 0, time.UTC), true},
		{"2027-03-13T10:00", almaty, AtOnce, from, true},
		{"2027-03-13T05:00", york, NextDay, time.Date(2027, 3, 14, 9, 0, 0, 0, time.UTC), true}, // a day of 23 hours
	} {
		due, passed, err := localDue(x.wall, x.zone, x.rule, from)
		require.NoError(t, err)
		require.Equal(t, x.want, due, "%s in %s", x.wall, x.zone)
		require.Equal(t, x.passed, passed)
	}
}

// MSG-11: letters differ by what they are made of, also when that is a document of blocks or the line behind the subject.
func TestLettersOfBlocksAreToldApart(t *testing.T) {
	t.Parallel()
	own := content.Letter{Subject: "Новости", Doc: json.RawMessage(`{"v":1}`)}
	same, other, behind := own, own, own
	other.Doc, behind.Preheader = json.RawMessage(`{"v":1,"rows":[]}`), "Только сегодня"
	s := Split{By: ByLetter, Variants: []Variant{{Letter: &same}, {Letter: &other}, {Letter: &behind}}}
	require.Equal(t, s.difference(own, 0), s.difference(own, 1))
	require.NotEqual(t, s.difference(own, 0), s.difference(own, 2))
	require.NotEqual(t, s.difference(own, 0), s.difference(own, 3))
}
