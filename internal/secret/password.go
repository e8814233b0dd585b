package secret

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"keruen/internal/errs"
)

// ErrHash means that a stored password hash cannot be read.
var ErrHash = errs.New(errs.Internal, "secret.hash", "A stored password hash cannot be read.")

// Params are the costs of Argon2id (RFC 9106).
type Params struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// Costs: what OWASP's Password Storage Cheat Sheet asks for at the least, and the lowest possible ones,
// for tests that sign in many times.
var (
	Strong = Params{MemoryKiB: 19 * 1024, Passes: 2, Threads: 1}
	Weak   = Params{MemoryKiB: 8, Passes: 1, Threads: 1}
)

const (
	saltSize = 16
	hashSize = 32
	// maxMemoryKiB stops a damaged or planted hash from taking all memory.
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
)

// Hasher hashes passwords by Argon2id. It bounds how many run at once, because each takes
// MemoryKiB; the others wait their turn.
type Hasher struct {
	params Params
	turns  *semaphore.Weighted
}

// NewHasher makes a Hasher that runs at most atOnce hashes together.
func NewHasher(p Params, atOnce int) *Hasher {
	return &Hasher{params: p, turns: semaphore.NewWeighted(int64(max(atOnce, 1)))}
}

// Hash returns the hash in the PHC string format, with its costs and its salt:
// $argon2id$v=19$m=19456,t=2,p=1$salt$hash. It waits for a turn until ctx ends.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.turns.Acquire(ctx, 1); err != nil {
		return "", errs.ErrUnavailable.Because(err)
	}
	defer h.turns.Release(1)
	salt := Random(saltSize)
	sum := argon2.IDKey([]byte(password), salt, h.params.Passes, h.params.MemoryKiB, h.params.Threads, hashSize)
	return phc(h.params, salt, sum), nil
}

// Verify tells whether the password is the hashed one, and whether the hash was made with
// other costs than today's and should be made anew. An empty hash belongs to a person who has no
// password, or to nobody: the work is done all the same and the answer is no.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (ok, stale bool, err error) {
	p, salt, want := h.params, make([]byte, saltSize), make([]byte, hashSize)
	if hash != "" {
		if p, salt, want, err = parsePHC(hash); err != nil {
			return false, false, err
		}
	}
	if err := h.turns.Acquire(ctx, 1); err != nil {
		return false, false, errs.ErrUnavailable.Because(err)
	}
	defer h.turns.Release(1)
	sum := argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Threads, uint32(len(want)))
	return hmac.Equal(sum, want) && hash != "", p != h.params, nil
}

func phc(p Params, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.MemoryKiB, p.Passes, p.Threads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

func parsePHC(s string) (p Params, salt, sum []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, ErrHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Threads); err != nil {
		return p, nil, nil, ErrHash.Because(err)
	}
	if p.MemoryKiB > maxMemoryKiB || p.Passes < 1 || p.Passes > maxPasses || p.Threads < 1 {
		return p, nil, nil, ErrHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(sum) < 16 || len(sum) > 64 {
		return p, nil, nil, ErrHash
	}
	return p, salt, sum, nil
}
