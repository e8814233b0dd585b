package delivery

import (
	_ "embed"
	"net/netip"
	"strings"
)

//go:embed signs.tsv
var signsText string

var known = parseSigns(signsText)

// signs are what programs are known by.
type signs struct {
	agents   []string
	persons  []string
	networks []netip.Prefix
	public   map[string]bool
}

// parseSigns reads the table. It panics on a bad one: it is part of the program.
func parseSigns(text string) signs {
	s := signs{public: make(map[string]bool)}
	for line := range strings.Lines(text) {
		cols := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(cols) != 3 || strings.HasPrefix(line, "#") {
			continue
		}
		switch value := cols[1]; cols[0] {
		case "agent":
			s.agents = append(s.agents, value)
		case "person":
			s.persons = append(s.persons, value)
		case "network":
			s.networks = append(s.networks, netip.MustParsePrefix(value))
		case "public":
			s.public[value] = true
		default:
			panic("delivery: unknown kind of sign: " + line)
		}
	}
	return s
}

// scans tells whether a program calls itself by a known name. Gmail's proxy ("ggpht.com GoogleImageProxy") is not among them: it
// fetches a picture when a person opens the letter.
func (s signs) scans(agent string) bool {
	agent = strings.ToLower(agent)
	for _, p := range s.persons {
		agent = strings.ReplaceAll(agent, p, "")
	}
	for _, a := range s.agents {
		if strings.Contains(agent, a) {
			return true
		}
	}
	return false
}

// guards tells whether an address belongs to the gateways of a maker of scanners.
func (s signs) guards(ip netip.Addr) bool {
	for _, n := range s.networks {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}
