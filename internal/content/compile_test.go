package content_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/content"
	"keruen/internal/lang"
)

const way = `<p><a href="{{unsubscribe_url}}">Отписаться</a></p>`

var advertising = content.Options{Purpose: channel.Advertising, Fields: []string{"city"}, Vars: []string{"code"}}

func letter(html string) content.Letter { return content.Letter{Subject: "Hello", HTML: html} }

func compile(t *testing.T, html string) *content.Compiled {
	c, problems := content.Compile(letter(html), advertising)
	require.NotNil(t, c, "%v", problems)
	return c
}

// codes lists the problems of a letter with their places.
func codes(l content.Letter, severity content.Severity) (out []string) {
	_, problems := content.Compile(l, advertising)
	for _, p := range problems {
		if p.Severity == severity {
			out = append(out, fmt.Sprintf("%s %d:%d %s", p.Path, p.Line, p.Column, p.Code))
		}
	}
	return out
}

var anna = content.Values{Email: "anna@example.kz", FirstName: "Анна", LastName: `<b>"Ким" & 'Ко'`, UnsubscribeURL: "https://t.kz/u/1?a=1&b=2", AccountName: "Лавка",
	Fields: map[string]string{"city": "Алма Ата/1&x=2"}, Vars: map[string]string{"code": "123456"}}

// MSG-1
func TestPlaceholdersBecomeValuesEscapedByWhereTheyStand(t *testing.T) {
	t.Parallel()
	l := content.Letter{
		Subject: "{{first_name|друг}}, привет {{last_name}}",
		HTML:    `<html><body><p title="{{last_name}}" data-x={{last_name}}>{{ first_name | "друг" }} {{last_name}}</p><a href="https://s.kz/{{city}}?c={{field.city}}&amp;e={{email}}">x</a>` + way + `</body></html>`,
		Text:    "{{first_name|друг}} {{last_name}} https://s.kz/?c={{city}} {{unsubscribe_url}}",
	}
	c, problems := content.Compile(l, advertising)
	require.NotNil(t, c, "%v", problems)
	r := c.Render(&anna, nil, "")
	escaped := `&lt;b&gt;&#34;Ким&#34; &amp; &#39;Ко&#39;`
	require.Equal(t, `Анна, привет <b>"Ким" & 'Ко'`, r.Subject)
	require.Contains(t, r.HTML, `<p title="`+escaped+`" data-x="`+escaped+`">Анна `+escaped+`</p>`)
	require.Contains(t, r.HTML, `<a href="https://s.kz/%D0%90%D0%BB%D0%BC%D0%B0%20%D0%90%D1%82%D0%B0%2F1%26x%3D2?c=%D0%90%D0%BB%D0%BC%D0%B0%20%D0%90%D1%82%D0%B0%2F1%26x%3D2&amp;e=anna%40example.kz">`)
	require.Contains(t, r.HTML, `href="https://t.kz/u/1?a=1&amp;b=2"`)
	require.Equal(t, `Анна <b>"Ким" & 'Ко' https://s.kz/?c=%D0%90%D0%BB%D0%BC%D0%B0%20%D0%90%D1%82%D0%B0%2F1%26x%3D2 https://t.kz/u/1?a=1&b=2`, r.Text)
}

