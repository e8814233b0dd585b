package content

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/lang"
)

const twoLangs = `{"v":1,"meta":{"title":"News","langs":["ru","kk"],"default_lang":"ru","subject":{"ru":"Новости для вас","kk":"Сізге жаңалықтар"}},
"theme":{"width":600,"bg":"#F5F7F8","surface":"#FFFFFF","text":"#14212B","muted":"#51626E","link":"#086B7E","link_dark":"#63CFDF","primary":"#08768B","on_primary":"#FFFFFF","font":"arial","size":16,"radius":8,"gap":16},
"rows":[{"id":"r1","pad":[24,32,8,32],"cols":[{"span":12,"blocks":[
 {"id":"b1","type":"text","text":{"ru":[{"type":"paragraph","content":[{"type":"text","text":"Здравствуйте, "},{"type":"field","path":"first_name","fallback":"друзья"},{"type":"text","text":"! Мы открыли новый магазин в центре города и ждём вас."}]}],
   "kk":[{"type":"paragraph","content":[{"type":"text","text":"Сәлеметсіз бе! Қала орталығында жаңа дүкен аштық, сізді күтеміз."}]}]}},
 {"id":"b2","type":"button","link":"https://example.kz/a","text":{"ru":[{"type":"paragraph","content":[{"type":"text","text":"Открыть"}]}],"kk":[{"type":"paragraph","content":[{"type":"text","text":"Ашу"}]}]}},
 {"id":"b3","type":"text","show":{"when":{"kind":"attribute","key":"first_name","op":"is","value":"Айгерим"}},"text":{"ru":[{"type":"paragraph","content":[{"type":"text","text":"Только для Айгерим","link":"https://example.kz/a"}]}]}}]}]},
 {"id":"r2","cols":[{"span":12,"blocks":[{"id":"b4","type":"footer","text":{"ru":[{"type":"paragraph","content":[{"type":"text","text":"Вы подписались."}]}],"kk":[{"type":"paragraph","content":[{"type":"text","text":"Сіз жазылдыңыз."}]}]}}]}]}]}`

func drawTwo(t *testing.T) *Compiled {
	t.Helper()
	c, problems := Compile(Letter{Doc: []byte(twoLangs)}, Options{Purpose: channel.Advertising, Lang: lang.Russian})
	require.NotNil(t, c, "%v", problems)
	return c
}

// MSG-1: one letter, several languages; each reader gets their own, others that of the letter.
func TestEachReaderGetsABlockLetterInTheirLanguage(t *testing.T) {
	t.Parallel()
	c := drawTwo(t)
	for _, v := range []struct{ lang, subject, button, way, foreign string }{
		{"kk", "Сізге жаңалықтар", "Ашу", "Таратылымнан бас тарту", "Открыть"},
		{"ru", "Новости для вас", "Открыть", "Отписаться", "Ашу"},
		{"", "Новости для вас", "Открыть", "Отписаться", "Ашу"},
	} {
		r := c.Render(&Values{Lang: v.lang, UnsubscribeURL: "https://k.example/u", AccountName: "Дүкен"}, nil, "")
		require.Equal(t, v.subject, r.Subject)
		for _, part := range []string{r.HTML, r.Text} {
			require.Contains(t, part, v.button)
			require.Contains(t, part, v.way)
			require.Contains(t, part, "https://k.example/u")
			require.NotContains(t, part, v.foreign)
			require.NotContains(t, part, "{{")
		}
		require.NotContains(t, r.HTML, "data-b=")
		require.NotContains(t, r.HTML, "data-k=")
	}
}

// MSG-1: a block is for some contacts; the click map tells two links to one page apart by their places.
func TestABlockIsShownToThoseItIsForAndLinksKnowTheirPlaces(t *testing.T) {
	t.Parallel()
	c := drawTwo(t)
	require.Equal(t, []string{"https://example.kz/a", "https://example.kz/a"}, c.Links())
	require.Equal(t, []string{"b2:0", "b3:0"}, c.Places())
	for name, seen := range map[string]bool{"Айгерим": true, "Марат": false} {
		r := c.Render(&Values{FirstName: name, Lang: "ru"}, nil, "")
		require.Equal(t, seen, strings.Contains(r.HTML, "Только для"), name)
		require.Equal(t, seen, strings.Contains(r.Text, "Только для"), name)
	}
}

