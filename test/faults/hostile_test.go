package faults

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
	"keruen/test/program"
)

// MSG-1: a letter that names a field nobody has is stopped before it leaves, with the place and the name that was meant.
func TestALetterWithAnUnknownFieldIsStoppedWithItsPlace(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	s := program.StartSink(t, false)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	c.Import(t, "people.csv", people("p", 3), "Все")
	campaign := c.CreateCampaign(t, sender.Text("id"), "Осень", program.Doc{"subject": "Осень", "preheader": "", "text": "",
		"html": "<html><body>\n<p>Сәлем, {{first_nmae}}!</p>\n</body></html>"}).Text("id")
	path := "/api/v1/campaigns/" + campaign

	pre := c.Get(t, path+"/preflight")
	require.Equal(t, false, pre["can_send"])
	problem := program.Doc(pre["problems"].([]any)[0].(map[string]any))
	require.Equal(t, "html", problem.Text("jump"))
	require.Equal(t, 2, problem.Number("line"), "%v", problem)
	require.Equal(t, 11, problem.Number("column"), "%v", problem)
	require.Contains(t, problem.Text("params"), "first_name", "what was meant is suggested: %v", problem)

	d, status := post(t, c, path+"/send", program.Doc{"undo_seconds": 0})
	require.Equal(t, 422, status, "%v", d)
	require.Equal(t, "campaign.not_ready", d.Text("code"))
	field := program.Doc(d["errors"].([]any)[0].(map[string]any))
	require.Equal(t, "html", field.Text("path"))
	require.Equal(t, 2, field.Number("params.line"))
	require.Equal(t, "draft", c.Get(t, path).Text("state"))
	require.Zero(t, s.Count())
}

// Bodies and headers as attackers send them: each is refused in words, and the program goes on.
func TestHostileRequestsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	for engine, database := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": dbtest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			beHostile(t, database(t))
		})
	}
}

func beHostile(t *testing.T, database string) {
	p, c := start(t, program.Settings{"database": database})
	deep := strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	for name, r := range map[string]struct {
		body, contentType string
		status            int
	}{
		"deep":           {deep, "application/json", 422},
		"deep lists":     {strings.Repeat("[", 200_000), "application/json", 422},
		"a list":         {`[1,2,3]`, "application/json", 422},
		"null":           {`null`, "application/json", 422},
		"wrong types":    {`{"name":{"$ne":null}}`, "application/json", 422},
		"a number":       {`{"name":1e999}`, "application/json", 422},
		"half":           {`{"name":"`, "application/json", 422},
		"not UTF-8":      {"{\"name\":\"\xff\xfe\"}", "application/json", 0},
		"a NUL":          {`{"name":"a\u0000b"}`, "application/json", 0},
		"a form":         {`name=x`, "application/x-www-form-urlencoded", 0},
		"XML":            {`<name>x</name>`, "application/xml", 0},
		"huge":           {`{"name":"` + strings.Repeat("a", 6<<20) + `"}`, "application/json", 413},
		"a lone half":    {`{"name":"\ud800"}`, "application/json", 0},
		"unknown fields": {`{"name":"x","__proto__":{"admin":true}}`, "application/json", 422},
	} {
		for _, key := range []string{"", "key-of-" + strings.ReplaceAll(name, " ", "-")} {
			header := []string{}
			if key != "" {
				header = []string{"Idempotency-Key", key}
			}
			d, status := ask(t, c, "POST", "/api/v1/lists", r.contentType, strings.NewReader(r.body), header...)
			require.Less(t, status, 500, "%s: %v", name, d)
			if r.status != 0 {
				require.Equal(t, r.status, status, "%s: %v", name, d)
			}
		}
	}
	for name, text := range map[string]string{"a NUL": `a\u0000b`, "a lone half": `\ud800`, "a control": `\u001b[31m`, "a way back": `\u202e`} {
		for path, body := range map[string]string{
			"/api/v1/contacts":  `{"email":"` + strings.ReplaceAll(name, " ", "") + `@alpha.test","first_name":"` + text + `","fields":{}}`,
			"/api/v1/campaigns": `{"name":"x` + text + `","letter":{"subject":"` + text + `","preheader":"","html":"` + text + `","text":"` + text + `"}}`,
			"/api/v1/templates": `{"name":"x` + text + `","letter":{"subject":"` + text + `","preheader":"","html":"` + text + `","text":"` + text + `"}}`,
			"/api/v1/fields":    `{"key":"k` + text + `","label":"x` + text + `"}`,
			"/api/v1/senders":   `{"channel":"email","name":"x` + text + `","address":"a@b.test","route":{"kind":"direct"}}`,
		} {
			d, status := ask(t, c, "POST", path, "application/json", strings.NewReader(body))
			require.Less(t, status, 500, "%s with %s: %v", path, name, d)
		}
	}
	for _, header := range [][]string{
		{"Idempotency-Key", strings.Repeat("k", 5000)}, {"If-Match", `"'; DROP TABLE contact; --"`}, {"Accept-Language", strings.Repeat("ru,", 5000)},
		{"Authorization", "Bearer " + strings.Repeat("x", 20_000)}, {"X-Forwarded-For", "' OR 1=1"}, {"Cookie", "keruen_session=%00%ff; a=" + strings.Repeat("b", 9000)},
	} {
		_, resp := c.Do(t, http.MethodPost, "/api/v1/lists", "application/json", strings.NewReader(`{"name":"h"}`), header...)
		require.Less(t, resp.StatusCode, 500, "%s", header[0])
	}
	for _, query := range []string{"limit=-1", "limit=999999999999999999999", "cursor=%00", "q=%25%27--", "q=" + strings.Repeat("%", 1), "list=' OR 1=1"} {
		require.Less(t, statusOf(t, c, "/api/v1/contacts?"+query), 500, query)
	}
	require.Equal(t, 200, statusOf(t, c, "/api/v1/health"))
	require.Less(t, p.Peak(t), int64(memory))
}

