package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/triage"
)

type explainCommand struct {
	Text   []string `arg:"" optional:"" help:"The error. Default: standard input."`
	Format string   `default:"text" enum:"text,json,markdown" help:"text, json or markdown."`
	Ask    bool     `help:"Take the text for a question, as in a slash command: words alone are enough."`
	Why    bool     `help:"Print the whole chain: what was found where, and why it won."`
}

func (cmd *explainCommand) Help() string {
	return `Exit code 0: an article was found; 3: none fits, or the bot would be silent.

Examples:
  bot explain '403 FORBIDDEN'
  bot explain --ask too many request
  curl -s https://api.example.org/Patient/1 | bot explain
  bot explain --format=json --ask 429 | jq .articles`
}

// maxInput bounds what explain reads: Slack's longest message has 40,000
// characters.
const maxInput = 1 << 20

// Run explains one error.
func (cmd *explainCommand) Run(cl *commandLine, c console) error {
	base, err := cl.loadBase("")
	if err != nil {
		return err
	}
	text := strings.Join(cmd.Text, " ")
	if len(cmd.Text) == 0 {
		in, err := io.ReadAll(io.LimitReader(c.in, maxInput+1))
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
		if len(in) > maxInput {
			return errors.New("standard input is longer than 1 MiB: give the error alone")
		}
		text = string(in)
	}
	mode := triage.Auto
	if cmd.Ask {
		mode = triage.Query
	}
	d := triage.Decide(base, triage.Input{Text: text}, mode)
	if cmd.Why {
		fmt.Fprintln(c.out, triage.Explain(base, triage.Input{Text: text}, mode))
	}
	now := time.Now() // the text is taken for a message of now
	switch cmd.Format {
	case "json":
		err = explainJSON(c.out, d)
	case "markdown":
		explainMarkdown(c.out, d, now)
	default:
		explainText(c.out, d, now)
	}
	if err == nil && (len(d.Items) == 0 || d.Outcome == triage.OutcomeNearest) {
		return errNegative
	}
	return err
}

// explanation is what explain prints as JSON.
type explanation struct {
	Outcome    triage.Outcome `json:"outcome"`
	Understood string         `json:"understood,omitempty"`
	Reason     string         `json:"reason,omitempty"`
	Articles   []explained    `json:"articles"`
}

type explained struct {
	ID      string            `json:"id"`
	Why     string            `json:"why"`
	Details []explainedDetail `json:"details,omitempty"`
	*kb.Article
}

// explainedDetail is what the text says about the error. Value is a name, an id,
// seconds or a Unix time.
type explainedDetail struct {
	Kind  triage.DetailKind `json:"kind"`
	Name  string            `json:"name,omitempty"`
	Value string            `json:"value"`
}

