package intake

import (
	"context"
	"fmt"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/jobs"
)

// CancelJob is Cancel for somebody who knows only the job, from the list of running work. errs.ErrNotFound when the job
// works on no import.
func (s *Service) CancelJob(ctx context.Context, who access.Actor, job jobs.ID) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	i, err := db.One[ID](ctx, s.db, `SELECT id FROM import WHERE tenant_id = ? AND job_id = ?`, who.Tenant, job)
	if err != nil {
		return Import{}, fmt.Errorf("cancel job: %w", err)
	}
	return s.Cancel(ctx, who, i)
}
