// Package receiver holds the mail servers of the pretend world. Each provider listens on a
// loopback address of its own, all on one port, and behaves as its kind does: banner and
// extensions, greylisting, 421 when hurried, unknown and full mailboxes in its own words,
// refusals of unauthenticated bulk. What happens to an address is fixed by the seed, by its
// local part (full@, grey@, drop@, …) or by an order (Set).
package receiver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/emersion/go-smtp"

	"keruen/internal/clock"
	"keruen/internal/sandbox/archive"
)

// Time limits of a server for a silent client, on the clock of the machine.
const (
	readTimeout  = 5 * time.Minute
	writeTimeout = time.Minute
	portTries    = 20
)

// Resolver tells what the world's name service knows.
type Resolver interface {
	MailHosts(domain string) []string // hosts that take the mail of a domain
	Addrs(host string) []netip.Addr
	TXT(name string) []string
}

// Reading is told of an accepted letter: big says that the recipient's provider is a public
// one, messageID is the letter's Message-ID, the same at every attempt.
type Reading func(l archive.Letter, big bool, messageID string)

// Config is what the receivers need.
type Config struct {
	Clock    clock.Clock
	Log      *slog.Logger
	Archive  *archive.Archive
	Names    Resolver
	Seed     int64
	Shares   Shares
	Grey     Greylist
	SlowWait time.Duration                     // how long "slow" takes; 0 means 5 s
	Limits   map[string]Limits                 // by name of the provider, instead of its own
	Spared   func(sender, address string) bool // letters that have no share of the troubles; nil: none
	Accepted Reading                           // called after each letter, before the server answers; nil: nobody reads
}

// Receivers are all mail servers of the world.
type Receivers struct {
	clock     clock.Clock
	log       *slog.Logger
	archive   *archive.Archive
	names     Resolver
	accepted  Reading
	spared    func(sender, address string) bool
	seed      int64
	shares    Shares
	slowWait  time.Duration
	providers []Provider
	grey      *greyBook

	mu     sync.Mutex
	orders map[string]*order

	port    int
	ctx     context.Context // ends when the world closes
	stop    context.CancelFunc
	listens []net.Listener
	servers []*smtp.Server
	running sync.WaitGroup
}

type order struct {
	Behaviour
	left int // letters it still holds for, when Times is set
}

// New makes receivers that do not listen yet.
func New(c Config) *Receivers {
	if c.SlowWait <= 0 {
		c.SlowWait = 5 * time.Second
	}
	if c.Spared == nil {
		c.Spared = func(string, string) bool { return false }
	}
	if c.Accepted == nil {
		c.Accepted = func(archive.Letter, bool, string) {}
	}
	w := &Receivers{
		clock: c.Clock, log: c.Log, archive: c.Archive, names: c.Names, accepted: c.Accepted, spared: c.Spared,
		seed: c.Seed, shares: c.Shares, slowWait: c.SlowWait,
		providers: Providers(), grey: newGreyBook(c.Grey), orders: map[string]*order{},
	}
	for i := range w.providers {
		if l, ok := c.Limits[w.providers[i].Name]; ok {
			w.providers[i].Limits = l
		}
	}
	for _, e := range c.Archive.Entries(archive.Filter{Kinds: []string{string(Grey)}}) {
		w.grey.restore(e.Client, e.Sender, e.To, e.At)
	}
	return w
}

// Providers lists the providers in their order.
func (w *Receivers) Providers() []Provider { return w.providers }

// Set orders a behaviour for an address or for a whole domain. It replaces an earlier order.
func (w *Receivers) Set(target string, b Behaviour) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.orders[strings.ToLower(target)] = &order{Behaviour: b, left: b.Times}
}

// Unset takes an order back.
func (w *Receivers) Unset(target string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.orders, strings.ToLower(target))
}

// ordered returns the order for a target and uses it up by one.
func (w *Receivers) ordered(target string) (Behaviour, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, ok := w.orders[target]
	if !ok {
		return Behaviour{}, false
	}
	if o.Times == 0 {
		return o.Behaviour, true
	}
	if o.left == 0 {
		return Behaviour{Kind: Accept}, true
	}
	o.left--
	b := o.Behaviour
	b.Times = 0 // counted here
	return b, true
}

