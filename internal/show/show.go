// Package show gives pictures and files of the media library to everybody who has their address: readers of letters.
package show

import (
	"log/slog"
	"mime"
	"net/http"

	"keruen/internal/errs"
	"keruen/internal/media"
)

// Handler answers under media.PublicPath.
func Handler(m *media.Service, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+media.PublicPath+"{key}/{name}", func(w http.ResponseWriter, r *http.Request) { file(w, r, m, log) })
	return mux
}

// file serves one. The name in the address is not looked at: what counts is the key.
func file(w http.ResponseWriter, r *http.Request, s *media.Service, log *slog.Logger) {
	m, f, err := s.Open(r.Context(), r.PathValue("key"))
	if errs.KindOf(err) == errs.NotFound {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		log.Error("show media", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", m.Type)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+m.SHA256+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // mailboxes in browsers show it on pages of their own
	if m.Kind == media.File {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.Name}))
	}
	http.ServeContent(w, r, "", m.CreatedAt, f)
}
