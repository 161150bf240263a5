package store

import (
	"context"
	"embed"
	"errors"
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
func (s *Store) migrate(ctx context.Context, files fs.FS) error {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted by name
	if err != nil {
		return err
	}
	for _, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("%s: name does not begin with a number", name)
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := s.apply(ctx, version, string(body)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// apply applies a migration, unless it was applied before. It is one transaction:
// a process that is killed leaves nothing half done. Two processes may start at
// once: the second one waits for the first and then finds nothing to do.
func (s *Store) apply(ctx context.Context, version int, body string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := s.alone(ctx, tx, "migrations"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `create table if not exists migrations (version int primary key)`); err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `insert into migrations (version) values ($1) on conflict do nothing`, version)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, body); err != nil {
		return err
	}
	return tx.Commit()
}

// hasMigration returns an error if a migration was not applied yet: for those who
// look into a database that a bot keeps up to date.
func (s *Store) hasMigration(ctx context.Context, version int) error {
	var known int
	err := s.db.QueryRowContext(ctx, `select count(*) from migrations where version = $1`, version).Scan(&known)
	if err != nil {
		return fmt.Errorf("%w: name the database that the bot runs on", err)
	}
	if known == 0 {
		return errors.New("the database was made by an earlier version: start the bot once, and it is brought up to date")
	}
	return nil
}
