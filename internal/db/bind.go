package db

import (
	"database/sql/driver"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// list is the argument of In.
type list struct {
	ints    []int64
	strings []string
}

// In makes a condition "column is one of values". It is meant for And: w.And(db.In("id", ids)).
// No values: nothing matches.
func In[T ~int64 | ~string](column string, values []T) (string, any) {
	var l list
	for _, v := range values {
		if r := reflect.ValueOf(v); r.Kind() == reflect.String {
			l.strings = append(l.strings, r.String())
		} else {
			l.ints = append(l.ints, r.Int())
		}
	}
	return column + " {in}", l
}

func (l list) bind(d Dialect) any {
	switch {
	case d == Postgres && l.strings != nil:
		return l.strings
	case d == Postgres:
		return append([]int64{}, l.ints...)
	case l.strings != nil:
		b, _ := json.Marshal(l.strings) // strings always marshal
		return string(b)
	}
	b := []byte{'['}
	for i, v := range l.ints {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, v, 10)
	}
	return string(append(b, ']'))
}

func (d Dialect) bindAll(args []any) []any {
	if len(args) == 0 {
		return nil
	}
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = d.bind(a)
	}
	return out
}

// bind turns a Go value into what the drivers store.
func (d Dialect) bind(a any) any {
	switch v := a.(type) {
	case nil, int64, string, bool, float64:
		return a
	case int:
		return int64(v)
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return v.UnixMilli()
	case list:
		return v.bind(d)
	case array:
		return v.typed()
	case json.RawMessage:
		if v == nil {
			return nil
		}
		return string(v) // a document is text; bytes would not fit a TEXT column
	case []byte:
		if v == nil {
			return nil
		}
		return v
	}
	return d.bindKind(a)
}

func (d Dialect) bindKind(a any) any {
	r := reflect.ValueOf(a)
	if r.Kind() == reflect.Pointer && r.IsNil() {
		return nil
	}
	if v, ok := a.(driver.Valuer); ok {
		out, err := v.Value()
		if err != nil {
			return badArg{err}
		}
		return d.bind(out)
	}
	switch r.Kind() {
	case reflect.Pointer:
		return d.bind(r.Elem().Interface())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return int64(r.Uint())
	case reflect.String:
		return r.String()
	case reflect.Bool:
		return r.Bool()
	case reflect.Float32, reflect.Float64:
		return r.Float()
	}
	return a // the driver refuses what it does not know
}

// badArg carries the error of a value that could not be encoded to the driver, which returns it.
type badArg struct{ err error }

func (b badArg) Value() (driver.Value, error) { return nil, b.err }

// rewritten holds texts in the form of PostgreSQL. Texts put together at run time vary little,
// yet the number is bounded.
var rewritten = struct {
	sync.RWMutex
	texts [2]map[string]string
}{}

const maxRewritten = 4096

// rewrite turns `?` into the engine's placeholders and expands {in}.
func (d Dialect) rewrite(text string) string {
	if d == SQLite && !strings.Contains(text, "{in}") {
		return text
	}
	rewritten.RLock()
	out, ok := rewritten.texts[d][text]
	rewritten.RUnlock()
	if ok {
		return out
	}
	out = d.expand(text)
	rewritten.Lock()
	defer rewritten.Unlock()
	if m := rewritten.texts[d]; m == nil || len(m) >= maxRewritten {
		rewritten.texts[d] = make(map[string]string)
	}
	rewritten.texts[d][text] = out
	return out
}

// expand walks the text, leaving quoted parts and comments as they are.
func (d Dialect) expand(text string) string {
	var b strings.Builder
	n := 0
	for i := 0; i < len(text); {
		switch rest := text[i:]; {
		case rest[0] == '\'' || rest[0] == '"':
			end := quoted(rest)
			b.WriteString(rest[:end])
			i += end
		case strings.HasPrefix(rest, "--"):
			end := strings.IndexByte(rest+"\n", '\n')
			b.WriteString(rest[:end])
			i += end
		case strings.HasPrefix(rest, "{in}"):
			n++
			b.WriteString(d.in(n))
			i += len("{in}")
		case rest[0] == '?':
			n++
			b.WriteString(d.placeholder(n))
			i++
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String()
}

func quoted(s string) int {
	if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
		return end + 2
	}
	return len(s)
}

func (d Dialect) placeholder(n int) string {
	if d == SQLite {
		return "?"
	}
	return "$" + strconv.Itoa(n)
}

func (d Dialect) in(n int) string {
	if d == SQLite {
		return "IN (SELECT value FROM json_each(?))"
	}
	return "= ANY($" + strconv.Itoa(n) + ")"
}
