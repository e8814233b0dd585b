package form_test

import (
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/form"
	"keruen/internal/lang"
	"keruen/internal/page"
)

var ask = page.Ask{Limit: 50}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// AUD-1, AUD-7: nothing but a letter follows a form; the press behind the letter makes the contact, with the whole evidence.
func TestTheButtonBehindTheLetterMakesTheContactWithItsEvidence(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())

		out := w.send(t, f, "email", "Aida@example.kz", "first_name", "Аида", form.FieldPage, "https://shop.kz/landing?secret=1")
		require.True(t, out.AskConfirm)
		m := w.letter(t, 1)
		require.Equal(t, "Aida@example.kz", m.To)
		require.Equal(t, channel.Transactional, m.Purpose)
		require.Contains(t, m.Email.Subject, "Подтвердите подписку на «Дала»")
		require.Equal(t, "no-reply@keruen.test", m.Email.From, "the account has no sender of its own")
		_, err := w.contacts.ByEmail(t.Context(), w.who, "aida@example.kz")
		require.ErrorIs(t, err, contact.ErrUnknownAddress, "nobody is a contact before the press")

		token := tokenIn(t, m)
		asking, err := w.ShowConfirm(t.Context(), token, "")
		require.NoError(t, err)
		require.Equal(t, []string{"Новости: согласен получать"}, asking.Words)
		require.Equal(t, "A…@example.kz", asking.Address)
		require.Equal(t, form.Pending, w.entry(t, f, form.Pending).State, "looking changes nothing")

		w.confirm(t, token)

		c := w.find(t, "aida@example.kz")
		require.Equal(t, "Аида", c.FirstName)
		require.Equal(t, "ru", c.Lang)
		require.Equal(t, contact.Audience, c.Sort)
		require.Equal(t, []contact.ListID{w.list}, c.Lists)
		require.Equal(t, []contact.TagID{w.tag}, c.Tags)
		require.Equal(t, contact.Reachable, w.reason(t, c.ID, news))
		history, err := w.contacts.History(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.Len(t, history, 1)
		got := history[0]
		require.Equal(t, contact.FromForm, got.Source)
		require.Equal(t, "Новости: согласен получать", got.Wording)
		require.Equal(t, w.wording, got.WordingID)
		require.EqualValues(t, 1, got.Version)
		require.Equal(t, "192.0.2.10", got.IP)
		e := got.Evidence.V
		require.Equal(t, f.ID.String(), e["form"])
		require.Equal(t, "1", e["form_version"])
		require.Equal(t, "shop.kz/landing", e["page"], "what follows ? may name the visitor")
		require.Equal(t, "double", e["opt_in"])
		require.Equal(t, "198.51.100.7", e["confirmed_ip"])
		require.NotEmpty(t, e["confirmed_at"])

		entry := w.entry(t, f, form.Confirmed)
		require.Equal(t, c.ID, entry.Contact)
		require.Equal(t, form.Answers{}, entry.Answers, "the contact has them now")
		guests, err := db.One[int](t.Context(), w.db, `SELECT COUNT(*) FROM contacts WHERE sort = 'guest'`)
		require.NoError(t, err)
		require.Zero(t, guests, "the letter's guest is gone")
	})
}

func TestAnAccountsOwnSenderWritesTheLetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.sender(t, w.who.Tenant, "news@dala.kz")
		f := w.published(t, w.design())
		w.send(t, f, "email", "aida@example.kz")
		m := w.letter(t, 1)
		require.Equal(t, "news@dala.kz", m.Email.From)
		list, err := w.contacts.List(t.Context(), w.who, contact.Filter{Ask: ask})
		require.NoError(t, err)
		require.Empty(t, list.Items, "whoever has not confirmed is in no list of contacts")

		w.confirm(t, tokenIn(t, m))

		require.Equal(t, contact.NoConsent, w.reason(t, w.find(t, "aida@example.kz").ID, contact.ConsentKey{Channel: channel.Email, Purpose: channel.Transactional}),
			"the consent for the letter ended with it")
	})
}

