package db

import "strings"

// Dialect is an engine. Its methods are the fragments of SQL that differ; all of them are here.
type Dialect uint8

// The engines.
const (
	SQLite Dialect = iota
	Postgres
)

// String returns the engine's name.
func (d Dialect) String() string { return d.pick("sqlite", "postgres") }

func (d Dialect) pick(sqlite, postgres string) string {
	if d == SQLite {
		return sqlite
	}
	return postgres
}

// LockSkip ends the sub-select of a claim: it locks the rows chosen and skips those locked by others.
func (d Dialect) LockSkip() string { return d.pick("", " FOR UPDATE SKIP LOCKED") }

// Lock ends a select inside a transaction: it locks the rows until the end (SQLite has one writer anyway).
func (d Dialect) Lock() string { return d.pick("", " FOR UPDATE") }

// JSONWrite is the placeholder of a document written to a {json} column.
func (d Dialect) JSONWrite() string { return d.pick("jsonb(?)", "?::jsonb") }

// JSONRead selects a {json} column as text.
func (d Dialect) JSONRead(column string) string { return d.pick("json("+column+")", column+"::text") }

// After is what follows the first mark in a text column: the domain of an address. The mark is one harmless character, not input.
func (d Dialect) After(column, mark string) string {
	return "substr(" + column + ", " + d.pick("instr", "strpos") + "(" + column + ", '" + mark + "') + 1)"
}

// JSONText is the value of a key as text (a number or a boolean in the engine's own writing), NULL if absent.
func (d Dialect) JSONText(column, key string) string {
	return d.pick(column+"->>"+jsonPath(key), column+"->>"+literal(key))
}

// JSONNumber is the value of a key if it is a number, else NULL.
func (d Dialect) JSONNumber(column, key string) string {
	return d.pick(
		"CASE WHEN json_type("+column+","+jsonPath(key)+") IN ('integer','real') THEN "+column+"->>"+jsonPath(key)+" END",
		"CASE WHEN jsonb_typeof("+column+"->"+literal(key)+")='number' THEN ("+column+"->>"+literal(key)+")::float8 END")
}

// JSONTrue is the condition that a key holds true.
func (d Dialect) JSONTrue(column, key string) string {
	return d.pick("json_type("+column+","+jsonPath(key)+")='true'", column+"->"+literal(key)+"='true'::jsonb")
}

// JSONHas is the condition that the array under a key holds the text of its one placeholder.
func (d Dialect) JSONHas(column, key string) string {
	return d.pick(
		"EXISTS (SELECT 1 FROM json_each("+column+","+jsonPath(key)+") AS j WHERE j.value=?)",
		column+"->"+literal(key)+" @> to_jsonb(?::text)")
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// jsonPath is the SQLite path of a top-level key. A path cannot hold a double quote, so the key is cut at one:
// such a key finds nothing rather than something else.
func jsonPath(key string) string {
	if i := strings.IndexByte(key, '"'); i >= 0 {
		key = key[:i]
	}
	return literal(`$."` + key + `"`)
}
