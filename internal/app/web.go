package app

import (
	"net"
	"net/http"

	"keruen/internal/access"
	"keruen/internal/api"
	"keruen/internal/channel/email/shape"
	"keruen/internal/config"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/media"
	"keruen/internal/preference"
	"keruen/internal/show"
	"keruen/internal/signup"
	"keruen/internal/site"
	"keruen/internal/track"
	"keruen/internal/visit"
	"keruen/web"
)

// SandboxPath is where the mailbox of the pretend world is.
const SandboxPath = "/sandbox/"

// web says what is found under which address. A process that does not serve people answers only whether it is alive.
func (a *App) web() (http.Handler, error) {
	var err error
	a.api, err = api.New(api.Config{
		Log: a.Log, Clock: a.Clock, DB: a.DB, Queue: a.Queue, Access: a.Access, Idempotency: access.NewIdempotency(a.DB), Terms: a.Terms,
		Contacts: a.Contacts, FieldWork: a.FieldWork, Masses: a.Masses, StopFiles: a.StopFiles, Segments: a.Segments, Senders: a.Senders, Paths: shape.NewDesk(a.Paths), Reputation: a.Reputation, Status: a.Status, Clients: a.Clients, Imports: a.Imports, Forms: a.Forms, Privacy: a.Privacy, Exports: a.Exports, Content: a.Content, Media: a.Media, Brands: a.Brands, Delivery: a.Delivery, Campaigns: a.Campaigns, Preferences: a.Preferences,
		Version: Version, BaseURL: a.Config.BaseURL, Sandbox: a.World != nil, KeyPerMinute: a.Config.Limits.KeyPerMinute,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(api.Prefix+"/health", a.api)
	if !a.Config.Runs("web") {
		return a.wrap(mux), nil
	}
	plans, err := config.LoadPlans(a.Config.Site.Plans)
	if err != nil {
		return nil, err
	}
	pages, err := site.New(site.Config{Log: a.Log, Dist: web.Dist(), Terms: a.Terms, Status: a.Status, Clients: a.Clients, Who: a.person,
		Product: "Keruen", Version: Version, BaseURL: a.URL, Sandbox: a.sandboxPath(), Plans: plans, Email: a.Config.Operator.Email})
	if err != nil {
		return nil, err
	}
	links := fromVisitor(track.Handler(a.Delivery, a.Preferences, a.Log))
	mux.Handle(api.Prefix+"/", a.api)
	mux.Handle("/t/", links)
	mux.Handle("/u/", links)
	forms := signup.Handler(a.Forms, a.Log)
	mux.Handle(form.PagePath, forms)
	mux.Handle(form.ConfirmPath, forms)
	mux.Handle(form.ScriptPath, forms)
	mux.Handle(preference.PublicPath, links)
	mux.Handle(media.PublicPath, show.Handler(a.Media, a.Log))
	if a.World != nil {
		mux.Handle(SandboxPath, a.World.Handler())
	}
	mux.Handle("/", pages)
	return a.wrap(mux), nil
}

func (a *App) wrap(h http.Handler) http.Handler {
	return visit.Wrap(visit.Config{Trusted: a.Config.TrustedProxies(), Log: a.Log}, h)
}

func (a *App) sandboxPath() string {
	if a.World == nil {
		return ""
	}
	return SandboxPath
}

// person tells the site who is signed in, in the words of the API.
func (a *App) person(r *http.Request) (site.Person, error) {
	cookie, err := r.Cookie(visit.SessionCookie)
	if err != nil || cookie.Value == "" {
		return site.Person{}, nil
	}
	me, l, err := a.api.WhoIs(r.Context(), visit.From(r.Context()).Visitor, cookie.Value)
	if errs.KindOf(err) == errs.Unauthenticated {
		return site.Person{}, nil
	}
	if err != nil {
		return site.Person{}, err
	}
	return site.Person{Me: me, Lang: l}, nil
}

// fromVisitor puts the visitor's address, as the trusted proxies tell it, where a handler looks for the peer's.
func fromVisitor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ip := visit.From(r.Context()).IP; ip.IsValid() {
			r.RemoteAddr = net.JoinHostPort(ip.String(), "0")
		}
		next.ServeHTTP(w, r)
	})
}
