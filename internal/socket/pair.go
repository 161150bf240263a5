package socket

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"
)

// stillCounted is how long Slack may count a connection that has ended: it learns of a dead one only by its own pings.
const stillCounted = 2 * time.Minute

// pair is what the connections of a Client know of each other.
//
// Slack ends connections by their age, so they should differ in it: the second is opened only when the first has been
// up for a while (Timings.Stagger), at the start and whenever there was none at all. While there is none, one keeper
// opens and the other waits for it: an outage costs Slack half the attempts, and the operator half the log lines.
type pair struct {
	stagger time.Duration
	onUp    func(bool)
	log     *slog.Logger

	mu      sync.Mutex
	up      int           // connections that said hello and have not ended
	since   time.Time     // the hello that ended the last time without any
	opener  *keeper       // who opens while there is none; nil: whoever comes first
	changed chan struct{} // closed, and made anew, when up leaves 0 or returns to it
	ended   []time.Time   // when connections ended that Slack may still count, oldest first
	excess  int           // hellos in a row that counted more than ours
	trouble string        // what was last reported as wrong; empty after a hello
}

func newPair(cfg Config) *pair {
	p := &pair{stagger: cfg.Timings.Stagger, onUp: cfg.OnUp, log: cfg.Log, changed: make(chan struct{})}
	if p.onUp == nil {
		p.onUp = func(bool) {}
	}
	return p
}

// turn waits until k may open a connection, or ctx ends. k must have none in use: a successor never waits.
func (p *pair) turn(ctx context.Context, k *keeper) {
	for {
		wait, changed := p.ask(k)
		if wait == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(wait):
		}
	}
}

// ask returns how long k has to wait, unless there is a change before: 0 if it is its turn.
func (p *pair) ask(k *keeper) (wait time.Duration, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.up > 0 {
		return max(0, p.stagger-time.Since(p.since)), p.changed
	}
	if p.opener == nil {
		p.opener = k
	}
	if p.opener == k {
		return 0, p.changed
	}
	return math.MaxInt64, p.changed
}

// greeted notes a hello, and reports whether it ends a time without any connection.
func (p *pair) greeted() (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = ""
	p.up++
	if p.up > 1 {
		return false
	}
	p.since, p.opener = time.Now(), nil
	p.announce()
	return true
}

// gone notes the end of a connection, which may have said hello or not.
func (p *pair) gone(greeted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = append(p.ended, time.Now())
	if !greeted {
		return
	}
	p.up--
	if p.up == 0 {
		p.announce()
	}
}

// announce tells that up has left 0 or returned to it, and wakes whoever waits in turn.
func (p *pair) announce() {
	p.onUp(p.up > 0)
	close(p.changed)
	p.changed = make(chan struct{})
}

// others reports whether a hello counts connections that cannot be ours: live is how many we have, and those that
// ended just now may still be counted. It is true once, until a hello counts no more than ours, and not before the
// second hello in a row: at the first one Slack may still count the connections of a process that was killed.
func (p *pair) others(counted, live int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.ended) > 0 && time.Since(p.ended[0]) > stillCounted {
		p.ended = p.ended[1:]
	}
	if counted <= live+len(p.ended) {
		p.excess = 0
		return false
	}
	p.excess++
	return p.excess == 2
}

// report logs a trouble when it is new, and only at debug level while it lasts. kind tells one trouble from another.
func (p *pair) report(kind string, level slog.Level, msg string, args ...any) {
	p.mu.Lock()
	if p.trouble == kind {
		level = slog.LevelDebug
	}
	p.trouble = kind
	p.mu.Unlock()
	p.log.Log(context.Background(), level, msg, args...)
}
