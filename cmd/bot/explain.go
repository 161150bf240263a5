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
	switch cmd.Format {
	case "json":
		err = explainJSON(c.out, d)
	case "markdown":
		explainMarkdown(c.out, d)
	default:
		explainText(c.out, d)
	}
	if err == nil && (len(d.Items) == 0 || d.Outcome == triage.OutcomeNearest) {
		return errNothing
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
	ID  string `json:"id"`
	Why string `json:"why"`
	*kb.Article
}

func explainJSON(w io.Writer, d triage.Decision) error {
	e := explanation{Outcome: d.Outcome, Understood: d.Understood, Reason: d.Reason, Articles: []explained{}}
	for _, item := range d.Items {
		for _, a := range item.Options {
			e.Articles = append(e.Articles, explained{ID: a.ID(), Why: item.Why, Article: a})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(e)
}

func explainMarkdown(w io.Writer, d triage.Decision) {
	if len(d.Items) == 0 {
		fmt.Fprintln(w, nothingLine(d))
		return
	}
	for _, item := range d.Items {
		if heading := itemHeading(d, item); heading != "" {
			fmt.Fprintf(w, "_%s_\n\n", heading)
		}
		for _, a := range item.Options {
			fmt.Fprintf(w, "# %s\n\n**%s**\n\n_%s_\n\n## Cause\n\n%s\n\n## Steps\n\n", a.Heading(), a.Title, item.Why, strings.TrimSpace(a.Cause))
			for _, step := range a.Steps {
				fmt.Fprintf(w, "- [ ] %s\n", strings.ReplaceAll(strings.TrimSpace(step.Text), "\n", "\n  "))
			}
			fmt.Fprintf(w, "\n## Fix\n\n%s\n\n", strings.TrimSpace(a.Fix))
			for _, l := range a.Links {
				fmt.Fprintf(w, "Source: [%s](%s)%s\n\n", l.Title, l.URL, lastEdited(l))
			}
		}
	}
}

func explainText(w io.Writer, d triage.Decision) {
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
			continue
		}
		articleText(w, item.Options[0], item.Why)
	}
}

func articleText(w io.Writer, a *kb.Article, why string) {
	fmt.Fprintf(w, "%s\n%s\n%s\n\nWhy this article: %s\n\nCause\n%s\n\nSteps\n",
		a.Heading(), strings.Repeat("=", utf8.RuneCountInString(a.Heading())), a.Title, why, indented(mrkdwn.Plain(a.Cause), "  "))
	for i, step := range a.Steps {
		fmt.Fprintf(w, "  %d. %s\n", i+1, strings.TrimSpace(indented(mrkdwn.Plain(step.Text), "     ")))
	}
	fmt.Fprintf(w, "\nFix\n%s\n", indented(mrkdwn.Plain(a.Fix), "  "))
	for _, l := range a.Links {
		fmt.Fprintf(w, "\nSource: %s%s\n        %s\n", l.Title, lastEdited(l), l.URL)
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

func lastEdited(l kb.Link) string {
	edited, err := time.Parse(time.DateOnly, l.Edited)
	if err != nil {
		return ""
	}
	return edited.Format(" (last edited 2 January 2006)")
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
