package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/pgtest"
	"apierrorbot/internal/socket"
	articles "apierrorbot/kb"
)

// stopper is a database in which a bot can be stopped at a commit.
type stopper interface {
	address() string

	// do runs statements.
	do(statements string)

	// install makes the bot stop when it commits such a change. The statements of
	// both databases are alike: event is insert or update, when is a condition on
	// the rows old and new.
	install(event, table, when string)

	// stopped reports whether the bot, with what it has logged, stands still.
	stopped(log string) bool

	// clear takes install back, when the bot is dead. The transaction that it was
	// about to commit is gone; or committed, if the database had been told to and
	// this is what committed asks for.
	clear(committed bool)
}

// atStop is what stoppingBot says when it stops.
const atStop = "stopped at a commit"

// stoppingBot is a command: the bot as it is, with crashTiming. Where the trigger of
// a sqliteStopper calls stop_here, it stops for good at the commit.
func stoppingBot() {
	marked := false // by the transaction under way: in SQLite there is one at a time
	sqlite.MustRegisterScalarFunction("stop_here", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		marked = true
		return nil, nil
	})
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		conn.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
			if marked {
				fmt.Fprintln(os.Stderr, atStop)
				select {}
			}
			return 0
		})
		return nil
	})
	config, err := readSlackConfig(os.Getenv("SLACK_API_URL"))
	if err == nil {
		var base *kb.Base
		if base, err = kb.Load(articles.FS, "kb"); err == nil {
			err = serve(context.Background(), service{
				slack: config, databaseURL: os.Getenv("DATABASE_URL"), base: base, timing: crashTiming, keep: defaultKeep,
				sockets: socket.Timings{Stagger: time.Millisecond}, log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
			})
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

type sqliteStopper struct {
	t    *testing.T
	path string
}

func newSQLiteStopper(t *testing.T) stopper {
	return &sqliteStopper{t, filepath.Join(t.TempDir(), "bot.db")}
}

func (s *sqliteStopper) address() string { return "sqlite:" + s.path }

// do opens the file and closes it again: when the bot dies, nobody else may have
// it open, or its death would leave less to mend.
func (s *sqliteStopper) do(statements string) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.path+"?_pragma=busy_timeout(20000)&_txlock=immediate")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sqliteStopper) install(event, table, when string) {
	s.t.Helper()
	s.do(fmt.Sprintf("create trigger stop_here after %s on %s when %s begin select stop_here(); end", event, table, when))
}

func (s *sqliteStopper) stopped(log string) bool { return strings.Contains(log, atStop) }

func (s *sqliteStopper) clear(bool) { s.do("drop trigger if exists stop_here") }

type postgresStopper struct {
	t        *testing.T
	database string
	db       *sql.DB
	lock     int64     // what the bot waits for at the stop
	holder   *sql.Conn // of the lock, once it is installed
}

func newPostgresStopper(t *testing.T) stopper {
	s := &postgresStopper{t: t, database: pgtest.Database(t), lock: rand.Int64N(1 << 31)}
	var err error
	if s.db, err = sql.Open("pgx", s.database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	return s
}

func (s *postgresStopper) address() string { return s.database }

func (s *postgresStopper) do(statements string) {
	s.t.Helper()
	if _, err := s.db.Exec(statements); err != nil {
		s.t.Fatal(err)
	}
}

func (s *postgresStopper) install(event, table, when string) {
	s.t.Helper()
	holder, err := s.db.Conn(context.Background())
	if err == nil {
		_, err = holder.ExecContext(context.Background(), "select pg_advisory_lock($1)", s.lock)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.holder = holder
	// A deferred constraint trigger fires at the commit.
	s.do(fmt.Sprintf(`
		create function stop_here() returns trigger language plpgsql as
			'begin perform pg_advisory_xact_lock(%d); return null; end';
		create constraint trigger stop_here after %s on %s deferrable initially deferred
			for each row when (%s) execute function stop_here()`, s.lock, event, table, when))
}

// waiting are the server's processes that stand still.
const waiting = `from pg_locks where locktype = 'advisory' and not granted and objid = $1 and classid = 0`

func (s *postgresStopper) stopped(string) bool {
	var n int
	if err := s.db.QueryRow("select count(*) "+waiting, s.lock).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n > 0
}

func (s *postgresStopper) clear(committed bool) {
	if s.holder == nil {
		return
	}
	if !committed { // the server does not see by itself that the client is dead
		if _, err := s.db.Exec("select pg_terminate_backend(pid, 10000) "+waiting, s.lock); err != nil {
			s.t.Error(err)
		}
	}
	if _, err := s.holder.ExecContext(context.Background(), "select pg_advisory_unlock($1)", s.lock); err != nil {
		s.t.Error(err)
	}
	s.holder.Close()
	s.holder = nil
	s.do("drop function stop_here() cascade")
}
