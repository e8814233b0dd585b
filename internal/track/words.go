package track

import (
	"keruen/internal/lang"
	"keruen/internal/preference"
)

// vocabulary is the words of one page by name.
type vocabulary map[string]lang.Text

// in gives the words in one language, with the account's name in its place.
func (v vocabulary) in(l lang.Lang, account string, pairs ...string) map[string]string {
	out := make(map[string]string, len(v))
	for name, text := range v {
		out[name] = preference.Fill(text, l, account, pairs...)
	}
	return out
}

var leaveWords = vocabulary{
	"ask_title":  {Ru: "Отписаться от рассылки?", Kk: "Таратылымнан бас тартасыз ба?", En: "Unsubscribe?"},
	"ask_text":   {Ru: "«{account}» больше не будет писать на адрес {address}.", Kk: "«{account}» енді {address} мекенжайына хат жібермейді.", En: "“{account}” will no longer write to {address}."},
	"ask_topic":  {Ru: "Это письмо на тему «{topic}» от «{account}». Чего больше не присылать на {address}?", Kk: "Бұл — «{account}» жіберген «{topic}» тақырыбындағы хат. {address} мекенжайына енді не жіберілмесін?", En: "This letter of “{account}” is about “{topic}”. What should no longer come to {address}?"},
	"ask_others": {Ru: "Это предложение другой компании, которое прислал «{account}». Чего больше не присылать на {address}?", Kk: "Бұл — «{account}» жіберген басқа компанияның ұсынысы. {address} мекенжайына енді не жіберілмесін?", En: "This is an offer of another company, sent by “{account}”. What should no longer come to {address}?"},
	"button":     {Ru: "Отписаться", Kk: "Бас тарту", En: "Unsubscribe"},
	"all":        {Ru: "Никаких рассылок «{account}»", Kk: "«{account}» таратылымдарының бәрін тоқтату", En: "No mailings of “{account}” at all"},
	"topic":      {Ru: "Только тему «{topic}»", Kk: "Тек «{topic}» тақырыбын", En: "Only the topic “{topic}”"},
	"others":     {Ru: "Только предложения других компаний", Kk: "Тек басқа компаниялардың ұсыныстарын", En: "Only offers of other companies"},
	"spam":       {Ru: "Это спам: я не давал согласия на эти письма", Kk: "Бұл спам: мен бұл хаттарға келісім берген жоқпын", En: "This is spam: I did not agree to these letters"},

	"less_title":  {Ru: "Готово", Kk: "Дайын", En: "Done"},
	"done_title":  {Ru: "Вы отписаны", Kk: "Сіз таратылымнан бас тарттыңыз", En: "You are unsubscribed"},
	"done_text":   {Ru: "«{account}» больше не будет писать на адрес {address}. Письма, которые уже стояли в очереди, тоже не уйдут.", Kk: "«{account}» енді {address} мекенжайына хат жібермейді. Кезекте тұрған хаттар да жіберілмейді.", En: "“{account}” will no longer write to {address}. Letters already waiting to be sent will not leave either."},
	"done_topic":  {Ru: "Писем на тему «{topic}» больше не будет. Остальные рассылки «{account}» продолжают приходить на {address}.", Kk: "«{topic}» тақырыбында хат енді келмейді. «{account}» басқа таратылымдары {address} мекенжайына келе береді.", En: "There will be no more letters about “{topic}”. Other mailings of “{account}” still come to {address}."},
	"done_others": {Ru: "Предложений других компаний больше не будет. Рассылки самого «{account}» продолжают приходить на {address}.", Kk: "Басқа компаниялардың ұсыныстары енді келмейді. «{account}» өз таратылымдары {address} мекенжайына келе береді.", En: "There will be no more offers of other companies. Mailings of “{account}” itself still come to {address}."},
	"done_spam":   {Ru: "Жалоба записана. Спасибо: по жалобам мы останавливаем тех, кто рассылает спам.", Kk: "Шағым тіркелді. Рақмет: шағымдар бойынша біз спам таратушыларды тоқтатамыз.", En: "Your complaint is recorded. Thank you: complaints are how we stop those who send spam."},

	"back":       {Ru: "Я отписался по ошибке — получать снова", Kk: "Қателесіп бас тарттым — қайта алу", En: "I did this by mistake: subscribe again"},
	"back_title": {Ru: "Вы снова подписаны", Kk: "Сіз қайта жазылдыңыз", En: "You are subscribed again"},
	"back_text":  {Ru: "«{account}» снова может писать на адрес {address}. Отписаться можно в любой момент по ссылке в письме.", Kk: "«{account}» енді {address} мекенжайына қайта хат жібере алады. Хаттағы сілтеме арқылы кез келген уақытта бас тарта аласыз.", En: "“{account}” may write to {address} again. You can leave at any time by the link in a letter."},

	"wrong_title": {Ru: "Ссылка не работает", Kk: "Сілтеме жұмыс істемейді", En: "The link does not work"},
	"wrong_text":  {Ru: "Она скопирована не целиком или письмо слишком старое. Откройте ссылку прямо из письма или ответьте на письмо — отправитель обязан помочь.", Kk: "Ол толық көшірілмеген немесе хат тым ескі. Сілтемені хаттың өзінен ашыңыз немесе хатқа жауап жазыңыз — жіберуші көмектесуге міндетті.", En: "It was not copied whole, or the letter is too old. Open it from the letter itself, or answer the letter: its sender must help."},

	"busy_title": {Ru: "Не получилось", Kk: "Орындалмады", En: "That did not work"},
	"busy_text":  {Ru: "У нас временная неполадка, ничего не изменилось. Откройте ссылку ещё раз через минуту.", Kk: "Бізде уақытша ақау бар, ештеңе өзгерген жоқ. Сілтемені бір минуттан кейін қайта ашыңыз.", En: "Something is wrong here for the moment; nothing was changed. Open the link again in a minute."},

	"choose": {Ru: "Настроить подписку", Kk: "Жазылымды баптау", En: "Manage subscription"},
	"why":    {Ru: "Почему мне пришло это письмо?", Kk: "Бұл хат маған неге келді?", En: "Why did I get this letter?"},
}