// AUD-3: a form alone never revives what was withdrawn; the press behind the letter is the contact's own act and does — once.
func TestOnlyThePressBehindTheLetterBringsBackWhoLeft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		w.send(t, f, "email", "aida@example.kz")
		first := tokenIn(t, w.letter(t, 1))
		w.confirm(t, first)
		c := w.find(t, "aida@example.kz")
		leave := contact.Proof{Source: contact.UnsubscribeLink, Wording: "unsubscribed"}
		require.NoError(t, w.contacts.WithdrawByLink(t.Context(), w.who.Tenant, c.ID, news, leave))
		require.Equal(t, contact.HasUnsubscribed, w.reason(t, c.ID, news))

		w.confirm(t, first)
		require.Equal(t, contact.HasUnsubscribed, w.reason(t, c.ID, news), "the old link is spent")

		single := w.design()
		single.Double = false
		g := w.published(t, single)
		w.send(t, g, "email", "aida@example.kz", "first_name", "Somebody")
		require.Equal(t, contact.HasUnsubscribed, w.reason(t, c.ID, news), "a form alone revives nothing")

		w.send(t, f, "email", "aida@example.kz")
		require.Equal(t, contact.HasUnsubscribed, w.reason(t, c.ID, news), "asking is not agreeing")
		w.confirm(t, tokenIn(t, w.letter(t, 2)))
		require.Equal(t, contact.Reachable, w.reason(t, c.ID, news))
	})
}

// AUD-3
func TestNothingComesBackAfterAComplaint(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		w.send(t, f, "email", "aida@example.kz")
		m := w.letter(t, 1)
		w.confirm(t, tokenIn(t, m))
		c := w.find(t, "aida@example.kz")
		require.NoError(t, w.contacts.Complain(t.Context(), w.who.Tenant, c.ID, channel.Email, contact.Proof{Wording: "spam"}))

		out := w.send(t, f, "email", "aida@example.kz")

		require.True(t, out.AskConfirm, "the page says what it says to everybody")
		require.Equal(t, string(contact.OnStopList), w.entry(t, f, form.Unreachable).Reason)
		require.Len(t, w.mailer.Seen(), 1)
		require.Equal(t, contact.OnStopList, w.reason(t, c.ID, news))
	})
}

// Without double opt-in the form alone is the evidence, and it does not overwrite what is known about somebody.
func TestAFormAloneFillsOnlyWhatWasEmpty(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		known, err := w.contacts.Create(t.Context(), w.who, contact.Draft{Email: "aida@example.kz", FirstName: "Аида"})
		require.NoError(t, err)
		d := w.design()
		d.Double = false
		d.Fields = append(d.Fields, form.Field{Sort: form.LastName})
		f := w.published(t, d)

		out := w.send(t, f, "email", "aida@example.kz", "first_name", "Мошенник", "last_name", "Ким")

		require.False(t, out.AskConfirm)
		c := w.find(t, "aida@example.kz")
		require.Equal(t, known.ID, c.ID)
		require.Equal(t, "Аида", c.FirstName)
		require.Equal(t, "Ким", c.LastName)
		require.Equal(t, contact.Reachable, w.reason(t, c.ID, news))
		history, err := w.contacts.History(t.Context(), w.who, c.ID)
		require.NoError(t, err)
		require.Equal(t, "single", history[0].Evidence.V["opt_in"])
		require.Equal(t, form.Accepted, w.entry(t, f, form.Accepted).State)
	})
}

// AUD-6: offers of others need a box of their own, which is never a condition.
func TestOffersOfOthersNeedTheirOwnBox(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		others := contact.ConsentKey{Channel: channel.Email, Purpose: channel.ThirdParty}
		box := w.word(t, "Партнёры", others)
		d := w.design()
		d.Boxes = append(d.Boxes, form.Box{Wording: box, Required: true})
		_, err := w.Create(t.Context(), w.who, "x", d)
		require.ErrorIs(t, err, errs.ErrInvalid, "it cannot be forced")
		d.Boxes[1].Required = false
		f := w.published(t, d)

		in := w.filled(t, f, "email", "no@example.kz")
		in.Values.Del(d.Boxes[1].Name())
		_, err = w.Submit(t.Context(), f.Key, in)
		require.NoError(t, err)
		w.confirm(t, tokenIn(t, w.letter(t, 1)))
		w.send(t, f, "email", "yes@example.kz")
		w.confirm(t, tokenIn(t, w.letter(t, 2)))

		require.Equal(t, contact.NoConsent, w.reason(t, w.find(t, "no@example.kz").ID, others))
		require.Equal(t, contact.Reachable, w.reason(t, w.find(t, "yes@example.kz").ID, others))
	})
}

