// Package archive keeps what the pretend world received and did: letters, and a log of every
// answer that a receiver gave and every act of a reader. With a directory both are appended
// to files and are there again after a restart; without one they live in memory under a cap.
package archive

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"keruen/internal/errs"
)

// Caps: how much is remembered. Older things are forgotten first.
const (
	MaxLetters = 30_000
	MaxEntries = 60_000
	MaxMemory  = 64 << 20 // bytes of letters kept without a directory
)

// ErrNoLetter is returned for a letter that never was or has been forgotten.
var ErrNoLetter = errs.New(errs.NotFound, "sandbox.no_letter", "There is no such letter. Old letters are forgotten.")

// Letter is one accepted letter of one recipient.
type Letter struct {
	ID       int64     `json:"id"`
	At       time.Time `json:"at"`
	Provider string    `json:"provider"`
	Client   string    `json:"client"` // IP address of the sender
	Sender   string    `json:"sender"` // MAIL FROM, "" for the null sender
	To       string    `json:"to"`     // RCPT TO, lower case
	From     string    `json:"from"`   // header
	Subject  string    `json:"subject"`
	Size     int       `json:"size"` // bytes
	TLS      bool      `json:"tls"`
	DKIM     string    `json:"dkim"` // pass, fail, no_key, none
	Segment  int       `json:"segment,omitempty"`
	Offset   int64     `json:"offset,omitempty"`

	raw []byte // without a directory
}

// Entry is one line of the log.
type Entry struct {
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"` // accepted, greylisted, unknown, …, opened, clicked, …
	Provider string    `json:"provider,omitempty"`
	Client   string    `json:"client,omitempty"`
	Sender   string    `json:"sender,omitempty"`
	To       string    `json:"to,omitempty"`
	Stage    string    `json:"stage,omitempty"`  // connect, mail, rcpt, data; empty for acts of readers
	Reply    string    `json:"reply,omitempty"`  // what the receiver said, or how the act ended
	Letter   int64     `json:"letter,omitempty"` // the letter it is about, when there is one
	Machine  bool      `json:"machine,omitempty"`
}

// Filter chooses letters or entries; zero values do not restrict.
type Filter struct {
	To       string // exact address, any case
	Query    string // part of an address, a subject or a reply
	Provider string
	Kinds    []string // entries only
	Letter   int64    // entries only
	Before   int64    // letters only: older than this id
	Limit    int      // 0: no limit
}

// Archive keeps letters and the log. It is safe for concurrent use.
type Archive struct {
	mu      sync.Mutex
	disk    *disk // nil without a directory
	log     *slog.Logger
	letters []Letter // by id, consecutive
	entries []Entry
	counts  map[string]int // letters ever received, by address
	lastID  int64
	noted   int   // lines of the log ever written
	memory  int64 // bytes held in raw
	changed chan struct{}
}

// Open makes an archive; dir is created when it is missing, "" keeps everything in memory.
func Open(dir string, log *slog.Logger) (*Archive, error) {
	a := &Archive{log: log, counts: map[string]int{}, changed: make(chan struct{})}
	if dir == "" {
		return a, nil
	}
	d, err := openDisk(dir, a.restore)
	if err != nil {
		return nil, fmt.Errorf("open the archive of the pretend world: %w", err)
	}
	a.disk = d
	return a, nil
}

// Close closes the files.
func (a *Archive) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.disk == nil {
		return nil
	}
	return a.disk.close()
}

// Add keeps a letter and gives it an id. It fails only when the disk does.
func (a *Archive) Add(l Letter, raw []byte) (Letter, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l.ID, l.Size, l.To = a.lastID+1, len(raw), strings.ToLower(l.To)
	if a.disk != nil {
		if err := a.disk.add(&l, raw); err != nil {
			return Letter{}, fmt.Errorf("keep a letter: %w", err)
		}
	} else {
		l.raw = slices.Clone(raw)
	}
	a.take(l)
	a.wake()
	return l, nil
}

// Note adds a line to the log. A disk that fails costs the line after a restart, nothing else.
func (a *Archive) Note(e Entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	e.To = strings.ToLower(e.To)
	if a.disk != nil {
		if err := a.disk.write(record{Entry: &e}); err != nil {
			a.log.Warn("the pretend world cannot write its log", "err", err)
		}
	}
	a.note(e)
	a.wake()
}

