package content_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/content"
	"keruen/internal/lang"
)

var (
	byLink   = content.WayOut{Link: "ke.kz/u/Ab12"}
	byAnswer = content.WayOut{Words: []string{"СТОП", "ТОҚТАТ", "STOP"}, Number: "1234"}
)

func reasons(problems []content.Problem) (out []string) {
	for _, p := range problems {
		why, _ := p.Params["reason"].(string)
		out = append(out, strings.TrimSpace(p.Code+" "+why))
	}
	return out
}

// AUD-2
func TestAMessageThatTellsHowToLeaveStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on      channel.Kind
		way     content.WayOut
		text    string
		buttons []string
	}{
		{channel.SMS, byLink, "Скидки на мёд до воскресенья! Отписка: ke.kz/u/Ab12", nil},
		{channel.SMS, byLink, "Жеңілдік! Бас тарту: https://ke.kz/u/Ab12.", nil},
		{channel.SMS, byLink, "Sale!\n\nke.kz/u/Ab12", nil},
		{channel.SMS, byAnswer, "Скидки! Чтобы отписаться, отправьте СТОП на 1234", nil},
		{channel.SMS, byAnswer, "Жеңілдік! Бас тарту үшін ТОҚТАТ деп 1234 нөміріне жіберіңіз", nil},
		{channel.SMS, byAnswer, "Sale! To opt out text stop to 1234", nil},
		{channel.Viber, byLink, "Скидки!", []string{"Купить", "Отписаться"}},
		{channel.Telegram, byAnswer, "Жеңілдік!", []string{"Жазылымнан бас тарту"}},
		{channel.WhatsApp, byAnswer, "Sale!", []string{"Unsubscribe"}},
		{channel.Viber, content.WayOut{Link: "{{unsubscribe_url}}"}, "Скидки! Отписка: {{unsubscribe_url}}", nil},
	} {
		said, cost, problems := content.SayWayOut(c.on, content.Said{Text: c.text, Buttons: c.buttons}, c.way, lang.Russian)
		require.Empty(t, problems, c.text)
		require.Zero(t, cost)
		require.Equal(t, content.Said{Text: c.text, Buttons: c.buttons}, said)
	}
}

// AUD-2
func TestAMessageWithoutAWayOutGetsOneAndItsCostIsKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		on   channel.Kind
		way  content.WayOut
		lang lang.Lang
		want content.Said
	}{
		{channel.SMS, byLink, lang.Russian, content.Said{Text: "Мёд\nОтписка: ke.kz/u/Ab12"}},
		{channel.SMS, byLink, lang.Kazakh, content.Said{Text: "Мёд\nБас тарту: ke.kz/u/Ab12"}},
		{channel.SMS, byLink, lang.English, content.Said{Text: "Мёд\nOpt out: ke.kz/u/Ab12"}},
		{channel.SMS, byAnswer, lang.Russian, content.Said{Text: "Мёд\nОтписка: ответьте СТОП на 1234"}},
		{channel.Instagram, content.WayOut{Words: []string{"СТОП"}}, lang.Russian, content.Said{Text: "Мёд\nОтписка: ответьте СТОП"}},
		{channel.Telegram, byAnswer, lang.Kazakh, content.Said{Text: "Мёд  ", Buttons: []string{"Бас тарту"}}},
	} {
		said, cost, problems := content.SayWayOut(c.on, content.Said{Text: "Мёд  "}, c.way, c.lang)
		require.Equal(t, []string{"wayout.added"}, reasons(problems))
		require.Equal(t, c.want, said)
		if len(said.Buttons) == 0 {
			require.Equal(t, utf8.RuneCountInString(said.Text)-utf8.RuneCountInString("Мёд"), cost)
			require.Equal(t, cost, utf8.RuneCountInString(c.way.Line(c.on, c.lang)))
			again, _, more := content.SayWayOut(c.on, said, c.way, c.lang)
			require.Equal(t, said, again, "the platform's own line is plain enough for its own judge")
			require.Empty(t, more)
		}
	}
}

