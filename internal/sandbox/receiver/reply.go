package receiver

import (
	"fmt"
	"strings"

	"github.com/emersion/go-smtp"
	"golang.org/x/text/encoding/htmlindex"
)

// Reply is an answer of a server. "{to}" in the text is the recipient, "{client}" the address
// of the sender's machine, "{domain}" the recipient's domain, "{wait}" whole seconds.
type Reply struct {
	Code     int
	Enhanced [3]int // RFC 3463
	Text     string // lines are cut at "\n"
}

func (r Reply) String() string {
	return fmt.Sprintf("%d %d.%d.%d %s", r.Code, r.Enhanced[0], r.Enhanced[1], r.Enhanced[2], strings.ReplaceAll(r.Text, "\n", " "))
}

// with fills in the places of the text.
func (r Reply) with(pairs ...string) Reply {
	r.Text = strings.NewReplacer(pairs...).Replace(r.Text)
	return r
}

// wire turns the reply into what the server library sends. Every line carries the enhanced
// code (RFC 2034 §4); the library adds it to the last one only. A charset other than UTF-8
// is what some old servers answer in.
func (r Reply) wire(charset string) *smtp.SMTPError {
	code := fmt.Sprintf("%d.%d.%d ", r.Enhanced[0], r.Enhanced[1], r.Enhanced[2])
	text := strings.ReplaceAll(r.Text, "\n", "\n"+code)
	if strings.Contains(text, "\n") {
		last := strings.LastIndex(text, code)
		text = code + text[:last] + text[last+len(code):]
	}
	if charset != "" {
		if enc, err := htmlindex.Get(charset); err == nil {
			if out, err := enc.NewEncoder().String(text); err == nil {
				text = out
			}
		}
	}
	return &smtp.SMTPError{Code: r.Code, EnhancedCode: r.Enhanced, Message: text}
}

// reply chooses the words of this provider for a kind; several are in use, and an address
// always hears the same ones.
func (w *Receivers) reply(p *Provider, k Kind, to string) Reply {
	choices := texts[p.Name][k]
	if len(choices) == 0 {
		choices = common[k]
	}
	if len(choices) == 0 {
		return Reply{} // a kind that says nothing of its own
	}
	return choices[draw(w.seed, "words", to)%uint64(len(choices))]
}

// common are the answers of a server that has no words of its own.
var common = map[Kind][]Reply{
	Grey:            {{450, [3]int{4, 2, 0}, "<{to}>: Recipient address rejected: Greylisted, please retry in {wait} seconds"}},
	Unknown:         {{550, [3]int{5, 1, 1}, "<{to}>: Recipient address rejected: User unknown in virtual mailbox table"}, {550, [3]int{5, 1, 1}, "<{to}>: Пользователь не найден, такого почтового ящика нет"}},
	Disabled:        {{550, [3]int{5, 2, 1}, "<{to}>: The mailbox is disabled and does not accept mail"}},
	Full:            {{452, [3]int{4, 2, 2}, "<{to}>: The mailbox is full, quota exceeded"}},
	OverQuota:       {{552, [3]int{5, 2, 2}, "<{to}>: The user has exceeded the mailbox quota"}},
	TempFail:        {{451, [3]int{4, 3, 0}, "<{to}>: Temporary lookup failure, try again later"}},
	RateLimited:     {{450, [3]int{4, 7, 1}, "Too much mail from {client}, slow down and try again later"}},
	Blocked:         {{554, [3]int{5, 7, 1}, "Service unavailable; Client host [{client}] blocked using a list of sources of spam"}},
	Busy:            {{421, [3]int{4, 3, 2}, "The server is too busy now, try again later"}},
	Hurried:         {{421, [3]int{4, 7, 0}, "Too many connections or messages from {client}, closing the connection"}},
	Relaying:        {{554, [3]int{5, 7, 1}, "<{to}>: Relay access denied"}},
	Spam:            {{554, [3]int{5, 7, 1}, "The message was rejected by the content filter as spam"}},
	Virus:           {{554, [3]int{5, 7, 0}, "The message contains a virus and was rejected"}},
	Unauthenticated: {{550, [3]int{5, 7, 26}, "The mail is not authenticated: no valid DKIM signature was found"}},
	NoUnsubscribe:   {{550, [3]int{5, 7, 1}, "Bulk mail must carry List-Unsubscribe and List-Unsubscribe-Post headers"}},
	DiskFull:        {{452, [3]int{4, 3, 1}, "Insufficient system storage"}},
	NeedsUTF8:       {{553, [3]int{5, 6, 7}, "The address needs SMTPUTF8, which the sender did not ask for"}},
}

