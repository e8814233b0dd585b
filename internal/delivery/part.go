package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/content"
	"keruen/internal/db"
	"keruen/internal/id"
)

// PartState says whether a part may send.
type PartState int8

// States of a part.
const (
	PartOpen      PartState = 0
	PartPaused    PartState = 1
	PartCancelled PartState = 2 // what had not left by then never will
	PartDone      PartState = 3 // everything has an outcome
	PartUndecided PartState = 4 // what it says is not decided yet: nothing leaves before ReleaseTx
)

// Part is the share of a campaign that leaves by one lane.
type Part struct {
	ID          PartID             `db:"id"`
	Tenant      id.Tenant          `db:"tenant_id"`
	Source      int64              `db:"source"`
	Sender      channel.SenderID   `db:"lane_id"`
	Revision    content.RevisionID `db:"revision_id"`
	Purpose     channel.Purpose    `db:"purpose"`
	Topic       contact.TopicID    `db:"topic_id"`
	TrackOpens  bool               `db:"track_opens"`
	TrackClicks bool               `db:"track_clicks"`
	State       PartState          `db:"state"`
	Filled      bool               `db:"filled"` // no more chunks will come
	Total       int64              `db:"total"`
	Chunks      int                `db:"chunks"`
	Cursor      contact.ID         `db:"snap_cursor"` // last contact taken in
	StartAt     time.Time          `db:"start_at"`
	ExpiresAt   time.Time          `db:"expires_at"`
	CreatedAt   time.Time          `db:"created_at"`
	ChangedAt   time.Time          `db:"changed_at"`
	Guard       string             `db:"guard"`     // what its results say against it; empty: nothing
	Variant     string             `db:"variant"`   // which share of an A/B test it is, in the campaign's words; empty: the whole
	FromName    string             `db:"from_name"` // instead of the sender's name; empty: that
}

const partColumns = `id, tenant_id, source, lane_id, revision_id, purpose, topic_id, track_opens, track_clicks,
	state, filled, total, chunks, snap_cursor, start_at, expires_at, created_at, changed_at, guard, variant, from_name`

// key is what a message of the part needs a consent for.
func (p Part) key(ch channel.Kind) contact.ConsentKey {
	return contact.ConsentKey{Channel: ch, Purpose: p.Purpose, Topic: p.Topic}
}

// ChunkSize is how many recipients a chunk holds.
const ChunkSize = 1000

// Ages after which a message is given up, when its part or single message says nothing. Late
// advertising only earns complaints.
const (
	maxAgeAdvertising   = 48 * time.Hour
	maxAgeTransactional = 24 * time.Hour
)

// MaxAge is after how long a message of a purpose is given up, when its part says nothing.
func MaxAge(p channel.Purpose) time.Duration { return maxAge(p) }

func maxAge(p channel.Purpose) time.Duration {
	if p.Advertises() {
		return maxAgeAdvertising
	}
	return maxAgeTransactional
}

// CreatePartTx makes a part that is open and has no recipients yet. Sending starts with the first chunk.
func (s *Service) CreatePartTx(ctx context.Context, tx *db.Tx, spec PartSpec) (PartID, error) {
	if spec.StartAt.IsZero() {
		spec.StartAt = tx.Now
	}
	if spec.MaxAge <= 0 {
		spec.MaxAge = maxAge(spec.Purpose)
	}
	p := Part{
		ID: id.New[partKind](), Tenant: spec.Tenant, Source: spec.Source, Sender: spec.Sender, Revision: spec.Revision,
		Purpose: spec.Purpose, Topic: spec.Topic, TrackOpens: spec.Tracking.Opens, TrackClicks: spec.Tracking.Clicks,
		StartAt: spec.StartAt, ExpiresAt: spec.StartAt.Add(spec.MaxAge), CreatedAt: tx.Now, ChangedAt: tx.Now,
		Variant: spec.Variant, FromName: spec.FromName,
	}
	if spec.Undecided {
		p.State = PartUndecided
	}
	if err := insertPart(ctx, tx, p); err != nil {
		return 0, fmt.Errorf("create part: %w", err)
	}
	return p.ID, nil
}

// AppendChunksTx adds recipients to one part, in ascending order and all greater than those before, and remembers
// the last one in the part, so that who fills a part can go on after a crash.
func (s *Service) AppendChunksTx(ctx context.Context, tx *db.Tx, t id.Tenant, part PartID, ids []contact.ID) error {
	if len(ids) == 0 {
		return nil
	}
	return s.AppendSharesTx(ctx, tx, t, []PartID{part}, ids[len(ids)-1], []Share{{Part: part, IDs: ids}})
}

// Share is some recipients of one part.
type Share struct {
	Part PartID
	Due  time.Time    // not before; zero: the start of the part
	IDs  []contact.ID // ascending
}

