package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

// maxMended is how many bad rows of a dry run are kept to be mended by hand. With more than that the file itself is at fault.
const maxMended = 10_000

// fix is a row as a person mended it.
type fix struct {
	Line    int64    `json:"line"`
	Cells   []string `json:"cells"`
	Dropped bool     `json:"dropped"` // passed over
}

// BadRow is a row that the dry run refused.
type BadRow struct {
	Line   int64
	Cells  []string
	Code   string
	Column int // -1: the whole row
	Hint   string
}

// Mend is a bad row as it should be.
type Mend struct {
	Line    int64
	Cells   []string
	Dropped bool // pass it over
}

// Errors of mending.
var (
	ErrNotBad  = errs.New(errs.Invalid, "import.not_bad", "Only rows that the check has refused can be mended here.")
	ErrMended  = errs.New(errs.Invalid, "import.mended_cells", "A mended row must have as many cells as the file has columns, each of at most 1,000 characters.")
	maxMending = 500 // rows of one call
)

// BadRows returns a page of the rows that the dry run refused, in the order of the file; the cursor is the line. code, when it is
// not empty, asks for those of one trouble in one column.
func (s *Service) BadRows(ctx context.Context, who access.Actor, i ID, code string, column int, ask page.Ask) (page.Of[BadRow], error) {
	if err := who.Can(access.EditContacts); err != nil {
		return page.Of[BadRow]{}, err
	}
	imp, err := getImport(ctx, s.db, who.Tenant, i)
	if err != nil {
		return page.Of[BadRow]{}, err
	}
	if imp.State != Ready {
		return page.Of[BadRow]{}, nil // nothing was found, or it no longer counts
	}
	w := db.Where("tenant_id = ?", who.Tenant).And("import_id = ?", i).And("line > ?", ask.After).And("cells <> ''")
	if code != "" {
		w.And("code = ?", code).And("column_no = ?", column)
	}
	rows, err := db.All[struct {
		rejected
		Cells db.JSON[[]string] `db:"cells"`
	}](ctx, s.db, `SELECT line, code, column_no, hint, cells FROM import_reject WHERE `+w.SQL()+` ORDER BY line LIMIT ?`, w.Args(ask.Limit+1)...)
	if err != nil {
		return page.Of[BadRow]{}, fmt.Errorf("list bad rows: %w", err)
	}
	out := make([]BadRow, len(rows))
	for n, r := range rows {
		out[n] = BadRow{r.Line, r.Cells.V, r.Code, r.Column, r.Hint}
	}
	return page.Cut(out, ask, func(r BadRow) int64 { return r.Line }), nil
}

// MendRows stores bad rows as they should be, or passes them over. The file stays as it is; the next dry run and the run read the
// mended rows in their place. What the last dry run found no longer counts.
func (s *Service) MendRows(ctx context.Context, who access.Actor, i ID, rows []Mend) (Import, error) {
	return s.act(ctx, who, i, "mend rows", func(ctx context.Context, tx *db.Tx, imp *Import) error {
		if err := imp.changeable(); err != nil {
			return err
		}
		lines := make([]int64, len(rows))
		for n, r := range rows {
			lines[n] = r.Line
			if !r.Dropped && !imp.fits(r.Cells) {
				return errs.ErrInvalid.At(wrong(fmt.Sprintf("rows[%d]", n), ErrMended.Code, ErrMended.Text))
			}
		}
		if err := haveRejects(ctx, tx, imp.Tenant, imp.ID, lines); err != nil {
			return err
		}
		imp.reset()
		return saveFixes(ctx, tx, imp.Tenant, imp.ID, rows)
	})
}

func (i *Import) fits(cells []string) bool {
	tooLong := func(c string) bool { return len(c) > 4*1000 }
	return len(cells) == len(i.Columns) && !slices.ContainsFunc(cells, tooLong)
}

// haveRejects refuses lines that the dry run has let through, or that come twice.
func haveRejects(ctx context.Context, tx *db.Tx, t id.Tenant, i ID, lines []int64) error {
	if len(lines) > maxMending {
		return errs.ErrInvalid.At(wrong("rows", "too_many", "Too many values at once.", "limit", maxMending))
	}
	w := db.Where("tenant_id = ?", t).And("import_id = ?", i).And(db.In("line", lines))
	n, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM import_reject WHERE `+w.SQL(), w.Args()...)
	if err == nil && n != len(lines) {
		return ErrNotBad
	}
	return err
}

func saveFixes(ctx context.Context, tx *db.Tx, t id.Tenant, i ID, rows []Mend) error {
	return db.InsertRows(ctx, tx, "import_fix", []string{"tenant_id", "import_id", "line", "cells", "dropped"}, len(rows), func(n int) []any {
		r := rows[n]
		return []any{t, i, r.Line, db.AsJSON(r.Cells), r.Dropped}
	}, "ON CONFLICT (tenant_id, import_id, line) DO UPDATE SET cells = excluded.cells, dropped = excluded.dropped")
}

// listFixes returns the mended rows of an import by their lines.
func listFixes(ctx context.Context, q db.Querier, t id.Tenant, i ID) (map[int64]fix, error) {
	rows, err := db.All[struct {
		Line    int64
		Cells   string
		Dropped bool
	}](ctx, q, `SELECT line, cells, dropped FROM import_fix WHERE tenant_id = ? AND import_id = ?`, t, i)
	out := make(map[int64]fix, len(rows))
	for _, r := range rows {
		f := fix{Line: r.Line, Dropped: r.Dropped}
		if err := json.Unmarshal([]byte(r.Cells), &f.Cells); err != nil {
			return nil, fmt.Errorf("read mended row: %w", err)
		}
		out[r.Line] = f
	}
	return out, err
}
