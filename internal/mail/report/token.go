package report

import (
	"regexp"
	"slices"
	"strings"
)

// Unwrap takes away what forwarders put around a local part: SRS0=HHH=TT=domain=local and SRS1=HHH=domain==HHH=TT=domain=local
// (Sender Rewriting Scheme), prvs=tag=local and prvs=local/tag (BATV). The case of the rest stays.
func Unwrap(local string) string {
	for range 4 { // wrapped by several forwarders
		next := unwrapOnce(local)
		if next == local {
			break
		}
		local = next
	}
	return local
}

func unwrapOnce(local string) string {
	lower := strings.ToLower(local)
	switch {
	case hasTag(lower, "srs0"):
		if f := strings.SplitN(local[5:], "=", 4); len(f) == 4 {
			return f[3]
		}
	case hasTag(lower, "srs1"):
		if _, rest, ok := strings.Cut(local[5:], "=="); ok {
			if f := strings.SplitN(rest, "=", 4); len(f) == 4 {
				return f[3]
			}
		}
	case strings.HasPrefix(lower, "prvs="):
		rest := local[5:]
		if before, after, ok := strings.Cut(rest, "="); ok {
			if len(before) <= 10 { // prvs=tag=local, the common order
				return after
			}
			return before
		}
		if before, _, ok := strings.Cut(rest, "/"); ok {
			return before
		}
	}
	return local
}

func hasTag(local, tag string) bool {
	return len(local) > 5 && local[:4] == tag && strings.IndexByte("=+-", local[4]) >= 0
}

var (
	inAddress = regexp.MustCompile(`(?i)\b([bu]\+[0-9a-z]{30,62})@`)
	bareToken = regexp.MustCompile(`(?i)^[0-9a-z]{30,62}$`)
)

// tokens lists what may name the message, the strongest evidence first (reference: VERP of the report, then the returned header, then prose).
func (r *reader) tokens(to []string) []string {
	var out []string
	add := func(t string) {
		if t = strings.ToLower(t); t != "" && !slices.Contains(out, t) && len(out) < 20 {
			out = append(out, t)
		}
	}
	for _, local := range to {
		named(local, add)
	}
	for _, h := range r.original {
		for _, name := range []string{"x-keruen-msg", "message-id", "return-path", "list-unsubscribe", "x-original-message-id"} {
			for _, v := range h[name] {
				named(v, add)
			}
		}
	}
	for _, f := range append([]fields{r.feedback}, r.status...) {
		for _, name := range []string{"original-mail-from", "original-envelope-id", "x-original-message-id"} {
			named(f.get(name), add)
		}
	}
	for _, name := range []string{"in-reply-to", "references"} {
		named(r.root.head.get(name), add)
	}
	for _, text := range r.text {
		for _, g := range inAddress.FindAllStringSubmatch(text, 5) {
			add(g[1])
		}
		for _, l := range strings.Split(text, "\n") {
			name, v, ok := strings.Cut(strings.TrimLeft(l, "> \t"), ":")
			if ok && (strings.EqualFold(name, "X-Keruen-Msg") || strings.EqualFold(name, "Message-ID")) {
				named(v, add)
			}
		}
	}
	return out
}

// named finds tokens in the value of a field.
func named(value string, add func(string)) {
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" <>,;\"\t", r) }) {
		word = strings.TrimPrefix(word, "mailto:")
		local, _, _ := strings.Cut(word, "@")
		local = Unwrap(local)
		if bareToken.MatchString(local) || len(local) > 2 && local[1] == '+' && bareToken.MatchString(local[2:]) {
			add(local)
		}
	}
}
