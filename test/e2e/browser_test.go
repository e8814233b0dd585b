package e2e

import (
	"net/http"
	"testing"

	"keruen/test/program"
)

// languages are those in which the flows that every user passes are played.
var languages = []string{"ru", "kk"}

// ACC-1, AUD-2, AUD-3, AUD-5, MSG-1, MSG-3, MSG-11: a newcomer does the main job in a real browser, as told in
// browser/journey.mjs, in Russian and in Kazakh. Pictures of every screen stay in artifacts.
func TestANewcomerDoesTheMainJobInABrowser(t *testing.T) {
	t.Parallel()
	for _, lang := range languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := program.New(t, program.Settings{"sandbox": "true"})
			p.Start(t)
			play(t, "journey", "e2e-"+lang, "--base", p.URL, "--lang", lang)
		})
	}
}

// AUD-3, AUD-5: the wizard of imports to the full, as told in browser/import.mjs.
func TestTheImportWizardInABrowser(t *testing.T) {
	t.Parallel()
	for _, lang := range languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := program.New(t, nil)
			p.Start(t)
			p.Member(t, "import@keruen.test").Call(t, http.MethodPatch, "/api/v1/me", program.Doc{"lang": lang}, http.StatusOK)
			play(t, "import", "import-"+lang, append(as(p, "import@keruen.test"), "--lang", lang)...)
		})
	}
}

// AUD-1, AUD-3, AUD-7: a sign-up form with double opt-in from the cabinet to the contact, with scripts on and off, as told in
// browser/forms.mjs. The account has no sender, so the installation writes the letters.
func TestASignUpFormInABrowser(t *testing.T) {
	t.Parallel()
	p := program.New(t, program.Settings{"sandbox": "true"})
	p.Start(t)
	p.Member(t, "forms@keruen.test")
	play(t, "forms", "forms", as(p, "forms@keruen.test")...)
}

// AUD-4: segments from a recipe to the contacts they find, frozen under a deleted field, mended, and on a phone, as told in
// browser/segment.mjs.
func TestSegmentsAreBuiltInABrowser(t *testing.T) {
	t.Parallel()
	p := program.New(t, nil)
	p.Start(t)
	p.Member(t, "segments@keruen.test")
	play(t, "segment", "segments", as(p, "segments@keruen.test")...)
}
