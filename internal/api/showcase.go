package api

import (
	"time"

	"keruen/internal/showcase"
)

// Showcase is what an account allows to be shown on "Our clients".
type Showcase struct {
	State      string     `json:"state" enum:"none,waiting,shown,refused,ended" doc:"none: nothing is allowed. ended: six months have passed without a campaign."`
	ID         string     `json:"id" doc:"Empty while nothing is allowed."`
	Name       string     `json:"name"`
	Site       string     `json:"site" doc:"May be empty."`
	Logo       string     `json:"logo" doc:"Address of the picture; empty while there is none."`
	Width      int        `json:"width"`
	Height     int        `json:"height"`
	Reason     string     `json:"reason" doc:"Why an operator refused it."`
	AllowedAt  *time.Time `json:"allowed_at"`
	ShownUntil *time.Time `json:"shown_until" doc:"Six months after the last campaign, as of today."`
}

// ShowcaseInput allows a name and a logo to be shown.
type ShowcaseInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"80"`
		Site string `json:"site" required:"false" maxLength:"200" example:"https://example.kz"`
		Logo []byte `json:"logo" required:"false" maxLength:"280000" doc:"A PNG or JPEG in base64, at most 200 KB, 48 to 2,000 points a side. Left out, the one that is there stays."`
	}
}

// ShowcaseClient is a customer as operators see it.
type ShowcaseClient struct {
	Showcase
	Account string `json:"account" doc:"Identifier of the account."`
}

// ShowcaseDecisionInput is an operator's word about a client.
type ShowcaseDecisionInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		AllowedAt time.Time `json:"allowed_at" doc:"As it was read: a client that has changed meanwhile is not decided about."`
		Show      bool      `json:"show"`
		Reason    string    `json:"reason" required:"false" maxLength:"500" doc:"Why it is not shown; the customer reads it."`
	}
}

// ShowcaseLogoInput asks for a picture.
type ShowcaseLogoInput struct {
	ID string `path:"id" maxLength:"40"`
}

func (a *API) registerShowcase(r routes) {
	private(r, get("/account/showcase").needs(manageAccount).as("getShowcase", "account", "What the account allows to be shown on the page of clients"), a.getShowcase)
	private(r, put("/account/showcase").needs(manageAccount).as("allowShowcase", "account", "Allow the name and logo to be shown; an operator looks first"), a.allowShowcase)
	private(r, del("/account/showcase").needs(manageAccount).as("withdrawShowcase", "account", "Take the permission back: the logo disappears at once"), a.withdrawShowcase)
	download(r, get("/account/showcase/{id}/logo").needs(manageAccount).as("getShowcaseLogo", "account", "The picture of one's own logo"), "image/png", a.getShowcaseLogo)
	private(r, get("/platform/showcase").needs(runPlatform).as("listShowcase", "platform", "Customers who allow their logo, those that wait first"), a.listShowcase)
	private(r, post("/platform/showcase/{id}/decide").needs(runPlatform).as("decideShowcase", "platform", "Show a client, or not"), a.decideShowcase)
	download(r, get("/platform/showcase/{id}/logo").needs(runPlatform).as("getPlatformShowcaseLogo", "platform", "The picture of a logo"), "image/png", a.getShowcaseLogo)
}

const (
	ownLogos      = Prefix + "/account/showcase/"
	platformLogos = Prefix + "/platform/showcase/"
)

func showcaseOf(c showcase.Client, logos string) Showcase {
	return Showcase{State: string(c.State), ID: c.ID.String(), Name: c.Name, Site: c.Site, Logo: logos + c.ID.String() + "/logo?v=" + c.Logo.Hash, Width: c.Logo.Width,
		Height: c.Logo.Height, Reason: c.Reason, AllowedAt: instant(c.AllowedAt), ShownUntil: instant(c.ShownUntil)}
}
