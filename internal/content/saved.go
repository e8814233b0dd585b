package content

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/content/block"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type savedKind struct{}

func (savedKind) Prefix() string { return "sbl" }

// SavedID identifies a saved block.
type SavedID = id.Of[savedKind]

// Saved is a block or a row of blocks that an account keeps for its letters.
type Saved struct {
	ID        SavedID
	Tenant    id.Tenant
	Name      string
	Block     json.RawMessage // a block, or a row with its columns, as documents hold them
	Locked    bool            // a note for editors; nothing refers to a saved block yet
	Version   int64
	By        id.Member
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Limits of saved blocks.
const (
	MaxSaved     = 200      // of one account
	maxSavedSize = 64 << 10 // bytes of JSON
)

// Errors of saved blocks.
var (
	ErrSavedName  = errs.New(errs.Invalid, "saved_block.name", "A saved block needs a name of at most 120 characters.")
	ErrSavedBlock = errs.New(errs.Invalid, "saved_block.block", "This is no block of a letter, or it is larger than 64 KB.")
	ErrSavedMany  = errs.New(errs.Conflict, "saved_block.limit", "An account may have at most 200 saved blocks.")
)

// check returns the saved block as it is kept.
func (b Saved) check() (Saved, error) {
	var wrong []errs.Field
	b.Name = strings.TrimSpace(oneLine(b.Name))
	if b.Name == "" || utf8.RuneCountInString(b.Name) > maxName {
		wrong = append(wrong, errs.Field{Path: "name", Code: ErrSavedName.Code, Text: ErrSavedName.Text})
	}
	if !isBlock(b.Block) {
		wrong = append(wrong, errs.Field{Path: "block", Code: ErrSavedBlock.Code, Text: ErrSavedBlock.Text})
	}
	if len(wrong) > 0 {
		return b, errs.ErrInvalid.At(wrong...)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b.Block); err != nil {
		return b, err
	}
	b.Block = compact.Bytes()
	return b, nil
}

// isBlock tells whether a text is a block or a row. One of an unknown type is: a newer program may have written it.
func isBlock(text json.RawMessage) bool {
	if len(text) > maxSavedSize {
		return false
	}
	var shape struct {
		Type string            `json:"type"`
		Cols []json.RawMessage `json:"cols"`
	}
	if json.Unmarshal(text, &shape) != nil {
		return false
	}
	if len(shape.Cols) > 0 {
		return json.Unmarshal(text, &block.Row{}) == nil
	}
	return shape.Type != "" && json.Unmarshal(text, &block.Block{}) == nil
}

// SavedBlocks returns those of an account, the newest first.
func (s *Service) SavedBlocks(ctx context.Context, who access.Actor) ([]Saved, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return nil, err
	}
	rows, err := db.All[savedRow](ctx, s.db, `SELECT `+savedColumns+` FROM saved_block WHERE tenant_id = ? ORDER BY id DESC`, who.Tenant)
	out := make([]Saved, len(rows))
	for i, r := range rows {
		out[i] = r.saved()
	}
	return out, err
}

// SavedBlock returns one.
func (s *Service) SavedBlock(ctx context.Context, who access.Actor, b SavedID) (Saved, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Saved{}, err
	}
	return getSaved(ctx, s.db, who.Tenant, b)
}

// SaveBlock keeps a block. Name, Block and Locked count.
func (s *Service) SaveBlock(ctx context.Context, who access.Actor, b Saved) (Saved, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Saved{}, err
	}
	b, err := b.check()
	if err != nil {
		return Saved{}, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM saved_block WHERE tenant_id = ?`, who.Tenant)
		if err != nil {
			return err
		}
		if n >= MaxSaved {
			return ErrSavedMany
		}
		b.ID, b.Tenant, b.Version, b.By, b.CreatedAt, b.UpdatedAt = id.New[savedKind](), who.Tenant, 1, who.Member, tx.Now, tx.Now
		_, err = db.Exec(ctx, tx, `INSERT INTO saved_block (`+savedColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			b.ID, b.Tenant, b.Name, string(b.Block), b.Locked, b.Version, b.By, b.CreatedAt, b.UpdatedAt)
		return err
	})
	if err != nil {
		return Saved{}, fmt.Errorf("save block: %w", err)
	}
	return b, nil
}

// ChangeBlock replaces name, block and lock. version is the one that was read, 0 for any; errs.ErrStale when it moved on. Letters that took a
// copy keep it.
func (s *Service) ChangeBlock(ctx context.Context, who access.Actor, b Saved, version int64) (Saved, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Saved{}, err
	}
	var out Saved
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out, err = getSaved(ctx, tx, who.Tenant, b.ID); err != nil {
			return err
		}
		if version != 0 && version != out.Version {
			return errs.ErrStale
		}
		out.Name, out.Block, out.Locked = b.Name, b.Block, b.Locked
		if out, err = out.check(); err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, `UPDATE saved_block SET name = ?, block = ?, locked = ?, version = version + 1, updated_at = ? WHERE tenant_id = ? AND id = ? AND version = ?`,
			out.Name, string(out.Block), out.Locked, tx.Now, who.Tenant, out.ID, out.Version)
		if err == nil && n == 0 {
			err = errs.ErrStale
		}
		out.Version, out.UpdatedAt = out.Version+1, tx.Now
		return err
	})
	if err != nil {
		return Saved{}, fmt.Errorf("change saved block: %w", err)
	}
	return out, nil
}

// DropBlock removes one. Letters that took a copy keep it.
func (s *Service) DropBlock(ctx context.Context, who access.Actor, b SavedID) error {
	if err := who.Can(access.EditCampaigns); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, `DELETE FROM saved_block WHERE tenant_id = ? AND id = ?`, who.Tenant, b)
		if err == nil && n == 0 {
			err = errs.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete saved block: %w", err)
	}
	return nil
}

type savedRow struct {
	ID        SavedID   `db:"id"`
	Tenant    id.Tenant `db:"tenant_id"`
	Name      string    `db:"name"`
	Block     string    `db:"block"`
	Locked    bool      `db:"locked"`
	Version   int64     `db:"version"`
	By        id.Member `db:"created_by"`
	CreatedAt time.Time `db:"created_at"`
	UpdatedAt time.Time `db:"updated_at"`
}

func (r savedRow) saved() Saved {
	return Saved{r.ID, r.Tenant, r.Name, json.RawMessage(r.Block), r.Locked, r.Version, r.By, r.CreatedAt, r.UpdatedAt}
}

const savedColumns = "id, tenant_id, name, block, locked, version, created_by, created_at, updated_at"

func getSaved(ctx context.Context, q db.Querier, t id.Tenant, b SavedID) (Saved, error) {
	r, err := db.One[savedRow](ctx, q, `SELECT `+savedColumns+` FROM saved_block WHERE tenant_id = ? AND id = ?`, t, b)
	return r.saved(), err
}
