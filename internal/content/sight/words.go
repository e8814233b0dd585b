package sight

import (
	"regexp"
	"strings"
	"unicode"
)

// lookalikes maps letters that are drawn alike to one, so that a word is known however it was typed.
var lookalikes = strings.NewReplacer("а", "a", "е", "e", "ё", "e", "о", "o", "р", "p", "с", "c", "у", "y", "х", "x", "к", "k", "м", "m", "т", "t", "в", "b", "н", "h", "і", "i", "ү", "y",
	"ө", "o", "α", "a", "ο", "o", "ı", "i")

// Means tells what is wrong with the words of a button that leaves: no_text, misleading or says_stay; "" when they are plain.
func Means(words string) string { return meaning(words, "") }

// Speaks tells whether a text is about leaving.
func Speaks(text string) bool { return leaves.MatchString(fold(text)) }

// Hinders finds the sentence by which a text says that leaving is dear, hard or impossible.
func Hinders(text string) (sentence string, ok bool) { return hurdle(text) }

// Fold makes texts comparable as the eye does: case, gaps, what cannot be seen and letters drawn alike make no difference.
func Fold(s string) string { return fold(s) }

// Unseen tells of characters that leave no mark.
func Unseen(r rune) bool { return unseen(r) }

// fold makes words comparable: lower case, one space between, nothing that cannot be seen, letters drawn alike the same.
func fold(s string) string {
	var b strings.Builder
	space := true
	for _, r := range strings.ToLower(s) {
		switch {
		case unseen(r):
		case unicode.IsSpace(r) || r == '_':
			if !space {
				b.WriteByte(' ')
			}
			space = true
		default:
			b.WriteRune(r)
			space = false
		}
	}
	return together(strings.TrimSpace(lookalikes.Replace(b.String())))
}

// unseen tells of characters that leave no mark: zero-width ones, marks of direction, variation selectors, fillers.
func unseen(r rune) bool {
	return r == 0xAD || r == 0x34F || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x2800 || unicode.Is(unicode.Cf, r) || r >= 0xFE00 && r <= 0xFE0F
}

// together joins letters that were set apart, as in "о т п и с а т ь с я".
func together(s string) string {
	f := strings.Fields(s)
	single := 0
	for _, w := range f {
		if len([]rune(w)) == 1 {
			single++
		}
	}
	if len(f) > 4 && single*10 >= len(f)*8 {
		return strings.Join(f, "")
	}
	return s
}

// letters counts what can be read in a text.
func letters(s string) (n int) {
	for _, r := range s {
		if !unseen(r) && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			n++
		}
	}
	return n
}

