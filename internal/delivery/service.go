package delivery

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/secret"
)

// Config is what the pipeline is built from.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Keys     *secret.Keys
	Events   *event.Bus
	Contacts *contact.Service
	Content  *content.Service
	Senders  *channel.Service
	Accounts Accounts
	Channels []channel.Channel

	// BaseURL is where recipients reach this installation: "https://example.kz", no slash at the end.
	BaseURL string

	// InboundDomain is where this installation receives mail: letters then also name an address by which one leaves. Empty: it receives none.
	InboundDomain string

	// Node names this process as the owner of lanes. Empty: a name nobody else has, so that after a
	// crash its lanes wait for their leases to run out. Where only one process can exist (SQLite held
	// exclusively) give a fixed name: the next process then goes on at once.
	Node string

	// Lease is how long a lane stays with a node that died; zero: 30 s.
	Lease time.Duration
}

// Settings of the pump.
const (
	defaultLease       = 30 * time.Second
	leaseMargin        = 3                                                           // part of the lease (1/3) in which nothing more is started
	laneStreams        = 2                                                           // windows of campaigns in flight per lane: one sends while the other is recorded
	maxWindow          = (campaignShare - campaignShare/newcomersPart) / laneStreams // recipients covered by one intent, while a lane has this process for itself
	defaultConcurrency = 20                                                          // messages in flight per lane when the channel says nothing
	pollEvery          = 250 * time.Millisecond                                      // how soon other nodes' work is seen
	guardAge           = time.Second                                                 // a reading of consent this long ago is repeated before a send
	straggleAfter      = 2 * time.Second                                             // a window is recorded without messages that take longer
	maxAttempts        = 20                                                          // counted tries of one message
	laneIdle           = 5 * time.Second                                             // an idle lane is given up after this
)

// Service is the pipeline. Its verbs may be called from any process; Run sends.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	log      *slog.Logger
	keys     *secret.Keys
	events   *event.Bus
	contacts *contact.Service
	content  *content.Service
	senders  *channel.Service
	channels map[channel.Kind]channel.Channel
	base     string
	inbound  string
	node     string
	lease    time.Duration

	hub      *hub
	dispatch *dispatcher
	gate     *gate
	accounts *accounts
	judge    *judge
	book     *book
	mailings *mailings
	rows     *rows

	campaigns *budget // of windows in flight, for all lanes of this process
	express   *budget // the same of retries and single messages
}

type nodeKind struct{}

func (nodeKind) Prefix() string { return "nod" }

// New makes the pipeline. It sends nothing before Run.
func New(c Config) *Service {
	s := &Service{
		db: c.DB, clock: c.Clock, log: c.Log, keys: c.Keys, events: c.Events,
		contacts: c.Contacts, content: c.Content, senders: c.Senders,
		channels: make(map[channel.Kind]channel.Channel),
		base:     strings.TrimRight(c.BaseURL, "/"), inbound: c.InboundDomain, node: c.Node, lease: c.Lease,
	}
	if s.node == "" {
		s.node = id.New[nodeKind]().String()
	}
	if s.lease <= 0 {
		s.lease = defaultLease
	}
	for _, ch := range c.Channels {
		s.channels[ch.Kind()] = ch
	}
	s.hub = newHub(s)
	s.dispatch = newDispatcher(s)
	s.gate = newGate()
	s.accounts = newAccounts(c.Accounts)
	s.judge = newJudge()
	s.book = newBook(s)
	s.mailings = newMailings(s.db)
	s.rows = newRows()
	s.campaigns, s.express = newBudget(campaignShare, laneStreams), newBudget(expressShare, 1)
	c.Contacts.OnStop(s.gate.shut)
	return s
}

// Run sends until ctx ends, and then until everything in flight is on record. Run it once per process that sends.
func (s *Service) Run(ctx context.Context) error { return s.dispatch.run(ctx) }

// Digest judges and counts what came by links and was only written down, until ctx ends. Run it once in every process that answers links, whether it
// sends or not: several share the work.
func (s *Service) Digest(ctx context.Context) error {
	s.book.digestAll(ctx)
	return nil
}

// Rate is how many messages a second a sender's channel lets through, zero when it sets no pace.
func (s *Service) Rate(snd channel.Sender) float64 {
	if t, ok := s.channels[snd.Kind].(channel.Tuner); ok {
		return t.Limits(snd).PerSecond
	}
	return 0
}

// wake has a lane of this process look for work at once.
func (s *Service) wake(lane channel.SenderID) { s.dispatch.wakeLane(lane) }
