package preference

import (
	"slices"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/lang"
)

// Box is one thing that a contact agrees to or not.
type Box struct {
	Name  string // of the form's field: "email", "email.others", "email.top_…"
	Key   contact.ConsentKey
	Label string // of a topic its name; otherwise the sentence itself
	About string // of a topic; may be empty
	On    bool
}

// wording is what is kept as the text that was agreed to.
func (b Box) wording(main string) string {
	if b.Key.Topic == 0 {
		return b.Label
	}
	return strings.TrimSuffix(main+": "+b.Label+" — "+b.About, " — ")
}

// Row is one channel of the page.
type Row struct {
	Channel channel.Kind
	Title   string
	Address string // masked: a forwarded letter must not show it
	Main    Box    // mailings as a whole; topics arrive only while it is on
	Topics  []Box
	Others  *Box      // third-party offers; nil when they are not offered and were never agreed to
	Shut    bool      // after a complaint nothing comes back by a link (AUD-3)
	Paused  time.Time // until when; zero when there is no pause
}

func (r *Row) boxes() []*Box {
	list := []*Box{&r.Main}
	for i := range r.Topics {
		list = append(list, &r.Topics[i])
	}
	if r.Others != nil {
		list = append(list, r.Others)
	}
	return list
}

// Board is everything that a contact may choose among, with what holds now.
type Board struct {
	Rows []Row
}

// Any tells whether anything at all arrives.
func (b Board) Any() bool {
	return slices.ContainsFunc(b.Rows, func(r Row) bool { return r.Main.On || r.Others != nil && r.Others.On })
}

// Paused returns the latest end of a pause, zero when there is none.
func (b Board) Paused() time.Time {
	var last time.Time
	for _, r := range b.Rows {
		if r.Paused.After(last) {
			last = r.Paused
		}
	}
	return last
}

// Shown is what is on, as the page keeps it beside the boxes: only what differs from it at the press of the button was chosen.
// A page left open for a week must not bring back what was left meanwhile by another way.
func (b Board) Shown() string {
	var on []string
	for i := range b.Rows {
		for _, box := range b.Rows[i].boxes() {
			if box.On {
				on = append(on, box.Name)
			}
		}
	}
	return strings.Join(on, " ")
}

// situation is what a board is made of.
type situation struct {
	contact contact.View
	topics  []contact.Topic
	left    []contact.ConsentKey // topics that the addresses have left
	design  Design
	account string
	lang    lang.Lang
	topic   contact.TopicID // of the letter that the person came from: always shown
	now     time.Time
}

// board lays the page out. Channels come in the order of the design, and after them those that the contact has agreed to
// although they are not offered: whatever was agreed to can be left here.
func (s situation) board() Board {
	var b Board
	for _, ch := range s.channels() {
		b.Rows = append(b.Rows, s.row(ch))
	}
	return b
}

func (s situation) channels() []channel.Kind {
	var out []channel.Kind
	for _, ch := range append(slices.Clone(s.design.Channels), contact.Channels...) {
		if slices.Contains(out, ch) {
			continue
		}
		if s.contact.Address(ch) != "" && slices.Contains(s.design.Channels, ch) || s.agreed(ch) {
			out = append(out, ch)
		}
	}
	return out
}

// agreed tells whether anything but service messages was agreed to on a channel and not taken back.
func (s situation) agreed(ch channel.Kind) bool {
	return slices.ContainsFunc(s.contact.Consents, func(st contact.State) bool {
		return st.Channel == ch && st.Purpose.Advertises() && st.Action == contact.Granted
	})
}

func (s situation) row(ch channel.Kind) Row {
	r := Row{Channel: ch, Title: ChannelTitles[ch].In(s.lang), Paused: s.pausedUntil(ch)}
	if address := s.contact.Address(ch); address != "" {
		r.Address = contact.Mask(address)
	}
	where := ChannelNames[ch].In(s.lang)
	general := contact.ConsentKey{Channel: ch, Purpose: channel.Advertising}
	others := contact.ConsentKey{Channel: ch, Purpose: channel.ThirdParty}
	r.Shut = s.stopped(ch, func(e contact.Suppression) bool { return e.Reason == contact.Complaint })
	left := r.Shut || s.action(general) == contact.Withdrawn || s.leftFor(ch, channel.Advertising)
	r.Main = Box{Name: string(ch), Key: general, Label: Fill(sayMain, s.lang, s.account, "{channel}", where)}
	for _, t := range s.offered(ch) {
		box := Box{Name: string(ch) + "." + t.ID.String(), Key: general, Label: t.Name.In(s.lang), About: t.About.In(s.lang)}
		box.Key.Topic = t.ID
		own := s.action(box.Key)
		box.On = own == contact.Granted || own == "" && (s.action(general) == contact.Granted || left)
		r.Main.On = r.Main.On || !left && own == contact.Granted
		r.Topics = append(r.Topics, box)
	}
	r.Main.On = r.Main.On || !left && s.action(general) == contact.Granted
	if s.design.Others || s.action(others) != "" {
		on := s.action(others) == contact.Granted && !r.Shut && !s.leftFor(ch, channel.ThirdParty)
		r.Others = &Box{Name: string(ch) + ".others", Key: others, Label: Fill(sayOthers, s.lang, s.account, "{channel}", where), On: on}
	}
	return r
}

