package store

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// beside opens a database as it is: without tables, or with what others made.
func beside(t *testing.T, url string) *Store {
	t.Helper()
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		f, err := os.OpenFile(path, os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	s, err := OpenBeside(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.db.PingContext(t.Context()); err != nil { // SQLite refuses whoever comes while a file becomes one with a write-ahead log
		t.Fatal(err)
	}
	return s
}

// firstMigration is what the first version of the bot came with.
func firstMigration(t *testing.T) fs.FS {
	t.Helper()
	const name = "migrations/0001_cases.sql"
	body, err := fs.ReadFile(migrations, name)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{name: {Data: body}}
}

// runFirstVersion does with a case what the first version of the bot did.
func runFirstVersion(t *testing.T, s *Store, id string) {
	t.Helper()
	script, err := os.ReadFile("testdata/version-1.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(t.Context(), strings.ReplaceAll(string(script), "CASE", id)); err != nil {
		t.Fatalf("the first version's statements: %v", err)
	}
}

// A new version takes a database over from the first one, with what it holds, and
// the first one keeps running on it.
func TestVersionsSideBySide(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(*testing.T) string) {
		url := fresh(t)
		first := beside(t, url)
		if err := first.migrate(t.Context(), firstMigration(t)); err != nil {
			t.Fatal(err)
		}
		runFirstVersion(t, first, "before")
		s := open(t, url)
		runFirstVersion(t, first, "after")
		for _, id := range []string{"before", "after"} {
			c := mustCase(t, s, id)
			if len(c.Items) != 2 || len(c.Ticks) != 1 || c.Rev != 3 || c.State != Resolved || !c.UpToDate() {
				t.Errorf("the case of the first version = %+v", c)
			}
			c, altered, err := s.Change(t.Context(), id, by, func(c *Case) { c.State, c.StateBy, c.StateAt = Open, "U2", noon })
			if err != nil || !altered || c.Rev != 4 || c.Lease.Worker != s.worker {
				t.Errorf("Change = %+v, %v, %v; want it reopened", c, altered, err)
			}
		}
	})
}

// What makes the other version stumble is not allowed: taking something away, or a
// column that it would have to fill.
func TestMigrationsOnlyAdd(t *testing.T) {
	takes := regexp.MustCompile(`(?i)\b(drop|rename|truncate|delete|update)\b|alter\s+column`)
	column := regexp.MustCompile(`(?i)add\s+column.*`)
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(names) < 2 {
		t.Fatalf("migrations: %v, %v", names, err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(body)) {
			statement, _, _ := strings.Cut(line, "--")
			statement = strings.ReplaceAll(statement, "on delete cascade", "")
			if takes.MatchString(statement) {
				t.Errorf("%s takes something away: %s", name, statement)
			}
			if added := column.FindString(statement); strings.Contains(added, "not null") && !strings.Contains(added, "default") {
				t.Errorf("%s adds a column that other versions do not fill, without a default: %s", name, statement)
			}
		}
	}
}

// Many processes may start at once on an empty database.
func TestMigratedAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(*testing.T) string) {
		url := fresh(t)
		var wg sync.WaitGroup
		for _, s := range []*Store{beside(t, url), beside(t, url), beside(t, url), beside(t, url)} {
			wg.Go(func() {
				if err := s.migrate(t.Context(), migrations); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if s := open(t, url); mustOpen(t, s, newCase("a", "1.0", "1.0", answer)) != "a" {
			t.Error("no case could be opened")
		}
	})
}

// A migration that breaks off leaves nothing half done, and goes through the next
// time.
func TestBrokenMigration(t *testing.T) {
	onBoth(t, func(t *testing.T, fresh func(*testing.T) string) {
		s := beside(t, fresh(t))
		broken := fstest.MapFS{"migrations/0001_x.sql": {Data: []byte("create table x (a int); insert into x values (1); insert into y values (2);")}}
		if err := s.migrate(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "0001_x.sql") {
			t.Fatalf("migrate = %v, want an error that names the file", err)
		}
		mended := fstest.MapFS{"migrations/0001_x.sql": {Data: []byte("create table x (a text); insert into x values ('one');")}}
		if err := s.migrate(t.Context(), mended); err != nil {
			t.Fatal(err)
		}
		got, err := s.texts(t.Context(), "select a from x")
		if diff := cmp.Diff([]string{"one"}, got); diff != "" || err != nil {
			t.Errorf("%v; rows (-want +got):\n%s", err, diff)
		}
	})
}
