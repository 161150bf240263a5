// Package store keeps what the bot must not forget: cases, the ticks on their
// checklists, and how far each reply has come on its way to Slack.
//
// A case is keyed by the message it answers (team, channel, ts). Open writes
// that key first and only if it is absent, so "answer a message at most once"
// is a fact of the database, across redeliveries, restarts and replicas. Every
// change of what a reply shows raises the case's Rev; the reply carries the Rev
// that it shows. Whoever delivers replies works until the two are equal, and
// Unfinished names the cases where they are not.
//
// The articles that a case was opened with are stored once per revision, as
// bytes that the store does not look into. A message's text is never stored; the
// few values that a reply takes from it (details) belong to an item, and go with it.
//
// Each change is one transaction which reads the case, lets a function of the
// caller change it, and writes the difference, row by row: ticks are rows of
// their own, so nothing is lost when twenty people tick at the same instant.
//
// The database is an SQLite file (write-ahead log, synchronous=FULL: what was
// committed survives a power cut, since Slack is told so by the ack). The SQL is
// written so that PostgreSQL reads it too: $1 places, "on conflict do nothing",
// "returning", and times as Unix milliseconds.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// ErrNotFound says that there is no such case: it was never opened here, or it
// was purged.
var ErrNotFound = errors.New("no such case")

// Store is a database of cases. Its methods may be called from any goroutine.
type Store struct {
	db *sql.DB
}

// OpenDatabase opens the database that url names, creating it when it is
// missing, and brings its tables up to date. The one form so far is
// sqlite:PATH.
func OpenDatabase(ctx context.Context, url string) (*Store, error) {
	path, err := sqlitePath(url)
	if err != nil {
		return nil, err
	}
	// Created before SQLite does it, so that only its owner may read it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, needsFolder)
	}
	f.Close()
	db, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		return nil, err
	}
	// SQLite has one writer. A second connection would wait in its busy
	// handler, which sleeps, instead of in Go's queue, which does not.
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, db); err != nil {
		db.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Store{db: db}, nil
}

// sqlitePath takes the path out of a database URL.
func sqlitePath(url string) (string, error) {
	path, ok := strings.CutPrefix(url, "sqlite:")
	switch {
	case !ok || path == "":
		return "", fmt.Errorf("%q is not a database that this version knows: write sqlite:PATH", redact(url))
	case strings.HasPrefix(path, "//"):
		return "", errors.New("a path with two slashes in front is not understood: write sqlite:PATH, such as sqlite:bot.db or sqlite:/var/lib/bot.db")
	case strings.HasPrefix(path, ":"):
		return "", errors.New("a database in memory would forget everything at a restart: write sqlite:PATH with the path of a file")
	}
	return path, nil
}

// Inspect looks at a database without changing it, or creating it, or any file
// beside it: it returns how many replies are not finished there, and whether it
// exists. Where it does not, the folder must, or that is the error; where it
// does, it must be writable.
func Inspect(ctx context.Context, url string) (unfinished int, exists bool, err error) {
	path, err := sqlitePath(url)
	if err != nil {
		return 0, false, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		if _, missing := os.Stat(filepath.Dir(path)); missing == nil {
			return 0, false, nil
		}
	}
	if err != nil {
		return 0, false, fmt.Errorf("%w: %s", err, needsFolder)
	}
	f.Close()
	db, err := sql.Open("sqlite", inspectDSN(path))
	if err != nil {
		return 0, true, err
	}
	defer db.Close()
	var tables int
	if err := db.QueryRowContext(ctx, `select count(*) from sqlite_master where name = 'cases'`).Scan(&tables); err != nil {
		return 0, true, fmt.Errorf("%s: %w", path, err)
	}
	if tables == 0 {
		return 0, true, nil // the next start makes them
	}
	ids, err := (&Store{db: db}).Unfinished(ctx)
	return len(ids), true, err
}

// needsFolder is what to do about a database file that cannot be opened.
const needsFolder = "name a file in a folder that exists and can be written"

// inspectDSN opens a database for reading only. Even a reader makes files beside
// a database in write-ahead mode; whoever looks may be another user than the bot,
// and then the bot could not open them. Without a log there is no other process,
// and nothing but the file itself to be read.
func inspectDSN(path string) string {
	dsn := "file:" + escapeURI(path) + "?mode=ro&_pragma=busy_timeout(1000)"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) {
		dsn += "&immutable=1"
	}
	return dsn
}

