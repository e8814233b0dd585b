package app

import (
	"context"
	"time"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/campaign"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/jobs"
	"keruen/internal/privacy"
)

// people makes the service of requests about personal data: every feature that keeps something about people is in its lists (CMP-11).
func (a *App) people(blobs *blob.Store) *privacy.Service {
	return privacy.New(privacy.Parts{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Blobs: blobs, Contacts: a.Contacts,
		Keepers: []privacy.Keeper{
			work{a.Queue}, a.Imports, a.Exports, a.StopFiles, a.Delivery, a.Forms, a.Preferences, a.Segments,
			privacy.Forget(func(ctx context.Context, tx *db.Tx, p contact.Person) error {
				return access.ForgetAnswersTx(ctx, tx, p.Tenant, p.Mentions)
			}),
			privacy.Forget(func(ctx context.Context, tx *db.Tx, p contact.Person) error {
				return content.ForgetPreviewsTx(ctx, tx, p.Tenant)
			}),
		},
		Tellers: []privacy.Teller{
			privacy.TellContact(a.Contacts), privacy.TellDeliveries(a.Delivery, a.campaignName), privacy.TellForms(a.Forms),
			privacy.TellPreferences(a.Preferences), privacy.TellExports(a.Exports), privacy.TellLog(a.Audit),
		},
	})
}

// work is the queue of jobs as a keeper: arguments may name whom a member searched for.
type work struct{ queue *jobs.Queue }

// ForgetFiles waits for work that names the person.
func (w work) ForgetFiles(ctx context.Context, p contact.Person) error {
	named, err := w.queue.NamedInWork(ctx, p.Tenant, p.Mentions)
	if err == nil && named {
		return jobs.Snooze(time.Second)
	}
	return err
}

// ForgetTx removes what is left of work that is over.
func (w work) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	return jobs.ForgetTx(ctx, tx, p.Tenant, p.Mentions)
}

// campaignName is the name of a campaign, empty for one that is gone.
func (a *App) campaignName(ctx context.Context, who access.Actor, source int64) string {
	if source == 0 {
		return ""
	}
	c, err := a.Campaigns.Get(ctx, who, campaign.ID(source))
	if err != nil {
		return ""
	}
	return c.Name
}
