// Package app builds the whole program from its parts, starts it and stops it.
//
// New reads from top to bottom as the list of parts; events.go is the map of who hears of what; web.go says what is found
// under which address. Which parts run is decided by the role in the settings.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"keruen/internal/access"
	"keruen/internal/api"
	"keruen/internal/audit"
	"keruen/internal/blob"
	"keruen/internal/brand"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/config"
	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/event"
	"keruen/internal/form"
	"keruen/internal/id"
	"keruen/internal/intake"
	"keruen/internal/intake/export"
	"keruen/internal/jobs"
	"keruen/internal/mail/dkim"
	"keruen/internal/mail/mtasts"
	"keruen/internal/mail/mx"
	"keruen/internal/media"
	"keruen/internal/notice"
	"keruen/internal/preference"
	"keruen/internal/privacy"
	"keruen/internal/reputation"
	"keruen/internal/sandbox"
	"keruen/internal/secret"
	"keruen/internal/showcase"
	"keruen/internal/smtpin"
	"keruen/internal/status"
	"keruen/internal/terms"
)

// Version of the program; set by the build (-ldflags "-X keruen/internal/app.Version=…").
var Version = "dev"

// Options are what tests and the command line give beside the settings. The zero value is right for serving.
type Options struct {
	Log       *slog.Logger
	Clock     clock.Clock
	Passwords *secret.Params        // costs of password hashes; nil: secret.Strong
	World     func(*sandbox.Config) // changes the pretend world, for tests
	Shared    bool                  // do not claim the SQLite file: for commands beside a running server
}

// App is the program, built. Its fields are the features, for the command line and for tests.
type App struct {
	Config config.Config
	Log    *slog.Logger
	Clock  clock.Clock
	URL    string // where people reach it

	DB          *db.DB
	Queue       *jobs.Queue
	Events      *event.Bus
	Access      *access.Service
	Audit       *audit.Service
	Terms       *terms.Service
	Contacts    *contact.Service
	FieldWork   *contact.FieldWork
	Masses      *contact.Masses
	StopFiles   *contact.StopFiles
	Segments    *segment.Service
	Content     *content.Service
	Media       *media.Service
	Brands      *brand.Service
	Senders     *email.Desk
	Paths       *shape.Engine
	Delivery    *delivery.Service
	Campaigns   *campaign.Service
	Forms       *form.Service
	Privacy     *privacy.Service
	Imports     *intake.Service
	Exports     *export.Service
	Preferences *preference.Service
	Reputation  *reputation.Service
	Status      *status.Service
	Clients     *showcase.Service
	World       *sandbox.World // nil when the pretend world is off
	House       id.Tenant

	listener net.Listener
	mailbox  net.Listener // where mail comes in; nil: nowhere
	inbound  *smtpin.Service
	server   *http.Server
	api      *api.API
	mail     *email.Channel
	answers  *email.Rules   // what servers' answers mean
	policies *mtasts.Keeper // nil in the pretend world
	tally    *email.TLSTally
	working  sync.WaitGroup
	stop     context.CancelFunc
	failed   chan error
	closing  sync.Once
	closed   error
}

