package contact_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
)

// MSG-3
func TestTheZoneOfAContactComesFromItsFieldsItsPlaceOrItsNumber(t *testing.T) {
	t.Parallel()
	text := func(kv ...string) map[string]contact.Value {
		out := map[string]contact.Value{}
		for i := 0; i < len(kv); i += 2 {
			out[kv[i]] = contact.TextValue(kv[i+1])
		}
		return out
	}
	for want, c := range map[string]contact.Contact{
		"Europe/Paris":       {Fields: text("timezone", "Europe/Paris", "city", "Алматы")},
		"Etc/GMT-5":          {Fields: text("tz", "UTC+5")},
		"Etc/GMT+3":          {Fields: text("tz", "-03:00")},
		"Asia/Yekaterinburg": {Fields: text("city", " г. Екатеринбург "), Phone: "+77011234567"},
		"Asia/Almaty":        {Fields: text("city", "Неведомск"), Phone: "+77011234567"},
		"Asia/Tashkent":      {Phone: "+998901234567"},
		"":                   {Fields: text("timezone", "Mars/Base", "tz", "UTC+99"), Phone: "+79161234567"},
	} {
		require.Equal(t, want, c.Zone(), "%+v", c)
	}
}
