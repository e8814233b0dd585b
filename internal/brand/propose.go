package brand

import "keruen/internal/frame"

// proposed makes a kit from the colours of a logo, the most frequent first. The first that is a colour at all becomes that of buttons
// and links; links are made readable.
func proposed(found []string) Kit {
	k := First()
	for _, c := range found {
		if frame.Contrast(c, "#ffffff") < 1.3 { // nearly the paper
			continue
		}
		k.Primary, k.Link = c, frame.PaletteOf(c).Light
		break
	}
	return k
}
