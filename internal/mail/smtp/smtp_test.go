package smtp_test

import (
	"context"
	"crypto/tls"
	"strings"
	"testing"
	"time"

	server "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"keruen/internal/mail/smtp"
)

// MSG-4
func TestALetterArrivesByteForByte(t *testing.T) {
	t.Parallel()
	be := &sink{}
	conn := dial(t, serve(t, be, nil), smtp.Options{})
	for _, body := range []string{hello, ".\r\n", "a: b\r\n\r\n.\r\n.\r\n..\r\n", "a: b\r\n\r\n" + strings.Repeat("0123456789\r\n.x\r\n", 20_000)} {
		res := conn.Send(t.Context(), env(), []byte(body))
		require.True(t, res.Accepted(), res.String())
		require.Equal(t, loopback, res.Peer)
		all := be.letters()
		require.Equal(t, body, all[len(all)-1].body)
		require.Equal(t, "b+1@example.org", all[len(all)-1].from)
		require.Equal(t, "jo@example.net", all[len(all)-1].to)
	}
	require.Equal(t, 4, conn.Sent())
	require.Equal(t, 1, be.sessions, "all over one connection")
}

func TestALetterWithoutAFinalLineEndGetsOne(t *testing.T) {
	t.Parallel()
	be := &sink{}
	res := dial(t, serve(t, be, nil), smtp.Options{}).Send(t.Context(), env(), []byte("a: b\r\n\r\nend"))
	require.True(t, res.Accepted(), res.String())
	require.Equal(t, "a: b\r\n\r\nend\r\n", be.letters()[0].body)
}

func TestTheConnectionIsUsedAgainAfterARefusal(t *testing.T) {
	t.Parallel()
	be := &sink{rcptErr: errRefused}
	conn := dial(t, serve(t, be, nil), smtp.Options{})
	res := conn.Send(t.Context(), env(), []byte(hello))
	require.Equal(t, smtp.StageRcpt, res.Stage)
	require.Equal(t, 550, res.Code)
	require.Equal(t, "5.1.1", res.Enhanced)
	require.Equal(t, "No such user here", res.Text)

	be.rcptErr, be.mailErr = nil, errRefused
	require.Equal(t, smtp.StageMail, conn.Send(t.Context(), env(), []byte(hello)).Stage)
	be.mailErr, be.dataErr = nil, errRefused
	res = conn.Send(t.Context(), env(), []byte(hello))
	require.Equal(t, smtp.StageDot, res.Stage)
	require.False(t, res.Accepted())
	require.False(t, res.MaybeSent)

	be.dataErr = nil
	require.True(t, conn.Send(t.Context(), env(), []byte(hello)).Accepted())
	require.Equal(t, 1, be.sessions)
}

func TestARefusedRecipientWithoutPipeliningIsFollowedByAReset(t *testing.T) {
	t.Parallel()
	heard := make(chan string, 1)
	addr := scripted(t, func(s *stage) {
		s.greet()
		s.hear("MAIL")
		s.say("250 ok")
		s.hear("RCPT")
		s.say("550 5.1.1 unknown")
		heard <- s.hear("")
		s.say("250 ok")
		s.hear("MAIL")
		s.say("250 ok")
		s.hear("RCPT")
		s.say("250 ok")
		s.hear("DATA")
		s.say("354 go")
		s.hear("end")
		s.hear(".")
		s.say("250 2.0.0 queued as 42")
		s.hear("QUIT")
	})
	conn := dial(t, addr, smtp.Options{})
	require.Equal(t, 550, conn.Send(t.Context(), env(), []byte(hello)).Code)
	res := conn.Send(t.Context(), env(), []byte(hello))
	require.True(t, res.Accepted(), res.String())
	require.Equal(t, "queued as 42", res.Text)
	require.Equal(t, "RSET", <-heard)
}

func TestDataAcceptedAfterEveryRecipientWasRefusedIsClosedByALoneDot(t *testing.T) {
	t.Parallel()
	between := make(chan string, 1)
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "550 5.1.1 unknown", "354 go on")
		between <- s.hear("")
		s.say("554 no valid recipients")
		s.hear("DATA") // RSET, MAIL, RCPT, DATA in one write
		s.say("250 reset", "250 ok", "250 ok", "354 go on")
		s.hear("end")
		s.hear(".")
		s.say("250 ok")
	})
	conn := dial(t, addr, smtp.Options{})
	res := conn.Send(t.Context(), env(), []byte(hello))
	require.Equal(t, smtp.StageRcpt, res.Stage)
	require.Equal(t, 550, res.Code)
	require.Equal(t, ".", <-between)
	require.True(t, conn.Send(t.Context(), env(), []byte(hello)).Accepted())
}

