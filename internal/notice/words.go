package notice

import (
	"keruen/internal/access"
	"keruen/internal/lang"
)

// words are what one kind of letter says. {{…}} are values of the letter, filled when it leaves.
type words struct {
	subject, heading, lead lang.Text
	code                   bool // shows the six digits
	place                  bool // shows when, from which address and browser
	button                 lang.Text
	path                   string // where the button leads, from the address of the installation
	after                  lang.Text
}

// The letters. The code stands first in the subject, where a telephone shows it without opening the letter.
var letters = map[string]words{
	string(access.LetterCode): {
		subject: lang.Text{Ru: "{{code}} — код подтверждения", Kk: "{{code}} — растау коды", En: "{{code}} is your confirmation code"},
		heading: lang.Text{Ru: "Подтвердите почту", Kk: "Поштаңызды растаңыз", En: "Confirm your e-mail"},
		lead: lang.Text{
			Ru: "Введите этот код на странице регистрации. Он действует 15 минут.",
			Kk: "Бұл кодты тіркелу бетіне енгізіңіз. Ол 15 минут жарамды.",
			En: "Enter this code on the sign-up page. It works for 15 minutes."},
		code: true,
		after: lang.Text{
			Ru: "Ввод кода завершает регистрацию и означает согласие с документами, названными под формой. Никому не сообщайте код. Если вы не регистрировались, удалите это письмо: без кода ничего не произойдёт.",
			Kk: "Кодты енгізу тіркелуді аяқтайды және форма астындағы құжаттармен келісуді білдіреді. Кодты ешкімге айтпаңыз. Егер сіз тіркелмесеңіз, бұл хатты жойыңыз: кодсыз ештеңе болмайды.",
			En: "Entering the code completes the registration and accepts the documents named below the form. Tell nobody the code. If you did not register, delete this letter: nothing happens without the code."},
	},
	string(access.LetterKnown): {
		subject: lang.Text{Ru: "Вы уже зарегистрированы в Keruen", Kk: "Сіз Keruen-де тіркелгенсіз", En: "You are registered at Keruen already"},
		heading: lang.Text{Ru: "Аккаунт уже есть", Kk: "Аккаунт бұрыннан бар", En: "You have an account already"},
		lead: lang.Text{
			Ru: "Кто-то, возможно вы, начал регистрацию с этим адресом. С ним уже есть аккаунт: войдите в него или задайте новый пароль.",
			Kk: "Біреу, мүмкін сіз, осы мекенжаймен тіркелуді бастады. Бұл мекенжайдың аккаунты бар: кіріңіз немесе жаңа құпиясөз орнатыңыз.",
			En: "Somebody, perhaps you, began to register with this address. It has an account already: sign in, or set a new password."},
		button: lang.Text{Ru: "Войти", Kk: "Кіру", En: "Sign in"}, path: "/sign-in",
		place: true,
		after: lang.Text{
			Ru: "Забыли пароль? Новый можно задать здесь: {{base}}/reset. Если это были не вы, ничего делать не нужно.",
			Kk: "Құпиясөзді ұмыттыңыз ба? Жаңасын мұнда орнатуға болады: {{base}}/reset. Егер бұл сіз болмасаңыз, ештеңе істеудің қажеті жоқ.",
			En: "Forgot the password? Set a new one here: {{base}}/reset. If it was not you, there is nothing to do."},
	},
	string(access.LetterReset): {
		subject: lang.Text{Ru: "{{code}} — код для нового пароля", Kk: "{{code}} — жаңа құпиясөз коды", En: "{{code}} is your code for a new password"},
		heading: lang.Text{Ru: "Новый пароль", Kk: "Жаңа құпиясөз", En: "New password"},
		lead: lang.Text{
			Ru: "Введите этот код, чтобы задать новый пароль. Он действует 15 минут.",
			Kk: "Жаңа құпиясөз орнату үшін осы кодты енгізіңіз. Ол 15 минут жарамды.",
			En: "Enter this code to set a new password. It works for 15 minutes."},
		code: true, place: true,
		after: lang.Text{
			Ru: "Никому не сообщайте код: поддержка его не спрашивает. Если вы не меняли пароль, удалите это письмо, прежний пароль останется.",
			Kk: "Кодты ешкімге айтпаңыз: қолдау қызметі оны сұрамайды. Егер құпиясөзді өзгертпесеңіз, бұл хатты жойыңыз, бұрынғы құпиясөз сақталады.",
			En: "Tell nobody the code: support never asks for it. If you did not want a new password, delete this letter; the old one stays."},
	},
	string(access.LetterMove): {
		subject: lang.Text{Ru: "{{code}} — код для новой почты", Kk: "{{code}} — жаңа пошта коды", En: "{{code}} is the code for your new e-mail"},
		heading: lang.Text{Ru: "Новая почта", Kk: "Жаңа пошта", En: "New e-mail address"},
		lead: lang.Text{
			Ru: "Введите этот код, чтобы входить в Keruen с этим адресом. Он действует 15 минут.",
			Kk: "Keruen-ге осы мекенжаймен кіру үшін кодты енгізіңіз. Ол 15 минут жарамды.",
			En: "Enter this code to sign in to Keruen with this address. It works for 15 minutes."},
		code: true, place: true,
		after: lang.Text{
			Ru: "Никому не сообщайте код. Если вы не меняли почту, удалите это письмо.",
			Kk: "Кодты ешкімге айтпаңыз. Егер поштаны өзгертпесеңіз, бұл хатты жойыңыз.",
			En: "Tell nobody the code. If you did not change your address, delete this letter."},
	},
	string(access.LetterMoved): {
		subject: lang.Text{Ru: "Почта для входа изменена", Kk: "Кіру поштасы өзгертілді", En: "Your sign-in address was changed"},
		heading: lang.Text{Ru: "Почта для входа изменена", Kk: "Кіру поштасы өзгертілді", En: "Your sign-in address was changed"},
		lead: lang.Text{
			Ru: "В ваш аккаунт теперь входят с другим адресом. На этот адрес писем больше не будет.",
			Kk: "Аккаунтыңызға енді басқа мекенжаймен кіреді. Бұл мекенжайға хат енді келмейді.",
			En: "Your account is signed in to with another address now. No more letters will come to this one."},
		place: true,
		after: lang.Text{
			Ru: "Если это сделали не вы, сразу обратитесь в поддержку: войти сможет тот, кто сменил адрес.",
			Kk: "Егер мұны сіз істемесеңіз, бірден қолдау қызметіне жүгініңіз: мекенжайды өзгерткен адам кіре алады.",
			En: "If it was not you, write to support at once: whoever changed the address can sign in."},
	},
	string(access.LetterNobody): {
		subject: lang.Text{Ru: "Аккаунта с этим адресом нет", Kk: "Бұл мекенжайда аккаунт жоқ", En: "There is no account with this address"},
		heading: lang.Text{Ru: "Аккаунт не найден", Kk: "Аккаунт табылмады", En: "No account found"},
		lead: lang.Text{
			Ru: "Кто-то, возможно вы, попросил новый пароль для этого адреса, но аккаунта с ним нет. Возможно, вы регистрировались с другой почтой.",
			Kk: "Біреу, мүмкін сіз, осы мекенжай үшін жаңа құпиясөз сұрады, бірақ онда аккаунт жоқ. Мүмкін, басқа поштамен тіркелген боларсыз.",
			En: "Somebody, perhaps you, asked for a new password for this address, but it has no account. Perhaps you registered with another one."},
		place:  true,
		button: lang.Text{Ru: "Зарегистрироваться", Kk: "Тіркелу", En: "Register"}, path: "/sign-up",
		after: lang.Text{
			Ru: "Если это были не вы, ничего делать не нужно.",
			Kk: "Егер бұл сіз болмасаңыз, ештеңе істеудің қажеті жоқ.",
			En: "If it was not you, there is nothing to do."},
	},
	string(access.LetterInvitation): {
		subject: lang.Text{Ru: "Приглашение в аккаунт «{{team|Keruen}}»", Kk: "«{{team|Keruen}}» аккаунтына шақыру", En: "Invitation to “{{team|Keruen}}”"},
		heading: lang.Text{Ru: "Вас приглашают в команду", Kk: "Сізді командаға шақырады", En: "You are invited to a team"},
		lead: lang.Text{
			Ru: "{{inviter|Владелец аккаунта}} приглашает вас в аккаунт «{{team|Keruen}}». Ваша роль: {{role}}.",
			Kk: "{{inviter|Аккаунт иесі}} сізді «{{team|Keruen}}» аккаунтына шақырады. Рөліңіз: {{role}}.",
			En: "{{inviter|The owner of the account}} invites you to “{{team|Keruen}}”. Your role: {{role}}."},
		button: lang.Text{Ru: "Принять приглашение", Kk: "Шақыруды қабылдау", En: "Accept the invitation"}, path: "/invite/{{token}}",
		after: lang.Text{
			Ru: "Приглашение действует 7 дней и только для этого адреса. Если вы не знаете, о чём речь, удалите это письмо.",
			Kk: "Шақыру 7 күн және тек осы мекенжай үшін жарамды. Егер бұл туралы білмесеңіз, хатты жойыңыз.",
			En: "The invitation works for 7 days and for this address only. If you do not know what it is about, delete this letter."},
	},
	string(access.LetterNewSignIn): {
		subject: lang.Text{Ru: "Новый вход в Keruen", Kk: "Keruen-ге жаңа кіру", En: "New sign-in to Keruen"},
		heading: lang.Text{Ru: "Вход с нового места", Kk: "Жаңа жерден кіру", En: "Sign-in from a new place"},
		lead: lang.Text{
			Ru: "В ваш аккаунт вошли из браузера и с адреса, которых раньше не было.",
			Kk: "Аккаунтыңызға бұрын болмаған браузер мен мекенжайдан кірді.",
			En: "Somebody signed in to your account with a browser and from an address not seen before."},
		place:  true,
		button: lang.Text{Ru: "Посмотреть сеансы", Kk: "Сеанстарды көру", En: "See the sessions"}, path: "/settings/security",
		after: lang.Text{
			Ru: "Если это были вы, ничего делать не нужно. Если нет, завершите лишний сеанс, смените пароль и включите второй фактор.",
			Kk: "Егер бұл сіз болсаңыз, ештеңе істеудің қажеті жоқ. Болмаса, артық сеансты аяқтап, құпиясөзді өзгертіңіз және екінші факторды қосыңыз.",
			En: "If it was you, there is nothing to do. If not, end that session, change the password and switch the second factor on."},
	},
	string(access.LetterPasswordChanged): {
		subject: lang.Text{Ru: "Пароль изменён", Kk: "Құпиясөз өзгертілді", En: "Your password was changed"},
		heading: lang.Text{Ru: "Пароль изменён", Kk: "Құпиясөз өзгертілді", En: "Your password was changed"},
		lead: lang.Text{
			Ru: "У вашего аккаунта новый пароль. Остальные сеансы завершены.",
			Kk: "Аккаунтыңыздың құпиясөзі жаңартылды. Қалған сеанстар аяқталды.",
			En: "Your account has a new password. All other sessions were ended."},
		place:  true,
		button: lang.Text{Ru: "Задать другой пароль", Kk: "Басқа құпиясөз орнату", En: "Set another password"}, path: "/reset",
		after: lang.Text{
			Ru: "Если это сделали вы, ничего делать не нужно. Если нет, сразу задайте другой пароль и проверьте, кому доступна ваша почта.",
			Kk: "Егер мұны сіз істесеңіз, ештеңе істеудің қажеті жоқ. Болмаса, бірден басқа құпиясөз орнатып, поштаңызға кім кіре алатынын тексеріңіз.",
			En: "If it was you, there is nothing to do. If not, set another password at once and check who has access to your mailbox."},
	},
	string(access.LetterSecondFactor) + " on": {
		subject: lang.Text{Ru: "Второй фактор включён", Kk: "Екінші фактор қосылды", En: "The second factor is on"},
		heading: lang.Text{Ru: "Второй фактор включён", Kk: "Екінші фактор қосылды", En: "The second factor is on"},
		lead: lang.Text{
			Ru: "Теперь при входе нужен код из приложения. Сохраните коды восстановления: они помогут войти без телефона.",
			Kk: "Енді кіру үшін қолданбадағы код керек. Қалпына келтіру кодтарын сақтаңыз: олар телефонсыз кіруге көмектеседі.",
			En: "Signing in now needs a code from the app. Keep the recovery codes: they let you in without the phone."},
		place:  true,
		button: lang.Text{Ru: "Настройки входа", Kk: "Кіру баптаулары", En: "Sign-in settings"}, path: "/settings/security",
		after: notMe,
	},
	string(access.LetterSecondFactor) + " off": {
		subject: lang.Text{Ru: "Второй фактор выключен", Kk: "Екінші фактор өшірілді", En: "The second factor is off"},
		heading: lang.Text{Ru: "Второй фактор выключен", Kk: "Екінші фактор өшірілді", En: "The second factor is off"},
		lead: lang.Text{
			Ru: "Теперь для входа достаточно пароля.",
			Kk: "Енді кіру үшін құпиясөз жеткілікті.",
			En: "The password alone is enough to sign in now."},
		place:  true,
		button: lang.Text{Ru: "Настройки входа", Kk: "Кіру баптаулары", En: "Sign-in settings"}, path: "/settings/security",
		after: notMe,
	},
}

