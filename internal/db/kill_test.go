package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	osexec "os/exec"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

// childURL makes the test binary a program that writes to that database until it is killed.
const childURL = "KERUEN_DB_TEST_CHILD"

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := writeForEver(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// writeForEver adds pairs of rows, one pair per transaction, and prints each pair after its commit.
func writeForEver(url string) error {
	d, err := db.Open(context.Background(), db.Config{URL: url, Clock: clock.Real{}})
	if err != nil {
		return err
	}
	failed := make(chan error)
	var last atomic.Int64
	for range 16 {
		go func() {
			for {
				n := last.Add(1)
				err := d.InTx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					return db.InsertRows(ctx, tx, "thing", []string{"id"}, 2, func(i int) []any { return []any{n - 2*n*int64(i)} }, "")
				})
				if err != nil {
					failed <- err
				}
				fmt.Println(n)
			}
		}()
	}
	return <-failed
}

func TestWhatWasAcknowledgedSurvivesAKillAndNothingIsHalfDone(t *testing.T) {
	t.Parallel()
	for name, address := range dbtest.Addresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := address(t)
			makeTable(t, dbtest.Open(t, url, clock.Real{}))
			acknowledged := killed(t, url, 500)

			d := dbtest.Open(t, url, clock.Real{})
			ids, err := db.All[int64](t.Context(), d, `SELECT id FROM thing`)
			require.NoError(t, err)
			there := make(map[int64]bool, len(ids))
			for _, n := range ids {
				there[n] = true
			}
			for _, n := range acknowledged {
				require.True(t, there[n], "%d was acknowledged", n)
			}
			for _, n := range ids {
				require.True(t, there[-n], "half of the pair %d", n)
			}
			exec(t, d, `DELETE FROM thing`)
		})
	}
}

// killed runs the program, kills it in the middle of its work after so many answers, and returns all answers it gave.
func killed(t *testing.T, url string, after int) (acknowledged []int64) {
	t.Helper()
	cmd := child(url)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = t.Output()
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.ParseInt(lines.Text(), 10, 64)
		require.NoError(t, err)
		acknowledged = append(acknowledged, n)
		if len(acknowledged) == after {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	require.Error(t, cmd.Wait(), "it was killed")
	require.GreaterOrEqual(t, len(acknowledged), after)
	return acknowledged
}

func child(url string) *osexec.Cmd {
	cmd := osexec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childURL+"="+url)
	return cmd
}