// AUD-2
func TestAWayOutThatPeopleCannotReadOrUseIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Скидки!" + strings.Repeat("\n", 12) + "Отписка: ke.kz/u/Ab12":    "wayout.hidden far_below",
		"Скидки!" + strings.Repeat("\n.", 12) + "\nОтписка: ke.kz/u/Ab12": "wayout.hidden far_below",
		"Скидки!" + strings.Repeat(" ", 60) + "ke.kz/u/Ab12":              "wayout.hidden far_below",
		"Скидки! ke.kz/u/\u200bAb12":                                      "wayout.hidden split",
		"Скидки! ke . kz / u / Ab12":                                      "wayout.hidden split",
		"Скидки! kе.kz/u/Ab12":                                            "wayout.hidden lookalike",
		"Скидки! https://shop.kz/go?to=ke.kz/u/Ab12":                      "wayout.hidden in_query",
		"Скидки! ke.kz/u/Ab12купон":                                       "wayout.hidden glued",
		"Скидки! ke.kz/u/Ab12?gift=1":                                     "wayout.hidden glued",
		"Скидки! \u202eke.kz/u/Ab12":                                      "wayout.hidden reversed",
		"Скидки! Чтобы отписаться, отправьте С\u200bТ\u200bОП на 1234":    "wayout.hidden split",
		"Скидки! Чтобы отписаться, отправьте CTOП на 1234":                "wayout.hidden lookalike",
		"Скидки! Чтобы отписаться, отправьте СТОП":                        "wayout.hidden no_number",
		"Скидки! Не отправляйте СТОП на 1234":                             "wayout.hidden says_stay",
		"Скидки!\n\n\n\n\n\n\n\nЧтобы отписаться, отправьте СТОП на 1234": "wayout.hidden far_below",
		"Отписаться можно только по телефону. ke.kz/u/Ab12":               "wayout.hurdle",
		"Бас тарту ақылы: 500 теңге. ke.kz/u/Ab12":                        "wayout.hurdle",
		"To unsubscribe please call our office. ke.kz/u/Ab12":             "wayout.hurdle",
		"Отписка платная, 100 тг. ke.kz/u/Ab12":                           "wayout.hurdle",
	} {
		way := byAnswer
		if !strings.Contains(text, "1234") && !strings.Contains(text, "СТОП") {
			way = byLink
		}
		said, cost, problems := content.SayWayOut(channel.SMS, content.Said{Text: text}, way, lang.Russian)
		require.Equal(t, []string{want}, reasons(problems), text)
		require.Equal(t, text, said.Text, "nothing is added beside a masked one")
		require.Zero(t, cost)
	}
}

// AUD-2
func TestAStopWordThatMeansSomethingElseIsNoWayOut(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"СТОП-цены на мёд!", "Скажите СТОП высоким ценам, 1234 товара", "Stop by our shop at Abay 12"} {
		_, cost, problems := content.SayWayOut(channel.SMS, content.Said{Text: text}, byAnswer, lang.Russian)
		require.Equal(t, []string{"wayout.added"}, reasons(problems), text)
		require.Positive(t, cost)
	}
}

// AUD-2
func TestAButtonThatLeavesMustSaySo(t *testing.T) {
	t.Parallel()
	_, _, problems := content.SayWayOut(channel.Viber, content.Said{Text: "Мёд", Buttons: []string{"Не отписываться"}}, byAnswer, lang.Russian)
	require.Equal(t, []string{"wayout.button says_stay", "wayout.added"}, reasons(problems))
}

// AUD-2
func TestAPlainTextLetterMayNotPushItsWayOutOutOfSight(t *testing.T) {
	t.Parallel()
	text := "Здравствуйте!" + strings.Repeat("\n", 40) + "Отписаться: {{ unsubscribe_url }}"
	c, problems := content.Compile(content.Letter{Subject: "s", Text: text}, advertising)
	require.Nil(t, c)
	require.Equal(t, []string{"unsubscribe.hidden far_below"}, reasons(problems))
	require.Equal(t, 41, problems[0].Line)
	c, problems = content.Compile(content.Letter{Subject: "s", Text: "Привет\n\n--\nОтписаться: {{unsubscribe_url}}"}, advertising)
	require.NotNil(t, c, "%v", problems)
}

func FuzzSayWayOut(f *testing.F) {
	f.Add("Скидки! Отписка: ke.kz/u/Ab12", "Отписаться")
	f.Add("СТОП на 1234\n\n\n", "Купить")
	f.Add("\u202e отправьте С\u200bТОП", "")
	f.Fuzz(func(t *testing.T, text, button string) {
		if !utf8.ValidString(text) {
			return
		}
		for _, w := range []content.WayOut{byLink, byAnswer} {
			said, cost, problems := content.SayWayOut(channel.SMS, content.Said{Text: text, Buttons: []string{button}}, w, lang.Kazakh)
			if content.Failed(problems) {
				if said.Text != text || cost != 0 {
					t.Fatal("a refused message was changed")
				}
				continue
			}
			if _, more, again := content.SayWayOut(channel.SMS, said, w, lang.Kazakh); more != 0 || content.Failed(again) {
				t.Fatalf("%q is not told after adding: %v", said.Text, again)
			}
		}
	})
}
