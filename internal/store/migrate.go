package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// The files are named NNNN_words.sql and applied in the order of their
// numbers, each in a transaction of its own. A file that was released is never
// changed: the next one mends it.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the database to the newest version. A database that is
// already newer is left as it is: the previous version of the bot keeps
// running beside the next one.
func migrate(ctx context.Context, db *sql.DB) error {
	const versions = `create table if not exists migrations (version int primary key)`
	if _, err := db.ExecContext(ctx, versions); err != nil {
		return err
	}
	var current int
	if err := db.QueryRowContext(ctx, `select coalesce(max(version), 0) from migrations`).Scan(&current); err != nil {
		return err
	}
	files, err := fs.Glob(migrations, "migrations/*.sql") // sorted by name
	if err != nil {
		return err
	}
	for _, file := range files {
		number, _, _ := strings.Cut(strings.TrimPrefix(file, "migrations/"), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("%s: name does not begin with a number", file)
		}
		if version <= current {
			continue
		}
		if err := apply(ctx, db, file, version); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, file string, version int) error {
	body, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	// Two processes may start at once: the row is written first, so that the
	// second one waits for the first and then finds nothing to do.
	res, err := tx.ExecContext(ctx, `insert into migrations (version) values ($1) on conflict do nothing`, version)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, string(body)); err != nil {
		return err
	}
	return tx.Commit()
}
