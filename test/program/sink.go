package program

import (
	"context"
	"io"
	"log"
	"maps"
	"net"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// Sink is a mail server that outlives the program and remembers how often each recipient was written to.
type Sink struct {
	Host string
	Port int

	mu    sync.Mutex
	got   map[string]int    // letters taken, by recipient
	last  map[string]string // the newest letter to each recipient; nil when they are not kept
	total int
	more  chan struct{} // closed and made anew with every letter
	drop  int           // each so manieth letter is taken and not answered; 0: none
	lost  map[string]bool
	limit int // letters that are taken before the next one has to wait; negative: any number
}

// StartSink starts a server that takes everything. With keep it remembers the letters themselves.
func StartSink(t testing.TB, keep bool) *Sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Sink{got: make(map[string]int), more: make(chan struct{}), limit: -1}
	if keep {
		s.last = make(map[string]string)
	}
	addr := l.Addr().(*net.TCPAddr)
	s.Host, s.Port = addr.IP.String(), addr.Port
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{sink: s, conn: c.Conn()}, nil }))
	server.Domain = "sink.test"
	server.ErrorLog = log.New(io.Discard, "", 0) // every kill cuts its connections
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() {
		s.Release()
		_ = server.Close()
	})
	return s
}

// Route is the way out of a sender that leads here.
func (s *Sink) Route() Doc { return Doc{"kind": "relay", "host": s.Host, "port": s.Port, "tls": "off"} }

// Hold lets the server take n letters in all; whoever brings another one waits for Release.
func (s *Sink) Hold(n int) { s.allow(n) }

// DropAfterDot lets the server end the connection instead of answering for each so manieth letter, which it has taken.
func (s *Sink) DropAfterDot(each int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop, s.lost = each, map[string]bool{}
}

// Unanswered returns who has a letter that was taken and not answered for.
func (s *Sink) Unanswered() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.lost)
}

// Release ends Hold.
func (s *Sink) Release() { s.allow(-1) }

func (s *Sink) allow(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = n
	s.tell()
}

func (s *Sink) tell() {
	close(s.more)
	s.more = make(chan struct{})
}

// take remembers a letter and tells whether to answer.
func (s *Sink) take(recipients []string, letter string) (answer bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.limit >= 0 && s.total >= s.limit {
		more := s.more
		s.mu.Unlock()
		<-more
		s.mu.Lock()
	}
	for _, r := range recipients {
		s.got[r]++
		s.total++
		if s.last != nil {
			s.last[r] = letter
		}
	}
	s.tell()
	if s.drop == 0 || s.total%s.drop != 0 {
		return true
	}
	for _, r := range recipients {
		s.lost[r] = true
	}
	return false
}

// Count is how many letters were taken.
func (s *Sink) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// Wait returns once n letters were taken in all, or when ctx ends.
func (s *Sink) Wait(ctx context.Context, n int) error {
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

// Letters returns how often each recipient was written to.
func (s *Sink) Letters() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.got)
}

// Last returns the newest letter to a recipient, as it came.
func (s *Sink) Last(recipient string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[recipient]
}

type session struct {
	sink *Sink
	conn net.Conn
	to   []string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data counts a letter when all of it has come: from then on the recipient has it, whatever the program learns.
func (s *session) Data(r io.Reader) error {
	letter, err := s.read(r)
	if err != nil {
		return err
	}
	if !s.sink.take(s.to, letter) {
		_ = s.conn.Close()
	}
	return nil
}

func (s *session) read(r io.Reader) (string, error) {
	if s.sink.last == nil {
		_, err := io.Copy(io.Discard, r)
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), err
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }
