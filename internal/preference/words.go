package preference

import (
	"strings"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/frame"
	"keruen/internal/lang"
)

// wordsVersion grows with every change of the sentences beside the boxes: it stands in the evidence of each choice, so that what
// somebody agreed to is known word for word and by version.
const wordsVersion = "1"

// ChannelNames name the channels as a sentence does: "messages by …".
var ChannelNames = map[channel.Kind]lang.Text{
	channel.Email:     {Ru: "по электронной почте", Kk: "электрондық пошта арқылы", En: "by e-mail"},
	channel.SMS:       {Ru: "по SMS", Kk: "SMS арқылы", En: "by SMS"},
	channel.Viber:     {Ru: "в Viber", Kk: "Viber арқылы", En: "in Viber"},
	channel.WhatsApp:  {Ru: "в WhatsApp", Kk: "WhatsApp арқылы", En: "in WhatsApp"},
	channel.Telegram:  {Ru: "в Telegram", Kk: "Telegram арқылы", En: "in Telegram"},
	channel.Instagram: {Ru: "в Instagram", Kk: "Instagram арқылы", En: "in Instagram"},
}

// ChannelTitles are the headings of the channels.
var ChannelTitles = map[channel.Kind]lang.Text{
	channel.Email:     {Ru: "Электронная почта", Kk: "Электрондық пошта", En: "E-mail"},
	channel.SMS:       {Ru: "SMS", Kk: "SMS", En: "SMS"},
	channel.Viber:     {Ru: "Viber", Kk: "Viber", En: "Viber"},
	channel.WhatsApp:  {Ru: "WhatsApp", Kk: "WhatsApp", En: "WhatsApp"},
	channel.Telegram:  {Ru: "Telegram", Kk: "Telegram", En: "Telegram"},
	channel.Instagram: {Ru: "Instagram", Kk: "Instagram", En: "Instagram"},
}

// The sentences that people agree to.
var (
	sayMain   = lang.Text{Ru: "Получать новости и предложения «{account}» {channel}", Kk: "«{account}» жаңалықтары мен ұсыныстарын {channel} алу", En: "Receive news and offers of “{account}” {channel}"}
	sayOthers = lang.Text{Ru: "Получать от «{account}» предложения других компаний {channel}", Kk: "«{account}» жіберетін басқа компаниялардың ұсыныстарын {channel} алу", En: "Receive offers of other companies from “{account}” {channel}"}

	sayLeave  = lang.Text{Ru: "Отписаться от всего: больше не получать рассылок «{account}» ни по одному каналу", Kk: "Барлығынан бас тарту: «{account}» таратылымдарын ешбір арна арқылы алмау", En: "Leave everything: no more mailings of “{account}” on any channel"}
	sayPause  = lang.Text{Ru: "Не присылать рассылки «{account}» {days} дней", Kk: "«{account}» таратылымдарын {days} күн жібермеу", En: "No mailings of “{account}” for {days} days"}
	sayResume = lang.Text{Ru: "Снова присылать рассылки «{account}»: пауза снята", Kk: "«{account}» таратылымдарын қайта жіберу: үзіліс тоқтатылды", En: "Send mailings of “{account}” again: the pause is over"}
)

// Fill puts names into a sentence of a page: {account}, {channel} and what else pairs name. Quotation marks in the
// account's name become inner ones.
func Fill(t lang.Text, l lang.Lang, account string, pairs ...string) string {
	return strings.NewReplacer(append([]string{"{account}", frame.InQuotes(account, l)}, pairs...)...).Replace(t.In(l))
}

// The words of the page that tells why a message came.
var (
	purposeWords = map[channel.Purpose]lang.Text{
		channel.Advertising:   {Ru: "рассылка: новости и предложения отправителя", Kk: "таратылым: жіберушінің жаңалықтары мен ұсыныстары", En: "mailing: news and offers of the sender"},
		channel.ThirdParty:    {Ru: "предложение другой компании", Kk: "басқа компанияның ұсынысы", En: "offer of another company"},
		channel.Transactional: {Ru: "служебное сообщение: заказ, код, уведомление", Kk: "қызметтік хабарлама: тапсырыс, код, хабарландыру", En: "service message: an order, a code, a notice"},
	}
	sourceWords = map[contact.Source]lang.Text{
		contact.FromImport:      {Ru: "отправитель загрузил список контактов и заявил, что все они дали согласие", Kk: "жіберуші контактілер тізімін жүктеп, олардың барлығы келісім берді деп мәлімдеді", En: "the sender uploaded a list of contacts and declared that all of them had agreed"},
		contact.FromForm:        {Ru: "вы заполнили форму", Kk: "сіз форманы толтырдыңыз", En: "you filled in a form"},
		contact.FromAPI:         {Ru: "согласие передала система отправителя", Kk: "келісімді жіберушінің жүйесі берді", En: "the sender's system passed the consent on"},
		contact.ByHand:          {Ru: "согласие записал сотрудник отправителя", Kk: "келісімді жіберушінің қызметкері жазды", En: "the sender's staff wrote the consent down"},
		contact.UnsubscribeLink: {Ru: "вы вернулись по ссылке из письма", Kk: "сіз хаттағы сілтеме арқылы қайта жазылдыңыз", En: "you came back by the link in a letter"},
		contact.OneClick:        {Ru: "кнопка почтовой программы", Kk: "пошта бағдарламасының түймесі", En: "the button of the mail program"},
		contact.ByComplaint:     {Ru: "жалоба", Kk: "шағым", En: "a complaint"},
		contact.FromMember:      {Ru: "вы зарегистрировались или попросили это письмо", Kk: "сіз тіркелдіңіз немесе осы хатты сұрадыңыз", En: "you registered or asked for this letter"},
		contact.PreferencePage:  {Ru: "вы выбрали это на странице настроек подписки", Kk: "сіз мұны жазылым баптаулары бетінде таңдадыңыз", En: "you chose this on the page of your subscription"},
	}
	evidenceWords = []shown{
		{"form_name", lang.Text{Ru: "Форма", Kk: "Форма", En: "Form"}, asIs},
		{"form", lang.Text{Ru: "Форма", Kk: "Форма", En: "Form"}, unlessID},
		{"source", lang.Text{Ru: "Откуда согласие, по словам отправителя", Kk: "Жіберушінің айтуынша келісім қайдан алынды", En: "Where the sender says it got it"}, asIs},
		{"page", lang.Text{Ru: "Страница", Kk: "Бет", En: "Page"}, site},
		{"opt_in", lang.Text{Ru: "Подтверждение", Kk: "Растау", En: "Confirmation"}, confirmed},
		{"proof_file", lang.Text{Ru: "Документ", Kk: "Құжат", En: "Document"}, attached},
	}
	evidenceIP = lang.Text{Ru: "Адрес в сети", Kk: "Желідегі мекенжай", En: "Network address"}
)

var (
	wordConfirmed = lang.Text{Ru: "нажата кнопка за ссылкой из письма на этот адрес", Kk: "осы мекенжайға келген хаттағы сілтеме артындағы түйме басылды", En: "the button behind the link of a letter to this address was pressed"}
	wordAttached  = lang.Text{Ru: "отправитель приложил подтверждение", Kk: "жіберуші растау құжатын тіркеді", En: "the sender attached a proof"}
)
