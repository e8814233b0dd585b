package site

import "keruen/internal/lang"

// words are the texts of the public pages in one language.
type words struct {
	Skip, Language, SignIn, SignUp, Documents, API, Home string
	SandboxLabel, SandboxNotice, SandboxLink             string
	Title, Lead, NowTitle, StepsTitle, SoonTitle, Soon   string
	Features                                             []feature
	Steps                                                []string
	Version, Effective, OldVersion, CurrentVersion       string
	AbsentTitle, AbsentText                              string
}

type feature struct{ Title, Text string }

func wordsIn(l lang.Lang) words {
	switch l {
	case lang.Kazakh:
		return kazakh
	case lang.English:
		return english
	default:
		return russian
	}
}

var russian = words{
	Skip: "Перейти к содержанию", Language: "Язык", SignIn: "Войти", SignUp: "Создать аккаунт", Documents: "Документы", API: "Описание API", Home: "На главную",
	SandboxLabel: "Учебный режим", SandboxNotice: "Учебный режим: письма никуда не уходят, их принимают почтовые серверы внутри программы.", SandboxLink: "Открыть учебный почтовый ящик",
	Title:    "Почтовые рассылки тем, кто согласен их получать",
	Lead:     "Загрузите контакты с указанием согласия, напишите письмо и смотрите, что стало с каждым: принято, отложено, отклонено и почему.",
	NowTitle: "Что работает сейчас",
	Features: []feature{
		{"Контакты и согласие", "Импорт CSV с проверкой каждой строки. У каждого согласия есть источник и дата. Отписка действует сразу и новым импортом не отменяется."},
		{"Письма напрямую или через ваш сервер", "Отправка прямо в почтовые серверы получателей или через указанный вами SMTP-сервер. Подпись DKIM, отписка в один клик, повторы при «сером списке»."},
		{"Отчёт в реальном времени", "Доставка, открытия и переходы во время отправки. Действия людей и автоматов считаются отдельно. Причина каждой недоставки — обычными словами."},
		{"Рассылку можно остановить", "30 секунд на отмену после нажатия «Отправить», пауза и отмена на ходу. После сбоя ни один получатель не потеряется."},
		{"Команда и безопасность", "Роли, второй фактор, список сеансов, журнал действий. Принятые документы подтверждены цепочкой контрольных сумм."},
		{"API и командная строка", "Всё, что делает кабинет, доступно через REST API с описанием OpenAPI. Импорт, отправка и проверка установки есть и в командной строке."},
	},
	StepsTitle: "Как начать",
	Steps: []string{
		"Укажите почту и пароль. Код из письма подтвердит адрес.",
		"Загрузите контакты и укажите, откуда у вас их согласие.",
		"Выберите готовое письмо, проверьте его на себе и отправьте.",
	},
	SoonTitle: "Чего пока нет",
	Soon:      "SMS, Viber, WhatsApp, Telegram, чат-боты, автоматические серии, блочный редактор писем и оплата ещё в разработке. Они появятся здесь, когда заработают.",
	Version:   "Версия", Effective: "действует с", OldVersion: "Это прежняя версия документа.", CurrentVersion: "Открыть действующую",
	AbsentTitle: "Такой страницы нет", AbsentText: "Возможно, в адресе опечатка или документ переименован.",
}