func TestA421EndsTheConnectionAtEveryStage(t *testing.T) {
	t.Parallel()
	for _, pipelining := range []bool{true, false} {
		for n, want := range map[int]smtp.Stage{0: smtp.StageMail, 1: smtp.StageRcpt, 2: smtp.StageData, 3: smtp.StageDot} {
			addr := scripted(t, func(s *stage) {
				ext := []string{"SIZE 1000000"}
				if pipelining {
					ext = append(ext, "PIPELINING")
				}
				s.greet(ext...)
				for i, verb := range []string{"MAIL", "RCPT", "DATA", "end"} {
					s.hear(verb)
					if verb == "end" {
						s.hear(".")
					}
					if i == n {
						s.say("421 4.7.0 too many messages in this session")
						return
					}
					s.say([]string{"250 ok", "250 ok", "354 go", ""}[i])
				}
			})
			conn := dial(t, addr, smtp.Options{})
			res := conn.Send(t.Context(), env(), []byte(hello))
			require.Equal(t, want, res.Stage)
			require.Equal(t, 421, res.Code)
			require.NoError(t, res.Err)
			require.False(t, res.MaybeSent)
			require.False(t, conn.Alive())
		}
	}
}

func TestAConnectionThatDiesAfterTheDotLeavesTheOutcomeOpen(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "250 ok", "354 go")
		s.hear("end")
		s.hear(".")
		s.cut()
	})
	res := dial(t, addr, smtp.Options{}).Send(t.Context(), env(), []byte(hello))
	require.Equal(t, smtp.StageDot, res.Stage)
	require.Error(t, res.Err)
	require.True(t, res.MaybeSent)
	require.False(t, res.Accepted())
}

func TestAConnectionThatDiesBeforeTheDotSentNothing(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.cut()
	})
	res := dial(t, addr, smtp.Options{}).Send(t.Context(), env(), []byte(hello))
	require.Equal(t, smtp.StageMail, res.Stage)
	require.Error(t, res.Err)
	require.False(t, res.MaybeSent)
}

func TestAConnectionDroppedAfterTheReplyIsASuccess(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "250 ok", "354 go")
		s.hear("end")
		s.hear(".")
		s.say("250 2.0.0 mine")
		s.cut()
	})
	conn := dial(t, addr, smtp.Options{})
	require.True(t, conn.Send(t.Context(), env(), []byte(hello)).Accepted())
	res := conn.Send(t.Context(), env(), []byte(hello))
	require.Error(t, res.Err)
	require.True(t, conn.Reused())
	require.False(t, res.MaybeSent)
}

func TestTheReasonOfAServerThatClosesWhileWeWriteIsHeard(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "250 ok", "354 go")
		s.hear("x0")
		s.say("552 5.3.4 too large")
		_ = s.nc.SetReadDeadline(time.Now().Add(2 * time.Second))
		for s.hear("never") != "" {
		}
	})
	conn := dial(t, addr, smtp.Options{Timeouts: smtp.Timeouts{Block: time.Second, Dot: time.Second}})
	res := conn.Send(t.Context(), env(), []byte("a: b\r\n\r\n"+strings.Repeat("x0\r\n", 10)))
	require.Equal(t, 552, res.Code, res.String())
	require.False(t, res.MaybeSent)
}

