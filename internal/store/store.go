// Package store keeps what the bot must not forget: cases, the ticks on their
// checklists, and how far each reply has come on its way to Slack; and for a while,
// who did what.
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
// Transactions that wait for SQLite at the same time share a commit: see groups.
//
// Each change is one transaction which reads the case, lets a function of the
// caller change it, and writes the difference, row by row: ticks are rows of
// their own, so nothing is lost when twenty people tick at the same instant.
//
// Of each channel it is kept how far it was read: see Watermark.
//
// Several processes may share the work on replies by leases: see Lease.
//
// The database is an SQLite file (write-ahead log, synchronous=FULL: what was
// committed survives a power cut, since Slack is told so by the ack), which one
// bot at a time may have, or PostgreSQL, for any number of them. One text of SQL
// serves both: $1 places, "on conflict do nothing", "returning", and times as Unix
// milliseconds. What differs is how to open them, and that PostgreSQL, where
// transactions run side by side, is told which ones must not (alone).
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// ErrNotFound says that there is no such case: it was never opened here, or it
// was purged.
var ErrNotFound = errors.New("no such case")

// Store is a database of cases, as one process sees it. Its methods may be called
// from any goroutine.
type Store struct {
	db       *sql.DB
	postgres bool
	groups   *groups   // of SQLite's transactions
	lock     io.Closer // on the file; nil where there is none

	worker string        // this process, in leases
	lease  time.Duration // how long one lasts
	now    func() time.Time
}

func newStore(db *sql.DB, lease time.Duration) *Store {
	return &Store{db: db, groups: newGroups(db), worker: strings.ToLower(rand.Text()), lease: lease, now: time.Now}
}

