package contact_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
)

// CMP-11: the log of actions can never be changed, so nobody is named there; dates and plain words stay readable.
func TestWordsForTheLogNameNobody(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Гости 2026-11-24.csv":  "Гости 2026-11-24.csv",
		"clients_20261124.xlsx": "clients_20261124.xlsx",
		"anna@mail.ru.csv":      "…",
		"письмо от «anna@mail..ru» по просьбе":       "письмо от «…» по просьбе",
		"звонок с 8 (701) 555-77-88, просит удалить": "звонок с …, просит удалить",
		"+77015557788": "…",
	} {
		require.Equal(t, want, contact.Unnamed(text))
	}
}

// CMP-11: of what members wrote, an erasure takes the person's own addresses, in whatever writing, and leaves the rest.
func TestAnErasureTakesThePersonsAddressesOutOfAText(t *testing.T) {
	t.Parallel()
	p := contact.Person{Addresses: []string{"anna@mail.ru", "+77015557788"}}
	require.Equal(t, "Согласен на письма с news@shop.kz, …", p.Redact("Согласен на письма с news@shop.kz, ANNA@mail.ru"))
	require.Equal(t, "звонок с …", p.Redact("звонок с 8 (701) 555-77-88"))
	require.Equal(t, "7-0-1-5.5.5.7.7.8", p.Redact("7-0-1-5.5.5.7.7.8"), "another number")
}
