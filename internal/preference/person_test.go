package preference_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/delivery"
	"keruen/internal/lang"
	"keruen/internal/preference"
)

// AUD-1, AUD-7: a topic that was left is not sent, another one is; the choice is on record with the words, the page and the place.
func TestOneTopicIsLeftAndOthersCome(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, _ := w.letter(c, channel.Advertising, w.news)
		require.NoError(t, w.choose(e, func(on map[string]bool) { delete(on, "email."+w.news.String()) }))
		require.Equal(t, delivery.SkipTopicLeft, w.sent(c, channel.Advertising, w.news))
		require.Empty(t, w.sent(c, channel.Advertising, w.sales))
		require.Empty(t, w.sent(c, channel.Advertising, 0))

		got := w.history(c)[0]
		require.Equal(t, contact.Withdrawn, got.Action)
		require.Equal(t, w.news, got.Topic)
		require.Equal(t, contact.PreferencePage, got.Source)
		require.Contains(t, got.Wording, "Новости — раз в неделю")
		require.Equal(t, "192.0.2.77", got.IP)
		require.Equal(t, e.About.Message(), got.Evidence.V["message"])
		require.Equal(t, map[string]string{"page": "preferences", "version": "0", "words": "1", "lang": "ru", "message": e.About.Message()}, got.Evidence.V)

		require.NoError(t, w.choose(e, func(on map[string]bool) { on["email."+w.news.String()] = true }))
		require.Empty(t, w.sent(c, channel.Advertising, w.news), "its own act brings it back")
	})
}

// AUD-3: leaving takes effect for what waits already.
func TestAChoiceHoldsForQueuedMessages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, _ := w.letter(c, channel.Advertising, w.news)
		w.busy.Store(true)
		topical, general := w.submit(c, channel.Advertising, w.news), w.submit(c, channel.Advertising, 0)
		require.NoError(t, w.choose(e, func(on map[string]bool) { delete(on, "email."+w.news.String()) }))
		w.busy.Store(false)
		state, reason := w.outcome(topical)
		require.Equal(t, delivery.Skipped, state)
		require.Equal(t, delivery.SkipTopicLeft, reason)
		state, _ = w.outcome(general)
		require.Contains(t, []delivery.State{delivery.Accepted, delivery.Delivered}, state)
	})
}

// AUD-3: what a page showed a week ago is not what the person wants now.
func TestAPageLeftOpenBringsNothingBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, token := w.letter(c, channel.Advertising, 0)
		old := strings.Fields(w.show(e).Shown())
		require.NoError(t, w.delivery.Leave(t.Context(), token, delivery.LeavePurpose, true, reader))
		require.NoError(t, w.Choose(t.Context(), e, "", preference.Picks{Shown: old, Wanted: old}, reader), "nothing was changed on it")
		require.Equal(t, delivery.SkipUnsubscribed, w.sent(c, channel.Advertising, 0))
	})
}

// AUD-3, AUD-6: everything ends on every channel with one press; nobody but the person takes that back.
func TestLeavingEverythingIsOnePressAndOnlyThePersonTakesItBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		phone := "+77011234567"
		_, err := w.contacts.Update(t.Context(), w.who, c, 0, contact.Change{Phone: &phone})
		require.NoError(t, err)
		for _, k := range []contact.ConsentKey{key(channel.ThirdParty, 0), key(channel.Transactional, 0), {Channel: channel.SMS, Purpose: channel.Advertising}} {
			require.NoError(t, w.contacts.Grant(t.Context(), w.who, c, k, agreed))
		}
		e, _ := w.letter(c, channel.Advertising, 0)
		before := w.show(e).Shown()
		require.NoError(t, w.LeaveAll(t.Context(), e, "", reader))
		require.NoError(t, w.LeaveAll(t.Context(), e, "", reader), "twice is once")
		require.Equal(t, delivery.SkipUnsubscribed, w.sent(c, channel.Advertising, 0))
		require.Equal(t, delivery.SkipUnsubscribed, w.sent(c, channel.ThirdParty, 0))
		require.Empty(t, w.sent(c, channel.Transactional, 0), "messages of service go on")
		require.False(t, w.show(e).Any())
		require.ErrorIs(t, w.contacts.Grant(t.Context(), w.who, c, contact.ConsentKey{Channel: channel.SMS, Purpose: channel.Advertising}, agreed), contact.ErrWithdrawn)

		require.NoError(t, w.Choose(t.Context(), e, "", preference.Picks{Wanted: strings.Fields(before)}, reader))
		require.Empty(t, w.sent(c, channel.Advertising, 0), "its own press brings it back")
		require.Empty(t, w.sent(c, channel.ThirdParty, 0))
	})
}

// AUD-3: who complained is not asked to come back, and cannot by a link.
func TestNothingComesBackAfterAComplaint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, token := w.letter(c, channel.Advertising, 0)
		require.NoError(t, w.delivery.Complain(t.Context(), token, reader))
		require.True(t, w.show(e).Rows[0].Shut)
		require.NoError(t, w.Choose(t.Context(), e, "", preference.Picks{Wanted: []string{"email", "email.others"}}, reader))
		require.Equal(t, delivery.SkipSuppressed, w.sent(c, channel.Advertising, 0))
	})
}

