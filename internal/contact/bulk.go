package contact

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

// OnExisting tells what a bulk does with a contact that is there already.
type OnExisting string

// What to do with a contact that is there.
const (
	UpdateEmpty OnExisting = "update_empty" // fill in what is empty
	Overwrite   OnExisting = "overwrite"    // values of the row win; its empty ones change nothing
	Skip        OnExisting = "skip"         // change no value; the list and the consent are still given
)

// Identity tells by what a row is recognised.
type Identity string

// Identities. A row without the chosen one is recognised by the other.
const (
	ByEmail    Identity = "email"
	ByPhone    Identity = "phone"
	ByExternal Identity = "external_id"
)

// Row is one contact of a bulk, checked and normalised already.
type Row struct {
	Email               Address // zero for none
	Phone               string  // E.164 or empty
	FirstName, LastName string
	Lang                string
	Fields              map[string]Value
	ExternalID          string   // of the customer's own system, unique in the account; empty for none
	Tags                []string // names, made when there are none such
}

// Bulk is a batch of rows, best 500 to 2,000, all treated alike.
type Bulk struct {
	Tenant     id.Tenant
	By         Identity
	OnExisting OnExisting
	Lists      []ListID
	Tags       []TagID
	Consents   []ConsentKey // to grant, where the contact has an address for them
	Proof      ProofID      // of these consents
	Import     int64        // kept as the origin of contacts that are created; 0 for none. With it results tell what changed.
	Run        int64        // from OpenRunTx, of the contacts that are created; 0 for none
	Cause      Cause        // by which lists count those who join; ByImport when empty
	Rows       []Row
}

// Result is what a bulk did, or would do, with one row.
type Result struct {
	Contact ID // zero in a plan for a contact that is not there yet
	What    What
	Stopped bool   // the address is on the stop-list: the contact is kept and not written to
	Kept    bool   // the row's e-mail belongs to another contact, so this one kept its own
	KeptID  bool   // the same of the external id
	Touch   *Touch // of a bulk with Import: what it changed in a contact that was there, nil for nothing
}

// What became of a row.
type What uint8

// What became of a row.
const (
	Created What = iota + 1
	Updated
	Unchanged // there already, and nothing to change
	Repeated  // the same contact stood earlier in this batch; what was missing was filled in
)

// item is one contact of a bulk while it is worked on.
type item struct {
	Contact
	fresh, changed bool
	stops          []Suppression
	was            Contact  // before the bulk, unless fresh
	email, phone   string   // its addresses before the bulk, unless fresh
	tags           []string // names that its rows bring
	joined         []ListID // that it was not on before, unless fresh
	tagged         []TagID  // that it did not have before, unless fresh
}

// BulkPlan tells what BulkUpsert would do now, and changes nothing.
func (s *Service) BulkPlan(ctx context.Context, q db.Querier, b Bulk) ([]Result, error) {
	p, err := s.plan(ctx, q, b)
	if err != nil {
		return nil, fmt.Errorf("plan contacts: %w", err)
	}
	return p.results(), nil
}

// Planned is a row as it will be once a bulk is saved.
type Planned struct {
	Contact
	What    What
	Stopped bool
	Tags    []string // names that the rows bring
}

// BulkPreview shows what BulkUpsert would make of each row now, and changes nothing.
func (s *Service) BulkPreview(ctx context.Context, q db.Querier, b Bulk) ([]Planned, error) {
	p, err := s.plan(ctx, q, b)
	if err != nil {
		return nil, fmt.Errorf("preview contacts: %w", err)
	}
	out := make([]Planned, len(b.Rows))
	for i, it := range p.of {
		out[i] = Planned{it.Contact, p.row[i].What, len(it.stops) > 0, it.tags}
	}
	return out, nil
}

// BulkUpsert creates and updates contacts, grants consents and joins lists. Doing it twice changes nothing. A withdrawn
// consent, a complaint or an unsubscription is never overwritten (AUD-3). Two bulks with the same new address at once: one
// of them fails with a unique violation or errs.ErrStale; roll back and repeat it (Clash tells).
func (s *Service) BulkUpsert(ctx context.Context, tx *db.Tx, b Bulk) ([]Result, error) {
	p, err := s.plan(ctx, tx, b)
	if err != nil {
		return nil, fmt.Errorf("upsert contacts: %w", err)
	}
	if err := s.saveBulk(ctx, tx, b, p.items); err != nil {
		return nil, fmt.Errorf("upsert contacts: %w", err)
	}
	return p.results(), nil
}

func (s *Service) saveBulk(ctx context.Context, tx *db.Tx, b Bulk, items []*item) error {
	if err := s.saveItems(ctx, tx, items); err != nil {
		return err
	}
	if err := joinBulk(ctx, tx, b, items); err != nil {
		return err
	}
	if err := tagBulk(ctx, tx, b, items); err != nil {
		return err
	}
	return s.grantBulk(ctx, tx, b, items)
}

// planned is a batch decided about: each row's contact and what becomes of it.
type planned struct {
	items []*item  // each contact once
	of    []*item  // by row
	row   []Result // by row, still without what the contact knows itself
}

