package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"apierrorbot/internal/store"
)

type auditCommand struct {
	Channel     string        `placeholder:"C…" help:"A channel's id: what was done there."`
	Case        string        `placeholder:"ID" help:"A case's id, as in the log: what was done to it."`
	User        string        `placeholder:"U…" help:"A user's id: what they did."`
	Since       time.Duration `placeholder:"TIME" help:"Only what was done in this time, such as 24h. Default: all that is kept."`
	Format      string        `default:"text" enum:"text,json" help:"text or json."`
	DatabaseURL string        `env:"DATABASE_URL" placeholder:"URL" help:"Where the bot keeps its cases. Default: sqlite:apierror-bot.db"`
}

func (cmd *auditCommand) Help() string {
	return `Lists who did what to which case, the oldest first: ticked or unticked a step, chose an
article, resolved or reopened the case, posted a checklist, deleted the message. It knows ids
alone. It only reads the database; the bot may be running.

Examples:
  bot audit --channel=C0123456789 --since=24h
  bot audit --user=U0123456789 --format=json | jq '.[].action'`
}

// query reads what is asked for.
func (cmd *auditCommand) query(now time.Time) (store.AuditQuery, error) {
	given := 0
	for _, text := range []string{cmd.Channel, cmd.Case, cmd.User} {
		if text != "" {
			given++
		}
	}
	q := store.AuditQuery{Channel: cmd.Channel, Case: cmd.Case, User: cmd.User}
	switch {
	case given != 1:
		return q, errors.New("the audit of what? write one of --channel=C…, --case=ID and --user=U…")
	case cmd.Channel != "" && !channelForm.MatchString(cmd.Channel):
		return q, fmt.Errorf("--channel: %q is not a channel's id: copy it from the channel's details in Slack, it begins with C", cmd.Channel)
	case cmd.User != "" && !userForm.MatchString(cmd.User):
		return q, fmt.Errorf("--user: %q is not a user's id: copy it from the profile in Slack, it begins with U or W", cmd.User)
	case cmd.Since < 0:
		return q, fmt.Errorf("--since: %v lies ahead: write how far back to look, such as 24h", cmd.Since)
	case cmd.Since > 0:
		q.Since = now.Add(-cmd.Since)
	}
	return q, nil
}

// audited is a row of the audit as it is printed as JSON.
type audited struct {
	At      time.Time `json:"at"`
	User    string    `json:"user"` // "": nobody, or somebody who was forgotten
	Action  string    `json:"action"`
	Article string    `json:"article"` // "": none
	Step    string    `json:"step"`    // "": none
	Team    string    `json:"team"`
	Channel string    `json:"channel"`
	TS      string    `json:"ts"` // of the message that the case answers
	Case    string    `json:"case"`
}

// Run lists what was done.
func (cmd *auditCommand) Run(ctx context.Context, c console) error {
	query, err := cmd.query(time.Now())
	if err != nil {
		return err
	}
	done, err := store.ReadAudit(ctx, cmp.Or(cmd.DatabaseURL, defaultDatabaseURL), query)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	list := []audited{}
	for _, a := range done {
		list = append(list, audited{a.At.UTC(), a.User, a.Action, a.Article, a.Step, a.Team, a.Channel, a.TS, a.Case})
	}
	if cmd.Format == "json" {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	return printAudit(c.out, list)
}

func printAudit(w io.Writer, list []audited) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "Nothing was done there, as far as it is kept.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "at (UTC)\tuser\taction\tarticle and step\tchannel\tmessage\tcase\n")
	for _, a := range list {
		what := strings.TrimSpace(a.Article + " " + a.Step)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			a.At.Format(time.DateTime), cmp.Or(a.User, "-"), a.Action, cmp.Or(what, "-"), a.Channel, a.TS, a.Case)
	}
	return t.Flush()
}