// AUD-6: offers of others come only where their own box was ticked.
func TestOffersOfOthersNeedABoxOfTheirOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := preference.FirstDesign()
		d.Others = true
		_, err := w.SaveDraft(t.Context(), w.who, 0, d)
		require.NoError(t, err)
		_, err = w.Publish(t.Context(), w.who, 0)
		require.NoError(t, err)
		c := w.person("a@reader.test")
		require.Equal(t, delivery.SkipNoConsent, w.sent(c, channel.ThirdParty, 0))
		e, _ := w.letter(c, channel.Advertising, 0)
		require.NoError(t, w.choose(e, func(on map[string]bool) { on["email.others"] = true }))
		e, _ = w.letter(c, channel.ThirdParty, 0)
		got := w.history(c)[0]
		require.Equal(t, "Получать от «Дала» предложения других компаний по электронной почте", got.Wording)
		require.Equal(t, "1", got.Evidence.V["version"], "of the page that was shown")
		why, err := w.Why(t.Context(), e, lang.Russian)
		require.NoError(t, err)
		require.Equal(t, "предложение другой компании", why.Purpose)
		require.Equal(t, got.Wording, why.Receipt.Wording)
		require.NoError(t, w.choose(e, func(on map[string]bool) { delete(on, "email.others") }))
		require.Equal(t, delivery.SkipUnsubscribed, w.sent(c, channel.ThirdParty, 0))
		require.Empty(t, w.sent(c, channel.Advertising, 0), "the account's own mailings go on")
	})
}

func TestTopicsNeedTheMailingsOfTheirChannel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, token := w.letter(c, channel.Advertising, w.news)
		require.NoError(t, w.delivery.Leave(t.Context(), token, delivery.LeaveNarrow, false, reader))
		require.NoError(t, w.delivery.Leave(t.Context(), token, delivery.LeaveAll, false, reader))
		topic := "email." + w.news.String()
		require.ErrorIs(t, w.choose(e, func(on map[string]bool) { on[topic] = true }), preference.ErrMainOff)
		require.NoError(t, w.choose(e, func(on map[string]bool) { on[topic], on["email"] = true, true }))
		require.Empty(t, w.sent(c, channel.Advertising, w.news))
	})
}

// AUD-7: a pause holds mailings back and nothing else, and is over by itself or by a press.
func TestAPauseHoldsMailingsBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		require.NoError(t, w.contacts.Grant(t.Context(), w.who, c, key(channel.Transactional, 0), agreed))
		e, _ := w.letter(c, channel.Advertising, w.news)
		require.ErrorIs(t, w.Pause(t.Context(), e, "", 365, reader), preference.ErrPause)
		require.NoError(t, w.Pause(t.Context(), e, "", 30, reader))
		require.Equal(t, delivery.SkipBreak, w.sent(c, channel.Advertising, w.news))
		require.Empty(t, w.sent(c, channel.Transactional, 0))
		n, err := w.contacts.CountByReason(t.Context(), w.who.Tenant, contact.Target{All: true}, key(channel.Advertising, w.news))
		require.NoError(t, err)
		require.Equal(t, contact.Counts{Total: 1, Paused: 1}, n)
		require.Equal(t, contact.PauseBegun, w.history(c)[0].Action)
		require.Equal(t, "Не присылать рассылки «Дала» 30 дней", w.history(c)[0].Wording)
		v, err := w.contacts.Get(t.Context(), w.who, c)
		require.NoError(t, err)
		require.WithinDuration(t, time.Now().AddDate(0, 0, 30), v.Pauses[0].Until, time.Hour)
		require.WithinDuration(t, v.Pauses[0].Until, w.show(e).Paused(), 0)

		require.NoError(t, w.Pause(t.Context(), e, "", 0, reader))
		require.NoError(t, w.Pause(t.Context(), e, "", 0, reader), "twice is once")
		require.Empty(t, w.sent(c, channel.Advertising, w.news))
		require.Equal(t, contact.PauseEnded, w.history(c)[0].Action)

		require.NoError(t, w.contacts.PauseByLink(t.Context(), w.who.Tenant, c, time.Now().Add(-time.Second), agreed))
		require.Empty(t, w.sent(c, channel.Advertising, w.news), "a pause whose time is over")
	})
}

