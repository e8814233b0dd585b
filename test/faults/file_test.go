package faults

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"keruen/test/program"
)

// AUD-1: what is no table is refused at once, and nothing of it stays on the disk.
func TestAFileThatIsNoTableIsRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	p, c := start(t, nil)
	for name, f := range map[string]struct{ content, code string }{
		"empty.csv":  {"", "import.empty"},
		"blank.csv":  {"\xEF\xBB\xBF \r\n\r\n ", "import.empty"},
		"people.csv": {"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00sheet", "import.damaged"},
		"old.xls":    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00", "import.damaged"},
		"photo.csv":  {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "import.binary"},
		"nuls.csv":   {"E-mail;Имя\na@alpha.test;А\x00я\n", "import.binary"},
		"line.csv":   {strings.Repeat("x", 2<<20), "import.not_table"},
	} {
		d, status := upload(t, c, name, strings.NewReader(f.content))
		require.Equal(t, 422, status, "%s: %v", name, d)
		require.Equal(t, f.code, d.Text("code"), "%s: %v", name, d)
	}
	require.Empty(t, c.Get(t, "/api/v1/imports").Items())
	require.Empty(t, files(t, filepath.Join(p.Data, "blobs")), "nothing of a refused file stays")
}

// files lists the regular files under a folder.
func files(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	})
	require.NoError(t, err)
	return out
}

// AUD-1: a broken row costs itself; it is named by its line, can be fetched with cause and advice, and all others arrive.
func TestABrokenRowCostsOnlyItself(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	csv := strings.Join([]string{
		"E-mail;Имя;Город",
		"a@alpha.test;Алия;Алматы",
		`b@alpha.test;"Болат;Астана`, // 3: the quote never closes
		"c@alpha.test;Сауле;Семей",   // and does not swallow this one
		"d@alpha.test",               // 5: narrow
		"e@alpha.test;Ержан;Атырау;лишнее;ещё лишнее", // 6: wide
		"not an address;Дана;Тараз",                   // 7
		";Без адреса;Тараз",                           // 8
		`f@alpha.test;"ООО ""Ромашка""";Алматы`,       // 9
		"g@alpha.test;=HYPERLINK(1);Алматы",           // 10
		"A@ALPHA.TEST;Повтор;Алматы",                  // 11
		`h@alpha.test;Нур"лан;"Шым` + "\n" + `кент"`,  // 12: quotes inside, a line end inside
		"i@alpha.test;Айгуль;Алматы",
	}, "\n")
	im := c.Import(t, "люди.csv", []byte(csv), "Все")

	counts := func(n string) int { return im.Number("counts." + n) }
	require.Equal(t, counts("rows"), counts("created")+counts("updated")+counts("skipped")+counts("errors"), "%v", im)
	got := names(t, c)
	for address, name := range map[string]string{
		"a@alpha.test": "Алия", "c@alpha.test": "Сауле", "d@alpha.test": "", "f@alpha.test": `ООО "Ромашка"`, "h@alpha.test": `Нур"лан`, "i@alpha.test": "Айгуль",
	} {
		found, there := got[address]
		require.True(t, there, "%s did not arrive: %v", address, im)
		require.Equal(t, name, found)
	}
	require.Equal(t, "Болат", got["b@alpha.test"], "a quote that never closes is taken away, with a warning")
	require.Len(t, got, counts("created"))
	rows := groups(im)
	require.Contains(t, rows["row.quotes_mended"], 3, "%v", rows)
	require.Contains(t, rows["row.columns"], 6, "%v", rows)
	var lines []int
	for _, l := range rows {
		lines = append(lines, l...)
	}
	require.Subset(t, lines, []int{3, 6, 7, 8}, "every broken row is named by its line: %v", rows)

	rejected, _ := c.Raw(t, "GET", "/api/v1/imports/"+im.Text("id")+"/rejected.csv?lang=ru", "", nil)
	for _, text := range []string{"e@alpha.test", "not an address", "Без адреса", "Причина", "Что сделать"} {
		require.Contains(t, string(rejected), text)
	}
}

