package content

import (
	"strings"
	"unicode/utf8"

	"keruen/internal/errs"
)

// Severity of a problem.
type Severity string

// Severities. Only an error keeps a letter from being sent.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Notice  Severity = "notice" // something was done for the author, such as adding the footer
)

// Problem is something wrong with a letter, with its place. The cabinet translates by Code; Text is the English sentence.
type Problem struct {
	Severity Severity       `json:"severity"`
	Path     string         `json:"path"`            // subject, preheader, html or text
	Line     int            `json:"line"`            // from 1; 0 when it is about the whole
	Column   int            `json:"column"`          // in characters, from 1
	Block    string         `json:"block,omitempty"` // id of the block or row, in a letter of blocks
	Code     string         `json:"code"`
	Text     string         `json:"text"`
	Params   map[string]any `json:"params,omitempty"`
}

// ErrLetter is returned when a letter with errors should be frozen; its fields name every place.
var ErrLetter = errs.New(errs.Invalid, "content.problems", "The letter cannot be sent as it is. See the places.")

// Failed tells whether there is an error among problems.
func Failed(list []Problem) bool {
	for _, p := range list {
		if p.Severity == Error {
			return true
		}
	}
	return false
}

// AsError turns problems into ErrLetter, nil when none of them is an error.
func AsError(list []Problem) error {
	if !Failed(list) {
		return nil
	}
	e := ErrLetter
	for _, p := range list {
		if p.Severity != Error {
			continue
		}
		params := map[string]any{"line": p.Line, "column": p.Column}
		if p.Block != "" {
			params["block"] = p.Block
		}
		for k, v := range p.Params {
			params[k] = v
		}
		e = e.At(errs.Field{Path: p.Path, Code: p.Code, Text: p.Text, Params: params})
	}
	return e
}

