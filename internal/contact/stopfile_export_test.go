package contact

import (
	"context"

	"keruen/internal/id"
)

// RunStopFile is the job that takes a file, with its reports going to report.
func RunStopFile(ctx context.Context, s *StopFiles, t id.Tenant, f StopFileID, report func(context.Context, int64, int64) error) error {
	return s.run(ctx, stopTask{t, f}, report)
}

// ExpireStopFile is the job that comes round a week after a file.
func ExpireStopFile(ctx context.Context, s *StopFiles, t id.Tenant, f StopFileID) error {
	return s.expire(ctx, stopTask{t, f})
}
