package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/db/dbtest"
)

// MSG-4
func TestTheAdministratorAsksWhatAnAnswerMeans(t *testing.T) {
	t.Parallel()
	k := on(t, dbtest.SQLite(t))
	out := k.ok("", "bounces", "explain", "550 5.1.1 no such user")
	require.Regexp(t, `class +user_unknown\n`, out)
	require.Regexp(t, `scope +recipient\n`, out)
	require.Regexp(t, `rule +built-in, line \d+ of rules.tsv\n`, out)
	require.Regexp(t, `letter +not tried again\n`, out)
	require.Regexp(t, `address +taken out of use at once\n`, out)
	require.Regexp(t, `ru +Такого адреса не существует`, out)
	require.Regexp(t, `kk +Мұндай мекенжай жоқ`, out)
	require.Regexp(t, `en +There is no such address`, out)
	require.Regexp(t, `5 messages in a row fail so over at least 30 days`, k.ok("", "bounces", "explain", "552 5.2.2 mailbox full"))
	require.Regexp(t, `letter +tried again in about 5m15s\n(.*\n)*?address +stays in use, however often`, k.ok("", "bounces", "explain", "450 greylisted for 300 seconds"))
	require.Regexp(t, `class +sender_refused\n`, k.ok("", "bounces", "explain", "--stage", "mail", "550 no such user"))

	code, _, says := k.run("", "bounces", "explain", "no such user")
	require.Equal(t, 2, code)
	require.Contains(t, says, "begins with its code")
}

// MSG-4: the operator knows its neighbours better than we do.
func TestTheOperatorsOwnRulesOnAnswersComeFirst(t *testing.T) {
	t.Parallel()
	k := on(t, dbtest.SQLite(t))
	file := filepath.Join(t.TempDir(), "rules.tsv")
	explain := func(rules string) (int, string, string) {
		require.NoError(t, os.WriteFile(file, []byte(rules), 0o600))
		return k.run("", "bounces", "explain", "550 5.1.1 no such user", "--set", "mail.bounce_rules="+file)
	}
	code, out, _ := explain("# ours\r\nrate_limited\t550\tno such user\r\n")
	require.Zero(t, code)
	require.Regexp(t, `class +rate_limited\n`, out)
	require.Regexp(t, `rule +your own, line 2\n`, out)
	for rules, want := range map[string]string{
		"rate_limited 550 x":         "line 1: want class, codes and a pattern, parted by tabs",
		"\nslow\t550\tx":             `line 2: there is no class "slow"`,
		"rate_limited\t5x0\tx":       `line 1: "5x0" is no code`,
		"rate_limited\t550\t(broken": "line 1: the pattern cannot be read",
	} {
		code, _, says := explain(rules)
		require.Equal(t, 2, code, rules)
		require.Contains(t, says, want)
	}
	code, _, says := k.run("", "bounces", "explain", "550 x", "--set", "mail.bounce_rules=/nowhere")
	require.Equal(t, 2, code)
	require.Contains(t, says, "cannot be read")
}
