package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/errs"
)

// Problem is an error on the wire (RFC 9457). Code is stable and translated by the cabinet; detail is English.
type Problem struct {
	Type   string         `json:"type" doc:"about:blank: the code says it all." example:"about:blank"`
	Title  string         `json:"title" doc:"Name of the HTTP status."`
	Status int            `json:"status"`
	Code   string         `json:"code" doc:"Stable name of the error." example:"not_found"`
	Detail string         `json:"detail" doc:"What was wrong and what to do, in English."`
	Params map[string]any `json:"params,omitempty" doc:"Values for the sentence of the code."`
	Errors []FieldProblem `json:"errors,omitempty" doc:"Wrong values of the input."`

	retry time.Duration
}

// FieldProblem is one wrong value of the input.
type FieldProblem struct {
	Path   string         `json:"path" doc:"Dotted path in the body, or the name of the parameter." example:"letter.subject"`
	Code   string         `json:"code" example:"required"`
	Text   string         `json:"text"`
	Params map[string]any `json:"params,omitempty"`
}

// Error makes a Problem an error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders tells huma to add Retry-After (RFC 9110 §10.2.3).
func (p *Problem) GetHeaders() http.Header {
	if p.retry <= 0 {
		return nil
	}
	seconds := int((p.retry + time.Second - 1) / time.Second)
	return http.Header{"Retry-After": {strconv.Itoa(seconds)}}
}

// ContentType tells huma the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statusOf is the one place where kinds become statuses.
func statusOf(k errs.Kind) int {
	switch k {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Stale:
		return http.StatusPreconditionFailed
	case errs.TooLarge:
		return http.StatusRequestEntityTooLarge
	case errs.TooMany:
		return http.StatusTooManyRequests
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// problemOf makes a Problem of any error. What is not ours to show becomes "internal".
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var e *errs.Error
	if !errors.As(err, &e) {
		e = errInternal
	}
	status := statusOf(e.Kind)
	p = &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: e.Code, Detail: e.Text, Params: e.Params}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, FieldProblem{Path: f.Path, Code: f.Code, Text: f.Text, Params: f.Params})
	}
	p.retry = retryAfter(e)
	return p
}

// Errors of the edge itself.
var (
	errInternal     = errs.New(errs.Internal, "internal", "The server failed. Nothing was lost; repeat, and quote the request id to support if it happens again.")
	errBodyTooLarge = errs.New(errs.TooLarge, "body_too_large", "The request is larger than this operation takes.")
	errBadJSON      = errs.New(errs.Invalid, "bad_json", "The body is not valid JSON.")
	errNoBody       = errs.New(errs.Invalid, "body_required", "The request needs a body.")
	errBadType      = errs.New(errs.Invalid, "unsupported_media_type", "Send the body as application/json.")
	errSlowBody     = errs.New(errs.Unavailable, "body_timeout", "The body arrived too slowly. Try again.")
)

// retryAfter reads the wait that the error names, in seconds.
func retryAfter(e *errs.Error) time.Duration {
	switch v := e.Params["retry_after_s"].(type) {
	case int:
		return time.Duration(v) * time.Second
	case int64:
		return time.Duration(v) * time.Second
	default:
		return 0
	}
}

// problem logs what is a fault of ours, once, and returns what may be shown.
func (a *API) problem(ctx context.Context, err error) error {
	return a.problemFor(ctx, callOf(ctx), err)
}

func (a *API) problemFor(ctx context.Context, c *call, err error) *Problem {
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError && ctx.Err() == nil {
		a.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("error", err.Error()),
			slog.String("request", c.Request), slog.String("tenant", c.Actor.Tenant.String()))
		p.Params = map[string]any{"request": c.Request}
	}
	return p
}

var speakOnce sync.Once

