package form

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/lang"
	"keruen/internal/secret"
)

// Errors of public pages.
var (
	ErrClosed = errs.New(errs.Conflict, "form.closed", "This form takes no answers at the moment.")
	ErrOrigin = errs.New(errs.Forbidden, "form.origin", "The form is not allowed on this site. Its owner can add the site in the settings of the form.")
	ErrGone   = errs.New(errs.NotFound, "form.gone", "There is no such form.")
)

// Names of what a page sends beside the answers.
const (
	FieldToken = "token"   // of the page that was shown
	FieldWork  = "work"    // the number that the script found
	FieldTrap  = "website" // people do not see it
	FieldPage  = "page"    // where the form stood, as the script tells it
)

// Sent is what came in.
type Sent struct {
	Values    url.Values
	Origin    string // of the page that sent it, where that is another site; empty for our own page and when nothing is known
	Referer   string
	Lang      lang.Lang // of the page
	IP        netip.Addr
	UserAgent string
}

// Outcome is what the person is shown after sending. It is the same whether the address is known or not, and whether the
// submission is held or not.
type Outcome struct {
	View       View
	Bad        []errs.Field // wrong answers, by the names of fields; nothing was kept
	Stale      bool         // the page was open for too long, or came from nowhere: look again and press once more
	AskConfirm bool         // a letter is on its way
	Address    string       // where to, as it was typed on this very page
	Again      string       // token that asks for the letter once more
}

// Rates. Work done by the script buys patience: an office or a mobile operator may share one address.
var (
	limitNetwork = access.Limit{Name: "form_net", Burst: 60, Every: 20 * time.Second} // beyond it: an honest "too often"
	limitIdle    = access.Limit{Name: "form_idle", Burst: 5, Every: 5 * time.Minute}  // without work: beyond it the submission is held
	limitAddress = access.Limit{Name: "form_to", Burst: 3, Every: time.Hour}          // beyond it no more letters, and nobody is told
)

func (s *Service) take(ctx context.Context, l access.Limit, key string) (ok bool, err error) {
	l.Key = key
	err = s.Access.TakeLimits(ctx, l)
	if errors.Is(err, access.ErrTooOften) {
		return false, nil
	}
	return err == nil, err
}

// Submit takes what somebody sent. With double opt-in nothing but a letter follows; what looks like a program's work is held for a
// member to decide. access.ErrTooOften for a network that sends without end, ErrOrigin for a site that may not show the form.
func (s *Service) Submit(ctx context.Context, key string, in Sent) (Outcome, error) {
	f, live, err := s.open(ctx, key)
	if err != nil {
		return Outcome{}, err
	}
	if f.Closed {
		return Outcome{}, ErrClosed
	}
	foreign := in.Origin != ""
	if foreign && !live.Allows(in.Origin) {
		return Outcome{}, ErrOrigin.With("site", strings.TrimPrefix(in.Origin, "https://"))
	}
	out := Outcome{}
	if out.View, err = s.view(ctx, f, live, f.Published, in.Lang); err != nil {
		return Outcome{}, err
	}
	w, err := s.world(ctx, f.Tenant)
	if err != nil {
		return Outcome{}, err
	}
	answers, bad := asked{live, w.fields}.read(in.Values)
	if len(bad) > 0 {
		out.Bad = bad
		return out, nil
	}
	now := s.Clock.Now()
	page, good := readShown(s.Keys, f.ID, in.Values.Get(FieldToken), now)
	if !good && !(foreign && in.Values.Get(FieldToken) == "") {
		out.Stale = true
		return out, nil
	}
	if !good { // a plain form on a site of the account: it carries no token, so nothing is known about its time
		page = shown{at: now.Add(-time.Hour), nonce: secret.NewToken()[:keyLength]}
	}
	return s.keep(ctx, f, live, in, answers, page, out)
}

// keep decides about checked answers and puts them on record.
func (s *Service) keep(ctx context.Context, f Form, live Design, in Sent, answers Answers, page shown, out Outcome) (Outcome, error) {
	if ok, err := s.take(ctx, limitNetwork, access.Network(in.IP)); err != nil || !ok {
		return Outcome{}, errors.Join(err, orTooOften(ok))
	}
	held, err := s.suspect(ctx, in, answers, page)
	if err != nil {
		return Outcome{}, err
	}
	now := s.Clock.Now()
	sub := Submission{
		ID: id.New[submissionKind](), Tenant: f.Tenant, Form: f.ID, Version: f.Published, Nonce: page.nonce, State: Accepted, Lang: in.Lang,
		Page: in.page(s.BaseURL + f.Path()), IP: in.IP.String(), UserAgent: cleanAgent(in.UserAgent), At: now, Expires: now.Add(Life),
	}
	double := live.Double && answers.Email != ""
	switch {
	case held != "":
		sub.State, sub.Reason = Held, held
	case double:
		sub.State = Pending
	}
	if err := sub.seal(s.Keys, answers); err != nil {
		return Outcome{}, fmt.Errorf("keep submission: %w", err)
	}
	if double {
		out.AskConfirm, out.Address, out.Again = true, answers.Email, tokenOf(s.Keys, signAgain, f.Tenant, sub.ID)
	}
	if ok, err := s.take(ctx, limitAddress, f.ID.String()+sub.AddressHash); err != nil || !ok {
		return out, err // as if: whoever types strangers' addresses learns nothing, and nobody is written to again
	}
	if err := s.store(ctx, f, live, sub, answers); err != nil {
		return Outcome{}, fmt.Errorf("keep submission: %w", err)
	}
	return out, nil
}

