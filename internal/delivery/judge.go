package delivery

import (
	"strings"
	"sync"
	"time"

	"keruen/internal/channel"
)

// Why an act counts as a machine's. Reports keep these apart from people's.
const (
	machineMethod  = "method"        // asked by HEAD or OPTIONS
	machineAgent   = "scanner"       // a known security scanner or program
	machineProxy   = "privacy_proxy" // Apple Mail fetches all pictures by itself
	machineInstant = "instant"       // within a moment of the message's acceptance
	machineBurst   = "burst"         // several links of one message at once
)

// Limits of what a person can do.
const (
	instant = 2 * time.Second // from acceptance to a click
	burst   = 2 * time.Second // between two different links of one message
)

// scanners are parts of the names by which programs call themselves, in lower case.
var scanners = []string{
	"barracuda", "proofpoint", "mimecast", "symantec", "fireeye", "trellix", "sophos", "ironport", "forcepoint", "safelinks",
	"microsoft office existence discovery", "bingpreview", "googlesafety", "google-safety", "messagelabs", "cloudmark", "kaspersky",
	"drweb", "urlscan", "virustotal", "bot", "crawler", "spider", "scanner", "preview", "headlesschrome", "phantomjs",
	"python-requests", "python-urllib", "aiohttp", "curl/", "wget/", "go-http-client", "java/", "okhttp", "libwww", "httpclient",
}

// appleProxy is the whole name under which Apple's Mail Privacy Protection fetches pictures.
const appleProxy = "Mozilla/5.0"

// judge tells people from machines by what one request shows and by what came just before it.
type judge struct {
	mu     sync.Mutex
	clicks map[channel.Ref]lastClick
}

type lastClick struct {
	link int
	at   time.Time
}

func newJudge() *judge { return &judge{clicks: make(map[channel.Ref]lastClick)} }

// machine returns why an act is a machine's, empty for a person's.
func (j *judge) machine(r channel.Ref, e Event, t target, v Visit) string {
	agent := strings.ToLower(v.UserAgent)
	several := e.Kind == Clicked && j.several(r, e)
	switch {
	case v.Method != "" && v.Method != "GET":
		return machineMethod
	case e.Kind == Opened && strings.TrimSpace(v.UserAgent) == appleProxy:
		return machineProxy
	case agent == "" || isScanner(agent):
		return machineAgent
	case several:
		return machineBurst
	case e.Kind == Clicked && t.State == Accepted && e.At.Sub(t.Updated) < instant, t.State == InFlight:
		return machineInstant
	}
	return ""
}

// isScanner compares with the known names. Gmail's proxy ("ggpht.com GoogleImageProxy") is not among them: it
// fetches a picture when a person opens the letter.
func isScanner(agent string) bool {
	for _, s := range scanners {
		if strings.Contains(agent, s) {
			return true
		}
	}
	return false
}

// several tells whether another link of the same message was followed a moment ago.
func (j *judge) several(r channel.Ref, e Event) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	last, ok := j.clicks[r]
	if len(j.clicks) > 50_000 {
		for k, c := range j.clicks {
			if e.At.Sub(c.at) > burst {
				delete(j.clicks, k)
			}
		}
	}
	j.clicks[r] = lastClick{e.Link, e.At}
	return ok && last.link != e.Link && e.At.Sub(last.at) < burst
}
