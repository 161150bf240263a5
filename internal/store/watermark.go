package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Watermark says how far a channel was read. Its times are those of Slack's
// messages, in microseconds since 1970: the ts without its dot.
type Watermark struct {
	Team, Channel string
	TS            int64 // every message up to it was read and, where it had to be, stored
	Since         int64 // what is older was written before the bot listened there
}

// Watermarks returns how far each channel was read.
func (s *Store) Watermarks(ctx context.Context) ([]Watermark, error) {
	var marks []Watermark
	err := s.reading(ctx, func(tx queries) error {
		rows, err := tx.QueryContext(ctx, `select team, channel, ts, since from watermarks`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m Watermark
			if err := rows.Scan(&m.Team, &m.Channel, &m.TS, &m.Since); err != nil {
				return err
			}
			marks = append(marks, m)
		}
		return rows.Err()
	})
	return marks, err
}

// marksAtOnce bounds the places of a statement.
const marksAtOnce = 1000

// SaveWatermarks stores how far channels were read, a thousand with a statement. A
// watermark only rises, and Since stays as it was when the channel was first seen:
// several processes may do this.
func (s *Store) SaveWatermarks(ctx context.Context, marks []Watermark) error {
	// In one order, so that two processes do not wait for each other's rows.
	marks = slices.SortedFunc(slices.Values(marks), func(a, b Watermark) int {
		return cmp.Or(cmp.Compare(a.Team, b.Team), cmp.Compare(a.Channel, b.Channel))
	})
	for some := range slices.Chunk(marks, marksAtOnce) {
		var places []string
		var args []any
		for _, m := range some {
			n := len(args)
			places = append(places, fmt.Sprintf("($%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4))
			args = append(args, m.Team, m.Channel, m.TS, m.Since)
		}
		if _, err := s.exec(ctx, `insert into watermarks (team, channel, ts, since) values `+strings.Join(places, ", ")+`
			on conflict (team, channel) do update set ts = excluded.ts where watermarks.ts < excluded.ts`, args...); err != nil {
			return err
		}
	}
	return nil
}

// DropWatermark forgets how far a channel was read.
func (s *Store) DropWatermark(ctx context.Context, team, channel string) error {
	_, err := s.exec(ctx, `delete from watermarks where team = $1 and channel = $2`, team, channel)
	return err
}

// ClaimReading reserves the reading of a channel's history until then, so that of
// several processes one reads. It returns ErrBusy when somebody else is reading;
// otherwise when the history was last read to its end, which is the zero time if it
// never was, or there is no such channel.
func (s *Store) ClaimReading(ctx context.Context, team, channel string, now, until time.Time) (readAt time.Time, err error) {
	err = s.transaction(ctx, func(tx queries) error {
		var millis int64
		err := tx.QueryRowContext(ctx, `
			update watermarks set reading_until = $1
			where team = $2 and channel = $3 and reading_until <= $4
			returning read_at`,
			until.UnixMilli(), team, channel, now.UnixMilli()).Scan(&millis)
		if errors.Is(err, sql.ErrNoRows) {
			var rows int
			if err := tx.QueryRowContext(ctx, `select count(*) from watermarks where team = $1 and channel = $2`,
				team, channel).Scan(&rows); err != nil || rows == 0 {
				return err
			}
			return ErrBusy
		}
		if millis != 0 {
			readAt = time.UnixMilli(millis)
		}
		return err
	})
	return readAt, err
}

// ErrBusy says that another process is reading the channel.
var ErrBusy = errors.New("another process is reading the channel")

// EndReading gives up what ClaimReading reserved. readAt, unless it is zero, says
// that the history was read to its end as it was at that time.
func (s *Store) EndReading(ctx context.Context, team, channel string, readAt time.Time) error {
	var millis int64
	if !readAt.IsZero() {
		millis = readAt.UnixMilli()
	}
	_, err := s.exec(ctx, `
		update watermarks set reading_until = 0, read_at = case when read_at < $1 then $1 else read_at end
		where team = $2 and channel = $3`, millis, team, channel)
	return err
}

// OpenThreads returns the threads of a channel that have an open case, as far as it
// was opened after since: those with the newest cases first, as many as limit.
func (s *Store) OpenThreads(ctx context.Context, team, channel string, since time.Time, limit int) ([]string, error) {
	return s.texts(ctx, `
		select thread from cases
		where team = $1 and channel = $2 and state = 'open' and opened_at >= $3 and thread <> '' and reply_state <> $4
		group by thread order by max(opened_at) desc limit $5`,
		team, channel, since.UnixMilli(), GivenUp, limit)
}
