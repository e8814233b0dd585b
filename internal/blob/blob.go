// Package blob keeps files: imports, media, exports. A file belongs to one account, is written
// once and never changed. Small values belong to the database.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"keruen/internal/errs"
	"keruen/internal/id"
)

// Errors of files.
var (
	ErrTooLarge = errs.New(errs.TooLarge, "blob.too_large", "The file is larger than allowed.")
)

// Ref tells where a file lies and what it is. Key is opaque: keep it, do not build it.
type Ref struct {
	Key    string
	Size   int64 // bytes
	SHA256 string
}

type kind struct{}

func (kind) Prefix() string { return "blb" }

// Store keeps files on the local disk: dir/<account>/<last two characters>/<key>.
type Store struct{ dir string }

// abandoned is how long a half-written file may rest before it counts as left by a crash. Another process may be
// writing to the same folder, and no upload rests that long.
const abandoned = time.Hour

// Open makes the folder when there is none and returns the store. Half-written files that an earlier crash left
// are removed.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, fmt.Errorf("open blob store: %w", kindOf(err))
	}
	parts, err := filepath.Glob(filepath.Join(dir, "tmp", "*.part"))
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	for _, f := range parts {
		if err := removeAbandoned(f); err != nil {
			return nil, fmt.Errorf("open blob store: %w", err)
		}
	}
	return &Store{dir: dir}, nil
}

// removeAbandoned removes a half-written file that nobody writes to; one that is gone meanwhile is fine.
func removeAbandoned(path string) error {
	info, err := os.Stat(path)
	if err == nil && time.Since(info.ModTime()) > abandoned {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Put stores all of r, at most limit bytes: one more and nothing is kept and the error is ErrTooLarge.
// The file appears whole or not at all, and survives a crash once Put has returned.
func (s *Store) Put(ctx context.Context, t id.Tenant, r io.Reader, limit int64) (Ref, error) {
	tmp, err := os.CreateTemp(filepath.Join(s.dir, "tmp"), "*.part")
	if err != nil {
		return Ref{}, fmt.Errorf("put blob: %w", kindOf(err))
	}
	defer os.Remove(tmp.Name()) // gone already after the rename
	defer tmp.Close()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(tmp, sum), io.LimitReader(reader{ctx, r}, limit+1))
	if err != nil {
		return Ref{}, fmt.Errorf("put blob: %w", kindOf(err))
	}
	if size > limit {
		return Ref{}, ErrTooLarge.With("limit_bytes", limit)
	}
	ref := Ref{Key: id.New[kind]().String(), Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}
	if err := errors.Join(tmp.Sync(), tmp.Close(), s.place(tmp.Name(), t, ref.Key)); err != nil {
		return Ref{}, fmt.Errorf("put blob: %w", kindOf(err))
	}
	return ref, nil
}

// place moves a finished file under its name and makes the move durable.
func (s *Store) place(tmp string, t id.Tenant, key string) error {
	path := s.path(t, key)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDirs(filepath.Dir(path), filepath.Dir(filepath.Dir(path)), s.dir)
}

// Open returns a file for reading from any position; close it. A key of another account, or
// one that was deleted, is errs.ErrNotFound.
func (s *Store) Open(_ context.Context, t id.Tenant, key string) (*os.File, error) {
	if _, err := id.Parse[kind](key); err != nil || t == 0 {
		return nil, errs.ErrNotFound
	}
	f, err := os.Open(s.path(t, key))
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", kindOf(err))
	}
	return f, nil
}

// Delete removes a file. Deleting one that is not there changes nothing.
func (s *Store) Delete(_ context.Context, t id.Tenant, key string) error {
	if _, err := id.Parse[kind](key); err != nil || t == 0 {
		return errs.ErrNotFound
	}
	err := os.Remove(s.path(t, key))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete blob: %w", kindOf(err))
	}
	return nil
}

// path spreads the files of an account over folders by the end of the key; its beginning is time.
func (s *Store) path(t id.Tenant, key string) string {
	return filepath.Join(s.dir, t.String(), key[len(key)-2:], key)
}

// reader stops when the caller has gone away.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

func syncDirs(dirs ...string) error {
	for _, d := range dirs {
		f, err := os.Open(d)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// kindOf turns errors of the file system into ours.
func kindOf(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.ErrDiskFull.Because(err)
	case errors.Is(err, fs.ErrNotExist):
		return errs.ErrNotFound.Because(err)
	default:
		return err
	}
}

// Clean returns a file name that is safe to show and to offer for download: no folders, no
// control characters, at most 120 characters.
func Clean(name string) string {
	name = strings.ReplaceAll(name, "\\", "/")
	name = name[strings.LastIndexByte(name, '/')+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`"<>|:*?`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	runes := []rune(strings.TrimSpace(name))
	if len(runes) > 120 {
		runes = runes[len(runes)-120:] // the end keeps the extension
	}
	return string(runes)
}
