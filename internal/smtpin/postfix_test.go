package smtpin

import (
	"fmt"
	"net"
	"net/textproto"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db/dbtest"
	"keruen/test/mailhost"
)

// returns has Postfix send what comes back to an address, encrypted, and be quick about it: those at gone.test do not exist, those at busy.test
// are busy until Postfix gives up.
const returns = `default_transport = smtp:[127.0.0.1]:%s
smtp_tls_security_level = encrypt
smtp_tls_loglevel = 1
transport_maps = inline:{ { gone.test = error:5.1.1 There is nobody of this name }, { closed.test = error:5.2.1 This mailbox is disabled }, { busy.test = retry:4.2.1 The mailbox is busy } }
smtpd_reject_unlisted_recipient = no
delay_warning_time = 1s
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
maximal_queue_lifetime = 4s
`

// handOver gives Postfix a letter of ours, as our client would, with parameters of MAIL and RCPT (RFC 3461 §4).
func handOver(t *testing.T, addr, from, mailWith, to, rcptWith, raw string) {
	t.Helper()
	c, err := textproto.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	_, _, err = c.ReadResponse(220)
	require.NoError(t, err)
	say := func(want int, format string, args ...any) {
		require.NoError(t, c.PrintfLine(format, args...))
		_, _, err := c.ReadResponse(want)
		require.NoError(t, err)
	}
	say(250, "EHLO mail.k.test")
	say(250, "MAIL FROM:<%s>%s", from, mailWith)
	say(250, "RCPT TO:<%s>%s", to, rcptWith)
	say(354, "DATA")
	w := c.DotWriter()
	_, err = w.Write([]byte(raw))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, _, err = c.ReadResponse(250)
	require.NoError(t, err)
}

// MSG-4, CMP-1: Postfix returns by itself what it could not deliver, says when a letter waits and when one has arrived, and Dovecot refuses a full
// mailbox. Each is read as what it is; what names no letter of ours by a signature is on the log and changes nothing.
func TestPostfixReturnsLettersAndEachReportIsReadAsWhatItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, dbtest.SQLite(t), clock.Real{}))
	w.reads()
	_, port, err := net.SplitHostPort(w.addr)
	require.NoError(t, err)
	h := mailhost.StartWith(t, fmt.Sprintf(returns, port), "alpha.test", "gone.test", "closed.test", "busy.test")
	send := func(n int, to, rcptWith string) {
		letter := fmt.Sprintf("From: news@k.test\nTo: %s\nSubject: News\nMessage-ID: <%s@k.test>\nX-Keruen-Msg: %[2]s\n\nGood day.\n", to, token(n))
		handOver(t, h.MX, "b+"+token(n)+"@back.k.test", "", to, rcptWith, letter)
	}
	send(1, "anna@gone.test", "")
	send(2, "full@alpha.test", "")
	send(3, "anna@closed.test", " NOTIFY=FAILURE ORCPT=rfc822;somebody+40else@gone.test")
	send(4, "anna@alpha.test", " NOTIFY=SUCCESS,DELAY,FAILURE")
	send(5, "anna@busy.test", "")
	handOver(t, h.MX, "b+"+token(6)+"@back.k.test", " SMTPUTF8 BODY=8BITMIME RET=HDRS", "әсел@gone.test", "", "From: news@k.test\nTo: әсел@gone.test\nSubject: Жаңалық\n\nСәлем\n")
	handOver(t, h.MX, "b+"+token(7)+"@back.k.test", " SMTPUTF8", "әсел@alpha.test", "", "From: news@k.test\nTo: әсел@alpha.test\n\nHi\n") // Dovecot knows no SMTPUTF8
	handOver(t, h.MX, "fbl@back.k.test", "", "anna@gone.test", "", "From: a@b.test\nMessage-ID: <"+forgedToken+"@k.test>\nX-Keruen-Msg: "+forgedToken+"\n\nHi\n")
	handOver(t, h.MX, "b+"+forgedToken+"@back.k.test", "", "anna@gone.test", "", "From: a@b.test\n\nHi\n")

	want := []string{
		"bounce user_unknown: booked", "bounce mailbox_full: booked", "bounce mailbox_disabled: booked", "info: ignored", "delayed: ignored",
		"bounce recipient_busy: booked", "bounce user_unknown: booked", "bounce utf8_unsupported: booked", "bounce: forged",
	}
	require.ElementsMatch(t, want, w.done(len(want)), h.Log())
	require.ElementsMatch(t, []string{
		"bounce user_unknown 1", "bounce mailbox_full 2", "bounce mailbox_disabled 3", "bounce recipient_busy 5", "bounce user_unknown 6", "bounce utf8_unsupported 7",
	}, w.book.seen())
	require.Contains(t, h.Log(), "550 5.1.1 No such mailbox here", "a return address that we have not signed is refused")
	require.Contains(t, h.Log(), "TLS connection established to 127.0.0.1")
}
