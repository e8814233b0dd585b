package content_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/content"
	"keruen/internal/lang"
)

var personal = content.Options{Purpose: channel.Advertising, Lang: lang.Russian, Fields: []string{"age", "birthday", "city", "interests", "price", "vip"},
	Kinds: map[string]string{"age": "number", "birthday": "date", "interests": "list", "price": "number", "vip": "boolean"},
	Vars:  []string{"total"}, Tags: map[string]int64{"gold": 7}, Lists: map[string]int64{"news": 8}}

var boris = content.Values{FirstName: "Борис", Lang: "kk", UnsubscribeURL: "https://t.kz/u", Today: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
	Fields: map[string]string{"age": "34", "birthday": "1990-11-25", "city": "Алматы", "interests": "чай, <кофе>", "price": "12500", "vip": "true"},
	Items:  map[string][]string{"interests": {"чай", "<кофе>"}}, Tags: map[int64]bool{7: true}, Vars: map[string]string{"total": "1500.5"}}

func said(t *testing.T, v content.Values, l content.Letter) content.Rendered {
	t.Helper()
	c, problems := content.Compile(l, personal)
	require.NotNil(t, c, "%v", problems)
	return c.Render(&v, nil, "")
}

func page(html string) content.Letter {
	return letter(`<html><body><i>` + html + `</i>` + way + `</body></html>`)
}

// MSG-1
func TestConditionsAndLoopsChooseWhatTheRecipientSees(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][2]string{ // what Boris sees, and somebody without values
		`{{#if city = "Алматы"}}дома{{else}}далеко{{/if}}`:                                                {"дома", "далеко"},
		`{{#if age &lt; 18}}а{{else if age >= 30 and vip}}б{{else if city}}в{{else}}г{{/if}}`:             {"б", "г"},
		`{{#if tag any_of Gold and not list is news}}да{{/if}}`:                                           {"да", ""},
		`{{#if lang is kk}}Сәлем{{else}}Привет{{/if}}, {{first_name|друг}}`:                               {"Сәлем, Борис", "Привет, друг"},
		`{{#if birthday anniversary 1}}завтра{{/if}}`:                                                     {"завтра", ""},
		`{{#each interests}}<b>{{this}}</b>{{/each}}`:                                                     {"<b>чай</b><b>&lt;кофе&gt;</b>", ""},
		`{{#each interests limit 1}}{{upper this}}{{else}}пусто{{/each}}`:                                 {"ЧАЙ", "пусто"},
		`{{#each interests}}{{#if this = "чай"}}+{{else}}-{{/if}}{{/each}}`:                               {"+-", ""},
		`{{#if vip}}{{#each interests}}{{#if age}}{{this}} {{/if}}{{/each}}{{/if}}.`:                      {"чай &lt;кофе&gt; .", "."},
		`{{#if total > 1000}}{{money total "USD"}}{{else}}даром{{/if}}`:                                   {"1\u00a0500,50\u00a0$", "даром"},
		`{{date birthday "day" "kk"|күні белгісіз}}`:                                                      {"25\u00a0қараша", "күні белгісіз"},
		`{{ date birthday }} {{ date birthday short en | "no date" }}`:                                    {"25\u00a0ноября\u00a01990\u00a0г. 25\u00a0Nov\u00a01990", " no date"},
		`{{money price}} {{number price 1 en}} {{number price|0}}`:                                        {"12\u00a0500\u00a0₸ 12,500.0 12\u00a0500", "  0"},
		`{{upper city|нет}} {{lower city|Нет}}`:                                                           {"АЛМАТЫ алматы", "нет Нет"},
		`{{#if city = "}}"}}а{{else}}б{{/if}}`:                                                            {"б", "б"},
		`<img src="https://s.kz/{{#if vip}}v{{else}}n{{/if}}.png" alt="{{#if city = 'Алматы'}}А{{/if}}">`: {`<img src="https://s.kz/v.png" alt="А">`, `<img src="https://s.kz/n.png" alt="">`},
		`<a href="https://s.kz/{{#if vip}}v?c={{city}}{{else}}n{{/if}}">x</a>`:                            {`<a href="https://s.kz/v?c=%D0%90%D0%BB%D0%BC%D0%B0%D1%82%D1%8B">x</a>`, `<a href="https://s.kz/n">x</a>`},
		`<!--[if mso]>{{#if vip}}<b>v</b>{{/if}}<![endif]-->`:                                             {"<!--[if mso]><b>v</b><![endif]-->", "<!--[if mso]><![endif]-->"},
	} {
		for i, v := range []content.Values{boris, {}} {
			require.Contains(t, said(t, v, page(source)).HTML, "<i>"+want[i]+"</i>", source)
		}
	}
}

