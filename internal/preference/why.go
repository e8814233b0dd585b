package preference

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// Privacy takes what people ask about their own data; privacy.Service does (CMP-11).
type Privacy interface {
	Request(ctx context.Context, t id.Tenant, c contact.ID, kind string) error
}

// What may be asked for.
const (
	AskCopy    = "export"
	AskErasure = "erasure"
)

// ErrRequest is returned for a request of a kind that there is not.
var ErrRequest = errs.New(errs.Invalid, "preference.request", "A copy of the data or its erasure can be asked for.")

// Why tells why one message came: from whom, by which consent, for what. It says nothing of other people, and of the person itself
// nothing whole: links of letters are passed on.
type Why struct {
	Show
	Legal     string // name of the firm, when it differs from the account's
	BIN       string // of a firm; a person's number is nobody's business
	Postal    string
	Purpose   string // in words
	Topic     string // empty when the message had none
	SentAt    time.Time
	Receipt   *Receipt // nil when there is none: a message of service from before consents were kept beside messages
	Withdrawn bool     // the consent was withdrawn since
}

// Receipt is the consent that allowed the message, in words.
type Receipt struct {
	At       time.Time
	Source   string
	Wording  string // the words that were shown then
	Version  int64  // of the wording, 0 when it has none
	Evidence []Line
}

// Line is one piece of evidence.
type Line struct{ Name, Value string }

// Why reads the page. It changes nothing. delivery.ErrLink for an entry without a message.
func (s *Service) Why(ctx context.Context, e Entry, language lang.Lang) (Why, error) {
	if e.About.Ref.Part == 0 {
		return Why{}, errs.ErrNotFound
	}
	sit, show, err := s.situation(ctx, e, language)
	if err != nil {
		return Why{}, fmt.Errorf("tell why: %w", err)
	}
	account, err := s.Access.GetAccount(ctx, access.System(e.Tenant))
	if err != nil {
		return Why{}, fmt.Errorf("tell why: %w", err)
	}
	l := show.Lang
	out := Why{Show: show, Postal: account.PostalAddress, Purpose: purposeWords[e.About.Purpose].In(l), SentAt: e.About.At}
	if account.Company != account.Name {
		out.Legal = account.Company
	}
	if account.Kind == access.Company {
		out.BIN = account.TaxNumber
	}
	if out.Gone {
		return out, nil
	}
	if e.About.Topic != 0 {
		for _, t := range sit.topics {
			if t.ID == e.About.Topic {
				out.Topic = t.Name.In(l)
			}
		}
	}
	out.Board = sit.board()
	return out, s.addReceipt(ctx, e, sit, &out)
}

// addReceipt finds the consent: the one that is kept beside the message, else the one in force now.
func (s *Service) addReceipt(ctx context.Context, e Entry, sit situation, out *Why) error {
	key := contact.ConsentKey{Channel: e.About.Channel, Purpose: e.About.Purpose}
	consent := e.About.Consent
	for _, st := range sit.contact.Consents {
		if consent == 0 && st.Key() == key && st.Action == contact.Granted {
			consent = st.Consent
		}
		out.Withdrawn = out.Withdrawn || st.Key() == key && st.Action == contact.Withdrawn
	}
	if consent == 0 {
		return nil
	}
	got, err := s.Contacts.ConsentOf(ctx, e.Tenant, e.Contact, consent)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tell why: %w", err)
	}
	out.Receipt = receiptOf(got, out.Lang)
	return nil
}

func receiptOf(c contact.Consent, l lang.Lang) *Receipt {
	r := &Receipt{At: c.Obtained, Wording: c.Wording, Version: c.Version, Source: sourceWords[c.Source].In(l)}
	if r.At.IsZero() {
		r.At = c.At
	}
	for _, known := range evidenceWords {
		if value := known.show(c.Evidence.V[known.key], l); value != "" {
			r.Evidence = append(r.Evidence, Line{known.name.In(l), value})
		}
	}
	if ip := maskIP(c.IP); ip != "" && c.Source != contact.ByHand && c.Source != contact.FromImport {
		r.Evidence = append(r.Evidence, Line{evidenceIP.In(l), ip})
	}
	return r
}

// maskIP leaves the network of an address: enough for its owner to know it, too little for anybody else.
func maskIP(s string) string {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	if ip = ip.Unmap(); ip.Is4() {
		b := ip.As4()
		return fmt.Sprintf("%d.%d.•••.•••", b[0], b[1])
	}
	p, _ := ip.WithZone("").Prefix(32)
	return strings.TrimSuffix(p.Addr().String(), "::") + ":•••"
}

// AskData passes on what a person asks about its data.
func (s *Service) AskData(ctx context.Context, e Entry, kind string) error {
	if s.Privacy == nil {
		return errs.ErrNotFound
	}
	if kind != AskCopy && kind != AskErasure {
		return ErrRequest
	}
	err := s.Privacy.Request(ctx, e.Tenant, e.Contact, kind)
	if errors.Is(err, errs.ErrNotFound) {
		return nil // the contact is gone already
	}
	if err != nil {
		return fmt.Errorf("ask about data: %w", err)
	}
	return nil
}

// shown is how a piece of evidence is told. What names staff, files or other messages stays inside.
type shown struct {
	key  string
	name lang.Text
	show func(value string, l lang.Lang) string
}

func asIs(v string, _ lang.Lang) string { return v }

// site shows the page where the consent was given, without what may be personal in its address.
func site(v string, _ lang.Lang) string {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.Host + u.EscapedPath()
}

// unlessID shows a name that somebody gave, not an identifier of ours.
func unlessID(v string, _ lang.Lang) string {
	if strings.HasPrefix(v, "frm_") {
		return ""
	}
	return v
}

// confirmed tells of a double opt-in.
func confirmed(v string, l lang.Lang) string {
	if v != "double" {
		return ""
	}
	return wordConfirmed.In(l)
}

// attached tells that there is a document; what it is called may name others.
func attached(v string, l lang.Lang) string {
	if v == "" {
		return ""
	}
	return wordAttached.In(l)
}
