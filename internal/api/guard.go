package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/visit"
)

// Errors of the guard.
var (
	errNeedsSession = errs.New(errs.Forbidden, "session_only", "This is about a signed-in person and cannot be done with an API key.")
	errKeyHurries   = errs.New(errs.TooMany, "api_key_limit", "The key makes more requests a minute than it may. Slow down.")
)

// guard runs before every operation: it finds out who acts, by the session or the key, and asks the permission
// that the operation declares. The verbs ask again; this one makes sure that no operation forgets.
func (a *API) guard(ctx huma.Context, next func(huma.Context)) {
	c := &call{Visit: visit.From(ctx.Context())}
	if cookie, err := huma.ReadCookie(ctx, visit.SessionCookie); err == nil {
		c.token = cookie.Value
	}
	rule, _ := ctx.Operation().Metadata["guard"].(string)
	if rule != guardPublic {
		if err := a.admit(ctx, c, rule); err != nil {
			a.refuse(ctx, c, err)
			return
		}
	}
	ctx = huma.WithValue(ctx, callKey{}, c)
	if key := ctx.Header("Idempotency-Key"); key != "" && ctx.Operation().Metadata["idempotent"] == true {
		a.once(ctx, c, key, next)
		return
	}
	next(ctx)
}

func (a *API) admit(ctx huma.Context, c *call, rule string) (err error) {
	if bearer, ok := strings.CutPrefix(ctx.Header("Authorization"), "Bearer "); ok {
		c.Actor, err = a.Access.AuthenticateKey(ctx.Context(), c.Visitor, strings.TrimSpace(bearer))
		if err == nil && !a.pace.allow(c.Actor.Key, a.Clock.Now()) {
			err = errKeyHurries.With("retry_after_s", 1)
		}
	} else if c.token != "" {
		c.Actor, err = a.Access.Authenticate(ctx.Context(), c.Visitor, c.token)
	} else {
		err = errs.ErrUnauthenticated
	}
	switch {
	case err != nil:
		return err
	case rule == guardSession && c.Actor.Via != access.BySession:
		return errNeedsSession
	case rule == guardSession || rule == guardAccount:
		return nil
	default:
		return c.Actor.Can(access.Permission(rule))
	}
}

// refuse answers before a handler ran.
func (a *API) refuse(ctx huma.Context, c *call, err error) {
	p := a.problemFor(ctx.Context(), c, err)
	if p.Status == http.StatusUnauthorized {
		ctx.SetHeader("WWW-Authenticate", `Bearer realm="keruen"`)
	}
	writeProblem(ctx, p)
}

func writeProblem(ctx huma.Context, p *Problem) {
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // the reader is gone if this fails
}

// answer writes a problem outside of any operation.
func answer(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// pacer bounds the requests of each key on this machine: a bucket that fills evenly and holds ten seconds' worth.
type pacer struct {
	perMinute int
	mu        sync.Mutex
	buckets   map[access.KeyID]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

const bucketSeconds = 10

func (p *pacer) allow(k access.KeyID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	rate := float64(p.perMinute) / 60
	full := max(rate*bucketSeconds, 1)
	b, known := p.buckets[k]
	if !known {
		b = bucket{left: full, at: now}
		p.forgetFull(now)
	}
	b.left = min(full, b.left+rate*now.Sub(b.at).Seconds())
	b.at = now
	ok := b.left >= 1
	if ok {
		b.left--
	}
	if p.buckets == nil {
		p.buckets = map[access.KeyID]bucket{}
	}
	p.buckets[k] = b
	return ok
}

// forgetFull drops the buckets of keys that have been quiet, so that the map stays small.
func (p *pacer) forgetFull(now time.Time) {
	for k, b := range p.buckets {
		if now.Sub(b.at) > bucketSeconds*time.Second {
			delete(p.buckets, k)
		}
	}
}
