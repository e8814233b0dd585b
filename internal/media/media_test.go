package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/media"
	"keruen/internal/page"
)

type world struct {
	t *testing.T
	*media.Service
	dir          string
	who, another access.Actor
	used         map[string][]media.Use // by address
}

func (w *world) UsesOf(_ context.Context, _ id.Tenant, address string) ([]media.Use, error) {
	return w.used[address], nil
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := func(tenant id.Tenant) access.Actor {
			return access.Actor{Tenant: tenant, Member: 5, Via: access.BySession, Role: access.Owner}
		}
		w := &world{t: t, dir: t.TempDir(), who: owner(101), another: owner(202), used: map[string][]media.Use{}}
		blobs, err := blob.Open(w.dir)
		require.NoError(t, err)
		w.Service = media.New(d, blobs, "https://keruen.example", slog.New(slog.DiscardHandler), w)
		f(t, w)
	})
}

func (w *world) add(name string, data []byte) (media.Media, error) {
	m, _, err := w.Add(w.t.Context(), w.who, name, "", bytes.NewReader(data))
	return m, err
}

// shown returns what stands under the public address.
func (w *world) shown(m media.Media) []byte {
	got, f, err := w.Open(w.t.Context(), m.Key)
	require.NoError(w.t, err)
	defer f.Close()
	require.Equal(w.t, m.ID, got.ID)
	data, err := io.ReadAll(f)
	require.NoError(w.t, err)
	require.Len(w.t, data, int(m.Size))
	return data
}

// files counts what lies in the store.
func (w *world) files() (n int) {
	require.NoError(w.t, filepath.WalkDir(w.dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

// halves is a picture with a red left and a blue right half; the blue lets one see through where it is not opaque.
func halves(width, height int, alpha uint8) *image.NRGBA {
	pic := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			pic.SetNRGBA(x, y, color.NRGBA{R: 255, A: 255})
			if x >= width/2 {
				pic.SetNRGBA(x, y, color.NRGBA{B: 255, A: alpha})
			}
		}
	}
	return pic
}

func asPNG(t *testing.T, pic image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, pic))
	return b.Bytes()
}

// held is a JPEG with what a telephone writes: how it was held, and where.
func held(t *testing.T, pic image.Image, turn uint16) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, pic, nil))
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, turn)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00GPSLatitude 43.238"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), b.Bytes()[2:]...)
}

// MSG-1
func TestAPictureIsMadeFitForLetters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, err := w.add(`C:\Photos\Отпуск <1>.PNG`, asPNG(t, halves(2400, 600, 128)))
		require.NoError(t, err)
		require.Equal(t, "Отпуск 1.png", m.Name)
		require.Equal(t, [2]int{1200, 300}, [2]int{m.Width, m.Height})
		require.Equal(t, "https://keruen.example/m/"+m.Key+"/%D0%9E%D1%82%D0%BF%D1%83%D1%81%D0%BA%201.png", w.URL(m))
		require.Len(t, m.Key, 26)
		pic, err := png.Decode(bytes.NewReader(w.shown(m)))
		require.NoError(t, err)
		require.Equal(t, 1200, pic.Bounds().Dx())
		_, _, _, alpha := pic.At(1100, 10).RGBA()
		require.InDelta(t, 0x8080, alpha, 0x400, "what can be seen through stays so")
		require.Equal(t, 2, w.files(), "what was uploaded is kept beside it")
	})
}

// MSG-1
func TestAPhotographIsTurnedUprightAndForgetsWhereItWasTaken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, err := w.add("a.jpg", held(t, halves(200, 100, 255), 6)) // to be turned clockwise: left comes up
		require.NoError(t, err)
		require.Equal(t, [2]int{100, 200}, [2]int{m.Width, m.Height})
		data := w.shown(m)
		require.NotContains(t, string(data), "GPS")
		require.NotContains(t, string(data), "Exif")
		pic, err := jpeg.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		r, _, b, _ := pic.At(50, 10).RGBA()
		require.Greater(t, r, b, "red is above")
		r, _, b, _ = pic.At(50, 190).RGBA()
		require.Greater(t, b, r, "blue is below")
		tall, err := w.add("b.jpg", held(t, halves(3000, 1500, 255), 8))
		require.NoError(t, err)
		require.Equal(t, [2]int{1200, 2400}, [2]int{tall.Width, tall.Height})
	})
}

