package contact

import (
	"context"
	"fmt"
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

// Redact puts "…" in the place of e-mail addresses and of numbers as they are kept.
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
	return text
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
	if err := forgetProofs(ctx, tx, p); err != nil {
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

// forgetStops leaves of the entries of a person nothing but the keyed hash.
func (s *Service) forgetStops(ctx context.Context, tx *db.Tx, p Person) error {
	var hashes []string
	for _, a := range p.Addresses {
		hashes = append(hashes, s.hash(p.Tenant, a))
	}
	w := db.Where("tenant_id = ?", p.Tenant).And(db.In("address_hash", hashes))
	_, err := db.Exec(ctx, tx, `UPDATE suppression SET address = '', detail = '' WHERE `+w.SQL(), w.Args()...)
	return err
}

// forgetProofs blanks what a proof tells about the person alone. A proof that others share, as that of an import, tells nothing about one of them.
func forgetProofs(ctx context.Context, tx *db.Tx, p Person) error {
	in, ids := db.In("c.contact_id", p.IDs)
	out, others := db.In("o.contact_id", p.IDs)
	_, err := db.Exec(ctx, tx, `
		UPDATE consent_proof SET ip = '', user_agent = '', evidence = '{}'
		WHERE tenant_id = ? AND id IN (SELECT c.proof_id FROM consent c WHERE c.tenant_id = ? AND `+in+`)
			AND NOT EXISTS (SELECT 1 FROM consent o WHERE o.tenant_id = ? AND o.proof_id = consent_proof.id AND NOT (`+out+`))`,
		p.Tenant, p.Tenant, ids, p.Tenant, others)
	return err
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
