package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/form"
	"keruen/internal/id"
	"keruen/internal/intake/export"
	"keruen/internal/lang"
	"keruen/internal/page"
	"keruen/internal/privacy"
)

// remains looks for traces of people in everything that the program keeps.
type remains struct {
	t        *testing.T
	app      *app.App
	database string
}

// of lists where a text lies: in which table, in the bytes of SQLite's files, in which file of the data folder. Letters that are no Latin ones
// are found as they are given. The letters of the pretend world are the mailboxes of others and no part of the program.
func (r remains) of(text string) []string {
	r.t.Helper()
	var out []string
	if path, ok := strings.CutPrefix(r.database, "sqlite:"); ok {
		out = append(out, r.in(text, path, path+"-wal")...)
	}
	for _, table := range r.tables() {
		n, err := db.One[int](r.t.Context(), r.app.DB, `SELECT COUNT(*) FROM `+table.name+` x WHERE `+table.row+` LIKE lower(?)`, "%"+text+"%")
		require.NoError(r.t, err)
		if n > 0 {
			out = append(out, table.name)
		}
	}
	pretend := filepath.Join(r.app.Config.Data, "sandbox")
	require.NoError(r.t, filepath.WalkDir(r.app.Config.Data, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(path, pretend) {
			out = append(out, r.in(text, path)...)
		}
		return err
	}))
	return out
}

func (r remains) in(text string, files ...string) (out []string) {
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err == nil && bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(text))) {
			out = append(out, filepath.Base(path))
		}
	}
	return out
}

type looked struct{ name, row string }

