package access_test

import (
	"encoding/base32"
	"net/netip"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"keruen/internal/access"
	"keruen/internal/errs"
	"keruen/internal/page"
	"keruen/internal/secret"
)

// ACC-1: no user enumeration.
func TestAWrongPasswordAndAnUnknownAddressLookTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.join(t, "known@example.kz")
		before := w.count(t, `SELECT COUNT(*) FROM visits`)

		_, wrong := w.SignIn(t.Context(), home, "known@example.kz", "not the password")
		_, unknown := w.SignIn(t.Context(), home, "unknown@example.kz", "not the password")
		_, noAddress := w.SignIn(t.Context(), home, "nonsense", "not the password")
		require.ErrorIs(t, wrong, access.ErrSignIn)
		require.Equal(t, wrong, unknown)
		require.Equal(t, wrong, noAddress)
		require.Equal(t, 2, w.count(t, `SELECT COUNT(*) FROM visits`)-before, "both are written down")
	})
}

func TestAnUnknownAddressTakesAsMuchWorkAsAWrongPassword(t *testing.T) {
	t.Parallel()
	h := secret.NewHasher(secret.Params{MemoryKiB: 8 * 1024, Passes: 2, Threads: 1}, 1)
	hash, err := h.Hash(t.Context(), goodPassword)
	require.NoError(t, err)
	took := func(hash string) time.Duration {
		best := time.Hour
		for range 7 {
			start := time.Now()
			ok, _, err := h.Verify(t.Context(), "not the password", hash)
			require.NoError(t, err)
			require.False(t, ok)
			best = min(best, time.Since(start))
		}
		return best
	}
	known, nobody := took(hash), took("")
	require.Greater(t, nobody, known/3, "skipping the hash would take almost no time")
}

func TestPasswordsOfOneAddressAreLimitedAndARightOneClearsTheLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.join(t, "a@example.kz")
		for range 9 {
			_, err := w.SignIn(t.Context(), home, "a@example.kz", "not the password")
			require.ErrorIs(t, err, access.ErrSignIn)
		}
		_, err := w.SignIn(t.Context(), home, "A@example.kz", goodPassword)
		require.NoError(t, err)
		for range 10 {
			_, err := w.SignIn(t.Context(), home, "a@example.kz", "not the password")
			require.ErrorIs(t, err, access.ErrSignIn)
		}
		_, err = w.SignIn(t.Context(), abroad, "a@example.kz", goodPassword)
		require.ErrorIs(t, err, access.ErrTooOften, "from elsewhere too")
		_, err = w.SignIn(t.Context(), home, "b@example.kz", "not the password")
		require.ErrorIs(t, err, access.ErrSignIn, "another address is not concerned")
	})
}

func TestPasswordsFromOneNetworkAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		from := func(ip string) access.Visitor { return access.Visitor{IP: netip.MustParseAddr(ip)} }
		for i := range 30 {
			_, err := w.SignIn(t.Context(), from("2001:db8::"+string(rune('1'+i%9))), "nobody"+string(rune('a'+i))+"@example.kz", "x")
			require.ErrorIs(t, err, access.ErrSignIn)
		}
		_, err := w.SignIn(t.Context(), from("2001:db8::ffff"), "zed@example.kz", "x")
		require.ErrorIs(t, err, access.ErrTooOften, "an IPv6 /64 is one network")
		_, err = w.SignIn(t.Context(), from("2001:db8:0:1::1"), "zed@example.kz", "x")
		require.ErrorIs(t, err, access.ErrSignIn)
		w.clock.Advance(20 * time.Second)
		_, err = w.SignIn(t.Context(), from("2001:db8::1"), "zed@example.kz", "x")
		require.ErrorIs(t, err, access.ErrSignIn)
	})
}

