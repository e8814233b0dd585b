package content

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"keruen/internal/content/when"
)

// Limits of conditions and loops in a letter.
const (
	maxNesting  = 5   // inside each other
	maxBlocks   = 100 // in one part of a letter
	usualRounds = 20  // of a loop that does not say how many
	maxRounds   = 100
)

// branch is a condition or a loop whose end has not come.
type branch struct {
	each    bool
	offset  int
	elsed   bool      // {{else}} has come: nothing but the end may
	held    []element // what was open in the page where it began
	writing bool      // it stands among elements, not inside an attribute or a comment
	about   []string  // the values that its condition names
}

// directive tells what stands between {{ and }} from a value: the beginning, the middle and the end of a condition or a loop.
func directive(inner string) bool {
	inner = trim(inner)
	return inner != "" && (inner[0] == '#' || inner[0] == '/') || inner == "else" || strings.HasPrefix(inner, "else ")
}

// directive reads {{#if …}}, {{else if …}}, {{else}}, {{/if}}, {{#each …}} and {{/each}}. What is wrong is left out, so that the rest still
// makes a page for the eye.
func (s *splitter) directive(out *segments, inner string, offset int) {
	inner = trim(inner)
	name, rest := inner, ""
	if i := strings.IndexFunc(inner, unicode.IsSpace); i >= 0 {
		name, rest = inner[:i], trim(inner[i:])
	}
	switch name {
	case "#if":
		s.openBlock(out, segment{op: opIf, when: s.condition(rest, offset+len("{{")+strings.Index(inner, rest))}, offset)
	case "#each":
		s.each(out, rest, offset)
	case "else":
		s.otherwise(out, rest, offset)
	case "/if", "/each":
		s.finish(out, name == "/each", rest, offset)
	default:
		s.found.add(s.path, s.src, offset, "placeholder.syntax", "placeholder", "{{"+shorten(inner)+"}}")
	}
}

func (s *splitter) openBlock(out *segments, g segment, offset int) {
	if s.blocks++; s.blocks > maxBlocks {
		s.found.add(s.path, s.src, offset, "block.many", "limit", maxBlocks)
	}
	if len(s.stack) >= maxNesting {
		s.found.add(s.path, s.src, offset, "block.nested", "limit", maxNesting)
	}
	b := branch{each: g.op == opEach, offset: offset, about: s.about}
	if s.opened != nil && !s.inside {
		b.writing, b.held = true, slices.Clone(s.opened())
	}
	s.stack = append(s.stack, b)
	g.place = offset
	out.add(g)
}

// current is the innermost block that may be continued here; nil when a word of its has nothing to belong to.
func (s *splitter) current(word string, offset int) *branch {
	if len(s.stack) <= s.base {
		s.found.add(s.path, s.src, offset, "block.stray", "word", "{{"+word+"}}")
		return nil
	}
	b := &s.stack[len(s.stack)-1]
	if b.writing && s.opened != nil && !s.settled(b.held) {
		s.found.add(s.path, s.src, b.offset, "block.crosses")
	}
	return b
}

// settled tells whether the page is as deep as it was where the block began, and drops the elements that HTML closes by itself.
func (s *splitter) settled(held []element) bool {
	now := s.opened()
	if len(now) < len(held) || !slices.Equal(now[:len(held)], held) {
		return false
	}
	for _, e := range now[len(held):] {
		if !implied[e.name] || e.name == "html" || e.name == "head" || e.name == "body" {
			return false
		}
	}
	s.reopen(held)
	return true
}

func (s *splitter) otherwise(out *segments, rest string, offset int) {
	b := s.current("else", offset)
	if b == nil {
		return
	}
	question, chained := strings.CutPrefix(rest, "if")
	if b.elsed || rest != "" && (!chained || b.each) {
		s.found.add(s.path, s.src, offset, "block.stray", "word", "{{else}}")
		return
	}
	if b.each {
		out.add(segment{op: opNext})
	}
	out.add(segment{op: opElse})
	b.elsed = !chained
	if chained {
		out.add(segment{op: opIf, chained: true, when: s.condition(trim(question), offset+len("{{else if ")), place: offset})
	}
}

func (s *splitter) finish(out *segments, each bool, rest string, offset int) {
	word := "/if"
	if each {
		word = "/each"
	}
	b := s.current(word, offset)
	if b == nil {
		return
	}
	if b.each != each || rest != "" {
		s.found.add(s.path, s.src, offset, "block.stray", "word", "{{"+word+"}}")
		return
	}
	s.closeBlock(out)
}

// closeBlock ends the innermost block.
func (s *splitter) closeBlock(out *segments) {
	b := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	if b.each && !b.elsed {
		out.add(segment{op: opNext})
	}
	out.add(segment{op: opEnd})
}

// inner runs do, in which blocks must end where they begin: inside an attribute, a comment, the whole of a text.
func (s *splitter) inner(out *segments, do func()) {
	base, inside := s.base, s.inside
	s.base, s.inside = len(s.stack), true
	do()
	s.unended(out)
	s.base, s.inside = base, inside
}