// tables lists every table with an expression of a whole row in small letters.
func (r remains) tables() []looked {
	ctx := r.t.Context()
	var out []looked
	if r.app.DB.Dialect() == db.SQLite {
		names, err := db.All[string](ctx, r.app.DB, `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`)
		require.NoError(r.t, err)
		for _, name := range names {
			columns, err := db.All[string](ctx, r.app.DB, `SELECT name FROM pragma_table_info('`+name+`')`)
			require.NoError(r.t, err)
			for i, c := range columns {
				columns[i] = `COALESCE(CAST("` + c + `" AS TEXT), '')`
			}
			out = append(out, looked{name, "lower(" + strings.Join(columns, " || ' ' || ") + ")"})
		}
	} else {
		names, err := db.All[string](ctx, r.app.DB, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
		require.NoError(r.t, err)
		for _, name := range names {
			columns, err := db.All[string](ctx, r.app.DB, `SELECT CASE WHEN data_type = 'bytea' THEN 'encode("' || column_name || '", ''escape'')' ELSE '"' || column_name || '"::text' END
				FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?`, name)
			require.NoError(r.t, err)
			out = append(out, looked{name, "lower(concat_ws(' ', " + strings.Join(columns, ", ") + "))"})
		}
	}
	require.Greater(r.t, len(out), 50)
	return out
}

// life is a person of whom the program has learnt in every way that there is.
type life struct {
	t      *testing.T
	app    *app.App
	b      *browser
	who    access.Actor
	sender string
}

func (l life) done(path, state string) {
	l.t.Helper()
	require.Eventually(l.t, func() bool { return l.b.get(path).str("state") == state }, 30*time.Second, 50*time.Millisecond, "%s", l.b.get(path).text)
}

func (l life) made(a answer) answer {
	l.t.Helper()
	require.Less(l.t, a.status, 300, a.text)
	return a
}

func (l life) find(email string) contact.ID {
	l.t.Helper()
	c, err := l.app.Contacts.ByEmail(l.t.Context(), l.who, email)
	require.NoError(l.t, err)
	return c
}

const (
	herAddress = "zukhra.tolegen@mail.ru"
	herSecond  = "tolegen.zukhra@gmail.com"
	herThird   = "zukhra.tolegen.old@mail.ru"
	herNetwork = "192.0.2.77"
)

func (l life) imported() {
	i := l.made(l.b.post("/imports?filename=zukhra.tolegen@mail.ru.csv", "email;phone;first_name\n"+herAddress+";+7 701 555-77-88;Зухраимя\nstays@mail.ru;;Борис\nzukhra.tolegen@mail..ru;;Зухраимя\n"))
	path := "/imports/" + i.str("id")
	l.made(l.b.patch(path, map[string]any{"settings": map[string]any{"new_list": "Гости", "consent": map[string]any{"declared": true, "source": "анкета на кассе",
		"date": "2026-11-01", "channels": []string{"email"}, "purpose": "advertising", "wording": "Согласен получать новости по электронной почте"}}}))
	l.made(l.b.post(path+"/start", nil))
	l.done(path, "done")
}

// filled sends a form at once, as programs do: it is held, a member lets it through, and the person presses the button of the letter.
func (l life) filled() {
	ctx := l.t.Context()
	word, err := l.app.Contacts.CreateWording(ctx, l.who, contact.WordingDraft{Name: "Новости", Keys: []contact.ConsentKey{{Channel: channel.Email, Purpose: channel.Advertising}},
		Text: lang.Text{Ru: "Согласен получать новости", Kk: "Жаңалықтар алуға келісемін", En: "I agree to receive news"}})
	require.NoError(l.t, err)
	f, err := l.app.Forms.Create(ctx, l.who, "Сайт", form.Design{Fields: []form.Field{{Sort: form.Email, Required: true}, {Sort: form.FirstName}},
		Boxes: []form.Box{{Wording: word.ID, Required: true}}, Double: true, Domains: []string{"shop.kz"}})
	require.NoError(l.t, err)
	f, err = l.app.Forms.Publish(ctx, l.who, f.ID, f.Version)
	require.NoError(l.t, err)
	v, err := l.app.Forms.Show(ctx, f.Key, lang.Russian)
	require.NoError(l.t, err)
	in := form.Sent{Values: url.Values{form.FieldToken: {v.Token}, "email": {herSecond}, "first_name": {"Зухраимя"}}, Lang: lang.Russian, IP: netip.MustParseAddr(herNetwork), UserAgent: "Firefox"}
	in.Values.Set(v.Boxes[0].Name(), "1")
	out, err := l.app.Forms.Submit(ctx, f.Key, in)
	require.NoError(l.t, err)
	require.Empty(l.t, out.Bad)
	held, err := l.app.Forms.Submissions(ctx, l.who, f.ID, "", page.Ask{Limit: 5})
	require.NoError(l.t, err)
	require.Len(l.t, held.Items, 1)
	require.Equal(l.t, form.Held, held.Items[0].State)
	require.NoError(l.t, l.app.Forms.Release(ctx, l.who, held.Items[0].ID))
	_, html := letter(l.t, l.app, herSecond, 1)
	token := regexp.MustCompile(regexp.QuoteMeta(form.ConfirmPath) + `([\w-]+)`).FindStringSubmatch(html)
	require.Len(l.t, token, 2, html)
	require.NoError(l.t, l.app.Forms.Confirm(ctx, token[1], netip.MustParseAddr(herNetwork), "Firefox"))
}

// written gets a campaign, a message with values, a letter with a link, and asks for a new address.
func (l life) written() {
	ctx := l.t.Context()
	send(l.t, l.b, l.sender, "Открытие", 3)
	require.NoError(l.t, l.app.Contacts.Grant(ctx, l.who, l.find(herAddress), contact.ConsentKey{Channel: channel.Email, Purpose: channel.Transactional},
		contact.Proof{Source: contact.ByHand, Wording: "Согласна получать чеки", IP: herNetwork}))
	l.made(l.b.post("/messages", map[string]any{"sender": l.sender, "to": herAddress, "purpose": "transactional", "subject": "Чек {{order}}", "text": "Заказ {{order}}",
		"vars": map[string]string{"order": "zukhra.tolegen@mail.ru-7"}}, "Idempotency-Key", "one-letter"))
	p, err := l.app.Preferences.Get(ctx, l.who)
	require.NoError(l.t, err)
	public, err := l.app.Preferences.ByKey(ctx, p.Key)
	require.NoError(l.t, err)
	require.NoError(l.t, l.app.Preferences.AskLink(ctx, public, herAddress, lang.Russian, delivery.Visit{IP: herNetwork, UserAgent: "Firefox"}))
	var token []string
	for n := 3; n > 0 && token == nil; n-- { // the receipt and this letter may arrive in either order
		_, html := letter(l.t, l.app, herAddress, n)
		token = regexp.MustCompile(`/p/pref/me/([\w-]+)`).FindStringSubmatch(html)
	}
	require.Len(l.t, token, 2)
	e, err := l.app.Preferences.ByLetter(ctx, token[1])
	require.NoError(l.t, err)
	require.NoError(l.t, l.app.Preferences.AskAddress(ctx, e, "zukhra.tolegen.new@gmail.com", lang.Russian, delivery.Visit{IP: herNetwork, UserAgent: "Firefox"}))
	letter(l.t, l.app, "zukhra.tolegen.new@gmail.com", 1)
}

// searched is looked for by members: in segments, in exports, in acts on many contacts, among duplicates.
func (l life) searched() {
	ctx := l.t.Context()
	c := segment.Condition{Any: []segment.Condition{{Kind: segment.OfAttribute, Key: "email", Op: segment.Is, Value: contact.TextValue(herAddress)},
		{Kind: segment.OfAttribute, Key: "phone", Op: segment.AnyOf, Values: []string{"+77015557788"}}}}
	g, err := l.app.Segments.Create(ctx, l.who, "Только zukhra.tolegen@mail.ru", c)
	require.NoError(l.t, err)
	found, err := l.app.Segments.Preview(ctx, l.who, c, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising})
	require.NoError(l.t, err)
	require.Len(l.t, found.Sample, 1)
	_, err = l.app.Segments.Count(ctx, l.who, g.ID)
	require.NoError(l.t, err)
	exported(l.t, l.b)
	_, err = l.app.Exports.Start(ctx, l.who, export.Ask{Format: export.XLSX, Filter: export.Filter{Search: herAddress}, Reason: "Запрос от zukhra.tolegen@mail.ru"})
	require.NoError(l.t, err)
	tag, err := l.app.Contacts.CreateTag(ctx, l.who, "VIP")
	require.NoError(l.t, err)
	job, err := l.app.Masses.Start(ctx, l.who, contact.Mass{Act: contact.MassTag, Search: herAddress, Tags: []contact.TagID{tag.ID}})
	require.NoError(l.t, err)
	l.done("/jobs/"+job.String(), "done")
	job, err = l.app.Contacts.FindDuplicates(ctx, l.who)
	require.NoError(l.t, err)
	l.done("/jobs/"+job.String(), "done")
}

