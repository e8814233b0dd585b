package api

import (
	"context"

	"keruen/internal/errs"
)

// health asks the database a question, so that a proxy or a watcher learns of a process that cannot work.
func (a *API) health(ctx context.Context, _ *call, _ *Nothing) (Health, error) {
	if err := a.DB.Ping(ctx); err != nil {
		return Health{}, errs.ErrUnavailable.Because(err)
	}
	return Health{Status: "ok", Version: a.Version, Database: a.DB.Dialect().String(), Sandbox: a.Sandbox}, nil
}
