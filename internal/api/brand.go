package api

import "time"

// BrandLogo is a picture of the library as the brand shows it.
type BrandLogo struct {
	ID     string `json:"id" maxLength:"40" doc:"Of a picture of the library; empty for none."`
	URL    string `json:"url" readOnly:"true" required:"false"`
	Width  int    `json:"width" readOnly:"true" required:"false"`
	Height int    `json:"height" readOnly:"true" required:"false"`
	Alt    string `json:"alt" readOnly:"true" required:"false"`
}

// BrandSocial is a link to a page of the account.
type BrandSocial struct {
	Network string `json:"network" enum:"instagram,telegram,whatsapp,youtube,tiktok,facebook,vk,x,linkedin,threads,site,email"`
	Link    string `json:"link" maxLength:"2000" doc:"https://…, for email mailto:…"`
}

// BrandKit is how the letters of an account look. Colours are #rrggbb.
type BrandKit struct {
	Logo     BrandLogo     `json:"logo"`
	LogoDark BrandLogo     `json:"logo_dark" doc:"On a dark ground; empty for the same."`
	Primary  string        `json:"primary" maxLength:"7" doc:"Of buttons."`
	Link     string        `json:"link" maxLength:"7"`
	Text     string        `json:"text" maxLength:"7"`
	Muted    string        `json:"muted" maxLength:"7"`
	Bg       string        `json:"bg" maxLength:"7" doc:"Around the letter."`
	Surface  string        `json:"surface" maxLength:"7" doc:"Of the letter."`
	Font     string        `json:"font" enum:"arial,verdana,tahoma,trebuchet,georgia,times"`
	Radius   int           `json:"radius" minimum:"0" maximum:"40" doc:"Of buttons, in pixels."`
	Company  string        `json:"company" maxLength:"200" doc:"In the footer; empty for the account's name."`
	Address  string        `json:"address" maxLength:"200"`
	Phone    string        `json:"phone" maxLength:"200"`
	Email    string        `json:"email" maxLength:"200"`
	Social   []BrandSocial `json:"social" maxItems:"12"`
}

// Brand is the kit with what follows from it.
type Brand struct {
	Kit       BrandKit   `json:"kit"`
	OnPrimary string     `json:"on_primary" doc:"Of words on a button: black or white."`
	LinkDark  string     `json:"link_dark" doc:"Of links in the dark scheme."`
	Weak      []string   `json:"weak" enum:"text,muted,link" doc:"Colours in which words are hard to read on the surface."`
	Version   int64      `json:"version" doc:"0 before anything was saved."`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
}

func (b Brand) version() int64 { return b.Version }

// SaveBrandInput replaces the kit.
type SaveBrandInput struct {
	IfMatch
	Body BrandKit
}

// BrandPaletteInput names the picture.
type BrandPaletteInput struct {
	Logo string `query:"logo" required:"true" maxLength:"40" doc:"A picture of the library."`
}

// BrandPalette is what a picture proposes.
type BrandPalette struct {
	Colours   []string `json:"colours" doc:"Those that it has most of; colours before greys."`
	Primary   string   `json:"primary"`
	OnPrimary string   `json:"on_primary"`
	Link      string   `json:"link"`
	LinkDark  string   `json:"link_dark"`
}

// SavedBlock is a block or a row that the account keeps for its letters.
type SavedBlock struct {
	ID        string    `json:"id" example:"sbl_0d3f8k2m9q1zr"`
	Name      string    `json:"name"`
	Block     LetterDoc `json:"block" doc:"A block (with type) or a row (with cols) as a BlockDocument holds it."`
	Locked    bool      `json:"locked" doc:"A note for editors; nothing refers to a saved block yet."`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

func (b SavedBlock) version() int64 { return b.Version }

// SavedBlockBody is what is told about one.
type SavedBlockBody struct {
	Name   string    `json:"name" minLength:"1" maxLength:"120"`
	Block  LetterDoc `json:"block"`
	Locked bool      `json:"locked" required:"false"`
}

// SaveBlockInput keeps a block.
type SaveBlockInput struct{ Body SavedBlockBody }

// SavedBlockPath names one.
type SavedBlockPath struct {
	ID string `path:"id" maxLength:"40"`
}

// ChangeBlockInput replaces one.
type ChangeBlockInput struct {
	SavedBlockPath
	IfMatch
	Body SavedBlockBody
}

func (a *API) registerBrand(r routes) {
	private(r, get("/brand").needs(viewCampaigns).as("getBrand", "content", "How the account's letters look"), a.getBrand)
	private(r, put("/brand").needs(editCampaigns).as("saveBrand", "content", "Replace the look"), a.saveBrand)
	private(r, get("/brand/palette").needs(viewCampaigns).as("proposeBrand", "content", "Colours from a logo"), a.proposeBrand)
	private(r, get("/saved-blocks").needs(viewCampaigns).as("listSavedBlocks", "content", "Saved blocks, the newest first"), a.listSavedBlocks)
	private(r, post("/saved-blocks").needs(editCampaigns).as("saveBlock", "content", "Keep a block").gives(201).once(), a.saveBlock)
	private(r, get("/saved-blocks/{id}").needs(viewCampaigns).as("getSavedBlock", "content", "A saved block"), a.getSavedBlock)
	private(r, put("/saved-blocks/{id}").needs(editCampaigns).as("changeSavedBlock", "content", "Replace a saved block"), a.changeSavedBlock)
	private(r, del("/saved-blocks/{id}").needs(editCampaigns).as("deleteSavedBlock", "content", "Delete a saved block"), a.deleteSavedBlock)
}
