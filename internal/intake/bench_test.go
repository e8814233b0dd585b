package intake

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db/dbtest"
)

// BenchmarkImport imports files of 100,000 contacts with six fields and a consent; "rows/s" is the figure.
func BenchmarkImport(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			for range b.N {
				b.StopTimer()
				w := newWorld(b, dbtest.Open(b, url(b), clock.Real{}))
				i := w.settle(w.upload(wideFile(n)), wide)
				_, err := w.Start(b.Context(), w.who, i.ID)
				require.NoError(b, err)
				b.StartTimer()
				require.NoError(b, w.run(b.Context(), task{w.who.Tenant, i.ID}, quiet))
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// wide maps the columns of wideFile.
var wide = Change{Mapping: []Mapping{{Column: 0, Field: "email"}, {Column: 1, Field: "first_name"}, {Column: 2, Field: "last_name"}, {Column: 3, Field: "phone"},
	{Column: 4, Field: "city", NewField: "Город"}, {Column: 5, Field: "spent", NewField: "Покупки", NewKind: contact.NumberField}}}

// wideFile has n rows of six columns in no order of the addresses.
func wideFile(n int) string {
	var b strings.Builder
	b.WriteString("Почта;Имя;Фамилия;Телефон;Город;Покупки\n")
	for k := range n {
		x := uint32(k) * 2654435761
		fmt.Fprintf(&b, "u%08x@example.kz;Имя%d;Фамилия%d;8 70%d %07d;Алматы;%d,5\n", x, k%1000, k%5000, k%9, k%10_000_000, k%100_000)
	}
	return b.String()
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
