package app_test

import (
	"fmt"
	"net/http"
	"net/smtp"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/app"
	"keruen/internal/db/dbtest"
	"keruen/internal/sandbox"
	"keruen/internal/secret"
)

// receiving runs the program with mail coming in.
func receiving(t *testing.T, test func(t *testing.T, a *app.App)) {
	t.Parallel()
	change := map[string]string{"mail.inbound_listen": "127.0.0.1:0", "mail.inbound_domain": "back.k.test"}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, start(t, dbtest.SQLite(t), change)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, start(t, dbtest.Postgres(t), change)) })
}

var leaveByMail = regexp.MustCompile(`<mailto:(u\+[0-9a-z]+@back\.k\.test)>`)

// What other servers and mail programs send back by mail, from end to end (CMP-1, MSG-4, AUD-3).
func TestWhatComesBackByMailReachesTheReportAndTheStopList(t *testing.T) {
	receiving(t, func(t *testing.T, a *app.App) {
		b := signUp(t, a, "newcomer@gmail.com")
		names := []string{"anna", "boris", "clara", "dina"}
		ids := map[string]string{}
		for _, n := range names {
			c := b.post("/contacts", map[string]any{"email": n + "@gmail.com"})
			require.Equal(t, http.StatusCreated, c.status, c.text)
			g := b.post("/contacts/"+c.str("id")+"/consents", map[string]any{"channel": "email", "purpose": "advertising", "source": "form", "wording": "Согласен", "evidence": map[string]string{"note": "анкета"}})
			require.Equal(t, http.StatusCreated, g.status, g.text)
			ids[n] = c.str("id")
		}
		sender := b.post("/senders", map[string]any{"channel": "email", "name": "Кофейня", "address": "news@shop.test", "route": map[string]any{"kind": "direct"}})
		require.Equal(t, http.StatusCreated, sender.status, sender.text)
		require.Equal(t, "ready", b.post("/senders/"+sender.str("id")+"/check", nil).str("state"))
		require.EqualValues(t, 4, send(t, b, sender.str("id"), "Открытие", 4)["delivered"])

		got := map[string]sandbox.Letter{}
		raw := map[string]string{}
		for _, n := range names {
			l := a.World.Messages(sandbox.Filter{To: n + "@gmail.com"})
			require.Len(t, l, 1)
			bytes, err := a.World.Raw(l[0].ID)
			require.NoError(t, err)
			got[n], raw[n] = l[0], string(bytes)
			require.True(t, strings.HasPrefix(l[0].Sender, "b+") && strings.HasSuffix(l[0].Sender, "@back.k.test"), l[0].Sender)
		}
		to := leaveByMail.FindStringSubmatch(strings.ReplaceAll(raw["clara"], "\r\n ", " "))
		require.Len(t, to, 2, raw["clara"])

		returned := "From: MAILER-DAEMON@gmail.com\r\nSubject: Delivery Status Notification (Failure)\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; gmail.com\r\n\r\nFinal-Recipient: rfc822; anna@gmail.com\r\nAction: failed\r\nStatus: 5.1.1\r\n" +
			"Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\r\n--b--\r\n"
		spam := "From: fbl@mail.ru\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=f\r\n\r\n--f\r\nContent-Type: message/feedback-report\r\n\r\n" +
			"Feedback-Type: abuse\r\nUser-Agent: Loop\r\nVersion: 1\r\n\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n" + raw["boris"] + "\r\n--f--\r\n"
		for range 2 { // whatever comes twice counts once
			comes(t, a, "", got["anna"].Sender, returned)
			comes(t, a, "fbl@mail.ru", "fbl@back.k.test", spam)
			comes(t, a, "clara@gmail.com", to[1], "Subject: unsubscribe\r\n\r\n")
			comes(t, a, "dina@gmail.com", got["dina"].Sender, "From: dina@gmail.com\r\nSubject: Re\r\n\r\nСпасибо!\r\n")
		}
		path := "/campaigns/" + b.get("/campaigns").json()["items"].([]any)[0].(map[string]any)["id"].(string)
		var counts map[string]any
		require.Eventually(t, func() bool {
			counts = b.get(path + "/report").json()["counts"].(map[string]any)
			return fmt.Sprint(counts["failed"], counts["complained"], counts["unsubscribed"]) == "1 1 1"
		}, 30*time.Second, 50*time.Millisecond, "%v", &counts)

		second := send(t, b, sender.str("id"), "Ещё раз", 4)
		require.EqualValues(t, 1, second["delivered"], "only Dina")
		require.EqualValues(t, 3, second["skipped"])
		counts = b.get(path + "/report").json()["counts"].(map[string]any)
		require.Equal(t, "1 1 1 3", fmt.Sprint(counts["failed"], counts["complained"], counts["unsubscribed"], counts["delivered"]))

		require.Contains(t, b.get("/contacts/"+ids["anna"]+"/timeline").text, `"bounce"`)
	})
}

