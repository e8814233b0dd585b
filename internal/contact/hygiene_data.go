package contact

import (
	_ "embed" // the data files
	"iter"
	"strings"
	"sync"
)

// The data files say where they come from.
var (
	//go:embed data/roles.txt
	rolesFile string
	//go:embed data/typos.txt
	typosFile string
	//go:embed data/real.txt
	realFile string
	//go:embed data/disposable.txt
	disposableFile string
	//go:embed data/kz_phone.txt
	kzPhoneFile string
)

// known is what the data files say.
type known struct {
	roles      map[string]Class
	mailboxes  map[string]bool   // well-known domains of mailboxes
	near       []string          // those of which every neighbour is taken for a slip
	typos      map[string]string // mistyped → meant
	real       map[string]bool
	disposable map[string]bool
	lines      map[string]phoneRange // by digits after +7
}

// knowledge reads the data files, once.
var knowledge = sync.OnceValue(func() *known {
	k := &known{roles: map[string]Class{}, mailboxes: map[string]bool{}, typos: map[string]string{}, real: map[string]bool{}, disposable: map[string]bool{},
		lines: map[string]phoneRange{}}
	for words := range dataLines(rolesFile) {
		for _, w := range words[1:] {
			k.roles[w] = Class(words[0])
		}
	}
	for words := range dataLines(typosFile) {
		k.typosOf(words[0], words[1:])
	}
	for words := range dataLines(realFile) {
		for _, w := range words {
			k.real[w] = true
		}
	}
	for words := range dataLines(disposableFile) {
		for _, w := range words {
			k.disposable[w] = true
		}
	}
	for words := range dataLines(kzPhoneFile) {
		k.lines[words[0]] = phoneRange{line: Line(words[1]), operator: strings.TrimPrefix(words[2], "-")}
	}
	return k
})

func (k *known) typosOf(meant string, wrong []string) {
	k.mailboxes[meant] = true
	for _, w := range wrong {
		if w == "near" {
			k.near = append(k.near, meant)
			continue
		}
		if ascii, err := asciiDomain(w); err == nil {
			w = ascii
		}
		k.typos[w] = meant
	}
}

// dataLines yields the words of each line that is no comment.
func dataLines(file string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for line := range strings.Lines(file) {
			if words := strings.Fields(line); len(words) > 0 && words[0] != "#" && !yield(words) {
				return
			}
		}
	}
}
