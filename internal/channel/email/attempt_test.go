package email

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/mail/smtp"
)

// MSG-4
func TestARelayThatSignsGetsLettersWithoutASignatureOfOurs(t *testing.T) {
	for _, signs := range []bool{false, true} {
		s, err := NewSettings("news@shop.kz", Route{Kind: Relay, Host: "127.0.0.1", TLS: NoTLS, RelaySigns: signs}, time.Now())
		require.NoError(t, err)
		plain, err := s.Marshal()
		require.NoError(t, err)
		c, err := New(Config{Resolver: noResolver{}, Settings: func(channel.Sender) ([]byte, error) { return plain, nil }})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		p := c.profile(channel.Sender{ID: 1})
		require.NoError(t, p.err)
		_, letter, err := compose(channel.Message{To: "anna@example.kz", Email: &channel.Letter{From: "news@shop.kz", Subject: "Весна", Text: "Открылись", Date: time.Now()}}, p)
		require.NoError(t, err)
		require.Equal(t, !signs, bytes.Contains(letter, []byte("DKIM-Signature:")))

		setup, err := SetupOf("news@shop.kz", s, "mail.k.kz", nil)
		require.NoError(t, err)
		for _, r := range setup.Records() {
			require.False(t, signs && r.Kind == "dkim", "what the relay signs with is its own matter")
		}
	}
}

// MSG-4
func TestALetterUnderWhichConnectionsEndedForOthersComesBackSoonAndForFree(t *testing.T) {
	c, err := New(Config{Resolver: noResolver{}, Settings: func(channel.Sender) ([]byte, error) { return nil, nil }})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	for n := range 5 {
		v := c.verdictOf(channel.Message{Attempt: n + 1}, route{}, attempt{cut: true, Result: smtp.Result{Stage: smtp.StageMail, Err: smtp.ErrClosed}})
		require.Equal(t, channel.Later, v.Outcome)
		require.True(t, v.Free)
		require.Less(t, v.After, time.Minute)
	}
}
