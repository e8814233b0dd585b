package sheet_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/intake/sheet"
)

var written = [][]sheet.Cell{
	sheet.Texts("Почта", "Телефон", "День", "Сумма", "Да", "Когда", "Заметка"),
	{sheet.Text("a@example.kz"), sheet.Text("+77011234567"), sheet.Date("1985-04-15"), sheet.Number("1200.5"), sheet.Bool(true), sheet.Moment(time.Date(2026, 3, 31, 14, 5, 0, 0, time.UTC)), sheet.Text(`=HYPERLINK("http://x")`)},
	{sheet.Text("b@example.kz"), {}, {}, sheet.Number(""), sheet.Bool(false), sheet.Moment(time.Time{}), sheet.Text(" two; \"three\"\n_x0041_ <&> ")},
	{sheet.Text("c@example.kz"), sheet.Text("77010000000000000"), sheet.Date("1899-01-01"), sheet.Number("-7"), {}, {}, sheet.Text("'=1")},
}

var readBack = [][]string{
	{"Почта", "Телефон", "День", "Сумма", "Да", "Когда", "Заметка"},
	{"a@example.kz", "+77011234567", "1985-04-15", "1200.5", "true", "2026-03-31 14:05", `=HYPERLINK("http://x")`},
	{"b@example.kz", "", "", "", "false", "", " two; \"three\"\n_x0041_ <&> "},
	{"c@example.kz", "77010000000000000", "1899-01-01", "-7", "", "", "'=1"},
}

func write(t *testing.T, w sheet.Writer) {
	t.Helper()
	for _, r := range written {
		require.NoError(t, w.Write(r))
	}
	require.NoError(t, w.Close())
}

// AUD-5
func TestWhatIsWrittenIsReadBackTheSame(t *testing.T) {
	t.Parallel()
	var text, workbook bytes.Buffer
	write(t, sheet.WriteCSV(&text, ";"))
	write(t, sheet.WriteXLSX(&workbook, "Контакты: [все]"))
	require.Equal(t, readBack, cells(table(t, book(t, text.Bytes(), ""), 0)))
	b := book(t, workbook.Bytes(), "")
	require.Equal(t, []sheet.Sheet{{Name: "Контакты все", Rows: 4}}, b.Sheets)
	require.Equal(t, readBack, cells(table(t, b, 0)))
}

func TestFormulasOfStrangersAreHarmlessInText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "-2+3|cmd": "'-2+3|cmd", "+7 701 123": "+7 701 123", "+cmd": "'+cmd", "\tx": "'\tx", "a=b": "a=b", "'=1": "''=1", "": ""} {
		require.Equal(t, want, sheet.Harmless(in))
	}
	var text bytes.Buffer
	write(t, sheet.WriteCSV(&text, ";"))
	require.True(t, strings.HasPrefix(text.String(), "\uFEFFПочта;"))
	require.Contains(t, text.String(), "\"'=HYPERLINK(\"\"http://x\"\")\"\r\n")
}

func TestOurWorkbookIsReadByAnotherProgram(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil || exec.Command(python, "-c", "import openpyxl").Run() != nil {
		t.Fatal("openpyxl is needed: make deps")
	}
	file := filepath.Join(t.TempDir(), "x.xlsx")
	f, err := os.Create(file)
	require.NoError(t, err)
	write(t, sheet.WriteXLSX(f, "Лист"))
	require.NoError(t, f.Close())
	out, err := exec.Command(python, "-c", `
import openpyxl, sys
s = openpyxl.load_workbook(sys.argv[1]).active
print(s.freeze_panes, s.title)
for row in s.iter_rows(min_row=2, max_row=2): print([(c.value, c.data_type, c.number_format) for c in row])`, file).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, `A2 Лист
[('a@example.kz', 's', 'General'), ('+77011234567', 's', 'General'), (datetime.datetime(1985, 4, 15, 0, 0), 'd', 'dd\\.mm\\.yyyy'), (1200.5, 'n', 'General'), (True, 'b', 'General'), (datetime.datetime(2026, 3, 31, 14, 5), 'd', 'dd\\.mm\\.yyyy\\ hh:mm'), ('=HYPERLINK("http://x")', 's', '@')]
`, string(out))
}

func TestCardsAreReadBackTheSame(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := sheet.WriteCards(&out)
	long := strings.Repeat("длинное; значение, ", 20)
	require.NoError(t, w.Write(sheet.Card{Email: "a@example.kz", Phone: "+77011234567", FirstName: "Айгуль", LastName: "Ахметова; мл.", Lang: "kk", ExternalID: "42", Tags: []string{"VIP", "a, b"}, Fields: []sheet.CardField{{Key: "note_1", Value: long}}}))
	require.NoError(t, w.Write(sheet.Card{Phone: "+77020001122"}))
	require.NoError(t, w.Close())
	for _, l := range strings.Split(out.String(), "\r\n") {
		require.LessOrEqual(t, len(l), 75)
	}
	require.Equal(t, [][]string{
		{"email", "phone", "first_name", "last_name", "tags", "lang", "external_id", "note_1"},
		{"a@example.kz", "+77011234567", "Айгуль", "Ахметова; мл.", `VIP; "a, b"`, "kk", "42", strings.TrimSpace(long)},
		{"", "+77020001122", "", "", "", "", "", ""},
	}, cells(table(t, book(t, out.Bytes(), ""), 0)))
}
