package contact

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"keruen/internal/channel"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// SignUp is a person that gave its data itself, on a form.
type SignUp struct {
	Email, Phone, FirstName, LastName, Lang string
	Fields                                  map[string]string // by key, in texts that their fields read; those of fields that are gone are left out
	Lists                                   []ListID          // those that are gone are left out, and so are tags
	Tags                                    []TagID
	Agreed                                  []Given
	Proved                                  bool // the person acted from its own e-mail mailbox: a confirmed link
}

// SignedUp is what became of it.
type SignedUp struct {
	Contact ID
	Created bool
	Granted []ConsentKey // now in force, also those that were before
	Refused []ConsentKey // withdrawn before, and not the contact's own act now; or after a complaint
}

// SignUpTx makes the person a contact, or adds to the contact that it is. Whoever proved its mailbox changes its own data and takes
// back what it withdrew, on e-mail; a form alone fills only what was empty and revives nothing (AUD-3).
func (s *Service) SignUpTx(ctx context.Context, tx *db.Tx, t id.Tenant, u SignUp) (SignedUp, error) {
	c, created, err := s.signUp(ctx, tx, t, u)
	if err != nil {
		return SignedUp{}, fmt.Errorf("sign up: %w", err)
	}
	if err := s.placeIn(ctx, tx, c, u); err != nil {
		return SignedUp{}, fmt.Errorf("sign up: %w", err)
	}
	out := SignedUp{Contact: c.ID, Created: created}
	for _, g := range u.Agreed {
		grant := s.GrantTx
		if u.Proved && g.Key.Channel == channel.Email {
			grant = s.AgreeTx
		}
		err := grant(ctx, tx, t, c.ID, g.Key, g.Proof)
		switch {
		case errors.Is(err, ErrWithdrawn), errors.Is(err, ErrComplaint):
			out.Refused = append(out.Refused, g.Key)
		case errors.Is(err, ErrTopicUnknown): // deleted since the form was shown
		case err != nil:
			return SignedUp{}, fmt.Errorf("sign up: %w", err)
		default:
			out.Granted = append(out.Granted, g.Key)
		}
	}
	return out, nil
}

func (s *Service) signUp(ctx context.Context, tx *db.Tx, t id.Tenant, u SignUp) (c Contact, created bool, err error) {
	fields, err := s.signUpFields(ctx, tx, t, u.Fields)
	if err != nil {
		return c, false, err
	}
	said, bad := Contact{Tenant: t, Sort: Audience, Fields: fields}, []errs.Field(nil)
	bad = append(bad, said.setEmail(u.Email)...)
	bad = append(bad, said.setPhone(u.Phone, "")...)
	bad = append(bad, said.setNames(u.FirstName, u.LastName, u.Lang)...)
	if err := invalid(said, bad); err != nil {
		return c, false, err
	}
	c, err = findSignUp(ctx, tx, said)
	if errors.Is(err, errs.ErrNotFound) {
		said.ID, said.Version, said.CreatedAt, said.UpdatedAt = id.New[contactKind](), 1, tx.Now, tx.Now
		return said, true, s.insertContacts(ctx, tx, []Contact{said})
	}
	if err != nil {
		return c, false, err
	}
	created = c.Sort != Audience // until now only so that letters of ours could reach it
	if !c.say(said, u.Proved) {
		return c, created, nil
	}
	ok, err := s.updateContact(ctx, tx, c)
	if err == nil && !ok {
		err = errs.ErrStale
	}
	c.Version++
	return c, created, err
}

// findSignUp finds the contact that a person is: by its e-mail, or, when it gave none, by its number where that has no other owner.
func findSignUp(ctx context.Context, tx *db.Tx, said Contact) (Contact, error) {
	find, key := byEmail, said.EmailKey
	if key == "" {
		find, key = byPhone, said.Phone
	}
	have, err := find(ctx, tx, said.Tenant, []string{key})
	if err == nil && len(have) == 0 {
		err = errs.ErrNotFound
	}
	if err != nil {
		return Contact{}, err
	}
	return have[0], nil // several may share a number: the oldest is meant, as in imports
}

// say puts what a person said into its contact, and tells whether anything changed.
func (c *Contact) say(said Contact, proved bool) bool {
	changed := c.Sort != Audience
	c.Sort = Audience
	put := func(have *string, value string) {
		if value != "" && *have != value && (proved || *have == "") {
			*have, changed = value, true
		}
	}
	put(&c.Phone, said.Phone)
	put(&c.FirstName, said.FirstName)
	put(&c.LastName, said.LastName)
	put(&c.Lang, said.Lang)
	c.Fields = maps.Clone(c.Fields)
	if c.Fields == nil {
		c.Fields = map[string]Value{}
	}
	for k, v := range said.Fields {
		if have, ok := c.Fields[k]; !ok || proved && !have.Equal(v) {
			c.Fields[k], changed = v, true
		}
	}
	return changed
}

func (s *Service) signUpFields(ctx context.Context, q db.Querier, t id.Tenant, said map[string]string) (map[string]Value, error) {
	out := map[string]Value{}
	if len(said) == 0 {
		return out, nil
	}
	known, err := listFields(ctx, q, t)
	if err != nil {
		return nil, err
	}
	for _, f := range known {
		if v, err := f.Parse(said[f.Key]); err == nil && !v.IsZero() {
			out[f.Key] = v
		}
	}
	return out, nil
}

// placeIn adds the contact to those of the lists and tags that are there.
func (s *Service) placeIn(ctx context.Context, tx *db.Tx, c Contact, u SignUp) error {
	var lists []ListID
	for _, l := range u.Lists {
		if err := HaveLists(ctx, tx, c.Tenant, []ListID{l}); err == nil {
			lists = append(lists, l)
		} else if errs.KindOf(err) == errs.Internal {
			return err
		}
	}
	if len(lists) > 0 {
		if err := joinLists(ctx, tx, c.Tenant, []ID{c.ID}, lists, ByForm); err != nil {
			return err
		}
	}
	var tags []TagID
	for _, g := range u.Tags {
		if err := haveTags(ctx, tx, c.Tenant, []TagID{g}); err == nil {
			tags = append(tags, g)
		} else if errs.KindOf(err) == errs.Internal {
			return err
		}
	}
	if len(tags) == 0 {
		return nil
	}
	return TagTx(ctx, tx, c.Tenant, []ID{c.ID}, tags)
}
