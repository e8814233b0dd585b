package email

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/page"
)

// Desk is where people set up e-mail senders: it knows the document of an e-mail sender and the records it needs, which
// channel.Service stores without looking inside.
type Desk struct {
	Senders *channel.Service
	DNS     Asker
	Clock   clock.Clock
	Host    string       // our mail host, for the records of direct senders
	Addrs   []netip.Addr // that letters leave from; none: the records name the host
	// Made is told the records of each new or changed sender. The pretend world publishes them, so that a sender
	// works there at once. May be nil.
	Made func([]Record)
}

// View is an e-mail sender as people see it. The password of its relay is never part of it.
type View struct {
	channel.Sender
	Route       Route
	HasPassword bool
	// BounceDomain is that of the envelope sender; empty: letters return to the address itself.
	BounceDomain string
	Selector     string    // of the key that signs now; empty: letters are not signed
	KeySince     time.Time // zero: not noted
	Records      []Record  // as they were found by the last check, or as they should be when there was none
}

// Draft is what a person gives to make a sender.
type Draft struct {
	Name, Address, ReplyTo string
	BounceDomain           string // of the envelope sender; empty: the address itself
	Route                  Route
}

// Change holds new values; nil leaves a value. A route without a password keeps the stored one.
type Change struct {
	Name, Address, ReplyTo *string
	BounceDomain           *string
	Route                  *Route
}

// Create makes a sender with a signing key of its own.
func (d *Desk) Create(ctx context.Context, who access.Actor, n Draft) (View, error) {
	if err := who.Can(access.EditSenders); err != nil {
		return View{}, err
	}
	settings, err := NewSettings(n.Address, n.Route, d.Clock.Now())
	if err != nil {
		return View{}, err
	}
	if settings.BounceDomain = strings.TrimSpace(n.BounceDomain); settings.BounceDomain != "" {
		if err := settings.Check(); err != nil {
			return View{}, err
		}
	}
	if settings.DKIM, err = d.shared(ctx, who, settings.DKIM); err != nil {
		return View{}, err
	}
	doc, err := settings.Marshal()
	if err != nil {
		return View{}, fmt.Errorf("create sender: %w", err)
	}
	snd, err := d.Senders.Create(ctx, who, channel.NewSender{Kind: channel.Email, Name: n.Name, Address: n.Address, ReplyTo: n.ReplyTo, Settings: doc})
	if err != nil {
		return View{}, err
	}
	return d.made(snd)
}

// shared is the key that another sender of the account on the same domain has already, so that one record serves both; else the new one.
func (d *Desk) shared(ctx context.Context, who access.Actor, fresh DKIM) (DKIM, error) {
	got, err := d.Senders.List(ctx, who, channel.Email, page.Ask{Limit: page.MaxLimit})
	if err != nil {
		return fresh, err
	}
	for _, x := range got.Items {
		settings, err := d.settings(x)
		if err != nil {
			return fresh, err
		}
		if settings.DKIM.PrivateKey != "" && settings.DKIM.Domain == fresh.Domain && settings.DKIM.Next == nil {
			settings.DKIM.Old = nil
			return settings.DKIM, nil
		}
	}
	return fresh, nil
}

// made tells the records of a new or changed sender.
func (d *Desk) made(snd channel.Sender) (View, error) {
	v, err := d.view(snd)
	if err == nil && d.Made != nil {
		d.Made(v.Records)
	}
	return v, err
}

// Get returns one sender.
func (d *Desk) Get(ctx context.Context, who access.Actor, s channel.SenderID) (View, error) {
	snd, err := d.Senders.Get(ctx, who, s)
	if err != nil {
		return View{}, err
	}
	return d.view(snd)
}

// List returns a page of senders in the order of creation.
func (d *Desk) List(ctx context.Context, who access.Actor, a page.Ask) (page.Of[View], error) {
	got, err := d.Senders.List(ctx, who, channel.Email, a)
	if err != nil {
		return page.Of[View]{}, err
	}
	out := page.Of[View]{Items: make([]View, len(got.Items)), Next: got.Next}
	for i, snd := range got.Items {
		if out.Items[i], err = d.view(snd); err != nil {
			return page.Of[View]{}, err
		}
	}
	return out, nil
}

