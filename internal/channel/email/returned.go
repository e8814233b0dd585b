package email

import (
	"strconv"
	"strings"

	"keruen/internal/channel"
	"keruen/internal/mail/smtp"
)

// Returned is the verdict by the rules of the program.
func Returned(code int, enhanced, text, recipient string) channel.Verdict {
	return builtin().Returned(code, enhanced, text, recipient)
}

// Returned is the verdict on a letter that a server had taken and that came back later with a report (RFC 3464): final, and judged
// by the table that judges answers given at once. code may be 0 and enhanced empty when the report gives none. addresses
// of the report are scrubbed from its words.
//
// A server that gave up waiting reports 4.x.x: the address is then not dead, however its words sound.
func (r *Rules) Returned(code int, enhanced, text, recipient string) channel.Verdict {
	if code == 0 {
		code = codeOf(enhanced)
	}
	class, scope := r.Classify(code, enhanced, text, smtp.StageDot)
	words := strings.TrimSpace(strings.Join(strings.Fields(strconv.Itoa(code)+" "+enhanced+" "+text), " "))
	return channel.Verdict{
		Outcome: channel.Never, Class: class, Scope: scope, Detail: scrub(words, recipient),
		Suppress: code/100 == 5 && !strings.HasPrefix(enhanced, "4.") && (class == UserUnknown || class == BadAddress),
	}
}

func codeOf(enhanced string) int {
	if strings.HasPrefix(enhanced, "4.") {
		return 450
	}
	return 550
}
