package store

import (
	"context"
	"errors"
	"time"
)

// Withdraw stores that the message of a case was deleted. What the case took from
// the message goes at once; the reply has to go now, or to be closed, and then
// MarkGivenUp is to be called. It returns the id of the case whose reply has to, or "" when
// there is none: the message had no case, or its deletion was seen before.
//
// The key stays for a week, so that the message is not answered when it is delivered
// once more.
func (s *Store) Withdraw(ctx context.Context, key Key, at time.Time) (string, error) {
	ids, err := s.texts(ctx, `select id from cases where team = $1 and channel = $2 and ts = $3`, key.Team, key.Channel, key.TS)
	if err != nil || len(ids) == 0 { // most deletions: nothing is written
		return "", err
	}
	id := ""
	err = s.transaction(ctx, func(tx queries) error {
		c, err := lockCase(ctx, tx, ids[0])
		switch {
		case errors.Is(err, ErrNotFound):
			return nil
		case err != nil, c.State == Withdrawn:
			return err
		case c.Reply.State != GivenUp:
			id = c.ID
		}
		return s.withdraw(ctx, tx, &c, at)
	})
	return id, err
}

func (s *Store) withdraw(ctx context.Context, tx queries, c *Case, at time.Time) error {
	if _, err := tx.ExecContext(ctx, `delete from details where case_id = $1`, c.ID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update cases set state = $1, state_by = '', state_at = $2 where id = $3`,
		Withdrawn, at.UnixMilli(), c.ID); err != nil {
		return err
	}
	if err := s.raise(ctx, tx, c); err != nil {
		return err
	}
	if err := record(ctx, tx, c, By{At: at}, act{action: actDelete}); err != nil {
		return err
	}
	if c.Reply.State != GivenUp {
		return nil
	}
	return strip(ctx, tx, c.ID) // there is no reply
}

// strip removes what belongs to a case. Details go with their items.
func strip(ctx context.Context, tx queries, id string) error {
	for _, table := range []string{"items", "options", "ticks"} {
		if _, err := tx.ExecContext(ctx, `delete from `+table+` where case_id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}
