package notice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// ErrNoSender means that the operator's own account has no e-mail sender that may send.
var ErrNoSender = errs.New(errs.Conflict, "notice.no_sender", "The operator's own account has no e-mail sender, so codes and notices cannot be sent. Add one, or set it in the configuration.")

// retryWithoutSender is how soon a letter looks for a sender again.
const retryWithoutSender = 10 * time.Second

// Service writes letters. Its verbs are called by the queue.
type Service struct{ Parts }

// Parts are what the service is built of.
type Parts struct {
	DB       *db.DB
	Access   *access.Service
	Contacts *contact.Service
	Senders  *channel.Service
	Delivery *delivery.Service
	Log      *slog.Logger
	House    id.Tenant // the operator's own account, from access.EnsureHouse
	BaseURL  string    // address of the installation, without a slash at the end
}

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Listen has the letters of access written.
func (s *Service) Listen(bus *event.Bus) {
	event.Subscribe(bus, "notice", func(ctx context.Context, e access.LetterDue) error { return s.Write(ctx, e.Letter) })
}

// Write hands one letter to the pipeline and wipes it in access, in one transaction. A letter that was handed over
// or has expired is passed by; without a sender the job waits.
func (s *Service) Write(ctx context.Context, letter access.LetterID) error {
	l, err := s.Access.OpenLetter(ctx, letter)
	if errors.Is(err, access.ErrLetterGone) || errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	c, ok := compose(l, s.BaseURL)
	if !ok {
		return jobs.Cancel(fmt.Errorf("write letter: there are no words for %q", key(l)))
	}
	from, err := s.Sender(ctx)
	if errors.Is(err, ErrNoSender) {
		s.Log.WarnContext(ctx, "a letter to a member waits: "+ErrNoSender.Text, "letter", letter.String(), "kind", string(l.Kind))
		return jobs.Snooze(retryWithoutSender)
	}
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.submitTx(ctx, tx, l, c, from) })
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	return nil
}

func (s *Service) submitTx(ctx context.Context, tx *db.Tx, l access.Letter, c composed, from channel.SenderID) error {
	to, err := s.Contacts.EnsureMember(ctx, tx, s.House, l.To, contact.Proof{
		Source: contact.FromMember, Wording: wordConsent.In(l.Lang), IP: l.IP,
		Evidence: map[string]string{"letter": l.ID.String(), "kind": string(l.Kind)},
	})
	if err != nil {
		return err
	}
	_, err = s.Delivery.SubmitTx(ctx, tx, delivery.Single{
		Tenant: s.House, Contact: to, Sender: from, Purpose: channel.Transactional, Letter: c.Letter, Vars: c.Vars,
		Kind: string(l.Kind), NotAfter: l.ExpiresAt, Key: "letter " + l.ID.String(),
	})
	if err != nil {
		return err
	}
	return s.Access.CloseLetterTx(ctx, tx, l.ID)
}

// Sender returns the sender that letters leave from: the first e-mail sender of the house that is not paused, or ErrNoSender.
func (s *Service) Sender(ctx context.Context) (channel.SenderID, error) {
	all, err := s.Senders.List(ctx, access.System(s.House), channel.Email, page.Ask{Limit: page.MaxLimit})
	if err != nil {
		return 0, err
	}
	for _, snd := range all.Items {
		if !snd.Paused {
			return snd.ID, nil
		}
	}
	return 0, ErrNoSender
}
