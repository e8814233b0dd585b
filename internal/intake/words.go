package intake

import (
	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
)

var (
	causeHeader  = lang.Text{Ru: "Причина", Kk: "Себебі", En: "Cause"}
	adviceHeader = lang.Text{Ru: "Что сделать", Kk: "Не істеу керек", En: "What to do"}
)

// explanation tells why a row was not taken and what to do.
type explanation struct{ cause, advice lang.Text }

var explanations = map[string]explanation{
	sheet.TooLong: {lang.Text{Ru: "Строка длиннее 1 МБ", Kk: "Жол 1 МБ-тан ұзын", En: "The line is longer than 1 MB"}, lang.Text{Ru: "Проверьте, не потерян ли перевод строки", Kk: "Жолды бөлу таңбасы жоғалмағанын тексеріңіз", En: "Check whether a line break was lost"}},
	sheet.Quotes:  {lang.Text{Ru: "Кавычки не закрыты", Kk: "Тырнақша жабылмаған", En: "Quotes are not closed"}, lang.Text{Ru: "Уберите лишние кавычки или удвойте их внутри ячейки", Kk: "Артық тырнақшаны алып тастаңыз немесе ұяшық ішінде екі еселеңіз", En: "Remove the odd quote, or double the quotes inside the cell"}},
	sheet.Encoded: {lang.Text{Ru: "Строка записана в другой кодировке", Kk: "Жол басқа кодтаумен жазылған", En: "The line is in another encoding"}, lang.Text{Ru: "Сохраните файл целиком в UTF-8", Kk: "Файлды толығымен UTF-8 форматында сақтаңыз", En: "Save the whole file as UTF-8"}},
	sheet.TooWide: {lang.Text{Ru: "В строке больше ячеек, чем столбцов", Kk: "Жолдағы ұяшықтар бағандардан көп", En: "The row has more cells than there are columns"}, lang.Text{Ru: "Уберите лишний разделитель или возьмите значение в кавычки", Kk: "Артық бөлгішті алып тастаңыз немесе мәнді тырнақшаға алыңыз", En: "Remove the odd delimiter, or put the value in quotes"}},
	codeNoAddress: {lang.Text{Ru: "Нет ни адреса, ни телефона", Kk: "Мекенжай да, телефон да жоқ", En: "There is neither an address nor a telephone"}, lang.Text{Ru: "Укажите электронную почту или телефон", Kk: "Электрондық пошта немесе телефон көрсетіңіз", En: "Give an e-mail address or a telephone"}},
	codeTooLongV:  {lang.Text{Ru: "Значение слишком длинное", Kk: "Мән тым ұзын", En: "The value is too long"}, lang.Text{Ru: "Сократите имя до 100 знаков, поле — до 1000", Kk: "Есімді 100 таңбаға, өрісті 1000 таңбаға дейін қысқартыңыз", En: "Shorten names to 100 characters, fields to 1,000"}},

	sheet.NotACard:  {lang.Text{Ru: "Строка вне карточки или карточка без конца", Kk: "Карточкадан тыс жол немесе соңы жоқ карточка", En: "A line outside of cards, or a card without its end"}, lang.Text{Ru: "Проверьте, что карточка начинается с BEGIN:VCARD и кончается END:VCARD", Kk: "Карточка BEGIN:VCARD деп басталып, END:VCARD деп аяқталатынын тексеріңіз", En: "Check that a card begins with BEGIN:VCARD and ends with END:VCARD"}},
	"value.number":  {lang.Text{Ru: "Ждали число", Kk: "Сан болуы керек еді", En: "A number was expected"}, lang.Text{Ru: "Напишите число, например 1200,50", Kk: "Сан жазыңыз, мысалы 1200,50", En: "Write a number, like 1200.50"}},
	"value.date":    {lang.Text{Ru: "Ждали дату", Kk: "Күн болуы керек еді", En: "A date was expected"}, lang.Text{Ru: "Напишите день, например 31.03.2026", Kk: "Күнді жазыңыз, мысалы 31.03.2026", En: "Write a day, like 2026-03-31"}},
	"value.boolean": {lang.Text{Ru: "Ждали «да» или «нет»", Kk: "«Иә» немесе «жоқ» болуы керек еді", En: "“Yes” or “no” was expected"}, lang.Text{Ru: "Напишите да или нет", Kk: "Иә немесе жоқ деп жазыңыз", En: "Write yes or no"}},
	"value.choice":  {lang.Text{Ru: "Такого варианта у поля нет", Kk: "Өрісте мұндай нұсқа жоқ", En: "The field has no such choice"}, lang.Text{Ru: "Возьмите один из вариантов поля или добавьте новый в настройках полей", Kk: "Өріс нұсқаларының бірін алыңыз немесе өріс баптауларында жаңасын қосыңыз", En: "Take one of the field's choices, or add one in the settings of fields"}},
	"value.list":    {lang.Text{Ru: "Слишком много значений в списке или они длинные", Kk: "Тізімдегі мәндер тым көп немесе ұзын", En: "Too many or too long values in the list"}, lang.Text{Ru: "Оставьте до 50 значений, каждое до 100 знаков", Kk: "Әрқайсысы 100 таңбаға дейін 50 мән қалдырыңыз", En: "Leave at most 50 values of at most 100 characters"}},

	"email.empty":      {lang.Text{Ru: "Адрес пуст", Kk: "Мекенжай бос", En: "The address is empty"}, lang.Text{Ru: "Укажите электронную почту", Kk: "Электрондық поштаны көрсетіңіз", En: "Give an e-mail address"}},
	"email.no_at":      {lang.Text{Ru: "В адресе должна быть одна @", Kk: "Мекенжайда бір @ болуы керек", En: "An address needs exactly one @"}, lang.Text{Ru: "Проверьте адрес, например name@example.kz", Kk: "Мекенжайды тексеріңіз, мысалы name@example.kz", En: "Check the address, like name@example.kz"}},
	"email.local_part": {lang.Text{Ru: "Часть до @ записана неверно", Kk: "@ дейінгі бөлік қате", En: "The part before @ is wrong"}, lang.Text{Ru: "Уберите точки по краям и двойные точки", Kk: "Шеткі және қос нүктелерді алып тастаңыз", En: "Remove dots at the edges and double dots"}},
	"email.quoted":     {lang.Text{Ru: "В адресе пробел, кавычки или несколько адресов", Kk: "Мекенжайда бос орын, тырнақша немесе бірнеше мекенжай бар", En: "The address has spaces or quotes, or there are several"}, lang.Text{Ru: "Оставьте один адрес без пробелов", Kk: "Бос орынсыз бір мекенжай қалдырыңыз", En: "Leave one address without spaces"}},
	"email.character":  {lang.Text{Ru: "В адресе недопустимый знак", Kk: "Мекенжайда рұқсат етілмеген таңба бар", En: "The address has a character that is not allowed"}, lang.Text{Ru: "Уберите этот знак", Kk: "Осы таңбаны алып тастаңыз", En: "Remove the character"}},
	"email.domain":     {lang.Text{Ru: "Часть после @ не похожа на домен", Kk: "@ кейінгі бөлік доменге ұқсамайды", En: "The part after @ is not a domain"}, lang.Text{Ru: "Проверьте домен, например mail.kz", Kk: "Доменді тексеріңіз, мысалы mail.kz", En: "Check the domain, like mail.kz"}},
	"email.too_long":   {lang.Text{Ru: "Адрес длиннее 254 знаков", Kk: "Мекенжай 254 таңбадан ұзын", En: "The address is longer than 254 bytes"}, lang.Text{Ru: "Проверьте, не склеились ли два адреса", Kk: "Екі мекенжай қосылып кетпегенін тексеріңіз", En: "Check whether two addresses were glued together"}},
	"email.lookalike":  {lang.Text{Ru: "В адресе смешаны латинские и русские буквы", Kk: "Мекенжайда латын және кирилл әріптері араласқан", En: "The address mixes Latin and Cyrillic letters"}, lang.Text{Ru: "Наберите адрес латиницей", Kk: "Мекенжайды латынша теріңіз", En: "Type the address in Latin letters"}},
	"email.role":       {lang.Text{Ru: "Служебный адрес, а не человек", Kk: "Бұл адам емес, қызметтік мекенжай", En: "A technical address, not a person"}, lang.Text{Ru: "Укажите личный адрес", Kk: "Жеке мекенжайды көрсетіңіз", En: "Give a person's address"}},
	"email.layout":     {lang.Text{Ru: "Адрес набран в другой раскладке", Kk: "Мекенжай басқа пернетақта тілінде терілген", En: "The address was typed with the keyboard in another language"}, lang.Text{Ru: "Наберите адрес латиницей", Kk: "Мекенжайды латынша теріңіз", En: "Type the address in Latin letters"}},
	"phone.short":      {lang.Text{Ru: "Короткий номер", Kk: "Қысқа нөмір", En: "A short number"}, lang.Text{Ru: "Укажите полный номер", Kk: "Толық нөмірді көрсетіңіз", En: "Give the whole number"}},
	"phone.several":    {lang.Text{Ru: "Больше одного номера", Kk: "Бірден көп нөмір", En: "More than one number"}, lang.Text{Ru: "Оставьте один номер", Kk: "Бір нөмір қалдырыңыз", En: "Leave one number"}},
	"phone.character":  {lang.Text{Ru: "В телефоне не только цифры", Kk: "Телефонда цифрдан басқа таңба бар", En: "The telephone has more than digits"}, lang.Text{Ru: "Оставьте только номер", Kk: "Тек нөмірді қалдырыңыз", En: "Leave only the number"}},
	"phone.length":     {lang.Text{Ru: "В телефоне не хватает цифр или есть лишние", Kk: "Телефонда цифр жетпейді немесе артық", En: "The telephone has too few or too many digits"}, lang.Text{Ru: "Проверьте номер, например +7 701 123 45 67", Kk: "Нөмірді тексеріңіз, мысалы +7 701 123 45 67", En: "Check the number, like +7 701 123 45 67"}},
	"phone.country":    {lang.Text{Ru: "В телефоне нет кода страны", Kk: "Телефонда ел коды жоқ", En: "The telephone has no country code"}, lang.Text{Ru: "Допишите код со знаком +", Kk: "+ таңбасымен кодты қосыңыз", En: "Add the code with +"}},
}

var unexplained = explanation{lang.Text{Ru: "Строка не принята", Kk: "Жол қабылданбады", En: "The row was not taken"}, lang.Text{Ru: "Проверьте значения", Kk: "Мәндерді тексеріңіз", En: "Check the values"}}

func explain(code string) explanation {
	if e, ok := explanations[code]; ok {
		return e
	}
	return unexplained
}
