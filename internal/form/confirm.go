package form

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// act is the press of the button behind a letter; the zero act is the form alone.
type act struct {
	at        time.Time
	ip        netip.Addr
	userAgent string
}

func (a act) proved() bool { return !a.at.IsZero() }

// become makes a submission a contact with its consents. It changes sub and does not store it.
func (s *Service) become(ctx context.Context, tx *db.Tx, f Form, d Design, sub *Submission, a Answers, by act) error {
	agreed, err := s.agreed(ctx, tx, f, d, *sub, a, by)
	if err != nil {
		return err
	}
	done, err := s.Contacts.SignUpTx(ctx, tx, f.Tenant, contact.SignUp{
		Email: a.Email, Phone: a.Phone, FirstName: a.FirstName, LastName: a.LastName, Lang: string(sub.language(a)), Fields: a.Fields,
		Lists: d.Lists, Tags: d.Tags, Agreed: agreed, Proved: by.proved(),
	})
	if err != nil {
		return err
	}
	sub.Contact, sub.Done = done.Contact, tx.Now
	sub.wipe()
	return nil
}

// language is what the person said, else that of the page.
func (s Submission) language(a Answers) lang.Lang {
	if a.Lang != "" {
		return a.Lang
	}
	return s.Lang
}

// agreed lists the consents of a submission, each with the words that stood beside its box. Whoever chose topics agreed to those and
// not to all mailings.
func (s *Service) agreed(ctx context.Context, q db.Querier, f Form, d Design, sub Submission, a Answers, by act) ([]contact.Given, error) {
	var out []contact.Given
	for _, b := range a.Boxes {
		if !slices.ContainsFunc(d.Boxes, func(x Box) bool { return x.Wording == b.Wording }) {
			continue
		}
		w, err := contact.WordingAt(ctx, q, f.Tenant, b.Wording, int64(b.Version))
		if errs.KindOf(err) == errs.NotFound {
			continue // a version that never was: the page was made up
		}
		if err != nil {
			return nil, err
		}
		for _, key := range keysOf(w, a) {
			proof := s.proof(f, sub, w, by)
			if slices.ContainsFunc(out, func(g contact.Given) bool { return g.Key == key }) {
				continue
			}
			out = append(out, contact.Given{Key: key, Proof: proof})
		}
	}
	return out, nil
}

// keysOf are the keys of a wording for which there is an address, narrowed to the topics that were chosen.
func keysOf(w contact.Wording, a Answers) []contact.ConsentKey {
	var out []contact.ConsentKey
	for _, k := range w.Keys {
		if k.Channel == channel.Email && a.Email == "" || k.Channel != channel.Email && a.Phone == "" {
			continue
		}
		if k.Purpose != channel.Advertising || k.Topic != 0 || len(a.Topics) == 0 {
			out = append(out, k)
			continue
		}
		for _, t := range a.Topics {
			k.Topic = t
			out = append(out, k)
		}
	}
	return out
}

// proof is the evidence of a consent (AUD-1): the form in its version, the page, the words in theirs, and the press of the button
// behind the letter.
func (s *Service) proof(f Form, sub Submission, w contact.Wording, by act) contact.Proof {
	e := map[string]string{
		"form": f.ID.String(), "form_name": f.Name, "form_version": strconv.FormatInt(sub.Version, 10), "submission": sub.ID.String(),
		"page": sub.Page, "opt_in": "single", "submitted_at": sub.At.UTC().Format(time.RFC3339), "lang": string(sub.Lang),
	}
	obtained := sub.At
	if by.proved() {
		e["opt_in"], e["confirmed_at"], e["confirmed_ip"], e["confirmed_by"] = "double", by.at.UTC().Format(time.RFC3339), by.ip.String(), by.userAgent
		obtained = by.at
	}
	return contact.Proof{Source: contact.FromForm, Wording: w.Text.In(sub.Lang), WordingID: w.ID, WordingVersion: w.Version, Evidence: e,
		IP: sub.IP, UserAgent: sub.UserAgent, Obtained: obtained}
}

// Asking is what the page behind a letter shows.
type Asking struct {
	View     View
	Words    []string // what is agreed to
	Address  string   // masked: letters are forwarded
	Done     bool     // pressed before
	Redirect string   // where to afterwards; empty for nowhere
}

