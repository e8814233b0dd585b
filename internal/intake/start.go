package intake

import (
	"context"
	"errors"
	"fmt"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/jobs"
)

// prepare makes what the settings ask for: fields, a list, tags, and the evidence of consent. The mapping is remembered for the
// next file with these headers.
func (s *Service) prepare(ctx context.Context, tx *db.Tx, who access.Actor, i *Import) error {
	for n := range i.Settings.Mapping {
		m := &i.Settings.Mapping[n]
		if m.NewField == "" {
			continue
		}
		if _, err := contact.CreateFieldTx(ctx, tx, i.Tenant, m.draft()); err != nil {
			return err
		}
		m.NewField, m.NewKind = "", ""
	}
	if err := remember(ctx, tx, *i); err != nil {
		return err
	}
	i.List = i.Settings.List
	if i.Settings.NewList != "" {
		if err := s.target(ctx, tx, *i); err != nil {
			return err // taken since the settings were chosen
		}
		l, err := contact.CreateListTx(ctx, tx, i.Tenant, i.Settings.NewList)
		if err != nil {
			return err
		}
		i.List = l.ID
	}
	tags, err := contact.EnsureTagsTx(ctx, tx, i.Tenant, i.Settings.Tags)
	if err != nil {
		return err
	}
	i.notes.Tags = tags
	return s.sign(ctx, tx, who, i)
}

// sign records the declaration as an act of signature and as the proof of every consent of the import (ACC-2, AUD-1).
// That there is no consent is recorded too.
func (s *Service) sign(ctx context.Context, tx *db.Tx, who access.Actor, i *Import) error {
	d := i.Settings.Consent
	details := map[string]any{"import": i.ID.String(), "file": contact.Unnamed(i.Filename), "file_sha256": i.SHA256, "declared": d.Declared, "source": contact.Unnamed(d.Source), "date": d.Date,
		"channels": d.Channels, "purpose": string(d.Purpose), "wording": d.Wording}
	if d.Topic != 0 {
		details["topic"] = d.Topic.String()
	}
	if d.Proof != nil {
		details["proof_file"], details["proof_sha256"] = contact.Unnamed(d.Proof.Name), d.Proof.SHA256
	}
	act, err := audit.RecordAct(ctx, tx, audit.Act{
		Tenant: i.Tenant, Who: who.Who(), Pressed: "import",
		Document: audit.Document{Name: "import-declaration", Version: "1", SHA256: i.SHA256},
		Details:  details,
	})
	if err != nil || !d.Declared {
		return err
	}
	p, err := d.evidence(*i)
	if err != nil {
		return err
	}
	p.Member, p.UserAgent, p.Act = who.Member, who.UserAgent, act
	if who.IP.IsValid() {
		p.IP = who.IP.String()
	}
	if err := s.usedWording(ctx, tx, i, &p); err != nil {
		return err
	}
	i.proof, err = contact.SaveProofTx(ctx, tx, i.Tenant, p)
	return err
}

// evidence is what shows the consents of an import later: the declaration, the file, and what was uploaded as proof.
func (d Declaration) evidence(i Import) (contact.Proof, error) {
	day, err := d.day()
	if err != nil {
		return contact.Proof{}, err
	}
	p := contact.Proof{Source: contact.FromImport, Wording: d.Wording, Obtained: day, Import: int64(i.ID),
		Evidence: map[string]string{"source": d.Source, "date": d.Date, "file": i.Filename, "file_sha256": i.SHA256, "import": i.ID.String()}}
	if d.Proof != nil {
		p.Evidence["proof_file"], p.Evidence["proof_sha256"], p.Evidence["proof_key"] = d.Proof.Name, d.Proof.SHA256, d.Proof.Key
	}
	return p, nil
}