// texts are the providers' own words, made up after their manner.
var texts = map[string]map[Kind][]Reply{
	"gmail": {
		Unknown:         {{550, [3]int{5, 1, 1}, "The email account that you tried to reach does not exist. Please check\nthe recipient's address for typos or unneeded spaces. - gsmtp"}},
		Disabled:        {{550, [3]int{5, 2, 1}, "The email account that you tried to reach is inactive. - gsmtp"}},
		Full:            {{452, [3]int{4, 2, 2}, "The recipient's inbox is out of storage space. Please direct the\nrecipient to free some space. - gsmtp"}},
		OverQuota:       {{552, [3]int{5, 2, 2}, "The recipient's inbox is out of storage space and inactive. - gsmtp"}},
		TempFail:        {{451, [3]int{4, 3, 0}, "Mail server temporarily rejected message. - gsmtp"}},
		RateLimited:     {{450, [3]int{4, 2, 1}, "The user you are trying to contact is receiving mail at a rate that\nprevents additional messages from being delivered. Please resend later. - gsmtp"}},
		Blocked:         {{550, [3]int{5, 7, 1}, "[{client}] The very low reputation of the sending IP address\nmakes this message likely unsolicited; it has been blocked. - gsmtp"}},
		Hurried:         {{421, [3]int{4, 7, 28}, "An unusual rate of mail comes from your IP address [{client}]; it has been temporarily rate limited. - gsmtp"}},
		Spam:            {{550, [3]int{5, 7, 1}, "[{client}] This message is likely unsolicited mail and\nhas been blocked. - gsmtp"}},
		Unauthenticated: {{550, [3]int{5, 7, 26}, "Your email has been blocked because the sender is unauthenticated.\nAll senders must authenticate with either SPF or DKIM. DKIM = did not pass. - gsmtp"}},
		NoUnsubscribe:   {{550, [3]int{5, 7, 26}, "Bulk mail must support one-click unsubscribe. List-Unsubscribe and\nList-Unsubscribe-Post were not found or not signed. - gsmtp"}},
	},
	"mailru": {
		Unknown:       {{550, [3]int{5, 1, 1}, "Message was not accepted -- invalid mailbox. Local mailbox {to} is unavailable: user not found"}, {550, [3]int{5, 1, 1}, "Письмо не принято: почтовый ящик {to} не существует"}},
		Disabled:      {{550, [3]int{5, 2, 1}, "Local mailbox {to} is unavailable: account is disabled"}, {550, [3]int{5, 2, 1}, "Почтовый ящик {to} заблокирован"}},
		Full:          {{452, [3]int{4, 2, 2}, "Почтовый ящик {to} переполнен"}, {452, [3]int{4, 2, 2}, "Mailbox {to} is over quota"}},
		OverQuota:     {{552, [3]int{5, 2, 2}, "Почтовый ящик {to} переполнен, письма не принимаются"}},
		Spam:          {{550, [3]int{5, 7, 1}, "spam message rejected. Please see the help pages of the postmaster"}},
		NoUnsubscribe: {{550, [3]int{5, 7, 1}, "spam message rejected: mailing without List-Unsubscribe"}},
		Hurried:       {{421, [3]int{4, 7, 0}, "Too many connections from {client}; try again later"}},
	},
	"yandex": {
		Unknown:   {{550, [3]int{5, 7, 1}, "No such user!"}, {550, [3]int{5, 1, 1}, "Нет такого пользователя: {to}"}},
		Disabled:  {{550, [3]int{5, 7, 1}, "Policy rejection on the target address: mailbox {to} is blocked"}},
		Full:      {{452, [3]int{4, 2, 2}, "Mailbox size limit exceeded"}, {452, [3]int{4, 2, 2}, "Ящик {to} переполнен"}},
		OverQuota: {{552, [3]int{5, 2, 2}, "Mailbox size limit exceeded for {to}"}},
		Spam:      {{554, [3]int{5, 7, 1}, "Message rejected under suspicion of SPAM"}},
		Blocked:   {{554, [3]int{5, 7, 1}, "Message rejected by statistics of the sender [{client}]"}},
	},
	"outlook": {
		Unknown:         {{550, [3]int{5, 5, 0}, "Requested action not taken: mailbox unavailable (S2017062302)."}},
		Disabled:        {{550, [3]int{5, 2, 1}, "Mailbox cannot be accessed: it is disabled"}},
		OverQuota:       {{552, [3]int{5, 2, 2}, "The recipient's mailbox is full and can't accept messages now"}},
		RateLimited:     {{451, [3]int{4, 7, 650}, "The mail server [{client}] has been temporarily rate limited due to IP reputation (S775)"}},
		Blocked:         {{550, [3]int{5, 7, 1}, "Unfortunately, messages from [{client}] weren't sent. Part of their network is on our block list (S3140)"}},
		Unauthenticated: {{550, [3]int{5, 7, 515}, "Access denied, the sending domain does not meet the required authentication level: DKIM did not pass"}},
	},
	"yahoo": {
		Unknown:     {{552, [3]int{5, 1, 1}, "1 Requested mail action aborted, mailbox not found"}, {554, [3]int{5, 1, 1}, "delivery error: dd Not a valid recipient - atlas"}},
		Disabled:    {{554, [3]int{5, 2, 1}, "delivery error: dd This user doesn't have an account or it is disabled (-5)"}},
		RateLimited: {{421, [3]int{4, 7, 0}, "[TSS04] Messages from {client} temporarily deferred due to unexpected volume or user complaints"}},
		Hurried:     {{421, [3]int{4, 7, 0}, "Max message per connection reached, closing transmission channel"}},
	},
	"icloud": {
		Unknown:   {{550, [3]int{5, 1, 1}, "<{to}>: user does not exist"}},
		OverQuota: {{552, [3]int{5, 2, 2}, "<{to}>: user is over quota"}},
		Blocked:   {{554, [3]int{5, 7, 1}, "[CS01] Message rejected due to local policy"}},
	},
	"rambler": {
		Unknown:  {{550, [3]int{5, 1, 1}, "<{to}>: Почтовый ящик не существует"}},
		Disabled: {{550, [3]int{5, 2, 1}, "<{to}>: Почтовый ящик отключён"}},
		Full:     {{452, [3]int{4, 2, 2}, "<{to}>: Почтовый ящик переполнен"}},
	},
	"exim": {
		Grey:     {{451, [3]int{4, 7, 1}, "Greylisting in action, please try again in {wait} seconds"}},
		Unknown:  {{550, [3]int{5, 1, 1}, "Unrouteable address: unknown user"}},
		Relaying: {{550, [3]int{5, 7, 1}, "relay not permitted"}},
	},
	"exchange": {
		Unknown:   {{550, [3]int{5, 1, 10}, "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"}},
		OverQuota: {{554, [3]int{5, 2, 2}, "mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"}},
	},
}
