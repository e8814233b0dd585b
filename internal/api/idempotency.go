package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/access"
)

// once runs an operation that carries an Idempotency-Key: the first answer is kept and repeated. An answer that
// says that nothing was done (4xx, 5xx) is not kept, so that the same key can be tried again: a form whose input was
// refused sends the corrected one under the key that it has.
func (a *API) once(ctx huma.Context, c *call, key string, next func(huma.Context)) {
	ctx, sum, err := hashed(ctx)
	if err != nil {
		a.refuse(ctx, c, errBodyTooLarge)
		return
	}
	r := access.Request{Tenant: c.Actor.Tenant, Key: key, Hash: sum}
	first, err := a.Idempotency.Begin(ctx.Context(), r)
	if err != nil {
		a.refuse(ctx, c, err)
		return
	}
	if first.Status != 0 {
		ctx.SetHeader("Idempotency-Replayed", "true")
		ctx.SetHeader("Content-Type", first.ContentType)
		ctx.SetStatus(first.Status)
		_, _ = ctx.BodyWriter().Write(first.Body)
		return
	}
	kept := &keeper{inner: ctx}
	defer func() { a.settle(context.WithoutCancel(ctx.Context()), r, kept) }()
	next(kept)
}

// settle keeps the answer, or lets the request be tried again. It runs also when the handler panicked.
func (a *API) settle(ctx context.Context, r access.Request, k *keeper) {
	err := error(nil)
	if lasting(k.status) {
		err = a.Idempotency.Finish(ctx, r, access.Answer{Status: k.status, ContentType: k.contentType, Body: k.body.Bytes()})
	} else {
		err = a.Idempotency.Abandon(ctx, r)
	}
	if err != nil {
		a.Log.LogAttrs(ctx, slog.LevelError, "an answer was not kept for its Idempotency-Key",
			slog.String("tenant", r.Tenant.String()), slog.String("error", err.Error()))
	}
}

// lasting tells whether an answer says that something was done, which a repeat must not do again.
func lasting(status int) bool { return status >= 200 && status < 300 }

// hashed reads the body and returns a context that gives it again, with the hash of the whole request. A file that is
// uploaded as a stream is not read twice: its name and length stand for it.
func hashed(ctx huma.Context) (huma.Context, string, error) {
	u := ctx.URL()
	h := sha256.New()
	for _, s := range []string{ctx.Method(), u.Path, u.RawQuery} {
		_, _ = io.WriteString(h, strconv.Itoa(len(s))+":"+s)
	}
	if ctx.Operation().Metadata["stream"] == true {
		_, _ = io.WriteString(h, ctx.Header("Content-Length"))
		return ctx, hex.EncodeToString(h.Sum(nil)), nil
	}
	if err := ctx.SetReadDeadline(time.Now().Add(bodyTime)); err != nil {
		return ctx, "", err
	}
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), maxBody+1))
	if err != nil || len(body) > maxBody {
		return ctx, "", errBodyTooLarge
	}
	_, _ = h.Write(body)
	return &reread{inner: ctx, body: bytes.NewReader(body)}, hex.EncodeToString(h.Sum(nil)), nil
}

// inner is the context that the wrappers below stand before; it has a method of its own name.
type inner = huma.Context

// reread gives a body that was read already.
type reread struct {
	inner
	body io.Reader
}

func (r *reread) BodyReader() io.Reader { return r.body }
func (r *reread) Unwrap() huma.Context  { return r.inner }

// keeper copies what is answered.
type keeper struct {
	inner
	status      int
	contentType string
	body        bytes.Buffer
}

func (k *keeper) Unwrap() huma.Context { return k.inner }

func (k *keeper) SetStatus(code int) {
	k.status = code
	k.inner.SetStatus(code)
}

func (k *keeper) SetHeader(name, value string) {
	if http.CanonicalHeaderKey(name) == "Content-Type" {
		k.contentType = value
	}
	k.inner.SetHeader(name, value)
}

func (k *keeper) BodyWriter() io.Writer { return io.MultiWriter(&k.body, k.inner.BodyWriter()) }
