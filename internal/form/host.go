package form

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// own tells a name of the machine itself, on which people work at their site.
func own(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || name == "127.0.0.1"
}

// cleanHost reads the name of a site as people write it, also as an address copied from the browser, and writes it as browsers
// do in Origin: lower case, A-labels, the port only when it is not the usual one.
func cleanHost(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", false
	}
	name, err := idna.Lookup.ToASCII(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")))
	if err != nil || len(name) > 253 || !own(name) && (!strings.Contains(name, ".") || net.ParseIP(name) != nil) {
		return "", false
	}
	port := u.Port()
	if port == "" || port == "443" {
		return name, true
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", false
	}
	return name + ":" + port, true
}
