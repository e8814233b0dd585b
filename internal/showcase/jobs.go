package showcase

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/db"
	"keruen/internal/jobs"
)

const (
	sweepJob   = "showcase.sweep"
	sweepEvery = 24 * time.Hour
	sweepBatch = 200
)

// Work registers the job by which clients leave the page.
func (s *Service) Work(q *jobs.Queue) {
	jobs.Register(q, sweepJob, func(ctx context.Context, _ *jobs.Job, _ struct{}) error {
		if err := s.Sweep(ctx); err != nil {
			return err
		}
		return jobs.Snooze(sweepEvery) // the one task goes on for ever
	})
}

// StartTx makes sure that the job waits in the queue. It is called at each start, on every node.
func (s *Service) StartTx(ctx context.Context, tx *db.Tx, q *jobs.Queue) error {
	_, err := q.EnqueueTx(ctx, tx, jobs.Task{Kind: sweepJob, Args: struct{}{}, UniqueKey: "only"})
	return err
}

// Sweep moves the day of leaving of each client on the page to six months after its last mailing, and ends those whose day has come (CMP-10).
// The page itself looks at that day, so nobody stays longer because the job is late.
func (s *Service) Sweep(ctx context.Context) error {
	for after := ID(0); ; {
		batch, err := shownAfter(ctx, s.db, after, sweepBatch)
		if err != nil {
			return fmt.Errorf("sweep clients: %w", err)
		}
		for _, c := range batch {
			if err := s.renew(ctx, c); err != nil {
				return fmt.Errorf("sweep clients: %w", err)
			}
			after = c.ID
		}
		if len(batch) < sweepBatch {
			return nil
		}
	}
}

func (s *Service) renew(ctx context.Context, c Client) error {
	stay, err := s.stays(ctx, c)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return keep(ctx, tx, c, stay) })
}