// MSG-1: what is wrong is told with the block it stands in.
func TestProblemsOfABlockLetterNameTheBlock(t *testing.T) {
	t.Parallel()
	doc := strings.Replace(twoLangs, `"link":"https://example.kz/a","text"`, `"link":"ftp://example.kz/a","text"`, 1)
	_, problems := Compile(Letter{Doc: []byte(doc)}, Options{Purpose: channel.Advertising})
	require.Contains(t, problems, Problem{Severity: Error, Path: "html", Code: "link.scheme", Block: "b2", Text: texts["link.scheme"].text, Params: map[string]any{"scheme": "ftp"}})
	_, problems = Compile(Letter{Doc: []byte(strings.Replace(twoLangs, `"op":"is"`, `"op":"is","kind":"consent"`, 1))}, Options{Purpose: channel.Advertising})
	require.Contains(t, problems, Problem{Severity: Error, Path: "html", Code: "show.condition", Block: "b3", Text: texts["show.condition"].text})
}

// AUD-2: a letter of blocks without a footer gets the platform's, one with a footer has the way out in it.
func TestABlockLetterWithoutAFooterGetsThePlatforms(t *testing.T) {
	t.Parallel()
	doc := strings.Replace(twoLangs, `"type":"footer"`, `"type":"text"`, 1)
	c, problems := Compile(Letter{Doc: []byte(doc)}, Options{Purpose: channel.Advertising, Lang: lang.Russian})
	require.NotNil(t, c, "%v", problems)
	require.True(t, c.Leaves)
	require.Contains(t, c.Render(&Values{UnsubscribeURL: "https://k.example/u"}, nil, "").HTML, "https://k.example/u")
}

// MSG-1: the text part of an author's own HTML is that of any other HTML.
func TestTheTextPartOfAnHTMLBlockKeepsItsWordsApart(t *testing.T) {
	t.Parallel()
	doc := strings.Replace(twoLangs, `{"id":"b2",`, `{"id":"b5","type":"html","html":{"ru":"<p>Hello <b>world</b> <a href='https://example.kz/b'>see</a></p><script>1</script><ul><li>one</li><li>two</li></ul>"}},{"id":"b2",`, 1)
	c, problems := Compile(Letter{Doc: []byte(doc)}, Options{Purpose: channel.Advertising, Lang: lang.Russian})
	require.NotNil(t, c, "%v", problems)
	r := c.Render(&Values{Lang: "ru", UnsubscribeURL: "https://k.example/u"}, nil, "")
	require.Contains(t, r.Text, "\n\nHello world see (https://example.kz/b)\n\n- one\n- two\n\n")
}

// AUD-2: in several languages a way out inside a block would stand in a condition. It is left out and told, whatever block it is in; the letter
// can be sent, since its footer has one.
func TestAWayOutInABlockOfSeveralLanguagesIsLeftOutAndTold(t *testing.T) {
	t.Parallel()
	const to = `"link":"{{unsubscribe_url}}"`
	for _, b := range []string{
		`"type":"button","text":{"ru":[{"type":"paragraph","content":[{"type":"text","text":"Отписаться"}]}]},` + to,
		`"type":"menu","items":[{"text":{"ru":"Отписаться"},` + to + `}]`,
		`"type":"social","items":[{"network":"site",` + to + `}]`,
		`"type":"countdown","until":"2026-12-01T00:00:00Z",` + to,
		`"type":"video","src":"https://example.kz/a.png","alt":{"ru":"Фильм"},` + to,
		`"type":"image","src":"https://example.kz/a.png","alt":{"ru":"Фильм"},` + to,
	} {
		doc := strings.Replace(twoLangs, `{"id":"b2",`, `{"id":"b5",`+b+`},{"id":"b2",`, 1)
		c, problems := Compile(Letter{Doc: []byte(doc)}, Options{Purpose: channel.Advertising, Lang: lang.Russian})
		require.NotNil(t, c, "%s %v", b, problems)
		require.Contains(t, problems, Problem{Severity: Warning, Path: "html", Code: "block.way_in_language", Block: "b5", Text: texts["block.way_in_language"].text}, b)
		for _, l := range []string{"ru", "kk"} {
			r := c.Render(&Values{Lang: l, UnsubscribeURL: "https://k.example/u"}, nil, "")
			require.Equal(t, 1, strings.Count(r.HTML, "https://k.example/u"), "%s in %s", b, l)
			require.Equal(t, 1, strings.Count(r.Text, "https://k.example/u"), "%s in %s", b, l)
		}
	}
}

// MSG-1: a letter without blocks is refused wherever it is drawn, not only where it is looked at.
func TestALetterWithoutBlocksCannotBeSent(t *testing.T) {
	t.Parallel()
	c, problems := Compile(Letter{Subject: "Новости", Doc: []byte(twoLangs[:strings.Index(twoLangs, `"rows"`)] + `"rows":[]}`)}, Options{Purpose: channel.Advertising})
	require.Nil(t, c)
	require.Contains(t, problems, Problem{Severity: Error, Path: "html", Code: "block.empty", Text: texts["block.empty"].text})
}
