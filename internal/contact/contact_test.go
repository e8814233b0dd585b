package contact_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/clock"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/db/dbtest"
	"keruen/internal/errs"
	"keruen/internal/event"
	"keruen/internal/id"
	"keruen/internal/jobs"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// world is a contact service with one account, and another account that must see nothing of it.
type world struct {
	t *testing.T
	*contact.Service
	db      *db.DB
	who     access.Actor
	another access.Actor
}

func newWorld(t *testing.T, d *db.DB) *world {
	keys, err := secret.New(bytes.Repeat([]byte{7}, secret.KeySize))
	require.NoError(t, err)
	bus := event.New(jobs.New(d, clock.Real{}, dbtest.Log(t)))
	owner := func(tenant id.Tenant) access.Actor {
		return access.Actor{Tenant: tenant, Member: 5, Via: access.BySession, Role: access.Owner}
	}
	return &world{t, contact.New(d, bus, keys), d, owner(101), owner(202)}
}

func (w *world) create(email string) contact.Contact {
	c, err := w.Create(w.t.Context(), w.who, contact.Draft{Email: email})
	require.NoError(w.t, err)
	return c
}

var (
	byForm = contact.Proof{Source: contact.FromForm, Wording: "I agree to receive news"}
	byLink = contact.Proof{Source: contact.UnsubscribeLink, Wording: "Came back by the link of the message"}
	byHand = contact.Proof{Source: contact.ByHand, Wording: "Agreed on the telephone"}
)

func (w *world) grant(c contact.ID) {
	require.NoError(w.t, w.Grant(w.t.Context(), w.who, c, advertising[0], byHand))
}

func (w *world) guard(p channel.Purpose, ids ...contact.ID) []contact.Recipient {
	r, err := contact.GuardRows(w.t.Context(), w.db, w.who.Tenant, contact.ConsentKey{Channel: channel.Email, Purpose: p}, ids)
	require.NoError(w.t, err)
	return r
}

func (w *world) reason(c contact.ID) contact.Reason { return w.guard(channel.Advertising, c)[0].Reason }

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}

// AUD-1
func TestNobodyIsReachableWithoutConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		require.Equal(t, contact.NoConsent, w.reason(c.ID))

		w.grant(c.ID)

		r := w.guard(channel.Advertising, c.ID)[0]
		require.Equal(t, contact.Reachable, r.Reason)
		require.Equal(t, "a@example.kz", r.Address)
		require.NotZero(t, r.Consent)
		require.Equal(t, contact.NoConsent, w.guard(channel.Transactional, c.ID)[0].Reason, "a consent is for its purpose only")
	})
}

func TestTheGuardAnswersInTheOrderAskedAndKnowsTheDeleted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.create("a@example.kz"), w.create("b@example.kz")
		w.grant(a.ID)
		require.NoError(t, w.Delete(t.Context(), w.who, b.ID))

		got := w.guard(channel.Advertising, b.ID, a.ID, 12345)

		require.Equal(t, []contact.Reason{contact.Gone, contact.Reachable, contact.Gone}, []contact.Reason{got[0].Reason, got[1].Reason, got[2].Reason})
	})
}

// AUD-3
func TestUnsubscribingStopsAtOnceAndIsToldToThisProcess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		w.grant(c.ID)
		var told []contact.Stopped
		w.OnStop(func(s contact.Stopped) { told = append(told, s) })

		err := w.WithdrawByLink(t.Context(), w.who.Tenant, c.ID, advertising[0], contact.Proof{Source: contact.OneClick})

		require.NoError(t, err)
		require.Equal(t, contact.HasUnsubscribed, w.reason(c.ID))
		require.NotEmpty(t, told)
		require.Equal(t, c.ID, told[0].Contact)
	})
}

// AUD-3
func TestOnlyTheContactItselfRevivesAWithdrawnConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		w.grant(c.ID)
		require.NoError(t, w.Withdraw(t.Context(), w.who, c.ID, contact.ConsentKey{Channel: channel.Email}, byHand))

		for _, source := range []contact.Source{contact.ByHand, contact.FromAPI, contact.FromForm, contact.FromMember, contact.FromImport} {
			claimed := contact.Proof{Source: source, Wording: "I agree to receive news"}
			require.ErrorIs(t, w.Grant(t.Context(), w.who, c.ID, advertising[0], claimed), contact.ErrWithdrawn, source)
		}
		require.Equal(t, contact.HasUnsubscribed, w.reason(c.ID))

		require.NoError(t, w.ReturnByLink(t.Context(), w.who.Tenant, c.ID, advertising[0], byLink))
		require.Equal(t, contact.Reachable, w.reason(c.ID))
	})
}

