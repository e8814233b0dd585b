package preference_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/lang"
	"keruen/internal/preference"
)

// public opens the account's page that needs no message.
func (w *world) public() preference.Public {
	p, err := w.Get(w.t.Context(), w.who)
	require.NoError(w.t, err)
	out, err := w.ByKey(w.t.Context(), p.Key)
	require.NoError(w.t, err)
	return out
}

// arrived waits until n letters have left and returns the token of the last one's button, with its recipient.
func (w *world) arrived(n int, path string) (token, to string) {
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(w.t, w.mailer.Wait(ctx, n))
	m := w.mailer.Seen()[n-1]
	found := regexp.MustCompile(regexp.QuoteMeta("https://k.test"+path) + `([\w-]+)\n`).FindStringSubmatch(m.Email.Text)
	require.Len(w.t, found, 2, m.Email.Text)
	return found[1], m.To
}

// idle waits until every ask for a link has been dealt with.
func (w *world) idle() {
	require.Eventually(w.t, func() bool {
		n, err := db.One[int](context.WithoutCancel(w.t.Context()), w.db, `SELECT COUNT(*) FROM preference_ask WHERE kind = 'link' AND done_at IS NULL`)
		return err == nil && n == 0
	}, 30*time.Second, 10*time.Millisecond)
}

// AUD-7: the page tells nobody whether an address is known; only its mailbox learns.
func TestALinkIsSentOnlyToWhomTheAccountKnows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("known@reader.test")
		p := w.public()
		for _, address := range []string{"stranger@reader.test", "owner@dala.test", "Known@Reader.test"} {
			require.NoError(t, w.AskLink(t.Context(), p, address, lang.Kazakh, reader), address)
		}
		token, to := w.arrived(1, preference.LinkPath)
		require.Equal(t, "known@reader.test", to)
		w.idle()
		require.Len(t, w.mailer.Seen(), 1, "nobody else was written to")
		require.Equal(t, "Сіздің «Дала» жазылымыңыз", w.mailer.Seen()[0].Email.Subject)

		e, err := w.ByLetter(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, c, e.Contact)
		require.NoError(t, w.choose(e, func(on map[string]bool) { delete(on, "email") }))
		require.Equal(t, delivery.SkipUnsubscribed, w.sent(c, channel.Advertising, 0))
		require.NotEmpty(t, w.history(c)[0].Evidence.V["ask"])
		_, err = w.ShowAddress(t.Context(), token, "")
		require.ErrorIs(t, err, delivery.ErrLink, "it confirms no address")

		kept, err := db.One[int](t.Context(), w.db, `SELECT COUNT(*) FROM preference_ask WHERE address IS NOT NULL`)
		require.NoError(t, err)
		require.Zero(t, kept, "no address is kept once its letter is on its way")
	})
}

