package contact

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/id"
)

// Person is everything by which a contact may be named somewhere: its numbers, also from before merges, and all its addresses.
type Person struct {
	Tenant    id.Tenant
	Contact   ID
	IDs       []ID     // the contact's own first
	Addresses []string // normalised and as given: e-mail addresses and numbers in E.164
}

// PersonOf finds out by what a contact may be named.
func (s *Service) PersonOf(ctx context.Context, who access.Actor, c ID) (Person, error) {
	if err := who.Can(access.ViewContacts); err != nil {
		return Person{}, err
	}
	got, _, err := follow(ctx, s.db, who.Tenant, c)
	if err != nil {
		return Person{}, fmt.Errorf("name contact: %w", err)
	}
	people, err := People(ctx, s.db, who.Tenant, got.ID)
	if err != nil {
		return Person{}, err
	}
	aliases, err := aliasesOf(ctx, s.db, who.Tenant, []ID{got.ID})
	if err != nil {
		return Person{}, fmt.Errorf("name contact: %w", err)
	}
	p := Person{Tenant: who.Tenant, Contact: got.ID, IDs: people}
	p.add(got.EmailKey, got.Email, got.Phone)
	for _, a := range aliases {
		if a.Kind != AliasExternal {
			p.add(a.Key, a.Address)
		}
	}
	return p, nil
}

func (p *Person) add(addresses ...string) {
	for _, a := range addresses {
		if a != "" && !contains(p.Addresses, a) {
			p.Addresses = append(p.Addresses, a)
		}
	}
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// Mentions tells whether a text has one of the addresses in it: an e-mail address in any case, a number in any writing.
func (p Person) Mentions(text string) bool {
	lower, digits := strings.ToLower(text), ""
	for _, a := range p.Addresses {
		if strings.Contains(a, "@") {
			if strings.Contains(lower, strings.ToLower(a)) {
				return true
			}
			continue
		}
		if digits == "" {
			digits = onlyDigits(text)
		}
		if n := nationalDigits(a); n != "" && strings.Contains(digits, n) {
			return true
		}
	}
	return false
}

// Redact puts "…" in the place of the person's addresses; where a number stands in another writing than it is kept, in the place of every address.
func (p Person) Redact(text string) string {
	for _, a := range p.Addresses {
		for {
			i := strings.Index(strings.ToLower(text), strings.ToLower(a))
			if i < 0 || i+len(a) > len(text) || !utf8.ValidString(text[i:i+len(a)]) {
				break
			}
			text = text[:i] + "…" + text[i+len(a):]
		}
	}
	if p.Mentions(text) {
		text = Unnamed(text)
	}
	if p.Mentions(text) {
		return "…"
	}
	return text
}

// addressLike is what may be an e-mail address, also one with a slip in it, or a telephone; minDigits keeps dates out.
var addressLike = regexp.MustCompile(`[^\s@<>«»"]+@[^\s@<>«»"]+|\+?\d[\d ()\-.]{7,}\d`)

const minDigits = 9

// Unnamed puts "…" in the place of all addresses and numbers. Words that members type go through it into the log of actions, which can never be
// changed: nobody who may ask for an erasure must stand there.
func Unnamed(text string) string {
	return addressLike.ReplaceAllStringFunc(text, func(found string) string {
		if !strings.Contains(found, "@") && len(strings.ReplaceAll(onlyDigits(found), "|", "")) < minDigits {
			return found
		}
		return "…"
	})
}

// onlyDigits leaves the digits of numbers, whatever people put between them; what cannot be within a number parts them.
func onlyDigits(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b = append(b, byte(r))
		case strings.ContainsRune(" ()-.+\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014", r):
		default:
			b = append(b, '|')
		}
	}
	return string(b)
}

// nationalDigits is the end of a number that every writing of it has; empty for one that is too short to be told apart.
func nationalDigits(e164 string) string {
	d := onlyDigits(e164)
	if len(d) < 9 {
		return ""
	}
	return d[max(0, len(d)-10):]
}

// ForgetTx removes a person for good: the contact, its further addresses, how it was before merges, and what its consents tell beside
// their bare rows. The keyed hashes of its addresses go to the stop-list, so that nobody writes to it again, whatever is imported.
func (s *Service) ForgetTx(ctx context.Context, tx *db.Tx, p Person) error {
	got, err := getContact(ctx, tx, p.Tenant, p.Contact)
	if err != nil {
		return err
	}
	if err := s.stopForgotten(ctx, tx, got); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	if err := blankProofs(ctx, tx, p.Tenant, p.IDs); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	if err := redactProofs(ctx, tx, p); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	if err := s.removeTx(ctx, tx, p.Tenant, []Contact{got}, ByDeletion); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	if err := forgetMerges(ctx, tx, p.Tenant, p.IDs); err != nil { // also merges of those that were merged on
		return fmt.Errorf("forget contact: %w", err)
	}
	if err := s.forgetStops(ctx, tx, p); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	return forgetDomains(ctx, tx, p)
}

