// Package web carries the built cabinet inside the program.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built cabinet: index.html (a template), assets with their .br and .gz twins,
// the Vite manifest and preload.json. It holds only .gitkeep when `npm run build` has not run.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the directory is named in the directive above
	}
	return sub
}
