package content_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"keruen/internal/content"
)

// unsafe fails when a browser would run something in a page. It reads the page with the parser, not with the code under test.
func unsafe(t *testing.T, page string) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "iframe", "object", "embed", "form", "base", "svg", "math", "link", "template", "textarea":
			t.Fatalf("element %s in %q", n.Data, page)
		}
		for _, a := range n.Attr {
			v := strings.ToLower(strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, a.Val))
			if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src") && (strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "vbscript:") || strings.HasPrefix(v, "data:text")) {
				t.Fatalf("attribute %s=%q in %q", a.Key, a.Val, page)
			}
		}
	}
}

// AUD-2
func TestAdvertisingWithoutAWayOutGetsTheFooter(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"<p>Hi</p>", "<html><body><p>Hi</p></body></html>", `<div style="display:none"><p>Hi`, "<table><tr><td>Hi", "<p>Hi</p></body><p>after</p>", "<title>x", "<!-- open", "<center><b>x",
	} {
		c, problems := content.Compile(letter(src), advertising)
		if c == nil {
			require.Contains(t, problems[0].Code, "unclosed", src)
			continue
		}
		require.True(t, c.Leaves, src)
		page := c.Render(&anna, nil, "").HTML
		link := visibleLink(t, page)
		require.NotNil(t, link, "%s → %s", src, page)
		require.Contains(t, codes(letter(src), content.Notice), "html 0:0 unsubscribe.added", src)
	}
	c, _ := content.Compile(content.Letter{Subject: "s", Text: "Hello"}, advertising)
	require.Contains(t, c.Render(&anna, nil, "").Text, "\nОтписаться: https://t.kz/u/1?a=1&b=2")
}

