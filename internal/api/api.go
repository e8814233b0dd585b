// Package api is the REST API, version 1, by huma.
//
// One file per feature holds its request and response structs, which are the contract, the
// registration of its operations and the handlers. A handler translates and calls one verb.
// Who may call an operation is declared where it is registered and written into the OpenAPI
// document as x-permission, from which the tests are generated. Errors become problem+json in
// problem.go and nowhere else.
package api

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"keruen/internal/access"
	"keruen/internal/brand"
	"keruen/internal/campaign"
	"keruen/internal/channel/email"
	"keruen/internal/channel/email/shape"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/contact/segment"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/intake"
	"keruen/internal/intake/export"
	"keruen/internal/jobs"
	"keruen/internal/media"
	"keruen/internal/preference"
	"keruen/internal/privacy"
	"keruen/internal/reputation"
	"keruen/internal/showcase"
	"keruen/internal/status"
	"keruen/internal/terms"
	"keruen/internal/visit"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// API holds the verbs that the handlers call.
type API struct {
	Config
	pace     pacer
	mux      *http.ServeMux
	handler  http.Handler
	hubs     *hubs
	stopping chan struct{}
}

// Config is what the API is built from.
type Config struct {
	Log         *slog.Logger
	Clock       clock.Clock
	DB          *db.DB
	Queue       *jobs.Queue
	Access      *access.Service
	Idempotency *access.Idempotency
	Terms       *terms.Service
	Contacts    *contact.Service
	FieldWork   *contact.FieldWork
	Masses      *contact.Masses
	StopFiles   *contact.StopFiles
	Segments    *segment.Service
	Senders     *email.Desk
	Paths       *shape.Desk
	Reputation  *reputation.Service
	Status      *status.Service
	Clients     *showcase.Service
	Imports     *intake.Service
	Forms       *form.Service
	Privacy     *privacy.Service
	Exports     *export.Service
	Content     *content.Service
	Media       *media.Service
	Brands      *brand.Service
	Delivery    *delivery.Service
	Campaigns   *campaign.Service
	Preferences *preference.Service

	Version      string // of the program
	BaseURL      string // where people reach the program
	Sandbox      bool   // the pretend world is on
	KeyPerMinute int    // requests of one key in a minute, on this machine
}

// New makes the API. Its handler serves everything under Prefix.
func New(c Config) (*API, error) {
	a := &API{Config: c, pace: pacer{perMinute: c.KeyPerMinute}, mux: http.NewServeMux()}
	a.hubs, a.stopping = newHubs(a), make(chan struct{})
	document, err := write(a.build(a.mux))
	if err != nil {
		return nil, err
	}
	a.mux.HandleFunc("GET "+Prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(document)
	})
	a.mux.HandleFunc(Prefix+"/", a.unknown)
	a.handler, err = a.sameOrigin(a.mux)
	return a, err
}

// ServeHTTP answers everything under Prefix.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	a.handler.ServeHTTP(w, r)
}

// Stop ends the streams, which would otherwise hold up the end of the server. Call it once.
func (a *API) Stop() { close(a.stopping) }

// sameOrigin refuses changes that another site makes a browser ask for: the cookie would go along with them.
func (a *API) sameOrigin(next http.Handler) (http.Handler, error) {
	p := http.NewCrossOriginProtection()
	if a.BaseURL != "" {
		if err := p.AddTrustedOrigin(a.BaseURL); err != nil { // a proxy may have changed the Host header
			return nil, fmt.Errorf("trust the base URL: %w", err)
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, problemOf(errCrossOrigin)) }))
	return p.Handler(next), nil
}

// unknown answers for paths and methods that no operation has.
func (a *API) unknown(w http.ResponseWriter, _ *http.Request) { answer(w, problemOf(errNoOperation)) }

var (
	errCrossOrigin = errs.New(errs.Forbidden, "cross_origin", "The request came from a page of another site.")
	errNoOperation = errs.New(errs.NotFound, "no_such_operation", "There is no such operation. See /api/v1/openapi.json for paths and methods.")
)

// build registers every operation on mux.
func (a *API) build(mux *http.ServeMux) huma.API {
	speakProblems()
	h := humago.NewWithPrefix(mux, Prefix, config())
	h.UseMiddleware(a.guard)
	r := routes{api: h, host: a}
	a.registerHealth(r)
	a.registerAuth(r)
	a.registerMe(r)
	a.registerEmail(r)
	a.registerTeam(r)
	a.registerAudit(r)
	a.registerContacts(r)
	a.registerHygiene(r)
	a.registerSegments(r)
	a.registerImports(r)
	a.registerForms(r)
	a.registerExports(r)
	a.registerSenders(r)
	a.registerPaths(r)
	a.registerIncidents(r)
	a.registerStatus(r)
	a.registerShowcase(r)
	a.registerContent(r)
	a.registerMedia(r)
	a.registerBrand(r)
	a.registerCampaigns(r)
	a.registerExplain(r)
	a.registerMessages(r)
	a.registerPreferences(r)
	a.registerPrivacy(r)
	a.registerJobs(r)
	a.registerStream(r)
	declareBlocks(h.OpenAPI().Components.Schemas)
	return h
}

// OpenAPI returns the OpenAPI 3.1 document, as committed in api/openapi.json.
func OpenAPI() ([]byte, error) { return write((&API{}).build(http.NewServeMux())) }

func write(h huma.API) ([]byte, error) {
	b, err := json.MarshalIndent(h.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return append(b, '\n'), nil
}

func config() huma.Config {
	c := huma.DefaultConfig("Keruen API", "1")
	c.Info.Description = about
	c.Servers = []*huma.Server{{URL: Prefix}}
	c.DocsPath, c.SchemasPath, c.OpenAPIPath = "", "", "" // nothing is loaded from elsewhere; the document is served by document
	c.CreateHooks = nil                                   // no $schema links in answers
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: visit.SessionCookie, Description: "Cookie of a signed-in browser."},
		"key":     {Type: "http", Scheme: "bearer", Description: "API key: Authorization: Bearer krn_…"},
	}
	return c
}

const about = `Everything that the cabinet does, it does through this API.

* Identifiers are short prefixed text (ctc_…, cmp_…). Instants are RFC 3339 in UTC.
* Errors are problem+json (RFC 9457) with a stable code; wrong values are listed in errors with their path.
* Lists are paged by cursor: pass next of a page as cursor of the following one.
* GET of a thing that can be edited gives an ETag; send it as If-Match with PATCH, and a change made meanwhile gives 412.
* A POST that creates, sends or imports takes Idempotency-Key: a repeat with the same key and body within 24 hours gives the first answer and does nothing.`
