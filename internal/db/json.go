package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON stores V as a document in a {text} column that SQL never looks into. NULL and "" read as zero.
type JSON[T any] struct{ V T }

// AsJSON wraps a value to be stored.
func AsJSON[T any](v T) JSON[T] { return JSON[T]{v} }

// Value encodes the document.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	if err != nil {
		return nil, fmt.Errorf("encode document: %w", err)
	}
	return string(b), nil
}

// Scan decodes the document.
func (j *JSON[T]) Scan(src any) error {
	var zero T
	j.V = zero
	var b []byte
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		return fmt.Errorf("read document from %T", src)
	}
	if len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, &j.V)
}

// MarshalJSON writes V alone.
func (j JSON[T]) MarshalJSON() ([]byte, error) { return json.Marshal(j.V) }

// UnmarshalJSON reads V alone.
func (j *JSON[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &j.V) }
