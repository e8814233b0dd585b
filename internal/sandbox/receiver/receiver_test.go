package receiver

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/sandbox/archive"
)

// oneName is a name service that knows one TXT value for every name.
type oneName struct{ txt string }

func (oneName) MailHosts(string) []string { return nil }
func (oneName) Addrs(string) []netip.Addr { return nil }
func (n oneName) TXT(string) []string     { return []string{n.txt} }

// Signatures are read by a library in goroutines of its own, where a panic would end the program.
func FuzzSignaturesNeverStopTheWorld(f *testing.F) {
	const key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
	for _, raw := range []string{
		"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=x.test; s=y; h=from:to; bh=AA==; b=AA==\r\nFrom: a@x.test\r\n\r\nbody\r\n",
		"DKIM-Signature: v=1; a=rsa-sha256; d=x.test; s=y; h=from; l=5; t=1; x=2; bh=; b=\r\nDKIM-Signature: v=1;;=\r\nFrom: a@x.test\r\n\r\nbody",
		"From: a@x.test\r\n\tfolded\r\n\r\n",
	} {
		f.Add(raw, key)
	}
	f.Fuzz(func(t *testing.T, raw, txt string) {
		w := &Receivers{names: oneName{txt}}
		require.Contains(t, []string{"pass", "fail", "no_key", "none"}, w.checkDKIM([]byte(raw)))
	})
}

func TestGreylistingForgetsWhoComesBackTooLate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	b := newGreyBook(Greylist{Delay: 300 * time.Second})
	ask := func(client string, after time.Duration) time.Duration {
		return b.ask(client, "s@x.test", "a@y.test", now.Add(after))
	}

	require.Equal(t, 300*time.Second, ask("192.0.2.7", 0))
	require.Equal(t, 200*time.Second, ask("192.0.2.99", 100*time.Second), "the same /24 is the same client")
	require.Equal(t, 300*time.Second, ask("198.51.100.1", 100*time.Second), "another network starts anew")
	require.Equal(t, 300*time.Second, ask("192.0.2.7", 49*time.Hour), "too late is a first try")
	require.Zero(t, ask("192.0.2.7", 49*time.Hour+300*time.Second))
	require.Zero(t, ask("192.0.2.7", 20*24*time.Hour), "a passed sender is remembered")
	require.Equal(t, 300*time.Second, ask("192.0.2.7", 40*24*time.Hour), "for 35 days")
}

func TestATrustedNetworkIsNotTested(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	b := newGreyBook(Greylist{TrustAfter: 2})
	for _, to := range []string{"a@y.test", "b@y.test"} {
		require.NotZero(t, b.ask("192.0.2.7", "s@x.test", to, now))
		require.Zero(t, b.ask("192.0.2.7", "s@x.test", to, now.Add(time.Minute)))
	}

	require.Zero(t, b.ask("192.0.2.8", "s@x.test", "c@y.test", now))
}

func TestEveryKindThatRefusesHasWords(t *testing.T) {
	t.Parallel()
	kept, err := archive.Open("", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w := New(Config{Clock: clock.NewFake(time.Now()), Log: slog.New(slog.DiscardHandler), Archive: kept})
	silent := map[Kind]bool{Accept: true, Slow: true, Drop: true, Lose: true, Reset: true}
	for i := range w.providers {
		for _, k := range append([]Kind{Hurried, Relaying, Unauthenticated, NoUnsubscribe, DiskFull, NeedsUTF8}, Kinds...) {
			r := w.reply(&w.providers[i], k, "a@y.test")
			if silent[k] {
				require.Zero(t, r.Code, k)
				continue
			}
			require.Equal(t, r.Code/100, r.Enhanced[0], "%s of %s: the classes of the two codes agree", k, w.providers[i].Name)
		}
	}
}
