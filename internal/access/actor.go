// Package access knows accounts, their members, how they prove who they are and what they may do.
package access

import (
	"net/netip"

	"keruen/internal/audit"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Role is what a member may do in an account (ACC-5).
type Role string

// Roles inside an account, from most to least.
const (
	Owner      Role = "owner"
	Marketer   Role = "marketer"
	ChatAgent  Role = "chat_operator"
	Accountant Role = "accountant"
	Viewer     Role = "viewer"
)

// Permission is one thing that a role or an API key may do. API key scopes are permissions.
type Permission string

// Permissions. A role maps to a set of them; see roles.go.
const (
	ViewContacts   Permission = "contacts.view"
	EditContacts   Permission = "contacts.edit"
	ExportContacts Permission = "contacts.export"
	ViewCampaigns  Permission = "campaigns.view"
	EditCampaigns  Permission = "campaigns.edit"
	SendCampaigns  Permission = "campaigns.send"
	SendMessages   Permission = "messages.send"
	ViewSenders    Permission = "senders.view"
	EditSenders    Permission = "senders.edit"
	ManageTeam     Permission = "team.manage"
	ManageKeys     Permission = "keys.manage"
	ManageAccount  Permission = "account.manage"
	ViewAudit      Permission = "audit.view"
	RunPlatform    Permission = "platform.run" // of staff, whatever the account; no role and no key has it
)

// Via tells how the actor came in.
type Via string

// Ways in.
const (
	BySession Via = "session"
	ByKey     Via = "api_key"
	BySystem  Via = "system" // jobs and the command line
)

// Actor is who acts: always a parameter, never hidden in a context.
type Actor struct {
	Tenant    id.Tenant
	Member    id.Member // zero for an API key and the system
	Key       KeyID     // set for an API key
	Session   SessionID // set for a session
	Via       Via
	Role      Role
	Staff     Staff        // of a session, when the member runs the installation
	Scopes    []Permission // of an API key
	IP        netip.Addr
	UserAgent string
}

// System returns the actor of the program itself, inside one account. It may do everything there.
func System(t id.Tenant) Actor { return Actor{Tenant: t, Via: BySystem} }

// Who names the actor for the audit log.
func (a Actor) Who() audit.Who {
	w := audit.Who{Member: a.Member, Via: string(a.Via), UserAgent: a.UserAgent, Key: a.Key.String()}
	if a.IP.IsValid() {
		w.IP = a.IP.String()
	}
	return w
}

// Can returns nil or errs.ErrForbidden with the permission that is missing.
func (a Actor) Can(p Permission) error {
	if a.may(p) {
		return nil
	}
	return errs.ErrForbidden.With("permission", string(p))
}
