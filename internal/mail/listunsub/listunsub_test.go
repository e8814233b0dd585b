package listunsub_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/listunsub"
)

// AUD-2
func TestAnHTTPSLinkIsOneClick(t *testing.T) {
	t.Parallel()
	u, post, err := listunsub.Pair("https://t.example.org/u/abc", "u+abc@example.org")
	require.NoError(t, err)
	require.Equal(t, "<https://t.example.org/u/abc>, <mailto:u+abc@example.org>", u)
	require.Equal(t, "List-Unsubscribe=One-Click", post)
}

func TestAPlainLinkIsOneClickOnlyOnThisMachine(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"http://127.0.0.1:8080/u/abc": "List-Unsubscribe=One-Click",
		"http://localhost/u/abc":      "List-Unsubscribe=One-Click",
		"http://example.org/u/abc":    "",
	} {
		u, post, err := listunsub.Pair(link, "")
		require.NoError(t, err)
		require.Equal(t, "<"+link+">", u)
		require.Equal(t, want, post, link)
	}
}

func TestALinkThatWouldBreakTheHeaderIsRefused(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"", "/u/abc", "mailto:a@b.c", "https://", "https://a.b/>,<x", "https://a.b/\r\nBcc: x", "https://a.b/ж", "https://a.b/a b"} {
		_, _, err := listunsub.Pair(link, "")
		require.ErrorIs(t, err, listunsub.ErrLink, link)
	}
	_, _, err := listunsub.Pair("https://a.b/", "x>\r\nBcc: y")
	require.ErrorIs(t, err, listunsub.ErrLink)
}
