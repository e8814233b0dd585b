// Package id makes and writes identifiers.
//
// An identifier is a positive 64-bit number ordered by time: 42 bits of milliseconds since
// 2024, 10 bits that name the process, 11 bits that count within a millisecond. Outside
// (API, links, logs) it is short prefixed text such as "ctc_0d3f8k2m9q1zr". The prefix says what it
// names, and a text with another prefix does not parse. Each feature declares its own type:
//
//	type kind struct{}
//	func (kind) Prefix() string { return "ctc" }
//	type ID = id.Of[kind]
package id

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"keruen/internal/errs"
)

// ErrMalformed is returned for a text that is not an identifier of the expected kind.
// Its kind is NotFound: to the outside an impossible id and an absent object look the same.
var ErrMalformed = errs.New(errs.NotFound, "not_found", "There is no such object, or it belongs to another account.")

// Kind names what an identifier identifies.
type Kind interface{ Prefix() string }

// Of is an identifier of one kind. Zero means "none".
type Of[K Kind] int64

// Tenant is the account that owns a row; it is known to every feature.
type Tenant = Of[tenantKind]

// Member is a person with a login.
type Member = Of[memberKind]

type tenantKind struct{}

func (tenantKind) Prefix() string { return "acc" }

type memberKind struct{}

func (memberKind) Prefix() string { return "mbr" }

// NewTenant makes the identifier of a new account.
func NewTenant() Tenant { return New[tenantKind]() }

// NewMember makes the identifier of a new person.
func NewMember() Member { return New[memberKind]() }

const (
	nodeBits    = 10
	counterBits = 11
	epochMillis = 1704067200000 // 2024-01-01T00:00:00Z
)

var maker = struct {
	sync.Mutex
	node, last, counter int64
}{node: randomNode()}

func randomNode() int64 {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return int64(binary.BigEndian.Uint16(b[:])) & (1<<nodeBits - 1)
}

// New makes an identifier greater than every earlier one of this process.
func New[K Kind]() Of[K] { return Of[K](next()) }

func next() int64 {
	maker.Lock()
	defer maker.Unlock()
	now := time.Now().UnixMilli() - epochMillis
	if now > maker.last {
		maker.last, maker.counter = now, 0
	} else if maker.counter++; maker.counter == 1<<counterBits {
		maker.last, maker.counter = maker.last+1, 0 // borrow from the next millisecond
	}
	return maker.last<<(nodeBits+counterBits) | maker.node<<counterBits | maker.counter
}

// alphabet is Crockford's base 32 in lower case: no i, l, o, u.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const digits = 13

// String returns the text form; the zero identifier is the empty string.
func (i Of[K]) String() string {
	if i == 0 {
		return ""
	}
	var k K
	var b [digits]byte
	for n, v := digits-1, uint64(i); n >= 0; n, v = n-1, v>>5 {
		b[n] = alphabet[v&31]
	}
	return k.Prefix() + "_" + string(b[:])
}

// Parse reads the text form. Anything else, also another prefix, is ErrMalformed.
func Parse[K Kind](s string) (Of[K], error) {
	var k K
	head := k.Prefix() + "_"
	if len(s) != len(head)+digits || s[:len(head)] != head {
		return 0, ErrMalformed
	}
	var v uint64
	for _, c := range []byte(s[len(head):]) {
		d := indexOf(c)
		if d < 0 || v>>58 != 0 {
			return 0, ErrMalformed
		}
		v = v<<5 | uint64(d)
	}
	if v == 0 {
		return 0, ErrMalformed
	}
	return Of[K](v), nil
}

func indexOf(c byte) int {
	for i := range len(alphabet) {
		if alphabet[i] == c {
			return i
		}
	}
	return -1
}

// MarshalText writes the text form, so JSON carries it as a string.
func (i Of[K]) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the text form; empty text is the zero identifier.
func (i *Of[K]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = 0
		return nil
	}
	v, err := Parse[K](string(b))
	*i = v
	return err
}

// Value stores the number; zero is stored as NULL.
func (i Of[K]) Value() (driver.Value, error) {
	if i == 0 {
		return nil, nil
	}
	return int64(i), nil
}

// Scan reads the number; NULL is zero.
func (i *Of[K]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = 0
	case int64:
		*i = Of[K](v)
	default:
		return fmt.Errorf("scan identifier from %T", src)
	}
	return nil
}
