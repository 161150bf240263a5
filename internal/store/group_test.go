package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// held is a store of which a transaction is under way until release is called: what
// comes meanwhile waits.
func held(t *testing.T) (s *Store, url string, release func()) {
	t.Helper()
	url = "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	s = open(t, url)
	running, end, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.transaction(context.Background(), func(queries) error {
			close(running)
			<-end
			return nil
		})
	}()
	<-running
	return s, url, sync.OnceFunc(func() {
		close(end)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// waiting waits until n transactions wait for their turn.
func (g *groups) waiting(n int) {
	for {
		g.mu.Lock()
		waiting := len(g.queue)
		g.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

func insertGap(status int) func(queries) error {
	return func(tx queries) error {
		_, err := tx.ExecContext(context.Background(), `insert into gaps (status, code, count, first_seen, last_seen) values ($1, '', 1, 1, 1)`, status)
		return err
	}
}

// together starts transactions one after another while s is held, and returns what they ended with.
func together(s *Store, release func(), members ...func(queries) error) []error {
	errs := make([]error, len(members))
	var running sync.WaitGroup
	for i, f := range members {
		running.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					errs[i] = fmt.Errorf("panic: %v", r.(*Panic).Stack)
				}
			}()
			errs[i] = s.transaction(context.Background(), f)
		})
		s.groups.waiting(i + 1)
	}
	release()
	running.Wait()
	return errs
}

func statuses(t *testing.T, s *Store) (list []int) {
	t.Helper()
	gaps, err := s.Gaps(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gaps {
		list = append(list, g.Status)
	}
	return list
}

func TestTransactionsThatWaitShareACommit(t *testing.T) {
	s, url, release := held(t)
	var seen int
	errs := together(s, release, insertGap(400), insertGap(401), func(tx queries) error {
		if err := tx.QueryRowContext(t.Context(), `select count(*) from gaps`).Scan(&seen); err != nil {
			return err
		}
		// Nobody else sees the others' work yet.
		other, err := OpenBeside(t.Context(), url)
		if err != nil {
			return err
		}
		defer other.Close()
		if gaps, err := other.Gaps(t.Context()); len(gaps) != 0 || err != nil {
			return fmt.Errorf("committed already: %v, %v", gaps, err)
		}
		return nil
	})
	if err := errors.Join(errs...); err != nil || seen != 2 {
		t.Errorf("the third saw %d rows of the others, %v; want 2 and no error", seen, err)
	}
	if got := statuses(t, s); len(got) != 2 {
		t.Errorf("in the end: %v, want two", got)
	}
}

func TestOneOfAGroupFailsAlone(t *testing.T) {
	s, _, release := held(t)
	errs := together(s, release,
		insertGap(400),
		func(tx queries) error {
			if err := insertGap(401)(tx); err != nil {
				return err
			}
			return errors.New("changed its mind")
		},
		func(tx queries) error {
			insertGap(402)(tx)
			return stumble("what somebody wrote")
		},
		func(tx queries) error {
			_, err := tx.ExecContext(t.Context(), `insert into nowhere values (1)`)
			return err
		},
		insertGap(403))
	for i, want := range []string{"", "changed its mind", "store.stumble", "no such table", ""} {
		got := fmt.Sprint(errs[i])
		if want == "" && errs[i] != nil || want != "" && !strings.Contains(got, want) || strings.Contains(got, "somebody wrote") {
			t.Errorf("transaction %d ended with %q, want %q", i, got, want)
		}
	}
	if got := statuses(t, s); !slices.Equal(got, []int{400, 403}) {
		t.Errorf("in the end: %v, want 400 and 403", got)
	}
}

// stumble is where a panic comes from.
func stumble(over string) error { panic(over) }

// When SQLite gives the whole transaction up, nobody may believe that theirs was stored.
func TestAGroupThatIsLostFailsForAll(t *testing.T) {
	s, _, release := held(t)
	errs := together(s, release,
		insertGap(400),
		func(tx queries) error {
			_, err := tx.ExecContext(t.Context(), `insert or rollback into gaps (status, code, count, first_seen, last_seen) values (400, '', 1, 1, 1)`)
			return err
		},
		insertGap(403))
	for i, err := range errs {
		if err == nil {
			t.Errorf("transaction %d ended without an error", i)
		}
	}
	if got := statuses(t, s); len(got) != 0 {
		t.Errorf("in the end: %v, want nothing", got)
	}
	if err := s.transaction(t.Context(), insertGap(404)); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
}

func TestACommitThatFailsFailsForAll(t *testing.T) {
	s, _, release := held(t)
	errs := together(s, release, insertGap(400), func(tx queries) error {
		// A reference that is looked at when it is committed.
		if _, err := tx.ExecContext(t.Context(), `pragma defer_foreign_keys = on`); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.Context(), `insert into ticks (case_id, article, step, user_id, at) values ('none', '', '', '', 1)`)
		return err
	})
	for i, err := range errs {
		if err == nil {
			t.Errorf("transaction %d ended without an error", i)
		}
	}
	if got := statuses(t, s); len(got) != 0 {
		t.Errorf("in the end: %v, want nothing", got)
	}
}

func TestWhoLeavesBeforeItsTurnDoesNothing(t *testing.T) {
	s, _, release := held(t)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() { left <- s.transaction(ctx, insertGap(400)) }()
	s.groups.waiting(1)
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	release()
	if got := statuses(t, s); len(got) != 0 {
		t.Errorf("in the end: %v, want nothing", got)
	}
}

