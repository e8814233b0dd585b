package contact

import (
	"context"
	"fmt"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
)

// MassAct is what is done with many contacts at once.
type MassAct string

// Acts.
const (
	MassJoin   MassAct = "join"   // put on the lists
	MassLeave  MassAct = "leave"  // take off the lists
	MassTag    MassAct = "tag"    // give the tags
	MassUntag  MassAct = "untag"  // take the tags away
	MassDelete MassAct = "delete" // what Delete does, with one entry in the audit log for all
)

// Mass is one act on many contacts: those named or, when none is named, all that the filter lets through.
type Mass struct {
	Act     MassAct   `json:"act"`
	IDs     []ID      `json:"ids,omitempty"` // at most MaxChosen
	Search  string    `json:"search,omitempty"`
	List    ListID    `json:"list,omitempty"`
	Tag     TagID     `json:"tag,omitempty"`
	Segment SegmentID `json:"segment,omitempty"`
	Consent Action    `json:"consent,omitempty"`
	All     bool      `json:"all,omitempty"`   // meant when neither contacts nor a filter is named: nobody means everybody by an oversight
	Lists   []ListID  `json:"lists,omitempty"` // of join and leave
	Tags    []TagID   `json:"tags,omitempty"`  // of tag and untag
}

// MaxChosen is how many contacts may be named one by one.
const MaxChosen = 1000

// Errors of acts on many contacts.
var (
	ErrMassAct    = errs.New(errs.Invalid, "contact.mass_act", "Choose what to do with the contacts: join, leave, tag, untag or delete.")
	ErrMassTarget = errs.New(errs.Invalid, "contact.mass_target", "Name the lists or the tags.")
	ErrMassNobody = errs.New(errs.Invalid, "contact.mass_nobody", "Choose contacts, set a filter, or say that all contacts are meant.")
	ErrMassMany   = errs.New(errs.Invalid, "contact.mass_many", "At most 1,000 contacts may be named one by one. Choose by the filter for more.")
)

// MassResult is what the job leaves behind.
type MassResult struct {
	Contacts int64 `json:"contacts"` // how many the act was done to
}

const (
	kindMass  = "contact.mass"
	massBatch = 500 // contacts a transaction
	// Deleting touches a dozen tables for each contact.
	massDeleteBatch = 50
)

// massTask is the argument of the job: what was ordered, and who is to be named for it.
type massTask struct {
	Tenant id.Tenant  `json:"tenant"`
	Who    access.Via `json:"via"`
	Mass   Mass       `json:"mass"`
}

// Masses does acts on many contacts as jobs: they survive the closing of the tab and the death of the process.
type Masses struct {
	contacts *Service
	queue    *jobs.Queue
}

// NewMasses makes it and registers its job.
func NewMasses(contacts *Service, q *jobs.Queue) *Masses {
	m := &Masses{contacts: contacts, queue: q}
	jobs.Register(q, kindMass, m.run, jobs.AtMost(1))
	return m
}

// Start orders an act. The job counts contacts as it goes. Everything it does may be repeated, so a crash costs nothing but time.
func (m *Masses) Start(ctx context.Context, who access.Actor, act Mass) (jobs.ID, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return 0, err
	}
	if err := act.check(); err != nil {
		return 0, err
	}
	if _, err := m.contacts.complete(ctx, who.Tenant, act.filter()); err != nil { // a segment that is not there, or out of order
		return 0, err
	}
	var job jobs.ID
	err := m.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := m.known(ctx, tx, who.Tenant, act); err != nil {
			return err
		}
		job, err = m.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: who.Tenant, Kind: kindMass, Title: string(act.Act), Visible: true,
			Args: massTask{Tenant: who.Tenant, Who: who.Via, Mass: act}})
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "contact.mass_ordered", Object: job.String(),
			Details: map[string]any{"act": act.Act, "chosen": len(act.IDs)}})
	})
	if err != nil {
		return 0, fmt.Errorf("order act on contacts: %w", err)
	}
	return job, nil
}

func (a Mass) check() error {
	switch {
	case a.Act == MassDelete:
	case a.Act != MassJoin && a.Act != MassLeave && a.Act != MassTag && a.Act != MassUntag:
		return errs.ErrInvalid.At(blame("act", ErrMassAct))
	case (a.Act == MassJoin || a.Act == MassLeave) && len(a.Lists) == 0:
		return errs.ErrInvalid.At(blame("lists", ErrMassTarget))
	case (a.Act == MassTag || a.Act == MassUntag) && len(a.Tags) == 0:
		return errs.ErrInvalid.At(blame("tags", ErrMassTarget))
	}
	if len(a.IDs) > MaxChosen {
		return errs.ErrInvalid.At(blame("contacts", ErrMassMany))
	}
	if !a.All && len(a.IDs) == 0 && a.Search == "" && a.List == 0 && a.Tag == 0 && a.Segment == 0 && a.Consent == "" {
		return errs.ErrInvalid.At(blame("contacts", ErrMassNobody))
	}
	return nil
}

