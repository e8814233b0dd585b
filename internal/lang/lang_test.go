package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFirstLanguageThatWeSpeakIsChosen(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]Lang{
		"": Russian, "de, fr": Russian, "kk-KZ,kk;q=0.9,ru;q=0.8": Kazakh, "de;q=1, EN-gb;q=0.5": English, "ru": Russian,
	} {
		require.Equal(t, want, FromHeader(header), header)
	}
}

func TestAMissingTranslationFallsBackToRussian(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Да", Text{Ru: "Да", En: "Yes"}.In(Kazakh))
	require.Equal(t, "Yes", Text{Ru: "Да", En: "Yes"}.In(English))
}
