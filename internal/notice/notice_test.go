package notice_test

import (
	"bytes"
	"context"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/channel/channeltest"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/delivery"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/notice"
	"keruen/internal/secret"
)

// world is everything between a press on "Register" and the channel.
type world struct {
	db      *db.DB
	access  *access.Service
	senders *channel.Service
	house   id.Tenant
	mailer  *channeltest.Scripted
	*notice.Service
}

const password = "correct horse battery"

var visitor = access.Visitor{IP: netip.MustParseAddr("192.0.2.10"), UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/131.0"}

// each runs the test on each engine, with the queue and the pipeline running.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	clk, log := clock.Real{}, dbtest.Log(t)
	queue := jobs.New(d, clk, log)
	bus := event.New(queue)
	w := &world{db: d, senders: channel.NewService(d, keys), mailer: &channeltest.Scripted{}}
	w.access = access.New(access.Parts{
		DB: d, Clock: clk, Keys: keys, Hasher: secret.NewHasher(secret.Weak, 2), Audit: audit.New(d, clk, keys), Events: bus, Log: log,
	})
	w.house, err = w.access.EnsureHouse(t.Context())
	require.NoError(t, err)
	contacts := contact.New(d, bus, keys)
	pipeline := delivery.New(delivery.Config{
		DB: d, Clock: clk, Log: log, Keys: keys, Events: bus, Contacts: contacts, Content: content.New(d, contacts), Senders: w.senders,
		Accounts: w.access, Channels: []channel.Channel{w.mailer}, BaseURL: "https://keruen.test",
	})
	w.Service = notice.New(notice.Parts{
		DB: d, Access: w.access, Contacts: contacts, Senders: w.senders, Delivery: pipeline, Log: log, House: w.house, BaseURL: "https://keruen.test",
	})
	w.Listen(bus)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = queue.Run(ctx) })
	running.Go(func() { _ = pipeline.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return w
}

func (w *world) addSender(t *testing.T) channel.Sender {
	t.Helper()
	snd, err := w.senders.Create(t.Context(), access.System(w.house), channel.NewSender{Kind: channel.Email, Name: "Keruen", Address: "keruen@keruen.test"})
	require.NoError(t, err)
	return snd
}

// got waits until n letters have left, and returns the last one.
func (w *world) got(t *testing.T, n int) channel.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, w.mailer.Wait(ctx, n))
	return w.mailer.Seen()[n-1]
}

// ACC-1: the code travels through the pipeline, and nothing of it stays behind.
func TestTheCodeArrivesAndItsTracesAreWiped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addSender(t)
		reg, err := w.access.Register(t.Context(), visitor, access.NewRegistration{
			Email: "new@example.kz", Password: password, Lang: lang.Russian, Accepted: []audit.Document{{Name: "offer", Version: "1"}},
		})
		require.NoError(t, err)
		m := w.got(t, 1)
		require.Equal(t, "new@example.kz", m.To)
		require.Equal(t, channel.Transactional, m.Purpose)
		require.Regexp(t, `^\d{6} — код подтверждения$`, m.Email.Subject)
		code := m.Email.Subject[:6]
		require.Contains(t, m.Email.Text, "    "+code+"\n")
		require.Contains(t, m.Email.HTML, ">"+code+"<")
		require.NotContains(t, m.Email.HTML, "/t/", "letters of the product are not tracked")

		_, err = w.access.ConfirmRegistration(t.Context(), visitor, reg.ID, code)
		require.NoError(t, err)
		left, err := db.One[int](t.Context(), w.db, `SELECT COUNT(*) FROM member_letters WHERE sealed IS NOT NULL`)
		require.NoError(t, err)
		require.Zero(t, left)
		require.Eventually(t, func() bool {
			vars, err := db.One[int](t.Context(), w.db, `SELECT COUNT(*) FROM single WHERE vars IS NOT NULL`)
			return err == nil && vars == 0
		}, 30*time.Second, 20*time.Millisecond)
		payloads, err := db.All[string](t.Context(), w.db, `SELECT payload FROM task`)
		require.NoError(t, err)
		require.NotEmpty(t, payloads)
		require.NotContains(t, strings.Join(payloads, ""), code)
		require.NotContains(t, strings.Join(payloads, ""), "new@example.kz")
	})
}

func TestAKnownAddressIsToldToSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addSender(t)
		_, _, err := w.access.CreateMember(t.Context(), access.NewMember{Email: "known@example.kz", Password: password, Lang: lang.Kazakh})
		require.NoError(t, err)
		_, err = w.access.Register(t.Context(), visitor, access.NewRegistration{
			Email: "known@example.kz", Password: password, Accepted: []audit.Document{{Name: "offer", Version: "1"}},
		})
		require.NoError(t, err)
		m := w.got(t, 1)
		require.Equal(t, "Сіз Keruen-де тіркелгенсіз", m.Email.Subject, "in the language of the member")
		require.Contains(t, m.Email.HTML, `href="https://keruen.test/sign-in"`)
		require.Contains(t, m.Email.Text, "https://keruen.test/reset")
		require.Contains(t, m.Email.Text, "192.0.2.10")
		require.Contains(t, m.Email.Text, "Firefox, Windows")
		require.NotRegexp(t, `\b\d{6}\b`, m.Email.Subject+m.Email.Text)
	})
}

// ACC-5
func TestAnInvitationLeadsIntoTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addSender(t)
		m, tenant, err := w.access.CreateMember(t.Context(), access.NewMember{Email: "owner@example.kz", Password: password, Account: `Кафе <b>"У реки"</b>`})
		require.NoError(t, err)
		owner := access.Actor{Tenant: tenant, Member: m.ID, Via: access.BySession, Role: access.Owner}
		_, err = w.access.Invite(t.Context(), owner, "new@example.kz", access.ChatAgent)
		require.NoError(t, err)
		l := w.got(t, 1).Email
		require.Equal(t, `Приглашение в аккаунт «Кафе <b>"У реки"</b>»`, l.Subject)
		require.Contains(t, l.HTML, "Кафе &lt;b&gt;", "names are text, not HTML")
		require.Contains(t, l.Text, "owner@example.kz")
		require.Contains(t, l.Text, "оператор чатов")
		link := regexp.MustCompile(`https://keruen\.test/invite/([0-9a-z]{52})\n`).FindStringSubmatch(l.Text)
		require.Len(t, link, 2)
		require.Contains(t, l.HTML, `href="https://keruen.test/invite/`+link[1]+`"`)
		o, err := w.access.AcceptInvitation(t.Context(), visitor, link[1], access.Acceptance{Password: password, Accepted: []audit.Document{{Name: "offer"}}})
		require.NoError(t, err)
		require.Equal(t, tenant, o.Actor.Tenant)
	})
}

func TestALetterWaitsForASenderAndIsWrittenOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		_, err := w.Sender(t.Context())
		require.ErrorIs(t, err, notice.ErrNoSender)
		_, err = w.access.RequestReset(t.Context(), visitor, "nobody@example.kz")
		require.NoError(t, err)
		letter, err := db.One[access.LetterID](t.Context(), w.db, `SELECT id FROM member_letters`)
		require.NoError(t, err)
		require.ErrorContains(t, w.Write(t.Context(), letter), "wait")

		snd := w.addSender(t)
		require.NoError(t, w.Write(t.Context(), letter))
		require.NoError(t, w.Write(t.Context(), letter), "twice changes nothing")
		require.Equal(t, "Аккаунта с этим адресом нет", w.got(t, 1).Email.Subject)
		n, err := db.One[int](t.Context(), w.db, `SELECT COUNT(*) FROM single`)
		require.NoError(t, err)
		require.Equal(t, 1, n)

		_, err = w.senders.Pause(t.Context(), access.System(w.house), snd.ID)
		require.NoError(t, err)
		_, err = w.Sender(t.Context())
		require.ErrorIs(t, err, notice.ErrNoSender)
	})
}
