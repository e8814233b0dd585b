package contact_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
	"keruen/internal/lang"
)

func (w *world) topic(name string) contact.ConsentKey {
	t, err := w.CreateTopic(w.t.Context(), w.who, lang.Text{Ru: name}, lang.Text{})
	require.NoError(w.t, err)
	return contact.ConsentKey{Channel: channel.Email, Purpose: channel.Advertising, Topic: t.ID}
}

func (w *world) judge(key contact.ConsentKey, c contact.ID) contact.Recipient {
	got, err := contact.GuardRows(w.t.Context(), w.db, w.who.Tenant, key, []contact.ID{c})
	require.NoError(w.t, err)
	return got[0]
}

// AUD-1: the rule of topics, and which consent permits the message.
func TestATopicIsLeftAloneAndChosenAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		news, sales := w.topic("Новости"), w.topic("Скидки")
		chooser, all := w.create("chooser@example.kz").ID, w.create("all@example.kz").ID
		require.NoError(t, w.Grant(t.Context(), w.who, chooser, news, byForm))
		w.grant(all)

		require.Equal(t, contact.Reachable, w.judge(news, chooser).Reason)
		require.Equal(t, contact.NoConsent, w.judge(sales, chooser).Reason)
		require.Equal(t, contact.NoConsent, w.judge(general, chooser).Reason, "one topic is not the whole")
		require.Equal(t, contact.Reachable, w.judge(news, all).Reason)
		require.Equal(t, w.judge(general, all).Consent, w.judge(news, all).Consent, "the general consent permits it")

		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, all, news, byLink))
		require.Equal(t, contact.TopicLeft, w.judge(news, all).Reason)
		require.Equal(t, contact.Reachable, w.judge(sales, all).Reason)
		require.Equal(t, contact.Reachable, w.judge(general, all).Reason)
		require.ErrorIs(t, w.Grant(t.Context(), w.who, all, news, byForm), contact.ErrWithdrawn)

		require.NoError(t, w.ReturnByLink(t.Context(), w.who.Tenant, all, news, byLink))
		got := w.judge(news, all)
		require.Equal(t, contact.Reachable, got.Reason)
		require.NotEqual(t, w.judge(general, all).Consent, got.Consent, "its own consent permits it now")

		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, chooser, general, byLink))
		require.Equal(t, contact.HasUnsubscribed, w.judge(news, chooser).Reason, "leaving the whole leaves every topic")
	})
}

// AUD-3: a topic that was left stays left for the address when the contact is deleted and imported again.
func TestALeftTopicOutlivesTheContact(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		news := w.topic("Новости")
		first := w.create("p@example.kz")
		w.grant(first.ID)
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, first.ID, news, byLink))
		require.NoError(t, w.Delete(t.Context(), w.who, first.ID))

		again := w.bulk(contact.Bulk{OnExisting: contact.Overwrite, Consents: []contact.ConsentKey{general, news}, Rows: []contact.Row{row(t, "p@example.kz", "", "P")}})[0].Contact
		require.Equal(t, contact.Reachable, w.judge(general, again).Reason)
		require.Equal(t, contact.TopicLeft, w.judge(news, again).Reason)
	})
}

// AUD-6: offers of others need a consent of their own, which leaving the account's advertising ends, and leaving which ends nothing else.
func TestOffersOfOthersNeedTheirOwnConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		own, both := w.create("own@example.kz").ID, w.create("both@example.kz").ID
		w.grant(own)
		w.grant(both)
		require.NoError(t, w.Grant(t.Context(), w.who, both, others, byForm))
		require.Equal(t, contact.NoConsent, w.judge(others, own).Reason)
		require.Equal(t, contact.Reachable, w.judge(others, both).Reason)

		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, own, general, byLink))
		require.ErrorIs(t, w.Grant(t.Context(), w.who, own, others, byForm), contact.ErrWithdrawn)
		require.NoError(t, w.WithdrawByLink(t.Context(), w.who.Tenant, both, others, byLink))
		require.Equal(t, contact.HasUnsubscribed, w.judge(others, both).Reason)
		require.Equal(t, contact.Reachable, w.judge(general, both).Reason)

		stops, err := w.Get(t.Context(), w.who, both)
		require.NoError(t, err)
		require.Equal(t, contact.ScopeThirdParty, stops.Suppressed[0].Scope)
	})
}

