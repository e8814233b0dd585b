// Package jobs runs work in the background, at least once, from the table `task`.
//
// A job is a kind, small arguments (identifiers, not objects) and a worker that may run twice:
//
//	q := jobs.New(d, clk, log)
//	jobs.Register(q, "import.run", func(ctx context.Context, j *jobs.Job, a Args) error { … })
//	id, err := q.EnqueueTx(ctx, tx, jobs.Task{Tenant: t, Kind: "import.run", Args: Args{…}})
//	go q.Run(ctx)
//
// A task is enqueued in the caller's transaction, so it exists if and only if that commits. A worker holds
// a lease on its task and renews it; when the process dies the lease runs out and another one
// takes the task over. Every change of hands raises the token: a worker that was frozen past
// its lease can record nothing more. A kind nobody registered stays queued.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"keruen/internal/clock"
	"keruen/internal/db"
	"keruen/internal/errs"
	"keruen/internal/id"
)

type taskKind struct{}

func (taskKind) Prefix() string { return "job" }

// ID names a task.
type ID = id.Of[taskKind]

// State of a task. Queued and paused wait, running has a worker, the rest is the end.
type State int8

// States.
const (
	Queued State = iota
	Running
	Paused
	Done
	Failed
	Cancelled
)

var stateNames = [...]string{"queued", "running", "paused", "done", "failed", "cancelled"}

// String returns the state's word.
func (s State) String() string { return stateNames[s] }

// MarshalText writes the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Finished tells whether nothing more will happen.
func (s State) Finished() bool { return s >= Done }

// Task is what to do. Kind and Args say it; the rest may stay zero.
type Task struct {
	Tenant id.Tenant // whose work it is; zero for the system's own
	Kind   string
	Args   any // encoded as JSON; what Register's function takes

	// UniqueKey keeps one unfinished task per tenant, kind and key. Enqueuing again returns the
	// one that waits (moved forward if the new time is earlier); if it runs, it is run once
	// more afterwards with the new arguments, so that nothing it has passed by is missed.
	UniqueKey string

	RunAt       time.Time // not before; at once if zero
	MaxAttempts int       // then it has failed; DefaultAttempts if zero

	Title   string // for people, when Visible
	Visible bool   // shown in List, kept for 30 days instead of 7
}

// DefaultAttempts is how often a task is tried: with the pauses of Backoff for about two days.
const DefaultAttempts = 50

// Backoff is the pause after a failed attempt (1 is the first): attempt⁴ seconds, at most an hour.
func Backoff(attempt int) time.Duration {
	if attempt > 7 { // 8⁴ s is more than an hour
		return time.Hour
	}
	n := time.Duration(max(attempt, 1))
	return n * n * n * n * time.Second
}

// Status is what is known about a task.
type Status struct {
	ID         ID
	Kind       string
	Title      string
	State      State
	Done       int64 // of Total, as the worker reports
	Total      int64 // 0 while unknown
	Result     json.RawMessage
	LastError  string // code of the last error, "" if none
	Attempts   int
	RunAt      time.Time
	CreatedAt  time.Time
	StartedAt  time.Time
	FinishedAt time.Time
}

// Errors of the verbs.
var (
	ErrFinished = errs.New(errs.Conflict, "job.finished", "The job has ended already.")
	errKind     = errs.New(errs.Internal, "job.no_kind", "A task without a kind was enqueued.")
)

// Queue enqueues tasks and runs them. Make it with New and set its fields before Run.
type Queue struct {
	Workers int           // tasks at a time in this process; 16
	Poll    time.Duration // how often to look for tasks of other nodes; 500 ms
	Lease   time.Duration // how long a dead process holds a task; 30 s

	db    *db.DB
	clock clock.Clock
	log   *slog.Logger
	owner string // names this process in task.owner

	mu      sync.Mutex
	kinds   map[string]*kind
	running map[ID]*held
	wake    chan struct{} // buffered: "look now"
}

// kind is a registered kind of task.
type kind struct {
	run    func(ctx context.Context, j *Job, payload []byte) error
	atMost int
	active int
}

// DefaultAtMost is how many tasks of one kind run at a time in a process, so that no kind starves the others.
const DefaultAtMost = 4

// New makes a queue on the database. It runs nothing before Run.
func New(d *db.DB, c clock.Clock, log *slog.Logger) *Queue {
	return &Queue{
		Workers: 16, Poll: 500 * time.Millisecond, Lease: 30 * time.Second,
		db: d, clock: c, log: log, owner: id.New[taskKind]().String(),
		kinds: make(map[string]*kind), running: make(map[ID]*held), wake: make(chan struct{}, 1),
	}
}

// Option changes how a kind is run.
type Option func(*kind)

// AtMost bounds the tasks of a kind that run at a time in one process.
func AtMost(n int) Option { return func(k *kind) { k.atMost = n } }

// Register says how tasks of a kind are done. It panics on a kind registered twice. fn returns nil when the
// work is done, Snooze to be called later, Cancel to give up for good, any other error to be tried
// again after Backoff. ctx ends when the process stops, when the task is cancelled or paused, or when
// the lease is lost.
func Register[A any](q *Queue, name string, fn func(ctx context.Context, j *Job, a A) error, options ...Option) {
	k := &kind{atMost: DefaultAtMost, run: func(ctx context.Context, j *Job, payload []byte) error {
		var a A
		if err := json.Unmarshal(payload, &a); err != nil {
			return Cancel(fmt.Errorf("decode arguments: %w", err)) // trying again would not help
		}
		return fn(ctx, j, a)
	}}
	for _, o := range options {
		o(k)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.kinds[name] != nil {
		panic("jobs: kind " + name + " is registered twice")
	}
	q.kinds[name] = k
}
