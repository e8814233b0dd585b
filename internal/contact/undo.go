package contact

import (
	"context"
	"maps"
	"slices"
	"strings"

	"keruen/internal/db"
	"keruen/internal/id"
)

// Touch is what a bulk did to a contact that was there already: enough to take it back.
type Touch struct {
	Contact ID             `json:"-"`
	Values  map[string]Was `json:"values,omitempty"` // by name; custom fields as "fields.<key>"
	Lists   []ListID       `json:"lists,omitempty"`  // that it joined by the bulk
	Tags    []TagID        `json:"tags,omitempty"`   // that it got by the bulk
}

// Was is a value before and after. The zero value of either is "none".
type Was struct {
	Before Value `json:"before"`
	After  Value `json:"after"`
}

// Kept is a contact that undoing an import leaves as it is, wholly or in part.
type Kept struct {
	Contact ID     `json:"contact"`
	Why     string `json:"why"`
}

// Why an undo keeps a contact.
const (
	KeptChanged = "changed" // somebody has changed it since
	KeptConsent = "consent" // it, or somebody for it, has decided about consent since
	KeptJoined  = "joined"  // it was put on another list, or tagged, since
	KeptTaken   = "taken"   // another contact has its former address
)

// Undone is what taking back a batch did.
type Undone struct {
	Restored int64 // contacts that have former values, lists or tags again
	Consents int64 // consents that ended
	Kept     []Kept
}

// Made names contacts that an import created: those after After up to Last.
type Made struct {
	Tenant      id.Tenant
	Import      int64
	Proof       ProofID // of its consents, 0 for none
	After, Last ID
	Limit       int
}

// UndoneMade is what UndoMadeTx did: Last was looked at last, End tells that there are no more.
type UndoneMade struct {
	Undone
	Removed int64
	Last    ID
	End     bool
}

// UndoMadeTx removes contacts that an import created, Limit at most. Those that were changed since, have decided about their consent,
// or were put somewhere else live on. Consents given by the import end for all of them.
func (s *Service) UndoMadeTx(ctx context.Context, tx *db.Tx, m Made) (UndoneMade, error) {
	rows, err := db.All[row](ctx, tx, `
		SELECT `+columns(tx)+` FROM contacts c WHERE c.tenant_id = ? AND c.id > ? AND c.id <= ? ORDER BY c.id LIMIT ?`, m.Tenant, m.After, m.Last, m.Limit)
	out := UndoneMade{Last: m.Last, End: len(rows) < m.Limit}
	if err != nil {
		return out, err
	}
	var mine []row
	for _, r := range rows {
		out.Last = r.ID
		if r.Import == m.Import {
			mine = append(mine, r)
		}
	}
	list := contacts(mine)
	if out.Kept, err = keptOf(ctx, tx, m, list); err != nil {
		return out, err
	}
	if out.Consents, err = s.undoConsents(ctx, tx, m.Tenant, m.Proof, idsOf(list)); err != nil {
		return out, err
	}
	gone := slices.DeleteFunc(list, func(c Contact) bool {
		return slices.ContainsFunc(out.Kept, func(k Kept) bool { return k.Contact == c.ID })
	})
	out.Removed = int64(len(gone))
	return out, s.removeTx(ctx, tx, m.Tenant, gone, ByUndo)
}

func idsOf(list []Contact) []ID {
	out := make([]ID, len(list))
	for i, c := range list {
		out[i] = c.ID
	}
	return out
}

// keptOf finds the contacts to which something has happened since the import. What the import did itself bears its time.
func keptOf(ctx context.Context, tx *db.Tx, m Made, list []Contact) ([]Kept, error) {
	if len(list) == 0 {
		return nil, nil
	}
	var kept []Kept
	known := map[ID]bool{}
	keep := func(why string, ids ...ID) {
		for _, c := range ids {
			if !known[c] {
				known[c], kept = true, append(kept, Kept{c, why})
			}
		}
	}
	ids := idsOf(list)
	w := db.Where("x.tenant_id = ?", m.Tenant).And(db.In("x.contact_id", ids))
	acted, err := db.All[ID](ctx, tx, `SELECT DISTINCT x.contact_id FROM consent x WHERE `+w.SQL()+` AND x.proof_id <> ?`, w.Args(m.Proof)...)
	if err != nil {
		return nil, err
	}
	keep(KeptConsent, acted...)
	for _, c := range list {
		if c.Version > 1 {
			keep(KeptChanged, c.ID)
		}
	}
	for _, table := range []string{"list_member", "contact_tag"} {
		joined, err := db.All[ID](ctx, tx, `SELECT DISTINCT x.contact_id FROM `+table+` x JOIN contacts c ON c.tenant_id = x.tenant_id AND c.id = x.contact_id
			WHERE `+w.SQL()+` AND x.added_at <> c.created_at`, w.Args()...)
		if err != nil {
			return nil, err
		}
		keep(KeptJoined, joined...)
	}
	return kept, nil
}

