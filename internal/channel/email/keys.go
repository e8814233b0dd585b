package email

import (
	"time"

	"keruen/internal/errs"
	"keruen/internal/mail/dkim"
)

// A key is replaced in three steps, so that at no moment a letter bears a signature that cannot be verified: the new one is published and
// nothing signs with it; once it has been seen in the DNS for nextSettles, it signs; the old one stays published for oldStays,
// for letters that are still on their way or are read by programs that verify late.
const (
	nextSettles = time.Hour // seen for so long: secondary name servers have it too
	oldStays    = 7 * 24 * time.Hour

	lookSoon   = 15 * time.Minute // how often a key that should be published is looked for
	lookRarely = 6 * time.Hour    // after a day in vain
)

// Errors of replacing keys.
var (
	ErrKeyWaits   = errs.New(errs.Conflict, "sender.key_waits", "A new key waits already. Publish it, or drop it first.")
	ErrNoKeyWaits = errs.New(errs.Conflict, "sender.no_key_waits", "No new key waits: there is nothing to drop.")
	ErrUnsigned   = errs.New(errs.Conflict, "sender.unsigned", "This sender has no signing key that could be replaced.")
)

// NextKey is a key that takes over when it is published.
type NextKey struct {
	Selector   string    `json:"selector"`
	PrivateKey string    `json:"private_key"` // PEM
	Made       time.Time `json:"made"`
	Seen       time.Time `json:"seen,omitzero"` // in the DNS since; zero: not yet
}

// OldKey is what is left of a key that signed before: its public half.
type OldKey struct {
	Selector string    `json:"selector"`
	Record   string    `json:"record"`
	Until    time.Time `json:"until"` // it may be taken out of the DNS then
}

func (n NextKey) record() (string, error) {
	key, err := dkim.ParsePEM(n.PrivateKey)
	if err != nil {
		return "", err
	}
	return dkim.Record(&key.PublicKey)
}

// Replace makes the key that will take over.
func (d DKIM) Replace(now time.Time) (DKIM, error) {
	switch {
	case d.PrivateKey == "":
		return d, ErrUnsigned
	case d.Next != nil:
		return d, ErrKeyWaits
	}
	key, err := dkim.Generate()
	if err != nil {
		return d, err
	}
	text, err := dkim.EncodePEM(key)
	if err != nil {
		return d, err
	}
	d.Next = &NextKey{Selector: newSelector(now), PrivateKey: text, Made: now}
	return d, nil
}

// Step goes on with a replacement by what is published now: visible tells of the next key. It changes nothing when there is nothing to do.
func (d DKIM) Step(now time.Time, visible bool) (DKIM, error) {
	d.Old = stillNeeded(d.Old, now)
	if d.Next == nil {
		return d, nil
	}
	next := *d.Next
	switch {
	case !visible:
		next.Seen = time.Time{}
	case next.Seen.IsZero():
		next.Seen = now
	case now.Sub(next.Seen) >= nextSettles:
		return d.takeOver(now)
	}
	d.Next = &next
	return d, nil
}

func (d DKIM) takeOver(now time.Time) (DKIM, error) {
	pub, err := d.PublicKey()
	if err != nil {
		return d, err
	}
	record, err := dkim.Record(pub)
	if err != nil {
		return d, err
	}
	d.Old = append(d.Old, OldKey{Selector: d.Selector, Record: record, Until: now.Add(oldStays)})
	d.Selector, d.PrivateKey, d.Since, d.Next = d.Next.Selector, d.Next.PrivateKey, now, nil
	return d, nil
}

func stillNeeded(old []OldKey, now time.Time) []OldKey {
	var out []OldKey
	for _, o := range old {
		if o.Until.After(now) {
			out = append(out, o)
		}
	}
	return out
}

// due is when the keys must be looked at next; zero: they rest.
func (d DKIM) due(now time.Time) time.Time {
	var at time.Time
	for _, o := range d.Old {
		if at.IsZero() || o.Until.Before(at) {
			at = o.Until
		}
	}
	if d.Next == nil {
		return at
	}
	wait := lookSoon
	if d.Next.Seen.IsZero() && now.Sub(d.Next.Made) > 24*time.Hour {
		wait = lookRarely
	}
	if look := now.Add(wait); at.IsZero() || look.Before(at) {
		return look
	}
	return at
}
