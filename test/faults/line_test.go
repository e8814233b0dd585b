package faults

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/test/program"
)

// memory is what the whole program may hold, whatever file it reads.
const memory = 400 << 20

// endless gives n bytes of one letter, as fast as they are read.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.n)
	copy(p, bytes.Repeat([]byte("x"), int(n)))
	e.n -= n
	return int(n), nil
}

// AUD-1: a line of 2 GB between two good ones is passed over with a message; the program holds no more memory than before.
func TestALineOfTwoGigabytesIsPassedOverInFlatMemory(t *testing.T) {
	t.Parallel()
	p, c := start(t, program.Settings{"limits.import_mb": "4000"})
	im, status := upload(t, c, "line.csv", io.MultiReader(
		strings.NewReader("E-mail;Имя\na@alpha.test;Алия\n"), &endless{2 << 30}, strings.NewReader("\nz@alpha.test;Зере\n")))
	require.Equal(t, 201, status, "%v", im)
	path := "/api/v1/imports/" + im.Text("id")
	c.Post(t, path+"/dry-run", nil)
	checked := c.Await(t, path, "ready")
	require.Equal(t, 2, checked.Number("counts.created"), "%v", checked)
	require.Equal(t, []int{3}, groups(checked)["row.too_long"], "%v", checked)
	require.Less(t, p.Peak(t), int64(memory))
	require.Equal(t, 200, statusOf(t, c, "/api/v1/health"))
	_, _ = c.Call(t, "DELETE", path, nil)
	require.Empty(t, files(t, p.Data+"/blobs"))
}

// AUD-1: a file that is a single line of 2 GB is no table; a file above the limit is refused with the limit.
func TestAFileAboveTheLimitIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	p, c := start(t, program.Settings{"limits.import_mb": "20"})
	require.Equal(t, 20<<20, c.Get(t, "/api/v1/me").Number("limits.import_bytes"), "the cabinet says it before")
	d, status := upload(t, c, "large.csv", io.MultiReader(strings.NewReader("E-mail\na@alpha.test\n"), &endless{25 << 20}))
	require.Equal(t, 413, status, "%v", d)
	require.Equal(t, "import.too_large", d.Text("code"))
	require.Equal(t, 20<<20, d.Number("params.limit_bytes"))
	d, status = upload(t, c, "line.csv", &endless{15 << 20})
	require.Equal(t, 422, status, "%v", d)
	require.Equal(t, "import.not_table", d.Text("code"))
	require.Empty(t, files(t, p.Data+"/blobs"))
	require.Less(t, p.Peak(t), int64(memory))
	require.Equal(t, 1, c.Import(t, "small.csv", []byte("E-mail\na@alpha.test\n"), "").Number("counts.created"), "the program lives on")
}
