package contact_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/lang"
	"keruen/internal/page"
)

// people plays random acts of an account and of its contacts, and remembers by itself what each person has left.
type people struct {
	*world
	rnd    *rand.Rand
	keys   []contact.ConsentKey
	topics []contact.TopicID
	ids    map[string]contact.ID                  // the contact that has an address now
	left   map[string]map[contact.ConsentKey]bool // what the person of an address has left
	spam   map[string]bool                        // who complained from it
	holes  map[string]bool                        // addresses that staff or a dead mailbox put on the stop-list
	back   int                                    // times somebody came back and could be written to again
}

var (
	general = contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising}
	others  = contact.ConsentKey{Channel: channel.Email, Purpose: channel.ThirdParty}
)

func newPeople(t *testing.T, w *world, seed uint64) *people {
	p := &people{world: w, rnd: rand.New(rand.NewPCG(seed, 2)), ids: map[string]contact.ID{}, left: map[string]map[contact.ConsentKey]bool{},
		spam: map[string]bool{}, holes: map[string]bool{}}
	p.keys = []contact.ConsentKey{general, others, service}
	for _, name := range []string{"Новости", "Скидки"} {
		topic, err := w.CreateTopic(t.Context(), w.who, lang.Text{Ru: name}, lang.Text{})
		require.NoError(t, err)
		p.topics = append(p.topics, topic.ID)
		p.keys = append(p.keys, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising, Topic: topic.ID})
	}
	for i := range 6 {
		p.left[p.address(i)] = map[contact.ConsentKey]bool{}
	}
	return p
}

func (p *people) address(i int) string       { return fmt.Sprintf("p%d@example.kz", i) }
func (p *people) anyAddress() string         { return p.address(p.rnd.IntN(6)) }
func (p *people) anyKey() contact.ConsentKey { return p.keys[p.rnd.IntN(len(p.keys))] }
func (p *people) tx(f func(context.Context, *db.Tx) error) {
	require.NoError(p.t, p.db.InTx(p.t.Context(), f))
}

// claims are the ways in which an account says that somebody agrees. None of them brings anybody back.
func (p *people) claim(a string) {
	some := []contact.ConsentKey{p.anyKey(), p.anyKey()}
	switch p.rnd.IntN(3) {
	case 0:
		p.ids[a] = p.bulk(contact.Bulk{OnExisting: contact.Overwrite, Consents: some, Rows: []contact.Row{row(p.t, a, "", "N")}})[0].Contact
	case 1:
		p.tx(func(ctx context.Context, tx *db.Tx) error {
			up := contact.SignUp{Email: a, Agreed: []contact.Given{{Key: some[0], Proof: byForm}, {Key: some[1], Proof: byForm}}}
			got, err := p.SignUpTx(ctx, tx, p.who.Tenant, up)
			p.ids[a] = got.Contact
			return err
		})
	default:
		if c := p.ids[a]; c != 0 {
			if err := p.Grant(p.t.Context(), p.who, c, some[0], byForm); !errors.Is(err, contact.ErrWithdrawn) {
				require.NoError(p.t, err)
			}
		}
	}
}

// leave is a withdrawal by the person or for it, of one thing or of all.
func (p *people) leave(a string) {
	c, k := p.ids[a], p.anyKey()
	if p.rnd.IntN(4) == 0 {
		k = contact.ConsentKey{Channel: channel.Email}
	}
	if p.rnd.IntN(2) == 0 {
		require.NoError(p.t, p.WithdrawByLink(p.t.Context(), p.who.Tenant, c, k, contact.Proof{Source: contact.OneClick}))
	} else {
		require.NoError(p.t, p.Withdraw(p.t.Context(), p.who, c, k, byHand))
	}
	switch {
	case k.Purpose == "":
		p.mark(a, general, others, service)
	case k == general:
		p.mark(a, general, others)
	default:
		p.mark(a, k)
	}
}

func (p *people) mark(a string, keys ...contact.ConsentKey) {
	for _, k := range keys {
		p.left[a][k] = true
	}
}

// comeBack is the contact's own act, and the only one.
func (p *people) comeBack(a string) {
	c, k := p.ids[a], p.anyKey()
	switch p.rnd.IntN(2) {
	case 0:
		require.NoError(p.t, p.ChooseByLink(p.t.Context(), p.who.Tenant, c, []contact.Choice{{Key: k, Wanted: true, Wording: "I want letters again"}}, byLink))
	default:
		p.tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := p.SignUpTx(ctx, tx, p.who.Tenant, contact.SignUp{Email: a, Proved: true, Agreed: []contact.Given{{Key: k, Proof: byLink}}})
			return err
		})
	}
	if p.spam[a] {
		return
	}
	delete(p.left[a], k)
	whole := contact.ConsentKey{Channel: k.Channel, Purpose: k.Purpose}
	if !p.left[a][whole] && !(k == others && p.left[a][general]) && !p.holes[a] {
		require.Equal(p.t, contact.Reachable, p.verdict(c, k), "%s came back to %v", a, k)
		p.back++
	}
}