// ACC-1
func TestTheSecondFactorIsAskedAndACodeWorksOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		fresh, err := w.StartTOTP(t.Context(), o.Actor)
		require.NoError(t, err)
		require.Contains(t, fresh.URI, "otpauth://totp/Keruen:a@example.kz?")
		code := func() string { // an authenticator that is not ours
			c, err := totp.GenerateCode(fresh.Secret, w.clock.Now())
			require.NoError(t, err)
			return c
		}
		_, err = w.ConfirmTOTP(t.Context(), o.Actor, wrongFor(code()))
		requireField(t, err, "code", access.ErrFactorCode)
		on, err := w.ConfirmTOTP(t.Context(), o.Actor, code())
		require.NoError(t, err)
		require.Len(t, on.RecoveryCodes, 10)
		_, err = w.Authenticate(t.Context(), home, o.Token)
		require.ErrorIs(t, err, access.ErrSession, "the session has a new token")
		_, err = w.Authenticate(t.Context(), home, on.Opened.Token)
		require.NoError(t, err)

		in, err := w.SignIn(t.Context(), home, "a@example.kz", goodPassword)
		require.NoError(t, err)
		require.Empty(t, in.Opened.Token)
		require.NotEmpty(t, in.Challenge)
		_, err = w.SecondFactor(t.Context(), home, in.Challenge, code())
		require.ErrorIs(t, err, access.ErrFactor, "the code that switched it on was used")
		w.clock.Advance(30 * time.Second)
		_, err = w.SecondFactor(t.Context(), home, in.Challenge, code())
		require.NoError(t, err)
		_, err = w.SecondFactor(t.Context(), home, in.Challenge, code())
		require.ErrorIs(t, err, access.ErrFactor, "a code seen over the shoulder is worth nothing")

		_, err = w.SecondFactor(t.Context(), home, in.Challenge, on.RecoveryCodes[3])
		require.NoError(t, err)
		_, err = w.SecondFactor(t.Context(), home, in.Challenge, on.RecoveryCodes[3])
		require.ErrorIs(t, err, access.ErrFactor)

		_, err = w.SecondFactor(t.Context(), home, in.Challenge+"A", code())
		require.ErrorIs(t, err, access.ErrChallenge)
		w.clock.Advance(10 * time.Minute)
		_, err = w.SecondFactor(t.Context(), home, in.Challenge, code())
		require.ErrorIs(t, err, access.ErrChallenge)

		require.NoError(t, w.DisableTOTP(t.Context(), on.Opened.Actor, goodPassword))
		in, err = w.SignIn(t.Context(), home, "a@example.kz", goodPassword)
		require.NoError(t, err)
		require.NotEmpty(t, in.Opened.Token)
	})
}

func TestSecondFactorsAreLimitedAndAChallengeDiesWithThePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		fresh, err := w.StartTOTP(t.Context(), o.Actor)
		require.NoError(t, err)
		c, err := totp.GenerateCode(fresh.Secret, w.clock.Now())
		require.NoError(t, err)
		on, err := w.ConfirmTOTP(t.Context(), o.Actor, c)
		require.NoError(t, err)
		w.clock.Advance(time.Hour)
		in, err := w.SignIn(t.Context(), home, "a@example.kz", goodPassword)
		require.NoError(t, err)
		for range 5 {
			_, err := w.SecondFactor(t.Context(), home, in.Challenge, "not a code")
			require.ErrorIs(t, err, access.ErrFactor)
		}
		_, err = w.SecondFactor(t.Context(), abroad, in.Challenge, on.RecoveryCodes[0])
		require.ErrorIs(t, err, access.ErrTooOften)

		_, err = w.ChangePassword(t.Context(), on.Opened.Actor, goodPassword, "another good password")
		require.NoError(t, err)
		_, err = w.SecondFactor(t.Context(), home, in.Challenge, on.RecoveryCodes[0])
		require.ErrorIs(t, err, access.ErrChallenge)
	})
}