// UndoTouchedTx gives contacts back what a bulk has changed, where it still stands as the bulk left it. Several touches of one contact
// come from the last to the first.
func (s *Service) UndoTouchedTx(ctx context.Context, tx *db.Tx, t id.Tenant, proof ProofID, touches []Touch) (Undone, error) {
	var out Undone
	ids := make([]ID, len(touches))
	for i, x := range touches {
		ids[i] = x.Contact
	}
	var err error
	if out.Consents, err = s.undoConsents(ctx, tx, t, proof, ids); err != nil {
		return out, err
	}
	for _, x := range touches {
		why, did, err := s.restore(ctx, tx, t, x)
		if err != nil {
			return out, err
		}
		if why != "" {
			out.Kept = append(out.Kept, Kept{x.Contact, why})
		}
		if did {
			out.Restored++
		}
	}
	return out, nil
}

// restore takes one touch back. why tells what could not be; a contact that was deleted meanwhile is no trouble.
func (s *Service) restore(ctx context.Context, tx *db.Tx, t id.Tenant, x Touch) (why string, did bool, err error) {
	found, err := byIDs(ctx, tx, t, []ID{x.Contact})
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	was := found[0]
	c := was
	c.Fields = maps.Clone(c.Fields)
	for _, name := range slices.Sorted(maps.Keys(x.Values)) {
		w := x.Values[name]
		switch taken, err := s.taken(ctx, tx, c, name, w.Before); {
		case err != nil:
			return "", false, err
		case !c.value(name).Equal(w.After):
			why = KeptChanged
		case taken:
			why = KeptTaken
		default:
			c.put(name, w.Before)
			did = true
		}
	}
	if did {
		if _, err := s.updateContact(ctx, tx, c); err != nil {
			return "", false, err
		}
		if err := s.carryLeft(ctx, tx, was, c); err != nil {
			return "", false, err
		}
	}
	off, err := s.takeOff(ctx, tx, c, x)
	return why, did || off, err
}

// taken tells that another contact has meanwhile got what must be unique.
func (s *Service) taken(ctx context.Context, tx *db.Tx, c Contact, name string, v Value) (bool, error) {
	column := map[string]string{"email": "email_key", "external_id": "external_id"}[name]
	if column == "" || v.Text() == "" {
		return false, nil
	}
	key := v.Text()
	if name == "email" {
		a, err := ParseEmail(key)
		if err != nil {
			return true, nil //nolint:nilerr // an address of former rules stays away
		}
		key = a.Key
	}
	n, err := db.One[int](ctx, tx, `SELECT COUNT(*) FROM contacts WHERE tenant_id = ? AND `+column+` = ? AND id <> ?`, c.Tenant, key, c.ID)
	return n > 0, err
}

// takeOff ends the memberships and tags that a touch brought.
func (s *Service) takeOff(ctx context.Context, tx *db.Tx, c Contact, x Touch) (bool, error) {
	var gone int64
	for _, l := range x.Lists {
		n, err := db.Exec(ctx, tx, `DELETE FROM list_member WHERE tenant_id = ? AND list_id = ? AND contact_id = ?`, c.Tenant, l, c.ID)
		if err != nil {
			return false, err
		}
		gone += n
		if err := countChanges(ctx, tx, c.Tenant, ByUndo, []tally{{list: l, gone: n}}); err != nil {
			return false, err
		}
	}
	for _, tag := range x.Tags {
		n, err := db.Exec(ctx, tx, `DELETE FROM contact_tag WHERE tenant_id = ? AND tag_id = ? AND contact_id = ?`, c.Tenant, tag, c.ID)
		if err != nil {
			return false, err
		}
		gone += n
	}
	return gone > 0, nil
}

// undoConsents ends the consents that came with a proof and still hold: the history says that they were taken back, and nothing holds
// any more, as before. It is no withdrawal of the person, so the stop-list learns nothing of it; whoever has withdrawn stays withdrawn (AUD-3).
func (s *Service) undoConsents(ctx context.Context, tx *db.Tx, t id.Tenant, proof ProofID, ids []ID) (int64, error) {
	if proof == 0 || len(ids) == 0 {
		return 0, nil
	}
	w := db.Where("s.tenant_id = ?", t).And(db.In("s.contact_id", ids)).And("s.action = ?", Granted).And("c.proof_id = ?", proof)
	held, err := db.All[State](ctx, tx, `
		SELECT s.contact_id, s.channel, s.purpose, s.topic_id, s.action, s.consent_id, s.at
		FROM consent_state s JOIN consent c ON c.tenant_id = s.tenant_id AND c.id = s.consent_id
		WHERE `+w.SQL(), w.Args()...)
	if err != nil || len(held) == 0 {
		return 0, err
	}
	why, err := SaveProofTx(ctx, tx, t, Proof{Source: ByImportUndo, Wording: string(ByImportUndo)})
	if err != nil {
		return 0, err
	}
	list := make([]consentOf, len(held))
	for i, h := range held {
		list[i] = consentOf{h.Contact, h.Key()}
	}
	if err := saveConsents(ctx, tx, t, why, Undid, list); err != nil {
		return 0, err
	}
	for _, h := range held {
		if err := deleteState(ctx, tx, t, h); err != nil {
			return 0, err
		}
		s.announceStop(tx, Stopped{Tenant: t, Contact: h.Contact, Channel: h.Channel, Purpose: h.Purpose})
	}
	return int64(len(held)), nil
}

