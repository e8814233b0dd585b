package segment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

// sort is what the values of an attribute or a field are like; it decides which comparisons fit.
type sort string

const (
	texts   sort = "text"
	numbers sort = "number"
	days    sort = "date"
	flags   sort = "boolean"
	choices sort = "choice"
	lists   sort = "list"
	moments sort = "moment" // an instant, asked by days of the account's time zone
	domains sort = "domain" // of an e-mail address
	codes   sort = "code"   // one of a few
	facts   sort = "fact"   // it is so or it is not
)

var opsOf = map[sort][]Op{
	texts:   {Is, IsNot, Contains, NotContains, Begins, Ends, AnyOf, NoneOf, Empty, Filled},
	numbers: {Is, IsNot, Less, AtMost, More, AtLeast, Between, Empty, Filled},
	days:    {On, Before, After, Between, LastDays, NextDays, OlderDays, Anniversary, Empty, Filled},
	flags:   {Yes, No, Empty, Filled},
	choices: {Is, IsNot, AnyOf, NoneOf, Empty, Filled},
	lists:   {AnyOf, AllOf, NoneOf, Empty, Filled},
	moments: {On, Before, After, Between, LastDays, OlderDays},
	domains: {Is, IsNot, AnyOf, NoneOf},
	codes:   {Is, IsNot, AnyOf, NoneOf, Empty, Filled},
	facts:   {Yes, No},
}

// Attributes that every contact has, by key.
var attributes = map[string]sort{
	"email": texts, "email_domain": domains, "phone": texts, "phone_country": codes, "phone_operator": codes,
	"first_name": texts, "last_name": texts, "lang": codes, "created_at": moments, "updated_at": moments,
	"undeliverable": facts, // the domain of the e-mail address takes no mail, as the DNS has said repeatedly
}

func sortOf(k contact.FieldKind) sort { return sort(k) }

// checker walks a tree and collects what is wrong, each with its path.
type checker struct {
	fields map[string]contact.Field
	leaves int
	wrong  []errs.Field
}

// check tells what is wrong with a tree by itself. A field that is not there is not its matter: see missing.
func check(c Condition, fields map[string]contact.Field) error {
	k := checker{fields: fields}
	k.node(c, "condition", 1)
	if k.leaves > MaxLeaves {
		k.blame("condition", ErrMany)
	}
	if len(k.wrong) > 0 {
		return errs.ErrInvalid.At(k.wrong...)
	}
	return nil
}

func (k *checker) blame(path string, err *errs.Error) {
	k.wrong = append(k.wrong, contact.Blame(path, err))
}

func (k *checker) node(c Condition, path string, depth int) {
	forms := 0
	for _, set := range []bool{c.All != nil, c.Any != nil, c.Not != nil, c.Kind != ""} {
		if set {
			forms++
		}
	}
	switch {
	case forms != 1:
		k.blame(path, ErrShape)
	case c.Kind != "":
		k.leaves++
		k.leaf(c, path)
	case !c.onlyGroup():
		k.blame(path, ErrForeign)
	case depth > MaxDepth:
		k.blame(path, ErrDeep)
	case c.Not != nil:
		k.node(*c.Not, path+".not", depth+1)
	default:
		k.group(c, path, depth)
	}
}

func (k *checker) group(c Condition, path string, depth int) {
	list, name := c.All, "all"
	if c.Any != nil {
		list, name = c.Any, "any"
	}
	if len(list) == 0 {
		k.blame(path, ErrEmptyTree)
	}
	if len(list) > MaxLeaves {
		k.blame(path, ErrMany)
		return
	}
	for i, child := range list {
		k.node(child, fmt.Sprintf("%s.%s[%d]", path, name, i), depth+1)
	}
}

func (c Condition) onlyGroup() bool { return len(c.members()) == 0 }

// members names the properties of a leaf that are set.
func (c Condition) members() []string {
	var out []string
	add := func(name string, set bool) {
		if set {
			out = append(out, name)
		}
	}
	add("key", c.Key != "")
	add("op", c.Op != "")
	add("value", !c.Value.IsZero())
	add("values", len(c.Values) > 0)
	add("from", !c.From.IsZero())
	add("to", !c.To.IsZero())
	add("days", c.Days != 0)
	add("channel", c.Channel != "")
	add("purpose", c.Purpose != "")
	add("topic", c.Topic != 0)
	add("state", c.State != "")
	add("act", c.Act != "")
	add("last", c.Last != 0)
	add("campaigns", len(c.Campaigns) > 0)
	add("link", c.Link != "")
	add("exact", c.Exact)
	add("times", c.Times != 0)
	return out
}