// known returns errs.ErrNotFound when something that the act names is not the account's.
func (m *Masses) known(ctx context.Context, tx *db.Tx, t id.Tenant, a Mass) error {
	lists, tags := a.Lists, a.Tags
	if a.List != 0 {
		lists = append([]ListID{a.List}, lists...)
	}
	if a.Tag != 0 {
		tags = append([]TagID{a.Tag}, tags...)
	}
	if err := HaveLists(ctx, tx, t, lists); err != nil {
		return err
	}
	if err := haveTags(ctx, tx, t, tags); err != nil {
		return err
	}
	return haveAll(ctx, tx, t, a.IDs)
}

func (a Mass) filter() Filter {
	return Filter{Search: a.Search, List: a.List, Tag: a.Tag, Segment: a.Segment, Consent: a.Consent, Sort: "created_at"}
}

// run goes through the contacts by ascending id, so that an act that takes contacts out of its own filter passes none over.
func (m *Masses) run(ctx context.Context, j *jobs.Job, task massTask) error {
	total, err := m.total(ctx, task)
	if err != nil {
		return err
	}
	var done, after int64
	for {
		batch, err := m.next(ctx, task, after)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			return j.SetResult(ctx, MassResult{Contacts: done})
		}
		if err := m.contacts.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return m.act(ctx, tx, task, batch) }); err != nil {
			return err
		}
		after, done = int64(batch[len(batch)-1].ID), done+int64(len(batch))
		if err := j.Progress(ctx, done, max(done, total)); err != nil {
			return err
		}
	}
}

func (m *Masses) total(ctx context.Context, task massTask) (int64, error) {
	if n := len(task.Mass.IDs); n > 0 {
		return int64(n), nil
	}
	f, err := m.contacts.complete(ctx, task.Tenant, task.Mass.filter())
	if err != nil {
		return 0, err
	}
	total, err := countContacts(ctx, m.contacts.db, task.Tenant, f)
	return total.N, err
}

func (m *Masses) next(ctx context.Context, task massTask, after int64) ([]Contact, error) {
	limit := massBatch
	if task.Mass.Act == MassDelete {
		limit = massDeleteBatch
	}
	if len(task.Mass.IDs) > 0 {
		w := db.Where("c.tenant_id = ?", task.Tenant).And(db.In("c.id", task.Mass.IDs)).And("c.id > ?", after)
		rows, err := db.All[row](ctx, m.contacts.db, `SELECT `+columns(m.contacts.db)+` FROM contacts c WHERE `+w.SQL()+` ORDER BY c.id LIMIT ?`, w.Args(limit)...)
		return contacts(rows), err
	}
	f := task.Mass.filter()
	f.Ask = page.Ask{After: after, Limit: limit - 1} // listContacts gives one more
	f, err := m.contacts.complete(ctx, task.Tenant, f)
	if err != nil {
		return nil, err
	}
	return listContacts(ctx, m.contacts.db, task.Tenant, f)
}

func (m *Masses) act(ctx context.Context, tx *db.Tx, task massTask, batch []Contact) error {
	ids := idsOf(batch)
	cause := causeOf(access.Actor{Via: task.Who})
	switch task.Mass.Act {
	case MassJoin:
		return joinLists(ctx, tx, task.Tenant, ids, task.Mass.Lists, cause)
	case MassLeave:
		for _, l := range task.Mass.Lists {
			if err := leaveList(ctx, tx, task.Tenant, l, ids, cause); err != nil {
				return err
			}
		}
		return nil
	case MassTag:
		return TagTx(ctx, tx, task.Tenant, ids, task.Mass.Tags)
	case MassUntag:
		return UntagTx(ctx, tx, task.Tenant, ids, task.Mass.Tags)
	default:
		return m.delete(ctx, tx, task.Tenant, batch)
	}
}

// delete removes those of a batch that are still there: somebody may have been quicker.
func (m *Masses) delete(ctx context.Context, tx *db.Tx, t id.Tenant, batch []Contact) error {
	w := db.Where("c.tenant_id = ?", t).And(db.In("c.id", idsOf(batch)))
	rows, err := db.All[row](ctx, tx, `SELECT `+columns(tx)+` FROM contacts c WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return err
	}
	there := contacts(rows)
	for _, c := range there {
		if err := m.contacts.rememberLeft(ctx, tx, c); err != nil {
			return err
		}
	}
	return m.contacts.removeTx(ctx, tx, t, there, ByDeletion)
}