// comes hands a letter to the program as another server would.
func comes(t *testing.T, a *app.App, from, to, raw string) {
	t.Helper()
	require.NoError(t, smtp.SendMail(a.InboundAddr().String(), nil, from, []string{to}, []byte(raw)))
}

// The pretend world writes back by itself, with reports that share nothing with what reads them (CMP-1, MSG-4).
func TestThePretendWorldReportsComplaintsAndReturnsLetters(t *testing.T) {
	t.Parallel()
	hasty := func(c *sandbox.Config) { calm(c); c.Speed = 100_000 }
	a, err := app.New(t.Context(), settings(t, dbtest.SQLite(t), map[string]string{"mail.inbound_listen": "127.0.0.1:0", "mail.inbound_domain": "back.k.test"}), app.Options{Passwords: &secret.Weak, World: hasty})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	require.NoError(t, a.Start(t.Context()))
	b := signUp(t, a, "newcomer@gmail.com")
	for _, n := range []string{"complains@mail.ru", "complains@yahoo.com", "returns@corp.test"} {
		c := b.post("/contacts", map[string]any{"email": n})
		require.Equal(t, http.StatusCreated, c.status, c.text)
		g := b.post("/contacts/"+c.str("id")+"/consents", map[string]any{"channel": "email", "purpose": "advertising", "source": "form", "wording": "Согласен", "evidence": map[string]string{"note": "анкета"}})
		require.Equal(t, http.StatusCreated, g.status, g.text)
	}
	sender := b.post("/senders", map[string]any{"channel": "email", "name": "Кофейня", "address": "news@shop.test", "route": map[string]any{"kind": "direct"}})
	require.Equal(t, "ready", b.post("/senders/"+sender.str("id")+"/check", nil).str("state"))
	require.EqualValues(t, 3, send(t, b, sender.str("id"), "Открытие", 3)["delivered"])
	path := "/campaigns/" + b.get("/campaigns").json()["items"].([]any)[0].(map[string]any)["id"].(string)
	require.Eventually(t, func() bool {
		counts := b.get(path + "/report").json()["counts"].(map[string]any)
		return fmt.Sprint(counts["failed"], counts["complained"], counts["delivered"]) == "1 2 2"
	}, time.Minute, 100*time.Millisecond)
	again := b.post("/campaigns", map[string]any{"name": "Ещё раз", "template": b.get("/templates").json()["items"].([]any)[0].(map[string]any)["id"], "sender": sender.str("id"), "audience": map[string]any{"all": true, "lists": []string{}}})
	refused := b.post("/campaigns/"+again.str("id")+"/send", map[string]any{"undo_seconds": 0}, "Idempotency-Key", again.str("id"))
	require.Contains(t, refused.text, "campaign.nobody_reachable", "who complained and whose mailbox is gone are written to no more")
}