// move gives a contact another address, as staff does.
func (p *people) move(a string) {
	b, c := p.anyAddress(), p.ids[a]
	if p.ids[b] != 0 {
		return
	}
	_, err := p.Update(p.t.Context(), p.who, c, 0, contact.Change{Email: &b})
	require.NoError(p.t, err)
	delete(p.ids, a)
	p.ids[b] = c
	for k := range p.left[a] {
		p.left[b][k] = true
	}
}

func (p *people) remove(a string) {
	require.NoError(p.t, p.Delete(p.t.Context(), p.who, p.ids[a]))
	delete(p.ids, a)
}

// hole puts an address on the stop-list for another reason and perhaps takes it off again.
func (p *people) hole(a string) {
	if c := p.ids[a]; c != 0 && p.rnd.IntN(2) == 0 {
		p.tx(func(ctx context.Context, tx *db.Tx) error {
			return p.SuppressTx(ctx, tx, p.who.Tenant, c, channel.Email, contact.HardBounce, "no such mailbox")
		})
	} else {
		_, err := p.Suppress(p.t.Context(), p.who, channel.Email, a, "")
		require.NoError(p.t, err)
	}
	p.holes[a] = true
	list := p.stops(a)
	require.Len(p.t, list, 1)
	if p.rnd.IntN(3) == 0 || !list[0].CanRelease() {
		return
	}
	require.NoError(p.t, p.Release(p.t.Context(), p.who, list[0].ID))
	delete(p.holes, a)
}

func (p *people) stops(a string) []contact.Suppression {
	got, err := p.Suppressions(p.t.Context(), p.who, contact.StopFilter{Search: a, Ask: page.Ask{Limit: 10}})
	require.NoError(p.t, err)
	return got.Items
}

func (p *people) complain(a string) {
	require.NoError(p.t, p.Complain(p.t.Context(), p.who.Tenant, p.ids[a], channel.Email, contact.Proof{Wording: "spam"}))
	p.spam[a] = true
	p.mark(a, general, others)
}

func (p *people) verdict(c contact.ID, k contact.ConsentKey) contact.Reason {
	got, err := contact.GuardRows(p.t.Context(), p.db, p.who.Tenant, k, []contact.ID{c})
	require.NoError(p.t, err)
	return got[0].Reason
}

func (p *people) act() {
	a := p.anyAddress()
	n := p.rnd.IntN(20)
	if p.ids[a] == 0 && n != 13 {
		n = 0
	}
	switch {
	case n < 7:
		p.claim(a)
	case n < 11:
		p.leave(a)
	case n < 12:
		p.remove(a)
	case n < 14:
		p.hole(a)
	case n < 15:
		p.move(a)
	case n == 15 && p.rnd.IntN(8) == 0:
		p.complain(a)
	default:
		p.comeBack(a)
	}
}

// check says that nobody is written to about what it has left, whatever the account has claimed since.
func (p *people) check() {
	addresses := slices.Sorted(maps.Keys(p.ids))
	ids := make([]contact.ID, len(addresses))
	for i, a := range addresses {
		ids[i] = p.ids[a]
	}
	for _, k := range p.keys {
		whole := contact.ConsentKey{Channel: k.Channel, Purpose: k.Purpose}
		got, err := contact.GuardRows(p.t.Context(), p.db, p.who.Tenant, k, ids)
		require.NoError(p.t, err)
		for i, a := range addresses {
			if p.left[a][k] || p.left[a][whole] || p.spam[a] {
				require.NotEqual(p.t, contact.Reachable, got[i].Reason, "%s has left %v", a, k)
			}
		}
	}
}

// AUD-1, AUD-3, AUD-6: whatever order imports, forms, grants by key, bounces, releases, deletions and changes of address come in, nobody who left a
// topic, a purpose or everything is written to about it before it comes back by its own act.
func TestNoOrderOfImportsAndWithdrawalsRevivesAnyone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := newPeople(t, w, 1)
		for range 300 {
			p.act()
			p.check()
		}
		require.Greater(t, p.back, 10, "people came back, too")
	})
}