// MSG-1
func TestTheSubjectAndTheTextHaveConditionsToo(t *testing.T) {
	t.Parallel()
	l := content.Letter{Subject: `{{#if vip}}Лично{{else}}Всем{{/if}}: {{number age|?}}`, Preheader: `{{#if city}}{{city}}{{/if}}`, HTML: "<p>x</p>" + way,
		Text: "A\n{{#if vip}}https://s.kz/?c={{city}}\n{{/if}}{{#each interests}}- {{this}}\n{{/each}}{{unsubscribe_url}}"}
	got := said(t, boris, l)
	require.Equal(t, "Лично: 34", got.Subject)
	require.Contains(t, got.HTML, ">Алматы&#847;")
	require.Equal(t, "A\nhttps://s.kz/?c=%D0%90%D0%BB%D0%BC%D0%B0%D1%82%D1%8B\n- чай\n- <кофе>\nhttps://t.kz/u", got.Text)
	require.Equal(t, "Всем: ?", said(t, content.Values{}, l).Subject)
}

// MSG-1
func TestTheTextMadeFromTheHTMLHasNoGapsWhereSomethingIsLeftOut(t *testing.T) {
	t.Parallel()
	l := letter(`<html><body><p>Один</p>{{#if vip}}<p>Два</p>{{else}}<p>Три</p>{{/if}}{{#if age &lt; 18}}<p>Четыре</p>{{/if}}<p>Пять {{#if city}}шесть{{/if}} семь</p>` + way + `</body></html>`)
	require.Equal(t, "Один\n\nДва\n\nПять шесть семь\n\nОтписаться (https://t.kz/u)", said(t, boris, l).Text)
	require.Contains(t, said(t, content.Values{}, l).Text, "Один\n\nТри\n\nПять")
}

// MSG-1
func TestMistakesInConditionsAreShownAtTheirPlace(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{{#if city}}x`:                                "html 1:4 block.unclosed",
		`x{{/if}}`:                                     "html 1:5 block.stray",
		`x{{else}}`:                                    "html 1:5 block.stray",
		`{{#if city}}x{{/each}}{{/if}}`:                "html 1:17 block.stray",
		`{{#if city}}a{{else}}b{{else}}c{{/if}}`:       "html 1:26 block.stray",
		`{{#if citi}}x{{/if}}`:                         "html 1:10 placeholder.unknown",
		`{{#if city > 5}}x{{/if}}`:                     "html 1:15 condition.op",
		`{{#if age = old}}x{{/if}}`:                    "html 1:16 condition.value",
		`{{#if tag is silver}}x{{/if}}`:                "html 1:17 condition.tag",
		`{{#if list is shop}}x{{/if}}`:                 "html 1:18 condition.list",
		`{{#if city = "a}}x{{/if}}`:                    "html 1:17 condition.syntax",
		`{{#if unsubscribe_url}}x{{/if}}`:              "html 1:10 placeholder.unknown",
		`{{#each city}}x{{/each}}`:                     "html 1:4 loop.list",
		`{{#each interests limit 500}}x{{/each}}`:      "html 1:4 loop.limit",
		`{{this}}`:                                     "html 1:4 placeholder.unknown",
		`{{#each interests}}{{else}}{{this}}{{/each}}`: "html 1:31 placeholder.unknown",
		`{{date city}}`:                                "html 1:4 format.kind",
		`{{upper unsubscribe_url}}`:                    "html 1:4 format.kind",
		`{{money price "XXX"}}`:                        "html 1:4 format.word",
		`{{date birthday loong}}`:                      "html 1:4 format.word",
		`{{#if vip}}<b>{{/if}}x</b>`:                   "html 1:4 block.crosses",
		`<b>{{#if vip}}</b>{{/if}}x`:                   "html 1:7 block.crosses",
		`{{#if vip}}<style>a{}</style>{{/if}}`:         "html 1:15 block.style",
		`<b title="{{#if vip}}a">x</b>{{/if}}`:         "html 1:14 block.unclosed,html 1:33 block.stray",
		`<b class="{{#if vip}}a{{/if}}">x</b>`:         "html 1:7 placeholder.place",
		`<b {{#if`:                                     "",
		`{{#each interests}}<a href="https://s.kz/{{this}}">x</a>{{/each}}`: "html 1:26 loop.link",
		strings.Repeat("{{#if vip}}", 6) + strings.Repeat("{{/if}}", 6):     "html 1:59 block.nested",
		strings.Repeat("{{#if vip}}{{/if}}", 101):                           "html 1:1804 block.many",
	} {
		_, problems := content.Compile(letter("<p>"+source+"</p>"+way), personal)
		var got []string
		for _, p := range problems {
			if p.Severity == content.Error {
				got = append(got, fmt.Sprintf("%s %d:%d %s", p.Path, p.Line, p.Column, p.Code))
			}
		}
		if want == "" {
			require.NotEmpty(t, got, source)
			continue
		}
		require.Equal(t, want, strings.Join(got, ","), source)
	}
	_, problems := content.Compile(content.Letter{Subject: `{{#if vip}}Hi{{/if}} `, Text: "x"}, personal)
	require.Equal(t, "subject.branch", problems[0].Code)
	_, problems = content.Compile(content.Letter{Subject: `{{#if vip}}Hi{{else if age}}{{city|x}}{{else}} {{/if}}`, Text: "x"}, personal)
	require.Equal(t, "subject.branch", problems[0].Code)
}

// AUD-2
func TestAWayOutInsideAConditionIsRefused(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`{{#if vip}}` + way + `{{/if}}`, `{{#if vip}}x{{else}}` + way + `{{/if}}`, `{{#each interests}}` + way + `{{/each}}`, `{{#if vip}}` + way + `{{else}}` + way + `{{/if}}`,
	} {
		c, problems := content.Compile(letter("<p>x</p>"+src), personal)
		require.Nil(t, c, src)
		require.Equal(t, "conditional", problems[0].Params["reason"], src)
	}
	c, problems := content.Compile(letter(`<p>x</p>{{#if vip}}<p>y</p>{{/if}}`+way+`{{#if vip}}`+way+`{{/if}}`), personal)
	require.NotNil(t, c, "%v", problems)
	c, _ = content.Compile(content.Letter{Subject: "s", Text: "x {{#if vip}}Отписаться: {{unsubscribe_url}}{{/if}}"}, personal)
	require.Nil(t, c)
}

