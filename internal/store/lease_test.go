package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// twoWorkers returns two processes' views of the database, and how to make the time
// pass for both.
func twoWorkers(s *Store) (one, two *Store, later func(time.Duration)) {
	now := noon
	clock := func() time.Time { return now }
	other := *s
	s.now, other.now, other.worker = clock, clock, "two"
	return s, &other, func(d time.Duration) { now = now.Add(d) }
}

// mustTake takes a case, and checks who holds its lease then.
func mustTake(t *testing.T, s *Store, id string, want bool) Case {
	t.Helper()
	c, held, err := s.Take(t.Context(), id)
	if err != nil || held != want {
		t.Fatalf("Take = %v, %v; want %v: %+v", held, err, want, c.Lease)
	}
	return c
}

// wantLapsed checks which cases nobody works on.
func wantLapsed(t *testing.T, s *Store, want ...string) {
	t.Helper()
	got, err := s.Lapsed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("lapsed (-want +got):\n%s", diff)
	}
}

func testLeaseTakenOver(t *testing.T, s *Store) {
	one, two, later := twoWorkers(s)
	mustOpen(t, one, newCase("a", "1.0", "1.0", answer))
	mustTake(t, one, "a", true)
	mustTake(t, two, "a", false)
	wantLapsed(t, two)

	later(testLease)
	wantLapsed(t, two, "a")
	if c := mustTake(t, two, "a", true); !c.Lease.TakenOver || c.Lease.Worker != "two" {
		t.Errorf("lease = %+v, want it taken over", c.Lease)
	}
	if c := mustTake(t, two, "a", true); c.Lease.TakenOver {
		t.Errorf("lease = %+v the second time, want it held", c.Lease)
	}

	// Whatever the first one does now comes too late.
	mustTake(t, one, "a", false)
	if until, err := one.MarkSending(t.Context(), "a", "random", noon); !until.IsZero() || err != nil {
		t.Errorf("MarkSending = %v, %v; want it refused", until, err)
	}
	if held, _, err := one.Renew(t.Context(), []string{"a"}); len(held) != 0 || err != nil {
		t.Errorf("Renew = %v, %v; want it refused", held, err)
	}
	for name, late := range map[string]func() error{
		"MarkGivenUp":  func() error { return one.MarkGivenUp(t.Context(), "a", "is_archived") },
		"MarkRendered": func() error { _, err := one.MarkRendered(t.Context(), "a", 1); return err },
		"Park":         func() error { return one.Park(t.Context(), "a", noon) },
		"GiveBack":     func() error { return one.GiveBack(t.Context()) },
	} {
		before := mustCase(t, s, "a")
		if err := late(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(before, mustCase(t, s, "a")); diff != "" {
			t.Errorf("%s without the lease changed the case (-before +after):\n%s", name, diff)
		}
	}
}

func testLeaseLatePost(t *testing.T, s *Store) {
	one, two, later := twoWorkers(s)
	mustOpen(t, one, newCase("a", "1.0", "1.0", answer))
	if until, err := one.MarkSending(t.Context(), "a", "random", noon); until.IsZero() || err != nil {
		t.Fatal(until, err)
	}
	later(testLease)
	mustTake(t, two, "a", true)
	tick(t, two, "limits", "U1", true)
	// That it was posted is a fact, whoever tells it.
	if newest, err := one.MarkPosted(t.Context(), "a", "random", "1.5", 1); newest || err != nil {
		t.Errorf("MarkPosted = %v, %v; want it stored, and not the newest state", newest, err)
	}
	if until, err := two.MarkSending(t.Context(), "a", "random", noon); !until.IsZero() || err != nil {
		t.Errorf("MarkSending of what was posted = %v, %v; want it refused", until, err)
	}
	if c := mustTake(t, two, "a", true); c.Reply.TS != "1.5" || c.Lease.Worker != "two" {
		t.Errorf("reply %+v, lease %+v", c.Reply, c.Lease)
	}
	if newest, err := two.MarkRendered(t.Context(), "a", 2); !newest || err != nil {
		t.Errorf("MarkRendered = %v, %v", newest, err)
	}
	// One that is found a second time is not.
	if newest, err := one.MarkPosted(t.Context(), "a", "random", "1.6", 1); newest || err != nil {
		t.Errorf("MarkPosted = %v, %v", newest, err)
	}
	if c := mustCase(t, s, "a"); c.Reply.TS != "1.5" || c.Reply.Rev != 2 || c.Lease.Worker != "" {
		t.Errorf("reply %+v, lease %+v", c.Reply, c.Lease)
	}
}

func testLeaseClicks(t *testing.T, s *Store) {
	one, two, later := twoWorkers(s)
	posted := func(s *Store, ts string) {
		t.Helper()
		if _, err := s.MarkSending(t.Context(), "a", "random", noon); err != nil {
			t.Fatal(err)
		}
		if newest, err := s.MarkPosted(t.Context(), "a", "random", ts, 1); !newest || err != nil {
			t.Fatal(newest, err)
		}
	}
	mustOpen(t, one, newCase("a", "1.0", "1.0", answer))
	posted(one, "1.5")
	// A free lease goes to the process that was clicked on.
	if c, _ := tick(t, two, "limits", "U1", true); c.Lease.Worker != "two" {
		t.Errorf("lease = %+v, want the clicked process's", c.Lease)
	}
	// A held one stays, and its holder sees that there is something new.
	if c, _ := tick(t, one, "quota", "U2", true); c.Lease.Worker != "two" {
		t.Errorf("lease = %+v, want the holder's", c.Lease)
	}
	if newest, err := two.MarkRendered(t.Context(), "a", 2); newest || err != nil {
		t.Errorf("MarkRendered = %v, %v; want that there is more to do", newest, err)
	}
	if c := mustTake(t, two, "a", true); c.Rev != 3 || len(c.Ticks) != 2 {
		t.Errorf("case = %+v", c)
	}
	// One that has lapsed is not a click's to take: Take knows that a call may be
	// under way.
	later(testLease)
	if c, _ := tick(t, one, "quota", "U2", false); c.Lease.Worker != "two" {
		t.Errorf("lease = %+v, want it lapsed", c.Lease)
	}
	if c := mustTake(t, one, "a", true); !c.Lease.TakenOver {
		t.Errorf("lease = %+v, want it taken over", c.Lease)
	}
}

func testLeaseParked(t *testing.T, s *Store) {
	one, two, later := twoWorkers(s)
	mustOpen(t, one, newCase("a", "1.0", "1.0", answer))
	if err := one.Park(t.Context(), "a", noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	later(time.Hour - time.Second)
	wantLapsed(t, two)
	mustTake(t, two, "a", false)
	later(time.Second)
	wantLapsed(t, two, "a")
	if c := mustTake(t, two, "a", true); c.Lease.TakenOver {
		t.Errorf("lease = %+v, want it taken, not taken over", c.Lease)
	}
	if err := two.Park(t.Context(), "a", noon.Add(10*time.Hour)); err != nil {
		t.Fatal(err)
	}
	tick(t, one, "limits", "U1", true)
	mustTake(t, one, "a", true)
}

func testLeaseGivenBack(t *testing.T, s *Store) {
	one, two, _ := twoWorkers(s)
	mustOpen(t, one, newCase("a", "1.0", "1.0", answer))
	mustOpen(t, two, newCase("b", "2.0", "2.0", answer))
	if err := one.GiveBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantLapsed(t, two, "a")
	if c := mustTake(t, two, "a", true); !c.Lease.TakenOver {
		t.Errorf("lease = %+v, want that a call may be under way", c.Lease)
	}
}

func testLeaseRenewed(t *testing.T, s *Store) {
	one, two, later := twoWorkers(s)
	var ids []string
	for i := range 501 { // more than one statement takes
		id := fmt.Sprint("case", i)
		ids = append(ids, id)
		mustOpen(t, one, newCase(id, id, id, note))
	}
	later(testLease / 2)
	held, until, err := one.Renew(t.Context(), append(ids, "unknown"))
	if len(held) != len(ids) || !until.Equal(noon.Add(testLease*3/2)) || err != nil {
		t.Errorf("Renew = %d cases until %v, %v; want %d", len(held), until, err, len(ids))
	}
	later(testLease / 2)
	wantLapsed(t, two)
}

func testLeaseTakenOnce(t *testing.T, s *Store) {
	one, _, later := twoWorkers(s)
	mustOpen(t, one, newCase("a", "1.0", "1.0", answer))
	later(testLease)
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		taken int
	)
	for i := range 20 {
		another := *one
		another.worker = fmt.Sprint("worker", i)
		wg.Go(func() {
			_, held, err := another.Take(t.Context(), "a")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if held {
				taken++
			}
		})
	}
	wg.Wait()
	if taken != 1 {
		t.Errorf("%d took it over, want one", taken)
	}
}

func TestClockSkew(t *testing.T) {
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, tt := range []struct {
		before, after, theirs time.Duration
		want                  bool // an error
	}{
		{0, 10 * time.Millisecond, 5 * time.Millisecond, false},
		{0, 3 * time.Second, 1500 * time.Millisecond, false}, // a slow answer
		{0, 0, 2 * time.Second, false},
		{0, 0, 2100 * time.Millisecond, true},
		{0, 0, -2100 * time.Millisecond, true},
		{0, 3 * time.Second, 4 * time.Second, false},
		{0, 3 * time.Second, -3 * time.Second, true},
	} {
		if err := skewError(at(tt.before), at(tt.after), at(tt.theirs)); (err != nil) != tt.want {
			t.Errorf("%v to %v, theirs %v: %v, want an error: %v", tt.before, tt.after, tt.theirs, err, tt.want)
		}
	}
}
