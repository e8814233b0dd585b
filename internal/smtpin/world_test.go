package smtpin

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/secret"
	"keruen/test/authority"
)

const ours = 77 // the account of all messages

// pipeline is the book of a world: it knows tokens made by token, and writes down what is asked of it.
type pipeline struct {
	mu     sync.Mutex
	did    []string
	early  int // so many bounces come before the record
	broken int // so many bookings fail
}

// token names message n, in the form of real ones.
func token(n int) string { return fmt.Sprintf("%s%02d", strings.Repeat("k", 38), n) }

func (p *pipeline) ReadReturn(t string) (channel.Ref, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToLower(t), strings.Repeat("k", 38)))
	if err != nil || len(t) != 40 {
		return channel.Ref{}, errs.ErrNotFound
	}
	return channel.Ref{Part: 5, Seq: int32(n)}, nil
}

func (p *pipeline) ReadUnsubscribe(t string) (channel.Ref, error) { return p.ReadReturn(t) }

func (p *pipeline) write(what string, r channel.Ref) (id.Tenant, delivery.Booked, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken > 0 {
		p.broken--
		return 0, "", errs.ErrUnavailable
	}
	if p.early > 0 {
		p.early--
		return ours, delivery.BookedEarly, nil
	}
	p.did = append(p.did, fmt.Sprintf("%s %d", what, r.Seq))
	return ours, delivery.BookedNew, nil
}

func (p *pipeline) BookBounce(_ context.Context, r channel.Ref, v channel.Verdict) (id.Tenant, delivery.Booked, error) {
	return p.write("bounce "+v.Class, r)
}

func (p *pipeline) BookComplaint(_ context.Context, r channel.Ref, from string) (id.Tenant, delivery.Booked, error) {
	return p.write("complaint", r)
}

func (p *pipeline) BookUnsubscribe(_ context.Context, r channel.Ref) (id.Tenant, delivery.Booked, error) {
	return p.write("unsubscribe", r)
}

func (p *pipeline) BookReply(_ context.Context, r channel.Ref) (id.Tenant, delivery.Booked, error) {
	return p.write("reply", r)
}

func (p *pipeline) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.did...)
}

// world is the edge on a port of its own.
type world struct {
	*Service
	t    *testing.T
	db   *db.DB
	book *pipeline
	addr string
	stop func() // serving and reading
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	w := &world{t: t, db: d, book: &pipeline{}}
	w.Service = New(Config{
		DB: d, Clock: clock.Real{}, Log: dbtest.Log(t), Keys: keys, Queue: jobs.New(d, clock.Real{}, dbtest.Log(t)),
		Pipeline: w.book, Domain: "back.k.test", Contact: "people@k.test",
		TLS: &tls.Config{Certificates: []tls.Certificate{authority.New(t, time.Now()).Issue(t, "back.k.test")}, MinVersion: tls.VersionTLS12},
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = w.Serve(ctx, l) })
	w.stop = func() { cancel(); running.Wait() }
	t.Cleanup(func() { w.stop() })
	return w
}

// reads lets the job read what has come.
func (w *world) reads() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = w.Queue.Run(ctx) })
	before := w.stop
	w.stop = func() { cancel(); running.Wait(); before() }
}

// done waits until n letters are read and returns their entries.
func (w *world) done(n int) []string {
	var out []string
	require.Eventually(w.t, func() bool {
		rows, err := db.All[struct{ Kind, Class, Outcome string }](context.WithoutCancel(w.t.Context()), w.db, `SELECT kind, class, outcome FROM inbound_log ORDER BY id`)
		require.NoError(w.t, err)
		out = nil
		for _, r := range rows {
			out = append(out, strings.TrimSpace(r.Kind+" "+r.Class)+": "+r.Outcome)
		}
		return len(rows) >= n
	}, 20*time.Second, 10*time.Millisecond)
	left, err := db.One[int64](w.t.Context(), w.db, `SELECT COUNT(*) FROM inbound_mail`)
	require.NoError(w.t, err)
	require.Zero(w.t, left, "what was read is not kept")
	return out
}

// says speaks SMTP line by line and returns the answers' codes.
type client struct {
	t *testing.T
	*textproto.Conn
}

func (w *world) dial() client {
	c, err := textproto.Dial("tcp", w.addr)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = c.Close() })
	_, _, err = c.ReadResponse(0)
	require.NoError(w.t, err)
	out := client{w.t, c}
	require.Equal(w.t, 250, out.says("EHLO mx.test"))
	return out
}

func (c client) says(line string) int {
	c.t.Helper()
	require.NoError(c.t, c.PrintfLine("%s", line))
	code, _, err := c.ReadResponse(0)
	if _, ok := err.(*textproto.Error); !ok {
		require.NoError(c.t, err)
	}
	return code
}

func (c client) sends(from, to, raw string) int {
	c.t.Helper()
	require.Equal(c.t, 250, c.says("MAIL FROM:<"+from+">"))
	require.Equal(c.t, 250, c.says("RCPT TO:<"+to+">"))
	require.Equal(c.t, 354, c.says("DATA"))
	out := c.DotWriter()
	_, err := out.Write([]byte(raw))
	require.NoError(c.t, err)
	require.NoError(c.t, out.Close())
	code, _, _ := c.ReadResponse(0)
	return code
}
