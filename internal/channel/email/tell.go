package email

import (
	"fmt"
	"time"

	"keruen/internal/channel"
	"keruen/internal/lang"
	"keruen/internal/mail/smtp"
)

// Meaning is what the program makes of an answer, for people.
type Meaning struct {
	Class    string
	Scope    channel.Scope
	Rule     string        // which rule said so
	Retried  bool          // the letter is tried again
	After    time.Duration // about when, after the first attempt
	Suppress bool          // the address is taken out of use at once
	Wear     channel.Wear  // repeating takes it out of use; zero: never
	Words    lang.Text
}

// Explain tells what an answer to a first attempt means and what is done about it.
func (r *Rules) Explain(code int, enhanced, text string, stage smtp.Stage) Meaning {
	c := &Channel{rules: r.orBuiltin()}
	res := laterAnswer(code, enhanced, text, stage)
	class := c.classify(res, false, false)
	v := channel.Verdict{Class: class, Scope: scopes[class]}
	c.decide(&v, channel.Message{Attempt: 1}, attempt{Result: res})
	return Meaning{Class: class, Scope: v.Scope, Rule: c.rules.named(res.Reply), Retried: v.Outcome == channel.Later, After: v.After,
		Suppress: v.Suppress, Wear: c.Wears(class), Words: Reason(class)}
}

func (r *Rules) named(p smtp.Reply) string {
	found, ok := r.find(p)
	switch {
	case !ok:
		return "none: by the first digit only"
	case found.own:
		return fmt.Sprintf("your own, line %d", found.line)
	}
	return fmt.Sprintf("built-in, line %d of rules.tsv", found.line)
}
