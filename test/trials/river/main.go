// The trial behind docs/decisions/0002-jobs.md: does River live well beside the single writer of SQLite, and how
// does it compare with the `task` table, on this machine? It is a module of its own so that River is not a
// dependency of the program.
//
//	go run . -rounds 5 -postgres 'postgres://postgres@127.0.0.1:54329/postgres?sslmode=disable'
//
// Variants are interleaved round by round; the table shows medians over the rounds.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"time"

	"keruen/internal/clock"
	"keruen/internal/db"
)

// measured is what one run of a variant gave.
type measured struct {
	p50, p99   time.Duration // latency of a small InTx of 8 callers
	perSecond  float64       // such transactions per second
	jobsSecond float64       // jobs done per second from the first enqueue to the last end
	errors     int           // errors of ours and errors logged by the queue
}

// variant prepares a queue on a fresh database and measures.
type variant struct {
	name string
	run  func(ctx context.Context, d *db.DB, url string) (measured, error)
}

var variants = []variant{
	{"writer alone", measureAlone},
	{"idle task table", measureTaskIdle},
	{"idle River", measureRiverIdle},
	{"busy task table", measureTaskBusy},
	{"busy River", measureRiverBusy},
	{"task table, jobs/s", measureTaskJobs},
	{"River, jobs/s", measureRiverJobs},
}

func main() {
	rounds := flag.Int("rounds", 5, "how often each variant is measured")
	postgres := flag.String("postgres", "", "address of a PostgreSQL server whose superuser may create databases")
	flag.Parse()
	ctx := context.Background()
	engines := []string{"sqlite"}
	if *postgres != "" {
		engines = append(engines, "postgres")
	}
	all := map[string][]measured{}
	for round := range *rounds {
		for _, engine := range engines {
			for _, v := range variants {
				m, err := once(ctx, engine, *postgres, v)
				if err != nil {
					log.Fatalf("%s, %s: %v", engine, v.name, err)
				}
				key := engine + " | " + v.name
				all[key] = append(all[key], m)
				fmt.Fprintf(os.Stderr, "round %d  %-32s %+v\n", round+1, key, m)
			}
		}
	}
	report(engines, all)
}

func once(ctx context.Context, engine, postgres string, v variant) (m measured, err error) {
	url, drop, err := fresh(ctx, engine, postgres)
	if err != nil {
		return m, err
	}
	defer drop()
	d, err := db.Open(ctx, db.Config{URL: url, Clock: clock.Real{}})
	if err != nil {
		return m, err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return m, err
	}
	err = d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `CREATE TABLE trial (id BIGINT NOT NULL PRIMARY KEY, name TEXT, at BIGINT)`)
		return err
	})
	if err != nil {
		return m, err
	}
	return v.run(ctx, d, url)
}

func fresh(ctx context.Context, engine, postgres string) (url string, drop func(), err error) {
	if engine == "sqlite" {
		dir, err := os.MkdirTemp("", "trial")
		return "sqlite:" + filepath.Join(dir, "trial.db"), func() { _ = os.RemoveAll(dir) }, err
	}
	return freshPostgres(ctx, postgres)
}

func report(engines []string, all map[string][]measured) {
	fmt.Println("| engine, variant | InTx p50 | InTx p99 | InTx/s | jobs/s | errors |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, engine := range engines {
		for _, v := range variants {
			key := engine + " | " + v.name
			m := median(all[key])
			fmt.Printf("| %s, %s | %s | %s | %.0f | %.0f | %d |\n", engine, v.name,
				m.p50.Round(10*time.Microsecond), m.p99.Round(10*time.Microsecond), m.perSecond, m.jobsSecond, m.errors)
		}
	}
}

// median takes each column's median by itself; errors are summed.
func median(runs []measured) (m measured) {
	for _, r := range runs {
		m.errors += r.errors
	}
	at := func(key func(measured) float64) float64 {
		values := make([]float64, len(runs))
		for i, r := range runs {
			values[i] = key(r)
		}
		sort.Float64s(values)
		return values[len(values)/2]
	}
	m.p50 = time.Duration(at(func(m measured) float64 { return float64(m.p50) }))
	m.p99 = time.Duration(at(func(m measured) float64 { return float64(m.p99) }))
	m.perSecond = at(func(m measured) float64 { return m.perSecond })
	m.jobsSecond = at(func(m measured) float64 { return m.jobsSecond })
	return m
}
