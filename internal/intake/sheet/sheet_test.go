package sheet_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/intake/sheet"
)

// load opens a file of testdata.
func load(t *testing.T, name string) *sheet.Book {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return book(t, text, name)
}

func book(t *testing.T, text []byte, name string) *sheet.Book {
	t.Helper()
	b, err := sheet.Open(bytes.NewReader(text), int64(len(text)), name)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func refused(t *testing.T, text []byte) error {
	t.Helper()
	b, err := sheet.Open(bytes.NewReader(text), int64(len(text)), "file")
	if err == nil {
		rows, err := b.Rows(0, sheet.Options{})
		require.NoError(t, err)
		for ok := true; ok && err == nil; {
			_, ok, err = rows.Next()
		}
		require.NoError(t, rows.Close())
		require.NoError(t, b.Close())
		return err
	}
	return err
}

// table reads a sheet whole.
func table(t *testing.T, b *sheet.Book, n int) []sheet.Record {
	t.Helper()
	rows, err := b.Rows(n, sheet.Options{})
	require.NoError(t, err)
	defer rows.Close()
	var out []sheet.Record
	for {
		rec, ok, err := rows.Next()
		require.NoError(t, err)
		if !ok {
			return out
		}
		out = append(out, rec)
	}
}

func cells(list []sheet.Record) [][]string {
	out := make([][]string, len(list))
	for i, r := range list {
		out[i] = r.Cells
	}
	return out
}

// AUD-5
func TestCellsOfAWorkbookAreReadAsPeopleSeeThem(t *testing.T) {
	t.Parallel()
	want := [][]string{
		{"Почта", "Телефон", "ФИО", "Дата рождения", "Был", "Скидка", "Сумма", "Согласен", "ИИН", "Время", "Часы"},
		{"aigul@example.kz", "77011234567", "Ахметова Айгуль", "1985-04-15", "2026-03-31 14:05", "12.5%", "1200.50", "true", "850415300123", "09:30", "26:05"},
		{"bolat@example.kz", "+7 702 000 11 22", "Сериков Болат", "2000-02-29", "2026-01-01", "100.0%", "0.30", "false", "010203400567", "23:59:58", "01:00"},
	}
	for _, name := range []string{"openpyxl.xlsx", "libreoffice.xlsx"} {
		b := load(t, name)
		require.Equal(t, sheet.XLSX, b.Format)
		require.Equal(t, []sheet.Sheet{{Name: "Клиенты", Rows: 3}, {Name: "Архив", Rows: 2, Hidden: true}, {Name: "Формулы", Rows: b.Sheets[2].Rows}}, b.Sheets, name)
		require.Equal(t, want, cells(table(t, b, 0)), name)
		require.Equal(t, [][]string{{"email"}, {"old@example.kz"}}, cells(table(t, b, 1)), name)
	}
}

func TestAFormulaGivesTheValueReckonedLastAndAnErrorNone(t *testing.T) {
	t.Parallel()
	got := table(t, load(t, "libreoffice.xlsx"), 2)
	require.Equal(t, []sheet.Record{{Line: 1, Cells: []string{"email", "n"}}, {Line: 2, Cells: []string{"a@example.kz"}}, {Line: 4, Cells: []string{"after@example.kz"}}}, got)
}

func TestInlineStringsDaysFrom1904AndMasksOfTelephonesAreRead(t *testing.T) {
	t.Parallel()
	got := cells(table(t, load(t, "from1904.xlsx"), 0))
	require.Equal(t, [][]string{{"email", "birthday", "phone", "name"}, {"a@example.kz", "2026-03-31", "+7 (701) 123-45-67", "Айгуль"}}, got)
}

func TestSharedStringsWithRunsAndEscapesAreRead(t *testing.T) {
	t.Parallel()
	got := cells(table(t, load(t, "shared.xlsx"), 0))
	require.Equal(t, [][]string{{"email", "name"}, {"a@example.kz", "Айгуль"}, {"b@example.kz", "line\nbreak \x01 _x0041_"}}, got)
}

func TestAWorkbookOfTwoHundredColumnsIsRead(t *testing.T) {
	t.Parallel()
	got := table(t, load(t, "wide.xlsx"), 0)
	require.Len(t, got, 21)
	for _, r := range got {
		require.Len(t, r.Cells, 200)
	}
	require.Equal(t, "Вопрос 199", got[0].Cells[199])
	require.Equal(t, []string{"p2@example.kz", "2", "да"}, got[2].Cells[:3])
}

func TestTextOfASpreadsheetIsRecognisedInAnyEncoding(t *testing.T) {
	t.Parallel()
	old, wide := load(t, "windows-1251.csv"), load(t, "utf-16.txt")
	require.Equal(t, []any{sheet.Windows1251, ";"}, []any{old.Encoding, old.Delimiter})
	require.Equal(t, []any{sheet.UTF16LE, "\t"}, []any{wide.Encoding, wide.Delimiter})
	a, b := table(t, old, 0), table(t, wide, 0)
	require.Equal(t, cells(a), cells(b))
	require.Equal(t, []string{"aigul@example.kz", "77011234567", "Ахметова Айгуль"}, a[1].Cells[:3])
	require.Equal(t, sheet.Sheet{Rows: 3}, old.Sheets[0])
}

func TestWhatIsPastedFromASpreadsheetIsATable(t *testing.T) {
	t.Parallel()
	b := book(t, []byte("Имя\tПочта\nАйгуль, Алматы\taigul@example.kz\n\"две\nстроки\"\tb@example.kz\n"), "")
	require.Equal(t, [][]string{{"Имя", "Почта"}, {"Айгуль, Алматы", "aigul@example.kz"}, {"две\nстроки", "b@example.kz"}}, cells(table(t, b, 0)))
}

func TestWhatProgramsWriteForExcelIsTakenAway(t *testing.T) {
	t.Parallel()
	b := book(t, []byte("sep=;\r\nТелефон;Имя, отчество\r\n=\"0077\";\"=\"\"012\"\"\"\r\n'=1+1;=\"a\"&\"b\"\r\n"), "")
	require.Equal(t, ";", b.Delimiter)
	require.Equal(t, []sheet.Record{{Line: 2, Cells: []string{"Телефон", "Имя, отчество"}}, {Line: 3, Cells: []string{"0077", "012"}}, {Line: 4, Cells: []string{"=1+1", `="a"&"b"`}}}, table(t, b, 0))
	require.Equal(t, int64(3), b.Sheets[0].Rows)
}

// people reads cards as maps from column to value.
func people(t *testing.T, name string) []map[string]string {
	t.Helper()
	b := load(t, name)
	require.Equal(t, sheet.VCard, b.Format)
	list := table(t, b, 0)
	require.Equal(t, int64(len(list)), b.Sheets[0].Rows)
	require.Zero(t, list[0].Line)
	var out []map[string]string
	for _, r := range list[1:] {
		require.Empty(t, r.Trouble)
		m := map[string]string{}
		for i, v := range r.Cells {
			if v != "" {
				m[list[0].Cells[i]] = v
			}
		}
		out = append(out, m)
	}
	return out
}

// AUD-5
func TestCardsOfTelephonesAndMailProgramsAreRead(t *testing.T) {
	t.Parallel()
	require.Equal(t, []map[string]string{
		{"last_name": "Ахметова", "first_name": "Айгуль", "middle_name": "Сериковна", "company": "ТОО «Көктем», Отдел продаж", "position": "Менеджер",
			"email": "aigul@example.kz", "email_2": "aigul.home@example.kz", "phone": "+7 701 123-45-67", "phone_2": "8 (7272) 50-00-00", "city": "Алматы",
			"address": "050000, Казахстан, Алматы, пр. Абая, 10", "note": "Любит письма по пятницам.\nНе звонить до 10:00; только писать.", "birthday": "1985-04-15", "tags": "VIP; Алматы"},
		{"first_name": "Mum", "phone": "+77012223344"},
	}, people(t, "ios.vcf"))
	require.Equal(t, []map[string]string{
		{"last_name": "Сериков", "first_name": "Болат", "company": "ИП Сериков", "email": "bolat@example.kz", "phone": "+77020001122", "phone_2": "87272500000",
			"note": "Первая строка\nвторая", "birthday": "1990-06-30"},
		{"first_name": "Taxi", "phone": "+77070000000"},
	}, people(t, "android.vcf"))
	require.Equal(t, []map[string]string{
		{"last_name": "Ким", "first_name": "Анна", "middle_name": "Викторовна", "company": "АО «Степь», Маркетинг", "position": "Директор", "email": "anna.kim@example.kz",
			"email_2": "kim@example.com", "phone": "+7 777 555 44 33", "phone_2": "+7 (7172) 55-44-33", "city": "Астана", "address": "010000, Казахстан, Астана, ул. Кунаева, 2",
			"birthday": "1978-01-01", "tags": "Партнёры; Астана"},
	}, people(t, "outlook.vcf"))
	require.Equal(t, []map[string]string{
		{"last_name": "Omarova", "first_name": "Dana", "email": "dana@example.kz", "email_2": "dana.o@example.com", "phone": "+7-705-111-22-33", "phone_2": "+7-727-222-33-44",
			"birthday": "1999-12-31", "lang": "kk", "tags": `"one, two"; three`, "site": "https://example.kz/"},
	}, people(t, "v4.vcf"))
}

func TestABrokenCardCostsItselfOnly(t *testing.T) {
	t.Parallel()
	text := "BEGIN:VCARD\nN:A;a\nTEL:1\nBEGIN:VCARD\nN:B;b\nEND:VCARD\nlost words\nmore\nBEGIN:VCARD\nN:C;c\nPHOTO:" + strings.Repeat("x", 3<<20) + "\nEND:VCARD\n" +
		"BEGIN:VCARD\nN:D;d\nNOTE:" + strings.Repeat("y", 3<<20) + "\nEND:VCARD\nBEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nN:inner;i\nEND:VCARD\nN:E;e\nEND:VCARD\nBEGIN:VCARD\nN:F;f\n"
	list := table(t, book(t, []byte(text), "x.vcf"), 0)
	var got []string
	for _, r := range list[1:] {
		got = append(got, r.Trouble)
	}
	require.Equal(t, []string{sheet.NotACard, "", sheet.NotACard, "", sheet.TooLong, "", sheet.NotACard}, got)
	require.Equal(t, int64(7), list[3].Line)
	require.Equal(t, []string{"lost words"}, list[3].Cells)
	require.Contains(t, list[6].Cells, "E")
}

func TestListsInOneCellComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, list := range [][]string{{"a"}, {"a", "b"}, {"one, two", "three; four", `say "hi"`, "x|y"}, {`"`}, {`"a`, `b"`}, {`","`}, {`a"";"b`, "c"}, {"one, two"}, {"Алматы", "VIP клиенты"}} {
		require.Equal(t, list, sheet.SplitList(sheet.JoinList(list)), "%q", list)
	}
	require.Equal(t, []string{"a", "b c", "d"}, sheet.SplitList("a, b c ,,d,"))
	require.Equal(t, []string{"Алматы, центр", "Астана"}, sheet.SplitList("Алматы, центр; Астана"))
	require.Equal(t, []string{`5"`, "6"}, sheet.SplitList(`5", 6`))
	require.Equal(t, []string{`"a`, "b"}, sheet.SplitList(`"a; b`))
	require.Equal(t, []string{`"5" pipe`, "x"}, sheet.SplitList(`"5" pipe; x`))
	require.Empty(t, sheet.SplitList(" ; "))
}
