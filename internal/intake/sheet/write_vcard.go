package sheet

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

// Card is a person on the way out, as vCard 4.0 (RFC 6350) has it.
type Card struct {
	Email, Phone        string
	FirstName, LastName string
	Lang                string
	ExternalID          string
	Tags                []string
	Fields              []CardField // custom fields, in a property of ours
}

// CardField is a custom field of a card.
type CardField struct{ Key, Value string }

// CardWriter writes vCards one after another.
type CardWriter struct{ out *bufio.Writer }

// WriteCards makes a writer of vCard 4.0.
func WriteCards(w io.Writer) *CardWriter { return &CardWriter{bufio.NewWriterSize(w, 64<<10)} }

// Write adds a card.
func (w *CardWriter) Write(c Card) error {
	w.line("BEGIN:VCARD")
	w.line("VERSION:4.0")
	w.line("FN:" + escape(shown(c)))
	w.line("N:" + escape(c.LastName) + ";" + escape(c.FirstName) + ";;;")
	w.filled("EMAIL:", escape(c.Email))
	if c.Phone != "" {
		w.line("TEL;TYPE=cell;VALUE=uri:tel:" + c.Phone)
	}
	w.filled("LANG:", c.Lang)
	w.filled(externalProperty+":", escape(c.ExternalID))
	tags := make([]string, len(c.Tags))
	for i, t := range c.Tags {
		tags[i] = escape(t)
	}
	w.filled("CATEGORIES:", strings.Join(tags, ","))
	for _, f := range c.Fields {
		w.filled(fieldProperty+";KEY="+f.Key+":", escape(f.Value))
	}
	return w.line("END:VCARD")
}

// Close ends the file; what it is written to stays open.
func (w *CardWriter) Close() error { return w.out.Flush() }

// shown is the name that every card must have (§6.2.1).
func shown(c Card) string {
	for _, s := range []string{strings.TrimSpace(c.FirstName + " " + c.LastName), c.Email, c.Phone} {
		if s != "" {
			return s
		}
	}
	return "?"
}

var toEscape = strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

func escape(s string) string { return toEscape.Replace(s) }

func (w *CardWriter) filled(property, value string) {
	if value != "" {
		_ = w.line(property + value)
	}
}

// line folds at 75 bytes between characters (§3.2).
func (w *CardWriter) line(s string) error {
	for limit := 75; len(s) > limit; limit = 74 {
		cut := limit
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		_, _ = w.out.WriteString(s[:cut] + "\r\n ") // errors stay in the writer
		s = s[cut:]
	}
	_, err := w.out.WriteString(s + "\r\n")
	return err
}