// Port is the port of all servers, 0 before Start.
func (w *Receivers) Port() int { return w.port }

// Start listens on the loopback address of every provider. Port 0 takes a free one.
func (w *Receivers) Start(port int) error {
	cert, err := selfSigned(w.providers)
	if err != nil {
		return fmt.Errorf("pretend mail servers: %w", err)
	}
	listeners, err := w.listen(port)
	if err != nil {
		return fmt.Errorf("pretend mail servers: %w", err)
	}
	w.listens = listeners
	w.ctx, w.stop = context.WithCancel(context.Background())
	for i, l := range listeners {
		p := &w.providers[i]
		s := w.server(p, cert)
		w.servers = append(w.servers, s)
		w.running.Go(func() {
			if err := s.Serve(newGate(l, p.Limits.Connections, func(c net.Conn) { w.turnAway(p, c) })); err != nil {
				w.log.Error("a pretend mail server ended", "provider", p.Name, "err", err)
			}
		})
	}
	return nil
}

// Close stops the servers and cuts what is open.
func (w *Receivers) Close() error {
	if w.stop == nil {
		return nil
	}
	w.stop()
	var all error
	for _, s := range w.servers {
		all = errors.Join(all, s.Close())
	}
	// A server that was closed before it began to serve knows nothing of its listener.
	for _, l := range w.listens {
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			all = errors.Join(all, err)
		}
	}
	w.running.Wait()
	return all
}

func (w *Receivers) server(p *Provider, cert tls.Certificate) *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{w: w, p: p, c: c, gated: underneath(c)}, nil
	}))
	s.Domain = p.Banner
	s.MaxMessageBytes = p.MaxSize
	s.MaxRecipients = 100
	s.ReadTimeout, s.WriteTimeout = readTimeout, writeTimeout
	s.EnableSMTPUTF8 = !p.NoUTF8
	s.ErrorLog = quiet{w.log}
	if !p.NoTLS {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	return s
}

// listen opens one port on every address; a free one may have to be looked for.
func (w *Receivers) listen(port int) ([]net.Listener, error) {
	tries := 1
	if port == 0 {
		tries = portTries
	}
	var last error
	for range tries {
		ls, err := w.listenOn(port)
		if err == nil {
			w.port = ls[0].Addr().(*net.TCPAddr).Port
			return ls, nil
		}
		last = err
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			return nil, fmt.Errorf("this machine does not have the whole of 127.0.0.0/8; add the addresses 127.0.10.1 to 127.0.10.24 to its loopback interface: %w", err)
		}
	}
	return nil, last
}

func (w *Receivers) listenOn(port int) ([]net.Listener, error) {
	var ls []net.Listener
	for _, p := range w.providers {
		l, err := net.Listen("tcp", net.JoinHostPort(p.Addr.String(), strconv.Itoa(port)))
		if err != nil {
			for _, open := range ls {
				err = errors.Join(err, open.Close())
			}
			return nil, err
		}
		ls = append(ls, l)
		port = l.Addr().(*net.TCPAddr).Port
	}
	return ls, nil
}

// turnAway answers a connection that is one too many.
func (w *Receivers) turnAway(p *Provider, c net.Conn) {
	client := hostOf(c.RemoteAddr())
	r := w.reply(p, Hurried, client).with("{client}", client)
	w.archive.Note(archive.Entry{At: w.clock.Now(), Kind: string(Hurried), Provider: p.Name, Client: client, Stage: "connect", Reply: r.String()})
	// A client that does not wait for the words has nothing to hear.
	_, _ = fmt.Fprintf(c, "%s\r\n", r)
	hangUp(c)
}

// quiet takes the complaints of the server library about clients that break off: in this
// world they are told to.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, v ...any) {
	q.log.Debug("pretend mail server", "problem", fmt.Sprintf(format, v...))
}

func (q quiet) Println(v ...any) { q.log.Debug("pretend mail server", "problem", fmt.Sprintln(v...)) }

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
