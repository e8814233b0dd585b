package access_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/event"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

type ctx = context.Context

// world is the feature with a clock that stands still.
type world struct {
	*access.Service
	db    *db.DB
	clock *clock.Fake
	audit *audit.Service
}

const goodPassword = "correct horse battery"

var (
	home     = access.Visitor{IP: netip.MustParseAddr("192.0.2.10"), UserAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36", Lang: lang.Russian}
	abroad   = access.Visitor{IP: netip.MustParseAddr("198.51.100.7"), UserAgent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/131.0"}
	document = audit.Document{Name: "offer", Version: "1", Lang: "ru", SHA256: "00ff"}
)

// each runs the test in a world on each engine.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
			f(t, newWorld(t, dbtest.Open(t, address(t), clk), clk))
		})
	}
}

func newWorld(t *testing.T, d *db.DB, clk *clock.Fake) *world {
	t.Helper()
	keys, err := secret.New(make([]byte, secret.KeySize))
	require.NoError(t, err)
	a := audit.New(d, clk, keys)
	return &world{
		Service: access.New(access.Parts{
			DB: d, Clock: clk, Keys: keys, Hasher: secret.NewHasher(secret.Weak, 4), Audit: a,
			Events: event.New(jobs.New(d, clk, dbtest.Log(t))), Log: dbtest.Log(t),
		}),
		db: d, clock: clk, audit: a,
	}
}

// letter returns the latest letter that waits for an address.
func (w *world) letter(t *testing.T, to string) access.Letter {
	t.Helper()
	ids, err := db.All[access.LetterID](t.Context(), w.db, `SELECT id FROM member_letters ORDER BY id DESC`)
	require.NoError(t, err)
	for _, l := range ids {
		letter, err := w.OpenLetter(t.Context(), l)
		if err == nil && letter.To == to {
			return letter
		}
	}
	require.Fail(t, "there is no letter to "+to)
	return access.Letter{}
}

// count tells how many rows a query counts.
func (w *world) count(t *testing.T, text string, args ...any) int {
	t.Helper()
	n, err := db.One[int](t.Context(), w.db, text, args...)
	require.NoError(t, err)
	return n
}

// begin starts a registration.
func (w *world) begin(t *testing.T, address string) access.Registration {
	t.Helper()
	reg, err := w.Register(t.Context(), home, access.NewRegistration{
		Email: address, Password: goodPassword, Lang: lang.Russian, Accepted: []audit.Document{document},
	})
	require.NoError(t, err)
	return reg
}

// join registers somebody to the end.
func (w *world) join(t *testing.T, address string) access.Opened {
	t.Helper()
	reg := w.begin(t, address)
	o, err := w.ConfirmRegistration(t.Context(), home, reg.ID, w.letter(t, address).Code)
	require.NoError(t, err)
	return o
}

// invite brings somebody into the account of an owner.
func (w *world) invite(t *testing.T, owner access.Actor, address string, r access.Role) access.Opened {
	t.Helper()
	_, err := w.Invite(t.Context(), owner, address, r)
	require.NoError(t, err)
	o, err := w.AcceptInvitation(t.Context(), home, w.letter(t, address).Token, access.Acceptance{
		Password: goodPassword, Accepted: []audit.Document{document},
	})
	require.NoError(t, err)
	return o
}

// wrongFor returns six digits that differ from the code.
func wrongFor(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// requireField says that an error blames one field with a code.
func requireField(t *testing.T, err error, path string, want *errs.Error) {
	t.Helper()
	var e *errs.Error
	require.ErrorAs(t, err, &e)
	for _, f := range e.Fields {
		if f.Path == path {
			require.Equal(t, want.Code, f.Code)
			return
		}
	}
	require.Fail(t, "no field "+path, "%v", e.Fields)
}

func ptr[T any](v T) *T { return &v }

// exec changes the database behind the feature's back.
func (w *world) exec(t *testing.T, text string, args ...any) {
	t.Helper()
	require.NoError(t, w.db.InTx(t.Context(), func(ctx ctx, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, text, args...)
		return err
	}))
}
