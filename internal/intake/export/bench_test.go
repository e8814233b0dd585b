package export

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db/dbtest"
	"keruen/internal/lang"
)

// BenchmarkExport writes 100,000 contacts with two custom fields into a workbook of all columns.
func BenchmarkExport(b *testing.B) {
	const n, batch = 100_000, 2000
	for name, address := range dbtest.Addresses {
		b.Run(name, func(b *testing.B) {
			clk := clock.NewFake(time.Date(2026, 3, 31, 9, 5, 0, 0, time.UTC))
			w := newWorld(b, dbtest.Open(b, address(b), clk), clk)
			w.fields()
			for from := 0; from < n; from += batch {
				rows := make([]contact.Row, batch)
				for i := range rows {
					a, err := contact.ParseEmail(fmt.Sprintf("person%d@example.kz", from+i))
					require.NoError(b, err)
					rows[i] = contact.Row{Email: a, Phone: fmt.Sprintf("+7701%07d", from+i), FirstName: "Айгуль", LastName: "Ахметова",
						Fields: map[string]contact.Value{"city": contact.TextValue("Алматы"), "spent": contact.NumberValue(float64(i))}}
				}
				w.bulk(rows...)
			}
			for b.Loop() {
				e := w.start(Ask{Format: XLSX, Lang: lang.Russian})
				require.NoError(b, w.run(b.Context(), task{w.who.Tenant, e.ID}, quiet))
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "contacts/s")
		})
	}
}
