package sheet

import (
	"bufio"
	"io"
	"strings"
	"time"
)

// Writer writes a table row by row in flat memory. The first row is the heading.
type Writer interface {
	Write(row []Cell) error
	// Close ends the table; what it is written to stays open.
	Close() error
}

// Cell is one value on its way out. Its zero value is an empty cell.
type Cell struct {
	kind cellKind
	text string // as CSV has it
}

type cellKind uint8

const (
	textCell cellKind = iota
	numberCell
	dateCell
	boolCell
)

// Text is a cell of text; telephones and tax numbers are text too, so that a spreadsheet leaves them alone.
func Text(s string) Cell { return Cell{textCell, s} }

// Number is a cell that spreadsheets reckon with. It is given as its canonical text: 12.5.
func Number(s string) Cell { return Cell{numberCell, s} }

// Date is a day, given as 2026-03-31.
func Date(s string) Cell { return Cell{dateCell, s} }

// Moment is a point in time, written in the zone that it has, to the minute.
func Moment(t time.Time) Cell {
	if t.IsZero() {
		return Cell{}
	}
	return Cell{dateCell, t.Format("2006-01-02 15:04")}
}

// Bool is yes or no, written as true and false.
func Bool(v bool) Cell {
	if v {
		return Cell{boolCell, "true"}
	}
	return Cell{boolCell, "false"}
}

// Texts makes cells of text.
func Texts(list ...string) []Cell {
	out := make([]Cell, len(list))
	for i, s := range list {
		out[i] = Text(s)
	}
	return out
}

type csvWriter struct {
	out   *bufio.Writer
	delim string
}

// WriteCSV writes UTF-8 with a byte order mark, which Excel needs, and lines ended by CR LF.
func WriteCSV(w io.Writer, delim string) Writer {
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = out.WriteString(bom) // errors of a bufio.Writer stay and come out of each later call
	return &csvWriter{out, delim}
}

func (w *csvWriter) Write(row []Cell) error {
	for i, c := range row {
		if i > 0 {
			_, _ = w.out.WriteString(w.delim)
		}
		text := c.text
		if c.kind == textCell {
			text = Harmless(text)
		}
		_, _ = w.out.WriteString(quote(text, w.delim))
	}
	_, err := w.out.WriteString("\r\n")
	return err
}

func (w *csvWriter) Close() error { return w.out.Flush() }

func quote(c, delim string) string {
	if !strings.ContainsAny(c, "\"\r\n"+delim) && strings.TrimSpace(c) == c {
		return c
	}
	return `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
}

// Harmless keeps a spreadsheet from running a cell of CSV as a formula (OWASP, CSV injection) by an apostrophe before it, which reading takes
// away again. Telephone numbers keep their plus.
func Harmless(c string) string {
	if !isFormula(strings.TrimLeft(c, "'")) {
		return c
	}
	return "'" + c
}

func isFormula(c string) bool {
	if c == "" || !strings.ContainsRune("=+-@\t\r", rune(c[0])) {
		return false
	}
	return c[0] != '+' || strings.Trim(c[1:], "0123456789 ()-") != ""
}

// unharm undoes Harmless.
func unharm(c string) string {
	if len(c) > 1 && c[0] == '\'' && isFormula(strings.TrimLeft(c, "'")) {
		return c[1:]
	}
	return c
}

// String returns the value of a cell as text.
func (c Cell) String() string { return c.text }
