package access

import "strings"

// browsers in the order in which to look, because most of them also name the others.
var browsers = []struct{ mark, name string }{
	{"YaBrowser/", "Yandex"}, {"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
	{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
}

var systems = []struct{ mark, name string }{
	{"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
}

// Browser returns a short name for people, such as "Chrome, Windows", of a User-Agent header. What is not
// recognised is the first product named there, and an empty header is empty.
func Browser(userAgent string) string {
	name, system := "", ""
	for _, b := range browsers {
		if strings.Contains(userAgent, b.mark) {
			name = b.name
			break
		}
	}
	for _, s := range systems {
		if strings.Contains(userAgent, s.mark) {
			system = s.name
			break
		}
	}
	switch {
	case name == "" && system == "":
		product, _, _ := strings.Cut(userAgent, " ")
		product, _, _ = strings.Cut(product, "/")
		return product[:min(len(product), 40)]
	case name == "":
		return system
	case system == "":
		return name
	default:
		return name + ", " + system
	}
}