// AUD-1: the consent to the letter that was asked for ends with the link.
func TestAnAskLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("known@reader.test")
		require.NoError(t, w.AskLink(t.Context(), w.public(), "known@reader.test", lang.Russian, reader))
		token, _ := w.arrived(1, preference.LinkPath)
		e, err := w.ByLetter(t.Context(), token)
		require.NoError(t, err)
		require.NoError(t, w.AskAddress(t.Context(), e, "new@reader.test", lang.Russian, reader))
		w.arrived(2, preference.AddressPath)
		require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE preference_ask SET expires_at = ?`, tx.Now.Add(-time.Second))
			return err
		}))
		_, err = w.ByLetter(t.Context(), token)
		require.ErrorIs(t, err, delivery.ErrLink, "its time is over")
		require.NoError(t, w.Sweep(t.Context()))
		require.NoError(t, w.Sweep(t.Context()))
		require.Equal(t, delivery.SkipNoConsent, w.sent(c, channel.Transactional, 0))
		for _, left := range []string{`SELECT COUNT(*) FROM preference_ask`, `SELECT COUNT(*) FROM contacts WHERE email = 'new@reader.test'`} {
			n, err := db.One[int](t.Context(), w.db, left)
			require.NoError(t, err)
			require.Zero(t, n, left)
		}
	})
}

func TestLinksAreNotAskedForWithoutEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.person("known@reader.test")
		p := w.public()
		for range 6 {
			require.NoError(t, w.AskLink(t.Context(), p, "known@reader.test", lang.Russian, reader), "the answer is the same")
		}
		w.idle()
		w.arrived(3, preference.LinkPath)
		require.Len(t, w.mailer.Seen(), 3, "one mailbox gets three letters")
		require.ErrorIs(t, w.AskLink(t.Context(), p, "no address", lang.Russian, reader), preference.ErrAddress)
		var err error
		for i := 0; err == nil && i < 20; i++ {
			err = w.AskLink(t.Context(), p, "x@reader.test", lang.Russian, reader)
		}
		require.ErrorIs(t, err, access.ErrTooOften, "one network")
		_, err = w.senders.Pause(t.Context(), w.who, w.sender.ID)
		require.NoError(t, err)
		require.ErrorIs(t, w.AskLink(t.Context(), p, "known@reader.test", lang.Russian, delivery.Visit{IP: "203.0.113.9"}), preference.ErrSender)
		_, err = w.ByKey(t.Context(), "nobody000000")
		require.Error(t, err)
	})
}

// AUD-8, CMP-11: a new address counts when its mailbox says so, and the choices go along.
func TestANewAddressIsConfirmedFromItsMailbox(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("old@reader.test")
		other := w.person("taken@reader.test")
		e, _ := w.letter(c, channel.Advertising, 0)
		require.ErrorIs(t, w.AskAddress(t.Context(), e, "OLD@reader.test", lang.Russian, reader), preference.ErrSame)
		require.ErrorIs(t, w.AskAddress(t.Context(), e, "old", lang.Russian, reader), preference.ErrAddress)
		require.NoError(t, w.AskAddress(t.Context(), e, "new@reader.test", lang.Russian, reader))
		token, to := w.arrived(2, preference.AddressPath)
		require.Equal(t, "new@reader.test", to)
		m, err := w.ShowAddress(t.Context(), token, "")
		require.NoError(t, err)
		require.Equal(t, "n…@reader.test", m.To)
		require.False(t, m.Done)
		v, err := w.contacts.Get(t.Context(), w.who, c)
		require.NoError(t, err)
		require.Equal(t, "old@reader.test", v.Email, "looking confirms nothing")

		require.NoError(t, w.ConfirmAddress(t.Context(), token, reader))
		require.NoError(t, w.ConfirmAddress(t.Context(), token, reader), "twice is once")
		v, err = w.contacts.Get(t.Context(), w.who, c)
		require.NoError(t, err)
		require.Equal(t, "new@reader.test", v.Email)
		require.Empty(t, w.sent(c, channel.Advertising, 0))

		require.NoError(t, w.AskAddress(t.Context(), e, "taken@reader.test", lang.Russian, reader))
		token, _ = w.arrived(4, preference.AddressPath)
		require.ErrorIs(t, w.ConfirmAddress(t.Context(), token, reader), preference.ErrTaken)
		v, err = w.contacts.Get(t.Context(), w.who, other)
		require.NoError(t, err)
		require.Equal(t, "taken@reader.test", v.Email)
	})
}

// AUD-3: an address that left goes with its person, and a person that left stays so under another address.
func TestANewAddressRevivesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("old@reader.test")
		e, token := w.letter(c, channel.Advertising, 0)
		require.NoError(t, w.delivery.Leave(t.Context(), token, delivery.LeavePurpose, true, reader))
		require.NoError(t, w.AskAddress(t.Context(), e, "new@reader.test", lang.Russian, reader))
		confirm, _ := w.arrived(2, preference.AddressPath)
		require.NoError(t, w.ConfirmAddress(t.Context(), confirm, reader))
		require.Equal(t, delivery.SkipUnsubscribed, w.sent(c, channel.Advertising, 0))
		require.ErrorIs(t, w.contacts.Grant(t.Context(), w.who, c, key(channel.Advertising, 0), agreed), contact.ErrWithdrawn)
	})
}

// FuzzTokens: whatever stands in the address of a page, it is a page of ours or a link that does not work.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"", "x", "AQKpXT5GmQABAAAAAXfSDACxd7DByzaNEQ", "AQ", "////", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00", "я"} {
		f.Add(s)
	}
	w := fuzzWorld(f)
	f.Fuzz(func(t *testing.T, token string) {
		_, err := w.ByMessage(t.Context(), token)
		require.ErrorIs(t, err, delivery.ErrLink)
		_, err = w.ByLetter(t.Context(), token)
		require.ErrorIs(t, err, delivery.ErrLink)
		_, err = w.ShowAddress(t.Context(), token, "")
		require.ErrorIs(t, err, delivery.ErrLink)
		require.ErrorIs(t, w.ConfirmAddress(t.Context(), token, reader), delivery.ErrLink)
	})
}
