package shape_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel/email/shape"
	"keruen/internal/errs"
)

func TestMailHostsAreKnownByTheirProvider(t *testing.T) {
	t.Parallel()
	rules, err := shape.Parse("")
	require.NoError(t, err)
	for host, provider := range map[string]string{
		"gmail-smtp-in.l.google.com": "gmail", "ASPMX.L.GOOGLE.COM.": "gmail", "outlook-com.olc.protection.outlook.com": "outlook",
		"example-kz.mail.protection.outlook.com": "microsoft365", "mta5.am0.yahoodns.net": "yahoo", "mxs.mail.ru": "mailru", "emx.mail.ru": "mailru",
		"mx.yandex.net": "yandex", "mx01.mail.icloud.com": "icloud", "mx00.gmx.net": "gmx", "mx.example.kz": "", "notgoogle.com": "", "mxs.mail.ru.example.com": "",
	} {
		require.Equal(t, provider, rules.Provider(host), host)
	}
}

// MSG-4: the operator's file is laid over the built-in rules key by key.
func TestAnOwnFileChangesOnlyTheKeysThatItNames(t *testing.T) {
	t.Parallel()
	before, err := shape.Parse("")
	require.NoError(t, err)
	after, err := shape.Parse("[provider.gmail]\nconnections = 2\n\n[default]\nconnections = 3\n")
	require.NoError(t, err)

	was, is := *before.Rule("gmail"), *after.Rule("gmail")
	require.Equal(t, 2, is.Connections)
	require.Equal(t, 3, after.Rule("yahoo").Connections, "what a provider does not say comes from the default")
	require.Equal(t, 3, after.Rule("").Connections)
	is.Connections = was.Connections
	require.Equal(t, was.MX, is.MX)
	require.Equal(t, was.PerSecond, is.PerSecond)
	require.Len(t, is.React, len(was.React))
}

func TestMistakesOfAFileAreNamedByLineAndKey(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]struct{ path, text string }{
		"[default]\nconnections = 0\n":                                         {"line 2, default.connections", "from 1 to 1000"},
		"[provider.gmail]\n\nconections = 4\n":                                 {"line 3, provider.gmail.conections", "is not a key"},
		"[provider.own]\nconnections = 4\n":                                    {"line 1, provider.own", "needs mx"},
		"[default]\nconnections = many\n":                                      {"line 2", ""},
		"[[address]]\nip = \"192.0.2.1\"\n\n[[address]]\nip = \"300.1.2.3\"\n": {"line 5, address.1.ip", "wants an address"},
		"[[address]]\nip = \"192.0.2.1\"\n\n[[address]]\nip = \"192.0.2.1\"\n": {"line 5, address.1.ip", "twice"},
		"[[address]]\nip = \"192.0.2.1\"\nwarm_up = \"quick\"\n":               {"line 3, address.0.warm_up", "no plan"},
		"[[address]]\nip = \"192.0.2.1\"\noverflow = \"warm\"\n":               {"line 3, address.0.overflow", "no pool"},
		"[[address]]\nip = \"192.0.2.1\"\npurposes = [\"ads\"]\n":              {"line 3, address.0.purposes", "transactional or advertising"},
		"[[provider.gmail.react]]\nname = \"x\"\ntext = \"(\"\nfor = \"5m\"\n": {"line 3, provider.gmail.react.0.text", "regular expression"},
		"[default]\nper_second = 200\n":                                        {"line 2, default.per_second", "ceiling"},
		"[warm_up.own]\nsteps = [10, 5]\n":                                     {"line 2, warm_up.own.steps", "grow"},
	} {
		_, err := shape.Parse(file)
		require.ErrorIs(t, err, shape.ErrRules, file)
		var e *errs.Error
		require.True(t, errors.As(err, &e))
		found := false
		for _, f := range e.Fields {
			if f.Path == want.path {
				require.Contains(t, f.Text, want.text)
				found = true
			}
		}
		require.True(t, found, "%s: %+v", file, e.Fields)
	}
}

func TestAFileThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	_, err := shape.Load(t.TempDir() + "/none.toml")
	require.ErrorIs(t, err, shape.ErrFile)
}
