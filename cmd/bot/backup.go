package main

import (
	"cmp"
	"context"
	"fmt"

	"apierrorbot/internal/store"
)

type backupCommand struct {
	File        string `arg:"" help:"The file to write, which must not exist yet."`
	DatabaseURL string `env:"DATABASE_URL" placeholder:"URL" help:"Where the bot keeps its cases. Default: sqlite:apierror-bot.db"`
}

func (cmd *backupCommand) Help() string {
	return `Writes a copy of the SQLite database, as it is at this moment; the bot may be running. The
file is readable by you alone. To go back to it, see docs/operating.md. Of PostgreSQL, take
backups with pg_dump.

Example:
  bot backup /var/backups/apierror-bot-$(date +%F).db`
}

// Run writes the backup.
func (cmd *backupCommand) Run(ctx context.Context, c console) error {
	if err := store.Backup(ctx, cmp.Or(cmd.DatabaseURL, defaultDatabaseURL), cmd.File); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err := fmt.Fprintln(c.out, "wrote", cmd.File)
	return err
}
