package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

type runCommand struct {
	load
	JSON bool `help:"Print the figures as JSON."`
}

func (*runCommand) Help() string {
	return `Examples:
  go run ./cmd/load run --chat 0.9                        32 messages in flight, 90 % of them chat
  go run ./cmd/load run --chat 0.9 --rate 1000            a thousand messages a second, 90 % of them chat
  go run ./cmd/load run --latency 50ms --json             errors only, each call to Slack takes 50 ms
  go run ./cmd/load run --clickers 50 --messages 5000     5,000 clicks of 50 people`
}

// Run measures one load.
func (cmd *runCommand) Run(ctx context.Context, lab *lab) error {
	var t table
	t.measure(ctx, "run", cmd.load, lab.measure)
	return t.print(cmd.JSON)
}

type tableCommand struct {
	Runs     int           `default:"3" help:"How often each load is run; the run with the median throughput is shown."`
	Duration time.Duration `default:"10s" help:"How long each is measured."`
	Database string        `placeholder:"URL" help:"Database of the bot. Default: a new SQLite file for each run."`
	JSON     bool          `help:"Print the figures as JSON."`
}

func (*tableCommand) Help() string {
	return `Examples:
  go run ./cmd/load table                                 what docs/performance.md shows
  go run ./cmd/load table --runs 1 --duration 3s          the same, quick and rough`
}

// Validate refuses what makes no sense.
func (cmd *tableCommand) Validate() error {
	if cmd.Runs < 1 {
		return errors.New("--runs must be at least 1")
	}
	return nil
}

type namedLoad struct {
	name string
	set  func(*load)
}

// standardLoads are what docs/performance.md shows.
func standardLoads() []namedLoad {
	return []namedLoad{
		{"errors only, 32 in flight", func(l *load) {}},
		{"90 % chat, 32 in flight", func(l *load) { l.Chat = 0.9 }},
		{"errors only, 32 in flight, calls take 50 ms", func(l *load) { l.Latency = 50 * time.Millisecond }},
		{"1,000 messages a second, 90 % chat", func(l *load) { l.Chat, l.Rate = 0.9, 1000 }},
		{"50 errors a second, every second call takes 2 s", func(l *load) {
			l.Rate, l.Latency, l.Every = 50, 2*time.Second, 2
		}},
		{"50 people click", func(l *load) { l.Clickers = 50 }},
	}
}

// Run measures the standard loads.
func (cmd *tableCommand) Run(ctx context.Context, lab *lab) error {
	var t table
	for _, n := range standardLoads() {
		l := defaults()
		l.Duration, l.Database = cmd.Duration, cmd.Database
		n.set(&l)
		t.measure(ctx, n.name, l, func(ctx context.Context, l load) (result, error) { return lab.median(ctx, l, cmd.Runs) })
	}
	return t.print(cmd.JSON)
}

// median measures a load several times and returns the run with the median throughput, of two in the middle the lower.
// When some runs failed it returns their errors, and the median of the others.
func (lab *lab) median(ctx context.Context, l load, runs int) (result, error) {
	var all []result
	var errs []error
	for range runs {
		res, err := lab.measure(ctx, l)
		if err == nil {
			all = append(all, res)
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	if len(all) == 0 {
		return result{}, errors.Join(errs...)
	}
	slices.SortFunc(all, func(a, b result) int { return cmp.Compare(a.PerSecond, b.PerSecond) })
	return all[(len(all)-1)/2], errors.Join(errs...)
}

type curvesCommand struct {
	Which    []string      `arg:"" optional:"" help:"Which curves: articles, cases, channels, length, clickers, days, replicas. Default: all but replicas, which need --database."`
	Duration time.Duration `default:"5s" help:"How long each point is measured."`
	Database string        `placeholder:"URL" help:"An empty PostgreSQL database, for the curve of replicas."`
	JSON     bool          `help:"Print the figures as JSON."`
}

func (*curvesCommand) Help() string {
	return `Examples:
  go run ./cmd/load curves                                            all but replicas
  go run ./cmd/load curves articles length                            9 to 10,000 articles, 100 to 40,000 characters
  go run ./cmd/load curves replicas --database=postgres://localhost/load`
}

// Validate refuses what makes no sense.
func (cmd *curvesCommand) Validate() error {
	for _, name := range cmd.Which {
		if _, ok := curves()[name]; !ok {
			return fmt.Errorf("there is no curve %q: name some of %s", name, strings.Join(slices.Sorted(maps.Keys(curves())), ", "))
		}
	}
	if slices.Contains(cmd.Which, "replicas") && !(load{Database: cmd.Database}).onPostgres() {
		return errors.New("the curve of replicas needs a database that they share: name an empty one with --database=postgres://…")
	}
	return nil
}

// curve changes one thing and keeps the rest.
type curve struct {
	points []int
	chat   float64
	set    func(*load, int)
}

func curves() map[string]curve {
	return map[string]curve{
		"articles": {[]int{9, 100, 1_000, 10_000}, 0.9, func(l *load, n int) { l.Articles = n }},
		"cases":    {[]int{10, 1_000, 100_000, 1_000_000}, 0, func(l *load, n int) { l.Cases = n }},
		"channels": {[]int{1, 10, 100, 1_000}, 0.9, func(l *load, n int) { l.Channels = n }},
		"length":   {[]int{100, 1_000, 4_000, 16_000, 40_000}, 0.9, func(l *load, n int) { l.Length = n }},
		"clickers": {[]int{1, 10, 50, 200}, 0, func(l *load, n int) { l.Clickers, l.People = n, max(n, l.People) }},
		"days":     {[]int{1, 30, 90, 365}, 0, func(l *load, n int) { l.Days, l.Cases = n, n*500 }},
		"replicas": {[]int{1, 2, 4}, 0, func(l *load, n int) { l.Replicas = n }},
	}
}

// Run measures curves.
func (cmd *curvesCommand) Run(ctx context.Context, lab *lab) error {
	which := cmd.Which
	if len(which) == 0 {
		which = []string{"articles", "cases", "channels", "length", "clickers", "days"}
	}
	var t table
	for _, name := range which {
		c := curves()[name]
		for _, n := range c.points {
			l := defaults()
			l.Chat, l.Duration = c.chat, cmd.Duration
			if name == "replicas" {
				l.Database = cmd.Database
			}
			c.set(&l, n)
			t.measure(ctx, fmt.Sprintf("%s: %d", name, n), l, lab.measure)
		}
	}
	return t.print(cmd.JSON)
}
