package media

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"strings"

	"keruen/internal/access"
	"keruen/internal/blob"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/page"
)

// Usage finds where the files of an account are used. Features that hold letters have it; app joins them.
type Usage interface {
	// UsesOf returns places that name the address, the most telling first, at most a few.
	UsesOf(ctx context.Context, t id.Tenant, address string) ([]Use, error)
}

// Service holds the verbs. It is safe for concurrent use.
type Service struct {
	db       *db.DB
	blobs    *blob.Store
	base     string // of our public addresses
	usage    []Usage
	log      *slog.Logger
	workshop *workshop
}

// New makes the service. Without usages a file may be deleted whatever shows it.
func New(d *db.DB, blobs *blob.Store, baseURL string, log *slog.Logger, usage ...Usage) *Service {
	return &Service{db: d, blobs: blobs, base: baseURL, usage: usage, log: log, workshop: newWorkshop()}
}

// URL is the whole public address of a file.
func (s *Service) URL(m Media) string { return s.Address(m.Path()) }

// Address makes a path of the library whole.
func (s *Service) Address(path string) string { return s.base + path }

// Add keeps a file. The same file is kept once: then what was kept before is returned, and fresh is false. A picture is made fit for letters;
// what was uploaded is kept beside it.
func (s *Service) Add(ctx context.Context, who access.Actor, name, folder string, r io.Reader) (m Media, fresh bool, err error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Media{}, false, err
	}
	draft := Media{Tenant: who.Tenant, Version: 1, By: who.Member}
	name = blob.Clean(name)
	if err := draft.apply(Change{Name: &name, Folder: &folder}); err != nil {
		return Media{}, false, err
	}
	original, err := s.blobs.Put(ctx, who.Tenant, r, MaxFile)
	if err != nil {
		if errors.Is(err, blob.ErrTooLarge) {
			err = ErrLarge.With("limit_bytes", MaxFile)
		}
		return Media{}, false, fmt.Errorf("add media: %w", err)
	}
	draft.original, draft.OriginalSize, draft.SHA256 = original.Key, original.Size, original.SHA256
	defer func() {
		if err != nil || !fresh {
			s.forget(ctx, who.Tenant, draft.original, draft.blob)
		}
	}()
	if old, err := findBySum(ctx, s.db, who.Tenant, draft.SHA256); err == nil || errs.KindOf(err) != errs.NotFound {
		return old, false, err
	}
	if err := s.prepare(ctx, &draft); err != nil {
		return Media{}, false, fmt.Errorf("add media: %w", err)
	}
	return s.keep(ctx, draft)
}

// keep writes a prepared file down, unless the library is full or the same file came in meanwhile.
func (s *Service) keep(ctx context.Context, m Media) (Media, bool, error) {
	made := m
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		space, err := spaceOf(ctx, tx, m.Tenant)
		if err != nil {
			return err
		}
		if space.Files >= MaxMedia || space.Bytes+m.Size+m.OriginalSize > MaxSpace {
			return ErrFull
		}
		made = m
		made.ID, made.Key, made.CreatedAt, made.UpdatedAt = id.New[mediaKind](), strings.ToLower(rand.Text()), tx.Now, tx.Now
		return insertMedia(ctx, tx, made)
	})
	if db.IsUnique(err) {
		old, err := findBySum(ctx, s.db, m.Tenant, m.SHA256)
		return old, false, err
	}
	if err != nil {
		return m, false, fmt.Errorf("add media: %w", err)
	}
	return made, true, nil
}

// prepare finds out what a file is, and makes what is shown.
func (s *Service) prepare(ctx context.Context, m *Media) error {
	f, err := s.blobs.Open(ctx, m.Tenant, m.original)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrType.Because(err) // empty
	}
	form := format(head[:n])
	if form == "" {
		m.Kind, m.blob, m.Size = File, m.original, m.OriginalSize
		m.Type, err = fileType(m.Name, head[:n])
		return err
	}
	if m.OriginalSize > MaxPicture {
		return ErrLarge.With("limit_bytes", MaxPicture).With("bytes", m.OriginalSize)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	pic, err := s.workshop.prepare(ctx, form, data)
	if err != nil {
		return err
	}
	ref, err := s.blobs.Put(ctx, m.Tenant, bytes.NewReader(pic.data), MaxFile)
	m.Kind, m.Type, m.Width, m.Height, m.Animated, m.blob, m.Size = Image, pic.mime, pic.width, pic.height, pic.animated, ref.Key, ref.Size
	m.Name = strings.TrimSuffix(m.Name, path.Ext(m.Name)) + endings[m.Type]
	return err
}

