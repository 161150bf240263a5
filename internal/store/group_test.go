package store

import (
	"context"
	"errors"
	"fmt"
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
					errs[i] = fmt.Errorf("panic: %v", r)
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
			panic("stumbled")
		},
		func(tx queries) error {
			_, err := tx.ExecContext(t.Context(), `insert into nowhere values (1)`)
			return err
		},
		insertGap(403))
	for i, want := range []string{"", "changed its mind", "panic: stumbled", "no such table", ""} {
		if got := fmt.Sprint(errs[i]); want == "" && errs[i] != nil || want != "" && !strings.Contains(got, want) {
			t.Errorf("transaction %d ended with %q, want %q", i, got, want)
		}
	}
	if got := statuses(t, s); !slices.Equal(got, []int{400, 403}) {
		t.Errorf("in the end: %v, want 400 and 403", got)
	}
}

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
