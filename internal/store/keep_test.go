package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// column returns the rows that a query with one column of text finds.
func column(t *testing.T, s *Store, query string, args ...any) []string {
	t.Helper()
	texts, err := s.texts(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// left counts the rows of every table.
func left(t *testing.T, s *Store, tables ...string) string {
	t.Helper()
	var counts []string
	for _, table := range tables {
		counts = append(counts, table+" "+column(t, s, `select cast(count(*) as text) from `+table)[0])
	}
	return strings.Join(counts, ", ")
}

// audited returns the rows of the audit that a query finds, each as its words.
func audited(t *testing.T, s *Store, q AuditQuery) []string {
	t.Helper()
	list, err := s.Audit(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, a := range list {
		words = append(words, fmt.Sprintf("%s %s %s %s %s", a.Case, a.User, a.Action, a.Article, a.Step))
	}
	return words
}

func change(t *testing.T, s *Store, id string, by By, f func(*Case)) {
	t.Helper()
	if _, _, err := s.Change(t.Context(), id, by, f); err != nil {
		t.Fatal(err)
	}
}

func mustWithdraw(t *testing.T, s *Store, ts string) string {
	t.Helper()
	id, err := s.Withdraw(t.Context(), Key{"T1", "C1", ts}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// deliver posts a case's reply.
func deliver(t *testing.T, s *Store, id, ts string) {
	t.Helper()
	if until, err := s.MarkSending(t.Context(), id, "r"+id, noon); err != nil || until.IsZero() {
		t.Fatalf("MarkSending = %v, %v", until, err)
	}
	if _, err := s.MarkPosted(t.Context(), id, "r"+id, ts, mustCase(t, s, id).Rev); err != nil {
		t.Fatal(err)
	}
}

// Each action leaves a row, in the order of time; what alters nothing leaves none.
func testAudit(t *testing.T, s *Store) {
	minute := 0
	by := func(user string) By {
		minute++
		return By{user, noon.Add(time.Duration(minute) * time.Minute)}
	}
	set := func(by By, done bool) {
		change(t, s, "a", by, func(c *Case) {
			c.SetTick(Tick{Article: tooMany.Article, Step: "limits", User: by.User, At: by.At}, done)
		})
	}
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer, question))
	set(by("U1"), true)
	set(by("U2"), true) // it is done already
	set(by("U2"), false)
	last := by("U3")
	change(t, s, "a", last, func(c *Case) {
		c.SetTick(Tick{Article: tooMany.Article, Step: "limits", User: "U3", At: last.At}, true)
		c.State, c.StateBy, c.StateAt = Resolved, "U3", last.At
	})
	change(t, s, "a", by("U4"), func(c *Case) { c.State, c.StateBy = Open, "U4" })
	change(t, s, "a", by("U5"), func(c *Case) { c.Items[1].Chosen = denied403.Article })
	change(t, s, "a", by("U6"), func(c *Case) { c.Items[1].Chosen = "" })
	posted := newCase("b", "2.0/429/TOO_MANY_REQUESTS", "", answer)
	posted.PostedBy, posted.OpenedAt = "U7", by("").At
	mustOpen(t, s, posted)
	want := []string{
		"a U1 tick 429/TOO_MANY_REQUESTS limits",
		"a U2 untick 429/TOO_MANY_REQUESTS limits",
		"a U3 tick 429/TOO_MANY_REQUESTS limits",
		"a U3 resolve  ",
		"a U4 reopen  ",
		"a U5 choose 403/ACCESS_DENIED ",
		"a U6 choose  ",
		"b U7 post 429/TOO_MANY_REQUESTS ",
	}
	for _, tt := range []struct {
		query AuditQuery
		want  []string
	}{
		{AuditQuery{}, want},
		{AuditQuery{Channel: "C1"}, want},
		{AuditQuery{Channel: "C2"}, nil},
		{AuditQuery{Case: "a"}, want[:7]},
		{AuditQuery{Case: "a", User: "U2"}, want[1:2]},
		{AuditQuery{User: "U3"}, want[2:4]},
		{AuditQuery{Since: last.At}, want[2:]},
	} {
		if diff := cmp.Diff(tt.want, audited(t, s, tt.query)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.query, diff)
		}
	}
	found, err := s.Audit(t.Context(), AuditQuery{Case: "a", User: "U1"})
	first := Audited{At: noon.Add(time.Minute), Team: "T1", Channel: "C1", TS: "1.0", Case: "a",
		User: "U1", Action: "tick", Article: tooMany.Article, Step: "limits"}
	if diff := cmp.Diff([]Audited{first}, found); diff != "" || err != nil {
		t.Errorf("the first act: %v (-want +got):\n%s", err, diff)
	}
}

// What was deleted goes at once, but for the key and what the reply still has to show.
func testWithdraw(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", detailed(answer, wait)))
	deliver(t, s, "a", "1.5")
	tick(t, s, "limits", "U1", true)
	if id := mustWithdraw(t, s, "9.9"); id != "" {
		t.Errorf("a message without a case: %q, want nothing to do", id)
	}
	for _, want := range []string{"a", ""} { // delivered again
		if id := mustWithdraw(t, s, "1.0"); id != want {
			t.Errorf("Withdraw = %q, want %q", id, want)
		}
	}
	c := mustCase(t, s, "a")
	if c.State != Withdrawn || c.UpToDate() || c.Rev != 3 || len(c.Items) != 1 || len(c.Ticks) != 1 || len(c.Items[0].Details) != 0 {
		t.Errorf("case = %+v", c)
	}
	edit := newCase("b", "1.0", "1.0", answer01)
	edit.Edited = true
	if id := mustOpen(t, s, edit); id != "" {
		t.Errorf("an edit that arrives later: %q, want nothing to do", id)
	}
	if err := s.MarkGivenUp(t.Context(), "a", "message_deleted"); err != nil {
		t.Fatal(err)
	}
	if c := mustCase(t, s, "a"); !c.UpToDate() || len(c.Items)+len(c.Ticks) > 0 || c.StateBy != "" {
		t.Errorf("case after its end = %+v", c)
	}
	if got := left(t, s, "cases", "items", "options", "details", "ticks"); got != "cases 1, items 0, options 0, details 0, ticks 0" {
		t.Errorf("left: %s; want the key alone", got)
	}
	if id := mustWithdraw(t, s, "1.0"); id != "" {
		t.Errorf("the deletion once more: %q, want nothing to do", id)
	}
	if id := mustOpen(t, s, newCase("c", "1.0", "1.0", answer)); id != "" {
		t.Errorf("the message once more: %q, want silence", id)
	}
	if id := mustOpen(t, s, newCase("d", "1.1", "1.0", answer)); id != "d" {
		t.Errorf("the same error in the thread, where no checklist is open: %q, want d", id)
	}
}

func testWithdrawUnposted(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	if until, err := s.MarkSending(t.Context(), "a", "r", noon); until.IsZero() || err != nil {
		t.Fatal(until, err)
	}
	mustWithdraw(t, s, "1.0")
	if until, err := s.MarkSending(t.Context(), "a", "r", noon); !until.IsZero() || err != nil {
		t.Errorf("a second attempt to post it: until %v, %v; want it refused", until, err)
	}
	mustOpen(t, s, newCase("b", "2.0", "2.0", answer))
	if err := s.MarkGivenUp(t.Context(), "b", "is_archived"); err != nil {
		t.Fatal(err)
	}
	if id := mustWithdraw(t, s, "2.0"); id != "" {
		t.Errorf("a case without a reply: %q, want nothing to do", id)
	}
	if c := mustCase(t, s, "b"); len(c.Items) != 0 {
		t.Errorf("case without a reply = %+v, want its key alone", c)
	}
}

// Only who holds the lease ends a case.
func testEndFenced(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	mustWithdraw(t, s, "1.0")
	other := *s
	other.worker = "another"
	if err := other.MarkGivenUp(t.Context(), "a", "message_deleted"); err != nil {
		t.Fatal(err)
	}
	if c := mustCase(t, s, "a"); len(c.Items) != 1 || c.UpToDate() {
		t.Errorf("case = %+v, want it untouched", c)
	}
}

const day = 24 * time.Hour

func testPurge(t *testing.T, s *Store) {
	at := func(days int) { s.now = func() time.Time { return noon.Add(time.Duration(days) * day) } }
	opened := func(id string, days int, items ...Item) {
		at(days)
		n := newCase(id, id, id, items...)
		n.OpenedAt = s.now()
		mustOpen(t, s, n)
	}
	for i := range purgeBatch + 5 {
		opened(fmt.Sprint("old", i), 0, detailed(answer01, wait))
	}
	opened("a", 1, answer)
	opened("ticked", 1, answer)
	at(50)
	change(t, s, "ticked", By{"U1", s.now()}, func(c *Case) {
		c.SetTick(Tick{Article: tooMany.Article, Step: "limits", User: "U1", At: s.now()}, true)
	})
	opened("withdrawn", 80, question)
	mustWithdraw(t, s, "withdrawn")
	for _, tt := range []struct {
		days int
		keep Keep
		want Purged
	}{
		{86, Keep{90 * day, 365 * day}, Purged{}},
		{88, Keep{90 * day, 365 * day}, Purged{Cases: 1, Revisions: 1}},              // withdrawn a week ago
		{91, Keep{90 * day, 365 * day}, Purged{Cases: purgeBatch + 5, Revisions: 1}}, // on the 90th day
		{92, Keep{90 * day, 365 * day}, Purged{Cases: 1}},                            // but not the one that was ticked
		{140, Keep{90 * day, 365 * day}, Purged{}},                                   // 90 days after the tick
		{141, Keep{90 * day, 365 * day}, Purged{Cases: 1, Revisions: 1}},             //
		{400, Keep{90 * day, 365 * day}, Purged{Audit: 1}},                           // the deletion's, at noon of the first day
		{400, Keep{90 * day, 365 * day}, Purged{}},                                   //
		{416, Keep{90 * day, 365 * day}, Purged{Audit: 1}},                           // the tick's
	} {
		got, err := s.Purge(t.Context(), tt.keep, noon.Add(time.Duration(tt.days)*day))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("day %d (-want +got):\n%s", tt.days, diff)
		}
	}
	if got := left(t, s, "cases", "items", "options", "details", "ticks", "revisions", "audit"); got != "cases 0, items 0, options 0, details 0, ticks 0, revisions 0, audit 0" {
		t.Errorf("left: %s", got)
	}
}

// The key of a message is kept for a week, whatever is asked for.
func testPurgeKeepsKeys(t *testing.T, s *Store) {
	s.now = func() time.Time { return noon }
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	for _, tt := range []struct {
		after time.Duration
		want  int64
	}{{7 * day, 0}, {7*day + time.Second, 1}} {
		if got, err := s.Purge(t.Context(), Keep{}, noon.Add(tt.after)); err != nil || got.Cases != tt.want {
			t.Errorf("after %v: %+v, %v; want %d", tt.after, got, err, tt.want)
		}
	}
}

func testForgetUser(t *testing.T, s *Store) {
	posted := newCase("p", "5.0/429", "", Item{Kind: "posted", Why: "U1", Options: []Option{tooMany}, Chosen: tooMany.Article})
	posted.PostedBy = "U1"
	mustOpen(t, s, posted)
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	deliver(t, s, "a", "1.5")
	for step, user := range map[string]string{"one": "U1", "two": "U2"} {
		tick(t, s, step, user, true)
	}
	change(t, s, "a", By{"U1", noon}, func(c *Case) { c.State, c.StateBy, c.StateAt = Resolved, "U1", noon })
	mustOpen(t, s, newCase("b", "2.0", "2.0", answer))
	before := mustCase(t, s, "a").Rev
	want := []Forgotten{
		{"cases to be shown anew, without the name", 2},
		{"ticks that stay, without the name", 1},
		{"posted checklists that stay, without the name", 1},
		{"rows of the audit that stay, without the name", 3},
	}
	forgets(t, s, Whom{User: "U1"}, want)
	c := mustCase(t, s, "a")
	one, done := c.Tick(tooMany.Article, "one")
	two, _ := c.Tick(tooMany.Article, "two")
	if !done || one.User != "" || two.User != "U2" || c.StateBy != "" || c.State != Resolved || c.Rev != before+1 {
		t.Errorf("case = %+v, want the tick without the name", c)
	}
	for _, table := range []string{"ticks.user_id", "audit.user_id", "cases.state_by", "items.why"} {
		name, col, _ := strings.Cut(table, ".")
		if got := column(t, s, `select `+col+` from `+name+` where `+col+` = 'U1'`); len(got) > 0 {
			t.Errorf("the name still stands in %s", table)
		}
	}
}

// forgets tries it without doing it, does it, and does it again.
func forgets(t *testing.T, s *Store, w Whom, want []Forgotten) {
	t.Helper()
	would, err := s.WouldForget(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, would); diff != "" {
		t.Errorf("would forget (-want +got):\n%s", diff)
	}
	did, err := s.Forget(t.Context(), w, noon)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, did); diff != "" {
		t.Errorf("forgot (-want +got):\n%s", diff)
	}
	again, err := s.Forget(t.Context(), w, noon)
	for _, f := range again {
		if f.Rows > 0 {
			t.Errorf("forgot again: %+v", f)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := column(t, s, `select user_id || channel || ts || case_id from audit where action = 'forget'`); len(got) != 2 || got[0] != "" {
		t.Errorf("the audit says of it %q, want twice that it was done, and nothing else", got)
	}
}

func testForgetChannel(t *testing.T, s *Store) {
	for i := range purgeBatch + 1 {
		ts := fmt.Sprint(i, ".0")
		mustOpen(t, s, newCase(fmt.Sprint("case", i), ts, ts, answer))
	}
	other := newCase("other", "1.0", "1.0", answer)
	other.Key.Channel = "C12"
	mustOpen(t, s, other)
	for _, channel := range []string{"C1", "C12"} {
		if err := s.RememberGap(t.Context(), 418, "", channel+" 1.0", noon); err != nil {
			t.Fatal(err)
		}
	}
	mustWithdraw(t, s, "1.0")
	saveWatermarks(t, s, Watermark{"T1", "C1", 50, 10}, Watermark{"T1", "C12", 50, 10})
	forgets(t, s, Whom{Channel: "C1"}, []Forgotten{
		{"cases removed, with their ticks", purgeBatch + 1},
		{"rows of the audit removed", 1},
		{"notes of counted messages removed", 1},
		{"notes of how far it was read removed", 1},
	})
	if got := left(t, s, "cases", "items", "options", "gap_messages", "watermarks"); got != "cases 1, items 1, options 1, gap_messages 1, watermarks 1" {
		t.Errorf("left: %s; want the other channel's", got)
	}
}

func testForgetMessage(t *testing.T, s *Store) {
	for _, ts := range []string{"1.0", "1.00"} {
		mustOpen(t, s, newCase(ts, ts, ts, answer))
		mustWithdraw(t, s, ts)
		if err := s.RememberGap(t.Context(), 418, "", "C1 "+ts, noon); err != nil {
			t.Fatal(err)
		}
	}
	forgets(t, s, Whom{Channel: "C1", TS: "1.0"}, []Forgotten{
		{"cases removed, with their ticks", 1},
		{"rows of the audit removed", 1},
		{"notes of counted messages removed", 1},
	})
	if got := column(t, s, `select id from cases`); len(got) != 1 || got[0] != "1.00" {
		t.Errorf("left: %v", got)
	}
}

// What was deleted does not stay readable in SQLite's files.
func TestDeletedIsOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, "sqlite:"+path)
	const canary = "canary-0123456789"
	inFiles := func() bool {
		t.Helper()
		for _, name := range []string{path, path + "-wal"} {
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(body), canary) {
				return true
			}
		}
		return false
	}
	n := newCase("a", "1.0", "1.0", detailed(answer, Detail{Kind: "id", Name: canary, Value: strings.Repeat(canary, 1000)}))
	n.Key.Channel = canary
	mustOpen(t, s, n)
	change(t, s, "a", By{canary, noon}, func(c *Case) {
		c.SetTick(Tick{Article: tooMany.Article, Step: "limits", User: canary, At: noon}, true)
	})
	if !inFiles() {
		t.Fatal("it was never there: does this test look in the right place?")
	}
	for _, w := range []Whom{{User: canary}, {Channel: canary}} {
		if _, err := s.Forget(t.Context(), w, noon); err != nil {
			t.Fatal(err)
		}
	}
	if inFiles() {
		t.Error("what was forgotten can still be read in the database's files")
	}
}

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "test.db")
	s := open(t, url)
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	tick(t, s, "limits", "U1", true)
	file := filepath.Join(dir, "backup.db")
	if err := os.WriteFile(file+".partial", []byte("of a backup that was killed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Backup(t.Context(), url, file); err != nil {
		t.Fatal(err)
	}
	tick(t, s, "limits", "U1", false) // not in it
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the backup: %v, %v; want it readable by its owner alone", info.Mode(), err)
	}
	if c := mustCase(t, open(t, "sqlite:"+file), "a"); len(c.Ticks) != 1 || c.Rev != 2 {
		t.Errorf("the case in the backup = %+v", c)
	}
	for _, tt := range []struct{ url, file, want string }{
		{url, file, "is there already: name a new file"},
		{url, filepath.Join(dir, "no", "x.db"), "a folder that exists"},
		{"sqlite:" + filepath.Join(dir, "none.db"), filepath.Join(dir, "x.db"), "there is no database"},
		{"postgres://u@h/d", filepath.Join(dir, "x.db"), "use pg_dump"},
	} {
		err := Backup(t.Context(), tt.url, tt.file)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Backup(%s, %s) = %v, want %q in it", tt.url, tt.file, err, tt.want)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Backup(stopped, url, filepath.Join(dir, "y.db")); err == nil {
		t.Error("a backup that was broken off says that it is done")
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*.partial")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func BenchmarkPurge(b *testing.B) {
	s, err := OpenDatabase(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bench.db"), testLease)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		b.StopTimer()
		for i := range purgeBatch {
			ts := fmt.Sprint(i)
			if _, err := s.Open(b.Context(), newCase(ts, ts, ts, answer)); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		if p, err := s.Purge(b.Context(), Keep{}, time.Now().Add(365*day)); err != nil || p.Cases != purgeBatch {
			b.Fatal(p, err)
		}
	}
}