// merged becomes one with what she was twice before, one merge after the other.
func (l life) merged() contact.ID {
	ctx := l.t.Context()
	l.made(l.b.post("/contacts", map[string]any{"email": herThird, "first_name": "Зухраимя"}, "Idempotency-Key", "third"))
	_, err := l.app.Contacts.Merge(ctx, l.who, contact.MergeOrder{Into: l.find(herSecond), From: []contact.ID{l.find(herThird)}})
	require.NoError(l.t, err)
	into := l.find(herAddress)
	_, err = l.app.Contacts.Merge(ctx, l.who, contact.MergeOrder{Into: into, From: []contact.ID{l.find(herSecond)}})
	require.NoError(l.t, err)
	return into
}

func (l life) stopped() {
	ctx := l.t.Context()
	f, err := l.app.StopFiles.Upload(ctx, l.who, "zukhra.tolegen@mail.ru.txt", contact.Unsubscribed, "письмо от zukhra.tolegen@mail.ru", strings.NewReader(herAddress+"\n8 701 555 77 88\nzukhra.tolegen@mail..ru\nstays@mail.ru\n"))
	require.NoError(l.t, err)
	l.done("/stop-files/"+f.ID.String(), "ready")
	_, err = l.app.StopFiles.Start(ctx, l.who, f.ID)
	require.NoError(l.t, err)
	l.done("/stop-files/"+f.ID.String(), "done")
	_, err = l.app.StopFiles.Upload(ctx, l.who, "again.csv", contact.Manual, "", strings.NewReader("name;email\nЗухраимя;"+herSecond+"\nx;another@mail.ru\n"))
	require.NoError(l.t, err)
}