// texts of the problems, and how bad each is.
var texts = map[string]struct {
	severity Severity
	text     string
}{
	"subject.missing":           {Error, "The subject is empty."},
	"subject.long":              {Warning, "The subject is longer than 150 characters; most readers see the first 50."},
	"body.missing":              {Error, "The letter has no text."},
	"placeholder.unknown":       {Error, "There is no such field."},
	"placeholder.unclosed":      {Error, "A placeholder begins with {{ but does not end with }} in the same piece of text."},
	"placeholder.syntax":        {Error, "A placeholder is written {{name}} or {{name|words when empty}}."},
	"placeholder.place":         {Error, "Placeholders cannot be used here: put them into text, links or picture addresses."},
	"block.unclosed":            {Error, "A condition or a loop is not closed: add {{/if}} or {{/each}} in the same piece of text."},
	"block.stray":               {Error, "There is no condition or loop here that this word belongs to."},
	"block.crosses":             {Error, "A condition or a loop must hold whole elements: what begins inside must end inside."},
	"block.nested":              {Error, "Conditions and loops may stand at most 5 inside each other."},
	"block.many":                {Error, "A letter may have at most 100 conditions and loops."},
	"block.style":               {Error, "Styles cannot stand inside a condition or a loop."},
	"condition.syntax":          {Error, "The condition cannot be read. Write it like this: city = \"Almaty\" and age > 18."},
	"condition.op":              {Error, "This comparison does not fit the field."},
	"condition.value":           {Error, "A value is missing, or it does not fit the comparison."},
	"condition.tag":             {Error, "There is no such tag."},
	"condition.list":            {Error, "There is no such list."},
	"condition.limit":           {Error, "The condition is too long or has too many brackets."},
	"loop.list":                 {Error, "A loop goes over a field of the kind list."},
	"loop.limit":                {Error, "A loop may show 1 to 100 items."},
	"loop.link":                 {Error, "The address of a link cannot depend on the item of a loop."},
	"format.kind":               {Error, "This format does not fit the field."},
	"format.word":               {Error, "The format does not know one of these words."},
	"subject.branch":            {Error, "For some contacts the subject would be empty. Add {{else}} with words for them."},
	"placeholder.no_fallback":   {Warning, "Contacts without this value will get an empty place. Add words for them: {{name|friend}}."},
	"link.scheme":               {Error, "Links may begin with https://, http://, mailto:, tel: or sms: only."},
	"link.relative":             {Error, "The link has no full address. It must begin with https://."},
	"link.host":                 {Error, "The site of a link must be fixed: a placeholder may stand only after it."},
	"link.listed":               {Error, "A block list names the site of a link, so mail servers refuse letters with it. Take the link out, or have the site taken off the list."},
	"link.shortener":            {Error, "Mail servers refuse public link shorteners. Put the full address of the page."},
	"link.empty":                {Warning, "The link leads nowhere."},
	"source.scheme":             {Error, "The address of a picture must begin with https://."},
	"source.relative":           {Warning, "The address of a picture is not full, so nobody will see the picture."},
	"html.removed":              {Warning, "Mail programs do not run this; it was removed."},
	"html.unclosed":             {Error, "This element is not closed."},
	"html.import":               {Warning, "Styles loaded from elsewhere were removed; put them into the letter."},
	"html.size":                 {Warning, "The letter is large: Gmail cuts it at 102 KB together with the unsubscribe link."},
	"html.too_large":            {Error, "The letter is larger than 102 KB, so Gmail would cut it together with the unsubscribe link."},
	"unsubscribe.hidden":        {Error, "The unsubscribe link is hidden or masked. Readers must be able to see it."},
	"unsubscribe.misleading":    {Error, "The words of the unsubscribe link do not say that one leaves by it."},
	"unsubscribe.hurdle":        {Error, "The letter says that leaving is impossible, costs something or needs a call. Leaving is free and takes one press."},
	"unsubscribe.footer_hidden": {Error, "The styles of the letter hide the footer by which readers leave."},
	"unsubscribe.decoy":         {Warning, "One of the unsubscribe links cannot be seen. Another one can, so the letter may be sent."},
	"unsubscribe.doubt":         {Warning, "The unsubscribe link may be hard to see."},
	"wayout.hidden":             {Error, "The way to leave is written so that people cannot read or use it."},
	"wayout.hurdle":             {Error, "The message says that leaving is impossible, costs something or needs a call. Leaving is free."},
	"wayout.button":             {Error, "The button that leaves must say so."},
	"wayout.added":              {Notice, "The message does not say how to leave, so a line or a button is added."},
	"block.shape":               {Error, "The letter cannot be read. Open it in the editor again."},
	"block.empty":               {Error, "The letter has no blocks."},
	"block.unknown":             {Warning, "A block of a newer program is left out of the letter."},
	"block.untranslated":        {Warning, "The text is not translated; readers of this language get it in the language of the letter."},
	"block.no_picture":          {Warning, "The block has no picture and is left out."},
	"block.no_alt":              {Warning, "The picture has no description. Many readers see the letter without pictures at first."},
	"block.no_words":            {Warning, "The button has no words and is left out."},
	"block.no_link":             {Error, "The link is empty."},
	"block.way_in_language":     {Warning, "In a letter of several languages an unsubscribe link inside a block would not count, so it is left out. The footer has it."},
	"block.no_code":             {Error, "The coupon has no code."},
	"block.zone":                {Warning, "There is no such time zone; the time is in UTC."},
	"block.html":                {Error, "The HTML of the block cannot be read."},
	"block.removed":             {Warning, "Mail programs do not show this element; it was removed."},
	"block.contrast":            {Warning, "The words can hardly be told from what lies behind them."},
	"block.contrast_dark":       {Warning, "In the dark scheme the words can hardly be told from what lies behind them."},
	"block.only_pictures":       {Warning, "The letter is pictures only. Mail servers take such letters for junk; add words."},
	"show.condition":            {Error, "This condition cannot be judged in a letter. Take one over fields, tags or lists."},
	"subject.short":             {Warning, "The subject is very short."},
	"preheader.missing":         {Warning, "There is no preheader: mail programs show the first words of the letter beside the subject."},
	"spam.capitals":             {Warning, "The subject is in capitals, as junk is."},
	"spam.exclamation":          {Warning, "Several exclamation marks in the subject are a sign of junk."},
	"spam.money":                {Warning, "Promises of easy money are a sign of junk."},
	"spam.pressure":             {Warning, "Words that press the reader are a sign of junk."},
	"spam.gift":                 {Warning, "Promises of prizes and things for nothing are a sign of junk."},
	"spam.cure":                 {Warning, "Promises of miracles for health are a sign of junk."},
	"spam.gamble":               {Warning, "Words of gambling are a sign of junk, and advertising it is against the law in many places."},
	"spam.shout":                {Warning, "“Click here” says nothing of where the link leads, and is a sign of junk."},
	"unsubscribe.added":         {Notice, "There is no unsubscribe link, so the footer with one is added."},
}

// found collects the problems of one letter.
type found struct {
	list   []Problem
	blocks string // the HTML of a letter of blocks, which names them
}

// maxProblems keeps a hopeless letter from filling the screen.
const maxProblems = 100

func (f *found) add(path, src string, offset int, code string, params ...any) {
	if len(f.list) >= maxProblems {
		return
	}
	t := texts[code]
	p := Problem{Severity: t.severity, Path: path, Code: code, Text: t.text}
	if src != "" {
		p.Line, p.Column = place(src, offset)
		if path == "html" && f.blocks != "" {
			p.Block, p.Line, p.Column = blockAt(f.blocks, offset), 0, 0
		}
	}
	for i := 0; i+1 < len(params); i += 2 {
		if p.Params == nil {
			p.Params = map[string]any{}
		}
		p.Params[params[i].(string)] = params[i+1]
	}
	f.list = append(f.list, p)
}

func place(src string, offset int) (line, column int) {
	before := src[:min(offset, len(src))]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}
