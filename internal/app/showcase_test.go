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

// logo is a picture as the API takes it: JSON writes bytes in base64.
func logo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 120, 60))))
	return b.Bytes()
}

// visited reads a public page as a visitor without a session does.
func visited(t *testing.T, a *app.App, path string) (int, string) {
	t.Helper()
	got, err := http.Get(a.URL + path)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	return got.StatusCode, string(body)
}

// CMP-10: without a mailing nobody can be shown, and what waits is shown to nobody.
func TestACustomerAllowsItsLogoAndOperatorsLookAtIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		owner, _ := member(t, a, "owner@example.kz", access.Owner, 0)
		require.Equal(t, "none", owner.get("/account/showcase").str("state"))
		wrong := owner.do(http.MethodPut, "/account/showcase", map[string]any{"name": "Дән", "logo": []byte("<svg>")}, nil)
		require.Equal(t, http.StatusUnprocessableEntity, wrong.status, wrong.text)
		put := owner.do(http.MethodPut, "/account/showcase", map[string]any{"name": "Дән", "site": "https://dan.kz", "logo": logo(t)}, nil)
		require.Equal(t, http.StatusOK, put.status, put.text)
		require.Equal(t, "waiting", put.str("state"))
		id := put.str("id")
		require.Equal(t, http.StatusOK, owner.get("/account/showcase/"+id+"/logo").status)

		require.Equal(t, http.StatusForbidden, owner.get("/platform/showcase").status)
		staff, _ := member(t, a, "staff@example.kz", access.Viewer, 0)
		require.NoError(t, a.Access.SetStaff(t.Context(), "staff@example.kz", access.Operator))
		all := staff.get("/platform/showcase")
		require.Len(t, all.json()["items"], 1, all.text)
		require.Equal(t, http.StatusOK, staff.get("/platform/showcase/"+id+"/logo").status)
		show := staff.post("/platform/showcase/"+id+"/decide", map[string]any{"allowed_at": put.str("allowed_at"), "show": true})
		require.Equal(t, http.StatusConflict, show.status, show.text)
		require.Equal(t, "showcase.no_mailing", show.str("code"))
		no := staff.post("/platform/showcase/"+id+"/decide", map[string]any{"allowed_at": put.str("allowed_at"), "show": false, "reason": "Размыто"})
		require.Equal(t, http.StatusOK, no.status, no.text)
		require.Equal(t, "Размыто", owner.get("/account/showcase").str("reason"))
		_, body := visited(t, a, "/clients")
		require.NotContains(t, body, "Дән")

		require.Equal(t, http.StatusNoContent, owner.do(http.MethodDelete, "/account/showcase", nil, nil).status)
		require.Equal(t, "none", owner.get("/account/showcase").str("state"))
		require.Equal(t, http.StatusNotFound, owner.get("/account/showcase/"+id+"/logo").status)
	})
}

// SUP-2: what an operator writes stands on the public page at once.
func TestAnOperatorTellsVisitorsOfAFault(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		staff, _ := member(t, a, "staff@example.kz", access.Owner, 0)
		fault := map[string]any{"kind": "fault", "impact": "down", "parts": []string{"sending"}, "title": map[string]any{"ru": "Отправка стоит"}, "text": map[string]any{"ru": "Чиним"}}
		require.Equal(t, http.StatusForbidden, staff.post("/platform/outages", fault).status)
		require.NoError(t, a.Access.SetStaff(t.Context(), "staff@example.kz", access.Operator))
		made := staff.post("/platform/outages", fault)
		require.Equal(t, http.StatusCreated, made.status, made.text)
		code, body := visited(t, a, "/status?lang=ru")
		require.Equal(t, http.StatusOK, code)
		require.Contains(t, body, "Отправка стоит")
		require.Contains(t, body, "Есть сбой")
		over := staff.post("/platform/outages/"+made.str("id")+"/updates", map[string]any{"stage": "over", "text": map[string]any{"ru": "Исправлено"}})
		require.Less(t, over.status, 300, over.text)
		require.Equal(t, "over", over.str("state"))
		require.Equal(t, http.StatusOK, staff.get("/platform/status").status)
		_, body = visited(t, a, "/status?lang=ru")
		require.NotContains(t, body, "Есть сбой")
		require.Equal(t, http.StatusNotFound, staff.post("/platform/outages/out_05a9zj9zxqc00/updates", map[string]any{"stage": "over", "text": map[string]any{"ru": "Да"}}).status)
	})
}
