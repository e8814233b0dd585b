package content

import (
	"context"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Listed is a host that letters may not link to.
type Listed struct {
	Host      string
	List      string // the block list that names it; empty for a shortener
	Page      string // where people look it up and ask for its end
	Shortener bool   // a public one: anybody's links stand under its name, so mail servers refuse it
}

// Links tells which hosts letters may not link to. What it cannot find out counts as good: mail never stops because a list or
// a name server is silent.
type Links interface {
	Check(ctx context.Context, hosts []string) []Listed
}

// UseLinks gives the service its judge of links. Without one all are good. Call it before anything is sent.
func (s *Service) UseLinks(l Links) { s.links = l }

// linkWait bounds how long a check of links takes; what was not answered by then counts as good.
const linkWait = 5 * time.Second

// LinkProblems tells which links of a letter lead to listed hosts or public shorteners (CMP-3). values are those that a message
// brings along. It asks name servers: do not call it in a transaction.
func (s *Service) LinkProblems(ctx context.Context, l Letter, values ...string) []Problem {
	if s.links == nil {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, linkWait)
	defer stop()
	l, _ = l.drawn(Options{})
	f, linked := &found{}, Hosts(Letter{HTML: l.HTML})
	for _, h := range s.links.Check(ctx, Hosts(l, values...)) {
		path := "text"
		if slices.Contains(linked, h.Host) {
			path = "html"
		}
		if h.Shortener {
			f.add(path, "", 0, "link.shortener", "host", h.Host)
			continue
		}
		f.add(path, "", 0, "link.listed", "host", h.Host, "list", h.List, "page", h.Page)
	}
	return f.list
}

// written finds addresses wherever they stand: in attributes, styles and plain text. Browsers take a backslash for a slash.
var written = regexp.MustCompile(`(?i)https?:[/\\]+([^\s/\\?#"'<>(){},;]+)`)

// Hosts returns the hosts that a letter and values name in addresses, sorted, each once, without ports.
func Hosts(l Letter, values ...string) []string {
	all := append([]string{l.Text, html.UnescapeString(l.HTML), clean(html.UnescapeString(l.HTML))}, values...)
	var out []string
	for _, text := range all {
		for _, m := range written.FindAllStringSubmatch(text, -1) {
			if h := hostOf(m[1]); h != "" {
				out = append(out, h)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hostOf takes the host out of the part of an address between the slashes.
func hostOf(authority string) string {
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	host, _, _ = strings.Cut(host, ":")
	return strings.ToLower(strings.Trim(host, ".!…»“”"))
}
