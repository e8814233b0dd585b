// Package audit keeps who did what, and the acts of signature (ACC-2), in one chain per account.
//
// A record is appended in the transaction of the thing that it tells about:
//
//	err := audit.Record(ctx, tx, audit.Entry{Tenant: t, Who: who.Who(), Action: "member.removed", Object: m.String()})
//
// Each record keeps the SHA-256 of its own text (the digest) and the SHA-256 of the previous record's hash
// with that digest (the hash), so that changing, removing or inserting one shows. See README.md.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"keruen/internal/id"
)

// Kind tells an ordinary record from an act of signature.
type Kind string

// Kinds of record.
const (
	KindEntry Kind = "entry"
	KindAct   Kind = "act"
)

// Who acted, and from where. A key is named by its identifier's text.
type Who struct {
	Member    id.Member `json:"member"` // zero for an API key and the program itself
	Key       string    `json:"key,omitempty"`
	Via       string    `json:"via"` // session, api_key, system
	IP        string    `json:"ip,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
}

// Entry is one thing done in an account.
type Entry struct {
	Tenant  id.Tenant
	Who     Who
	Action  string         // "member.role_changed": noun, then the verb in the past tense
	Object  string         // text identifier of what it was done to; may be empty
	Details map[string]any // small, without secrets and without personal data of contacts
}

// Document is what a signature binds to: a named text, its version and its exact content.
type Document struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Lang    string `json:"lang"`
	SHA256  string `json:"sha256"` // of the text as it was shown, in hexadecimal
}

// Act is one signature made by pressing a button or entering a code (ACC-2).
type Act struct {
	Tenant   id.Tenant
	Who      Who
	Document Document
	Pressed  string         // the button: "register", "pay", "import"
	CodeID   string         // which code was verified, empty when none was
	Code     string         // the code itself, spent by now, so no longer a secret
	Details  map[string]any // what else was agreed: a sum, a wording
}

// Item is one record of the chain, as it is read back.
type Item struct {
	Seq      int64
	At       time.Time
	Kind     Kind
	Who      Who
	Action   string
	Object   string
	Document *Document // acts only
	Pressed  string    // acts only
	CodeID   string    // acts only
	Code     string    // acts only
	Details  map[string]any
	Digest   string // SHA-256 of the text
	Hash     string // SHA-256 of the previous hash and the digest
}

// body is the text of a record, whose bytes are hashed and kept. Fields are only ever added, with omitempty.
type body struct {
	Tenant   id.Tenant      `json:"tenant"`
	Seq      int64          `json:"seq"`
	At       string         `json:"at"` // RFC 3339 with milliseconds, UTC
	Kind     Kind           `json:"kind"`
	Who      Who            `json:"who"`
	Action   string         `json:"action"`
	Object   string         `json:"object,omitempty"`
	Document *Document      `json:"document,omitempty"`
	Pressed  string         `json:"pressed,omitempty"`
	CodeID   string         `json:"code_id,omitempty"`
	Code     string         `json:"code,omitempty"`
	Details  map[string]any `json:"details,omitempty"`
}

const timeFormat = "2006-01-02T15:04:05.000Z"

// genesis is the hash before the first record of a chain: it ties the chain to its account.
func genesis(t id.Tenant) string {
	return hexSum([]byte("keruen audit chain of " + t.String()))
}

// link returns the digest of a text and the hash that follows the previous one.
func link(previous, text string) (digest, hash string) {
	digest = hexSum([]byte(text))
	return digest, follow(previous, digest)
}

func follow(previous, digest string) string { return hexSum([]byte(previous + digest)) }

func hexSum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func (b body) text() (string, error) {
	t, err := json.Marshal(b) // keys of maps are sorted, so the text is stable
	if err != nil {
		return "", fmt.Errorf("write audit record: %w", err)
	}
	return string(t), nil
}

func parseBody(text string) (body, error) {
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return body{}, fmt.Errorf("read audit record: %w", err)
	}
	return b, nil
}
