// Package smtp is a client for handing letters to other servers (RFC 5321), made for many
// letters over one connection: commands go in one write when the server allows (RFC 2920), and several goroutines
// may send over one connection at once.
//
//	conn, res := smtp.Dial(ctx, "mx.example.org:25", smtp.Options{Helo: "mail.example.kz"})
//	if conn == nil { … res says at which stage and why … }
//	defer conn.Close()
//	res = conn.Send(ctx, smtp.Envelope{From: "b+x@b.example.kz", To: "jo@example.org"}, message)
//
// An attempt ends in a Result, not in an error: what the server said is normal work.
// The package opens connections only where it is told to; whether an address may be dialled
// is for the caller to know (see package mx).
package smtp

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"time"
)

// Stage is where an attempt ended.
type Stage string

// Stages in their order. A refusal before StageMail concerns the connection, not the letter.
const (
	StageConnect Stage = "connect"
	StageBanner  Stage = "banner"
	StageEhlo    Stage = "ehlo"
	StageTLS     Stage = "tls"
	StageAuth    Stage = "auth"
	StageMail    Stage = "mail"
	StageRcpt    Stage = "rcpt"
	StageData    Stage = "data" // the DATA command or the body before its end
	StageDot     Stage = "dot"  // after the final dot, or the last chunk: the server may own the letter already
)

// Security is how a connection is protected.
type Security uint8

// Ways of protection. Opportunistic takes any certificate (RFC 7435); the other two verify it
// unless Options.TLS says otherwise.
const (
	Opportunistic Security = iota // STARTTLS when offered, in clear when not
	Required                      // STARTTLS or nothing
	Implicit                      // TLS from the first byte (RFC 8314)
	Clear                         // never TLS
)

// Timeouts of the stages. Zero fields take the defaults below. They are times of the network,
// not of the program's clock.
type Timeouts struct {
	Connect time.Duration // 25 s
	Banner  time.Duration // 60 s
	Command time.Duration // 90 s: EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA
	Block   time.Duration // 180 s for each block of the body
	// Dot is 10 minutes: the server may own the letter already, and giving up early turns
	// its slowness into duplicates (RFC 1047, RFC 5321 §4.5.3.2.6).
	Dot time.Duration
}

func (t Timeouts) withDefaults() Timeouts {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.Connect, 25*time.Second)
	set(&t.Banner, 60*time.Second)
	set(&t.Command, 90*time.Second)
	set(&t.Block, 180*time.Second)
	set(&t.Dot, 10*time.Minute)
	return t
}

// Options of a connection.
type Options struct {
	LocalAddr netip.Addr  // source address; zero: the system chooses
	Host      string      // name of the server as the caller knows it; Conn.Host tells it again
	Helo      string      // our name; must resolve to the source address and back. Empty: localhost
	Security  Security    //
	TLS       *tls.Config // nil: made from the host of the dialled address
	User      string      // empty: no AUTH
	Password  string      // sent only over TLS or to loopback
	Timeouts  Timeouts
	// Depth bounds the letters under way over one connection to a server that takes commands in groups. 0: DefaultDepth.
	Depth int
	// Chunking hands letters over by BDAT (RFC 3030) where the server offers it: no dots are doubled, and a round trip less. Off unless asked for: some servers
	// behind which filters sit offer it and take it badly.
	Chunking bool
	// DSN asks a server that knows how (RFC 3461) to report failures alone, with the header alone, under Envelope.ID.
	DSN bool
}

// DefaultDepth keeps a connection full: one letter's reply is awaited, the next waits for leave to send its body, and the
// others are ready to follow.
const DefaultDepth = 8

// Envelope is what MAIL and RCPT say. A personal letter has one recipient.
type Envelope struct {
	From string // empty for <>
	To   string
	ID   string // ENVID of delivery reports; used with Options.DSN only, empty: none
}

// Result of an attempt.
type Result struct {
	Stage Stage
	Reply
	// Err is set when the server gave no answer: the connection failed, or ctx ended.
	Err error
	// Local means that we refused ourselves, without asking: the server said beforehand that
	// it cannot take such a letter.
	Local bool
	// MaybeSent means that the final dot was written and no answer came: the letter may or may not be there.
	MaybeSent bool
	Peer      netip.Addr
	TLS       string // "TLS 1.3 TLS_AES_128_GCM_SHA256"; empty in clear
	Took      time.Duration
}

// Accepted tells that the server has the letter.
func (r Result) Accepted() bool { return r.Stage == StageDot && r.Code/100 == 2 && r.Err == nil }

// String is for logs and tests; it holds no address of a person unless the server wrote one.
func (r Result) String() string {
	if r.Err != nil {
		return fmt.Sprintf("%s: %v", r.Stage, r.Err)
	}
	return fmt.Sprintf("%s: %d %s %s", r.Stage, r.Code, r.Enhanced, r.Text)
}
