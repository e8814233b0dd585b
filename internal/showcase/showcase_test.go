package showcase_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/showcase"
)

var (
	start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	owner = access.Actor{Tenant: 10, Member: 1, Via: access.BySession, Role: access.Owner}
	staff = access.Actor{Tenant: 1, Member: 7, Via: access.BySession, Role: access.Viewer, Staff: access.Operator}
)

// sent is when each account mailed last.
type sent map[id.Tenant]time.Time

func (s sent) LastMailing(_ context.Context, t id.Tenant) (time.Time, error) { return s[t], nil }

type world struct {
	*showcase.Service
	now  *clock.Fake
	sent sent
	log  func(t *testing.T, tenant id.Tenant) []string
}

func each(t *testing.T, f func(t *testing.T, w world)) {
	t.Helper()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clock.NewFake(start)
			d := dbtest.Open(t, address(t), now)
			last := sent{owner.Tenant: start}
			log := func(t *testing.T, tenant id.Tenant) []string {
				t.Helper()
				all, err := db.All[string](t.Context(), d, `SELECT action FROM audit_records WHERE tenant_id = ? ORDER BY seq`, tenant)
				require.NoError(t, err)
				return all
			}
			f(t, world{showcase.New(d, now, last), now, last, log})
		})
	}
}

func logo(w, h int) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		m.Set(x, x%h, color.NRGBA{8, 118, 139, 255})
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

func (w world) shown(t *testing.T) []showcase.Client {
	t.Helper()
	all, err := w.Shown(t.Context())
	require.NoError(t, err)
	return all
}

func (w world) show(t *testing.T) showcase.Client {
	t.Helper()
	c, err := w.Allow(t.Context(), owner, showcase.Offer{Name: "Кофейня «Дән»", Site: "https://dan.kz", Logo: logo(200, 80)})
	require.NoError(t, err)
	require.Empty(t, w.shown(t), "an operator has not looked yet")
	c, err = w.Decide(t.Context(), staff, showcase.Decision{Client: c.ID, AllowedAt: c.AllowedAt, Show: true})
	require.NoError(t, err)
	require.Len(t, w.shown(t), 1)
	return c
}

// CMP-10
func TestALogoDisappearsSixMonthsAfterTheLastMailing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		c := w.show(t)
		w.now.Advance(150 * 24 * time.Hour)
		w.sent[owner.Tenant] = w.now.Now() // it mails again: another six months
		require.NoError(t, w.Sweep(t.Context()))
		w.now.Advance(150 * 24 * time.Hour)
		require.NoError(t, w.Sweep(t.Context()))
		require.Len(t, w.shown(t), 1)
		_, err := w.LogoOf(t.Context(), c.ID, c.Logo.Hash)
		require.NoError(t, err)

		w.now.Advance(40 * 24 * time.Hour)
		require.Empty(t, w.shown(t), "also when the job is late")
		_, err = w.LogoOf(t.Context(), c.ID, c.Logo.Hash)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.NoError(t, w.Sweep(t.Context()))
		ended, err := w.Get(t.Context(), owner)
		require.NoError(t, err)
		require.Equal(t, showcase.Ended, ended.State)
		_, err = w.Decide(t.Context(), staff, showcase.Decision{Client: c.ID, AllowedAt: ended.AllowedAt, Show: true})
		require.ErrorIs(t, err, showcase.ErrNoMail)
	})
}

// CMP-10
func TestAWithdrawnLogoIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		c := w.show(t)
		require.NoError(t, w.Withdraw(t.Context(), owner))
		require.Empty(t, w.shown(t))
		_, err := w.LogoOf(t.Context(), c.ID, c.Logo.Hash)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.Get(t.Context(), owner)
		require.ErrorIs(t, err, showcase.ErrNotAsked)
		require.NoError(t, w.Withdraw(t.Context(), owner), "again")
		require.Equal(t, []string{"showcase.allowed", "showcase.shown", "showcase.withdrawn"}, w.log(t, owner.Tenant))
	})
}