// New builds the program: it opens the database and brings it up to date, claims the web address, and makes every part.
// Nothing is sent or served before Start. Close it at the end, also when Start was never called.
func New(ctx context.Context, c config.Config, o Options) (_ *App, err error) {
	a := &App{Config: c, Log: o.Log, Clock: o.Clock, failed: make(chan error, 4), stop: func() {}}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.Clock == nil {
		a.Clock = clock.Real{}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := a.listen(o); err != nil {
		return nil, err
	}

	// Platform.
	keys, err := secret.Load(c.SecretPath())
	if err != nil {
		return nil, err
	}
	if a.DB, err = db.Open(ctx, db.Config{URL: c.DatabaseURL(), Clock: a.Clock, Log: a.Log, Exclusive: !o.Shared}); err != nil {
		return nil, err
	}
	if err := a.DB.Migrate(ctx); err != nil {
		return nil, err
	}
	if a.answers, err = email.LoadRules(c.Mail.BounceRules); err != nil {
		return nil, err
	}
	if err := a.loadPaths(ctx); err != nil {
		return nil, err
	}
	blobs, err := blob.Open(filepath.Join(c.Data, "blobs"))
	if err != nil {
		return nil, err
	}
	if err := a.startWorld(ctx, o); err != nil {
		return nil, err
	}
	resolver, err := mx.New(a.resolverConfig())
	if err != nil {
		return nil, err
	}
	afresh := a.resolverConfig()
	afresh.NoMemory = true
	lookup, err := mx.New(afresh)
	if err != nil {
		return nil, err
	}
	a.Queue = jobs.New(a.DB, a.Clock, a.Log)
	a.Queue.Lease = c.Limits.Takeover
	a.Events = event.New(a.Queue)

	// Features, from the lowest.
	a.Audit = audit.New(a.DB, a.Clock, keys)
	a.Access = access.New(access.Parts{DB: a.DB, Clock: a.Clock, Keys: keys, Hasher: hasher(o), Audit: a.Audit, Events: a.Events, Log: a.Log})
	a.Access.RegisterJobs(a.Queue)
	if err := a.Access.StartJobs(ctx, a.Queue); err != nil {
		return nil, err
	}
	if a.House, err = a.Access.EnsureHouse(ctx); err != nil {
		return nil, err
	}
	if a.Terms, err = terms.New(a.DB, a.Clock, a.Audit, a.operator()); err != nil {
		return nil, err
	}
	if err := a.Terms.Keep(ctx); err != nil {
		return nil, err
	}
	senders := channel.NewService(a.DB, keys)
	a.Senders = &email.Desk{Senders: senders, DNS: lookup, Clock: a.Clock, Host: a.mailHost(), Addrs: a.addresses(), Made: a.publish()}
	ways := a.channelConfig(keys, resolver)
	ways.Settings = a.returning(ways.Settings)
	a.Senders.Work(a.Queue)
	if err := a.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return a.Senders.StartTx(ctx, tx, a.Queue) }); err != nil {
		return nil, err
	}
	if a.mail, err = email.New(ways); err != nil {
		return nil, err
	}
	if err := a.watchReputation(ctx, resolver); err != nil {
		return nil, err
	}
	a.Contacts = contact.New(a.DB, a.Events, keys)
	a.Contacts.UseHygiene(a.Queue, resolver, a.Clock)
	a.FieldWork = contact.NewFieldWork(a.Contacts, a.Queue)
	a.Masses = contact.NewMasses(a.Contacts, a.Queue)
	a.StopFiles = contact.NewStopFiles(a.Contacts, a.Queue, blobs)
	if err := a.disposableDomains(); err != nil {
		return nil, err
	}
	a.Segments = segment.New(segment.Config{DB: a.DB, Clock: a.Clock, Queue: a.Queue, Accounts: a.Access, Contacts: a.Contacts})
	a.Contacts.UseSegments(a.Segments)
	a.Content = content.New(a.DB, a.Contacts)
	a.Content.UseLinks(judgedLinks{a.Reputation})
	a.Media = media.New(a.DB, blobs, a.URL, a.Log, usage{a})
	a.Brands = brand.New(a.DB, a.Media)
	a.Delivery = delivery.New(delivery.Config{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Keys: keys, Events: a.Events, Contacts: a.Contacts, Content: a.Content,
		Senders: senders, Accounts: a.Access, Channels: []channel.Channel{a.mail}, BaseURL: a.URL, Node: a.node(), Lease: c.Limits.Takeover,
		InboundDomain: a.inboundDomain(),
	})
	if err := a.openInbound(keys, o); err != nil {
		return nil, err
	}
	a.Campaigns = campaign.New(campaign.Config{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Queue: a.Queue, Events: a.Events, Contacts: a.Contacts, Content: a.Content,
		Senders: senders, Delivery: a.Delivery, Access: a.Access,
	})
	a.Segments.Connect(a.Delivery, a.Campaigns)
	a.Imports = intake.New(a.DB, blobs, a.Queue, a.Contacts)
	a.Imports.MaxFile = int64(c.Limits.ImportMB) << 20
	a.Exports = export.New(a.DB, blobs, a.Queue, a.Contacts)
	a.Preferences = preference.New(preference.Parts{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Keys: keys, Queue: a.Queue, Access: a.Access, Contacts: a.Contacts,
		Delivery: a.Delivery, Senders: senders, BaseURL: a.URL,
	})
	if err := a.Preferences.Start(ctx); err != nil {
		return nil, err
	}
	a.Forms = form.New(form.Parts{DB: a.DB, Clock: a.Clock, Log: a.Log, Keys: keys, Queue: a.Queue, Access: a.Access, Contacts: a.Contacts, Senders: senders,
		Delivery: a.Delivery, Brands: brands{a.Preferences}, House: a.House, BaseURL: a.URL})
	if err := a.Forms.Start(ctx); err != nil {
		return nil, err
	}
	a.Privacy = a.people(blobs)
	a.Preferences.Privacy = a.Privacy
	letters := notice.New(notice.Parts{
		DB: a.DB, Access: a.Access, Contacts: a.Contacts, Senders: senders, Delivery: a.Delivery, Log: a.Log, House: a.House, BaseURL: a.URL,
	})
	connect(a.Events, letters)
	if err := a.publicPages(ctx); err != nil {
		return nil, err
	}

	// Edges.
	handler, err := a.web()
	if err != nil {
		return nil, err
	}
	a.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug)}
	return a, nil
}

