package smtp_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	server "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"keruen/internal/mail/smtp"
)

// sendAll sends n letters at once over one connection; to names the recipient of each.
func sendAll(t *testing.T, conn *smtp.Conn, n int, to func(int) string) []smtp.Result {
	t.Helper()
	results := make([]smtp.Result, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			results[i] = conn.Send(t.Context(), smtp.Envelope{From: "b@example.org", To: to(i)}, fmt.Appendf(nil, "To: %s\r\n\r\nHello\r\n", to(i)))
		})
	}
	wg.Wait()
	return results
}

// MSG-4
func TestManyLettersUnderWayOverOneConnectionGetTheirOwnReplies(t *testing.T) {
	t.Parallel()
	for _, chunking := range []bool{false, true} {
		manyAtOnce(t, chunking)
	}
}

func manyAtOnce(t *testing.T, chunking bool) {
	t.Helper()
	be := &picky{}
	conn := dial(t, serveBackend(t, be), smtp.Options{Chunking: chunking})
	require.Equal(t, smtp.DefaultDepth, conn.Depth())
	to := func(i int) string { return fmt.Sprintf("%s%d@example.net", []string{"jo", "unknown", "spam"}[i%3], i) }
	for i, res := range sendAll(t, conn, 60, to) {
		switch i % 3 {
		case 0:
			require.True(t, res.Accepted(), res.String())
		case 1:
			require.Equal(t, smtp.StageRcpt, res.Stage, res.String())
		case 2:
			require.Equal(t, smtp.StageDot, res.Stage, res.String())
			require.Equal(t, 554, res.Code)
		}
		if i%3 != 0 {
			require.Contains(t, res.Text, to(i), "the reply is to this letter")
		}
	}
	got := be.letters()
	require.Len(t, got, 20)
	for _, l := range got {
		require.Equal(t, "To: "+l.to+"\r\n\r\nHello\r\n", l.body, "an envelope keeps its own letter")
	}
}

func TestTheNextEnvelopeRidesBehindTheDotAndOnlyTheLetterBehindTheDotIsInDoubt(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "250 ok", "354 go")
		s.hear(".")
		s.hear("DATA") // of the next letter, before the reply to the dot
		s.cut()
	})
	conn := dial(t, addr, smtp.Options{})
	doubt := 0
	for _, res := range sendAll(t, conn, 5, func(i int) string { return fmt.Sprintf("jo%d@example.net", i) }) {
		require.Error(t, res.Err)
		require.False(t, res.Accepted())
		if res.MaybeSent {
			doubt++
			require.Equal(t, smtp.StageDot, res.Stage)
		}
	}
	require.Equal(t, 1, doubt)
	require.False(t, conn.Alive())
}

func TestA421BehindTheDotTouchesTheNextLetterOnly(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "250 ok", "354 go")
		s.hear(".")
		s.hear("DATA")
		s.say("250 mine", "421 4.7.0 too many messages in this session")
	})
	accepted, told := 0, 0
	for _, res := range sendAll(t, dial(t, addr, smtp.Options{}), 3, func(i int) string { return fmt.Sprintf("jo%d@example.net", i) }) {
		require.False(t, res.MaybeSent)
		if res.Accepted() {
			accepted++
		}
		if res.Code == 421 {
			told++
			require.Equal(t, smtp.StageMail, res.Stage)
		}
	}
	require.Equal(t, 1, accepted)
	require.Equal(t, 1, told)
}

func TestAReplyThatNobodyAskedForIsNeverTakenForAnAcceptance(t *testing.T) {
	t.Parallel()
	for name, replies := range map[string][]string{
		"one too many":   {"250 ok", "250 ok", "354 go", "250 accepted before it was sent"},
		"one in between": {"250 ok", "250 ok", "250 ok again", "354 go"},
	} {
		addr := scripted(t, func(s *stage) {
			s.greet("PIPELINING")
			s.hear("DATA")
			s.say(replies...)
			s.hear("never")
		})
		conn := dial(t, addr, smtp.Options{})
		res := conn.Send(t.Context(), env(), []byte(hello))
		require.False(t, res.Accepted(), name)
		require.False(t, res.MaybeSent, name)
		require.False(t, conn.Alive(), name)
	}
}

func TestALetterThatIsCalledBackWhileItWaitsLeavesTheOthersAlone(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		close(begun)
		<-goOn
		s.say("250 ok", "250 ok", "354 go")
		s.hear(".")
		s.say("250 ok")
		s.hear("QUIT")
	})
	conn := dial(t, addr, smtp.Options{})
	first := make(chan smtp.Result, 1)
	go func() { first <- conn.Send(context.Background(), env(), []byte("a: b\r\n\r\nx\r\n")) }()
	<-begun
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan smtp.Result, 1)
	go func() { second <- conn.Send(ctx, env(), []byte(hello)) }()
	cancel()
	res := <-second
	require.ErrorIs(t, res.Err, context.Canceled)
	require.False(t, res.MaybeSent)
	close(goOn)
	require.True(t, (<-first).Accepted())
	require.True(t, conn.Alive())
}

func TestReportsOfFailureAreAskedForWhereTheServerKnowsHow(t *testing.T) {
	t.Parallel()
	said := make(chan string, 2)
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING", "DSN")
		said <- s.hear("MAIL")
		said <- s.hear("RCPT")
		s.say("550 no", "550 no", "550 no")
		s.hear("QUIT")
	})
	e := env()
	e.ID = "msg+1=x"
	dial(t, addr, smtp.Options{DSN: true}).Send(t.Context(), e, []byte(hello))
	require.Equal(t, "MAIL FROM:<b+1@example.org> RET=HDRS ENVID=msg+2B1+3Dx", <-said)
	require.Equal(t, "RCPT TO:<jo@example.net> NOTIFY=FAILURE", <-said)
}

// picky refuses by the name of the recipient, and says whom.
type picky struct{ sink }

type pickySession struct{ session }

func (p *picky) NewSession(*server.Conn) (server.Session, error) {
	return &pickySession{session{sink: &p.sink}}, nil
}

func (s *pickySession) Rcpt(to string, _ *server.RcptOptions) error {
	s.cur.to = to
	s.dataErrFor(to)
	if strings.HasPrefix(to, "unknown") {
		return &server.SMTPError{Code: 550, EnhancedCode: server.EnhancedCode{5, 1, 1}, Message: "no " + to}
	}
	return nil
}

func (s *pickySession) dataErrFor(to string) {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.dataErr = nil
	if strings.HasPrefix(to, "spam") {
		s.sink.dataErr = &server.SMTPError{Code: 554, EnhancedCode: server.EnhancedCode{5, 7, 1}, Message: "spam to " + to}
	}
}
