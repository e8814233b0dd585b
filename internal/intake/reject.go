package intake

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"keruen/internal/access"
	"keruen/internal/lang"
)

// Rejected writes the rows that were not taken as CSV, with two more columns: the cause and what to do, in the language of the reader. The file
// can be mended and imported again. It is UTF-8 with a byte order mark, which Excel needs, and uses the delimiter of the original.
func (s *Service) Rejected(ctx context.Context, who access.Actor, i ID, l lang.Lang, out io.Writer) error {
	if err := who.Can(access.ViewContacts); err != nil {
		return err
	}
	imp, err := getImport(ctx, s.db, who.Tenant, i)
	if err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	f, err := s.blobs.Open(ctx, who.Tenant, imp.blob)
	if err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	defer f.Close()
	w := &rejectWriter{out: bufio.NewWriterSize(out, 64<<10), delim: imp.Format.Delimiter, width: len(imp.Columns), lang: l}
	w.header(imp)
	if err := s.eachReject(ctx, imp, imp.Format.scan(f), w.row); err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	return w.out.Flush()
}

// eachReject walks the file beside the rejected rows, both in the order of lines.
func (s *Service) eachReject(ctx context.Context, i Import, sc *scanner, f func(record, rejected) error) error {
	const step = 1000
	for after := int64(0); ; {
		list, err := listRejects(ctx, s.db, i.Tenant, i.ID, after, step)
		if err != nil {
			return err
		}
		for _, r := range list {
			rec, ok := record{}, true
			for rec.line < r.Line {
				if rec, ok = sc.next(); !ok {
					return sc.err
				}
			}
			if err := f(rec, r); err != nil {
				return err
			}
			after = r.Line
		}
		if len(list) < step {
			return nil
		}
	}
}

type rejectWriter struct {
	out   *bufio.Writer
	delim string
	width int
	lang  lang.Lang
}

func (w *rejectWriter) header(i Import) {
	_, _ = w.out.WriteString("\uFEFF") // errors of a bufio.Writer stay and come out at Flush
	cells := make([]string, w.width)
	for n, c := range i.Columns {
		if cells[n] = c.Header; c.Header == "" {
			cells[n] = fmt.Sprint(n + 1)
		}
	}
	w.line(append(cells, causeHeader.In(w.lang), adviceHeader.In(w.lang)))
}

func (w *rejectWriter) row(rec record, r rejected) error {
	cells := make([]string, w.width, w.width+2)
	n := copy(cells, rec.cells)
	if n < len(rec.cells) { // more cells than columns: the rest stays visible in the last one
		cells[w.width-1] = strings.Join(rec.cells[w.width-1:], w.delim)
	}
	e := explain(r.Code)
	advice := e.advice.In(w.lang)
	if r.Hint != "" {
		advice += " (" + r.Hint + ")"
	}
	w.line(append(cells, e.cause.In(w.lang), advice))
	_, err := w.out.Write(nil)
	return err
}

func (w *rejectWriter) line(cells []string) {
	for n, c := range cells {
		if n > 0 {
			_, _ = w.out.WriteString(w.delim)
		}
		_, _ = w.out.WriteString(quote(neutral(c), w.delim))
	}
	_, _ = w.out.WriteString("\r\n")
}

// neutral keeps a spreadsheet from running a cell as a formula (OWASP, CSV injection). Telephone numbers keep their plus.
func neutral(c string) string {
	if c == "" || !strings.ContainsRune("=+-@\t\r", rune(c[0])) {
		return c
	}
	if c[0] == '+' && strings.Trim(c[1:], "0123456789 ()-") == "" {
		return c
	}
	return "'" + c
}

func quote(c, delim string) string {
	if !strings.ContainsAny(c, "\"\r\n"+delim) && strings.TrimSpace(c) == c {
		return c
	}
	return `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
}
