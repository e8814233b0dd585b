package terms

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADocumentBecomesAPageAndItsTextCannotBecomeMarkup(t *testing.T) {
	t.Parallel()
	d := Document{Text: "# One\n\nA **strong** word & <script>\nof two lines.\n\n- first\n  goes on\n- second\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"}
	require.Equal(t, "<h2>One</h2>\n<p>A <strong>strong</strong> word &amp; &lt;script&gt; of two lines.</p>\n"+
		"<ul>\n<li>first goes on</li>\n<li>second</li>\n</ul>\n"+
		"<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>2</td></tr>\n</table>\n", string(d.HTML(2)))
}
