package audit

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"keruen/internal/errs"
	"keruen/internal/id"
)

// ErrProof means that a proof is not what an installation signed.
var ErrProof = errs.New(errs.Invalid, "audit.proof_broken", "The proof was changed after it was made, or another key signed it.")

// Proof is the evidence of one account's acts of signature, for a court or the customer. Anyone can
// check it without us: the signature covers the bytes of the statement; inside, every hash follows from the
// previous one; the digest of every act follows from its text. Other records show their digest only.
type Proof struct {
	Statement string `json:"statement"`  // JSON text of a Statement; a string, so that no tool reformats it
	Algorithm string `json:"algorithm"`  // always Ed25519 (RFC 8032)
	PublicKey string `json:"public_key"` // base64
	Signature string `json:"signature"`  // base64, over the bytes of the statement
}

// Statement is what a proof states.
type Statement struct {
	Format  string    `json:"format"`
	Account id.Tenant `json:"account"`
	MadeAt  string    `json:"made_at"`
	Genesis string    `json:"genesis"` // SHA-256 of "keruen audit chain of " and the account
	Head    string    `json:"head"`    // hash of the last link
	Chain   []Link    `json:"chain"`
}

// Link is one record in a proof: hash = SHA-256(previous hash ‖ digest), both as hexadecimal text.
type Link struct {
	Seq    int64  `json:"seq"`
	Digest string `json:"digest"`
	Hash   string `json:"hash"`
	Text   string `json:"text,omitempty"` // acts only: digest = SHA-256(text)
}

const proofFormat = "keruen-acts-1"

// PublicKey returns the key that checks proofs, base64. The installation publishes it.
func (s *Service) PublicKey() string {
	return base64.StdEncoding.EncodeToString(s.key.Public().(ed25519.PublicKey))
}

// Prove returns the signed evidence of all acts of an account. A chain that is not whole is not
// signed: the error names the first bad record.
func (s *Service) Prove(ctx context.Context, t id.Tenant) (Proof, error) {
	h, err := getHead(ctx, s.db, t)
	if errors.Is(err, errs.ErrNotFound) {
		h, err = head{Hash: genesis(t)}, nil
	}
	if err != nil {
		return Proof{}, fmt.Errorf("prove acts: %w", err)
	}
	st := Statement{
		Format: proofFormat, Account: t, MadeAt: s.clock.Now().Format(timeFormat),
		Genesis: genesis(t), Head: h.Hash, Chain: []Link{},
	}
	err = s.walk(ctx, t, h.Seq, func(r row) bool {
		l := Link{Seq: r.Seq, Digest: r.Digest, Hash: r.Hash}
		if r.Kind == KindAct {
			l.Text = r.Text
		}
		st.Chain = append(st.Chain, l)
		return true
	})
	if err != nil {
		return Proof{}, fmt.Errorf("prove acts: %w", err)
	}
	if err := st.check(); err != nil {
		return Proof{}, fmt.Errorf("prove acts of %s: %w", t, err)
	}
	return s.sign(st)
}

func (s *Service) sign(st Statement) (Proof, error) {
	text, err := json.Marshal(st)
	if err != nil {
		return Proof{}, fmt.Errorf("sign proof: %w", err)
	}
	return Proof{
		Statement: string(text), Algorithm: "Ed25519", PublicKey: s.PublicKey(),
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(s.key, text)),
	}, nil
}

// Check returns the statement of a proof signed by the key (base64), or ErrProof.
func (p Proof) Check(publicKey string) (Statement, error) {
	key, err1 := base64.StdEncoding.DecodeString(publicKey)
	sig, err2 := base64.StdEncoding.DecodeString(p.Signature)
	if err1 != nil || err2 != nil || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, []byte(p.Statement), sig) {
		return Statement{}, ErrProof
	}
	var st Statement
	if err := json.Unmarshal([]byte(p.Statement), &st); err != nil {
		return Statement{}, ErrProof.Because(err)
	}
	return st, st.check()
}

// check follows the chain from its beginning to its head.
func (st Statement) check() error {
	at := genesis(st.Account)
	if st.Format != proofFormat || st.Genesis != at {
		return ErrProof
	}
	for i, l := range st.Chain {
		if l.Seq != int64(i+1) || l.Hash != follow(at, l.Digest) || (l.Text != "" && hexSum([]byte(l.Text)) != l.Digest) {
			return ErrProof.With("record", i+1)
		}
		at = l.Hash
	}
	if at != st.Head {
		return ErrProof.With("record", len(st.Chain))
	}
	return nil
}
