package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"

	"database/sql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// maxConnections bounds how many connections a process has to PostgreSQL. The
// bot's transactions take milliseconds, so a few are enough; a server takes 100
// by default, from all of its clients together.
const maxConnections = 10

// answerWait bounds a transaction on PostgreSQL: a server that does not answer is
// as good as gone, and a message must be left to Slack then.
const answerWait = 5 * time.Second

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// connect prepares connections to PostgreSQL, and tries one.
func connect(ctx context.Context, url string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil { // it may repeat the password
		return nil, errors.New("that is not the URL of a PostgreSQL database: write postgres://USER:PASSWORD@HOST:5432/DATABASE, with %XX for special characters in the password")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "apierror-bot"
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, connectError(net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))), err)
	}
	return db, nil
}

// connectError says in one line why there is no connection to a server, and what to
// do: the driver's own error has a line for each address that it tried.
func connectError(server string, err error) error {
	var (
		refused *pgconn.PgError
		system  syscall.Errno
		dns     *net.DNSError
	)
	switch {
	case errors.As(err, &refused) && strings.HasPrefix(refused.Code, "28"): // https://www.postgresql.org/docs/current/errcodes-appendix.html
		return fmt.Errorf("PostgreSQL at %s refuses the user name or password: correct them in the URL, with %%XX for special characters (%s)", server, refused.Message)
	case errors.As(err, &refused):
		return fmt.Errorf("PostgreSQL at %s does not let us in: %s (SQLSTATE %s): correct the URL or mend the server", server, refused.Message, refused.Code)
	}
	why := strings.Join(strings.Fields(err.Error()), " ")
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		why = "no answer in " + answerWait.String()
	case errors.As(err, &dns):
		why = dns.Err
	case errors.As(err, &system):
		why = system.Error()
	}
	return fmt.Errorf("PostgreSQL cannot be reached at %s: %s: check that it runs, and the host and port in the URL", server, why)
}

func openPostgres(ctx context.Context, url string, lease time.Duration) (*Store, error) {
	db, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	s := newStore(db, lease)
	s.postgres = true
	if err = s.checkClock(ctx); err == nil {
		err = s.migrate(ctx, migrations)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// maxSkew is how far a process's clock may be from the database's. Where a lost
// worker's calls must have settled, five seconds are allowed for it: two clocks
// that are wrong in opposite ways still leave a second.
const maxSkew = 2 * time.Second

// checkClock compares the clock with the database's, because leases and the waits
// for a post to settle compare times that different processes wrote.
func (s *Store) checkClock(ctx context.Context) error {
	before := s.now()
	var millis int64
	if err := s.db.QueryRowContext(ctx, `select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`).Scan(&millis); err != nil {
		return err
	}
	return skewError(before, s.now(), time.UnixMilli(millis))
}

// skewError judges the database's clock, read between two readings of ours.
func skewError(before, after, theirs time.Time) error {
	off := theirs.Sub(after)
	if theirs.Before(before) {
		off = theirs.Sub(before)
	} else if theirs.Before(after) {
		return nil
	}
	if off.Abs() <= maxSkew {
		return nil
	}
	return fmt.Errorf("the database's clock differs from this machine's by %v: set both by a time service (NTP)", off.Round(time.Second))
}

// inspectPostgres is Inspect for PostgreSQL.
func inspectPostgres(ctx context.Context, url string) (unfinished int, exists bool, err error) {
	db, err := connect(ctx, url)
	if err != nil {
		return 0, false, err
	}
	s := newStore(db, 0)
	s.postgres = true
	defer s.Close()
	var tables int
	if err := db.QueryRowContext(ctx, `select count(*) from pg_tables where schemaname = current_schema() and tablename = 'cases'`).Scan(&tables); err != nil {
		return 0, true, err
	}
	if tables == 0 {
		return 0, true, nil // the next start makes them
	}
	ids, err := s.Unfinished(ctx)
	return len(ids), true, err
}
