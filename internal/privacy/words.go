package privacy

import (
	"keruen/internal/contact"
	"keruen/internal/delivery"
	"keruen/internal/lang"
)

func w(ru, kk, en string) lang.Text { return lang.Text{Ru: ru, Kk: kk, En: en} }

var (
	wordTitle = w("Персональные данные", "Дербес деректер", "Personal data")
	wordMade  = w("Всё, что известно о контакте, по состоянию на %s.", "%s жағдайы бойынша контакт туралы белгілі деректердің бәрі.", "Everything known about the contact as of %s.")
	wordNone  = w("Сведений нет.", "Мәлімет жоқ.", "Nothing is kept.")
	wordYes   = w("да", "иә", "yes")
	wordNo    = w("нет", "жоқ", "no")

	nameWhen    = w("Когда", "Қашан", "When")
	nameChannel = w("Канал", "Арна", "Channel")
	namePurpose = w("Назначение", "Мақсаты", "Purpose")
	nameTopic   = w("Тема", "Тақырып", "Topic")
	nameWhat    = w("Что произошло", "Не болды", "What happened")
	nameState   = w("Состояние", "Күйі", "State")
	nameReason  = w("Причина", "Себебі", "Reason")
	nameName    = w("Название", "Атауы", "Name")
	nameValue   = w("Значение", "Мәні", "Value")
	nameSource  = w("Источник", "Дереккөзі", "Source")
)

var purposes = map[string]lang.Text{
	"advertising":   w("реклама", "жарнама", "advertising"),
	"transactional": w("сервисные сообщения", "қызметтік хабарламалар", "messages of service"),
	"third_party":   w("предложения третьих лиц", "үшінші тұлғалардың ұсыныстары", "offers of others"),
}

var actions = map[contact.Action]lang.Text{
	contact.Granted:    w("согласие дано", "келісім берілді", "consent given"),
	contact.Withdrawn:  w("согласие отозвано", "келісім қайтарып алынды", "consent withdrawn"),
	contact.PauseBegun: w("перерыв в рассылках", "таратылымдардағы үзіліс", "break from mailings"),
	contact.PauseEnded: w("перерыв окончен", "үзіліс аяқталды", "end of the break"),
	"undone":           w("импорт отменён", "импорт қайтарылды", "import taken back"),
}

var sources = map[contact.Source]lang.Text{
	contact.FromImport:      w("импорт из файла", "файлдан импорт", "import from a file"),
	contact.FromForm:        w("форма", "форма", "form"),
	contact.FromAPI:         w("программа владельца базы", "база иесінің бағдарламасы", "a program of the owner"),
	contact.ByHand:          w("сотрудник", "қызметкер", "a member of staff"),
	contact.UnsubscribeLink: w("ссылка отписки", "бас тарту сілтемесі", "the link to unsubscribe"),
	contact.OneClick:        w("кнопка отписки почтовой программы", "пошта бағдарламасының бас тарту түймесі", "the unsubscribe button of a mail program"),
	contact.ByComplaint:     w("жалоба на спам", "спамға шағым", "complaint of spam"),
	contact.FromMember:      w("регистрация", "тіркелу", "registration"),
	"preference_page":       w("страница предпочтений", "қалаулар беті", "preference page"),
	"import_undo":           w("отмена импорта", "импортты қайтару", "an import taken back"),
	contact.ByStopFile:      w("загруженный стоп-лист", "жүктелген тыйым тізімі", "an imported suppression list"),
}

var stopReasons = map[contact.StopReason]lang.Text{
	contact.Complaint:    w("жалоба на спам", "спамға шағым", "complaint of spam"),
	contact.HardBounce:   w("адрес не существует", "мекенжай жоқ", "the address does not exist"),
	contact.Manual:       w("добавлен сотрудником", "қызметкер қосқан", "added by staff"),
	contact.Unsubscribed: w("отписался", "бас тартқан", "unsubscribed"),
}

var deliveryStates = map[delivery.State]lang.Text{
	delivery.Queued: w("в очереди", "кезекте", "waiting"), delivery.InFlight: w("отправляется", "жіберілуде", "being sent"),
	delivery.Accepted: w("доставлено", "жеткізілді", "delivered"), delivery.Delivered: w("доставлено", "жеткізілді", "delivered"),
	delivery.Failed: w("не доставлено", "жеткізілмеді", "failed"), delivery.Retry: w("будет повторено", "қайталанады", "to be tried again"),
	delivery.Unknown: w("исход неизвестен", "нәтижесі белгісіз", "outcome not known"), delivery.Skipped: w("не отправлялось", "жіберілмеді", "not sent"),
	delivery.Expired: w("срок истёк", "мерзімі өтті", "expired"),
}

var acts = map[delivery.EventKind]lang.Text{
	"open": w("письмо открыто", "хат ашылды", "opened"), "click": w("переход по ссылке", "сілтеме басылды", "link followed"),
	"unsubscribe": w("отписка", "бас тарту", "unsubscribed"), "complaint": w("жалоба", "шағым", "complaint"),
}

var askedLetters = map[string]lang.Text{
	"link":    w("ссылка на страницу предпочтений", "қалаулар бетінің сілтемесі", "a link to the preference page"),
	"address": w("подтверждение нового адреса", "жаңа мекенжайды растау", "the confirmation of a new address"),
}

var kinds = map[Kind]lang.Text{
	Copy: w("копия данных", "деректер көшірмесі", "copy of data"), Erasure: w("стирание", "жою", "erasure"), Correction: w("исправление", "түзету", "correction"),
}

var requestStates = map[State]lang.Text{
	Waiting: w("ожидает", "күтуде", "waiting"), Running: w("выполняется", "орындалуда", "in progress"), Done: w("выполнен", "орындалды", "done"), Refused: w("отказано", "бас тартылды", "refused"),
}

// worded is a word in the three languages, or the code itself where there are none.
func worded[K ~string](words map[K]lang.Text, code K) lang.Text {
	if t, ok := words[code]; ok {
		return t
	}
	return w(string(code), string(code), string(code))
}
