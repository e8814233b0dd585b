package api

import "time"

// TeamMember is a member of the current account.
type TeamMember struct {
	ID          string     `json:"id"`
	Email       string     `json:"email"`
	FirstName   string     `json:"first_name"`
	LastName    string     `json:"last_name"`
	Role        string     `json:"role" enum:"owner,marketer,chat_operator,accountant,viewer"`
	TOTPEnabled bool       `json:"totp_enabled"`
	JoinedAt    time.Time  `json:"joined_at"`
	SeenAt      *time.Time `json:"seen_at,omitempty"`
}

// MemberPath names a member.
type MemberPath struct {
	ID string `path:"id" maxLength:"40"`
}

// PatchMemberInput changes a role.
type PatchMemberInput struct {
	MemberPath
	Body struct {
		Role string `json:"role" enum:"owner,marketer,chat_operator,accountant,viewer"`
	}
}

// Invitation is an invitation that was not answered yet.
type Invitation struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Role      string    `json:"role" enum:"owner,marketer,chat_operator,accountant,viewer"`
	State     string    `json:"state" enum:"pending,expired"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// InviteInput invites a person.
type InviteInput struct {
	Body struct {
		Email string `json:"email" minLength:"3" maxLength:"254"`
		Role  string `json:"role" enum:"owner,marketer,chat_operator,accountant,viewer"`
	}
}

// InvitationPath names an invitation.
type InvitationPath struct {
	ID string `path:"id" maxLength:"40"`
}

// APIKey is a key of the API. Its secret is never shown again.
type APIKey struct {
	ID               string     `json:"id"`
	Name             string     `json:"name"`
	Prefix           string     `json:"prefix" doc:"Beginning of the token, to tell keys apart."`
	Scopes           []string   `json:"scopes"`
	AllowedAddresses []string   `json:"allowed_addresses" doc:"IP addresses or networks; empty means any."`
	CreatedAt        time.Time  `json:"created_at"`
	ExpiresAt        *time.Time `json:"expires_at,omitempty"`
	LastUsedAt       *time.Time `json:"last_used_at,omitempty"`
	LastUsedIP       string     `json:"last_used_ip,omitempty"`
}

// NewAPIKey is a key just made, with its secret.
type NewAPIKey struct {
	APIKey
	Token string `json:"token" doc:"Shown once. Send it as: Authorization: Bearer krn_…"`
}

// CreateAPIKeyInput makes a key.
type CreateAPIKeyInput struct {
	Body struct {
		Name             string     `json:"name" minLength:"1" maxLength:"120"`
		Scopes           []string   `json:"scopes" minItems:"1" maxItems:"40" doc:"Permissions, see the description of each operation."`
		ExpiresAt        *time.Time `json:"expires_at,omitempty"`
		AllowedAddresses []string   `json:"allowed_addresses,omitempty" maxItems:"50"`
	}
}

// APIKeyPath names a key.
type APIKeyPath struct {
	ID string `path:"id" maxLength:"40"`
}

func (a *API) registerTeam(r routes) {
	private(r, get("/members").needs(manageTeam).as("listMembers", "team", "Members of the account"), a.listMembers)
	private(r, patch("/members/{id}").needs(manageTeam).as("updateMember", "team", "Change the role of a member"), a.patchMember)
	private(r, del("/members/{id}").needs(manageTeam).as("removeMember", "team", "Remove a member from the account"), a.removeMember)
	private(r, get("/invitations").needs(manageTeam).as("listInvitations", "team", "Invitations"), a.listInvitations)
	private(r, post("/invitations").needs(manageTeam).as("invite", "team", "Invite a person by letter").gives(201).once(), a.invite)
	private(r, del("/invitations/{id}").needs(manageTeam).as("withdrawInvitation", "team", "Withdraw an invitation"), a.withdrawInvitation)
	private(r, post("/invitations/{id}/resend").needs(manageTeam).as("resendInvitation", "team", "Send the invitation again").gives(202), a.resendInvitation)
	private(r, get("/api-keys").needs(manageKeys).as("listAPIKeys", "keys", "API keys"), a.listAPIKeys)
	private(r, post("/api-keys").needs(manageKeys).as("createAPIKey", "keys", "Make an API key").gives(201), a.createAPIKey)
	private(r, del("/api-keys/{id}").needs(manageKeys).as("revokeAPIKey", "keys", "Revoke an API key"), a.revokeAPIKey)
}
