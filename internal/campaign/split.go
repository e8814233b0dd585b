package campaign

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/delivery"
	"keruen/internal/errs"
)

// Split is an A/B test (MSG-11): variants go to shares of the audience, the best one to the rest. Variants differ in one thing only, so
// that the answer says something.
type Split struct {
	By       Aspect    `json:"by"`
	Variants []Variant `json:"variants"` // the others, B and so on; A is the campaign itself
	Share    int       `json:"share"`    // percent of the audience that takes part; with 100 nobody is left for the winner
	Rule     Rule      `json:"rule"`
	Wait     int       `json:"wait"` // minutes from when everybody in the test was tried until the winner is chosen
}

// Aspect is what the variants differ in.
type Aspect string

// Aspects.
const (
	BySubject Aspect = "subject"
	ByLetter  Aspect = "letter"
	ByName    Aspect = "from_name" // the sender's name
	ByTime    Aspect = "time"
)

// Rule says what makes a winner.
type Rule string

// Rules. Openings and clicks are those of people, each person once, of those whose servers took the letter.
const (
	MostOpens  Rule = "opens"
	MostClicks Rule = "clicks"
	ByHand     Rule = "hand" // a person chooses
)

// Variant is one of the others; only what the test is about is set.
type Variant struct {
	Subject  string          `json:"subject,omitempty"`
	Letter   *content.Letter `json:"letter,omitempty"`
	FromName string          `json:"from_name,omitempty"`
	After    int             `json:"after,omitempty"` // minutes after the start of the campaign
}

// SplitRun is what has become of an A/B test that was ordered.
type SplitRun struct {
	Revisions []content.RevisionID `json:"revisions"`
	Closed    bool                 `json:"closed,omitempty"`   // the audience is in
	TestedAt  time.Time            `json:"tested_at,omitzero"` // when everybody in the test had been tried; zero: not yet
	DecideAt  time.Time            `json:"decide_at,omitzero"` // when the winner is chosen; zero: not known yet, or by hand
	DecidedAt time.Time            `json:"decided_at,omitzero"`
	Winner    int                  `json:"winner"` // 0 is A
	Basis     Basis                `json:"basis,omitempty"`
}

// Basis says why a variant won.
type Basis string

// Bases.
const (
	WonByRule  Basis = "rule"
	WonByHand  Basis = "hand"
	WonByLack  Basis = "too_few" // too little happened to choose: A goes out, as if there were no test
	WonByEqual Basis = "equal"   // no difference at all: A goes out
)

// Limits of A/B tests.
const (
	maxVariants  = 4 // with A
	minShare     = 2
	minWait      = 30          // minutes
	maxWait      = 7 * 24 * 60 // minutes
	maxAfter     = 7 * 24 * 60 // minutes
	minReached   = 20          // letters taken by servers, of each variant …
	minActs      = 10          // … and openings or clicks of all: with less nothing is concluded
	surely       = 0.05        // a difference that chance makes more seldom than this is called real
	goodReached  = 500         // letters of each variant from which on differences of some points can be seen
	maxFromName  = 100         // characters
	variantNames = "abcd"
	restVariant  = "rest"
)

// Errors of A/B tests.
var (
	ErrSplit      = errs.New(errs.Invalid, "campaign.split", "An A/B test has two to four variants, a share of 2 to 100 percent and a wait of half an hour to seven days.")
	ErrSplitState = errs.New(errs.Conflict, "campaign.split_state", "The winner is chosen once, while the rest of the audience still waits for it.")
	ErrSplitLocal = errs.New(errs.Invalid, "campaign.split_local", "An A/B test and letters at the local time of each contact do not go together. Choose one of them.")
)

// name is how a variant is called in parts and on the wire.
func variantName(i int) string { return variantNames[i : i+1] }

// count is how many variants there are, A among them.
func (s Split) count() int { return len(s.Variants) + 1 }

// wait is how long the test runs after everybody in it was tried.
func (s Split) wait() time.Duration { return time.Duration(s.Wait) * time.Minute }

// after is how much later than the campaign a variant starts.
func (s Split) after(i int) time.Duration {
	if i == 0 || s.By != ByTime {
		return 0
	}
	return time.Duration(s.Variants[i-1].After) * time.Minute
}

// lastAfter is when the last variant starts.
func (s Split) lastAfter() time.Duration {
	var last time.Duration
	for i := range s.count() {
		last = max(last, s.after(i))
	}
	return last
}

// letter is what a variant says.
func (s Split) letter(own content.Letter, i int) content.Letter {
	if i == 0 {
		return own
	}
	switch v := s.Variants[i-1]; {
	case s.By == BySubject:
		own.Subject = v.Subject
	case s.By == ByLetter && v.Letter != nil:
		return *v.Letter
	}
	return own
}

// fromName is the sender's name in a variant; empty: the sender's own.
func (s Split) fromName(i int) string {
	if i == 0 || s.By != ByName {
		return ""
	}
	return s.Variants[i-1].FromName
}

