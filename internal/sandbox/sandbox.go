// Package sandbox is the pretend world: counterparts of what lies outside the program, on
// loopback, on the program's clock. In this part it holds a name service, the mail servers of
// well-known providers with their manners, and the people who read the letters. It keeps what
// arrived and shows it on mailbox pages.
//
//	w, err := sandbox.New(sandbox.Config{Clock: clk, Log: log, BaseURL: func() string { return "http://127.0.0.1:8080" }})
//	err = w.Start(ctx)   // then: resolver at w.DNSAddr(), port override w.SMTPPort()
//	mux.Handle("/sandbox/", w.Handler())
//	defer w.Close()
//
// It is built from the standards alone and shares no parsing or formatting with the mail
// engine that it tests.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/miekg/dns"

	"keruen/internal/clock"
	"keruen/internal/errs"
	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/letter"
	"keruen/internal/sandbox/people"
	"keruen/internal/sandbox/receiver"
	"keruen/internal/sandbox/zone"
)

// Words of the parts that tests and the composition root use.
type (
	Behaviour = receiver.Behaviour // how an address or a domain is treated
	Reply     = receiver.Reply     // what a server says
	Shares    = receiver.Shares    // parts of addresses with a trouble
	Greylist  = receiver.Greylist  // manners of greylisting
	Limits    = receiver.Limits    // how much hurry a provider bears
	Habits    = people.Habits      // what readers do
	Zone      = zone.Zone          // a declared DNS zone
	Letter    = archive.Letter     // one accepted letter
	Entry     = archive.Entry      // one line of the log
	Filter    = archive.Filter     // which letters or entries
	Complaint = people.Complaint   // a press on "this is spam"
)

// ErrNoTarget is returned for an order without an address or a domain.
var ErrNoTarget = errs.New(errs.Invalid, "sandbox.no_target", "Name an address or a domain, and a behaviour that exists.")

// Config describes a world. The zero value of each field but Clock is useful.
type Config struct {
	Clock    clock.Clock
	Log      *slog.Logger      // nil: silent
	BaseURL  func() string     // the product's own site, the only one that readers visit; nil: none
	Seed     int64             // who does what
	Dir      string            // where letters are kept; "": in memory
	Speed    float64           // how many times faster than in life people act; 0: 60
	DNSAddr  string            // "": a free port of 127.0.0.1
	SMTPPort int               // 0: a free port
	Shares   *Shares           // nil: receiver.DefaultShares; &Shares{}: no troubles
	Habits   *Habits           // nil: people.DefaultHabits; &Habits{}: nobody does anything unasked
	Grey     Greylist          // zero: 20 s, so that a demo shows it
	Limits   map[string]Limits // by provider, instead of its own
	// Calm tells from which envelope senders letters have no share of the troubles: the product's own, so that a newcomer does not
	// wait for a code. Orders and speaking local parts (full@, grey@) count all the same. nil: none.
	Calm func(sender string) bool
}

// World is a pretend world.
type World struct {
	conf      Config
	log       *slog.Logger
	archive   *archive.Archive
	names     *zone.Names
	receivers *receiver.Receivers
	crowd     *people.Crowd
	dns       *zone.Server
	stop      func() error
	mailbox   atomic.Pointer[mailbox]
}

// New makes a world that sleeps; letters kept in Dir are there at once.
func New(c Config) (*World, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Speed <= 0 {
		c.Speed = 60
	}
	if c.DNSAddr == "" {
		c.DNSAddr = "127.0.0.1:0"
	}
	kept, err := archive.Open(c.Dir, c.Log)
	if err != nil {
		return nil, err
	}
	w := &World{conf: c, log: c.Log, archive: kept, stop: func() error { return nil }}
	w.names = zone.New(zone.Rules{Mail: w.mailOf, Host: func(name string) (netip.Addr, bool) { return w.receivers.Host(name) }})
	w.crowd = people.New(people.Config{
		Clock: c.Clock, Log: c.Log, Archive: kept, BaseURL: c.BaseURL,
		Seed: c.Seed, Habits: orElse(c.Habits, people.DefaultHabits), Speed: c.Speed, Post: w.post,
	})
	w.receivers = receiver.New(receiver.Config{
		Clock: c.Clock, Log: c.Log, Archive: kept, Names: w.names, Seed: c.Seed,
		Shares: orElse(c.Shares, receiver.DefaultShares), Grey: c.Grey, Limits: c.Limits, Accepted: w.crowd.Receive,
		Spared: func(sender, address string) bool {
			_, asked := people.Asked(address)
			return asked || c.Calm != nil && c.Calm(sender)
		},
	})
	return w, w.declareBroken()
}

// declareBroken makes the domains that are there to go wrong.
func (w *World) declareBroken() error {
	broken := map[string]Zone{
		"nxdomain.test": {Rcode: dns.RcodeNameError},
		"broken.test":   {Rcode: dns.RcodeServerFailure},
		"silent.test":   {Silent: true},
		"nullmx.test":   {Records: []string{"nullmx.test. MX 0 ."}},
		"nomail.test":   {Records: []string{`nomail.test. TXT "no mail, no address"`}},
		"implicit.test": {Records: []string{"implicit.test. A " + w.receivers.Of("implicit.test").Addr.String()}},
		"deadmx.test":   {Records: []string{"deadmx.test. MX 10 mx.deadmx.test."}},
	}
	for apex, z := range broken {
		if err := w.names.Declare(apex, z); err != nil {
			return err
		}
	}
	return nil
}