// stopForgotten puts every address of a person on the stop-list of its channels.
func (s *Service) stopForgotten(ctx context.Context, tx *db.Tx, c Contact) error {
	for _, ch := range []channel.Kind{channel.Email, channel.SMS, channel.Viber, channel.WhatsApp} {
		if err := s.suppressPerson(ctx, tx, c, Suppression{Channel: ch, Scope: ScopeAll, Reason: Unsubscribed}); err != nil {
			return err
		}
	}
	return nil
}

// forgetStops leaves of the entries of a person nothing but the keyed hash, and takes its addresses out of what is noted at others.
func (s *Service) forgetStops(ctx context.Context, tx *db.Tx, p Person) error {
	var hashes []string
	for _, a := range p.Addresses {
		hashes = append(hashes, s.hash(p.Tenant, a))
	}
	w := db.Where("tenant_id = ?", p.Tenant).And(db.In("address_hash", hashes))
	if _, err := db.Exec(ctx, tx, `UPDATE suppression SET address = '', detail = '' WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	for _, a := range p.Addresses {
		_, err := db.Exec(ctx, tx, `UPDATE suppression SET detail = '…' WHERE tenant_id = ? AND lower(detail) LIKE ? ESCAPE '!'`, p.Tenant, db.Contains(strings.ToLower(a)))
		if err != nil {
			return err
		}
	}
	return nil
}

// blankProofs blanks what a proof tells about a person alone. A proof that others share, as that of an import, tells nothing about one of them.
func blankProofs(ctx context.Context, tx *db.Tx, t id.Tenant, people []ID) error {
	in, ids := db.In("c.contact_id", people)
	out, others := db.In("o.contact_id", people)
	_, err := db.Exec(ctx, tx, `
		UPDATE consent_proof SET ip = '', user_agent = '', evidence = '{}'
		WHERE tenant_id = ? AND id IN (SELECT c.proof_id FROM consent c WHERE c.tenant_id = ? AND `+in+`)
			AND NOT EXISTS (SELECT 1 FROM consent o WHERE o.tenant_id = ? AND o.proof_id = consent_proof.id AND NOT (`+out+`))`,
		t, t, ids, t, others)
	return err
}

// redactProofs takes the person's addresses out of what members wrote into proofs: "letter from …", the name of a file. That may be the proof
// of others.
func redactProofs(ctx context.Context, tx *db.Tx, p Person) error {
	in, ids := db.In("c.contact_id", p.IDs)
	where, args := `id IN (SELECT c.proof_id FROM consent c WHERE c.tenant_id = ? AND `+in+`)`, []any{p.Tenant, p.Tenant, ids}
	for _, a := range p.Addresses {
		text := db.Contains(strings.ToLower(a))
		where, args = where+` OR lower(wording) LIKE ? ESCAPE '!' OR lower(evidence) LIKE ? ESCAPE '!'`, append(args, text, text)
	}
	rows, err := db.All[struct {
		ID       ProofID                    `db:"id"`
		Wording  string                     `db:"wording"`
		Evidence db.JSON[map[string]string] `db:"evidence"`
	}](ctx, tx, `SELECT id, wording, evidence FROM consent_proof WHERE tenant_id = ? AND (`+where+`)`, args...)
	if err != nil {
		return err
	}
	for _, r := range rows {
		wording, changed := p.Redact(r.Wording), false
		for key, text := range r.Evidence.V {
			if clean := p.Redact(text); clean != text {
				r.Evidence.V[key], changed = clean, true
			}
		}
		if !changed && wording == r.Wording {
			continue
		}
		if _, err := db.Exec(ctx, tx, `UPDATE consent_proof SET wording = ?, evidence = ? WHERE tenant_id = ? AND id = ?`, wording, r.Evidence, p.Tenant, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// forgetDomains drops what the DNS said about a domain on which nobody else is: the domain may be the person's own.
func forgetDomains(ctx context.Context, tx *db.Tx, p Person) error {
	for _, a := range p.Addresses {
		_, domain, ok := strings.Cut(a, "@")
		if !ok {
			continue
		}
		n, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM (SELECT 1 FROM contacts c WHERE c.tenant_id = ? AND c.email_key LIKE ? ESCAPE '!' LIMIT 1) AS found`,
			p.Tenant, db.Contains("@"+domain))
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if _, err := db.Exec(ctx, tx, `DELETE FROM domain_check WHERE tenant_id = ? AND domain = ?`, p.Tenant, domain); err != nil {
			return err
		}
	}
	return nil
}

// GetTx returns a contact, or the one that it was merged into. The caller has asked the permission.
func (s *Service) GetTx(ctx context.Context, tx *db.Tx, t id.Tenant, c ID) (Contact, error) {
	got, _, err := follow(ctx, tx, t, c)
	return got, err
}