// belongs says which properties a kind has.
var belongs = map[Kind]string{
	OfAttribute: "key op value values from to days", OfField: "key op value values from to days",
	OfTag: "op values", OfList: "op values", OfImport: "op values", OfSegment: "op values",
	OfConsent: "channel purpose topic state values", OfStop: "op channel values",
	OfAct: "op act last campaigns days link exact times", OfIdle: "days",
}

func (k *checker) leaf(c Condition, path string) {
	own, ok := belongs[c.Kind]
	if !ok {
		k.blame(path+".kind", ErrKind)
		return
	}
	for _, m := range c.members() {
		if !slices.Contains(strings.Fields(own), m) {
			k.blame(path+"."+m, ErrForeign)
		}
	}
	switch c.Kind {
	case OfAttribute:
		k.attribute(c, path)
	case OfField:
		if f, ok := k.fields[c.Key]; ok {
			k.compare(c, path, sortOf(f.Kind))
		}
	case OfTag:
		references[tagTag](k, c, path, AnyOf, AllOf, NoneOf)
	case OfList:
		references[listTag](k, c, path, AnyOf, AllOf, NoneOf)
	case OfImport:
		references[importKind](k, c, path, AnyOf, NoneOf)
	case OfSegment:
		references[segmentTag](k, c, path, AnyOf, NoneOf)
	case OfConsent:
		k.consent(c, path)
	case OfStop:
		k.stop(c, path)
	case OfAct:
		k.act(c, path)
	case OfIdle:
		k.days(c.Days, 1, path)
	}
}

// Prefixes of identifiers that the values of leaves are.
type (
	tagTag     struct{}
	listTag    struct{}
	segmentTag struct{}
)

func (tagTag) Prefix() string     { return "tag" }
func (listTag) Prefix() string    { return "lst" }
func (segmentTag) Prefix() string { return "seg" }

func references[K id.Kind](k *checker, c Condition, path string, fit ...Op) {
	k.op(c, path, fit)
	k.count(c.Values, path)
	for i, v := range c.Values {
		if _, err := id.Parse[K](v); err != nil {
			k.blame(fmt.Sprintf("%s.values[%d]", path, i), ErrValue)
		}
	}
}

func (k *checker) op(c Condition, path string, fit []Op) bool {
	if !slices.Contains(fit, c.Op) {
		k.blame(path+".op", ErrOp)
		return false
	}
	return true
}

func (k *checker) count(values []string, path string) {
	if len(values) == 0 {
		k.blame(path+".values", ErrValue)
	}
	if len(values) > MaxValues {
		k.blame(path+".values", ErrRange.With("min", 1).With("max", MaxValues))
	}
}

func (k *checker) days(n, from int, path string) {
	if n < from || n > MaxDays {
		k.blame(path+".days", ErrRange.With("min", from).With("max", MaxDays))
	}
}

func (k *checker) attribute(c Condition, path string) {
	of, ok := attributes[c.Key]
	if !ok {
		k.blame(path+".key", ErrKey)
		return
	}
	k.compare(c, path, of)
	if c.Key != "lang" {
		return
	}
	for i, v := range c.texts() {
		if _, ok := lang.Parse(v); !ok {
			k.blame(fmt.Sprintf("%s.values[%d]", path, i), ErrValue)
		}
	}
}

// texts are the values of Is, IsNot, AnyOf, AllOf, NoneOf.
func (c Condition) texts() []string {
	if !c.Value.IsZero() {
		return []string{c.Value.Text()}
	}
	return c.Values
}

func (k *checker) compare(c Condition, path string, of sort) {
	if !k.op(c, path, opsOf[of]) {
		return
	}
	switch c.Op {
	case AnyOf, AllOf, NoneOf:
		k.count(c.Values, path)
		for i, v := range c.Values {
			k.text(v, fmt.Sprintf("%s.values[%d]", path, i))
		}
	case Between:
		k.between(c, path, of)
	case LastDays, NextDays, OlderDays:
		k.days(c.Days, 1, path)
	case Anniversary:
		if c.Days < 0 || c.Days > 366 {
			k.blame(path+".days", ErrRange.With("min", 0).With("max", 366))
		}
	case Empty, Filled, Yes, No:
	default:
		k.value(c.Value, path+".value", of)
	}
}

