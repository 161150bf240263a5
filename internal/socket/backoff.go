package socket

import (
	"math/rand/v2"
	"time"
)

// cause is why a connection has to be opened (again). Each has a count of its own, so that an outage of an hour does
// not make the first clean cut after it slow.
type cause int

const (
	refused      cause = iota // no address, no connection, or none that said hello
	cut                       // ended, or asked to be replaced, after its hello
	tooMany                   // disconnect frame, too_many_websockets
	linkDisabled              // disconnect frame, link_disabled
)

// first is the wait after the first failure, in units of Timings.BackoffMin. Too many connections end only when
// another copy of the bot stops, and Socket Mode comes back only when a human switches it on.
func (why cause) first() time.Duration {
	switch why {
	case tooMany:
		return 5
	case linkDisabled:
		return 30
	}
	return 1
}

// backoff decides how long to wait before the next opening: twice as long after each failure in a row, and up to half
// of that again at random, so that many bots do not come back at the same moment.
//
// The first cut is free: it is what Slack does every few hours, and the bot shall be back within a second. A
// connection that was cut before it was stable makes the next cut cost 2 s, then 4 s, 8 s, …. With the default timings
// no server can bring about more than six openings in a minute by accepting and disconnecting.
type backoff struct {
	unit, limit, stable time.Duration
	failures            map[cause]int // in a row
}

func newBackoff(t Timings) *backoff {
	// Two thirds, because up to a half of it comes on top.
	return &backoff{unit: t.BackoffMin, limit: t.BackoffMax * 2 / 3, stable: t.Stable, failures: map[cause]int{}}
}

// connected notes a hello: opening works.
func (b *backoff) connected() { delete(b.failures, refused) }

// next returns the wait after one more failure. age is how long the connection lasted after its hello, 0 if it had none.
func (b *backoff) next(why cause, age time.Duration) time.Duration {
	if age >= b.stable {
		clear(b.failures)
	}
	n := b.failures[why]
	b.failures[why]++
	if why == cut && n == 0 {
		return rand.N(b.unit/4 + 1)
	}
	wait := min(b.unit*why.first()<<min(n, 16), b.limit) // beyond 2^16 only the limit counts
	return wait + rand.N(wait/2+1)
}