// forget removes files that no row names. What cannot be removed costs space and nothing else.
func (s *Service) forget(ctx context.Context, t id.Tenant, keys ...string) {
	for i, k := range keys {
		if k == "" || i > 0 && k == keys[0] {
			continue
		}
		if err := s.blobs.Delete(context.WithoutCancel(ctx), t, k); err != nil {
			s.log.Warn("remove file of media", "tenant", t.String(), "error", err)
		}
	}
}

// Filter narrows a list of media. Empty values do not.
type Filter struct {
	Kind   Kind
	Folder *string // "" = those in none
	Search string  // in the name
}

// List returns media, the newest first.
func (s *Service) List(ctx context.Context, who access.Actor, f Filter, ask page.Ask) (page.Of[Media], error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return page.Of[Media]{}, err
	}
	return listMedia(ctx, s.db, who.Tenant, f, ask)
}

// Get returns one.
func (s *Service) Get(ctx context.Context, who access.Actor, m ID) (Media, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Media{}, err
	}
	return getMedia(ctx, s.db, who.Tenant, m)
}

// Space is what the library of an account takes, with its folders.
type Space struct {
	Files   int
	Bytes   int64 // originals counted
	Folders []string
}

// SpaceOf returns it.
func (s *Service) SpaceOf(ctx context.Context, who access.Actor) (Space, error) {
	if err := who.Can(access.ViewCampaigns); err != nil {
		return Space{}, err
	}
	space, err := spaceOf(ctx, s.db, who.Tenant)
	if err != nil {
		return Space{}, err
	}
	space.Folders, err = foldersOf(ctx, s.db, who.Tenant)
	return space, err
}

// Update alters name, description and folder. version is the one that was read, 0 for any; errs.ErrStale when it moved on.
func (s *Service) Update(ctx context.Context, who access.Actor, m ID, version int64, c Change) (Media, error) {
	if err := who.Can(access.EditCampaigns); err != nil {
		return Media{}, err
	}
	var out Media
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out, err = getMedia(ctx, tx, who.Tenant, m); err != nil {
			return err
		}
		if version != 0 && version != out.Version {
			return errs.ErrStale
		}
		if err := out.apply(c); err != nil {
			return err
		}
		ok, err := updateMedia(ctx, tx, out)
		if err == nil && !ok {
			err = errs.ErrStale
		}
		out.Version, out.UpdatedAt = out.Version+1, tx.Now
		return err
	})
	if err != nil {
		return Media{}, fmt.Errorf("update media: %w", err)
	}
	return out, nil
}

// Uses returns where a file is used.
func (s *Service) Uses(ctx context.Context, who access.Actor, m ID) ([]Use, error) {
	got, err := s.Get(ctx, who, m)
	if err != nil {
		return nil, err
	}
	return s.usesOf(ctx, got)
}

func (s *Service) usesOf(ctx context.Context, m Media) ([]Use, error) {
	var out []Use
	for _, u := range s.usage {
		found, err := u.UsesOf(ctx, m.Tenant, PublicPath+m.Key+"/")
		if err != nil {
			return nil, fmt.Errorf("find uses of media: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// Delete removes a file that nothing uses, for good. One that a letter shows, sent ones among them, is ErrUsed.
func (s *Service) Delete(ctx context.Context, who access.Actor, m ID) error {
	if err := who.Can(access.EditCampaigns); err != nil {
		return err
	}
	got, err := getMedia(ctx, s.db, who.Tenant, m)
	if err != nil {
		return err
	}
	uses, err := s.usesOf(ctx, got)
	if err != nil {
		return err
	}
	if len(uses) > 0 {
		return ErrUsed.With("count", len(uses)).With("name", uses[0].Name)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, `DELETE FROM media WHERE tenant_id = ? AND id = ?`, who.Tenant, m)
		if err == nil && n == 0 {
			err = errs.ErrNotFound
		}
		tx.AfterCommit(func() { s.forget(ctx, who.Tenant, got.original, got.blob) })
		return err
	})
	if err != nil {
		return fmt.Errorf("delete media: %w", err)
	}
	return nil
}

// Open returns what stands under a public address, for anybody who has it; close the file.
func (s *Service) Open(ctx context.Context, key string) (Media, *os.File, error) {
	if len(key) != 26 {
		return Media{}, nil, errs.ErrNotFound
	}
	m, err := findByKey(ctx, s.db, key)
	if err != nil {
		return Media{}, nil, err
	}
	f, err := s.blobs.Open(ctx, m.Tenant, m.blob)
	return m, f, err
}