func TestOnceTheContextEndsNothingIsAwaited(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	addr := scripted(t, func(s *stage) {
		s.greet("PIPELINING")
		s.hear("DATA")
		s.say("250 ok", "250 ok", "354 go")
		s.hear("end")
		s.hear(".")
		close(reached)
		s.hear("never")
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	conn := dial(t, addr, smtp.Options{})
	res := conn.Send(ctx, env(), []byte(hello))
	require.ErrorIs(t, res.Err, context.Canceled)
	require.True(t, res.MaybeSent)

	res = conn.Send(ctx, env(), []byte(hello))
	require.False(t, res.MaybeSent, "nothing is begun over a dead connection")
}

func TestEachStageHasItsOwnPatience(t *testing.T) {
	t.Parallel()
	short := smtp.Timeouts{Banner: 30 * time.Millisecond, Command: 30 * time.Millisecond}
	silent := scripted(t, func(s *stage) { s.hear("never") })
	conn, res := smtp.Dial(t.Context(), silent, smtp.Options{Timeouts: short})
	require.Nil(t, conn)
	require.Equal(t, smtp.StageBanner, res.Stage)
	require.Error(t, res.Err)

	endless := scripted(t, func(s *stage) {
		s.say("220 hi")
		s.hear("EHLO")
		for {
			if _, err := s.nc.Write([]byte("250-more\r\n")); err != nil {
				return
			}
		}
	})
	conn, res = smtp.Dial(t.Context(), endless, smtp.Options{})
	require.Nil(t, conn)
	require.Equal(t, smtp.StageEhlo, res.Stage)
	require.ErrorIs(t, res.Err, smtp.ErrReply)
}

func TestARefusalOnEntryIsReportedWithItsStage(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) { s.say("554 5.7.1 go away, 127.0.0.1 is listed"); s.hear("QUIT") })
	conn, res := smtp.Dial(t.Context(), addr, smtp.Options{})
	require.Nil(t, conn)
	require.Equal(t, smtp.StageBanner, res.Stage)
	require.Equal(t, 554, res.Code)

	conn, res = smtp.Dial(t.Context(), "127.0.0.1:1", smtp.Options{})
	require.Nil(t, conn)
	require.Equal(t, smtp.StageConnect, res.Stage)
	require.Error(t, res.Err)
}

func TestAServerWithoutEHLOIsGreetedWithHELO(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.say("220-old", "220 server")
		s.hear("EHLO")
		s.say("502 what?")
		s.hear("HELO")
		s.say("250 hi")
		s.hear("QUIT")
	})
	conn := dial(t, addr, smtp.Options{})
	require.False(t, conn.Has("PIPELINING"))
}

func TestTLSIsTakenWhenOfferedAndRequiredWhenAsked(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t, "127.0.0.1")
	secure := serve(t, &sink{}, func(s *server.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} })
	plain := serve(t, &sink{}, nil)

	res := dial(t, secure, smtp.Options{}).Send(t.Context(), env(), []byte(hello))
	require.True(t, res.Accepted(), "opportunistic TLS takes any certificate")
	require.Contains(t, res.TLS, "TLS 1.3")

	_, res = smtp.Dial(t.Context(), secure, smtp.Options{Security: smtp.Required})
	require.Equal(t, smtp.StageTLS, res.Stage, "a required one verifies it")
	require.Error(t, res.Err)
	res = dial(t, secure, smtp.Options{Security: smtp.Required, TLS: &tls.Config{RootCAs: pool}}).Send(t.Context(), env(), []byte(hello))
	require.True(t, res.Accepted(), res.String())

	_, res = smtp.Dial(t.Context(), plain, smtp.Options{Security: smtp.Required})
	require.ErrorIs(t, res.Err, smtp.ErrNoTLS)
	res = dial(t, plain, smtp.Options{}).Send(t.Context(), env(), []byte(hello))
	require.True(t, res.Accepted())
	require.Empty(t, res.TLS)
}

func TestImplicitTLSBeginsBeforeTheBanner(t *testing.T) {
	t.Parallel()
	cert, pool := certificate(t, "127.0.0.1")
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	require.NoError(t, err)
	srv := server.NewServer(&sink{})
	srv.ErrorLog = quiet{}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close(); _ = ln.Close(); <-done })
	conn := dial(t, ln.Addr().String(), smtp.Options{Security: smtp.Implicit, TLS: &tls.Config{RootCAs: pool}})
	require.True(t, conn.Send(t.Context(), env(), []byte(hello)).Accepted())
}

func TestBytesInjectedBehindSTARTTLSAreAnAttack(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) {
		s.greet("STARTTLS")
		s.hear("STARTTLS")
		s.say("220 go", "250 injected")
		s.hear("never")
	})
	conn, res := smtp.Dial(t.Context(), addr, smtp.Options{})
	require.Nil(t, conn)
	require.Equal(t, smtp.StageTLS, res.Stage)
	require.ErrorIs(t, res.Err, smtp.ErrInjected)
}

