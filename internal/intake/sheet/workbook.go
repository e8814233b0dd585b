package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// Bounds of the small parts of a workbook.
const (
	maxSheets = 1000
	maxStyles = 65_536
	maxPart   = 64 << 20 // bytes of the list of sheets and of the styles, unpacked
)

// workbook is an open XLSX file (ECMA-376 part 1, §18). Its strings are read when the first sheet is.
type workbook struct {
	parts   map[string]*zip.File
	sheets  []string // part of each sheet
	formats []numberFormat
	words   *sharedStrings
	from04  bool // days are counted from 1904
}

func (b *Book) openWorkbook(z *zip.Reader) error {
	w := &workbook{parts: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		w.parts[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	main, err := w.target("_rels/.rels", "/officeDocument")
	if err != nil {
		return err
	}
	if main == "" || w.parts[strings.ToLower(main)] == nil {
		return ErrOther // a document of another kind
	}
	if err := w.readList(b, main); err != nil {
		return err
	}
	if len(b.Sheets) == 0 {
		return ErrEmpty
	}
	styles, err := w.target(relsOf(main), "/styles")
	if err != nil {
		return err
	}
	if err := w.readStyles(styles); err != nil {
		return err
	}
	shared, err := w.target(relsOf(main), "/sharedStrings")
	if err != nil {
		return err
	}
	w.words = &sharedStrings{part: w.parts[strings.ToLower(shared)]}
	b.closers = append(b.closers, w.words)
	b.Format, b.work, b.Encoding = XLSX, w, UTF8
	return nil
}

// relsOf names the part that holds the relationships of a part.
func relsOf(part string) string {
	dir, base := path.Split(part)
	return dir + "_rels/" + base + ".rels"
}

// relations returns the targets in a part of relationships, by id, whose type ends in kind; of Excel and of the strict standard alike.
func (w *workbook) relations(rels, kind string) (map[string]string, error) {
	out := map[string]string{}
	dir := path.Dir(path.Dir(rels)) // "xl/_rels/workbook.xml.rels" is about "xl"
	err := w.each(rels, func(x *xmlReader, e xml.StartElement) error {
		if e.Name.Local != "Relationship" || !strings.HasSuffix(attr(e, "Type"), kind) || attr(e, "TargetMode") == "External" {
			return nil
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		out[attr(e, "Id")] = strings.TrimPrefix(target, "/")
		return nil
	})
	return out, err
}

// target returns one part of a kind, "" when there is none.
func (w *workbook) target(rels, kind string) (string, error) {
	all, err := w.relations(rels, kind)
	for _, t := range all {
		return t, err
	}
	return "", err
}

// readList reads the names of the sheets in their order.
func (w *workbook) readList(b *Book, main string) error {
	sheets, err := w.relations(relsOf(main), "/worksheet")
	if err != nil {
		return err
	}
	return w.each(main, func(x *xmlReader, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			w.from04 = isTrue(attr(e, "date1904"))
		case "sheet":
			part, ok := sheets[attr(e, "id")]
			f := w.parts[strings.ToLower(part)]
			if !ok || f == nil || len(w.sheets) == maxSheets {
				return nil // a chart, a macro sheet
			}
			n, err := guessRows(f)
			if err != nil {
				return err
			}
			w.sheets = append(w.sheets, part)
			b.Sheets = append(b.Sheets, Sheet{Name: attr(e, "name"), Rows: n, Hidden: attr(e, "state") != "" && attr(e, "state") != "visible"})
		}
		return nil
	})
}

// guessRows counts the rows in the beginning of a sheet and reckons from its size.
func guessRows(f *zip.File) (int64, error) {
	r, err := unpack(f, MaxUnpacked)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, 256<<10))
	if err != nil {
		return 0, err
	}
	n := int64(strings.Count(string(head), "<row ") + strings.Count(string(head), ":row ") + strings.Count(string(head), "<row>"))
	if size := int64(f.UncompressedSize64); size > int64(len(head)) {
		n = min(n*size/int64(len(head)), MaxRows)
	}
	return n, nil
}

func (w *workbook) readStyles(part string) error {
	if part == "" {
		return nil
	}
	codes := map[string]string{}
	inCells := false
	return w.each(part, func(x *xmlReader, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if len(codes) < maxStyles {
				codes[attr(e, "numFmtId")] = attr(e, "formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs", "cellStyleXfs":
			inCells = false
		case "xf":
			if inCells && len(w.formats) < maxStyles {
				w.formats = append(w.formats, formatOf(attr(e, "numFmtId"), codes))
			}
		}
		return nil
	})
}

func (w *workbook) format(style string) numberFormat {
	n, ok := whole(style)
	if !ok || n >= int64(len(w.formats)) {
		return numberFormat{}
	}
	return w.formats[n]
}

// each calls f for every element of a small part.
func (w *workbook) each(part string, f func(*xmlReader, xml.StartElement) error) error {
	file := w.parts[strings.ToLower(part)]
	if file == nil {
		return nil
	}
	x, err := openXML(file, maxPart)
	if err != nil {
		return err
	}
	defer x.Close()
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := f(x, e); err != nil {
				return err
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }

// xmlReader reads a part of a workbook token by token. A definition of entities (DOCTYPE) has no place in one and is refused; a token
// longer than MaxLine is too.
type xmlReader struct {
	dec  *xml.Decoder
	file io.ReadCloser
	room int
}

func openXML(f *zip.File, limit int64) (*xmlReader, error) {
	r, err := unpack(f, limit)
	if err != nil {
		return nil, err
	}
	x := &xmlReader{file: r}
	x.dec = xml.NewDecoder(x)
	return x, nil
}

// Read gives the decoder its bytes, as many as one token may have.
func (x *xmlReader) Read(p []byte) (int, error) {
	if x.room <= 0 {
		return 0, ErrDamaged
	}
	n, err := x.file.Read(p)
	x.room -= n
	return n, err
}

// next returns the next start, end or text; io.EOF at the end. What it returns is good until the next call.
func (x *xmlReader) next() (xml.Token, error) {
	x.room = MaxLine + 4096 // the decoder reads so far ahead
	for {
		t, err := x.dec.RawToken()
		if err != nil {
			var bad *xml.SyntaxError
			if errors.As(err, &bad) {
				err = ErrDamaged.Because(err)
			}
			return nil, err
		}
		switch t.(type) {
		case xml.Directive:
			return nil, ErrDamaged
		case xml.StartElement, xml.EndElement, xml.CharData:
			return t, nil
		}
	}
}

func (x *xmlReader) Close() error { return x.file.Close() }
