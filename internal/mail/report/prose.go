package report

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	tags        = regexp.MustCompile(`<[^>@]*>`)
	codeLine    = regexp.MustCompile(`(?:^|[^\d.])([45]\d\d)(?:[ \-#]|\s#|: )+(?:#?([45]\.\d{1,3}\.\d{1,3})\b)?`)
	statusWord  = regexp.MustCompile(`(?:^|[^\d.])#?([245]\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?$)`)
	mailbox     = regexp.MustCompile(`[^\s<>()\[\]"',;:]+@[^\s<>()\[\]"',;:]+`)
	autoSubject = regexp.MustCompile(`(?i)^(auto(matic)?[ -]?(reply|response)|out of (the )?office|abwesenheit|vacation|автоответ|автоматический ответ|нет на месте|автоматты жауап|жауап автоматты)`)

	// bounceSubject and bounceSender are what servers that know no RFC 3464 write.
	bounceSubject = regexp.MustCompile(`(?i)(undeliver(ed|able)|delivery (status notification|failure|has failed|notification|report)|mail delivery (failed|failure|problem|error)|failure notice|returned mail|returned to sender|non[- ]?delivery|message (not delivered|could not be delivered)|delivery of your message|mail system error|недоставлен|не доставлен|не удалось доставить|ошибка доставки|возвращ[её]н|жеткізілмеді)`)
	bounceSender  = regexp.MustCompile(`(?i)(mailer-daemon|postmaster|mail delivery (sub)?system|mdaemon|mail-daemon)`)
	delayWords    = regexp.MustCompile(`(?i)(\(delay\)|delayed|has not yet been|not been delivered yet|will (continue to )?(be )?(retry|retried|try|tried)|still (being )?(trying|retried)|warning: (could not send|message)|no action is required|отложен|повторит попытк|попытки будут продолжены|предпринимать ничего не нужно)`)
	finalWords    = regexp.MustCompile(`(?i)(permanent|giving up|given up|could not be delivered|couldn't be delivered|was not delivered|wasn't delivered|failed permanently|не был[оа]? доставлен|не доставлено|не может быть доставлен)`)

	// copyBegins are the lines after which a report holds the letter that it is about.
	copyBegins = regexp.MustCompile(`(?im)^[-= >]*(below this line is a copy|this is a copy of|original message|here is (a copy|your message)|unsent message|the header of the original message|message headers? follows?|text of (the )?original|original message headers?|исходное сообщение|заголовки (исходного )?(письма|сообщения)|копия (вашего )?письма).*$`)
)

// prose reads reports that only people were meant to read: qmail, Exim, old Exchange, Notes, providers' own texts.
func (r *reader) prose() (Report, bool) {
	h := r.root.head
	subject, sender := plain(h.get("subject")), h.get("from")
	named := address(h.get("x-failed-recipients"))
	text := strings.Join(r.text, "\n")
	qmail := strings.Contains(text, "This is the qmail-send program") || strings.Contains(text, "This is the MAILER-DAEMON")
	looks := bounceSubject.MatchString(subject) || r.null && bounceSender.MatchString(sender)
	if named == "" && !qmail && !(looks && (r.null || bounceSender.MatchString(sender))) {
		return Report{}, false
	}
	said, copied := cutCopy(text)
	if copied != "" {
		head, _ := readFields([]byte(strings.TrimLeft(copied, "\n")), true)
		r.original = append(r.original, head)
	}
	out := Report{Kind: Bounce, Recipient: named, Text: r.diagnosis()}
	if out.Recipient == "" {
		out.Recipient = mailbox.FindString(said)
	}
	out.Code, out.Status = codes(out.Text)
	if delayWords.MatchString(subject+"\n"+said) && !finalWords.MatchString(said) {
		out.Kind = Delayed
	}
	return out, true
}

// cutCopy parts what a report says from the letter under it.
func cutCopy(text string) (said, copied string) {
	if at := copyBegins.FindStringIndex(text); at != nil {
		return text[:at[0]], text[at[1]:]
	}
	return text, ""
}

// diagnosis finds the server's answer in a text: the lines from the first code on, or everything that was said.
func (r *reader) diagnosis() string {
	said, _ := cutCopy(strings.Join(r.text, "\n"))
	lines := strings.Split(said, "\n")
	for i, l := range lines {
		if len(l) > 2000 {
			l = l[:2000]
		}
		if codeLine.MatchString(l) || statusWord.MatchString(l) {
			return paragraph(lines[i:])
		}
	}
	return said
}

// paragraph joins a few lines up to a blank one.
func paragraph(lines []string) string {
	n := 0
	for n < len(lines) && n < 6 && strings.TrimSpace(lines[n]) != "" {
		n++
	}
	return strings.Join(lines[:n], " ")
}

// codes finds the basic and the enhanced code in an answer.
func codes(text string) (code int, status string) {
	text = text[:min(len(text), 4000)]
	if g := codeLine.FindStringSubmatch(text); g != nil {
		code, status = number(g[1]), g[2]
	}
	if status == "" {
		if g := statusWord.FindStringSubmatch(text); g != nil && g[1][0] != '2' {
			status = g[1]
		}
	}
	return code, status
}

func statusOf(value string) string {
	if g := statusWord.FindStringSubmatch(value); g != nil {
		return g[1]
	}
	return ""
}

// afterType takes "smtp;" or "rfc822;" away.
func afterType(value string) string {
	kind, rest, ok := strings.Cut(value, ";")
	if !ok || strings.ContainsAny(strings.TrimSpace(kind), " @") {
		return strings.TrimSpace(value)
	}
	return strings.TrimSpace(rest)
}

func address(value string) string { return mailbox.FindString(value) }

func number(s string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(s))
	return max(n, 0)
}

// line makes one line of a text, cut to size.
func line(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s[:min(len(s), 4*maxText)], "")), " ")
	return strings.ToValidUTF8(s[:min(len(s), maxText)], "")
}
