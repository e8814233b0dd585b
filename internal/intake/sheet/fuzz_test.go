package sheet_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"keruen/internal/intake/sheet"
)

// seeds adds the files of testdata whose names match.
func seeds(f *testing.F, patterns ...string) {
	for _, p := range patterns {
		names, _ := filepath.Glob(filepath.Join("testdata", p))
		for _, n := range names {
			text, err := os.ReadFile(n)
			if err != nil {
				f.Fatal(err)
			}
			if len(text) < 16<<10 { // small ones are changed to more effect
				f.Add(text)
			}
		}
	}
}

// walk reads all there is to read. Records must come in order, within the bounds, and end.
func walk(t *testing.T, text []byte) {
	b, err := sheet.Open(bytes.NewReader(text), int64(len(text)), "x")
	if err != nil {
		return
	}
	defer b.Close()
	for i := range b.Sheets {
		rows, err := b.Rows(i, sheet.Options{})
		if err != nil {
			continue
		}
		last := int64(-1)
		for n := 0; ; n++ {
			rec, ok, err := rows.Next()
			if err != nil || !ok {
				break
			}
			if rec.Line <= last || len(rec.Cells) > sheet.MaxCells || n > sheet.MaxRows {
				t.Fatalf("record %d on line %d after %d with %d cells", n, rec.Line, last, len(rec.Cells))
			}
			if len(rec.Cells) == 0 && rec.Trouble == "" {
				t.Fatalf("record %d is empty", n)
			}
			last = rec.Line
		}
		rows.Close()
	}
}

func FuzzWorkbook(f *testing.F) {
	seeds(f, "*.xlsx")
	f.Fuzz(func(t *testing.T, text []byte) { walk(t, append([]byte("PK\x03\x04"), text[min(4, len(text)):]...)) })
}

// FuzzSheet changes the XML of a sheet and of its strings, which FuzzWorkbook cannot reach through the packing.
func FuzzSheet(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>`, `<sst><si><r><t>a</t></r><rPh><t>b</t></rPh></si></sst>`)
	f.Add(`<x:worksheet><x:sheetData><x:row><x:c t="b"><x:v>1</x:v></x:c><x:c t="d"><x:v>2026-03-31T00:00:00Z</x:v></x:c></x:row></x:sheetData></x:worksheet>`, ``)
	f.Fuzz(func(t *testing.T, data, shared string) { walk(t, workbook(t, data, shared)) })
}

func FuzzCards(f *testing.F) {
	seeds(f, "*.vcf")
	f.Fuzz(func(t *testing.T, text []byte) { walk(t, append([]byte("BEGIN:VCARD\n"), text...)) })
}

func FuzzArchive(f *testing.F) {
	for _, name := range []string{"windows-1251.csv", "ios.vcf", "shared.xlsx"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		walk(t, text)
		walk(t, packed(t, text))
	})
}

func FuzzList(f *testing.F) {
	f.Add("a", `b"; c`)
	f.Add(`"`, `x|y,`)
	f.Fuzz(func(t *testing.T, a, b string) {
		list := []string{}
		for _, s := range []string{strings.TrimSpace(a), strings.TrimSpace(b)} {
			if s != "" {
				list = append(list, s)
			}
		}
		if got := sheet.SplitList(sheet.JoinList(list)); !slices.Equal(got, list) {
			t.Fatalf("%q came back as %q", list, got)
		}
	})
}
