package api

import (
	"context"
	"encoding/json"

	"keruen/internal/access"
	"keruen/internal/contact"
	"keruen/internal/contact/segment"
)

// conditionOf reads a condition from its form on the wire, which is the form inside too.
func conditionOf(c Condition) (segment.Condition, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return segment.Condition{}, err
	}
	return segment.Parse(text)
}

func conditionText(c segment.Condition) json.RawMessage {
	text, err := json.Marshal(c)
	if err != nil { // it was read from JSON
		panic(err)
	}
	return text
}

func segmentOf(s segment.Segment) Segment {
	out := Segment{ID: s.ID.String(), Name: s.Name, Condition: conditionText(s.Condition), Version: s.Version, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
		Missing: many(s.Missing, func(m segment.Missing) SegmentGap { return SegmentGap(m) })}
	if s.CreatedBy != 0 {
		out.CreatedBy = s.CreatedBy.String()
	}
	if !s.CountedAt.IsZero() {
		out.Contacts, out.CountedAt = &s.Count, &s.CountedAt
	}
	return out
}

func (a *API) listSegments(ctx context.Context, who access.Actor, _ *Nothing) (List[Segment], error) {
	all, err := a.Segments.List(ctx, who)
	if err != nil {
		return List[Segment]{}, err
	}
	return whole(all, segmentOf), nil
}

func (a *API) segmentRecipes(context.Context, access.Actor, *Nothing) (List[SegmentRecipe], error) {
	return whole(segment.Recipes(), func(r segment.Recipe) SegmentRecipe {
		return SegmentRecipe{Key: r.Key, Condition: conditionText(r.Condition)}
	}), nil
}

func (a *API) createSegment(ctx context.Context, who access.Actor, in *CreateSegmentInput) (Segment, error) {
	c, err := conditionOf(in.Body.Condition)
	if err != nil {
		return Segment{}, err
	}
	s, err := a.Segments.Create(ctx, who, in.Body.Name, c)
	return segmentOf(s), err
}

func (a *API) getSegment(ctx context.Context, who access.Actor, in *SegmentPath) (Segment, error) {
	id, err := parse[contact.SegmentID](in.ID)
	if err != nil {
		return Segment{}, err
	}
	s, err := a.Segments.Get(ctx, who, id)
	return segmentOf(s), err
}

func (a *API) patchSegment(ctx context.Context, who access.Actor, in *PatchSegmentInput) (Segment, error) {
	id, err := parse[contact.SegmentID](in.ID)
	if err != nil {
		return Segment{}, err
	}
	v, err := in.version()
	if err != nil {
		return Segment{}, err
	}
	ch := segment.Change{Name: in.Body.Name}
	if in.Body.Condition != nil {
		c, err := conditionOf(*in.Body.Condition)
		if err != nil {
			return Segment{}, err
		}
		ch.Condition = &c
	}
	s, err := a.Segments.Update(ctx, who, id, v, ch)
	return segmentOf(s), err
}

func (a *API) deleteSegment(ctx context.Context, who access.Actor, in *SegmentPath) (None, error) {
	id, err := parse[contact.SegmentID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Segments.Delete(ctx, who, id)
}

func (a *API) countSegment(ctx context.Context, who access.Actor, in *SegmentPath) (Segment, error) {
	id, err := parse[contact.SegmentID](in.ID)
	if err != nil {
		return Segment{}, err
	}
	s, err := a.Segments.Count(ctx, who, id)
	return segmentOf(s), err
}

func (a *API) segmentUses(ctx context.Context, who access.Actor, in *SegmentPath) (List[SegmentUse], error) {
	id, err := parse[contact.SegmentID](in.ID)
	if err != nil {
		return List[SegmentUse]{}, err
	}
	uses, err := a.Segments.Uses(ctx, who, id)
	return whole(uses, func(u segment.Use) SegmentUse { return SegmentUse(u) }), err
}

func (a *API) makeList(ctx context.Context, who access.Actor, in *MakeListInput) (MadeList, error) {
	id, err := parse[contact.SegmentID](in.ID)
	if err != nil {
		return MadeList{}, err
	}
	list, job, err := a.Segments.MakeList(ctx, who, id, in.Body.Name)
	if err != nil {
		return MadeList{}, err
	}
	return MadeList{List: list.String(), Job: job.String()}, nil
}

func (a *API) countCondition(ctx context.Context, who access.Actor, in *CountSegmentInput) (SegmentCount, error) {
	c, err := conditionOf(in.Body.Condition)
	if err != nil {
		return SegmentCount{}, err
	}
	n, err := a.Segments.CountOf(ctx, who, c)
	if err != nil {
		return SegmentCount{}, err
	}
	parts, err := a.Segments.CountParts(ctx, who, c)
	return SegmentCount{Contacts: n, Parts: many(parts, func(n int64) int64 { return n })}, err
}

func (a *API) previewCondition(ctx context.Context, who access.Actor, in *PreviewSegmentInput) (SegmentPreview, error) {
	c, err := conditionOf(in.Body.Condition)
	if err != nil {
		return SegmentPreview{}, err
	}
	key, err := keyOf(in.Body.Channel, in.Body.Purpose, in.Body.Topic)
	if err != nil {
		return SegmentPreview{}, err
	}
	p, err := a.Segments.Preview(ctx, who, c, key)
	if err != nil {
		return SegmentPreview{}, err
	}
	return SegmentPreview{Total: p.Counts.Total, Reachable: p.Counts.Reachable, Excluded: excludedOf(p.Counts), Sample: many(p.Sample, contactOf)}, nil
}
