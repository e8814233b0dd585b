package shape

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"keruen/internal/errs"
)

//go:embed rules.toml
var builtIn string

// Errors of a shaping file. Their fields name the line and the key.
var (
	ErrRules = errs.New(errs.Invalid, "paths.rules", "The shaping file has mistakes. Mend the lines that are named; keruen paths check FILE looks again.")
	ErrFile  = errs.New(errs.Invalid, "paths.file", "The shaping file cannot be read. Check its name and permissions (mail.shaping).")
)

// Action is what a reaction does to a path.
type Action string

// Actions.
const (
	ActSuspend       Action = "suspend"        // nothing leaves for a time
	ActRate          Action = "rate"           // at most PerMinute letters a minute
	ActConnections   Action = "connections"    // at most Value connections; half of what is allowed now when there is no value
	ActPerConnection Action = "per_connection" // at most Value letters over one; half without a value
)

// Reaction says which answers of a provider change a path, and how.
type Reaction struct {
	Name      string
	Class     string         // "" = any
	Text      *regexp.Regexp // nil = any
	PerHour   int            // so many answers within an hour
	Action    Action
	Value     int
	PerMinute float64
	For       time.Duration
}

func (r Reaction) matches(o Outcome) bool {
	return (r.Class == "" || r.Class == o.Class) && (r.Text == nil || r.Text.MatchString(o.Text))
}

// Rule bounds the paths to one provider.
type Rule struct {
	Key               string // "default", "gmail"
	Name              string
	MX                []string // host names, or suffixes that begin with a dot
	Connections       int
	PerConnection     int
	ConnectsPerMinute int
	PerSecond         float64 // 0 = none until the provider asks
	Ceiling           float64
	Spread            bool
	Confidence        string
	Source            string
	React             []Reaction
}

// Rules are all that is configured: limits, plans and our addresses. They never change after Load.
type Rules struct {
	Default   Rule
	Providers []Rule // by key
	Plans     map[string][]int64
	Addresses []Address
	byKey     map[string]*Rule
}

// Rule returns the rule of a provider, the default one when there is none.
func (r *Rules) Rule(provider string) *Rule {
	if found, ok := r.byKey[provider]; ok {
		return found
	}
	return &r.Default
}

// Provider returns the key of the provider that runs a mail host, "" when none is known. The longest suffix wins.
func (r *Rules) Provider(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	best, length := "", 0
	for _, p := range r.Providers {
		for _, mx := range p.MX {
			if (host == mx || strings.HasPrefix(mx, ".") && strings.HasSuffix(host, mx)) && len(mx) > length {
				best, length = p.Key, len(mx)
			}
		}
	}
	return best
}

// Load reads the built-in rules and lays the operator's file over them. An empty name means there is no such file.
func Load(file string) (*Rules, error) {
	if file == "" {
		return Parse("")
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, ErrFile.With("file", file).Because(err)
	}
	return Parse(string(raw))
}

// Parse is Load for a text.
func Parse(own string) (*Rules, error) {
	base, err := decode(builtIn)
	if err != nil {
		return nil, fmt.Errorf("built-in rules: %w", err)
	}
	over, err := decode(own)
	if err != nil {
		return nil, err
	}
	c := &checker{text: own}
	rules := c.build(base.under(over))
	if len(c.bad) > 0 {
		return nil, ErrRules.At(c.bad...)
	}
	return rules, nil
}

// document is a shaping file as it is written. Pointers tell a key that is absent from one that is zero.
type document struct {
	Default  limits            `toml:"default"`
	Provider map[string]limits `toml:"provider"`
	WarmUp   map[string]plan   `toml:"warm_up"`
	Address  []address         `toml:"address"`
}

type plan struct {
	Steps []int64 `toml:"steps"`
}

type limits struct {
	Name              *string    `toml:"name"`
	MX                []string   `toml:"mx"`
	Connections       *int       `toml:"connections"`
	PerConnection     *int       `toml:"per_connection"`
	ConnectsPerMinute *int       `toml:"connects_per_minute"`
	PerSecond         *float64   `toml:"per_second"`
	Ceiling           *float64   `toml:"ceiling"`
	Spread            *bool      `toml:"spread"`
	Confidence        *string    `toml:"confidence"`
	Source            *string    `toml:"source"`
	React             []reaction `toml:"react"`
}

type reaction struct {
	Name      string  `toml:"name"`
	Class     string  `toml:"class"`
	Text      string  `toml:"text"`
	PerHour   int     `toml:"per_hour"`
	Action    string  `toml:"action"`
	Value     int     `toml:"value"`
	PerMinute float64 `toml:"per_minute"`
	For       string  `toml:"for"`
}

func decode(text string) (document, error) {
	var d document
	meta, err := toml.Decode(text, &d)
	if err != nil {
		path, what := "file", err.Error()
		var p toml.ParseError
		if errors.As(err, &p) {
			path, what = fmt.Sprintf("line %d", p.Position.Line), p.Message
		}
		return d, ErrRules.At(errs.Field{Path: path, Code: "paths.syntax", Text: what})
	}
	bad := ErrRules
	for _, key := range meta.Undecoded() {
		bad = bad.At(errs.Field{Path: at(text, key), Code: "paths.unknown_key", Text: "is not a key of shaping files; see docs/operations.md"})
	}
	if len(bad.Fields) > 0 {
		return d, bad
	}
	return d, nil
}

// under lays over on top of d.
func (d document) under(over document) document {
	d.Default = d.Default.under(over.Default)
	for key, l := range over.Provider {
		d.Provider[key] = d.Provider[key].under(l)
	}
	for key, p := range over.WarmUp {
		d.WarmUp[key] = p
	}
	d.Address = over.Address
	return d
}

func (l limits) under(over limits) limits {
	return limits{
		Name: upper(l.Name, over.Name), MX: list(l.MX, over.MX), Connections: upper(l.Connections, over.Connections),
		PerConnection: upper(l.PerConnection, over.PerConnection), ConnectsPerMinute: upper(l.ConnectsPerMinute, over.ConnectsPerMinute),
		PerSecond: upper(l.PerSecond, over.PerSecond), Ceiling: upper(l.Ceiling, over.Ceiling), Spread: upper(l.Spread, over.Spread),
		Confidence: upper(l.Confidence, over.Confidence), Source: upper(l.Source, over.Source), React: list(l.React, over.React),
	}
}

func upper[T any](under, over *T) *T {
	if over != nil {
		return over
	}
	return under
}

func list[T any](under, over []T) []T {
	if over != nil {
		return over
	}
	return slices.Clone(under)
}