func TestASTARTTLSThatIsRefusedLeavesAnOpportunisticConnectionInClear(t *testing.T) {
	t.Parallel()
	play := func(s *stage) {
		s.greet("STARTTLS")
		s.hear("STARTTLS")
		s.say("454 4.7.0 TLS not available")
		s.hear("QUIT")
	}
	conn := dial(t, scripted(t, play), smtp.Options{})
	require.True(t, conn.Alive())
	_, res := smtp.Dial(t.Context(), scripted(t, play), smtp.Options{Security: smtp.Required})
	require.Equal(t, 454, res.Code)
	require.Equal(t, smtp.StageTLS, res.Stage)
}

func TestSigningInWorksAndAWrongPasswordIsARefusal(t *testing.T) {
	t.Parallel()
	be := &sink{}
	addr := serve(t, be, nil)
	conn := dial(t, addr, smtp.Options{User: "jo", Password: "right"})
	require.True(t, conn.Send(t.Context(), env(), []byte(hello)).Accepted())
	require.Equal(t, "jo", be.user)

	conn, res := smtp.Dial(t.Context(), addr, smtp.Options{User: "jo", Password: "wrong"})
	require.Nil(t, conn)
	require.Equal(t, smtp.StageAuth, res.Stage)
	require.Equal(t, 535, res.Code)
}

func TestSigningInByLOGIN(t *testing.T) {
	t.Parallel()
	said := make(chan string, 2)
	addr := scripted(t, func(s *stage) {
		s.greet("AUTH=LOGIN")
		s.hear("AUTH LOGIN")
		s.say("334 VXNlcm5hbWU6")
		said <- s.hear("")
		s.say("334 UGFzc3dvcmQ6")
		said <- s.hear("")
		s.say("235 welcome")
		s.hear("QUIT")
	})
	dial(t, addr, smtp.Options{User: "jo", Password: "right"})
	require.Equal(t, "am8=", <-said)
	require.Equal(t, "cmlnaHQ=", <-said)
}

func TestWhatTheServerCannotTakeIsRefusedWithoutAsking(t *testing.T) {
	t.Parallel()
	addr := scripted(t, func(s *stage) { s.greet("SIZE 100"); s.hear("QUIT") })
	conn := dial(t, addr, smtp.Options{})
	for want, send := range map[string]smtp.Result{
		"5.3.4": conn.Send(t.Context(), env(), []byte(strings.Repeat("x", 200))),
		"5.6.3": conn.Send(t.Context(), env(), []byte("a: b\r\n\r\nсәлем")),
		"5.6.7": conn.Send(t.Context(), smtp.Envelope{From: "a@b.c", To: "почта@example.org"}, []byte("a: b\r\n\r\n")),
		"5.1.3": conn.Send(t.Context(), smtp.Envelope{From: "a@b.c", To: "x@y.z>\r\nRCPT TO:<z@z.z"}, []byte("a: b\r\n\r\n")),
	} {
		require.True(t, send.Local)
		require.Equal(t, want, send.Enhanced)
	}
	require.True(t, conn.Alive())
}

func TestAnAddressInAnotherScriptUsesSMTPUTF8(t *testing.T) {
	t.Parallel()
	be := &sink{}
	conn := dial(t, serve(t, be, func(s *server.Server) { s.EnableSMTPUTF8 = true }), smtp.Options{})
	res := conn.Send(t.Context(), smtp.Envelope{From: "a@example.org", To: "почта@example.org"}, []byte("To: почта@example.org\r\n\r\nx\r\n"))
	require.True(t, res.Accepted(), res.String())
	require.True(t, be.letters()[0].opts.UTF8)
	require.Equal(t, "почта@example.org", be.letters()[0].to)
}

func BenchmarkSend(b *testing.B) {
	body := []byte("Subject: x\r\n\r\n" + strings.Repeat("Some text of the letter, some more of it.\r\n", 230))
	conn := dial(b, serve(b, &sink{}, nil), smtp.Options{})
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if res := conn.Send(b.Context(), env(), body); !res.Accepted() {
			b.Fatal(res)
		}
	}
}
