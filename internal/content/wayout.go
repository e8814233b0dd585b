package content

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/content/sight"
	"keruen/internal/lang"
)

// WayOut is how one leaves the messages of a channel without HTML: SMS, Viber, chats (AUD-2).
type WayOut struct {
	Link   string   // the short address of this very message, or the placeholder that stands for it; "" when the channel has none
	Words  []string // what may be answered, such as СТОП, ТОҚТАТ, STOP; none when answers are not read
	Number string   // to which an answer goes, "" when it is the sender itself
}

// Said is a message of words, with the captions of its buttons where the channel has them.
type Said struct {
	Text    string
	Buttons []string
}

// withButtons are the channels whose messages may have buttons.
var withButtons = map[channel.Kind]bool{channel.Viber: true, channel.WhatsApp: true, channel.Telegram: true}

// The platform's own words: a line for channels where every character is paid for, a sentence and a button for chats.
var (
	wayLine   = lang.Text{Ru: "Отписка: ", Kk: "Бас тарту: ", En: "Opt out: "}
	wayAnswer = lang.Text{Ru: "Отписка: ответьте ", Kk: "Бас тарту: жауап ", En: "Opt out: reply "}
	wayTo     = lang.Text{Ru: " на ", Kk: ", нөмір ", En: " to "}
	wayButton = lang.Text{Ru: "Отписаться", Kk: "Бас тарту", En: "Unsubscribe"}
)

// SayWayOut sees to it that a message of advertising tells how to leave. One that does so plainly stays as it is; to one that does not
// the platform's line or button is added; one that hides it or speaks against it is refused with the reason.
// cost is how many characters were added to the text, 0 for a button; they count towards the length of an SMS.
func SayWayOut(on channel.Kind, m Said, w WayOut, l lang.Lang) (out Said, cost int, problems []Problem) {
	f := &found{}
	if sentence, ok := sight.Hinders(m.Text); ok {
		f.add("text", m.Text, max(0, strings.Index(m.Text, sentence)), "wayout.hurdle", "words", sentence)
		return m, 0, f.list
	}
	told, wrong := w.told(m.Text)
	for _, b := range m.Buttons {
		if withButtons[on] && sight.Speaks(b) {
			why := sight.Means(b)
			if told = told || why == ""; why != "" {
				f.add("text", "", 0, "wayout.button", "reason", why, "words", b)
			}
		}
	}
	switch {
	case told:
		return m, 0, f.list
	case wrong != "":
		f.add("text", "", 0, "wayout.hidden", "reason", wrong)
		return m, 0, f.list
	}
	f.add("text", "", 0, "wayout.added")
	if withButtons[on] {
		m.Buttons = append(slices.Clip(m.Buttons), wayButton.In(l))
		return m, 0, f.list
	}
	line := w.Line(on, l)
	m.Text = strings.TrimRightFunc(m.Text, unicode.IsSpace)
	for gapBefore(m.Text+"\n") != "" { // the author's void may not push our line out of sight
		m.Text = strings.TrimRightFunc(m.Text[:strings.LastIndexByte(m.Text, '\n')+1], unicode.IsSpace)
	}
	m.Text += line
	return m, utf8.RuneCountInString(line), f.list
}

// Line is what the platform adds to a text that does not tell how to leave, with the break before it.
// Its length is what the way out costs in characters.
func (w WayOut) Line(on channel.Kind, l lang.Lang) string {
	lead := "\n"
	if on == channel.SMS && w.Link != "" {
		return lead + wayLine.In(l) + w.Link
	}
	if len(w.Words) == 0 {
		return lead + wayLine.In(l) + w.Link
	}
	line := lead + wayAnswer.In(l) + w.Words[0]
	if w.Number != "" {
		line += wayTo.In(l) + w.Number
	}
	return line
}

// told tells whether a text says plainly how to leave. Otherwise wrong is why what it says does not count; "" when it says nothing.
func (w WayOut) told(text string) (ok bool, wrong string) {
	if w.Link != "" {
		if wrong = w.wrongLink(text); wrong == "" && strings.Contains(text, w.Link) {
			return true, ""
		}
	}
	for _, word := range w.Words {
		ok, why := w.word(text, word)
		if ok {
			return true, ""
		}
		if wrong == "" {
			wrong = why
		}
	}
	return false, wrong
}

const (
	maxBreaks = 5  // lines without a word before the way out: as many push it out of sight
	maxSpaces = 40 // gaps in a row on one line
)

// writtenWay is the placeholder of the way out as authors write it.
var writtenWay = regexp.MustCompile(`\{\{\s*unsubscribe_url\s*(?:\|[^}]*)?\}\}`)

