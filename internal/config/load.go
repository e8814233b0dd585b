package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"keruen/internal/errs"
)

// Errors of reading the settings.
var (
	errInvalid = errs.New(errs.Invalid, "config.invalid", "Some settings are wrong.")
	errFile    = errs.New(errs.Invalid, "config.file", "The configuration file cannot be read.")
)

// DefaultFile is read when it exists and no other file is named.
const DefaultFile = "keruen.toml"

// Sources are the places that settings come from, besides the defaults.
type Sources struct {
	File  string                           // path; empty means DefaultFile if there is one
	Env   func(name string) (string, bool) // os.LookupEnv
	Flags map[string]string                // by key, the strongest
}

// setting is one field of Config with its tags.
type setting struct {
	key, fallback, help string
	oneOf               []string
	min, max            string
	secret              bool
	value               reflect.Value
}

// Load reads the settings from all sources and checks them. The error lists every wrong key.
func Load(from Sources) (Config, error) {
	var c Config
	all := settings(&c)
	file, err := readFile(from.File)
	if err != nil {
		return Config{}, err
	}
	bad := unknownKeys(all, file, from.Flags)
	for _, s := range all {
		text, source := s.fallback, "default"
		if v, ok := file[s.key]; ok {
			text, source = v, "file"
		}
		if v, ok := lookup(from.Env, EnvName(s.key)); ok {
			text, source = v, EnvName(s.key)
		}
		if v, ok := from.Flags[s.key]; ok {
			text, source = v, "flag"
		}
		if err := s.set(text); err != nil {
			bad = append(bad, errs.Field{Path: s.key, Code: "config.invalid", Text: fmt.Sprintf("%v (from %s)", err, source)})
		}
	}
	if len(bad) > 0 {
		return Config{}, errInvalid.At(bad...)
	}
	if c.Demo {
		c.Sandbox = true
	}
	return c, c.check()
}

// EnvName returns the environment variable of a key.
func EnvName(key string) string {
	return "KERUEN_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

func lookup(env func(string) (string, bool), name string) (string, bool) {
	if env == nil {
		return "", false
	}
	return env(name)
}

// settings lists the fields of c with their tags, in the order of the struct.
func settings(c *Config) []setting { return walk(reflect.ValueOf(c).Elem()) }

func walk(v reflect.Value) []setting {
	var out []setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Tag.Get("key") == "" {
			out = append(out, walk(v.Field(i))...)
			continue
		}
		s := setting{key: f.Tag.Get("key"), fallback: f.Tag.Get("default"), help: f.Tag.Get("help"),
			min: f.Tag.Get("min"), max: f.Tag.Get("max"), secret: f.Tag.Get("secret") == "true", value: v.Field(i)}
		s.oneOf = split(f.Tag.Get("oneof"))
		out = append(out, s)
	}
	return out
}

// set reads the text into the field; the error says what was wanted.
func (s setting) set(text string) error {
	if len(s.oneOf) > 0 && !slices.Contains(s.oneOf, text) {
		return fmt.Errorf("wants one of %s, got %q", strings.Join(s.oneOf, ", "), text)
	}
	switch p := s.value.Addr().Interface().(type) {
	case *string:
		*p = text
	case *bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("wants true or false, got %q", text)
		}
		*p = b
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return fmt.Errorf("wants a time such as 20s or 5m, got %q", text)
		}
		*p = d
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil || !within(n, s.min, s.max) {
			return fmt.Errorf("wants a whole number from %s to %s, got %q", s.min, s.max, text)
		}
		*p = n
	default:
		return fmt.Errorf("has a type that cannot be read: %s", s.value.Type())
	}
	return nil
}

func within(n int, low, high string) bool {
	l, errLow := strconv.Atoi(low)
	h, errHigh := strconv.Atoi(high)
	return (errLow != nil || n >= l) && (errHigh != nil || n <= h)
}

// readFile returns the values of a TOML file by dotted key.
func readFile(path string) (map[string]string, error) {
	named := path != ""
	if !named {
		path = DefaultFile
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	if err != nil {
		return nil, errFile.With("file", path).Because(err)
	}
	var doc map[string]any
	if err := toml.Unmarshal(raw, &doc); err != nil {
		return nil, errFile.With("file", path).At(errs.Field{Path: path, Code: "config.syntax", Text: err.Error()})
	}
	out := map[string]string{}
	flatten("", doc, out)
	return out, nil
}

func flatten(head string, in map[string]any, out map[string]string) {
	for k, v := range in {
		if sub, ok := v.(map[string]any); ok {
			flatten(head+k+".", sub, out)
			continue
		}
		if list, ok := v.([]any); ok {
			parts := make([]string, len(list))
			for i := range list {
				parts[i] = fmt.Sprint(list[i])
			}
			v = strings.Join(parts, ",")
		}
		out[head+k] = fmt.Sprint(v)
	}
}

func unknownKeys(all []setting, sources ...map[string]string) []errs.Field {
	var bad []errs.Field
	for _, source := range sources {
		for key := range source {
			if slices.ContainsFunc(all, func(s setting) bool { return s.key == key }) {
				continue
			}
			text := "is not a setting"
			if near := nearest(key, all); near != "" {
				text += "; did you mean " + near + "?"
			}
			bad = append(bad, errs.Field{Path: key, Code: "config.unknown_key", Text: text})
		}
	}
	slices.SortFunc(bad, func(a, b errs.Field) int { return strings.Compare(a.Path, b.Path) })
	return bad
}

// nearest returns the known key that a misspelled one most likely meant, or nothing.
func nearest(key string, all []setting) string {
	best, least := "", len(key)/3+2
	for _, s := range all {
		tail := s.key[strings.LastIndexByte(s.key, '.')+1:]
		d := min(distance(key, s.key), distance(key, tail)+1)
		if d < least {
			best, least = s.key, d
		}
	}
	return best
}

// distance is Levenshtein's: how many letters differ.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