func orTooOften(ok bool) error {
	if ok {
		return nil
	}
	return access.ErrTooOften
}

// suspect tells why a submission looks like a program's work; empty for people.
func (s *Service) suspect(ctx context.Context, in Sent, a Answers, page shown) (string, error) {
	switch {
	case strings.TrimSpace(in.Values.Get(FieldTrap)) != "":
		return HeldTrap, nil
	case s.Clock.Now().Sub(page.at) < tooFast:
		return HeldFast, nil
	case a.suspicious():
		return HeldLinks, nil
	case worked(in.Values.Get(FieldToken), in.Values.Get(FieldWork)):
		return "", nil
	}
	ok, err := s.take(ctx, limitIdle, access.Network(in.IP))
	if err != nil || ok {
		return "", err
	}
	return HeldRate, nil
}

// store puts a submission on record and does what follows at once: a letter, or the contact. Two presses of a button are one.
func (s *Service) store(ctx context.Context, f Form, live Design, sub Submission, a Answers) error {
	day, err := s.today(ctx, f.Tenant, sub.At)
	if err != nil {
		return err
	}
	do := func(ctx context.Context, tx *db.Tx) error {
		sub := sub
		if sub.State == Accepted { // written as it will be, so that a repeat finds it
			if err := s.become(ctx, tx, f, live, &sub, a, act{}); err != nil {
				return err
			}
		}
		fresh, err := insertSubmission(ctx, tx, sub)
		if err != nil || !fresh {
			return errors.Join(err, orRepeat(fresh))
		}
		stat := Stat{Day: day, Page: sub.Page, Submissions: 1}
		switch sub.State {
		case Held:
			stat.Held = 1
		case Accepted:
			stat.Confirmed = 1
		case Pending:
			if err := s.orderLetter(ctx, tx, sub); err != nil {
				return err
			}
		}
		return bump(ctx, tx, f.Tenant, f.ID, stat)
	}
	err = s.DB.InTx(ctx, do)
	if contact.Clash(err) {
		err = s.DB.InTx(ctx, do) // somebody else changed the same contact at the same moment
	}
	if errors.Is(err, errRepeat) {
		return nil
	}
	return err
}

// errRepeat rolls back what a second press of a button would have done again.
var errRepeat = errors.New("the page was sent before")

func orRepeat(fresh bool) error {
	if fresh {
		return nil
	}
	return errRepeat
}

// page is where the form stood: what the script says, else the page that the browser names, else our own.
func (in Sent) page(ours string) string {
	for _, text := range []string{in.Values.Get(FieldPage), in.Referer, in.Origin, ours} {
		if page := cleanPage(text); page != "" {
			return page
		}
	}
	return ""
}

const maxAgent = 300 // characters of the name that a browser gives itself

func cleanAgent(text string) string {
	r := []rune(contact.CleanText(text))
	return string(r[:min(len(r), maxAgent)])
}

// Viewed counts a look at a form. Programs that read pages are not counted.
func (s *Service) Viewed(ctx context.Context, v View, referer, page, userAgent string) error {
	if machine(userAgent) {
		return nil
	}
	in := Sent{Values: url.Values{FieldPage: {page}}, Referer: referer}
	day, err := s.today(ctx, v.Tenant, s.Clock.Now())
	if err != nil {
		return fmt.Errorf("count view: %w", err)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return bump(ctx, tx, v.Tenant, v.Form, Stat{Day: day, Page: in.page(s.BaseURL + PagePath + v.Key), Views: 1})
	})
	if err != nil {
		return fmt.Errorf("count view: %w", err)
	}
	return nil
}

// Again sends the letter of a submission once more: at most MaxLetters times, and not within AgainAfter. The answer is the same
// when it does not.
func (s *Service) Again(ctx context.Context, token string, ip netip.Addr) error {
	t, subID, err := readToken(s.Keys, signAgain, token)
	if err != nil {
		return err
	}
	if ok, err := s.take(ctx, limitNetwork, access.Network(ip)); err != nil || !ok {
		return errors.Join(err, orTooOften(ok))
	}
	err = s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sub, err := getSubmission(ctx, tx, t, subID)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil || sub.State != Pending || sub.Letters == 0 || sub.Letters >= MaxLetters || tx.Now.Sub(sub.LetterAt) < AgainAfter {
			return err
		}
		return s.orderLetter(ctx, tx, sub)
	})
	if err != nil {
		return fmt.Errorf("send letter again: %w", err)
	}
	return nil
}

// orderLetter has the letter of a pending submission written by a job, so that an answer takes as long whoever it is to.
func (s *Service) orderLetter(ctx context.Context, tx *db.Tx, sub Submission) error {
	_, err := s.Queue.EnqueueTx(ctx, tx, jobs.Task{Tenant: sub.Tenant, Kind: letterJob, UniqueKey: sub.ID.String(),
		Args: letterArgs{Tenant: sub.Tenant, Submission: sub.ID, Number: sub.Letters + 1}})
	return err
}
