package content

import (
	"strings"
	"unicode/utf8"

	"keruen/internal/channel"
	"keruen/internal/lang"
)

// Limits of a letter.
const (
	SizeWarning = 90 << 10  // bytes of HTML
	SizeLimit   = 102 << 10 // bytes of HTML; Gmail cuts beyond it (email-delivery.md §16)
	maxSource   = 1 << 20   // bytes of any part: more is not even looked at
	longSubject = 150       // characters
)

// Options say for what a letter is compiled.
type Options struct {
	Purpose channel.Purpose `json:"purpose"`
	Lang    lang.Lang       `json:"lang"`             // of the footer; empty = Russian
	Fields  []string        `json:"fields,omitempty"` // keys of the account's custom fields
	Vars    []string        `json:"vars,omitempty"`   // names that a single message brings along
	// Kinds of the custom fields that are no texts, and the tags and lists that conditions name, by name in small letters.
	Kinds map[string]string `json:"kinds,omitempty"`
	Tags  map[string]int64  `json:"tags,omitempty"`
	Lists map[string]int64  `json:"lists,omitempty"`
	marks bool              // the blocks of a letter keep their ids, for the eye
}

// Compile turns a letter into a template for sending and says what is wrong with it. With an error among the problems the
// template is nil. What every reader must be able to do — leave — is seen to here: see Problem codes "unsubscribe.…" (AUD-2).
func Compile(l Letter, o Options) (*Compiled, []Problem) {
	l, wrong := l.drawn(o)
	t, problems := compile(l, o)
	problems = append(problems, wrong...)
	if Failed(problems) {
		return nil, problems
	}
	return t, problems
}

// compile makes what can be made of a letter, leaving out what is wrong.
func compile(l Letter, o Options) (*Compiled, []Problem) {
	if o.Lang == "" {
		o.Lang = lang.Russian
	}
	f := &found{}
	if l.ofBlocks() {
		f.blocks = l.HTML
	}
	t := &Compiled{}
	k := known{fields: setOf(o.Fields), vars: setOf(o.Vars), kinds: o.Kinds, tags: o.Tags, lists: o.Lists, lang: o.Lang, needs: &t.needs}
	compileSubject(f, k, t, l)
	compileBody(f, k, t, l, o)
	return t, f.list
}

// size is how many bytes the HTML will take, the values not counted.
func (t *Compiled) size() int {
	n := t.html.size
	for i := range t.links {
		n += t.links[i].size
	}
	return n
}

func setOf(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, v := range list {
		m[v] = true
	}
	return m
}

func compileSubject(f *found, k known, t *Compiled, l Letter) {
	if strings.TrimSpace(l.Subject) == "" {
		f.add("subject", "", 0, "subject.missing")
		return
	}
	if utf8.RuneCountInString(l.Subject) > longSubject {
		f.add("subject", "", 0, "subject.long")
	}
	if len(l.Subject) > maxSource {
		return
	}
	s := splitter{found: f, known: k, path: "subject", src: l.Subject}
	s.inner(&t.subject, func() { s.split(&t.subject, l.Subject, 0, escHeader, false, oneLine) })
	t.subject.seal()
	if t.subject.hollow() {
		f.add("subject", "", 0, "subject.branch")
	}
}

func compileBody(f *found, k known, t *Compiled, l Letter, o Options) {
	hasHTML, hasText := strings.TrimSpace(l.HTML) != "", strings.TrimSpace(l.Text) != ""
	if !hasHTML && !hasText {
		f.add("html", "", 0, "body.missing")
		return
	}
	if len(l.HTML) > maxSource || len(l.Text) > maxSource {
		f.add("html", "", 0, "html.too_large", "bytes", max(len(l.HTML), len(l.Text)), "limit", SizeLimit)
		return
	}
	if hasHTML {
		compileHTML(f, k, t, l, o)
	}
	text, path := l.Text, "text"
	if !hasText {
		// Made from the HTML, where its problems have been told already.
		text, path, f = TextOf(l.HTML), "text", &found{}
	}
	if l.ofBlocks() {
		f = &found{} // made from the same blocks as the HTML
	}
	compileText(f, k, t, text, path, o)
	t.tidy = (!hasText || l.ofBlocks()) && t.text.branching()
}

func compileHTML(f *found, k known, t *Compiled, l Letter, o Options) {
	p := &page{splitter: splitter{found: f, known: k, path: "html", src: l.HTML}, t: t, index: map[string]int{}, letter: l, opts: o}
	p.compile()
	t.html = p.out
	size := t.size()
	if size > SizeLimit {
		f.add("html", "", 0, "html.too_large", "bytes", size, "limit", SizeLimit)
		return
	}
	if size > SizeWarning {
		f.add("html", "", 0, "html.size", "bytes", size, "limit", SizeLimit)
	}
}

func compileText(f *found, k known, t *Compiled, text, path string, o Options) {
	s := splitter{found: f, known: k, path: path, src: text}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	s.src = text
	// A placeholder inside an address is percent-encoded, so the pieces are cut at the ends of words.
	s.inner(&t.text, func() {
		for start := 0; start < len(text); {
			end, esc := nextPiece(text, start)
			s.split(&t.text, text[start:end], start, esc, false, same)
			start = end
		}
	})
	if way := writtenWay.FindString(text); way != "" {
		w := WayOut{Link: judgedWay}
		plain := writtenBlock.ReplaceAllString(text, "")
		if why := w.wrongLink(strings.ReplaceAll(writtenWay.ReplaceAllString(plain, judgedWay), "\u00a0", " ")); why != "" {
			f.add(path, text, strings.Index(text, way), "unsubscribe.hidden", "reason", why, "element", way)
		}
	}
	leaves, sometimes := t.text.leaves()
	if sometimes && !leaves && len(t.html.list) == 0 {
		f.add(path, text, max(0, strings.Index(text, "unsubscribe_url")), "unsubscribe.hidden", "reason", "conditional", "element", "{{#if}}")
	}
	if !leaves && o.Purpose.Advertises() {
		writeTextFooter(&t.text, o)
		leaves = true
	}
	t.text.seal()
	if len(t.html.list) == 0 {
		t.Leaves = leaves
	}
}

// nextPiece returns the end of the piece that begins at start: an address up to its end, or everything before the next address.
func nextPiece(text string, start int) (end int, esc escape) {
	next := addressIn(text[start:])
	switch {
	case next < 0:
		return len(text), escText
	case next > 0:
		return start + next, escText
	}
	end = start
	for end < len(text) {
		if strings.HasPrefix(text[end:], "{{") {
			n := closing(text[end+2:])
			if n < 0 {
				return len(text), escURL
			}
			end += n + 4
			continue
		}
		r, size := utf8.DecodeRuneInString(text[end:])
		if r <= ' ' || strings.ContainsRune("<>()\"'«»", r) {
			break
		}
		end += size
	}
	return end, escURL
}

// addressIn returns where the next address begins outside placeholders, -1 when there is none.
func addressIn(text string) int {
	for at := 0; at < len(text); {
		rest := text[at:]
		if strings.HasPrefix(rest, "https://") || strings.HasPrefix(rest, "http://") {
			return at
		}
		if strings.HasPrefix(rest, "{{") {
			if n := closing(rest[2:]); n >= 0 {
				at += n + 4
				continue
			}
		}
		next := strings.IndexAny(rest[1:], "h{")
		if next < 0 {
			return -1
		}
		at += 1 + next
	}
	return -1
}
