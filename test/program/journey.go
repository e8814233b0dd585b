package program

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Password is that of everybody who signs up in a test.
const Password = "correct horse battery staple"

// Patience is how long a journey waits for anything to come about.
const Patience = 2 * time.Minute

// SignUp registers a person and confirms with the code that readCode finds in the letter.
func (p *Program) SignUp(t testing.TB, email string, readCode func() string) *Client {
	t.Helper()
	c := p.NewClient(t)
	accept := []Doc{}
	for _, d := range c.Get(t, "/api/v1/documents?lang=ru").Items() {
		if d["required"] == true {
			accept = append(accept, Doc{"document": d["name"], "version": d["version"]})
		}
	}
	require.NotEmpty(t, accept, "registering accepts documents")
	r := c.Post(t, "/api/v1/auth/register", Doc{"email": email, "password": Password, "lang": "ru", "accept": accept})
	me := c.Post(t, "/api/v1/auth/register/confirm", Doc{"registration": r["registration"], "code": readCode()})
	require.Equal(t, email, me.Text("member.email"))
	return c
}

// Import brings a CSV in with a declared consent to advertising e-mail and returns the finished import.
func (c *Client) Import(t testing.TB, name string, csv []byte, newList string) Doc {
	t.Helper()
	return c.ImportFor(t, name, csv, newList, "advertising")
}

// ImportFor is Import with a consent to letters of one purpose.
func (c *Client) ImportFor(t testing.TB, name string, csv []byte, newList, purpose string) Doc {
	t.Helper()
	raw, _ := c.Raw(t, "POST", "/api/v1/imports?filename="+url.QueryEscape(name), "application/octet-stream", bytes.NewReader(csv))
	im := decode(t, raw)
	mapping := []Doc{}
	columns, _ := im["columns"].([]any)
	for _, column := range columns {
		col := Doc(column.(map[string]any))
		if field := col.Text("proposal.field"); field != "" {
			mapping = append(mapping, Doc{"column": col["index"], "field": field})
		}
	}
	path := "/api/v1/imports/" + im.Text("id")
	_, _ = c.Call(t, "PATCH", path, Doc{"settings": Doc{
		"mapping": mapping, "on_existing": "overwrite", "new_list": newList, "default_country": "KZ",
		"consent": Doc{"declared": true, "source": "Анкета в магазине", "date": "2026-01-15", "channels": []string{"email"},
			"purpose": purpose, "wording": "Согласен получать новости и предложения по почте"},
	}})
	c.Post(t, path+"/dry-run", nil)
	c.Await(t, path, "ready")
	c.Post(t, path+"/start", nil)
	return c.Await(t, path, "done")
}

// Await reads an object until its state is the wanted one, and fails when it ends in another.
func (c *Client) Await(t testing.TB, path, state string) Doc {
	t.Helper()
	var d Doc
	require.Eventually(t, func() bool {
		d = c.Get(t, path)
		return d.Text("state") == state || d.Text("state") == "failed"
	}, Patience, 100*time.Millisecond, "%s never became %s: %v", path, state, d)
	require.Equal(t, state, d.Text("state"), "%v", d)
	return d
}

// AwaitHealth waits until the program says that all is well with it.
func (c *Client) AwaitHealth(t testing.TB) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, resp := c.Do(t, http.MethodGet, "/api/v1/health", "", nil)
		return resp.StatusCode == http.StatusOK
	}, Patience, 100*time.Millisecond, "the program stays ill")
}

// AwaitCount reads a campaign until one of its counts reaches n.
func (c *Client) AwaitCount(t testing.TB, campaign, count string, n int) Doc {
	t.Helper()
	var d Doc
	require.Eventually(t, func() bool {
		d = c.Get(t, "/api/v1/campaigns/"+campaign)
		return d.Number("counts."+count) >= n
	}, Patience, 100*time.Millisecond, "%s never reached %d: %v", count, n, d["counts"])
	return d
}

// CreateSender makes a sender and returns it.
func (c *Client) CreateSender(t testing.TB, name, address string, route Doc) Doc {
	t.Helper()
	return c.Post(t, "/api/v1/senders", Doc{"channel": "email", "name": name, "address": address, "route": route})
}

// CreateCampaign makes a draft to everybody.
func (c *Client) CreateCampaign(t testing.TB, sender, name string, letter Doc) Doc {
	t.Helper()
	return c.Post(t, "/api/v1/campaigns", Doc{
		"name": name, "sender": sender, "purpose": "advertising", "audience": Doc{"all": true, "lists": []string{}},
		"tracking": Doc{"opens": true, "clicks": true}, "letter": letter,
	})
}

// Launch sends a campaign without the pause for second thoughts.
func (c *Client) Launch(t testing.TB, campaign string) {
	t.Helper()
	c.Post(t, "/api/v1/campaigns/"+campaign+"/send", Doc{"undo_seconds": 0})
}

// People writes a CSV of n contacts spread over the domains, and the addresses in it.
func People(n int, domains ...string) (csv []byte, addresses []string) {
	var b strings.Builder
	b.WriteString("E-mail;Имя;Фамилия;Город\n")
	for i := range n {
		address := fmt.Sprintf("p%05d@%s", i, domains[i%len(domains)])
		addresses = append(addresses, address)
		fmt.Fprintf(&b, "%s;Имя%d;Фамилия%d;Алматы\n", address, i, i)
	}
	return []byte(b.String()), addresses
}
