package notice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/contact"
)

// FuzzAddress holds two parsers together: whoever may register can be written to. Run without -fuzz it tries the seeds.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"a@example.kz", " A.B+c@Example.KZ ", "почта@пример.қаз", "a@xn--e1afmkfd.kz", "a@example.kz.", "a..b@example.kz", "pоst@example.kz", "a@192.0.2.1", "a@b_c.kz",
		"a\u200b@example.kz", "é@example.kz", "e\u0301@example.kz", "٣@example.kz", "a@ex\u00adample.kz", "a@ß.kz", "a@a--b.kz", "a@１.kz", "\"q\"@example.kz", "a@K.kz",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, err := access.CleanEmail(s)
		if err != nil {
			return
		}
		c, err := contact.ParseEmail(address)
		require.NoError(t, err)
		require.Equal(t, address, c.Given, "the letter goes where the person said")
	})
}