// RFC 5322 §2.2: a line end in a header begins another one. None comes from what people write, import or send.
func TestNobodyWritesHeadersOfTheirOwn(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	s := program.StartSink(t, true)
	const evil = "Осень\r\nBcc: victim@evil.test\r\n\r\nтекст"
	for _, sender := range []program.Doc{
		{"channel": "email", "name": evil, "address": "news@sender.test", "route": s.Route()},
		{"channel": "email", "name": "Магазин", "address": "news@sender.test\r\nBcc: victim@evil.test", "route": s.Route()},
		{"channel": "email", "name": "Магазин", "address": "news@sender.test", "reply_to": "a@b.test\r\nBcc: victim@evil.test", "route": s.Route()},
	} {
		d, status := post(t, c, "/api/v1/senders", sender)
		require.Equal(t, 422, status, "%v", d)
	}
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	csv := "E-mail;Имя\nplain@alpha.test;Алия\nevil@alpha.test;\"Болат\r\nBcc: victim@evil.test\"\n"
	c.Import(t, "people.csv", []byte(csv), "Все")
	d, status := post(t, c, "/api/v1/contacts", program.Doc{"email": "x@alpha.test\r\nBcc: victim@evil.test"})
	require.Equal(t, 422, status, "%v", d)
	d, status = post(t, c, "/api/v1/campaigns", program.Doc{"name": "Осень", "letter": plain(evil)})
	require.Equal(t, 422, status, "%v", d)
	campaign := c.CreateCampaign(t, sender.Text("id"), "Осень", plain("{{first_name}}, осень")).Text("id")
	c.Launch(t, campaign)
	c.Await(t, "/api/v1/campaigns/"+campaign, "done")
	require.Len(t, s.Letters(), 2)
	for who := range s.Letters() {
		head, _, _ := strings.Cut(s.Last(who), "\r\n\r\n")
		require.NotContains(t, strings.ToLower(head), "\nbcc:", "%s", head)
		require.NotContains(t, who, "victim")
	}
}

// What contacts are called is text wherever it is shown: in a page, in a letter, in a spreadsheet.
func TestNamesAreTextEverywhere(t *testing.T) {
	t.Parallel()
	_, c := start(t, nil)
	s := program.StartSink(t, true)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	csv := "E-mail;Имя;Фамилия\n" +
		`script@alpha.test;"<script>alert(1)</script>";"""><img src=x onerror=alert(1)>"` + "\n" +
		"formula@alpha.test;=HYPERLINK(\"http://evil.test\");@SUM(1)\n" +
		"template@alpha.test;{{email}};{{unsubscribe_url}}\n" +
		"=cmd;=1+1;-2+3\n"
	im := c.Import(t, "people.csv", []byte(csv), "Все")
	require.Equal(t, 3, im.Number("counts.created"), "%v", im)

	export := c.Post(t, "/api/v1/exports", program.Doc{"format": "csv", "reason": "сверка"}).Text("id")
	c.Await(t, "/api/v1/exports/"+export, "ready")
	for _, path := range []string{"/api/v1/exports/" + export + "/file", "/api/v1/imports/" + im.Text("id") + "/rejected.csv"} {
		file, _ := c.Raw(t, "GET", path, "", nil)
		for line := range strings.Lines(string(file)) {
			for _, cell := range strings.FieldsFunc(strings.TrimPrefix(line, "\uFEFF"), func(r rune) bool { return r == ';' || r == ',' }) {
				cell = strings.Trim(cell, "\"\r\n")
				require.False(t, strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@"), "%s holds a formula: %s", path, line)
			}
		}
	}
	_, resp := c.Do(t, "GET", "/api/v1/contacts", "", nil)
	require.Contains(t, resp.Header.Get("Content-Type"), "application/json")
	require.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))

	campaign := c.CreateCampaign(t, sender.Text("id"), "Осень", program.Doc{"subject": "Осень", "preheader": "", "text": "",
		"html": `<html><body><p title="{{last_name}}">{{first_name}}</p></body></html>`}).Text("id")
	c.Launch(t, campaign)
	c.Await(t, "/api/v1/campaigns/"+campaign, "done")
	for who := range s.Letters() {
		_, html, found := strings.Cut(program.Readable(s.Last(who)), "text/html")
		require.True(t, found)
		require.NotContains(t, html, "<script")
		require.NotContains(t, html, "<img src=x")
		if who == "template@alpha.test" {
			require.NotContains(t, html, ">template@alpha.test<", "a value is not a template")
		}
	}
	exported, _ := c.Raw(t, "GET", "/api/v1/campaigns/"+campaign+"/deliveries.csv", "", nil)
	require.NotContains(t, string(exported), ";=")
	require.NotContains(t, string(exported), ",=")
}
