package api

import (
	"encoding"
	"fmt"

	"keruen/internal/errs"
	"keruen/internal/page"
)

// List is one page of a list. Next is the cursor of the following page, null on the last one.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next" doc:"Cursor of the next page, null on the last one."`
	Total *Total  `json:"total,omitempty" doc:"How many there are in all, where it is known."`
}

// Total is the size of a whole list.
type Total struct {
	N      int64 `json:"n"`
	Approx bool  `json:"approx" doc:"True when n is an estimate."`
}

// listOf makes the wire page from a page of the inside.
func listOf[T, W any](p page.Of[T], wire func(T) W) List[W] {
	l := List[W]{Items: many(p.Items, wire)}
	if p.Next != "" {
		l.Next = &p.Next
	}
	return l
}

// many converts a slice; the result is never null on the wire.
func many[T, W any](in []T, wire func(T) W) []W {
	out := make([]W, len(in))
	for i := range in {
		out[i] = wire(in[i])
	}
	return out
}

// Paging is the query of every list.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"The next of the previous page; empty for the first one."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many to return at most."`
}

func (p Paging) ask() (page.Ask, error) { return page.Read(p.Cursor, p.Limit) }

// IfMatch carries the version that the caller has seen (RFC 9110 §13.1.1).
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"40" doc:"The ETag that was read. With it, a change made meanwhile by somebody else gives 412. Without it, the change is applied to whatever is there."`
}

// Nothing is the input of an operation without parameters.
type Nothing struct{}

// None is the answer of an operation that has nothing to say: 204.
type None struct{}

// whole makes the wire page of a list that is not paged.
func whole[T, W any](items []T, wire func(T) W) List[W] {
	return List[W]{Items: many(items, wire)}
}

// parse reads an identifier of the kind that is wanted. What cannot be one is errs.ErrNotFound.
func parse[I ~int64, P interface {
	*I
	encoding.TextUnmarshaler
}](text string) (I, error) {
	var i I
	if text == "" {
		return 0, errs.ErrNotFound
	}
	err := P(&i).UnmarshalText([]byte(text))
	return i, err
}

// reference reads an identifier in a body; the error names the field. Empty text is none.
func reference[I ~int64, P interface {
	*I
	encoding.TextUnmarshaler
}](field, text string) (I, error) {
	var i I
	if err := P(&i).UnmarshalText([]byte(text)); err != nil {
		return 0, errs.ErrInvalid.At(errs.Field{Path: field, Code: "no_such_object", Text: "There is no such object, or it belongs to another account."})
	}
	return i, nil
}

// references is reference for a list of identifiers.
func references[I ~int64, P interface {
	*I
	encoding.TextUnmarshaler
}](field string, texts []string) ([]I, error) {
	out := make([]I, len(texts))
	for i, t := range texts {
		one, err := reference[I, P](fmt.Sprintf("%s[%d]", field, i), t)
		if err != nil {
			return nil, err
		}
		out[i] = one
	}
	return out, nil
}