// AUD-1: a file with a heading and nobody in it, and one in which two columns have the same name.
func TestAHeadingAloneAndTwoColumnsOfOneNameAreUnderstood(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	d, status := upload(t, c, "head.csv", strings.NewReader("E-mail;Имя\n"))
	require.Equal(t, 422, status, "%v", d)
	require.Equal(t, "import.no_rows", d.Text("code"))

	twice := "E-mail;E-mail;Имя\na@alpha.test;b@alpha.test;Алия\n"
	d, status = upload(t, c, "twice.csv", strings.NewReader(twice))
	require.Equal(t, 201, status, "%v", d)
	path := "/api/v1/imports/" + d.Text("id")
	_, _ = c.Call(t, "PATCH", path, program.Doc{"settings": program.Doc{"mapping": []program.Doc{{"column": 0, "field": "email"}, {"column": 1, "field": "email"}}}})
	d, status = post(t, c, path+"/dry-run", nil)
	require.Equal(t, 422, status, "two columns cannot both be the address: %v", d)
	require.Contains(t, d["errors"].([]any)[0].(map[string]any)["code"], "field_twice")

	im := c.Import(t, "twice.csv", []byte(twice), "")
	require.Equal(t, 1, im.Number("counts.created"), "by default the first column is it: %v", im)
	require.Equal(t, map[string]string{"a@alpha.test": "Алия"}, names(t, c))
}

// AUD-1: names arrive right whatever program wrote the file.
func TestNamesArriveRightFromEveryEncoding(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	utf16 := func(e unicode.Endianness, bom unicode.BOMPolicy) encoding.Encoding { return unicode.UTF16(e, bom) }
	for name, e := range map[string]encoding.Encoding{
		"utf8":      encoding.Nop,
		"utf8bom":   unicode.UTF8BOM,
		"cp1251":    charmap.Windows1251,
		"utf16le":   utf16(unicode.LittleEndian, unicode.IgnoreBOM),
		"utf16be":   utf16(unicode.BigEndian, unicode.IgnoreBOM),
		"utf16lebm": utf16(unicode.LittleEndian, unicode.UseBOM),
		"utf16bebm": utf16(unicode.BigEndian, unicode.UseBOM),
	} {
		person := "Ақылбек Ұлы"
		if name == "cp1251" {
			person = "Щербакова Ёлка" // the Kazakh letters are not in it
		}
		text := "E-mail;Имя;Фамилия\r\n" + name + "@alpha.test;" + person + ";Нұрғалиева\r\n"
		if name == "cp1251" {
			text = strings.ReplaceAll(text, "Нұрғалиева", "Нургалиева")
		}
		file, err := e.NewEncoder().String(text)
		require.NoError(t, err)
		im := c.Import(t, name+".csv", []byte(file), "")
		require.Equal(t, 1, im.Number("counts.created"), "%s: %v", name, im)
		require.Equal(t, person, names(t, c)[name+"@alpha.test"], "%s: read as %s", name, im.Text("encoding"))
	}
}

// AUD-1: a few bytes that are not UTF-8 in a large UTF-8 file spoil their row and no other.
func TestBrokenCharactersSpoilOnlyTheirRow(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	csv := append(people("p", 300), []byte("x@alpha.test;\xD0\xD0\xFF\nlast@alpha.test;Әсел\n")...)
	im := c.Import(t, "utf8.csv", csv, "")
	require.Equal(t, 301, im.Number("counts.created"), "%v", im)
	require.Equal(t, []int{302}, groups(im)["row.encoding"], "%v", im)
	got := names(t, c)
	require.Equal(t, "Әсел", got["last@alpha.test"])
	require.NotContains(t, got, "x@alpha.test")
	rejected, _ := c.Raw(t, "GET", "/api/v1/imports/"+im.Text("id")+"/rejected.csv", "", nil)
	require.True(t, bytes.Contains(rejected, []byte("x@alpha.test")))
}

// AUD-1: the name of a new list that is taken is said while it is chosen, at its field.
func TestTheNameOfANewListIsCheckedWhenItIsChosen(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	c.Post(t, "/api/v1/lists", program.Doc{"name": "Осень"})
	im, status := upload(t, c, "people.csv", bytes.NewReader(people("p", 3)))
	require.Equal(t, 201, status, "%v", im)
	d, status := ask(t, c, "PATCH", "/api/v1/imports/"+im.Text("id"), "application/json", strings.NewReader(`{"settings":{"new_list":"осень"}}`))
	field := program.Doc(d["errors"].([]any)[0].(map[string]any))
	require.Equal(t, "new_list", field.Text("path"))
	require.Equal(t, "list.name_taken", field.Text("code"))
}
