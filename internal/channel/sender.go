package channel

import (
	"time"

	"keruen/internal/id"
)

type senderKind struct{}

func (senderKind) Prefix() string { return "snd" }

// SenderID identifies a sender.
type SenderID = id.Of[senderKind]

// Sender is one identity messages leave from. A lane is a sender's path.
type Sender struct {
	ID        SenderID  `db:"id"`
	Tenant    id.Tenant `db:"tenant_id"`
	Kind      Kind      `db:"channel"`
	Name      string    `db:"name"`    // shown to people: display name of the From header
	Address   string    `db:"address"` // e-mail: addr-spec of From
	ReplyTo   string    `db:"reply_to"`
	Settings  []byte    `db:"settings"` // the adapter's own document, sealed by internal/secret
	Paused    bool      `db:"paused"`   // nothing leaves while true; queued messages wait
	Checked   string    `db:"checked"`  // what the adapter found outside (DNS records), as it wrote it; empty before the first look
	CheckedAt time.Time `db:"checked_at"`
	Version   int64     `db:"version"`
	CreatedAt time.Time `db:"created_at"`
}
