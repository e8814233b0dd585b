package db

import "strings"

// Conditions are joined by AND. The first one is the tenant's.
type Conditions struct {
	parts []string
	args  []any
}

// Where begins a list of conditions: db.Where("tenant_id = ?", t).
func Where(condition string, args ...any) *Conditions {
	return new(Conditions).And(condition, args...)
}

// And adds a condition, which may contain OR.
func (w *Conditions) And(condition string, args ...any) *Conditions {
	w.parts = append(w.parts, "("+condition+")")
	w.args = append(w.args, args...)
	return w
}

// SQL returns the text that follows WHERE.
func (w *Conditions) SQL() string { return strings.Join(w.parts, " AND ") }

// Args returns the arguments of the conditions, followed by more for what comes after them.
func (w *Conditions) Args(more ...any) []any {
	return append(append(make([]any, 0, len(w.args)+len(more)), w.args...), more...)
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Prefix makes the pattern of texts that begin with s: column LIKE ? ESCAPE '!'.
func Prefix(s string) string { return likeEscaper.Replace(s) + "%" }

// Contains makes the pattern of texts that contain s: column LIKE ? ESCAPE '!'.
func Contains(s string) string { return "%" + likeEscaper.Replace(s) + "%" }
