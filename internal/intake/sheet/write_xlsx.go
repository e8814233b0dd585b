package sheet

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Styles of the cells that are written, numbers in cellXfs below.
const (
	styleDate   = `1`
	styleMoment = `2`
	styleText   = `3` // looks like a formula and stays text when somebody edits it
	styleHead   = `4`
)

const (
	xmlHead    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMain     = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	nsOffice   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	nsPackage  = `http://schemas.openxmlformats.org/package/2006/relationships`
	typePrefix = `application/vnd.openxmlformats-officedocument.spreadsheetml.`

	styles = xmlHead + `<styleSheet xmlns="` + nsMain + `"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/><numFmt numFmtId="165" formatCode="dd\.mm\.yyyy\ hh:mm"/></numFmts>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

type xlsxWriter struct {
	zip     *zip.Writer
	out     *bufio.Writer // of the sheet at hand
	name    string
	heading []Cell
	sheets  int
	row     int // of the sheet at hand
}

// WriteXLSX writes a workbook. Rows beyond what a sheet holds go on on the next one, under the same heading. The heading stays in sight.
func WriteXLSX(w io.Writer, name string) Writer {
	return &xlsxWriter{zip: zip.NewWriter(w), name: sheetName(name)}
}

// sheetName drops what the name of a sheet must not have.
func sheetName(s string) string {
	r := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return -1
		}
		return r
	}, s))
	return string(r[:min(len(r), 25)])
}

func (w *xlsxWriter) Write(row []Cell) error {
	if w.heading == nil {
		w.heading = row
	}
	if w.out == nil || w.row == MaxRows {
		if err := w.nextSheet(len(row)); err != nil || w.sheets == 1 {
			return err // the heading was the row
		}
	}
	return w.line(row, "")
}

// nextSheet begins a sheet with its heading.
func (w *xlsxWriter) nextSheet(columns int) error {
	if err := w.endSheet(); err != nil {
		return err
	}
	w.sheets++
	f, err := w.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", w.sheets))
	if err != nil {
		return err
	}
	w.out, w.row = bufio.NewWriterSize(f, 64<<10), 0
	fmt.Fprintf(w.out, xmlHead+`<worksheet xmlns="`+nsMain+`"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`+
		`<cols><col min="1" max="%d" width="22" customWidth="1"/></cols><sheetData>`, columns)
	return w.line(w.heading, styleHead)
}

func (w *xlsxWriter) line(row []Cell, style string) error {
	w.row++
	_, _ = w.out.WriteString(`<row>`) // errors stay in the writer
	for _, c := range row {
		w.cell(c, style)
	}
	_, err := w.out.WriteString("</row>")
	return err
}

func (w *xlsxWriter) cell(c Cell, style string) {
	switch c.kind {
	case numberCell:
		if c.text != "" {
			w.value("", "", c.text)
			return
		}
	case boolCell:
		v := "0"
		if c.text == "true" {
			v = "1"
		}
		w.value(` t="b"`, "", v)
		return
	case dateCell:
		if v, style, ok := serial(c.text); ok {
			w.value("", style, v)
			return
		}
	}
	if c.text == "" {
		_, _ = w.out.WriteString("<c/>")
		return
	}
	if style == "" && isFormula(c.text) {
		style = styleText
	}
	_, _ = w.out.WriteString(`<c t="inlineStr"`)
	if style != "" {
		_, _ = w.out.WriteString(` s="` + style + `"`)
	}
	_, _ = w.out.WriteString(`><is><t xml:space="preserve">`)
	_ = xml.EscapeText(w.out, []byte(escapeX(c.text)))
	_, _ = w.out.WriteString(`</t></is></c>`)
}

func (w *xlsxWriter) value(kind, style, v string) {
	_, _ = w.out.WriteString(`<c` + kind)
	if style != "" {
		_, _ = w.out.WriteString(` s="` + style + `"`)
	}
	_, _ = w.out.WriteString(`><v>` + v + `</v></c>`)
}

// escapeX keeps text that looks like an escape, and control characters, from being taken for something else.
func escapeX(s string) string {
	if !strings.Contains(s, "_x") && strings.IndexFunc(s, func(r rune) bool { return r < ' ' }) < 0 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r == '_' && strings.HasPrefix(s[i:], "_x") {
			fmt.Fprintf(&b, "_x%04X_", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// serial turns a day, or a day and a time, into the number of a spreadsheet. Days before March 1900 stay text, because spreadsheets
// do not agree about them.
func serial(s string) (v, style string, ok bool) {
	layout, style := time.DateOnly, styleDate
	if len(s) > len(layout) {
		layout, style = "2006-01-02 15:04", styleMoment
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)) {
		return "", "", false
	}
	days := t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
	return strconv.FormatFloat(days, 'f', -1, 64), style, true
}

func (w *xlsxWriter) endSheet() error {
	if w.out == nil {
		return nil
	}
	_, _ = w.out.WriteString("</sheetData></worksheet>")
	return w.out.Flush()
}

// Close writes the list of sheets, which is known only now.
func (w *xlsxWriter) Close() error {
	if w.out == nil {
		if err := w.nextSheet(1); err != nil {
			return err
		}
	}
	if err := w.endSheet(); err != nil {
		return err
	}
	var types, list, rels strings.Builder
	for i := 1; i <= w.sheets; i++ {
		name := w.name
		if i > 1 {
			name += " " + strconv.Itoa(i)
		}
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="`+typePrefix+`worksheet+xml"/>`, i)
		list.WriteString(`<sheet name="`)
		_ = xml.EscapeText(&list, []byte(name))
		fmt.Fprintf(&list, `" sheetId="%d" r:id="s%d"/>`, i, i)
		fmt.Fprintf(&rels, `<Relationship Id="s%d" Type="`+nsOffice+`/worksheet" Target="worksheets/sheet%d.xml"/>`, i, i)
	}
	for _, p := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + typePrefix + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + typePrefix + `styles+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + nsPackage + `"><Relationship Id="w" Type="` + nsOffice + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + nsMain + `" xmlns:r="` + nsOffice + `"><sheets>` + list.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + nsPackage + `">` + rels.String() + `<Relationship Id="f" Type="` + nsOffice + `/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", strings.TrimPrefix(styles, xmlHead)},
	} {
		f, err := w.zip.Create(p[0])
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, xmlHead+p[1]); err != nil {
			return err
		}
	}
	return w.zip.Close()
}
