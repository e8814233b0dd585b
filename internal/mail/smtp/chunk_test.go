package smtp_test

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/smtp"
)

// MSG-4: BDAT needs no dots doubled and no leave; the server gets the same bytes.
func TestALetterInAChunkArrivesByteForByte(t *testing.T) {
	t.Parallel()
	be := &sink{}
	conn := dial(t, serve(t, be, nil), smtp.Options{Chunking: true})
	for _, body := range []string{hello, ".\r\n", "a: b\r\n\r\n.\r\n.\r\n..\r\n", "a: b\r\n\r\n" + strings.Repeat("0123456789\r\n.x\r\n", 20_000)} {
		res := conn.Send(t.Context(), env(), []byte(body))
		require.True(t, res.Accepted(), res.String())
		all := be.letters()
		require.Equal(t, body, all[len(all)-1].body)
	}
	require.True(t, conn.Send(t.Context(), env(), []byte("a: b\r\n\r\nend")).Accepted())
	require.Equal(t, "a: b\r\n\r\nend\r\n", be.letters()[4].body)
	require.Equal(t, 1, be.sessions, "all over one connection")
}

// MSG-4: what is said on the wire, with commands in groups and one by one, and a RSET after a refused chunk.
func TestAChunkGoesWithoutAskingForLeave(t *testing.T) {
	t.Parallel()
	for _, offers := range [][]string{{"CHUNKING"}, {"CHUNKING", "PIPELINING"}} {
		heard := make(chan string, 100)
		addr := scripted(t, func(s *stage) {
			s.greet(offers...)
			verdict := "554 no"
			for {
				line := s.hear("")
				switch {
				case line == "" || strings.HasPrefix(line, "QUIT"):
					return
				case strings.HasPrefix(line, "BDAT"):
					heard <- line
					_, _ = io.ReadFull(s.r, make([]byte, len(chunk)))
					s.say(verdict)
					verdict = "250 yes"
				default:
					heard <- line[:4]
					s.say("250 ok")
				}
			}
		})
		conn := dial(t, addr, smtp.Options{Chunking: true})
		res := conn.Send(t.Context(), env(), []byte(chunk))
		require.Equal(t, smtp.StageDot, res.Stage, res.String())
		require.Equal(t, 554, res.Code)
		require.False(t, res.MaybeSent)
		res = conn.Send(t.Context(), env(), []byte(chunk))
		require.True(t, res.Accepted(), res.String())
		for _, want := range []string{"MAIL", "RCPT", "BDAT 13 LAST", "RSET", "MAIL", "RCPT", "BDAT 13 LAST"} {
			require.Equal(t, want, <-heard)
		}
	}
}

// MSG-4: a server that keeps a transaction open behind a refused chunk refuses that letter alone, however many are under way.
func TestARefusedChunkIsTheMatterOfItsOwnLetter(t *testing.T) {
	t.Parallel()
	const letters = 20
	addr := scripted(t, func(s *stage) {
		s.greet("CHUNKING", "PIPELINING")
		for open, to := false, ""; ; {
			line := s.hear("")
			switch {
			case line == "" || strings.HasPrefix(line, "QUIT"):
				return
			case line == "RSET":
				open = false
			case strings.HasPrefix(line, "MAIL") && open:
				s.say("503 a transaction is open")
				continue
			case strings.HasPrefix(line, "MAIL"):
				open = true
			case strings.HasPrefix(line, "RCPT"):
				to = line
			case strings.HasPrefix(line, "BDAT"):
				n, err := strconv.Atoi(strings.Fields(line)[1])
				if err != nil {
					return
				}
				_, _ = io.ReadFull(s.r, make([]byte, n))
				if strings.Contains(to, "bad") {
					s.say("554 no")
					continue
				}
				open = false
			}
			s.say("250 ok")
		}
	})
	conn := dial(t, addr, smtp.Options{Chunking: true})
	to := func(i int) string { return fmt.Sprintf("%s%d@example.net", []string{"good", "bad"}[i%2], i) }
	for i, res := range sendAll(t, conn, letters, to) {
		require.Equal(t, smtp.StageDot, res.Stage, "%s: %s", to(i), res)
		require.Equal(t, i%2 == 0, res.Accepted(), "%s: %s", to(i), res)
	}
}

const chunk = "a: b\r\n\r\nend\r\n"

// MSG-4: a server that offers no chunks gets dots, whatever is asked for.
func TestWithoutTheOfferALetterGoesByDATA(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "250 ok", "354 go")
		s.hear(".")
		s.say("250 ok")
	})
	res := dial(t, addr, smtp.Options{Chunking: true}).Send(t.Context(), env(), []byte(chunk))
	require.True(t, res.Accepted(), res.String())
}