func explainJSON(w io.Writer, d triage.Decision) error {
	e := explanation{Outcome: d.Outcome, Understood: d.Understood, Reason: d.Reason, Articles: []explained{}}
	for _, item := range d.Items {
		for _, a := range item.Options {
			one := explained{ID: a.ID(), Why: item.Why, Article: a}
			for _, detail := range item.Details {
				if triage.Helps(detail.Kind, a.Status) {
					one.Details = append(one.Details, explainedDetail(detail))
				}
			}
			e.Articles = append(e.Articles, one)
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(e)
}

func explainMarkdown(w io.Writer, d triage.Decision, now time.Time) {
	if len(d.Items) == 0 {
		fmt.Fprintln(w, nothingLine(d))
		return
	}
	for _, item := range d.Items {
		if heading := itemHeading(d, item); heading != "" {
			fmt.Fprintf(w, "_%s_\n\n", heading)
		}
		for _, a := range item.Options {
			fmt.Fprintf(w, "# %s\n\n**%s**\n\n_%s_\n\n", a.Heading(), a.Title, item.Why)
			if lines := detailLines(item, now, a.Status); len(lines) > 0 {
				fmt.Fprintf(w, "- %s\n\n", strings.Join(lines, "\n- "))
			}
			fmt.Fprintf(w, "## Cause\n\n%s\n\n## Steps\n\n", strings.TrimSpace(a.Cause))
			for _, step := range a.Steps {
				fmt.Fprintf(w, "- [ ] %s\n", strings.ReplaceAll(strings.TrimSpace(step.Text), "\n", "\n  "))
			}
			fmt.Fprintf(w, "\n## Fix\n\n%s\n\n", strings.TrimSpace(a.Fix))
			for _, l := range a.Links {
				fmt.Fprintf(w, "Source: [%s](%s)%s\n\n", l.Title, l.URL, l.LastEdited())
			}
		}
	}
}

func explainText(w io.Writer, d triage.Decision, now time.Time) {
	if len(d.Items) == 0 {
		fmt.Fprintln(w, nothingLine(d))
		return
	}
	for i, item := range d.Items {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if len(item.Options) > 1 || d.Outcome == triage.OutcomeNearest {
			fmt.Fprintf(w, "%s\n%s\n\n", itemHeading(d, item), item.Why)
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
			for _, a := range item.Options {
				fmt.Fprintf(t, "  %s\t%s\n", a.Heading(), a.Title)
			}
			t.Flush()
			printDetails(w, detailLines(item, now, statuses(item)...))
			continue
		}
		a := item.Options[0]
		articleText(w, a, item.Why, detailLines(item, now, a.Status))
	}
}

// detailLines says what the text says about an item's error, ids included.
func detailLines(item triage.Item, now time.Time, statuses ...int) []string {
	lines := triage.Lines(item.Details, now, statuses...)
	if ids := triage.IDs(item.Details); ids != "" {
		lines = append(lines, ids)
	}
	return lines
}

func statuses(item triage.Item) []int {
	var list []int
	for _, a := range item.Options {
		list = append(list, a.Status)
	}
	return list
}

func printDetails(w io.Writer, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(w, "\nFrom your text\n%s\n", indented(strings.Join(lines, "\n"), "  "))
	}
}

func articleText(w io.Writer, a *kb.Article, why string, details []string) {
	fmt.Fprintf(w, "%s\n%s\n%s\n\nWhy this article: %s\n",
		a.Heading(), strings.Repeat("=", utf8.RuneCountInString(a.Heading())), a.Title, why)
	printDetails(w, details)
	fmt.Fprintf(w, "\nCause\n%s\n\nSteps\n", indented(mrkdwn.Plain(a.Cause), "  "))
	for i, step := range a.Steps {
		fmt.Fprintf(w, "  %d. %s\n", i+1, strings.TrimSpace(indented(mrkdwn.Plain(step.Text), "     ")))
	}
	fmt.Fprintf(w, "\nFix\n%s\n", indented(mrkdwn.Plain(a.Fix), "  "))
	for _, l := range a.Links {
		fmt.Fprintf(w, "\nSource: %s%s\n        %s\n", l.Title, l.LastEdited(), l.URL)
	}
}

// itemHeading says what several articles under one item mean.
func itemHeading(d triage.Decision, item triage.Item) string {
	switch {
	case d.Outcome == triage.OutcomeNearest:
		return "No article fits. These come nearest:"
	case len(item.Options) > 1:
		return "Several articles fit:"
	}
	return ""
}

func nothingLine(d triage.Decision) string {
	switch {
	case d.Outcome == triage.OutcomeSilent:
		return "The bot would be silent: " + d.Reason + ". Use --ask to take the text for a question."
	case d.Understood != "":
		return "No article for " + d.Understood + ". See bot kb list for what there is."
	default:
		return "No article for that. See bot kb list for what there is."
	}
}

const textWidth = 78

// indented wraps text to a terminal's width and indents it.
func indented(text, indent string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		width := 0
		for _, word := range strings.Fields(line) {
			length := utf8.RuneCountInString(word)
			switch {
			case width == 0:
				b.WriteString(indent)
			case len(indent)+width+1+length > textWidth:
				b.WriteString("\n" + indent)
				width = 0
			default:
				b.WriteByte(' ')
				width++
			}
			b.WriteString(word)
			width += length
		}
	}
	return b.String()
}
