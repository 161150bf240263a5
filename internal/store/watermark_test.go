package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func watermarks(t *testing.T, s *Store) []Watermark {
	t.Helper()
	marks, err := s.Watermarks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(marks, func(a, b Watermark) int { return strings.Compare(a.Team+" "+a.Channel, b.Team+" "+b.Channel) })
	return marks
}

func saveWatermarks(t *testing.T, s *Store, marks ...Watermark) {
	t.Helper()
	if err := s.SaveWatermarks(t.Context(), marks); err != nil {
		t.Fatal(err)
	}
}

func testWatermarks(t *testing.T, s *Store) {
	if got := watermarks(t, s); len(got) != 0 {
		t.Errorf("at first: %v, want none", got)
	}
	saveWatermarks(t, s)
	saveWatermarks(t, s, Watermark{"T", "C1", 50, 10}, Watermark{"T", "C2", 60, 20}, Watermark{"T2", "C1", 70, 30})
	// It rises, never falls, and what since is stays.
	saveWatermarks(t, s, Watermark{"T", "C2", 61, 55}, Watermark{"T", "C1", 49, 5})
	want := []Watermark{{"T", "C1", 50, 10}, {"T", "C2", 61, 20}, {"T2", "C1", 70, 30}}
	if diff := cmp.Diff(want, watermarks(t, s)); diff != "" {
		t.Errorf("watermarks (-want +got):\n%s", diff)
	}
	if err := s.DropWatermark(t.Context(), "T", "C1"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:], watermarks(t, s)); diff != "" {
		t.Errorf("watermarks after one was dropped (-want +got):\n%s", diff)
	}
}

// More than a statement takes, from several processes at once and in any order.
func testManyWatermarks(t *testing.T, s *Store) {
	var marks []Watermark
	for i := range 2*marksAtOnce + 1 {
		marks = append(marks, Watermark{"T", fmt.Sprint("C", i), int64(100 + i), 1})
	}
	backwards := slices.Clone(marks)
	slices.Reverse(backwards)
	var wg sync.WaitGroup
	for range 5 {
		for _, some := range [][]Watermark{marks, backwards} {
			wg.Go(func() {
				if err := s.SaveWatermarks(t.Context(), some); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if got := watermarks(t, s); len(got) != len(marks) {
		t.Errorf("%d watermarks, want %d", len(got), len(marks))
	}
}

func testReading(t *testing.T, s *Store) {
	claim := func(at time.Time) (time.Time, error) {
		return s.ClaimReading(t.Context(), "T", "C", at, at.Add(time.Minute))
	}
	end := func(readAt time.Time) {
		t.Helper()
		if err := s.EndReading(t.Context(), "T", "C", readAt); err != nil {
			t.Fatal(err)
		}
	}
	if readAt, err := claim(noon); !readAt.IsZero() || err != nil {
		t.Errorf("claim of an unknown channel = %v, %v; want it", readAt, err)
	}
	saveWatermarks(t, s, Watermark{"T", "C", 50, 10}, Watermark{"T", "other", 50, 10})
	if readAt, err := claim(noon); !readAt.IsZero() || err != nil {
		t.Errorf("first claim = %v, %v; want it, never read", readAt, err)
	}
	if _, err := claim(noon.Add(time.Second)); !errors.Is(err, ErrBusy) {
		t.Errorf("claim while it is reserved = %v, want ErrBusy", err)
	}
	end(noon)
	if readAt, err := claim(noon.Add(2 * time.Second)); !readAt.Equal(noon) || err != nil {
		t.Errorf("claim after it was read = %v, %v; want it, read at noon", readAt, err)
	}
	end(time.Time{}) // given up
	if readAt, err := claim(noon.Add(3 * time.Second)); !readAt.Equal(noon) || err != nil {
		t.Errorf("claim after it was given up = %v, %v; want it, read at noon", readAt, err)
	}
	if readAt, err := claim(noon.Add(time.Hour)); !readAt.Equal(noon) || err != nil {
		t.Errorf("claim after the claimer died = %v, %v; want it", readAt, err)
	}
}

func testOpenThreads(t *testing.T, s *Store) {
	at := func(id, ts, thread string, age time.Duration) {
		n := newCase(id, ts, thread, answer)
		n.OpenedAt, n.Asked = noon.Add(-age), true
		mustOpen(t, s, n)
	}
	at("a", "1.1", "1.1", time.Hour)
	at("b", "2.1", "2.1", 2*time.Hour)
	at("c", "2.2", "2.1", time.Minute) // the same thread
	at("d", "3.1", "3.1", 3*time.Hour)
	at("old", "4.1", "4.1", 48*time.Hour)
	at("channel", "5.1", "", time.Minute)
	at("resolved", "6.1", "6.1", time.Minute)
	if _, _, err := s.Change(t.Context(), "resolved", By{At: noon}, func(c *Case) { c.State = Resolved }); err != nil {
		t.Fatal(err)
	}
	at("refused", "7.1", "7.1", time.Minute)
	if err := s.MarkGivenUp(t.Context(), "refused", "is_archived"); err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int][]string{10: {"2.1", "1.1", "3.1"}, 2: {"2.1", "1.1"}} {
		got, err := s.OpenThreads(t.Context(), "T1", "C1", noon.Add(-24*time.Hour), limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("threads, %d at most (-want +got):\n%s", limit, diff)
		}
	}
}