func TestTheSecretOfTheSecondFactorIsSealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		fresh, err := w.StartTOTP(t.Context(), o.Actor)
		require.NoError(t, err)
		raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(fresh.Secret)
		require.NoError(t, err)
		require.Len(t, raw, 20)
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM members WHERE totp IS NULL AND totp_new IS NOT NULL AND length(totp_new) > ?`, len(raw)))
	})
}

// ACC-1: sessions.
func TestASessionEndsWhenUnusedWhenOldAndWhenRevoked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		_, err := w.Authenticate(t.Context(), home, o.Token+"x")
		require.ErrorIs(t, err, access.ErrSession)
		for range 3 { // used every 29 days
			_, err := w.Authenticate(t.Context(), home, o.Token)
			require.NoError(t, err)
			w.clock.Advance(29 * 24 * time.Hour)
		}
		_, err = w.Authenticate(t.Context(), home, o.Token)
		require.NoError(t, err)
		w.clock.Advance(3 * 24 * time.Hour)
		_, err = w.Authenticate(t.Context(), home, o.Token)
		require.ErrorIs(t, err, access.ErrSession, "older than 90 days")

		one := signIn(t, w, home)
		w.clock.Advance(access.SessionIdle)
		_, err = w.Authenticate(t.Context(), home, one.Token)
		require.ErrorIs(t, err, access.ErrSession, "unused for 30 days")

		one, two := signIn(t, w, home), signIn(t, w, abroad)
		list, err := w.ListSessions(t.Context(), one.Actor)
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.NoError(t, w.RevokeSession(t.Context(), one.Actor, two.Actor.Session))
		_, err = w.Authenticate(t.Context(), abroad, two.Token)
		require.ErrorIs(t, err, access.ErrSession)
		require.NoError(t, w.SignOut(t.Context(), one.Actor))
		require.NoError(t, w.SignOut(t.Context(), one.Actor), "twice changes nothing")
		_, err = w.Authenticate(t.Context(), home, one.Token)
		require.ErrorIs(t, err, access.ErrSession)

		require.NoError(t, w.Sweep(t.Context()))
		require.Zero(t, w.count(t, `SELECT COUNT(*) FROM sessions`))
		require.Zero(t, w.count(t, `SELECT COUNT(*) FROM codes`))
	})
}

func signIn(t *testing.T, w *world, v access.Visitor) access.Opened {
	t.Helper()
	in, err := w.SignIn(t.Context(), v, "a@example.kz", goodPassword)
	require.NoError(t, err)
	return in.Opened
}

func TestAnotherMembersSessionIsNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		a, b := w.join(t, "a@example.kz"), w.join(t, "b@example.kz")
		require.ErrorIs(t, w.RevokeSession(t.Context(), a.Actor, b.Actor.Session), errs.ErrNotFound)
		n, err := w.RevokeOtherSessions(t.Context(), a.Actor)
		require.NoError(t, err)
		require.Zero(t, n)
		_, err = w.Authenticate(t.Context(), home, b.Token)
		require.NoError(t, err)
	})
}

func TestTheDatabaseHoldsNoTokenOfASession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM sessions WHERE hash = ?`, secret.Hash(o.Token)))
		require.Zero(t, w.count(t, `SELECT COUNT(*) FROM sessions WHERE hash = ?`, o.Token))
	})
}

// ACC-1: history of visits.
func TestVisitsTellWhenFromWhereAndHow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		w.join(t, "b@example.kz")
		w.clock.Advance(time.Minute)
		_, err := w.SignIn(t.Context(), abroad, "a@example.kz", "not the password")
		require.ErrorIs(t, err, access.ErrSignIn)
		signIn(t, w, abroad)

		all, err := w.ListVisits(t.Context(), o.Actor, page.Ask{Limit: 2})
		require.NoError(t, err)
		require.Len(t, all.Items, 2)
		require.Equal(t, access.VisitDone, all.Items[0].Result)
		require.Equal(t, access.VisitPassword, all.Items[1].Result)
		require.Equal(t, "Firefox, Linux", all.Items[0].Browser)
		require.Equal(t, "198.51.100.7", all.Items[0].IP)
		require.Equal(t, w.clock.Now(), all.Items[0].At)
		ask, err := page.Read(all.Next, 2)
		require.NoError(t, err)
		rest, err := w.ListVisits(t.Context(), o.Actor, ask)
		require.NoError(t, err)
		require.Len(t, rest.Items, 1)
		require.Equal(t, access.VisitRegistered, rest.Items[0].Result)

		require.Equal(t, access.LetterNewSignIn, w.letter(t, "a@example.kz").Kind)
		before := w.count(t, `SELECT COUNT(*) FROM member_letters`)
		signIn(t, w, home)
		signIn(t, w, abroad)
		require.Equal(t, before, w.count(t, `SELECT COUNT(*) FROM member_letters`), "known places are not told again")
	})
}

