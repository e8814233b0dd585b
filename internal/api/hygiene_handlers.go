package api

import (
	"context"

	"keruen/internal/access"
	"keruen/internal/contact"
)

func addressCheckOf(v contact.Verdict, phone bool) AddressCheck {
	c := AddressCheck{Kind: "email", Address: v.Email.Given, OK: v.OK(), Findings: many(v.Findings, findingOf)}
	if v.Email.Key != "" {
		d := domainStateOf(v.Domain)
		d.Domain = v.Email.Domain
		c.Domain = &d
	}
	if phone {
		c.Kind, c.Address = "phone", v.Phone.Number
	}
	if v.Phone.Number != "" {
		c.Phone = &PhoneLine{Country: v.Phone.Country, Line: string(v.Phone.Line), Operator: v.Phone.Operator}
	}
	return c
}

func findingOf(f contact.Finding) AddressFinding {
	return AddressFinding{Code: f.Code, Severity: string(f.Severity), Suggestion: f.Suggestion, Params: f.Params}
}

func domainStateOf(d contact.DomainCheck) DomainState {
	return DomainState{Domain: d.Domain, State: string(d.State), Undeliverable: d.Undeliverable(), CheckedAt: instant(d.At)}
}

func (a *API) checkAddress(ctx context.Context, who access.Actor, in *CheckAddressInput) (AddressCheck, error) {
	v, err := a.Contacts.CheckAddress(ctx, who, in.Body.Address, in.Body.Country)
	if err != nil {
		return AddressCheck{}, err
	}
	return addressCheckOf(v, contact.LooksLikePhone(in.Body.Address)), nil
}

func (a *API) checkContact(ctx context.Context, who access.Actor, in *ContactPath) (ContactCheck, error) {
	id, err := parse[contact.ID](in.ID)
	if err != nil {
		return ContactCheck{}, err
	}
	email, phone, err := a.Contacts.CheckContact(ctx, who, id)
	if err != nil {
		return ContactCheck{}, err
	}
	aliases, err := a.Contacts.Aliases(ctx, who, id)
	if err != nil {
		return ContactCheck{}, err
	}
	out := ContactCheck{Aliases: many(aliases, aliasOf)}
	if email.Email.Key != "" || len(email.Findings) > 0 {
		c := addressCheckOf(email, false)
		out.Email = &c
	}
	if phone.Phone.Number != "" || len(phone.Findings) > 0 {
		c := addressCheckOf(phone, true)
		out.Phone = &c
	}
	return out, nil
}

func aliasOf(x contact.Alias) ContactAlias {
	return ContactAlias{Kind: string(x.Kind), Address: x.Address}
}

func (a *API) checkDomains(ctx context.Context, who access.Actor, _ *Nothing) (Job, error) {
	job, err := a.Contacts.CheckDomains(ctx, who)
	if err != nil {
		return Job{}, err
	}
	return a.getJob(ctx, who, &JobPath{ID: job.String()})
}

func (a *API) listDeadDomains(ctx context.Context, who access.Actor, _ *Nothing) (List[DeadDomain], error) {
	list, err := a.Contacts.DeadDomains(ctx, who)
	if err != nil {
		return List[DeadDomain]{}, err
	}
	return whole(list, func(d contact.DeadDomain) DeadDomain {
		return DeadDomain{DomainState: domainStateOf(d.DomainCheck), Contacts: d.Contacts}
	}), nil
}

func (a *API) findDuplicates(ctx context.Context, who access.Actor, _ *Nothing) (Job, error) {
	job, err := a.Contacts.FindDuplicates(ctx, who)
	if err != nil {
		return Job{}, err
	}
	return a.getJob(ctx, who, &JobPath{ID: job.String()})
}

func (a *API) listDuplicates(ctx context.Context, who access.Actor, in *Paging) (List[DuplicateGroup], error) {
	ask, err := in.ask()
	if err != nil {
		return List[DuplicateGroup]{}, err
	}
	got, err := a.Contacts.Duplicates(ctx, who, ask)
	if err != nil {
		return List[DuplicateGroup]{}, err
	}
	return listOf(got, func(g contact.DuplicateGroup) DuplicateGroup {
		return DuplicateGroup{ID: g.N, Reasons: many(g.Reasons, func(r contact.DuplicateReason) string { return string(r) }), Contacts: many(g.Members, contactOf)}
	}), nil
}

func (a *API) denyDuplicates(ctx context.Context, who access.Actor, in *DenyDuplicatesInput) (None, error) {
	ids, err := references[contact.ID]("contacts", in.Body.Contacts)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.DenyDuplicates(ctx, who, ids)
}

func (m MergeRequest) order() (contact.MergeOrder, error) {
	into, err := reference[contact.ID]("into", m.Into)
	if err != nil {
		return contact.MergeOrder{}, err
	}
	from, err := references[contact.ID]("from", m.From)
	if err != nil {
		return contact.MergeOrder{}, err
	}
	o := contact.MergeOrder{Into: into, From: from, Take: map[string]contact.ID{}}
	for field, text := range m.Take {
		if o.Take[field], err = reference[contact.ID]("take."+field, text); err != nil {
			return contact.MergeOrder{}, err
		}
	}
	return o, nil
}

func (a *API) previewMerge(ctx context.Context, who access.Actor, in *MergeInput) (MergePreview, error) {
	o, err := in.Body.order()
	if err != nil {
		return MergePreview{}, err
	}
	p, err := a.Contacts.PlanMerge(ctx, who, o)
	if err != nil {
		return MergePreview{}, err
	}
	return MergePreview{
		Result:    contactOf(contact.View{Contact: p.Result, Consents: p.Consents, Lists: p.Lists, Tags: p.Tags}),
		Lost:      many(p.Lost, consentStateOf),
		Aliases:   many(p.Aliases, aliasOf),
		Conflicts: many(p.Conflicts, conflictOf),
	}, nil
}

func conflictOf(c contact.Conflict) MergeConflict {
	out := MergeConflict{Field: c.Field, Values: map[string]FieldValue{}}
	for id, v := range c.Values {
		out.Values[id.String()] = FieldValue{v}
	}
	return out
}

func (a *API) mergeContacts(ctx context.Context, who access.Actor, in *MergeInput) (Merge, error) {
	o, err := in.Body.order()
	if err != nil {
		return Merge{}, err
	}
	m, err := a.Contacts.Merge(ctx, who, o)
	if err != nil {
		return Merge{}, err
	}
	return mergeWire(m), nil
}

func mergeWire(m contact.Merge) Merge {
	return Merge{ID: m.ID.String(), Into: m.Into.String(), Contacts: m.Contacts, At: m.At, Member: m.Member.String(), UndoUntil: m.UndoUntil,
		UndoneAt: instant(m.UndoneAt), Undoable: m.Undoable && m.UndoneAt.IsZero()}
}

func (a *API) listMerges(ctx context.Context, who access.Actor, in *MergesInput) (List[Merge], error) {
	ask, err := in.ask()
	if err != nil {
		return List[Merge]{}, err
	}
	c, err := reference[contact.ID]("contact", in.Contact)
	if err != nil {
		return List[Merge]{}, err
	}
	got, err := a.Contacts.Merges(ctx, who, c, ask)
	if err != nil {
		return List[Merge]{}, err
	}
	return listOf(got, mergeWire), nil
}

func (a *API) undoMerge(ctx context.Context, who access.Actor, in *MergePath) (None, error) {
	id, err := parse[contact.MergeID](in.ID)
	if err != nil {
		return None{}, err
	}
	return None{}, a.Contacts.UndoMerge(ctx, who, id)
}
