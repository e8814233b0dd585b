// Package smtpin is the edge at which mail comes in: letters that servers return, complaints of feedback loops, letters by which people
// leave, and answers. It takes only what names a message of ours by a signed address, and what is for the few addresses of the
// operator; it never passes anything on. See README.md.
package smtpin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/mail/report"
	"keruen/internal/secret"
)

// Pipeline is what books; *delivery.Service does.
type Pipeline interface {
	ReadReturn(token string) (channel.Ref, error)
	ReadUnsubscribe(token string) (channel.Ref, error)
	BookBounce(ctx context.Context, r channel.Ref, v channel.Verdict) (id.Tenant, delivery.Booked, error)
	BookComplaint(ctx context.Context, r channel.Ref, from string) (id.Tenant, delivery.Booked, error)
	BookUnsubscribe(ctx context.Context, r channel.Ref) (id.Tenant, delivery.Booked, error)
	BookReply(ctx context.Context, r channel.Ref) (id.Tenant, delivery.Booked, error)
}

// Config of the edge. All but Contact and TLS are required.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Keys     *secret.Keys
	Queue    *jobs.Queue
	Pipeline Pipeline
	Domain   string       // ours, for fbl@, abuse@ and postmaster@; signed addresses are taken at any domain
	Contact  string       // where people may write instead; told to those who write to abuse@ without naming a letter
	TLS      *tls.Config  // for STARTTLS; nil: not offered
	Rules    *email.Rules // what servers' answers mean; nil: as the program has it
}

// Service takes letters and reads them.
type Service struct {
	Config
}

const (
	taskRead   = "inbound.read"
	sealLetter = "smtpin.letter"

	// Outcomes beside those of delivery.Booked.
	forged  = "forged"  // has a token that we did not make
	unnamed = "unnamed" // names no message
	ignored = "ignored" // asks for nothing: out of office, still trying

	// earlyWait and maxEarly bound how long a report waits for the record of the attempt that it is about: a retry may be days away.
	earlyWait = time.Minute
	maxEarly  = 72 * time.Hour
)

// New makes the edge and registers its job.
func New(c Config) *Service {
	s := &Service{c}
	jobs.Register(c.Queue, taskRead, s.read)
	return s
}

// letter is a letter with its envelope.
type letter struct {
	From string   `json:"from"`
	To   []string `json:"to"` // local parts
	Raw  []byte   `json:"raw"`
}

type readArgs struct {
	Letter letterID `json:"letter"`
}

// take puts a letter on record. When it returns nil, the letter outlives a crash.
func (s *Service) take(ctx context.Context, l letter) error {
	l.Raw = l.Raw[:min(len(l.Raw), report.MaxSize)]
	plain, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("take letter: %w", err)
	}
	no := id.New[letterKind]()
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := insertLetter(ctx, tx, no, s.Keys.Seal(sealLetter, plain, []byte(no.String()))); err != nil {
			return err
		}
		_, err := s.Queue.EnqueueTx(ctx, tx, jobs.Task{Kind: taskRead, Args: readArgs{no}})
		return err
	})
	if err != nil {
		return fmt.Errorf("take letter: %w", err)
	}
	return nil
}

// read finds out what a letter is and books it. It may run twice: booking changes nothing the second time.
func (s *Service) read(ctx context.Context, _ *jobs.Job, a readArgs) error {
	stored, ok, err := getLetter(ctx, s.DB, a.Letter)
	if err != nil || !ok {
		return err
	}
	plain, err := s.Keys.Open(sealLetter, stored.Sealed, []byte(a.Letter.String()))
	if err != nil {
		return jobs.Cancel(fmt.Errorf("open letter: %w", err))
	}
	var l letter
	if err := json.Unmarshal(plain, &l); err != nil {
		return jobs.Cancel(fmt.Errorf("open letter: %w", err))
	}
	e, err := s.book(ctx, l)
	if err != nil {
		return err
	}
	if e.Outcome == string(delivery.BookedEarly) && s.Clock.Now().Sub(stored.At) < maxEarly {
		return jobs.Snooze(earlyWait)
	}
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		e.At = tx.Now
		return finishLetter(ctx, tx, a.Letter, e)
	})
}

// book does what a letter asks for.
func (s *Service) book(ctx context.Context, l letter) (entry, error) {
	r := report.Read(l.Raw, l.From, l.To...)
	e := entry{Kind: string(r.Kind), Source: source(r.Source)}
	if ref, ok := s.leaving(l, r); ok {
		e.Kind = string(delivery.Unsubscribed)
		return e.of(ref)(s.Pipeline.BookUnsubscribe(ctx, ref))
	}
	ref, ok := s.named(r.Tokens)
	if !ok {
		e.Outcome = unnamed
		if len(r.Tokens) > 0 {
			e.Outcome = forged
		}
		return e, nil
	}
	switch r.Kind {
	case report.Bounce:
		v := s.Rules.Returned(r.Code, r.Status, r.Text, r.Recipient)
		e.Class = v.Class
		return e.of(ref)(s.Pipeline.BookBounce(ctx, ref, v))
	case report.Complaint:
		return e.of(ref)(s.Pipeline.BookComplaint(ctx, ref, e.Source))
	case report.OptOut:
		return e.of(ref)(s.Pipeline.BookUnsubscribe(ctx, ref))
	case report.Reply:
		if l.forOperator() { // somebody forwards our letter to abuse@
			e.Kind = string(report.Complaint)
			return e.of(ref)(s.Pipeline.BookComplaint(ctx, ref, "abuse"))
		}
		return e.of(ref)(s.Pipeline.BookReply(ctx, ref))
	}
	e.Outcome, e.Part, e.Seq = ignored, ref.Part, ref.Seq
	return e, nil
}

// leaving tells whether a letter came to an address by which one leaves. A program that says "not delivered" there leaves nothing.
func (s *Service) leaving(l letter, r report.Report) (channel.Ref, bool) {
	if r.Kind == report.Bounce || r.Kind == report.Delayed || r.Kind == report.Info {
		return channel.Ref{}, false
	}
	for _, local := range l.To {
		if token, ok := strings.CutPrefix(strings.ToLower(report.Unwrap(local)), "u+"); ok {
			ref, err := s.Pipeline.ReadUnsubscribe(token)
			return ref, err == nil
		}
	}
	return channel.Ref{}, false
}

// named returns the message that the first token of ours names.
func (s *Service) named(tokens []string) (channel.Ref, bool) {
	for _, t := range tokens {
		if token, ok := strings.CutPrefix(t, "u+"); ok {
			if ref, err := s.Pipeline.ReadUnsubscribe(token); err == nil {
				return ref, true
			}
			continue
		}
		if ref, err := s.Pipeline.ReadReturn(strings.TrimPrefix(t, "b+")); err == nil {
			return ref, true
		}
	}
	return channel.Ref{}, false
}

// of takes what booking answered into an entry.
func (e entry) of(r channel.Ref) func(id.Tenant, delivery.Booked, error) (entry, error) {
	return func(t id.Tenant, b delivery.Booked, err error) (entry, error) {
		e.Tenant, e.Outcome, e.Part, e.Seq = t, string(b), r.Part, r.Seq
		return e, err
	}
}

func (l letter) forOperator() bool {
	for _, local := range l.To {
		if operatorBoxes[strings.ToLower(local)] {
			return true
		}
	}
	return false
}

// source keeps the name of a server or program, without addresses.
func source(s string) string {
	s = strings.ToValidUTF8(s, "")
	if strings.Contains(s, "@") {
		return ""
	}
	return strings.ToValidUTF8(s[:min(len(s), 100)], "")
}
