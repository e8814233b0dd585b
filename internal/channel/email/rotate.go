package email

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/jobs"
	"keruen/internal/mail/dkim"
	"keruen/internal/page"
)

const (
	keysJob   = "sender.keys"
	keysEvery = 5 * time.Minute
	keysBatch = 200
)

// Work registers the job that moves signing keys on.
func (d *Desk) Work(q *jobs.Queue) {
	jobs.Register(q, keysJob, func(ctx context.Context, _ *jobs.Job, _ struct{}) error {
		if err := d.MoveKeys(ctx); err != nil {
			return err
		}
		return jobs.Snooze(keysEvery) // the one task goes on for ever
	})
}

// StartTx makes sure that the job waits in the queue. It is called at each start, on every node.
func (d *Desk) StartTx(ctx context.Context, tx *db.Tx, q *jobs.Queue) error {
	_, err := q.EnqueueTx(ctx, tx, jobs.Task{Kind: keysJob, Args: struct{}{}, UniqueKey: "only"})
	return err
}

// ReplaceKey makes a new signing key, which takes over once it has stood in the DNS for an hour. All senders of the account on the
// same domain that share the key move together.
func (d *Desk) ReplaceKey(ctx context.Context, who access.Actor, s channel.SenderID) (View, error) {
	var next DKIM
	return d.moveKey(ctx, who, s, func(k DKIM, now time.Time) (DKIM, error) {
		if next.Next == nil {
			var err error
			if next, err = k.Replace(now); err != nil {
				return k, err
			}
		}
		k.Next = next.Next
		return k, nil
	})
}

// DropKey takes a waiting key back; the present one goes on.
func (d *Desk) DropKey(ctx context.Context, who access.Actor, s channel.SenderID) (View, error) {
	return d.moveKey(ctx, who, s, func(k DKIM, _ time.Time) (DKIM, error) {
		if k.Next == nil {
			return k, ErrNoKeyWaits
		}
		k.Next = nil
		return k, nil
	})
}

func (d *Desk) moveKey(ctx context.Context, who access.Actor, s channel.SenderID, move func(DKIM, time.Time) (DKIM, error)) (View, error) {
	if err := who.Can(access.EditSenders); err != nil {
		return View{}, err
	}
	snd, err := d.Senders.Get(ctx, who, s)
	if err != nil {
		return View{}, err
	}
	settings, err := d.settings(snd)
	if err != nil {
		return View{}, err
	}
	// The one that was asked for comes first: what is wrong with it is the answer.
	all, err := d.sharing(ctx, who, settings.DKIM, snd)
	if err != nil {
		return View{}, err
	}
	for _, x := range all {
		settings, err := d.settings(x)
		if err != nil {
			return View{}, err
		}
		now := d.Clock.Now()
		if settings.DKIM, err = move(settings.DKIM, now); err != nil {
			return View{}, err
		}
		saved, err := d.saveKeys(ctx, x, settings, now)
		if err != nil {
			return View{}, err
		}
		if saved.ID == s {
			snd = saved
		}
	}
	return d.made(snd)
}

// sharing are the senders of the account that sign with the key, first itself.
func (d *Desk) sharing(ctx context.Context, who access.Actor, key DKIM, first channel.Sender) ([]channel.Sender, error) {
	out := []channel.Sender{first}
	ask := page.Ask{Limit: page.MaxLimit}
	got, err := d.Senders.List(ctx, who, channel.Email, ask)
	if err != nil {
		return nil, err
	}
	for _, x := range got.Items {
		settings, err := d.settings(x)
		if err != nil {
			return nil, err
		}
		if x.ID != first.ID && settings.DKIM.PrivateKey == key.PrivateKey && settings.DKIM.Domain == key.Domain {
			out = append(out, x)
		}
	}
	return out, nil
}

func (d *Desk) saveKeys(ctx context.Context, snd channel.Sender, s Settings, now time.Time) (channel.Sender, error) {
	doc, err := s.Marshal()
	if err != nil {
		return snd, fmt.Errorf("save keys: %w", err)
	}
	return d.Senders.SaveKeys(ctx, snd, doc, s.DKIM.due(now))
}

// MoveKeys looks at every key that is due, and takes the step that the DNS allows. A name server that is silent delays it only.
func (d *Desk) MoveKeys(ctx context.Context) error {
	due, err := d.Senders.Due(ctx, d.Clock.Now(), keysBatch)
	if err != nil {
		return err
	}
	for _, snd := range due {
		err := d.stepKeys(ctx, snd)
		if err != nil && !errors.Is(err, errs.ErrStale) && !errors.Is(err, errs.ErrNotFound) {
			return fmt.Errorf("move keys: %w", err)
		}
	}
	return nil
}

func (d *Desk) stepKeys(ctx context.Context, snd channel.Sender) error {
	settings, err := d.settings(snd)
	if err != nil {
		return err
	}
	now := d.Clock.Now()
	visible, silent := d.nextVisible(ctx, settings.DKIM)
	if silent {
		_, err := d.Senders.SaveKeys(ctx, snd, nil, now.Add(lookSoon))
		return err
	}
	before := settings.DKIM
	if settings.DKIM, err = before.Step(now, visible); err != nil {
		return err
	}
	if same(before, settings.DKIM) {
		_, err := d.Senders.SaveKeys(ctx, snd, nil, before.due(now))
		return err
	}
	_, err = d.saveKeys(ctx, snd, settings, now)
	return err
}

func same(a, b DKIM) bool {
	return a.Selector == b.Selector && len(a.Old) == len(b.Old) && (a.Next == nil) == (b.Next == nil) && (a.Next == nil || a.Next.Seen.Equal(b.Next.Seen))
}

// nextVisible tells whether the waiting key stands in the DNS; silent that nobody could say.
func (d *Desk) nextVisible(ctx context.Context, k DKIM) (visible, silent bool) {
	if k.Next == nil {
		return false, false
	}
	want, err := k.Next.record()
	if err != nil {
		return false, false
	}
	found, err := d.DNS.TXT(ctx, dkim.RecordName(k.Next.Selector, k.Domain))
	if err != nil {
		return false, true
	}
	return slices.ContainsFunc(found, func(f string) bool { return dkim.SameKey(f, want) }), false
}