func (k *checker) text(s, path string) {
	if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > MaxText || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		k.blame(path, ErrValue)
	}
}

// value checks a single value and tells whether it fits.
func (k *checker) value(v contact.Value, path string, of sort) bool {
	switch of {
	case numbers:
		n, ok := v.Number()
		if !ok || math.Abs(n) > 1e15 {
			k.blame(path, ErrValue)
			return false
		}
	case days, moments:
		if _, err := time.Parse(time.DateOnly, v.Text()); err != nil || v.Kind() != contact.TextField {
			k.blame(path, ErrValue)
			return false
		}
	default:
		if v.Kind() != contact.TextField {
			k.blame(path, ErrValue)
			return false
		}
		k.text(v.Text(), path)
	}
	return true
}

func (k *checker) between(c Condition, path string, of sort) {
	from, to := k.value(c.From, path+".from", of), k.value(c.To, path+".to", of)
	if !from || !to {
		return
	}
	a, _ := c.From.Number()
	b, _ := c.To.Number()
	if of == numbers && a > b || of != numbers && c.From.Text() > c.To.Text() {
		k.blame(path+".to", ErrBounds)
	}
}

func (k *checker) consent(c Condition, path string) {
	key := contact.ConsentKey{Channel: c.Channel, Purpose: c.Purpose, Topic: c.Topic}
	switch key.Check() {
	case nil:
	case contact.ErrChannel:
		k.blame(path+".channel", ErrValue)
	case contact.ErrTopicless:
		k.blame(path+".topic", ErrValue)
	default:
		k.blame(path+".purpose", ErrValue)
	}
	if !slices.Contains([]contact.Action{contact.Granted, contact.Withdrawn, contact.Absent}, c.State) {
		k.blame(path+".state", ErrValue)
	}
	if c.State == contact.Absent && len(c.Values) > 0 {
		k.blame(path+".values", ErrForeign)
	}
	if len(c.Values) > MaxValues {
		k.blame(path+".values", ErrRange.With("min", 0).With("max", MaxValues))
	}
	for i, v := range c.Values {
		k.text(v, fmt.Sprintf("%s.values[%d]", path, i))
	}
}

func (k *checker) stop(c Condition, path string) {
	k.op(c, path, []Op{Is, IsNot})
	if c.Channel != "" && !slices.Contains(contact.Channels, c.Channel) {
		k.blame(path+".channel", ErrValue)
	}
	for i, v := range c.Values {
		if !slices.Contains([]contact.StopReason{contact.Complaint, contact.HardBounce, contact.Manual, contact.Unsubscribed}, contact.StopReason(v)) {
			k.blame(fmt.Sprintf("%s.values[%d]", path, i), ErrValue)
		}
	}
}

func (k *checker) act(c Condition, path string) {
	k.op(c, path, []Op{Did, DidNot})
	if !slices.Contains([]Act{Sent, Delivered, Bounced, Opened, Clicked, Unopened}, c.Act) {
		k.blame(path+".act", ErrValue)
	}
	if c.Last < 0 || c.Last > MaxLast {
		k.blame(path+".last", ErrRange.With("min", 1).With("max", MaxLast))
	}
	if c.Last != 0 && len(c.Campaigns) > 0 {
		k.blame(path+".campaigns", ErrShape)
	}
	if len(c.Campaigns) > MaxValues || slices.Contains(c.Campaigns, 0) {
		k.blame(path+".campaigns", ErrValue)
	}
	if c.Days != 0 {
		k.days(c.Days, 1, path)
	}
	if c.Times < 0 || c.Times > MaxTimes {
		k.blame(path+".times", ErrRange.With("min", 1).With("max", MaxTimes))
	}
	if (c.Link != "" || c.Exact) && c.Act != Clicked {
		k.blame(path+".link", ErrForeign)
	}
	if c.Link != "" {
		k.text(c.Link, path+".link")
	}
	if c.Exact && c.Link == "" {
		k.blame(path+".link", ErrValue)
	}
}
