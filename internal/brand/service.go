package brand

import (
	"context"
	"fmt"
	"time"

	"keruen/internal/access"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/media"
)

// Service holds the verbs. It is safe for concurrent use.
type Service struct {
	db    *db.DB
	media *media.Service
}

// New makes the service.
func New(d *db.DB, m *media.Service) *Service { return &Service{db: d, media: m} }

type row struct {
	Tenant    id.Tenant    `db:"tenant_id"`
	Kit       db.JSON[Kit] `db:"kit"`
	Version   int64        `db:"version"`
	UpdatedAt time.Time    `db:"updated_at"`
}

func getBrand(ctx context.Context, q db.Querier, t id.Tenant) (Brand, error) {
	r, err := db.One[row](ctx, q, `SELECT tenant_id, kit, version, updated_at FROM brand WHERE tenant_id = ?`, t)
	if errs.KindOf(err) == errs.NotFound {
		return Brand{Tenant: t, Kit: First()}, nil
	}
	return Brand{r.Tenant, r.Kit.V, r.Version, r.UpdatedAt}, err
}

// Get returns the brand of an account; the product's look before anything was saved.
func (s *Service) Get(ctx context.Context, who access.Actor) (Brand, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Brand{}, err
	}
	return getBrand(ctx, s.db, who.Tenant)
}

// Save replaces the kit. Of logos only the id counts: the rest is read from the library. version is the one that was read, 0 for any.
func (s *Service) Save(ctx context.Context, who access.Actor, k Kit, version int64) (Brand, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Brand{}, err
	}
	k, err := k.check()
	if err != nil {
		return Brand{}, err
	}
	for path, l := range map[string]*Logo{"logo": &k.Logo, "logo_dark": &k.LogoDark} {
		if err := s.choose(ctx, who, path, l); err != nil {
			return Brand{}, err
		}
	}
	var out Brand
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		had, err := getBrand(ctx, tx, who.Tenant)
		if err != nil {
			return err
		}
		if version != 0 && version != had.Version {
			return errs.ErrStale
		}
		out = Brand{who.Tenant, k, had.Version + 1, tx.Now}
		n, err := db.Exec(ctx, tx, `
			INSERT INTO brand (tenant_id, kit, version, updated_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (tenant_id) DO UPDATE SET kit = excluded.kit, version = excluded.version, updated_at = excluded.updated_at WHERE brand.version = ?`,
			out.Tenant, db.AsJSON(out.Kit), out.Version, out.UpdatedAt, had.Version)
		if err == nil && n == 0 {
			err = errs.ErrStale
		}
		return err
	})
	if err != nil {
		return Brand{}, fmt.Errorf("save brand: %w", err)
	}
	return out, nil
}

// choose fills a logo from the library.
func (s *Service) choose(ctx context.Context, who access.Actor, path string, l *Logo) error {
	if l.ID == 0 {
		*l = Logo{}
		return nil
	}
	m, err := s.media.Get(ctx, who, l.ID)
	if errs.KindOf(err) == errs.NotFound || err == nil && m.Kind != media.Image {
		return errs.ErrInvalid.At(errs.Field{Path: path, Code: ErrLogo.Code, Text: ErrLogo.Text})
	}
	*l = Logo{ID: m.ID, Path: m.Path(), Width: m.Width, Height: m.Height, Alt: m.Alt}
	return err
}

// Propose makes colours from a picture of the library: what there is most of, and a kit in which words can be read.
func (s *Service) Propose(ctx context.Context, who access.Actor, logo media.ID) (found []string, k Kit, err error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return nil, Kit{}, err
	}
	if found, err = s.media.Colours(ctx, who, logo); err != nil {
		return nil, Kit{}, err
	}
	return found, proposed(found), nil
}

// Names tells whether the brand of an account shows what stands under a public address of the library.
func (s *Service) Names(ctx context.Context, t id.Tenant, address string) (bool, error) {
	n, err := db.One[int](ctx, s.db, `SELECT COUNT(*) FROM brand WHERE tenant_id = ? AND `+s.db.Dialect().Holds("kit"), t, address)
	return n > 0, err
}
