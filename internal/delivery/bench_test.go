package delivery

import (
	"context"
	"testing"

	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db/dbtest"
)

// BenchmarkPipeline is everything but the network: guard, render, window, ledger, figures. One op is one message.
func BenchmarkPipeline(b *testing.B) {
	for name, address := range dbtest.Addresses {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, dbtest.Open(b, address(b), clock.Real{}), clock.Real{})
			ids := w.people(20_000)
			ctx, stop := context.WithCancel(b.Context())
			defer stop()
			go func() { _ = w.Run(ctx) }()
			b.ResetTimer()
			for left := b.N; left > 0; left -= len(ids) {
				batch := ids[:min(left, len(ids))]
				p := w.part(channel.Advertising, append([]contact.ID(nil), batch...))
				w.finished(p)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
