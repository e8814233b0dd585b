package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/cli"
	"keruen/internal/db/dbtest"
)

// keruen runs one command with a data folder and a database of its own.
type keruen struct {
	t    *testing.T
	args []string
}

func on(t *testing.T, database string) *keruen {
	t.Helper()
	data := t.TempDir()
	conf := filepath.Join(data, "keruen.toml")
	require.NoError(t, os.WriteFile(conf, nil, 0o600))
	return &keruen{t: t, args: []string{"--config", conf, "--data", data, "--database", database}}
}

func (k *keruen) run(in string, args ...string) (code int, out, errOut string) {
	k.t.Helper()
	var o, e bytes.Buffer
	code = cli.Main(k.t.Context(), append(append([]string{}, args...), k.args...), strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func (k *keruen) ok(in string, args ...string) string {
	k.t.Helper()
	code, out, errOut := k.run(in, args...)
	require.Zero(k.t, code, "%v: %s%s", args, out, errOut)
	return out
}

var accountID = regexp.MustCompile(`acc_[0-9a-z]{13}`)

func TestTheAdministratorMakesALoginImportsAFileAndSendsAMessage(t *testing.T) {
	t.Parallel()
	for engine, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			k := on(t, database(t))
			require.Contains(t, k.ok("", "migrate"), "up to date")

			account := accountID.FindString(k.ok("a long enough password\n", "user", "add", "owner@example.kz", "--company", "Shop"))
			require.NotEmpty(t, account)
			require.Contains(t, k.ok("", "user", "list"), "owner@example.kz")
			require.Regexp(t, `Password: \S{16}`, k.ok("", "user", "password", "owner@example.kz", "--generate"))

			dir := t.TempDir()
			file, rejected := filepath.Join(dir, "people.csv"), filepath.Join(dir, "rejected.csv")
			require.NoError(t, os.WriteFile(file, []byte("Почта;Имя\nanna@gmail.com;Анна\nboris@mail.ru;Борис\nnothing;Вера\n"), 0o600))
			consent := []string{"--consent-source", "анкета на кассе", "--consent-date", "2026-11-01", "--consent-wording", "Согласен получать сообщения", "--consent-purpose", "transactional"}
			dry := k.ok("", append([]string{"import", file, "--account", account, "--dry-run"}, consent...)...)
			require.Contains(t, dry, "3 rows: 2 would be created")
			done := k.ok("", append([]string{"import", file, "--account", account, "--list", "Гости", "--rejected", rejected}, consent...)...)
			require.Contains(t, done, "3 rows: 2 created")
			require.Contains(t, done, "1 with errors")
			left, err := os.ReadFile(rejected)
			require.NoError(t, err)
			require.Contains(t, string(left), "nothing")

			code, _, errOut := k.run("Ready", "send", "--account", account, "--to", "anna@gmail.com", "--subject", "Order 15", "--text", "-")
			require.Equal(t, 2, code)
			require.Contains(t, errOut, "Name the sender", "there is none yet")
			code, _, errOut = k.run("", "send", "--account", account, "--to", "nobody@gmail.com", "--subject", "x", "--text", file)
			require.Equal(t, 2, code)
			require.Contains(t, errOut, "No contact has this address")
		})
	}
}

func TestExitCodesTellTheKindOfTheError(t *testing.T) {
	t.Parallel()
	k := on(t, dbtest.SQLite(t))
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no such command": {[]string{"frobnicate"}, 2, "keruen --help"},
		"no such flag":    {[]string{"migrate", "--frobnicate"}, 2, "unknown flag"},
		"wrong setting":   {[]string{"migrate", "--set", "rle=web"}, 2, "did you mean role?"},
		"bad pair":        {[]string{"migrate", "--set", "role"}, 2, "KEY=VALUE"},
		"no such account": {[]string{"send", "--account", "acc_05a9yj0ms9201", "--to", "a@b.kz"}, 3, "no such object"},
		"no such person":  {[]string{"user", "password", "nobody@example.kz", "--generate"}, 3, "Nobody has this e-mail"},
		"weak password":   {[]string{"user", "add", "a@example.kz"}, 2, "password"},
		"nothing to send": {[]string{"send", "--account", "acc_05a9yj0ms9201"}, 2, "--campaign"},
		"no database":     {[]string{"migrate", "--set", "database=postgres://nobody@127.0.0.1:1/none"}, 5, "cause"},
	} {
		code, out, errOut := k.run("short\n", c.args...)
		if name == "no database" { // the flag of the helper is stronger than --set
			var o, e bytes.Buffer
			code = cli.Main(t.Context(), append(c.args, "--data", t.TempDir()), strings.NewReader(""), &o, &e)
			out, errOut = o.String(), e.String()
		}
		require.Equal(t, c.code, code, "%s: %s%s", name, out, errOut)
		require.Contains(t, out+errOut, c.says, name)
	}
}

func TestHelpTeachesByExamples(t *testing.T) {
	t.Parallel()
	k := &keruen{t: t}
	require.Contains(t, k.ok("", "--help"), "keruen serve --demo")
	for _, command := range [][]string{{"serve"}, {"import"}, {"send"}, {"user", "add"}} {
		require.Contains(t, k.ok("", append(command, "--help")...), "keruen "+strings.Join(command, " "), "%v", command)
	}
	require.Contains(t, k.ok("", "example-config"), "#listen = ")
	require.Contains(t, k.ok("", "openapi"), `"openapi": "3.1.0"`)
	require.Contains(t, k.ok("", "version"), "keruen ")
}

func TestTheDoctorSaysWhatToMend(t *testing.T) {
	t.Parallel()
	k := on(t, dbtest.SQLite(t))
	k.args = append(k.args, "--set", "sandbox=true")
	k.ok("", "migrate")
	_, out, _ := k.run("", "doctor")
	require.Contains(t, out, "ok    database")
	require.Contains(t, out, "ok    secret")

	data := k.args[3]
	require.NoError(t, os.Chmod(filepath.Join(data, "secret.key"), 0o644))
	code, out, _ := k.run("", "doctor", "--base-url", "http://mail.example.kz")
	require.Equal(t, 10, code, out)
	require.Contains(t, out, "MEND  secret")
	require.Contains(t, out, "chmod 600 "+filepath.Join(data, "secret.key"))
	require.Contains(t, out, "MEND  address")
	require.Regexp(t, `[2-9] to mend`, out)

	code, out, _ = k.run("", "doctor", "--set", "log.level=loud")
	require.Equal(t, 10, code)
	require.Contains(t, out, "MEND  settings")
	require.Contains(t, out, "log.level wants one of")
}
