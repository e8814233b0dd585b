package app_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/app"
	"keruen/internal/audit"
)

// ACC-3: the address to sign in with changes after the password was asked and the new mailbox has proven itself.
func TestAMemberMovesToAnotherAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b, _ := member(t, a, "old@gmail.com", access.Owner, 0)
		elsewhere := &browser{t: t, url: a.URL}
		require.Equal(t, http.StatusOK, elsewhere.post("/auth/sign-in", map[string]any{"email": "old@gmail.com", "password": goodPassword}).status)

		wrong := b.post("/me/email", map[string]any{"email": "new@gmail.com", "password": "not the password"})
		require.Equal(t, http.StatusUnprocessableEntity, wrong.status, wrong.text)
		asked := b.post("/me/email", map[string]any{"email": "new@gmail.com", "password": goodPassword})
		require.Equal(t, http.StatusAccepted, asked.status, asked.text)
		require.Equal(t, "new@gmail.com", asked.str("email"))
		subject, _ := letter(t, a, "new@gmail.com", 1)

		confirm := map[string]any{"change": asked.str("change"), "code": sixDigits.FindString(subject)}
		stranger, _ := member(t, a, "stranger@gmail.com", access.Owner, 0)
		require.Equal(t, http.StatusNotFound, stranger.post("/me/email/confirm", confirm).status, "the code is of use to nobody else")
		before := b.cookie
		done := b.post("/me/email/confirm", confirm)
		require.Equal(t, http.StatusOK, done.status, done.text)
		require.Equal(t, "new@gmail.com", done.str("member", "email"))

		require.Equal(t, http.StatusOK, b.get("/me").status)
		require.Equal(t, http.StatusUnauthorized, (&browser{t: t, url: a.URL, cookie: before}).get("/me").status, "the session has a new token")
		require.Equal(t, http.StatusUnauthorized, elsewhere.get("/me").status, "other sessions have ended")
		require.Equal(t, http.StatusOK, (&browser{t: t, url: a.URL}).post("/auth/sign-in", map[string]any{"email": "new@gmail.com", "password": goodPassword}).status)
	})
}

// ACC-3, ACC-1
func TestOtherSessionsEndAndRecoveryCodesAreRenewedOnlyWithThePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b, _ := member(t, a, "owner@gmail.com", access.Owner, 0)
		elsewhere := &browser{t: t, url: a.URL}
		require.Equal(t, http.StatusOK, elsewhere.post("/auth/sign-in", map[string]any{"email": "owner@gmail.com", "password": goodPassword}).status)

		ended := b.do(http.MethodDelete, "/me/sessions", nil, nil)
		require.Equal(t, http.StatusOK, ended.status, ended.text)
		require.EqualValues(t, 1, ended.json()["n"])
		require.Equal(t, http.StatusUnauthorized, elsewhere.get("/me").status)
		require.Equal(t, http.StatusOK, b.get("/me").status)

		wrong := b.post("/me/totp/recovery-codes", map[string]any{"password": "not the password"})
		require.Equal(t, http.StatusUnprocessableEntity, wrong.status, wrong.text)
	})
}

// ACC-2: whoever is shown a proof can check it with a key that needs no sign-in.
func TestASignedProofIsCheckedWithThePublicKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b := signUp(t, a, "newcomer@gmail.com")
		var proof audit.Proof
		got := b.get("/acts/proof")
		require.Equal(t, http.StatusOK, got.status, got.text)
		require.NoError(t, json.Unmarshal([]byte(got.text), &proof))
		key := (&browser{t: t, url: a.URL}).get("/proof-key")
		require.Equal(t, http.StatusOK, key.status, key.text)
		require.Equal(t, proof.Algorithm, key.str("algorithm"))
		st, err := proof.Check(key.str("public_key"))
		require.NoError(t, err)
		require.NotEmpty(t, st.Chain)
	})
}

// AUD-3: neither a member nor a key revives what the person withdrew, whatever source it names.
func TestTheAPINeverRevivesAWithdrawnConsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, a *app.App) {
		b, _ := member(t, a, "owner@gmail.com", access.Owner, 0)
		key := &browser{t: t, url: a.URL, bearer: b.post("/api-keys", map[string]any{"name": "Site", "scopes": []string{"contacts.view", "contacts.edit"}}).str("token")}
		consent := func(source string) map[string]any {
			return map[string]any{"channel": "email", "purpose": "advertising", "source": source, "wording": "I agree to news"}
		}
		made := b.post("/contacts", map[string]any{"email": "person@gmail.com", "consent": consent("hand")})
		require.Equal(t, http.StatusCreated, made.status, made.text)
		path := "/contacts/" + made.str("id")
		require.Equal(t, http.StatusOK, b.post(path+"/withdraw", map[string]any{"channel": "email", "purpose": "advertising"}).status)

		for _, who := range []*browser{b, key} {
			for _, source := range []string{"form", "api", "hand"} {
				got := who.post(path+"/consents", consent(source))
				require.Equal(t, http.StatusConflict, got.status, got.text)
				require.Equal(t, "consent.withdrawn", got.str("code"))
			}
		}
		require.Equal(t, http.StatusNoContent, b.do(http.MethodDelete, path, nil, nil).status)
		for _, source := range []string{"form", "api", "hand"} {
			again := key.post("/contacts", map[string]any{"email": "person@gmail.com", "consent": consent(source)})
			require.Equal(t, http.StatusConflict, again.status, again.text)
			require.Equal(t, "consent.withdrawn", again.str("code"))
		}
	})
}
