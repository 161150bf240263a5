// Package pgtest gives a test a PostgreSQL database of its own: a schema on the
// server that TEST_POSTGRES names, which is dropped when the test ends.
package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
)

// Server returns the URL of the server that tests may use. It skips the test when
// there is none.
func Server(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TEST_POSTGRES")
	if server == "" {
		t.Skip("needs PostgreSQL: set TEST_POSTGRES=postgres://USER@HOST:5432/DATABASE, of a user who may create schemas there")
	}
	return server
}

// Database returns the URL of an empty database. It skips the test when there is no
// server.
func Database(t testing.TB) string {
	t.Helper()
	server := Server(t)
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("TEST_POSTGRES: %v", err)
	}
	schema := "test_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(t.Context(), "create schema "+schema); err != nil {
		t.Fatalf("TEST_POSTGRES: %v", err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "drop schema "+schema+" cascade"); err != nil {
			t.Errorf("cannot drop the test's schema: %v", err)
		}
		db.Close()
	})
	return WithSetting(t, server, "search_path", schema)
}

// WithSetting returns a server's URL with one more setting in it.
func WithSetting(t testing.TB, server, name, value string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("TEST_POSTGRES is not a URL: %v", err)
	}
	settings := u.Query()
	settings.Set(name, value)
	u.RawQuery = settings.Encode()
	return u.String()
}
