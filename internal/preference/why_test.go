package preference

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/lang"
)

// AUD-1: evidence is told in words; what names staff, files, other messages or a whole address stays inside.
func TestEvidenceIsToldInWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		consent contact.Consent
		want    []Line
	}{
		"a form with a confirmed letter": {
			contact.Consent{Source: contact.FromForm, IP: "2001:db8:1:2::3", Evidence: db.AsJSON(map[string]string{
				"form": "frm_1", "form_name": "Касса", "submission": "sub_1", "page": "https://shop.kz/join?utm=x&email=a@b.kz", "opt_in": "double", "confirmed_ip": "192.0.2.1",
			})},
			[]Line{{"Форма", "Касса"}, {"Страница", "shop.kz/join"}, {"Подтверждение", wordConfirmed.Ru}, {"Адрес в сети", "2001:db8:•••"}},
		},
		"an import with a proof": {
			contact.Consent{Source: contact.FromImport, IP: "192.0.2.1", Evidence: db.AsJSON(map[string]string{
				"source": "Анкета в магазине", "file": "гости Иванова.csv", "import": "imp_1", "proof_file": "scan.pdf", "proof_key": "abc",
			})},
			[]Line{{"Откуда согласие, по словам отправителя", "Анкета в магазине"}, {"Документ", wordAttached.Ru}},
		},
		"by hand": {
			contact.Consent{Source: contact.ByHand, IP: "192.0.2.1", Evidence: db.AsJSON(map[string]string{"paper": "папка 3", "page": "javascript:alert(1)"})}, nil,
		},
	} {
		require.Equal(t, c.want, receiptOf(c.consent, lang.Russian).Evidence, name)
	}
	for _, source := range []contact.Source{
		contact.FromImport, contact.FromForm, contact.FromAPI, contact.ByHand, contact.UnsubscribeLink, contact.OneClick, contact.ByComplaint, contact.FromMember, contact.PreferencePage,
	} {
		for _, l := range lang.All {
			require.NotEmpty(t, sourceWords[source].In(l), "%s in %s", source, l)
		}
	}
}

func TestNamesAreMasked(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Айгерим": "А•••", "Li": "L•••", "Ю": "Ю", "": ""} {
		require.Equal(t, want, maskName(in))
	}
	require.Equal(t, "192.0.•••.•••", maskIP("192.0.2.1"))
	require.Empty(t, maskIP("nonsense"))
}