// AUD-1: the count before sending says what the guard will say, for topics and offers of others too.
func TestCountsAgreeWithTheGuardForEveryKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := newPeople(t, w, 7)
		for range 150 {
			p.act()
		}
		for _, k := range p.keys {
			var want contact.Counts
			for _, c := range p.ids {
				want.Total++
				switch w.judge(k, c).Reason {
				case contact.Reachable:
					want.Reachable++
				case contact.NoConsent:
					want.NoConsent++
				case contact.HasUnsubscribed:
					want.Unsubscribed++
				case contact.OnStopList:
					want.Suppressed++
				case contact.TopicLeft:
					want.TopicLeft++
				}
			}
			got, err := w.CountByReason(t.Context(), w.who.Tenant, contact.Target{All: true}, k)
			require.NoError(t, err)
			require.Equal(t, want, got, k)
		}
	})
}

func TestTopicsAreNamedOrderedAndArchived(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, err := w.CreateTopic(ctx, w.who, lang.Text{En: "News"}, lang.Text{})
		require.ErrorIs(t, err, errs.ErrInvalid, "Russian is the name that everybody falls back to")
		a, b, c := w.topic("А").Topic, w.topic("Б").Topic, w.topic("В").Topic
		order := func(list []contact.Topic) (out []contact.TopicID) {
			for _, x := range list {
				out = append(out, x.ID)
			}
			return out
		}
		list, err := w.OrderTopics(ctx, w.who, []contact.TopicID{c, a})
		require.NoError(t, err)
		require.Equal(t, []contact.TopicID{c, a, b}, order(list))

		archived := true
		_, err = w.UpdateTopic(ctx, w.who, c, 1, contact.TopicChange{Archived: &archived})
		require.ErrorIs(t, err, errs.ErrStale)
		_, err = w.UpdateTopic(ctx, w.who, c, 0, contact.TopicChange{Archived: &archived})
		require.NoError(t, err)
		list, err = w.Topics(ctx, w.who)
		require.NoError(t, err)
		require.Equal(t, []contact.TopicID{a, b, c}, order(list))
		require.ErrorIs(t, contact.SendableTopic(ctx, w.db, w.who.Tenant, c), contact.ErrTopicArchived)
		require.ErrorIs(t, contact.SendableTopic(ctx, w.db, w.another.Tenant, a), contact.ErrTopicUnknown)
	})
}

// AUD-1: a version of a wording never changes, and a consent points to the one that was shown.
func TestAWordingKeepsItsVersions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		d := contact.WordingDraft{Name: "Форма", Text: lang.Text{Ru: "Согласен получать новости"}, Keys: []contact.ConsentKey{general}}
		first, err := w.CreateWording(ctx, w.who, d)
		require.NoError(t, err)
		c := w.create("p@example.kz").ID
		proof := contact.Proof{Source: contact.FromForm, Wording: first.Text.Ru, WordingID: first.ID, WordingVersion: first.Version}
		require.NoError(t, w.Grant(ctx, w.who, c, general, proof))

		d.Name = "Форма на сайте"
		same, err := w.ReviseWording(ctx, w.who, first.ID, 0, d)
		require.NoError(t, err)
		require.EqualValues(t, 1, same.Version, "another name is no other wording")
		d.Text.Ru = "Согласен получать новости и скидки"
		second, err := w.ReviseWording(ctx, w.who, first.ID, 1, d)
		require.NoError(t, err)
		require.EqualValues(t, 2, second.Version)
		_, err = w.ReviseWording(ctx, w.who, first.ID, 1, d)
		require.ErrorIs(t, err, errs.ErrStale)

		old, err := contact.WordingAt(ctx, w.db, w.who.Tenant, first.ID, 1)
		require.NoError(t, err)
		require.Equal(t, "Согласен получать новости", old.Text.Ru)
		history, err := w.History(ctx, w.who, c)
		require.NoError(t, err)
		require.Equal(t, first.ID, history[0].WordingID)
		require.EqualValues(t, 1, history[0].Version)
		uses, err := w.WordingUses(ctx, w.who, first.ID)
		require.NoError(t, err)
		require.Equal(t, []contact.WordingUse{{Version: 1, Source: contact.FromForm, N: 1}}, uses)
	})
}

