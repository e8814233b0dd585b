// Package money holds amounts as whole minor units with their currency. Nothing here rounds
// silently and nothing uses floating point.
package money

import (
	"fmt"
	"math"

	"keruen/internal/errs"
)

// Currency is an ISO 4217 code.
type Currency string

// KZT is the tenge; its minor unit is the tiyn (1/100).
const KZT Currency = "KZT"

// ErrOverflow and ErrMixed are faults of the program, never of the input.
var (
	ErrOverflow = errs.New(errs.Internal, "money.overflow", "The amount is too large.")
	ErrMixed    = errs.New(errs.Internal, "money.mixed_currencies", "Amounts in different currencies cannot be added.")
)

// Amount is a sum in minor units.
type Amount struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// Tenge returns whole tenge.
func Tenge(t int64) Amount { return Amount{Minor: t * 100, Currency: KZT} }

// Add returns a+b.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrMixed
	}
	if (b.Minor > 0 && a.Minor > math.MaxInt64-b.Minor) || (b.Minor < 0 && a.Minor < math.MinInt64-b.Minor) {
		return Amount{}, ErrOverflow
	}
	return Amount{a.Minor + b.Minor, a.Currency}, nil
}

// String is for logs: "125.50 KZT".
func (a Amount) String() string {
	sign, m := "", a.Minor
	if m < 0 {
		sign, m = "-", -m
	}
	return fmt.Sprintf("%s%d.%02d %s", sign, m/100, m%100, a.Currency)
}