// disposableDomains reads the operator's own list of throw-away domains, where there is one.
func (a *App) disposableDomains() error {
	f, err := os.Open(filepath.Join(a.Config.Data, "disposable.txt"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read disposable domains: %w", err)
	}
	defer f.Close()
	if err := a.Contacts.Hygiene().ExtendDisposable(f); err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	return nil
}

// listen claims the web address, so that links can name the port. Commands beside a server claim none.
func (a *App) listen(o Options) error {
	a.URL = strings.TrimRight(a.Config.BaseURL, "/")
	if o.Shared {
		if a.URL == "" {
			a.URL = "http://" + a.Config.Listen
		}
		return nil
	}
	l, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("claim the web address %s (is another program there? choose another by --listen): %w", a.Config.Listen, err)
	}
	a.listener = l
	if a.URL == "" {
		a.URL = "http://" + l.Addr().String()
	}
	return nil
}

func hasher(o Options) *secret.Hasher {
	p := secret.Strong
	if o.Passwords != nil {
		p = *o.Passwords
	}
	return secret.NewHasher(p, max(runtime.NumCPU(), 2))
}

// node names this process to the pipeline. With SQLite there is only one, so after a crash it goes on with what it had at once.
func (a *App) node() string {
	if a.DB.Dialect() == db.SQLite {
		return "sqlite"
	}
	return ""
}

func (a *App) operator() terms.Operator {
	o := a.Config.Operator
	return terms.Operator{Name: o.Name, BIN: o.BIN, Address: o.Address, Email: o.Email, Site: a.URL}
}

// Start makes the sender of our own letters, and then lets the parts of the role work until Close.
func (a *App) Start(ctx context.Context) error {
	if err := a.ensureHouseSender(ctx); err != nil {
		return err
	}
	if a.Config.Demo {
		if err := a.ensureDemo(ctx); err != nil {
			return fmt.Errorf("make the demo account: %w", err)
		}
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	if a.Config.Runs("work") {
		a.run("jobs", func() error { return a.Queue.Run(work) })
	}
	if a.Config.Runs("send") {
		signer, err := dkim.Choose(a.Config.Mail.Signer)
		if err != nil {
			return err
		}
		a.Log.Info("letters are signed by", "signer", signer.Name, "detail", signer.Detail)
		a.run("pipeline", func() error { return a.Delivery.Run(work) })
	}
	a.run("hits", func() error { return a.Delivery.Digest(work) })
	a.run("paths", func() error { return a.Paths.Run(work) })
	a.run("status", func() error { return a.Status.Run(work) })
	a.run("results of TLS", func() error { return a.tally.Run(work) })
	a.receive(work)
	a.run("web", func() error {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	a.Log.Info("started", "url", a.URL, "role", a.Config.Role, "version", Version)
	return nil
}

func (a *App) run(part string, work func() error) {
	a.working.Go(func() {
		if err := work(); err != nil && !errors.Is(err, context.Canceled) {
			a.failed <- fmt.Errorf("%s: %w", part, err)
		}
	})
}

// Wait returns when ctx ends, or with the error of a part that cannot go on.
func (a *App) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-a.failed:
		return err
	}
}

// Close stops everything: no new requests, then running work comes to a good place and is put on record, then the database is
// closed. It may be called more than once.
func (a *App) Close() error {
	a.closing.Do(func() { a.closed = a.close() })
	return a.closed
}

func (a *App) close() error {
	var all []error
	keep := func(err error) {
		if err != nil && !errors.Is(err, net.ErrClosed) {
			all = append(all, err)
		}
	}
	if a.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), a.Config.Limits.Shutdown)
		defer cancel()
		a.api.Stop()
		keep(a.server.Shutdown(ctx))
	}
	a.stop()
	a.working.Wait()
	if a.listener != nil {
		keep(a.listener.Close())
	}
	if a.mailbox != nil {
		keep(a.mailbox.Close())
	}
	if a.mail != nil {
		a.mail.Close()
	}
	if a.policies != nil {
		a.policies.Close()
	}
	if a.World != nil {
		keep(a.World.Close())
	}
	if a.DB != nil {
		keep(a.DB.Close())
	}
	return errors.Join(all...)
}
