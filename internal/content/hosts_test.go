package content_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/content"
)

// CMP-3
func TestHostsOfALetterAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()
	l := content.Letter{
		Text: "Смотрите на https://Text.kz. Или (http://сайт.пример.рф/путь), https://user:pass@port.kz:8443/x",
		HTML: `<a href="&#104;ttps:/\hidden.kz/">x</a><img src='http://img.kz/a.png'><a href="ht
tps://broken.kz?q">y</a><td style="background:url(https://css.kz/b)"><a href="mailto:a@mail.kz">z</a>`,
	}
	require.Equal(t, []string{"broken.kz", "css.kz", "hidden.kz", "img.kz", "port.kz", "text.kz", "var.kz", "сайт.пример.рф"},
		content.Hosts(l, "see https://var.kz/1"))
	require.Empty(t, content.Hosts(content.Letter{Text: "нет ссылок"}))
}
