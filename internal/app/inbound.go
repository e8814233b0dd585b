package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/secret"
	"keruen/internal/smtpin"
)

// inboundDomain is the domain at which this installation receives mail; empty while it receives none. A process that only sends is told
// the domain and listens nowhere.
func (a *App) inboundDomain() string {
	m := a.Config.Mail
	if m.InboundDomain != "" {
		return m.InboundDomain
	}
	if m.InboundListen != "" {
		return a.mailHost()
	}
	return ""
}

// returning gives senders without a bounce domain that of the installation, so that servers' reports reach us. Relays often
// refuse an envelope sender that they do not know, so only those that go direct get it; in practice mode our own letters keep their
// address, by which the pretend world spares them.
func (a *App) returning(settings func(channel.Sender) ([]byte, error)) func(channel.Sender) ([]byte, error) {
	domain := a.inboundDomain()
	if domain == "" {
		return settings
	}
	return func(snd channel.Sender) ([]byte, error) {
		plain, err := settings(snd)
		if err != nil || a.World != nil && snd.Tenant == a.House {
			return plain, err
		}
		s, err := email.Parse(plain)
		if err != nil || s.BounceDomain != "" || s.Route.Kind != email.Direct {
			return plain, err
		}
		s.BounceDomain = domain
		return s.Marshal()
	}
}

// openInbound makes the edge at which mail comes in, and claims its address where the settings name one. The job that reads letters
// runs in every process that works.
func (a *App) openInbound(keys *secret.Keys, o Options) error {
	m := a.Config.Mail
	conf := smtpin.Config{DB: a.DB, Clock: a.Clock, Log: a.Log, Keys: keys, Queue: a.Queue, Pipeline: a.Delivery, Domain: a.inboundDomain(), Contact: a.Config.Operator.Email, Rules: a.answers}
	if m.InboundCert != "" {
		pair, err := tls.LoadX509KeyPair(m.InboundCert, m.InboundKey)
		if err != nil {
			return fmt.Errorf("read the certificate of incoming mail (mail.inbound_cert, mail.inbound_key): %w", err)
		}
		conf.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	a.inbound = smtpin.New(conf)
	if m.InboundListen == "" || o.Shared {
		return nil
	}
	l, err := net.Listen("tcp", m.InboundListen)
	if err != nil {
		return fmt.Errorf("claim the address of incoming mail %s (is another mail server there?): %w", m.InboundListen, err)
	}
	a.mailbox = l
	if a.World != nil {
		a.World.ReportTo(l.Addr().String(), "fbl@"+conf.Domain)
	}
	return nil
}

// InboundAddr is where mail comes in; nil when this process takes none.
func (a *App) InboundAddr() net.Addr {
	if a.mailbox == nil {
		return nil
	}
	return a.mailbox.Addr()
}

// receive takes mail until ctx ends.
func (a *App) receive(ctx context.Context) {
	if a.mailbox != nil {
		a.run("incoming mail", func() error { return a.inbound.Serve(ctx, a.mailbox) })
	}
}
