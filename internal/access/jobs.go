package access

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/jobs"
)

// How long things are kept after they have lost their use. The privacy policy promises these.
const (
	keepCodes  = 7 * 24 * time.Hour
	keepVisits = 365 * 24 * time.Hour
	sweepEvery = time.Hour
)

const sweepKind = "access.sweep"

// RegisterJobs has the hourly sweep done by the queue.
func (s *Service) RegisterJobs(q *jobs.Queue) {
	jobs.Register(q, sweepKind, func(ctx context.Context, _ *jobs.Job, _ struct{}) error {
		if err := s.Sweep(ctx); err != nil {
			return err
		}
		return jobs.Snooze(sweepEvery) // the one task goes on for ever
	})
}

// StartJobs makes sure that the sweep waits in the queue. It is called at each start, on every node.
func (s *Service) StartJobs(ctx context.Context, q *jobs.Queue) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := q.EnqueueTx(ctx, tx, jobs.Task{Kind: sweepKind, Args: struct{}{}, UniqueKey: "only"})
		return err
	})
}

// Sweep removes what has ended: sessions, codes and unfinished registrations, letters, old visits, full
// limits, answers to repeated requests. Running it twice changes nothing.
func (s *Service) Sweep(ctx context.Context) error {
	for _, old := range []struct {
		text  string
		since time.Duration
	}{
		{`DELETE FROM sessions WHERE expires_at <= ?`, 0},
		{`DELETE FROM sessions WHERE seen_at <= ?`, SessionIdle},
		{`DELETE FROM registrations WHERE created_at <= ?`, keepCodes},
		{`DELETE FROM codes WHERE created_at <= ?`, keepCodes},
		{`DELETE FROM member_letters WHERE expires_at <= ?`, 0},
		{`DELETE FROM visits WHERE at <= ?`, keepVisits},
		{`DELETE FROM rates WHERE taken_at <= ?`, 0},
		{`DELETE FROM idempotency WHERE expires_at <= ?`, 0},
		{`DELETE FROM invitations WHERE expires_at <= ?`, InvitationLife},
	} {
		err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, old.text, tx.Now.Add(-old.since))
			return err
		})
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	return nil
}