// CMP-11: whatever the program has learnt of a person and by whatever way, an erasure leaves nothing but keyed hashes.
func TestAfterAnErasureTheWholeProgramKnowsNothingOfThePerson(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := address(t)
			a := start(t, database, nil)
			b, tenant := member(t, a, "owner@shop.test", access.Owner, id.Tenant(0))
			l := life{t: t, app: a, b: b, who: access.System(tenant)}
			snd := l.made(b.post("/senders", map[string]any{"channel": "email", "name": "Кофейня", "address": "news@shop.test", "route": map[string]any{"kind": "direct"}}))
			l.sender = snd.str("id")
			l.made(b.post("/senders/"+l.sender+"/check", nil))

			l.imported()
			l.filled()
			l.written()
			l.searched()
			her := l.merged()
			l.stopped()
			made, err := a.Privacy.CopyNow(t.Context(), l.who, her)
			require.NoError(t, err)
			l.done("/privacy/requests/"+made.ID.String(), "done")
			l.copyTells(made)
			r := remains{t, a, database}
			for _, table := range []string{"contacts", "contact_alias", "import", "segment", "export", "task", "stop_file", "suppression", "idempotency"} {
				require.Contains(t, r.of("zukhra"), table, "the test has something to find there")
			}

			asked, err := a.Privacy.EraseNow(t.Context(), l.who, her)
			require.NoError(t, err)
			l.done("/privacy/requests/"+asked.ID.String(), "done")

			for _, text := range []string{"tolegen", "7015557788", "555-77-88", "555 77 88", "Зухраимя", "зухраимя"} {
				require.Eventually(t, func() bool { return len(r.of(text)) == 0 }, 20*time.Second, 100*time.Millisecond, "%s is in %v", text, r.of(text))
			}
			require.Subset(t, []string{"rates", "keruen.db", "keruen.db-wal"}, r.of(herNetwork), "limits count networks for minutes and do not know whose they are")
			require.Equal(t, http.StatusOK, b.get("/contacts/"+l.find("stays@mail.ru").String()).status, "others stay")
			for _, address := range []string{herAddress, herSecond, herThird} {
				again, err := a.Contacts.Create(context.WithoutCancel(t.Context()), l.who, contact.Draft{Email: address})
				require.NoError(t, err)
				require.ErrorIs(t, a.Contacts.Grant(t.Context(), l.who, again.ID, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising},
					contact.Proof{Source: contact.ByHand, Wording: "Согласна"}), contact.ErrWithdrawn, "the keyed hash keeps letters from her")
			}
		})
	}
}

// copyTells looks into the copy that was made before the erasure.
func (l life) copyTells(r privacy.Request) {
	_, write, err := l.app.Privacy.File(l.t.Context(), l.who, r.ID)
	require.NoError(l.t, err)
	var file bytes.Buffer
	require.NoError(l.t, write(l.t.Context(), &file))
	doc := dataIn(l.t, file.Bytes())
	require.Len(l.t, doc["forms"], 1, "also what was sent under a number that was merged")
	require.Len(l.t, doc["exports"], 2)
	require.Len(l.t, doc["asked_letters"], 2)
	require.Len(l.t, doc["aliases"], 2)
	require.GreaterOrEqual(l.t, len(doc["messages"]), 3)
}

// dataIn reads the sections of the document for programs.
func dataIn(t *testing.T, file []byte) map[string][]any {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	f, err := z.Open("data.json")
	require.NoError(t, err)
	var raw map[string]json.RawMessage
	require.NoError(t, json.NewDecoder(f).Decode(&raw))
	out := map[string][]any{}
	for key, text := range raw {
		var rows []any
		if json.Unmarshal(text, &rows) == nil {
			out[key] = rows
		}
	}
	return out
}