// speakProblems makes huma's own errors (validation, sizes, media types) problems of ours.
func speakProblems() {
	speakOnce.Do(func() {
		huma.DefaultArrayNullable = false
		huma.NewError = func(status int, msg string, details ...error) huma.StatusError {
			return fromHuma(status, msg, details)
		}
	})
}

func fromHuma(status int, msg string, details []error) *Problem {
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return problemOf(errBodyTooLarge)
	case status == http.StatusUnsupportedMediaType:
		return problemOf(errBadType)
	case status == http.StatusRequestTimeout:
		return problemOf(errSlowBody)
	case status == http.StatusBadRequest && len(details) == 0:
		return problemOf(errNoBody)
	case status == http.StatusBadRequest:
		return problemOf(errBadJSON)
	case status >= 500 || len(details) == 0:
		return problemOf(errInternal)
	}
	invalid := errs.ErrInvalid
	for _, d := range details {
		var detail *huma.ErrorDetail
		if !errors.As(d, &detail) {
			detail = &huma.ErrorDetail{Message: d.Error()}
		}
		if strings.HasPrefix(detail.Location, "path.") {
			return problemOf(errs.ErrNotFound) // an impossible id and an absent object look the same
		}
		invalid = invalid.At(fieldOf(detail))
	}
	return problemOf(invalid)
}

// phrases turn the sentences of huma's validation into codes. The groups become parameters in order.
var phrases = []struct {
	sentence *regexp.Regexp
	code     string
	params   []string
}{
	{regexp.MustCompile(`^expected required property (\S+) to be present$`), "required", []string{"field"}},
	{regexp.MustCompile(`^required \w+ parameter is missing$`), "required", nil},
	{regexp.MustCompile(`^unexpected property$`), "unknown_field", nil},
	{regexp.MustCompile(`^expected length >= (\d+)$`), "too_short", []string{"min"}},
	{regexp.MustCompile(`^expected length <= (\d+)$`), "too_long", []string{"max"}},
	{regexp.MustCompile(`^expected array length >= (\d+)$`), "too_few", []string{"min"}},
	{regexp.MustCompile(`^expected array length <= (\d+)$`), "too_many", []string{"max"}},
	{regexp.MustCompile(`^expected object with at most (\d+) properties$`), "too_many", []string{"max"}},
	{regexp.MustCompile(`^expected number >= (\S+)$`), "too_small", []string{"min"}},
	{regexp.MustCompile(`^expected number <= (\S+)$`), "too_big", []string{"max"}},
	{regexp.MustCompile(`^expected value to be one of "(.*)"$`), "not_in_list", []string{"allowed"}},
	{regexp.MustCompile(`^expected string to (?:match pattern|be) (.*)$`), "bad_format", []string{"expected"}},
	{regexp.MustCompile(`^expected (boolean|number|integer|string|array|object)$`), "wrong_type", []string{"expected"}},
	{regexp.MustCompile(`^invalid (integer|float|boolean|value)`), "wrong_type", []string{"expected"}},
}

func fieldOf(d *huma.ErrorDetail) errs.Field {
	f := errs.Field{Path: plainPath(d.Location), Code: "invalid", Text: d.Message}
	for _, p := range phrases {
		m := p.sentence.FindStringSubmatch(d.Message)
		if m == nil {
			continue
		}
		f.Code = p.code
		for i, name := range p.params {
			if f.Params == nil {
				f.Params = map[string]any{}
			}
			f.Params[name] = m[i+1]
		}
		break
	}
	if f.Code == "required" && f.Params["field"] != nil {
		f.Path = strings.TrimPrefix(f.Path+"."+f.Params["field"].(string), ".")
		f.Params = nil
	}
	return f
}

// plainPath drops the first step: fields of the body and parameters are named as people see them.
func plainPath(location string) string {
	for _, head := range []string{"body", "query", "header", "cookie"} {
		if location == head {
			return ""
		}
		if rest, ok := strings.CutPrefix(location, head+"."); ok {
			return rest
		}
	}
	return location
}
