package app_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
)

// MSG-1
func TestAPictureGoesFromTheLibraryIntoALetterAndIsThenKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		owner, _ := member(t, a, "owner@example.kz", access.Owner, 0)
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 20))))
		picture := owner.post("/media?filename=Чай.png&folder=Весна", b.String())
		require.Equal(t, http.StatusCreated, picture.status, picture.text)
		require.True(t, picture.json()["fresh"].(bool))
		id, url := picture.str("id"), picture.str("url")
		require.Contains(t, url, a.URL+"/m/")
		require.False(t, owner.post("/media?filename=again.png", b.String()).json()["fresh"].(bool))

		resp, err := http.Get(url)
		require.NoError(t, err)
		shown, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "image/png", resp.Header.Get("Content-Type"))
		require.Equal(t, "cross-origin", resp.Header.Get("Cross-Origin-Resource-Policy"))
		_, err = png.Decode(bytes.NewReader(shown))
		require.NoError(t, err)

		letter := owner.post("/templates", map[string]any{"name": "Весна", "letter": map[string]any{"subject": "Чай", "preheader": "", "html": `<img src="` + url + `" alt="Чай">`, "text": ""}})
		require.Equal(t, http.StatusCreated, letter.status, letter.text)
		uses := owner.get("/media/" + id + "/uses").json()["items"].([]any)
		require.Equal(t, map[string]any{"what": "template", "id": letter.str("id"), "name": "Весна"}, uses[0])
		refused := owner.do(http.MethodDelete, "/media/"+id, nil, nil)
		require.Equal(t, http.StatusConflict, refused.status)
		require.Equal(t, "media.used", refused.str("code"))

		brand := owner.do(http.MethodPut, "/brand", map[string]any{"logo": map[string]any{"id": id}, "logo_dark": map[string]any{"id": ""}, "primary": "#ff8800", "link": "", "text": "", "muted": "", "bg": "", "surface": "",
			"font": "georgia", "radius": 4, "company": "Лавка", "address": "", "phone": "", "email": "", "social": []any{}}, nil)
		require.Equal(t, http.StatusOK, brand.status, brand.text)
		require.Equal(t, url, brand.str("kit", "logo", "url"))
		require.Equal(t, "#000000", brand.str("on_primary"))
		require.Equal(t, http.StatusNoContent, owner.do(http.MethodDelete, "/templates/"+letter.str("id"), nil, nil).status)
		require.Equal(t, http.StatusConflict, owner.do(http.MethodDelete, "/media/"+id, nil, nil).status, "it is the logo")

		block := map[string]any{"id": "b1", "type": "image", "src": url, "alt": map[string]any{"ru": "Чай"}}
		saved := owner.post("/saved-blocks", map[string]any{"name": "Шапка", "block": block, "locked": true})
		require.Equal(t, http.StatusCreated, saved.status, saved.text)
		require.Len(t, owner.get("/media/" + id + "/uses").json()["items"], 2)
		require.Equal(t, http.StatusUnprocessableEntity, owner.post("/saved-blocks", map[string]any{"name": "Шапка", "block": map[string]any{"id": "b1"}}).status)

		svg := owner.post("/media?filename=a.svg", "<svg/>")
		require.Equal(t, "media.svg", svg.str("code"))
		require.Equal(t, []any{"Весна"}, owner.get("/media-space").json()["folders"])
	})
}
