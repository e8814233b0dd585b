package blob

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"keruen/internal/errs"
	"keruen/internal/id"
)

// Mentions looks through a file for a text that found accepts, piece by piece: a piece is 64 KB and begins with the end of the one before,
// so that nothing of up to 4 KB is missed at a seam. UTF-16 is read as its bytes without zeros, and the files in a ZIP (a workbook is one) are
// looked through too. A file that is not there has nothing in it.
func (s *Store) Mentions(ctx context.Context, t id.Tenant, key string, found func(piece string) bool) (bool, error) {
	f, err := s.Open(ctx, t, key)
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	return look(ctx, f, info.Size(), found, 0)
}

const (
	piece      = 64 << 10
	seam       = 4 << 10
	maxNesting = 3
	maxUnzip   = 8 << 30 // bytes: more than any file that may be uploaded unpacks to
)

func look(ctx context.Context, f *os.File, size int64, found func(string) bool, depth int) (bool, error) {
	if archive, err := zip.NewReader(f, size); err == nil {
		return lookZIP(ctx, archive, found, depth)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	return lookText(ctx, f, found)
}

func lookZIP(ctx context.Context, archive *zip.Reader, found func(string) bool, depth int) (bool, error) {
	for _, entry := range archive.File {
		r, err := entry.Open()
		if err != nil {
			return false, err
		}
		hit, err := lookEntry(ctx, r, found, depth)
		r.Close()
		if hit || err != nil {
			return hit, err
		}
	}
	return false, nil
}

// lookEntry unpacks an archive within an archive to a temporary file, and reads anything else as text.
func lookEntry(ctx context.Context, r io.Reader, found func(string) bool, depth int) (bool, error) {
	b := bufio.NewReader(io.LimitReader(r, maxUnzip))
	head, _ := b.Peek(4)
	if string(head) != "PK\x03\x04" || depth >= maxNesting {
		return lookText(ctx, b, found)
	}
	tmp, err := os.CreateTemp("", "keruen-search-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	n, err := io.Copy(tmp, b)
	if err != nil {
		return false, err
	}
	return look(ctx, tmp, n, found, depth+1)
}

func lookText(ctx context.Context, r io.Reader, found func(string) bool) (bool, error) {
	buf, kept := make([]byte, piece+seam), 0
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := io.ReadFull(r, buf[kept:kept+piece])
		text := withoutZeros(buf[:kept+n])
		if found(text) {
			return true, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kept = copy(buf, buf[kept+n-min(seam, kept+n):kept+n])
	}
}

func withoutZeros(b []byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c != 0 {
			out = append(out, c)
		}
	}
	return string(out)
}