// Whoever chose topics gets those and nothing else.
func TestChosenTopicsAreTheWholeConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sales, recipes := w.topic(t, "Скидки"), w.topic(t, "Рецепты")
		d := w.design()
		d.Fields = append(d.Fields, form.Field{Sort: form.Topics, Topics: []contact.TopicID{sales, recipes}})
		f := w.published(t, d)
		w.send(t, f, "email", "aida@example.kz", "topic", recipes.String())
		w.confirm(t, tokenIn(t, w.letter(t, 1)))

		c := w.find(t, "aida@example.kz").ID
		about := func(topic contact.TopicID) contact.ConsentKey {
			return contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising, Topic: topic}
		}
		require.Equal(t, contact.Reachable, w.reason(t, c, about(recipes)))
		require.Equal(t, contact.NoConsent, w.reason(t, c, about(sales)))
		require.Equal(t, contact.NoConsent, w.reason(t, c, news))
	})
}

func TestAPhoneIsConsentByTheFormAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sms := contact.ConsentKey{Channel: channel.SMS, Purpose: channel.Advertising}
		d := form.Design{Fields: []form.Field{{Sort: form.Phone}}, Boxes: []form.Box{{Wording: w.word(t, "SMS", sms), Required: true}}, Double: true}
		f := w.published(t, d)
		require.True(t, f.Draft.Fields[0].Required, "the only address is required")

		out := w.send(t, f, "phone", "8 701 123 45 67")

		require.False(t, out.AskConfirm)
		got := w.entry(t, f, form.Accepted)
		require.Equal(t, contact.Reachable, w.reason(t, got.Contact, sms))
	})
}

// AUD-7: what nobody confirmed is forgotten after a week, with the guest; the counts stay.
func TestWhatNobodyConfirmedIsForgottenAfterAWeek(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.sender(t, w.who.Tenant, "news@dala.kz")
		f := w.published(t, w.design())
		w.send(t, f, "email", "aida@example.kz")
		token := tokenIn(t, w.letter(t, 1))
		w.clock.pass(form.Life - time.Hour)
		require.NoError(t, w.Sweep(t.Context()))
		require.Equal(t, "aida@example.kz", w.entry(t, f, form.Pending).Answers.Email)

		w.clock.pass(2 * time.Hour)
		require.ErrorIs(t, w.Confirm(t.Context(), token, visitorIP, browser), form.ErrLink)
		require.NoError(t, w.Sweep(t.Context()))

		got := w.entry(t, f, form.Expired)
		require.Equal(t, form.Answers{}, got.Answers)
		require.Empty(t, got.IP)
		_, err := w.contacts.ByEmail(t.Context(), w.who, "aida@example.kz")
		require.ErrorIs(t, err, contact.ErrUnknownAddress)
		stats, err := w.Stats(t.Context(), w.who, f.ID, 30)
		require.NoError(t, err)
		require.EqualValues(t, 1, stats[0].Submissions)
		require.ErrorIs(t, w.Confirm(t.Context(), token, visitorIP, browser), form.ErrLink)
	})
}

func TestALetterIsSentAgainWithinLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		out := w.send(t, f, "email", "aida@example.kz")
		w.letter(t, 1)
		require.NoError(t, w.Again(t.Context(), out.Again, visitorIP), "too soon: nothing happens, and nothing is said")
		for n := 2; n <= form.MaxLetters; n++ {
			w.clock.pass(2 * time.Minute)
			require.NoError(t, w.Again(t.Context(), out.Again, visitorIP))
			w.letter(t, n)
			require.Eventually(t, func() bool { return w.entry(t, f, form.Pending).Letters == n }, 10*time.Second, 10*time.Millisecond)
		}
		w.clock.pass(2 * time.Minute)
		require.NoError(t, w.Again(t.Context(), out.Again, visitorIP))
		require.Equal(t, form.MaxLetters, w.entry(t, f, form.Pending).Letters)
		require.ErrorIs(t, w.Again(t.Context(), tokenIn(t, w.letter(t, 1)), visitorIP), form.ErrLink, "one link cannot stand for another")
	})
}

