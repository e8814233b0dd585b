package intake

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db/dbtest"
)

// BenchmarkImport imports files of 100,000 contacts; "rows/s" is the figure.
func BenchmarkImport(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			for range b.N {
				b.StopTimer()
				w := newWorld(b, dbtest.Open(b, url(b), clock.Real{}))
				i := w.settle(w.upload(bigFile(n)), Change{})
				_, err := w.Start(b.Context(), w.who, i.ID)
				require.NoError(b, err)
				b.StartTimer()
				require.NoError(b, w.run(b.Context(), task{w.who.Tenant, i.ID}, quiet))
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkGuard judges windows of 500 recipients among 100,000 contacts.
func BenchmarkGuard(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, dbtest.Open(b, url(b), clock.Real{}))
			w.importAll(w.settle(w.upload(bigFile(100_000)), Change{}))
			after := contact.ID(0)
			for b.Loop() {
				ids, err := w.contacts.Walk(b.Context(), w.db, w.who.Tenant, contact.Target{All: true}, after, 500)
				require.NoError(b, err)
				rcpt, err := contact.GuardRows(b.Context(), w.db, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}, ids)
				require.NoError(b, err)
				if len(ids) == 500 {
					require.Equal(b, contact.Reachable, rcpt[499].Reason)
					after = ids[499]
				} else {
					after = 0
				}
			}
			b.ReportMetric(500*float64(b.N)/b.Elapsed().Seconds(), "recipients/s")
		})
	}
}
