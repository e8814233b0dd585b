package reputation_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/mail/dnsbl"
	"keruen/internal/reputation"
)

// CMP-3
func TestHostsOfLinksAreJudgedByListsAndPublicShortenersAreRefused(t *testing.T) {
	t.Parallel()
	w := &world{says: map[string]dnsbl.Finding{
		"bad.kz":    listed("phishing"),
		"grey.kz":   {State: dnsbl.Listed, Code: dnsbl.Code{Name: "grey", Policy: true}},
		"silent.kz": {State: dnsbl.Unknown},
		"bit.ly":    {State: dnsbl.Unknown},
	}}
	w.Service = reputation.New(reputation.Parts{Lists: w})
	require.Equal(t, []reputation.BadHost{
		{Host: "www.shop.bad.kz", Zone: "zen", Page: "https://zen.example/"}, {Host: "bit.ly", Shortener: true}, {Host: "www.vk.cc", Shortener: true},
	}, w.CheckHosts(t.Context(), []string{"good.kz", "www.shop.bad.kz", "grey.kz", "bit.ly", "silent.kz", "192.0.2.1", "localhost", "www.vk.cc", "notbit.ly"}),
		"a list that is silent and one of policy stop nothing")
}

func TestEveryShortenerIsARegisteredDomain(t *testing.T) {
	t.Parallel()
	n := 0
	for line := range strings.Lines(reputation.ShortenerData) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		d, err := dnsbl.Registered(line)
		require.NoError(t, err, line)
		require.Equal(t, line, d)
		n++
	}
	require.Greater(t, n, 15)
}
