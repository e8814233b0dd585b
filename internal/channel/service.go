package channel

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// maxName is the length of a sender's name in characters: with more, a From header gets folded by
// some readers in the middle of a word.
const maxName = 80

// sealPurpose is the purpose of the key that seals senders' settings.
const sealPurpose = "channel.sender"

// Fields that may be wrong.
var (
	errName    = errs.Field{Path: "name", Code: "sender.name", Text: "Give the name that recipients will see, at most 80 characters, in one line."}
	errAddress = errs.Field{Path: "address", Code: "sender.address", Text: "Give an e-mail address such as news@example.kz."}
	errReplyTo = errs.Field{Path: "reply_to", Code: "sender.reply_to", Text: "Give an e-mail address for replies, or leave it empty."}
	errKind    = errs.Field{Path: "channel", Code: "sender.channel", Text: "This channel is not available."}
)

// Service keeps senders.
type Service struct {
	db   *db.DB
	keys *secret.Keys
}

// NewService makes the service. Settings are sealed under keys.
func NewService(d *db.DB, keys *secret.Keys) *Service { return &Service{db: d, keys: keys} }

// NewSender is what a person gives to make a sender. Settings is the adapter's own document in
// plain text; it is sealed before it is stored.
type NewSender struct {
	Kind     Kind
	Name     string
	Address  string
	ReplyTo  string
	Settings []byte
}

// SenderChange holds the new values; nil leaves a value as it is.
type SenderChange struct {
	Name     *string
	Address  *string
	ReplyTo  *string
	Settings []byte // nil: unchanged
}

// Create makes a sender.
func (s *Service) Create(ctx context.Context, who access.Actor, n NewSender) (Sender, error) {
	if err := who.Can(access.EditSenders); err != nil {
		return Sender{}, err
	}
	snd := Sender{
		ID: id.New[senderKind](), Tenant: who.Tenant, Kind: n.Kind, Name: strings.TrimSpace(n.Name),
		Address: strings.TrimSpace(n.Address), ReplyTo: strings.TrimSpace(n.ReplyTo), Version: 1,
	}
	if err := snd.check(); err != nil {
		return Sender{}, err
	}
	snd.Settings = s.seal(snd.ID, n.Settings)
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		snd.CreatedAt = tx.Now
		return insertSender(ctx, tx, snd)
	})
	if err != nil {
		return Sender{}, fmt.Errorf("create sender: %w", err)
	}
	return snd, nil
}

// Get returns one sender.
func (s *Service) Get(ctx context.Context, who access.Actor, sid SenderID) (Sender, error) {
	if err := who.Can(access.ViewSenders); err != nil {
		return Sender{}, err
	}
	return getSender(ctx, s.db, who.Tenant, sid)
}

// List returns one page in the order of creation; an empty kind means all.
func (s *Service) List(ctx context.Context, who access.Actor, kind Kind, a page.Ask) (page.Of[Sender], error) {
	if err := who.Can(access.ViewSenders); err != nil {
		return page.Of[Sender]{}, err
	}
	rows, err := listSenders(ctx, s.db, who.Tenant, kind, a)
	if err != nil {
		return page.Of[Sender]{}, fmt.Errorf("list senders: %w", err)
	}
	return page.Cut(rows, a, func(x Sender) int64 { return int64(x.ID) }), nil
}

// ErrWhichSender is returned when a sender must be named because there is not exactly one.
var ErrWhichSender = errs.New(errs.Invalid, "sender.which", "Name the sender: the account has none, or more than one.")

// Only returns the account's one sender of a channel, for messages that name none.
func (s *Service) Only(ctx context.Context, who access.Actor, kind Kind) (SenderID, error) {
	rows, err := listSenders(ctx, s.db, who.Tenant, kind, page.Ask{Limit: 1}) // two at most
	if err != nil {
		return 0, fmt.Errorf("find sender: %w", err)
	}
	if len(rows) != 1 {
		return 0, ErrWhichSender.At(errs.Field{Path: "sender", Code: ErrWhichSender.Code, Text: ErrWhichSender.Text})
	}
	return rows[0].ID, nil
}

// Update changes a sender. version is the one that the person saw; zero accepts any.
func (s *Service) Update(ctx context.Context, who access.Actor, sid SenderID, version int64, c SenderChange) (Sender, error) {
	if err := who.Can(access.EditSenders); err != nil {
		return Sender{}, err
	}
	return s.change(ctx, who.Tenant, sid, version, func(x *Sender) error {
		set(&x.Name, c.Name)
		set(&x.Address, c.Address)
		set(&x.ReplyTo, c.ReplyTo)
		if c.Settings != nil {
			x.Settings = s.seal(x.ID, c.Settings)
		}
		return x.check()
	})
}

