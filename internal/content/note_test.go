package content_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/content"
	"keruen/internal/lang"
)

func TestANoteIsALetterWithOneButton(t *testing.T) {
	t.Parallel()
	n := content.Note{Lang: lang.Kazakh, Subject: "Сілтеме", Heading: `«{{account_name}}» <b>`, Lead: "Сіз сұрадыңыз", Button: "Ашу", URL: "https://k.test/p/{{token}}", After: "24 сағат"}
	c, problems := content.Compile(n.Letter(), content.Options{Purpose: channel.Transactional, Lang: lang.Kazakh, Vars: []string{"token"}})
	require.Empty(t, problems)
	out := c.Render(&content.Values{AccountName: "Дән & Ко", Vars: map[string]string{"token": "a-b_c"}}, nil, "")
	require.Contains(t, out.HTML, `href="https://k.test/p/a-b_c"`)
	require.Contains(t, out.HTML, `«Дән &amp; Ко» &lt;b&gt;`)
	require.Contains(t, out.Text, "Ашу:\nhttps://k.test/p/a-b_c\n")
	require.NotContains(t, out.HTML, "[[")
	n.Button, n.URL = "", ""
	c, problems = content.Compile(n.Letter(), content.Options{Purpose: channel.Transactional})
	require.Empty(t, problems)
	require.NotContains(t, c.Render(&links, nil, "").HTML, "<a ")
}
