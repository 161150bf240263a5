package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgconn"

	"apierrorbot/internal/pgtest"
)

// testLease is long enough for every test that is not about leases.
const testLease = time.Minute

// The suite runs against both databases.
func TestStore(t *testing.T) {
	suite := []struct {
		name string
		test func(*testing.T, *Store)
	}{
		{"a case is stored whole", testRoundTrip},
		{"a message is answered once", testOnce},
		{"twenty deliveries at once open one case", testOnceConcurrently},
		{"a thread is not told the same again", testQuietThread},
		{"a question answered already is not asked again", testQuietChoice},
		{"somebody who asks is answered again", testAskedAgain},
		{"an edit adds what is new", testEdit},
		{"an edit without news changes nothing", testEditWithoutNews},
		{"an edit replaces a note", testEditReplacesNote},
		{"an edit drops what nobody has worked on", testEditDrops},
		{"an edit does not repeat what the thread has", testEditInThread},
		{"details go with their item", testDetails},
		{"an edit adds details", testEditAddsDetails},
		{"a case is found by its message", testFind},
		{"a tick is set, not toggled", testTick},
		{"twenty people tick at once", testTicksConcurrently},
		{"a choice and a state are stored", testChoiceAndState},
		{"a reply's way is stored", testReply},
		{"a refused reply is finished", testGivenUp},
		{"a deleted case is gone", testDelete},
		{"odd characters do not keep a case from being stored", testOddCharacters},
		{"gaps are counted", testGaps},
		{"a lapsed lease is taken over", testLeaseTakenOver},
		{"a post is known, however late", testLeaseLatePost},
		{"a click takes a free lease", testLeaseClicks},
		{"a parked case waits", testLeaseParked},
		{"leases are given back", testLeaseGivenBack},
		{"leases are renewed", testLeaseRenewed},
		{"twenty workers take over one case", testLeaseTakenOnce},
		{"who did what is kept", testAudit},
		{"a withdrawn case leaves its key", testWithdraw},
		{"a withdrawn case is not posted", testWithdrawUnposted},
		{"a withdrawn case is ended by who works on it", testEndFenced},
		{"what is old is purged", testPurge},
		{"keys are kept for a week", testPurgeKeepsKeys},
		{"a user is forgotten", testForgetUser},
		{"a channel is forgotten", testForgetChannel},
		{"a message is forgotten", testForgetMessage},
		{"watermarks rise", testWatermarks},
		{"many watermarks", testManyWatermarks},
		{"one process reads a channel", testReading},
		{"threads of open cases", testOpenThreads},
	}
	onBoth(t, func(t *testing.T, fresh func(*testing.T) string) {
		for _, s := range suite {
			t.Run(s.name, func(t *testing.T) { s.test(t, open(t, fresh(t))) })
		}
	})
}

// onBoth runs a test against SQLite and PostgreSQL. fresh makes a new database and
// returns its URL.
func onBoth(t *testing.T, test func(t *testing.T, fresh func(*testing.T) string)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") })
	})
	t.Run("postgres", func(t *testing.T) {
		pgtest.Server(t) // or skip the whole of it
		test(t, func(t *testing.T) string { return pgtest.Database(t) })
	})
}