// Pause holds everything that would leave by this sender, within a second, also in the middle of a
// campaign. Repeating it changes nothing.
func (s *Service) Pause(ctx context.Context, who access.Actor, sid SenderID) (Sender, error) {
	return s.setPaused(ctx, who, sid, true)
}

// Resume lets messages leave again. Repeating it changes nothing.
func (s *Service) Resume(ctx context.Context, who access.Actor, sid SenderID) (Sender, error) {
	return s.setPaused(ctx, who, sid, false)
}

func (s *Service) setPaused(ctx context.Context, who access.Actor, sid SenderID, paused bool) (Sender, error) {
	if err := who.Can(access.EditSenders); err != nil {
		return Sender{}, err
	}
	return s.change(ctx, who.Tenant, sid, 0, func(x *Sender) error {
		x.Paused = paused
		return nil
	})
}

// SaveCheck keeps what an adapter found when it looked at the outside of a sender, for the screen.
func (s *Service) SaveCheck(ctx context.Context, who access.Actor, sid SenderID, found []byte) error {
	if err := who.Can(access.ViewSenders); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return saveCheck(ctx, tx, who.Tenant, sid, found)
	})
}

// Delete removes a sender and its secrets. What still waits for it expires with that reason.
func (s *Service) Delete(ctx context.Context, who access.Actor, sid SenderID) error {
	if err := who.Can(access.EditSenders); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return deleteSender(ctx, tx, who.Tenant, sid)
	})
}

// Load returns a sender of any account, for the pipeline. errs.ErrNotFound: it was deleted.
func (s *Service) Load(ctx context.Context, sid SenderID) (Sender, error) {
	return loadSender(ctx, s.db, sid)
}

// Find returns a sender of an account without asking a permission, for features that have asked
// for their own.
func (s *Service) Find(ctx context.Context, q db.Querier, t id.Tenant, sid SenderID) (Sender, error) {
	return getSender(ctx, q, t, sid)
}

// OpenSettings returns the settings document in plain text. It holds secrets: show people the adapter's
// view of it.
func (s *Service) OpenSettings(snd Sender) ([]byte, error) { return OpenSettings(s.keys, snd) }

// OpenSettings is for adapters, which get the sender with a message.
func OpenSettings(keys *secret.Keys, snd Sender) ([]byte, error) {
	if len(snd.Settings) == 0 {
		return nil, nil
	}
	plain, err := keys.Open(sealPurpose, snd.Settings, bound(snd.ID))
	if err != nil {
		return nil, fmt.Errorf("open settings of sender: %w", err)
	}
	return plain, nil
}

func (s *Service) seal(sid SenderID, plain []byte) []byte {
	if len(plain) == 0 {
		return nil
	}
	return s.keys.Seal(sealPurpose, plain, bound(sid))
}

func bound(sid SenderID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(sid)) }

func (s *Service) change(ctx context.Context, t id.Tenant, sid SenderID, version int64, do func(*Sender) error) (Sender, error) {
	var out Sender
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := getSender(ctx, tx, t, sid)
		if err != nil {
			return err
		}
		if version != 0 && version != x.Version {
			return errs.ErrStale
		}
		if err := do(&x); err != nil {
			return err
		}
		x.Version++
		out = x
		return updateSender(ctx, tx, x)
	})
	return out, err
}

// check tells what is wrong with a sender, field by field.
func (x Sender) check() error {
	var bad []errs.Field
	if n := utf8.RuneCountInString(x.Name); n == 0 || n > maxName || strings.ContainsAny(x.Name, "\r\n\x00") {
		bad = append(bad, errName)
	}
	switch x.Kind {
	case Email:
		if !isAddrSpec(x.Address) {
			bad = append(bad, errAddress)
		}
		if x.ReplyTo != "" && !isAddrSpec(x.ReplyTo) {
			bad = append(bad, errReplyTo)
		}
	default:
		bad = append(bad, errKind)
	}
	if bad != nil {
		return errs.ErrInvalid.At(bad...)
	}
	return nil
}

// isAddrSpec tells whether s is a bare address with a dotted domain (RFC 5322 §3.4.1): no display
// name, no domain literal.
func isAddrSpec(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s || len(s) > 254 {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(domain, ".") && !strings.HasPrefix(domain, "[") && !strings.HasSuffix(domain, ".")
}

func set(dst *string, v *string) {
	if v != nil {
		*dst = strings.TrimSpace(*v)
	}
}