// AUD-3
func TestReturningBringsBackOnlyWhatTheContactItselfHadGiven(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stranger, complained := w.create("a@example.kz"), w.create("b@example.kz")
		w.grant(complained.ID)
		require.NoError(t, w.Complain(t.Context(), w.who.Tenant, complained.ID, channel.Email, contact.Proof{}))

		require.NoError(t, w.ReturnByLink(t.Context(), w.who.Tenant, stranger.ID, advertising[0], byLink))
		require.NoError(t, w.ReturnByLink(t.Context(), w.who.Tenant, complained.ID, advertising[0], byLink))
		require.NoError(t, w.ReturnByLink(t.Context(), w.who.Tenant, 12345, advertising[0], byLink))

		require.Equal(t, contact.NoConsent, w.reason(stranger.ID))
		require.Equal(t, contact.OnStopList, w.reason(complained.ID))
	})
}

// AUD-3
func TestDeletingAndAddingAgainDoesNotBringLettersBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		w.grant(c.ID)
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, c.ID, advertising[0], contact.Proof{Source: contact.UnsubscribeLink}))
		require.NoError(t, w.Delete(t.Context(), w.who, c.ID))

		again := w.create("A@Example.KZ")

		require.Equal(t, contact.HasUnsubscribed, w.reason(again.ID))
		require.ErrorIs(t, w.Grant(t.Context(), w.who, again.ID, advertising[0], byHand), contact.ErrWithdrawn)
		stops, err := w.Suppressions(t.Context(), w.who, contact.StopFilter{Search: "a@example.kz", Ask: page.Ask{Limit: 10}})
		require.NoError(t, err)
		require.Len(t, stops.Items, 1, "found by the whole address although only a hint of it is kept")
		require.NotContains(t, stops.Items[0].Address, "a@example.kz")
	})
}

// MSG-2
func TestUnsubscribingFromMailingsLeavesCodesAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		require.NoError(t, w.Grant(t.Context(), w.who, c.ID, service, byHand))
		w.grant(c.ID)
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, c.ID, advertising[0], contact.Proof{Source: contact.OneClick}))

		require.Equal(t, contact.Reachable, w.guard(channel.Transactional, c.ID)[0].Reason)
		require.Equal(t, contact.HasUnsubscribed, w.reason(c.ID))
	})
}

func TestAComplaintStopsEverythingAndIsNeverReleasedByStaff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		w.grant(c.ID)
		require.NoError(t, w.Grant(t.Context(), w.who, c.ID, service, byHand))

		require.NoError(t, w.Complain(t.Context(), w.who.Tenant, c.ID, channel.Email, contact.Proof{}))

		r := w.guard(channel.Transactional, c.ID)[0]
		require.Equal(t, contact.OnStopList, r.Reason)
		require.Equal(t, string(contact.Complaint), r.Detail)
		v, err := w.Get(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.Len(t, v.Suppressed, 1)
		require.ErrorIs(t, w.Release(t.Context(), w.who, v.Suppressed[0].ID), contact.ErrRelease)
	})
}

func TestABouncedAddressCanBeReleased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		w.grant(c.ID)
		require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return w.SuppressTx(ctx, tx, w.who.Tenant, c.ID, channel.Email, contact.HardBounce, "550 no such user")
		}))
		require.Equal(t, contact.OnStopList, w.reason(c.ID))
		v, err := w.Get(t.Context(), w.who, c.ID)
		require.NoError(t, err)

		require.NoError(t, w.Release(t.Context(), w.who, v.Suppressed[0].ID))

		require.Equal(t, contact.Reachable, w.reason(c.ID))
	})
}

func TestAnAddressSuppressedBeforeItsContactExistsStopsIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Suppress(t.Context(), w.who, channel.Email, "Boss@Example.kz", "asked by telephone")
		require.NoError(t, err)
		c := w.create("boss@example.kz")
		w.grant(c.ID)
		require.Equal(t, contact.OnStopList, w.reason(c.ID))
	})
}

func TestAMemberOfTheAccountPassesTheGateAndIsNoAudience(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ensure := func() (c contact.ID) {
			require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				c, err = w.EnsureMember(ctx, tx, w.who.Tenant, "me@example.kz", contact.Proof{Source: contact.FromMember, Wording: "registration"})
				return err
			}))
			return c
		}
		c := ensure()
		require.Equal(t, c, ensure(), "once is enough")
		require.Equal(t, contact.Reachable, w.guard(channel.Transactional, c)[0].Reason)
		require.Equal(t, contact.NoConsent, w.reason(c))
		ids, err := w.Walk(t.Context(), w.db, w.who.Tenant, contact.Target{All: true}, 0, 10)
		require.NoError(t, err)
		require.Empty(t, ids)

		joined := w.create("me@example.kz")
		require.Equal(t, c, joined.ID, "added to the audience, the member stays one person")
		ids, err = w.Walk(t.Context(), w.db, w.who.Tenant, contact.Target{All: true}, 0, 10)
		require.NoError(t, err)
		require.Equal(t, []contact.ID{c}, ids)
	})
}

