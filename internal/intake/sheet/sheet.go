// Package sheet reads and writes tables of people: CSV and what is pasted from a spreadsheet, XLSX, vCard, and a ZIP archive of one of
// these. It knows nothing of contacts.
//
//	book, err := sheet.Open(file, size, "клиенты.xlsx")
//	defer book.Close()
//	rows, err := book.Rows(0, sheet.Options{})
//	defer rows.Close()
//	for {
//		rec, ok, err := rows.Next()
//		…
//	}
//
// Rows come one by one in flat memory, whatever the file holds. A row that cannot be read comes with its trouble, and reading
// goes on with the next. See README.md.
package sheet

import (
	"bytes"
	"io"

	"keruen/internal/errs"
)

// Format is what kind of file a table is.
type Format string

// Formats that are read.
const (
	CSV   Format = "csv" // any text with delimiters, also what a spreadsheet puts on the clipboard
	XLSX  Format = "xlsx"
	VCard Format = "vcard"
)

// Limits of what is read.
const (
	MaxLine     = 1 << 20   // bytes of one row of text, or of one cell of a workbook. A longer one is reported and passed over.
	MaxCells    = 1000      // cells of one row
	MaxUnpacked = 4 << 30   // bytes of one file inside an archive or a workbook
	MaxRows     = 1_048_576 // rows of a sheet of a workbook, as spreadsheets have it
	MaxColumns  = 16_384    // columns of it
)

// Troubles of rows.
const (
	TooLong  = "row.too_long" // longer than MaxLine
	Quotes   = "row.quotes"   // quotes that do not close, or text after them
	Encoded  = "row.encoding" // bytes of another encoding
	TooWide  = "row.columns"  // more than MaxCells cells
	NotACard = "row.vcard"    // text between cards, or a card without its end
)

// Errors of files. Each says what to do.
var (
	ErrEmpty     = errs.New(errs.Invalid, "import.empty", "The file is empty. Choose another.")
	ErrOldExcel  = errs.New(errs.Invalid, "import.old_excel", "This is a file of an old Excel (.xls). Open it in Excel or LibreOffice, save it as .xlsx or CSV, and choose that file.")
	ErrEncrypted = errs.New(errs.Invalid, "import.encrypted", "The file is protected by a password. Save it without the password and choose it again.")
	ErrOther     = errs.New(errs.Invalid, "import.spreadsheet", "Tables of this kind are not read. Open the file in its program, save it as .xlsx or CSV, and choose that file.")
	ErrBinary    = errs.New(errs.Invalid, "import.binary", "This is not a table. Choose a CSV, XLSX or vCard file.")
	ErrWebPage   = errs.New(errs.Invalid, "import.web_page", "This is a web page, whatever its name says. Open it in Excel, save it as .xlsx or CSV, and choose that file.")
	ErrNotTable  = errs.New(errs.Invalid, "import.not_table", "No table was found: the first line is longer than 1 MB. A CSV file has one contact per line.")
	ErrArchive   = errs.New(errs.Invalid, "import.archive", "The archive must hold exactly one file: CSV, XLSX or vCard. Unpack it and choose the file you need.")
	ErrBomb      = errs.New(errs.Invalid, "import.archive_size", "Unpacked, the file is larger than can be taken at once. Cut it into several files.")
	ErrDamaged   = errs.New(errs.Invalid, "import.damaged", "The file is damaged or was not uploaded whole. Open it in its program, save it again, and choose it once more.")
	ErrNoSheet   = errs.New(errs.Invalid, "import.no_sheet", "The workbook has no such sheet.")
)

// Book is an open file: one table, or the sheets of a workbook. It is safe for concurrent reading and must be closed.
type Book struct {
	Format   Format
	Sheets   []Sheet // one for everything but workbooks
	Encoding Encoding
	// Delimiter is the one that CSV was recognised by: one of , ; tab |. Empty for other formats.
	Delimiter string
	// Inside is the name of the file inside the archive, empty when the file itself was given.
	Inside string

	told    bool // the first line only tells the delimiter
	src     source
	work    *workbook
	cards   *cardColumns
	closers []io.Closer
}

// Sheet is one table of a book.
type Sheet struct {
	Name   string // empty when the format has no names
	Rows   int64  // about how many rows it has, the heading included
	Hidden bool
}

// Options say how a table is to be read. Zero values stand for what was recognised.
type Options struct {
	Encoding  Encoding
	Delimiter string // of CSV
}

// Record is one row that is not empty, as people see it in their spreadsheet.
type Record struct {
	Line    int64    // where it begins: line of the text, or number of the row on the sheet; from 1
	Cells   []string // empty cells at the end of a row of a workbook are left out
	Trouble string   // why it cannot be read, empty when it can; then Cells is what could be
}

// Rows walks over a table.
type Rows interface {
	// Next returns the next row that is not empty; false at the end. After an error nothing more comes.
	Next() (Record, bool, error)
	Close() error
}

// Open recognises a file of size bytes by what is in it; its name only helps. The text of CSV and vCards is read once through.
func Open(r io.ReaderAt, size int64, name string) (*Book, error) {
	src := source{size: size, open: func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(r, 0, size)), nil }}
	b := &Book{src: src}
	if err := b.recognise(r, size, true); err != nil {
		return nil, oneError(err, b.Close())
	}
	return b, nil
}

// source is a file that can be read from its beginning as often as needed.
type source struct {
	open func() (io.ReadCloser, error)
	size int64
}

// recognise finds out what the file is. An archive inside an archive is refused.
func (b *Book) recognise(r io.ReaderAt, size int64, archives bool) error {
	head := make([]byte, min(size, 8))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), head); err != nil {
		return err
	}
	switch {
	case size == 0:
		return ErrEmpty
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return oldOffice(r, size)
	case bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return ErrArchive // an archive of nothing
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return b.openArchive(r, size, archives)
	case bytes.HasPrefix(head, []byte("Rar!")), bytes.HasPrefix(head, []byte("7z\xBC\xAF")), bytes.HasPrefix(head, []byte("\x1F\x8B")):
		return ErrArchive
	}
	return b.openText()
}

// Rows begins to read a sheet. Several may be read at a time.
func (b *Book) Rows(sheet int, o Options) (Rows, error) {
	if sheet < 0 || sheet >= len(b.Sheets) {
		return nil, ErrNoSheet
	}
	if o.Encoding == "" {
		o.Encoding = b.Encoding
	}
	if o.Delimiter == "" {
		o.Delimiter = b.Delimiter
	}
	switch b.Format {
	case XLSX:
		return b.work.rows(sheet)
	case VCard:
		return b.cardRows(o)
	default:
		return b.csvRows(o)
	}
}

// Close lets go of what the book keeps beside the file.
func (b *Book) Close() error {
	var first error
	for _, c := range b.closers {
		first = oneError(first, c.Close())
	}
	b.closers = nil
	return first
}

func oneError(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
