package preference

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/delivery"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// Entry is what a signed link says: whose page it opens. It comes from ByMessage or ByLetter and from nowhere else; the link
// went to the person's own mailbox, so whoever has it acts as the contact.
type Entry struct {
	Tenant  id.Tenant
	Contact contact.ID
	About   delivery.About // the message that the link stood in; zero for a link that was asked for
	ask     AskID          // the request that the link answers; zero for a message
}

// ByMessage opens the page by the link of a message. delivery.ErrLink for a token that was not made here.
func (s *Service) ByMessage(ctx context.Context, token string) (Entry, error) {
	a, err := s.Delivery.About(ctx, token)
	if err != nil {
		return Entry{}, err
	}
	return Entry{Tenant: a.Tenant, Contact: a.Contact, About: a}, nil
}

// Show is everything that the preference page shows. It says little about the person: letters are forwarded.
type Show struct {
	Board
	Account   string
	Design    Design
	PageKey   string
	Version   int64 // of the design
	Lang      lang.Lang
	FirstName string // masked
	LastName  string // masked
	Address   string // e-mail, masked; empty when there is none
	Language  string // as the contact has it, may be empty
	Gone      bool   // the contact was deleted: there is nothing to choose, and nothing is sent
	Privacy   bool   // a copy and an erasure may be asked for
}

// Show reads the page. language is what the visitor asked for; empty gives the contact's own. It changes nothing.
func (s *Service) Show(ctx context.Context, e Entry, language lang.Lang) (Show, error) {
	sit, out, err := s.situation(ctx, e, language)
	if err != nil {
		return Show{}, fmt.Errorf("show preferences: %w", err)
	}
	if !out.Gone {
		out.Board = sit.board()
	}
	return out, nil
}

func (s *Service) situation(ctx context.Context, e Entry, language lang.Lang) (situation, Show, error) {
	system := access.System(e.Tenant)
	page, err := s.page(ctx, e.Tenant)
	if err != nil {
		return situation{}, Show{}, err
	}
	account, err := s.Access.GetAccount(ctx, system)
	if err != nil {
		return situation{}, Show{}, err
	}
	topics, err := s.Contacts.Topics(ctx, system)
	if err != nil {
		return situation{}, Show{}, err
	}
	out := Show{Account: account.Name, Design: page.Published, PageKey: page.Key, Version: page.Version, Lang: account.Lang, Privacy: s.Privacy != nil}
	c, err := s.Contacts.Get(ctx, system, e.Contact)
	if errors.Is(err, errs.ErrNotFound) {
		out.Gone = true
		out.Lang = firstLang(language, "", account.Lang)
		return situation{}, out, nil
	}
	if err != nil {
		return situation{}, Show{}, err
	}
	out.Lang = firstLang(language, c.Lang, account.Lang)
	out.FirstName, out.LastName, out.Address, out.Language = maskName(c.FirstName), maskName(c.LastName), contact.Mask(c.Email), c.Lang
	if c.Email == "" {
		out.Address = ""
	}
	left, err := s.Contacts.TopicsLeft(ctx, c.Contact)
	if err != nil {
		return situation{}, Show{}, err
	}
	sit := situation{contact: c, topics: topics, left: left, design: page.Published, account: account.Name, lang: out.Lang, topic: e.About.Topic, now: s.Clock.Now()}
	return sit, out, nil
}

func firstLang(asked lang.Lang, own string, last lang.Lang) lang.Lang {
	if asked != "" {
		return asked
	}
	if l, ok := lang.Parse(own); ok && own != "" {
		return l
	}
	if last != "" {
		return last
	}
	return lang.Russian
}

// maskName leaves the first letter of a name.
func maskName(name string) string {
	for i := range name {
		if i > 0 {
			return name[:i] + "•••"
		}
	}
	return name
}

// proof is the evidence of what a person did on the page: by which link, on which version of it, from where.
func (e Entry) proof(out Show, v delivery.Visit) contact.Proof {
	evidence := map[string]string{"page": "preferences", "version": strconv.FormatInt(out.Version, 10), "words": wordsVersion, "lang": string(out.Lang)}
	if e.About.Ref.Part != 0 {
		evidence["message"] = e.About.Message()
	}
	if e.ask != 0 {
		evidence["ask"] = e.ask.String()
	}
	return contact.Proof{Source: contact.PreferencePage, IP: v.IP, UserAgent: v.UserAgent, Evidence: evidence}
}

// Choose records the boxes that the person changed. It takes effect before the next send, also for messages that are queued
// (AUD-3); what was withdrawn before comes back only where its box was ticked now. Repeating it changes nothing.
func (s *Service) Choose(ctx context.Context, e Entry, language lang.Lang, p Picks, v delivery.Visit) error {
	sit, out, err := s.situation(ctx, e, language)
	if err != nil {
		return fmt.Errorf("choose: %w", err)
	}
	if out.Gone {
		return nil
	}
	changed, err := sit.board().changes(p)
	if err != nil || len(changed) == 0 {
		return err
	}
	list := make([]contact.Choice, len(changed))
	for i, c := range changed {
		list[i] = contact.Choice{Key: c.Key, Wanted: c.Wanted, Wording: c.Wording}
	}
	if err := s.Contacts.ChooseByLink(ctx, e.Tenant, e.Contact, list, e.proof(out, v)); err != nil {
		return fmt.Errorf("choose: %w", err)
	}
	return s.noteLeft(ctx, e, v, list)
}

