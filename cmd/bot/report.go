package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"unicode"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/triage"
)

// labelled is a line of a report: a message, and what should become of it.
type labelled struct {
	archived
	expected
}

type expected struct {
	triage.Label
	Family string `json:"family"`
}

func (l *labelled) read(line []byte) (problem string) {
	if problem := l.archived.read(line); problem != "" {
		return problem
	}
	if err := json.Unmarshal(line, &l.expected); err != nil {
		return `"want", "want_articles" or "family" is no text, or no list of texts: see bot replay --help`
	}
	switch l.Want {
	case triage.OutcomeArticle, triage.OutcomeChoice, triage.OutcomeNearest, triage.OutcomeMiss, triage.OutcomeSilent:
		return ""
	case "":
		return `no "want": add article, choice, nearest, miss or silent`
	}
	return `"want" is no outcome: write article, choice, nearest, miss or silent`
}

// report is what became of labelled messages, by family.
type report struct {
	base     *kb.Base
	out      io.Writer
	families []string // in the order of appearance
	tallies  map[string]*triage.Tally
}

// reportOn prints each line that failed, and then a table of the families. The
// error is errNegative if one failed, errReported if one could not be read.
func reportOn(base *kb.Base, files []string, stdin io.Reader, out, problems io.Writer) error {
	r := &report{base: base, out: out, tallies: make(map[string]*triage.Tally)}
	err := eachLine(files, stdin, problems, r.line)
	if err != nil && !errors.Is(err, errReported) {
		return err
	}
	all := r.table()
	if err == nil && all.Failed > 0 {
		return errNegative
	}
	return err
}

// line judges one line.
func (r *report) line(file string, n int, line []byte) (problem string, err error) {
	var l labelled
	if problem := l.read(line); problem != "" {
		return problem, nil
	}
	if l.Family == "" {
		l.Family = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	tally := r.tallies[l.Family]
	if tally == nil {
		tally = new(triage.Tally)
		r.tallies[l.Family] = tally
		r.families = append(r.families, l.Family)
	}
	d := triage.Decide(r.base, l.input(), l.Mode)
	j := l.Judge(d)
	tally.Count(&l.Label, j)
	if !j.Met {
		r.failure(fmt.Sprintf("%s:%d", file, n), &l, d)
	}
	return "", nil
}

// failure prints a line that failed, with the whole chain that led to it.
func (r *report) failure(place string, l *labelled, d triage.Decision) {
	fmt.Fprintf(r.out, "%s: %s\n", place, l.ID)
	part := func(name, text string) {
		fmt.Fprintf(r.out, "  %-5s %s\n", name, strings.ReplaceAll(printable(text), "\n", "\n        "))
	}
	part("text", *l.Text)
	part("want", strings.TrimSpace(string(l.Want)+" "+strings.Join(l.WantArticles, " ")))
	part("got", strings.TrimSpace(string(d.Outcome)+" "+strings.Join(d.ArticleIDs(), " ")))
	part("why", triage.Explain(r.base, l.input(), l.Mode).String())
	fmt.Fprintln(r.out)
}

// printable replaces what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// table prints a line for each family and one for all, which it returns.
func (r *report) table() triage.Tally {
	var all triage.Tally
	t := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "family\tmessages\trecall\t\tclean\t\tfalse alarms\tfailed\n")
	for _, family := range r.families {
		tally := r.tallies[family]
		tableRow(t, family, tally)
		all.Add(*tally)
	}
	tableRow(t, "all", &all)
	t.Flush()
	return all
}

func tableRow(w io.Writer, family string, t *triage.Tally) {
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%d\n", printable(family), t.Messages,
		share(t.Found, t.Answers), share(t.Clean, t.Answers), falseAlarms(t), t.Failed)
}

// share fills two columns: how many of how many, and the percentage. It is never
// rounded up to all of them.
func share(n, of int) string {
	if of == 0 {
		return "-\t"
	}
	return fmt.Sprintf("%d of %d\t%.1f %%", n, of, float64(1000*n/of)/10)
}

func falseAlarms(t *triage.Tally) string {
	if t.Silences == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d", t.FalseAlarms, t.Silences)
}
