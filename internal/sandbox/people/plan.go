// Package people are the readers of the pretend world. Some open a letter, a few click, leave
// or complain; mail programs and security gateways fetch things on their own. Who does what
// is fixed by the seed and the address, or by a local part such as clicks@. They act on the
// world's clock and never leave loopback.
package people

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
)

// Act is what a reader does with a letter.
type Act string

// Acts. The first four are of persons, the others of machines.
const (
	Open        Act = "opened"       // loads the pictures
	Click       Act = "clicked"      // follows one link
	Unsubscribe Act = "unsubscribed" // by one POST (RFC 8058), or by the page when the letter has no header for it
	LeaveByPage Act = "left_by_page" // follows the unsubscribe link and presses the button
	Complain    Act = "complained"   // presses "this is spam"
	Prefetch    Act = "prefetched"   // a mail program loads the pictures for its owner
	Scan        Act = "scanned"      // a gateway follows every link
	Return      Act = "returned"     // a server behind the first one sends the letter back
)

// Acts lists all acts, as they stand in the log.
var Acts = []string{string(Open), string(Click), string(Unsubscribe), string(LeaveByPage), string(Complain), string(Prefetch), string(Scan), string(Return)}

// Habits are the parts, from 0 to 1, of all readers who do something with a letter.
type Habits struct {
	Open        float64
	Click       float64 // of all, not of those who open
	Unsubscribe float64
	Complain    float64
	Scan        float64 // of the domains that are not big providers: those behind a scanning gateway
	Prefetch    float64 // of iCloud addresses: those with mail privacy protection
}

// DefaultHabits are those of a list that mostly wants the letters.
var DefaultHabits = Habits{Open: 0.42, Click: 0.11, Unsubscribe: 0.012, Complain: 0.002, Scan: 0.15, Prefetch: 0.6}

// Reader is one recipient of one letter.
type Reader struct {
	Address  string
	Provider string // of the receiver that took the letter
	Big      bool   // a public provider, not a company's server
	Letter   string // what tells letters apart, stable across attempts: the Message-ID
}

// Step is an act at a time after the letter arrived.
type Step struct {
	After time.Duration
	Act   Act
}

// How long readers take in life, before Speed. Nobody acts faster than haste however fast the
// world runs: what comes sooner is rightly taken for a machine.
const (
	firstLook = 20 * time.Second
	lastLook  = 3 * time.Hour
	haste     = 8 * time.Second
)

// byName are local parts that ask for certain acts.
var byName = map[string][]Act{
	"opens":        {Open},
	"clicks":       {Open, Click},
	"unsubscribes": {Open, Unsubscribe},
	"leaves":       {Open, LeaveByPage},
	"complains":    {Open, Complain},
	"scanner":      {Scan},
	"prefetches":   {Prefetch},
	"returns":      {Return},
	"ignores":      {},
}

// Plan tells what a reader will do, in the order of time. speed is how many times faster than
// in life people act.
func (h Habits) Plan(seed int64, r Reader, speed float64) []Step {
	d := dice{seed, r}
	acts, ordered := Asked(r.Address)
	if !ordered {
		acts = h.choose(d)
	}
	look := haste + scale(firstLook+time.Duration(float64(firstLook)*(math.Pow(float64(lastLook/firstLook), d.part("look"))-1)), speed)
	var steps []Step
	for i, a := range acts {
		switch a {
		case Scan:
			steps = append(steps, Step{time.Second, a})
		case Return:
			steps = append(steps, Step{3 * time.Second, a})
		case Prefetch:
			steps = append(steps, Step{2 * time.Second, a})
		default:
			pause := time.Duration(i) * (4*time.Second + scale(time.Duration(5+55*d.part("pause"))*time.Second, speed))
			steps = append(steps, Step{look + pause, a})
		}
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return int(a.After - b.After) })
	return steps
}

// choose rolls for each habit. What needs an open letter happens only to one.
func (h Habits) choose(d dice) []Act {
	var acts []Act
	_, domain, _ := strings.Cut(d.Address, "@")
	if !d.Big && (dice{d.seed, Reader{Address: domain}}).part("gateway") < h.Scan {
		acts = append(acts, Scan)
	}
	if d.Provider == "icloud" && d.part("privacy") < h.Prefetch {
		acts = append(acts, Prefetch)
	}
	roll := d.part("mood")
	if roll >= h.Open {
		return acts
	}
	acts = append(acts, Open)
	if roll < h.Click {
		acts = append(acts, Click)
	}
	end := d.part("end") * h.Open // the shares are of all, and only those who open get here
	switch {
	case end < h.Complain:
		acts = append(acts, Complain)
	case end < h.Complain+h.Unsubscribe/2:
		acts = append(acts, Unsubscribe)
	case end < h.Complain+h.Unsubscribe:
		acts = append(acts, LeaveByPage)
	}
	return acts
}

// Asked reads a local part that asks for certain acts: "clicks", also "clicks7", "clicks-7" and
// "clicks+anything"; ok is false for all others.
func Asked(address string) (acts []Act, ok bool) {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	word, _, _ := strings.Cut(local, "+")
	acts, ok = byName[strings.TrimRight(word, "0123456789-._")]
	return acts, ok
}

func scale(d time.Duration, speed float64) time.Duration {
	return time.Duration(float64(d) / speed)
}

// dice give the same number for the same seed, reader and question.
type dice struct {
	seed int64
	Reader
}

func (d dice) part(question string) float64 {
	return float64(d.number(question)>>11) / (1 << 53)
}

func (d dice) number(question string) uint64 {
	h := fnv.New64a()
	for i := range 8 {
		h.Write([]byte{byte(d.seed >> (8 * i))})
	}
	for _, s := range []string{question, strings.ToLower(d.Address), d.Letter} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	x := h.Sum64() // the last steps spread near inputs apart (the finisher of SplitMix64)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
