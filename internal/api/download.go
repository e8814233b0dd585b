package api

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/access"
)

// Download is a file that is written while it is being made.
type Download struct {
	Filename string // empty shows it in the browser instead of saving it
	Header   http.Header
	Write    func(context.Context, io.Writer) error
}

// download registers an operation whose answer is a file.
func download[I any](r routes, o op, contentType string, h func(context.Context, access.Actor, *I) (Download, error)) {
	spec := o.operation(string(o.permission))
	spec.Responses = map[string]*huma.Response{"200": {
		Description: "OK",
		Content:     map[string]*huma.MediaType{contentType: {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(r.api, spec, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		d, err := h(ctx, callOf(ctx).Actor, in)
		if err != nil {
			return nil, r.host.problem(ctx, err)
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) { r.host.stream(hc, contentType, d) }}, nil
	})
}

// stream writes a file. An error before the first byte is answered as a problem; one after it cuts the
// connection, so that half a file is never taken for a whole one.
func (a *API) stream(hc huma.Context, contentType string, d Download) {
	out := &fileWriter{ctx: hc, contentType: contentType, file: d}
	err := d.Write(hc.Context(), out)
	if err != nil && !out.begun {
		c := callOf(hc.Context())
		writeProblem(hc, a.problemFor(hc.Context(), c, err))
		return
	}
	if err != nil {
		a.Log.LogAttrs(hc.Context(), slog.LevelWarn, "a download broke off",
			slog.String("request", callOf(hc.Context()).Request), slog.String("error", err.Error()))
		panic(http.ErrAbortHandler)
	}
	if !out.begun {
		out.begin()
	}
}

// fileWriter sends the headers with the first byte.
type fileWriter struct {
	ctx         huma.Context
	contentType string
	file        Download
	begun       bool
}

func (w *fileWriter) begin() {
	w.begun = true
	if w.contentType == "text/csv" || w.contentType == "text/html" {
		w.contentType += "; charset=utf-8"
	}
	w.ctx.SetHeader("Content-Type", w.contentType)
	w.ctx.SetHeader("Cache-Control", "no-store")
	if w.file.Filename != "" {
		w.ctx.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": w.file.Filename}))
	}
	for name, values := range w.file.Header {
		w.ctx.SetHeader(name, values[0])
	}
	w.ctx.SetStatus(http.StatusOK)
}

func (w *fileWriter) Write(b []byte) (int, error) {
	if !w.begun {
		w.begin()
	}
	return w.ctx.BodyWriter().Write(b)
}
