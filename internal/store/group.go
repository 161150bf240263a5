package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
)

// queries is where the statements of a transaction run.
type queries interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// groups runs transactions on SQLite, which has one writer, and for which a commit is
// a wait for the disk: those that arrive while it is waited for share the next commit.
//
// A group is one transaction of SQLite's, and each member a savepoint in it
// (https://sqlite.org/lang_savepoint.html): a member that fails is rolled back alone, and
// a commit that fails fails for all. What only reads has a transaction of its own, before
// the group's: it goes on when nothing can be written, and never sees what is not
// committed.
type groups struct {
	db *sql.DB

	mu     sync.Mutex
	queue  []*member
	busy   bool       // a goroutine runs
	idle   *sync.Cond // with mu: busy became false
	closed bool

	// Used by the goroutine that runs, and nobody else. Parsing takes SQLite longer than
	// most of the statements.
	prepared map[string]*sql.Stmt
	wanted   []string // used and not prepared yet, which takes the connection
}

// member is one transaction that waits for its turn or runs.
type member struct {
	f        func(queries) error
	readOnly bool
	err      error
	panicked any           // what f panicked with
	done     chan struct{} // closed when it is over
}

// maxPrepared bounds how many statements are kept prepared. A few are written with as
// many places as there are values.
const maxPrepared = 64

// savepoint names that of every member: there is one at a time.
const (
	savepoint  = `savepoint member`
	release    = `release member`
	rollbackTo = `rollback to member`
)

func newGroups(db *sql.DB) *groups {
	g := &groups{db: db, prepared: make(map[string]*sql.Stmt)}
	g.idle = sync.NewCond(&g.mu)
	return g
}

// do runs f in a transaction, and returns when it is committed or failed, or when ctx
// ended before its turn came. Where f panics, do does.
func (g *groups) do(ctx context.Context, readOnly bool, f func(queries) error) error {
	m := &member{f: f, readOnly: readOnly, done: make(chan struct{})}
	if !g.add(m) {
		return errClosed
	}
	select {
	case <-m.done:
	case <-ctx.Done():
		if g.leave(m) {
			return ctx.Err()
		}
		<-m.done
	}
	if m.panicked != nil {
		panic(m.panicked)
	}
	return m.err
}

var errClosed = errors.New("the database is closed")

func (g *groups) add(m *member) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.queue = append(g.queue, m)
	if !g.busy {
		g.busy = true
		go g.run()
	}
	return true
}

// leave takes back what has not begun.
func (g *groups) leave(m *member) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.queue, m)
	if i < 0 {
		return false
	}
	g.queue = slices.Delete(g.queue, i, i+1)
	return true
}

// close waits until what was accepted is done. Nothing is accepted any more.
func (g *groups) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for g.busy {
		g.idle.Wait()
	}
}

// run works until nobody waits.
func (g *groups) run() {
	for group := g.next(); group != nil; group = g.next() {
		var readers, writers []*member
		for _, m := range group {
			if m.readOnly {
				readers = append(readers, m)
			} else {
				writers = append(writers, m)
			}
		}
		g.together(readers, &sql.TxOptions{ReadOnly: true})
		g.together(writers, nil)
		g.prepare()
	}
}

// next returns all that wait; nil ends the work.
func (g *groups) next() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	group := g.queue
	g.queue = nil
	if g.busy = len(group) > 0; !g.busy {
		g.idle.Broadcast()
	}
	return group
}

// together runs members in one transaction.
func (g *groups) together(members []*member, options *sql.TxOptions) {
	if len(members) == 0 {
		return
	}
	tx, err := g.db.BeginTx(context.Background(), options)
	if err == nil {
		err = g.inside(statements{tx, g}, members)
	}
	for _, m := range members {
		if m.err == nil {
			m.err = err
		}
		close(m.done)
	}
}

// inside runs the members, and commits. Its error is everybody's.
func (g *groups) inside(s statements, members []*member) error {
	defer s.tx.Rollback() // after a Commit it does nothing
	for _, m := range members {
		if err := s.member(m); err != nil {
			return err
		}
	}
	return s.tx.Commit()
}

// prepare prepares what was used for the first time.
func (g *groups) prepare() {
	for _, query := range g.wanted {
		if len(g.prepared) >= maxPrepared || g.prepared[query] != nil {
			continue
		}
		if stmt, err := g.db.Prepare(query); err == nil {
			g.prepared[query] = stmt
		}
	}
	g.wanted = nil
}

// statements runs a group's statements. It does not look at a context: they take
// microseconds, and one that was broken off would take the others' work with it.
type statements struct {
	tx *sql.Tx
	g  *groups
}

// member runs one member. Its error is not the member's, but says that the whole
// transaction is lost: SQLite gives some up by itself, when the disk is full for instance.
func (s statements) member(m *member) error {
	ctx := context.Background()
	if m.readOnly {
		m.run(s)
		return nil
	}
	if _, err := s.ExecContext(ctx, savepoint); err != nil {
		return err
	}
	m.run(s)
	if m.err != nil || m.panicked != nil {
		if _, err := s.ExecContext(ctx, rollbackTo); err != nil {
			if m.err != nil {
				return m.err
			}
			return err
		}
	}
	_, err := s.ExecContext(ctx, release)
	return err
}

func (m *member) run(s statements) {
	defer func() { m.panicked = recover() }()
	m.err = m.f(s)
}

// stmt returns a statement that is prepared, or nil.
func (s statements) stmt(query string) *sql.Stmt {
	if stmt, ok := s.g.prepared[query]; ok {
		return s.tx.Stmt(stmt)
	}
	s.g.wanted = append(s.g.wanted, query)
	return nil
}

func (s statements) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := s.stmt(query); stmt != nil {
		return stmt.Exec(args...)
	}
	return s.tx.Exec(query, args...)
}

func (s statements) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := s.stmt(query); stmt != nil {
		return stmt.Query(args...)
	}
	return s.tx.Query(query, args...)
}

func (s statements) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	if stmt := s.stmt(query); stmt != nil {
		return stmt.QueryRow(args...)
	}
	return s.tx.QueryRow(query, args...)
}