// MSG-1
func TestAMovingGIFKeepsItsFrames(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		frame := func(c color.Color) *image.Paletted {
			p := image.NewPaletted(image.Rect(0, 0, 20, 10), color.Palette{color.Black, c})
			for i := range p.Pix {
				p.Pix[i] = 1
			}
			return p
		}
		var b bytes.Buffer
		require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(color.White), frame(color.RGBA{R: 255, A: 255})}, Delay: []int{5, 7}}))
		m, err := w.add("a.gif", b.Bytes())
		require.NoError(t, err)
		require.True(t, m.Animated)
		all, err := gif.DecodeAll(bytes.NewReader(w.shown(m)))
		require.NoError(t, err)
		require.Equal(t, []int{5, 7}, all.Delay)
	})
}

// MSG-1
func TestWhatCannotBeShownIsRefusedWithTheReasonAndLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bomb := asPNG(t, image.NewGray(image.Rect(0, 0, 10, 10)))
		binary.BigEndian.PutUint32(bomb[16:], 60_000) // width, as the header claims
		binary.BigEndian.PutUint32(bomb[20:], 60_000)
		fixCRC(bomb)
		frames := []byte("GIF89a\x10\x27\x10\x27\x00\x00\x00") // 10,000 × 10,000
		for range 3 {
			frames = append(frames, "\x2c\x00\x00\x00\x00\x10\x27\x10\x27\x00\x02\x01\x00\x00"...)
		}
		frames = append(frames, 0x3b)
		for name, c := range map[string]struct {
			file string
			data []byte
			want *errs.Error
		}{
			"more pixels than memory":   {"a.png", bomb, media.ErrPixels},
			"frames that add up":        {"a.gif", frames, media.ErrPixels},
			"a drawing with programs":   {"a.svg", []byte("<svg onload='x()'/>"), media.ErrSVG},
			"a drawing named otherwise": {"a.txt", []byte("  <svg onload='x()'/>"), media.ErrType},
			"a page":                    {"a.html", []byte("<html>"), media.ErrType},
			"a program":                 {"a.exe", []byte("MZ"), media.ErrType},
			"a program named otherwise": {"a.pdf", []byte("MZ"), media.ErrType},
			"half a picture":            {"a.png", asPNG(t, halves(50, 50, 255))[:120], media.ErrPicture},
			"nothing":                   {"a.png", nil, media.ErrType},
			"no name":                   {"///", []byte("x"), errs.ErrInvalid},
			"a telephone's format":      {"a.heic", []byte("\x00\x00\x00\x18ftypheic"), media.ErrHEIC},
			"too large a picture":       {"a.png", append(asPNG(t, halves(5, 5, 255)), make([]byte, media.MaxPicture)...), media.ErrLarge},
			"too large a file":          {"a.txt", bytes.Repeat([]byte("x"), media.MaxFile+1), media.ErrLarge},
		} {
			_, err := w.add(c.file, c.data)
			require.ErrorIs(t, err, c.want, name)
			require.Zero(t, w.files(), name)
		}
	})
}

// fixCRC mends the check sum of the first chunk of a PNG.
func fixCRC(data []byte) {
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
}

func TestFilesAreKeptAsTheyAre(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, err := w.add("Прайс.pdf", []byte("%PDF-1.7 x"))
		require.NoError(t, err)
		require.Equal(t, media.File, m.Kind)
		require.Equal(t, "application/pdf", m.Type)
		require.Equal(t, "%PDF-1.7 x", string(w.shown(m)))
		require.Equal(t, 1, w.files())
		_, err = w.add("a.ics", []byte("BEGIN:VCALENDAR\r\n"))
		require.NoError(t, err)
	})
}

