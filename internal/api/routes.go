package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/access"
)

// routes is where operations are registered.
type routes struct {
	api  huma.API
	host *API
}

// Short names of permissions, for the registration tables.
const (
	viewContacts   = access.ViewContacts
	editContacts   = access.EditContacts
	exportContacts = access.ExportContacts
	viewCampaigns  = access.ViewCampaigns
	editCampaigns  = access.EditCampaigns
	sendCampaigns  = access.SendCampaigns
	sendMessages   = access.SendMessages
	viewSenders    = access.ViewSenders
	editSenders    = access.EditSenders
	manageTeam     = access.ManageTeam
	manageKeys     = access.ManageKeys
	manageAccount  = access.ManageAccount
	viewAudit      = access.ViewAudit
	runPlatform    = access.RunPlatform
)

// How an operation is guarded, as written into x-permission when no single permission says it.
const (
	guardPublic  = "public"  // anyone
	guardSession = "session" // a signed-in member, whatever the role
	guardAccount = "account" // a member or a key of the account
)

// op describes an operation while it is being registered.
type op struct {
	method, path     string
	id, tag, summary string
	permission       access.Permission
	status           int
	idempotent       bool
	stream           []string // content types of a body that is read as a stream
}

func get(path string) op   { return op{method: http.MethodGet, path: path} }
func post(path string) op  { return op{method: http.MethodPost, path: path} }
func put(path string) op   { return op{method: http.MethodPut, path: path} }
func patch(path string) op { return op{method: http.MethodPatch, path: path} }
func del(path string) op   { return op{method: http.MethodDelete, path: path} }

func (o op) as(id, tag, summary string) op   { o.id, o.tag, o.summary = id, tag, summary; return o }
func (o op) needs(p access.Permission) op    { o.permission = p; return o }
func (o op) gives(status int) op             { o.status = status; return o }
func (o op) once() op                        { o.idempotent = true; return o }
func (o op) takes(contentTypes ...string) op { o.stream = contentTypes; return o }

// Answers by shape: with the version of what was read, with cookies, or with nothing.
type (
	plain[B any]  struct{ Body B }
	tagged[B any] struct {
		ETag string `header:"ETag" doc:"Version of the object, for If-Match."`
		Body B
	}
	cookied[B any] struct {
		SetCookie []string `header:"Set-Cookie" hidden:"true"`
		Body      B
	}
	silent struct {
		SetCookie []string `header:"Set-Cookie" hidden:"true"`
	}
)

type versioned interface{ version() int64 }

// private registers an operation for members and keys of an account that have the permission.
func private[I, B any](r routes, o op, h func(context.Context, access.Actor, *I) (B, error)) {
	guard := string(o.permission)
	if guard == "" {
		guard = guardAccount
	}
	register(r, o, guard, func(ctx context.Context, v *call, in *I) (B, error) { return h(ctx, v.Actor, in) })
}

// signedIn registers an operation for a member with a session, about the member itself.
func signedIn[I, B any](r routes, o op, h func(context.Context, *call, *I) (B, error)) {
	register(r, o, guardSession, h)
}

// public registers an operation that needs no credentials.
func public[I, B any](r routes, o op, h func(context.Context, *call, *I) (B, error)) {
	register(r, o, guardPublic, h)
}

func register[I, B any](r routes, o op, guard string, h func(context.Context, *call, *I) (B, error)) {
	spec := o.operation(guard)
	var zero B
	switch any(zero).(type) {
	case None:
		huma.Register(r.api, spec, func(ctx context.Context, in *I) (*silent, error) {
			v := callOf(ctx)
			if _, err := h(ctx, v, in); err != nil {
				return nil, r.host.problem(ctx, err)
			}
			return &silent{SetCookie: v.cookies}, nil
		})
	case versioned:
		huma.Register(r.api, spec, func(ctx context.Context, in *I) (*tagged[B], error) {
			b, err := h(ctx, callOf(ctx), in)
			if err != nil {
				return nil, r.host.problem(ctx, err)
			}
			return &tagged[B]{ETag: etag(any(b).(versioned).version()), Body: b}, nil
		})
	default:
		huma.Register(r.api, spec, func(ctx context.Context, in *I) (*cookied[B], error) {
			v := callOf(ctx)
			b, err := h(ctx, v, in)
			if err != nil {
				return nil, r.host.problem(ctx, err)
			}
			return &cookied[B]{SetCookie: v.cookies, Body: b}, nil
		})
	}
}

func (o op) operation(guard string) huma.Operation {
	spec := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Tags: []string{o.tag},
		DefaultStatus: o.status, MaxBodyBytes: maxBody, BodyReadTimeout: bodyTime,
		Metadata:   map[string]any{"guard": guard, "idempotent": o.idempotent, "stream": o.stream != nil},
		Extensions: map[string]any{"x-permission": guard},
	}
	if guard != guardPublic {
		spec.Security = []map[string][]string{{"session": {}}, {"key": {}}}
	}
	if guard == guardSession {
		spec.Security = []map[string][]string{{"session": {}}}
	}
	if guard != guardPublic && guard != guardSession && guard != guardAccount {
		spec.Description = "Needs the permission `" + guard + "`."
	}
	if o.idempotent {
		spec.Parameters = append(spec.Parameters, idempotencyParam())
	}
	if o.stream != nil {
		spec.RequestBody = streamBody(o.stream)
	}
	return spec
}

func idempotencyParam() *huma.Param {
	longest := maxIdempotencyKey
	return &huma.Param{Name: "Idempotency-Key", In: "header",
		Description: "Any text of yours, unique for this request. A repeat within 24 hours gives the first answer.",
		Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: &longest}}
}

func streamBody(types []string) *huma.RequestBody {
	content := map[string]*huma.MediaType{}
	for _, t := range types {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return &huma.RequestBody{Required: true, Content: content, Description: "The file itself: " + strings.Join(types, " or ") + "."}
}
