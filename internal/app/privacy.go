package app

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/campaign"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/privacy"
)

// people makes the service of requests about personal data: every feature that keeps something about people is in its lists (CMP-11).
func (a *App) people(blobs *blob.Store) *privacy.Service {
	return privacy.New(privacy.Parts{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Blobs: blobs, Contacts: a.Contacts,
		Keepers: []privacy.Keeper{
			a.Imports, a.Exports, a.Delivery, privacy.Forget(func(ctx context.Context, tx *db.Tx, p contact.Person) error {
				return access.ForgetAnswersTx(ctx, tx, p.Tenant, p.Mentions)
			}),
			privacy.Forget(func(ctx context.Context, tx *db.Tx, p contact.Person) error {
				return a.Forms.ForgetTx(ctx, tx, p.Tenant, p.Contact, p.Addresses)
			}),
			privacy.Forget(func(ctx context.Context, tx *db.Tx, p contact.Person) error {
				return a.Preferences.ForgetTx(ctx, tx, p.Tenant, p.Contact)
			}),
		},
		Tellers: []privacy.Teller{
			privacy.TellContact(a.Contacts), privacy.TellDeliveries(a.Delivery, a.campaignName), privacy.TellForms(a.Forms), privacy.TellLog(a.Audit),
		},
	})
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
