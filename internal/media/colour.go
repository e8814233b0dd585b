package media

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"io"
	"slices"

	"keruen/internal/access"
)

// maxColours is how many colours of a picture are named.
const maxColours = 6

// Colours returns the colours of which a picture of the library has most, as #rrggbb. Those with colour in them come before greys. What one sees through does
// not count.
func (s *Service) Colours(ctx context.Context, who access.Actor, m ID) ([]string, error) {
	got, err := s.Get(ctx, who, m)
	if err != nil {
		return nil, err
	}
	if got.Kind != Image {
		return nil, ErrNotImage
	}
	f, err := s.blobs.Open(ctx, who.Tenant, got.blob)
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	return s.workshop.colours(ctx, data)
}

// shade is a bin of similar colours.
type shade struct {
	n       int
	r, g, b int // sums
}

func (s shade) mean() (r, g, b int) { return s.r / s.n, s.g / s.n, s.b / s.n }

// vivid tells how far a shade is from grey, 0 to 255.
func (s shade) vivid() int {
	r, g, b := s.mean()
	return max(r, g, b) - min(r, g, b)
}

func (s shade) near(o shade) bool {
	r, g, b := s.mean()
	x, y, z := o.mean()
	return (r-x)*(r-x)+(g-y)*(g-y)+(b-z)*(b-z) < 48*48
}

// dominant counts a few thousand points of a picture in bins of four bits a channel.
func dominant(pic image.Image) []string {
	box := pic.Bounds()
	step := max(1, max(box.Dx(), box.Dy())/96)
	bins := map[int]*shade{}
	total := 0
	for y := box.Min.Y; y < box.Max.Y; y += step {
		for x := box.Min.X; x < box.Max.X; x += step {
			r, g, b, a := pic.At(x, y).RGBA()
			if a < 0x8000 {
				continue
			}
			red, green, blue := int(r*0xffff/a>>8), int(g*0xffff/a>>8), int(b*0xffff/a>>8)
			key := red>>4<<8 | green>>4<<4 | blue>>4
			if bins[key] == nil {
				bins[key] = &shade{}
			}
			s := bins[key]
			s.n, s.r, s.g, s.b = s.n+1, s.r+red, s.g+green, s.b+blue
			total++
		}
	}
	return named(merged(bins, total/100))
}

// merged joins bins that look alike and drops those of less than a hundredth.
func merged(bins map[int]*shade, least int) []shade {
	all := make([]shade, 0, len(bins))
	for _, s := range bins {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b shade) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.r, b.r), cmp.Compare(a.g, b.g), cmp.Compare(a.b, b.b))
	})
	var out []shade
	for _, s := range all {
		i := slices.IndexFunc(out, s.near)
		if i < 0 {
			out = append(out, s)
			continue
		}
		out[i].n, out[i].r, out[i].g, out[i].b = out[i].n+s.n, out[i].r+s.r, out[i].g+s.g, out[i].b+s.b
	}
	return slices.DeleteFunc(out, func(s shade) bool { return s.n <= least })
}

// grey is below how much colour a shade counts as a grey.
const grey = 40

func named(list []shade) []string {
	slices.SortStableFunc(list, func(a, b shade) int {
		if colour := cmp.Compare(bit(b.vivid() >= grey), bit(a.vivid() >= grey)); colour != 0 {
			return colour
		}
		return cmp.Compare(b.n, a.n)
	})
	out := []string{}
	for _, s := range list[:min(len(list), maxColours)] {
		r, g, b := s.mean()
		out = append(out, fmt.Sprintf("#%02x%02x%02x", r, g, b))
	}
	return out
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
