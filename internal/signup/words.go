package signup

import (
	"keruen/internal/contact"
	"keruen/internal/form"
	"keruen/internal/lang"
)

var (
	wordStale = lang.Text{
		Ru: "Страница была открыта давно. Проверьте ответы, отметьте согласие и нажмите кнопку ещё раз.",
		Kk: "Бет ұзақ уақыт ашық тұрды. Жауаптарды тексеріп, келісімді белгілеп, түймені қайта басыңыз.",
		En: "The page was open for a long time. Look the answers over, tick the consent and press the button again."}
	wordWrong    = lang.Text{Ru: "Исправьте отмеченное", Kk: "Белгіленгенді түзетіңіз", En: "Correct what is marked"}
	wordTrap     = lang.Text{Ru: "Не заполняйте это поле", Kk: "Бұл өрісті толтырмаңыз", En: "Leave this empty"}
	wordConsents = lang.Text{Ru: "Согласия", Kk: "Келісімдер", En: "Consents"}
	wordOptional = lang.Text{Ru: "не обязательно", Kk: "міндетті емес", En: "optional"}
	wordOrPhone  = lang.Text{Ru: "или телефон", Kk: "немесе телефон", En: "or a telephone number"}
	wordOrEmail  = lang.Text{Ru: "или почта", Kk: "немесе пошта", En: "or an e-mail address"}
	wordDouble   = lang.Text{
		Ru: "Мы пришлём письмо, чтобы вы подтвердили подписку.",
		Kk: "Жазылымды растауыңыз үшін хат жібереміз.",
		En: "You will get a letter to confirm the subscription."}

	wordSentTitle   = lang.Text{Ru: "Проверьте почту", Kk: "Поштаңызды тексеріңіз", En: "Look into your mailbox"}
	wordSentTo      = lang.Text{Ru: "Письмо отправлено на {address}.", Kk: "Хат {address} мекенжайына жіберілді.", En: "The letter was sent to {address}."}
	wordThanksTitle = lang.Text{Ru: "Готово", Kk: "Дайын", En: "Done"}
	wordAgainNote   = lang.Text{
		Ru: "Письмо обычно приходит за минуту. Если его нет, посмотрите в «Спаме».",
		Kk: "Хат әдетте бір минутта келеді. Келмесе, «Спам» қалтасын қараңыз.",
		En: "The letter usually comes within a minute. If it does not, look into the spam folder."}
	wordAgain     = lang.Text{Ru: "Отправить письмо ещё раз", Kk: "Хатты қайта жіберу", En: "Send the letter again"}
	wordAgainDone = lang.Text{
		Ru: "Если прошла хотя бы минута, письмо отправлено ещё раз. Больше трёх писем мы не шлём.",
		Kk: "Кемінде бір минут өткен болса, хат қайта жіберілді. Үштен артық хат жібермейміз.",
		En: "If at least a minute has passed, the letter was sent again. We send no more than three."}
	wordOnward = lang.Text{Ru: "Продолжить", Kk: "Жалғастыру", En: "Continue"}

	wordConfirmTitle = lang.Text{Ru: "Подтвердить подписку?", Kk: "Жазылымды растайсыз ба?", En: "Confirm the subscription?"}
	wordConfirmText  = lang.Text{
		Ru: "«{account}» будет писать на адрес {address}. Ваше согласие:",
		Kk: "«{account}» {address} мекенжайына хат жазады. Сіздің келісіміңіз:",
		En: "“{account}” will write to {address}. Your consent:"}
	wordConfirmButton = lang.Text{Ru: "Подтвердить подписку", Kk: "Жазылымды растау", En: "Confirm the subscription"}
	wordConfirmNote   = lang.Text{
		Ru: "Если вы не заполняли форму, закройте страницу: через 7 дней адрес удалится.",
		Kk: "Егер сіз форманы толтырмаған болсаңыз, бетті жабыңыз: 7 күннен кейін мекенжай өшіріледі.",
		En: "If you did not fill the form in, close the page: the address will be forgotten in 7 days."}
	wordConfirmed = lang.Text{Ru: "Подписка подтверждена", Kk: "Жазылым расталды", En: "The subscription is confirmed"}

	linkTitle = lang.Text{Ru: "Ссылка не работает", Kk: "Сілтеме жұмыс істемейді", En: "The link does not work"}
	linkText  = lang.Text{
		Ru: "Она скопирована не целиком или старше 7 дней. Заполните форму ещё раз.",
		Kk: "Ол толық көшірілмеген немесе 7 күннен асқан. Форманы қайта толтырыңыз.",
		En: "It was not copied whole, or it is older than 7 days. Fill the form in again."}
	goneTitle = lang.Text{Ru: "Такой формы нет", Kk: "Мұндай форма жоқ", En: "There is no such form"}
	goneText  = lang.Text{
		Ru: "Возможно, в адресе опечатка или форму удалили.",
		Kk: "Мекенжайда қате болуы немесе форма өшірілген болуы мүмкін.",
		En: "There may be a typing error in the address, or the form was deleted."}
	closedTitle = lang.Text{Ru: "Подписка закрыта", Kk: "Жазылу жабық", En: "The form is closed"}
	closedText  = lang.Text{
		Ru: "«{account}» сейчас не принимает новые подписки.",
		Kk: "«{account}» қазір жаңа жазылымдарды қабылдамайды.",
		En: "“{account}” takes no new subscriptions at the moment."}
	originTitle = lang.Text{Ru: "Форма не разрешена на этом сайте", Kk: "Бұл сайтта форма рұқсат етілмеген", En: "The form is not allowed on this site"}
	originText  = lang.Text{
		Ru: "Сайта {site} нет в списке формы. Её владелец может добавить его: форма → «Настройки» → «Сайты».",
		Kk: "{site} сайты форма тізімінде жоқ. Иесі оны қоса алады: форма → «Баптаулар» → «Сайттар».",
		En: "{site} is not on the form's list of sites. Its owner can add it: the form → Settings → Sites."}
	oftenTitle = lang.Text{Ru: "Слишком часто", Kk: "Тым жиі", En: "Too often"}
	oftenText  = lang.Text{
		Ru: "Из вашей сети приходит слишком много ответов. Подождите минуту и отправьте форму ещё раз.",
		Kk: "Желіңізден тым көп жауап келіп жатыр. Бір минут күтіп, форманы қайта жіберіңіз.",
		En: "Too many answers come from your network. Wait a minute and send the form again."}
	busyTitle = lang.Text{Ru: "Не получилось", Kk: "Орындалмады", En: "That did not work"}
	busyText  = lang.Text{
		Ru: "У нас временная неполадка, ничего не сохранилось. Повторите через минуту.",
		Kk: "Бізде уақытша ақау бар, ештеңе сақталған жоқ. Бір минуттан кейін қайталаңыз.",
		En: "Something is wrong here for the moment; nothing was kept. Try again in a minute."}
)

