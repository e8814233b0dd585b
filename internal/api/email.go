package api

import (
	"context"
	"time"

	"keruen/internal/access"
)

// EmailChangeInput asks for another address to sign in with.
type EmailChangeInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200"`
		Email    string `json:"email" minLength:"3" maxLength:"254" doc:"The code is sent there."`
	}
}

// EmailChange is a change of address that waits for its code. The answer is the same whether somebody has the address or not.
type EmailChange struct {
	Change    string    `json:"change"`
	Email     string    `json:"email" doc:"Where the code was sent."`
	ResendAt  time.Time `json:"resend_at" doc:"A new code may be asked for from this moment."`
	ExpiresAt time.Time `json:"expires_at" doc:"The code is of no use after this moment."`
}

// ConfirmEmailChangeInput proves the new mailbox.
type ConfirmEmailChangeInput struct {
	Body struct {
		Change string `json:"change" minLength:"1" maxLength:"60"`
		Code   string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"six digits"`
	}
}

// ProofKey checks the signatures of proofs that the installation gives out.
type ProofKey struct {
	Algorithm string `json:"algorithm" enum:"Ed25519"`
	PublicKey string `json:"public_key" doc:"32 bytes in base64."`
}

func (a *API) registerEmail(r routes) {
	signedIn(r, post("/me/email").as("changeEmail", "me", "Ask for a code to another address of mine").gives(202), a.changeEmail)
	signedIn(r, post("/me/email/confirm").as("confirmEmailChange", "me", "Sign in with the new address from now on"), a.confirmEmailChange)
	public(r, get("/proof-key").as("getProofKey", "audit", "Key that checks signed proofs"), a.proofKey)
}

func (a *API) changeEmail(ctx context.Context, c *call, in *EmailChangeInput) (EmailChange, error) {
	ch, err := a.Access.RequestEmailChange(ctx, c.Actor, in.Body.Password, in.Body.Email)
	return EmailChange{Change: ch.ID.String(), Email: ch.Email, ResendAt: ch.ResendAt, ExpiresAt: ch.ExpiresAt}, err
}

func (a *API) confirmEmailChange(ctx context.Context, c *call, in *ConfirmEmailChangeInput) (Me, error) {
	change, err := parse[access.EmailChangeID](in.Body.Change)
	if err != nil {
		return Me{}, err
	}
	o, err := a.Access.ConfirmEmailChange(ctx, c.Actor, change, in.Body.Code)
	if err != nil {
		return Me{}, err
	}
	c.keep(o, a.Clock.Now())
	return a.me(ctx, o.Actor)
}

func (a *API) proofKey(context.Context, *call, *Nothing) (ProofKey, error) {
	return ProofKey{Algorithm: "Ed25519", PublicKey: a.Access.ProofKey()}, nil
}
