package socket

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// upRecorder notes in one list what it is told of connections and of envelopes.
type upRecorder struct {
	mu   sync.Mutex
	list []string
}

func (r *upRecorder) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, what)
}

func (r *upRecorder) Record(e Envelope, ack func()) {
	r.note(e.ID)
	ack()
}

func (r *upRecorder) up(up bool) {
	if up {
		r.note("up")
	} else {
		r.note("down")
	}
}

// Whoever listens is told that the last connection is gone, and that there is one again,
// in the order of what is recorded, and of nothing in between.
func TestOnUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		var rec upRecorder
		f.run(t, &rec, two, func(c *Config) { c.OnUp = rec.up })
		p, q := f.pairUp()
		p.send(event("one"))
		p.ack()
		p.ws.Close()
		q.send(event("two"))
		q.ack()
		p = f.greet()
		synctest.Wait()
		q.ws.Close()
		synctest.Wait()
		p.ws.Close()
		synctest.Wait()
		again := f.accept()
		again.greet()
		again.send(event("three"))
		again.ack()
		// A connection that does not stay has been one.
		again.ws.Close()
		short := f.accept()
		short.greet()
		short.ws.Close()
		<-time.After(100 * time.Millisecond)
		rec.mu.Lock()
		defer rec.mu.Unlock()
		want := []string{"up", "one", "two", "down", "up", "three", "down", "up", "down"}
		if !slices.Equal(rec.list, want) {
			t.Errorf("told %q, want %q", rec.list, want)
		}
	})
}