// The first of many does not wait for the last.
func TestGroupsAreBounded(t *testing.T) {
	s, _, release := held(t)
	members := make(map[*sql.Tx]int) // by transaction; the goroutine that runs them is one
	errs := together(s, release, slices.Repeat([]func(queries) error{func(tx queries) error {
		members[tx.(statements).tx]++
		return nil
	}}, 2*maxGroup+1)...)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	sizes := slices.Sorted(maps.Values(members))
	if !slices.Equal(sizes, []int{1, maxGroup, maxGroup}) {
		t.Errorf("groups of %v, want two of %d and one of 1", sizes, maxGroup)
	}
}

// What is used all the time stays prepared, however many statements come only once, and
// those are not prepared at all.
func TestHotStatementsStayPrepared(t *testing.T) {
	s := open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	hot := `select count(*) from gaps`
	for n := range 5 * maxKnown {
		err := s.transaction(t.Context(), func(tx queries) error {
			var rows int
			if err := tx.QueryRowContext(t.Context(), hot).Scan(&rows); err != nil {
				return err
			}
			_, err := tx.ExecContext(t.Context(), fmt.Sprintf(`delete from gaps where status = %d`, n))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// From scratch, after all that.
	fresh := `select min(status) from gaps`
	for range 2 {
		if _, err := s.exec(t.Context(), fresh); err != nil {
			t.Fatal(err)
		}
	}
	s.groups.close() // so that nobody else looks at it
	for _, query := range []string{hot, fresh, savepoint, release} {
		if k := s.groups.known[query]; k == nil || k.stmt == nil {
			t.Errorf("%s: not prepared", query)
		}
	}
	prepared := 0
	for _, k := range s.groups.known {
		if k.stmt != nil {
			prepared++
		}
	}
	if n := len(s.groups.known); n != maxKnown || prepared != 4 {
		t.Errorf("%d statements are known and %d prepared, want %d and 4", n, prepared, maxKnown)
	}
}

// A transaction that finds the disk full fails, and with it at most those that share its
// commit: whoever is told that theirs is stored finds it.
func TestDiskFullForOneOfAGroup(t *testing.T) {
	s, _, release := held(t)
	pages := func(tx queries, n int) error {
		_, err := tx.ExecContext(t.Context(), fmt.Sprintf(`pragma max_page_count = %d`, n))
		return err
	}
	errs := together(s, release,
		insertGap(400),
		func(tx queries) error {
			if err := pages(tx, 1); err != nil { // SQLite takes what it has
				return err
			}
			_, err := tx.ExecContext(t.Context(), `insert into gaps (status, code, count, first_seen, last_seen) values (500, $1, 1, 1, 1)`,
				strings.Repeat("long ", 10_000))
			return err
		},
		func(tx queries) error { return errors.Join(pages(tx, 1_000_000), insertGap(403)(tx)) })
	if errs[1] == nil || !strings.Contains(errs[1].Error(), "full") {
		t.Errorf("the one that needs room ended with %v, want that the disk is full", errs[1])
	}
	var want []int
	for i, status := range []int{400, 500, 403} {
		if errs[i] == nil {
			want = append(want, status)
		}
	}
	if got := statuses(t, s); !slices.Equal(got, want) {
		t.Errorf("in the end: %v, and those who were told so are %v (%v)", got, want, errs)
	}
	if err := s.transaction(t.Context(), func(tx queries) error { return pages(tx, 1_000_000) }); err != nil {
		t.Fatal(err)
	}
	if err := s.transaction(t.Context(), insertGap(404)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A store that is closed during work ends what it has accepted, and what comes later it
// refuses: nothing is there by half.
func TestCloseDuringWork(t *testing.T) {
	s, url, release := held(t)
	const workers = 50
	var (
		running  sync.WaitGroup
		accepted [workers]error
	)
	two := func(n int) func(queries) error {
		return func(tx queries) error { return errors.Join(insertGap(1000+n)(tx), insertGap(2000+n)(tx)) }
	}
	for n := range workers {
		running.Go(func() { accepted[n] = s.transaction(context.Background(), two(n)) })
		s.groups.waiting(n + 1)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	for refused := false; !refused; runtime.Gosched() {
		s.groups.mu.Lock()
		refused = s.groups.refused != nil
		s.groups.mu.Unlock()
	}
	if err := s.transaction(t.Context(), two(workers)); !errors.Is(err, errClosed) {
		t.Errorf("after Close, a transaction ended with %v, want %v", err, errClosed)
	}
	release()
	running.Wait()
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(accepted[:]...); err != nil {
		t.Errorf("accepted before Close: %v", err)
	}
	if got := statuses(t, open(t, url)); len(got) != 2*workers {
		t.Errorf("%d rows in the end, want %d", len(got), 2*workers)
	}
}

// BenchmarkOpenTogether stores cases that arrive at the same time.
func BenchmarkOpenTogether(b *testing.B) {
	s, err := OpenDatabase(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bench.db"), testLease)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var n atomic.Int64
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprint(n.Add(1))
			if _, err := s.Open(b.Context(), newCase(id, id, id, answer)); err != nil {
				b.Error(err)
			}
		}
	})
}