func TestFallbacksFillEmptyValues(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{{first_name|друг}}`:                  "друг",
		`{{first_name|"дорогой | }} друг"}}`:   "дорогой | }} друг",
		`{{first_name|'a "b"'}}`:               "a &#34;b&#34;",
		`{{first_name|&quot;A &amp; B&quot;}}`: "A &amp; B",
		`{{first_name}}`:                       "",
		`{{&nbsp;first_name&nbsp;|x}}`:         "x",
		`{{city|Алматы}}`:                      "Алматы",
		`{{code}}`:                             "",
	} {
		r := compile(t, `<html><body><i>`+source+`</i>`+way+`</body></html>`).Render(&content.Values{}, nil, "")
		require.Contains(t, r.HTML, "<i>"+want+"</i>", source)
	}
}

func TestAValueCannotAddAHeader(t *testing.T) {
	t.Parallel()
	c, _ := content.Compile(content.Letter{Subject: "Hi {{first_name}}", Text: "x"}, advertising)
	r := c.Render(&content.Values{FirstName: "A\r\nBcc: all@example.kz\x00"}, nil, "")
	require.Equal(t, "Hi A  Bcc: all@example.kz", r.Subject)
}

func TestAnUnknownFieldIsNamedWithItsPlaceAndASuggestion(t *testing.T) {
	t.Parallel()
	l := content.Letter{Subject: "Привет, {{имя}}", Preheader: "{{ctiy}}", HTML: "<p>\n  Дорогой {{frist_name|x}}</p>" + way, Text: "ok\n{{zzzzzz}} {{unsubscribe_url}}"}
	_, problems := content.Compile(l, advertising)
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%s %d:%d %s %v→%v", p.Path, p.Line, p.Column, p.Code, p.Params["name"], p.Params["suggestion"]))
	}
	require.Equal(t, []string{
		"subject 1:9 placeholder.unknown имя→first_name",
		"preheader 1:1 placeholder.unknown ctiy→city",
		"html 2:11 placeholder.unknown frist_name→first_name",
		"text 2:1 placeholder.unknown zzzzzz→<nil>",
	}, got)
	require.ErrorIs(t, content.AsError(problems), content.ErrLetter)
}

func TestBrokenPlaceholdersAreNamed(t *testing.T) {
	t.Parallel()
	for html, want := range map[string]string{
		"<p>{{first_name</p>":                 "html 1:4 placeholder.unclosed",
		"<p>{{first_<b>name</b>}}</p>":        "html 1:4 placeholder.unclosed",
		"<p>{{#while x}}</p>":                 "html 1:4 placeholder.syntax",
		"<p>{{}}</p>":                         "html 1:4 placeholder.syntax",
		`<p>{{first_name|"x}}</p>`:            "html 1:4 placeholder.syntax",
		`<p style="color:{{city}}">x</p>`:     "html 1:4 placeholder.place",
		`<style>a{color:{{city}}}</style>x`:   "html 1:16 placeholder.place",
		`<a href="https://{{city}}.kz">x</a>`: "html 1:4 link.host",
		`<a href="{{city}}">x</a>`:            "html 1:4 link.host",
		`<img src="https://{{city}}/a.png">`:  "html 1:6 link.host",
	} {
		require.Equal(t, []string{want}, codes(letter(html+way), content.Error), html)
	}
}

func TestTrackedLinksShareAnIndexByTargetAndOthersStay(t *testing.T) {
	t.Parallel()
	c := compile(t, `<html><body><a href="https://s.kz/a?x=1&amp;y=2">1</a><a href='https://s.kz/b?c={{city}}'>2</a><a href=https://s.kz/a?x=1&y=2>3</a>
		<a href="mailto:a@s.kz">m</a><a href="tel:+7">t</a><a href="#top">top</a><map><area href="https://s.kz/map"></map>`+way+`</body></html>`)
	require.Equal(t, []string{"https://s.kz/a?x=1&y=2", "https://s.kz/b?c={{city}}", "https://s.kz/map"}, c.Links())
	r := c.Render(&anna, func(i int, target string) string { return fmt.Sprintf("https://t.kz/c/%d?", i) + target }, "https://t.kz/o.gif")
	require.Contains(t, r.HTML, `<a href="https://t.kz/c/0?https://s.kz/a?x=1&amp;y=2">1</a>`)
	require.Contains(t, r.HTML, `<a href="https://t.kz/c/1?https://s.kz/b?c=%D0%90`)
	require.Contains(t, r.HTML, `<a href="https://t.kz/c/0?https://s.kz/a?x=1&amp;y=2">3</a>`)
	for _, kept := range []string{`"mailto:a@s.kz"`, `"tel:+7"`, `"#top"`, `<img src="https://t.kz/o.gif"`} {
		require.Contains(t, r.HTML, kept)
	}
	require.Less(t, strings.Index(r.HTML, "o.gif"), strings.Index(r.HTML, "</body>"))
	target, ok := c.Target(1, &anna)
	require.True(t, ok)
	require.Equal(t, "https://s.kz/b?c=%D0%90%D0%BB%D0%BC%D0%B0%20%D0%90%D1%82%D0%B0%2F1%26x%3D2", target)
	_, ok = c.Target(3, &anna)
	require.False(t, ok)
}

func TestTrackingOffLeavesNoTrace(t *testing.T) {
	t.Parallel()
	r := compile(t, `<a href="https://s.kz/">1</a>`+way).Render(&anna, nil, "")
	require.Contains(t, r.HTML, `href="https://s.kz/"`)
	require.NotContains(t, r.HTML, "<img")
}

func TestDangerousAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, href := range []string{"javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\tscript:x", "&#106;avascript:x", "vbscript:x", "data:text/html,x", "file:///etc/passwd", "blob:x"} {
		require.Equal(t, []string{"html 1:4 link.scheme"}, codes(letter(`<a href="`+href+`">x</a>`+way), content.Error), href)
	}
	for _, src := range []string{"javascript:x", "data:text/html,x", "data:image/svg+xml,x", "ftp://x"} {
		require.Equal(t, []string{"html 1:6 source.scheme"}, codes(letter(`<img src="`+src+`">`+way), content.Error), src)
	}
	for _, href := range []string{"/path", "www.s.kz", "s.kz/page", "//s.kz/x"} {
		require.Equal(t, []string{"html 1:4 link.relative"}, codes(letter(`<a href="`+href+`">x</a>`+way), content.Error), href)
	}
}

