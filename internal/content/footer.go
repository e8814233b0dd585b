package content

import (
	"html"
	"strings"

	"keruen/internal/channel"
	"keruen/internal/lang"
)

// The words of the footer that is added to mailings without a way out (AUD-2): why it came, from whom, how to leave, and where
// to read more. Offers of others say that they are (AUD-6).
var (
	footerWhy = lang.Text{
		Ru: "Вы получили это письмо, потому что согласились получать рассылку от отправителя: ",
		Kk: "Бұл хатты мына жіберушінің таратылымына келіскеніңіз үшін алдыңыз: ",
		En: "You received this letter because you agreed to mailings from: ",
	}
	footerOthers = lang.Text{
		Ru: "Это предложение другой компании. Вы получили его, потому что согласились получать предложения партнёров от отправителя: ",
		Kk: "Бұл — басқа компанияның ұсынысы. Оны мына жіберушіден серіктестердің ұсыныстарын алуға келіскеніңіз үшін алдыңыз: ",
		En: "This is an offer of another company. You received it because you agreed to offers of partners from: ",
	}
	footerReason  = lang.Text{Ru: "Почему мне пришло это письмо?", Kk: "Бұл хат маған неге келді?", En: "Why did I get this letter?"}
	footerChoices = lang.Text{Ru: "Настроить подписку", Kk: "Жазылымды баптау", En: "Manage subscription"}
	footerLeave   = lang.Text{Ru: "Отписаться", Kk: "Таратылымнан бас тарту", En: "Unsubscribe"}
)

const footerStyle = `display:block!important;visibility:visible!important;opacity:1!important;position:static!important;font-family:Arial,sans-serif!important;` +
	`font-size:12px!important;line-height:18px!important;color:#51626e!important;background:#ffffff!important`

const footerLink = `display:inline!important;visibility:visible!important;opacity:1!important;font-size:12px!important;color:#086b7e!important;text-decoration:underline!important`

// footerLinks are the links in the order in which they stand. The way out is the last, where people look for it.
var footerLinks = []struct {
	words lang.Text
	to    field
}{{footerReason, fieldWhy}, {footerChoices, fieldPreferences}, {footerLeave, fieldUnsubscribe}}

// footerLead is the sentence that the name of the account ends.
func footerLead(o Options) string {
	if o.Purpose == channel.ThirdParty {
		return footerOthers.In(o.Lang)
	}
	return footerWhy.In(o.Lang)
}

func writeFooter(out *segments, o Options) {
	out.text(`<div style="` + footerStyle + `;margin:0 auto!important;max-width:600px!important;padding:24px 16px!important;text-align:center!important">`)
	out.text(html.EscapeString(footerLead(o)))
	out.add(segment{op: opField, field: fieldAccountName, esc: escHTML})
	out.add(segment{op: opMaybe, field: fieldAccountAddress, literal: ", ", esc: escHTML})
	out.text(`.<br>`)
	for i, l := range footerLinks {
		if i > 0 {
			out.text(` &nbsp;·&nbsp; `)
		}
		out.text(`<a style="` + footerLink + `" href="`)
		out.add(segment{op: opField, field: l.to, esc: escHTML})
		out.text(`">` + html.EscapeString(l.words.In(o.Lang)) + `</a>`)
	}
	out.text(`</div>`)
}

func writeTextFooter(out *segments, o Options) {
	out.text("\n\n--\n" + footerLead(o))
	out.add(segment{op: opField, field: fieldAccountName, esc: escText})
	out.add(segment{op: opMaybe, field: fieldAccountAddress, literal: ", ", esc: escText})
	out.text(".\n")
	for _, l := range footerLinks {
		words := l.words.In(o.Lang)
		if !strings.HasSuffix(words, "?") {
			words += ":"
		}
		out.text(words + " ")
		out.add(segment{op: opField, field: l.to, esc: escText})
		out.text("\n")
	}
}
