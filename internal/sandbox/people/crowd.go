package people

import (
	"container/heap"
	"context"
	"log/slog"
	"sync"
	"time"

	"keruen/internal/clock"
	"keruen/internal/sandbox/archive"
	"keruen/internal/sandbox/letter"
)

// Bounds of the crowd.
const (
	maxPlanned = 100_000 // letters waiting for their readers; one over it is not read by anybody
	hands      = 8       // acts going on at once
)

// Config is what the crowd needs.
type Config struct {
	Clock   clock.Clock
	Log     *slog.Logger
	Archive *archive.Archive
	BaseURL func() string // the only site that readers visit; "" and they only read
	Seed    int64
	Habits  Habits
	Speed   float64 // 1 is life
	Post    Post    // nil: providers write to nobody
}

// Crowd lets readers act when their time has come.
type Crowd struct {
	clock   clock.Clock
	log     *slog.Logger
	archive *archive.Archive
	web     *web
	seed    int64
	habits  Habits
	speed   float64
	post    Post

	mu    sync.Mutex
	queue queue
	added chan struct{}
	room  chan struct{}
	doing sync.WaitGroup
	stop  context.CancelFunc
}

// planned is a reader with the next acts in order; the second begins when the first is done.
type planned struct {
	at       time.Time
	steps    []Step
	letter   int64
	received time.Time
}

// New makes a crowd that does not act yet.
func New(c Config) *Crowd {
	if c.Speed <= 0 {
		c.Speed = 1
	}
	return &Crowd{
		clock: c.Clock, log: c.Log, archive: c.Archive, web: newWeb(c.BaseURL),
		seed: c.Seed, habits: c.Habits, speed: c.Speed, post: c.Post,
		added: make(chan struct{}, 1), room: make(chan struct{}, hands),
	}
}

// Start begins to act. Close ends it.
func (c *Crowd) Start() {
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.doing.Go(func() { c.run(ctx) })
}

// Close ends acts that go on and forgets those that wait.
func (c *Crowd) Close() {
	if c.stop != nil {
		c.stop()
		c.doing.Wait()
	}
}

// Receive gives a letter to its reader.
func (c *Crowd) Receive(l archive.Letter, big bool, messageID string) {
	r := Reader{Address: l.To, Provider: l.Provider, Big: big, Letter: messageID}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.plan(planned{steps: c.habits.Plan(c.seed, r, c.speed), letter: l.ID, received: l.At})
}

// plan queues the first of the steps. The caller holds the lock.
func (c *Crowd) plan(p planned) {
	if len(p.steps) == 0 || len(c.queue) >= maxPlanned {
		return
	}
	p.at = p.received.Add(p.steps[0].After)
	heap.Push(&c.queue, p)
	select {
	case c.added <- struct{}{}:
	default:
	}
}

// Waiting tells how many readers have something left to do and are not at it.
func (c *Crowd) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}

func (c *Crowd) run(ctx context.Context) {
	for {
		next, wait, any := c.due()
		if any && wait <= 0 {
			c.start(ctx, next)
			if ctx.Err() != nil {
				return
			}
			continue
		}
		var alarm <-chan time.Time
		if any {
			alarm = c.clock.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-c.added:
		case <-alarm:
		}
	}
}

// due takes the next act when its time has come, or tells how long that will be.
func (c *Crowd) due() (next planned, wait time.Duration, any bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		return planned{}, 0, false
	}
	if wait = c.queue[0].at.Sub(c.clock.Now()); wait > 0 {
		return planned{}, wait, true
	}
	return heap.Pop(&c.queue).(planned), 0, true
}

// start lets one act happen beside the others, when a hand is free.
func (c *Crowd) start(ctx context.Context, p planned) {
	select {
	case <-ctx.Done():
		return
	case c.room <- struct{}{}:
	}
	c.doing.Go(func() {
		defer func() { <-c.room }()
		c.act(ctx, p)
	})
}

// act does one thing and notes how it ended.
func (c *Crowd) act(ctx context.Context, p planned) {
	l, err := c.archive.Letter(p.letter)
	if err != nil {
		return // forgotten meanwhile
	}
	raw, err := c.archive.Raw(p.letter)
	if err != nil {
		c.log.Warn("a reader of the pretend world cannot find a letter", "letter", p.letter, "err", err)
		return
	}
	now := p.steps[0].Act
	v := visit{web: c.web, letter: letter.Parse(raw), who: dice{c.seed, Reader{Address: l.To, Provider: l.Provider}}, address: l.To}
	how := v.do(ctx, now)
	c.mail(ctx, now, l, raw)
	if ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.archive.Note(archive.Entry{
		At: c.clock.Now(), Kind: string(now), Provider: l.Provider, To: l.To, Letter: l.ID, Reply: how,
		Machine: now == Scan || now == Prefetch || now == Return,
	})
	p.steps = p.steps[1:]
	c.plan(p)
}

// queue is a heap by time.
type queue []planned

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(planned)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
