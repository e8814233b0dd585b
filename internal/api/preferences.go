package api

import (
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// PreferenceTexts is one text in the three languages.
type PreferenceTexts struct {
	Ru string `json:"ru" maxLength:"600"`
	Kk string `json:"kk" maxLength:"600"`
	En string `json:"en" maxLength:"600"`
}

// PreferenceDesign is what an account says and shows on its preference page. Leaving everything is always there.
type PreferenceDesign struct {
	Title    PreferenceTexts `json:"title" doc:"At most 80 characters; empty for the built-in words."`
	Intro    PreferenceTexts `json:"intro" doc:"At most 600 characters; may be empty."`
	Farewell PreferenceTexts `json:"farewell" doc:"At most 300 characters, to who has left everything; may be empty."`
	Logo     string          `json:"logo" maxLength:"40" doc:"Id of an uploaded picture, or empty."`
	Colour   string          `json:"colour" maxLength:"7" doc:"#rrggbb, or empty for the product's. Words in it are made readable whatever it is."`
	Channels []string        `json:"channels" maxItems:"6" enum:"email,sms,viber,whatsapp,telegram,instagram" doc:"Offered, in this order. E-mail is always among them; a channel that a contact agreed to is shown to it in any case."`
	Topics   []string        `json:"topics" maxItems:"200" doc:"Ids of topics in the order of the page; others follow."`
	Hidden   []string        `json:"hidden" maxItems:"200" doc:"Ids of topics that are not offered."`
	Pause    bool            `json:"pause" doc:"Offers a pause of 30 or 90 days."`
	Others   bool            `json:"others" doc:"Offers consent to third-party offers."`
}

// PreferencePalette is how the colour is used, so that every word can be read.
type PreferencePalette struct {
	Button string `json:"button" doc:"The colour itself."`
	OnIt   string `json:"on_it" doc:"Of the words of a button."`
	Light  string `json:"light" doc:"Of links on a light page."`
	Dark   string `json:"dark" doc:"Of links on a dark page."`
}

// PreferencePage is the page on which contacts choose what they get: what is published, and the draft of the next version.
type PreferencePage struct {
	URL         string            `json:"url" doc:"Public address that works without a message: it asks for an address and sends a link there."`
	Draft       PreferenceDesign  `json:"draft"`
	Published   PreferenceDesign  `json:"published" doc:"What contacts see."`
	Palette     PreferencePalette `json:"palette" doc:"The draft's colour, made readable."`
	Logo        *PreferenceLogo   `json:"logo,omitempty" doc:"The draft's picture."`
	Live        int64             `json:"live" doc:"Number of the published version, 0 while the first design is in use."`
	Changes     []string          `json:"changes" enum:"title,intro,farewell,logo,colour,channels,topics,pause,others" doc:"What the draft changes."`
	Version     int64             `json:"version" doc:"Of the draft."`
	ChangedAt   time.Time         `json:"changed_at"`
	PublishedAt *time.Time        `json:"published_at,omitempty"`
}

func (p PreferencePage) version() int64 { return p.Version }

// PreferenceLogo is an uploaded picture.
type PreferenceLogo struct {
	ID     string `json:"id" example:"lgo_0d3f8k2m9q1zr"`
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// PreferenceVersion is one published version.
type PreferenceVersion struct {
	Live   int64            `json:"live"`
	Design PreferenceDesign `json:"design"`
	Member string           `json:"member,omitempty"`
	At     time.Time        `json:"at"`
}

// PreferenceDraftInput saves the draft, whole.
type PreferenceDraftInput struct {
	IfMatch
	Body PreferenceDesign
}

// PreferencePublishInput publishes the draft that was looked at.
type PreferencePublishInput struct{ IfMatch }

// PreferenceVersionPath names a published version.
type PreferenceVersionPath struct {
	Live int64 `path:"live" minimum:"1"`
}

// PreferencePreviewInput chooses the language of the preview.
type PreferencePreviewInput struct {
	Lang  string `query:"lang" enum:"ru,kk,en" default:"ru"`
	Draft int64  `query:"draft" minimum:"0" doc:"Version of the draft; only makes the address a new one."`
}

// PreferenceLogoInput is a picture as the body of the request.
type PreferenceLogoInput struct{ picture io.Reader }

// Resolve keeps the body.
func (in *PreferenceLogoInput) Resolve(ctx huma.Context) []error {
	in.picture = ctx.BodyReader()
	return nil
}

func (a *API) registerPreferences(r routes) {
	private(r, get("/preference-page").needs(viewContacts).as("getPreferencePage", "preferences", "The account's preference page"), a.getPreferencePage)
	private(r, put("/preference-page/draft").needs(editContacts).as("savePreferenceDraft", "preferences", "Save the draft"), a.savePreferenceDraft)
	private(r, post("/preference-page/publish").needs(editContacts).as("publishPreferencePage", "preferences", "Publish the draft").once(), a.publishPreferencePage)
	private(r, get("/preference-page/versions").needs(viewContacts).as("listPreferenceVersions", "preferences", "What was published, newest first"), a.listPreferenceVersions)
	private(r, post("/preference-page/versions/{live}/restore").needs(editContacts).as("restorePreferenceVersion", "preferences", "Make an older version the draft").once(), a.restorePreferenceVersion)
	private(r, post("/preference-page/logo").needs(editContacts).as("addPreferenceLogo", "preferences", "Upload a logo of at most 200 KB").gives(201).once().
		takes("image/png", "image/jpeg", "image/gif"), a.addPreferenceLogo)
	download(r, get("/preference-page/preview").needs(viewContacts).as("previewPreferencePage", "preferences", "The page of the draft, with an invented contact"), "text/html", a.previewPreferencePage)
}
