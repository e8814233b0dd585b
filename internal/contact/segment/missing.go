package segment

import (
	"context"
	"fmt"

	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// Missing is something that a condition names and that is not there.
type Missing struct {
	Path string // in the tree: condition.all[0]
	Kind string // field, tag, list, topic, segment or campaign
	Ref  string // the key or the identifier
}

// ErrMissing names what a condition needs and is not there.
var ErrMissing = errs.New(errs.Invalid, "segment.missing", "This was deleted. Choose another or remove the condition.")

func blames(list []Missing) []errs.Field {
	out := make([]errs.Field, len(list))
	for i, m := range list {
		out[i] = contact.Blame(m.Path, ErrMissing.With("kind", m.Kind).With("ref", m.Ref))
	}
	return out
}

// names tells whether a condition uses a segment directly.
func (c Condition) names(g ID) bool {
	found := false
	c.walk("", func(_ string, leaf Condition) {
		if leaf.Kind != OfSegment {
			return
		}
		for _, v := range leaf.Values {
			found = found || v == g.String()
		}
	})
	return found
}

// stock is what an account has that conditions may name.
type stock struct {
	fields                      map[string]contact.Field
	tags, lists, topics, groups map[int64]bool
	campaigns                   map[CampaignID]string
}

// findMissing looks for what segments name and the account does not have. It reads each table once for all of them.
func (s *Service) findMissing(ctx context.Context, q db.Querier, t id.Tenant, list ...*Segment) error {
	have, err := s.take(ctx, q, t, list)
	if err != nil {
		return err
	}
	for _, g := range list {
		g.Missing = nil
		g.Condition.walk("condition", func(path string, leaf Condition) { g.Missing = append(g.Missing, have.lacks(path, leaf)...) })
	}
	return nil
}

func (s *Service) take(ctx context.Context, q db.Querier, t id.Tenant, list []*Segment) (have stock, err error) {
	named := map[Kind]bool{}
	var campaigns []CampaignID
	for _, g := range list {
		g.Condition.walk("", func(_ string, leaf Condition) {
			named[leaf.Kind] = true
			campaigns = append(campaigns, leaf.Campaigns...)
		})
	}
	read := func(kind Kind, table string, into *map[int64]bool) {
		if err == nil && named[kind] {
			*into, err = idsOf(ctx, q, table, t)
		}
	}
	read(OfTag, "tag", &have.tags)
	read(OfList, "contact_list", &have.lists)
	read(OfConsent, "contact_topic", &have.topics)
	read(OfSegment, "segment", &have.groups)
	if err == nil && named[OfField] {
		have.fields, err = contact.FieldsByKey(ctx, q, t)
	}
	if err == nil && len(campaigns) > 0 {
		have.campaigns, err = s.campaigns.Names(ctx, q, t, campaigns)
	}
	if err != nil {
		return stock{}, fmt.Errorf("find what is missing: %w", err)
	}
	return have, nil
}

// lacks lists what a leaf names and the account does not have.
func (h stock) lacks(path string, c Condition) []Missing {
	switch c.Kind {
	case OfField:
		if _, ok := h.fields[c.Key]; !ok {
			return []Missing{{path + ".key", "field", c.Key}}
		}
	case OfTag:
		return absent[tagTag](path, "tag", c.Values, h.tags)
	case OfList:
		return absent[listTag](path, "list", c.Values, h.lists)
	case OfSegment:
		return absent[segmentTag](path, "segment", c.Values, h.groups)
	case OfConsent:
		if c.Topic != 0 && !h.topics[int64(c.Topic)] {
			return []Missing{{path + ".topic", "topic", c.Topic.String()}}
		}
	case OfAct:
		var out []Missing
		for i, g := range c.Campaigns {
			if _, ok := h.campaigns[g]; !ok {
				out = append(out, Missing{fmt.Sprintf("%s.campaigns[%d]", path, i), "campaign", g.String()})
			}
		}
		return out
	}
	return nil
}

func absent[K id.Kind](path, kind string, values []string, have map[int64]bool) []Missing {
	var out []Missing
	for i, v := range values {
		if n, err := id.Parse[K](v); err != nil || !have[int64(n)] {
			out = append(out, Missing{fmt.Sprintf("%s.values[%d]", path, i), kind, v})
		}
	}
	return out
}
