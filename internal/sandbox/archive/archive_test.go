package archive_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/sandbox/archive"
)

func open(t *testing.T, dir string) *archive.Archive {
	t.Helper()
	a, err := archive.Open(dir, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return a
}

func TestLettersAndTheLogAreThereAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := open(t, dir)
	l, err := a.Add(archive.Letter{At: time.UnixMilli(1000).UTC(), To: "A@mail.ru", Subject: "Привет"}, []byte("source"))
	require.NoError(t, err)
	a.Note(archive.Entry{Kind: "accepted", To: "a@mail.ru", Letter: l.ID})
	require.NoError(t, a.Close())

	a = open(t, dir)
	defer a.Close()

	got := a.Letters(archive.Filter{To: "a@MAIL.ru"})
	require.Equal(t, []archive.Letter{l}, got)
	raw, err := a.Raw(l.ID)
	require.NoError(t, err)
	require.Equal(t, "source", string(raw))
	require.Len(t, a.Entries(archive.Filter{Letter: l.ID}), 1)
	next, err := a.Add(archive.Letter{To: "b@mail.ru"}, []byte("next"))
	require.NoError(t, err)
	require.Equal(t, l.ID+1, next.ID)
}

func TestATornLastLineCostsOnlyItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := open(t, dir)
	for i := range 3 {
		_, err := a.Add(archive.Letter{To: "a@mail.ru"}, fmt.Appendf(nil, "letter %d", i))
		require.NoError(t, err)
	}
	require.NoError(t, a.Close())
	journal := filepath.Join(dir, "0001.jsonl")
	data, err := os.ReadFile(journal)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(journal, data[:len(data)-5], 0o600))

	a = open(t, dir)
	defer a.Close()

	require.Len(t, a.Letters(archive.Filter{}), 2)
	l, err := a.Add(archive.Letter{To: "b@mail.ru"}, []byte("after the crash"))
	require.NoError(t, err)
	raw, err := a.Raw(l.ID)
	require.NoError(t, err)
	require.Equal(t, "after the crash", string(raw))
}

func TestTwentyThousandLettersStayUnderTheCap(t *testing.T) {
	for name, dir := range map[string]string{"in memory": "", "on disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			a := open(t, dir)
			defer a.Close()
			body := bytes.Repeat([]byte("x"), 10_000)
			before := live()
			for i := range 20_000 {
				_, err := a.Add(archive.Letter{To: fmt.Sprintf("p%d@mail.ru", i), Subject: "Скидки", Provider: "mailru"}, body)
				require.NoError(t, err)
			}

			require.Less(t, live()-before, int64(archive.MaxMemory+32<<20))
			require.Equal(t, 20_000, a.Count(""))
			newest := a.Letters(archive.Filter{Limit: 1})[0]
			raw, err := a.Raw(newest.ID)
			require.NoError(t, err)
			require.Len(t, raw, 10_000)
			runtime.KeepAlive(a)
		})
	}
}

func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAForgottenLetterIsNotFound(t *testing.T) {
	t.Parallel()
	a := open(t, "")

	_, err := a.Raw(5)

	require.ErrorIs(t, err, archive.ErrNoLetter)
}