func sqliteDSN(path string) string {
	return "file:" + escapeURI(path) + "?_txlock=immediate" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(1000)"
}

// escapeURI makes a path fit for a URI: its own ? # and % must not be read as such.
func escapeURI(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// redact shortens a database URL to what can be shown: it may hold a password.
func redact(url string) string {
	scheme, _, ok := strings.Cut(url, ":")
	if !ok {
		return "…"
	}
	return scheme + ":…"
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// NewCase is what is known when a message is to be answered.
type NewCase struct {
	ID       string // random
	Key      Key
	Thread   string // where the reply goes; "" is the channel itself
	OpenedAt time.Time
	Items    []Item

	// Asked says that somebody asked the bot: then it answers even what the
	// thread has already.
	Asked bool
	// Edited says that the message is known and was changed: then items that
	// are new are added to its case.
	Edited bool
}

// Open stores that a message will be answered, and how. It returns the id of
// the case that has something new to show, or "" when there is nothing to do:
// the message has its case already, or its thread has these answers already.
func (s *Store) Open(ctx context.Context, n NewCase) (string, error) {
	var id string
	err := s.transaction(ctx, func(tx *sql.Tx) (err error) {
		id, err = openCase(ctx, tx, n)
		return err
	})
	return id, err
}

func openCase(ctx context.Context, tx *sql.Tx, n NewCase) (string, error) {
	var known string
	err := tx.QueryRowContext(ctx,
		`select id from cases where team = $1 and channel = $2 and ts = $3`,
		n.Key.Team, n.Key.Channel, n.Key.TS).Scan(&known)
	switch {
	case err == nil && n.Edited:
		return extendCase(ctx, tx, known, n)
	case err == nil:
		return "", nil
	case !errors.Is(err, sql.ErrNoRows):
		return "", err
	}

	if !n.Asked {
		said, err := threadItems(ctx, tx, n)
		if err != nil {
			return "", err
		}
		n.Items = news(said, n.Items)
		if len(n.Items) == 0 {
			return "", nil
		}
	}
	res, err := tx.ExecContext(ctx, `
		insert into cases (id, team, channel, ts, thread, opened_at, rev, state, state_by, state_at,
			reply_state, reply_id, reply_at, reply_ts, reply_rev, reply_error)
		values ($1, $2, $3, $4, $5, $6, 1, $7, '', 0, $8, '', 0, '', 0, '')
		on conflict (team, channel, ts) do nothing`,
		n.ID, n.Key.Team, n.Key.Channel, n.Key.TS, n.Thread, n.OpenedAt.UnixMilli(), Open, Waiting)
	if err != nil {
		return "", err
	}
	if rows, err := res.RowsAffected(); err != nil || rows == 0 {
		return "", err
	}
	return n.ID, insertItems(ctx, tx, n.ID, 0, n.Items)
}

// threadItems returns what the bot has said already in the thread of n.
func threadItems(ctx context.Context, tx *sql.Tx, n NewCase) ([]Item, error) {
	if n.Thread == "" {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, `
		select i.case_id, i.n, i.chosen, o.article
		from cases c
		join items i on i.case_id = c.id
		join options o on o.case_id = i.case_id and o.item = i.n
		where c.team = $1 and c.channel = $2 and c.thread = $3 and c.reply_state <> $4
		order by i.case_id, i.n`,
		n.Key.Team, n.Key.Channel, n.Thread, GivenUp)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type place struct {
		id string
		n  int
	}
	var (
		items []Item
		last  place
	)
	for rows.Next() {
		var (
			at              place
			chosen, article string
		)
		if err := rows.Scan(&at.id, &at.n, &chosen, &article); err != nil {
			return nil, err
		}
		if at != last {
			items = append(items, Item{Chosen: chosen})
			last = at
		}
		item := &items[len(items)-1]
		item.Options = append(item.Options, Option{Article: article})
	}
	return items, rows.Err()
}

// extendCase adds what is new to the case of an edited message: details of its
// items, and items. Items without an option (the bot found nothing then) give way
// to the new ones.
func extendCase(ctx context.Context, tx *sql.Tx, id string, n NewCase) (string, error) {
	c, err := loadCase(ctx, tx, id)
	if err != nil {
		return "", err
	}
	said := c.Items
	if !n.Asked {
		inThread, err := threadItems(ctx, tx, n)
		if err != nil {
			return "", err
		}
		said = append(said, inThread...)
	}
	adopted, err := adoptDetails(ctx, tx, id, c.Items, n.Items)
	if err != nil {
		return "", err
	}
	fresh := news(said, n.Items)
	if len(fresh) == 0 || len(fresh[0].Options) == 0 {
		if !adopted {
			return "", nil
		}
		_, err := tx.ExecContext(ctx, `update cases set rev = rev + 1 where id = $1`, id)
		return id, err
	}
	next := 0
	if err := tx.QueryRowContext(ctx,
		`select coalesce(max(n), -1) + 1 from items where case_id = $1`, id).Scan(&next); err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, `
		delete from items where case_id = $1
		and not exists (select 1 from options o where o.case_id = items.case_id and o.item = items.n)`, id); err != nil {
		return "", err
	}
	if err := insertItems(ctx, tx, id, next, fresh); err != nil {
		return "", err
	}
	// A resolved case has work again, and nobody reopened it.
	_, err = tx.ExecContext(ctx, `update cases set rev = rev + 1, state = $1, state_by = '' where id = $2`, Open, id)
	return id, err
}

func insertItems(ctx context.Context, tx *sql.Tx, id string, from int, items []Item) error {
	for i, item := range items {
		if _, err := tx.ExecContext(ctx,
			`insert into items (case_id, n, kind, why, chosen) values ($1, $2, $3, $4, $5)`,
			id, from+i, item.Kind, item.Why, item.Chosen); err != nil {
			return err
		}
		for j, o := range item.Options {
			if _, err := tx.ExecContext(ctx,
				`insert into revisions (id, body) values ($1, $2) on conflict do nothing`,
				o.Revision, string(o.Body)); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx,
				`insert into options (case_id, item, n, article, revision) values ($1, $2, $3, $4, $5)`,
				id, from+i, j, o.Article, o.Revision); err != nil {
				return err
			}
		}
		if err := insertDetails(ctx, tx, id, from+i, item.Details); err != nil {
			return err
		}
	}
	return nil
}

