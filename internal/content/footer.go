package content

import (
	"html"

	"keruen/internal/lang"
)

// The words of the footer that is added to advertising without a way out (AUD-2): why it came, from whom, how to leave.
var (
	footerWhy   = lang.Text{Ru: "Вы получили это письмо, потому что согласились получать рассылку от отправителя: ", Kk: "Бұл хатты мына жіберушінің таратылымына келіскеніңіз үшін алдыңыз: ", En: "You received this letter because you agreed to mailings from: "}
	footerLeave = lang.Text{Ru: "Отписаться", Kk: "Таратылымнан бас тарту", En: "Unsubscribe"}
)

const footerStyle = `display:block!important;visibility:visible!important;opacity:1!important;position:static!important;font-family:Arial,sans-serif!important;` +
	`font-size:12px!important;line-height:18px!important;color:#51626e!important;background:#ffffff!important`

const footerLink = `display:inline!important;visibility:visible!important;opacity:1!important;font-size:12px!important;color:#086b7e!important;text-decoration:underline!important`

func writeFooter(out *segments, l lang.Lang) {
	out.text(`<div style="` + footerStyle + `;margin:0 auto!important;max-width:600px!important;padding:24px 16px!important;text-align:center!important">`)
	out.text(html.EscapeString(footerWhy.In(l)))
	out.add(segment{op: opField, field: fieldAccountName, esc: escHTML})
	out.add(segment{op: opMaybe, field: fieldAccountAddress, literal: ", ", esc: escHTML})
	out.text(`.<br><a style="` + footerLink + `" href="`)
	out.add(segment{op: opField, field: fieldUnsubscribe, esc: escHTML})
	out.text(`">` + html.EscapeString(footerLeave.In(l)) + `</a></div>`)
}

func writeTextFooter(out *segments, l lang.Lang) {
	out.text("\n\n--\n" + footerWhy.In(l))
	out.add(segment{op: opField, field: fieldAccountName, esc: escText})
	out.add(segment{op: opMaybe, field: fieldAccountAddress, literal: ", ", esc: escText})
	out.text(".\n" + footerLeave.In(l) + ": ")
	out.add(segment{op: opField, field: fieldUnsubscribe, esc: escText})
	out.text("\n")
}
