package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// errTemplate says that a letter cannot be rendered for anybody.
var errTemplate = errors.New("the letter cannot be rendered")

// message renders one message. Everything in it except Attempt is the same at every attempt.
func (s *Service) message(ctx context.Context, snd channel.Sender, x *shot) (channel.Message, error) {
	p, ref := x.part, channel.Ref{Part: int64(x.row.Part), Seq: x.row.Seq}
	letter, err := s.content.Compiled(ctx, s.db, p.Tenant, p.Revision)
	switch errs.KindOf(err) { // nil is none of them
	case errs.Invalid, errs.NotFound:
		return channel.Message{}, errors.Join(errTemplate, err)
	}
	if err != nil { // the database is away, or the program ends: that says nothing about the letter
		return channel.Message{}, err
	}
	about, err := s.subject(ctx, x)
	if err != nil {
		return channel.Message{}, err
	}
	values, err := s.personal(ctx, letter, about, p)
	if err != nil {
		return channel.Message{}, err
	}
	m := channel.Message{
		Ref: ref, Tenant: p.Tenant, Sender: snd, Purpose: p.Purpose, Attempt: x.row.Attempts,
		To: x.rcpt.Address, ToName: fullName(x.rcpt.Contact),
	}
	e := &channel.Letter{
		FromName: snd.Name, From: snd.Address, ReplyTo: snd.ReplyTo, Date: p.StartAt,
		ListID: p.Tenant.String(), CampaignLabel: labelOf(p), ReturnToken: s.returnToken(ref),
	}
	if p.FromName != "" {
		e.FromName = p.FromName
	}
	if x.single != nil {
		if values.Vars, err = s.openVars(*x.single); err != nil {
			return channel.Message{}, fmt.Errorf("open values: %w", err)
		}
	}
	leave := s.linkLeave(ref)
	values.UnsubscribeURL, values.PreferencesURL, values.WhyURL = leave, linkPreferences(leave), linkWhy(leave)
	if leavable(p, x.single) {
		e.UnsubscribeURL, e.UnsubscribeTo = values.UnsubscribeURL, s.unsubscribeTo(ref)
	}
	out := letter.Render(&values, s.clickLinks(p, ref), s.openPixel(p, ref))
	e.Subject, e.HTML, e.Text = out.Subject, out.HTML, out.Text
	m.Email = e
	return m, nil
}

// subject is the contact whose values fill the letter: the recipient, or for a test whoever was asked for.
func (s *Service) subject(ctx context.Context, x *shot) (contact.Contact, error) {
	if x.single == nil || x.single.As == 0 {
		return x.rcpt.Contact, nil
	}
	found, err := contact.GuardRows(ctx, s.db, x.part.Tenant, x.part.key(channel.Email), []contact.ID{x.single.As})
	if err != nil {
		return contact.Contact{}, err
	}
	return found[0].Contact, nil
}

// leavable tells whether the message offers the one-click way out. Codes and notices to members are not a
// mailing: there is nothing to leave (RFC 8058 is for lists).
func leavable(p *Part, one *single) bool {
	return p.Purpose.Advertises() || one == nil
}

func labelOf(p *Part) string {
	if p.Source == 0 {
		return "single"
	}
	return id.Of[sourceKind](p.Source).String()
}

// sourceKind writes the source of a part as the campaign's identifier is written.
type sourceKind struct{}

func (sourceKind) Prefix() string { return "cmp" }

func fullName(c contact.Contact) string {
	switch {
	case c.FirstName == "":
		return c.LastName
	case c.LastName == "":
		return c.FirstName
	}
	return c.FirstName + " " + c.LastName
}

// clickLinks makes tracked addresses; nil leaves the links of the letter as they are.
func (s *Service) clickLinks(p *Part, r channel.Ref) func(int, string) string {
	if !p.TrackClicks {
		return nil
	}
	return func(index int, _ string) string { return s.linkClick(r, index) }
}

func (s *Service) openPixel(p *Part, r channel.Ref) string {
	if !p.TrackOpens {
		return ""
	}
	return s.linkOpen(r)
}

// valuesOf returns what a letter may say about its recipient and its account.
func (s *Service) valuesOf(ctx context.Context, c contact.Contact, p *Part) (content.Values, error) {
	acc, err := s.accounts.get(ctx, p.Tenant)
	if err != nil {
		return content.Values{}, err
	}
	return content.Values{
		Email: c.Email, Phone: c.Phone, FirstName: c.FirstName, LastName: c.LastName, Lang: c.Lang, Fields: c.FieldTexts(),
		AccountName: acc.Name, AccountAddress: acc.PostalAddress,
	}, nil
}

// Accounts gives the name and address that stand in the footer of letters; access.Service does.
type Accounts interface {
	GetAccount(ctx context.Context, who access.Actor) (access.Account, error)
}

// accounts remembers accounts for a moment: every message names one.
type accounts struct {
	from Accounts
	mu   sync.Mutex
	have map[id.Tenant]remembered
}

type remembered struct {
	account access.Account
	until   time.Time
}

// accountAge is how long a changed name may still be sent.
const accountAge = 30 * time.Second

func newAccounts(from Accounts) *accounts {
	return &accounts{from: from, have: make(map[id.Tenant]remembered)}
}

func (a *accounts) get(ctx context.Context, t id.Tenant) (access.Account, error) {
	a.mu.Lock()
	r, ok := a.have[t]
	a.mu.Unlock()
	if ok && time.Now().Before(r.until) {
		return r.account, nil
	}
	acc, err := a.from.GetAccount(ctx, access.System(t))
	if err != nil {
		return acc, fmt.Errorf("read account: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.have) > 10_000 {
		clear(a.have)
	}
	a.have[t] = remembered{acc, time.Now().Add(accountAge)}
	return acc, nil
}
