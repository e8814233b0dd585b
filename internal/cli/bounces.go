package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"keruen/internal/channel"
	"keruen/internal/channel/email"
	"keruen/internal/errs"
	"keruen/internal/mail/smtp"
)

type bouncesCmd struct {
	Explain bouncesExplainCmd `cmd:"" help:"Say what an answer of a mail server means and what is done about it."`
}

type bouncesExplainCmd struct {
	Answer string `arg:"" help:"The answer, such as \"550 5.1.1 no such user\"."`
	Stage  string `default:"rcpt" enum:"banner,ehlo,auth,mail,rcpt,data,dot" help:"Where in the conversation it came: banner, ehlo, auth, mail, rcpt, data, dot (after the letter)."`
}

func (bouncesExplainCmd) Help() string {
	return `Judges an answer as if it had come to the first attempt of a letter, with the rules of your own (mail.bounce_rules) before the built-in
ones. Nothing is sent or changed. Examples:
  keruen bounces explain "550 5.1.1 no such user"
  keruen bounces explain --stage dot "554 5.7.1 message looks like spam" --set mail.bounce_rules=rules.tsv`
}

var errAnswer = errs.New(errs.Invalid, "cli.answer", "An answer begins with its code, from 400 to 599, such as \"550 5.1.1 no such user\".")

var answerForm = regexp.MustCompile(`^\s*([45]\d\d)(?:[ -]+|$)(?:([245]\.\d{1,3}\.\d{1,3})(?:\s+|$))?(.*)$`)

func (b *bouncesExplainCmd) Run(e *env) error {
	g := answerForm.FindStringSubmatch(strings.Join(strings.Fields(b.Answer), " "))
	if g == nil {
		return errAnswer.With("got", b.Answer)
	}
	code, err := strconv.Atoi(g[1])
	if err != nil {
		return errAnswer.With("got", b.Answer)
	}
	c, err := e.settings()
	if err != nil {
		return err
	}
	rules, err := email.LoadRules(c.Mail.BounceRules)
	if err != nil {
		return err
	}
	m := rules.Explain(code, g[2], g[3], smtp.Stage(b.Stage))
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "class\t%s\nscope\t%s\nrule\t%s\nletter\t%s\naddress\t%s\n", m.Class, m.Scope, m.Rule, letterFate(m), addressFate(m))
	fmt.Fprintf(w, "ru\t%s\nkk\t%s\nen\t%s\n", m.Words.Ru, m.Words.Kk, m.Words.En)
	return w.Flush()
}

func letterFate(m email.Meaning) string {
	if !m.Retried {
		return "not tried again"
	}
	return "tried again in about " + m.After.Round(time.Second).String()
}

func addressFate(m email.Meaning) string {
	switch {
	case m.Suppress:
		return "taken out of use at once"
	case m.Wear.Messages > 0:
		return "stays in use; " + wearWords(m.Wear)
	}
	return "stays in use, however often this comes"
}

// wearWords tells the rule by which repeating takes an address out of use.
func wearWords(w channel.Wear) string {
	words := fmt.Sprintf("taken out of use when %d messages in a row fail so", w.Messages)
	if w.Over > 0 {
		words += fmt.Sprintf(" over at least %d days", int(w.Over.Hours())/24)
	}
	if w.Within > 0 {
		words += fmt.Sprintf(" within %d days", int(w.Within.Hours())/24)
	}
	return words
}
