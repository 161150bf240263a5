package metrics

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	var s Set
	events := s.Counter("events_total", "Events.", Label{"kind", []string{"message", "click", "other"}})
	clicks := s.Counter("clicks_total", "Clicks\nby action.",
		Label{"action", []string{"step", "state"}}, Label{"result", []string{"changed", `a "b" \c`}})
	gaps := s.Counter("gaps_total", "Gaps.")
	delay := s.Histogram("delay_seconds", "Delay.", []float64{0.25, 1}, Label{"kind", []string{"message"}})
	s.Func("live", "Live.", TypeGauge, func() (float64, bool) { return 2, true })
	s.Func("unfinished", "Not known.", TypeGauge, func() (float64, bool) { return 0, false })
	s.Constant("build_info", "Build.", Label{"version", []string{"1.0"}})

	events.Inc("message")
	events.Add(2, "click")
	events.Inc("C0SUPPORT")
	clicks.Inc("state", "changed")
	gaps.Inc()
	for _, seconds := range []float64{0.25, 0.5, 30} {
		delay.Observe(seconds, "message")
	}

	const want = `# HELP events_total Events.
# TYPE events_total counter
events_total{kind="message"} 1
events_total{kind="click"} 2
events_total{kind="other"} 1
# HELP clicks_total Clicks\nby action.
# TYPE clicks_total counter
clicks_total{action="step",result="changed"} 0
clicks_total{action="step",result="a \"b\" \\c"} 0
clicks_total{action="state",result="changed"} 1
clicks_total{action="state",result="a \"b\" \\c"} 0
# HELP gaps_total Gaps.
# TYPE gaps_total counter
gaps_total 1
# HELP delay_seconds Delay.
# TYPE delay_seconds histogram
delay_seconds_bucket{kind="message",le="0.25"} 1
delay_seconds_bucket{kind="message",le="1"} 2
delay_seconds_bucket{kind="message",le="+Inf"} 3
delay_seconds_sum{kind="message"} 30.75
delay_seconds_count{kind="message"} 3
# HELP live Live.
# TYPE live gauge
live 2
# HELP unfinished Not known.
# TYPE unfinished gauge
# HELP build_info Build.
# TYPE build_info gauge
build_info{version="1.0"} 1
`
	var got strings.Builder
	if err := s.Write(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// Counting lies in the path of every message.
func TestCountingDoesNotAllocate(t *testing.T) {
	var s Set
	c := s.Counter("c_total", "C.", Label{"a", []string{"x", "y"}}, Label{"b", []string{"x", "y"}})
	h := s.Histogram("h_seconds", "H.", []float64{0.1, 1}, Label{"a", []string{"x", "y"}})
	if n := testing.AllocsPerRun(100, func() { c.Inc("y", "x"); h.Observe(0.5, "y") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkInc(b *testing.B) {
	var s Set
	c := s.Counter("c_total", "C.", Label{"kind", []string{"message", "click", "other"}})
	b.ReportAllocs()
	for b.Loop() {
		c.Inc("other")
	}
}