// AppendSharesTx adds the next stretch of an audience, everybody up to the contact upTo, divided among the parts of one campaign.
// All the parts remember upTo, so that whoever fills them can go on after a crash.
func (s *Service) AppendSharesTx(ctx context.Context, tx *db.Tx, t id.Tenant, parts []PartID, upTo contact.ID, shares []Share) error {
	for _, part := range slices.Sorted(slices.Values(parts)) {
		p, err := lockPart(ctx, tx, t, part)
		if err != nil {
			return fmt.Errorf("append recipients: %w", err)
		}
		for _, x := range shares {
			if x.Part != part || len(x.IDs) == 0 {
				continue
			}
			if x.IDs[0] <= p.Cursor || p.Filled {
				return fmt.Errorf("append recipients: part %s is already past them", part)
			}
			if err := insertChunks(ctx, tx, &p, x); err != nil {
				return fmt.Errorf("append recipients: %w", err)
			}
		}
		p.Cursor = upTo
		if err := saveSize(ctx, tx, p); err != nil {
			return fmt.Errorf("append recipients: %w", err)
		}
		tx.AfterCommit(func() { s.wake(p.Sender) })
	}
	tx.AfterCommit(func() { s.hub.changed(t) })
	return nil
}

// Release says what an undecided part sends.
type Release struct {
	Revision content.RevisionID
	FromName string    // instead of the sender's name; empty: that
	StartAt  time.Time // not before
}

// ReleaseTx lets an undecided part go. One that is not undecided stays as it is: the first decision stands.
func (s *Service) ReleaseTx(ctx context.Context, tx *db.Tx, t id.Tenant, part PartID, r Release) error {
	p, err := lockPart(ctx, tx, t, part)
	if err != nil {
		return fmt.Errorf("release part: %w", err)
	}
	if p.State != PartUndecided {
		return nil
	}
	expires := r.StartAt.Add(p.ExpiresAt.Sub(p.StartAt))
	_, err = db.Exec(ctx, tx, `
		UPDATE part SET state = ?, revision_id = ?, from_name = ?, start_at = ?, expires_at = ?, changed_at = ? WHERE tenant_id = ? AND id = ?`,
		PartOpen, r.Revision, r.FromName, r.StartAt, expires, tx.Now, t, part)
	if err == nil {
		_, err = db.Exec(ctx, tx, `UPDATE chunk SET due_at = ? WHERE part_id = ?`, r.StartAt, part)
	}
	if err != nil {
		return fmt.Errorf("release part: %w", err)
	}
	s.partsMoved(tx, t, []Part{p})
	return s.finishIfDoneTx(ctx, tx, t, part) // it may have nobody
}

// ClosePartTx says that no more recipients will come.
func (s *Service) ClosePartTx(ctx context.Context, tx *db.Tx, t id.Tenant, part PartID) error {
	_, err := db.Exec(ctx, tx, `
		UPDATE part SET filled = ?, changed_at = ? WHERE tenant_id = ? AND id = ?`, true, tx.Now, t, part)
	if err != nil {
		return fmt.Errorf("close part: %w", err)
	}
	tx.AfterCommit(func() { s.dispatch.wake(); s.hub.changed(t) })
	return s.finishIfDoneTx(ctx, tx, t, part)
}

// PartsOf returns the parts of a campaign in the order of their making.
func (s *Service) PartsOf(ctx context.Context, q db.Querier, t id.Tenant, source int64) ([]Part, error) {
	return partsOf(ctx, q, t, source)
}

// PauseTx holds the parts of a campaign: within a second nothing more leaves, also from a window under way.
func (s *Service) PauseTx(ctx context.Context, tx *db.Tx, t id.Tenant, source int64) error {
	return s.moveParts(ctx, tx, t, source, PartOpen, PartPaused)
}

// ResumeTx lets the parts of a campaign send again.
func (s *Service) ResumeTx(ctx context.Context, tx *db.Tx, t id.Tenant, source int64) error {
	return s.moveParts(ctx, tx, t, source, PartPaused, PartOpen)
}

// CancelTx ends the parts of a campaign for good. What has not left is counted as expired with the
// reason "cancelled"; what waits for a retry becomes so within a moment.
func (s *Service) CancelTx(ctx context.Context, tx *db.Tx, t id.Tenant, source int64) error {
	parts, err := partsOf(ctx, tx, t, source)
	if err != nil {
		return fmt.Errorf("cancel parts: %w", err)
	}
	for _, p := range parts {
		if p.State == PartDone || p.State == PartCancelled {
			continue
		}
		if err := setPartState(ctx, tx, p, PartCancelled); err != nil {
			return fmt.Errorf("cancel parts: %w", err)
		}
		if err := s.expireRetriesTx(ctx, tx, p); err != nil {
			return fmt.Errorf("cancel parts: %w", err)
		}
	}
	s.partsMoved(tx, t, parts)
	return nil
}

func (s *Service) moveParts(ctx context.Context, tx *db.Tx, t id.Tenant, source int64, from, to PartState) error {
	parts, err := partsOf(ctx, tx, t, source)
	if err != nil {
		return fmt.Errorf("move parts: %w", err)
	}
	for _, p := range parts {
		if p.State != from {
			continue
		}
		if err := setPartState(ctx, tx, p, to); err != nil {
			return fmt.Errorf("move parts: %w", err)
		}
	}
	s.partsMoved(tx, t, parts)
	return nil
}

// partsMoved tells the lanes of this process at once; other processes see it within their poll.
func (s *Service) partsMoved(tx *db.Tx, t id.Tenant, parts []Part) {
	tx.AfterCommit(func() {
		for _, p := range parts {
			s.wake(p.Sender)
		}
		s.hub.changed(t)
	})
}
