package db

import (
	"database/sql"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

// A setter puts a driver's value into a field.
type setter func(dst reflect.Value, src any) error

// field is a place inside a row struct.
type field struct {
	index []int
	set   setter
}

// plan says how rows become values of one type; made once per type.
type plan struct {
	scalar setter // not nil: the type takes the only column whole
	fields map[string]field
}

var plans sync.Map // reflect.Type → *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{}
	if isScalar(t) {
		p.scalar = setterOf(t)
	} else {
		p.fields = map[string]field{}
		p.add(t, nil)
	}
	plans.Store(t, p)
	return p
}

var (
	scannerType = reflect.TypeFor[sql.Scanner]()
	timeType    = reflect.TypeFor[time.Time]()
)

func isScalar(t reflect.Type) bool {
	return t.Kind() != reflect.Struct || t == timeType || reflect.PointerTo(t).Implements(scannerType)
}

func (p *plan) add(t reflect.Type, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int(nil), index...), i)
		tag := f.Tag.Get("db")
		switch {
		case tag == "-":
		case f.Anonymous && tag == "" && !isScalar(f.Type):
			p.add(f.Type, at)
		case f.IsExported():
			if tag == "" {
				tag = snake(f.Name)
			}
			p.fields[tag] = field{at, setterOf(f.Type)}
		}
	}
}

// snake turns a field's name into a column's: TenantID → tenant_id, DKIMKey → dkim_key.
func snake(name string) string {
	r := []rune(name)
	var b strings.Builder
	for i, c := range r {
		startsWord := i > 0 && unicode.IsUpper(c) &&
			(!unicode.IsUpper(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1]))
		if startsWord {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

func scanRows[T any](rows *sql.Rows, limit int) ([]T, error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, kindOf(err)
	}
	to, err := planOf(reflect.TypeFor[T]()).columns(reflect.TypeFor[T](), columns)
	if err != nil {
		return nil, err
	}
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	var out []T
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, kindOf(err)
		}
		var zero T
		out = append(out, zero)
		row := reflect.ValueOf(&out[len(out)-1]).Elem()
		for i, f := range to {
			if err := f.set(place(row, f.index), values[i]); err != nil {
				return nil, fmt.Errorf("read column %s: %w", columns[i], err)
			}
		}
		if len(out) == limit {
			return out, nil
		}
	}
	return out, nil
}

func place(row reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		row = row.Field(i)
	}
	return row
}

func (p *plan) columns(t reflect.Type, names []string) ([]field, error) {
	if p.scalar != nil {
		if len(names) != 1 {
			return nil, fmt.Errorf("query returns %d columns for one %s", len(names), t)
		}
		return []field{{set: p.scalar}}, nil
	}
	to := make([]field, len(names))
	for i, name := range names {
		f, ok := p.fields[name]
		if !ok {
			return nil, fmt.Errorf("%s has no field for column %s", t, name)
		}
		to[i] = f
	}
	return to, nil
}

// setterOf returns how a value of the driver becomes a t. NULL becomes the zero value.
func setterOf(t reflect.Type) setter {
	switch {
	case t == timeType:
		return setTime
	case reflect.PointerTo(t).Implements(scannerType):
		return func(dst reflect.Value, src any) error { return dst.Addr().Interface().(sql.Scanner).Scan(src) }
	case t.Kind() == reflect.Pointer:
		return pointerSetter(t)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return setBytes
	}
	switch t.Kind() {
	case reflect.String:
		return setString
	case reflect.Bool:
		return setBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return setInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return setUint
	case reflect.Float32, reflect.Float64:
		return setFloat
	}
	return func(dst reflect.Value, _ any) error { return fmt.Errorf("cannot read into %s", dst.Type()) }
}

func mismatch(dst reflect.Value, src any) error {
	return fmt.Errorf("cannot read %T into %s", src, dst.Type())
}

func pointerSetter(t reflect.Type) setter {
	inner := setterOf(t.Elem())
	return func(dst reflect.Value, src any) error {
		if src == nil {
			dst.SetZero()
			return nil
		}
		dst.Set(reflect.New(t.Elem()))
		return inner(dst.Elem(), src)
	}
}

func setTime(dst reflect.Value, src any) error {
	switch v := src.(type) {
	case nil:
		dst.SetZero()
	case int64:
		if v == 0 {
			dst.SetZero()
			return nil
		}
		*dst.Addr().Interface().(*time.Time) = time.UnixMilli(v).UTC()
	default:
		return mismatch(dst, src)
	}
	return nil
}

func setBytes(dst reflect.Value, src any) error {
	switch v := src.(type) {
	case nil:
		dst.SetZero()
	case []byte:
		dst.SetBytes(v)
	case string:
		dst.SetBytes([]byte(v))
	default:
		return mismatch(dst, src)
	}
	return nil
}

func setString(dst reflect.Value, src any) error {
	switch v := src.(type) {
	case nil:
		dst.SetString("")
	case string:
		dst.SetString(v)
	case []byte:
		dst.SetString(string(v))
	default:
		return mismatch(dst, src)
	}
	return nil
}

func setBool(dst reflect.Value, src any) error {
	switch v := src.(type) {
	case nil:
		dst.SetBool(false)
	case bool:
		dst.SetBool(v)
	case int64:
		dst.SetBool(v != 0)
	default:
		return mismatch(dst, src)
	}
	return nil
}

// integer reads a whole number; PostgreSQL gives SUM of BIGINT as decimal text.
func integer(src any) (int64, bool) {
	switch v := src.(type) {
	case nil:
		return 0, true
	case int64:
		return v, true
	case float64:
		return int64(v), v == float64(int64(v))
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func setInt(dst reflect.Value, src any) error {
	v, ok := integer(src)
	if !ok || dst.OverflowInt(v) {
		return mismatch(dst, src)
	}
	dst.SetInt(v)
	return nil
}

func setUint(dst reflect.Value, src any) error {
	v, ok := integer(src)
	if !ok || v < 0 || dst.OverflowUint(uint64(v)) {
		return mismatch(dst, src)
	}
	dst.SetUint(uint64(v))
	return nil
}

func setFloat(dst reflect.Value, src any) error {
	switch v := src.(type) {
	case nil:
		dst.SetFloat(0)
	case float64:
		dst.SetFloat(v)
	case int64:
		dst.SetFloat(float64(v))
	case string:
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return mismatch(dst, src)
		}
		dst.SetFloat(f)
	default:
		return mismatch(dst, src)
	}
	return nil
}
