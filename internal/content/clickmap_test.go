package content

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// MSG-11
func TestEveryTrackedLinkOfAClickMapHasItsLabelAndLeadsNowhere(t *testing.T) {
	t.Parallel()
	got := labelled(`<p><a class="x" href="#keruen-link-0" style="y">One</a> <a href='#keruen-link-12'><img></a> <a href="#top">top</a> <a href="#keruen-link-3">none</a></p>`,
		map[int]string{0: "1 · 50 %", 12: "2 <b>"})
	require.Equal(t, `<p><a class="x" href="#" style="y"><span style="`+labelStyle+`">1 · 50 %</span>One</a> <a href='#'><span style="`+labelStyle+
		`">2 &lt;b&gt;</span><img></a> <a href="#top">top</a> <a href="#">none</a></p>`, got)
}
