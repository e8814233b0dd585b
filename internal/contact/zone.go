package contact

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"keruen/internal/db"
	"keruen/internal/id"
)

// zoneFields are the keys of custom fields that may hold a time zone: a name such as Asia/Almaty, or +05:00, UTC+5, GMT+5.
var zoneFields = []string{"timezone", "time_zone", "tz", "zone", "chasovoi_poyas", "chasovoy_poyas"}

// placeFields are the keys of custom fields that may hold a place, the most exact first.
var placeFields = []string{"city", "gorod", "qala", "region", "oblast", "oblys", "country", "strana", "el"}

// zonePlaces are places and their zones, a line each: the zone, then names in small letters, by commas.
//
//go:embed data/zones.tsv
var zonePlaces string

var placeZones = sync.OnceValue(func() map[string]string {
	out := make(map[string]string)
	for line := range strings.Lines(zonePlaces) {
		zone, names, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for name := range strings.SplitSeq(names, ",") {
			out[strings.TrimSpace(name)] = zone
		}
	}
	return out
})

// countryZones are the zones of countries that have one. Kazakhstan has one since 1 March 2024.
var countryZones = map[string]string{
	"KZ": "Asia/Almaty", "KG": "Asia/Bishkek", "UZ": "Asia/Tashkent", "TJ": "Asia/Dushanbe", "TM": "Asia/Ashgabat", "BY": "Europe/Minsk",
	"AZ": "Asia/Baku", "AM": "Asia/Yerevan", "GE": "Asia/Tbilisi", "UA": "Europe/Kyiv", "MD": "Europe/Chisinau", "TR": "Europe/Istanbul",
	"CN": "Asia/Shanghai", "AE": "Asia/Dubai",
}

// Zone tells in which time zone a contact lives: what a field of its own says, else its place, else the country of its number. Empty
// when nothing tells; then the account's zone is meant.
func (c Contact) Zone() string {
	texts := c.FieldTexts()
	for _, key := range zoneFields {
		if z := zoneNamed(texts[key]); z != "" {
			return z
		}
	}
	for _, key := range placeFields {
		if z := placeZones()[placeKey(texts[key])]; z != "" {
			return z
		}
	}
	if c.Phone == "" {
		return ""
	}
	return countryZones[PhoneOf(c.Phone).Country]
}

func placeKey(s string) string {
	s = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "ё", "е")
	for _, before := range []string{"г. ", "г.", "город ", "қ. ", "қ."} {
		s = strings.TrimPrefix(s, before)
	}
	return strings.TrimSpace(s)
}

var zoneOffset = regexp.MustCompile(`^(?:UTC|GMT)?\s*([+\-−])\s*(\d{1,2})(?::?00)?$`)

// zoneNamed reads a zone as people write it. Offsets of whole hours become the fixed zones of the tz database, whose signs are turned.
func zoneNamed(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || s == "Local" {
		return ""
	}
	if m := zoneOffset.FindStringSubmatch(strings.ToUpper(s)); m != nil {
		hours, _ := strconv.Atoi(m[2])
		switch {
		case hours > 14 || m[1] != "+" && hours > 12:
			return ""
		case hours == 0:
			return "Etc/GMT"
		case m[1] == "+":
			return fmt.Sprintf("Etc/GMT-%d", hours)
		}
		return fmt.Sprintf("Etc/GMT+%d", hours)
	}
	if _, err := time.LoadLocation(s); err != nil || !strings.Contains(s, "/") {
		return ""
	}
	return s
}

// ZonesOf returns the zones of contacts, in their order; empty where nothing tells, and for contacts that are gone.
func ZonesOf(ctx context.Context, q db.Querier, t id.Tenant, ids []ID) ([]string, error) {
	at := make(map[ID]string, len(ids))
	for batch := range slices.Chunk(ids, 1000) {
		list, err := byIDs(ctx, q, t, batch)
		if err != nil {
			return nil, fmt.Errorf("read time zones: %w", err)
		}
		for _, c := range list {
			at[c.ID] = c.Zone()
		}
	}
	out := make([]string, len(ids))
	for i, c := range ids {
		out[i] = at[c]
	}
	return out, nil
}
