package email

import (
	_ "embed"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"

	"keruen/internal/errs"
	"keruen/internal/mail/smtp"
)

//go:embed rules.tsv
var rulesTable string

// rule is one line of a table of rules.
type rule struct {
	class   string
	codes   []string
	pattern *regexp.Regexp // nil matches every text
	line    int            // in its table, from 1
	own     bool           // the operator's, not the program's
}

// Rules says what servers' answers mean. Safe for concurrent use; nil stands for the table of the program.
type Rules struct {
	list []rule

	mu    sync.Mutex
	known map[question]int // remembered verdicts: the place of the rule in list, or noRule
}

// question is an answer without what differs from letter to letter.
type question struct {
	code           int
	enhanced, text string
}

const (
	noRule   = -1
	maxKnown = 4096 // answers remembered; servers say the same few things again and again
)

// Errors of an operator's own rules.
var (
	ErrRules     = errs.New(errs.Invalid, "bounces.rules", "The file of bounce rules has a mistake. Mend the line that is named (mail.bounce_rules); keruen bounces explain tries it out.")
	ErrRulesFile = errs.New(errs.Invalid, "bounces.file", "The file of bounce rules cannot be read. Check its name and permissions (mail.bounce_rules).")
)

// LoadRules reads the operator's own rules, which come before those of the program; the form is that of rules.tsv. An empty name
// returns the table of the program. Errors: ErrRulesFile, ErrRules with the line.
func LoadRules(file string) (*Rules, error) {
	if file == "" {
		return builtin(), nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, ErrRulesFile.With("file", file).Because(err)
	}
	return newRules(string(raw))
}

func (r *Rules) orBuiltin() *Rules {
	if r == nil {
		return builtin()
	}
	return r
}

// newRules makes the table in which the operator's own rules come first. Errors say which line of them is wrong, and how.
func newRules(own string) (*Rules, error) {
	mine, err := parseRules(own)
	if err != nil {
		return nil, err
	}
	for i := range mine {
		mine[i].own = true
	}
	theirs, err := parseRules(rulesTable)
	if err != nil {
		return nil, err
	}
	return &Rules{list: append(mine, theirs...), known: map[question]int{}}, nil
}

// builtin is the table of the program. It is part of the program, so a fault in it is a fault of ours.
var builtin = sync.OnceValue(func() *Rules {
	r, err := newRules("")
	if err != nil {
		panic(err)
	}
	return r
})

var codePattern = regexp.MustCompile(`^(\*|[245]\d{0,2}|[x245]\.\d{1,3}\.\d{1,3})$`)

func badLine(n int, format string, args ...any) error {
	return ErrRules.At(errs.Field{Path: fmt.Sprintf("line %d", n), Code: "bounces.line", Text: fmt.Sprintf(format, args...)})
}

func parseRules(table string) ([]rule, error) {
	var out []rule
	for n, line := range strings.Split(table, "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) < 2 || len(f) > 3 {
			return nil, badLine(n+1, "want class, codes and a pattern, parted by tabs")
		}
		if _, ok := scopes[f[0]]; !ok {
			return nil, badLine(n+1, "there is no class %q", f[0])
		}
		r := rule{class: f[0], codes: strings.Split(f[1], ","), line: n + 1}
		for _, c := range r.codes {
			if !codePattern.MatchString(c) {
				return nil, badLine(n+1, "%q is no code: write * or the beginning of a reply code (4, 55, 421) or an enhanced code (5.7.26, x.2.2)", c)
			}
		}
		if len(f) == 3 && f[2] != "" {
			re, err := regexp.Compile(f[2])
			if err != nil {
				return nil, badLine(n+1, "the pattern cannot be read: %v", err)
			}
			r.pattern = re
		}
		out = append(out, r)
	}
	return out, nil
}

// find returns the rule that an answer falls under, false when there is none.
func (r *Rules) find(p smtp.Reply) (rule, bool) {
	text := strings.ToLower(p.Text)
	if p.Enhanced == "" {
		p.Enhanced = enhancedInside(text)
	}
	q := question{code: p.Code, enhanced: p.Enhanced, text: mask(text)}
	r.mu.Lock()
	at, ok := r.known[q]
	r.mu.Unlock()
	if !ok {
		at = r.search(q)
		r.remember(q, at)
	}
	if at == noRule {
		return rule{}, false
	}
	return r.list[at], true
}

func (r *Rules) search(q question) int {
	code := fmt.Sprintf("%03d", q.code)
	for i, one := range r.list {
		if one.matches(code, q.enhanced, q.text) {
			return i
		}
	}
	return noRule
}

// remember starts anew when the memory is full: what is said often is soon back.
func (r *Rules) remember(q question, at int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= maxKnown {
		clear(r.known)
	}
	r.known[q] = at
}

func (r rule) matches(code, enhanced, text string) bool {
	for _, c := range r.codes {
		if c == "*" || codeMatches(c, code, enhanced) {
			return r.pattern == nil || r.pattern.MatchString(text)
		}
	}
	return false
}

// codeMatches compares one entry: with dots it is an enhanced code, without the beginning of
// the reply code.
func codeMatches(want, code, enhanced string) bool {
	if !strings.Contains(want, ".") {
		return strings.HasPrefix(code, want)
	}
	if strings.HasPrefix(want, "x.") && enhanced != "" {
		return enhanced[1:] == want[1:]
	}
	return enhanced == want
}

var insideCode = regexp.MustCompile(`(?:^|[#(])([45]\.\d{1,3}\.\d{1,3})\b`)

// enhancedInside finds the enhanced code where servers without the extension put it: "(#5.1.1)", "#5.1.0 Address rejected".
func enhancedInside(text string) string {
	if g := insideCode.FindStringSubmatch(text); g != nil {
		return g[1]
	}
	return ""
}

// mask puts stand-ins for addresses, IP addresses, long numbers and names of queues, which say nothing about the reason but make
// each answer a new one.
func mask(text string) string {
	if strings.Contains(text, "@") {
		text = anyAddress.ReplaceAllString(text, "a@b.cc")
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && tokenByte(text[end]) {
			end++
		}
		if end == i {
			out.WriteByte(text[i])
			i++
			continue
		}
		out.WriteString(maskToken(text[i:end]))
		i = end
	}
	return out.String()
}

func tokenByte(b byte) bool {
	return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '.' || b == '-' || b == '_'
}

func maskToken(t string) string {
	var digits, letters, dots int
	for i := range len(t) {
		switch b := t[i]; {
		case '0' <= b && b <= '9':
			digits++
		case 'a' <= b && b <= 'z':
			letters++
		case b == '.':
			dots++
		}
	}
	last := t[strings.LastIndexByte(t, '.')+1:]
	switch {
	case digits == 0, letters > 0 && dots > 0 && !strings.ContainsAny(last, "0123456789"):
		return t // a word, or the name of a host: a block list is known by it
	case letters == 0 && (digits >= 5 || dots == 3):
		return "0"
	case len(t) >= 12:
		return "0"
	}
	return t
}
