package site

import (
	"embed"
	"html/template"
)

//go:embed style.css
var styleText string

// style is the look of the public pages: the colours of the cabinet in both schemes. Under 15 KB, see the test.
var style = template.CSS(styleText)

// pictures are what messengers show beside a link to us; made by web/e2e/card.mjs.
//
//go:embed picture/*.png
var pictures embed.FS
