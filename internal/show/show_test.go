package show_test

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/media"
	"keruen/internal/show"
)

// MSG-1
func TestEverybodyWithTheAddressSeesThePictureAndNothingRuns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		blobs, err := blob.Open(t.TempDir())
		require.NoError(t, err)
		log := slog.New(slog.DiscardHandler)
		s := media.New(d, blobs, "", log)
		h := show.Handler(s, log)
		who := access.Actor{Tenant: 101, Via: access.BySession, Role: access.Owner}
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))))
		picture, _, err := s.Add(t.Context(), who, "Лого.png", "", &b)
		require.NoError(t, err)
		list, _, err := s.Add(t.Context(), who, "Прайс.csv", "", strings.NewReader("a;b"))
		require.NoError(t, err)

		get := func(path string, headers ...string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			for i := 0; i+1 < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		got := get(s.URL(picture))
		require.Equal(t, http.StatusOK, got.Code)
		require.Equal(t, "image/png", got.Header().Get("Content-Type"))
		require.Equal(t, "nosniff", got.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "cross-origin", got.Header().Get("Cross-Origin-Resource-Policy"))
		require.Contains(t, got.Header().Get("Cache-Control"), "immutable")
		require.Contains(t, got.Header().Get("Content-Security-Policy"), "sandbox")
		require.Empty(t, got.Header().Get("Content-Disposition"))
		require.Equal(t, http.StatusNotModified, get(s.URL(picture), "If-None-Match", got.Header().Get("ETag")).Code)
		require.Equal(t, http.StatusOK, get("/m/"+picture.Key+"/other.png").Code, "only the key counts")

		file := get(s.URL(list))
		require.Equal(t, "a;b", file.Body.String())
		require.Contains(t, file.Header().Get("Content-Disposition"), "attachment")
		require.Equal(t, http.StatusNotFound, get("/m/"+strings.Repeat("a", 26)+"/a.png").Code)
		require.Equal(t, http.StatusNotFound, get("/m/x/a.png").Code)
	})
}