// unended blames the blocks that are still open, and ends them.
func (s *splitter) unended(out *segments) {
	for len(s.stack) > s.base {
		b := s.stack[len(s.stack)-1]
		word := "{{/if}}"
		if b.each {
			word = "{{/each}}"
		}
		s.found.add(s.path, s.src, b.offset, "block.unclosed", "word", word)
		s.closeBlock(out)
	}
}

func (s *splitter) condition(text string, offset int) when.Condition {
	s.about = nil
	c, wrong := when.Parse(text, s)
	if wrong == nil {
		s.known.needs.Today = s.known.needs.Today || c.Dated()
		return c
	}
	if name, ok := wrong.Params["name"].(string); ok && wrong.Code == "condition.field" {
		s.unknown(name, offset)
		return c
	}
	params := []any{}
	for _, k := range []string{"name", "words", "kind", "limit", "min", "max"} {
		if v, ok := wrong.Params[k]; ok {
			params = append(params, k, v)
		}
	}
	s.found.add(s.path, s.src, offset+wrong.At, wrong.Code, params...)
	return c
}

// each reads {{#each interests}} and {{#each interests limit 5}}.
func (s *splitter) each(out *segments, rest string, offset int) {
	words := strings.Fields(rest)
	g := segment{op: opEach, link: usualRounds}
	switch {
	case len(words) == 3 && words[1] == "limit":
		n, err := strconv.Atoi(words[2])
		if err != nil || n < 1 || n > maxRounds {
			s.found.add(s.path, s.src, offset, "loop.limit", "limit", maxRounds)
		}
		g.link = min(max(n, 1), maxRounds)
	case len(words) != 1:
		s.found.add(s.path, s.src, offset, "placeholder.syntax", "placeholder", "{{#each "+shorten(rest)+"}}")
	}
	name := ""
	if len(words) > 0 {
		name = words[0]
	}
	f, key, ok := s.known.resolve(name)
	switch {
	case name != "" && !ok:
		s.unknown(name, offset)
	case name != "" && (f != fieldCustom || s.known.kinds[key] != string(when.List)):
		s.found.add(s.path, s.src, offset, "loop.list", "name", name)
	}
	s.known.needs.Items = true
	g.field, g.key = f, key
	s.openBlock(out, g, offset)
}

// certain tells whether a condition around asks for a value, so that it is most likely there.
func (s *splitter) certain(name string) bool {
	return slices.ContainsFunc(s.stack, func(b branch) bool { return !b.elsed && slices.Contains(b.about, name) })
}

// looping tells whether an item of a loop may be named here.
func (s *splitter) looping() bool {
	return slices.ContainsFunc(s.stack, func(b branch) bool { return b.each && !b.elsed })
}

// Field, Tag and List say what conditions may name (when.World).
func (s *splitter) Field(name string) (when.Ref, when.Kind, bool) {
	if name == "this" && s.looping() {
		s.named++
		return when.Ref{Field: uint8(fieldThis)}, when.Anything, true
	}
	f, key, ok := s.known.resolve(name)
	s.about = append(s.about, name)
	kind := when.Text
	switch {
	case f == fieldLang:
		kind = when.Code
	case f == fieldVar:
		kind = when.Anything
	case f == fieldCustom && s.known.kinds[key] != "":
		kind = when.Kind(s.known.kinds[key])
	case f == fieldUnsubscribe || f == fieldPreferences || f == fieldWhy || f == fieldAccountName || f == fieldAccountAddress:
		ok = false // the same for everybody
	}
	if kind == when.List {
		s.known.needs.Items = true
	}
	return when.Ref{Field: uint8(f), Key: key}, kind, ok
}

// Tag finds a tag by its name or its identifier.
func (s *splitter) Tag(name string) (int64, bool) {
	id, ok := s.known.tags[strings.ToLower(name)]
	if ok && !slices.Contains(s.known.needs.Tags, id) {
		s.known.needs.Tags = append(s.known.needs.Tags, id)
	}
	return id, ok
}

// List finds a list by its name or its identifier.
func (s *splitter) List(name string) (int64, bool) {
	id, ok := s.known.lists[strings.ToLower(name)]
	if ok && !slices.Contains(s.known.needs.Lists, id) {
		s.known.needs.Lists = append(s.known.needs.Lists, id)
	}
	return id, ok
}

// namedIn finds the tags and lists that the conditions of a letter name, so that they can be looked up before it is compiled.
func namedIn(l Letter) (tags, lists []string) {
	for _, src := range []string{l.Subject, l.Preheader, l.HTML, l.Text} {
		for {
			i := strings.Index(src, "{{")
			if i < 0 {
				break
			}
			src = src[i+2:]
			n := closing(src)
			if n < 0 {
				break
			}
			inner := trim(html.UnescapeString(src[:n]))
			src = src[n+2:]
			if !directive(inner) {
				continue
			}
			inner, _ = strings.CutPrefix(inner, "else")
			if question, ok := strings.CutPrefix(strings.TrimPrefix(trim(inner), "#"), "if"); ok {
				t, n := when.Named(trim(question))
				tags, lists = append(tags, t...), append(lists, n...)
			}
		}
	}
	return tags, lists
}
