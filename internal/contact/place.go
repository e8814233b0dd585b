package contact

import (
	"context"
	"strings"

	"keruen/internal/db"
)

// joinBulk puts the contacts of a batch on its lists and remembers which of them were there before and are new on a list.
func joinBulk(ctx context.Context, tx *db.Tx, b Bulk, items []*item) error {
	if len(b.Lists) == 0 || len(items) == 0 {
		return nil
	}
	if err := HaveLists(ctx, tx, b.Tenant, b.Lists); err != nil {
		return err
	}
	have, err := onLists(ctx, tx, b.Tenant, oldOf(items), b.Lists)
	if err != nil {
		return err
	}
	var counts []tally
	for _, l := range b.Lists {
		joins := make([]ID, 0, len(items))
		for _, it := range items {
			if have[membership{it.ID, l}] {
				continue
			}
			joins = append(joins, it.ID)
			if !it.fresh {
				it.joined = append(it.joined, l)
			}
		}
		if err := insertMembers(ctx, tx, b.Tenant, l, joins); err != nil {
			return err
		}
		if len(joins) > 0 {
			counts = append(counts, tally{list: l, joined: int64(len(joins))})
		}
	}
	cause := b.Cause
	if cause == "" {
		cause = ByImport
	}
	return countChanges(ctx, tx, b.Tenant, cause, counts)
}

func oldOf(items []*item) []ID {
	var old []ID
	for _, it := range items {
		if !it.fresh {
			old = append(old, it.ID)
		}
	}
	return old
}

// tagBulk gives the tags of a batch to all of its contacts and those of its rows to theirs, and remembers which contacts
// that were there before got a tag that they did not have.
func tagBulk(ctx context.Context, tx *db.Tx, b Bulk, items []*item) error {
	byName, err := ensureRowTags(ctx, tx, b, items)
	if err != nil || len(byName) == 0 && len(b.Tags) == 0 {
		return err
	}
	have := map[tagging]bool{}
	if old := oldOf(items); len(old) > 0 {
		list, err := tagsOf(ctx, tx, b.Tenant, old)
		if err != nil {
			return err
		}
		for _, g := range list {
			have[g] = true
		}
	}
	gets := map[TagID][]ID{}
	for _, it := range items {
		give := func(g TagID) {
			m := tagging{Contact: it.ID, Tag: g}
			if have[m] {
				return
			}
			have[m], gets[g] = true, append(gets[g], it.ID)
			if !it.fresh {
				it.tagged = append(it.tagged, g)
			}
		}
		for _, g := range b.Tags {
			give(g)
		}
		for _, name := range it.tags {
			give(byName[strings.ToLower(CleanText(name))])
		}
	}
	for g, ids := range gets {
		if err := TagTx(ctx, tx, b.Tenant, ids, []TagID{g}); err != nil {
			return err
		}
	}
	return nil
}

// ensureRowTags makes the tags that the rows of a batch name, and returns them by name.
func ensureRowTags(ctx context.Context, tx *db.Tx, b Bulk, items []*item) (map[string]TagID, error) {
	var names []string
	byName := map[string]TagID{}
	for _, it := range items {
		for _, name := range it.tags {
			key := strings.ToLower(CleanText(name))
			if _, known := byName[key]; !known {
				byName[key], names = 0, append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	ids, err := EnsureTagsTx(ctx, tx, b.Tenant, names)
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		byName[strings.ToLower(CleanText(name))] = ids[i]
	}
	return byName, nil
}