func open(t *testing.T, url string) *Store {
	t.Helper()
	s, err := OpenDatabase(t.Context(), url, testLease)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var (
	noon = time.UnixMilli(1_790_000_000_000)
	by   = By{"U1", noon}

	tooMany   = Option{Article: "429/TOO_MANY_REQUESTS", Revision: "r429", Body: []byte(`{"status":429}`)}
	denied401 = Option{Article: "401/ACCESS_DENIED", Revision: "r401", Body: []byte(`{"status":401}`)}
	denied403 = Option{Article: "403/ACCESS_DENIED", Revision: "r403", Body: []byte(`{"status":403}`)}

	answer   = Item{Kind: "match", Why: "it says 429", Options: []Option{tooMany}, Chosen: tooMany.Article}
	answer01 = Item{Kind: "match", Why: "it says 401", Options: []Option{denied401}, Chosen: denied401.Article}
	question = Item{Kind: "match", Why: "it says ACCESS_DENIED", Options: []Option{denied401, denied403}}
	note     = Item{Kind: "note", Why: "nothing found"}
)

func newCase(id, ts, thread string, items ...Item) NewCase {
	return NewCase{ID: id, Key: Key{"T1", "C1", ts}, Thread: thread, OpenedAt: noon, Items: items}
}

func mustOpen(t *testing.T, s *Store, n NewCase) string {
	t.Helper()
	c, err := s.Open(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	if c.ID == "" {
		return ""
	}
	if diff := cmp.Diff(mustCase(t, s, c.ID), c); diff != "" {
		t.Errorf("the case that Open returns is not the one that is stored (-stored +returned):\n%s", diff)
	}
	return c.ID
}

func mustCase(t *testing.T, s *Store, id string) Case {
	t.Helper()
	c, err := s.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testRoundTrip(t *testing.T, s *Store) {
	s.now = func() time.Time { return noon }
	if id := mustOpen(t, s, newCase("a", "1.1", "1.0", answer, question, note)); id != "a" {
		t.Fatalf("Open = %q, want a", id)
	}
	second, third := question, note
	second.N, third.N = 1, 2
	want := Case{
		ID: "a", Key: Key{"T1", "C1", "1.1"}, Thread: "1.0", OpenedAt: noon, Rev: 1,
		State: Open, StateAt: time.UnixMilli(0),
		Items: []Item{answer, second, third},
		Reply: Reply{State: Waiting, At: time.UnixMilli(0)},
		Lease: Lease{Worker: s.worker, Until: noon.Add(testLease)},
	}
	if diff := cmp.Diff(want, mustCase(t, s, "a")); diff != "" {
		t.Errorf("case (-want +got):\n%s", diff)
	}
}

func testOnce(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.1", "1.1", answer))
	if id := mustOpen(t, s, newCase("b", "1.1", "1.1", answer)); id != "" {
		t.Errorf("second Open = %q, want nothing to do", id)
	}
	elsewhere := newCase("c", "1.1", "1.1", answer)
	elsewhere.Key.Channel = "C2"
	if id := mustOpen(t, s, elsewhere); id != "c" {
		t.Errorf("Open in another channel = %q, want c", id)
	}
}

func testOnceConcurrently(t *testing.T, s *Store) {
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		opened []string
	)
	for i := range 20 {
		wg.Go(func() {
			c, err := s.Open(t.Context(), newCase(fmt.Sprint("case", i), "1.1", "1.1", answer))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if c.ID != "" {
				opened = append(opened, c.ID)
			}
		})
	}
	wg.Wait()
	if len(opened) != 1 {
		t.Errorf("opened %v, want one case", opened)
	}
}

func testQuietThread(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	if id := mustOpen(t, s, newCase("b", "1.1", "1.0", answer)); id != "" {
		t.Errorf("the same error in the thread: %q, want silence", id)
	}
	if id := mustOpen(t, s, newCase("c", "1.2", "1.0", answer, answer01)); id != "c" {
		t.Errorf("another error in the thread: %q, want c", id)
	}
	if c := mustCase(t, s, "c"); len(c.Items) != 1 || c.Items[0].Chosen != denied401.Article {
		t.Errorf("items of c = %v, want what is new only", c.Items)
	}
	if id := mustOpen(t, s, newCase("d", "2.0", "2.0", answer)); id != "d" {
		t.Errorf("the same error in another thread: %q, want d", id)
	}
}

func testQuietChoice(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", question))
	if id := mustOpen(t, s, newCase("b", "1.1", "1.0", question)); id != "" {
		t.Errorf("the same question: %q, want silence", id)
	}
	if id := mustOpen(t, s, newCase("c", "1.2", "1.0", answer01)); id != "c" {
		t.Errorf("a definite error after a question: %q, want c", id)
	}
	if id := mustOpen(t, s, newCase("d", "1.3", "1.0", question)); id != "" {
		t.Errorf("a question whose answer is there: %q, want silence", id)
	}
}

func testAskedAgain(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	asked := newCase("b", "1.1", "1.0", answer)
	asked.Asked = true
	if id := mustOpen(t, s, asked); id != "b" {
		t.Errorf("asked again: %q, want b", id)
	}
}

func testEdit(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	if _, _, err := s.Change(t.Context(), "a", by, func(c *Case) { c.State, c.StateBy, c.StateAt = Resolved, "U1", noon }); err != nil {
		t.Fatal(err)
	}
	edit := newCase("b", "1.0", "1.0", answer, answer01)
	edit.Edited = true
	if id := mustOpen(t, s, edit); id != "a" {
		t.Fatalf("edit: %q, want a", id)
	}
	c := mustCase(t, s, "a")
	if len(c.Items) != 2 || c.Items[1].Chosen != denied401.Article || c.Items[1].N != 1 || c.Rev != 3 || c.State != Open {
		t.Errorf("case after the edit = %+v, want two items, rev 3, open", c)
	}
}

func testEditWithoutNews(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	edit := newCase("b", "1.0", "1.0", answer)
	edit.Edited = true
	if id := mustOpen(t, s, edit); id != "" {
		t.Errorf("edit without news: %q, want nothing to do", id)
	}
	edit = newCase("c", "7.0", "7.0", answer)
	edit.Edited = true
	if id := mustOpen(t, s, edit); id != "c" {
		t.Errorf("edit of a message that was not answered: %q, want c", id)
	}
}

func testEditDrops(t *testing.T, s *Store) {
	answered := question
	answered.Chosen = denied403.Article
	tests := []struct {
		name     string
		had      []Item
		ticked   string // the article of a tick
		now      []Item
		partial  bool
		want     []string // the articles of the items that are left
		unchange bool     // nothing to show
	}{
		{name: "another error", had: []Item{answer}, now: []Item{answer01}, want: []string{"401/ACCESS_DENIED"}},
		{name: "one of two", had: []Item{answer, answer01}, now: []Item{answer01}, want: []string{"401/ACCESS_DENIED"}},
		{name: "a tick keeps it", had: []Item{answer}, ticked: tooMany.Article, now: []Item{answer01},
			want: []string{"429/TOO_MANY_REQUESTS", "401/ACCESS_DENIED"}},
		{name: "a tick on another does not", had: []Item{answer, answer01}, ticked: denied401.Article, now: []Item{answer01},
			want: []string{"401/ACCESS_DENIED"}},
		{name: "a question gives way to its answer", had: []Item{question}, now: []Item{answer01}, want: []string{"401/ACCESS_DENIED"}},
		{name: "an answered question stays", had: []Item{answered}, now: []Item{answer},
			want: []string{"401/ACCESS_DENIED 403/ACCESS_DENIED", "429/TOO_MANY_REQUESTS"}},
		{name: "an answer stays when it is asked again", had: []Item{answer01}, now: []Item{question},
			want: []string{"401/ACCESS_DENIED"}, unchange: true},
		{name: "the rest was not read", had: []Item{answer}, now: []Item{answer01}, partial: true,
			want: []string{"429/TOO_MANY_REQUESTS", "401/ACCESS_DENIED"}},
		{name: "only a note is left", had: []Item{answer}, now: []Item{note}, want: []string{"429/TOO_MANY_REQUESTS"}, unchange: true},
	}
	for i, test := range tests {
		id, ts := fmt.Sprint("case", i), fmt.Sprint(i, ".0")
		mustOpen(t, s, newCase(id, ts, ts, test.had...))
		if test.ticked != "" {
			tick := Tick{Article: test.ticked, Step: "one", User: "U1", At: noon}
			if _, _, err := s.Change(t.Context(), id, by, func(c *Case) { c.SetTick(tick, true) }); err != nil {
				t.Fatal(err)
			}
		}
		before := mustCase(t, s, id).Rev
		edit := newCase("new", ts, ts, test.now...)
		edit.Edited, edit.Partial = true, test.partial
		changed := mustOpen(t, s, edit) != ""
		var got []string
		for _, item := range mustCase(t, s, id).Items {
			var articles []string
			for _, o := range item.Options {
				articles = append(articles, o.Article)
			}
			got = append(got, strings.Join(articles, " "))
		}
		if diff := cmp.Diff(test.want, got); diff != "" || changed == test.unchange || (mustCase(t, s, id).Rev > before) != changed {
			t.Errorf("%s: changed %v, items (-want +got)\n%s", test.name, changed, diff)
		}
	}
}

func testEditInThread(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	mustOpen(t, s, newCase("b", "1.1", "1.0", answer01))
	edit := newCase("c", "1.1", "1.0", answer01, answer)
	edit.Edited = true
	if id := mustOpen(t, s, edit); id != "" {
		t.Errorf("an edit adds what the thread has: %q, want nothing to do", id)
	}
}

func testFind(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	c, err := s.Find(t.Context(), Key{"T1", "C1", "1.0"})
	if err != nil || c.ID != "a" || len(c.Items) != 1 {
		t.Errorf("Find = %+v, %v; want case a", c, err)
	}
	if _, err := s.Find(t.Context(), Key{"T1", "C1", "9.9"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("Find of an unknown message: %v, want ErrNotFound", err)
	}
}

func testEditReplacesNote(t *testing.T, s *Store) {
	asked := newCase("a", "1.0", "1.0", note)
	asked.Asked = true
	mustOpen(t, s, asked)
	edit := newCase("b", "1.0", "1.0", answer)
	edit.Asked, edit.Edited = true, true
	if id := mustOpen(t, s, edit); id != "a" {
		t.Fatalf("edit: %q, want a", id)
	}
	if c := mustCase(t, s, "a"); len(c.Items) != 1 || c.Items[0].Kind != "match" {
		t.Errorf("items = %+v, want the answer only", c.Items)
	}
}

func tick(t *testing.T, s *Store, step, user string, done bool) (Case, bool) {
	t.Helper()
	c, altered, err := s.Change(t.Context(), "a", By{user, noon}, func(c *Case) {
		c.SetTick(Tick{Article: tooMany.Article, Step: step, User: user, At: noon}, done)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, altered
}

func testTick(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	steps := []struct {
		user    string
		done    bool
		altered bool
		rev     int64
		by      string
	}{
		{"U1", true, true, 2, "U1"},
		{"U2", true, false, 2, "U1"}, // the first keeps it
		{"U2", false, true, 3, ""},
		{"U1", false, false, 3, ""},
		{"U2", true, true, 4, "U2"},
	}
	for i, st := range steps {
		c, altered := tick(t, s, "limits", st.user, st.done)
		got, _ := c.Tick(tooMany.Article, "limits")
		if altered != st.altered || c.Rev != st.rev || got.User != st.by {
			t.Errorf("click %d: altered %v, rev %d, by %q; want %v, %d, %q", i, altered, c.Rev, got.User, st.altered, st.rev, st.by)
		}
		if diff := cmp.Diff(mustCase(t, s, "a"), c, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("click %d: what Change returned is not what is stored (-stored +returned):\n%s", i, diff)
		}
	}
}

func testTicksConcurrently(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { tick(t, s, fmt.Sprint("step", i), fmt.Sprint("U", i), true) })
	}
	wg.Wait()
	if c := mustCase(t, s, "a"); len(c.Ticks) != 20 || c.Rev != 21 {
		t.Errorf("%d ticks, rev %d; want 20 and 21", len(c.Ticks), c.Rev)
	}
}

func testChoiceAndState(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", question))
	_, altered, err := s.Change(t.Context(), "a", by, func(c *Case) {
		c.Items[0].Chosen = denied403.Article
		c.State, c.StateBy, c.StateAt = Resolved, "U1", noon
	})
	if err != nil || !altered {
		t.Fatalf("Change: altered %v, %v", altered, err)
	}
	c := mustCase(t, s, "a")
	if c.Items[0].Chosen != denied403.Article || c.State != Resolved || c.StateBy != "U1" || !c.StateAt.Equal(noon) || c.Rev != 2 {
		t.Errorf("case = %+v", c)
	}
}

func testReply(t *testing.T, s *Store) {
	ctx := t.Context()
	unfinished := func(want ...string) {
		t.Helper()
		got, err := s.Unfinished(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("unfinished (-want +got):\n%s", diff)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	unfinished("a")
	sending := func(replyID string, want bool) {
		t.Helper()
		until, err := s.MarkSending(ctx, "a", replyID, noon)
		if must(err); !until.IsZero() != want {
			t.Errorf("MarkSending(%q) = %v, want success: %v", replyID, until, want)
		}
	}
	sending("random", true)
	sending("another", false) // somebody else is at it
	sending("random", true)   // a second attempt
	unfinished("a")
	marked := func(newest bool, err error) {
		t.Helper()
		if must(err); !newest {
			t.Error("marked, and it is not the newest state")
		}
	}
	marked(s.MarkPosted(ctx, "a", "random", "1.5", 1))
	unfinished()
	sending("random", false)
	want := Reply{State: Posted, ID: "random", At: noon, TS: "1.5", Rev: 1}
	if diff := cmp.Diff(want, mustCase(t, s, "a").Reply); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	tick(t, s, "limits", "U1", true)
	unfinished("a")
	marked(s.MarkRendered(ctx, "a", 2))
	unfinished()
	if newest, err := s.MarkRendered(ctx, "a", 1); newest || err != nil { // late news of an older state
		t.Errorf("late news of an older state: %v, %v; want it ignored", newest, err)
	}
	if got := mustCase(t, s, "a").Reply.Rev; got != 2 {
		t.Errorf("rendered rev = %d, want 2", got)
	}
}

func testGivenUp(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	if err := s.MarkGivenUp(t.Context(), "a", "is_archived"); err != nil {
		t.Fatal(err)
	}
	if ids, err := s.Unfinished(t.Context()); err != nil || len(ids) > 0 {
		t.Errorf("unfinished = %v, %v; want none", ids, err)
	}
	if c := mustCase(t, s, "a"); !c.UpToDate() || c.Reply.Error != "is_archived" {
		t.Errorf("reply = %+v", c.Reply)
	}
	if id := mustOpen(t, s, newCase("b", "1.1", "1.0", answer)); id != "b" {
		t.Errorf("the same error after a reply that nobody saw: %q, want b", id)
	}
}

func testOddCharacters(t *testing.T, s *Store) {
	odd := detailed(note, Detail{Kind: "id", Name: "X-\x00Id", Value: "\xff\x00"})
	odd.Why = "nothing\x00 f\xffound: \u2028 ✓"
	mustOpen(t, s, newCase("a", "1.0", "1.0", odd))
	want := detailed(note, Detail{Kind: "id", Name: "X-Id", Value: "\uFFFD"})
	want.Why = "nothing f\uFFFDound: \u2028 ✓"
	if diff := cmp.Diff([]Item{want}, mustCase(t, s, "a").Items); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func testDelete(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer, question))
	tick(t, s, "limits", "U1", true)
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Case(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Case after Delete: %v, want ErrNotFound", err)
	}
	if _, _, err := s.Change(t.Context(), "a", by, func(*Case) {}); !errors.Is(err, ErrNotFound) {
		t.Errorf("Change after Delete: %v, want ErrNotFound", err)
	}
	if id := mustOpen(t, s, newCase("b", "1.0", "1.0", answer)); id != "b" {
		t.Errorf("Open after Delete = %q, want b", id)
	}
}

// What SQLite alone has: a file.

func TestCasesSurviveARestart(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "a folder with ?, # and %", "test.db")
	path := strings.TrimPrefix(url, "sqlite:")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	first := open(t, url)
	mustOpen(t, first, newCase("a", "1.0", "1.0", answer))
	tick(t, first, "limits", "U1", true)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, url)
	if c := mustCase(t, second, "a"); len(c.Ticks) != 1 || c.Rev != 2 {
		t.Errorf("case after a restart = %+v", c)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file mode = %v, %v; want readable by its owner only", info.Mode(), err)
	}
}

func TestDurability(t *testing.T) {
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := s.db.QueryRowContext(t.Context(), "pragma "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("pragma %s = %q, %v; want %q", pragma, got, err, want)
		}
	}
}

// A database that a later version migrated still opens.
func TestNewerDatabase(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	s := open(t, url)
	if _, err := s.db.ExecContext(t.Context(), `insert into migrations (version) values (9999)`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	mustOpen(t, open(t, url), newCase("a", "1.0", "1.0", answer))
}

func TestOpenDatabaseErrors(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ url, want string }{
		{"", "write sqlite:PATH"},
		{"sqlite:", "write sqlite:PATH"},
		{"sqlite://x.db", "two slashes"},
		{"sqlite::memory:", "in memory"},
		{"mysql://user:hunter2@host/db", "write sqlite:PATH or postgres://"},
		{"postgres://user:hunter2%zz@host/db", "write postgres://USER"},
		{"postgres://user:hunter2@127.0.0.1:1/db", "cannot be reached at 127.0.0.1:1: connection refused: check that it runs"},
		{"sqlite:" + filepath.Join(t.TempDir(), "missing", "x.db"), "a folder that exists"},
		{"sqlite:" + garbage, "not a database"},
	}
	for _, tt := range tests {
		_, err := OpenDatabase(context.Background(), tt.url, testLease)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("OpenDatabase(%q) = %v, want %q in it", tt.url, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("OpenDatabase(%q) shows the password: %v", tt.url, err)
		}
		if err != nil && strings.HasPrefix(tt.url, "postgres:") && strings.Contains(err.Error(), "\n") {
			t.Errorf("OpenDatabase(%q) says more than one line: %v", tt.url, err)
		}
	}
}

// What to do depends on who refuses: a server that is not there, one that does not
// know the password, and one that has no such database.
func TestConnectError(t *testing.T) {
	pg := func(code, message string) error {
		return fmt.Errorf("two\nlines: %w", &pgconn.PgError{Code: code, Message: message})
	}
	tests := []struct {
		err  error
		want string
	}{
		{pg("28P01", "password authentication failed"), "PostgreSQL at db:5432 refuses the user name or password: correct them in the URL, with %XX for special characters (password authentication failed)"},
		{pg("3D000", "database does not exist"), "PostgreSQL at db:5432 does not let us in: database does not exist (SQLSTATE 3D000): correct the URL or mend the server"},
		{fmt.Errorf("a\nb: %w", context.DeadlineExceeded), "PostgreSQL cannot be reached at db:5432: no answer in 5s: check that it runs, and the host and port in the URL"},
		{fmt.Errorf("a\nb: %w", &net.DNSError{Err: "no such host", Name: "db"}), "PostgreSQL cannot be reached at db:5432: no such host: check that it runs, and the host and port in the URL"},
		{errors.New("a\nb"), "PostgreSQL cannot be reached at db:5432: a b: check that it runs, and the host and port in the URL"},
	}
	for _, tt := range tests {
		if got := connectError("db:5432", tt.err).Error(); got != tt.want {
			t.Errorf("%v:\n got %s\nwant %s", tt.err, got, tt.want)
		}
	}
}

func TestInspectPostgres(t *testing.T) {
	url := pgtest.Database(t)
	if n, exists, err := Inspect(t.Context(), url); n != 0 || !exists || err != nil {
		t.Errorf("without tables: %d, %v, %v; want 0, true and no error", n, exists, err)
	}
	if gaps, err := ReadGaps(t.Context(), url); err == nil {
		t.Errorf("gaps without tables: %v, want an error", gaps)
	}
	mustOpen(t, open(t, url), newCase("a", "1.0", "1.0", answer))
	if n, exists, err := Inspect(t.Context(), url); n != 1 || !exists || err != nil {
		t.Errorf("with one reply to send: %d, %v, %v; want 1, true and no error", n, exists, err)
	}
	if gaps, err := ReadGaps(t.Context(), url); len(gaps) != 0 || err != nil {
		t.Errorf("gaps: %v, %v; want none", gaps, err)
	}
	nowhere := "postgres://user:hunter2@127.0.0.1:1/db"
	if _, exists, err := Inspect(t.Context(), nowhere); exists || err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("no server there: %v, %v; want an error without the password", exists, err)
	}
}

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "test.db")
	if _, exists, err := Inspect(t.Context(), url); exists || err != nil {
		t.Errorf("before it exists: %v, %v; want false and no error", exists, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "test.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Inspect created the database: %v", err)
	}
	s := open(t, url)
	mustOpen(t, s, newCase("a", "1.0", "1.0", answer))
	if n, exists, err := Inspect(t.Context(), url); n != 1 || !exists || err != nil {
		t.Errorf("with one reply to send: %d, %v, %v; want 1, true and no error", n, exists, err)
	}
	// Without a bot it must not leave files that the bot's user could not open.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n, exists, err := Inspect(t.Context(), url); n != 1 || !exists || err != nil {
		t.Errorf("while nobody has it open: %d, %v, %v; want 1, true and no error", n, exists, err)
	}
	if files, err := os.ReadDir(dir); len(files) != 2 || err != nil {
		t.Errorf("files: %v, %v; want the database and the bot's lock", files, err)
	}
	empty := filepath.Join(dir, "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, exists, err := Inspect(t.Context(), "sqlite:"+empty); n != 0 || !exists || err != nil {
		t.Errorf("an empty file: %d, %v, %v; want 0, true and no error", n, exists, err)
	}
	for _, path := range []string{filepath.Join(dir, "no", "x.db"), dir} {
		if _, _, err := Inspect(t.Context(), "sqlite:"+path); err == nil || !strings.Contains(err.Error(), "name a file in a folder") {
			t.Errorf("Inspect(%s) = %v, want what to do", path, err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	s, err := OpenDatabase(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bench.db"), testLease)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ts := fmt.Sprint(i)
		if _, err := s.Open(b.Context(), newCase(ts, ts, ts, answer)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTick(b *testing.B) {
	s, err := OpenDatabase(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bench.db"), testLease)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Open(b.Context(), newCase("a", "1", "1", answer)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for done := true; b.Loop(); done = !done {
		if _, _, err := s.Change(b.Context(), "a", by, func(c *Case) {
			c.SetTick(Tick{Article: tooMany.Article, Step: "limits", User: "U1", At: noon}, done)
		}); err != nil {
			b.Fatal(err)
		}
	}
}
