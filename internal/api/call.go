package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/campaign"
	"keruen/internal/content"
	"keruen/internal/errs"
	"keruen/internal/visit"
)

const (
	maxBody           = 4 << 20 // of a JSON request: a letter of 1 MB with its text, escaped
	maxIdempotencyKey = 200
	bodyTime          = time.Minute // for a JSON request to arrive, over a poor connection
)

// call is one request as the handlers see it: who came, and what goes back beside the body.
type call struct {
	visit.Visit
	Actor   access.Actor
	token   string // of the session, if the browser sent one
	cookies []string
}

type callKey struct{}

// callOf returns the call of a request; the guard puts it there before any handler runs.
func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return &call{Visit: visit.From(ctx)}
	}
	return c
}

// keep gives the browser its session until it ends.
func (c *call) keep(o access.Opened, now time.Time) {
	c.setCookie(o.Token, int(o.ExpiresAt.Sub(now)/time.Second))
}

// forget makes the browser drop its session.
func (c *call) forget() { c.setCookie("", -1) }

func (c *call) setCookie(token string, maxAge int) {
	cookie := http.Cookie{Name: visit.SessionCookie, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode}
	c.cookies = append(c.cookies, cookie.String())
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

var errBadETag = errs.New(errs.Invalid, "bad_etag", "If-Match must be the ETag that was read, in quotes.")

// version returns the version that the caller has seen; 0 means any.
func (m IfMatch) version() (int64, error) {
	if m.IfMatch == "" || m.IfMatch == "*" {
		return 0, nil
	}
	s := strings.Trim(strings.TrimPrefix(m.IfMatch, "W/"), `"`)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, errBadETag
	}
	return n, nil
}

// instant leaves a time out when there is none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// limits are the numbers that the cabinet shows before they are hit.
func (a *API) limits() Limits {
	return Limits{ImportBytes: a.Imports.MaxFile, LetterBytes: content.MaxHTML, TestRecipients: campaign.MaxTests}
}
