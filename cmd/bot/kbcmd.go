package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/kb"
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

// Run loads the articles, and renders each as the reply that people will see.
func (cmd *kbCheckCommand) Run(cl *commandLine, c console) error {
	base, err := cl.loadBase(cmd.Dir)
	var problems kb.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			fmt.Fprintln(c.out, p)
		}
		fmt.Fprintf(c.err, "bot: %d to mend\n", len(problems))
		return errReported
	}
	if err != nil {
		return err
	}
	if misfits := handlers.CheckRendering(base); len(misfits) > 0 {
		for _, m := range misfits {
			fmt.Fprintln(c.out, m)
		}
		return errReported
	}
	fmt.Fprintf(c.out, "%d articles, no problems\n", len(base.Articles()))
	return nil
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
		fmt.Fprintf(t, "%s\t%d steps\t%s\n", a.ID(), len(a.Steps), a.Title)
	}
	return t.Flush()
}
