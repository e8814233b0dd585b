package smtpin

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/db"
)

// Exit codes of swaks: which command the server refused (swaks(1), EXIT CODES).
const (
	swaksFine      = 0
	swaksRefusedTo = 24 // no recipient was taken
	swaksRefusedIt = 26 // the letter itself
)

// swaks has a client that is not ours bring a letter, and returns its exit code and what was said on the line.
func (w *world) swaks(raw string, args ...string) (int, string) {
	w.t.Helper()
	require.FileExists(w.t, "/usr/bin/swaks", "run `make deps` first")
	host, port, err := net.SplitHostPort(w.addr)
	require.NoError(w.t, err)
	file := filepath.Join(w.t.TempDir(), "letter")
	require.NoError(w.t, os.WriteFile(file, []byte(raw), 0o600))
	args = append([]string{"--server", host, "--port", port, "--helo", "mx.test", "--data", "@" + file, "--suppress-data"}, args...)
	cmd := exec.Command("/usr/bin/swaks", args...)
	out, err := cmd.CombinedOutput()
	if _, refused := err.(*exec.ExitError); !refused {
		require.NoError(w.t, err, "%s", out)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// MSG-4, CMP-1: swaks brings all that may come back, one command after another, in groups and encrypted, and each is booked once.
func TestSwaksBringsBackWhatServersAndPeopleSend(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.reads()
		bring := func(raw, from, to string, args ...string) string {
			code, said := w.swaks(raw, append([]string{"--from", from, "--to", to}, args...)...)
			require.Equal(t, swaksFine, code, said)
			return said
		}
		said := bring(dsn("5.1.1", "550 5.1.1 user unknown"), "<>", "b+"+token(1)+"@back.k.test", "--tls")
		require.Contains(t, said, "TLS started with cipher")
		said = bring(dsn("5.2.2", "552 5.2.2 over quota"), "<>", "b+"+token(2)+"@bounce.customer.test", "--pipeline")
		require.Contains(t, said, " -> DATA\n<-  250", "all commands had gone before the first answer")
		bring(arf("abuse", token(3)), "loop@provider.test", "fbl@back.k.test", "--tls", "--pipeline")
		bring("Subject: unsubscribe\n\nunsubscribe\n", "anna@mx.test", "u+"+token(4)+"@back.k.test")
		bring(human, "anna@mx.test", "b+"+token(5)+"@back.k.test")
		bring(human, "anna@mx.test", "b+"+token(6)+"@back.k.test,nobody@back.k.test") // who exists gets it
		bring(dsn("4.4.1", "451 4.4.1 no answer from host"), "<>", "b+"+token(7)+"@back.k.test", "--protocol", "SMTP")
		require.ElementsMatch(t, []string{
			"bounce user_unknown: booked", "bounce mailbox_full: booked", "complaint: booked", "unsubscribe: booked", "reply: booked", "reply: booked",
			"bounce network: booked",
		}, w.done(7))
		require.ElementsMatch(t, []string{
			"bounce user_unknown 1", "bounce mailbox_full 2", "complaint 3", "unsubscribe 4", "reply 5", "reply 6", "bounce network 7",
		}, w.book.seen())
	})
}

// MSG-4: what is not ours is refused before its bytes come, what is too large after them, and neither leaves a trace.
func TestSwaksIsRefusedWhatIsNotOursAndWhatIsTooLarge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		refused := func(want int, answer, raw, from, to string, args ...string) {
			t.Helper()
			code, said := w.swaks(raw, append([]string{"--from", from, "--to", to}, args...)...)
			require.Equal(t, want, code, said)
			require.Contains(t, said, answer)
		}
		ours := "b+" + token(1) + "@back.k.test"
		for _, pipeline := range [][]string{nil, {"--pipeline"}, {"--tls"}} {
			refused(swaksRefusedTo, "550 5.7.1 No relaying", human, "a@b.test", "anna@mail.test", pipeline...)
			refused(swaksRefusedTo, "550 5.1.1 No such mailbox", human, "a@b.test", "info@back.k.test", pipeline...)
			refused(swaksRefusedTo, "550 5.1.1 No such mailbox", dsn("5.1.1", "no"), "<>", "b+"+strings.Repeat("x", 40)+"@back.k.test", pipeline...)
		}
		refused(swaksRefusedIt, "550 5.7.1 Reports are read by a program", human, "anna@mx.test", "abuse@back.k.test")
		large := dsn("5.1.1", "no") + strings.Repeat(strings.Repeat("x", 998)+"\n", maxLetter/999+1)
		refused(swaksRefusedIt, "552 5.3.4", large, "<>", ours)
		refused(swaksRefusedIt, "552 5.3.4", large, "<>", ours, "--tls")

		many := make([]string, maxRecipients+1)
		for i := range many {
			many[i] = "b+" + token(i) + "@back.k.test"
		}
		_, said := w.swaks(human, "--from", "a@b.test", "--to", strings.Join(many, ","))
		require.Contains(t, said, "452 4.5.3")
		require.Equal(t, maxRecipients, strings.Count(said, "gets this"), said)
		left, err := db.One[int64](t.Context(), w.db, `SELECT COUNT(*) FROM inbound_mail`)
		require.NoError(t, err)
		require.EqualValues(t, 1, left, "the last letter alone was taken")
	})
}
