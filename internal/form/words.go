package form

import "keruen/internal/lang"

// The letter that asks to confirm.
var (
	letterSubject = lang.Text{Ru: "Подтвердите подписку на «{{account}}»", Kk: "«{{account}}» жазылымын растаңыз", En: "Confirm your subscription to “{{account}}”"}
	letterLead    = lang.Text{
		Ru: "Этот адрес указали в форме подписки «{{account}}». Если это были вы, нажмите кнопку: без подтверждения рассылка не начнётся.",
		Kk: "Бұл мекенжай «{{account}}» жазылым формасында көрсетілді. Егер бұл сіз болсаңыз, түймені басыңыз: растаусыз таратылым басталмайды.",
		En: "This address was given in the sign-up form of “{{account}}”. If it was you, press the button: without it no mailings begin."}
	letterButton = lang.Text{Ru: "Подтвердить подписку", Kk: "Жазылымды растау", En: "Confirm the subscription"}
	letterAfter  = lang.Text{
		Ru: "Ссылка работает 7 дней. Если вы не заполняли форму, ничего делать не нужно: адрес удалится сам, и писем больше не будет.",
		Kk: "Сілтеме 7 күн жұмыс істейді. Егер сіз форманы толтырмаған болсаңыз, ештеңе істеудің қажеті жоқ: мекенжай өзі өшіріледі, хат енді келмейді.",
		En: "The link works for 7 days. If you did not fill the form in, there is nothing to do: the address will be forgotten, and no more letters will come."}
	wordLetterConsent = lang.Text{
		Ru: "Пришлите мне письмо, чтобы подтвердить подписку",
		Kk: "Жазылымды растау үшін маған хат жіберіңіз",
		En: "Send me a letter to confirm the subscription"}
)

// Built-in words of fields and texts.
var fieldWords = map[Sort]lang.Text{
	Email:     {Ru: "Электронная почта", Kk: "Электрондық пошта", En: "E-mail"},
	Phone:     {Ru: "Телефон", Kk: "Телефон", En: "Phone"},
	FirstName: {Ru: "Имя", Kk: "Аты", En: "First name"},
	LastName:  {Ru: "Фамилия", Kk: "Тегі", En: "Last name"},
	Language:  {Ru: "Язык писем", Kk: "Хаттар тілі", En: "Language of letters"},
	Topics:    {Ru: "О чём вам писать", Kk: "Не туралы жазайық", En: "What to write to you about"},
}

var (
	wordTitle  = lang.Text{Ru: "Подписка на «{account}»", Kk: "«{account}» жаңалықтарына жазылу", En: "Subscribe to “{account}”"}
	wordButton = lang.Text{Ru: "Подписаться", Kk: "Жазылу", En: "Subscribe"}
	wordSent   = lang.Text{
		Ru: "Откройте письмо от «{account}» и нажмите в нём кнопку. Подписка начнётся только после этого.",
		Kk: "«{account}» хатын ашып, ондағы түймені басыңыз. Жазылым содан кейін ғана басталады.",
		En: "Open the letter from “{account}” and press the button in it. The subscription begins only then."}
	wordThanks = lang.Text{
		Ru: "«{account}» будет писать вам только о том, на что вы согласились. Отписаться можно в любой момент по ссылке в письме.",
		Kk: "«{account}» тек сіз келіскен нәрсе туралы жазады. Хаттағы сілтеме арқылы кез келген уақытта бас тарта аласыз.",
		En: "“{account}” will write to you only about what you agreed to. You can leave at any time by the link in a letter."}
	phoneExample = lang.Text{Ru: "Например, +7 701 123 45 67", Kk: "Мысалы, +7 701 123 45 67", En: "For example, +7 701 123 45 67"}
)
