package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

func loadCase(ctx context.Context, tx queries, id string) (Case, error) {
	c := Case{ID: id}
	var openedAt, stateAt, replyAt, leaseUntil int64
	err := tx.QueryRowContext(ctx, `
		select team, channel, ts, thread, opened_at, rev, state, state_by, state_at,
			reply_state, reply_id, reply_at, reply_ts, reply_rev, reply_error,
			worker, lease_until
		from cases where id = $1`, id).
		Scan(&c.Key.Team, &c.Key.Channel, &c.Key.TS, &c.Thread, &openedAt, &c.Rev, &c.State, &c.StateBy, &stateAt,
			&c.Reply.State, &c.Reply.ID, &replyAt, &c.Reply.TS, &c.Reply.Rev, &c.Reply.Error,
			&c.Lease.Worker, &leaseUntil)
	if errors.Is(err, sql.ErrNoRows) {
		return Case{}, ErrNotFound
	}
	if err != nil {
		return Case{}, err
	}
	c.OpenedAt, c.StateAt, c.Reply.At = time.UnixMilli(openedAt), time.UnixMilli(stateAt), time.UnixMilli(replyAt)
	c.Lease.Until = time.UnixMilli(leaseUntil)
	if c.Items, err = loadItems(ctx, tx, id); err != nil {
		return Case{}, err
	}
	if err := loadDetails(ctx, tx, id, c.Items); err != nil {
		return Case{}, err
	}
	if c.Ticks, err = loadTicks(ctx, tx, id); err != nil {
		return Case{}, err
	}
	return c, nil
}

func loadItems(ctx context.Context, tx queries, id string) ([]Item, error) {
	rows, err := tx.QueryContext(ctx, `
		select i.n, i.kind, i.why, i.chosen, o.article, o.revision, r.body
		from items i
		left join options o on o.case_id = i.case_id and o.item = i.n
		left join revisions r on r.id = o.revision
		where i.case_id = $1
		order by i.n, o.n`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var items []Item
	for rows.Next() {
		var (
			item                    Item
			article, revision, body sql.NullString // null for an item without an option
		)
		if err := rows.Scan(&item.N, &item.Kind, &item.Why, &item.Chosen, &article, &revision, &body); err != nil {
			return nil, err
		}
		if len(items) == 0 || items[len(items)-1].N != item.N {
			items = append(items, item)
		}
		if article.Valid {
			it := &items[len(items)-1]
			it.Options = append(it.Options, Option{Article: article.String, Revision: revision.String, Body: []byte(body.String)})
		}
	}
	return items, rows.Err()
}

func loadTicks(ctx context.Context, tx queries, id string) ([]Tick, error) {
	rows, err := tx.QueryContext(ctx,
		`select article, step, user_id, at from ticks where case_id = $1 order by at, article, step`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ticks []Tick
	for rows.Next() {
		var (
			t  Tick
			at int64
		)
		if err := rows.Scan(&t.Article, &t.Step, &t.User, &at); err != nil {
			return nil, err
		}
		t.At = time.UnixMilli(at)
		ticks = append(ticks, t)
	}
	return ticks, rows.Err()
}