func TestWhatMailProgramsDoNotRunIsRemovedAndNamed(t *testing.T) {
	t.Parallel()
	html := `<script>alert("</p>")</script><p onclick="x()" onmouseover=y>Hi</p><iframe src="https://x.kz"><p>in</p></iframe><form action="https://x.kz"><p>kept</p><input name=a></form>` +
		`<link rel=stylesheet href="https://x.kz/a.css"><meta http-equiv=refresh content="0;url=https://x.kz"><!-- secret --><svg><script>1</script></svg><p style="width:expression(1)">e</p>` + way
	c, problems := content.Compile(letter(html), advertising)
	require.NotNil(t, c, "%v", problems)
	r := c.Render(&anna, nil, "")
	low := strings.ToLower(r.HTML)
	for _, gone := range []string{"<script", "onclick", "onmouseover", "<iframe", "in</p>", "<form", "<input", "<link", "refresh", "secret", "<svg", "expression"} {
		require.NotContains(t, low, gone)
	}
	require.Contains(t, r.HTML, "<p>kept</p>")
	require.Equal(t, []string{"html 1:1 html.removed", "html 1:34 html.removed", "html 1:48 html.removed"}, codes(letter(html), content.Warning)[:3])
}

func TestConditionalCommentsOfOutlookStay(t *testing.T) {
	t.Parallel()
	r := compile(t, `<!--[if mso]><table><tr><td>{{first_name|x}}<![endif]--><p>a</p><!--[if !mso]><!--><p>b</p><!--<![endif]--><!-- [if x] plain -->`+way).Render(&anna, nil, "")
	require.Contains(t, r.HTML, `<!--[if mso]><table><tr><td>Анна<![endif]-->`)
	require.Contains(t, r.HTML, `<!--[if !mso]><!--><p>b</p><!--<![endif]-->`)
	require.NotContains(t, r.HTML, "plain")
}

func TestASubjectAndATextAreNeeded(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"subject 0:0 subject.missing", "html 0:0 body.missing"}, codes(content.Letter{Subject: " "}, content.Error))
}

func TestALargeLetterIsWarnedOfAndThenRefused(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"html 0:0 html.size"}, codes(letter(strings.Repeat("x", 95<<10)+way), content.Warning))
	require.Equal(t, []string{"html 0:0 html.too_large"}, codes(letter(strings.Repeat("x", 103<<10)+way), content.Error))
	require.Equal(t, []string{"html 0:0 html.too_large"}, codes(letter(strings.Repeat("<p>", 1<<19)), content.Error))
}