// AUD-1: the page tells the consent that allowed this very message, and of the person nothing whole.
func TestThePageTellsWhyTheMessageCame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("aigerim@reader.test")
		e, token := w.letter(c, channel.Advertising, w.news)
		why, err := w.Why(t.Context(), e, lang.Russian)
		require.NoError(t, err)
		require.Equal(t, "Дала", why.Account)
		require.Equal(t, "Новости", why.Topic)
		require.Equal(t, "Согласна получать новости лавки", why.Receipt.Wording)
		require.Equal(t, "вы заполнили форму", why.Receipt.Source)
		require.WithinDuration(t, time.Now(), why.Receipt.At, time.Minute)
		require.Equal(t, []preference.Line{{Name: "Форма", Value: "Касса"}, {Name: "Страница", Value: "dala.test/join"}, {Name: "Адрес в сети", Value: "198.51.•••.•••"}}, why.Receipt.Evidence)
		require.Equal(t, "a…@reader.test", why.Address)
		require.Equal(t, "А•••", why.FirstName)

		// A later consent does not become the reason of an earlier message.
		require.NoError(t, w.delivery.Leave(t.Context(), token, delivery.LeavePurpose, false, reader))
		require.NoError(t, w.delivery.Return(t.Context(), token, reader))
		why, err = w.Why(t.Context(), e, lang.English)
		require.NoError(t, err)
		require.Equal(t, "Согласна получать новости лавки", why.Receipt.Wording)

		require.NoError(t, w.contacts.Delete(t.Context(), w.who, c))
		why, err = w.Why(t.Context(), e, lang.Russian)
		require.NoError(t, err)
		require.True(t, why.Gone)
		require.Nil(t, why.Receipt)
	})
}

// CMP-11
func TestACopyAndAnErasureAreAskedForFromThePage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, _ := w.letter(c, channel.Advertising, 0)
		require.NoError(t, w.AskData(t.Context(), e, preference.AskErasure))
		require.ErrorIs(t, w.AskData(t.Context(), e, "everything"), preference.ErrRequest)
		require.Equal(t, []string{w.who.Tenant.String() + " " + c.String() + " erasure"}, w.privacy.list)
	})
}

// AUD-7: looking changes nothing, whoever looks.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, token := w.letter(c, channel.Advertising, w.news)
		before := w.history(c)
		for range 3 {
			_, err := w.Show(t.Context(), e, lang.Kazakh)
			require.NoError(t, err)
			_, err = w.Why(t.Context(), e, lang.English)
			require.NoError(t, err)
			_, err = w.delivery.ShowLeaving(t.Context(), token)
			require.NoError(t, err)
		}
		require.Equal(t, before, w.history(c))
		require.Empty(t, w.sent(c, channel.Advertising, w.news))
	})
}

// A token opens one person's page and nothing else: cut, changed or of another kind it opens none.
func TestOnlyATokenMadeHereOpensAPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		_, token := w.letter(c, channel.Advertising, 0)
		other := w.account("owner@other.test", "Чужие")
		e, err := w.ByMessage(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, w.who.Tenant, e.Tenant)
		require.NotEqual(t, other.Tenant, e.Tenant, "the account stands in the record, not in the request")
		for _, bad := range []string{"", "x", token[:len(token)-1], token + "A", strings.ToUpper(token), "A" + token[1:]} {
			if bad == token {
				continue
			}
			_, err := w.ByMessage(t.Context(), bad)
			require.ErrorIs(t, err, delivery.ErrLink, bad)
			_, err = w.ByLetter(t.Context(), bad)
			require.ErrorIs(t, err, delivery.ErrLink, bad)
			_, err = w.ShowAddress(t.Context(), bad, "")
			require.ErrorIs(t, err, delivery.ErrLink, bad)
		}
		_, err = w.ByLetter(t.Context(), token)
		require.ErrorIs(t, err, delivery.ErrLink, "a link of a message is not one that was asked for")
	})
}

func TestAPersonCorrectsItsOwnData(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, _ := w.letter(c, channel.Advertising, 0)
		kk := lang.Kazakh
		require.NoError(t, w.Correct(t.Context(), e, preference.Correction{LastName: " Сейтқали\n", Lang: &kk}, reader))
		v, err := w.contacts.Get(t.Context(), w.who, c)
		require.NoError(t, err)
		require.Equal(t, "Айгерим", v.FirstName, "an empty field changes nothing")
		require.Equal(t, "Сейтқали", v.LastName)
		require.Equal(t, lang.Kazakh, w.show(e).Lang)
		require.Error(t, w.Correct(t.Context(), e, preference.Correction{FirstName: strings.Repeat("а", 101)}, reader))
	})
}

func TestADeletedContactIsNoError(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, _ := w.letter(c, channel.Advertising, 0)
		require.NoError(t, w.contacts.Delete(t.Context(), w.who, c))
		require.True(t, w.show(e).Gone)
		for name, act := range map[string]func(context.Context) error{
			"choose": func(ctx context.Context) error {
				return w.Choose(ctx, e, "", preference.Picks{Wanted: []string{"email"}}, reader)
			},
			"leave": func(ctx context.Context) error { return w.LeaveAll(ctx, e, "", reader) },
			"pause": func(ctx context.Context) error { return w.Pause(ctx, e, "", 30, reader) },
			"correct": func(ctx context.Context) error {
				return w.Correct(ctx, e, preference.Correction{FirstName: "Б"}, reader)
			},
		} {
			require.NoError(t, act(t.Context()), name)
		}
	})
}
