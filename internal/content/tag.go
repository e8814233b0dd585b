package content

import (
	"html"
	"strings"
)

// attribute is one attribute of a tag, with its place in the tag's source.
type attribute struct {
	name       string // lower case
	start, end int    // of the whole attribute
	value      string // as written, not unescaped
	valueStart int
}

// text returns the value with character references resolved.
func (a attribute) text() string { return html.UnescapeString(a.value) }

// attributes reads a start tag as the tokenizer of HTML does (WHATWG HTML §13.2.5.32–39), keeping places.
func attributes(tag string) (name string, list []attribute) {
	i := nameEnd(tag)
	name = strings.ToLower(tag[1:i])
	for {
		for i < len(tag) && (isSpace(tag[i]) || tag[i] == '/') {
			i++
		}
		if i >= len(tag) || tag[i] == '>' {
			return name, list
		}
		var a attribute
		a, i = oneAttribute(tag, i)
		list = append(list, a)
	}
}

// nameEnd is where the name of a tag ends in its source. Its lower case may be longer: broken characters are replaced there.
func nameEnd(tag string) int {
	i := 1
	for i < len(tag) && !isSpace(tag[i]) && tag[i] != '/' && tag[i] != '>' {
		i++
	}
	return min(i, len(tag))
}

func oneAttribute(tag string, i int) (attribute, int) {
	a := attribute{start: i}
	i++ // the first character belongs to the name, even "="
	for i < len(tag) && !isSpace(tag[i]) && tag[i] != '/' && tag[i] != '>' && tag[i] != '=' {
		i++
	}
	a.name, a.end = strings.ToLower(tag[a.start:i]), i
	j := i
	for j < len(tag) && isSpace(tag[j]) {
		j++
	}
	if j >= len(tag) || tag[j] != '=' {
		return a, i
	}
	j++
	for j < len(tag) && isSpace(tag[j]) {
		j++
	}
	if j < len(tag) && (tag[j] == '"' || tag[j] == '\'') {
		a.valueStart = j + 1
		length := strings.IndexByte(tag[j+1:], tag[j])
		if length < 0 {
			length = len(tag) - j - 1
		}
		a.value = tag[j+1 : j+1+length]
		a.end = min(len(tag), j+1+length+1)
		return a, a.end
	}
	a.valueStart = j
	for j < len(tag) && !isSpace(tag[j]) && tag[j] != '>' {
		j++
	}
	a.value, a.end = tag[a.valueStart:j], j
	return a, j
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

func find(list []attribute, name string) (attribute, bool) {
	for _, a := range list {
		if a.name == name {
			return a, true
		}
	}
	return attribute{}, false
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var (
	// void elements have no end tag (WHATWG HTML §13.1.2).
	void = set("area base br col embed hr img input link meta param source track wbr")
	// dropped elements go with everything inside: mail programs do not run them, or they would hide text from the checks.
	dropped = set("script iframe object applet template noscript noembed noframes xmp plaintext textarea select svg math frameset canvas dialog")
	// unwrapped elements go, what they hold stays.
	unwrapped = set("form input button option label fieldset embed frame base link param")
	// implied end tags: HTML closes these by itself.
	implied = set("p li dt dd tr td th tbody thead tfoot colgroup html body head")
	// raw elements hold text without tags.
	raw = set("style title")
)
