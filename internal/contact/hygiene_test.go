package contact_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
	"keruen/internal/errs"
)

func codes(v contact.Verdict) []string {
	var out []string
	for _, f := range v.Findings {
		out = append(out, f.Code)
	}
	return out
}

// AUD-8
func TestSlipsOfTheKeyboardAreRefusedOrHintedWithWhatWasMeant(t *testing.T) {
	t.Parallel()
	var h contact.Hygiene
	for in, meant := range map[string]string{
		// The keyboard was in Russian: the address is refused, what was meant is said.
		"ivan@пьфшд.сщь":   "ivan@gmail.com",
		"ivan@пьфшдюсщь":   "ivan@gmail.com",
		"шмфт@ьфшд.кг":     "ivan@mail.ru",
		"ШМФТ@ЬФШД.КГ":     "ivan@mail.ru",
		"шмфт@нфтвучюля":   "ivan@yandex.kz",
		"ivan@ил.кг":       "ivan@bk.ru",
		`ivan"mail.ru`:     "ivan@mail.ru", // @ and " are one key
		`шмфт"пьфшд.сщь`:   "ivan@gmail.com",
		"ivan2gmail.com":   "ivan@gmail.com", // Shift was not held
		"anna@mаil.ru":     "anna@mail.ru",   // Cyrillic а
		"аnna@mail.ru":     "anna@mail.ru",
		"anna@ехо.com":     "anna@exo.com", // a whole label of look-alikes under a Latin top-level domain
		"αnna@mail.ru":     "anna@mail.ru", // Greek
		"anna@gmail.kz":    "anna@gmail.com",
		"anna@gmaill.com":  "anna@gmail.com",
		"anna@gmzil.com":   "anna@gmail.com", // not in the list: one slip away
		"anna@agmail.com":  "anna@gmail.com",
		"anna@yandxe.ru":   "anna@yandex.ru",
		"anna@mail.ry":     "anna@mail.ru",
		"anna@bk.ri":       "anna@bk.ru",
		"anna@inbx.ru":     "anna@inbox.ru",
		"anna@lits.ru":     "anna@list.ru",
		"anna@yandex.kx":   "anna@yandex.kz",
		"anna@icluod.com":  "anna@icloud.com",
		"anna@outlokk.com": "anna@outlook.com",
		"anna@яндекс.ру":   "anna@yandex.ru",
	} {
		v := h.CheckEmail(in)
		require.NotEmpty(t, v.Findings, in)
		require.Equal(t, meant, v.Findings[0].Suggestion, in)
	}
	for _, in := range []string{"a@gmail.com", "a@mail.ru", "a@mail.kz", "a@mall.ru", "a@vk.ru", "a@ok.ru", "a@email.ru", "a@mail.com", "a@ymail.com", "a@kaspi.kz", "a@outlook.fr",
		"a@почта.рф", "a@қазпошта.қаз", "a@сайт.рф", "a@egov.kz", "a@narxoz.kz", "a@hotmail.de"} {
		require.Empty(t, h.CheckEmail(in).Findings, in)
	}
}

// AUD-8: functions are told from persons in the languages of the country; mechanisms are refused, the rest is warned of.
func TestRolesAreTakenWithAWarningAndMechanismsAreRefused(t *testing.T) {
	t.Parallel()
	var h contact.Hygiene
	for local, want := range map[string]contact.Class{
		"postmaster": contact.Mechanism, "no-reply": contact.Mechanism, "mailer-daemon": contact.Mechanism, "abuse": contact.Mechanism,
		"info": contact.RoleName, "info2": contact.RoleName, "info-kz": contact.RoleName, "sales.almaty": contact.RoleName, "buhgalteria": contact.RoleName,
		"бухгалтерия": contact.RoleName, "қабылдау": contact.RoleName, "sales+tag": contact.RoleName, "glavbuh1": contact.RoleName, "hr": contact.RoleName,
		"anna": contact.Personal, "infolinn": contact.Personal, "a.info": contact.Personal, "abuseev": contact.Personal, "noreplyev": contact.Personal,
		"айгерим": contact.Personal, "1980": contact.Personal, "spam2": contact.Personal,
	} {
		require.Equal(t, want, contact.RoleOf(local), local)
	}
	require.True(t, h.CheckEmail("info@example.kz").OK())
	require.Equal(t, []string{"email.role_address"}, codes(h.CheckEmail("Info@example.kz")))
	require.False(t, h.CheckEmail("postmaster@example.kz").OK())
}

// AUD-8
func TestTheOperatorExtendsAndCorrectsTheDisposableDomains(t *testing.T) {
	t.Parallel()
	var h contact.Hygiene
	require.Contains(t, codes(h.CheckEmail("a@mailinator.com")), "email.disposable")
	require.Contains(t, codes(h.CheckEmail("a@x.y.mailinator.com")), "email.disposable")
	require.Empty(t, h.CheckEmail("a@mailinator.kz").Findings)

	require.NoError(t, h.ExtendDisposable(strings.NewReader("# ours\nодноразовая.рф # a note\n\n-mailinator.com\n")))
	require.Contains(t, codes(h.CheckEmail("a@одноразовая.рф")), "email.disposable")
	require.NotContains(t, codes(h.CheckEmail("a@mailinator.com")), "email.disposable")
	require.ErrorContains(t, h.ExtendDisposable(strings.NewReader("fine.kz\nnot a domain\n")), "line 2")
	require.Contains(t, codes(h.CheckEmail("a@одноразовая.рф")), "email.disposable", "a file with a mistake changes nothing")
}