func TestTwoPressesOfOneButtonAreOneSubmission(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		in := w.filled(t, f, "email", "aida@example.kz")
		for range 2 {
			_, err := w.Submit(t.Context(), f.Key, in)
			require.NoError(t, err)
		}
		list, err := w.Submissions(t.Context(), w.who, f.ID, "", ask)
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
	})
}

// AUD-7: programs are held, not lost, and not told.
func TestWhatLooksLikeAProgramIsHeldAndListed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		for reason, change := range map[string]func(*form.Sent){
			form.HeldTrap:  func(in *form.Sent) { in.Values.Set(form.FieldTrap, "http://spam.test") },
			form.HeldFast:  func(in *form.Sent) { w.clock.pass(-9 * time.Second) },
			form.HeldLinks: func(in *form.Sent) { in.Values.Set("first_name", "Win https://spam.test") },
		} {
			in := w.filled(t, f, "email", reason+"@example.kz")
			change(&in)
			out, err := w.Submit(t.Context(), f.Key, in)
			require.NoError(t, err)
			require.True(t, out.AskConfirm, "the page says what it says to everybody")
			got := w.entry(t, f, form.Held)
			require.Equal(t, reason, got.Reason)
			require.Equal(t, reason+"@example.kz", got.Answers.Email)
		}
		require.Empty(t, w.mailer.Seen())

		got := w.entry(t, f, form.Held)
		require.NoError(t, w.Release(t.Context(), w.who, got.ID))
		require.Equal(t, got.Answers.Email, w.letter(t, 1).To)
		require.ErrorIs(t, w.Release(t.Context(), w.who, got.ID), form.ErrNotHeld)
	})
}

func TestManyFromOneNetworkAreHeldUnlessTheirScriptWorked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		var last form.Sent
		for n := range 7 {
			last = w.filled(t, f, "email", "a"+strconv.Itoa(n)+"@example.kz")
			_, err := w.Submit(t.Context(), f.Key, last)
			require.NoError(t, err)
		}
		require.Equal(t, form.HeldRate, w.entry(t, f, form.Held).Reason)

		in := w.filled(t, f, "email", "worker@example.kz")
		in.Values.Set(form.FieldWork, work(in.Values.Get(form.FieldToken)))
		_, err := w.Submit(t.Context(), f.Key, in)
		require.NoError(t, err)
		require.Equal(t, "worker@example.kz", w.entry(t, f, form.Pending).Answers.Email)
	})
}

func TestAnAddressGetsNoMoreThanAFewLettersAndNobodyIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		for range 5 {
			out := w.send(t, f, "email", "victim@example.kz")
			require.True(t, out.AskConfirm)
		}
		list, err := w.Submissions(t.Context(), w.who, f.ID, "", ask)
		require.NoError(t, err)
		require.Len(t, list.Items, 3)
	})
}

func TestAPageThatLayOpenTooLongIsAskedOnceMore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		in := w.filled(t, f, "email", "aida@example.kz")
		w.clock.pass(form.ShownLife)
		out, err := w.Submit(t.Context(), f.Key, in)
		require.NoError(t, err)
		require.True(t, out.Stale)
		in.Values.Set(form.FieldToken, "")
		out, err = w.Submit(t.Context(), f.Key, in)
		require.NoError(t, err)
		require.True(t, out.Stale, "a page that nobody showed")
		g := w.published(t, w.design())
		in = w.filled(t, g, "email", "aida@example.kz")
		out, err = w.Submit(t.Context(), f.Key, in)
		require.NoError(t, err)
		require.True(t, out.Stale, "a page of another form")
	})
}

func TestOnlySitesOfTheListMaySend(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		in := w.filled(t, f, "email", "aida@example.kz")
		in.Values.Del(form.FieldToken) // a plain form on somebody's page
		in.Origin = "https://evil.test"
		_, err := w.Submit(t.Context(), f.Key, in)
		require.ErrorIs(t, err, form.ErrOrigin)
		in.Origin = "https://shop.kz"
		out, err := w.Submit(t.Context(), f.Key, in)
		require.NoError(t, err)
		require.True(t, out.AskConfirm)
		require.Equal(t, "aida@example.kz", w.letter(t, 1).To)
	})
}

func TestAClosedFormTakesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		closed := true
		_, err := w.Update(t.Context(), w.who, f.ID, 0, form.Change{Closed: &closed})
		require.NoError(t, err)
		_, err = w.Submit(t.Context(), f.Key, form.Sent{IP: visitorIP})
		require.ErrorIs(t, err, form.ErrClosed)
	})
}

func TestAnotherAccountSeesNothingOfAForm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		in := w.filled(t, f, "email", "aida@example.kz", form.FieldTrap, "x")
		_, err := w.Submit(t.Context(), f.Key, in)
		require.NoError(t, err)
		sub := w.entry(t, f, form.Held).ID
		ctx, other := t.Context(), w.another
		_, e1 := w.Get(ctx, other, f.ID)
		_, e2 := w.Update(ctx, other, f.ID, 0, form.Change{})
		_, e3 := w.Publish(ctx, other, f.ID, 0)
		_, e4 := w.Versions(ctx, other, f.ID)
		_, e5 := w.Restore(ctx, other, f.ID, 1)
		_, e6 := w.Submissions(ctx, other, f.ID, "", ask)
		_, e7 := w.Stats(ctx, other, f.ID, 30)
		_, e8 := w.Preview(ctx, other, f.ID, lang.Russian)
		for n, err := range []error{e1, e2, e3, e4, e5, e6, e7, e8, w.Delete(ctx, other, f.ID), w.Release(ctx, other, sub), w.Reject(ctx, other, sub)} {
			require.Equal(t, errs.NotFound, errs.KindOf(err), "verb %d: %v", n, err)
		}
		list, err := w.List(ctx, other)
		require.NoError(t, err)
		require.Empty(t, list)
		d := w.design()
		_, err = w.Create(ctx, other, "x", d)
		require.ErrorIs(t, err, errs.ErrInvalid, "lists, tags and wordings of another account are not there")
	})
}

func TestEveryVerbAsksItsPermission(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		nobody := access.Actor{Tenant: w.who.Tenant, Via: access.BySession, Role: access.Accountant}
		ctx := t.Context()
		_, e1 := w.Get(ctx, nobody, f.ID)
		_, e2 := w.Update(ctx, nobody, f.ID, 0, form.Change{})
		_, e3 := w.Publish(ctx, nobody, f.ID, 0)
		_, e4 := w.Versions(ctx, nobody, f.ID)
		_, e5 := w.Restore(ctx, nobody, f.ID, 1)
		_, e6 := w.Submissions(ctx, nobody, f.ID, "", ask)
		_, e7 := w.Stats(ctx, nobody, f.ID, 30)
		_, e8 := w.Preview(ctx, nobody, f.ID, lang.Russian)
		_, e9 := w.Create(ctx, nobody, "x", w.design())
		_, e10 := w.List(ctx, nobody)
		for n, err := range []error{e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, w.Delete(ctx, nobody, f.ID), w.Release(ctx, nobody, 1), w.Reject(ctx, nobody, 1)} {
			require.ErrorIs(t, err, errs.ErrForbidden, "verb %d", n)
		}
	})
}

// CMP-11: an erasure finds what waits under an address, and what became the contact.
func TestAnErasureForgetsWhatAPersonSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.published(t, w.design())
		w.send(t, f, "email", "aida@example.kz")
		w.confirm(t, tokenIn(t, w.letter(t, 1)))
		c := w.find(t, "aida@example.kz").ID
		w.send(t, f, "email", "Aida@example.kz")
		w.letter(t, 2)
		p := contact.Person{Tenant: w.who.Tenant, Contact: c, IDs: []contact.ID{c}, Addresses: []string{"aida@example.kz"}}
		have, err := w.Of(t.Context(), p)
		require.NoError(t, err)
		require.Len(t, have, 2)

		require.NoError(t, w.db.InTx(t.Context(), func(ctx contextT, tx *db.Tx) error {
			return w.ForgetTx(ctx, tx, p)
		}))

		have, err = w.Of(t.Context(), p)
		require.NoError(t, err)
		require.Empty(t, have)
		require.ErrorIs(t, w.Confirm(t.Context(), tokenIn(t, w.letter(t, 2)), netip.MustParseAddr("192.0.2.1"), ""), form.ErrLink)
	})
}