// OpenDatabase opens the database that url names, for a bot to work on, and brings
// its tables up to date: sqlite:PATH, which is created when it is missing, or
// postgres://…. lease is how long another process waits before it takes over the
// work of this one, if it dies.
func OpenDatabase(ctx context.Context, url string, lease time.Duration) (*Store, error) {
	if isPostgres(url) {
		return openPostgres(ctx, url, lease)
	}
	path, err := sqlitePath(url)
	if err != nil {
		return nil, err
	}
	s, err := openSQLite(ctx, path, lease)
	if err != nil {
		return nil, err
	}
	// Nobody else can be at work here, so what the last process held is free.
	if _, err := s.exec(ctx, `update cases set lease_until = 0 where reply_rev < rev and worker <> ''`); err != nil {
		s.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// OpenBeside opens a database that a bot may be working on at the same time, to
// look at it or to delete from it. It must exist. To work on cases it is no good: in an
// SQLite file, one bot at a time does that.
func OpenBeside(ctx context.Context, url string) (*Store, error) {
	if isPostgres(url) {
		db, err := connect(ctx, url)
		if err != nil {
			return nil, err
		}
		s := newStore(db, 0)
		s.postgres = true
		return s, nil
	}
	path, err := sqlitePath(url)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no database %s: name the one that the bot runs on", path)
	}
	db, err := sql.Open("sqlite", sqliteDSN(path)+"&mode=rw")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return newStore(db, 0), nil
}

func openSQLite(ctx context.Context, path string, lease time.Duration) (*Store, error) {
	// Created before SQLite does it, so that only its owner may read it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, needsFolder)
	}
	f.Close()
	lock, err := lock(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		lock.Close()
		return nil, err
	}
	// SQLite has one writer. A second connection would wait in its busy
	// handler, which sleeps, instead of in Go's queue, which does not.
	db.SetMaxOpenConns(1)
	s := newStore(db, lease)
	s.lock = lock
	if err = quickCheck(ctx, db); err == nil {
		err = s.migrate(ctx, migrations)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// checkFor bounds the check of a database at start. In the page cache it reads some
// 500 MB in a second, from a slow disk 20; the database of a year with a hundred
// errors a day has 40 MB. What it has not seen by then it leaves.
const checkFor = 2 * time.Second

// quickCheck looks for damage: pages that are torn or lost.
func quickCheck(ctx context.Context, db *sql.DB) error {
	bounded, cancel := context.WithTimeout(ctx, checkFor)
	defer cancel()
	var found string
	err := db.QueryRowContext(bounded, `pragma quick_check(1)`).Scan(&found)
	switch {
	case bounded.Err() != nil:
		return ctx.Err()
	case err != nil:
		return err
	case found != "ok":
		return fmt.Errorf("the database is damaged (%s): restore a backup of it", found)
	}
	return nil
}

// sqlitePath takes the path out of a database URL.
func sqlitePath(url string) (string, error) {
	path, ok := strings.CutPrefix(url, "sqlite:")
	switch {
	case !ok || path == "":
		return "", fmt.Errorf("%q is not a database that this version knows: write sqlite:PATH or postgres://…", redact(url))
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
	if isPostgres(url) {
		return inspectPostgres(ctx, url)
	}
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
	s := newStore(db, 0)
	defer s.Close()
	var tables int
	if err := db.QueryRowContext(ctx, `select count(*) from sqlite_master where name = 'cases'`).Scan(&tables); err != nil {
		return 0, true, fmt.Errorf("%s: %w", path, err)
	}
	if tables == 0 {
		return 0, true, nil // the next start makes them
	}
	ids, err := s.Unfinished(ctx)
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

// sqliteDSN says how every process opens the file to write. With secure_delete, what
// is deleted is overwritten with zeros, and does not stay readable in the file.
func sqliteDSN(path string) string {
	return "file:" + escapeURI(path) + "?_txlock=immediate" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)&_pragma=foreign_keys(1)&_pragma=busy_timeout(1000)"
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

// Close closes the database, when the transactions under way have ended.
func (s *Store) Close() error {
	s.groups.close()
	err := s.db.Close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// NewCase is what is known when a message is to be answered.
type NewCase struct {
	ID       string // random
	Key      Key
	Thread   string // where the reply goes; "" is the channel itself
	OpenedAt time.Time
	Items    []Item

	// ReplyID says that the reply will be posted at once, with this random id in its
	// metadata: a new case is Sending since OpenedAt, as after MarkSending, which saves a
	// commit. "": it is Waiting.
	ReplyID string

	// Asked says that somebody asked the bot: then it answers even what the
	// thread has already.
	Asked bool
	// Edited says that the message is known and was changed: then items that
	// are new are added to its case, and untouched ones that it no longer has
	// are dropped.
	Edited bool
	// Partial says that Items may lack something that the message has. Then
	// nothing is dropped.
	Partial bool

	// PostedBy is who asked for it with a button, a Slack user id; "" where the
	// case answers a message.
	PostedBy string
}

// Open stores that a message will be answered, and how. It returns the case that has
// something new to show, as Store.Case would; or one without an ID when there is nothing
// to do: the message has its case already, or its thread has these answers already. This
// process holds the lease of a new case.
func (s *Store) Open(ctx context.Context, n NewCase) (Case, error) {
	var c Case
	err := s.transaction(ctx, func(tx queries) (err error) {
		c, err = s.openCase(ctx, tx, n)
		return err
	})
	return c, err
}

func (s *Store) openCase(ctx context.Context, tx queries, n NewCase) (Case, error) {
	n.Items = storableItems(n.Items)
	// What a thread has been told is read first and written then.
	if err := s.alone(ctx, tx, "thread "+n.Key.Team+" "+n.Key.Channel+" "+n.Thread); err != nil {
		return Case{}, err
	}
	var known string
	err := tx.QueryRowContext(ctx,
		`select id from cases where team = $1 and channel = $2 and ts = $3`,
		n.Key.Team, n.Key.Channel, n.Key.TS).Scan(&known)
	switch {
	case err == nil && n.Edited:
		return s.editCase(ctx, tx, known, n)
	case err == nil:
		return Case{}, nil
	case !errors.Is(err, sql.ErrNoRows):
		return Case{}, err
	}

	if !n.Asked {
		said, err := threadItems(ctx, tx, n)
		if err != nil {
			return Case{}, err
		}
		n.Items = news(said, n.Items)
		if len(n.Items) == 0 {
			return Case{}, nil
		}
	}
	c := Case{ID: n.ID, Key: n.Key, Thread: n.Thread, OpenedAt: n.OpenedAt, Rev: 1, State: Open, StateAt: time.UnixMilli(0),
		Reply: Reply{State: Waiting, At: time.UnixMilli(0)}, Lease: s.claimed(Lease{})}
	if n.ReplyID != "" {
		c.Reply = Reply{State: Sending, ID: n.ReplyID, At: time.UnixMilli(n.OpenedAt.UnixMilli())}
	}
	if fresh, err := insertCase(ctx, tx, c); !fresh || err != nil {
		return Case{}, err
	}
	for i, item := range n.Items {
		item.N = i
		c.Items = append(c.Items, item)
	}
	if err := insertItems(ctx, tx, c.ID, c.Items); err != nil || n.PostedBy == "" {
		return c, err
	}
	posted := act{action: actPost, article: n.Items[0].Chosen}
	return c, record(ctx, tx, &c, By{n.PostedBy, n.OpenedAt}, posted)
}

// insertCase stores a new case, unless its message has one.
func insertCase(ctx context.Context, tx queries, c Case) (inserted bool, err error) {
	res, err := tx.ExecContext(ctx, `
		insert into cases (id, team, channel, ts, thread, opened_at, changed_at, rev, state, state_by, state_at,
			reply_state, reply_id, reply_at, reply_ts, reply_rev, reply_error, worker, lease_until)
		values ($1, $2, $3, $4, $5, $6, $6, $7, $8, '', 0, $9, $10, $11, '', 0, '', $12, $13)
		on conflict (team, channel, ts) do nothing`,
		c.ID, c.Key.Team, c.Key.Channel, c.Key.TS, c.Thread, c.OpenedAt.UnixMilli(), c.Rev, c.State,
		c.Reply.State, c.Reply.ID, c.Reply.At.UnixMilli(), c.Lease.Worker, c.Lease.Until.UnixMilli())
	if err != nil {
		return false, err
	}
	rows, err := res.RowsAffected()
	return rows > 0, err
}

// threadItems returns what the bot has said already in the thread of n.
func threadItems(ctx context.Context, tx queries, n NewCase) ([]Item, error) {
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

// raise counts a new state of a case that the transaction has locked, and takes
// its lease if it is free.
func (s *Store) raise(ctx context.Context, tx queries, c *Case) error {
	c.Rev++
	c.Lease = s.claimed(c.Lease)
	_, err := tx.ExecContext(ctx, `update cases set rev = $1, worker = $2, lease_until = $3, changed_at = $4 where id = $5`,
		c.Rev, c.Lease.Worker, c.Lease.Until.UnixMilli(), s.now().UnixMilli(), c.ID)
	return err
}

// insertItems stores items under their numbers.
func insertItems(ctx context.Context, tx queries, id string, items []Item) error {
	if err := insertRevisions(ctx, tx, items); err != nil {
		return err
	}
	for _, item := range items {
		if _, err := tx.ExecContext(ctx,
			`insert into items (case_id, n, kind, why, chosen) values ($1, $2, $3, $4, $5)`,
			id, item.N, item.Kind, item.Why, item.Chosen); err != nil {
			return err
		}
		for j, o := range item.Options {
			if _, err := tx.ExecContext(ctx,
				`insert into options (case_id, item, n, article, revision) values ($1, $2, $3, $4, $5)`,
				id, item.N, j, o.Article, o.Revision); err != nil {
				return err
			}
		}
		if err := insertDetails(ctx, tx, id, item.N, item.Details); err != nil {
			return err
		}
	}
	return nil
}

// storableItems returns items as they are stored.
func storableItems(items []Item) []Item {
	list := slices.Clone(items)
	for i := range list {
		list[i].Why = storable(list[i].Why)
		list[i].Details = slices.Clone(list[i].Details)
		for j, d := range list[i].Details {
			list[i].Details[j] = Detail{d.Kind, storable(d.Name), storable(d.Value)}
		}
	}
	return list
}

// storable takes out of a text what PostgreSQL does not store: bytes that are not
// UTF-8, and the character 0.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// insertRevisions stores the articles that are not known yet, in the order of
// their ids: two transactions that insert the same ones must not wait for each
// other.
func insertRevisions(ctx context.Context, tx queries, items []Item) error {
	bodies := make(map[string]string)
	for _, item := range items {
		for _, o := range item.Options {
			bodies[o.Revision] = string(o.Body)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(bodies)) {
		if _, err := tx.ExecContext(ctx,
			`insert into revisions (id, body) values ($1, $2) on conflict do nothing`, id, bodies[id]); err != nil {
			return err
		}
	}
	return nil
}

// Case returns a case, or ErrNotFound.
func (s *Store) Case(ctx context.Context, id string) (Case, error) {
	var c Case
	err := s.reading(ctx, func(tx queries) (err error) {
		c, err = loadCase(ctx, tx, id)
		return err
	})
	return c, err
}

// Find returns the case of a message, or ErrNotFound.
func (s *Store) Find(ctx context.Context, key Key) (Case, error) {
	var c Case
	err := s.reading(ctx, func(tx queries) error {
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
	err := s.reading(ctx, func(tx queries) error {
		ids, err := queryTexts(ctx, tx, `
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
// case, and stores what it altered, and in the table audit who did; then Rev has
// grown by one, and this process holds the case's lease unless another does. change
// must not do anything else. It reports whether anything was altered, and the case as it is now, or
// ErrNotFound.
func (s *Store) Change(ctx context.Context, id string, by By, change func(*Case)) (Case, bool, error) {
	var (
		after Case
		acts  []act
	)
	err := s.transaction(ctx, func(tx queries) error {
		before, err := lockCase(ctx, tx, id)
		if err != nil {
			return err
		}
		after = before.clone()
		change(&after)
		acts, err = saveDifference(ctx, tx, before, after)
		if len(acts) == 0 || err != nil {
			return err
		}
		if err := record(ctx, tx, &after, by, acts...); err != nil {
			return err
		}
		return s.raise(ctx, tx, &after)
	})
	return after, len(acts) > 0, err
}

// lockCase reads a case that the transaction will change. The write comes first:
// it locks the row where the database has row locks.
func lockCase(ctx context.Context, tx queries, id string) (Case, error) {
	if _, err := tx.ExecContext(ctx, `update cases set rev = rev where id = $1`, id); err != nil {
		return Case{}, err
	}
	return loadCase(ctx, tx, id)
}

func (c Case) clone() Case {
	c.Items = append([]Item(nil), c.Items...)
	c.Ticks = append([]Tick(nil), c.Ticks...)
	return c
}

// saveDifference writes what is different, and returns what was done.
func saveDifference(ctx context.Context, tx queries, before, after Case) (acts []act, err error) {
	do := func(a act, query string, args ...any) {
		acts = append(acts, a)
		if err == nil {
			_, err = tx.ExecContext(ctx, query, args...)
		}
	}
	for i, item := range after.Items {
		if item.Chosen != before.Items[i].Chosen {
			do(act{actChoose, item.Chosen, ""},
				`update items set chosen = $1 where case_id = $2 and n = $3`, item.Chosen, after.ID, item.N)
		}
	}
	for _, t := range before.Ticks {
		if now, ok := after.Tick(t.Article, t.Step); !ok || now != t {
			do(act{actUntick, t.Article, t.Step},
				`delete from ticks where case_id = $1 and article = $2 and step = $3`, after.ID, t.Article, t.Step)
		}
	}
	for _, t := range after.Ticks {
		if was, ok := before.Tick(t.Article, t.Step); !ok || was != t {
			do(act{actTick, t.Article, t.Step},
				`insert into ticks (case_id, article, step, user_id, at) values ($1, $2, $3, $4, $5)`,
				after.ID, t.Article, t.Step, t.User, t.At.UnixMilli())
		}
	}
	if after.State != before.State {
		a := act{action: actResolve}
		if after.State == Open {
			a.action = actReopen
		}
		do(a, `update cases set state = $1, state_by = $2, state_at = $3 where id = $4`,
			after.State, after.StateBy, after.StateAt.UnixMilli(), after.ID)
	}
	return acts, err
}

// Unfinished returns the ids of the cases whose reply does not show the newest
// state, oldest first.
func (s *Store) Unfinished(ctx context.Context) ([]string, error) {
	return s.texts(ctx, `select id from cases where reply_rev < rev and reply_state <> $1 order by opened_at`, GivenUp)
}

// CountUnfinished returns how many cases Unfinished would name. It serves also to
// see whether the database answers.
func (s *Store) CountUnfinished(ctx context.Context) (n int, err error) {
	err = s.single(ctx, true, func(ctx context.Context, q queries) error {
		return q.QueryRowContext(ctx, `select count(*) from cases where reply_rev < rev and reply_state <> $1`, GivenUp).Scan(&n)
	})
	return n, err
}

// texts returns what a query with one column of text finds.
func (s *Store) texts(ctx context.Context, query string, args ...any) (found []string, err error) {
	err = s.single(ctx, true, func(ctx context.Context, q queries) (err error) {
		found, err = queryTexts(ctx, q, query, args...)
		return err
	})
	return found, err
}

// changed returns the texts of a statement that changes something and returns one
// column of text.
func (s *Store) changed(ctx context.Context, query string, args ...any) (found []string, err error) {
	err = s.single(ctx, false, func(ctx context.Context, q queries) (err error) {
		found, err = queryTexts(ctx, q, query, args...)
		return err
	})
	return found, err
}

func queryTexts(ctx context.Context, q queries, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

// MarkSending stores that the reply is about to be posted, at that time, with
// replyID in its metadata: from now on it may stand in Slack. It is to be called
// before every attempt but the one that Open was told of, and renews the lease: it returns until when. It returns
// the zero time, and changes nothing, when this process does not hold the lease,
// the reply has been sent, or the case was withdrawn.
func (s *Store) MarkSending(ctx context.Context, id, replyID string, at time.Time) (until time.Time, err error) {
	until = s.leaseEnd(s.now())
	rows, err := s.exec(ctx, `
		update cases set reply_state = $1, reply_id = $2, reply_at = $3, lease_until = $4
		where id = $5 and worker = $6 and (reply_state = $7 or reply_state = $1 and reply_id = $2) and state <> $8`,
		Sending, replyID, at.UnixMilli(), until.UnixMilli(), id, s.worker, Waiting, Withdrawn)
	if rows == 0 {
		return time.Time{}, err
	}
	return until, err
}

// MarkPosted stores that the reply with replyID stands in Slack as message ts and
// shows rev. It reports whether that is the newest state; then the lease is given
// back. Whoever knows it may say so, lease or not: it is a fact, and the process
// that holds the lease now may be about to look for it.
func (s *Store) MarkPosted(ctx context.Context, id, replyID, ts string, rev int64) (newest bool, err error) {
	return s.mark(ctx, `
		update cases set reply_rev = $1, reply_state = $4, reply_ts = $5,`+givenBack+`
		where id = $3 and reply_state = $6 and reply_id = $7 `+returningNewest,
		rev, s.worker, id, Posted, ts, Sending, replyID)
}

// MarkRendered stores that the posted reply was updated and shows rev. It reports
// whether that is the newest state; then the lease is given back. It changes
// nothing when this process does not hold the lease.
func (s *Store) MarkRendered(ctx context.Context, id string, rev int64) (newest bool, err error) {
	return s.mark(ctx, `
		update cases set reply_rev = $1,`+givenBack+`
		where id = $3 and worker = $2 and reply_rev < $1 `+returningNewest,
		rev, s.worker, id)
}

// What MarkPosted and MarkRendered have in common: the lease of the worker $2 ends
// where the newest state is shown, which is $1; and they tell whether it is.
const (
	givenBack = `
		worker      = case when worker = $2 and rev = $1 then '' else worker end,
		lease_until = case when worker = $2 and rev = $1 then 0 else lease_until end`
	returningNewest = `returning case when rev = $1 then 'newest' else 'old' end`
)

func (s *Store) mark(ctx context.Context, query string, args ...any) (newest bool, err error) {
	said, err := s.changed(ctx, query, args...)
	return len(said) == 1 && said[0] == "newest", err
}

// MarkGivenUp stores that nothing is left to be done for the reply, if this process
// holds the lease: Slack refused it for good, with this error code. Of a withdrawn case
// the key stays, and nothing else.
func (s *Store) MarkGivenUp(ctx context.Context, id, code string) error {
	return s.transaction(ctx, func(tx queries) error {
		states, err := queryTexts(ctx, tx, `
			update cases set reply_state = $1, reply_error = $2, worker = '', lease_until = 0
			where id = $3 and worker = $4 returning state`,
			GivenUp, code, id, s.worker)
		if err != nil || len(states) == 0 || State(states[0]) != Withdrawn {
			return err
		}
		return strip(ctx, tx, id)
	})
}

// Delete removes a case and everything that belongs to it. Its message can be
// answered anew.
func (s *Store) Delete(ctx context.Context, id string) error {
	_, err := s.exec(ctx, `delete from cases where id = $1`, id)
	return err
}

// exec runs one statement that changes something, and returns how many rows it changed.
func (s *Store) exec(ctx context.Context, query string, args ...any) (rows int64, err error) {
	err = s.single(ctx, false, func(ctx context.Context, q queries) error {
		res, err := q.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		rows, err = res.RowsAffected()
		return err
	})
	return rows, err
}

// single is a transaction of one statement. To PostgreSQL that is the statement itself.
func (s *Store) single(ctx context.Context, readOnly bool, f func(context.Context, queries) error) error {
	if !s.postgres {
		return s.groups.do(ctx, readOnly, func(q queries) error { return f(ctx, q) })
	}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return f(ctx, s.db)
}

func (s *Store) transaction(ctx context.Context, f func(queries) error) error {
	if !s.postgres {
		return s.groups.do(ctx, false, f)
	}
	return s.transact(ctx, nil, f)
}

// reading is a transaction that sees the database as it is at one moment. It goes
// on when the disk is full, or another process is writing.
func (s *Store) reading(ctx context.Context, f func(queries) error) error {
	if !s.postgres {
		return s.groups.do(ctx, true, f)
	}
	return s.transact(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, f)
}

// transact runs f in a transaction of its own.
func (s *Store) transact(ctx context.Context, options *sql.TxOptions, f func(queries) error) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a Commit it does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// bounded makes ctx end when PostgreSQL should have answered. What waits for
// SQLite waits for its turn, and that comes.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, answerWait)
}

// alone makes transactions with the same key wait for each other until they end.
// SQLite has one at a time anyway.
func (s *Store) alone(ctx context.Context, tx queries, key string) error {
	if !s.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, key)
	return err
}
