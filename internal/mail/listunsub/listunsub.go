// Package listunsub makes the header pair by which a mail reader shows its own
// "unsubscribe" button: List-Unsubscribe (RFC 2369 §3.2) and List-Unsubscribe-Post (RFC 8058).
package listunsub

import (
	"net/netip"
	"net/url"
	"strings"

	"keruen/internal/errs"
)

// Names of the two fields. RFC 8058 §4 wants both covered by a DKIM signature.
const (
	Field     = "List-Unsubscribe"
	PostField = "List-Unsubscribe-Post"
)

// ErrLink says that there is nothing a reader could follow.
var ErrLink = errs.New(errs.Invalid, "listunsub.link", "The unsubscribe link must be an absolute http or https address.")

// Pair returns the values of the two fields. link is the one-click address; mailto, when not
// empty, is an e-mail address that also takes unsubscriptions and comes second.
//
// The second value is empty, and must be left out, when the link is not https: RFC 8058 §3.1
// demands it. A link to this machine's loopback is exempt, so that the pretend world can press the button.
func Pair(link, mailto string) (unsubscribe, post string, err error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(link, "<>,\" \t\r\n\x00") || !ascii(link) {
		return "", "", ErrLink
	}
	if strings.ContainsAny(mailto, "<>,\" \t\r\n\x00") || !ascii(mailto) {
		return "", "", ErrLink
	}
	unsubscribe = "<" + link + ">"
	if mailto != "" {
		unsubscribe += ", <mailto:" + mailto + ">"
	}
	if u.Scheme == "https" || loopback(u.Hostname()) {
		post = "List-Unsubscribe=One-Click"
	}
	return unsubscribe, post, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) < 0
}
