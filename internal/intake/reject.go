package intake

import (
	"context"
	"fmt"
	"io"
	"strings"

	"keruen/internal/access"
	"keruen/internal/intake/sheet"
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
	f, b, err := s.book(ctx, imp)
	if err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	defer f.Close()
	defer b.Close()
	fixes, err := listFixes(ctx, s.db, imp.Tenant, imp.ID)
	if err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	rows, err := b.Rows(imp.Format.Sheet, imp.Format.options())
	if err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	defer rows.Close()
	delim := imp.Format.Delimiter
	if delim == "" {
		delim = ";" // what Excel expects here
	}
	w := &rejectWriter{out: sheet.WriteCSV(out, delim), delim: delim, width: len(imp.Columns), lang: l, fixes: fixes}
	if err := w.header(imp); err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	if err := s.eachReject(ctx, imp, rows, w.row); err != nil {
		return fmt.Errorf("read rejected rows: %w", err)
	}
	return w.out.Close()
}

// eachReject walks the file beside the rejected rows, both in the order of lines.
func (s *Service) eachReject(ctx context.Context, i Import, rows sheet.Rows, f func(sheet.Record, rejected) error) error {
	const step = 1000
	for after := int64(0); ; {
		list, err := listRejects(ctx, s.db, i.Tenant, i.ID, after, step)
		if err != nil {
			return err
		}
		for _, r := range list {
			var rec sheet.Record
			for rec.Line < r.Line {
				var ok bool
				if rec, ok, err = rows.Next(); err != nil || !ok {
					return err
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
	out   sheet.Writer
	delim string
	width int
	lang  lang.Lang
	fixes map[int64]fix
}

func (w *rejectWriter) header(i Import) error {
	cells := make([]string, w.width)
	for n, c := range i.Columns {
		if cells[n] = c.Header; c.Header == "" {
			cells[n] = fmt.Sprint(n + 1)
		}
	}
	return w.out.Write(sheet.Texts(append(cells, causeHeader.In(w.lang), adviceHeader.In(w.lang))...))
}

func (w *rejectWriter) row(rec sheet.Record, r rejected) error {
	if f, ok := w.fixes[rec.Line]; ok && !f.Dropped {
		rec.Cells = f.Cells
	}
	cells := make([]string, w.width, w.width+2)
	n := copy(cells, rec.Cells)
	if n < len(rec.Cells) { // more cells than columns: the rest stays visible in the last one
		cells[w.width-1] = strings.Join(rec.Cells[w.width-1:], w.delim)
	}
	e := explain(r.Code)
	advice := e.advice.In(w.lang)
	if r.Hint != "" {
		advice += " (" + r.Hint + ")"
	}
	return w.out.Write(sheet.Texts(append(cells, e.cause.In(w.lang), advice)...))
}
