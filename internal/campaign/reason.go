package campaign

import (
	"keruen/internal/channel/email"
	"keruen/internal/delivery"
	"keruen/internal/lang"
)

// reasonIn says in plain words why a message did not arrive (MSG-4); empty when there is nothing to explain.
func reasonIn(d delivery.Delivery, l lang.Lang) string {
	switch {
	case d.Reason == "":
		return ""
	case d.Reason == delivery.ReasonExpired && d.Cause != "":
		return expiredAfter.In(l) + words(d.Cause).In(l)
	default:
		return words(d.Reason).In(l)
	}
}

func words(reason string) lang.Text {
	if t, ok := reasons[reason]; ok {
		return t
	}
	return email.Reason(reason)
}

var expiredAfter = lang.Text{Ru: "Срок доставки истёк. До этого: ", Kk: "Жеткізу мерзімі өтті. Бұған дейін: ", En: "Expired after: "}

// reasons are those that the pipeline gives; the channel has words for its own.
var reasons = map[string]lang.Text{
	delivery.SkipNoConsent: {
		Ru: "Нет согласия на такие письма.",
		Kk: "Мұндай хаттарға келісім жоқ.",
		En: "There is no consent to such letters."},
	delivery.SkipUnsubscribed: {
		Ru: "Контакт отписался.",
		Kk: "Контакт таратылымнан бас тартқан.",
		En: "The contact has unsubscribed."},
	delivery.SkipTopicLeft: {
		Ru: "Контакт отказался от этой темы.",
		Kk: "Контакт осы тақырыптан бас тартқан.",
		En: "The contact has left this topic."},
	delivery.SkipBreak: {
		Ru: "Контакт сделал паузу: рассылок пока не хочет.",
		Kk: "Контакт үзіліс жасады: әзірге таратылым қаламайды.",
		En: "The contact is taking a break from mailings."},
	delivery.SkipSuppressed: {
		Ru: "Адрес в стоп-листе.",
		Kk: "Мекенжай тыйым тізімінде.",
		En: "The address is on the suppression list."},
	delivery.SkipNoAddress: {
		Ru: "У контакта нет адреса.",
		Kk: "Контактта мекенжай жоқ.",
		En: "The contact has no address."},
	delivery.SkipGone: {
		Ru: "Контакт удалён.",
		Kk: "Контакт жойылған.",
		En: "The contact was deleted."},
	delivery.SkipPaused: {
		Ru: "Отправитель приостановлен.",
		Kk: "Жіберуші тоқтатылған.",
		En: "The sender is paused."},
	delivery.SkipTemplate: {
		Ru: "Письмо не удалось составить из шаблона.",
		Kk: "Үлгіден хат құрастыру мүмкін болмады.",
		En: "No letter could be made from the template."},
	delivery.ReasonExpired: {
		Ru: "Срок доставки истёк.",
		Kk: "Жеткізу мерзімі өтті.",
		En: "The time for delivery ran out."},
	delivery.ReasonCancelled: {
		Ru: "Рассылку отменили раньше.",
		Kk: "Таратылым бұрынырақ тоқтатылды.",
		En: "The campaign was cancelled before."},
	delivery.ReasonNoSender: {
		Ru: "Отправитель удалён.",
		Kk: "Жіберуші жойылған.",
		En: "The sender was deleted."},
	delivery.ReasonNoChannel: {
		Ru: "Этот канал на сервере не запущен.",
		Kk: "Бұл арна серверде іске қосылмаған.",
		En: "This server does not run the channel."},
	delivery.ReasonNotRendered: {
		Ru: "Письмо пока не удалось составить. Попробуем позже.",
		Kk: "Хатты құрастыру әзірге мүмкін болмады. Кейінірек қайталаймыз.",
		En: "The letter could not be made yet. We will try later."},
	delivery.ReasonUnconfirmed: {
		Ru: "Связь оборвалась после отправки: письмо могло дойти, а могло и нет.",
		Kk: "Жіберілген соң байланыс үзілді: хат жетуі де, жетпеуі де мүмкін.",
		En: "The connection broke after sending: the letter may or may not have arrived."},
	delivery.ReasonCrash: {
		Ru: "Программа остановилась во время отправки: письмо могло уйти, а могло и нет.",
		Kk: "Жіберу кезінде бағдарлама тоқтады: хат кетуі де, кетпеуі де мүмкін.",
		En: "The program stopped while sending: the letter may or may not have left."},
	delivery.ReasonLeft: {
		Ru: "Неизвестно, дошло ли письмо; решено не повторять.",
		Kk: "Хаттың жеткені белгісіз; қайталамау шешілді.",
		En: "Nobody knows whether the letter arrived; it was decided not to send it again."},
}
