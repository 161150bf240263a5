package store

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testGaps(t *testing.T, s *Store) {
	remember := func(status int, code, message string, minute int) {
		t.Helper()
		if err := s.RememberGap(t.Context(), status, code, message, noon.Add(time.Duration(minute)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	remember(403, "NO_SUCH_ROLE", "C1 1", 0)
	remember(418, "", "C1 2", 2)
	remember(403, "NO_SUCH_ROLE", "C1 1", 3) // delivered again
	remember(404, "NO_SUCH_ROLE", "C1 1", 3) // edited
	remember(418, "", "C1 3", 3)
	remember(0, "NO_SUCH_ROLE", "", 4) // asked twice
	remember(0, "NO_SUCH_ROLE", "", 5)
	remember(0, "NO_SUCH_ROLE", "C1 4", 6)
	remember(500, "", "C1 1", 24*60+10) // forgotten by then
	want := []Gap{
		{0, "NO_SUCH_ROLE", 3, noon.Add(4 * time.Minute), noon.Add(6 * time.Minute)},
		{418, "", 2, noon.Add(2 * time.Minute), noon.Add(3 * time.Minute)},
		{500, "", 1, noon.Add(24*time.Hour + 10*time.Minute), noon.Add(24*time.Hour + 10*time.Minute)},
		{403, "NO_SUCH_ROLE", 1, noon, noon},
	}
	got, err := s.Gaps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

// What nobody has seen for long makes room.
func TestGapsAreBounded(t *testing.T) {
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	if _, err := s.db.ExecContext(t.Context(), "pragma synchronous = off"); err != nil {
		t.Fatal(err)
	}
	for i := range MaxGaps + 5 {
		if err := s.RememberGap(t.Context(), 400, fmt.Sprintf("CODE_%d", i), fmt.Sprint("C1 ", i), noon.Add(time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	gaps, err := s.Gaps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(gaps) != MaxGaps || gaps[len(gaps)-1].Code != "CODE_5" {
		t.Errorf("%d gaps, the oldest is %s; want %d and CODE_5", len(gaps), gaps[len(gaps)-1].Code, MaxGaps)
	}
}

func TestReadGaps(t *testing.T) {
	dir := t.TempDir()
	url := func(name string) string { return "sqlite:" + filepath.Join(dir, name) }
	s := open(t, url("running.db"))
	if err := s.RememberGap(t.Context(), 418, "TEAPOT", "C1 1", noon); err != nil {
		t.Fatal(err)
	}
	gaps, err := ReadGaps(t.Context(), url("running.db")) // while it is open
	if err != nil || len(gaps) != 1 || gaps[0].Code != "TEAPOT" {
		t.Errorf("%v, %v; want TEAPOT", gaps, err)
	}

	if err := beside(t, url("old.db")).migrate(t.Context(), firstMigration(t)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"old.db":     "start the bot once",
		"missing.db": "name the one that the bot runs on",
		"":           "name the database that the bot runs on", // a folder
	} {
		if _, err := ReadGaps(t.Context(), url(name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
	if _, err := ReadGaps(t.Context(), "mysql:x"); err == nil {
		t.Error("mysql: no error")
	}
}