func (p planned) results() []Result {
	told := make(map[*item]bool, len(p.items))
	for i, it := range p.of {
		p.row[i].Contact, p.row[i].Stopped = it.ID, len(it.stops) > 0
		if it.was.ID != 0 && !told[it] { // once for each contact
			told[it], p.row[i].Touch = true, touched(&it.was, &it.Contact, it.joined, it.tagged)
		}
	}
	return p.row
}

// plan finds what is there and decides about every row.
func (s *Service) plan(ctx context.Context, q db.Querier, b Bulk) (planned, error) {
	x, err := indexOf(ctx, q, b)
	if err != nil {
		return planned{}, err
	}
	p := planned{of: make([]*item, len(b.Rows)), row: make([]Result, len(b.Rows))}
	for i := range b.Rows {
		p.of[i], p.row[i] = x.take(b, &b.Rows[i])
	}
	p.items = x.items
	return p, s.findStops(ctx, q, b.Tenant, p.items)
}

// index finds contacts by their addresses, those that are there and those that are being made.
type index struct {
	email, phone, external map[string]*item
	items                  []*item // of this batch, each once
	taken                  map[*item]bool
}

func indexOf(ctx context.Context, q db.Querier, b Bulk) (*index, error) {
	n := len(b.Rows)
	x := &index{email: make(map[string]*item, n), phone: make(map[string]*item, n), external: map[string]*item{}, taken: make(map[*item]bool, n), items: make([]*item, 0, n)}
	emails, phones := make([]string, 0, n), []string{}
	var externals []string
	for i := range b.Rows {
		r := &b.Rows[i]
		if r.ExternalID != "" {
			externals = append(externals, r.ExternalID)
		}
		if r.Email.Key != "" {
			emails = append(emails, r.Email.Key)
		}
		if r.Phone != "" && (b.By == ByPhone || r.Email.Key == "") {
			phones = append(phones, r.Phone)
		}
	}
	have, err := byEmail(ctx, q, b.Tenant, emails)
	if err != nil {
		return nil, err
	}
	known := map[ID]*item{}
	for _, c := range have {
		it := &item{Contact: c}
		known[c.ID], x.email[c.EmailKey] = it, it
		if c.ExternalID != "" {
			x.external[c.ExternalID] = it
		}
	}
	have, err = byExternal(ctx, q, b.Tenant, externals)
	if err != nil {
		return nil, err
	}
	for _, c := range have {
		if known[c.ID] == nil {
			known[c.ID] = &item{Contact: c}
		}
		x.external[c.ExternalID] = known[c.ID]
		x.known(known[c.ID])
	}
	have, err = byPhone(ctx, q, b.Tenant, phones)
	if err != nil {
		return nil, err
	}
	for _, c := range have {
		it := known[c.ID]
		if it == nil {
			it = &item{Contact: c}
		}
		if x.phone[c.Phone] == nil { // several may share a number: the oldest is meant
			x.phone[c.Phone] = it
		}
		known[c.ID] = it
	}
	return x, x.aliases(ctx, q, b.Tenant, known, emails, phones, externals)
}

// aliases makes contacts findable by the addresses that they had before a merge, where nobody has these now.
func (x *index) aliases(ctx context.Context, q db.Querier, t id.Tenant, known map[ID]*item, emails, phones, externals []string) error {
	any, err := hasAliases(ctx, q, t)
	if err != nil || !any {
		return err
	}
	keys := slices.Concat(emails, phones)
	for _, e := range externals {
		keys = append(keys, externalKey(e))
	}
	found, err := byAlias(ctx, q, t, keys)
	for key, c := range found {
		it := known[c.ID]
		if it == nil {
			it = &item{Contact: c}
			known[c.ID] = it
			x.known(it)
		}
		for _, by := range []map[string]*item{x.email, x.phone} {
			if by[key] == nil {
				by[key] = it
			}
		}
		if external, ok := strings.CutPrefix(key, externalPrefix); ok && x.external[external] == nil {
			x.external[external] = it
		}
	}
	return err
}

// known makes a contact findable by its addresses.
func (x *index) known(it *item) {
	if it.EmailKey != "" {
		x.email[it.EmailKey] = it
	}
	if it.Phone != "" && x.phone[it.Phone] == nil {
		x.phone[it.Phone] = it
	}
}

func (x *index) find(by Identity, r *Row) *item {
	email, phone := x.email[r.Email.Key], x.phone[r.Phone]
	if by == ByExternal && x.external[r.ExternalID] != nil {
		return x.external[r.ExternalID]
	}
	if by == ByPhone && phone != nil {
		return phone
	}
	if email != nil || r.Email.Key != "" && by != ByPhone {
		return email
	}
	return phone
}

