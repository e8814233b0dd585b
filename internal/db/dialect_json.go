package db

import (
	"strconv"
	"strings"
)

// JSONType is a type of a JSON value.
type JSONType string

// Types of JSON values that conditions ask for.
const (
	JSONString  JSONType = "string"
	JSONNumeric JSONType = "number"
	JSONBoolean JSONType = "boolean"
	JSONArray   JSONType = "array"
)

var sqliteTypes = map[JSONType]string{JSONString: "='text'", JSONNumeric: " IN ('integer','real')", JSONBoolean: " IN ('true','false')", JSONArray: "='array'"}

// JSONIs is the condition that a key holds a value of a type. It is NULL when the key is absent.
func (d Dialect) JSONIs(column, key string, t JSONType) string {
	return d.pick("json_type("+column+","+jsonPath(key)+")"+sqliteTypes[t], "jsonb_typeof("+column+"->"+literal(key)+")='"+string(t)+"'")
}

// JSONCompare is the condition that a key holds a number for which the comparison is true: op is >, >=, <, <=, = or BETWEEN ? AND ?
// with its placeholders. SQLite looks at the type last, since most rows fail the comparison; PostgreSQL must look
// before it casts, for one value of another type would end the query.
func (d Dialect) JSONCompare(column, key, op string) string {
	if d == SQLite {
		return column + "->>" + jsonPath(key) + " " + op + " AND " + d.JSONIs(column, key, JSONNumeric)
	}
	return d.JSONNumber(column, key) + " " + op
}

// Bytewise makes comparisons of a text expression go by its bytes on both engines, whatever the collation of the database.
func (d Dialect) Bytewise(expression string) string {
	return d.pick("("+expression+")", "("+expression+`) COLLATE "C"`)
}

// Holds is the condition that a text contains the text of its one placeholder, letter by letter.
func (d Dialect) Holds(expression string) string {
	return d.pick("instr("+expression+", ?) > 0", "strpos("+expression+", ?) > 0")
}

// Tail is the last n characters of a text.
func (d Dialect) Tail(expression string, n int) string {
	return d.pick("substr("+expression+", -"+strconv.Itoa(n)+")", "right("+expression+", "+strconv.Itoa(n)+")")
}

// fewChoices is how many comparisons in a row are still cheaper for SQLite than one search in the small tree it builds for IN.
const fewChoices = 8

// OneOf is the condition that an expression equals one of n placeholders.
func (d Dialect) OneOf(expression string, n int) string {
	if d == SQLite && n <= fewChoices {
		return "CASE " + expression + strings.Repeat(" WHEN ? THEN 1", n) + " ELSE 0 END"
	}
	return expression + " IN (" + Marks(n) + ")"
}

// ScanWays is into how many ranges a scan over all rows of an account is best divided: SQLite reads by one
// processor per connection, PostgreSQL divides the work itself.
func (d Dialect) ScanWays() int {
	if d == SQLite {
		return 2
	}
	return 1
}

// Marks are n placeholders for IN.
func Marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
