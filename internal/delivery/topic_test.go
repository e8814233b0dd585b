package delivery

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/lang"
)

// AUD-1, AUD-3: whoever leaves the topic of a campaign while it is being sent gets nothing of it, and the other topic goes on. Every
// message names the consent that allowed it.
func TestWhoLeavesATopicWhileItIsBeingSentGetsNothingOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids, ctx := w.people(30), t.Context()
		topic := func(name string) contact.ConsentKey {
			made, err := w.contacts.CreateTopic(ctx, w.who, lang.Text{Ru: name}, lang.Text{})
			require.NoError(t, err)
			return contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising, Topic: made.ID}
		}
		news, sales := topic("Новости"), topic("Скидки")
		own := contact.Proof{Source: contact.FromForm, Wording: "I agree to sales"}
		require.NoError(t, w.contacts.Grant(ctx, w.who, ids[1], news, own))
		w.mailer.Bounds.Concurrency = 1
		first := make(chan struct{})
		w.mailer.Answer = func(m channel.Message) channel.Verdict {
			if m.Ref.Seq == 1 {
				<-first
			}
			return channel.Took("")
		}
		p := w.partOn(channel.Advertising, news.Topic, ids)
		w.run(w.Service)
		require.NoError(t, w.mailer.Wait(ctx, 1))
		require.NoError(t, w.contacts.WithdrawByLink(ctx, w.who.Tenant, ids[29], news, contact.Proof{Source: contact.UnsubscribeLink, Wording: "one topic"}))
		close(first)
		require.Equal(t, int64(1), w.finished(p).Skipped)
		require.NotContains(t, w.received(p), int32(30))
		b, err := w.Breakdown(ctx, w.who.Tenant, p.Source)
		require.NoError(t, err)
		require.Equal(t, []ReasonCount{{"skipped", SkipTopicLeft, 1, ""}}, b.Reasons)

		other := w.partOn(channel.Advertising, sales.Topic, ids)
		require.Zero(t, w.finished(other).Skipped)
		w.allowed(p, ids[:29], map[contact.ID]contact.TopicID{ids[1]: news.Topic})
		w.allowed(other, ids, nil)
	})
}

// allowed says that every message that went out names a record of its own contact that granted it: that of the topic for whoever has
// one, else the general one.
func (w *world) allowed(p Part, ids []contact.ID, topics map[contact.ID]contact.TopicID) {
	rows, err := db.All[row](w.t.Context(), w.db, `SELECT `+deliveryColumnList+` FROM delivery WHERE part_id = ? AND state <> ? ORDER BY seq`, p.ID, Skipped)
	require.NoError(w.t, err)
	require.Len(w.t, rows, len(ids))
	for i, r := range rows {
		record, err := w.contacts.ConsentOf(w.t.Context(), w.who.Tenant, ids[i], r.Consent)
		require.NoError(w.t, err)
		require.Equal(w.t, contact.Granted, record.Action)
		require.Equal(w.t, topics[ids[i]], record.Topic)
	}
}

// AUD-6: a campaign for others reaches nobody who agreed only to the account's own advertising.
func TestACampaignForOthersNeedsItsOwnConsent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Real{})
		ids := w.people(3)
		key := contact.ConsentKey{Channel: channel.Email, Purpose: channel.ThirdParty}
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			return w.contacts.GrantTx(ctx, tx, w.who.Tenant, ids[1], key, contact.Proof{Source: contact.FromForm, Wording: "offers of partners"})
		})
		p := w.part(channel.ThirdParty, ids)
		w.run(w.Service)
		c := w.finished(p)
		require.Equal(t, []int64{1, 2}, []int64{c.Accepted, c.Skipped})
		require.Contains(t, w.received(p), int32(2))
	})
}
