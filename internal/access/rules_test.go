package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
)

// ACC-3
func TestTaxNumbers(t *testing.T) {
	t.Parallel()
	for s, ok := range map[string]bool{
		"971240001315":  true,  // BIN of a company, registered in December 1997
		"940140000385":  true,  // BIN
		"971240001316":  false, // wrong check digit
		"971240001351":  false, // two digits swapped
		"97124000131":   false,
		"9712400013155": false,
		"97124000131a":  false,
		"971340001310":  false, // there is no thirteenth month
		"000000000000":  false,
		"":              false,
	} {
		require.Equal(t, ok, access.CheckTaxNumber(s) == nil, s)
	}
}

// The rule is followed by hand here, digit by digit, so that a mistake in the code is not repeated.
func TestTheCheckDigitOfATaxNumber(t *testing.T) {
	t.Parallel()
	// Born on 1 January 1985; 3 says a man of the twentieth century.
	// 8·1+5·2+0·3+1·4+0·5+1·6+3·7+0·8+0·9+1·10+2·11 = 81, 81 mod 11 = 4.
	require.NoError(t, access.CheckTaxNumber("850101300124"))
	require.Error(t, access.CheckTaxNumber("850101300125"))
	// 49 + 0·10 + 6·11 = 115, 115 mod 11 = 5 (49 is the sum of what the others have in common).
	require.NoError(t, access.CheckTaxNumber("850101300065"))
	// 49 + 1·10 + 8·11 = 147, 147 mod 11 = 4.
	require.NoError(t, access.CheckTaxNumber("850101300184"))
	// 49 + 5·10 + 0·11 = 99, 99 mod 11 = 0.
	require.NoError(t, access.CheckTaxNumber("850101300500"))
	// 49 + 6·10 + 0·11 = 109, 109 mod 11 = 10, so again with the weights 3…11, 1, 2:
	// 8·3+5·4+0·5+1·6+0·7+1·8+3·9+0·10+0·11+6·1+0·2 = 91, 91 mod 11 = 3.
	require.NoError(t, access.CheckTaxNumber("850101300603"))
	// 29 February of a year without one.
	require.Error(t, access.CheckTaxNumber("850229300124"))
}

func TestBankDetails(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"KZ86125KZT5004100100":     "KZ86125KZT5004100100", // the example of the registry of IBAN
		"kz86 125k zt50 0410 0100": "KZ86125KZT5004100100",
		"KZ87125KZT5004100100":     "",
		"KZ86125KZT500410010":      "",
		"DE89370400440532013000":   "",
		"KZ86125KZT50041001Ж":      "",
		"":                         "",
	} {
		got, err := access.CleanIBAN(in)
		require.Equal(t, want, got, in)
		require.Equal(t, want == "", err != nil, in)
	}
	for in, want := range map[string]string{
		"NBRKKZKX": "NBRKKZKX", "caspkzka": "CASPKZKA", "ABKZKZKXXXX": "ABKZKZKXXXX",
		"NBRKRUKX": "", "NBRKKZK": "", "N1RKKZKX": "", "NBRKKZK-": "", "": "",
	} {
		got, err := access.CleanBIC(in)
		require.Equal(t, want, got, in)
		require.Equal(t, want == "", err != nil, in)
	}
}

func TestTelephoneNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+7 701 123 45 67": "+77011234567", "8 (701) 123-45-67": "+77011234567", "7011234567": "+77011234567", "77011234567": "+77011234567",
		"+49 30 901820": "+4930901820", "+998 90 123 45 67": "+998901234567",
		"12": "", "+7701123456": "", "+012345678": "", "+1234567890123456": "", "phone": "", "": "", "+": "",
	} {
		got, err := access.CleanPhone(in)
		require.Equal(t, want, got, in)
		require.Equal(t, want == "", err != nil, in)
	}
}

func TestBrowsersAreNamedForPeople(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36":                            "Chrome, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 YaBrowser/24.10 Safari/537.36":            "Yandex, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1":    "Safari, iOS",
		"Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36": "Samsung Internet, Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14.7; rv:131.0) Gecko/20100101 Firefox/131.0":                                                        "Firefox, macOS",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0":              "Edge, Windows",
		"curl/8.5.0": "curl",
		"":           "",
	} {
		require.Equal(t, want, access.Browser(in))
	}
}

// FuzzRules feeds the parsers that read what people type.
func FuzzRules(f *testing.F) {
	for _, s := range []string{"971240001315", "KZ86125KZT5004100100", "NBRKKZKX", "+77011234567", "a@example.kz", "Mozilla/5.0 (X11)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if access.CheckTaxNumber(s) == nil {
			require.Len(t, s, 12)
		}
		for _, clean := range []func(string) (string, error){access.CleanIBAN, access.CleanBIC, access.CleanPhone} {
			once, err := clean(s)
			if err != nil {
				continue
			}
			twice, err := clean(once)
			require.NoError(t, err)
			require.Equal(t, once, twice, "cleaning twice changes nothing")
		}
		_ = access.Browser(s)
	})
}
