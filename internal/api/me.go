package api

import "time"

// Member is a person with a login.
type Member struct {
	ID          string    `json:"id" example:"mbr_0d3f8k2m9q1zr"`
	Email       string    `json:"email"`
	FirstName   string    `json:"first_name"`
	LastName    string    `json:"last_name"`
	Patronymic  string    `json:"patronymic"`
	Phone       string    `json:"phone" doc:"E.164, or empty."`
	Position    string    `json:"position"`
	Username    string    `json:"username" doc:"How the person wants to be called, or empty."`
	Country     string    `json:"country" doc:"ISO 3166-1 alpha-2, or empty."`
	News        bool      `json:"news" doc:"Wants news of the product by e-mail."`
	Lang        string    `json:"lang" enum:"ru,kk,en"`
	TOTPEnabled bool      `json:"totp_enabled"`
	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
}

// Account is one customer.
type Account struct {
	ID            string    `json:"id" example:"acc_0d3f8k2m9q1zr"`
	Name          string    `json:"name" doc:"How recipients and members see the account."`
	Kind          string    `json:"kind" enum:",person,sole_trader,company" doc:"What the customer is; empty while it has not said."`
	Company       string    `json:"company" doc:"Legal name, or empty."`
	TaxNumber     string    `json:"tax_number" doc:"BIN or IIN, twelve digits, or empty."`
	Country       string    `json:"country" doc:"ISO 3166-1 alpha-2."`
	PostalAddress string    `json:"postal_address"`
	ActualAddress string    `json:"actual_address"`
	Phone         string    `json:"phone" doc:"E.164, or empty."`
	Lang          string    `json:"lang" enum:"ru,kk,en"`
	Goal          string    `json:"goal" enum:",letter,inbox,bot,check" doc:"What to do first; empty while not chosen."`
	IBAN          string    `json:"iban"`
	BIC           string    `json:"bic"`
	Zone          string    `json:"zone" doc:"IANA time zone." example:"Asia/Almaty"`
	Version       int64     `json:"version"`
	CreatedAt     time.Time `json:"created_at"`
}

func (m Member) version() int64  { return m.Version }
func (a Account) version() int64 { return a.Version }

// AccountRef is an account that the member may switch to.
type AccountRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role" enum:"owner,marketer,chat_operator,accountant,viewer"`
}

// Me is the signed-in member, the current account and what may be done there.
type Me struct {
	Member      Member       `json:"member"`
	Account     Account      `json:"account"`
	Role        string       `json:"role" enum:"owner,marketer,chat_operator,accountant,viewer"`
	Permissions []string     `json:"permissions"`
	Accounts    []AccountRef `json:"accounts" doc:"All accounts of the member, the current one included."`
	Limits      Limits       `json:"limits"`
}

// Limits are the numbers that the cabinet shows before they are hit.
type Limits struct {
	ImportBytes    int64 `json:"import_bytes" doc:"Largest file of an import."`
	LetterBytes    int64 `json:"letter_bytes" doc:"Largest HTML of a letter."`
	TestRecipients int   `json:"test_recipients" doc:"Most addresses of one test send."`
}

// PatchMeInput changes the member's own profile. Absent fields stay as they are.
type PatchMeInput struct {
	IfMatch
	Body struct {
		FirstName  *string `json:"first_name,omitempty" maxLength:"120"`
		LastName   *string `json:"last_name,omitempty" maxLength:"120"`
		Patronymic *string `json:"patronymic,omitempty" maxLength:"120"`
		Phone      *string `json:"phone,omitempty" maxLength:"24"`
		Position   *string `json:"position,omitempty" maxLength:"120"`
		Username   *string `json:"username,omitempty" maxLength:"120"`
		Country    *string `json:"country,omitempty" maxLength:"2"`
		News       *bool   `json:"news,omitempty"`
		Lang       *string `json:"lang,omitempty" enum:"ru,kk,en"`
	}
}

