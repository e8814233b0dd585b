package track

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"strings"

	"keruen/internal/delivery"
	"keruen/internal/lang"
)

// The pages.
type page uint8

const (
	asking page = iota // shall we?
	done               // it is done
	back               // it is taken back
	wrong              // the link is no good
	busy               // something failed here
)

type view struct {
	delivery.Leaving
	Page page
	Spam bool
	Now  bool // the button was pressed a moment ago, so the press can be taken back
}

// words is a page in one language.
type words struct {
	Lang              lang.Lang
	Title, Text, Note string
	Button, Spam      string
	Ask               bool
	Back              string // label of the button that takes it back; empty for none
	Languages         []language
	Style             template.CSS
}

type language struct {
	Code    lang.Lang
	Name    string
	Current bool
}

var (
	askTitle  = lang.Text{Ru: "Отписаться от рассылки?", Kk: "Таратылымнан бас тартасыз ба?", En: "Unsubscribe?"}
	askText   = lang.Text{Ru: "«{account}» больше не будет писать на адрес {address}.", Kk: "«{account}» енді {address} мекенжайына хат жібермейді.", En: "“{account}” will no longer write to {address}."}
	askButton = lang.Text{Ru: "Отписаться", Kk: "Бас тарту", En: "Unsubscribe"}
	askSpam   = lang.Text{Ru: "Это спам: я не давал согласия на эти письма", Kk: "Бұл спам: мен бұл хаттарға келісім берген жоқпын", En: "This is spam: I did not agree to these letters"}

	doneTitle = lang.Text{Ru: "Вы отписаны", Kk: "Сіз таратылымнан бас тарттыңыз", En: "You are unsubscribed"}
	doneText  = lang.Text{Ru: "«{account}» больше не будет писать на адрес {address}. Письма, которые уже стояли в очереди, тоже не уйдут.", Kk: "«{account}» енді {address} мекенжайына хат жібермейді. Кезекте тұрған хаттар да жіберілмейді.", En: "“{account}” will no longer write to {address}. Letters already waiting to be sent will not leave either."}
	doneSpam  = lang.Text{Ru: "Жалоба записана. Спасибо: по жалобам мы останавливаем тех, кто рассылает спам.", Kk: "Шағым тіркелді. Рақмет: шағымдар бойынша біз спам таратушыларды тоқтатамыз.", En: "Your complaint is recorded. Thank you: complaints are how we stop those who send spam."}

	backButton = lang.Text{Ru: "Я отписался по ошибке — получать снова", Kk: "Қателесіп бас тарттым — қайта алу", En: "I did this by mistake: subscribe again"}
	backTitle  = lang.Text{Ru: "Вы снова подписаны", Kk: "Сіз қайта жазылдыңыз", En: "You are subscribed again"}
	backText   = lang.Text{Ru: "«{account}» снова может писать на адрес {address}. Отписаться можно в любой момент по ссылке в письме.", Kk: "«{account}» енді {address} мекенжайына қайта хат жібере алады. Хаттағы сілтеме арқылы кез келген уақытта бас тарта аласыз.", En: "“{account}” may write to {address} again. You can leave at any time by the link in a letter."}

	wrongTitle = lang.Text{Ru: "Ссылка не работает", Kk: "Сілтеме жұмыс істемейді", En: "The link does not work"}
	wrongText  = lang.Text{Ru: "Она скопирована не целиком или письмо слишком старое. Откройте ссылку прямо из письма или ответьте на письмо — отправитель обязан помочь.", Kk: "Ол толық көшірілмеген немесе хат тым ескі. Сілтемені хаттың өзінен ашыңыз немесе хатқа жауап жазыңыз — жіберуші көмектесуге міндетті.", En: "It was not copied whole, or the letter is too old. Open it from the letter itself, or answer the letter: its sender must help."}

	busyTitle = lang.Text{Ru: "Не получилось", Kk: "Орындалмады", En: "That did not work"}
	busyText  = lang.Text{Ru: "У нас временная неполадка, ничего не изменилось. Откройте ссылку ещё раз через минуту.", Kk: "Бізде уақытша ақау бар, ештеңе өзгерген жоқ. Сілтемені бір минуттан кейін қайта ашыңыз.", En: "Something is wrong here for the moment; nothing was changed. Open the link again in a minute."}
)

