package segment

import (
	"context"
	"fmt"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
)

// listKind is the job that puts whom a segment finds on a list.
const listKind = "segment.list"

// listArgs say what to put where. The list is there already.
type listArgs struct {
	Segment ID             `json:"segment"`
	List    contact.ListID `json:"list"`
}

// batch is how many contacts join a list in one transaction.
const batch = 1000

func (s *Service) registerJobs() { jobs.Register(s.queue, listKind, s.fillList, jobs.AtMost(1)) }

// MakeList makes a new list and orders that whom the segment finds is put on it. The list does not change with the segment afterwards.
func (s *Service) MakeList(ctx context.Context, who access.Actor, g ID, name string) (contact.ListID, jobs.ID, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return 0, 0, err
	}
	var list contact.List
	var job jobs.ID
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found, err := getSegment(ctx, tx, who.Tenant, g)
		if err != nil {
			return err
		}
		if err := s.findMissing(ctx, tx, who.Tenant, &found); err != nil {
			return err
		}
		if found.Frozen() {
			return ErrFrozen.With("segment", found.Name).At(blames(found.Missing)...)
		}
		if list, err = contact.CreateListTx(ctx, tx, who.Tenant, name); err != nil {
			return err
		}
		job, err = s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: who.Tenant, Kind: listKind, Args: listArgs{g, list.ID}, Title: list.Name, Visible: true})
		if err != nil {
			return err
		}
		return note(ctx, tx, who, "segment.list_made", found)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("make list of segment: %w", err)
	}
	return list.ID, job, nil
}

// fillList may run twice: who is on the list already stays there once.
func (s *Service) fillList(ctx context.Context, j *jobs.Job, a listArgs) error {
	target := contact.Target{Segments: []ID{a.Segment}}
	var after contact.ID
	for done := int64(0); ; {
		ids, err := s.contacts.Walk(ctx, s.db, j.Tenant, target, after, batch)
		if err != nil {
			return giveUp(err)
		}
		if len(ids) == 0 {
			return nil
		}
		if err := s.join(ctx, j.Tenant, a.List, ids); err != nil {
			return giveUp(err)
		}
		after, done = ids[len(ids)-1], done+int64(len(ids))
		if err := j.Progress(ctx, done, 0); err != nil {
			return err
		}
	}
}

// join leaves out who was deleted since it was found.
func (s *Service) join(ctx context.Context, t id.Tenant, l contact.ListID, ids []contact.ID) error {
	err := s.contacts.Join(ctx, access.System(t), l, ids)
	if errs.KindOf(err) != errs.NotFound || len(ids) == 1 {
		return err
	}
	w := db.Where("tenant_id = ?", t).And(db.In("id", ids))
	left, err := db.All[contact.ID](ctx, s.db, `SELECT id FROM contacts WHERE `+w.SQL(), w.Args()...)
	if err != nil || len(left) == 0 {
		return err
	}
	return s.contacts.Join(ctx, access.System(t), l, left)
}

// giveUp ends the job for good when the list or the segment went away meanwhile.
func giveUp(err error) error {
	if k := errs.KindOf(err); k == errs.NotFound || k == errs.Conflict {
		return jobs.Cancel(err)
	}
	return err
}