// LeaveAll takes back everything but service messages, on every channel at once.
func (s *Service) LeaveAll(ctx context.Context, e Entry, language lang.Lang, v delivery.Visit) error {
	sit, out, err := s.situation(ctx, e, language)
	if err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	if out.Gone {
		return nil
	}
	wording := Fill(sayLeave, out.Lang, out.Account)
	var list []contact.Choice
	for _, ch := range contact.Channels {
		if sit.contact.Address(ch) == "" && !sit.agreed(ch) {
			continue
		}
		for _, p := range []channel.Purpose{channel.Advertising, channel.ThirdParty} {
			list = append(list, contact.Choice{Key: contact.ConsentKey{Channel: ch, Purpose: p}, Wording: wording})
		}
	}
	if err := s.Contacts.ChooseByLink(ctx, e.Tenant, e.Contact, list, e.proof(out, v)); err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	return s.noteLeft(ctx, e, v, list)
}

// noteLeft counts the message that somebody left by, when it left the mailings of the channel that the message came on.
func (s *Service) noteLeft(ctx context.Context, e Entry, v delivery.Visit, list []contact.Choice) error {
	if e.About.Ref.Part == 0 {
		return nil
	}
	for _, c := range list {
		if !c.Wanted && c.Key.Channel == channel.Email && (c.Key.Topic == 0 || c.Key.Topic == e.About.Topic) {
			return s.Delivery.NoteLeft(ctx, e.About, v)
		}
	}
	return nil
}

// PauseDays are the pauses that a page offers.
var PauseDays = []int{30, 90}

// ErrPause is returned for a pause that is not offered.
var ErrPause = errs.New(errs.Invalid, "preference.pause", "A pause lasts 30 or 90 days.")

// Pause holds all mailings back for some days, 0 ends the pause. Consents stay as they are, service messages go on.
func (s *Service) Pause(ctx context.Context, e Entry, language lang.Lang, days int, v delivery.Visit) error {
	_, out, err := s.situation(ctx, e, language)
	if err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	if out.Gone {
		return nil
	}
	proof := e.proof(out, v)
	until := time.Time{}
	switch {
	case days == 0:
		proof.Wording = Fill(sayResume, out.Lang, out.Account)
	case days == PauseDays[0], days == PauseDays[1]:
		proof.Wording = Fill(sayPause, out.Lang, out.Account, "{days}", strconv.Itoa(days))
		until = s.Clock.Now().AddDate(0, 0, days)
	default:
		return ErrPause
	}
	if err := s.Contacts.PauseByLink(ctx, e.Tenant, e.Contact, until, proof); err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	return nil
}

// Correction is what a person says about itself. Nil and, for names, empty leave a value: the page does not show them whole.
type Correction struct {
	FirstName, LastName string
	Lang                *lang.Lang
}

// Correct changes the person's own data (CMP-11).
func (s *Service) Correct(ctx context.Context, e Entry, c Correction, v delivery.Visit) error {
	var ch contact.Change
	set := func(to **string, value string) {
		if value = contact.CleanText(value); value != "" {
			*to = &value
		}
	}
	set(&ch.FirstName, c.FirstName)
	set(&ch.LastName, c.LastName)
	if c.Lang != nil {
		set(&ch.Lang, string(*c.Lang))
	}
	if ch.FirstName == nil && ch.LastName == nil && ch.Lang == nil {
		return nil
	}
	return s.correct(ctx, e, ch, v)
}

// correct makes a change to the contact with a record of who did it: the person itself.
func (s *Service) correct(ctx context.Context, e Entry, ch contact.Change, v delivery.Visit) error {
	err := s.DB.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.correctTx(ctx, tx, e, ch, v) })
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("correct contact: %w", err)
	}
	return nil
}

func (s *Service) correctTx(ctx context.Context, tx *db.Tx, e Entry, ch contact.Change, v delivery.Visit) error {
	if err := s.Contacts.CorrectTx(ctx, tx, e.Tenant, e.Contact, ch); err != nil {
		return err
	}
	var names []string
	for _, f := range []struct {
		name string
		to   *string
	}{{"email", ch.Email}, {"first_name", ch.FirstName}, {"last_name", ch.LastName}, {"lang", ch.Lang}} {
		if f.to != nil {
			names = append(names, f.name)
		}
	}
	return audit.Record(ctx, tx, audit.Entry{
		Tenant: e.Tenant, Who: audit.Who{Via: "contact", IP: v.IP, UserAgent: v.UserAgent}, Action: "contact.corrected_itself",
		Object: e.Contact.String(), Details: map[string]any{"fields": strings.Join(names, ", ")},
	})
}