// ShowConfirm tells what a link of a letter is about. It changes nothing: scanners follow links. ErrLink when it has run out.
func (s *Service) ShowConfirm(ctx context.Context, token string, l lang.Lang) (Asking, error) {
	sub, f, d, err := s.byLetter(ctx, s.DB, token)
	if err != nil {
		return Asking{}, err
	}
	if l == "" {
		l = sub.Lang
	}
	out := Asking{Done: sub.State == Confirmed, Redirect: d.Redirect}
	if out.View, err = s.view(ctx, f, d, sub.Version, l); err != nil || out.Done {
		return out, err
	}
	a, err := sub.open(s.Keys)
	if err != nil {
		return Asking{}, fmt.Errorf("show confirmation: %w", err)
	}
	out.Address = contact.Mask(a.Email)
	agreed, err := s.agreed(ctx, s.DB, f, d, sub, a, act{})
	if err != nil {
		return Asking{}, fmt.Errorf("show confirmation: %w", err)
	}
	for _, g := range agreed {
		if !slices.Contains(out.Words, g.Proof.Wording) {
			out.Words = append(out.Words, g.Proof.Wording)
		}
	}
	return out, nil
}

// byLetter reads the submission of a link that still works, with its form and the design that was on the screen.
func (s *Service) byLetter(ctx context.Context, q db.Querier, token string) (Submission, Form, Design, error) {
	t, subID, err := readToken(s.Keys, signConfirm, token)
	if err != nil {
		return Submission{}, Form{}, Design{}, err
	}
	sub, err := getSubmission(ctx, q, t, subID)
	if errs.KindOf(err) == errs.NotFound || err == nil && sub.State != Confirmed && (sub.State != Pending || !s.Clock.Now().Before(sub.Expires)) {
		return Submission{}, Form{}, Design{}, ErrLink
	}
	if err != nil {
		return Submission{}, Form{}, Design{}, fmt.Errorf("open letter's link: %w", err)
	}
	f, err := getForm(ctx, q, t, sub.Form)
	if err != nil {
		return Submission{}, Form{}, Design{}, fmt.Errorf("open letter's link: %w", err)
	}
	v, err := getVersion(ctx, q, t, f.ID, sub.Version)
	return sub, f, v.Design.V, err
}

// Confirm is the press of the button behind the letter: the person's own act, from its own mailbox. It makes the contact, with
// consent, and takes back what the person withdrew before (AUD-3). It works once: a repeat changes nothing, also when the person has
// left again meanwhile.
func (s *Service) Confirm(ctx context.Context, token string, ip netip.Addr, userAgent string) error {
	do := func(ctx context.Context, tx *db.Tx) error {
		sub, f, d, err := s.byLetter(ctx, tx, token)
		if err != nil || sub.State == Confirmed {
			return err
		}
		a, err := sub.open(s.Keys)
		if err != nil {
			return err
		}
		if err := s.become(ctx, tx, f, d, &sub, a, act{at: tx.Now, ip: ip, userAgent: cleanAgent(userAgent)}); err != nil {
			return err
		}
		return s.finish(ctx, tx, f, sub, Confirmed)
	}
	err := s.DB.InTx(ctx, do)
	if contact.Clash(err) {
		err = s.DB.InTx(ctx, do)
	}
	if err != nil {
		return fmt.Errorf("confirm subscription: %w", err)
	}
	return nil
}

// finish writes the end of a submission that waited, and counts it.
func (s *Service) finish(ctx context.Context, tx *db.Tx, f Form, sub Submission, end State) error {
	from := sub.State
	sub.State = end
	if err := s.forgetGuest(ctx, tx, &sub); err != nil {
		return err
	}
	if err := saveSubmission(ctx, tx, sub, from); err != nil {
		return err
	}
	if end != Confirmed && end != Accepted {
		return nil
	}
	day, err := s.today(ctx, f.Tenant, tx.Now)
	if err != nil {
		return err
	}
	return bump(ctx, tx, f.Tenant, f.ID, Stat{Day: day, Page: sub.Page, Confirmed: 1})
}

// Entry is a submission as a member of the account sees it.
type Entry struct {
	Submission
	Answers Answers // while it waits; empty afterwards: the contact has them
}

// Submissions returns a page of what came in by a form, the newest first; an empty state means all.
func (s *Service) Submissions(ctx context.Context, who access.Actor, f ID, state State, ask page.Ask) (page.Of[Entry], error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return page.Of[Entry]{}, err
	}
	if _, err := getForm(ctx, s.DB, who.Tenant, f); err != nil {
		return page.Of[Entry]{}, fmt.Errorf("list submissions: %w", err)
	}
	rows, err := listSubmissions(ctx, s.DB, who.Tenant, f, state, ask)
	if err != nil {
		return page.Of[Entry]{}, fmt.Errorf("list submissions: %w", err)
	}
	cut := page.Cut(rows, ask, func(x Submission) int64 { return int64(x.ID) })
	out := page.Of[Entry]{Next: cut.Next}
	for _, sub := range cut.Items {
		a, err := sub.open(s.Keys)
		if err != nil {
			return page.Of[Entry]{}, fmt.Errorf("list submissions: %w", err)
		}
		out.Items = append(out.Items, Entry{sub, a})
	}
	return out, nil
}