var kazakh = words{
	Skip: "Мазмұнға өту", Language: "Тіл", SignIn: "Кіру", SignUp: "Аккаунт ашу", Documents: "Құжаттар", API: "API сипаттамасы", Home: "Басты бетке",
	SandboxLabel: "Жаттығу режимі", SandboxNotice: "Жаттығу режимі: хаттар ешқайда кетпейді, оларды бағдарлама ішіндегі пошта серверлері қабылдайды.", SandboxLink: "Жаттығу пошта жәшігін ашу",
	Title:    "Алуға келіскен адамдарға пошта таратылымдары",
	Lead:     "Контактілерді келісімімен жүктеңіз, хат жазыңыз және әрқайсысының не болғанын көріңіз: қабылданды, кейінге қалды, қайтарылды және неліктен.",
	NowTitle: "Қазір не жұмыс істейді",
	Features: []feature{
		{"Контактілер мен келісім", "Әр жолы тексерілетін CSV импорты. Әр келісімнің дереккөзі мен күні бар. Бас тарту бірден күшіне енеді, жаңа импорт оны өзгертпейді."},
		{"Хаттар тікелей немесе сіздің серверіңіз арқылы", "Алушылардың пошта серверлеріне тікелей немесе сіз көрсеткен SMTP-сервер арқылы жіберу. DKIM қолтаңбасы, бір рет басып бас тарту, «сұр тізімде» қайталау."},
		{"Нақты уақыттағы есеп", "Жіберу кезінде жеткізу, ашу және сілтемеге өту көрінеді. Адамдар мен автоматтардың әрекеттері бөлек саналады. Жеткізілмеу себебі қарапайым сөзбен айтылады."},
		{"Таратылымды тоқтатуға болады", "«Жіберу» басылғаннан кейін 30 секунд ішінде болдырмауға, жіберу кезінде кідіртуге немесе тоқтатуға болады. Ақаудан кейін бірде-бір алушы жоғалмайды."},
		{"Команда және қауіпсіздік", "Рөлдер, екінші фактор, сеанстар тізімі, әрекеттер журналы. Қабылданған құжаттар бақылау сомаларының тізбегімен расталған."},
		{"API және командалық жол", "Кабинет істейтіннің бәрі OpenAPI сипаттамасы бар REST API арқылы қолжетімді. Импорт, жіберу және орнатылымды тексеру командалық жолда да бар."},
	},
	StepsTitle: "Қалай бастау керек",
	Steps: []string{
		"Поштаңыз бен құпиясөзіңізді жазыңыз. Хаттағы код мекенжайды растайды.",
		"Контактілерді жүктеп, олардың келісімі қайдан алынғанын көрсетіңіз.",
		"Дайын хатты таңдап, алдымен өзіңізге жіберіп тексеріңіз де, таратыңыз.",
	},
	SoonTitle: "Әзірге не жоқ",
	Soon:      "SMS, Viber, WhatsApp, Telegram, чат-боттар, автоматты хаттар тізбегі, хаттың блокты редакторы және төлем әлі әзірленуде. Олар іске қосылғанда осында пайда болады.",
	Version:   "Нұсқасы", Effective: "күшіне енген күні", OldVersion: "Бұл — құжаттың бұрынғы нұсқасы.", CurrentVersion: "Қолданыстағысын ашу",
	AbsentTitle: "Мұндай бет жоқ", AbsentText: "Мекенжайда қате болуы немесе құжаттың аты өзгеруі мүмкін.",
}

var english = words{
	Skip: "Skip to content", Language: "Language", SignIn: "Sign in", SignUp: "Create an account", Documents: "Documents", API: "API description", Home: "Home",
	SandboxLabel: "Practice mode", SandboxNotice: "Practice mode: letters go nowhere, mail servers inside the program receive them.", SandboxLink: "Open the practice mailbox",
	Title:    "E-mail campaigns for people who agreed to receive them",
	Lead:     "Load contacts with their consent, write a letter, and see what became of each one: accepted, delayed, refused, and why.",
	NowTitle: "What works now",
	Features: []feature{
		{"Contacts and consent", "CSV import that checks every row. Each consent has its source and date. Unsubscribing takes effect at once, and a new import does not undo it."},
		{"Straight to the mailbox, or through your server", "Letters go straight to the recipients' mail servers or through the SMTP server you name. DKIM, one-click unsubscribe, retries when greylisted."},
		{"Reports while it sends", "Delivery, opens and clicks as they happen. People and machines are counted apart. Every failure has its reason in plain words."},
		{"A campaign can be stopped", "30 seconds to undo after Send, pause and cancel on the way. After a crash no recipient is lost."},
		{"Team and safety", "Roles, second factor, list of sessions, audit log. Accepted documents are proved by a chain of hashes."},
		{"API and command line", "Everything the cabinet does is open through a REST API described by OpenAPI. Import, sending and the check of the set-up are commands too."},
	},
	StepsTitle: "How to begin",
	Steps: []string{
		"Give an e-mail address and a password. The code in the letter confirms the address.",
		"Load contacts and say where their consent comes from.",
		"Take the ready letter, try it on yourself, and send.",
	},
	SoonTitle: "What is not here yet",
	Soon:      "SMS, Viber, WhatsApp, Telegram, chat-bots, automations, the block editor and payments are being built. They will appear here when they work.",
	Version:   "Version", Effective: "in force since", OldVersion: "This is an earlier version of the document.", CurrentVersion: "Open the present one",
	AbsentTitle: "There is no such page", AbsentText: "There may be a typing error in the address, or the document was renamed.",
}
