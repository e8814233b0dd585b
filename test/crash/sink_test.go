package crash

import (
	"context"
	"io"
	"log"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// sink is a mail server that outlives the program and remembers how often each recipient was written to.
type sink struct {
	host string
	port int

	mu    sync.Mutex
	got   map[string]int // letters taken, by recipient
	total int
	more  chan struct{}
}

func startSink(t *testing.T) *sink {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &sink{got: make(map[string]int), more: make(chan struct{})}
	addr := l.Addr().(*net.TCPAddr)
	s.host, s.port = addr.IP.String(), addr.Port
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{sink: s}, nil }))
	server.Domain = "sink.test"
	server.ErrorLog = log.New(io.Discard, "", 0) // every kill cuts its connections
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func (s *sink) take(recipients []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range recipients {
		s.got[r]++
		s.total++
	}
	close(s.more)
	s.more = make(chan struct{})
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// wait returns once n letters were taken in all, or when ctx ends.
func (s *sink) wait(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		total, more := s.total, s.more
		s.mu.Unlock()
		if total >= n {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// letters returns how often each recipient was written to.
func (s *sink) letters() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]int, len(s.got))
	for r, n := range s.got {
		out[r] = n
	}
	return out
}

type session struct {
	sink *sink
	to   []string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data counts a letter when all of it has come: from then on the recipient has it, whatever the program learns.
func (s *session) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	s.sink.take(s.to)
	return nil
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }
