// Package metrics counts what the bot does, and writes the counts as Prometheus
// reads them.
//
// A Set holds families: counters, gauges, histograms. Whoever counts makes its
// families once and gets something to count with: Inc, Add and Observe are atomic
// additions, without a lock or an allocation, because they lie in the path of every
// message. The values of labels are listed when a family is made and can never be
// anything else, so that neither an id nor what people write gets onto the page, and
// the number of series is fixed. Every series is there from the start, at zero:
// Prometheus sees no rise from a series that was not there before.
//
// What is known elsewhere already (connections, the database) is asked for when the
// page is written: see Func.
//
// Write gives the text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
package metrics

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// ContentType is that of what Write writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Types of families whose values are asked for.
const (
	TypeCounter = "counter" // only ever rises while the process lives
	TypeGauge   = "gauge"
)

// Set is a page of families. Its methods may be called from any goroutine.
type Set struct {
	mu       sync.Mutex
	families []family
}

type family struct {
	name, help, kind string
	write            func(p *page, name string)
}

func (s *Set) add(f family) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.families, func(known family) bool { return known.name == f.name }) {
		panic("metrics: " + f.name + " is there twice")
	}
	s.families = append(s.families, f)
}

// Label is a dimension of a family, with every value that it can have. A value that
// is not among them counts as the last.
type Label struct {
	Name   string
	Values []string
}

// series returns every combination of labels as it is written, in the order of at.
func series(labels []Label) []string {
	all := []string{""}
	for _, l := range labels {
		var longer []string
		for _, before := range all {
			for _, value := range l.Values {
				longer = append(longer, join(before, l.Name+`="`+inLabel.Replace(value)+`"`))
			}
		}
		all = longer
	}
	return all
}

func join(before, pair string) string {
	if before == "" {
		return pair
	}
	return before + "," + pair
}

// How the values of labels, and help, are written. Replacers are large: one each.
var (
	inLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	inHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
)

// at returns the place of a combination of values.
func at(labels []Label, values []string) int {
	place := 0
	for i, l := range labels {
		v := slices.Index(l.Values, values[i])
		if v < 0 {
			v = len(l.Values) - 1
		}
		place = place*len(l.Values) + v
	}
	return place
}

// Counter is a family of counters, one for each combination of its labels.
type Counter struct {
	labels []Label
	counts []atomic.Int64
}

// Counter makes a counter. Its name ends in _total.
func (s *Set) Counter(name, help string, labels ...Label) *Counter {
	all := series(labels)
	c := &Counter{labels: labels, counts: make([]atomic.Int64, len(all))}
	s.add(family{name, help, TypeCounter, func(p *page, name string) {
		for i, series := range all {
			p.sample(name, series, float64(c.counts[i].Load()))
		}
	}})
	return c
}

// Inc adds one; it takes a value for each label, in their order.
func (c *Counter) Inc(values ...string) { c.counts[at(c.labels, values)].Add(1) }

// Add adds n, which is not negative; it takes a value for each label.
func (c *Counter) Add(n int64, values ...string) { c.counts[at(c.labels, values)].Add(n) }

// Histogram is a family of histograms of durations, one for each combination of its
// labels.
type Histogram struct {
	labels []Label
	bounds []float64
	each   []distribution
}

type distribution struct {
	buckets []atomic.Int64 // one for each bound, and one for what is above
	micros  atomic.Int64   // the sum; an integer, since there is no atomic addition of floats
}

// Histogram makes a histogram with these upper bounds, rising, in seconds. Its name
// ends in _seconds.
func (s *Set) Histogram(name, help string, bounds []float64, labels ...Label) *Histogram {
	all := series(labels)
	h := &Histogram{labels: labels, bounds: bounds, each: make([]distribution, len(all))}
	for i := range h.each {
		h.each[i].buckets = make([]atomic.Int64, len(bounds)+1)
	}
	s.add(family{name, help, "histogram", func(p *page, name string) {
		for i, series := range all {
			h.write(p, name, series, &h.each[i])
		}
	}})
	return h
}

// Observe notes a duration in seconds; it takes a value for each label.
func (h *Histogram) Observe(seconds float64, values ...string) {
	d := &h.each[at(h.labels, values)]
	i, _ := slices.BinarySearch(h.bounds, seconds)
	d.buckets[i].Add(1)
	d.micros.Add(int64(seconds * 1e6))
}

func (h *Histogram) write(p *page, name, series string, d *distribution) {
	count := int64(0)
	for i := range d.buckets {
		count += d.buckets[i].Load()
		bound := math.Inf(1)
		if i < len(h.bounds) {
			bound = h.bounds[i]
		}
		p.sample(name+"_bucket", join(series, `le="`+number(bound)+`"`), float64(count))
	}
	p.sample(name+"_sum", series, float64(d.micros.Load())/1e6)
	p.sample(name+"_count", series, float64(count))
}

// Func makes a family of one value, which is asked for whenever the page is written.
// When it is not known, it is left out.
func (s *Set) Func(name, help, kind string, value func() (n float64, known bool)) {
	s.add(family{name, help, kind, func(p *page, name string) {
		if n, known := value(); known {
			p.sample(name, "", n)
		}
	}})
}

// Constant makes a gauge that is always 1, and says something by its labels, each of
// which has one value.
func (s *Set) Constant(name, help string, labels ...Label) {
	said := series(labels)[0]
	s.add(family{name, help, TypeGauge, func(p *page, name string) { p.sample(name, said, 1) }})
}

// Write writes the page. Its error is the writer's.
func (s *Set) Write(w io.Writer) error {
	s.mu.Lock()
	families := slices.Clone(s.families)
	s.mu.Unlock()
	var p page
	for _, f := range families {
		p.WriteString("# HELP " + f.name + " " + inHelp.Replace(f.help) + "\n")
		p.WriteString("# TYPE " + f.name + " " + f.kind + "\n")
		f.write(&p, f.name)
	}
	_, err := w.Write(p.Bytes())
	return err
}

type page struct{ bytes.Buffer }

func (p *page) sample(name, series string, value float64) {
	p.WriteString(name)
	if series != "" {
		p.WriteString("{" + series + "}")
	}
	p.WriteString(" " + number(value) + "\n")
}

func number(f float64) string {
	if math.IsInf(f, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
