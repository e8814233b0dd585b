package blob_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"keruen/internal/blob"
	"keruen/internal/errs"
	"keruen/internal/id"
)

func TestAFileThatComesInPartsIsWholeAfterTheLast(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	tenant := id.NewTenant()
	key, err := s.Begin(t.Context(), tenant)
	require.NoError(t, err)
	n, err := s.Append(t.Context(), tenant, key, 0, 100, strings.NewReader("hello "))
	require.NoError(t, err)
	require.EqualValues(t, 6, n)

	again, err := blob.Open(dir) // the program was restarted
	require.NoError(t, err)
	broken := errors.New("the line broke")
	n, err = again.Append(t.Context(), tenant, key, 6, 100, io.MultiReader(strings.NewReader("wor"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	require.EqualValues(t, 3, n, "what came before the line broke is kept")
	_, err = again.Append(t.Context(), tenant, key, 9, 100, strings.NewReader("ld, and more that nobody counted"))
	require.NoError(t, err)
	ref, err := again.Finish(t.Context(), tenant, key, 11)
	require.NoError(t, err)
	require.Equal(t, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", ref.SHA256)

	f, err := again.Open(t.Context(), tenant, key)
	require.NoError(t, err)
	defer f.Close()
	whole, err := io.ReadAll(f)
	require.NoError(t, err)
	require.Equal(t, "hello world", string(whole))
}

func TestAPartIsBoundedAndBelongsToOneAccount(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	tenant := id.NewTenant()
	key, err := s.Begin(t.Context(), tenant)
	require.NoError(t, err)
	_, err = s.Append(t.Context(), tenant, key, 0, 3, strings.NewReader("four"))
	require.ErrorIs(t, err, blob.ErrTooLarge)
	_, err = s.Append(t.Context(), id.NewTenant(), key, 0, 100, strings.NewReader("x"))
	require.ErrorIs(t, err, errs.ErrNotFound)
	_, err = s.Append(t.Context(), tenant, "../../etc/passwd", 0, 100, strings.NewReader("x"))
	require.ErrorIs(t, err, errs.ErrNotFound)
	require.NoError(t, s.Abandon(t.Context(), tenant, key))
	require.NoError(t, s.Abandon(t.Context(), tenant, key), "twice is no error")
	_, err = s.Finish(t.Context(), tenant, key, 0)
	require.ErrorIs(t, err, errs.ErrNotFound)
	for _, f := range filesIn(t, dir) {
		require.NotContains(t, f, key)
	}
}

func TestTwoWritersOfOneFileDoNotMix(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	tenant := id.NewTenant()
	key, err := s.Begin(t.Context(), tenant)
	require.NoError(t, err)
	r, w := io.Pipe()
	first := make(chan error, 1)
	go func() {
		_, err := s.Append(t.Context(), tenant, key, 0, 100, r)
		first <- err
	}()
	_, err = w.Write([]byte("a")) // the first is reading now
	require.NoError(t, err)
	_, err = s.Append(t.Context(), tenant, key, 0, 100, strings.NewReader("b"))
	require.ErrorIs(t, err, blob.ErrPartBusy)
	require.NoError(t, w.Close())
	require.NoError(t, <-first)
}
