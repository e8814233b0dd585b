package form

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/page"
)

const (
	letterJob = "form.letter"
	sweepJob  = "form.sweep"
)

type letterArgs struct {
	Tenant     id.Tenant    `json:"tenant"`
	Submission SubmissionID `json:"submission"`
	Number     int          `json:"number"` // from 1
}

const (
	sweepEvery  = time.Hour
	sweepBatch  = 200
	noSenderYet = time.Minute // until a sender is looked for again
)

func (s *Service) registerJobs() {
	jobs.Register(s.Queue, letterJob, func(ctx context.Context, _ *jobs.Job, a letterArgs) error { return s.write(ctx, a) })
	jobs.Register(s.Queue, sweepJob, func(ctx context.Context, _ *jobs.Job, _ struct{}) error {
		if err := s.Sweep(ctx); err != nil {
			return err
		}
		return jobs.Snooze(sweepEvery) // the one task goes on for ever
	})
}

// Start makes sure that the sweep waits in the queue. It is called at each start, on every node.
func (s *Service) Start(ctx context.Context) error {
	return s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Queue.EnqueueTx(ctx, tx, jobs.Task{Kind: sweepJob, Args: struct{}{}, UniqueKey: "only"})
		return err
	})
}

// errNoSender means that nobody's e-mail sender may send.
var errNoSender = errors.New("there is no e-mail sender")

// sender is what the letter leaves from: the account's first e-mail sender that is not paused, else that of the installation.
func (s *Service) sender(ctx context.Context, t id.Tenant) (id.Tenant, channel.SenderID, error) {
	for _, owner := range []id.Tenant{t, s.House} {
		all, err := s.Senders.List(ctx, access.System(owner), channel.Email, page.Ask{Limit: page.MaxLimit})
		if err != nil {
			return 0, 0, err
		}
		for _, snd := range all.Items {
			if !snd.Paused {
				return owner, snd.ID, nil
			}
		}
	}
	return 0, 0, errNoSender
}

// write hands the letter of one submission to the pipeline. It may run twice: the pipeline knows the letter by its number.
func (s *Service) write(ctx context.Context, args letterArgs) error {
	owner, from, err := s.sender(ctx, args.Tenant)
	if errors.Is(err, errNoSender) {
		return jobs.Snooze(noSenderYet)
	}
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	account, err := s.Access.GetAccount(ctx, access.System(args.Tenant))
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sub, err := getSubmission(ctx, tx, args.Tenant, args.Submission)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil || sub.State != Pending || sub.Letters >= args.Number || !tx.Now.Before(sub.Expires) {
			return err
		}
		return s.writeTx(ctx, tx, sub, owner, from, account.Name)
	})
	if err != nil {
		return fmt.Errorf("write letter: %w", err)
	}
	return nil
}

// writeTx readies the address and submits the letter. An address that may not be written to ends the submission's way here: the person
// sees nothing of it, members do.
func (s *Service) writeTx(ctx context.Context, tx *db.Tx, sub Submission, owner id.Tenant, from channel.SenderID, account string) error {
	a, err := sub.open(s.Keys)
	if err != nil {
		return jobs.Cancel(err)
	}
	l := sub.language(a)
	proof := contact.Proof{Source: contact.FromForm, Wording: wordLetterConsent.In(l), IP: sub.IP, UserAgent: sub.UserAgent, Obtained: sub.At,
		Evidence: map[string]string{"form": sub.Form.String(), "submission": sub.ID.String(), "page": sub.Page}}
	stopped, err := s.Contacts.StoppedTx(ctx, tx, sub.Tenant, a.Email)
	if err != nil {
		return err
	}
	var to contact.Visiting
	if stopped == "" {
		if to, err = s.Contacts.EnsureGuestTx(ctx, tx, owner, a.Email, proof); err != nil {
			return err
		}
		stopped = to.Stopped
	}
	if stopped != "" {
		sub.State, sub.Reason = Unreachable, string(stopped)
		return saveSubmission(ctx, tx, sub, Pending)
	}
	sub.Letters, sub.LetterAt = sub.Letters+1, tx.Now
	sub.GuestTenant, sub.Guest = owner, to.Contact
	if to.Consent != 0 {
		sub.GuestConsent = to.Consent
	}
	if err := saveSubmission(ctx, tx, sub, Pending); err != nil {
		return err
	}
	_, err = s.Delivery.SubmitTx(ctx, tx, delivery.Single{
		Tenant: owner, Contact: to.Contact, Sender: from, Purpose: channel.Transactional, Letter: letter(l, s.BaseURL), Kind: "form",
		Vars:     map[string]string{"token": tokenOf(s.Keys, signConfirm, sub.Tenant, sub.ID), "account": account},
		NotAfter: sub.Expires, Key: "form " + sub.ID.String() + " " + strconv.Itoa(sub.Letters),
	})
	return err
}

// letter is the words of the letter; whose form it was stands in a value, because the installation may write for an account.
func letter(l lang.Lang, base string) content.Letter {
	return content.Note{Lang: l, Subject: letterSubject.In(l), Heading: letterSubject.In(l), Lead: letterLead.In(l), Button: letterButton.In(l),
		URL: base + ConfirmPath + "{{token}}", After: letterAfter.In(l)}.Letter()
}

// forgetGuest ends the visit of whoever the letter went to, unless another submission still waits for an answer from there.
func (s *Service) forgetGuest(ctx context.Context, tx *db.Tx, sub *Submission) error {
	if sub.Guest == 0 {
		return nil
	}
	passed, err := passGuest(ctx, tx, *sub)
	if err != nil {
		return err
	}
	if !passed {
		if err := s.Contacts.ForgetGuestTx(ctx, tx, sub.GuestTenant, sub.Guest, sub.GuestConsent); err != nil {
			return err
		}
	}
	sub.GuestTenant, sub.Guest, sub.GuestConsent = 0, 0, 0
	return nil
}

// forgetGuests is forgetGuest for a form that is deleted.
func (s *Service) forgetGuests(ctx context.Context, tx *db.Tx, f Form) error {
	list, err := guestsOf(ctx, tx, f.Tenant, f.ID)
	if err != nil {
		return err
	}
	for _, sub := range list {
		from := sub.State
		if err := s.forgetGuest(ctx, tx, &sub); err != nil {
			return err
		}
		sub.wipe()
		if err := saveSubmission(ctx, tx, sub, from); err != nil {
			return err
		}
	}
	return nil
}

// Sweep forgets what has waited for Life: the answers and the guests go, the counts stay (AUD-7). Running it twice changes nothing.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		list, err := overdue(ctx, s.DB, s.Clock.Now(), sweepBatch)
		if err != nil {
			return fmt.Errorf("sweep submissions: %w", err)
		}
		for _, sub := range list {
			if err := s.expire(ctx, sub); err != nil {
				return fmt.Errorf("sweep submissions: %w", err)
			}
		}
		if len(list) < sweepBatch {
			return nil
		}
	}
}

func (s *Service) expire(ctx context.Context, sub Submission) error {
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		from := sub.State
		now := sub
		if err := s.forgetGuest(ctx, tx, &now); err != nil {
			return err
		}
		now.wipe()
		now.State, now.Done, now.IP, now.UserAgent = Expired, tx.Now, "", ""
		return saveSubmission(ctx, tx, now, from)
	})
	if errors.Is(err, errs.ErrStale) {
		return nil // answered at this very moment
	}
	return err
}
