package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
)

// table collects what loads gave. One that fails takes nothing from the rest.
type table struct {
	Machine string      `json:"machine"`
	Results []tableRow  `json:"results"`
	Failed  []failedRow `json:"failed,omitempty"`
}

type tableRow struct {
	Name   string `json:"name"`
	Load   load   `json:"load"`
	Result result `json:"result"`
}

type failedRow struct {
	Name  string `json:"name"`
	Error string `json:"error"`
}

// measure adds a load, and says on standard error what became of it. When ctx has ended it does nothing.
func (t *table) measure(ctx context.Context, name string, l load, how func(context.Context, load) (result, error)) {
	if ctx.Err() != nil {
		return
	}
	res, err := how(ctx, l)
	if res.PerSecond > 0 {
		fmt.Fprintf(os.Stderr, "%s: %.0f/s\n", name, res.PerSecond)
		t.Results = append(t.Results, tableRow{name, l, res})
	}
	switch {
	case ctx.Err() != nil:
		t.Failed = append(t.Failed, failedRow{name, "interrupted, and what should have followed was not measured"})
	case err != nil:
		fmt.Fprintf(os.Stderr, "%s: failed\n", name)
		t.Failed = append(t.Failed, failedRow{name, err.Error()})
	}
}

// print prints what there is, and fails if anything is missing.
func (t *table) print(asJSON bool) error {
	t.Machine = machine()
	var err error
	if asJSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		err = out.Encode(t)
	} else {
		err = t.printText()
	}
	for _, f := range t.Failed {
		err = errors.Join(err, fmt.Errorf("%s: %s", f.Name, f.Error))
	}
	return err
}

// printText prints a line for each result. Two of its columns are processor time: the bots', and beside it that of
// this process, which must not cost more than what it measures.
func (t *table) printText() error {
	if len(t.Results) == 0 {
		return nil
	}
	fmt.Println(t.Machine)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\t\t\tCPU s per 1,000\t\tmemory MB\t\tready\tack ms\t\tof errors\tanswer ms\t\tnot\t")
	fmt.Fprintln(out, "load\tper s\treplies/s\tbot\tload\tidle\tpeak\tms\tp50\tp99\tp99\tp50\tp99\tacked\t")
	for _, row := range t.Results {
		r := row.Result
		fmt.Fprintf(out, "%s\t%.0f\t%.0f\t%.3f\t%.3f\t%.1f\t%.1f\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t\n",
			row.Name, r.PerSecond, r.RepliesPerSecond, r.BotCPU, r.LoadCPU, r.MemoryIdle, r.MemoryPeak, r.Ready,
			r.Ack.P50, r.Ack.P99, r.ErrorAck.P99, r.Answer.P50, r.Answer.P99, r.NotAcked)
	}
	return out.Flush()
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
