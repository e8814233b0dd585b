package faults

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"keruen/test/program"
)

// disk is a file system of the test's own, small enough to be filled.
type disk struct{ dir, ballast string }

func newDisk(t *testing.T, mb int) *disk {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mb)), "the tests of full disks are run as root")
	t.Cleanup(func() { require.NoError(t, unix.Unmount(dir, unix.MNT_DETACH)) })
	return &disk{dir: dir, ballast: filepath.Join(dir, "ballast")}
}

// fill takes all room but the given bytes.
func (d *disk) fill(t *testing.T, but int64) {
	t.Helper()
	f, err := os.Create(d.ballast)
	require.NoError(t, err)
	defer f.Close()
	var s unix.Statfs_t
	require.NoError(t, unix.Statfs(d.dir, &s))
	chunk := make([]byte, 4096)
	for room := int64(s.Bavail)*s.Bsize - but; room > 0; room -= int64(len(chunk)) {
		if _, err := f.Write(chunk); err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			return
		}
	}
}

func (d *disk) free(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.ballast); !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
}

// AUD-1, MSG-4: the disk fills up in the middle of an import, and later of a campaign. Whatever was acknowledged is there, who asks
// is told, and all goes on by itself once there is room.
func TestAFullDiskLosesNothingAndWorkGoesOnWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	d := newDisk(t, 96)
	_, c := start(t, program.Settings{"data": filepath.Join(d.dir, "data"), "limits.takeover": "2s"})
	s := program.StartSink(t, false)
	sender := c.CreateSender(t, "Магазин", "news@sender.test", s.Route())
	path := uploaded(t, c, people("p", 60_000), "Все")

	d.fill(t, 6<<20)
	c.Post(t, path+"/start", nil)
	added := untilFull(t, c)
	stopped := c.Get(t, path)
	require.Equal(t, "running", stopped.Text("state"), "the import waits: %v", stopped)
	require.Less(t, stopped.Number("counts.created"), 60_000)
	refused, status := upload(t, c, "more.csv", bytes.NewReader(people("q", 1000)))
	require.Equal(t, 503, status, "%v", refused)
	require.Equal(t, "disk_full", refused.Text("code"))

	d.free(t)
	done := c.Await(t, path, "done")
	require.Equal(t, 60_000, done.Number("counts.created"), "%v", done)
	require.Zero(t, done.Number("counts.errors"))
	for _, id := range added {
		require.Equal(t, 200, statusOf(t, c, "/api/v1/contacts/"+id), "what was acknowledged is there")
	}
	campaignOnFullDisk(t, d, c, s, sender.Text("id"))
}

// uploaded brings a file up to where it may be started.
func uploaded(t *testing.T, c *program.Client, csv []byte, newList string) string {
	t.Helper()
	im, status := upload(t, c, "people.csv", bytes.NewReader(csv))
	require.Equal(t, 201, status, "%v", im)
	path := "/api/v1/imports/" + im.Text("id")
	_, _ = c.Call(t, "PATCH", path, program.Doc{"settings": program.Doc{"new_list": newList, "consent": program.Doc{
		"declared": true, "source": "Анкета", "date": "2026-01-15", "channels": []string{"email"}, "purpose": "advertising", "wording": "Согласен получать новости"}}})
	c.Post(t, path+"/dry-run", nil)
	c.Await(t, path, "ready")
	return path
}

// untilFull adds contacts until the disk is full, and returns those that were acknowledged.
func untilFull(t *testing.T, c *program.Client) (added []string) {
	t.Helper()
	started := time.Now()
	for i := 0; ; i++ {
		d, status := post(t, c, "/api/v1/contacts", program.Doc{"email": fmt.Sprintf("full%05d@alpha.test", i)})
		if status == 503 {
			require.Equal(t, "disk_full", d.Text("code"), "%v", d)
			require.Equal(t, 200, statusOf(t, c, "/api/v1/contacts?limit=1"), "reading goes on")
			return added
		}
		require.Equal(t, 201, status, "%v", d)
		added = append(added, d.Text("id"))
		require.Less(t, time.Since(started), program.Patience, "the disk was never full")
	}
}

func campaignOnFullDisk(t *testing.T, d *disk, c *program.Client, s *program.Sink, sender string) {
	t.Helper()
	const few = 3000
	c.Import(t, "few.csv", people("few", few), "Немногие")
	var list string
	for _, l := range c.Get(t, "/api/v1/lists?limit=200").Items() {
		if l.Text("name") == "Немногие" {
			list = l.Text("id")
		}
	}
	campaign := c.Post(t, "/api/v1/campaigns", program.Doc{"name": "Осень", "sender": sender, "purpose": "advertising",
		"audience": program.Doc{"all": false, "lists": []string{list}}, "letter": plain("Осень")}).Text("id")
	s.Hold(700)
	c.Launch(t, campaign)
	require.NoError(t, s.Wait(t.Context(), 700))
	d.fill(t, 0)
	for i := 0; ; i++ { // room inside the files of the database is used up too
		answer, status := post(t, c, "/api/v1/lists", program.Doc{"name": fmt.Sprintf("%s %d", strings.Repeat("a", 80), i)})
		if status == 503 {
			require.Equal(t, "disk_full", answer.Text("code"))
			break
		}
		require.Equal(t, 201, status, "%v", answer)
	}
	s.Release()
	d.free(t)
	accounted(t, c.Await(t, "/api/v1/campaigns/"+campaign, "done"), s, few)
}
