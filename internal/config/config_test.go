package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/config"
	"keruen/internal/errs"
)

var update = flag.Bool("update", false, "write docs/keruen.example.toml anew")

func load(t *testing.T, file string, env, flags map[string]string) (config.Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keruen.toml")
	require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
	return config.Load(config.Sources{File: path, Flags: flags,
		Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
}

func fieldsOf(t *testing.T, err error) []errs.Field {
	t.Helper()
	var e *errs.Error
	require.True(t, errors.As(err, &e), "got %v", err)
	return e.Fields
}

func TestAFlagBeatsTheEnvironmentAndTheEnvironmentBeatsTheFile(t *testing.T) {
	t.Parallel()
	file := "listen = \"127.0.0.1:1\"\ndata = \"/from/file\"\n[mail]\nrelay_port = 2525\n"
	env := map[string]string{"KERUEN_LISTEN": "127.0.0.1:2", "KERUEN_MAIL_RELAY_HOST": "relay.test"}

	c, err := load(t, file, env, map[string]string{"listen": "127.0.0.1:3"})

	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:3", c.Listen)
	require.Equal(t, "/from/file", c.Data)
	require.Equal(t, 2525, c.Mail.RelayPort)
	require.Equal(t, "relay.test", c.Mail.RelayHost)
	require.Equal(t, "starttls", c.Mail.RelayTLS, "what nobody set is at its default")
	require.Equal(t, "sqlite:/from/file/keruen.db", c.DatabaseURL())
}

func TestAMisspelledKeyIsAnErrorThatNamesTheRightOne(t *testing.T) {
	t.Parallel()
	for wrong, right := range map[string]string{
		"lisen = \"x:1\"":                  "listen",
		"[mail]\nrelayhost = \"a\"":        "mail.relay_host",
		"relay_host = \"a\"":               "mail.relay_host",
		"[log]\nlevle = \"info\"":          "log.level",
		"databse = \"sqlite:/tmp/x.db\"\n": "database",
	} {
		_, err := load(t, wrong, nil, nil)
		fields := fieldsOf(t, err)
		require.Len(t, fields, 1)
		require.Contains(t, fields[0].Text, "did you mean "+right+"?", wrong)
	}
}

func TestEveryWrongValueIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(t, "role = \"boss\"\n[mail]\nrelay_port = 99999\n[limits]\nshutdown = \"soon\"\n",
		map[string]string{"KERUEN_SANDBOX": "maybe"}, nil)
	var paths []string
	for _, f := range fieldsOf(t, err) {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{"role", "sandbox", "mail.relay_port", "limits.shutdown"}, paths)
}

func TestAddressesThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for _, flags := range []map[string]string{
		{"listen": "8080"}, {"base_url": "mail.example.kz"}, {"base_url": "https://a.kz/path"},
		{"database": "mysql://x"}, {"trusted_proxies": "10.0.0.0/99"}, {"data": ""},
	} {
		_, err := load(t, "", nil, flags)
		require.Len(t, fieldsOf(t, err), 1, "%v", flags)
	}
}

func TestANamedFileMustExist(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Sources{File: filepath.Join(t.TempDir(), "absent.toml")})
	require.Equal(t, errs.Invalid, errs.KindOf(err))
}

func TestABrokenFileIsExplainedByItsLine(t *testing.T) {
	t.Parallel()
	_, err := load(t, "listen = \"a:1\"\nthis is not toml\n", nil, nil)
	require.Contains(t, fieldsOf(t, err)[0].Text, "line 2")
}

func TestDemoSwitchesThePretendWorldOn(t *testing.T) {
	t.Parallel()
	c, err := load(t, "", nil, map[string]string{"demo": "true"})
	require.NoError(t, err)
	require.True(t, c.Sandbox)
}

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	c, err := load(t, "[mail]\nrelay_password = \"hunter2\"\n", nil, nil)
	require.NoError(t, err)
	for _, l := range c.Lines() {
		require.NotContains(t, l.Value, "hunter2")
	}
}

func TestTheExampleFileIsMadeFromTheStructAndLoads(t *testing.T) {
	t.Parallel()
	const path = "../../docs/keruen.example.toml"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(config.Example()), 0o644))
	}
	committed, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, config.Example(), string(committed), "run: go test ./internal/config -update")

	_, err = load(t, string(committed), nil, nil)
	require.NoError(t, err)
}