var languageNames = map[lang.Lang]string{lang.Russian: "Русский", lang.Kazakh: "Қазақша", lang.English: "English"}

func (v view) words() words {
	if v.Lang == "" {
		v.Lang = lang.Russian
	}
	if v.Page == asking && v.Left {
		v.Page = done
	}
	w := words{Lang: v.Lang, Style: template.CSS(style)}
	for _, l := range lang.All {
		w.Languages = append(w.Languages, language{l, languageNames[l], l == v.Lang})
	}
	fill := strings.NewReplacer("{account}", inQuotes(v.Account, v.Lang), "{address}", v.Address)
	say := func(title, text lang.Text) { w.Title, w.Text = title.In(v.Lang), fill.Replace(text.In(v.Lang)) }
	switch v.Page {
	case asking:
		say(askTitle, askText)
		w.Ask, w.Button, w.Spam = true, askButton.In(v.Lang), askSpam.In(v.Lang)
	case done:
		say(doneTitle, doneText)
		if v.Spam {
			w.Note = doneSpam.In(v.Lang)
		} else if v.Now && v.Return {
			w.Back = backButton.In(v.Lang)
		}
	case back:
		say(backTitle, backText)
	case busy:
		say(busyTitle, busyText)
		w.Languages = nil
	default:
		say(wrongTitle, wrongText)
	}
	return w
}

// inQuotes prepares a name that the text puts between «»: its own quotation marks become the inner ones, „“.
func inQuotes(name string, l lang.Lang) string {
	if l == lang.English {
		return name
	}
	return strings.NewReplacer("«", "„", "»", "“").Replace(name)
}

// style is inline, so that the page needs nothing else. Its hash stands in the policy.
const style = `:root{color-scheme:light dark;--bg:#f5f7f8;--card:#fff;--ink:#16242c;--soft:#51626e;--line:#d5dde2;--accent:#086b7e;--on:#fff}
@media(prefers-color-scheme:dark){:root{--bg:#10181d;--card:#18232a;--ink:#e6edf1;--soft:#a3b3bd;--line:#31414b;--accent:#5cc3d6;--on:#06222a}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;padding:16px;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
main{width:100%;max-width:480px;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:32px 24px}
h1{margin:0 0 12px;font-size:24px;line-height:1.25}p{margin:0 0 16px;overflow-wrap:anywhere}.note{color:var(--soft)}
label{display:flex;gap:10px;align-items:flex-start;margin:0 0 20px}input{width:20px;height:20px;margin:2px 0 0;flex:none;accent-color:var(--accent)}
button{width:100%;min-height:48px;border:0;border-radius:8px;background:var(--accent);color:var(--on);font:inherit;font-weight:600;cursor:pointer}
button.quiet{background:none;border:1px solid var(--line);color:var(--ink);font-weight:400}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}nav{margin-top:24px;display:flex;gap:16px;flex-wrap:wrap;font-size:14px}
a{color:var(--accent);padding:4px 0}[aria-current]{color:var(--soft);padding:4px 0}`

var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>{{.Title}}</title><style>{{.Style}}</style></head>
<body><main>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{- with .Note}}<p class="note" role="status">{{.}}</p>{{end}}
{{- if .Ask}}
<form method="post">
<label><input type="checkbox" name="spam" value="1"><span>{{.Spam}}</span></label>
<button type="submit">{{.Button}}</button>
</form>
{{- end}}
{{- with .Back}}
<form method="post"><input type="hidden" name="back" value="1"><button type="submit" class="quiet">{{.}}</button></form>
{{- end}}
{{- with .Languages}}
<nav aria-label="Language">{{range .}}{{if .Current}}<span lang="{{.Code}}" aria-current="true">{{.Name}}</span>{{else}}<a href="?lang={{.Code}}" hreflang="{{.Code}}" lang="{{.Code}}">{{.Name}}</a>{{end}} {{end}}</nav>
{{- end}}
</main></body></html>
`))
