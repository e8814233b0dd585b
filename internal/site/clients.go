package site

import (
	"net/http"
	"strconv"

	"keruen/internal/showcase"
)

// clients shows the customers who allow it (CMP-10).
func (s *Site) clients(w http.ResponseWriter, r *http.Request, v view) {
	all, err := s.Clients.Shown(r.Context())
	if err != nil {
		s.Log.Error("our clients were not read", "request", v.Request, "error", err)
		s.failed(w, v)
		return
	}
	v.Title, v.Lead, v.Of = v.T.ClientsTitle, v.T.ClientsLead, all
	s.show(w, http.StatusOK, "clients.html", v)
}

// logo gives the picture of a client. It may be kept for an hour only: a withdrawn logo disappears.
func (s *Site) logo(w http.ResponseWriter, r *http.Request) {
	var c showcase.ID
	if err := c.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		http.NotFound(w, r)
		return
	}
	logo, err := s.Clients.LogoOf(r.Context(), c, r.PathValue("hash"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", logo.Type)
	h.Set("Content-Length", strconv.Itoa(len(logo.Picture)))
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write(logo.Picture)
}
