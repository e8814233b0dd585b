package access_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/audit"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/page"
)

// ACC-1, ACC-2
func TestACodeFromTheLetterMakesTheAccountAndKeepsTheSignature(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		reg := w.begin(t, "Aigul@Example.kz")
		l := w.letter(t, "Aigul@Example.kz")
		require.Equal(t, access.LetterCode, l.Kind)
		require.Regexp(t, `^\d{6}$`, l.Code)

		w.clock.Advance(time.Minute)
		o, err := w.ConfirmRegistration(t.Context(), home, reg.ID, " "+l.Code[:3]+" "+l.Code[3:])
		require.NoError(t, err)
		require.Equal(t, access.Owner, o.Actor.Role)
		me, err := w.GetMe(t.Context(), o.Actor)
		require.NoError(t, err)
		require.Equal(t, "Aigul@Example.kz", me.Member.Email)
		require.Equal(t, access.AllPermissions, me.Permissions)

		acts, err := w.ListActs(t.Context(), o.Actor, page.Ask{Limit: 10})
		require.NoError(t, err)
		require.Len(t, acts.Items, 1)
		act := acts.Items[0]
		require.Equal(t, document, *act.Document)
		require.Equal(t, "register", act.Pressed)
		require.Equal(t, l.Code, act.Code)
		require.Equal(t, o.Actor.Member, act.Who.Member)
		require.Equal(t, "192.0.2.10", act.Who.IP)
		require.Equal(t, home.UserAgent, act.Who.UserAgent)
		require.Equal(t, "2026-11-24T10:00:00Z", act.Details["pressed_at"])
		require.Equal(t, "2026-11-24T10:01:00Z", act.At.Format(time.RFC3339))
		p, err := w.ProveActs(t.Context(), o.Actor)
		require.NoError(t, err)
		_, err = p.Check(w.audit.PublicKey())
		require.NoError(t, err)

		_, err = w.ConfirmRegistration(t.Context(), home, reg.ID, l.Code)
		require.ErrorIs(t, err, access.ErrCodeFinished, "a code works once")
	})
}

// ACC-1: no user enumeration.
func TestAKnownAddressLooksLikeANewOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.join(t, "known@example.kz")
		before := w.count(t, `SELECT COUNT(*) FROM codes`) + w.count(t, `SELECT COUNT(*) FROM registrations`) + w.count(t, `SELECT COUNT(*) FROM member_letters`)

		unknown := w.begin(t, "unknown@example.kz")
		middle := w.count(t, `SELECT COUNT(*) FROM codes`) + w.count(t, `SELECT COUNT(*) FROM registrations`) + w.count(t, `SELECT COUNT(*) FROM member_letters`)
		known := w.begin(t, "KNOWN@example.kz")
		after := w.count(t, `SELECT COUNT(*) FROM codes`) + w.count(t, `SELECT COUNT(*) FROM registrations`) + w.count(t, `SELECT COUNT(*) FROM member_letters`)
		require.Equal(t, middle-before, after-middle, "both write as much")
		require.Equal(t, unknown.ExpiresAt, known.ExpiresAt)
		require.Equal(t, unknown.ResendAt, known.ResendAt)
		require.Equal(t, "KNOWN@example.kz", known.Email, "what was typed, not what is on record")

		l := w.letter(t, "known@example.kz")
		require.Equal(t, access.LetterKnown, l.Kind)
		require.Empty(t, l.Code)
		for range 2 { // the same answers to wrong codes
			_, err1 := w.ConfirmRegistration(t.Context(), abroad, unknown.ID, wrongFor(w.letter(t, "unknown@example.kz").Code))
			_, err2 := w.ConfirmRegistration(t.Context(), abroad, known.ID, "123456")
			require.ErrorIs(t, err1, access.ErrCode)
			require.Equal(t, err1.Error(), err2.Error())
			require.Equal(t, params(err1), params(err2))
		}
		w.clock.Advance(access.ResendAfter)
		_, err := w.ResendRegistration(t.Context(), home, known.ID)
		require.NoError(t, err)
		_, err = w.ResendRegistration(t.Context(), home, unknown.ID)
		require.NoError(t, err)
	})
}

// params returns what an error says beside its code.
func params(err error) map[string]any {
	var e *errs.Error
	if !errors.As(err, &e) {
		return nil
	}
	return e.Params
}

func TestFiveWrongCodesLockForAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		reg := w.begin(t, "new@example.kz")
		code := w.letter(t, "new@example.kz").Code
		for i := range 5 {
			_, err := w.ConfirmRegistration(t.Context(), home, reg.ID, wrongFor(code))
			if i < 4 {
				require.ErrorIs(t, err, access.ErrCode)
				require.Equal(t, 4-i, params(err)["tries_left"])
				continue
			}
			require.ErrorIs(t, err, access.ErrCodeLocked)
		}
		_, err := w.ConfirmRegistration(t.Context(), home, reg.ID, code)
		require.ErrorIs(t, err, access.ErrCodeLocked, "the right one comes too late")
		w.clock.Advance(time.Second)
		_, err = w.ResendRegistration(t.Context(), home, reg.ID)
		require.ErrorIs(t, err, access.ErrCodeLocked)
		require.EqualValues(t, 15*60-1, params(err)["retry_after_s"])

		w.clock.Advance(15 * time.Minute)
		_, err = w.ResendRegistration(t.Context(), home, reg.ID)
		require.NoError(t, err)
		_, err = w.ConfirmRegistration(t.Context(), home, reg.ID, w.letter(t, "new@example.kz").Code)
		require.NoError(t, err)
	})
}

func TestAnExpiredCodeIsReplacedAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		reg := w.begin(t, "slow@example.kz")
		old := w.letter(t, "slow@example.kz").Code
		w.clock.Advance(access.CodeLife)

		_, err := w.ConfirmRegistration(t.Context(), home, reg.ID, old)
		require.ErrorIs(t, err, access.ErrCodeExpired)
		_, err = w.ConfirmRegistration(t.Context(), home, reg.ID, w.letter(t, "slow@example.kz").Code)
		require.NoError(t, err)
	})
}

func TestAnotherLetterWaitsFortyFiveSeconds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		reg := w.begin(t, "new@example.kz")
		old := w.letter(t, "new@example.kz").Code
		w.clock.Advance(access.ResendAfter - time.Second)
		_, err := w.ResendRegistration(t.Context(), home, reg.ID)
		require.ErrorIs(t, err, access.ErrResendSoon)
		require.EqualValues(t, 1, params(err)["retry_after_s"])

		w.clock.Advance(time.Second)
		again, err := w.ResendRegistration(t.Context(), home, reg.ID)
		require.NoError(t, err)
		require.Equal(t, reg.ID, again.ID)
		fresh := w.letter(t, "new@example.kz").Code
		if old != fresh {
			_, err = w.ConfirmRegistration(t.Context(), home, reg.ID, old)
			require.ErrorIs(t, err, access.ErrCode, "only the latest code works")
		}
		_, err = w.ConfirmRegistration(t.Context(), home, reg.ID, fresh)
		require.NoError(t, err)
	})
}

func TestAnotherAddressKeepsThePasswordAndVoidsTheFirstLetter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		reg := w.begin(t, "typo@example.kz")
		first := w.letter(t, "typo@example.kz").Code
		moved, err := w.ChangeRegistrationEmail(t.Context(), home, reg.ID, "right@example.kz")
		require.NoError(t, err)

		_, err = w.ConfirmRegistration(t.Context(), home, reg.ID, first)
		require.ErrorIs(t, err, access.ErrCodeFinished)
		_, err = w.ConfirmRegistration(t.Context(), home, moved.ID, w.letter(t, "right@example.kz").Code)
		require.NoError(t, err)
		_, err = w.SignIn(t.Context(), home, "right@example.kz", goodPassword)
		require.NoError(t, err)
	})
}

func TestTwoRegistrationsOfOneAddressMakeOneAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		a, aCode := w.begin(t, "twice@example.kz"), w.letter(t, "twice@example.kz").Code
		b, bCode := w.begin(t, "twice@example.kz"), w.letter(t, "twice@example.kz").Code
		_, err := w.ConfirmRegistration(t.Context(), home, a.ID, aCode)
		require.NoError(t, err)
		_, err = w.ConfirmRegistration(t.Context(), home, b.ID, bCode)
		require.ErrorIs(t, err, access.ErrTaken)
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM accounts`))
	})
}

func TestRegisteringSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			email, password, field string
			docs                   []audit.Document
			want                   *errs.Error
		}{
			{"not an address", goodPassword, "email", []audit.Document{document}, access.ErrEmail},
			{"a@localhost", goodPassword, "email", []audit.Document{document}, access.ErrEmail},
			{"a@example.kz\r\nBcc: b@example.kz", goodPassword, "email", []audit.Document{document}, access.ErrEmail},
			{"a@example.kz", "short", "password", []audit.Document{document}, access.ErrPasswordShort},
			{"a@example.kz", "йцукен12345", "password", []audit.Document{document}, access.ErrPasswordCommon},
			{"a@example.kz", "aaaaaaaaaaaa", "password", []audit.Document{document}, access.ErrPasswordCommon},
			{"long.name.of.mine@example.kz", "Long.Name.of.Mine", "password", []audit.Document{document}, access.ErrPasswordName},
			{"a@example.kz", goodPassword, "accept", nil, access.ErrDocuments},
		} {
			_, err := w.Register(t.Context(), home, access.NewRegistration{Email: c.email, Password: c.password, Accepted: c.docs})
			requireField(t, err, c.field, c.want)
		}
		require.Zero(t, w.count(t, `SELECT COUNT(*) FROM member_letters`))
	})
}

func TestLettersToOneAddressAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for range 6 {
			w.begin(t, "victim@example.kz")
		}
		r := access.NewRegistration{Email: "victim@example.kz", Password: goodPassword, Accepted: []audit.Document{document}}
		_, err := w.Register(t.Context(), abroad, r)
		require.ErrorIs(t, err, access.ErrTooOften, "from elsewhere too")
		require.EqualValues(t, 30*60, params(err)["retry_after_s"])
		_, err = w.RequestReset(t.Context(), abroad, "victim@example.kz")
		require.ErrorIs(t, err, access.ErrTooOften)

		w.clock.Advance(30 * time.Minute)
		_, err = w.Register(t.Context(), abroad, r)
		require.NoError(t, err)
		_, err = w.Register(t.Context(), abroad, r)
		require.ErrorIs(t, err, access.ErrTooOften, "one more, not all")
	})
}

func TestTheDatabaseHoldsNoCodeInPlainText(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.begin(t, "new@example.kz")
		l := w.letter(t, "new@example.kz")
		sealed, err := db.One[[]byte](t.Context(), w.db, `SELECT sealed FROM member_letters`)
		require.NoError(t, err)
		require.NotContains(t, string(sealed), l.Code)
		hash, err := db.One[string](t.Context(), w.db, `SELECT hash FROM codes`)
		require.NoError(t, err)
		require.NotContains(t, hash, l.Code)

		require.NoError(t, w.db.InTx(t.Context(), func(ctx ctx, tx *db.Tx) error { return w.CloseLetterTx(ctx, tx, l.ID) }))
		_, err = w.OpenLetter(t.Context(), l.ID)
		require.ErrorIs(t, err, access.ErrLetterGone, "a letter handed on is wiped")
	})
}