// check tells what of a draft's test cannot be, however unfinished it is.
func (s Split) check() []errs.Field {
	var bad []errs.Field
	blame := func(path, code, text string) { bad = append(bad, errs.Field{Path: path, Code: code, Text: text}) }
	if !slices.Contains([]Aspect{BySubject, ByLetter, ByName, ByTime}, s.By) || !slices.Contains([]Rule{MostOpens, MostClicks, ByHand}, s.Rule) ||
		len(s.Variants) == 0 || s.count() > maxVariants || s.Share < minShare || s.Share > 100 || s.Wait < minWait || s.Wait > maxWait {
		blame("split", ErrSplit.Code, ErrSplit.Text)
	}
	for i, v := range s.Variants {
		at := fmt.Sprintf("split.variants[%d]", i)
		if utf8.RuneCountInString(v.Subject) > maxSubject {
			blame(at, "campaign.subject_long", "The subject has more than 255 characters. Readers see about 40 to 60.")
		}
		if utf8.RuneCountInString(v.FromName) > maxFromName || strings.ContainsAny(v.FromName+v.Subject, "\r\n\x00") {
			blame(at, "campaign.split_name", "A sender's name is one line of at most 100 characters.")
		}
		if v.After < 0 || v.After > maxAfter {
			blame(at, "campaign.split_after", "A variant starts at most seven days after the campaign.")
		}
	}
	return bad
}

// difference is what tells a variant from others; equal ones cannot be compared.
func (s Split) difference(own content.Letter, i int) string {
	switch s.By {
	case ByName:
		return s.fromName(i)
	case ByTime:
		return s.after(i).String()
	default:
		l := s.letter(own, i)
		return strings.Join([]string{l.Subject, l.Preheader, l.HTML, l.Text, string(l.Doc)}, "\x00")
	}
}

// place tells which variant a contact gets, or -1 for the rest. The same campaign and contact always give the same answer.
func (s Split) place(c ID, who contact.ID) int {
	h := mix(mix(uint64(c)) ^ uint64(who))
	if int(h%10_000) >= s.Share*100 {
		return -1
	}
	return int(h / 10_000 % uint64(s.count()))
}

// mix spreads the bits of a number (the finaliser of SplitMix64, Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Comparison is what the figures of the variants say.
type Comparison struct {
	Best       int     // the variant that leads; 0 when none does
	Basis      Basis   // by which it would win now: rule, too_few, equal
	Difference float64 // of the best share and the next, 0–1
	Chance     float64 // how often chance alone makes such a difference, 0–1; 1 when too little is known
	Sure       bool    // chance makes it in fewer than one case of twenty
}

// compare judges by a rule; by hand it is openings that are compared, or clicks when there are no openings.
func compare(rule Rule, results []delivery.Counts) Comparison {
	acts := func(n delivery.Counts) int64 { return n.Opened }
	var opened int64
	for _, n := range results {
		opened += n.Opened
	}
	if rule == MostClicks || rule == ByHand && opened == 0 {
		acts = func(n delivery.Counts) int64 { return n.Clicked }
	}
	out := Comparison{Basis: WonByRule, Chance: 1}
	var sum int64
	order := make([]int, len(results))
	for i, n := range results {
		order[i] = i
		sum += acts(n)
		if n.Reached() < minReached {
			out.Basis = WonByLack
		}
	}
	if sum < minActs {
		out.Basis = WonByLack
	}
	if out.Basis == WonByLack {
		return out
	}
	share := func(i int) float64 { return float64(acts(results[i])) / float64(results[i].Reached()) }
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case share(a) > share(b):
			return -1
		case share(a) < share(b):
			return 1
		}
		return 0
	})
	best, next := order[0], order[1]
	out.Difference = share(best) - share(next)
	if out.Difference == 0 {
		out.Basis = WonByEqual
		return out
	}
	out.Best = best
	pairs := float64(len(results) * (len(results) - 1) / 2) // Bonferroni: whoever compares often finds something
	p := chance(acts(results[best]), results[best].Reached(), acts(results[next]), results[next].Reached())
	out.Chance = min(1, p*pairs)
	out.Sure = out.Chance < surely
	return out
}

// chance is the two-sided probability that two shares differ at least so much when there is no difference: the z test of two
// proportions with the pooled share.
func chance(a, ofA, b, ofB int64) float64 {
	pool := float64(a+b) / float64(ofA+ofB)
	deviation := math.Sqrt(pool * (1 - pool) * (1/float64(ofA) + 1/float64(ofB)))
	if deviation == 0 {
		return 1
	}
	z := math.Abs(float64(a)/float64(ofA)-float64(b)/float64(ofB)) / deviation
	return math.Erfc(z / math.Sqrt2)
}

// visible is the smallest difference of shares, in points of percent, that a test with so many letters of each variant shows four
// times of five, around a share of a fifth.
func visible(each int64) float64 {
	if each <= 0 {
		return 100
	}
	const z = 1.96 + 0.84
	return min(100, 100*z*math.Sqrt(2*0.2*0.8/float64(each)))
}

// restStart is when the rest leaves once a variant has won: at once, or in a test of times at the next time of day of the winner.
func (s Split) restStart(c Campaign, winner int, now time.Time) time.Time {
	if s.By != ByTime {
		return now
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		zone = time.UTC
	}
	at := c.StartAt.Add(s.after(winner)).In(zone)
	for day := 0; ; day++ {
		if next := at.AddDate(0, 0, day); !next.Before(now) {
			return next.UTC()
		}
	}
}
