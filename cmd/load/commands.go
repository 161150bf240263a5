package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

type runCommand struct {
	load
	JSON bool `help:"Print the figures as JSON."`
}

// Run measures one load.
func (cmd *runCommand) Run(ctx context.Context, lab *lab) error {
	res, err := lab.measure(ctx, cmd.load)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(map[string]any{"machine": machine(), "load": cmd.load, "result": res})
	}
	t := newTable()
	t.row("load", res)
	return t.print()
}

type tableCommand struct {
	Runs     int           `default:"3" help:"How often each load is run; the run with the median throughput is shown."`
	Duration time.Duration `default:"10s" help:"How long each is measured."`
	Database string        `placeholder:"URL" help:"Database of the bot. Default: a new SQLite file for each run."`
	JSON     bool          `help:"Print the figures as JSON."`
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

type namedLoad struct {
	name string
	set  func(*load)
}

// defaults are the settings of a run without flags.
func defaults() load {
	return load{InFlight: 32, Every: 1, Duration: 10 * time.Second, Warmup: 2 * time.Second, Channels: 20, People: 50, Days: 30, Replicas: 1}
}

// Run measures the standard loads.
func (cmd *tableCommand) Run(ctx context.Context, lab *lab) error {
	t := newTable()
	for _, n := range standardLoads() {
		l := defaults()
		l.Duration, l.Database = cmd.Duration, cmd.Database
		n.set(&l)
		res, err := lab.median(ctx, l, cmd.Runs)
		if err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		t.row(n.name, res)
	}
	if cmd.JSON {
		return printJSON(map[string]any{"machine": machine(), "runs": cmd.Runs, "results": t.results})
	}
	return t.print()
}

// median measures a load several times and returns the run with the median throughput.
func (lab *lab) median(ctx context.Context, l load, runs int) (result, error) {
	var all []result
	for range max(runs, 1) {
		res, err := lab.measure(ctx, l)
		if err != nil {
			return result{}, err
		}
		all = append(all, res)
	}
	slices.SortFunc(all, func(a, b result) int { return cmp.Compare(a.PerSecond, b.PerSecond) })
	return all[len(all)/2], nil
}

type curvesCommand struct {
	Which    []string      `arg:"" optional:"" help:"Which curves: articles, cases, channels, length, clickers, days, replicas. Default: all but replicas, which need --database."`
	Duration time.Duration `default:"5s" help:"How long each point is measured."`
	Database string        `placeholder:"URL" help:"An empty PostgreSQL database, for the curve of replicas."`
}

// curves are what is changed, and the points.
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

type curve struct {
	points []int
	chat   float64
	set    func(*load, int)
}

// Run measures curves.
func (cmd *curvesCommand) Run(ctx context.Context, lab *lab) error {
	which := cmd.Which
	if len(which) == 0 {
		which = []string{"articles", "cases", "channels", "length", "clickers", "days"}
	}
	t := newTable()
	for _, name := range which {
		c, ok := curves()[name]
		if !ok {
			return fmt.Errorf("there is no curve %q: see load curves --help", name)
		}
		for _, n := range c.points {
			l := defaults()
			l.Chat, l.Duration = c.chat, cmd.Duration
			if name == "replicas" {
				l.Database = cmd.Database
			}
			c.set(&l, n)
			res, err := lab.measure(ctx, l)
			if err != nil {
				return fmt.Errorf("%s %d: %w", name, n, err)
			}
			t.row(fmt.Sprintf("%s: %d", name, n), res)
		}
	}
	return t.print()
}

type soakCommand struct {
	Messages int     `default:"1000000" help:"How many messages."`
	Chat     float64 `default:"0.9" help:"Share of ordinary chat."`
	Rows     int     `default:"10" help:"How often to look."`
}

// Run sends very many messages and prints what the bot uses, every now and then: nothing of it should grow but the
// database, which is bounded by what is kept.
func (cmd *soakCommand) Run(ctx context.Context, lab *lab) error {
	const probe = "127.0.0.1:19190"
	l := defaults()
	l.Chat, l.Messages = cmd.Chat, cmd.Messages/max(cmd.Rows, 1)
	r, err := lab.setUp(ctx, l, "HTTP_ADDR="+probe)
	if err != nil {
		return err
	}
	defer r.tearDown()
	drive, err := r.driver(ctx)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, machine())
	fmt.Fprintln(out, "messages\treplies\tmsg/s\tack p99 ms\tanswer p99 ms\tmemory MB\tgoroutines\tfiles\tdatabase MB")
	for sent := 0; sent < cmd.Messages; {
		r.forgetFigures()
		began := time.Now()
		if err := drive(began.Add(24*time.Hour), l.Messages); err != nil {
			return err
		}
		var res result
		if err := r.figures(&res); err != nil {
			return err
		}
		sent += res.Messages
		u, err := r.usage()
		if err != nil {
			return err
		}
		running, err := goroutines(probe)
		if err != nil {
			return err
		}
		size, err := databaseSize(r.Database)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d\t%d\t%.0f\t%.1f\t%.1f\t%.1f\t%d\t%d\t%.1f\n", sent, res.Replies,
			float64(res.Messages)/time.Since(began).Seconds(), res.Ack.P99, res.Answer.P99, u.resident, running, u.files, size)
		out.Flush()
	}
	return nil
}

// databaseSize returns how large an SQLite database is, in MB, with its log.
func databaseSize(url string) (float64, error) {
	var sum int64
	path := strings.TrimPrefix(url, "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		info, err := os.Stat(file)
		if err != nil {
			return 0, err
		}
		sum += info.Size()
	}
	return float64(sum) / (1 << 20), nil
}

// table prints results.
type table struct {
	out     *tabwriter.Writer
	results []tableRow
}

type tableRow struct {
	Name string `json:"name"`
	result
}

func newTable() *table {
	t := &table{out: tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)}
	return t
}

// row adds a result, and says on standard error that it is there.
func (t *table) row(name string, r result) {
	t.results = append(t.results, tableRow{name, r})
	fmt.Fprintf(os.Stderr, "%s: %.0f/s\n", name, r.PerSecond)
}

func (t *table) print() error {
	fmt.Fprintln(t.out, "load\tper s\treplies/s\tCPU s per 1,000\tSlack's\tidle MB\tpeak MB\tready ms\tack p50\tp99\tof errors p99\tanswer p50\tp99\tnot acked\t")
	for _, r := range t.results {
		fmt.Fprintf(t.out, "%s\t%.0f\t%.0f\t%.3f\t%.3f\t%.1f\t%.1f\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t\n",
			r.Name, r.PerSecond, r.RepliesPerSecond, r.CPUPer1000, r.SlackCPUPer1000, r.MemoryIdle, r.MemoryPeak, r.ReadyMS,
			r.Ack.P50, r.Ack.P99, r.Stored.P99, r.Answer.P50, r.Answer.P99, r.Lost)
	}
	fmt.Println(machine())
	return t.out.Flush()
}

func printJSON(v any) error {
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// machine says what the figures are from.
func machine() string {
	return fmt.Sprintf("%d cores (%s), %s, %s/%s", runtime.NumCPU(), processor(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// processor reads the processor's name.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "model name"); ok {
			return strings.TrimLeft(name, "\t :")
		}
	}
	return "unknown"
}
