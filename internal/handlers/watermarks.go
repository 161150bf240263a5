package handlers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"apierrorbot/internal/store"
)

// place is a channel of a workspace.
type place struct{ team, channel string }

// watermarks knows of each channel how far it was read: every message up to its
// watermark was looked at and, where it has to be answered, its case is stored. It
// is kept in memory, so that ordinary chat costs no write; what changed is stored
// every few seconds, and a watermark that is a little old only means that a few
// messages are read twice.
//
// Times of messages are Slack's ts in microseconds.
type watermarks struct {
	mu       sync.Mutex
	channels map[place]*reading
}

// reading is how far one channel was read.
type reading struct {
	since  int64 // the bot listens from here on
	seen   int64 // the newest message that arrived
	stored int64 // the watermark that the store has

	pending []pendingMessage // arrived, and not committed yet; by ts

	// An absence: a time in which the bot heard nothing.
	away   int64     // how far the channel was read when it began; 0: there is none
	back   time.Time // when it ended; zero: not yet
	number int       // counts the absences
}

type pendingMessage struct {
	ts      int64
	arrived time.Time
}

// absence is a stretch of a channel that has to be read from its history.
type absence struct {
	place
	from   int64     // everything up to here was read
	since  int64     // nothing before here concerns the bot
	back   time.Time // when the bot heard again
	number int
}

// watermark may not pass a message that is not committed, nor what was missed.
func (r *reading) watermark() int64 {
	mark := r.seen
	if r.away != 0 {
		mark = min(mark, r.away)
	}
	if len(r.pending) > 0 {
		mark = min(mark, r.pending[0].ts-1)
	}
	return mark
}

// load takes over what the store has. Until the bot hears again, it is away.
func (w *watermarks) load(marks []store.Watermark) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range marks {
		w.channels[place{m.Team, m.Channel}] = &reading{since: m.Since, seen: m.TS, stored: m.TS, away: m.TS}
	}
}

// arrived notes a message that settled has to be called for. A channel that was
// unknown is read from this message on.
func (w *watermarks) arrived(p place, ts int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.channels[p]
	if r == nil {
		r = &reading{since: ts - 1}
		// The names share the memory of the frame that they came in, which must not stay.
		w.channels[place{strings.Clone(p.team), strings.Clone(p.channel)}] = r
	}
	r.seen = max(r.seen, ts)
	if i, waits := r.find(ts); !waits {
		r.pending = slices.Insert(r.pending, i, pendingMessage{ts: ts, arrived: time.Now()})
	}
}

// settled notes that nothing has to be done about a message any more: its case is
// stored, or it needs none.
func (w *watermarks) settled(p place, ts int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.channels[p]
	if r == nil {
		return
	}
	if i, waits := r.find(ts); waits {
		r.pending = slices.Delete(r.pending, i, i+1)
	}
}

// find returns where a message is in pending, or would be.
func (r *reading) find(ts int64) (int, bool) {
	return slices.BinarySearchFunc(r.pending, ts, func(m pendingMessage, ts int64) int {
		return cmp.Compare(m.ts, ts)
	})
}

// lost notes that the bot hears nothing from now on.
func (w *watermarks) lost() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.channels {
		if r.away == 0 {
			r.away = r.seen
		}
		r.back = time.Time{}
		r.number++
	}
}

// heard notes that the bot hears again.
func (w *watermarks) heard(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.channels {
		if r.away != 0 {
			r.back = now
		}
	}
}

// stuck makes absences of messages that arrived before then and are not committed:
// Slack has given up on delivering them. It reports whether there are any.
func (w *watermarks) stuck(then time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	any := false
	for _, r := range w.channels {
		old := slices.ContainsFunc(r.pending, func(m pendingMessage) bool { return m.arrived.Before(then) })
		if r.away == 0 && old {
			r.away, r.back = r.watermark(), time.Now()
			r.number++
			any = true
		}
	}
	return any
}

// absences returns what has to be read from the histories of channels: those where
// somebody wrote last come first.
func (w *watermarks) absences() []absence {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []absence
	for p, r := range w.channels {
		if r.away != 0 && !r.back.IsZero() {
			list = append(list, absence{place: p, from: r.watermark(), since: r.since, back: r.back, number: r.number})
		}
	}
	slices.SortFunc(list, func(a, b absence) int {
		return cmp.Or(cmp.Compare(b.from, a.from), strings.Compare(a.channel, b.channel))
	})
	return list
}

// caughtUp ends an absence, unless another one has begun meanwhile. The history was
// read up to newest. What had arrived before then and is pending still will never be
// committed: it was deleted, or is too old to be answered.
func (w *watermarks) caughtUp(a absence, newest int64, then time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.channels[a.place]
	if r == nil || r.number != a.number {
		return
	}
	r.seen, r.away, r.back = max(r.seen, newest), 0, time.Time{}
	r.pending = slices.DeleteFunc(r.pending, func(m pendingMessage) bool { return m.arrived.Before(then) })
}

// forget forgets a channel. If somebody writes there again, it is new.
func (w *watermarks) forget(p place) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.channels, p)
}

// risen returns the watermarks that are higher than those in the store.
func (w *watermarks) risen() []store.Watermark {
	w.mu.Lock()
	defer w.mu.Unlock()
	var marks []store.Watermark
	for p, r := range w.channels {
		if mark := r.watermark(); mark > r.stored {
			marks = append(marks, store.Watermark{Team: p.team, Channel: p.channel, TS: mark, Since: r.since})
		}
	}
	return marks
}

// saved notes that the store has these.
func (w *watermarks) saved(marks []store.Watermark) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range marks {
		if r := w.channels[place{m.Team, m.Channel}]; r != nil {
			r.stored = max(r.stored, m.TS)
		}
	}
}

// parseTS reads a message's ts: seconds, a dot, and six digits.
func parseTS(ts string) (micros int64, ok bool) {
	seconds, fraction, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || s <= 0 || s > maxSeconds || len(fraction) != 6 {
		return 0, false
	}
	f, err := strconv.ParseUint(fraction, 10, 64)
	return s*1e6 + int64(f), err == nil
}

// maxSeconds is far in the future, and its microseconds fit into an int64.
const maxSeconds = 1 << 40

// formatTS writes a time of Slack's as a ts.
func formatTS(micros int64) string { return slackTime(time.UnixMicro(micros)) }