// Update changes a sender. Its signing key stays, unless the address moves to another domain. version is the one that the
// person saw; zero accepts any.
func (d *Desk) Update(ctx context.Context, who access.Actor, s channel.SenderID, version int64, c Change) (View, error) {
	if err := who.Can(access.EditSenders); err != nil {
		return View{}, err
	}
	old, err := d.Senders.Get(ctx, who, s)
	if err != nil {
		return View{}, err
	}
	settings, err := d.settings(old)
	if err != nil {
		return View{}, err
	}
	if c.Route != nil {
		settings.Route = c.Route.keeping(settings.Route)
	}
	if c.BounceDomain != nil {
		settings.BounceDomain = strings.TrimSpace(*c.BounceDomain)
	}
	if c.Address != nil {
		fresh, err := NewSettings(*c.Address, settings.Route, d.Clock.Now())
		if err != nil {
			return View{}, err
		}
		if fresh.DKIM.Domain != settings.DKIM.Domain {
			if settings.DKIM, err = d.shared(ctx, who, fresh.DKIM); err != nil {
				return View{}, err
			}
		}
	}
	if err := settings.Check(); err != nil {
		return View{}, err
	}
	doc, err := settings.Marshal()
	if err != nil {
		return View{}, fmt.Errorf("update sender: %w", err)
	}
	if version == 0 {
		version = old.Version // the document was made from this one
	}
	snd, err := d.Senders.Update(ctx, who, s, version, channel.SenderChange{Name: c.Name, Address: c.Address, ReplyTo: c.ReplyTo, Settings: doc})
	if err != nil {
		return View{}, err
	}
	return d.made(snd)
}

// keeping takes the stored password when the new route goes to the same server and names none.
func (r Route) keeping(old Route) Route {
	if r.Password == "" && r.Kind == old.Kind && r.Host == old.Host && r.User == old.User {
		r.Password = old.Password
	}
	return r
}

// Check looks the records of a sender up now and keeps what it found.
func (d *Desk) Check(ctx context.Context, who access.Actor, s channel.SenderID) (View, error) {
	snd, err := d.Senders.Get(ctx, who, s)
	if err != nil {
		return View{}, err
	}
	settings, err := d.settings(snd)
	if err != nil {
		return View{}, err
	}
	setup, err := SetupOf(snd.Address, settings, d.Host, d.Addrs)
	if err != nil {
		return View{}, err
	}
	found, err := json.Marshal(setup.Check(ctx, d.DNS))
	if err != nil {
		return View{}, fmt.Errorf("check sender: %w", err)
	}
	if err := d.Senders.SaveCheck(ctx, who, s, found); err != nil {
		return View{}, fmt.Errorf("check sender: %w", err)
	}
	return d.Get(ctx, who, s)
}

func (d *Desk) settings(snd channel.Sender) (Settings, error) {
	plain, err := d.Senders.OpenSettings(snd)
	if err != nil {
		return Settings{}, err
	}
	return Parse(plain)
}

func (d *Desk) view(snd channel.Sender) (View, error) {
	settings, err := d.settings(snd)
	if err != nil {
		return View{}, fmt.Errorf("show sender: %w", err)
	}
	setup, err := SetupOf(snd.Address, settings, d.Host, d.Addrs)
	if err != nil {
		return View{}, fmt.Errorf("show sender: %w", err)
	}
	v := View{Sender: snd, Route: settings.Route, HasPassword: settings.Route.Password != "",
		BounceDomain: settings.BounceDomain, Selector: settings.DKIM.Selector, KeySince: settings.DKIM.Since, Records: setup.Records()}
	v.Route.Password = ""
	if err := v.remember(snd.Checked); err != nil {
		return View{}, fmt.Errorf("show sender: %w", err)
	}
	return v, nil
}

// remember fills in what the last check found, for the records that are still the same.
func (v *View) remember(checked string) error {
	for i := range v.Records {
		v.Records[i].Found = []string{}
	}
	if checked == "" {
		return nil
	}
	var found []Record
	if err := json.Unmarshal([]byte(checked), &found); err != nil {
		return err
	}
	for i, r := range v.Records {
		for _, f := range found {
			if f.Kind == r.Kind && f.Name == r.Name && f.Expected == r.Expected {
				f.Stage, f.Until = r.Stage, r.Until // these have moved on since
				f.Required = r.Required
				v.Records[i] = f
			}
		}
	}
	return nil
}

// Ready tells whether the last check found every record that is needed.
func (v View) Ready() bool {
	for _, r := range v.Records {
		if r.Required && !r.OK {
			return false
		}
	}
	return !v.CheckedAt.IsZero()
}
