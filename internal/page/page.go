// Package page cuts lists into pages by key. A cursor is opaque to the outside.
package page

import (
	"encoding/base64"
	"strconv"

	"keruen/internal/errs"
)

// ErrCursor is returned for a cursor that this list did not make.
var ErrCursor = errs.New(errs.Invalid, "page.bad_cursor", "The cursor is not valid for this list. Start from the first page.")

// Sizes of a page: what is given when nothing is asked, and the most that may be asked.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Ask is a request for a page: the key after which to start (0 at the beginning) and how many.
type Ask struct {
	After int64
	Limit int
}

// Read makes an Ask from the outside form.
func Read(cursor string, limit int) (Ask, error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	a := Ask{Limit: min(limit, MaxLimit)}
	if cursor == "" {
		return a, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return Ask{}, ErrCursor
	}
	if a.After, err = strconv.ParseInt(string(b), 36, 64); err != nil || a.After <= 0 {
		return Ask{}, ErrCursor
	}
	return a, nil
}

// Of is one page. Next is empty on the last one.
type Of[T any] struct {
	Items []T
	Next  string
}

// Cut makes a page from limit+1 rows: query one more than asked, and the surplus says there is more.
func Cut[T any](rows []T, a Ask, key func(T) int64) Of[T] {
	if len(rows) <= a.Limit {
		return Of[T]{Items: rows}
	}
	rows = rows[:a.Limit]
	return Of[T]{Items: rows, Next: cursor(key(rows[a.Limit-1]))}
}

func cursor(key int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(key, 36)))
}
