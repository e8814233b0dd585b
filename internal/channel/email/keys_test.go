package email_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/mail/dkim"
	"keruen/internal/secret"
)

const shop, otherShop = id.Tenant(7), id.Tenant(8)

// office is a desk with a DNS that tests write to.
type office struct {
	*email.Desk
	clk *clock.Fake
	dns book
}

func newOffice(t *testing.T, d *db.DB, clk *clock.Fake) office {
	t.Helper()
	keys, err := secret.New(make([]byte, secret.KeySize))
	require.NoError(t, err)
	dns := book{txt: map[string][]string{}, mx: map[string][]string{}, ptr: map[string][]string{}}
	return office{&email.Desk{Senders: channel.NewService(d, keys), DNS: dns, Clock: clk, Host: "mail.keruen.test"}, clk, dns}
}

func (o office) publish(v email.View) {
	for _, r := range v.Records {
		if r.Type == "TXT" {
			o.dns.txt[r.Name] = []string{r.Expected}
		}
	}
}

func stages(v email.View) map[string]string {
	out := map[string]string{}
	for _, r := range v.Records {
		if r.Stage != "" {
			out[r.Stage] = r.Name
		}
	}
	return out
}

// MSG-4
func TestANewKeySignsOnlyOnceItHasStoodInTheDNSAndTheOldOneStaysAWeek(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(start)
	dbtest.EachAt(t, clk, func(t *testing.T, d *db.DB) {
		clk := clock.NewFake(start)
		o := newOffice(t, d, clk)
		who := access.System(shop)
		v, err := o.Create(t.Context(), who, email.Draft{Name: "Shop", Address: "news@shop.test", Route: email.Route{Kind: email.Direct}})
		require.NoError(t, err)
		second, err := o.Create(t.Context(), who, email.Draft{Name: "Shop 2", Address: "info@shop.test", Route: email.Route{Kind: email.Direct}})
		require.NoError(t, err)
		require.Equal(t, v.Selector, second.Selector, "senders of one domain share a key, so that one record serves both")
		old := v.Selector

		v, err = o.ReplaceKey(t.Context(), who, v.ID)
		require.NoError(t, err)
		require.Equal(t, old, v.Selector)
		require.Len(t, stages(v), 2)
		require.NotEqual(t, stages(v)[email.KeyNow], stages(v)[email.KeyNext])
		_, err = o.ReplaceKey(t.Context(), who, v.ID)
		require.ErrorIs(t, err, email.ErrKeyWaits)

		now := func() email.View {
			require.NoError(t, o.MoveKeys(t.Context()))
			v, err := o.Get(t.Context(), who, v.ID)
			require.NoError(t, err)
			return v
		}
		clk.Advance(48 * time.Hour)
		require.Equal(t, old, now().Selector, "not published: it never signs")

		o.publish(v)
		clk.Advance(7 * time.Hour)
		require.Equal(t, old, now().Selector, "just seen")
		clk.Advance(30 * time.Minute)
		require.Equal(t, old, now().Selector, "seen for half an hour")
		clk.Advance(31 * time.Minute)
		v = now()
		require.NotEqual(t, old, v.Selector)
		require.Equal(t, clk.Now(), v.KeySince)
		require.Equal(t, dkim.RecordName(old, "shop.test"), stages(v)[email.KeyOld])
		second, err = o.Get(t.Context(), who, second.ID)
		require.NoError(t, err)
		require.Equal(t, v.Selector, second.Selector, "both moved")

		clk.Advance(6 * 24 * time.Hour)
		require.Len(t, stages(now()), 2, "the old key is still needed")
		clk.Advance(25 * time.Hour)
		require.Len(t, stages(now()), 1)
	})
}

func TestAWaitingKeyCanBeDroppedAndOthersAccountsAreNotFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, clock.NewFake(start))
		who := access.System(shop)
		v, err := o.Create(t.Context(), who, email.Draft{Name: "Shop", Address: "news@shop.test", Route: email.Route{Kind: email.Direct}})
		require.NoError(t, err)
		_, err = o.DropKey(t.Context(), who, v.ID)
		require.ErrorIs(t, err, email.ErrNoKeyWaits)
		_, err = o.ReplaceKey(t.Context(), who, v.ID)
		require.NoError(t, err)
		for _, verb := range []func() error{
			func() error { _, err := o.ReplaceKey(t.Context(), access.System(otherShop), v.ID); return err },
			func() error { _, err := o.DropKey(t.Context(), access.System(otherShop), v.ID); return err },
		} {
			require.ErrorIs(t, verb(), errs.ErrNotFound)
		}
		v, err = o.DropKey(t.Context(), who, v.ID)
		require.NoError(t, err)
		require.Len(t, stages(v), 1)
	})
}

func TestASilentNameServerOnlyDelaysAKey(t *testing.T) {
	t.Parallel()
	k := email.DKIM{Domain: "shop.test"}
	_, err := k.Replace(start)
	require.ErrorIs(t, err, email.ErrUnsigned)
	s, err := email.NewSettings("news@shop.test", email.Route{Kind: email.Direct}, start)
	require.NoError(t, err)
	k, err = s.DKIM.Replace(start)
	require.NoError(t, err)
	k, err = k.Step(start.Add(time.Hour), true)
	require.NoError(t, err)
	k, err = k.Step(start.Add(90*time.Minute), false)
	require.NoError(t, err)
	require.True(t, k.Next.Seen.IsZero(), "one that has gone again begins anew")
	require.NotEqual(t, k.Selector, k.Next.Selector)
}
