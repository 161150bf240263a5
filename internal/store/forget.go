package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Whom says what Forget is about: exactly one of a user, a channel, and a message
// in a channel.
type Whom struct {
	User        string // a Slack user id
	Channel, TS string // TS "" is the whole channel
}

// Forgotten says what Forget removed, and where it took a name away.
type Forgotten struct {
	What string // in words, in the plural
	Rows int64
}

// forgetting is one step of Forget: what, which rows of which table; and the
// assignment that takes the name away, or "" where rows are removed. key is the
// column to remove them in batches by, or "" where they are quickly removed.
type forgetting struct{ what, table, key, where, set string }

// What Forget does. The places are the user, or the channel and the ts. Cases come
// first: they are found by what the later steps change.
var (
	forgetUser = []forgetting{
		{"cases to be shown anew, without the name", "cases", "", `state_by = $1
			or id in (select case_id from ticks where user_id = $1)
			or id in (select case_id from items where why = $1)`,
			`rev = rev + 1, state_by = case when state_by = $1 then '' else state_by end`},
		{"ticks that stay, without the name", "ticks", "", `user_id = $1`, `user_id = ''`},
		{"posted checklists that stay, without the name", "items", "", `why = $1`, `why = ''`},
		{"rows of the audit that stay, without the name", "audit", "", `user_id = $1`, `user_id = ''`},
	}
	forgetChannel = []forgetting{
		{"cases removed, with their ticks", "cases", "id", `channel = $1`, ""},
		{"rows of the audit removed", "audit", "", `channel = $1`, ""},
		{"notes of counted messages removed", "gap_messages", "", `message like cast($1 as text) || ' %'`, ""},
		{"notes of how far it was read removed", "watermarks", "", `channel = $1`, ""},
	}
	forgetMessage = []forgetting{
		{"cases removed, with their ticks", "cases", "", `channel = $1 and ts = $2`, ""},
		{"rows of the audit removed", "audit", "", `channel = $1 and ts = $2`, ""},
		{"notes of counted messages removed", "gap_messages", "", `message = cast($1 as text) || ' ' || cast($2 as text)`, ""},
	}
)

// auditVersion is the number of the migration that made the newest of these tables.
const auditVersion = 6

// steps returns what has to be done about whom, and the arguments of it.
func (w Whom) steps() ([]forgetting, []any) {
	switch {
	case w.User != "":
		return forgetUser, []any{w.User}
	case w.TS != "":
		return forgetMessage, []any{w.Channel, w.TS}
	default:
		return forgetChannel, []any{w.Channel}
	}
}

// query is the statement that does a step.
func (f forgetting) query() string {
	switch {
	case f.set != "":
		return `update ` + f.table + ` set ` + f.set + ` where ` + f.where
	case f.key != "":
		return fmt.Sprintf(`delete from %s where %s in (select %s from %s where %s limit %d)`, f.table, f.key, f.key, f.table, f.where, purgeBatch)
	default:
		return `delete from ` + f.table + ` where ` + f.where
	}
}

// Forget removes what is kept of a channel or a message, and the name of a user
// wherever it stands: what they ticked stays done. It returns what it did, and where
// it fails what it had done by then; doing it again does the rest. The audit says
// that something was forgotten, and not what. A bot may be running meanwhile: it
// shows replies anew that had the name.
//
// Revisions of articles are nobody's: Purge removes those that are left over.
func (s *Store) Forget(ctx context.Context, w Whom, now time.Time) (done []Forgotten, err error) {
	if err := s.hasMigration(ctx, auditVersion); err != nil {
		return nil, err
	}
	if w.User != "" {
		done, err = s.forgetUser(ctx, w)
	} else {
		done, err = s.remove(ctx, w)
	}
	if err != nil {
		return done, err
	}
	err = s.transaction(ctx, func(tx queries) error {
		return record(ctx, tx, &Case{}, By{At: now}, act{action: actForget})
	})
	return done, errors.Join(err, s.scrub(ctx))
}

// WouldForget returns what Forget would do, and changes nothing.
func (s *Store) WouldForget(ctx context.Context, w Whom) ([]Forgotten, error) {
	if err := s.hasMigration(ctx, auditVersion); err != nil {
		return nil, err
	}
	steps, args := w.steps()
	var would []Forgotten
	err := s.reading(ctx, func(tx queries) error {
		for _, step := range steps {
			f := Forgotten{What: step.what}
			if err := tx.QueryRowContext(ctx, `select count(*) from `+step.table+` where `+step.where, args...).Scan(&f.Rows); err != nil {
				return err
			}
			would = append(would, f)
		}
		return nil
	})
	return would, err
}

// forgetUser is one transaction: a case must not be shown anew while the name is
// still there.
func (s *Store) forgetUser(ctx context.Context, w Whom) ([]Forgotten, error) {
	steps, args := w.steps()
	var done []Forgotten
	err := s.transaction(ctx, func(tx queries) error {
		for _, step := range steps {
			res, err := tx.ExecContext(ctx, step.query(), args...)
			if err != nil {
				return err
			}
			rows, err := res.RowsAffected()
			if err != nil {
				return err
			}
			done = append(done, Forgotten{step.what, rows})
		}
		return nil
	})
	return done, err
}

// remove takes the steps one after another, so that a running bot gets its turn.
func (s *Store) remove(ctx context.Context, w Whom) ([]Forgotten, error) {
	steps, args := w.steps()
	var done []Forgotten
	for _, step := range steps {
		f := Forgotten{What: step.what}
		err := s.inBatches(ctx, &f.Rows, step.query(), args...)
		done = append(done, f)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}