// CMP-10
func TestAnOperatorDecidesAboutExactlyWhatWasLookedAt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		seen := w.show(t)
		w.now.Advance(time.Minute)
		changed, err := w.Allow(t.Context(), owner, showcase.Offer{Name: "Другая вывеска"})
		require.NoError(t, err)
		require.Equal(t, showcase.Waiting, changed.State)
		require.Equal(t, seen.Logo.Hash, changed.Logo.Hash, "without a new picture the old one stays")
		require.Empty(t, w.shown(t), "a change is looked at again")
		_, err = w.Decide(t.Context(), staff, showcase.Decision{Client: seen.ID, AllowedAt: seen.AllowedAt, Show: true})
		require.ErrorIs(t, err, showcase.ErrDecided)
		_, err = w.Decide(t.Context(), staff, showcase.Decision{Client: seen.ID, AllowedAt: changed.AllowedAt})
		require.Equal(t, errs.Invalid, errs.KindOf(err), "a refusal has a reason")
		refused, err := w.Decide(t.Context(), staff, showcase.Decision{Client: seen.ID, AllowedAt: changed.AllowedAt, Reason: "Чужой товарный знак"})
		require.NoError(t, err)
		require.Equal(t, showcase.Refused, refused.State)
		require.Empty(t, w.shown(t))
	})
}

func TestALogoIsAPictureAndNothingElse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		var animated, photo bytes.Buffer
		require.NoError(t, gif.Encode(&animated, image.NewPaletted(image.Rect(0, 0, 100, 100), color.Palette{color.White}), nil))
		require.NoError(t, jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 300, 100)), nil))
		for name, bad := range map[string][]byte{
			"empty": {}, "text": []byte("<svg onload=alert(1)>"), "gif": animated.Bytes(), "tiny": logo(40, 40), "huge": logo(2001, 400),
			"a line": logo(700, 100), "heavy": append(logo(100, 100), make([]byte, showcase.MaxLogo)...), "half": logo(100, 100)[:60],
		} {
			_, err := w.Allow(t.Context(), owner, showcase.Offer{Name: "n", Logo: bad})
			require.Equal(t, errs.Invalid, errs.KindOf(err), name)
		}
		hidden := append(photo.Bytes(), []byte("<script>alert(1)</script>")...)
		c, err := w.Allow(t.Context(), owner, showcase.Offer{Name: "n", Logo: hidden})
		require.NoError(t, err)
		got, err := w.Picture(t.Context(), owner, c.ID)
		require.NoError(t, err)
		require.NotContains(t, string(got.Picture), "script")
		require.Equal(t, "image/jpeg", got.Type)
		for _, site := range []string{"javascript:alert(1)", "https://a:b@dan.kz", "dan.kz", "https://localhost"} {
			_, err = w.Allow(t.Context(), owner, showcase.Offer{Name: "n", Site: site})
			require.Equal(t, errs.Invalid, errs.KindOf(err), site)
		}
	})
}

func TestOnlyItsOwnerAllowsALogoAndOnlyOperatorsDecide(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		c := w.show(t)
		other := access.Actor{Tenant: 11, Member: 2, Via: access.BySession, Role: access.Owner}
		_, err := w.Get(t.Context(), other)
		require.ErrorIs(t, err, showcase.ErrNotAsked)
		_, err = w.Picture(t.Context(), other, c.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.NoError(t, w.Withdraw(t.Context(), other))
		require.Len(t, w.shown(t), 1, "another account takes back its own only")

		marketer := owner
		marketer.Role = access.Marketer
		_, err = w.Allow(t.Context(), marketer, showcase.Offer{})
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		require.Equal(t, errs.Forbidden, errs.KindOf(w.Withdraw(t.Context(), marketer)))
		_, err = w.Get(t.Context(), marketer)
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		_, err = w.Decide(t.Context(), owner, showcase.Decision{Client: c.ID, AllowedAt: c.AllowedAt, Show: true})
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		_, err = w.List(t.Context(), owner)
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
		_, err = w.Decide(t.Context(), staff, showcase.Decision{Client: 999, Show: true})
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}