// PatchAccountInput changes the profile of the account. Absent fields stay as they are.
type PatchAccountInput struct {
	IfMatch
	Body struct {
		Name          *string `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Company       *string `json:"company,omitempty" maxLength:"240"`
		TaxNumber     *string `json:"tax_number,omitempty" maxLength:"20"`
		Country       *string `json:"country,omitempty" maxLength:"2"`
		Kind          *string `json:"kind,omitempty" enum:",person,sole_trader,company"`
		PostalAddress *string `json:"postal_address,omitempty" maxLength:"300"`
		ActualAddress *string `json:"actual_address,omitempty" maxLength:"300"`
		Phone         *string `json:"phone,omitempty" maxLength:"24"`
		Lang          *string `json:"lang,omitempty" enum:"ru,kk,en"`
		Goal          *string `json:"goal,omitempty" enum:",letter,inbox,bot,check"`
		IBAN          *string `json:"iban,omitempty" maxLength:"42"`
		BIC           *string `json:"bic,omitempty" maxLength:"11"`
		Zone          *string `json:"zone,omitempty" maxLength:"60"`
	}
}

// ChangePasswordInput changes the password of a signed-in member.
type ChangePasswordInput struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"200"`
		New     string `json:"new" minLength:"10" maxLength:"200"`
	}
}

// Session is one browser that is signed in.
type Session struct {
	ID        string    `json:"id"`
	Current   bool      `json:"current"`
	IP        string    `json:"ip"`
	Browser   string    `json:"browser" doc:"Parsed from the user agent: browser and system."`
	UserAgent string    `json:"user_agent"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// SessionPath names a session.
type SessionPath struct {
	ID string `path:"id" maxLength:"40"`
}

// Visit is one attempt to come in.
type Visit struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	IP        string    `json:"ip"`
	Browser   string    `json:"browser"`
	UserAgent string    `json:"user_agent"`
	Result    string    `json:"result" doc:"signed_in, wrong_password, wrong_code, locked and the like."`
}

// TOTP is a second factor that waits to be confirmed.
type TOTP struct {
	Secret string `json:"secret" doc:"Base 32, to be typed by hand."`
	URI    string `json:"uri" doc:"otpauth:// address for the QR code."`
}

// ConfirmTOTPInput proves that the app works.
type ConfirmTOTPInput struct {
	Body struct {
		Code string `json:"code" pattern:"^[0-9]{6}$" patternDescription:"six digits"`
	}
}

// RecoveryCodes are shown once.
type RecoveryCodes struct {
	RecoveryCodes []string `json:"recovery_codes"`
}

// PasswordInput asks the password again before something that matters.
type PasswordInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

// Ended is how many were ended.
type Ended struct {
	N int64 `json:"n"`
}

// SwitchAccountInput chooses another account of the member.
type SwitchAccountInput struct {
	Body struct {
		Account string `json:"account" minLength:"1" maxLength:"40"`
	}
}

func (a *API) registerMe(r routes) {
	signedIn(r, get("/me").as("getMe", "me", "Who I am, where, and what I may do"), a.getMe)
	signedIn(r, patch("/me").as("updateMe", "me", "Change my profile"), a.patchMe)
	private(r, patch("/account").needs(manageAccount).as("updateAccount", "me", "Change the profile of the account"), a.patchAccount)
	signedIn(r, post("/me/password").as("changePassword", "me", "Change my password"), a.changePassword)
	signedIn(r, get("/me/sessions").as("listSessions", "me", "Where I am signed in"), a.listSessions)
	signedIn(r, del("/me/sessions").as("endOtherSessions", "me", "End every session but this one"), a.endOtherSessions)
	signedIn(r, del("/me/sessions/{id}").as("endSession", "me", "End a session"), a.endSession)
	signedIn(r, get("/me/visits").as("listVisits", "me", "History of visits"), a.listVisits)
	signedIn(r, post("/me/totp").as("beginTOTP", "me", "Begin to set up the second factor"), a.beginTOTP)
	signedIn(r, post("/me/totp/confirm").as("confirmTOTP", "me", "Switch the second factor on"), a.confirmTOTP)
	signedIn(r, post("/me/totp/recovery-codes").as("renewRecoveryCodes", "me", "New recovery codes; the old ones stop working"), a.renewRecoveryCodes)
	signedIn(r, del("/me/totp").as("removeTOTP", "me", "Switch the second factor off"), a.removeTOTP)
	signedIn(r, post("/me/switch-account").as("switchAccount", "me", "Work in another account"), a.switchAccount)
}
