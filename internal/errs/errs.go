// Package errs holds the one error type that may reach a person.
//
// An error has a kind (which decides the HTTP status and the exit code), a stable code
// (which the cabinet translates), a sentence safe for people, and sometimes the fields
// it is about. The cause is for the log only. Declare errors as package variables and
// enrich them where they happen:
//
//	var ErrSeatsTaken = errs.New(errs.Conflict, "license.seats_taken", "All seats of this licence are in use.")
//	return ErrSeatsTaken.With("seats", 5)
package errs

import (
	"errors"
	"fmt"
)

// Kind says what sort of thing went wrong; status codes come from it in one place.
type Kind uint8

// Kinds, in the order of the HTTP statuses they become.
const (
	Internal        Kind = iota // a fault of ours: 500
	Invalid                     // the input is wrong: 422
	Unauthenticated             // who are you: 401
	Forbidden                   // you may not: 403
	NotFound                    // there is none, or it is not yours: 404
	Conflict                    // the state does not allow it: 409
	Stale                       // somebody changed it meanwhile: 412
	TooLarge                    // over a stated limit: 413
	TooMany                     // slow down: 429
	Unavailable                 // try again later: 503
)

// Field is one wrong value of the input.
type Field struct {
	Path   string         `json:"path"`             // dotted path in the input, "rows[3].email"
	Code   string         `json:"code"`             // stable, translated by the cabinet
	Text   string         `json:"text"`             // English sentence, safe for people
	Params map[string]any `json:"params,omitempty"` // values for the sentence
}

// Error is an error that is safe to show. Its zero value is not useful: make one by New.
type Error struct {
	Kind   Kind
	Code   string
	Text   string
	Params map[string]any
	Fields []Field
	cause  error
}

// New declares an error. The code is "feature.what_happened" and never changes once released.
func New(kind Kind, code, text string) *Error {
	return &Error{Kind: kind, Code: code, Text: text}
}

// Error returns the sentence for people, and the cause for the log when there is one.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %v", e.Text, e.cause)
	}
	return e.Text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare codes, so an enriched copy still is the declared error.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// With returns a copy that carries one more parameter for the message.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Params = make(map[string]any, len(e.Params)+1)
	for k, v := range e.Params {
		c.Params[k] = v
	}
	c.Params[name] = value
	return &c
}

// At returns a copy that blames one more field of the input.
func (e *Error) At(fields ...Field) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), fields...)
	return &c
}

// Because returns a copy with a cause, which is logged and never shown.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// KindOf returns the kind of the first Error in the chain, Internal if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Errors that any feature may return.
var (
	ErrNotFound        = New(NotFound, "not_found", "There is no such object, or it belongs to another account.")
	ErrForbidden       = New(Forbidden, "forbidden", "Your role does not allow this.")
	ErrUnauthenticated = New(Unauthenticated, "unauthenticated", "Sign in first.")
	ErrInvalid         = New(Invalid, "invalid", "Some values are wrong. See the fields.")
	ErrStale           = New(Stale, "stale", "The object was changed meanwhile. Load it again and repeat the change.")
	ErrUnavailable     = New(Unavailable, "unavailable", "The service is busy or short of resources. Try again in a minute.")
	ErrDiskFull        = New(Unavailable, "disk_full", "There is no room left on the disk. Nothing was lost; free some space and repeat.")
)
