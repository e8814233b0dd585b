package block

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/lang"
)

// MSG-1: the cells of Word are as wide together as the row is inside, for every division and width.
func TestWidthsOfColumnsAddUpToTheInnerWidth(t *testing.T) {
	t.Parallel()
	for inner := 40; inner <= 800; inner++ {
		for _, spans := range [][]int{{6, 6}, {4, 8}, {8, 4}, {3, 9}, {5, 7}, {4, 4, 4}, {3, 6, 3}, {1, 10, 1}, {3, 3, 3, 3}, {1, 2, 4, 5}} {
			var cols []Col
			for _, s := range spans {
				cols = append(cols, Col{Span: s})
			}
			sum := 0
			for _, w := range widths(inner, cols) {
				require.Positive(t, w)
				sum += w
			}
			require.Equal(t, inner, sum, "%v", spans)
		}
	}
}

const columns = `{"v":1,"meta":{"langs":["ru"],"default_lang":"ru"},
"theme":{"width":600,"bg":"#F5F7F8","surface":"#FFFFFF","text":"#14212B","muted":"#51626E","link":"#086B7E","link_dark":"#63CFDF","primary":"#08768B","on_primary":"#FFFFFF","font":"arial","size":16,"radius":8,"gap":16},
"rows":[{"id":"r1","stack":"STACK","cols":[
{"span":7,"blocks":[{"id":"b1","type":"image","src":"https://example.kz/a.png","dark_src":"https://example.kz/b.png","alt":{"ru":"Логотип"}},{"id":"b2","type":"html","html":{"ru":"</td></table><p onclick='x()'>Текст<script>alert(1)</script></p>"}}]},
{"span":5,"blocks":[{"id":"b3","type":"hologram","depth":3},{"id":"b4","type":"button","link":"https://example.kz","text":{"ru":[{"type":"paragraph","content":[{"type":"text","text":"Открыть & <купить>"}]}]}}]}]}]}`

// MSG-1
func TestEveryWordOnlyOpenerHasItsCloserAndBytesAreTheSame(t *testing.T) {
	t.Parallel()
	for _, stack := range []string{"normal", "reverse", "keep"} {
		d, err := Read([]byte(strings.Replace(columns, "STACK", stack, 1)))
		require.NoError(t, err)
		r := Render(&d, Options{})
		require.Equal(t, strings.Count(r.HTML, "<!--[if "), strings.Count(r.HTML, "<![endif]-->"))
		for _, tag := range []string{"table", "tr", "td", "div", "a"} {
			require.Equal(t, strings.Count(r.HTML, "<"+tag+" ")+strings.Count(r.HTML, "<"+tag+">"), strings.Count(r.HTML, "</"+tag+">"), "%s in %s", tag, stack)
		}
		require.Equal(t, r, Render(&d, Options{}))
		require.NotContains(t, r.HTML, "onclick")
		require.NotContains(t, r.HTML, "alert")
		require.Contains(t, r.HTML, "Открыть &amp; &lt;купить&gt;")
		require.Contains(t, r.Problems, Problem{Block: "b3", Code: "block.unknown", Params: map[string]any{"type": "hologram"}})
	}
}

// MSG-1: whatever is sent for a document is read or refused, and what is read can be rendered.
func FuzzRead(f *testing.F) {
	f.Add([]byte(columns))
	f.Add([]byte(`{"v":1,"rows":[{"cols":[{"span":12,"blocks":[{"type":"text"}]}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if d, err := Read(text); err == nil {
			r := Render(&d, Options{})
			Look(&d, r)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	d, err := Read([]byte(strings.Replace(columns, "STACK", "normal", 1)))
	require.NoError(b, err)
	for b.Loop() {
		Render(&d, Options{})
	}
}

// MSG-1: the subject has one place, the letter; the document has those of other languages.
func TestTheLettersOwnSubjectComesBeforeThatOfTheDocument(t *testing.T) {
	t.Parallel()
	two := []lang.Lang{lang.Russian, lang.Kazakh}
	for name, v := range map[string]struct {
		langs     []lang.Lang
		doc       Words
		own, want string
	}{
		"one language":                     {two[:1], Words{"ru": "Старая"}, "Новая", "Новая"},
		"one language, only the document":  {two[:1], Words{"ru": "Старая"}, " ", "Старая"},
		"one language, none":               {two[:1], nil, "", ""},
		"two languages":                    {two, Words{"ru": "Старая", "kk": "Жаңа"}, "[Тест] Новая", `{{#if lang is "kk"}}Жаңа{{else}}[Тест] Новая{{/if}}`},
		"two languages, only the document": {two, Words{"ru": "Старая", "kk": "Жаңа"}, "", `{{#if lang is "kk"}}Жаңа{{else}}Старая{{/if}}`},
		"only the other in the document":   {two, Words{"kk": "Жаңа"}, "Новая", `{{#if lang is "kk"}}Жаңа{{else}}Новая{{/if}}`},
		"not translated":                   {two, Words{"ru": "Старая", "kk": " "}, "Новая", "Новая"},
	} {
		d := &Doc{Meta: Meta{Langs: v.langs, DefaultLang: lang.Russian, Subject: v.doc, Preheader: v.doc}}
		r := Render(d, Options{Subject: v.own, Preheader: v.own})
		require.Equal(t, v.want, r.Subject, name)
		require.Equal(t, v.want, r.Preheader, name)
	}
}

// MSG-1: a field may have a key as long as any; nothing but a key gets into a condition.
func TestAConditionNamesAFieldByItsWholeKey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 40)
	for key, want := range map[string]string{"city": "field.city filled", long: "field." + long + " filled", long + "k": "", "a}} {{b": "", "a.b": "", "": ""} {
		got, ok := when([]byte(`{"kind":"field","key":"` + key + `","op":"filled"}`))
		require.Equal(t, want, got, key)
		require.Equal(t, want != "", ok, key)
	}
}
