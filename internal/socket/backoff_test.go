package socket

import (
	"testing"
	"time"
)

func TestBackoffGrows(t *testing.T) {
	s := time.Second
	for _, tt := range []struct {
		name  string
		cause cause
		least []time.Duration // of the first waits; at most half of that comes on top
	}{
		{"refused", refused, []time.Duration{1 * s, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s, 30 * s}},
		{"cut", cut, []time.Duration{0, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s, 30 * s}},
		{"too many", tooMany, []time.Duration{5 * s, 10 * s, 20 * s, 30 * s, 30 * s}},
		{"link disabled", linkDisabled, []time.Duration{30 * s, 30 * s}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 100 {
				b := newBackoff(Timings{}.withDefaults())
				for i, least := range tt.least {
					most := least * 3 / 2
					if least == 0 {
						most = s / 4
					}
					if got := b.next(tt.cause, 0); got < least || got > most {
						t.Fatalf("wait %d is %s, want %s to %s", i, got, least, most)
					}
				}
			}
		})
	}
}

func TestBackoffNeverOverflows(t *testing.T) {
	b := newBackoff(Timings{}.withDefaults())
	for i := range 100_000 {
		if got := b.next(linkDisabled, 0); got < 30*time.Second || got > 45*time.Second {
			t.Fatalf("wait %d is %s", i, got)
		}
	}
}

func TestBackoffForgets(t *testing.T) {
	b := newBackoff(Timings{}.withDefaults())
	fail := func(why cause) {
		for range 10 {
			b.next(why, 0)
		}
	}
	fail(refused)
	fail(cut)
	b.connected()
	if got := b.next(refused, 0); got > 2*time.Second {
		t.Errorf("after a hello the next refusal costs %s", got)
	}
	if got := b.next(cut, 19*time.Second); got < 30*time.Second {
		t.Errorf("a cut after 19 s costs %s: it was not stable yet", got)
	}
	if got := b.next(cut, 20*time.Second); got > time.Second {
		t.Errorf("a cut after 20 s costs %s", got)
	}
}
