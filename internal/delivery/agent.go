package delivery

import (
	"slices"
	"strconv"
	"strings"
)

// The type of figures about devices. They count acts, not people: one person may read on two devices.
const statDevice = "device" // openings and clicks of people by "device/program"

// Device is what a letter was read on.
type Device string

// Devices. HiddenDevice: the mail service fetches pictures itself, so nobody sees behind it.
const (
	Desktop      Device = "desktop"
	Phone        Device = "phone"
	Tablet       Device = "tablet"
	HiddenDevice Device = "hidden"
	OtherDevice  Device = "other"
)

// sign is a text that a program writes into its name, and what program that is.
type sign struct{ text, program string }

// programs are looked for in this order: many programs also name those that they want to look like.
var programs = []sign{
	{"googleimageproxy", "gmail"}, {"yahoomailproxy", "yahoo"}, {"yandex.mail", "yandex"}, {"mail.ru", "mailru"},
	{"ms-office", "outlook"}, {"microsoft outlook", "outlook"}, {"outlook-ios", "outlook"}, {"outlook-android", "outlook"},
	{"thunderbird", "thunderbird"}, {"the bat", "thebat"}, {"airmail", "airmail"}, {"samsungemail", "samsung"},
	{"gsa/", "google_app"}, {"instagram", "in_app"}, {"fbav", "in_app"}, {"whatsapp", "in_app"}, {"telegram", "in_app"},
	{"yabrowser", "yandex_browser"}, {"samsungbrowser", "samsung_browser"}, {"miuibrowser", "mi_browser"}, {"ucbrowser", "uc_browser"},
	{"opr/", "opera"}, {"opera", "opera"}, {"edg", "edge"}, {"firefox", "firefox"}, {"fxios", "firefox"}, {"crios", "chrome"}, {"chrome", "chrome"},
	{"trident", "explorer"}, {"msie", "explorer"},
}

// Programs lists the mail programs and browsers that are told apart, for the words of the cabinet.
func Programs() []string {
	out := []string{"apple_mail", "safari", "other"}
	for _, s := range programs {
		out = append(out, s.program)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hides are services that fetch pictures by themselves.
var hides = []string{"gmail", "yahoo", "yandex", "mailru"}

// readOn tells the device and the program from what a program says of itself.
func readOn(agent string) (Device, string) {
	a := strings.ToLower(agent)
	program := "other"
	for _, s := range programs {
		if strings.Contains(a, s.text) {
			program = s.program
			break
		}
	}
	if program == "other" && strings.Contains(a, "applewebkit") && strings.Contains(a, "mac os") {
		program = "apple_mail" // Apple Mail names no version of Safari
		if strings.Contains(a, "safari") {
			program = "safari"
		}
	}
	return deviceOf(a, program), program
}

func deviceOf(a, program string) Device {
	has := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(a, t) })
	}
	switch {
	case slices.Contains(hides, program) && has("proxy", "yandex.mail", "mail.ru"):
		return HiddenDevice
	case has("ipad", "tablet"), has("android") && !has("mobile"):
		return Tablet
	case has("iphone", "ipod", "android", "windows phone", "mobile"):
		return Phone
	case has("windows", "macintosh", "x11", "linux", "cros", "ms-office", "microsoft outlook", "thunderbird", "the bat"):
		return Desktop
	}
	return OtherDevice
}

// onDevice counts an act of a person by the device, and a click also by its link.
func (t tally) onDevice(a act) {
	if a.machine != "" || a.Kind != Opened && a.Kind != Clicked {
		return
	}
	device, program := readOn(a.Agent)
	t.add(statKey{a.Part, statDevice, string(device) + "/" + program, 0}, 1, 0)
	if a.Kind == Clicked {
		t.add(statKey{a.Part, statLink + "." + string(device), strconv.Itoa(a.Link), 0}, 1, 0)
	}
}
