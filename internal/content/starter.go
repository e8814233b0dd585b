package content

import (
	_ "embed"
	"strings"

	"keruen/internal/lang"
)

//go:embed starter.html
var starterHTML string

// starterWords are the texts of the built-in letter by the names that stand in starter.html.
var starterWords = map[string]lang.Text{
	"name":      {Ru: "Приглашение", Kk: "Шақыру", En: "Invitation"},
	"subject":   {Ru: "{{first_name|Здравствуйте}}, приглашаем на открытие", Kk: "{{first_name|Құрметті дос}}, ашылу салтанатына шақырамыз", En: "{{first_name|Hello}}, come to our opening"},
	"preheader": {Ru: "Первая чашка кофе — за наш счёт", Kk: "Алғашқы кофе — біздің есептен", En: "The first cup of coffee is on us"},
	"kicker":    {Ru: "Приглашение", Kk: "Шақыру", En: "Invitation"},
	"headline":  {Ru: "Мы открываемся и ждём вас", Kk: "Біз ашыламыз, сізді күтеміз", En: "We are opening, and you are invited"},
	"lead": {Ru: "С понедельника работаем на новом месте. Покажите это письмо — и первая чашка кофе за наш счёт.",
		Kk: "Дүйсенбіден бастап жаңа жерде жұмыс істейміз. Осы хатты көрсетіңіз — алғашқы кофе біздің есептен.",
		En: "From Monday you will find us in a new place. Show this letter, and the first cup of coffee is on us."},
	"button":   {Ru: "Посмотреть меню", Kk: "Мәзірді көру", En: "See the menu"},
	"greeting": {Ru: "{{first_name|Здравствуйте}}, рады сообщить новость первыми.", Kk: "{{first_name|Сәлеметсіз бе}}, жаңалықты алғашқы болып айтуға қуаныштымыз.", En: "{{first_name|Hello}}, we are glad to tell you first."},
	"story": {Ru: "Мы варим кофе из зёрен, которые обжариваем сами, печём хлеб каждое утро и держим тихий зал, где можно поработать. Приходите одни или с друзьями: место найдётся.",
		Kk: "Кофені өзіміз қуырған дәндерден қайнатамыз, нанды күн сайын таңертең пісіреміз, жұмыс істеуге арналған тыныш зал бар. Жалғыз не достарыңызбен келіңіз: орын табылады.",
		En: "We brew coffee from beans that we roast ourselves, bake bread every morning and keep a quiet room to work in. Come alone or with friends: there is a seat for you."},
	"when":   {Ru: "Когда", Kk: "Қашан", En: "When"},
	"hours":  {Ru: "Каждый день, 8:00–22:00", Kk: "Күн сайын, 8:00–22:00", En: "Every day, 8:00–22:00"},
	"where":  {Ru: "Где", Kk: "Қайда", En: "Where"},
	"place":  {Ru: "Алматы, проспект Абая, 10", Kk: "Алматы, Абай даңғылы, 10", En: "10 Abay Avenue, Almaty"},
	"ask":    {Ru: "Вопросы", Kk: "Сұрақтар", En: "Questions"},
	"bye":    {Ru: "До встречи,", Kk: "Кездескенше,", En: "See you soon,"},
	"why":    {Ru: "Вы получили это письмо, потому что согласились получать наши новости.", Kk: "Бұл хатты жаңалықтарымызды алуға келіскеніңіз үшін алдыңыз.", En: "You received this letter because you agreed to our news."},
	"reason": footerReason, "choose": footerChoices, "leave": footerLeave,
}

// Starter returns the ready letter in a language: responsive, dark scheme included, with its own way out. It uses
// no field that an account may lack.
func Starter(l lang.Lang) Letter {
	pairs := []string{"[[lang]]", string(l)}
	for name, text := range starterWords {
		pairs = append(pairs, "[["+name+"]]", text.In(l))
	}
	return Letter{
		Subject: starterWords["subject"].In(l), Preheader: starterWords["preheader"].In(l),
		HTML: strings.NewReplacer(pairs...).Replace(starterHTML),
	}
}

// Builtins returns the templates that come with the product, one per language. Their ids are 1, 2 and 3.
func Builtins() []Template {
	out := make([]Template, len(lang.All))
	for i, l := range lang.All {
		out[i] = Template{ID: TemplateID(i + 1), Name: starterWords["name"].In(l), Lang: l, Letter: Starter(l), Builtin: true, Version: 1}
	}
	return out
}

func builtin(t TemplateID) (Template, bool) {
	if t < 1 || int(t) > len(lang.All) {
		return Template{}, false
	}
	return Builtins()[t-1], true
}

// Sample returns values to show a letter with when no contact is chosen.
func Sample(l lang.Lang) Values {
	return Values{
		Email: "aigerim@example.kz", Phone: "+77010000000", Lang: string(l), UnsubscribeURL: "#", PreferencesURL: "#", WhyURL: "#",
		FirstName: lang.Text{Ru: "Айгерим", Kk: "Айгерім", En: "Aigerim"}.In(l), LastName: lang.Text{Ru: "Сейткали", Kk: "Сейтқали", En: "Seitkali"}.In(l),
		AccountName: lang.Text{Ru: "Ваша компания", Kk: "Сіздің компанияңыз", En: "Your company"}.In(l),
	}
}