func TestWalkingATargetMeetsEveryContactOnceInOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []contact.ID
		one, err := w.CreateList(t.Context(), w.who, "One")
		require.NoError(t, err)
		two, err := w.CreateList(t.Context(), w.who, "Two")
		require.NoError(t, err)
		for _, n := range "abcdefg" {
			all = append(all, w.create(string(n)+"@example.kz").ID)
		}
		require.NoError(t, w.Join(t.Context(), w.who, one.ID, all[:4]))
		require.NoError(t, w.Join(t.Context(), w.who, two.ID, all[2:6]))

		walk := func(target contact.Target) (got []contact.ID) {
			after := contact.ID(0)
			for {
				ids, err := w.Walk(t.Context(), w.db, w.who.Tenant, target, after, 3)
				require.NoError(t, err)
				got = append(got, ids...)
				if len(ids) < 3 {
					return got
				}
				after = ids[2]
			}
		}
		require.Equal(t, all, walk(contact.Target{All: true}))
		require.Equal(t, all[:4], walk(contact.Target{Lists: []contact.ListID{one.ID}}))
		require.Equal(t, all[:6], walk(contact.Target{Lists: []contact.ListID{one.ID, two.ID}}))
		require.Empty(t, walk(contact.Target{}))
	})
}

func TestCountsByReasonAgreeWithTheGuard(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, n := range "abcde" {
			c := w.create(string(n) + "@example.kz")
			if n != 'a' {
				w.grant(c.ID)
			}
			switch n {
			case 'b':
				require.NoError(t, w.Withdraw(t.Context(), w.who, c.ID, advertising[0], byHand))
			case 'c':
				require.NoError(t, w.Complain(t.Context(), w.who.Tenant, c.ID, channel.Email, contact.Proof{}))
			}
		}
		_, err := w.Create(t.Context(), w.who, contact.Draft{Phone: "8 701 123 45 67"})
		require.NoError(t, err)

		got, err := w.CountByReason(t.Context(), w.who.Tenant, contact.Target{All: true}, advertising[0])

		require.NoError(t, err)
		require.Equal(t, contact.Counts{Total: 6, Reachable: 2, NoAddress: 1, Suppressed: 1, Unsubscribed: 1, NoConsent: 1}, got)
	})
}

// AUD-4
func TestListsOfContactsPageSearchAndSort(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, d := range []contact.Draft{
			{Email: "petr@one.kz", FirstName: "Пётр", LastName: "Иванов"}, {Email: "anna@two.kz", FirstName: "Анна", LastName: "Ёлкина"},
			{Email: "ivan@one.kz", FirstName: "Иван", LastName: "Ким"}, {Phone: "+77011234567", FirstName: "Ержан"},
		} {
			_, err := w.Create(t.Context(), w.who, d)
			require.NoError(t, err)
		}
		find := func(f contact.Filter) (got []string) {
			f.Limit = 2
			for {
				p, err := w.List(t.Context(), w.who, f)
				require.NoError(t, err)
				for _, v := range p.Items {
					got = append(got, v.FirstName)
				}
				if p.Next == "" {
					n, err := w.Count(t.Context(), w.who, f)
					require.NoError(t, err)
					require.EqualValues(t, len(got), n.N)
					return got
				}
				ask, err := page.Read(p.Next, 2)
				require.NoError(t, err)
				f.After = ask.After
			}
		}
		require.Equal(t, []string{"Ержан", "Иван", "Анна", "Пётр"}, find(contact.Filter{}))
		require.Equal(t, []string{"Ержан", "Анна", "Иван", "Пётр"}, find(contact.Filter{Sort: "email"}))
		require.Equal(t, []string{"Пётр", "Иван", "Анна", "Ержан"}, find(contact.Filter{Sort: "-email"}))
		require.Equal(t, []string{"Иван", "Пётр"}, find(contact.Filter{Search: "ИВАН"}), "a first name and a last name")
		require.Equal(t, []string{"Пётр"}, find(contact.Filter{Search: "иван пё"}))
		require.Equal(t, []string{"Иван", "Пётр"}, find(contact.Filter{Search: "@one"}))
		require.Equal(t, []string{"Ержан"}, find(contact.Filter{Search: "+7701"}))
		require.Empty(t, find(contact.Filter{Search: "%"}))
		require.Empty(t, find(contact.Filter{Consent: contact.Granted}))
		require.Len(t, find(contact.Filter{Consent: contact.Absent}), 4)
	})
}

func TestAStaleVersionChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		name := "Айгерим"
		_, err := w.Update(t.Context(), w.who, c.ID, c.Version, contact.Change{FirstName: &name})
		require.NoError(t, err)
		other := "Other"
		_, err = w.Update(t.Context(), w.who, c.ID, c.Version, contact.Change{FirstName: &other})
		require.ErrorIs(t, err, errs.ErrStale)
	})
}

func TestTwoContactsCannotHaveOneAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("a@example.kz")
		b := w.create("b@example.kz")
		_, err := w.Create(t.Context(), w.who, contact.Draft{Email: "A@EXAMPLE.kz"})
		require.ErrorIs(t, err, contact.ErrEmailTaken)
		taken := "a@example.kz"
		_, err = w.Update(t.Context(), w.who, b.ID, 0, contact.Change{Email: &taken})
		require.ErrorIs(t, err, contact.ErrEmailTaken)
	})
}

func TestAnotherAccountFindsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		w.grant(c.ID)
		l, err := w.CreateList(t.Context(), w.who, "Ours")
		require.NoError(t, err)
		s, err := w.Suppress(t.Context(), w.who, channel.Email, "bad@example.kz", "")
		require.NoError(t, err)
		theirs, err := w.Create(t.Context(), w.another, contact.Draft{Email: "a@example.kz"})
		require.NoError(t, err, "addresses are unique inside one account")
		theirList, err := w.CreateList(t.Context(), w.another, "Theirs")
		require.NoError(t, err)

		ctx, who := t.Context(), w.another
		name := "x"
		for verb, err := range map[string]error{
			"get":       second(w.Get(ctx, who, c.ID)),
			"update":    second(w.Update(ctx, who, c.ID, 0, contact.Change{FirstName: &name})),
			"delete":    w.Delete(ctx, who, c.ID),
			"grant":     w.Grant(ctx, who, c.ID, advertising[0], byForm),
			"withdraw":  w.Withdraw(ctx, who, c.ID, contact.ConsentKey{Channel: channel.Email}, byHand),
			"history":   second(w.History(ctx, who, c.ID)),
			"release":   w.Release(ctx, who, s.ID),
			"list":      second(w.GetList(ctx, who, l.ID)),
			"rename":    second(w.RenameList(ctx, who, l.ID, 0, "Stolen")),
			"drop list": w.DeleteList(ctx, who, l.ID),
			"join":      w.Join(ctx, who, l.ID, []contact.ID{theirs.ID}),
			"join ours": w.Join(ctx, who, theirList.ID, []contact.ID{c.ID}),
			"leave":     w.Leave(ctx, who, l.ID, []contact.ID{c.ID}),
			"create":    second(w.Create(ctx, who, contact.Draft{Email: "n@example.kz", Lists: []contact.ListID{l.ID}})),
		} {
			require.ErrorIs(t, err, errs.ErrNotFound, verb)
		}
		list, err := w.List(ctx, who, contact.Filter{List: l.ID})
		require.NoError(t, err)
		require.Empty(t, list.Items)
		stops, err := w.Suppressions(ctx, who, contact.StopFilter{Search: "bad@example.kz", Ask: page.Ask{Limit: 5}})
		require.NoError(t, err)
		require.Empty(t, stops.Items)
		guard, err := contact.GuardRows(ctx, w.db, who.Tenant, advertising[0], []contact.ID{c.ID})
		require.NoError(t, err)
		require.Equal(t, contact.Gone, guard[0].Reason)
		require.NoError(t, w.WithdrawByLink(ctx, who.Tenant, c.ID, advertising[0], contact.Proof{Source: contact.OneClick}))
		require.Equal(t, contact.Reachable, w.reason(c.ID), "a link of another account changes nothing here")
	})
}

func TestAViewerChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create("a@example.kz")
		viewer := w.who
		viewer.Role = access.Viewer
		require.ErrorIs(t, w.Delete(t.Context(), viewer, c.ID), errs.ErrForbidden)
		require.ErrorIs(t, w.Grant(t.Context(), viewer, c.ID, advertising[0], byHand), errs.ErrForbidden)
		require.ErrorIs(t, second(w.Create(t.Context(), viewer, contact.Draft{Email: "b@example.kz"})), errs.ErrForbidden)
		require.ErrorIs(t, second(w.Suppress(t.Context(), viewer, channel.Email, "b@example.kz", "")), errs.ErrForbidden)
		_, err := w.Get(t.Context(), viewer, c.ID)
		require.NoError(t, err)
	})
}

func second[T any](_ T, err error) error { return err }