// Case returns a case, or ErrNotFound.
func (s *Store) Case(ctx context.Context, id string) (Case, error) {
	var c Case
	err := s.transaction(ctx, func(tx *sql.Tx) (err error) {
		c, err = loadCase(ctx, tx, id)
		return err
	})
	return c, err
}

// Find returns the case of a message, or ErrNotFound.
func (s *Store) Find(ctx context.Context, key Key) (Case, error) {
	var c Case
	err := s.transaction(ctx, func(tx *sql.Tx) error {
		var id string
		err := tx.QueryRowContext(ctx, `select id from cases where team = $1 and channel = $2 and ts = $3`,
			key.Team, key.Channel, key.TS).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err == nil {
			c, err = loadCase(ctx, tx, id)
		}
		return err
	})
	return c, err
}

// InThread returns the cases whose replies stand in a thread, or will, oldest
// first.
func (s *Store) InThread(ctx context.Context, team, channel, thread string) ([]Case, error) {
	var cases []Case
	err := s.transaction(ctx, func(tx *sql.Tx) error {
		ids, err := caseIDs(ctx, tx, `
			select id from cases where team = $1 and channel = $2 and thread = $3 and reply_state <> $4 order by opened_at`,
			team, channel, thread, GivenUp)
		if err != nil {
			return err
		}
		cases = make([]Case, len(ids))
		for i, id := range ids {
			if cases[i], err = loadCase(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return cases, err
}

// Change lets change alter the State, the items' Chosen and the Ticks of a
// case, and stores what it altered; then Rev has grown by one. change must not
// do anything else: it may be called again when the database asks for a retry.
// It reports whether anything was altered, and the case as it is now, or
// ErrNotFound.
func (s *Store) Change(ctx context.Context, id string, change func(*Case)) (Case, bool, error) {
	var (
		after   Case
		altered bool
	)
	err := s.transaction(ctx, func(tx *sql.Tx) error {
		// The write comes first: it locks the row where the database has
		// row locks.
		if _, err := tx.ExecContext(ctx, `update cases set rev = rev where id = $1`, id); err != nil {
			return err
		}
		before, err := loadCase(ctx, tx, id)
		if err != nil {
			return err
		}
		after = before.clone()
		change(&after)
		altered, err = saveDifference(ctx, tx, before, after)
		if altered {
			after.Rev++
		}
		return err
	})
	return after, altered, err
}

func (c Case) clone() Case {
	c.Items = append([]Item(nil), c.Items...)
	c.Ticks = append([]Tick(nil), c.Ticks...)
	return c
}

func saveDifference(ctx context.Context, tx *sql.Tx, before, after Case) (altered bool, err error) {
	exec := func(query string, args ...any) {
		altered = true
		if err == nil {
			_, err = tx.ExecContext(ctx, query, args...)
		}
	}
	for i, item := range after.Items {
		if item.Chosen != before.Items[i].Chosen {
			exec(`update items set chosen = $1 where case_id = $2 and n = $3`, item.Chosen, after.ID, item.N)
		}
	}
	for _, t := range before.Ticks {
		if now, ok := after.Tick(t.Article, t.Step); !ok || now != t {
			exec(`delete from ticks where case_id = $1 and article = $2 and step = $3`, after.ID, t.Article, t.Step)
		}
	}
	for _, t := range after.Ticks {
		if was, ok := before.Tick(t.Article, t.Step); !ok || was != t {
			exec(`insert into ticks (case_id, article, step, user_id, at) values ($1, $2, $3, $4, $5)`,
				after.ID, t.Article, t.Step, t.User, t.At.UnixMilli())
		}
	}
	if after.State != before.State {
		exec(`update cases set state = $1, state_by = $2, state_at = $3 where id = $4`,
			after.State, after.StateBy, after.StateAt.UnixMilli(), after.ID)
	}
	if altered {
		exec(`update cases set rev = rev + 1 where id = $1`, after.ID)
	}
	return altered, err
}

// Unfinished returns the ids of the cases whose reply does not show the newest
// state, oldest first.
func (s *Store) Unfinished(ctx context.Context) ([]string, error) {
	return caseIDs(ctx, s.db,
		`select id from cases where reply_rev < rev and reply_state <> $1 order by opened_at`, GivenUp)
}

// querier is a database, or a transaction in it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func caseIDs(ctx context.Context, db querier, query string, args ...any) ([]string, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// MarkSending stores that the reply is about to be posted, at that time, with
// replyID in its metadata: from now on it may stand in Slack. It is to be called
// before every attempt. It reports false, and changes nothing, when somebody else
// is sending the reply, or has sent it.
func (s *Store) MarkSending(ctx context.Context, id, replyID string, at time.Time) (bool, error) {
	res, err := s.db.ExecContext(ctx, `
		update cases set reply_state = $1, reply_id = $2, reply_at = $3
		where id = $4 and (reply_state = $5 or reply_state = $1 and reply_id = $2)`,
		Sending, replyID, at.UnixMilli(), id, Waiting)
	if err != nil {
		return false, err
	}
	rows, err := res.RowsAffected()
	return rows == 1, err
}

// MarkPosted stores that the reply stands in Slack as message ts and shows rev.
func (s *Store) MarkPosted(ctx context.Context, id, ts string, rev int64) error {
	return s.update(ctx, `update cases set reply_state = $1, reply_ts = $2, reply_rev = $3 where id = $4`,
		Posted, ts, rev, id)
}

// MarkRendered stores that the posted reply was updated and shows rev.
func (s *Store) MarkRendered(ctx context.Context, id string, rev int64) error {
	return s.update(ctx, `update cases set reply_rev = $1 where id = $2 and reply_rev < $1`, rev, id)
}

// MarkGivenUp stores that Slack refused the reply for good, with this error code.
func (s *Store) MarkGivenUp(ctx context.Context, id, code string) error {
	return s.update(ctx, `update cases set reply_state = $1, reply_error = $2 where id = $3`, GivenUp, code, id)
}

// Delete removes a case and everything that belongs to it. Its message can be
// answered anew.
func (s *Store) Delete(ctx context.Context, id string) error {
	return s.update(ctx, `delete from cases where id = $1`, id)
}

func (s *Store) update(ctx context.Context, query string, args ...any) error {
	_, err := s.db.ExecContext(ctx, query, args...)
	return err
}

func (s *Store) transaction(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a Commit it does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}
