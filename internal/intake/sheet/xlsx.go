package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// sheetRows reads one sheet of a workbook. Cells of formulas give what was reckoned last; hidden rows are rows like others.
type sheetRows struct {
	w     *workbook
	x     *xmlReader
	line  int64
	ended bool
	wide  int // cells of the row before: the next one probably has as many
}

func (w *workbook) rows(sheet int) (Rows, error) {
	x, err := openXML(w.parts[strings.ToLower(w.sheets[sheet])], MaxUnpacked)
	if err != nil {
		return nil, err
	}
	return &sheetRows{w: w, x: x}, nil
}

func (r *sheetRows) Close() error { return r.x.Close() }

func (r *sheetRows) Next() (Record, bool, error) {
	for !r.ended {
		t, err := r.x.next()
		if errors.Is(err, io.EOF) {
			err = ErrDamaged // sheetData did not end
		}
		if err != nil {
			r.ended = true
			return Record{}, false, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local != "row" {
				continue
			}
			rec, err := r.row(t)
			if err != nil {
				r.ended = true
				return Record{}, false, err
			}
			if len(rec.Cells) > 0 {
				return rec, true, nil
			}
		case xml.EndElement:
			r.ended = t.Name.Local == "sheetData" || t.Name.Local == "worksheet"
		}
	}
	return Record{}, false, nil
}

// row reads the cells of a row up to its end.
func (r *sheetRows) row(e xml.StartElement) (Record, error) {
	line := r.line + 1
	if n, ok := whole(attr(e, "r")); ok {
		line = n
	}
	if line <= r.line || line > MaxRows {
		return Record{}, ErrDamaged
	}
	r.line = line
	rec := Record{Line: line, Cells: make([]string, 0, r.wide)}
	column := 0
	for {
		t, err := r.x.next()
		if errors.Is(err, io.EOF) {
			err = ErrDamaged
		}
		if err != nil {
			return rec, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				r.wide = len(rec.Cells)
				return rec, nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if n, ok := columnOf(attr(t, "r")); ok {
				column = n
			}
			if column >= MaxColumns {
				return rec, ErrDamaged
			}
			v, err := r.cell(t, &rec)
			if err != nil {
				return rec, err
			}
			rec.put(column, v)
			column++
		}
	}
}

// put sets a cell. Empty ones at the end are not kept.
func (rec *Record) put(column int, v string) {
	switch {
	case v == "":
		return
	case column >= MaxCells:
		rec.Trouble = TooWide
		return
	}
	for len(rec.Cells) <= column {
		rec.Cells = append(rec.Cells, "")
	}
	rec.Cells[column] = v
}

// cell reads one cell up to its end (§18.3.1.4).
func (r *sheetRows) cell(e xml.StartElement, rec *Record) (string, error) {
	kind, style := attr(e, "t"), attr(e, "s")
	var value string
	for {
		t, err := r.x.next()
		if errors.Is(err, io.EOF) {
			err = ErrDamaged
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "c" {
				return r.meaning(kind, style, value)
			}
		case xml.StartElement:
			var long bool
			switch t.Name.Local {
			case "v":
				value, long, err = r.x.plain("v")
			case "is":
				value, long, err = r.x.text("is")
			}
			if err != nil {
				return "", err
			}
			if long {
				rec.Trouble = TooLong
			}
		}
	}
}

// plain reads the text of an element that holds nothing else.
func (x *xmlReader) plain(element string) (text string, long bool, err error) {
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) {
			err = ErrDamaged
		}
		if err != nil {
			return "", false, err
		}
		switch t := t.(type) {
		case xml.CharData:
			if long = long || len(text)+len(t) > MaxLine; !long {
				text += string(t)
			}
		case xml.EndElement:
			if t.Name.Local == element {
				return text, long, nil
			}
		}
	}
}

// meaning turns what stands in a cell into text.
func (r *sheetRows) meaning(kind, style, value string) (string, error) {
	switch kind {
	case "s":
		n, ok := whole(strings.TrimSpace(value))
		if !ok {
			return "", nil
		}
		return r.w.words.get(n)
	case "inlineStr":
		return value, nil
	case "str":
		return unescape(value), nil
	case "b":
		if isTrue(strings.TrimSpace(value)) {
			return "true", nil
		}
		return "false", nil
	case "e":
		return "", nil // #N/A says that there is no value
	case "d":
		return isoMoment(strings.TrimSpace(value)), nil
	default:
		return r.w.format(style).text(value, r.w.from04), nil
	}
}

// columnOf reads the letters of "AB12": column 27, from 0.
func columnOf(ref string) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && i < 3; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1, i > 0
}
