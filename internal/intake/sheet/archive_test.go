package sheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/intake/sheet"
)

// packed is an archive of one file.
func packed(t *testing.T, text []byte) []byte { return pack(t, [2]string{"a", string(text)}) }

// pack makes an archive of files by name.
func pack(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		w, err := z.Create(f[0])
		require.NoError(t, err)
		_, err = io.WriteString(w, f[1])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(text)
}

// AUD-5
func TestAnArchiveOfOneFileIsThatFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"windows-1251.csv", "shared.xlsx", "ios.vcf"} {
		plain, packed := load(t, name), book(t, pack(t, [2]string{"папка/" + name, read(t, name)}, [2]string{"__MACOSX/._" + name, "x"}, [2]string{".DS_Store", "x"}), "a.zip")
		require.Equal(t, name, packed.Inside)
		require.Equal(t, plain.Format, packed.Format)
		require.Equal(t, plain.Sheets, packed.Sheets)
		require.Equal(t, table(t, plain, 0), table(t, packed, 0))
	}
}

func TestWhatIsNoTableIsRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	csv := [2]string{"a.csv", "a,b\n"}
	secret := pack(t, csv)
	for _, header := range []string{"PK\x03\x04", "PK\x01\x02"} { // the flag of encryption, in both headers
		at := bytes.Index(secret, []byte(header))
		secret[at+6+2*(len(header)-4)] |= 1
		if header == "PK\x01\x02" {
			secret[at+8] |= 1
		}
	}
	compound := make([]byte, 2048)
	copy(compound, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	binary.LittleEndian.PutUint16(compound[30:], 9)
	binary.LittleEndian.PutUint32(compound[48:], 1)
	for i, c := range "EncryptedPackage" {
		compound[1024+2*i] = byte(c)
	}
	for name, c := range map[string]struct {
		text []byte
		want error
	}{
		"nothing":              {nil, sheet.ErrEmpty},
		"blank":                {[]byte(" \r\n\t"), sheet.ErrEmpty},
		"old Excel":            {[]byte(read(t, "old.xls")), sheet.ErrOldExcel},
		"password on Excel":    {compound, sheet.ErrEncrypted},
		"password on ZIP":      {secret, sheet.ErrEncrypted},
		"OpenDocument":         {[]byte(read(t, "table.ods")), sheet.ErrOther},
		"web page":             {[]byte("<html><table><tr><td>a"), sheet.ErrWebPage},
		"picture":              {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), sheet.ErrBinary},
		"two files":            {pack(t, csv, [2]string{"b.csv", "a"}), sheet.ErrArchive},
		"no file":              {pack(t), sheet.ErrArchive},
		"archive in archive":   {pack(t, [2]string{"b.zip", string(pack(t, csv))}), sheet.ErrArchive},
		"old Excel in archive": {pack(t, [2]string{"b.xls", read(t, "old.xls")}), sheet.ErrOldExcel},
		"other archive":        {[]byte("Rar!\x1a\x07\x01\x00rest"), sheet.ErrArchive},
		"cut workbook":         {[]byte(read(t, "shared.xlsx"))[:3000], sheet.ErrDamaged},
		"endless line":         {bytes.Repeat([]byte("x"), 2<<20), sheet.ErrNotTable},
	} {
		require.ErrorIs(t, refused(t, c.text), c.want, name)
	}
}

// workbook makes a file of one sheet whose data and shared strings are given.
func workbook(t *testing.T, data, shared string) []byte {
	t.Helper()
	const rels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	return pack(t,
		[2]string{"[Content_Types].xml", "<Types/>"},
		[2]string{"_rels/.rels", fmt.Sprintf(rels, `<Relationship Id="r" Type="`+kind+`/officeDocument" Target="/xl/workbook.xml"/>`)},
		[2]string{"xl/_rels/workbook.xml.rels", fmt.Sprintf(rels, `<Relationship Id="a" Type="`+kind+`/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="s" Type="`+kind+`/sharedStrings" Target="sharedStrings.xml"/>`)},
		[2]string{"xl/workbook.xml", `<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>`},
		[2]string{"xl/worksheets/sheet1.xml", data},
		[2]string{"xl/sharedStrings.xml", shared})
}