// rightsWords are on both pages that offer a copy and an erasure.
var rightsWords = vocabulary{
	"rights":      {Ru: "Мои персональные данные", Kk: "Менің дербес деректерім", En: "My personal data"},
	"rights_hint": {Ru: "«{account}» получит ваш запрос и обязан на него ответить.", Kk: "«{account}» сұрауыңызды алады және оған жауап беруге міндетті.", En: "“{account}” gets your request and has to answer it."},
	"copy":        {Ru: "Запросить копию", Kk: "Көшірмесін сұрау", En: "Ask for a copy"},
	"erase":       {Ru: "Попросить удалить", Kk: "Жоюды сұрау", En: "Ask for erasure"},
	"asked":       {Ru: "Запрос передан «{account}».", Kk: "Сұрау «{account}» жіберілді.", En: "Your request has been passed on to “{account}”."},
}

var preferenceWords = vocabulary{
	"title":     {Ru: "Настройки подписки", Kk: "Жазылым баптаулары", En: "Your subscription"},
	"gone":      {Ru: "Этого контакта больше нет в списках «{account}»: ничего настраивать не нужно, писем не будет.", Kk: "Бұл байланыс «{account}» тізімдерінде жоқ: баптаудың қажеті жоқ, хаттар келмейді.", En: "This contact is no longer on the lists of “{account}”: there is nothing to choose, and no letters will come."},
	"nothing":   {Ru: "Сейчас вы не получаете рассылок «{account}». Служебные сообщения — о заказах, с кодами — приходят как прежде.", Kk: "Қазір сіз «{account}» таратылымдарын алмайсыз. Тапсырыстар мен кодтар туралы қызметтік хабарламалар бұрынғыдай келеді.", En: "You get no mailings of “{account}” now. Service messages about orders or with codes still come."},
	"topics":    {Ru: "Темы", Kk: "Тақырыптар", En: "Topics"},
	"untopical": {Ru: "Письма без темы приходят, пока рассылка включена.", Kk: "Тақырыпсыз хаттар таратылым қосулы тұрғанда келеді.", En: "Letters without a topic come while mailings are on."},
	"shut":      {Ru: "Вы пожаловались на спам, поэтому сюда больше ничего не придёт. Вернуть это нельзя.", Kk: "Сіз спамға шағымдандыңыз, сондықтан мұнда енді ештеңе келмейді. Оны қайтаруға болмайды.", En: "You reported spam, so nothing comes here any more. This cannot be taken back."},
	"save":      {Ru: "Сохранить выбор", Kk: "Таңдауды сақтау", En: "Save my choice"},
	"saved":     {Ru: "Сохранено. Это действует уже сейчас, в том числе для писем в очереди.", Kk: "Сақталды. Бұл қазірден бастап, соның ішінде кезектегі хаттарға да қолданылады.", En: "Saved. It holds from now on, also for letters that are waiting to be sent."},
	"main_off":  {Ru: "Темы приходят, только когда включена сама рассылка этого канала. Отметьте и её.", Kk: "Тақырыптар осы арнаның таратылымы қосулы болғанда ғана келеді. Оны да белгілеңіз.", En: "Topics come only while the mailings of their channel are on. Tick those too."},

	"leave":      {Ru: "Отписаться от всего", Kk: "Барлығынан бас тарту", En: "Leave everything"},
	"leave_hint": {Ru: "Одним нажатием, по всем каналам сразу.", Kk: "Бір басумен, барлық арналар бойынша бірден.", En: "One press, all channels at once."},
	"left":       {Ru: "Вы отписаны от всех рассылок «{account}». Письма, которые уже стояли в очереди, тоже не уйдут.", Kk: "Сіз «{account}» барлық таратылымдарынан бас тарттыңыз. Кезекте тұрған хаттар да жіберілмейді.", En: "You have left all mailings of “{account}”. Letters already waiting to be sent will not leave either."},
	"undo":       {Ru: "Я нажал по ошибке — вернуть как было", Kk: "Қателесіп бастым — қайтару", En: "I pressed it by mistake: bring it back"},

	"pause":       {Ru: "Сделать паузу", Kk: "Үзіліс жасау", En: "Take a break"},
	"pause_hint":  {Ru: "Рассылки прекратятся на время, ваш выбор сохранится.", Kk: "Таратылымдар уақытша тоқтайды, таңдауыңыз сақталады.", En: "Mailings stop for a while; your choices stay."},
	"pause_days":  {Ru: "На {days} дней", Kk: "{days} күнге", En: "For {days} days"},
	"paused":      {Ru: "Пауза до {date}: рассылок нет.", Kk: "{date} дейін үзіліс: таратылымдар келмейді.", En: "Paused until {date}: no mailings come."},
	"resume":      {Ru: "Закончить паузу", Kk: "Үзілісті аяқтау", En: "End the break"},
	"resumed":     {Ru: "Пауза закончена.", Kk: "Үзіліс аяқталды.", En: "The break is over."},
	"data":        {Ru: "Исправить мои данные", Kk: "Деректерімді түзету", En: "Correct my data"},
	"first_name":  {Ru: "Имя", Kk: "Аты", En: "First name"},
	"last_name":   {Ru: "Фамилия", Kk: "Тегі", En: "Last name"},
	"language":    {Ru: "Язык писем", Kk: "Хаттар тілі", En: "Language of letters"},
	"language_no": {Ru: "Не выбран", Kk: "Таңдалмаған", En: "Not chosen"},
	"data_hint":   {Ru: "Мы не показываем имя целиком: письмо могли переслать. Пустое поле ничего не меняет.", Kk: "Атыңызды толық көрсетпейміз: хат басқа адамға жіберілуі мүмкін. Бос өріс ештеңені өзгертпейді.", En: "Your name is not shown whole: the letter may have been passed on. An empty field changes nothing."},
	"save_data":   {Ru: "Сохранить данные", Kk: "Деректерді сақтау", En: "Save my data"},
	"data_saved":  {Ru: "Данные сохранены.", Kk: "Деректер сақталды.", En: "Your data is saved."},
	"email":       {Ru: "Новый адрес электронной почты", Kk: "Жаңа электрондық пошта мекенжайы", En: "New e-mail address"},
	"email_hint":  {Ru: "На него придёт письмо с кнопкой подтверждения. До этого адрес не изменится.", Kk: "Оған растау түймесі бар хат келеді. Оған дейін мекенжай өзгермейді.", En: "A letter with a button to confirm goes there. Until then the address stays."},
	"ask_email":   {Ru: "Сменить адрес", Kk: "Мекенжайды ауыстыру", En: "Change the address"},
	"email_asked": {Ru: "Письмо с подтверждением отправлено на новый адрес. Нажмите в нём кнопку.", Kk: "Растау хаты жаңа мекенжайға жіберілді. Ондағы түймені басыңыз.", En: "A letter is on its way to the new address. Press the button in it."},
	"email_same":  {Ru: "Этот адрес уже указан.", Kk: "Бұл мекенжай қазір қолданылып тұр.", En: "This is the address in use already."},
	"email_wrong": {Ru: "Это не адрес электронной почты. Проверьте, нет ли опечатки.", Kk: "Бұл электрондық пошта мекенжайы емес. Қате жоқ па, тексеріңіз.", En: "This is not an e-mail address. Look for a typing mistake."},
	"name_wrong":  {Ru: "Имя и фамилия — не длиннее 100 символов.", Kk: "Аты мен тегі 100 таңбадан аспауы керек.", En: "A name has at most 100 characters."},
	"no_sender":   {Ru: "Сейчас письмо отправить нельзя. Попробуйте позже.", Kk: "Қазір хат жіберу мүмкін емес. Кейінірек көріңіз.", En: "A letter cannot be sent at the moment. Try later."},
	"too_often":   {Ru: "Слишком много попыток. Подождите немного.", Kk: "Тым көп әрекет. Біраз күте тұрыңыз.", En: "Too many tries. Wait a little."},
	"bad_request": {Ru: "Страница отправила непонятное. Обновите её и попробуйте ещё раз.", Kk: "Бет түсініксіз дерек жіберді. Оны жаңартып, қайта көріңіз.", En: "The page sent something unclear. Load it again and try once more."},
	"why":         {Ru: "Почему мне пришло это письмо?", Kk: "Бұл хат маған неге келді?", En: "Why did I get this letter?"},
}