// Start begins to listen. It returns at once; Close ends the world, and so does the end of ctx.
func (w *World) Start(ctx context.Context) error {
	s, err := zone.Serve(w.names, w.conf.DNSAddr)
	if err != nil {
		return err
	}
	w.dns = s
	if err := w.receivers.Start(w.conf.SMTPPort); err != nil {
		return errors.Join(err, s.Close())
	}
	w.crowd.Start()
	w.stop = sync.OnceValue(w.halt)
	context.AfterFunc(ctx, func() {
		if err := w.stop(); err != nil {
			w.log.Debug("the pretend world ended", "err", err)
		}
	})
	return nil
}

// Close ends everything that runs and closes the files.
func (w *World) Close() error {
	return errors.Join(w.stop(), w.archive.Close())
}

func (w *World) halt() error {
	err := errors.Join(w.dns.Close(), w.receivers.Close())
	w.crowd.Close()
	return err
}

// DNSAddr is the address of the name service, host:port, for UDP and TCP. Valid after Start.
func (w *World) DNSAddr() string { return w.dns.Addr() }

// SMTPPort is the port of all mail servers. Valid after Start.
func (w *World) SMTPPort() int { return w.receivers.Port() }

// Publish sets the TXT values of a name: SPF, a DKIM key, DMARC. Without values the name has none.
func (w *World) Publish(name string, txt ...string) { w.names.Publish(name, txt...) }

// Published lists the TXT values that were published.
func (w *World) Published() []zone.Text { return w.names.Published() }

// Declare sets a DNS zone of a test's own.
func (w *World) Declare(apex string, z Zone) error { return w.names.Declare(apex, z) }

// SetBehaviour orders how letters to an address or a domain are treated from now on.
func (w *World) SetBehaviour(target string, b Behaviour) error {
	known := b.Kind == receiver.Custom && b.Reply != nil || receiver.IsKind(string(b.Kind))
	if target == "" || !known {
		return ErrNoTarget.With("kind", string(b.Kind))
	}
	w.receivers.Set(target, b)
	return nil
}

// ClearBehaviour takes an order back.
func (w *World) ClearBehaviour(target string) { w.receivers.Unset(target) }

// Messages lists the letters that fit, newest first.
func (w *World) Messages(f Filter) []Letter { return w.archive.Letters(f) }

// Count tells how many letters an address ever received; "" counts all.
func (w *World) Count(addr string) int { return w.archive.Count(addr) }

// WaitFor returns the letters of an address, newest first, once there are at least n.
func (w *World) WaitFor(ctx context.Context, addr string, n int) ([]Letter, error) {
	return w.archive.WaitFor(ctx, addr, n)
}

// WaitForLog returns the entries that fit, newest first, once there are at least n.
func (w *World) WaitForLog(ctx context.Context, f Filter, n int) ([]Entry, error) {
	for {
		changed := w.archive.Changed()
		found := w.archive.Entries(f)
		if len(found) >= n {
			return found, nil
		}
		select {
		case <-ctx.Done():
			return found, fmt.Errorf("wait for %d lines of the log, have %d: %w", n, len(found), ctx.Err())
		case <-changed:
		}
	}
}

// Log lists the answers of the servers and the acts of the readers, newest first.
func (w *World) Log(f Filter) []Entry { return w.archive.Entries(f) }

// Raw returns the source of a letter as it came.
func (w *World) Raw(id int64) ([]byte, error) { return w.archive.Raw(id) }

// Content returns a letter as a mail program would read it.
func (w *World) Content(id int64) (letter.Content, error) {
	raw, err := w.archive.Raw(id)
	if err != nil {
		return letter.Content{}, err
	}
	return letter.Parse(raw), nil
}

// Complaints lists the presses on "this is spam", newest first, with their abuse reports.
func (w *World) Complaints() ([]Complaint, error) {
	var all []Complaint
	for _, e := range w.archive.Entries(Filter{Kinds: []string{string(people.Complain)}}) {
		l, err := w.archive.Letter(e.Letter)
		if err != nil {
			continue // the letter has been forgotten; there is nothing to report about
		}
		raw, err := w.archive.Raw(l.ID)
		if err != nil {
			return nil, err
		}
		report, err := people.Report(l, raw, e.At)
		if err != nil {
			return nil, fmt.Errorf("report a complaint: %w", err)
		}
		all = append(all, Complaint{At: e.At, Letter: l.ID, To: l.To, ARF: report})
	}
	return all, nil
}

// mailOf gives every domain the mail servers of its provider.
func (w *World) mailOf(domain string) []zone.MX {
	var out []zone.MX
	for i, host := range w.receivers.Of(domain).Hosts(domain) {
		out = append(out, zone.MX{Pref: uint16(5 + 10*i), Host: host})
	}
	return out
}

func orElse[T any](p *T, other T) T {
	if p == nil {
		return other
	}
	return *p
}
