package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/kb"
	"apierrorbot/internal/triage"
)

type kbCommand struct {
	Check kbCheckCommand `cmd:"" help:"Check articles: every problem with its file, line and mend."`
	List  kbListCommand  `cmd:"" help:"List the articles."`
}

type kbCheckCommand struct {
	Dir string `arg:"" optional:"" help:"Folder of articles. Default: KB_DIR, or the articles in the binary."`
}

func (cmd *kbCheckCommand) Help() string {
	return `Exit code 1 when there is a problem. Fit for a pre-commit hook or a pull request's check.

Examples:
  bot kb check kb
  KB_DIR=./kb bot kb check`
}

// Run loads the articles, lets the bot read their examples, and renders each as
// the reply that people will see.
func (cmd *kbCheckCommand) Run(cl *commandLine, c console) error {
	base, err := cl.loadBase(cmd.Dir)
	var broken kb.Problems
	var problems []string
	switch {
	case errors.As(err, &broken):
		problems = problemLines(broken)
	case err != nil:
		return err
	default:
		problems = append(problemLines(triage.CheckExamples(base)), handlers.CheckRendering(base)...)
	}
	if len(problems) > 0 {
		for _, p := range problems {
			fmt.Fprintln(c.out, p)
		}
		fmt.Fprintf(c.err, "bot: %d to mend\n", len(problems))
		return errReported
	}
	examples := 0
	for _, a := range base.Articles() {
		examples += len(a.Examples) + len(a.CounterExamples)
	}
	fmt.Fprintf(c.out, "%s, %s, no problems\n", count(len(base.Articles()), "article"), count(examples, "example"))
	return nil
}

func problemLines(problems kb.Problems) []string {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.String()
	}
	return lines
}

// count is a number and its noun: "1 article", "9 articles".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

type kbListCommand struct{}

// Run prints a line for each article.
func (cmd *kbListCommand) Run(cl *commandLine, c console) error {
	base, err := cl.loadBase("")
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, a := range base.Articles() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", a.ID(), count(len(a.Steps), "step"), a.Title)
	}
	return t.Flush()
}