func TestBombsAreRefused(t *testing.T) {
	t.Parallel()
	const open, shut = `<worksheet><sheetData>`, `</sheetData></worksheet>`
	entities := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>`
	zeros := strings.Repeat("0", 70<<20)
	for name, c := range map[string]struct {
		text []byte
		want error
	}{
		"CSV of zeros in an archive":   {pack(t, [2]string{"a.csv", zeros}), sheet.ErrBomb},
		"sheet of zeros":               {workbook(t, open+zeros+shut, ""), sheet.ErrBomb},
		"shared strings of zeros":      {workbook(t, open+`<row><c t="s"><v>0</v></c></row>`+shut, zeros), sheet.ErrBomb},
		"one cell of many megabytes":   {workbook(t, open+`<row><c t="inlineStr"><is><t>`+strings.Repeat("ab", 8<<20)+`</t></is></c></row>`+shut, ""), sheet.ErrDamaged},
		"entities in a sheet":          {workbook(t, entities+open+`<row><c><v>&lol2;</v></c></row>`+shut, ""), sheet.ErrDamaged},
		"entities in shared strings":   {workbook(t, open+`<row><c t="s"><v>0</v></c></row>`+shut, entities+`<sst><si><t>&lol2;</t></si></sst>`), sheet.ErrDamaged},
		"an entity without definition": {workbook(t, open+`<row><c t="str"><v>&lol;</v></c></row>`+shut, ""), sheet.ErrDamaged},
		"a row beyond the last":        {workbook(t, open+`<row r="1048577"><c><v>1</v></c></row>`+shut, ""), sheet.ErrDamaged},
		"a column beyond the last":     {workbook(t, open+`<row><c r="XFE1"><v>1</v></c></row>`+shut, ""), sheet.ErrDamaged},
		"rows that go back":            {workbook(t, open+`<row r="5"/><row r="4"/>`+shut, ""), sheet.ErrDamaged},
		"a sheet without end":          {workbook(t, open+`<row><c><v>1</v></c></row>`, ""), sheet.ErrDamaged},
	} {
		require.ErrorIs(t, refused(t, c.text), c.want, name)
	}
	many := make([][2]string, 10_001)
	for i := range many {
		many[i] = [2]string{fmt.Sprint(i), ""}
	}
	require.ErrorIs(t, refused(t, pack(t, many...)), sheet.ErrBomb)
	lie := pack(t, [2]string{"a.csv", "a,b\n"}) // a list of files that is said to begin elsewhere
	binary.LittleEndian.PutUint32(lie[len(lie)-6:], 0xFFFFFFFF)
	require.ErrorIs(t, refused(t, lie), sheet.ErrBomb)
}

func TestACellFarToTheRightIsTroubleOfItsRow(t *testing.T) {
	t.Parallel()
	b := book(t, workbook(t, `<worksheet><sheetData><row><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row><row r="7"><c><v>3</v></c></row></sheetData></worksheet>`, ""), "")
	require.Equal(t, []sheet.Record{{Line: 1, Cells: []string{"1"}, Trouble: sheet.TooWide}, {Line: 7, Cells: []string{"3"}}}, table(t, b, 0))
}

func TestMillionsOfSharedStringsDoNotFillTheMemory(t *testing.T) {
	const n = 250_000
	shared, data := &strings.Builder{}, &strings.Builder{}
	shared.WriteString("<sst>")
	data.WriteString("<worksheet><sheetData>")
	for i := range n {
		fmt.Fprintf(shared, "<si><t>%d %s</t></si>", i, strings.Repeat(fmt.Sprint(i*7919), 60)) // some 400 bytes each
		fmt.Fprintf(data, `<row><c t="s"><v>%d</v></c><c t="s"><v>%d</v></c></row>`, i, n-1-i)
	}
	data.WriteString("</sheetData></worksheet>")
	shared.WriteString("</sst>")
	b := book(t, workbook(t, data.String(), shared.String()), "")
	data, shared = nil, nil
	rows, err := b.Rows(0, sheet.Options{})
	require.NoError(t, err)
	defer rows.Close()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := 0; ; i++ {
		rec, ok, err := rows.Next()
		require.NoError(t, err)
		if !ok {
			require.Equal(t, n, i)
			break
		}
		if i%1000 == 0 {
			require.Equal(t, fmt.Sprintf("%d %s", i, strings.Repeat(fmt.Sprint(i*7919), 60)), rec.Cells[0])
			require.Equal(t, fmt.Sprintf("%d %s", n-1-i, strings.Repeat(fmt.Sprint((n-1-i)*7919), 60)), rec.Cells[1])
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(80<<20), "bytes held")
}
