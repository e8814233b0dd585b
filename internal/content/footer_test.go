package content_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/content"
	"keruen/internal/lang"
)

var links = content.Values{
	AccountName: "Лавка", UnsubscribeURL: "https://k.test/u/1", PreferencesURL: "https://k.test/u/1/preferences", WhyURL: "https://k.test/u/1/why",
}

// AUD-2, AUD-7: the footer leads out, to the choices and to the reason, in the letter's language, in HTML and in text.
func TestTheFooterLeadsToLeavingChoosingAndTheReason(t *testing.T) {
	t.Parallel()
	words := map[lang.Lang][3]string{
		lang.Russian: {"Отписаться", "Настроить подписку", "Почему мне пришло это письмо?"},
		lang.Kazakh:  {"Таратылымнан бас тарту", "Жазылымды баптау", "Бұл хат маған неге келді?"},
		lang.English: {"Unsubscribe", "Manage subscription", "Why did I get this letter?"},
	}
	for l, want := range words {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			c, problems := content.Compile(content.Letter{Subject: "s", HTML: "<p>Hello</p>"}, content.Options{Purpose: channel.Advertising, Lang: l})
			require.False(t, content.Failed(problems))
			out := c.Render(&links, func(int, string) string { return "tracked" }, "")
			for i, to := range []string{"https://k.test/u/1", "https://k.test/u/1/preferences", "https://k.test/u/1/why"} {
				require.Contains(t, out.HTML, `href="`+to+`">`+want[i]+`</a>`)
				require.Contains(t, out.Text, strings.TrimSuffix(want[i], "?"))
				require.Contains(t, out.Text, " "+to+"\n")
			}
			require.NotContains(t, out.HTML, "tracked", "who leaves or asks is not followed")
		})
	}
}

// AUD-6
func TestTheFooterOfAnOfferOfOthersSaysSo(t *testing.T) {
	t.Parallel()
	for l, want := range map[lang.Lang]string{lang.Russian: "предложение другой компании", lang.Kazakh: "басқа компанияның ұсынысы", lang.English: "offer of another company"} {
		c, problems := content.Compile(content.Letter{Subject: "s", Text: "Hello"}, content.Options{Purpose: channel.ThirdParty, Lang: l})
		require.False(t, content.Failed(problems))
		require.Contains(t, c.Render(&links, nil, "").Text, want)
	}
}

func TestAnAuthorMayPlaceTheLinksHimself(t *testing.T) {
	t.Parallel()
	src := `<p><a href="{{preferences_url}}">Темы</a> <a href="{{ why_url }}">Почему?</a> <a href="{{unsubscribe_url}}">Отписаться</a></p>`
	c, problems := content.Compile(content.Letter{Subject: "s", HTML: src}, content.Options{Purpose: channel.Advertising})
	require.Empty(t, problems)
	out := c.Render(&links, nil, "").HTML
	require.Contains(t, out, `href="https://k.test/u/1/preferences">Темы`)
	require.Contains(t, out, `href="https://k.test/u/1/why">Почему?`)
	require.NotContains(t, out, "согласились получать рассылку", "a letter with its own way out gets no second footer")
	require.Empty(t, c.Links(), "they are not tracked")
}

// AUD-2: where one chooses is not where one leaves.
func TestALinkToTheChoicesAloneIsNoWayOut(t *testing.T) {
	t.Parallel()
	src := `<p><a href="{{preferences_url}}">Отписаться</a></p>`
	c, problems := content.Compile(content.Letter{Subject: "s", HTML: src}, content.Options{Purpose: channel.Advertising})
	require.False(t, content.Failed(problems))
	require.Contains(t, c.Render(&links, nil, "").HTML, `href="https://k.test/u/1">Отписаться</a>`, "the footer is added")
}
