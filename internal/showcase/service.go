package showcase

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Mailings knows when an account sent a mailing last; zero for never. campaign.Service does.
type Mailings interface {
	LastMailing(ctx context.Context, t id.Tenant) (time.Time, error)
}

// Service keeps the page.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	mailings Mailings
}

const (
	mostListed = 500
	maxReason  = 500 // characters
)

// New returns a service. Call Work and StartTx for clients to leave the page by themselves.
func New(d *db.DB, c clock.Clock, m Mailings) *Service { return &Service{db: d, clock: c, mailings: m} }

// Get returns what the account allows; ErrNotAsked when it allows nothing.
func (s *Service) Get(ctx context.Context, who access.Actor) (Client, error) {
	if err := who.Can(access.ManageAccount); err != nil {
		return Client{}, err
	}
	c, err := ofAccount(ctx, s.db, who.Tenant)
	if errors.Is(err, errs.ErrNotFound) {
		return Client{}, ErrNotAsked
	}
	if err != nil {
		return Client{}, fmt.Errorf("get client: %w", err)
	}
	return c, nil
}

// Allow records that the customer lets its name and logo be shown. It waits for an operator, also after each change.
func (s *Service) Allow(ctx context.Context, who access.Actor, o Offer) (Client, error) {
	if err := who.Can(access.ManageAccount); err != nil {
		return Client{}, err
	}
	o, err := o.check()
	if err != nil {
		return Client{}, err
	}
	var logo Logo
	if o.Logo != nil {
		if logo, err = readLogo(o.Logo); err != nil {
			return Client{}, errs.ErrInvalid.At(blame("logo", ErrLogo))
		}
	}
	var out Client
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := ofAccount(ctx, tx, who.Tenant)
		if err != nil && !errors.Is(err, errs.ErrNotFound) {
			return err
		}
		c := Client{ID: old.ID, Name: o.Name, Site: o.Site, Logo: logo}
		if c.ID == 0 {
			c.ID = id.New[clientKind]()
		}
		if o.Logo == nil {
			if c.Logo = old.Logo; old.ID == 0 {
				return errs.ErrInvalid.At(blame("logo", ErrLogo))
			}
			if c.Logo.Picture, err = pictureOfAccount(ctx, tx, who.Tenant); err != nil {
				return err
			}
		}
		if err := save(ctx, tx, who, c); err != nil {
			return err
		}
		if err := note(ctx, tx, who, who.Tenant, "showcase.allowed", c, nil); err != nil {
			return err
		}
		out, err = ofAccount(ctx, tx, who.Tenant)
		return err
	})
	if err != nil {
		return Client{}, fmt.Errorf("allow logo: %w", err)
	}
	return out, nil
}

// Withdraw takes the permission back: the name and the logo are gone from the page and from the database at once. Doing it again changes nothing.
func (s *Service) Withdraw(ctx context.Context, who access.Actor) error {
	if err := who.Can(access.ManageAccount); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := ofAccount(ctx, tx, who.Tenant)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if gone, err := remove(ctx, tx, who.Tenant); err != nil || !gone {
			return err
		}
		return note(ctx, tx, who, who.Tenant, "showcase.withdrawn", c, nil)
	})
	if err != nil {
		return fmt.Errorf("withdraw logo: %w", err)
	}
	return nil
}

// List returns all for operators, those that wait first.
func (s *Service) List(ctx context.Context, who access.Actor) ([]Client, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return nil, err
	}
	all, err := list(ctx, s.db, mostListed)
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	return all, nil
}

// Decision is an operator's word about one client, as it was when it was looked at.
type Decision struct {
	Client    ID
	AllowedAt time.Time
	Show      bool
	Reason    string // for the customer, when it is not shown
}

// Decide shows a client, refuses it, or takes it off the page. ErrDecided when the customer has changed it since.
func (s *Service) Decide(ctx context.Context, who access.Actor, d Decision) (Client, error) {
	if err := who.Can(access.RunPlatform); err != nil {
		return Client{}, err
	}
	if d.Reason = strings.TrimSpace(d.Reason); !d.Show && d.Reason == "" || len([]rune(d.Reason)) > maxReason {
		return Client{}, errs.ErrInvalid.At(blame("reason", ErrReason))
	}
	c, err := get(ctx, s.db, d.Client)
	if err != nil {
		return Client{}, fmt.Errorf("decide about client: %w", err)
	}
	stay, err := s.stays(ctx, c)
	if err != nil {
		return Client{}, fmt.Errorf("decide about client: %w", err)
	}
	to := Refused
	if d.Show {
		if to, d.Reason = Shown, ""; !stay.After(s.clock.Now()) {
			return Client{}, ErrNoMail
		}
	}
	c.AllowedAt = d.AllowedAt
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		done, err := decide(ctx, tx, c, to, d.Reason, stay)
		if err != nil {
			return err
		}
		if !done {
			return ErrDecided
		}
		if err := note(ctx, tx, who, c.Tenant, "showcase."+string(to), c, map[string]any{"reason": d.Reason}); err != nil {
			return err
		}
		c, err = get(ctx, tx, d.Client)
		return err
	})
	if err != nil {
		return Client{}, fmt.Errorf("decide about client: %w", err)
	}
	return c, nil
}

func (s *Service) stays(ctx context.Context, c Client) (time.Time, error) {
	last, err := s.mailings.LastMailing(ctx, c.Tenant)
	return until(last), err
}

// Shown returns those on the public page now.
func (s *Service) Shown(ctx context.Context) ([]Client, error) {
	all, err := listShown(ctx, s.db, s.clock.Now(), mostListed)
	if err != nil {
		return nil, fmt.Errorf("list shown clients: %w", err)
	}
	return all, nil
}

// LogoOf returns the picture of a client on the public page, by its hash; errs.ErrNotFound for every other.
func (s *Service) LogoOf(ctx context.Context, c ID, hash string) (Logo, error) {
	got, err := pictureOf(ctx, s.db, c)
	if err != nil {
		return Logo{}, fmt.Errorf("get logo: %w", err)
	}
	if got.State != Shown || !got.ShownUntil.After(s.clock.Now()) || got.Logo.Hash != hash {
		return Logo{}, errs.ErrNotFound
	}
	return got.Logo, nil
}

// Picture returns the picture to its owner, and any to operators.
func (s *Service) Picture(ctx context.Context, who access.Actor, c ID) (Logo, error) {
	got, err := pictureOf(ctx, s.db, c)
	if err != nil {
		return Logo{}, fmt.Errorf("get logo: %w", err)
	}
	own := got.Tenant == who.Tenant && who.Can(access.ManageAccount) == nil
	if !own && who.Can(access.RunPlatform) != nil {
		return Logo{}, errs.ErrNotFound
	}
	return got.Logo, nil
}

// note writes into the log of the account whose logo it is; an operator is named there as such.
func note(ctx context.Context, tx *db.Tx, who access.Actor, t id.Tenant, action string, c Client, details map[string]any) error {
	if details == nil {
		details = map[string]any{"name": c.Name, "logo": c.Logo.Hash}
	}
	return audit.Record(ctx, tx, audit.Entry{Tenant: t, Who: who.Who(), Action: action, Object: c.ID.String(), Details: details})
}