// offered are the topics of the page, in the order of the design and then of the account: without those that are hidden or
// archived, but always with the topic of the letter and with what the contact has spoken about: what was left here can be taken back here.
func (s situation) offered(ch channel.Kind) []contact.Topic {
	var out []contact.Topic
	add := func(t contact.Topic) {
		key := contact.ConsentKey{Channel: ch, Purpose: channel.Advertising, Topic: t.ID}
		hidden := t.Archived || slices.Contains(s.design.Hidden, t.ID)
		if hidden && t.ID != s.topic && s.action(key) == "" || slices.ContainsFunc(out, func(o contact.Topic) bool { return o.ID == t.ID }) {
			return
		}
		out = append(out, t)
	}
	for _, want := range s.design.Topics {
		if i := slices.IndexFunc(s.topics, func(t contact.Topic) bool { return t.ID == want }); i >= 0 {
			add(s.topics[i])
		}
	}
	for _, t := range s.topics {
		add(t)
	}
	return out
}

// action is what was said last about a key; empty for nothing.
func (s situation) action(key contact.ConsentKey) contact.Action {
	if slices.Contains(s.left, key) {
		return contact.Withdrawn
	}
	for _, st := range s.contact.Consents {
		if st.Key() == key {
			return st.Action
		}
	}
	return ""
}

func (s situation) stopped(ch channel.Kind, is func(contact.Suppression) bool) bool {
	return slices.ContainsFunc(s.contact.Suppressed, func(e contact.Suppression) bool { return e.Channel == ch && is(e) })
}

// leftFor tells whether the address has unsubscribed from a purpose.
func (s situation) leftFor(ch channel.Kind, p channel.Purpose) bool {
	return s.stopped(ch, func(e contact.Suppression) bool { return e.Reason == contact.Unsubscribed && e.Stops(p) })
}

func (s situation) pausedUntil(ch channel.Kind) time.Time {
	for _, p := range s.contact.Pauses {
		if p.Channel == ch && p.Until.After(s.now) {
			return p.Until
		}
	}
	return time.Time{}
}

// ErrMainOff is returned when a topic is chosen on a channel on which mailings are off: they would not arrive.
var ErrMainOff = errs.New(errs.Invalid, "preference.main_off", "Topics arrive only while mailings on their channel are on. Tick them too.")

// Picks are the boxes that were ticked, and those that were ticked when the page was shown.
type Picks struct{ Shown, Wanted []string }

// Change is one box that was changed by hand.
type Change struct {
	Key     contact.ConsentKey
	Wanted  bool
	Wording string // what stood beside the box
}

// changes returns what the person chose: the boxes that it changed, and that are not so already. A box that is not on the page
// is nothing; a row shut by a complaint takes no wishes but to leave.
func (b Board) changes(p Picks) ([]Change, error) {
	var out []Change
	for i := range b.Rows {
		r := &b.Rows[i]
		main := r.Main.On
		if p.changed(r.Main.Name) {
			main = p.wanted(r.Main.Name)
		}
		for _, box := range r.boxes() {
			wanted := p.wanted(box.Name)
			if !p.changed(box.Name) || wanted == box.On || wanted && r.Shut {
				continue
			}
			if wanted && box.Key.Topic != 0 && !main {
				return nil, ErrMainOff
			}
			out = append(out, Change{Key: box.Key, Wanted: wanted, Wording: box.wording(r.Main.Label)})
		}
	}
	return out, nil
}

func (p Picks) wanted(name string) bool  { return slices.Contains(p.Wanted, name) }
func (p Picks) changed(name string) bool { return p.wanted(name) != slices.Contains(p.Shown, name) }
