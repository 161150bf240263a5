package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// stumbling connects to SQLite, and panics when it is asked for something there.
type stumbling struct {
	sqlite driver.Driver
	dsn    string
	at     string // what it panics at; "": nothing
}

func (s *stumbling) Driver() driver.Driver { return s.sqlite }

func (s *stumbling) Connect(context.Context) (driver.Conn, error) {
	c, err := s.sqlite.Open(s.dsn)
	return stumblingConn{c, s}, err
}

func (s *stumbling) stumble(at string) {
	if s.at == at {
		panic("what somebody wrote")
	}
}

type stumblingConn struct {
	driver.Conn
	s *stumbling
}

func (c stumblingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.s.stumble("begin")
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	return stumblingTx{tx, c.s}, err
}

func (c stumblingConn) Prepare(query string) (driver.Stmt, error) {
	c.s.stumble("prepare")
	return c.Conn.Prepare(query)
}

func (c stumblingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	verb, _, _ := strings.Cut(query, " ")
	c.s.stumble(verb)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c stumblingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.s.stumble("query")
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

type stumblingTx struct {
	driver.Tx
	s *stumbling
}

func (t stumblingTx) Commit() error {
	t.s.stumble("commit")
	return t.Tx.Commit()
}

// Where the driver panics, everybody who waits is told that nothing was stored, and so is
// who comes later; nothing hangs.
func TestDriverPanics(t *testing.T) {
	for _, at := range []string{"begin", "savepoint", "insert", "query", "release", "commit", "prepare"} {
		t.Run(at, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			s := &stumbling{sqlite: open(t, "sqlite:"+path).db.Driver(), dsn: sqliteDSN(path)}
			db := sql.OpenDB(s)
			db.SetMaxOpenConns(1)
			faulty := newStore(db, testLease)
			if err := faulty.transaction(t.Context(), insertGap(400)); err != nil {
				t.Fatal(err)
			}
			s.at = at
			if at == "prepare" { // what comes a second time is prepared when it is stored
				if err := faulty.transaction(t.Context(), insertGap(402)); err != nil {
					t.Fatal(err)
				}
			}
			one := func(tx queries) error {
				if err := insertGap(401)(tx); err != nil {
					return err
				}
				var n int
				return tx.QueryRowContext(t.Context(), `select count(*) from gaps`).Scan(&n)
			}
			for _, when := range []string{"then", "later"} {
				err := faulty.transaction(t.Context(), one)
				var p *Panic
				if !errors.As(err, &p) || !strings.Contains(p.Stack, "store.(*stumbling).stumble") {
					t.Fatalf("%s: %v, want a panic with its stack", when, err)
				}
				if strings.Contains(err.Error()+p.Stack, "somebody wrote") {
					t.Errorf("%s: it shows the panic's value: %v\n%s", when, err, p.Stack)
				}
			}
			if err := faulty.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
