package when

import "strings"

// collector takes every name for one that is known.
type collector struct{ tags, lists []string }

func (c *collector) Field(string) (Ref, Kind, bool) { return Ref{}, Anything, true }

func (c *collector) Tag(name string) (int64, bool) {
	c.tags = append(c.tags, strings.ToLower(name))
	return 1, true
}

func (c *collector) List(name string) (int64, bool) {
	c.lists = append(c.lists, strings.ToLower(name))
	return 1, true
}

// Named returns the tags and lists that a condition names, in small letters, so that they can be looked up before Parse. What is
// wrong with the condition is not its matter.
func Named(text string) (tags, lists []string) {
	var c collector
	p := &parser{world: &c, size: len(text)}
	if p.scan(text) != nil {
		return nil, nil
	}
	for p.at < len(p.tokens) && p.wrong == nil {
		w := p.word()
		if w == "tag" || w == "list" {
			if _, ok := p.belonging(w == "tag"); ok {
				continue
			}
		}
		p.at++
	}
	return c.tags, c.lists
}
