package media

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"
)

// shown is a picture as letters show it: no larger than needed, upright, without anything but the picture (no place, no camera, no
// comments), in a format that every mail program knows.
type shown struct {
	data          []byte
	mime          string
	width, height int
	animated      bool
}

// workshop prepares pictures. It holds so many pixels at once that the memory of the process stays bounded.
type workshop struct{ pixels *semaphore.Weighted }

func newWorkshop() *workshop { return &workshop{semaphore.NewWeighted(MaxPixels)} }

// format tells the format of a picture by its beginning; "" for anything else. Names do not matter.
func format(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return "gif"
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}

// prepare reads a picture of a known format. It looks at the size that the picture claims before it decodes anything.
func (w *workshop) prepare(ctx context.Context, form string, data []byte) (shown, error) {
	pixels, err := pixelsOf(form, data)
	if err != nil {
		return shown{}, err
	}
	if err := w.pixels.Acquire(ctx, pixels); err != nil {
		return shown{}, err
	}
	defer w.pixels.Release(pixels)
	if form == "gif" {
		return prepareGIF(data)
	}
	pic, err := decode(form, data)
	if err != nil {
		return shown{}, ErrPicture.Because(err)
	}
	turn := orientation(form, data)
	return write(form, upright(fit(pic, turn >= sideways), turn))
}

// colours names the colours of a picture that was prepared before; of a moving one those of its first frame.
func (w *workshop) colours(ctx context.Context, data []byte) ([]string, error) {
	pixels, err := pixelsOf(format(data), data)
	if err != nil {
		return nil, err
	}
	if err := w.pixels.Acquire(ctx, pixels); err != nil {
		return nil, err
	}
	defer w.pixels.Release(pixels)
	pic, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrPicture.Because(err)
	}
	return dominant(pic), nil
}

// pixelsOf is how much room in the workshop a picture takes by the size it claims.
func pixelsOf(form string, data []byte) (int64, error) {
	size, err := config(form, data)
	if err != nil {
		return 0, ErrPicture.Because(err)
	}
	pixels := int64(size.Width) * int64(size.Height)
	if form == "gif" {
		pixels = max(pixels, gifPixels(data))
	}
	if size.ColorModel == color.NRGBA64Model || size.ColorModel == color.RGBA64Model || size.ColorModel == color.Gray16Model {
		pixels *= 2 // twice the memory
	}
	if size.Width <= 0 || size.Height <= 0 {
		return 0, ErrPicture
	}
	if pixels > MaxPixels {
		return 0, ErrPixels.With("width", size.Width).With("height", size.Height)
	}
	return pixels, nil
}

func config(form string, data []byte) (image.Config, error) {
	r := bytes.NewReader(data)
	switch form {
	case "png":
		return png.DecodeConfig(r)
	case "jpeg":
		return jpeg.DecodeConfig(r)
	case "gif":
		return gif.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

func decode(form string, data []byte) (image.Image, error) {
	r := bytes.NewReader(data)
	switch form {
	case "png":
		return png.Decode(r)
	case "jpeg":
		return jpeg.Decode(r)
	}
	return webp.Decode(r)
}

// fit makes a picture at most MaxWidth wide; lying tells that what is its height now will be its width.
func fit(pic image.Image, lying bool) image.Image {
	b := pic.Bounds()
	width := b.Dx()
	if lying {
		width = b.Dy()
	}
	if width <= MaxWidth {
		return pic
	}
	scaled := func(n int) int { return max(1, (n*MaxWidth+width/2)/width) }
	out := image.NewRGBA(image.Rect(0, 0, scaled(b.Dx()), scaled(b.Dy())))
	draw.CatmullRom.Scale(out, out.Bounds(), pic, b, draw.Src, nil)
	return out
}

// write makes the file: photographs stay JPEG, what has no transparency in it and came as WebP becomes one, the rest is PNG.
func write(form string, pic image.Image) (shown, error) {
	out := shown{width: pic.Bounds().Dx(), height: pic.Bounds().Dy(), mime: "image/png"}
	var b bytes.Buffer
	var err error
	if form == "jpeg" || form == "webp" && opaque(pic) {
		out.mime = "image/jpeg"
		err = jpeg.Encode(&b, pic, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, narrow(pic))
	}
	out.data = b.Bytes()
	return out, err
}

// narrow makes 16 bits of a colour 8: nobody sees the difference, and the file is half as large.
func narrow(pic image.Image) image.Image {
	switch pic.(type) {
	case *image.NRGBA64, *image.RGBA64, *image.Gray16:
		out := image.NewNRGBA(pic.Bounds())
		draw.Draw(out, out.Bounds(), pic, pic.Bounds().Min, draw.Src)
		return out
	}
	return pic
}

func opaque(pic image.Image) bool {
	o, ok := pic.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// prepareGIF keeps the frames of a GIF and drops its comments. One that stands still is made as wide as other pictures.
func prepareGIF(data []byte) (shown, error) {
	all, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		return shown{}, ErrPicture.Because(err)
	}
	if len(all.Image) == 1 {
		return write("gif", fit(all.Image[0], false))
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, all); err != nil {
		return shown{}, ErrPicture.Because(err)
	}
	return shown{data: b.Bytes(), mime: "image/gif", width: all.Config.Width, height: all.Config.Height, animated: true}, nil
}

// gifPixels adds up the frames of a GIF without unpacking them (GIF89a, §20): a small file may claim a thousand large ones.
// What cannot be read counts as none; decoding will say so.
func gifPixels(data []byte) int64 {
	r := bytes.NewReader(data)
	head := make([]byte, 13)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0
	}
	if !skip(r, table(head[10])) {
		return 0
	}
	var sum int64
	for {
		kind, err := r.ReadByte()
		switch {
		case err != nil, kind != 0x21 && kind != 0x2c:
			return sum
		case kind == 0x21: // an extension: its label, then blocks
			if !skip(r, 1) || !blocks(r) {
				return sum
			}
			continue
		}
		frame := make([]byte, 9)
		if _, err := io.ReadFull(r, frame); err != nil {
			return sum
		}
		sum += (int64(frame[4]) | int64(frame[5])<<8) * (int64(frame[6]) | int64(frame[7])<<8)
		if !skip(r, table(frame[8])+1) || !blocks(r) {
			return sum
		}
	}
}

// table is the size in bytes of a table of colours that flags announce.
func table(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func skip(r *bytes.Reader, n int64) bool {
	if n > int64(r.Len()) {
		return false
	}
	_, err := r.Seek(n, io.SeekCurrent)
	return err == nil
}

// blocks skips data in blocks up to the empty one.
func blocks(r *bytes.Reader) bool {
	for {
		n, err := r.ReadByte()
		if err != nil || !skip(r, int64(n)) {
			return false
		}
		if n == 0 {
			return true
		}
	}
}