func TestTagsAreGivenAndTakenInBulk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		a, b := w.create("a@example.kz").ID, w.create("b@example.kz").ID
		vip, err := w.CreateTag(ctx, w.who, " VIP ")
		require.NoError(t, err)
		_, err = w.CreateTag(ctx, w.who, "vip")
		require.ErrorIs(t, err, errs.ErrInvalid)
		require.NoError(t, w.Retag(ctx, w.who, []contact.ID{a, b}, []contact.TagID{vip.ID}, nil))
		require.NoError(t, w.Retag(ctx, w.who, []contact.ID{b}, nil, []contact.TagID{vip.ID}))
		tags, err := w.Tags(ctx, w.who)
		require.NoError(t, err)
		require.EqualValues(t, 1, tags[0].Members)
		n, err := w.Count(ctx, w.who, contact.Filter{Tag: vip.ID})
		require.NoError(t, err)
		require.EqualValues(t, 1, n.N)

		var same []contact.TagID
		require.NoError(t, w.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			same, err = contact.EnsureTagsTx(ctx, tx, w.who.Tenant, []string{"Vip", "new"})
			return err
		}))
		require.Equal(t, vip.ID, same[0])
		require.NoError(t, w.DeleteTag(ctx, w.who, vip.ID))
		v, err := w.Get(ctx, w.who, a)
		require.NoError(t, err)
		require.Empty(t, v.Tags)
	})
}

func TestAnotherAccountFindsNoTopicTagOrWording(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, key := t.Context(), w.topic("Новости")
		tag, err := w.CreateTag(ctx, w.who, "VIP")
		require.NoError(t, err)
		words, err := w.CreateWording(ctx, w.who, contact.WordingDraft{Name: "F", Text: lang.Text{Ru: "Согласен получать новости"}, Keys: []contact.ConsentKey{key}})
		require.NoError(t, err)
		theirs, err := w.Create(ctx, w.another, contact.Draft{Email: "x@example.kz"})
		require.NoError(t, err)
		for name, err := range map[string]error{
			"topic":   fail(w.UpdateTopic(ctx, w.another, key.Topic, 0, contact.TopicChange{})),
			"order":   fail(w.OrderTopics(ctx, w.another, []contact.TopicID{key.Topic})),
			"tag":     w.DeleteTag(ctx, w.another, tag.ID),
			"rename":  fail(w.RenameTag(ctx, w.another, tag.ID, 0, "x")),
			"retag":   w.Retag(ctx, w.another, []contact.ID{theirs.ID}, []contact.TagID{tag.ID}, nil),
			"wording": fail(w.ReviseWording(ctx, w.another, words.ID, 0, contact.WordingDraft{Name: "F", Text: words.Text, Keys: []contact.ConsentKey{general}})),
			"archive": fail(w.ArchiveWording(ctx, w.another, words.ID, true)),
			"history": fail(w.WordingVersions(ctx, w.another, words.ID)),
		} {
			require.ErrorIs(t, err, errs.ErrNotFound, name)
		}
		require.ErrorIs(t, w.Grant(ctx, w.another, theirs.ID, key, byForm), contact.ErrTopicUnknown)
		viewer := access.Actor{Tenant: w.who.Tenant, Member: id.Member(6), Via: access.BySession, Role: access.Viewer}
		require.ErrorIs(t, fail(w.CreateTag(ctx, viewer, "x")), errs.ErrForbidden)
		require.ErrorIs(t, fail(w.CreateTopic(ctx, viewer, lang.Text{Ru: "x"}, lang.Text{})), errs.ErrForbidden)
	})
}

func fail[T any](_ T, err error) error { return err }