// AUD-2
func TestTheJudgeOfTheWayOutLooksAtEveryBranch(t *testing.T) {
	t.Parallel()
	far := `<div style="height:3000px"></div>`
	for name, src := range map[string]string{
		"words of one branch say something else": `<p><a href="{{unsubscribe_url}}">{{#if vip}}Каталог{{else}}Отписаться{{/if}}</a></p>`,
		"words of the last branch":               `<p><a href="{{unsubscribe_url}}">{{#if vip}}Отписаться{{else if age}}Отписаться{{else}}Каталог{{/if}}</a></p>`,
		"pushed far below in a nested branch":    `{{#if vip}}<p>a</p>{{#if age}}` + far + `{{/if}}{{/if}}` + way,
		"pushed far below by an else":            `{{#if vip}}<p>a</p>{{else}}` + far + `{{/if}}` + way,
		"only where nothing is met":              `<p><a href="{{unsubscribe_url}}">{{#if vip}}Отписаться{{/if}}</a></p>`,
	} {
		c, problems := content.Compile(letter(src), personal)
		require.Nil(t, c, name)
		require.Equal(t, content.Error, problems[0].Severity, name)
	}
	honest := `<p><a href="{{unsubscribe_url}}">{{#if lang is kk}}Бас тарту{{else}}Отписаться{{/if}}</a></p>`
	c, problems := content.Compile(letter(`<p>Привет</p>`+honest), personal)
	require.NotNil(t, c, "%v", problems)
}

// MSG-1: a letter with a loop counts as long as it may become, one with branches as its longest.
func TestTheSizeIsThatOfTheLongestWay(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 60<<10)
	_, problems := content.Compile(page("{{#if vip}}"+long+"{{else}}"+long+"{{/if}}"), personal)
	require.Empty(t, errorsOf(problems))
	_, problems = content.Compile(page("{{#each interests}}"+long[:6<<10]+"{{/each}}"), personal)
	require.Equal(t, []string{"html.too_large"}, errorsOf(problems))
	_, problems = content.Compile(page("{{#each interests limit 3}}"+long[:6<<10]+"{{/each}}"), personal)
	require.Empty(t, errorsOf(problems))
}

func errorsOf(list []content.Problem) (out []string) {
	for _, p := range list {
		if p.Severity == content.Error {
			out = append(out, p.Code)
		}
	}
	return out
}

