package receiver

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-smtp"

	"keruen/internal/clock"
	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/letter"
)

// session is one conversation. The server library calls it from one goroutine at a time.
type session struct {
	w     *Receivers
	p     *Provider
	c     *smtp.Conn
	gated *conn

	sender string
	utf8   bool
	to     []recipient
}

type recipient struct {
	addr string
	b    Behaviour
}

// Reset forgets the letter that was being taken.
func (s *session) Reset() { s.sender, s.utf8, s.to = "", false, nil }

// Logout has nothing to release.
func (s *session) Logout() error { return nil }

// Mail begins a letter, unless the connection has brought enough.
func (s *session) Mail(from string, opts *smtp.MailOptions) error {
	s.gated.letters++
	if s.gated.letters > s.p.Limits.PerConnection {
		s.gated.endAfterReply()
		return s.refuse(Hurried, "mail", "", s.w.reply(s.p, Hurried, s.client()))
	}
	s.sender, s.utf8 = from, opts.UTF8
	return nil
}

// Rcpt takes or refuses a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	local, domain := cutAddress(to)
	if !s.serves(domain) {
		return s.refuse(Relaying, "rcpt", to, s.w.reply(s.p, Relaying, to))
	}
	if !ascii(local) && !s.utf8 {
		return s.refuse(NeedsUTF8, "rcpt", to, s.w.reply(s.p, NeedsUTF8, to))
	}
	b := s.w.decide(s.sender, to)
	if err := s.wait(b); err != nil {
		return err
	}
	b, refusal := s.atRcpt(to, b)
	if refusal != nil {
		return refusal
	}
	s.to = append(s.to, recipient{addr: to, b: b})
	return nil
}

// atRcpt plays the kinds that show at RCPT, and returns what is left for the dot.
func (s *session) atRcpt(to string, b Behaviour) (Behaviour, error) {
	r := s.w.reply(s.p, b.Kind, to)
	switch b.Kind {
	case Grey:
		wait := s.w.grey.ask(s.client(), s.sender, strings.ToLower(to), s.w.clock.Now())
		if wait > 0 {
			return b, s.refuse(Grey, "rcpt", to, r.with("{wait}", strconv.Itoa(wholeSeconds(wait))))
		}
		return Behaviour{Kind: Accept}, nil
	case TempFail:
		// An address with a share of this trouble fails once for each letter and then recovers.
		if b.Times > 0 && s.failedBefore(to) {
			return Behaviour{Kind: Accept}, nil
		}
		return b, s.refuse(b.Kind, "rcpt", to, r)
	case Unknown, Disabled, Full, OverQuota, RateLimited, Blocked:
		return b, s.refuse(b.Kind, "rcpt", to, r)
	case Custom:
		return b, s.refuse(Custom, "rcpt", to, *b.Reply)
	case Busy:
		s.gated.endAfterReply()
		return b, s.refuse(Busy, "rcpt", to, r)
	case Reset:
		s.note(Reset, "rcpt", to, "", 0)
		cut(s.gated.Conn)
		return b, errors.New("cut") // nobody hears it
	default:
		return b, nil
	}
}

// Data takes the letter.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		for _, to := range s.to {
			s.note(Broken, "data", to.addr, err.Error(), 0)
		}
		return err // too large, a line too long, or the client broke off
	}
	c := letter.Parse(raw)
	signed := s.w.checkDKIM(raw)
	if k, bad := s.objection(c, signed); bad {
		return s.refuseAll(k)
	}
	for _, to := range s.to {
		if to.b.Kind == Spam || to.b.Kind == Virus {
			return s.refuseAll(to.b.Kind)
		}
	}
	for _, to := range s.to {
		if err := s.atDot(to, raw, c, signed); err != nil {
			return err
		}
	}
	id := strings.ToUpper(strconv.FormatUint(draw(s.w.seed, string(raw[:min(len(raw), 4096)]), s.to[0].addr), 36))
	return &smtp.SMTPError{Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: strings.ReplaceAll(s.p.Queued, "{id}", id)}
}

