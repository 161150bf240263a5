package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A second bot on the same file is refused, by whatever name it calls it.
func TestSecondBotOnAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	first := open(t, "sqlite:"+path)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		_, err := OpenDatabase(t.Context(), "sqlite:"+name, testLease)
		if want := fmt.Sprintf("%s is in use by another bot (process %d)", name, os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("OpenDatabase = %v, want %q", err, want)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, "sqlite:"+path)
}

// What the last process held is free at once: there is no other.
func TestLeasesOfTheLastProcess(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	first := open(t, url)
	mustOpen(t, first, newCase("a", "1.0", "1.0", answer))
	mustOpen(t, first, newCase("b", "2.0", "2.0", answer))
	if err := first.Park(t.Context(), "b", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	first.Close()
	second := open(t, url)
	wantLapsed(t, second, "a")
	if c := mustTake(t, second, "a", true); !c.Lease.TakenOver {
		t.Errorf("lease = %+v, want that a call may be under way", c.Lease)
	}
}

// With a full disk reading goes on, and writing does as soon as there is room.
// max_page_count makes SQLite fail as it does then, without a small disk.
func TestDiskFull(t *testing.T) {
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	if _, err := s.db.ExecContext(t.Context(), "pragma max_page_count = 1"); err != nil { // SQLite takes what it has
		t.Fatal(err)
	}
	long := newCase("b", "2.0", "2.0", Item{Kind: "note", Why: strings.Repeat("long ", 10_000)})
	if c, err := s.Open(t.Context(), long); err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("Open = %q, %v; want that the disk is full", c.ID, err)
	}
	if _, err := s.Case(t.Context(), "b"); err != ErrNotFound {
		t.Errorf("the case is there in part: %v", err)
	}
	if c := mustCase(t, s, "a"); len(c.Items) != 1 {
		t.Errorf("case = %+v", c)
	}
	if _, err := s.db.ExecContext(t.Context(), "pragma max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if id := mustOpen(t, s, long); id != "b" {
		t.Errorf("Open with room again = %q, want b", id)
	}
}

// While another process writes for long, reading goes on.
func TestReadingWhileLocked(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	s := open(t, url)
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	tx, err := beside(t, url).db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), newCase("b", "2.0", "2.0", answer)); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("Open = %v, want that the database is locked", err)
	}
	if c := mustCase(t, s, "a"); len(c.Items) != 1 {
		t.Errorf("case = %+v", c)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, s, newCase("b", "2.0", "2.0", answer))
}

func TestDamagedDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, "sqlite:"+path)
	for i := range 100 {
		id := fmt.Sprint("case", i)
		mustOpen(t, s, newCase(id, id, id, answer))
	}
	s.Close()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, 4096), info.Size()-4096); err != nil {
		t.Fatal(err)
	}
	f.Close()
	_, err = OpenDatabase(context.Background(), "sqlite:"+path, testLease)
	if err == nil || !strings.Contains(err.Error(), "is damaged") || !strings.Contains(err.Error(), "restore a backup") {
		t.Errorf("OpenDatabase = %v, want that it is damaged, and what to do", err)
	}
}
