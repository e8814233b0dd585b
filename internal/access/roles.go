package access

import (
	"slices"

	"keruen/internal/errs"
)

// ErrRole is returned for a role that does not exist.
var ErrRole = errs.New(errs.Invalid, "access.unknown_role", "There is no such role. Choose owner, marketer, chat_operator, accountant or viewer.")

// AllPermissions lists every permission inside an account, in the order in which screens show them.
var AllPermissions = []Permission{
	ViewContacts, EditContacts, ExportContacts, ViewCampaigns, EditCampaigns, SendCampaigns, SendMessages,
	ViewSenders, EditSenders, ManageTeam, ManageKeys, ManageAccount, ViewAudit,
}

// Roles lists the roles from most to least.
var Roles = []Role{Owner, Marketer, ChatAgent, Accountant, Viewer}

// rolePermissions says what each role may do. An accountant sees campaigns because acts of
// acceptance list them; contacts are not its business.
var rolePermissions = map[Role][]Permission{
	Owner: AllPermissions,
	Marketer: {
		ViewContacts, EditContacts, ExportContacts, ViewCampaigns, EditCampaigns, SendCampaigns, SendMessages, ViewSenders, EditSenders,
	},
	ChatAgent:  {ViewContacts, EditContacts, SendMessages, ViewSenders},
	Accountant: {ViewCampaigns},
	Viewer:     {ViewContacts, ViewCampaigns, ViewSenders},
}

// keyScopes are the permissions that an API key may have. Running the account is for people.
var keyScopes = []Permission{
	ViewContacts, EditContacts, ExportContacts, ViewCampaigns, EditCampaigns, SendCampaigns, SendMessages, ViewSenders, EditSenders,
}

// Permissions returns what a role may do.
func (r Role) Permissions() []Permission { return slices.Clone(rolePermissions[r]) }

// ParseRole reads the name of a role.
func ParseRole(s string) (Role, error) {
	if r := Role(s); slices.Contains(Roles, r) {
		return r, nil
	}
	return "", ErrRole
}

// KeyScopes returns the permissions that an API key may be given.
func KeyScopes() []Permission { return slices.Clone(keyScopes) }

// may tells whether the actor has a permission. An actor without an account may do nothing.
func (a Actor) may(p Permission) bool {
	if a.Tenant == 0 {
		return false
	}
	if p == RunPlatform {
		return a.Via == BySystem || a.Via == BySession && a.Staff == Operator
	}
	switch a.Via {
	case BySystem:
		return true
	case BySession:
		return slices.Contains(rolePermissions[a.Role], p)
	case ByKey:
		return slices.Contains(a.Scopes, p)
	default:
		return false
	}
}

// Permissions lists everything the actor may do.
func (a Actor) Permissions() []Permission {
	all := []Permission{}
	for _, p := range AllPermissions {
		if a.may(p) {
			all = append(all, p)
		}
	}
	if a.may(RunPlatform) {
		all = append(all, RunPlatform)
	}
	return all
}

// person returns nil when a signed-in person acts; profiles and sessions are nobody else's.
func (a Actor) person() error {
	if a.Via != BySession || a.Member == 0 {
		return errs.ErrForbidden.With("permission", "session")
	}
	return nil
}