// answerWords say what is wrong with an answer, by code.
var answerWords = map[string]lang.Text{
	form.ErrRequired.Code:   {Ru: "заполните это поле", Kk: "бұл өрісті толтырыңыз", En: "fill this in"},
	form.ErrConsent.Code:    {Ru: "без этого согласия писать вам нельзя", Kk: "бұл келісімсіз сізге жазуға болмайды", En: "without this consent nothing may be sent to you"},
	form.ErrChoose.Code:     {Ru: "отметьте хотя бы одно согласие", Kk: "кемінде бір келісімді белгілеңіз", En: "tick at least one consent"},
	form.ErrEither.Code:     {Ru: "укажите почту или телефон", Kk: "пошта не телефон көрсетіңіз", En: "give an e-mail address or a telephone number"},
	form.ErrAnswer.Code:     {Ru: "проверьте, нет ли ошибки", Kk: "қате бар-жоғын тексеріңіз", En: "look for a mistake"},
	form.ErrAnswerLong.Code: {Ru: "слишком длинно", Kk: "тым ұзын", En: "too long"},
	contact.ErrPhoneChar.Code: {
		Ru: "в номере могут быть только цифры, пробелы, скобки и дефисы", Kk: "нөмірде тек цифр, бос орын, жақша және дефис болуы мүмкін", En: "a number has digits, spaces, brackets and dashes only"},
	contact.ErrPhoneLength.Code:  {Ru: "в номере не хватает цифр или есть лишние", Kk: "нөмірде цифр жетпейді немесе артық", En: "the number has too few or too many digits"},
	contact.ErrPhoneCountry.Code: {Ru: "начните с кода страны, например +7", Kk: "ел кодынан бастаңыз, мысалы +7", En: "begin with the country code, such as +7"},
}

// emailWords are for everything else that is wrong with an address.
var (
	emailWords = lang.Text{Ru: "проверьте адрес: нужен вид имя@сайт.kz", Kk: "мекенжайды тексеріңіз: аты@сайт.kz түрінде болуы керек", En: "check the address: it looks like name@site.kz"}
	phoneWords = lang.Text{Ru: "проверьте номер", Kk: "нөмірді тексеріңіз", En: "check the number"}
)