func deleteState(ctx context.Context, tx *db.Tx, t id.Tenant, h State) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM consent_state WHERE tenant_id = ? AND contact_id = ? AND channel = ? AND purpose = ? AND topic_id = ?`,
		t, h.Contact, h.Channel, h.Purpose, int64(h.Topic)) // a zero id would be NULL
	return err
}

// value and put reach the values of a contact by the names that a Touch uses.
func (c *Contact) value(name string) Value {
	if key, ok := strings.CutPrefix(name, "fields."); ok {
		return c.Fields[key]
	}
	if p := c.attribute(name); p != nil && *p != "" {
		return TextValue(*p)
	}
	return Value{}
}

func (c *Contact) put(name string, v Value) {
	key, custom := strings.CutPrefix(name, "fields.")
	switch {
	case custom && v.Kind() == "":
		delete(c.Fields, key)
	case custom:
		if c.Fields == nil {
			c.Fields = map[string]Value{}
		}
		c.Fields[key] = v
	case name == "email":
		c.Email, c.EmailKey = "", ""
		if a, err := ParseEmail(v.Text()); err == nil {
			c.Email, c.EmailKey = a.Given, a.Key
		}
	case name == "sort":
		c.Sort = Sort(v.Text())
	default:
		if p := c.attribute(name); p != nil {
			*p = v.Text()
		}
	}
}

func (c *Contact) attribute(name string) *string {
	switch name {
	case "email":
		return &c.Email
	case "phone":
		return &c.Phone
	case "external_id":
		return &c.ExternalID
	case "first_name":
		return &c.FirstName
	case "last_name":
		return &c.LastName
	case "lang":
		return &c.Lang
	case "sort":
		return (*string)(&c.Sort)
	default:
		return nil
	}
}

// touched compares a contact with what it was; nil when nothing changed.
func touched(was, is *Contact, lists []ListID, tags []TagID) *Touch {
	x := Touch{Contact: is.ID, Lists: lists, Tags: tags}
	note := func(name string) {
		if a, b := was.value(name), is.value(name); !a.Equal(b) {
			if x.Values == nil {
				x.Values = map[string]Was{}
			}
			x.Values[name] = Was{a, b}
		}
	}
	for _, name := range []string{"email", "phone", "external_id", "first_name", "last_name", "lang", "sort"} {
		note(name)
	}
	for key := range is.Fields {
		note("fields." + key)
	}
	if x.Values == nil && len(lists) == 0 && len(tags) == 0 {
		return nil
	}
	return &x
}

// removeTx deletes contacts with everything personal; of the stop-list hints stay. What they have left must be remembered before.
func (s *Service) removeTx(ctx context.Context, tx *db.Tx, t id.Tenant, list []Contact, cause Cause) error {
	if len(list) == 0 {
		return nil
	}
	ids, all := idsOf(list), make([]*Contact, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	stops, err := s.stopsOf(ctx, tx, t, all)
	if err != nil {
		return err
	}
	for i, c := range list {
		if len(stops[i]) == 0 {
			continue
		}
		if err := s.blankSuppressions(ctx, tx, c); err != nil {
			return err
		}
	}
	lists, err := listsOf(ctx, tx, t, ids)
	if err != nil {
		return err
	}
	if err := countGone(ctx, tx, t, cause, lists); err != nil {
		return err
	}
	w := db.Where("tenant_id = ?", t).And(db.In("contact_id", ids))
	for _, table := range belongings {
		if _, err := db.Exec(ctx, tx, `DELETE FROM `+table+` WHERE `+w.SQL(), w.Args()...); err != nil {
			return err
		}
	}
	w = db.Where("tenant_id = ?", t).And(db.In("id", ids))
	if _, err := db.Exec(ctx, tx, `DELETE FROM contacts WHERE `+w.SQL(), w.Args()...); err != nil {
		return err
	}
	if err := forgetMerges(ctx, tx, t, ids); err != nil {
		return err
	}
	for _, c := range ids {
		s.announceStop(tx, Stopped{Tenant: t, Contact: c})
	}
	return nil
}