func TestTheTextPartIsMadeFromTheHTML(t *testing.T) {
	t.Parallel()
	html := `<html><head><title>T</title><style>p{}</style></head><body><div style="display:none">pre</div><h1>Привет, {{first_name|дорогой друг}}</h1>
		<p>Первая   строка<br>вторая <b>жирная</b>.</p><ul><li>раз</li><li>два</li></ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>
		<p><a href="https://s.kz/x?c={{city}}">Сюда</a> <a href="https://s.kz">https://s.kz</a> <img alt="Логотип" src="https://s.kz/l.png"></p>` + way + `</body></html>`
	r := compile(t, html).Render(&anna, func(i int, s string) string { return "https://t.kz/c" }, "https://t.kz/p")
	require.Equal(t, `Привет, Анна

Первая строка
вторая жирная.

- раз
- два

a b
c

Сюда (https://s.kz/x?c=%D0%90%D0%BB%D0%BC%D0%B0%20%D0%90%D1%82%D0%B0%2F1%26x%3D2) https://s.kz Логотип

Отписаться (https://t.kz/u/1?a=1&b=2)`, r.Text)
}

func TestALetterWithoutHTMLIsPlainText(t *testing.T) {
	t.Parallel()
	c, problems := content.Compile(content.Letter{Subject: "s", Text: "Код {{code}}\r\nдо вечера"}, content.Options{Purpose: channel.Transactional, Vars: []string{"code"}})
	require.Empty(t, problems)
	r := c.Render(&anna, nil, "https://pixel")
	require.Equal(t, content.Rendered{Subject: "s", Text: "Код 123456\nдо вечера"}, r)
}

func TestAFragmentBecomesAWholeDocument(t *testing.T) {
	t.Parallel()
	c, _ := content.Compile(content.Letter{Subject: "s", Preheader: "Кратко <о> главном", HTML: "<p>Hi</p>" + way}, content.Options{Purpose: channel.Advertising, Lang: lang.Kazakh})
	r := c.Render(&anna, nil, "")
	require.True(t, strings.HasPrefix(r.HTML, `<!doctype html><html lang="kk"><head><meta charset="utf-8">`))
	require.Contains(t, r.HTML, "Кратко &lt;о&gt; главном")
	require.True(t, strings.HasSuffix(r.HTML, "</body></html>"))
}

func TestTheReadyLetterIsWithoutFaultInThreeLanguages(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All {
		c, problems := content.Compile(content.Starter(l), content.Options{Purpose: channel.Advertising, Lang: l})
		require.Empty(t, problems, l)
		v := content.Sample(l)
		r := c.Render(&v, nil, "")
		require.Greater(t, len(r.HTML), 6000)
		require.Less(t, len(r.HTML), 10000)
		for _, part := range []string{r.Subject, r.HTML, r.Text} {
			require.NotContains(t, part, "[[")
			require.NotContains(t, part, "{{")
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{way, "<p>{{first_name|x}}</p>", `<a href="https://x.kz/{{city}}">`, "<!--[if mso]>{{city}}<![endif]-->", "<style>@media{a{b:c}}</style>", "<div style='display:none'>" + way,
		"<textarea>", "</body>x", "<a href=\"java\nscript:x\">", "<svg><style><!--</style><img src=x onerror=y>-->", "{{first_name|'}}'}}", "<a/href=//x onclick=y>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		c, problems := content.Compile(content.Letter{Subject: src, Preheader: src, HTML: src}, advertising)
		if c == nil {
			if !content.Failed(problems) {
				t.Fatal("refused without a reason")
			}
			return
		}
		r := c.Render(&anna, func(i int, target string) string {
			if !strings.HasPrefix(strings.ToLower(target), "http") {
				t.Fatalf("tracked %q", target)
			}
			return "https://t.kz/c/1"
		}, "https://t.kz/p")
		if strings.ContainsAny(r.Subject, "\r\n") {
			t.Fatalf("subject %q", r.Subject)
		}
		if !c.Leaves || !strings.Contains(r.HTML, "t.kz/u/1") {
			t.Fatal("advertising without a way out")
		}
		unsafe(t, r.HTML)
	})
}
