package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"text/tabwriter"
	"time"

	"apierrorbot/internal/store"
)

type forgetCommand struct {
	User        string `placeholder:"U…" help:"A user's id: their name goes, what they ticked stays done."`
	Channel     string `placeholder:"C…" help:"A channel's id: everything that is kept of it goes."`
	Message     string `placeholder:"C…/TS" help:"A channel's id and a message's ts: its case goes."`
	DryRun      bool   `help:"Say what would be done, and do nothing."`
	DatabaseURL string `env:"DATABASE_URL" placeholder:"URL" help:"Where the bot keeps its cases. Default: sqlite:apierror-bot.db"`
}

func (cmd *forgetCommand) Help() string {
	return `Removes what the bot keeps of a channel or a message, or takes a user's name away wherever
it stands. The bot may be running: it shows the replies anew that had the name. Messages in
Slack stay, and so do copies in backups. A message of the last quarter of an hour may be
answered anew.

A message's ts is in its link: …/archives/C0123456789/p1790000000123456 is
C0123456789/1790000000.123456.

Examples:
  bot forget --user=U0123456789 --dry-run
  bot forget --user=U0123456789
  bot forget --message=C0123456789/1790000000.123456`
}

var (
	userForm    = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	channelForm = regexp.MustCompile(`^[CGD][A-Z0-9]+$`)
	messageForm = regexp.MustCompile(`^([CGD][A-Z0-9]+)/([0-9]+\.[0-9]+)$`)
)

// whom reads what is to be forgotten.
func (cmd *forgetCommand) whom() (store.Whom, error) {
	message := messageForm.FindStringSubmatch(cmd.Message)
	given := 0
	for _, text := range []string{cmd.User, cmd.Channel, cmd.Message} {
		if text != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return store.Whom{}, errors.New("forget whom? write one of --user=U…, --channel=C… and --message=C…/TS")
	case cmd.User != "" && !userForm.MatchString(cmd.User):
		return store.Whom{}, fmt.Errorf("--user: %q is not a user's id: copy it from the profile in Slack, it begins with U or W", cmd.User)
	case cmd.Channel != "" && !channelForm.MatchString(cmd.Channel):
		return store.Whom{}, fmt.Errorf("--channel: %q is not a channel's id: copy it from the channel's details in Slack, it begins with C", cmd.Channel)
	case cmd.Message != "" && message == nil:
		return store.Whom{}, fmt.Errorf("--message: %q is not a channel's id and a ts: write them as in C0123456789/1790000000.123456", cmd.Message)
	case message != nil:
		return store.Whom{Channel: message[1], TS: message[2]}, nil
	}
	return store.Whom{User: cmd.User, Channel: cmd.Channel}, nil
}

// Run forgets, and prints what was done.
func (cmd *forgetCommand) Run(ctx context.Context, c console) error {
	whom, err := cmd.whom()
	if err != nil {
		return err
	}
	db, err := store.OpenBeside(ctx, cmp.Or(cmd.DatabaseURL, defaultDatabaseURL))
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	defer db.Close()
	var done []store.Forgotten
	if cmd.DryRun {
		done, err = db.WouldForget(ctx, whom)
	} else {
		done, err = db.Forget(ctx, whom, time.Now())
	}
	t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, f := range done {
		fmt.Fprintf(t, "%d\t %s\n", f.Rows, f.What)
	}
	if flushed := t.Flush(); err == nil && flushed != nil {
		return flushed
	}
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w: run this again, it goes on where it stopped", err)
	}
	if cmd.DryRun {
		fmt.Fprintln(c.out, "Nothing was done (--dry-run).")
	}
	return nil
}
