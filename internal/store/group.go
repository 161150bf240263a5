package store

import (
	"context"
	"database/sql"
	"errors"
	"runtime/debug"
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

	mu      sync.Mutex
	queue   []*member
	busy    bool       // a goroutine runs
	idle    *sync.Cond // with mu: busy became false
	refused error      // why nothing is accepted any more

	// Used by the goroutine that runs, and nobody else.
	known   map[string]*known // statements, by their text
	uses    int64             // of statements
	wanted  []string          // to be prepared, which takes the connection
	driving bool              // a statement of a member's is with the driver
}

// member is one transaction that waits for its turn or runs.
type member struct {
	f        func(queries) error
	readOnly bool
	err      error
	panicked *Panic        // f panicked
	over     bool          // done is closed
	done     chan struct{} // closed when it is over
}

// known is a statement that was used. Parsing takes SQLite longer than most of them take
// to run, so what comes a second time is prepared.
type known struct {
	stmt *sql.Stmt // nil: it was used once
	used int64     // the last of uses
}

const (
	// maxKnown bounds how many statements are known: those that were not used for the
	// longest time go. Some are written with as many places as there are values, so there
	// is no end of them.
	maxKnown = 64

	// maxGroup bounds how many members share a commit. The first of them waits for the
	// last: some 20 ms.
	maxGroup = 256
)

// Panic says that a transaction panicked, and where. It does not say with what: that could
// be what people wrote.
//
// Where the caller's own function panicked, its transaction panics with it. Where SQLite
// did, transactions fail with it from then on: nobody knows in what state that left the
// database's connection, and a new one would wait for its locks. The process has to be
// started anew. What was committed is there then.
type Panic struct {
	Stack string
}

// Error says what to do.
func (*Panic) Error() string {
	return "a panic within a transaction: start the bot anew, and please report this"
}

// savepoint names that of every member: there is one at a time.
const (
	savepoint  = `savepoint member`
	release    = `release member`
	rollbackTo = `rollback to member`
)

func newGroups(db *sql.DB) *groups {
	g := &groups{db: db, known: make(map[string]*known)}
	g.idle = sync.NewCond(&g.mu)
	return g
}

// do runs f in a transaction, and returns when it is committed or failed, or when ctx
// ended before its turn came: then it waits for the group that is under way and no longer.
// Where f panics, do does, with a *Panic.
func (g *groups) do(ctx context.Context, readOnly bool, f func(queries) error) error {
	m := &member{f: f, readOnly: readOnly, done: make(chan struct{})}
	if err := g.add(m); err != nil {
		return err
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

func (g *groups) add(m *member) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refused != nil {
		return g.refused
	}
	g.queue = append(g.queue, m)
	if !g.busy {
		g.busy = true
		go g.run()
	}
	return nil
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
	if g.refused == nil {
		g.refused = errClosed
	}
	for g.busy {
		g.idle.Wait()
	}
}

// run works until nobody waits.
func (g *groups) run() {
	for group := g.next(); group != nil; group = g.next() {
		g.work(group)
	}
}

// next returns those that wait, in their order; nil ends the work.
func (g *groups) next() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	group := g.queue
	g.queue = nil
	if len(group) > maxGroup {
		g.queue = slices.Clone(group[maxGroup:])
		group = group[:maxGroup]
	}
	if g.busy = len(group) > 0; !g.busy {
		g.idle.Broadcast()
	}
	return group
}

// work runs a group. It does not panic.
func (g *groups) work(group []*member) {
	defer func() {
		if recover() != nil {
			g.giveUp(group, &Panic{Stack: string(debug.Stack())})
		}
	}()
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

// giveUp fails everybody, now and later.
func (g *groups) giveUp(group []*member, why error) {
	g.mu.Lock()
	g.refused = why
	waiting := g.queue
	g.queue = nil
	g.mu.Unlock()
	for _, m := range slices.Concat(group, waiting) {
		m.end(why)
	}
}

// together runs members in one transaction.
func (g *groups) together(members []*member, options *sql.TxOptions) {
	if len(members) == 0 {
		return
	}
	tx, err := g.db.BeginTx(context.Background(), options)
	if err == nil {
		err = inside(statements{tx, g}, members)
	}
	for _, m := range members {
		m.end(err)
	}
}

// end ends a member, with err unless it has failed by itself.
func (m *member) end(err error) {
	if m.over {
		return
	}
	if m.err == nil {
		m.err = err
	}
	m.over = true
	close(m.done)
}

// inside runs the members, and commits. Its error is everybody's. After a panic there is
// no rollback: database/sql could wait for ever for what the driver left undone.
func inside(s statements, members []*member) error {
	for _, m := range members {
		if err := s.member(m); err != nil {
			s.tx.Rollback()
			return err
		}
	}
	return s.tx.Commit()
}

// prepare prepares what was used twice, and forgets what was not used for long.
func (g *groups) prepare() {
	for _, query := range g.wanted {
		k := g.known[query]
		if k.stmt != nil { // wanted twice
			continue
		}
		if stmt, err := g.db.Prepare(query); err == nil {
			k.stmt = stmt
		}
	}
	g.wanted = g.wanted[:0]
	for len(g.known) > maxKnown {
		g.forgetOne()
	}
}

func (g *groups) forgetOne() {
	var oldest string
	for query, k := range g.known {
		if o := g.known[oldest]; o == nil || k.used < o.used {
			oldest = query
		}
	}
	if stmt := g.known[oldest].stmt; stmt != nil {
		stmt.Close()
	}
	delete(g.known, oldest)
}

// statements runs a group's statements. It does not look at a context: one that was broken
// off would take the others' work with it. Most take microseconds; counts, and what is
// done to a hundred rows, milliseconds.
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

// run runs a member's function. Where that panics the others go on; where the driver does,
// the panic goes on.
func (m *member) run(s statements) {
	defer func() {
		if !s.g.driving && recover() != nil {
			m.panicked = &Panic{Stack: string(debug.Stack())}
		}
	}()
	m.err = m.f(s)
}

// stmt returns a statement that is prepared, or nil.
func (s statements) stmt(query string) *sql.Stmt {
	k, again := s.g.known[query]
	if !again {
		k = new(known)
		s.g.known[query] = k
	}
	s.g.uses++
	k.used = s.g.uses
	switch {
	case k.stmt != nil:
		return s.tx.Stmt(k.stmt)
	case again:
		s.g.wanted = append(s.g.wanted, query)
	}
	return nil
}

func (s statements) ExecContext(_ context.Context, query string, args ...any) (res sql.Result, err error) {
	s.g.driving = true
	if stmt := s.stmt(query); stmt != nil {
		res, err = stmt.Exec(args...)
	} else {
		res, err = s.tx.Exec(query, args...)
	}
	s.g.driving = false
	return res, err
}

func (s statements) QueryContext(_ context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	s.g.driving = true
	if stmt := s.stmt(query); stmt != nil {
		rows, err = stmt.Query(args...)
	} else {
		rows, err = s.tx.Query(query, args...)
	}
	s.g.driving = false
	return rows, err
}

func (s statements) QueryRowContext(_ context.Context, query string, args ...any) (row *sql.Row) {
	s.g.driving = true
	if stmt := s.stmt(query); stmt != nil {
		row = stmt.QueryRow(args...)
	} else {
		row = s.tx.QueryRow(query, args...)
	}
	s.g.driving = false
	return row
}
