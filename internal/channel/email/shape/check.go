package shape

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"keruen/internal/channel"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Bounds of what a file may say.
const (
	mostConnections = 1000
	mostLetters     = 100_000 // over one connection
	mostPerSecond   = 10_000
	mostHits        = 1000 // answers an hour
	longestReaction = 30 * 24 * time.Hour
	mostWeight      = 100
)

var (
	nameRE    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	hostRE    = regexp.MustCompile(`^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)
	actions   = []Action{ActSuspend, ActRate, ActConnections, ActPerConnection}
	purposes  = []channel.Purpose{channel.Transactional, channel.Advertising}
	confident = []string{"", "published", "estimate"}
)

// checker turns a document into rules and collects what is wrong.
type checker struct {
	text string
	bad  []errs.Field
}

func (c *checker) add(key toml.Key, format string, args ...any) {
	c.bad = append(c.bad, errs.Field{Path: at(c.text, key), Code: "paths.value", Text: fmt.Sprintf(format, args...)})
}

func (c *checker) build(d document) *Rules {
	r := &Rules{Plans: map[string][]int64{}, byKey: map[string]*Rule{}}
	r.Default = c.rule(toml.Key{"default"}, "default", d.Default)
	for _, key := range slices.Sorted(maps.Keys(d.Provider)) {
		l := d.Provider[key]
		if !nameRE.MatchString(key) || key == "default" {
			c.add(toml.Key{"provider", key}, "is no good name: small Latin letters, digits, - and _")
		}
		if len(l.MX) == 0 {
			c.add(toml.Key{"provider", key}, "needs mx: host names, or suffixes such as \".example.kz\"")
		}
		own := l.React
		l = d.Default.under(l)
		l.React = own
		rule := c.rule(toml.Key{"provider", key}, key, l)
		// Reactions of the provider come first; those of the default still hold.
		rule.React = append(rule.React, r.Default.React...)
		r.Providers = append(r.Providers, rule)
	}
	for i := range r.Providers {
		r.byKey[r.Providers[i].Key] = &r.Providers[i]
	}
	for key, p := range d.WarmUp {
		c.plan(key, p)
		r.Plans[key] = p.Steps
	}
	r.Addresses = c.addresses(d, r.Plans)
	return r
}

func (c *checker) rule(path toml.Key, key string, l limits) Rule {
	sub := func(k string) toml.Key { return append(slices.Clone(path), k) }
	r := Rule{
		Key: key, Name: value(l.Name), Confidence: value(l.Confidence), Source: value(l.Source), Spread: value(l.Spread),
		Connections: value(l.Connections), PerConnection: value(l.PerConnection), ConnectsPerMinute: value(l.ConnectsPerMinute),
		PerSecond: value(l.PerSecond), Ceiling: value(l.Ceiling),
	}
	if r.Name == "" {
		r.Name = key
	}
	whole := func(k string, n, low, high int) {
		if n < low || n > high {
			c.add(sub(k), "wants a whole number from %d to %d, got %d", low, high, n)
		}
	}
	whole("connections", r.Connections, 1, mostConnections)
	whole("per_connection", r.PerConnection, 1, mostLetters)
	whole("connects_per_minute", r.ConnectsPerMinute, 0, mostLetters)
	if !(r.Ceiling >= floor && r.Ceiling <= mostPerSecond) {
		c.add(sub("ceiling"), "wants letters a second from 0.02 to %d, got %v", mostPerSecond, r.Ceiling)
	}
	if !(r.PerSecond == 0 || r.PerSecond >= floor && r.PerSecond <= r.Ceiling) {
		c.add(sub("per_second"), "wants 0, or letters a second from 0.02 to the ceiling %v, got %v", r.Ceiling, r.PerSecond)
	}
	if !slices.Contains(confident, r.Confidence) {
		c.add(sub("confidence"), "wants published or estimate, got %q", r.Confidence)
	}
	for _, mx := range l.MX {
		mx = strings.ToLower(strings.TrimSpace(mx))
		if !hostRE.MatchString(strings.TrimPrefix(mx, ".")) {
			c.add(sub("mx"), "wants host names, or suffixes such as \".example.kz\", got %q", mx)
		}
		r.MX = append(r.MX, mx)
	}
	for i, one := range l.React {
		r.React = append(r.React, c.reaction(append(sub("react"), fmt.Sprint(i)), one))
	}
	return r
}

func (c *checker) reaction(path toml.Key, in reaction) Reaction {
	sub := func(k string) toml.Key { return append(slices.Clone(path), k) }
	r := Reaction{Name: in.Name, Class: in.Class, PerHour: in.PerHour, Action: Action(in.Action), Value: in.Value, PerMinute: in.PerMinute}
	if in.Name == "" {
		c.add(sub("name"), "wants words that people will read")
	}
	if in.Class == "" && in.Text == "" {
		c.add(sub("text"), "give a class or a text, or the reaction would meet every answer")
	}
	if in.Text != "" {
		re, err := regexp.Compile("(?i)" + in.Text)
		if err != nil {
			c.add(sub("text"), "is not a regular expression (RE2): %v", err)
		}
		r.Text = re
	}
	if !slices.Contains(actions, r.Action) {
		c.add(sub("action"), "wants suspend, rate, connections or per_connection, got %q", in.Action)
	}
	if r.PerHour < 1 || r.PerHour > mostHits {
		c.add(sub("per_hour"), "wants a whole number from 1 to %d, got %d", mostHits, r.PerHour)
	}
	if r.Action == ActRate && !(r.PerMinute >= 1 && r.PerMinute <= 60*mostPerSecond) {
		c.add(sub("per_minute"), "wants letters a minute, at least 1, got %v", r.PerMinute)
	}
	if r.Value < 0 || r.Value > mostLetters {
		c.add(sub("value"), "wants a whole number from 1 to %d, got %d", mostLetters, r.Value)
	}
	d, err := time.ParseDuration(in.For)
	if err != nil || d < time.Minute || d > longestReaction {
		c.add(sub("for"), "wants a time from 1m to 720h such as 30m, got %q", in.For)
	}
	r.For = d
	return r
}

func (c *checker) plan(key string, p plan) {
	if !nameRE.MatchString(key) || len(p.Steps) == 0 || !slices.IsSorted(p.Steps) || p.Steps[0] < 1 {
		c.add(toml.Key{"warm_up", key, "steps"}, "wants letters a day that grow, such as [50, 100, 200]")
	}
}

func (c *checker) addresses(d document, plans map[string][]int64) []Address {
	var out []Address
	seen, pools := map[netip.Addr]bool{}, map[string]bool{}
	for i, in := range d.Address {
		a := c.address(i, in, plans)
		if seen[a.Addr] {
			c.add(toml.Key{"address", fmt.Sprint(i), "ip"}, "%s stands here twice", in.IP)
		}
		seen[a.Addr], pools[a.Pool] = true, true
		out = append(out, a)
	}
	for i, a := range out {
		if a.Overflow != "" && !pools[a.Overflow] {
			c.add(toml.Key{"address", fmt.Sprint(i), "overflow"}, "there is no pool %q", a.Overflow)
		}
	}
	return out
}

func (c *checker) address(i int, in address, plans map[string][]int64) Address {
	sub := func(k string) toml.Key { return toml.Key{"address", fmt.Sprint(i), k} }
	a := Address{Pool: in.Pool, Helo: strings.ToLower(in.Helo), Weight: in.Weight, WarmUp: in.WarmUp, Overflow: in.Overflow}
	if a.Pool == "" {
		a.Pool = "main"
	}
	if a.Weight == 0 {
		a.Weight = 1
	}
	addr, err := netip.ParseAddr(in.IP)
	if err != nil || addr.IsUnspecified() || addr.IsMulticast() || addr.Zone() != "" {
		c.add(sub("ip"), "wants an address of this machine such as 192.0.2.10, got %q", in.IP)
	}
	a.Addr = addr.Unmap()
	if a.Helo != "" && !hostRE.MatchString(a.Helo) {
		c.add(sub("helo"), "wants a whole host name such as mx1.example.kz, got %q", in.Helo)
	}
	if !nameRE.MatchString(a.Pool) {
		c.add(sub("pool"), "wants small Latin letters, digits, - and _, got %q", in.Pool)
	}
	if a.Weight < 1 || a.Weight > mostWeight {
		c.add(sub("weight"), "wants a whole number from 1 to %d, got %d", mostWeight, in.Weight)
	}
	if _, ok := plans[a.WarmUp]; a.WarmUp != "" && !ok {
		c.add(sub("warm_up"), "there is no plan %q; built in are standard and careful", a.WarmUp)
	}
	for _, p := range in.Purposes {
		if !slices.Contains(purposes, channel.Purpose(p)) {
			c.add(sub("purposes"), "wants transactional or advertising, got %q", p)
		}
		a.Purposes = append(a.Purposes, channel.Purpose(p))
	}
	for _, text := range in.Accounts {
		var t id.Tenant
		if err := t.UnmarshalText([]byte(text)); err != nil || t == 0 {
			c.add(sub("accounts"), "wants ids of accounts (acc_…), got %q", text)
		}
		a.Accounts = append(a.Accounts, t)
	}
	return a
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// at names a key and the line it stands on, for people: "line 12, provider.gmail.connections". Items of [[lists]] are
// counted from 0 in the key. A key that is missing is looked for in its section's heading.
func at(text string, key toml.Key) string {
	name := strings.Join(key, ".")
	for k := slices.Clone(key); len(k) > 0; k = k[:len(k)-1] {
		if n := lineOf(text, strings.Join(k, ".")); n > 0 {
			return fmt.Sprintf("line %d, %s", n, name)
		}
	}
	return name
}

func lineOf(text, wanted string) int {
	section, counts := "", map[string]int{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "[["):
			head := strings.TrimSpace(strings.Trim(strings.SplitN(line, "]]", 2)[0], "[ "))
			section = fmt.Sprintf("%s.%d", head, counts[head])
			counts[head]++
			if wanted == head {
				return n
			}
		case strings.HasPrefix(line, "["):
			section = strings.TrimSpace(strings.Trim(strings.SplitN(line, "]", 2)[0], "[ "))
		default:
			key, _, found := strings.Cut(line, "=")
			if key = strings.Trim(key, " \t\"'"); !found || strings.HasPrefix(line, "#") {
				continue
			}
			full := key
			if section != "" {
				full = section + "." + key
			}
			if full == wanted || stripIndex(full) == wanted {
				return n
			}
			continue
		}
		if section == wanted {
			return n
		}
	}
	return 0
}

var indexRE = regexp.MustCompile(`\.\d+(\.|$)`)

// stripIndex takes the number of a list's item away, for the decoder names keys without it.
func stripIndex(key string) string { return indexRE.ReplaceAllString(key, "$1") }
