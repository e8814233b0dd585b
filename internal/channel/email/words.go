package email

import "keruen/internal/lang"

// Reason says in plain words why a letter was not taken. An unknown class reads as "unknown".
func Reason(class string) lang.Text {
	if t, ok := reasons[class]; ok {
		return t
	}
	return reasons[Other]
}

// reasons is the catalogue of plain words for classes.
var reasons = map[string]lang.Text{
	UserUnknown: {
		Ru: "Такого адреса не существует. Больше на него не пишем.",
		Kk: "Мұндай мекенжай жоқ. Енді оған хат жіберілмейді.",
		En: "There is no such address. We write to it no more."},
	MailboxDisabled: {
		Ru: "Почтовый ящик получателя отключён.",
		Kk: "Алушының пошта жәшігі өшірілген.",
		En: "The recipient's mailbox is disabled."},
	MailboxFull: {
		Ru: "Почтовый ящик получателя переполнен.",
		Kk: "Алушының пошта жәшігі толып кеткен.",
		En: "The recipient's mailbox is full."},
	RecipientBusy: {
		Ru: "Получателю сейчас пишут слишком много. Попробуем позже.",
		Kk: "Қазір алушыға хат тым көп келуде. Кейінірек қайталаймыз.",
		En: "The recipient gets too much mail at the moment. We will try later."},
	BadAddress: {
		Ru: "Адрес записан с ошибкой, написать на него нельзя.",
		Kk: "Мекенжай қате жазылған, оған хат жіберу мүмкін емес.",
		En: "The address is written wrongly and cannot be mailed."},
	DomainBad: {
		Ru: "У домена получателя нет почты: домен не существует или не принимает писем.",
		Kk: "Алушының доменінде пошта жоқ: домен жоқ немесе хат қабылдамайды.",
		En: "The recipient's domain has no mail: it does not exist or takes no letters."},
	Greylisted: {
		Ru: "Сервер получателя просит повторить позже — так он проверяет незнакомых отправителей. Повторим сами.",
		Kk: "Алушының сервері кейінірек қайталауды сұрайды — бейтаныс жіберушілерді осылай тексереді. Өзіміз қайталаймыз.",
		En: "The recipient's server asks to try again later, as it does with senders it does not know. We will."},
	RateLimited: {
		Ru: "Сервер просит отправлять медленнее. Продолжим после паузы.",
		Kk: "Сервер баяуырақ жіберуді сұрайды. Үзілістен кейін жалғастырамыз.",
		En: "The server asks us to send more slowly. We go on after a pause."},
	ReputationIP: {
		Ru: "Сервер не доверяет адресу, с которого уходят письма: он в чёрном списке или с низкой репутацией.",
		Kk: "Сервер хат жіберілетін IP-мекенжайға сенбейді: ол қара тізімде немесе беделі төмен.",
		En: "The server does not trust the address the letters leave from: it is on a block list or has a poor reputation."},
	ReputationDomain: {
		Ru: "Сервер не доверяет домену отправителя или ссылкам в письме.",
		Kk: "Сервер жіберушінің доменіне немесе хаттағы сілтемелерге сенбейді.",
		En: "The server does not trust the sender's domain or the links in the letter."},
	AuthFailed: {
		Ru: "Сервер не смог убедиться, что письмо от вас. Проверьте записи SPF, DKIM и DMARC отправителя.",
		Kk: "Сервер хаттың сізден екеніне көз жеткізе алмады. Жіберушінің SPF, DKIM және DMARC жазбаларын тексеріңіз.",
		En: "The server could not make sure that the letter is yours. Check the sender's SPF, DKIM and DMARC records."},
	ContentSpam: {
		Ru: "Сервер счёл письмо спамом. Проверьте текст и ссылки.",
		Kk: "Сервер хатты спам деп таныды. Мәтін мен сілтемелерді тексеріңіз.",
		En: "The server takes the letter for spam. Check its text and links."},
	ContentVirus: {
		Ru: "Сервер нашёл в письме опасное содержимое.",
		Kk: "Сервер хаттан қауіпті мазмұн тапты.",
		En: "The server found something dangerous in the letter."},
	MessageTooLarge: {
		Ru: "Письмо слишком большое для сервера получателя.",
		Kk: "Хат алушының сервері үшін тым үлкен.",
		En: "The letter is too large for the recipient's server."},
	UTF8Unsupported: {
		Ru: "Сервер получателя не принимает адреса с нелатинскими буквами.",
		Kk: "Алушының сервері латын емес әріптері бар мекенжайларды қабылдамайды.",
		En: "The recipient's server takes no addresses with letters other than Latin."},
	PolicyOther: {
		Ru: "Сервер получателя отказал по своим правилам.",
		Kk: "Алушының сервері өз ережелері бойынша бас тартты.",
		En: "The recipient's server refused by rules of its own."},
	RelayDenied: {
		Ru: "Сервер, указанный для домена получателя, не обслуживает этот домен.",
		Kk: "Алушының домені үшін көрсетілген сервер бұл доменге қызмет етпейді.",
		En: "The server named for the recipient's domain does not serve it."},
	SenderRefused: {
		Ru: "Сервер не принимает письма с вашего адреса отправителя.",
		Kk: "Сервер жіберуші мекенжайыңыздан хат қабылдамайды.",
		En: "The server takes no letters from your sender address."},
	RelayAuth: {
		Ru: "Сервер исходящей почты не принял имя или пароль. Проверьте настройки отправителя.",
		Kk: "Шығыс пошта сервері атыңызды немесе құпиясөзді қабылдамады. Жіберуші баптауларын тексеріңіз.",
		En: "The outgoing mail server did not accept the user name or password. Check the sender's settings."},
	RelayUnreachable: {
		Ru: "Сервер исходящей почты не найден. Проверьте его имя в настройках отправителя.",
		Kk: "Шығыс пошта сервері табылмады. Жіберуші баптауларындағы атауын тексеріңіз.",
		En: "The outgoing mail server cannot be found. Check its name in the sender's settings."},
	SenderSettings: {
		Ru: "Настройки отправителя не читаются. Откройте их и сохраните заново.",
		Kk: "Жіберуші баптаулары оқылмайды. Оларды ашып, қайта сақтаңыз.",
		En: "The sender's settings cannot be read. Open them and save them again."},
	LetterInvalid: {
		Ru: "Из этих данных нельзя составить письмо: в заголовке недопустимые символы или письмо пустое.",
		Kk: "Бұл деректерден хат құрастыру мүмкін емес: тақырыпта рұқсат етілмеген таңбалар бар немесе хат бос.",
		En: "No letter can be made of this: a header has characters that are not allowed, or the letter is empty."},
	Protocol: {
		Ru: "Сервер получателя отвечает не по правилам почты.",
		Kk: "Алушының сервері пошта ережелеріне сай жауап бермейді.",
		En: "The recipient's server does not speak as mail servers do."},
	TLS: {
		Ru: "Не удалось установить защищённое соединение с сервером.",
		Kk: "Сервермен қорғалған байланыс орнату мүмкін болмады.",
		En: "No protected connection to the server came about."},
	Network: {
		Ru: "Сервер получателя недоступен. Попробуем позже.",
		Kk: "Алушының сервері қолжетімсіз. Кейінірек қайталаймыз.",
		En: "The recipient's server cannot be reached. We will try later."},
	DNSTemporary: {
		Ru: "Не удалось узнать, какой сервер принимает почту домена. Попробуем позже.",
		Kk: "Домен поштасын қай сервер қабылдайтынын білу мүмкін болмады. Кейінірек қайталаймыз.",
		En: "We could not learn which server takes mail for the domain. We will try later."},
	Timeout: {
		Ru: "Сервер получателя не ответил вовремя. Попробуем позже.",
		Kk: "Алушының сервері уақытында жауап бермеді. Кейінірек қайталаймыз.",
		En: "The recipient's server did not answer in time. We will try later."},
	Uncertain: {
		Ru: "Связь оборвалась после отправки: письмо могло дойти, а могло и нет.",
		Kk: "Жіберілген соң байланыс үзілді: хат жетуі де, жетпеуі де мүмкін.",
		En: "The connection broke after sending: the letter may or may not have arrived."},
	SystemBusy: {
		Ru: "Сервер получателя временно занят. Попробуем позже.",
		Kk: "Алушының сервері уақытша бос емес. Кейінірек қайталаймыз.",
		En: "The recipient's server is busy for the moment. We will try later."},
	Stopped: {
		Ru: "Отправка прервана остановкой программы и продолжится после запуска.",
		Kk: "Бағдарлама тоқтағандықтан жіберу үзілді, іске қосылған соң жалғасады.",
		En: "Sending was interrupted because the program stopped; it goes on after the start."},
	Other: {
		Ru: "Сервер отказал без понятной причины. Его ответ показан рядом.",
		Kk: "Сервер түсінікті себепсіз бас тартты. Жауабы қасында көрсетілген.",
		En: "The server refused without a clear reason. Its answer is shown beside."},
}
