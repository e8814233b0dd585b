package db

// Begins is the condition that a text lies between the two bounds of Beginning; an index over the expression is used
// (PostgreSQL: one with text_pattern_ops).
func (d Dialect) Begins(expression string) string {
	return expression + d.pick(" >= ?", " ~>=~ ?") + " AND " + expression + d.pick(" < ?", " ~<~ ?")
}

// Beginning are the bounds of all texts that begin with s, bytewise.
func Beginning(s string) (from, to any) { return s, s + "\U0010ffff" }

// Position is the place of the first mark in a text, from 1; 0 without one. The mark is one harmless character, not input.
func (d Dialect) Position(expression, mark string) string {
	return d.pick("instr", "strpos") + "(" + expression + ", '" + mark + "')"
}

// Order sorts by the bytes of a text, up or down.
func (d Dialect) Order(expression string, down bool) string {
	if down {
		return expression + d.pick(" DESC", " USING ~>~")
	}
	return expression + d.pick(" ASC", " USING ~<~")
}

// Beyond is the condition that (text, other) comes after the values of the three placeholders (text, text, other) in that order.
func (d Dialect) Beyond(expression, other string, down bool) string {
	if down {
		return expression + d.pick(" <= ?", " ~<=~ ?") + " AND (" + expression + d.pick(" < ?", " ~<~ ?") + " OR " + other + " < ?)"
	}
	return expression + d.pick(" >= ?", " ~>=~ ?") + " AND (" + expression + d.pick(" > ?", " ~>~ ?") + " OR " + other + " > ?)"
}