// pattern makes an expression of stems separated by "|"; each begins a word.
func pattern(stems string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^\pL\pN])(?:` + lookalikes.Replace(stems) + `)`)
}

var (
	// leaves are words that can only mean leaving.
	leaves = pattern(`отпис|не интерес|хватит (?:пис|рассыл)|не беспоко|(?:выйти|уйти) из (?:рассыл|спис)|покинуть (?:рассыл|спис)|убрать меня|снять (?:подпис|с рассыл)|аннулировать подпис|отказаться от|отказ от (?:рассыл|подпис|писем|получ)|не (?:хочу |хотите |желаю )?(?:больше )?получать|больше не (?:получать|присылать|писать)|не присылать|прекратить получ|` +
		`отменить (?:подписку|рассылку)|отключить (?:рассылку|уведомл|письма)|удалить меня|исключить (?:меня )?из|` +
		`бас тарт|жазылымнан шығ|жазылудан|жазылымды (?:тоқтат|өшір|болдырма)|таратылымнан шығ|тізімнен (?:шығ|өшір)|хат(?:тар)? алғым келмейді|хат алмау|алғым келмейді|жіберме|керек емес|алуды тоқтат|хабарламаларды (?:тоқтат|өшір)|` +
		`unsub|un-subscrib|turn off|switch off|don.t e?-?mail|stop e?-?mail|opt(?:ing)?[ -]?out|opt me out|optout|stop (?:receiving|getting|these|emails?|mail|sending)|no more (?:e-?mail|mail|letters|messages)|no longer (?:wish|want|receive)|don.t want (?:these|this|to receive|to get)|` +
		`do not (?:want|wish) to (?:receive|get)|remove me|take me off|leave (?:this|the|our) (?:mailing )?list|leave mailing|` +
		`abmeld|abbestell|austragen|abonelik|listeden çık|desinscri|désinscri|désabonn|se désab|darse de baja|cancelar (?:la )?su[bs]|dar de baja|baja de|anular suscri|descadastr|cancelar inscri|disiscri|annulla l.iscri|cancellati|` +
		`uitschrijv|afmeld|avregistrer|avsluta pren|avmeld|afmeld|peruuta tilaus|wypis|rezygn|zrezygn|odhl|odjav|dezabon|leiratk|διαγραφ|відпис|скасув|адпіс|chiqish|obunani|obunadan|жазылуудан|баш тарт|отпиш|отабунуд`)
	// settings are words of pages where one can leave, and others that may mean it.
	settings = pattern(`подписк|рассылк|предпочт|настро(?:йк|ить)|отказ|управл|уведомлени|отмен|отключ|прекрат|удалить|стоп|stop|баптау|басқару|жазылым|таратылым|хабарлама|тоқтат|өшір|` +
		`частот|профил|preferenc|profile|frequency|subscription|email settings|mail settings|notification|manage|remove|cancel|leave|mailing list|settings|unlist|einstellung|préféren|preferenz|preferi|tercih`)
	// refusals deny leaving; stays are words that say the opposite of it.
	refusals = pattern(`не отпис|не отказ|не хочу отпис|не надо отпис|бас тартпа|do not unsub|don.t unsub|never unsub`)
	stays    = pattern(`остаться|остаюсь|продолжить получ|қалу|жазылып қал|keep (?:me|my|sub)|stay|remain|continue receiv`)
	// lures are words of other things that links are for.
	lures = pattern(`подписаться|подпишит|подпишись|получить|получите|забрать|заберите|подар|скидк|бонус|приз|выигр|купить|купи|заказ|каталог|товар|магазин|корзин|оплат|смотреть|посмотр|открыть|браузер|веб-верс|онлайн|` +
		`подробн|узнать|читать|читайте|далее|перейти|отзыв|акци|распрода|цен[аыу]|промокод|главн|сайт|контакт|поддержк|политик|оферт|условия|правила|сыйлық|жеңілдік|сатып|тапсырыс|көру|браузерде|толығырақ|дүкен|алу|` +
		`subscribe|get|claim|gift|bonus|prize|win|buy|shop|order|cart|catalog|discount|sale|off|save|deal|view|open|browser|online|read|learn|more|details|review|download|privacy|policy|terms|contact|support|home|website|visit|pay|log ?in|sign ?up|sign ?in|join|confirm|verify`)
	// pointers are words that mean what stands beside them.
	pointers = pattern(`здесь|тут|сюда|по ссылке|ссылк|эт|нажм|кликн|щёлкн|жмите|осында|мұнда|осы|сілтеме|бас(?:ыңыз|у)|here|click|tap|this|link|press|hier|aquí|ici|qui|buraya|bu yerga`)
	// hurdles are sentences that keep people from leaving.
	hurdles = []*regexp.Regexp{
		pattern(`(?:отпис|отказ(?:аться)? от (?:рассыл|подпис|писем))[^.!?]{0,60}(?:невозможн|нельзя|платн[оа]|платная|стоит|стоимость|оплат|штраф|взима|комисси|тенге|тг|руб|₸|только (?:по|через|в|лично|при)|по телефон|позвон|звон|заявлени|паспорт|приезж|офис)`),
		pattern(`(?:невозможно|нельзя|запрещено|не получится|не сможете|не можете|заплат)[^.!?]{0,40} (?:отпис|отказаться от (?:рассыл|подпис|писем))`),
		pattern(`(?:для|чтобы|за) (?:отпис|отказаться от (?:рассыл|подпис|писем)|отказа от (?:рассыл|подпис|писем))[^.!?]{0,40} (?:позвон|заплат|оплат|приезж|паспорт|заявлени|платн|тенге|тг|руб)`),
		pattern(`(?:бас тарт|жазылымнан)[^.!?]{0,60}(?:мүмкін емес|болмайды|ақылы|төле|теңге|тг|қоңырау|телефон арқылы|өтініш|кеңсе|жеке куәлік)`),
		pattern(`(?:unsub|opt(?:ing)?[ -]?out)[^.!?]{0,60}(?:impossible|not possible|not allowed|costs?|fee|charge|payment|penalt|only by|by phone|call us|by calling|by post|in person|written request|is disabled|not available)`),
		pattern(`(?:cannot|can.t|can not|unable to|not possible to|impossible to|forbidden to|call (?:us )?(?:\S+ ){0,4}to|pay (?:\S+ ){0,4}to|phone (?:\S+ ){0,4}to) (?:unsub|opt[ -]?out)`),
		pattern(`to (?:unsubscribe|opt[ -]?out),? (?:please )?(?:call|phone|pay|visit our|send a (?:letter|written)|write to us by post|fax)`),
	}
	// stuck begins help for those with whom the link does not work.
	stuck        = pattern(`(?:если|егер|if|should)[^.!?]{0,40} (?:не може|не получ|не удал|не работ|cannot|can.t|could not|unable|does ?n.t work|not work|мүмкін болмаса|болмаса)`)
	aboutLeaving = pattern(`отпис|отказ|бас тарт|жазылым|unsub|opt`)
	free         = pattern(`бесплатн|без оплаты|не нужно|не надо|не требу|тегін|free|no charge|at no cost|without (?:charge|any)`)
)

// meaning tells what is wrong with the words of a link that leaves; around is the text beside it.
func meaning(link, around string) string {
	words := fold(link)
	switch {
	case letters(link) < minLetters:
		return "no_text"
	case foreign(words):
		return ""
	case refusals.MatchString(words):
		return "says_stay"
	case leaves.MatchString(words):
		return ""
	case stays.MatchString(words):
		return "says_stay"
	case lures.MatchString(words):
		return "misleading"
	case settings.MatchString(words):
		return ""
	case pointers.MatchString(words) && (leaves.MatchString(fold(around)) || settings.MatchString(fold(around))):
		return ""
	default:
		return "misleading"
	}
}

// minLetters is the shortest text of a link that leaves: a dot or a dash would be a mask.
const minLetters = 3

// foreign tells a text in letters that nothing here can read; it is taken at its word.
func foreign(s string) bool {
	known := 0
	other := 0
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		if unicode.Is(unicode.Latin, r) || unicode.Is(unicode.Cyrillic, r) || unicode.Is(unicode.Greek, r) {
			known++
		} else {
			other++
		}
	}
	return other > known
}

// hurdle finds a sentence by which a letter says that leaving is dear, hard or impossible.
func hurdle(text string) (string, bool) {
	if !aboutLeaving.MatchString(fold(text)) {
		return "", false
	}
	for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?\n•|", r) }) {
		low := fold(sentence)
		if free.MatchString(low) || stuck.MatchString(low) {
			continue
		}
		for _, h := range hurdles {
			if h.MatchString(low) {
				sentence = strings.Join(strings.Fields(sentence), " ")
				if r := []rune(sentence); len(r) > 80 {
					sentence = string(r[:80]) + "…"
				}
				return sentence, true
			}
		}
	}
	return "", false
}

// reversed tells whether letters that run from left to right are shown from right to left.
func reversed(s string, override bool) bool {
	if strings.ContainsRune(s, '\u202e') {
		override = true
	}
	if !override {
		return false
	}
	for _, r := range s {
		if unicode.IsLetter(r) {
			return !unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana)
		}
	}
	return false
}
