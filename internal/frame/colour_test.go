package frame

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever colour an account chooses, words on and in it can be read: 4.5 to 1 (WCAG 2.2 §1.4.3).
func TestEveryColourIsMadeReadable(t *testing.T) {
	t.Parallel()
	light, _ := parseColour(lightPage)
	dark, _ := parseColour(darkPage)
	r := rand.New(rand.NewPCG(1, 2))
	colours := []rgb{{}, {255, 255, 255}, {255, 255, 0}, {0, 0, 255}, {119, 119, 119}, {118, 118, 118}}
	for range 2000 {
		colours = append(colours, rgb{uint8(r.UintN(256)), uint8(r.UintN(256)), uint8(r.UintN(256))})
	}
	for _, c := range colours {
		p := PaletteOf(c.String())
		for name, pair := range map[string][2]rgb{
			"words of a button": {must(t, p.OnIt), must(t, p.Button)},
			"link on light":     {must(t, p.Light), light},
			"link on dark":      {must(t, p.Dark), dark},
		} {
			require.GreaterOrEqual(t, contrast(pair[0], pair[1]), 4.5, "%s of %s: %s on %s", name, c, pair[0], pair[1])
		}
	}
}

func must(t *testing.T, s string) rgb {
	t.Helper()
	c, ok := parseColour(s)
	require.True(t, ok, s)
	return c
}

func TestColoursAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"#FFF": "#ffffff", " #08768B ": "#08768b", "#abc": "#aabbcc"} {
		c, ok := parseColour(in)
		require.True(t, ok, in)
		require.Equal(t, want, c.String())
		kept, ok := ParseColour(in)
		require.True(t, ok)
		require.Equal(t, want, kept)
	}
	for _, in := range []string{"", "red", "08768b", "#12345", "#1234567", "#gggggg", "#12 45 ", "url(x)", "#-1-1-1"} {
		_, ok := parseColour(in)
		require.False(t, ok, in)
	}
	require.Equal(t, PaletteOf(DefaultColour), PaletteOf("no colour"))
}