// MSG-1
func TestTheSameFileIsKeptOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		data := asPNG(t, halves(30, 30, 255))
		first, err := w.add("a.png", data)
		require.NoError(t, err)
		again, fresh, err := w.Add(t.Context(), w.who, "b.png", "", bytes.NewReader(data))
		require.NoError(t, err)
		require.False(t, fresh)
		require.Equal(t, first.ID, again.ID)
		require.Equal(t, 2, w.files())
		require.NotEmpty(t, w.shown(first), "the files of the first are still there")
		other, _, err := w.Add(t.Context(), w.another, "b.png", "", bytes.NewReader(data))
		require.NoError(t, err)
		require.NotEqual(t, first.ID, other.ID, "another account has its own")
		space, err := w.SpaceOf(t.Context(), w.who)
		require.NoError(t, err)
		require.Equal(t, media.Space{Files: 1, Bytes: first.Size + first.OriginalSize}, space)
	})
}

// MSG-1
func TestAUsedFileCannotBeDeleted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, err := w.add("a.png", asPNG(t, halves(30, 30, 255)))
		require.NoError(t, err)
		w.used["/m/"+m.Key+"/"] = []media.Use{{What: "template", Name: "Новости"}}
		require.ErrorIs(t, w.Delete(t.Context(), w.who, m.ID), media.ErrUsed)
		uses, err := w.Uses(t.Context(), w.who, m.ID)
		require.NoError(t, err)
		require.Equal(t, "Новости", uses[0].Name)
		clear(w.used)
		require.NoError(t, w.Delete(t.Context(), w.who, m.ID))
		require.Zero(t, w.files())
		_, _, err = w.Open(t.Context(), m.Key)
		require.ErrorIs(t, err, errs.ErrNotFound)
	})
}

func TestMediaAreFoundByKindFolderAndName(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		logo, _, err := w.Add(t.Context(), w.who, "Логотип.png", "Бренд", bytes.NewReader(asPNG(t, halves(30, 30, 255))))
		require.NoError(t, err)
		price, err := w.add("прайс.txt", []byte("x"))
		require.NoError(t, err)
		none, brand := "", "Бренд"
		for name, c := range map[string]struct {
			filter media.Filter
			want   []media.ID
		}{
			"all, the newest first": {media.Filter{}, []media.ID{price.ID, logo.ID}}, "pictures": {media.Filter{Kind: media.Image}, []media.ID{logo.ID}},
			"a folder": {media.Filter{Folder: &brand}, []media.ID{logo.ID}}, "no folder": {media.Filter{Folder: &none}, []media.ID{price.ID}}, "a name": {media.Filter{Search: "ЛОГО"}, []media.ID{logo.ID}},
		} {
			got, err := w.List(t.Context(), w.who, c.filter, page.Ask{Limit: 10})
			require.NoError(t, err)
			var ids []media.ID
			for _, m := range got.Items {
				ids = append(ids, m.ID)
			}
			require.Equal(t, c.want, ids, name)
		}
		first, err := w.List(t.Context(), w.who, media.Filter{}, page.Ask{Limit: 1})
		require.NoError(t, err)
		require.NotEmpty(t, first.Next)
	})
}

func TestNamesAndDescriptionsChangeAndOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, err := w.add("a.png", asPNG(t, halves(30, 30, 255)))
		require.NoError(t, err)
		alt, long := "Чашка кофе", strings.Repeat("x", 400)
		got, err := w.Update(t.Context(), w.who, m.ID, 1, media.Change{Alt: &alt})
		require.NoError(t, err)
		require.Equal(t, alt, got.Alt)
		_, err = w.Update(t.Context(), w.who, m.ID, 1, media.Change{Alt: &alt})
		require.ErrorIs(t, err, errs.ErrStale)
		_, err = w.Update(t.Context(), w.who, m.ID, 0, media.Change{Alt: &long})
		require.ErrorIs(t, err, errs.ErrInvalid)

		_, err = w.Get(t.Context(), w.another, m.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.Update(t.Context(), w.another, m.ID, 0, media.Change{Alt: &alt})
		require.ErrorIs(t, err, errs.ErrNotFound)
		_, err = w.Uses(t.Context(), w.another, m.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		require.ErrorIs(t, w.Delete(t.Context(), w.another, m.ID), errs.ErrNotFound)
		viewer := w.who
		viewer.Role = access.Viewer
		_, _, err = w.Add(t.Context(), viewer, "a.png", "", strings.NewReader("x"))
		require.Equal(t, errs.Forbidden, errs.KindOf(err))
	})
}
