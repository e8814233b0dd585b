package db

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Rows of one INSERT: on SQLite a power of two, so that the rest of a bulk takes few different texts; on PostgreSQL
// the text does not depend on it.
const (
	sqliteBatch   = 128
	postgresBatch = 1024
)

// maxArgs keeps a statement below SQLite's 32 766 parameters.
const maxArgs = 32000

// InsertRows inserts n rows, many per statement; row(i) gives the values in the order of columns.
// The suffix follows the rows, for instance "ON CONFLICT DO NOTHING". With DO UPDATE a key may come only
// once in the whole call (PostgreSQL refuses to change a row twice in a statement). A column written
// "name:json" is a {json} column and takes the text of a document.
func InsertRows(ctx context.Context, tx *Tx, table string, columns []string, n int, row func(i int) []any, suffix string) error {
	in := insert{tx: tx, table: table, columns: columns, row: row, suffix: suffix}
	if tx.Dialect() == Postgres {
		return in.arrays(ctx, n)
	}
	return in.values(ctx, n)
}

type insert struct {
	tx      *Tx
	table   string
	columns []string
	row     func(i int) []any
	suffix  string
}

func (in insert) at(i int) ([]any, error) {
	values := in.row(i)
	if len(values) != len(in.columns) {
		return nil, fmt.Errorf("insert into %s: row %d has %d values for %d columns", in.table, i, len(values), len(in.columns))
	}
	return values, nil
}

// names returns the columns without their marks.
func (in insert) names() []string {
	names := make([]string, len(in.columns))
	for i, c := range in.columns {
		names[i] = strings.TrimSuffix(c, ":json")
	}
	return names
}

// values inserts by VALUES (…), (…). A row that fails ends the whole transaction, so that SQLite need not keep what it would take to undo
// the rows before it in the statement alone (OR FAIL, https://sqlite.org/lang_conflict.html).
func (in insert) values(ctx context.Context, n int) error {
	marks := make([]string, len(in.columns))
	for i, c := range in.columns {
		marks[i] = "?"
		if strings.HasSuffix(c, ":json") {
			marks[i] = in.tx.Dialect().JSONWrite()
		}
	}
	head := "INSERT OR FAIL INTO " + in.table + " (" + strings.Join(in.names(), ", ") + ") VALUES "
	one := "(" + strings.Join(marks, ", ") + ")"
	size := sqliteBatch
	for size*len(in.columns) > maxArgs {
		size /= 2
	}
	var parts []part
	for i := 0; i < n; i += size {
		for size > n-i {
			size /= 2
		}
		parts = append(parts, part{i, size})
	}
	return in.run(ctx, parts, func(p part) (statement, error) {
		args := make([]any, 0, p.n*len(in.columns))
		for i := range p.n {
			values, err := in.at(p.from + i)
			if err != nil {
				return statement{}, err
			}
			args = append(args, values...)
		}
		return statement{head + one + strings.Repeat(", "+one, p.n-1) + " " + in.suffix, args}, nil
	})
}

// arrays inserts by unnest, one array per column: twice as fast as VALUES on PostgreSQL.
func (in insert) arrays(ctx context.Context, n int) error {
	if n == 0 {
		return nil
	}
	types, err := columnTypes(ctx, in.tx, in.table)
	if err != nil {
		return fmt.Errorf("insert into %s: %w", in.table, err)
	}
	names := in.names()
	marks := make([]string, len(names))
	for i, name := range names {
		if types[name] == "" {
			return fmt.Errorf("insert into %s: there is no column %s", in.table, name)
		}
		marks[i] = "?::" + types[name] + "[]"
	}
	text := "INSERT INTO " + in.table + " (" + strings.Join(names, ", ") + ") SELECT * FROM unnest(" +
		strings.Join(marks, ", ") + ") " + in.suffix
	var parts []part
	for i := 0; i < n; i += postgresBatch {
		parts = append(parts, part{i, min(postgresBatch, n-i)})
	}
	return in.run(ctx, parts, func(p part) (statement, error) {
		args := make([]any, len(names))
		for c := range args {
			args[c] = make(array, 0, p.n)
		}
		for i := range p.n {
			values, err := in.at(p.from + i)
			if err != nil {
				return statement{}, err
			}
			for c, v := range values {
				args[c] = append(args[c].(array), Postgres.bind(v))
			}
		}
		return statement{text, args}, nil
	})
}

// part is the rows of one statement.
type part struct{ from, n int }

type statement struct {
	text string
	args []any
}

// run executes the statements of the parts in turn; the next is made while the database works on the one before.
func (in insert) run(ctx context.Context, parts []part, of func(part) (statement, error)) error {
	if len(parts) == 1 {
		s, err := of(parts[0])
		if err == nil {
			_, err = in.tx.exec(ctx, s.text, s.args)
		}
		return err
	}
	made := make(chan statement, 1)
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error {
		defer close(made)
		for _, p := range parts {
			s, err := of(p)
			if err != nil {
				return err
			}
			select {
			case made <- s:
			case <-ctx.Done():
				return nil // the other one tells why
			}
		}
		return nil
	})
	work.Go(func() error {
		for s := range made {
			if _, err := in.tx.exec(ctx, s.text, s.args); err != nil {
				return err
			}
		}
		return nil
	})
	return work.Wait()
}

// array is a column of bound values.
type array []any

// typed returns the values as a slice of their one type, which pgx encodes faster and, behind a pooler, only so.
// Values of several types stay as they are.
func (a array) typed() any {
	var first any
	for _, v := range a {
		if first = v; v != nil {
			break
		}
	}
	switch first.(type) {
	case int64:
		return sliceOf[int64](a)
	case bool:
		return sliceOf[bool](a)
	case float64:
		return sliceOf[float64](a)
	case []byte:
		return bytesOf(a)
	}
	return sliceOf[string](a)
}

// sliceOf points to the values; nil is NULL.
func sliceOf[T any](a array) any {
	out := make([]*T, len(a))
	for i, v := range a {
		if v == nil {
			continue
		}
		t, ok := v.(T)
		if !ok {
			return []any(a)
		}
		out[i] = &t
	}
	return out
}

func bytesOf(a array) any {
	out := make([][]byte, len(a))
	for i, v := range a {
		b, ok := v.([]byte)
		if !ok && v != nil {
			return []any(a)
		}
		out[i] = b
	}
	return out
}

// columnTypes returns the types of a table's columns, looked up once.
func columnTypes(ctx context.Context, tx *Tx, table string) (map[string]string, error) {
	known := &tx.d.columns
	if types, ok := known.Load(table); ok {
		return types.(map[string]string), nil
	}
	type column struct{ Name, Type string }
	all, err := All[column](ctx, tx, `
		SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
		WHERE attrelid = CAST(? AS regclass) AND attnum > 0 AND NOT attisdropped`, table)
	if err != nil {
		return nil, err
	}
	types := make(map[string]string, len(all))
	for _, c := range all {
		types[c.Name] = c.Type
	}
	known.Store(table, types)
	return types, nil
}
