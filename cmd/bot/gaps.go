package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/store"
)

type gapsCommand struct {
	DatabaseURL string `env:"DATABASE_URL" placeholder:"URL" help:"Where the bot keeps its cases. Default: sqlite:apierror-bot.db"`
	Format      string `default:"text" enum:"text,json" help:"text or json."`
}

func (cmd *gapsCommand) Help() string {
	return `Lists the errors that people posted or asked about and that no article is about: how
many messages, the status, the code, when first and when last, the most frequent first.
An error that has an article by now is left out. It only reads the database; the bot may
be running.

Examples:
  bot gaps
  KB_DIR=./kb bot gaps --format=json | jq '.[0].code'`
}

// gap is a gap as it is printed as JSON.
type gap struct {
	Status int       `json:"status"` // 0: none
	Code   string    `json:"code"`   // "": none
	Count  int64     `json:"count"`
	First  time.Time `json:"first_seen"`
	Last   time.Time `json:"last_seen"`
}

// Run lists the gaps that are still open.
func (cmd *gapsCommand) Run(ctx context.Context, cl *commandLine, c console) error {
	base, err := cl.loadBase("")
	if err != nil {
		return err
	}
	kept, err := store.ReadGaps(ctx, cmp.Or(cmd.DatabaseURL, defaultDatabaseURL))
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	gaps := []gap{}
	for _, g := range kept {
		if !hasArticle(base, g) {
			gaps = append(gaps, gap{g.Status, g.Code, g.Count, g.First.UTC(), g.Last.UTC()})
		}
	}
	if cmd.Format == "json" {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "  ")
		return enc.Encode(gaps)
	}
	return printGaps(c.out, gaps)
}

// hasArticle says whether somebody wrote an article since a gap was seen.
func hasArticle(base *kb.Base, g store.Gap) bool {
	if g.Code != "" {
		return base.Known(g.Code)
	}
	return len(base.ByStatus(g.Status)) > 0
}

func printGaps(w io.Writer, gaps []gap) error {
	if len(gaps) == 0 {
		_, err := fmt.Fprintln(w, "No gaps: every error that was seen has an article.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "messages\tstatus\tcode\tfirst seen (UTC)\tlast seen (UTC)\n")
	for _, g := range gaps {
		status := "-"
		if g.Status != 0 {
			status = strconv.Itoa(g.Status)
		}
		const minute = "2006-01-02 15:04"
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", g.Count, status, cmp.Or(g.Code, "-"), g.First.Format(minute), g.Last.Format(minute))
	}
	return t.Flush()
}
