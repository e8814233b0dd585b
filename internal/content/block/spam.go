package block

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

//go:embed spam.txt
var spamText string

type claim struct{ reason, words string }

var claims = sync.OnceValue(func() []claim {
	var out []claim
	for line := range strings.Lines(spamText) {
		if parts := strings.SplitN(strings.TrimSpace(line), " ", 3); len(parts) == 3 && parts[0] != "#" {
			out = append(out, claim{parts[1], parts[2]})
		}
	}
	return out
})

// spam finds claims for which filters and readers take a letter for junk, each with its reason.
func spam(d *Doc, subject string) []Problem {
	var w writer
	if loud(subject) {
		w.problem("", "spam.capitals")
	}
	if strings.Count(subject, "!") > 1 {
		w.problem("", "spam.exclamation")
	}
	look := func(block, text string) {
		text = strings.ToLower(text)
		for _, c := range claims() {
			if strings.Contains(text, c.words) {
				w.problem(block, "spam."+c.reason, "words", c.words)
			}
		}
	}
	look("", subject)
	walk(d, func(b *Block) {
		for _, t := range texts(b) {
			for _, rich := range t {
				look(b.ID, rich.plain())
			}
		}
	})
	return w.problems
}

// texts are the rich texts of a block.
func texts(b *Block) []Texts {
	switch x := b.Body.(type) {
	case *Heading:
		return []Texts{x.Text}
	case *Text:
		return []Texts{x.Text}
	case *Button:
		return []Texts{x.Text}
	case *Coupon:
		return []Texts{x.Text}
	}
	return nil
}

// loud tells of a line that is mostly capitals.
func loud(s string) bool {
	letters, upper := 0, 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
			if unicode.IsUpper(r) {
				upper++
			}
		}
	}
	return letters > 12 && upper*10 > letters*7
}
