package store

import (
	"context"
	"time"
)

// Gap is an error that no article is about, and how often it was seen.
type Gap struct {
	Status      int    // HTTP status, or 0
	Code        string // the API's own code, or ""
	Count       int64  // of messages
	First, Last time.Time
}

const (
	// MaxGaps is how many gaps are kept. Beyond it, those that were not seen for
	// the longest time go: whatever people paste, the table stays small.
	MaxGaps = 1000

	// gapMemory is how long a message is known to be counted. Slack delivers
	// again for some minutes; most edits are made within the day.
	gapMemory = 24 * time.Hour
)

// RememberGap counts a message that reports an error nobody has an article for.
// message names it (never its text), and is counted once within a day, whatever it
// reports; "" is a message without a name, and counts always.
func (s *Store) RememberGap(ctx context.Context, status int, code, message string, at time.Time) error {
	return s.transaction(ctx, func(tx queries) error {
		if counted, err := isCounted(ctx, tx, message, at); counted || err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			insert into gaps (status, code, count, first_seen, last_seen) values ($1, $2, 1, $3, $3)
			on conflict (status, code) do update set count = gaps.count + 1, last_seen = $3`,
			status, code, at.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`delete from gaps where last_seen < (select last_seen from gaps order by last_seen desc limit 1 offset $1)`, MaxGaps-1)
		return err
	})
}

// isCounted says whether a message was counted already, and from now on it is.
func isCounted(ctx context.Context, tx queries, message string, at time.Time) (bool, error) {
	if message == "" {
		return false, nil
	}
	if _, err := tx.ExecContext(ctx, `delete from gap_messages where at < $1`, at.Add(-gapMemory).UnixMilli()); err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `insert into gap_messages (message, at) values ($1, $2) on conflict do nothing`, message, at.UnixMilli())
	if err != nil {
		return false, err
	}
	rows, err := res.RowsAffected()
	return rows == 0, err
}

// Gaps returns the gaps, the most frequent first and, among equals, the one seen
// last.
func (s *Store) Gaps(ctx context.Context) ([]Gap, error) {
	rows, err := s.db.QueryContext(ctx,
		`select status, code, count, first_seen, last_seen from gaps order by count desc, last_seen desc, status, code`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var gaps []Gap
	for rows.Next() {
		var (
			g           Gap
			first, last int64
		)
		if err := rows.Scan(&g.Status, &g.Code, &g.Count, &first, &last); err != nil {
			return nil, err
		}
		g.First, g.Last = time.UnixMilli(first), time.UnixMilli(last)
		gaps = append(gaps, g)
	}
	return gaps, rows.Err()
}

// ReadGaps returns the gaps in a database without changing or creating it. A bot
// may be running on it.
func ReadGaps(ctx context.Context, url string) ([]Gap, error) {
	s, err := OpenBeside(ctx, url)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.hasMigration(ctx, gapsVersion); err != nil {
		return nil, err
	}
	return s.Gaps(ctx)
}

// gapsVersion is the number of the migration that made the table.
const gapsVersion = 3