// ACC-1: password reset.
func TestAResetSetsThePasswordAndEndsEverySession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		w.clock.Advance(time.Second)
		r, err := w.RequestReset(t.Context(), abroad, "a@example.kz")
		require.NoError(t, err)
		l := w.letter(t, "a@example.kz")
		require.Equal(t, access.LetterReset, l.Kind)

		require.ErrorIs(t, w.ConfirmReset(t.Context(), abroad, r.ID, wrongFor(l.Code), "another good password"), access.ErrCode)
		requireField(t, w.ConfirmReset(t.Context(), abroad, r.ID, l.Code, "short"), "password", access.ErrPasswordShort)
		require.NoError(t, w.ConfirmReset(t.Context(), abroad, r.ID, l.Code, "another good password"))
		require.ErrorIs(t, w.ConfirmReset(t.Context(), abroad, r.ID, l.Code, "a third good password"), access.ErrCodeFinished)
		_, err = w.Authenticate(t.Context(), home, o.Token)
		require.ErrorIs(t, err, access.ErrSession)
		_, err = w.SignIn(t.Context(), home, "a@example.kz", goodPassword)
		require.ErrorIs(t, err, access.ErrSignIn)
		_, err = w.SignIn(t.Context(), home, "a@example.kz", "another good password")
		require.NoError(t, err)
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM member_letters WHERE kind = ?`, access.LetterPasswordChanged))
	})
}

func TestAResetForAnUnknownAddressLooksTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.join(t, "known@example.kz")
		known, err := w.RequestReset(t.Context(), home, "known@example.kz")
		require.NoError(t, err)
		unknown, err := w.RequestReset(t.Context(), home, "unknown@example.kz")
		require.NoError(t, err)
		require.Equal(t, known.ExpiresAt, unknown.ExpiresAt)
		require.Equal(t, access.LetterNobody, w.letter(t, "unknown@example.kz").Kind)

		code := w.letter(t, "known@example.kz").Code
		err1 := w.ConfirmReset(t.Context(), home, known.ID, wrongFor(code), "another good password")
		err2 := w.ConfirmReset(t.Context(), home, unknown.ID, wrongFor(code), "another good password")
		require.Equal(t, err1.Error(), err2.Error())
		require.Equal(t, params(err1), params(err2))
		w.clock.Advance(access.CodeLife)
		err1 = w.ConfirmReset(t.Context(), home, known.ID, code, "another good password")
		err2 = w.ConfirmReset(t.Context(), home, unknown.ID, code, "another good password")
		require.ErrorIs(t, err1, access.ErrResetExpired)
		require.Equal(t, err1.Error(), err2.Error())
	})
}

func TestChangingThePasswordAsksThePresentOneAndEndsOtherSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		o := w.join(t, "a@example.kz")
		other := signIn(t, w, abroad)
		_, err := w.ChangePassword(t.Context(), o.Actor, "not the password", "another good password")
		requireField(t, err, "current", access.ErrPassword)
		_, err = w.ChangePassword(t.Context(), o.Actor, goodPassword, "short")
		requireField(t, err, "new", access.ErrPasswordShort)

		renewed, err := w.ChangePassword(t.Context(), o.Actor, goodPassword, "another good password")
		require.NoError(t, err)
		for _, dead := range []string{o.Token, other.Token} {
			_, err = w.Authenticate(t.Context(), home, dead)
			require.ErrorIs(t, err, access.ErrSession)
		}
		_, err = w.Authenticate(t.Context(), home, renewed.Token)
		require.NoError(t, err)
	})
}

func TestAPasswordHashedAtOtherCostsIsHashedAnew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.join(t, "a@example.kz")
		strong := secret.NewHasher(secret.Params{MemoryKiB: 16, Passes: 1, Threads: 1}, 1)
		hash, err := strong.Hash(t.Context(), goodPassword)
		require.NoError(t, err)
		w.exec(t, `UPDATE members SET password_hash = ?`, hash)
		signIn(t, w, home)
		require.Equal(t, 1, w.count(t, `SELECT COUNT(*) FROM members WHERE password_hash LIKE '$argon2id$v=19$m=8,t=1,p=1$%'`))
		signIn(t, w, home)
	})
}
