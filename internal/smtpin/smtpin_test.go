package smtpin

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/db"
)

// forgedToken has the form of ours and is not signed by us.
var forgedToken = strings.Repeat("z", 40)

func dsn(status, words string) string {
	return "From: MAILER-DAEMON@mx.test\nSubject: Undelivered\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" +
		"--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n" +
		"Final-Recipient: rfc822; anna@mx.test\nAction: failed\nStatus: " + status + "\nDiagnostic-Code: smtp; " + words + "\n--b--\n"
}

func arf(kind, tokenOf string) string {
	return "From: feedback@arf.test\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" +
		"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: " + kind + "\nUser-Agent: Loop/1\nVersion: 1\n\n" +
		"--b\nContent-Type: text/rfc822-headers\n\nX-Keruen-Msg: " + tokenOf + "\nSubject: News\n--b--\n"
}

const human = "From: Anna <anna@mx.test>\nSubject: Re: News\n\nThank you!\n"

// CMP-1, MSG-4
func TestWhatComesBackIsReadAndBooked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.reads()
		c := w.dial()
		require.Equal(t, 250, c.sends("", "b+"+token(1)+"@bounce.customer.test", dsn("5.1.1", "550 5.1.1 user unknown")))
		require.Equal(t, 250, c.sends("fwd@x.test", "SRS0=HHH=TT=k.test=B+"+strings.ToUpper(token(2))+"@b.test", dsn("5.2.2", "552 5.2.2 mailbox full")))
		require.Equal(t, 250, c.sends("feedback@arf.test", "fbl@back.k.test", arf("abuse", token(3))))
		require.Equal(t, 250, c.sends("feedback@arf.test", "fbl@BACK.k.test", arf("not-spam", token(4))))
		require.Equal(t, 250, c.sends("anna@mx.test", "u+"+token(5)+"@back.k.test", "Subject: unsubscribe\n\n"))
		require.Equal(t, 250, c.sends("anna@mx.test", "b+"+token(6)+"@back.k.test", human))
		require.Equal(t, 250, c.sends("anna@mx.test", "b+"+token(7)+"@back.k.test", "Auto-Submitted: auto-replied\n"+human))
		require.Equal(t, 250, c.sends("anna@mx.test", "abuse@back.k.test", human+"\n> X-Keruen-Msg: "+token(8)+"\n"))
		require.ElementsMatch(t, []string{
			"bounce user_unknown: booked", "bounce mailbox_full: booked", "complaint: booked", "not_spam: ignored", "unsubscribe: booked",
			"reply: booked", "auto_reply: ignored", "complaint: booked",
		}, w.done(8))
		require.ElementsMatch(t, []string{"bounce user_unknown 1", "bounce mailbox_full 2", "complaint 3", "unsubscribe 5", "reply 6", "complaint 8"}, w.book.seen())
	})
}

func TestNobodyRelaysOrGuessesHere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.dial()
		require.Equal(t, 250, c.says("MAIL FROM:<a@b.test>"))
		for to, want := range map[string]int{
			"anna@mail.ru": 550, "b+" + token(1)[:39] + "x@back.k.test": 550, "nobody@back.k.test": 550, "fbl@elsewhere.test": 550, "postmaster@back.k.test": 250,
		} {
			require.Equal(t, want, c.says("RCPT TO:<"+to+">"), to)
		}
		last := 0
		for i := range maxBadRcpts {
			if last = c.says(fmt.Sprintf("RCPT TO:<guess%d@back.k.test>", i)); last == 421 {
				break
			}
		}
		require.Equal(t, 421, last)
		require.Empty(t, w.book.seen())
	})
}

func TestAReportHasOneRecipientAndALetterItsSize(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.dial()
		require.Equal(t, 250, c.says("MAIL FROM:<>"))
		require.Equal(t, 250, c.says("RCPT TO:<b+"+token(1)+"@k.test>"))
		require.Equal(t, 550, c.says("RCPT TO:<b+"+token(2)+"@k.test>"))
		require.Equal(t, 250, c.says("RSET"))
		require.Equal(t, 552, c.says(fmt.Sprintf("MAIL FROM:<> SIZE=%d", maxLetter+1)))
		require.Equal(t, 552, c.sends("", "b+"+token(1)+"@k.test", strings.Repeat(strings.Repeat("x", 998)+"\r\n", maxLetter/1000+1)))
	})
}

func TestAForgedReportIsOnRecordAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.reads()
		c := w.dial()
		require.Equal(t, 250, c.sends("x@y.test", "fbl@back.k.test", arf("abuse", forgedToken)))
		require.Equal(t, 250, c.sends("x@y.test", "fbl@back.k.test", arf("abuse", "")))
		require.ElementsMatch(t, []string{"complaint: forged", "complaint: unnamed"}, w.done(2))
		require.Empty(t, w.book.seen())
	})
}

// What was answered with 250 is read by the next process, when this one died before it looked.
func TestWhatWasTakenOutlivesTheProcess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		require.Equal(t, 250, w.dial().sends("", "b+"+token(1)+"@k.test", dsn("5.1.1", "550 5.1.1 user unknown")))
		sealed, err := db.One[[]byte](t.Context(), w.db, `SELECT sealed FROM inbound_mail`)
		require.NoError(t, err)
		require.NotContains(t, string(sealed), "anna@", "letters wait encrypted")
		w.stop()

		next := newWorld(t, w.db)
		next.reads()
		require.Equal(t, []string{"bounce user_unknown: booked"}, next.done(1))
		require.Equal(t, []string{"bounce user_unknown 1"}, next.book.seen())
	})
}

func TestALetterThatCannotBeStoredIsNotTaken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `DROP TABLE inbound_mail`)
			return err
		}))
		require.Equal(t, 451, w.dial().sends("", "b+"+token(1)+"@k.test", dsn("5.1.1", "550 5.1.1 user unknown")))
	})
}

func TestWhoeverWritesToTheOperatorWithoutALetterIsToldWhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		require.Equal(t, 550, w.dial().sends("anna@mx.test", "abuse@back.k.test", human))
		left, err := db.One[int64](t.Context(), w.db, `SELECT COUNT(*) FROM inbound_mail`)
		require.NoError(t, err)
		require.Zero(t, left)
	})
}

// The attempt that a report is about may be on record a moment later than the report comes.
func TestAReportThatIsEarlierThanTheRecordIsReadAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book.early = 1
		l := letter{To: []string{"b+" + token(1)}, Raw: []byte(dsn("5.1.1", "550 5.1.1 user unknown"))}
		require.NoError(t, w.take(t.Context(), l))
		no, err := db.One[letterID](t.Context(), w.db, `SELECT id FROM inbound_mail`)
		require.NoError(t, err)
		require.Error(t, w.read(t.Context(), nil, readArgs{no}), "a snooze")
		require.Empty(t, w.book.seen())
		require.NoError(t, w.read(t.Context(), nil, readArgs{no}))
		require.NoError(t, w.read(t.Context(), nil, readArgs{no}), "a second run finds nothing to do")
		require.Equal(t, []string{"bounce user_unknown 1"}, w.book.seen())
	})
}

func TestOneAddressHasOnlySoManyConnections(t *testing.T) {
	t.Parallel()
	g := &guarded{per: map[string]int{}}
	for range maxPerAddress {
		require.True(t, g.enter("192.0.2.1"))
	}
	require.False(t, g.enter("192.0.2.1"))
	require.True(t, g.enter("192.0.2.2"))
	g.leave("192.0.2.1")
	require.True(t, g.enter("192.0.2.1"))
}
