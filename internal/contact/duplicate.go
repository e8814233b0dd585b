package contact

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
)

// DuplicateReason tells by what contacts look like one person.
type DuplicateReason string

// Reasons, from the surest.
const (
	SameMailbox DuplicateReason = "mailbox" // the e-mail differs only in what its provider ignores, or nearly: dots, +tag, the domain's other name
	SamePhone   DuplicateReason = "phone"
	SameName    DuplicateReason = "name" // the same name, and one more value in common
)

var sureness = map[DuplicateReason]int{SameMailbox: 3, SamePhone: 2, SameName: 1}

// MaxDuplicates is how many contacts of a group are shown, MaxGroups how many groups a search keeps, the surest first.
const (
	MaxDuplicates = MaxMerged
	MaxGroups     = 10_000
)

// mark is something by which contacts may be found alike.
type mark struct {
	reason DuplicateReason
	hash   uint64
}

func markOf(reason DuplicateReason, parts ...string) mark {
	h := fnv.New64a()
	h.Write([]byte(reason))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return mark{reason, h.Sum64()}
}

// marks lists the marks of a contact. That two contacts share one is a hint for people; nothing is merged by itself.
func marks(c Contact) []mark {
	var out []mark
	if m := mailbox(c.EmailKey); m != "" {
		out = append(out, markOf(SameMailbox, m))
	}
	if c.Phone != "" {
		out = append(out, markOf(SamePhone, c.Phone))
	}
	name := nameKey(c)
	if name == "" {
		return out
	}
	for key, v := range c.Fields {
		if t := strings.ToLower(v.Text()); telling(v, t) {
			out = append(out, markOf(SameName, name, key, t))
		}
	}
	if _, domain, ok := strings.Cut(c.EmailKey, "@"); ok && !knowledge().mailboxes[domain] && !knowledge().real[domain] { // of a firm
		out = append(out, markOf(SameName, name, "@", domain))
	}
	return out
}

// telling tells whether a value in common says something: not a yes, not a single letter.
func telling(v Value, text string) bool {
	return v.Kind() != BooleanField && len([]rune(text)) >= 4
}

// sameDomain gives the domain of mailboxes that have several names.
var sameDomain = map[string]string{"googlemail.com": "gmail.com", "ya.ru": "yandex.ru", "yandex.kz": "yandex.ru", "yandex.com": "yandex.ru", "yandex.by": "yandex.ru", "yandex.ua": "yandex.ru",
	"yandex.uz": "yandex.ru", "me.com": "icloud.com", "mac.com": "icloud.com"}

// mailbox is an address without what its provider ignores. Gmail takes no notice of dots and +tags, Yandex takes - for a dot; elsewhere only
// the +tag is dropped. It is a hint: on other servers such addresses may well be two people.
func mailbox(emailKey string) string {
	local, domain, ok := strings.Cut(emailKey, "@")
	if !ok {
		return ""
	}
	if d, ok := sameDomain[domain]; ok {
		domain = d
	}
	if bare, _, _ := strings.Cut(local, "+"); bare != "" {
		local = bare
	}
	switch domain {
	case "gmail.com":
		local = strings.ReplaceAll(local, ".", "")
	case "yandex.ru":
		local = strings.ReplaceAll(local, "-", ".")
	}
	return local + "@" + domain
}

// nameKey is a full name for comparison: letters as in keys of fields, the words in one order, "" unless both names are there.
func nameKey(c Contact) string {
	if c.FirstName == "" || c.LastName == "" {
		return ""
	}
	var words []string
	for w := range strings.FieldsSeq(c.FirstName + " " + c.LastName) {
		if w = latinWord(w); w != "" {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func latinWord(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if l, ok := latin[r]; ok {
			b.WriteString(l)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// twice remembers which hashes came once and which more often, in a fixed 32 MB for any number of contacts. It may take one for come twice that
// did not; that costs memory later, never a wrong group.
type twice struct{ once, more []uint64 }

const twiceBits = 1 << 27

func newTwice() *twice {
	return &twice{make([]uint64, twiceBits/64), make([]uint64, twiceBits/64)}
}

func (t *twice) add(h uint64) {
	i, bit := h%twiceBits/64, uint64(1)<<(h%64)
	if t.once[i]&bit != 0 {
		t.more[i] |= bit
	}
	t.once[i] |= bit
}

func (t *twice) has(h uint64) bool { return t.more[h%twiceBits/64]&(1<<(h%64)) != 0 }

// group is a set of contacts that look like one person.
type group struct {
	members []ID
	reasons []DuplicateReason
}

// sureness adds up, so that two reasons are more than one.
func (g group) sureness() int {
	n := 0
	for _, r := range g.reasons {
		n += 1 << (2 * sureness[r])
	}
	return n
}

// grouper joins contacts that share marks. Pairs that somebody denied are not joined directly.
type grouper struct {
	byMark  map[mark][]ID
	parent  map[ID]ID
	reasons map[ID]map[DuplicateReason]bool // by root
	denied  map[[2]ID]bool
}

func newGrouper(denied map[[2]ID]bool) *grouper {
	return &grouper{map[mark][]ID{}, map[ID]ID{}, map[ID]map[DuplicateReason]bool{}, denied}
}

func pairOf(a, b ID) [2]ID { return [2]ID{min(a, b), max(a, b)} }

func (g *grouper) add(c ID, m mark) { g.byMark[m] = append(g.byMark[m], c) }

func (g *grouper) root(c ID) ID {
	for {
		p, ok := g.parent[c]
		if !ok || p == c {
			return c
		}
		c = p
	}
}

func (g *grouper) join(a, b ID, r DuplicateReason) {
	x, y := g.root(a), g.root(b)
	if x > y {
		x, y = y, x
	}
	if g.reasons[x] == nil {
		g.reasons[x] = map[DuplicateReason]bool{}
	}
	g.reasons[x][r] = true
	if x == y {
		return
	}
	for other := range g.reasons[y] {
		g.reasons[x][other] = true
	}
	delete(g.reasons, y)
	g.parent[y] = x
}

// maxSharing is how many contacts may share a mark before it says nothing: the number of a call centre, the birthday of a form's default.
const maxSharing = MaxDuplicates

// groups joins what shares marks, and returns the groups from the surest.
func (g *grouper) groups() []group {
	for m, list := range g.byMark {
		if len(list) < 2 || len(list) > maxSharing {
			continue
		}
		for i, a := range list {
			for _, b := range list[i+1:] {
				if !g.denied[pairOf(a, b)] {
					g.join(a, b, m.reason)
				}
			}
		}
	}
	members := map[ID][]ID{}
	seen := map[ID]bool{}
	for _, list := range g.byMark {
		for _, c := range list {
			if r := g.root(c); !seen[c] && g.reasons[r] != nil {
				seen[c] = true
				members[r] = append(members[r], c)
			}
		}
	}
	out := make([]group, 0, len(members))
	for r, list := range members {
		if len(list) < 2 {
			continue
		}
		slices.Sort(list)
		one := group{members: list[:min(len(list), MaxDuplicates)]}
		for reason := range g.reasons[r] {
			one.reasons = append(one.reasons, reason)
		}
		slices.SortFunc(one.reasons, func(a, b DuplicateReason) int { return sureness[b] - sureness[a] })
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b group) int {
		return cmp.Or(b.sureness()-a.sureness(), cmp.Compare(a.members[0], b.members[0]))
	})
	return out[:min(len(out), MaxGroups)]
}
