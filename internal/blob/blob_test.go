package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"keruen/internal/blob"
	"keruen/internal/errs"
	"keruen/internal/id"
)

func open(t *testing.T) (*blob.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := blob.Open(dir)
	require.NoError(t, err)
	return s, dir
}

// filesIn lists the files below a folder.
func filesIn(t *testing.T, dir string) (all []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}

func TestAFileIsReadBackUntilItIsDeleted(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	tenant := id.NewTenant()
	ref, err := s.Put(t.Context(), tenant, strings.NewReader("abc"), 3)
	require.NoError(t, err)
	require.EqualValues(t, 3, ref.Size)
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ref.SHA256)
	require.Len(t, filesIn(t, dir), 1)

	f, err := s.Open(t.Context(), tenant, ref.Key)
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, errors.Join(err, f.Close()))
	require.Equal(t, "abc", string(got))

	require.NoError(t, s.Delete(t.Context(), tenant, ref.Key))
	require.NoError(t, s.Delete(t.Context(), tenant, ref.Key), "twice changes nothing")
	_, err = s.Open(t.Context(), tenant, ref.Key)
	require.ErrorIs(t, err, errs.ErrNotFound)
}

func TestAnotherAccountsFileIsNotFound(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	owner, other := id.NewTenant(), id.NewTenant()
	ref, err := s.Put(t.Context(), owner, strings.NewReader("abc"), 10)
	require.NoError(t, err)
	_, err = s.Open(t.Context(), other, ref.Key)
	require.ErrorIs(t, err, errs.ErrNotFound)
	require.NoError(t, s.Delete(t.Context(), other, ref.Key))
	f, err := s.Open(t.Context(), owner, ref.Key)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, bad := range []string{"", "..", "../../etc/passwd", ref.Key + "/..", "blb_0000000000000"} {
		_, err := s.Open(t.Context(), owner, bad)
		require.ErrorIs(t, err, errs.ErrNotFound, bad)
	}
}

func TestAFileOverTheLimitLeavesNothing(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	_, err := s.Put(t.Context(), id.NewTenant(), strings.NewReader("abcd"), 3)
	require.ErrorIs(t, err, blob.ErrTooLarge)
	require.Empty(t, filesIn(t, dir))
}

func TestABrokenUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	broken := io.MultiReader(strings.NewReader("abc"), failing{})
	_, err := s.Put(t.Context(), id.NewTenant(), broken, 100)
	require.ErrorContains(t, err, "connection lost")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Put(gone, id.NewTenant(), strings.NewReader("abc"), 100)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, filesIn(t, dir))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("connection lost") }

func TestHalfWrittenFilesOfACrashAreRemovedAtTheNextStart(t *testing.T) {
	t.Parallel()
	_, dir := open(t)
	left, live := filepath.Join(dir, "tmp", "1.part"), filepath.Join(dir, "tmp", "2.part")
	for _, f := range []string{left, live} {
		require.NoError(t, os.WriteFile(f, []byte("half"), 0o600))
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	require.NoError(t, os.Chtimes(left, yesterday, yesterday))
	_, err := blob.Open(dir)
	require.NoError(t, err)
	require.Equal(t, []string{live}, filesIn(t, dir), "what another process is writing stays")
}

// A small file system of its own is really full; it needs the right to mount, which the test machine has.
func TestAFullDiskIsSaidClearlyAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"), "this test mounts a small tmpfs and must run as root")
	t.Cleanup(func() { require.NoError(t, unix.Unmount(dir, 0)) })
	s, err := blob.Open(dir)
	require.NoError(t, err)
	tenant := id.NewTenant()
	small, err := s.Put(t.Context(), tenant, strings.NewReader("abc"), 100)
	require.NoError(t, err)

	_, err = s.Put(t.Context(), tenant, bytes.NewReader(make([]byte, 1<<20)), 1<<21)
	require.ErrorIs(t, err, errs.ErrDiskFull)
	f, err := s.Open(t.Context(), tenant, small.Key)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = s.Put(t.Context(), tenant, strings.NewReader("room again"), 100)
	require.NoError(t, err)
}

func TestNamesOfFilesAreMadeSafeToShow(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"контакты 2026.csv":               "контакты 2026.csv",
		`C:\Users\me\list.csv`:            "list.csv",
		"../../etc/passwd":                "passwd",
		"a\r\nb\x00\".csv":                "ab.csv",
		strings.Repeat("я", 200) + ".csv": strings.Repeat("я", 116) + ".csv",
		"":                                "",
	} {
		require.Equal(t, want, blob.Clean(in))
	}
}
