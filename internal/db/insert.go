package db

import (
	"context"
	"fmt"
	"strings"
)

// maxBatch is the most rows of one INSERT. A power of two, so that the rest of a bulk takes few different texts.
const maxBatch = 128

// maxArgs keeps a statement below SQLite's 32 766 parameters.
const maxArgs = 32000

// InsertRows inserts n rows, many per statement; row(i) gives the values in the order of columns.
// The suffix follows the VALUES, for instance "ON CONFLICT DO NOTHING". A column written "name:json"
// is a {json} column and takes the text of a document.
func InsertRows(ctx context.Context, tx *Tx, table string, columns []string, n int, row func(i int) []any, suffix string) error {
	head, one := insertParts(tx.Dialect(), table, columns)
	size := maxBatch
	for size*len(columns) > maxArgs {
		size /= 2
	}
	args := make([]any, 0, min(n, size)*len(columns))
	for i := 0; i < n; {
		for size > n-i {
			size /= 2
		}
		args = args[:0]
		for k := range size {
			values := row(i + k)
			if len(values) != len(columns) {
				return fmt.Errorf("insert into %s: row %d has %d values for %d columns", table, i+k, len(values), len(columns))
			}
			args = append(args, values...)
		}
		text := head + one + strings.Repeat(", "+one, size-1) + " " + suffix
		if _, err := tx.exec(ctx, text, args); err != nil {
			return err
		}
		i += size
	}
	return nil
}

func insertParts(d Dialect, table string, columns []string) (head, one string) {
	names, marks := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		name, isJSON := strings.CutSuffix(c, ":json")
		names[i], marks[i] = name, "?"
		if isJSON {
			marks[i] = d.JSONWrite()
		}
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES ", "(" + strings.Join(marks, ", ") + ")"
}
