package preference_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/channel"
	"keruen/internal/contact"
	"keruen/internal/errs"
	"keruen/internal/lang"
	"keruen/internal/preference"
)

// AUD-7: what contacts see changes by publishing alone, and every version is kept.
func TestADraftIsSeenByNobodyUntilItIsPublished(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		e, _ := w.letter(c, channel.Advertising, 0)
		p, err := w.Get(t.Context(), w.who)
		require.NoError(t, err)
		require.Zero(t, p.Version)
		d := p.Draft
		d.Title, d.Colour, d.Hidden, d.Channels = lang.Text{Ru: " Ваши письма\n"}, "#C2185B", []contact.TopicID{w.sales}, []channel.Kind{channel.SMS}
		p, err = w.SaveDraft(t.Context(), w.who, p.Edit, d)
		require.NoError(t, err)
		require.Equal(t, []string{"title", "colour", "channels", "topics"}, p.Changes)
		require.Equal(t, []channel.Kind{channel.Email, channel.SMS}, p.Draft.Channels, "e-mail is always offered")
		require.Empty(t, w.show(e).Design.Title.Ru)

		_, err = w.SaveDraft(t.Context(), w.who, p.Edit-1, d)
		require.ErrorIs(t, err, errs.ErrStale)
		_, err = w.Publish(t.Context(), w.who, p.Edit-1)
		require.ErrorIs(t, err, errs.ErrStale)
		p, err = w.Publish(t.Context(), w.who, p.Edit)
		require.NoError(t, err)
		require.EqualValues(t, 1, p.Version)
		require.Empty(t, p.Changes)
		show := w.show(e)
		require.Equal(t, "Ваши письма", show.Design.Title.Ru)
		require.Equal(t, "#c2185b", show.Design.Colour)
		require.Len(t, show.Rows[0].Topics, 1, "a hidden topic is not offered")
		_, err = w.Publish(t.Context(), w.who, 0)
		require.ErrorIs(t, err, preference.ErrNothing)

		_, err = w.SaveDraft(t.Context(), w.who, 0, preference.FirstDesign())
		require.NoError(t, err)
		_, err = w.Publish(t.Context(), w.who, 0)
		require.NoError(t, err)
		p, err = w.Restore(t.Context(), w.who, 1)
		require.NoError(t, err)
		require.Equal(t, "Ваши письма", p.Draft.Title.Ru)
		_, err = w.Restore(t.Context(), w.who, 9)
		require.ErrorIs(t, err, errs.ErrNotFound)
		list, err := w.Versions(t.Context(), w.who)
		require.NoError(t, err)
		require.Len(t, list, 2)
	})
}

// AUD-2, AUD-7: the account may hide what it does not offer, never what a contact has agreed to.
func TestWhatWasAgreedToIsShownWhateverTheDesign(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := w.person("a@reader.test")
		for _, k := range []contact.ConsentKey{key(channel.Advertising, w.sales), key(channel.ThirdParty, 0), {Channel: channel.Viber, Purpose: channel.Advertising}} {
			require.NoError(t, w.contacts.Grant(t.Context(), w.who, c, k, agreed))
		}
		e, _ := w.letter(c, channel.Advertising, w.news)
		d := preference.FirstDesign()
		d.Hidden = []contact.TopicID{w.news, w.sales}
		_, err := w.SaveDraft(t.Context(), w.who, 0, d)
		require.NoError(t, err)
		_, err = w.Publish(t.Context(), w.who, 0)
		require.NoError(t, err)
		show := w.show(e)
		require.Len(t, show.Rows, 2, "Viber too")
		require.Len(t, show.Rows[0].Topics, 2, "the topic of the letter and the one that was agreed to")
		require.NotNil(t, show.Rows[0].Others)
		require.NoError(t, w.LeaveAll(t.Context(), e, "", reader))
		require.False(t, w.show(e).Any())
	})
}

func TestADesignIsChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		stranger := w.account("owner@other.test", "Чужие")
		theirs, err := w.contacts.CreateTopic(t.Context(), stranger, lang.Text{Ru: "Чужая"}, lang.Text{})
		require.NoError(t, err)
		for name, change := range map[string]func(*preference.Design){
			"colour":   func(d *preference.Design) { d.Colour = "red" },
			"channels": func(d *preference.Design) { d.Channels = []channel.Kind{channel.Email, "pigeon"} },
			"twice":    func(d *preference.Design) { d.Channels = []channel.Kind{channel.Email, channel.Email} },
			"topics":   func(d *preference.Design) { d.Topics = []contact.TopicID{theirs.ID} },
			"both":     func(d *preference.Design) { d.Topics, d.Hidden = []contact.TopicID{w.news}, []contact.TopicID{w.news} },
			"logo":     func(d *preference.Design) { d.Logo = 12345 },
			"long":     func(d *preference.Design) { d.Intro.Kk = strings.Repeat("ә", preference.MaxIntro+1) },
		} {
			d := preference.FirstDesign()
			change(&d)
			_, err := w.SaveDraft(t.Context(), w.who, 0, d)
			require.ErrorIs(t, err, errs.ErrInvalid, name)
		}
		var viewer = access.Actor{Tenant: w.who.Tenant, Via: access.BySession, Role: access.Viewer, Member: 9}
		_, err = w.SaveDraft(t.Context(), viewer, 0, preference.FirstDesign())
		require.ErrorIs(t, err, errs.ErrForbidden)
		_, err = w.Publish(t.Context(), viewer, 0)
		require.ErrorIs(t, err, errs.ErrForbidden)
		p, err := w.Get(t.Context(), viewer)
		require.NoError(t, err)
		q, err := w.Get(t.Context(), stranger)
		require.NoError(t, err)
		require.NotEqual(t, p.Key, q.Key)
	})
}

func TestALogoIsAPicture(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 120, 40))))
		l, err := w.AddLogo(t.Context(), w.who, b.Bytes())
		require.NoError(t, err)
		require.Equal(t, "image/png", l.Type)
		for name, bad := range map[string][]byte{
			"svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "html": []byte("<html>"), "nothing": nil,
			"large": append(b.Bytes(), make([]byte, preference.MaxLogo)...), "cut": b.Bytes()[:20],
		} {
			_, err := w.AddLogo(t.Context(), w.who, bad)
			require.ErrorIs(t, err, preference.ErrLogo, name)
		}
		d := preference.FirstDesign()
		d.Logo = l.ID
		p, err := w.SaveDraft(t.Context(), w.who, 0, d)
		require.NoError(t, err)
		require.Equal(t, 120, p.Draft.LogoWidth)
		got, err := w.LogoOf(t.Context(), p.Key, l.ID)
		require.NoError(t, err)
		require.Equal(t, b.Bytes(), got.Picture)
		q, err := w.Get(t.Context(), w.account("owner@other.test", "Чужие"))
		require.NoError(t, err)
		_, err = w.LogoOf(t.Context(), q.Key, l.ID)
		require.ErrorIs(t, err, errs.ErrNotFound, "on no other account's page")
		show, err := w.Preview(t.Context(), w.who, lang.Kazakh)
		require.NoError(t, err)
		require.Equal(t, l.ID, show.Design.Logo, "the preview shows the draft")
		require.True(t, show.Any())
	})
}
