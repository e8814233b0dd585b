package mtasts_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db/dbtest"
	"keruen/internal/mail/mtasts"
)

// domain is what one domain publishes.
type domain struct {
	mu      sync.Mutex
	record  string
	body    string
	broken  error // of the policy host
	dns     error
	fetches int
	asked   chan struct{} // told of each fetch
	gate    chan struct{} // when set, fetches wait for it
}

func (d *domain) TXT(context.Context, string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return []string{d.record}, d.dns
}

func (d *domain) Fetch(ctx context.Context, _ string) ([]byte, error) {
	d.mu.Lock()
	d.fetches++
	gate := d.gate
	d.mu.Unlock()
	d.asked <- struct{}{}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return []byte(d.body), d.broken
}

func (d *domain) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// shelf is a store in memory.
type shelf struct {
	mu   sync.Mutex
	kept map[string]mtasts.Kept
}

func (s *shelf) LoadPolicy(_ context.Context, name string) (mtasts.Kept, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kept[name]
	return k, ok, nil
}

func (s *shelf) SavePolicy(_ context.Context, k mtasts.Kept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[k.Domain] = k
	return nil
}

type world struct {
	t     *testing.T
	d     *domain
	shelf *shelf
	clk   *clock.Fake
	*mtasts.Keeper
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, d: &domain{record: "v=STSv1; id=1;", body: policy("enforce", "mx.d.test"), asked: make(chan struct{}, 1000)}, shelf: &shelf{kept: map[string]mtasts.Kept{}},
		clk: clock.NewFake(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)),
	}
	w.restart()
	t.Cleanup(func() { w.Close() })
	return w
}

func (w *world) restart() {
	if w.Keeper != nil {
		w.Close()
	}
	w.Keeper = mtasts.NewKeeper(w.d, w.shelf, w.clk, dbtest.Log(w.t))
}

func policy(mode, host string) string {
	return "version: STSv1\nmode: " + mode + "\nmx: " + host + "\nmax_age: 604800\n"
}

func (w *world) holds(mode mtasts.Mode, host string) {
	w.t.Helper()
	p, err := w.Policy(w.t.Context(), "D.test.")
	require.NoError(w.t, err)
	require.Equal(w.t, mode, p.Mode)
	if host != "" {
		require.Equal(w.t, []string{host}, p.MX)
	}
}

var errDown = errors.New("down")

// MSG-4 (RFC 8461 §3.3, §5.1)
func TestAPolicyIsFetchedOnceAndHoldsForItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.holds(mtasts.Enforce, "mx.d.test")
	}
	require.Equal(t, 1, w.d.fetches)

	w.d.set(func() { w.d.record, w.d.broken = "", errDown })
	w.clk.Advance(7*24*time.Hour - time.Second)
	w.holds(mtasts.Enforce, "mx.d.test") // whoever takes the record away cannot take the policy away
	w.clk.Advance(time.Second)
	w.holds("", "")
}

func TestAPolicyOutlivesARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.holds(mtasts.Enforce, "mx.d.test")
	w.d.set(func() { w.d.dns, w.d.broken = errDown, errDown })
	w.restart()
	w.holds(mtasts.Enforce, "mx.d.test")
}

func TestANewIDBringsTheNewPolicyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.holds(mtasts.Enforce, "mx.d.test")
	w.d.set(func() { w.d.record, w.d.body = "v=STSv1; id=2;", policy("testing", "new.d.test") })
	w.holds(mtasts.Testing, "new.d.test")
	w.d.set(func() { w.d.record, w.d.body = "v=STSv1; id=3;", "version: STSv1\nmode: none\nmax_age: 86400\n" })
	w.holds(mtasts.None, "")
}

func TestWhatCannotBeFetchedChangesNothingAndIsNotAskedForAgainAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.holds(mtasts.Enforce, "mx.d.test")
	for n, trouble := range []func(){
		func() { w.d.record, w.d.broken = "v=STSv1; id=2;", errDown },
		func() { w.d.record, w.d.broken, w.d.body = "v=STSv1; id=3;", nil, "<html>404" },
	} {
		w.d.set(trouble)
		w.holds(mtasts.Enforce, "mx.d.test")
		w.holds(mtasts.Enforce, "mx.d.test")
		require.Equal(t, n+2, w.d.fetches)
	}
	w.clk.Advance(6 * time.Minute)
	w.d.set(func() { w.d.body = policy("enforce", "other.d.test") })
	w.holds(mtasts.Enforce, "other.d.test")
}

func TestADomainWhosePolicyWasNeverHadAsksForNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.d.broken = errDown
	w.holds("", "")
	w.holds("", "")
	require.Equal(t, 1, w.d.fetches)
	w.clk.Advance(5*time.Minute + time.Second)
	w.d.set(func() { w.d.broken = nil })
	w.holds(mtasts.Enforce, "mx.d.test")
}

func TestAPolicyInUseIsRenewedBesideTheLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.holds(mtasts.Enforce, "mx.d.test")
	<-w.d.asked
	gate := make(chan struct{})
	w.d.set(func() { w.d.gate, w.d.body = gate, policy("enforce", "renewed.d.test") })
	w.clk.Advance(13 * time.Hour)
	w.holds(mtasts.Enforce, "mx.d.test") // it does not wait for the fetch
	<-w.d.asked
	close(gate)
	require.Eventually(t, func() bool {
		p, err := w.Policy(t.Context(), "d.test")
		return err == nil && p.Permits("renewed.d.test")
	}, 5*time.Second, time.Millisecond)
	w.clk.Advance(6 * 24 * time.Hour)
	w.d.set(func() { w.d.record, w.d.broken = "", errDown })
	w.holds(mtasts.Enforce, "renewed.d.test") // its time began anew
}

func TestManyLettersShareOneFetchAndWhoGivesUpTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gate := make(chan struct{})
	w.d.gate = gate
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := w.Policy(ctx, "d.test"); first <- err }()
	<-w.d.asked
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { w.holds(mtasts.Enforce, "mx.d.test") })
	}
	cancel()
	require.ErrorIs(t, <-first, context.Canceled)
	close(gate)
	all.Wait()
	require.Equal(t, 1, w.d.fetches)
}
