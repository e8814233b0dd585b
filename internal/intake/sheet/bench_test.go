package sheet_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/intake/sheet"
)

// BenchmarkWorkbook reads 100,000 rows of six cells, as Excel writes them.
func BenchmarkWorkbook(b *testing.B) {
	const n = 100_000
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name string, write func(w *bufio.Writer)) {
		f, err := z.Create(name)
		require.NoError(b, err)
		w := bufio.NewWriter(f)
		write(w)
		require.NoError(b, w.Flush())
	}
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	put("[Content_Types].xml", func(w *bufio.Writer) { fmt.Fprint(w, "<Types/>") })
	put("_rels/.rels", func(w *bufio.Writer) {
		fmt.Fprint(w, `<Relationships><Relationship Id="r" Type="`+kind+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	})
	put("xl/_rels/workbook.xml.rels", func(w *bufio.Writer) {
		fmt.Fprint(w, `<Relationships><Relationship Id="a" Type="`+kind+`/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="s" Type="`+kind+`/sharedStrings" Target="sharedStrings.xml"/></Relationships>`)
	})
	put("xl/workbook.xml", func(w *bufio.Writer) {
		fmt.Fprint(w, `<workbook><sheets><sheet name="S" r:id="a"/></sheets></workbook>`)
	})
	put("xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
		fmt.Fprint(w, "<worksheet><sheetData>")
		for r := 1; r <= n; r++ {
			fmt.Fprintf(w, `<row r="%d" spans="1:6">`, r)
			for c := range 4 {
				fmt.Fprintf(w, `<c r="%c%d" t="s"><v>%d</v></c>`, 'A'+c, r, (r-1)*4+c)
			}
			fmt.Fprintf(w, `<c r="E%d" s="1"><v>%d</v></c><c r="F%d"><v>77010000000</v></c></row>`, r, 40000+r%1000, r)
		}
		fmt.Fprint(w, "</sheetData></worksheet>")
	})
	put("xl/sharedStrings.xml", func(w *bufio.Writer) {
		fmt.Fprint(w, "<sst>")
		for i := range 4 * n {
			fmt.Fprintf(w, "<si><t>person%d@example.kz</t></si>", i)
		}
		fmt.Fprint(w, "</sst>")
	})
	require.NoError(b, z.Close())
	for b.Loop() {
		book, err := sheet.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), "x.xlsx")
		require.NoError(b, err)
		rows, err := book.Rows(0, sheet.Options{})
		require.NoError(b, err)
		count := 0
		for {
			_, ok, err := rows.Next()
			require.NoError(b, err)
			if !ok {
				break
			}
			count++
		}
		require.Equal(b, n, count)
		require.NoError(b, rows.Close())
		require.NoError(b, book.Close())
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
}
