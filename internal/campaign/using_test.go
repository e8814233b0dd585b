package campaign_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/campaign"
	"keruen/internal/clock"
	"keruen/internal/content"
)

// MSG-1: a picture that only variant B of an A/B test shows is in use, too.
func TestACampaignNamesWhatTheLettersOfItsVariantsShow(t *testing.T) {
	t.Parallel()
	timed(t, func(w *world, _ *clock.Fake) {
		const path = "/m/abc/autumn.png"
		other := content.Letter{Subject: plain.Subject, HTML: `<img src="https://k.test` + path + `" alt="Осень">` + plain.HTML}
		c := w.tested(w.plainDraft(), campaign.Split{By: campaign.ByLetter, Variants: []campaign.Variant{{Letter: &other}}, Share: 40, Rule: campaign.MostClicks, Wait: 60})

		named, err := w.Naming(w.t.Context(), w.who.Tenant, path)
		require.NoError(w.t, err)
		require.Equal(w.t, []campaign.Using{{ID: c.ID, Name: c.Name}}, named)

		named, err = w.Naming(w.t.Context(), w.another.Tenant, path)
		require.NoError(w.t, err)
		require.Empty(w.t, named)
	})
}
