package access_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/page"
)

// ACC-3
func TestAProfileIsCheckedCleanedAndMayStayEmpty(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		who := w.join(t, "a@example.kz").Actor
		a, err := w.UpdateAccount(t.Context(), who, 0, access.AccountPatch{
			Name: ptr(" Пекарня «Бауырсак» "), Kind: ptr("company"), Company: ptr("ТОО «Бауырсак»"), TaxNumber: ptr("971240001315"), Country: ptr("kz"),
			Zone: ptr("Asia/Aqtobe"), Lang: ptr("kk"), Phone: ptr("8 (701) 123-45-67"), PostalAddress: ptr("Алматы,\nпр. Абая, 1"),
			IBAN: ptr("kz86 125K ZT50 0410 0100"), BIC: ptr("nbrkkzkx"), Goal: ptr("letter"),
		})
		require.NoError(t, err)
		require.Equal(t, "Пекарня «Бауырсак»", a.Name)
		require.Equal(t, "+77011234567", a.Phone)
		require.Equal(t, "KZ86125KZT5004100100", a.IBAN)
		require.Equal(t, "NBRKKZKX", a.BIC)
		require.Equal(t, "KZ", a.Country)
		require.EqualValues(t, 2, a.Version)

		cleared, err := w.UpdateAccount(t.Context(), who, a.Version, access.AccountPatch{TaxNumber: ptr(""), IBAN: ptr(""), BIC: ptr(""), Phone: ptr("")})
		require.NoError(t, err)
		require.Empty(t, cleared.TaxNumber+cleared.IBAN+cleared.BIC+cleared.Phone)
		require.Equal(t, "Asia/Aqtobe", cleared.Zone, "what is not named stays")

		m, err := w.UpdateMember(t.Context(), who, 0, access.MemberPatch{
			FirstName: ptr("Айгүл"), LastName: ptr("Сәрсен"), Patronymic: ptr("Ерланқызы"), Position: ptr("Маркетолог"), Lang: ptr("kk"), News: ptr(true),
		})
		require.NoError(t, err)
		require.Equal(t, "Айгүл", m.FirstName)
		require.True(t, m.News)
		log, err := w.ListAudit(t.Context(), who, page.Ask{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, "member.updated", log.Items[0].Action)
		require.Contains(t, fmt.Sprint(log.Items[0].Details), "first_name")
		require.NotContains(t, fmt.Sprint(log.Items[0].Details), "Айгүл", "the log names fields, not values")
	})
}

func TestEveryWrongValueIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		who := w.join(t, "a@example.kz").Actor
		_, err := w.UpdateAccount(t.Context(), who, 0, access.AccountPatch{
			Name: ptr(" "), Kind: ptr("planet"), TaxNumber: ptr("971240001316"), Country: ptr("Kazakhstan"), Zone: ptr("Mars/Base"), Lang: ptr("de"),
			Phone: ptr("12"), PostalAddress: ptr(strings.Repeat("я", 301)), IBAN: ptr("KZ86125KZT5004100101"), BIC: ptr("ABCDEFGH"), Goal: ptr("x"),
		})
		for path, want := range map[string]*errs.Error{
			"name": access.ErrEmpty, "kind": access.ErrChoice, "tax_number": access.ErrTaxNumber, "country": access.ErrCountry, "zone": access.ErrZone,
			"lang": access.ErrLang, "phone": access.ErrPhone, "postal_address": access.ErrText, "iban": access.ErrIBAN, "bic": access.ErrBIC, "goal": access.ErrChoice,
		} {
			requireField(t, err, path, want)
		}
		_, err = w.UpdateMember(t.Context(), who, 0, access.MemberPatch{FirstName: ptr("a\x00b")})
		requireField(t, err, "first_name", access.ErrText)
		a, err := w.GetAccount(t.Context(), who)
		require.NoError(t, err)
		require.EqualValues(t, 1, a.Version, "nothing was changed")
	})
}

func TestAStaleVersionChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		who := w.join(t, "a@example.kz").Actor
		_, err := w.UpdateAccount(t.Context(), who, 1, access.AccountPatch{Name: ptr("Первая")})
		require.NoError(t, err)
		_, err = w.UpdateAccount(t.Context(), who, 1, access.AccountPatch{Name: ptr("Вторая")})
		require.ErrorIs(t, err, errs.ErrStale)
		_, err = w.UpdateMember(t.Context(), who, 7, access.MemberPatch{FirstName: ptr("Б")})
		require.ErrorIs(t, err, errs.ErrStale)
		a, err := w.GetAccount(t.Context(), who)
		require.NoError(t, err)
		require.Equal(t, "Первая", a.Name)
	})
}