// AUD-8: RFC 5321 §4.1.2, §4.5.3.1; RFC 6531; what is allowed there and nobody has is refused on purpose.
func TestTheLimitsOfAddressesAreThoseOfTheStandards(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("d", 63)
	for in, want := range map[string]*errs.Error{
		strings.Repeat("a", 64) + "@b.kz":                                 nil,
		strings.Repeat("ж", 32) + "@b.kz":                                 nil, // 64 octets
		strings.Repeat("ж", 33) + "@b.kz":                                 contact.ErrEmailLocal,
		"a@" + label + ".kz":                                              nil,
		"a@" + label + "d.kz":                                             contact.ErrEmailDomain,
		strings.Repeat("a", 61) + "@" + label + "." + label + "." + label: nil, // 253 octets
		strings.Repeat("a", 63) + "@" + label + "." + label + "." + label: contact.ErrEmailTooLong,
		`"anna kim"@b.kz`:                                                 contact.ErrEmailQuoted,
		`"anna"@b.kz`:                                                     contact.ErrEmailQuoted,
		`anna(comment)@b.kz`:                                              contact.ErrEmailQuoted,
		"a@[IPv6:2001:db8::1]":                                            contact.ErrEmailDomain,
		"a@xn--zzzzzz--.kz":                                               contact.ErrEmailDomain, // no A-label
		"a@ex_ample.kz":                                                   contact.ErrEmailDomain,
		"anna\u0000@b.kz":                                                 contact.ErrEmailChar,
		"anna\u00a0kim@b.kz":                                              contact.ErrEmailChar,
		"a@ＥＸＡＭＰＬＥ.kz":                                                    nil, // full width letters, mapped by UTS-46
		"a@пример。рф":                                                     nil,
		"\u202eanna@b.kz":                                                 nil, // a direction mark from a copied text goes
		"шоқан@қазақстан.қаз":                                             nil,
	} {
		_, err := contact.ParseEmail(in)
		if want == nil {
			require.NoError(t, err, in)
			continue
		}
		require.ErrorIs(t, err, want, in)
	}
}

// AUD-8
func TestANumberTellsItsLineAndTheOperatorOfItsRange(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]contact.PhoneInfo{
		"8 701 123 45 67":     {Number: "+77011234567", Country: "KZ", Line: contact.MobileLine, Operator: "Kcell/Activ"},
		"+8 701 123 45 67":    {Number: "+77011234567", Country: "KZ", Line: contact.MobileLine, Operator: "Kcell/Activ"},
		"8 10 7 705 123 4567": {Number: "+77051234567", Country: "KZ", Line: contact.MobileLine, Operator: "Beeline"},
		"007 747 123 45 67":   {Number: "+77471234567", Country: "KZ", Line: contact.MobileLine, Operator: "Altel/Tele2"},
		"8 (7272) 50-00-00":   {Number: "+77272500000", Country: "KZ", Line: contact.FixedLine},
		"8 800 080 08 80":     {Number: "+78000800880", Country: "KZ", Line: contact.SpecialLine},
		"+7 760 123 45 67":    {Number: "+77601234567", Country: "KZ", Line: contact.SpecialLine},
		"+7 916 123 45 67":    {Number: "+79161234567", Country: "RU", Line: contact.MobileLine},
		"+7 495 123 45 67":    {Number: "+74951234567", Country: "RU", Line: contact.FixedLine},
		"+996 555 123 456":    {Number: "+996555123456", Country: "KG", Line: contact.MobileLine},
		"+996 312 123 456":    {Number: "+996312123456", Country: "KG", Line: contact.FixedLine},
		"+998 90 123 45 67":   {Number: "+998901234567", Country: "UZ", Line: contact.MobileLine},
		"+375 29 123 45 67":   {Number: "+375291234567", Country: "BY", Line: contact.MobileLine},
		"+44 20 7946 0018":    {Number: "+442079460018", Line: contact.UnknownLine},
	} {
		got, err := contact.ParsePhone(in, "")
		require.NoError(t, err, in)
		require.Equal(t, want, contact.PhoneOf(got), in)
	}
	var h contact.Hygiene
	require.Equal(t, []string{"phone.fixed_line"}, codes(h.CheckPhone("8 7172 50 00 00", "")))
	for in, want := range map[string]string{"101": "phone.short", "1414": "phone.short", "87011234567, 87051234567": "phone.several", "8701123456": "phone.length", "звонить вечером": "phone.character"} {
		v := h.CheckPhone(in, "")
		require.Equal(t, []string{want}, codes(v), in)
		require.False(t, v.OK())
	}
}
