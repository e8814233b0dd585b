package privacy

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"

	_ "embed" // the page

	"keruen/internal/lang"
)

//go:embed copy.html
var pageText string

var copyPage = template.Must(template.New("copy").Parse(pageText))

var languages = []lang.Lang{lang.Russian, lang.Kazakh, lang.English}

// pack makes the file of a copy: data.json for programs, and a page for people in each of the three languages.
func pack(all []Section, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	data, err := json.MarshalIndent(document(all, now), "", "  ")
	if err != nil {
		return nil, err
	}
	if err := add(z, "data.json", data, now); err != nil {
		return nil, err
	}
	for _, l := range languages {
		page, err := render(all, l, now)
		if err != nil {
			return nil, err
		}
		if err := add(z, "data."+string(l)+".html", page, now); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return out.Bytes(), err
}

func add(z *zip.Writer, name string, content []byte, now time.Time) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now})
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// document is the form for programs: each section is a list of objects.
func document(all []Section, now time.Time) map[string]any {
	doc := map[string]any{"made_at": now.UTC().Format(time.RFC3339)}
	for _, s := range all {
		rows := make([]map[string]any, len(s.Rows))
		for i, r := range s.Rows {
			rows[i] = map[string]any{}
			for k, c := range s.Columns {
				rows[i][c.Key] = plain(r[k])
			}
		}
		doc[s.Key] = rows
	}
	return doc
}

func plain(v any) any {
	switch v := v.(type) {
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return v.UTC().Format(time.RFC3339)
	case lang.Text:
		return v.En
	default:
		return v
	}
}

type shownSection struct {
	Title   string
	Columns []string
	Rows    [][]string
}

func render(all []Section, l lang.Lang, now time.Time) ([]byte, error) {
	shown := make([]shownSection, 0, len(all))
	for _, s := range all {
		one := shownSection{Title: s.Title.In(l)}
		for _, c := range s.Columns {
			one.Columns = append(one.Columns, c.Name.In(l))
		}
		for _, r := range s.Rows {
			cells := make([]string, len(r))
			for i, v := range r {
				cells[i] = textOf(v, l)
			}
			one.Rows = append(one.Rows, cells)
		}
		shown = append(shown, one)
	}
	var out bytes.Buffer
	err := copyPage.Execute(&out, map[string]any{"Lang": l, "Title": wordTitle.In(l), "Made": fmt.Sprintf(wordMade.In(l), textOf(now, l)), "None": wordNone.In(l), "Sections": shown})
	return out.Bytes(), err
}

// textOf writes a value for people, times in the time of Kazakhstan.
func textOf(v any, l lang.Lang) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return wordYes.In(l)
		}
		return wordNo.In(l)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.In(zone).Format("02.01.2006 15:04:05") + " UTC+5"
	case lang.Text:
		return v.In(l)
	case []string:
		return strings.Join(v, ", ")
	default:
		return fmt.Sprint(v)
	}
}
