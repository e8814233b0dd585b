package access

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"keruen/internal/db"
	"keruen/internal/errs"
)

// ErrTooOften is returned when a limit of rate is used up; retry_after_s tells the seconds to wait.
var ErrTooOften = errs.New(errs.TooMany, "access.too_often", "Too many attempts. Wait a little and try again.")

// rate allows a burst at once, and then one more after each interval (the generic cell rate
// algorithm: one stored moment per key, no counters to reset).
type rate struct {
	name  string
	burst int
	every time.Duration
}

// The limits. A network means an IPv4 address or an IPv6 /64. Addresses of people who do not exist have
// the same limits as those who do, so the limits tell nothing.
var (
	rateRegister     = rate{"register", 10, 6 * time.Minute}       // per network: starts of registrations
	rateCodes        = rate{"codes", 6, 30 * time.Minute}          // per address: letters with codes
	rateCodeTries    = rate{"code_tries", 30, 30 * time.Second}    // per network: codes entered
	rateSignIn       = rate{"sign_in", 30, 20 * time.Second}       // per network: passwords tried
	rateSignInAs     = rate{"sign_in_as", 10, 2 * time.Minute}     // per address: passwords tried; a right one clears it
	rateSecondFactor = rate{"second_factor", 5, 5 * time.Minute}   // per member: second factors tried; a right one clears it
	rateReset        = rate{"reset", 10, 6 * time.Minute}          // per network: password resets begun
	rateInvite       = rate{"invite", 50, 10 * time.Minute}        // per account: letters of invitation
	ratePassword     = rate{"password_check", 10, 2 * time.Minute} // per member: the password asked again inside
)

// take uses one attempt, or returns ErrTooOften when there is none left. The condition and the
// change are one statement, so attempts made at once are all counted.
func (r rate) take(ctx context.Context, tx *db.Tx, key string) error {
	key = r.name + " " + key
	step, room := r.every.Milliseconds(), (time.Duration(r.burst-1) * r.every).Milliseconds()
	now := tx.Now.UnixMilli()
	n, err := db.Exec(ctx, tx, `
		INSERT INTO rates (key, taken_at) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET taken_at = CASE WHEN rates.taken_at < ? THEN ? ELSE rates.taken_at + ? END
		WHERE rates.taken_at <= ?`, key, now+step, now, now+step, step, now+room)
	if err != nil {
		return fmt.Errorf("take rate %s: %w", r.name, err)
	}
	if n == 1 {
		return nil
	}
	taken, err := db.One[int64](ctx, tx, `SELECT taken_at FROM rates WHERE key = ?`, key)
	if err != nil {
		return fmt.Errorf("take rate %s: %w", r.name, err)
	}
	return ErrTooOften.With("retry_after_s", seconds(time.Duration(taken-room-now)*time.Millisecond))
}

// clear gives all attempts back.
func (r rate) clear(ctx context.Context, tx *db.Tx, key string) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM rates WHERE key = ?`, r.name+" "+key); err != nil {
		return fmt.Errorf("clear rate %s: %w", r.name, err)
	}
	return nil
}

// limit is one rate for one key.
type limit struct {
	rate rate
	key  string
}

// limits takes one attempt of each in a transaction of its own, so that a failure of what follows does
// not give it back.
func (s *Service) limits(ctx context.Context, all ...limit) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, l := range all {
			if err := l.rate.take(ctx, tx, l.key); err != nil {
				return err
			}
		}
		return nil
	})
}

// Limit is one attempt under a rate of another feature, such as a public page's: Burst attempts at once, and then one more after
// each Every. Key tells the attempts of one visitor from those of others; see Network and AddressKey.
type Limit struct {
	Name, Key string
	Burst     int
	Every     time.Duration
}

// TakeLimits takes one attempt of each, or returns ErrTooOften; what was taken stays taken.
func (s *Service) TakeLimits(ctx context.Context, all ...Limit) error {
	list := make([]limit, len(all))
	for i, l := range all {
		list[i] = limit{rate{l.Name, l.Burst, l.Every}, l.Key}
	}
	return s.limits(ctx, list...)
}

// Network is the key of one visitor: an IPv4 address, or the /64 of IPv6.
func Network(ip netip.Addr) string { return network(ip) }

// AddressKey names an address, as its feature compares addresses, in the table of rates without writing it there.
func (s *Service) AddressKey(address string) string { return s.addressKey(email{Key: address}) }

// addressKey names an address in the table of rates without writing it there.
func (s *Service) addressKey(e email) string {
	return fmt.Sprintf("%x", s.keys.MAC("access.rate", []byte(e.Key))[:12])
}

// network is what one visitor can be told by: an IPv4 address, or the /64 of IPv6, of which one has 2^64.
func network(ip netip.Addr) string {
	ip = ip.Unmap()
	if ip.Is6() {
		p, _ := ip.WithZone("").Prefix(64) // cannot fail for 64 bits
		return p.String()
	}
	return ip.String()
}

func memberKey[T ~int64](m T) string { return strconv.FormatInt(int64(m), 10) }

// seconds rounds up, so that waiting that long is enough.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