// ErrNotHeld is returned for a submission that waits for nobody's decision.
var ErrNotHeld = errs.New(errs.Conflict, "form.not_held", "The submission is not held: it went its way or was decided already.")

// Release lets a held submission go on as if nothing had been suspicious: to a letter, or to the contact.
func (s *Service) Release(ctx context.Context, who access.Actor, sub SubmissionID) error {
	return s.decide(ctx, who, sub, "form.submission_released", func(ctx context.Context, tx *db.Tx, f Form, d Design, got Submission, a Answers) error {
		if d.Double && a.Email != "" {
			from := got.State
			got.State, got.Reason, got.Expires = Pending, "", tx.Now.Add(Life)
			if err := saveSubmission(ctx, tx, got, from); err != nil {
				return err
			}
			return s.orderLetter(ctx, tx, got)
		}
		if err := s.become(ctx, tx, f, d, &got, a, act{}); err != nil {
			return err
		}
		return s.finish(ctx, tx, f, got, Accepted)
	})
}

// Reject ends a held submission and forgets what it said.
func (s *Service) Reject(ctx context.Context, who access.Actor, sub SubmissionID) error {
	return s.decide(ctx, who, sub, "form.submission_rejected", func(ctx context.Context, tx *db.Tx, f Form, _ Design, got Submission, _ Answers) error {
		got.Done = tx.Now
		got.wipe()
		return s.finish(ctx, tx, f, got, Rejected)
	})
}

func (s *Service) decide(ctx context.Context, who access.Actor, sub SubmissionID, action string, do func(context.Context, *db.Tx, Form, Design, Submission, Answers) error) error {
	if err := who.Can(access.EditContacts); err != nil {
		return err
	}
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		got, err := getSubmission(ctx, tx, who.Tenant, sub)
		if err != nil {
			return err
		}
		if got.State != Held {
			return ErrNotHeld
		}
		f, err := getForm(ctx, tx, who.Tenant, got.Form)
		if err != nil {
			return err
		}
		v, err := getVersion(ctx, tx, who.Tenant, f.ID, got.Version)
		if err != nil {
			return err
		}
		a, err := got.open(s.Keys)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, f, v.Design.V, got, a); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Tenant: who.Tenant, Who: who.Who(), Action: action, Object: sub.String(), Details: map[string]any{"form": f.ID.String()}})
	})
	if err != nil {
		return fmt.Errorf("decide about submission: %w", err)
	}
	return nil
}

// ForgetTx removes everything about a person that forms keep, for an erasure: what waits under its addresses, and the traces of
// what it became (CMP-11). Figures stay.
func (s *Service) ForgetTx(ctx context.Context, tx *db.Tx, p contact.Person) error {
	list, err := submissionsOf(ctx, tx, p.Tenant, p.IDs, s.hashes(p.Tenant, p.Addresses))
	if err != nil {
		return fmt.Errorf("forget submissions: %w", err)
	}
	for _, sub := range list {
		from := sub.State
		if err := s.forgetGuest(ctx, tx, &sub); err != nil {
			return err
		}
		sub.wipe()
		sub.IP, sub.UserAgent, sub.Contact = "", "", 0
		if from == Pending || from == Held || from == Unreachable {
			sub.State, sub.Done = Expired, tx.Now
		}
		if err := saveSubmission(ctx, tx, sub, from); err != nil {
			return fmt.Errorf("forget submissions: %w", err)
		}
	}
	return nil
}

// Of returns what a person sent, for the copy of everything known about it (CMP-11).
func (s *Service) Of(ctx context.Context, p contact.Person) ([]Entry, error) {
	list, err := submissionsOf(ctx, s.DB, p.Tenant, p.IDs, s.hashes(p.Tenant, p.Addresses))
	if err != nil {
		return nil, fmt.Errorf("list submissions of a person: %w", err)
	}
	out := make([]Entry, len(list))
	for i, sub := range list {
		a, err := sub.open(s.Keys)
		if err != nil {
			return nil, fmt.Errorf("list submissions of a person: %w", err)
		}
		out[i] = Entry{sub, a}
	}
	return out, nil
}

func (s *Service) hashes(t id.Tenant, addresses []string) []string {
	var out []string
	for _, text := range addresses {
		key := text
		if e, err := contact.ParseEmail(text); err == nil {
			key = e.Key
		}
		if h := hashOf(s.Keys, t, key); h != "" {
			out = append(out, h)
		}
	}
	return out
}