var whyWords = vocabulary{
	"title":       {Ru: "Почему мне пришло это письмо?", Kk: "Бұл хат маған неге келді?", En: "Why did I get this letter?"},
	"lead":        {Ru: "Письмо отправил «{account}» {date} на адрес {address}.", Kk: "Хатты «{account}» {date} күні {address} мекенжайына жіберді.", En: "“{account}” sent the letter on {date} to {address}."},
	"lead_gone":   {Ru: "Письмо отправил «{account}» {date}. Этого контакта больше нет в его списках.", Kk: "Хатты «{account}» {date} күні жіберді. Бұл байланыс оның тізімдерінде енді жоқ.", En: "“{account}” sent the letter on {date}. This contact is no longer on its lists."},
	"who":         {Ru: "Кто отправил", Kk: "Кім жіберді", En: "Who sent it"},
	"sender":      {Ru: "Отправитель", Kk: "Жіберуші", En: "Sender"},
	"bin":         {Ru: "БИН", Kk: "БСН", En: "BIN"},
	"postal":      {Ru: "Адрес", Kk: "Мекенжайы", En: "Address"},
	"what":        {Ru: "Что это за письмо", Kk: "Бұл қандай хат", En: "What it is"},
	"purpose":     {Ru: "Назначение", Kk: "Мақсаты", En: "Purpose"},
	"topic":       {Ru: "Тема", Kk: "Тақырып", En: "Topic"},
	"consent":     {Ru: "Согласие, по которому оно отправлено", Kk: "Хат жіберілген келісім", En: "The consent it was sent by"},
	"when":        {Ru: "Когда", Kk: "Қашан", En: "When"},
	"how":         {Ru: "Как", Kk: "Қалай", En: "How"},
	"wording":     {Ru: "Какие слова были показаны", Kk: "Қандай сөздер көрсетілді", En: "The words that were shown"},
	"version":     {Ru: "редакция", Kk: "нұсқа", En: "version"},
	"no_receipt":  {Ru: "Запись о согласии не найдена. Если вы его не давали, сообщите о спаме: это остановит отправителя.", Kk: "Келісім туралы жазба табылмады. Егер сіз келісім бермеген болсаңыз, спам туралы хабарлаңыз: бұл жіберушіні тоқтатады.", En: "No record of a consent was found. If you gave none, report spam: that stops the sender."},
	"withdrawn":   {Ru: "Согласие с тех пор отозвано: таких писем больше не будет.", Kk: "Келісім содан бері қайтарып алынды: мұндай хаттар енді болмайды.", En: "The consent has been taken back since: no more such letters will come."},
	"wrong":       {Ru: "Если вы такого согласия не давали, отпишитесь с пометкой «Это спам». Жалобу увидит и отправитель, и мы.", Kk: "Егер сіз мұндай келісім бермеген болсаңыз, «Бұл спам» деп белгілеп, бас тартыңыз. Шағымды жіберуші де, біз де көреміз.", En: "If you gave no such consent, leave and tick “This is spam”. The sender and we both see the complaint."},
	"leave":       {Ru: "Отписаться или пожаловаться", Kk: "Бас тарту немесе шағымдану", En: "Leave or complain"},
	"preferences": {Ru: "Настроить подписку", Kk: "Жазылымды баптау", En: "Manage subscription"},
}

