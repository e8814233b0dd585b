package email

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/mail/smtp"
)

var update = flag.Bool("update", false, "write docs/bounces-answers.md anew")

//go:embed testdata/answers.tsv
var answersTable string

// answer is one line of testdata/answers.tsv: what a server says, and what is to be made of it.
type answer struct {
	provider string
	result   smtp.Result
	want     judged
}

// judged is what matters of a verdict.
type judged struct {
	class          string
	scope          channel.Scope
	retried, burns bool
}

func (a answer) line() string {
	return strings.Join(strings.Fields(strconv.Itoa(a.result.Code)+" "+a.result.Enhanced+" "+a.result.Text), " ")
}

func answers(t testing.TB) []answer {
	t.Helper()
	var out []answer
	for n, line := range strings.Split(strings.TrimSpace(answersTable), "\n") {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		require.Len(t, f, 9, "line %d", n+1)
		code, err := strconv.Atoi(f[2])
		require.NoError(t, err, "line %d", n+1)
		require.Contains(t, scopes, f[5], "line %d", n+1)
		out = append(out, answer{
			provider: f[0],
			result:   smtp.Result{Stage: smtp.Stage(f[1]), Reply: smtp.Reply{Code: code, Enhanced: f[3], Text: f[4]}},
			want:     judged{class: f[5], scope: channel.Scope(f[6]), retried: f[7] == "yes", burns: f[8] == "yes"},
		})
	}
	return out
}

// judgedAt is what the engine makes of an answer to the second attempt: at the first, any 450 may be greylisting.
func judgedAt(c *Channel, r smtp.Result) judged {
	v := verdictOf(c, r, 2)
	return judged{class: v.Class, scope: v.Scope, retried: v.Outcome == channel.Later, burns: v.Suppress}
}

const answersHead = `# What servers say, and what is made of it

Written by ` + "`go test ./internal/channel/email -run Answers -update`" + ` from internal/channel/email/testdata/answers.tsv: %d answers in the forms that
providers and servers document, judged by the rules of internal/channel/email/rules.tsv at the second attempt (a first 450 or 451 may always be
greylisting). "Retried" says whether the letter is tried again, "burns" whether this one answer takes the address out of use. %d of %d are right;
the rules were written with these answers in view, so that says what is covered, not how strangers fare.

| Provider or server | Answers | Right |
|---|--:|--:|
`

// MSG-4: the answers of the world's mail servers are understood, and the document of it is true.
func TestAnswersOfTheWorldAreUnderstood(t *testing.T) {
	t.Parallel()
	c, all := unit(t), answers(t)
	require.GreaterOrEqual(t, len(all), 300)
	var order []string
	var right int
	count, good := map[string]int{}, map[string]int{}
	var lines strings.Builder
	for _, a := range all {
		have := judgedAt(c, a.result)
		ok := assert.Equal(t, a.want, have, "%s at %s: %s", a.provider, a.result.Stage, a.line())
		if count[a.provider] == 0 {
			order = append(order, a.provider)
		}
		count[a.provider]++
		if ok {
			good[a.provider]++
			right++
		}
		fmt.Fprintf(&lines, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", a.provider, a.result.Stage,
			strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(a.line()), have.class, have.scope, yesNo(have.retried), yesNo(have.burns), yesNo(ok))
	}
	var text strings.Builder
	fmt.Fprintf(&text, answersHead, len(all), right, len(all))
	for _, p := range order {
		fmt.Fprintf(&text, "| %s | %d | %d |\n", p, count[p], good[p])
	}
	text.WriteString("\n## All answers\n\n| Provider | Stage | Answer | Class | Scope | Retried | Burns | Right |\n|---|---|---|---|---|---|---|---|\n" + lines.String())
	const document = "../../../docs/bounces-answers.md"
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(text.String()), 0o644))
	}
	have, err := os.ReadFile(document)
	require.NoError(t, err)
	require.Equal(t, text.String(), string(have), "docs/bounces-answers.md is out of date: go test ./internal/channel/email -run Answers -update")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// MSG-4: a refusal for our own fault, or for no clear reason, never takes an address out of use: not at once and not by repeating.
func TestNoRefusalBeyondTheRecipientBurnsAnAddress(t *testing.T) {
	t.Parallel()
	c := unit(t)
	for _, a := range answers(t) {
		for _, stage := range []smtp.Stage{smtp.StageBanner, smtp.StageEhlo, smtp.StageMail, smtp.StageRcpt, smtp.StageData, smtp.StageDot} {
			a.result.Stage = stage
			for n := 1; n <= 12; n++ {
				v := verdictOf(c, a.result, n)
				if v.Scope != channel.ScopeRecipient {
					require.False(t, v.Suppress, "%s %d: %s", stage, n, a.line())
					require.Zero(t, c.Wears(v.Class), "%s %d: %s", stage, n, a.line())
				}
				if !afterRcpt(stage) || a.result.Code < 500 {
					require.False(t, v.Suppress, "%s %d: %s", stage, n, a.line())
				}
			}
		}
		back := Returned(a.result.Code, a.result.Enhanced, a.result.Text, "jo.smith@example.org")
		require.False(t, back.Suppress && back.Scope != channel.ScopeRecipient, a.line())
	}
}

// What is said about our own path burns nobody, whatever is said beside it.
func TestWordsAboutUsersBesideOurOwnFaultBurnNobody(t *testing.T) {
	t.Parallel()
	c := unit(t)
	for _, a := range answers(t) {
		if a.want.scope != channel.ScopeReputation && a.want.class != AuthFailed {
			continue
		}
		for _, beside := range []string{"user unknown", "no such user", "mailbox unavailable", "нет такого пользователя"} {
			a.result.Stage, a.result.Enhanced = smtp.StageRcpt, "5.1.1"
			a.result.Code = 550
			text := a.result.Text
			a.result.Text = beside + "; " + text + "; " + beside
			require.False(t, verdictOf(c, a.result, 1).Suppress, a.line())
			a.result.Text = text
		}
	}
}

// Waits are the same each time one attempt is judged, not before the server asks, and not after the cap.
func TestWaitsKeepTheirBounds(t *testing.T) {
	t.Parallel()
	c := unit(t)
	asks := map[string]time.Duration{"": 0, " in 20 seconds": 20 * time.Second, "; wait 45 minutes": 45 * time.Minute, " (00:30:00)": 30 * time.Minute, ", через 2 часа": 2 * time.Hour, " in 4 hours": maxWait, " in 90 hours": maxWait}
	for _, a := range answers(t) {
		said := askedDelay(a.result.Text)
		text := a.result.Text
		for words, asked := range asks {
			if said > 0 {
				words, asked = "", said
			}
			a.result.Text = text + words
			for _, n := range []int{1, 2, 3, 4, 7, 40} {
				v := verdictOf(c, a.result, n)
				require.Equal(t, v, verdictOf(c, a.result, n), a.line())
				if v.Outcome != channel.Later {
					require.Zero(t, v.After, a.line())
					continue
				}
				limit := maxWait
				if v.Class == MailboxFull {
					limit = maxFullWait
				}
				require.Positive(t, v.After, a.line())
				require.GreaterOrEqual(t, v.After, asked, "%d: %s", n, a.line())
				require.LessOrEqual(t, v.After, limit, "%d: %s", n, a.line())
			}
		}
	}
}