// atDot keeps the letter for one recipient, or does what its behaviour says instead.
func (s *session) atDot(to recipient, raw []byte, c letter.Content, signed string) error {
	if to.b.Kind == Lose {
		s.note(Lose, "data", to.addr, "", 0)
		cut(s.gated.Conn)
		return errors.New("cut")
	}
	if to.b.Kind == Slow {
		wait := to.b.Delay
		if wait == 0 {
			wait = s.w.slowWait
		}
		if err := clock.Sleep(s.w.ctx, s.w.clock, wait); err != nil {
			return s.closing()
		}
	}
	_, encrypted := s.c.TLSConnectionState()
	kept, err := s.w.archive.Add(archive.Letter{
		At: s.w.clock.Now(), Provider: s.p.Name, Client: s.client(), Sender: s.sender, To: to.addr,
		From: c.Get("From"), Subject: c.Get("Subject"), TLS: encrypted, DKIM: signed,
	}, raw)
	if err != nil {
		s.w.log.Warn("the pretend world cannot keep a letter", "err", err)
		return s.refuse(DiskFull, "data", to.addr, s.w.reply(s.p, DiskFull, to.addr))
	}
	if to.b.Kind == Drop {
		s.note(Drop, "data", to.addr, "", kept.ID)
		s.w.accepted(kept, len(s.p.Domains) > 0, c.Get("Message-ID"))
		cut(s.gated.Conn)
		return errors.New("cut")
	}
	s.note(Accept, "data", to.addr, "250 "+strings.ReplaceAll(s.p.Queued, "{id}", strconv.FormatInt(kept.ID, 10)), kept.ID)
	s.w.accepted(kept, len(s.p.Domains) > 0, c.Get("Message-ID"))
	return nil
}

// objection tells what a demanding provider has against a letter (RFC 8058 §4 and the rules
// for bulk senders of 2024).
func (s *session) objection(c letter.Content, signed string) (Kind, bool) {
	if s.p.Demanding && (signed == "none" || signed == "fail") {
		return Unauthenticated, true
	}
	lacks := c.UnsubscribeURL() == ""
	switch {
	case !c.Bulk():
		return "", false
	case s.p.Demanding && (lacks || c.OneClick() == ""):
		return NoUnsubscribe, true
	case s.p.Name == "mailru" && lacks:
		return NoUnsubscribe, true
	default:
		return "", false
	}
}

// serves tells whether the mail of a domain is brought to this server.
func (s *session) serves(domain string) bool {
	names := s.w.names
	for _, host := range names.MailHosts(domain) {
		if slices.Contains(names.Addrs(host), s.p.Addr) {
			return true
		}
	}
	return false
}

// failedBefore tells whether this letter (same sender, same recipient) was put off once.
func (s *session) failedBefore(to string) bool {
	for _, e := range s.w.archive.Entries(archive.Filter{To: to, Kinds: []string{string(TempFail)}, Limit: 50}) {
		if e.Sender == s.sender {
			return true
		}
	}
	return false
}

func (s *session) wait(b Behaviour) error {
	if b.Delay <= 0 || b.Kind == Slow {
		return nil
	}
	if clock.Sleep(s.w.ctx, s.w.clock, b.Delay) != nil {
		return s.closing()
	}
	return nil
}

func (s *session) closing() error {
	s.gated.endAfterReply()
	return Reply{421, [3]int{4, 3, 2}, "The server is closing down"}.wire("")
}

func (s *session) refuseAll(k Kind) error {
	var last error
	for _, to := range s.to {
		last = s.refuse(k, "data", to.addr, s.w.reply(s.p, k, to.addr))
	}
	return last
}

// refuse notes a refusal and puts it into the provider's words and charset.
func (s *session) refuse(k Kind, stage, to string, r Reply) error {
	_, domain := cutAddress(to)
	r = r.with("{to}", to, "{client}", s.client(), "{domain}", domain)
	s.note(k, stage, to, r.String(), 0)
	return r.wire(s.p.Charset)
}

func (s *session) note(k Kind, stage, to, reply string, id int64) {
	s.w.archive.Note(archive.Entry{
		At: s.w.clock.Now(), Kind: string(k), Provider: s.p.Name, Client: s.client(), Sender: s.sender,
		To: to, Stage: stage, Reply: reply, Letter: id,
	})
}

func (s *session) client() string { return hostOf(s.gated.RemoteAddr()) }

// checkDKIM verifies the signatures with the keys published in this world (RFC 6376): "pass"
// when any is good, "no_key" when none is and a key was missing, "fail", or "none" without any.
func (w *Receivers) checkDKIM(raw []byte) string {
	var missing atomic.Bool // several signatures are looked at side by side
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
		MaxVerifications: 5,
		LookupTXT: func(name string) ([]string, error) {
			values := w.names.TXT(name)
			if len(values) == 0 {
				missing.Store(true)
			}
			return values, nil
		},
	})
	good := slices.ContainsFunc(found, func(v *dkim.Verification) bool { return v.Err == nil })
	switch {
	case good:
		return "pass"
	case missing.Load():
		return "no_key"
	case err != nil || len(found) > 0:
		return "fail"
	default:
		return "none"
	}
}

func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func ascii(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b >= 0x80 })
}
