package sandbox_test

import (
	"fmt"
	"net/smtp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/clock"
	"keruen/internal/sandbox"
)

// BenchmarkReceive shows how many letters of 10 KB a second the world takes, four connections
// in lock-step, kept on disk.
func BenchmarkReceive(b *testing.B) {
	w, err := sandbox.New(sandbox.Config{
		Clock: clock.Real{}, Dir: b.TempDir(), Shares: &sandbox.Shares{}, Habits: &sandbox.Habits{},
		Limits: map[string]sandbox.Limits{"mailru": {Connections: 100, PerConnection: 1 << 30}},
	})
	require.NoError(b, err)
	require.NoError(b, w.Start(b.Context()))
	defer w.Close()
	letter := plain("p@mail.ru") + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 128)
	addr := fmt.Sprintf("127.0.10.2:%d", w.SMTPPort())
	b.SetParallelism(2)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		c, err := smtp.Dial(addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		for pb.Next() {
			if err := sendOver(c, "p@mail.ru", letter); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
}