// take decides about one row and returns the contact that it became.
func (x *index) take(b Bulk, r *Row) (*item, Result) {
	it := x.find(b.By, r)
	if it == nil {
		it = &item{fresh: true, Contact: Contact{Tenant: b.Tenant, Sort: Audience, Email: r.Email.Given, EmailKey: r.Email.Key, Phone: r.Phone,
			FirstName: r.FirstName, LastName: r.LastName, Lang: r.Lang, Fields: r.Fields, Import: b.Import, run: b.Run, Version: 1}, tags: r.Tags}
		keptID := r.ExternalID != "" && x.external[r.ExternalID] != nil
		if !keptID {
			it.ExternalID = r.ExternalID
		}
		x.add(it)
		return it, Result{What: Created, KeptID: keptID}
	}
	repeated := x.taken[it]
	if !repeated {
		it.email, it.phone = it.EmailKey, it.Phone
	}
	if !repeated && b.Import != 0 {
		it.was = it.Contact
	}
	x.add(it)
	owner := x.email[r.Email.Key]
	kept := r.Email.Key != "" && it.EmailKey != r.Email.Key && owner != nil && owner != it
	alias := owner == it && it.EmailKey != r.Email.Key
	keptID := r.ExternalID != "" && it.ExternalID != r.ExternalID && x.external[r.ExternalID] != nil
	changed := it.merge(b.OnExisting, r, !kept && !alias)
	if !keptID && b.OnExisting != Skip && r.ExternalID != "" && it.ExternalID != r.ExternalID && (it.ExternalID == "" || b.OnExisting == Overwrite) {
		it.ExternalID, changed = r.ExternalID, true
	}
	it.tags = append(it.tags[:len(it.tags):len(it.tags)], r.Tags...)
	it.changed = it.changed || changed
	x.add(it) // under an address it may have got now
	switch {
	case repeated:
		return it, Result{What: Repeated, Kept: kept, KeptID: keptID}
	case changed:
		return it, Result{What: Updated, Kept: kept, KeptID: keptID}
	default:
		return it, Result{What: Unchanged, Kept: kept, KeptID: keptID}
	}
}

func (x *index) add(it *item) {
	if !x.taken[it] {
		x.taken[it] = true
		x.items = append(x.items, it)
	}
	x.known(it)
	if it.ExternalID != "" {
		x.external[it.ExternalID] = it
	}
}

// merge puts the values of a row into a contact by the rule and tells whether anything changed. A member of the
// account becomes part of the audience.
func (it *item) merge(rule OnExisting, r *Row, emailFree bool) bool {
	changed := it.Sort != Audience
	it.Sort = Audience
	if rule == Skip {
		return changed
	}
	put := func(have *string, value string) {
		if value != "" && *have != value && (*have == "" || rule == Overwrite) {
			*have, changed = value, true
		}
	}
	if emailFree && r.Email.Key != "" && it.EmailKey != r.Email.Key && (it.EmailKey == "" || rule == Overwrite) {
		it.Email, it.EmailKey, changed = r.Email.Given, r.Email.Key, true
	}
	put(&it.Phone, r.Phone)
	put(&it.FirstName, r.FirstName)
	put(&it.LastName, r.LastName)
	put(&it.Lang, r.Lang)
	cloned := false
	for k, v := range r.Fields {
		have := it.Fields[k]
		if v.IsZero() || have.Equal(v) || !have.IsZero() && rule != Overwrite {
			continue
		}
		if !cloned {
			it.Fields, cloned = maps.Clone(it.Fields), true
		}
		if it.Fields == nil {
			it.Fields = map[string]Value{}
		}
		it.Fields[k], changed = v, true
	}
	return changed
}

// findStops reads the entries of the stop-list for all addresses of a batch.
func (s *Service) findStops(ctx context.Context, q db.Querier, t id.Tenant, items []*item) error {
	list := make([]*Contact, len(items))
	for i, it := range items {
		list[i] = &it.Contact
	}
	stops, err := s.stopsOf(ctx, q, t, list)
	for i, it := range items {
		it.stops = stops[i]
	}
	return err
}

func (s *Service) saveItems(ctx context.Context, tx *db.Tx, items []*item) error {
	var fresh []Contact
	for _, it := range items {
		if it.fresh {
			it.ID, it.CreatedAt, it.UpdatedAt = id.New[contactKind](), tx.Now, tx.Now
			fresh = append(fresh, it.Contact)
			continue
		}
		if !it.changed {
			continue
		}
		ok, err := s.updateContact(ctx, tx, it.Contact)
		if err != nil {
			return err
		}
		if !ok {
			return errs.ErrStale
		}
		if err := s.carryLeft(ctx, tx, Contact{EmailKey: it.email, Phone: it.phone}, it.Contact); err != nil {
			return err
		}
	}
	return s.insertContacts(ctx, tx, fresh)
}

// Clash tells that a bulk failed only because another one changed the same contacts at the same moment: repeat it.
func Clash(err error) bool { return db.IsUnique(err) || errors.Is(err, errs.ErrStale) }

// Analyze is AnalyzeTx in the midst of a large import: from the plan of an empty table PostgreSQL would go on reading all contacts for
// each batch.
func (s *Service) Analyze(ctx context.Context) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.AnalyzeTx(ctx, tx) })
}

// AnalyzeTx lets the database look at what a large import has written, so that counting an audience right
// afterwards is as fast as the next day.
func (s *Service) AnalyzeTx(ctx context.Context, tx *db.Tx) error {
	return db.Analyze(ctx, tx, "contacts", "consent_state", "suppression")
}