// grow makes a random piece of a letter with the plain function that says what it must become.
func grow(r *rand.Rand, depth int, looping bool) (string, func(content.Values, string) string) {
	if depth == 0 {
		n := r.IntN(100)
		if looping && n < 50 {
			return "[{{this}}]", func(_ content.Values, item string) string { return "[" + item + "]" }
		}
		if n%2 == 0 {
			return "{{city|?}}", func(v content.Values, _ string) string {
				if v.Fields["city"] == "" {
					return "?"
				}
				return v.Fields["city"]
			}
		}
		return fmt.Sprint(n), func(content.Values, string) string { return fmt.Sprint(n) }
	}
	a, fa := grow(r, depth-1, looping)
	b, fb := grow(r, depth-1, false)
	switch r.IntN(4) {
	case 0:
		c, fc := grow(r, depth-1, looping)
		return "{{#if vip}}" + a + "{{else if age > 5}}" + c + "{{else}}" + c + a + "{{/if}}", func(v content.Values, i string) string {
			switch {
			case v.Fields["vip"] == "true":
				return fa(v, i)
			case v.Fields["age"] == "9":
				return fc(v, i)
			}
			return fc(v, i) + fa(v, i)
		}
	case 1:
		body, fbody := grow(r, depth-1, true)
		return "{{#each interests}}" + body + "{{else}}" + b + "{{/each}}", func(v content.Values, _ string) string {
			if len(v.Items["interests"]) == 0 {
				return fb(v, "")
			}
			var out strings.Builder
			for _, item := range v.Items["interests"] {
				out.WriteString(fbody(v, item))
			}
			return out.String()
		}
	case 2:
		return a + "{{#if not city}}" + a + "{{/if}}" + a, func(v content.Values, i string) string {
			if v.Fields["city"] == "" {
				return fa(v, i) + fa(v, i) + fa(v, i)
			}
			return fa(v, i) + fa(v, i)
		}
	}
	return a + a, func(v content.Values, i string) string { return fa(v, i) + fa(v, i) }
}

// MSG-1
func TestRandomLettersBecomeWhatThePlainEvaluatorSays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 3))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	for range 400 {
		source, want := grow(r, r.IntN(5), false)
		c, problems := content.Compile(content.Letter{Subject: "s", Text: "<" + source + ">"}, personal)
		require.NotNil(t, c, "%s %v", source, problems)
		for range 4 {
			v := content.Values{Fields: map[string]string{"city": pick("", "a"), "vip": pick("true", "false", ""), "age": pick("9", "1", "")},
				Items: map[string][]string{"interests": strings.Fields(pick("", "p", "p q r"))}}
			text, _, _ := strings.Cut(c.Render(&v, nil, "").Text, "\n")
			require.Equal(t, "<"+want(v, "")+">", text, "%s for %v", source, v)
		}
	}
}

func FuzzPersonalisation(f *testing.F) {
	for _, s := range []string{
		`{{#if city = "a"}}<p>x</p>{{else if age < 5}}y{{else}}z{{/if}}`, `{{#each interests limit 3}}{{this}}{{else}}-{{/each}}`, `{{date birthday "long"|x}}`, `{{#if}}{{/if}}`, `{{else}}{{/each}}`,
		`<a href="{{#if vip}}https://a{{/if}}">`, `<b title='{{#each interests}}'>{{/each}}`, `</body>{{#if vip}}`, `{{#if vip}}</body>{{/if}}`, `<!--[if mso]>{{#if vip}}<![endif]-->{{/if}}`, `{{#if a="}}`, `{{#if vip}}<table><tr>{{else}}<td>{{/if}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range []content.Letter{{Subject: s, Text: s}, {Subject: "s", HTML: s}, {Subject: "s", HTML: "<p>" + s + "</p>" + way}} {
			c, _ := content.Compile(l, personal)
			if c == nil {
				continue
			}
			for _, v := range []content.Values{boris, {}} {
				out := c.Render(&v, nil, "")
				if strings.ContainsAny(out.Subject, "\r\n") {
					t.Fatalf("a header of two lines: %q", out.Subject)
				}
				if l.HTML != "" {
					unsafe(t, out.HTML)
				}
			}
		}
	})
}

func BenchmarkRenderTheReadyLetter(b *testing.B) {
	c, _ := content.Compile(content.Starter(lang.Russian), personal)
	b.ReportAllocs()
	for b.Loop() {
		c.Render(&boris, nil, "https://t.kz/o")
	}
}

func BenchmarkRenderTheReadyLetterWithConditions(b *testing.B) {
	l := content.Starter(lang.Russian)
	l.HTML = strings.Replace(l.HTML, "<body", `<body`, 1)
	l.HTML = strings.Replace(l.HTML, "{{first_name|", `{{#if city = "Алматы" and age > 18}}{{money price}}{{else}}-{{/if}}{{#each interests}}{{this}}{{/each}}{{first_name|`, 1)
	c, problems := content.Compile(l, personal)
	if c == nil {
		b.Fatal(problems)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Render(&boris, nil, "https://t.kz/o")
	}
}
