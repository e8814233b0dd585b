package api

import "time"

// AcceptedDocument names a document that the press of the button accepts.
type AcceptedDocument struct {
	Document string `json:"document" minLength:"1" maxLength:"40" example:"offer"`
	Version  string `json:"version" minLength:"1" maxLength:"20" example:"1"`
}

// RegisterInput opens an account.
type RegisterInput struct {
	Body struct {
		Email    string             `json:"email" format:"" minLength:"3" maxLength:"254" doc:"The code is sent there."`
		Password string             `json:"password" minLength:"10" maxLength:"200"`
		Lang     string             `json:"lang" enum:"ru,kk,en"`
		Accept   []AcceptedDocument `json:"accept" maxItems:"10" doc:"The documents named beside the button. Pressing it is a signature; it is kept as evidence."`
		News     bool               `json:"news,omitempty" doc:"Wants news of the product by e-mail. Never ticked in advance."`
	}
}

// Registration is a sign-up that waits for its code. The answer is the same whether the address is known or not.
type Registration struct {
	Registration string    `json:"registration"`
	Email        string    `json:"email" doc:"Where the code was sent."`
	ResendAt     time.Time `json:"resend_at" doc:"A new code may be asked for from this moment."`
	ExpiresAt    time.Time `json:"expires_at" doc:"The code is of no use after this moment."`
}

// ConfirmRegistrationInput proves the mailbox.
type ConfirmRegistrationInput struct {
	Body struct {
		Registration string `json:"registration" minLength:"1" maxLength:"60"`
		Code         string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"six digits"`
	}
}

// RegistrationInput names a sign-up.
type RegistrationInput struct {
	Body struct {
		Registration string `json:"registration" minLength:"1" maxLength:"60"`
	}
}

// ChangeRegistrationEmailInput corrects the address of a sign-up.
type ChangeRegistrationEmailInput struct {
	Body struct {
		Registration string `json:"registration" minLength:"1" maxLength:"60"`
		Email        string `json:"email" minLength:"3" maxLength:"254"`
	}
}

// SignInInput is an address and a password.
type SignInInput struct {
	Body struct {
		Email    string `json:"email" minLength:"1" maxLength:"254"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

// SignIn is the answer to a right password: signed in, or the second factor is needed.
type SignIn struct {
	State     string `json:"state" enum:"signed_in,second_factor"`
	Challenge string `json:"challenge,omitempty" doc:"With second_factor: to be sent back with the code."`
	Me        *Me    `json:"me,omitempty" doc:"With signed_in."`
}

// SecondFactorInput answers a challenge.
type SecondFactorInput struct {
	Body struct {
		Challenge string `json:"challenge" minLength:"1" maxLength:"400"`
		Code      string `json:"code" minLength:"6" maxLength:"24" doc:"Six digits of the app, or a recovery code."`
	}
}

// ResetInput asks for a reset code.
type ResetInput struct {
	Body struct {
		Email string `json:"email" minLength:"3" maxLength:"254"`
	}
}

// Reset is a password reset that waits for its code.
type Reset struct {
	Reset     string    `json:"reset"`
	ResendAt  time.Time `json:"resend_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// ConfirmResetInput sets the new password.
type ConfirmResetInput struct {
	Body struct {
		Reset    string `json:"reset" minLength:"1" maxLength:"60"`
		Code     string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"six digits"`
		Password string `json:"password" minLength:"10" maxLength:"200"`
	}
}

// InvitationToken is the secret of an invitation letter.
type InvitationToken struct {
	Token string `path:"token" maxLength:"100"`
}

// InvitationPreview is what an invited person sees before accepting.
type InvitationPreview struct {
	Email       string `json:"email"`
	AccountName string `json:"account_name"`
	Role        string `json:"role" enum:"owner,marketer,chat_operator,accountant,viewer"`
	HasLogin    bool   `json:"has_login" doc:"The address has a login already: sign in first, then accept; no password is asked."`
}

// AcceptInvitationInput joins the account.
type AcceptInvitationInput struct {
	InvitationToken
	Body struct {
		Password string             `json:"password,omitempty" maxLength:"200" doc:"Needed when the address has no login yet: 10 characters or more. A known person signs in first and leaves it out."`
		Lang     string             `json:"lang,omitempty" enum:"ru,kk,en"`
		Accept   []AcceptedDocument `json:"accept,omitempty" maxItems:"10"`
	}
}

// Document is a legal document in one language.
type Document struct {
	Name      string `json:"name" example:"offer"`
	Version   string `json:"version" example:"1"`
	Title     string `json:"title"`
	SHA256    string `json:"sha256" doc:"Of the text in the language of the version, lower-case hexadecimal."`
	Lang      string `json:"lang" enum:"ru,kk,en"`
	URL       string `json:"url" doc:"Its page on the public site."`
	Required  bool   `json:"required" doc:"Registering accepts it."`
	Effective string `json:"effective" doc:"Day since which it is in force." example:"2026-11-24"`
}

// DocumentText is a document with its text.
type DocumentText struct {
	Document
	Markdown string `json:"markdown"`
	HTML     string `json:"html" doc:"The same as HTML, headings from h2 on. Contains no scripts, styles or pictures."`
}

// DocumentsInput chooses a language.
type DocumentsInput struct {
	Lang string `query:"lang" enum:"ru,kk,en" default:"ru"`
}

// DocumentInput chooses one document.
type DocumentInput struct {
	Name    string `path:"name" maxLength:"40"`
	Version string `path:"version" maxLength:"20"`
	Lang    string `query:"lang" enum:"ru,kk,en" default:"ru"`
}

func (a *API) registerAuth(r routes) {
	public(r, post("/auth/register").as("register", "auth", "Register by e-mail and password").gives(202), a.register)
	public(r, post("/auth/register/confirm").as("confirmRegistration", "auth", "Confirm the address by the code and open the account"), a.confirmRegistration)
	public(r, post("/auth/register/resend").as("resendRegistrationCode", "auth", "Send another code").gives(202), a.resendRegistration)
	public(r, post("/auth/register/change-email").as("changeRegistrationEmail", "auth", "Correct the address of a sign-up").gives(202), a.changeRegistrationEmail)
	public(r, post("/auth/sign-in").as("signIn", "auth", "Sign in by e-mail and password"), a.signIn)
	public(r, post("/auth/sign-in/second-factor").as("answerSecondFactor", "auth", "Give the second factor"), a.secondFactor)
	public(r, post("/auth/sign-out").as("signOut", "auth", "End this session"), a.signOut)
	public(r, post("/auth/reset").as("requestReset", "auth", "Ask for a code to set a new password").gives(202), a.requestReset)
	public(r, post("/auth/reset/confirm").as("confirmReset", "auth", "Set a new password by the code"), a.confirmReset)
	public(r, get("/auth/invitations/{token}").as("getInvitationPreview", "auth", "What an invitation invites to"), a.previewInvitation)
	public(r, post("/auth/invitations/{token}/accept").as("acceptInvitation", "auth", "Join an account"), a.acceptInvitation)
	public(r, get("/documents").as("listDocuments", "documents", "Current legal documents"), a.listDocuments)
	public(r, get("/documents/{name}/{version}").as("getDocument", "documents", "Text of a document"), a.getDocument)
}
