package cli_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/campaign"
	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/config"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/id"
)

// ordered makes an account with a campaign that is ordered for next year and a message that waits, and returns their names.
func ordered(t *testing.T, k *keruen) (account, order, message string) {
	t.Helper()
	account = accountID.FindString(k.ok("a long enough password\n", "user", "add", "owner@example.kz", "--company", "Shop"))
	k.inside(func(ctx context.Context, a *app.App) {
		var tenant id.Tenant
		require.NoError(t, tenant.UnmarshalText([]byte(account)))
		who := access.System(tenant)
		snd, err := a.Senders.Create(ctx, who, email.Draft{Name: "Shop", Address: "news@shop.test", Route: email.Route{Kind: email.Direct}})
		require.NoError(t, err)
		anna, err := a.Contacts.Create(ctx, who, contact.Draft{Email: "anna@d.test"})
		require.NoError(t, err)
		for _, p := range []channel.Purpose{channel.Advertising, channel.Transactional} {
			require.NoError(t, a.Contacts.Grant(ctx, who, anna.ID, contact.ConsentKey{Channel: channel.Email, Purpose: p}, contact.Proof{Source: contact.ByHand, Wording: "Agreed"}))
		}
		m, err := a.Delivery.Submit(ctx, who, delivery.Single{Contact: anna.ID, Sender: snd.ID, Purpose: channel.Transactional, Kind: "api",
			Letter: content.Letter{Subject: "Order 15", Text: "Ready"}})
		require.NoError(t, err)
		name, letter := "Autumn", content.Letter{Subject: "News", Text: "News"}
		c, err := a.Campaigns.Create(ctx, who, campaign.Change{Name: &name, Sender: &snd.ID, Letter: &letter, Audience: &contact.Target{All: true}})
		require.NoError(t, err)
		_, err = a.Campaigns.Send(ctx, who, c.ID, 0, campaign.Order{At: a.Clock.Now().AddDate(0, 6, 0).Format("2006-01-02T15:04"), Zone: "UTC"})
		require.NoError(t, err)
		order, message = c.ID.String(), delivery.NameOf(channel.Ref{Part: int64(m.ID), Seq: 1})
	})
	return account, order, message
}

// inside opens the program as a command does.
func (k *keruen) inside(do func(ctx context.Context, a *app.App)) {
	k.t.Helper()
	c, err := config.Load(config.Sources{File: k.args[1], Env: func(string) (string, bool) { return "", false }, Flags: map[string]string{"data": k.args[3], "database": k.args[5]}})
	require.NoError(k.t, err)
	a, err := app.New(k.t.Context(), c, app.Options{Shared: true})
	require.NoError(k.t, err)
	defer func() { require.NoError(k.t, a.Close()) }()
	do(k.t.Context(), a)
}

// MSG-4
func TestTheAdministratorAsksWhatACampaignAndAMessageWaitFor(t *testing.T) {
	t.Parallel()
	for engine, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			k := on(t, database(t))
			account, order, message := ordered(t, k)
			require.Regexp(t, `It begins at its time\. Next 20\d\d-`, k.ok("", "explain", "--account", account, order))
			story := k.ok("", "explain", "--account", account, message)
			require.Regexp(t, `^Waiting for its turn\.`, story)
			require.Regexp(t, `tries: +0 of 20`, story)
			require.Regexp(t, `gives up: 20\d\d-`, story)
			code, _, says := k.run("", "explain", "--account", account, "prt_05a9yj0ms9201-1")
			require.Equal(t, 3, code, says)

			another := accountID.FindString(k.ok("a long enough password\n", "user", "add", "other@example.kz", "--company", "Other"))
			code, _, says = k.run("", "explain", "--account", another, message)
			require.Equal(t, 3, code, says)
		})
	}
}

// MSG-4
func TestTheAdministratorLetsAHeldCampaignGoOn(t *testing.T) {
	t.Parallel()
	k := on(t, dbtest.SQLite(t))
	account, order, _ := ordered(t, k)
	code, _, says := k.run("", "resume", "--account", account, order)
	require.Equal(t, 4, code, "it waits for nobody: %s", says)
	k.inside(func(ctx context.Context, a *app.App) {
		require.NoError(t, a.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE campaign SET hold = 'late', start_at = ?`, tx.Now.AddDate(0, 0, -1))
			return err
		}))
	})
	require.Contains(t, k.ok("", "explain", "--account", account, order), "keruen resume")
	require.Contains(t, k.ok("", "resume", "--account", account, order), order+" goes on")
	require.NotContains(t, k.ok("", "explain", "--account", account, order), "keruen resume")
}
