package handlers

import (
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"apierrorbot/internal/store"
)

var here = place{"T", "C"}

func newWatermarks(marks ...store.Watermark) *watermarks {
	w := &watermarks{channels: make(map[place]*reading)}
	w.load(marks)
	w.heard(time.Now())
	return w
}

// markHere returns the watermark of the one channel that tests use, if it has to be
// stored, else 0.
func (w *watermarks) markHere() int64 {
	for _, m := range w.risen() {
		return m.TS
	}
	return 0
}

// A watermark never passes what is pending, in whatever order things happen.
func TestWatermarkWaits(t *testing.T) {
	w := newWatermarks()
	steps := []struct {
		do   func()
		want int64
	}{
		{func() { w.arrived(here, 100) }, 99},
		{func() { w.settled(here, 100) }, 100},
		{func() { w.arrived(here, 110); w.arrived(here, 120) }, 109},
		{func() { w.arrived(here, 110) }, 109}, // delivered again
		{func() { w.settled(here, 120) }, 109},
		{func() { w.settled(here, 110) }, 120},
		{func() { w.settled(here, 110) }, 120},
		{func() { w.arrived(here, 105) }, 104}, // late
		{func() { w.settled(here, 105) }, 120},
		{func() { w.saved(w.risen()) }, 0},
		{func() { w.arrived(here, 130) }, 129},
		{func() { w.settled(place{"T", "elsewhere"}, 130) }, 129},
		{func() { w.forget(here) }, 0},
		{func() { w.settled(here, 130) }, 0},
	}
	for i, s := range steps {
		s.do()
		if got := w.markHere(); got != s.want {
			t.Errorf("after step %d: watermark %d, want %d", i, got, s.want)
		}
	}
}

// A watermark does not pass what was missed, until that was read.
func TestWatermarkOfAnAbsence(t *testing.T) {
	w := newWatermarks(store.Watermark{Team: "T", Channel: "C", TS: 100, Since: 50})
	one := func() absence {
		t.Helper()
		list := w.absences()
		if len(list) != 1 {
			t.Fatalf("%d absences, want 1", len(list))
		}
		return list[0]
	}
	at := func(want int64) {
		t.Helper()
		if got := w.markHere(); got != want {
			t.Errorf("watermark %d, want %d", got, want)
		}
	}
	first := one()
	if first.from != 100 || first.since != 50 {
		t.Errorf("missed from %d, and listening since %d; want 100, 50", first.from, first.since)
	}
	hear := func(ts int64) { w.arrived(here, ts); w.settled(here, ts) }
	hear(200) // while the history is read
	at(0)

	// Another absence begins before the first was caught up with.
	w.lost()
	if list := w.absences(); len(list) != 0 {
		t.Errorf("%d absences while nothing is heard, want none yet", len(list))
	}
	w.caughtUp(first, 150, time.Time{})
	at(0)
	w.heard(time.Now())
	hear(300)
	second := one()
	if second.from != 100 {
		t.Errorf("missed from %d, want 100", second.from)
	}
	w.caughtUp(second, 250, time.Time{})
	at(300)
	if list := w.absences(); len(list) != 0 {
		t.Errorf("%d absences after all was read, want none", len(list))
	}
	w.heard(time.Now()) // without a loss before
	if list := w.absences(); len(list) != 0 {
		t.Errorf("%d absences, want none", len(list))
	}
}

// A message that nobody brings any more makes an absence, and ends with it.
func TestStuckMessage(t *testing.T) {
	w := newWatermarks()
	w.arrived(here, 100)
	w.arrived(here, 110)
	w.settled(here, 110)
	if w.stuck(time.Now().Add(-time.Hour)) {
		t.Error("a message is stuck that has just arrived")
	}
	later := time.Now().Add(time.Hour)
	if !w.stuck(later) || w.stuck(later) {
		t.Error("want it to be stuck once")
	}
	list := w.absences()
	if len(list) != 1 || list[0].from != 99 {
		t.Fatalf("absences %+v, want one from 99", list)
	}
	w.caughtUp(list[0], 110, later)
	if got := w.markHere(); got != 110 {
		t.Errorf("watermark %d, want 110", got)
	}
}

// Where people wrote last is read first.
func TestAbsencesInOrder(t *testing.T) {
	w := newWatermarks(store.Watermark{Team: "T", Channel: "C1", TS: 10}, store.Watermark{Team: "T", Channel: "C2", TS: 30},
		store.Watermark{Team: "T", Channel: "C4", TS: 20}, store.Watermark{Team: "T", Channel: "C3", TS: 20})
	var got []string
	for _, a := range w.absences() {
		got = append(got, a.channel)
	}
	if diff := cmp.Diff([]string{"C2", "C3", "C4", "C1"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

// A channel that is known does not keep the frame in memory that it was first named in.
func TestNewChannelKeepsNoFrame(t *testing.T) {
	w := newWatermarks()
	frame := "T/C and the text of a message"
	w.arrived(place{frame[:1], frame[2:3]}, 100)
	for p := range w.channels {
		if p != here || unsafe.StringData(p.team) == unsafe.StringData(frame) || unsafe.StringData(p.channel) == unsafe.StringData(frame[2:]) {
			t.Errorf("%v, or its memory is the frame's", p)
		}
	}
}

func TestParseTS(t *testing.T) {
	for ts, want := range map[string]int64{
		"1795474280.779055": 1795474280779055, "1.000001": 1000001, "1795474280.000000": 1795474280000000,
		"": 0, "1795474280": 0, "1795474280.7": 0, ".000001": 0, "-5.000001": 0, "x.000001": 0, "1.00000x": 0,
		"1.-00001": 0, "1.000001.000001": 0, "99999999999999999.000001": 0,
	} {
		got, ok := parseTS(ts)
		if ok != (want != 0) || ok && got != want {
			t.Errorf("parseTS(%q) = %d, %v; want %d", ts, got, ok, want)
		}
		if ok && formatTS(got) != ts {
			t.Errorf("formatTS(%d) = %q, want %q", got, formatTS(got), ts)
		}
	}
}

// BenchmarkArrival is what an ordinary message costs.
func BenchmarkArrival(b *testing.B) {
	var marks []store.Watermark
	for i := range 1000 {
		marks = append(marks, store.Watermark{Team: "T", Channel: formatTS(int64(i))})
	}
	w := newWatermarks(marks...)
	b.ReportAllocs()
	ts := int64(1)
	for b.Loop() {
		w.arrived(place{"T", marks[int(ts)%1000].Channel}, ts)
		w.settled(place{"T", marks[int(ts)%1000].Channel}, ts)
		ts++
	}
}
