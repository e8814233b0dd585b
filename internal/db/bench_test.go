package db_test

import (
	"context"
	"sync/atomic"
	"testing"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
)

func benchEach(b *testing.B, f func(b *testing.B, d *db.DB)) {
	for name, address := range dbtest.Addresses {
		b.Run(name, func(b *testing.B) {
			d := dbtest.Open(b, address(b), clock.Real{})
			err := d.InTx(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := db.Exec(ctx, tx, `CREATE TABLE bench (id BIGINT NOT NULL PRIMARY KEY, name TEXT, n BIGINT, at BIGINT)`)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			f(b, d)
		})
	}
}

var nextID atomic.Int64

func insertOne(ctx context.Context, tx *db.Tx) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO bench (id, name, n, at) VALUES (?, ?, ?, ?)`, nextID.Add(1), "name", 5, tx.Now)
	return err
}

// One small transaction after another.
func BenchmarkOneCaller(b *testing.B) {
	benchEach(b, func(b *testing.B, d *db.DB) {
		for b.Loop() {
			if err := d.InTx(b.Context(), insertOne); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// 64 callers with one small transaction each at a time.
func BenchmarkManyCallers(b *testing.B) {
	benchEach(b, func(b *testing.B, d *db.DB) {
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				if err := d.InTx(context.Background(), insertOne); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// A window of 500 rows written in one transaction.
func BenchmarkInsert500(b *testing.B) {
	benchEach(b, func(b *testing.B, d *db.DB) {
		for b.Loop() {
			err := d.InTx(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				return db.InsertRows(ctx, tx, "bench", []string{"id", "name", "n", "at"}, 500, func(i int) []any {
					return []any{nextID.Add(1), "name", i, tx.Now}
				}, "")
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A window of 500 rows read by their ids.
func BenchmarkRead500(b *testing.B) {
	type row struct {
		ID   int64
		Name string
		N    int
	}
	benchEach(b, func(b *testing.B, d *db.DB) {
		ids := make([]int64, 500)
		err := d.InTx(b.Context(), func(ctx context.Context, tx *db.Tx) error {
			return db.InsertRows(ctx, tx, "bench", []string{"id", "name", "n"}, len(ids), func(i int) []any {
				ids[i] = nextID.Add(1)
				return []any{ids[i], "name", i}
			}, "")
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for b.Loop() {
			w := db.Where("n >= ?", 0).And(db.In("id", ids))
			rows, err := db.All[row](b.Context(), d, `SELECT id, name, n FROM bench WHERE `+w.SQL(), w.Args()...)
			if err != nil || len(rows) != len(ids) {
				b.Fatal(len(rows), err)
			}
		}
	})
}
