package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Example returns a configuration file with every setting at its default, each explained.
func Example() string {
	var b strings.Builder
	b.WriteString("# Settings of Keruen. Everything here is at its default; remove the # of a line to change it.\n" +
		"# The same settings can be given by the environment (KERUEN_LISTEN, KERUEN_MAIL_RELAY_HOST)\n" +
		"# and by flags (--listen, --set mail.relay_host=…), which are stronger than this file.\n")
	section := ""
	var c Config
	for _, s := range settings(&c) {
		head, name := "", s.key
		if i := strings.LastIndexByte(s.key, '.'); i >= 0 {
			head, name = s.key[:i], s.key[i+1:]
		}
		if head != section {
			section = head
			fmt.Fprintf(&b, "\n[%s]\n", section)
		}
		b.WriteByte('\n')
		for _, line := range wrap(s.help+s.limits(), 98) {
			b.WriteString("# " + line + "\n")
		}
		fmt.Fprintf(&b, "#%s = %s\n", name, s.literal())
	}
	return b.String()
}

func (s setting) limits() string {
	switch {
	case len(s.oneOf) > 0:
		return " One of: " + strings.Join(s.oneOf, ", ") + "."
	case s.min != "" && s.max != "":
		return " From " + s.min + " to " + s.max + "."
	default:
		return ""
	}
}

func (s setting) literal() string {
	numeric := s.value.Kind() == reflect.Bool || (s.value.Kind() == reflect.Int && s.value.Type() != reflect.TypeFor[time.Duration]())
	if numeric {
		return s.fallback
	}
	return `"` + s.fallback + `"`
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Line is one setting as it stands, for people: doctor and "config show".
type Line struct{ Key, Value string }

// Lines lists the settings as they stand; secrets are shown as set or not.
func (c Config) Lines() []Line {
	var out []Line
	for _, s := range settings(&c) {
		v := fmt.Sprint(s.value.Interface())
		if s.secret && v != "" {
			v = "(set)"
		}
		out = append(out, Line{Key: s.key, Value: v})
	}
	return out
}
