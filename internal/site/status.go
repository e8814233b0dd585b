package site

import (
	"net/http"
	"strconv"
	"time"

	"keruen/internal/lang"
	"keruen/internal/status"
)

type statusView struct {
	Worst    status.State
	Headline string
	At       string
	Blind    bool
	Parts    []partView
	Now      []outageView // that go on
	Coming   []outageView // planned
	Past     []outageView
}

type partView struct {
	Name, Text, Good string
	State            status.State
	Days             []dayView // the oldest first
	Label            string    // what the row of days says, for those who do not see it
}

type dayView struct{ Look, Tip string }

type outageView struct {
	Title, When, Parts, Impact string
	Kind                       status.Kind
	Updates                    []updateView
}

type updateView struct{ Stage, Text, At string }

func (s *Site) status(w http.ResponseWriter, r *http.Request, v view) {
	b := s.Status.Board(r.Context())
	v.Title, v.Lead = v.T.StatusTitle, v.T.StatusLead
	of := statusView{Worst: b.Worst(), Headline: v.T.Headline[b.Worst()], At: v.moment(b.At), Blind: b.Blind}
	for _, reading := range b.Parts {
		of.Parts = append(of.Parts, v.part(reading, b))
	}
	for _, o := range b.Outages {
		switch {
		case o.Ended(b.At):
			of.Past = append(of.Past, v.outage(o))
		case o.Running(b.At):
			of.Now = append(of.Now, v.outage(o))
		default:
			of.Coming = append(of.Coming, v.outage(o))
		}
	}
	v.Of = of
	code := http.StatusOK
	if b.Blind {
		code = http.StatusServiceUnavailable // for those who watch the page by machine
	}
	w.Header().Set("Refresh", "60")
	s.show(w, code, "status.html", v)
}

func (v view) part(r status.Reading, b status.Board) partView {
	out := partView{Name: v.T.Part[r.Part], Text: v.T.State[r.State], State: r.State}
	known := map[string]status.Day{}
	var sum status.Day
	for _, d := range b.Days[r.Part] {
		known[d.Day] = d
		sum.Checks, sum.Troubled, sum.Missed = sum.Checks+d.Checks, sum.Troubled+d.Troubled, sum.Missed+d.Missed
	}
	for i := status.Days - 1; i >= 0; i-- {
		day := b.At.UTC().AddDate(0, 0, -i)
		out.Days = append(out.Days, v.day(day, known[day.Format(time.DateOnly)]))
	}
	if share, ok := sum.Good(); ok && !b.Blind {
		out.Good = v.percent(share)
		out.Label = v.T.GoodLabel + " " + out.Good
	}
	return out
}

// day gives the look of one day; a bad one shows that it was bad, however short.
func (v view) day(at time.Time, d status.Day) dayView {
	share, ok := d.Good()
	name := v.Lang.Day(at, lang.DayMonth)
	switch {
	case !ok:
		return dayView{"none", name + ": " + v.T.NoRecord}
	case share >= 0.999:
		return dayView{"works", name + ": " + v.percent(share)}
	case share >= 0.95:
		return dayView{"slow", name + ": " + v.percent(share)}
	default:
		return dayView{"down", name + ": " + v.percent(share)}
	}
}

// percent never rounds up to a whole hundred what was not one.
func (v view) percent(share float64) string {
	whole := int(share * 10_000)
	text, _ := v.Lang.Number(float64(whole)/100, -1)
	if v.Lang == lang.Russian {
		return text + "\u00a0%"
	}
	return text + "%"
}

func (v view) outage(o status.Outage) outageView {
	out := outageView{Title: v.In(o.Title), Kind: o.Kind, When: v.span(o), Impact: v.T.Impact[o.Impact]}
	for i, p := range o.Parts {
		if i > 0 {
			out.Parts += ", "
		}
		out.Parts += v.T.Part[p]
	}
	for _, u := range o.Updates {
		out.Updates = append(out.Updates, updateView{Stage: v.T.Stage[u.Stage], Text: v.In(u.Text), At: v.moment(u.At)})
	}
	return out
}

func (v view) span(o status.Outage) string {
	if o.EndsAt.IsZero() {
		return v.T.SinceWord + " " + v.moment(o.StartsAt)
	}
	if o.EndsAt.Before(o.StartsAt) { // planned, and called off before it began
		return v.moment(o.StartsAt)
	}
	return v.moment(o.StartsAt) + " – " + v.moment(o.EndsAt)
}

// moment writes a time in the zone of Kazakhstan, and says so.
func (v view) moment(t time.Time) string {
	local := t.In(almaty)
	_, offset := local.Zone()
	return v.Lang.Day(local, lang.ShortDay) + ", " + local.Format("15:04") + " (GMT+" + strconv.Itoa(offset/3600) + ")"
}

// almaty is the zone of the whole country since March 2024. Zones are inside the program (access imports time/tzdata).
var almaty = func() *time.Location {
	z, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err)
	}
	return z
}()
