package brand_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/brand"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/frame"
	"keruen/internal/id"
	"keruen/internal/media"
)

type world struct {
	t *testing.T
	*brand.Service
	library      *media.Service
	who, another access.Actor
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := func(tenant id.Tenant) access.Actor {
			return access.Actor{Tenant: tenant, Via: access.BySession, Role: access.Owner}
		}
		blobs, err := blob.Open(t.TempDir())
		require.NoError(t, err)
		library := media.New(d, blobs, "", slog.New(slog.DiscardHandler))
		f(t, &world{t, brand.New(d, library), library, owner(101), owner(202)})
	})
}

// logo is a picture mostly clear, then white, with a mark of one colour and a grey rim.
func (w *world) logo(who access.Actor, mark color.NRGBA) media.Media {
	pic := image.NewNRGBA(image.Rect(0, 0, 200, 100))
	for y := range 100 {
		for x := range 200 {
			switch {
			case x < 60:
				pic.SetNRGBA(x, y, color.NRGBA{255, 255, 255, 255})
			case x < 90:
				pic.SetNRGBA(x, y, mark)
			case x < 130:
				pic.SetNRGBA(x, y, color.NRGBA{90, 90, 90, 255})
			}
		}
	}
	var b bytes.Buffer
	require.NoError(w.t, png.Encode(&b, pic))
	m, _, err := w.library.Add(w.t.Context(), who, "logo.png", "", &b)
	require.NoError(w.t, err)
	return m
}

// MSG-1
func TestABrandIsTheProductsLookUntilItIsSaved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		got, err := w.Get(t.Context(), w.who)
		require.NoError(t, err)
		require.Equal(t, brand.First(), got.Kit)
		require.Empty(t, got.Kit.Weak())

		logo := w.logo(w.who, color.NRGBA{200, 30, 60, 255})
		k := brand.Kit{Logo: brand.Logo{ID: logo.ID, Path: "https://elsewhere"}, Primary: "#F80", Muted: "#eeeeee", Company: " Лавка \n чая ", Social: []brand.Social{{Network: "email", Link: "mailto:a@b.kz"}}}
		saved, err := w.Save(t.Context(), w.who, k, 0)
		require.NoError(t, err)
		require.Equal(t, "#ff8800", saved.Kit.Primary)
		require.Equal(t, "#000000", saved.Kit.OnPrimary())
		require.Equal(t, []string{"muted"}, saved.Kit.Weak())
		require.Equal(t, "Лавка чая", saved.Kit.Company)
		require.Equal(t, logo.Path(), saved.Kit.Logo.Path, "the address is read from the library")
		require.Equal(t, "arial", saved.Kit.Font)
		got, err = w.Get(t.Context(), w.who)
		require.NoError(t, err)
		require.Equal(t, saved.Kit, got.Kit)

		_, err = w.Save(t.Context(), w.who, k, 5)
		require.ErrorIs(t, err, errs.ErrStale)
		names, err := w.Names(t.Context(), w.who.Tenant, "/m/"+logo.Key+"/")
		require.NoError(t, err)
		require.True(t, names)
		other, err := w.Get(t.Context(), w.another)
		require.NoError(t, err)
		require.Equal(t, brand.First(), other.Kit)
		_, err = w.Save(t.Context(), w.another, k, 0)
		require.ErrorIs(t, err, errs.ErrInvalid, "another account's picture")
	})
}

func TestWhatIsWrongInABrandIsNamedByItsPlace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for path, k := range map[string]brand.Kit{
			"primary": {Primary: "red"}, "font": {Font: "comic"}, "radius": {Radius: 41}, "address": {Address: strings.Repeat("x", 201)}, "email": {Email: "a@"}, "logo": {Logo: brand.Logo{ID: 5}},
			"social[0].network": {Social: []brand.Social{{Network: "icq", Link: "https://a.kz"}}}, "social[0].link": {Social: []brand.Social{{Network: "vk", Link: "javascript:x"}}}, "social": {Social: make([]brand.Social, 13)},
		} {
			_, err := w.Save(t.Context(), w.who, k, 0)
			require.ErrorIs(t, err, errs.ErrInvalid, path)
			var e *errs.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, path, e.Fields[0].Path)
		}
	})
}

// MSG-1
func TestColoursAreProposedFromTheLogoAndCanBeRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		yellow := w.logo(w.who, color.NRGBA{250, 210, 40, 255})
		found, k, err := w.Propose(t.Context(), w.who, yellow.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"#fad228", "#ffffff", "#5a5a5a"}, found, "a colour before greys, what is clear not at all")
		require.Equal(t, "#fad228", k.Primary)
		require.Equal(t, "#000000", k.OnPrimary())
		require.GreaterOrEqual(t, frame.Contrast(k.Link, k.Surface), 4.5)
		require.Empty(t, k.Weak())
		_, _, err = w.Propose(t.Context(), w.another, yellow.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		price, _, err := w.library.Add(t.Context(), w.who, "a.txt", "", strings.NewReader("x"))
		require.NoError(t, err)
		_, _, err = w.Propose(t.Context(), w.who, price.ID)
		require.ErrorIs(t, err, media.ErrNotImage)
	})
}