// visibleLink finds the unsubscribe link in the parsed page, outside anything that is not displayed.
func visibleLink(t *testing.T, page string) *html.Node {
	doc, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	for n := range doc.Descendants() {
		if n.Data != "a" || len(n.Attr) == 0 || !strings.Contains(attr(n, "href"), "/u/1") {
			continue
		}
		hidden := false
		for p := n.Parent; p != nil; p = p.Parent {
			hidden = hidden || strings.Contains(attr(p, "style"), "display:none") || p.Data == "title" || p.Data == "style"
		}
		if !hidden {
			return n
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// AUD-2
func TestAHiddenOrMaskedWayOutIsRefusedWithItsPlaceAndReason(t *testing.T) {
	t.Parallel()
	link := `<a href="{{unsubscribe_url}}">Отписаться</a>`
	for src, reason := range map[string]string{
		`<div style="display: none">` + link + `</div>`:                                     "display",
		`<div style="DISPLAY:NONE !important"><p>` + link + `</p></div>`:                    "display",
		`<p style="visibility:hidden">` + link + `</p>`:                                     "visibility",
		`<p style="opacity:0.2">` + link + `</p>`:                                           "opacity",
		`<p style="opacity:10%">` + link + `</p>`:                                           "opacity",
		`<p style="font-size:1px">` + link + `</p>`:                                         "font_size",
		`<p style="font:3px Arial">` + link + `</p>`:                                        "font_size",
		`<p style="font-size:5pt">` + link + `</p>`:                                         "font_size",
		`<p style="font-size:0.2em">` + link + `</p>`:                                       "font_size",
		`<a style="color:#fff" href="{{unsubscribe_url}}">Отписаться</a>`:                   "colour",
		`<a style="color:#fefefe" href="{{unsubscribe_url}}">Отписаться</a>`:                "colour",
		`<a style="color:rgb(255,255,255)" href="{{unsubscribe_url}}">Отписаться</a>`:       "colour",
		`<a style="color:rgba(0,0,0,.1)" href="{{unsubscribe_url}}">Отписаться</a>`:         "colour",
		`<a style="color:transparent" href="{{unsubscribe_url}}">Отписаться</a>`:            "colour",
		`<table bgcolor="#0000ee"><tr><td>` + link + `</td></tr></table>`:                   "colour",
		`<p style="position:absolute;left:-9999px">` + link + `</p>`:                        "off_screen",
		`<p style="text-indent:-999px">` + link + `</p>`:                                    "off_screen",
		`<p style="margin-left:-9999px">` + link + `</p>`:                                   "off_screen",
		`<p style="clip:rect(0,0,0,0);position:absolute">` + link + `</p>`:                  "clip",
		`<p style="clip-path:inset(100%)">` + link + `</p>`:                                 "clip",
		`<p style="max-height:0;overflow:hidden">` + link + `</p>`:                          "size",
		`<p hidden>` + link + `</p>`:                                                        "hidden",
		`<p style="transform:scale(0)">` + link + `</p>`:                                    "size",
		`<style>.x { display:none }</style><p class="a x">` + link + `</p>`:                 "display",
		`<style>@media (max-width:600px){ #u { display:none } }</style><p id=u>` + link:     "display",
		`<style>p a{font-size:2px}</style><p>` + link + `</p>`:                              "font_size",
		`<!-- ` + link + ` -->`:                                                             "comment",
		`<template>` + link + `</template>`:                                                 "removed",
		`<script>var x = '` + link + `'</script>`:                                           "removed",
		`<noscript>` + link + `</noscript>`:                                                 "removed",
		`<a href="{{unsubscribe_url}}"></a>`:                                                "no_text",
		`<a href="{{unsubscribe_url}}">.</a>`:                                               "no_text",
		`<a href="{{unsubscribe_url}}">&nbsp;&zwnj;&nbsp;</a>`:                              "no_text",
		`<a href="{{unsubscribe_url}}"><span style="font-size:1px">Отписаться</span></a>`:   "font_size",
		`<a href="{{unsubscribe_url}}"><img src="https://x.kz/p.gif" width=1 height=1></a>`: "size",
	} {
		_, problems := content.Compile(letter(src), advertising)
		found := ""
		for _, p := range problems {
			if p.Code == "unsubscribe.hidden" {
				require.NotZero(t, p.Line, src)
				found, _ = p.Params["reason"].(string)
			}
		}
		require.Equal(t, reason, found, src)
	}
}

// AUD-2
func TestOrdinaryDesignsKeepTheirOwnWayOut(t *testing.T) {
	t.Parallel()
	link := `<a href="{{unsubscribe_url}}">Отписаться</a>`
	for _, src := range []string{
		link,
		`<div style="font-size:0"><div style="font-size:12px">` + link + `</div></div>`,
		`<table bgcolor="#000000"><tr><td><a style="color:#ffffff" href="{{unsubscribe_url}}">Отписаться</a></td></tr></table>`,
		`<table><tr><td background="https://x.kz/dark.jpg"><a style="color:#fff" href="{{unsubscribe_url}}">Отписаться</a></td></tr></table>`,
		`<div style="display:none">preheader</div><p style="color:#999;font-size:11px">` + link + `</p>`,
		`<p style="opacity:.6">` + link + `</p>`,
		`<a href="{{ unsubscribe_url }}"><img src="https://x.kz/u.png" width="120" alt="Отписаться"></a>`,
		`<div style="display:none">` + link + `</div><p>` + link + `</p>`,
		`<style>.gone{display:none}</style><p class="here">` + link + `</p>`,
	} {
		c, problems := content.Compile(letter(src), advertising)
		require.NotNil(t, c, "%s: %v", src, problems)
		require.True(t, c.Leaves)
		require.NotContains(t, c.Render(&anna, nil, "").HTML, "согласились получать рассылку", "no second footer: %s", src)
	}
}

func TestATransactionalLetterGetsNoFooter(t *testing.T) {
	t.Parallel()
	o := advertising
	o.Purpose = "transactional"
	c, problems := content.Compile(letter("<p>Код {{code}}</p>"), o)
	require.Empty(t, problems)
	require.False(t, c.Leaves)
	require.NotContains(t, c.Render(&anna, nil, "").HTML, "/u/1")
}

func BenchmarkRender(b *testing.B) {
	c, _ := content.Compile(content.Starter("ru"), advertising)
	v := anna
	link := func(i int, _ string) string { return "https://t.example/c/0123456789abcdef" }
	b.ReportAllocs()
	for b.Loop() {
		c.Render(&v, link, "https://t.example/o/0123456789abcdef")
	}
}
