package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"keruen/internal/errs"
	"keruen/internal/id"
)

// ErrPartBusy is returned while another request writes to the same file.
var ErrPartBusy = errs.New(errs.Conflict, "blob.part_busy", "Another part of this file is being written at this moment. Ask how much has arrived and go on from there.")

// A part is a file that comes in pieces: Begin, Append until all is there, Finish. It lies in dir/parts until then.

// Begin makes an empty part and returns its key, which Finish keeps.
func (s *Store) Begin(_ context.Context, t id.Tenant) (string, error) {
	key := id.New[kind]().String()
	path := s.part(t, key)
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return "", fmt.Errorf("begin part: %w", kindOf(err))
	}
	return key, nil
}

// Append writes r at offset, at most limit bytes, and returns how many bytes are safely on the disk after them. What came before
// the connection broke is kept and counted: the error is returned beside it.
func (s *Store) Append(ctx context.Context, t id.Tenant, key string, offset, limit int64, r io.Reader) (n int64, err error) {
	f, err := s.openPart(t, key)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return 0, fmt.Errorf("append to part: %w", err)
	}
	n, err = io.Copy(f, io.LimitReader(reader{ctx, r}, limit+1))
	if err == nil && n > limit {
		return 0, ErrTooLarge.With("limit_bytes", limit)
	}
	n = min(n, limit)
	if serr := f.Sync(); serr != nil {
		return 0, fmt.Errorf("append to part: %w", kindOf(serr))
	}
	return n, kindOf(err)
}

// Finish turns a part of size bytes into an ordinary file under the same key.
func (s *Store) Finish(ctx context.Context, t id.Tenant, key string, size int64) (Ref, error) {
	f, err := s.openPart(t, key)
	if err != nil {
		return Ref{}, err
	}
	defer f.Close()
	sum := sha256.New()
	if err := f.Truncate(size); err != nil { // bytes of a piece that was never counted
		return Ref{}, fmt.Errorf("finish part: %w", kindOf(err))
	}
	if _, err := io.Copy(sum, reader{ctx, f}); err != nil {
		return Ref{}, fmt.Errorf("finish part: %w", kindOf(err))
	}
	if err := errors.Join(f.Sync(), s.place(s.part(t, key), t, key)); err != nil {
		return Ref{}, fmt.Errorf("finish part: %w", kindOf(err))
	}
	return Ref{Key: key, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// Abandon removes a part. One that is not there is no error.
func (s *Store) Abandon(_ context.Context, t id.Tenant, key string) error {
	if _, err := id.Parse[kind](key); err != nil || t == 0 {
		return errs.ErrNotFound
	}
	err := os.Remove(s.part(t, key))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("abandon part: %w", kindOf(err))
	}
	return nil
}

// openPart opens a part for this process alone.
func (s *Store) openPart(t id.Tenant, key string) (*os.File, error) {
	if _, err := id.Parse[kind](key); err != nil || t == 0 {
		return nil, errs.ErrNotFound
	}
	f, err := os.OpenFile(s.part(t, key), os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open part: %w", kindOf(err))
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrPartBusy, f.Close())
	}
	return f, nil
}

func (s *Store) part(t id.Tenant, key string) string {
	return filepath.Join(s.dir, "parts", t.String(), key)
}
