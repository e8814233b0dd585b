package email

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"

	"keruen/internal/channel"
	"keruen/internal/mail/smtp"
)

// Classify says what an answer means that did not come in an attempt of ours: one in a report of an undelivered message
// (RFC 3464), or one that a person asks about. enhanced and stage may be empty; a refusal without a stage concerns the letter.
func Classify(code int, enhanced, text string, stage smtp.Stage) (class string, scope channel.Scope) {
	return builtin().Classify(code, enhanced, text, stage)
}

// Classify is the function of that name by these rules.
func (r *Rules) Classify(code int, enhanced, text string, stage smtp.Stage) (class string, scope channel.Scope) {
	class = (&Channel{rules: r.orBuiltin()}).classify(laterAnswer(code, enhanced, text, stage), false, false)
	return class, scopes[class]
}

func laterAnswer(code int, enhanced, text string, stage smtp.Stage) smtp.Result {
	if stage == "" {
		stage = smtp.StageRcpt
	}
	return smtp.Result{Stage: stage, Reply: smtp.Reply{Code: code, Enhanced: enhanced, Text: text}}
}

// classify says what a refusal or a failure means. first is the first attempt for the message.
func (c *Channel) classify(r smtp.Result, relay, first bool) string {
	switch {
	case r.Err != nil:
		return classOfError(r)
	case r.Local:
		return classOfLocal(r.Enhanced)
	case r.Stage == smtp.StageAuth && r.Code/100 == 5:
		return RelayAuth
	case r.Stage == smtp.StageTLS:
		return TLS
	}
	class := c.classOfReply(r.Reply)
	switch {
	case relay && (class == RelayDenied || r.Code == 530 || r.Code == 538):
		return RelayAuth // our own relay does not take us
	case class == MailboxFull && r.Stage == smtp.StageDot && r.Enhanced == "" && r.Code == 552 && !fullWords(r.Text):
		return MessageTooLarge
	case first && r.Stage == smtp.StageRcpt && (r.Code == 450 || r.Code == 451) && (class == Other || class == SystemBusy || class == PolicyOther):
		// A first contact that is put off at RCPT is greylisted, whatever its words (RFC 6647 §2.1).
		return Greylisted
	}
	if !afterRcpt(r.Stage) {
		return beforeRcpt(class)
	}
	return class
}

func afterRcpt(s smtp.Stage) bool {
	return s == smtp.StageRcpt || s == smtp.StageData || s == smtp.StageDot
}

// beforeRcpt puts right what words alone would blame the recipient for: before RCPT the server has not heard of him.
func beforeRcpt(class string) string {
	switch class {
	case UserUnknown, MailboxDisabled, BadAddress, DomainBad:
		return SenderRefused
	case MailboxFull:
		return SystemBusy
	case RecipientBusy:
		return RateLimited
	}
	return class
}

// classOfLocal is for what our own client refused on the server's behalf.
func classOfLocal(enhanced string) string {
	switch enhanced {
	case "5.1.3":
		return BadAddress
	case "5.6.7":
		return UTF8Unsupported
	case "5.3.4":
		return MessageTooLarge
	}
	return LetterInvalid
}

func (c *Channel) classOfReply(p smtp.Reply) string {
	if r, ok := c.rules.find(p); ok {
		return r.class
	}
	return Other
}

func fullWords(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "quota") || strings.Contains(text, "full") || strings.Contains(text, "storage")
}

func classOfError(r smtp.Result) string {
	var timeout net.Error
	switch {
	case r.MaybeSent:
		return Uncertain
	case errors.Is(r.Err, errPolicyLookup):
		return DNSTemporary
	case r.Stage == smtp.StageTLS:
		return TLS
	case errors.Is(r.Err, smtp.ErrReply), errors.Is(r.Err, smtp.ErrNoAuth), errors.Is(r.Err, smtp.ErrClearLogin):
		return Protocol
	case errors.Is(r.Err, os.ErrDeadlineExceeded), errors.As(r.Err, &timeout) && timeout.Timeout():
		return Timeout
	}
	return Network
}

// plainError is the failure in words that are the same on every machine and hold no address.
func plainError(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset by the other side"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no route to the server"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "the source address is not on this machine"
	case errors.As(err, &dns):
		return "the name of the server cannot be looked up"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the server did not answer in time"
	case err.Error() == "EOF", strings.HasSuffix(err.Error(), "unexpected EOF"):
		return "the server closed the connection"
	}
	return err.Error()
}