// Cancel stops a dry run, which goes back to draft, or an import, also a paused one: what was done stays and is counted.
func (s *Service) Cancel(ctx context.Context, who access.Actor, i ID) (Import, error) {
	return s.stop(ctx, who, i, func(ctx context.Context, tx *db.Tx, imp *Import) error {
		switch imp.State {
		case Checking:
			imp.reset()
			return nil
		case Running, Paused:
			imp.State = Cancelled
			return s.end(ctx, tx, imp)
		default:
			return ErrNothing
		}
	})
}

// Pause stops an import until Resume; what was done stays. Repeating changes nothing.
func (s *Service) Pause(ctx context.Context, who access.Actor, i ID) (Import, error) {
	return s.stop(ctx, who, i, func(_ context.Context, _ *db.Tx, imp *Import) error {
		if imp.State != Running && imp.State != Paused {
			return ErrNothing
		}
		imp.State, imp.Job = Paused, 0
		return nil
	})
}

// Resume lets a paused import go on from where it stands.
func (s *Service) Resume(ctx context.Context, who access.Actor, i ID) (Import, error) {
	return s.act(ctx, who, i, "resume import", func(ctx context.Context, tx *db.Tx, imp *Import) error {
		if imp.State == Running {
			return nil
		}
		if imp.State != Paused {
			return ErrNotPaused
		}
		imp.State = Running
		return s.hand(ctx, tx, imp, kindRun)
	})
}

// hand gives the import to a job.
func (s *Service) hand(ctx context.Context, tx *db.Tx, i *Import, kind string) (err error) {
	i.Job, err = s.queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: i.Tenant, Kind: kind, Args: task{i.Tenant, i.ID}, UniqueKey: i.ID.String(), Title: i.Filename, Visible: true})
	return err
}

// stop makes a change that takes the import away from its job.
func (s *Service) stop(ctx context.Context, who access.Actor, i ID, f func(context.Context, *db.Tx, *Import) error) (Import, error) {
	return s.act(ctx, who, i, "stop import", func(ctx context.Context, tx *db.Tx, imp *Import) error {
		job := imp.Job
		if err := f(ctx, tx, imp); err != nil || job == 0 {
			return err
		}
		err := s.queue.CancelTx(ctx, tx, who.Tenant, job)
		if errors.Is(err, jobs.ErrFinished) || errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		return err
	})
}

// act makes a change and returns what the import has become.
func (s *Service) act(ctx context.Context, who access.Actor, i ID, what string, f func(context.Context, *db.Tx, *Import) error) (Import, error) {
	if err := who.Can(access.EditContacts); err != nil {
		return Import{}, err
	}
	var out Import
	err := s.change(ctx, who, i, func(ctx context.Context, tx *db.Tx, imp *Import) error {
		err := f(ctx, tx, imp)
		out = *imp
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("%s: %w", what, err)
	}
	return out, nil
}

// Delete removes an import that is not being worked on, with its file. Contacts and their proofs stay, and can no longer be taken back.
// A file that was uploaded as proof of consent stays too: the consents point to it.
func (s *Service) Delete(ctx context.Context, who access.Actor, i ID) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	var imp Import
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if imp, err = lockImport(ctx, tx, who.Tenant, i); err != nil {
			return err
		}
		if imp.State.Busy() || imp.State == Paused {
			return ErrBusy
		}
		for _, table := range []string{"import_reject", "import_fix", "import_change"} {
			if _, err := db.Exec(ctx, tx, `DELETE FROM `+table+` WHERE tenant_id = ? AND import_id = ?`, who.Tenant, i); err != nil {
				return err
			}
		}
		if _, err = db.Exec(ctx, tx, `DELETE FROM import WHERE tenant_id = ? AND id = ?`, who.Tenant, i); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: "import.deleted", Object: i.String()})
	})
	if err == nil {
		err = s.blobs.Delete(ctx, who.Tenant, imp.blob)
	}
	if err == nil && imp.Settings.Consent.Proof != nil && imp.proof == 0 {
		err = s.blobs.Delete(ctx, who.Tenant, imp.Settings.Consent.Proof.Key)
	}
	if err != nil {
		return fmt.Errorf("delete import: %w", err)
	}
	return nil
}
