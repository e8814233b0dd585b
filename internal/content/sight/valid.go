package sight

import "strings"

// keywords are the values of properties that know words only. Browsers drop a declaration with another one, so that an earlier one stays.
var keywords = func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for name, values := range map[string]string{
		"display": "none block inline inline-block flex inline-flex grid inline-grid table inline-table table-row table-cell table-row-group table-header-group " +
			"table-footer-group table-column table-column-group table-caption list-item contents flow-root run-in -webkit-box -webkit-inline-box -webkit-flex -webkit-inline-flex ruby ruby-text math",
		"visibility": "visible hidden collapse", "position": "static relative absolute fixed sticky -webkit-sticky", "float": "none left right inline-start inline-end",
		"content-visibility": "visible hidden auto", "pointer-events": "auto none all painted fill stroke visible visiblepainted visiblefill visiblestroke bounding-box",
		"direction": "ltr rtl", "box-sizing": "border-box content-box", "mix-blend-mode": "normal multiply screen overlay darken lighten color-dodge color-burn hard-light soft-light " +
			"difference exclusion hue saturation color luminosity plus-lighter plus-darker",
	} {
		out[name] = map[string]bool{}
		for _, v := range strings.Fields(values) {
			out[name][v] = true
		}
	}
	return out
}()

var overflows = map[string]bool{"visible": true, "hidden": true, "scroll": true, "auto": true, "clip": true, "overlay": true}

var functions = map[string]bool{"scale": true, "scale3d": true, "scalex": true, "scaley": true, "scalez": true, "translate": true, "translate3d": true, "translatex": true,
	"translatey": true, "translatez": true, "rotate": true, "rotate3d": true, "rotatex": true, "rotatey": true, "rotatez": true, "skew": true, "skewx": true, "skewy": true,
	"matrix": true, "matrix3d": true, "perspective": true, "opacity": true, "blur": true, "brightness": true, "contrast": true, "grayscale": true, "invert": true,
	"hue-rotate": true, "saturate": true, "sepia": true, "drop-shadow": true, "url": true, "inset": true, "circle": true, "ellipse": true, "polygon": true, "path": true,
	"rect": true, "xywh": true, "shape": true}

// valid tells whether browsers accept a value, for the properties that hide.
func valid(name, value string) bool {
	if strings.HasPrefix(name, "--") {
		return true
	}
	name = strings.TrimPrefix(strings.TrimPrefix(name, "-webkit-"), "-ms-")
	if set, ok := keywords[name]; ok {
		return set[strings.TrimPrefix(value, "block ")]
	}
	switch name {
	case "overflow", "overflow-x", "overflow-y":
		for _, w := range words(value) {
			if !overflows[strings.TrimPrefix(w, "-moz-")] {
				return false
			}
		}
	case "transform", "filter", "clip-path":
		for _, w := range words(value) {
			open := strings.IndexByte(w, '(')
			if open < 0 && w != "none" && !strings.HasSuffix(w, "-box") || open >= 0 && !functions[strings.ToLower(w[:open])] {
				return false
			}
		}
	}
	return true
}