// writtenBlock is where a condition or a loop begins, goes on or ends; nobody reads that.
var writtenBlock = regexp.MustCompile(`\{\{\s*(?:[#/]|else\b)[^}]*\}\}`)

// wrongLink tells why the link in a text cannot be used: split, lookalike, in_query, glued, far_below, reversed.
// "" when it can be at least once, and when it is not there at all.
func (w WayOut) wrongLink(text string) (wrong string) {
	for at := 0; ; {
		i := strings.Index(text[at:], w.Link)
		if i < 0 {
			break
		}
		start, end := at+i, at+i+len(w.Link)
		why := linkAt(text, start, end)
		if why == "" {
			return ""
		}
		wrong, at = why, end
	}
	if wrong != "" {
		return wrong
	}
	plain := strings.Map(drop(sight.Unseen), text)
	switch {
	case strings.Contains(plain, w.Link):
		return "split"
	case len(w.Link) > 6 && strings.Contains(strings.Map(drop(unicode.IsSpace), plain), w.Link):
		return "split"
	case strings.Contains(sight.Fold(text), sight.Fold(w.Link)):
		return "lookalike"
	default:
		return ""
	}
}

func drop(what func(rune) bool) func(rune) rune {
	return func(r rune) rune {
		if what(r) {
			return -1
		}
		return r
	}
}

// linkAt tells why the link at a place of a text cannot be used.
func linkAt(text string, start, end int) string {
	before := text[:start]
	if head := before[strings.LastIndexFunc(before, unicode.IsSpace)+1:]; head != "" {
		head = strings.TrimSuffix(strings.TrimSuffix(head, "https://"), "http://")
		if strings.ContainsAny(head, "/?=&#") {
			return "in_query"
		}
		if r, _ := utf8.DecodeLastRuneInString(head); unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '@' {
			return "glued"
		}
	}
	if r, _ := utf8.DecodeRuneInString(text[end:]); end < len(text) && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/?&=#@-_", r)) {
		return "glued"
	}
	return gapBefore(before)
}

// gapBefore tells whether what follows is out of sight: after many empty lines, after a long gap, or turned round.
func gapBefore(before string) string {
	lines := strings.Split(before, "\n")
	last := len(lines) - 1
	if strings.LastIndexAny(lines[last], "\u202e\u2067") > strings.LastIndexAny(lines[last], "\u202c\u2069") {
		return "reversed"
	}
	gap := 0
	for _, r := range lines[last] {
		if gap++; !unicode.IsSpace(r) && !sight.Unseen(r) {
			gap = 0
		}
		if gap > maxSpaces {
			return "far_below"
		}
	}
	empty := 0
	for i := last - 1; i >= 0 && bare(lines[i]); i-- {
		if empty++; empty >= maxBreaks {
			return "far_below"
		}
	}
	return ""
}

// bare tells of a line without a word: empty, or dots and dashes.
func bare(line string) bool {
	n := 0
	for _, r := range line {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n == 0
}

var answers = regexp.MustCompile(`(?i)(?:ответ|отправ|напиш|пришл|набер|сообщени|жауап|жібер|жаз|reply|send|text|answer|write)`)

// word tells whether a text says to answer with a word: the word by itself, in a sentence that says what it is for.
func (w WayOut) word(text, word string) (ok bool, wrong string) {
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?\n", r) }) {
		ok, why := w.wordIn(line, word)
		if why != "" {
			wrong = why
			continue
		}
		if !ok {
			continue
		}
		if wrong = gapBefore(text[:strings.Index(text, line)+len(line)-len(strings.TrimLeftFunc(line, unicode.IsSpace))]); wrong == "" {
			return true, ""
		}
	}
	return false, wrong
}

func (w WayOut) wordIn(line, word string) (ok bool, wrong string) {
	if !sight.Speaks(line) && !answers.MatchString(line) {
		return false, ""
	}
	tokens := strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !sight.Unseen(r) })
	for _, t := range tokens {
		switch {
		case strings.EqualFold(t, word):
			if w.Number != "" && !strings.Contains(line, w.Number) {
				return false, "no_number"
			}
			if negated.MatchString(line) {
				return false, "says_stay"
			}
			return true, ""
		case strings.EqualFold(strings.Map(drop(sight.Unseen), t), word):
			return false, "split"
		case sight.Fold(t) == sight.Fold(word):
			return false, "lookalike"
		}
	}
	return false, ""
}

var negated = regexp.MustCompile(`(?i)(?:не отправл|не отвеча|не пиш|не присыл|жібермеңіз|жазбаңыз|жауап бермеңіз|do not (?:reply|send|text)|don.t (?:reply|send|text))`)