var publicWords = vocabulary{
	"title":     {Ru: "Моя подписка на «{account}»", Kk: "«{account}» жазылымым", En: "My subscription to “{account}”"},
	"lead":      {Ru: "Напишите адрес, на который приходят письма. Мы отправим на него ссылку: там можно выбрать темы, сделать паузу или отписаться от всего.", Kk: "Хаттар келетін мекенжайды жазыңыз. Біз оған сілтеме жібереміз: онда тақырыптарды таңдауға, үзіліс жасауға немесе барлығынан бас тартуға болады.", En: "Enter the address where letters come. We send a link there: choose topics, take a break, or leave everything."},
	"email":     {Ru: "Адрес электронной почты", Kk: "Электрондық пошта мекенжайы", En: "E-mail address"},
	"send":      {Ru: "Прислать ссылку", Kk: "Сілтеме жіберу", En: "Send me the link"},
	"hint":      {Ru: "Ссылка есть и в каждом письме — внизу, «Настроить подписку».", Kk: "Сілтеме әр хаттың соңында да бар — «Жазылымды баптау».", En: "The link also stands at the end of every letter: “Manage subscription”."},
	"sent":      {Ru: "Если этот адрес получает письма «{account}», ссылка уже в пути.", Kk: "Егер бұл мекенжай «{account}» хаттарын алатын болса, сілтеме жолда.", En: "If this address gets letters of “{account}”, the link is on its way."},
	"sent_hint": {Ru: "Она работает 24 часа. Не пришла за несколько минут — посмотрите в «Спаме» и проверьте, тот ли это адрес.", Kk: "Ол 24 сағат жұмыс істейді. Бірнеше минутта келмесе — «Спам» қалтасын қарап, мекенжайдың дұрыстығын тексеріңіз.", En: "It works for 24 hours. If it does not come within minutes, look into “Spam” and check that this is the right address."},
}

var addressWords = vocabulary{
	"title":   {Ru: "Новый адрес", Kk: "Жаңа мекенжай", En: "New address"},
	"lead":    {Ru: "Письма «{account}» будут приходить на {to} вместо {address}. Ваш выбор тем и каналов останется.", Kk: "«{account}» хаттары {address} орнына {to} мекенжайына келеді. Тақырыптар мен арналар таңдауыңыз сақталады.", En: "Letters of “{account}” will come to {to} instead of {address}. Your choices stay."},
	"confirm": {Ru: "Подтвердить адрес", Kk: "Мекенжайды растау", En: "Confirm the address"},
	"done":    {Ru: "Адрес изменён.", Kk: "Мекенжай ауыстырылды.", En: "The address is changed."},
	"taken":   {Ru: "На этот адрес письма «{account}» уже приходят. Чтобы не получать их дважды, отпишитесь на прежнем адресе.", Kk: "Бұл мекенжайға «{account}» хаттары онсыз да келеді. Екі рет алмас үшін бұрынғы мекенжайдан бас тартыңыз.", En: "Letters of “{account}” come to this address already. To get them once only, leave on the old address."},
}