var notMe = lang.Text{
	Ru: "Если это сделали не вы, сразу смените пароль и завершите остальные сеансы.",
	Kk: "Егер мұны сіз істемесеңіз, бірден құпиясөзді өзгертіп, қалған сеанстарды аяқтаңыз.",
	En: "If it was not you, change the password at once and end the other sessions."}

// Words that all letters share.
var (
	wordWhen    = lang.Text{Ru: "Время", Kk: "Уақыты", En: "Time"}
	wordIP      = lang.Text{Ru: "IP-адрес", Kk: "IP-мекенжай", En: "IP address"}
	wordBrowser = lang.Text{Ru: "Браузер", Kk: "Браузер", En: "Browser"}
	wordUnknown = lang.Text{Ru: "неизвестен", Kk: "белгісіз", En: "unknown"}
	wordGreet   = lang.Text{Ru: "Здравствуйте", Kk: "Сәлеметсіз бе", En: "Hello"}
	wordWhy     = lang.Text{
		Ru: "Служебное письмо о вашем входе в Keruen. Рекламы в таких письмах нет.",
		Kk: "Keruen-ге кіруіңіз туралы қызметтік хат. Мұндай хаттарда жарнама жоқ.",
		En: "A service letter about your login at Keruen. Such letters carry no advertising."}
	wordConsent = lang.Text{
		Ru: "Служебные письма о входе: коды, приглашения, уведомления о безопасности.",
		Kk: "Кіру туралы қызметтік хаттар: кодтар, шақырулар, қауіпсіздік хабарламалары.",
		En: "Service letters about the login: codes, invitations, security notices."}
)

var roleNames = map[access.Role]lang.Text{
	access.Owner:      {Ru: "владелец", Kk: "иесі", En: "owner"},
	access.Marketer:   {Ru: "маркетолог", Kk: "маркетолог", En: "marketer"},
	access.ChatAgent:  {Ru: "оператор чатов", Kk: "чат операторы", En: "chat operator"},
	access.Accountant: {Ru: "бухгалтер", Kk: "бухгалтер", En: "accountant"},
	access.Viewer:     {Ru: "наблюдатель", Kk: "бақылаушы", En: "viewer"},
}
