package bench

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/smtp"
)

// BenchmarkPipeliningRelay compares a whole campaign with a bare client that repeats one fixed letter from memory over as many
// connections. Both speak to a sink that takes commands in groups and answers in groups; the bars are 8,000 letters a second and
// 80 % of the bare client.
func BenchmarkPipeliningRelay(b *testing.B) {
	sink := startPipe(b)
	rate := map[string][]float64{}
	ready := senders(b, sink)
	for range rounds {
		rate["bare client"] = append(rate["bare client"], perSecond(letters, func() { bare(b, sink) }))
		for name, s := range ready {
			rate[name] = append(rate[name], perSecond(letters, func() { s.campaign(b) }))
		}
	}
	table("letters through a relay that takes commands in groups", "letters/s", "bare client", rate)
}

// BenchmarkClient is the client alone: what a connection pool could reach at best.
//
// PROFILE names a file for its CPU profile (go tool pprof).
func BenchmarkClient(b *testing.B) {
	if file := os.Getenv("PROFILE"); file != "" {
		f, err := os.Create(file)
		require.NoError(b, err)
		require.NoError(b, pprof.StartCPUProfile(f))
		defer pprof.StopCPUProfile()
	}
	pipe, plain := startPipe(b), startSink(b)
	rate := map[string][]float64{}
	for range rounds {
		rate["smtp-source to smtp-sink"] = append(rate["smtp-source to smtp-sink"], perSecond(letters, func() { source(b, plain) }))
		rate["client to smtp-sink"] = append(rate["client to smtp-sink"], perSecond(letters, func() { bare(b, plain) }))
		rate["client to a pipelining sink"] = append(rate["client to a pipelining sink"], perSecond(letters, func() { bare(b, pipe) }))
	}
	table("letters of the client alone", "letters/s", "smtp-source to smtp-sink", rate)
}

// bare sends one fixed letter again and again, several at once over each connection.
func bare(b *testing.B, sink string) {
	b.Helper()
	letter := []byte("Subject: x\r\n\r\n" + strings.Repeat("Some text of the letter, some more of it, and so on.\r\n", letterBytes/54))
	var left atomic.Int64
	left.Store(letters)
	var wg sync.WaitGroup
	for range sessions {
		conn, res := smtp.Dial(b.Context(), sink, smtp.Options{Security: smtp.Clear})
		require.NotNil(b, conn, res.String())
		defer conn.Close()
		for range conn.Depth() {
			wg.Go(func() {
				for left.Add(-1) >= 0 {
					if res := conn.Send(b.Context(), smtp.Envelope{From: "a@sender.test", To: "b@alpha.test"}, letter); !res.Accepted() {
						b.Error(res)
						return
					}
				}
			})
		}
	}
	wg.Wait()
}

// startPipe runs a sink that does nothing but answer.
func startPipe(b *testing.B) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer nc.Close(); swallow(nc) })
		}
	})
	b.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().String()
}

// swallow answers everything with yes, and writes when there is nothing more to read.
func swallow(nc net.Conn) {
	r, w := bufio.NewReaderSize(nc, 64<<10), bufio.NewWriterSize(nc, 4<<10)
	_, _ = w.WriteString("220 sink ESMTP\r\n")
	for body := false; ; {
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return
		case body:
			if bytes.Equal(line, []byte(".\r\n")) {
				body = false
				_, _ = w.WriteString("250 2.0.0 Ok: queued as 1\r\n")
			}
		case bytes.HasPrefix(line, []byte("EHLO")):
			_, _ = w.WriteString("250-sink\r\n250-PIPELINING\r\n250-SIZE 50000000\r\n250 8BITMIME\r\n")
		case bytes.HasPrefix(line, []byte("DATA")):
			body = true
			_, _ = w.WriteString("354 go\r\n")
		case bytes.HasPrefix(line, []byte("QUIT")):
			_, _ = w.WriteString("221 bye\r\n")
			_ = w.Flush()
			return
		default:
			_, _ = w.WriteString("250 2.1.0 Ok\r\n")
		}
	}
}
