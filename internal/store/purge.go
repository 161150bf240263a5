package store

import (
	"context"
	"fmt"
	"time"
)

// Keep says how long things are kept.
type Keep struct {
	Cases time.Duration // after a case's last change; MinKeepCases at least
	Audit time.Duration
}

// MinKeepCases is how long the key of a message is kept, whatever is asked for:
// without it, the message would be answered anew when it is delivered once more.
// Slack does that for some minutes; a week leaves room for whoever replays events.
const MinKeepCases = 7 * 24 * time.Hour

// Purged says how much Purge removed.
type Purged struct {
	Cases     int64 // with all that belongs to them
	Revisions int64 // of articles that no case refers to any more
	Audit     int64 // rows
}

// purgeBatch is how many rows a statement of Purge removes. In SQLite whoever
// writes waits for it: a few milliseconds.
const purgeBatch = 100

// Purge removes what was kept long enough by now. It works in small transactions,
// between which others get their turn, and removes nothing twice when several
// processes purge. Where it fails, what it removed before is gone, and counted.
func (s *Store) Purge(ctx context.Context, keep Keep, now time.Time) (Purged, error) {
	var p Purged
	for _, step := range []struct {
		removed *int64
		query   string
		before  time.Time
	}{
		// opened_at has the index; changed_at would have to be moved in one with each click.
		{&p.Cases, `delete from cases where id in (
			select id from cases where opened_at < $1 and changed_at < $1 order by opened_at limit %d)`,
			now.Add(-max(keep.Cases, MinKeepCases))},
		{&p.Cases, `delete from cases where id in (
			select id from cases where opened_at < $1 and changed_at < $1 and state = '` + string(Withdrawn) + `' order by opened_at limit %d)`,
			now.Add(-MinKeepCases)},
		{&p.Audit, `delete from audit where at < $1 and at <= (
			select max(at) from (select at from audit order by at limit %d) oldest)`,
			now.Add(-keep.Audit)},
	} {
		err := s.inBatches(ctx, step.removed, fmt.Sprintf(step.query, purgeBatch), step.before.UnixMilli())
		if err != nil {
			return p, err
		}
	}
	err := s.inBatches(ctx, &p.Revisions, fmt.Sprintf(`delete from revisions where id in (
		select r.id from revisions r where not exists (select 1 from options o where o.revision = r.id) limit %d)`, purgeBatch))
	if err != nil {
		return p, err
	}
	return p, s.scrub(ctx)
}

// inBatches runs a statement until it finds nothing more, and adds up the rows.
func (s *Store) inBatches(ctx context.Context, removed *int64, query string, args ...any) error {
	for {
		rows, err := s.exec(ctx, query, args...)
		*removed += rows
		if err != nil || rows == 0 {
			return err
		}
	}
}

// scrub takes what was deleted out of SQLite's write-ahead log too, which keeps
// older pages until they are written over: secure_delete overwrites the database
// alone. As long as somebody reads there it waits a second, and leaves it to the
// next time.
func (s *Store) scrub(ctx context.Context) error {
	if s.postgres {
		return nil
	}
	_, err := s.db.ExecContext(ctx, `pragma wal_checkpoint(truncate)`)
	return err
}
