package mtasts

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"keruen/internal/clock"
)

// How often a policy is looked after.
const (
	retryFetch = 5 * time.Minute // after a policy that could not be had (RFC 8461 §3.3)
	freshFor   = 12 * time.Hour  // older ones are fetched again while they serve, so that those in use never run out
	maxKept    = 50_000          // domains in memory
)

// Kept is a policy with what is known of it. It is what a Store stores.
type Kept struct {
	Domain   string
	RecordID string // id of the text record that it was fetched under
	Policy   Policy
	Fetched  time.Time
}

func (k Kept) good(now time.Time) bool {
	return k.RecordID != "" && now.Before(k.Fetched.Add(k.Policy.MaxAge))
}

// Store keeps policies over restarts: they protect only as long as they are not forgotten.
type Store interface {
	LoadPolicy(ctx context.Context, domain string) (k Kept, found bool, err error)
	SavePolicy(ctx context.Context, k Kept) error
}

// Source has the records and the policies. *Fetcher with a resolver is one; see Sources.
type Source interface {
	TXT(ctx context.Context, name string) ([]string, error)
	Fetch(ctx context.Context, domain string) ([]byte, error)
}

// Texts asks for text records; *mx.Resolver is one.
type Texts interface {
	TXT(ctx context.Context, name string) ([]string, error)
}

// Sources joins a resolver and a fetcher to a Source.
type Sources struct {
	Texts
	*Fetcher
}

// Keeper finds policies and remembers them for as long as they ask. It is safe for concurrent use.
type Keeper struct {
	src    Source
	store  Store
	clk    clock.Clock
	log    *slog.Logger
	flight singleflight.Group

	mu     sync.Mutex
	byName map[string]remembered
	bye    bool
	work   sync.WaitGroup
	ctx    context.Context
	stop   context.CancelFunc
}

type remembered struct {
	Kept
	failed time.Time // of the last fetch that did not succeed, and under which id
	under  string
}

// NewKeeper makes a keeper. Close it at the end.
func NewKeeper(src Source, store Store, clk clock.Clock, log *slog.Logger) *Keeper {
	ctx, stop := context.WithCancel(context.Background())
	return &Keeper{src: src, store: store, clk: clk, log: log, byName: map[string]remembered{}, ctx: ctx, stop: stop}
}

// Close ends the fetches under way.
func (k *Keeper) Close() {
	k.mu.Lock()
	k.bye = true
	k.mu.Unlock()
	k.stop()
	k.work.Wait()
}

// Policy returns what holds for a domain (A-labels) now: a remembered policy while it lives, else one
// that is fetched at once, else none. It follows RFC 8461 §5.1: what cannot be looked up or fetched
// changes nothing about a policy that is known. err is the end of ctx only.
func (k *Keeper) Policy(ctx context.Context, domain string) (Policy, error) {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	known := k.recall(ctx, domain)
	recordID, published := k.record(ctx, domain)
	if ctx.Err() != nil {
		return Policy{}, ctx.Err()
	}
	now := k.clk.Now()
	if known.good(now) {
		if published && (recordID != known.RecordID || now.Sub(known.Fetched) >= freshFor) && !k.pausing(known, recordID, now) {
			if recordID == known.RecordID {
				k.later(domain, recordID) // the old one is right until the new one is there
				return known.Policy, nil
			}
			return k.fresh(ctx, domain, recordID)
		}
		return known.Policy, nil
	}
	if !published || k.pausing(known, recordID, now) {
		return Policy{}, nil
	}
	return k.fresh(ctx, domain, recordID)
}

// record is the id that the domain publishes. A resolver that fails is no news.
func (k *Keeper) record(ctx context.Context, domain string) (string, bool) {
	texts, err := k.src.TXT(ctx, "_mta-sts."+domain)
	if err != nil {
		return "", false
	}
	return ParseRecord(texts)
}

func (k *Keeper) pausing(r remembered, recordID string, now time.Time) bool {
	return r.under == recordID && now.Before(r.failed.Add(retryFetch))
}

// fresh fetches the policy now. Those who want the same wait together, and whoever gives up does not
// take the others along.
func (k *Keeper) fresh(ctx context.Context, domain, recordID string) (Policy, error) {
	if !k.begin() {
		return k.recall(ctx, domain).Policy, nil
	}
	done := k.flight.DoChan(domain+" "+recordID, func() (any, error) {
		if known := k.recall(k.ctx, domain); known.RecordID == recordID && k.clk.Now().Sub(known.Fetched) < freshFor {
			return known.Policy, nil // fetched between our look and now
		}
		return k.fetch(domain, recordID), nil
	})
	defer k.work.Done()
	select {
	case <-ctx.Done():
		return Policy{}, ctx.Err()
	case res := <-done:
		return res.Val.(Policy), nil
	}
}

// later does the same beside the caller.
func (k *Keeper) later(domain, recordID string) {
	if !k.begin() {
		return
	}
	go func() {
		defer k.work.Done()
		<-k.flight.DoChan(domain+" "+recordID, func() (any, error) { return k.fetch(domain, recordID), nil })
	}()
}

func (k *Keeper) begin() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.bye {
		return false
	}
	k.work.Add(1)
	return true
}

// fetch gets a policy and keeps it, or notes that it could not be had. It returns what holds then.
func (k *Keeper) fetch(domain, recordID string) Policy {
	body, err := k.src.Fetch(k.ctx, domain)
	var p Policy
	if err == nil {
		p, err = Parse(body)
	}
	old := k.recall(k.ctx, domain)
	now := k.clk.Now()
	if err != nil {
		old.failed, old.under = now, recordID
		k.remember(domain, old)
		if old.good(now) {
			return old.Policy
		}
		return Policy{}
	}
	kept := Kept{Domain: domain, RecordID: recordID, Policy: p, Fetched: now}
	k.remember(domain, remembered{Kept: kept})
	if err := k.store.SavePolicy(k.ctx, kept); err != nil {
		k.log.Warn("keep the TLS policy of a domain", "error", err) // it holds until the next start
	}
	return p
}

// recall looks into memory, and once into the store.
func (k *Keeper) recall(ctx context.Context, domain string) remembered {
	k.mu.Lock()
	r, ok := k.byName[domain]
	k.mu.Unlock()
	if ok {
		return r
	}
	kept, found, err := k.store.LoadPolicy(ctx, domain)
	if err != nil {
		return remembered{} // asked again next time
	}
	if found {
		r.Kept = kept
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if now, ok := k.byName[domain]; ok {
		return now
	}
	k.put(domain, r)
	return r
}

func (k *Keeper) remember(domain string, r remembered) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.put(domain, r)
}

// put makes room first; what it drops is in the store. k.mu is held.
func (k *Keeper) put(domain string, r remembered) {
	if len(k.byName) >= maxKept {
		clear(k.byName)
	}
	k.byName[domain] = r
}
