package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// AUD-1, AUD-3, AUD-7: with JavaScript off a reader leaves one topic on the page behind its letter. The campaign on that topic, which
// waits already, does not reach it; a campaign on another topic does. Followed links alone change nothing.
func TestAReaderLeavesOneTopicWithoutJavaScript(t *testing.T) {
	t.Parallel()
	sink := program.StartSink(t, true)
	p := program.New(t, program.Settings{"dns.allow_private": "true"})
	p.Start(t)
	c := p.Member(t, "owner@lavka.test")
	sender := c.CreateSender(t, "Лавка «Дән»", "news@lavka.test", sink.Route()).Text("id")
	im := c.Import(t, "гости.csv", []byte("E-mail;Имя\nirina@reader.test;Ирина\nbolat@reader.test;Болат\n"), "Гости")
	require.Equal(t, 2, im.Number("counts.created"), "%v", im)
	news := c.Post(t, "/api/v1/topics", program.Doc{"name": program.Doc{"ru": "Новости лавки", "kk": "Дүкен жаңалықтары", "en": "News"}}).Text("id")
	sales := c.Post(t, "/api/v1/topics", program.Doc{"name": program.Doc{"ru": "Скидки", "kk": "Жеңілдіктер", "en": "Sales"}}).Text("id")

	send := func(name, topic string, reached int) string {
		campaign := c.Post(t, "/api/v1/campaigns", program.Doc{
			"name": name, "sender": sender, "purpose": "advertising", "topic": topic, "audience": program.Doc{"all": true, "lists": []string{}},
			"tracking": program.Doc{"opens": false, "clicks": false}, "letter": program.Doc{"subject": name, "preheader": "", "text": "", "html": "<p>" + name + "</p>"},
		}).Text("id")
		c.Launch(t, campaign)
		done := c.Await(t, "/api/v1/campaigns/"+campaign, "done")
		require.Equal(t, reached, done.Number("counts.delivered"), "%v", done["counts"])
		return campaign
	}
	send("Первое письмо", news, 2)
	link := wayOut(t, sink.Last("irina@reader.test"))

	// A scanner follows every link of the letter, and presses nothing.
	for _, path := range []string{"", "/preferences", "/why", "/preferences?lang=kk"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			_, answer := p.NewClient(t).Do(t, method, strings.TrimPrefix(link, p.URL)+path, "", nil)
			require.Equal(t, http.StatusOK, answer.StatusCode, path)
		}
	}
	send("Второе письмо", news, 2)

	play(t, "preferences", "e2e-preferences", "--base", p.URL, "--link", link, "--topic", "Новости лавки",
		"--wording", "Согласен получать новости и предложения по почте")

	before := sink.Letters()["irina@reader.test"]
	left := send("Новости без Ирины", news, 1)
	require.Equal(t, before, sink.Letters()["irina@reader.test"], "she left this topic")
	require.Equal(t, 1, c.Get(t, "/api/v1/campaigns/"+left+"/report").Number("counts.skipped"))
	send("Скидки для всех", sales, 2)
	require.Equal(t, before+1, sink.Letters()["irina@reader.test"], "and no other")

	c.Stranger(t).Raw(t, "POST", strings.TrimPrefix(link, p.URL), "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"), http.StatusOK)
	send("Скидки без Ирины", sales, 1)
	require.Equal(t, before+1, sink.Letters()["irina@reader.test"], "the mail program's button leaves the whole purpose")
}

// wayOut finds the web address of List-Unsubscribe in a letter.
func wayOut(t *testing.T, letter string) string {
	t.Helper()
	head, _, _ := strings.Cut(strings.ReplaceAll(letter, "\r\n", "\n"), "\n\n")
	found := regexp.MustCompile(`<(https?://[^>]+/u/[^>]+)>`).FindStringSubmatch(regexp.MustCompile(`\n[ \t]+`).ReplaceAllString(head, ""))
	require.Len(t, found, 2, head)
	return found[1]
}