// Letters lists letters, newest first.
func (a *Archive) Letters(f Filter) []Letter {
	a.mu.Lock()
	defer a.mu.Unlock()
	to, query := strings.ToLower(f.To), strings.ToLower(f.Query)
	return pick(a.letters, f.Limit, func(l Letter) bool {
		return (f.Before == 0 || l.ID < f.Before) &&
			(to == "" || l.To == to) &&
			(f.Provider == "" || l.Provider == f.Provider) &&
			(query == "" || contains(query, l.To, l.Subject, l.From))
	})
}

// Entries lists lines of the log, newest first.
func (a *Archive) Entries(f Filter) []Entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	to, query := strings.ToLower(f.To), strings.ToLower(f.Query)
	return pick(a.entries, f.Limit, func(e Entry) bool {
		return (to == "" || e.To == to) &&
			(f.Provider == "" || e.Provider == f.Provider) &&
			(f.Letter == 0 || e.Letter == f.Letter) &&
			(len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind)) &&
			(query == "" || contains(query, e.To, e.Reply))
	})
}

// Letter returns one letter.
func (a *Archive) Letter(id int64) (Letter, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i, ok := slices.BinarySearchFunc(a.letters, id, func(l Letter, id int64) int { return int(l.ID - id) })
	if !ok {
		return Letter{}, ErrNoLetter
	}
	return a.letters[i], nil
}

// Raw returns the source of a letter as it came.
func (a *Archive) Raw(id int64) ([]byte, error) {
	l, err := a.Letter(id)
	if err != nil {
		return nil, err
	}
	if a.disk == nil {
		return l.raw, nil
	}
	raw, err := a.disk.read(l)
	if err != nil {
		return nil, ErrNoLetter.Because(err)
	}
	return raw, nil
}

// Count tells how many letters an address ever received, "" how many there were in all.
func (a *Archive) Count(to string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if to == "" {
		return int(a.lastID)
	}
	return a.counts[strings.ToLower(to)]
}

// Noted tells how many lines of the log there ever were.
func (a *Archive) Noted() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.noted
}

// WaitFor returns the letters of an address, newest first, once it has received at least n;
// "" means any address. It ends with the error of ctx.
func (a *Archive) WaitFor(ctx context.Context, to string, n int) ([]Letter, error) {
	for {
		changed := a.Changed()
		if a.Count(to) >= n {
			return a.Letters(Filter{To: to}), nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for %d letters, have %d: %w", n, a.Count(to), ctx.Err())
		case <-changed:
		}
	}
}

// Changed returns a channel that is closed at the next letter or line of the log.
func (a *Archive) Changed() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changed
}

// Recipient is an address with what it received.
type Recipient struct {
	Address  string
	Provider string
	Letters  int // remembered ones
	Last     Letter
}

// Recipients lists addresses, the one with the newest letter first.
func (a *Archive) Recipients(query string, limit int) []Recipient {
	at := map[string]int{}
	var out []Recipient
	for _, l := range a.Letters(Filter{Query: query}) {
		i, seen := at[l.To]
		if !seen {
			i = len(out)
			at[l.To] = i
			out = append(out, Recipient{Address: l.To, Provider: l.Provider, Last: l})
		}
		out[i].Letters++
	}
	return out[:min(limit, len(out))]
}

// restore takes one record of the files.
func (a *Archive) restore(r record) {
	if r.Letter != nil {
		a.take(*r.Letter)
	}
	if r.Entry != nil {
		a.note(*r.Entry)
	}
}

func (a *Archive) take(l Letter) {
	a.lastID = max(a.lastID, l.ID)
	a.counts[l.To]++
	a.memory += int64(len(l.raw))
	a.letters = append(a.letters, l)
	drop := max(0, len(a.letters)-MaxLetters)
	for i := 0; i < len(a.letters)-1 && (i < drop || a.memory > MaxMemory); i++ {
		a.memory -= int64(len(a.letters[i].raw))
		a.letters[i].raw = nil
		drop = max(drop, i+1)
	}
	a.letters = a.letters[drop:]
}

func (a *Archive) note(e Entry) {
	a.noted++
	a.entries = append(a.entries, e)
	a.entries = a.entries[max(0, len(a.entries)-MaxEntries):]
}

func (a *Archive) wake() {
	close(a.changed)
	a.changed = make(chan struct{})
}

// pick returns what fits, newest first.
func pick[T any](all []T, limit int, fits func(T) bool) []T {
	var out []T
	for _, v := range slices.Backward(all) {
		if !fits(v) {
			continue
		}
		out = append(out, v)
		if len(out) == limit {
			break
		}
	}
	return out
}

func contains(query string, in ...string) bool {
	return slices.ContainsFunc(in, func(s string) bool { return strings.Contains(strings.ToLower(s), query) })
}
