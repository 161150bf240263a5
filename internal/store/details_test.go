package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// detailed is an item with details.
func detailed(item Item, details ...Detail) Item {
	item.Details = details
	return item
}

var (
	wait      = Detail{Kind: "wait", Value: "20"}
	requestID = Detail{Kind: "id", Name: "X-Request-ID", Value: "60E0B220-8136-4CA5-AE46-1D97EF59D068"}
)

func testDetails(t *testing.T, s *Store) {
	mustOpen(t, s, newCase("a", "1.1", "1.1", detailed(answer, wait, requestID), detailed(question, requestID)))
	mustOpen(t, s, newCase("b", "2.1", "2.1", detailed(answer, wait)))
	c := mustCase(t, s, "a")
	for i, want := range [][]Detail{{wait, requestID}, {requestID}} {
		if diff := cmp.Diff(want, c.Items[i].Details); diff != "" {
			t.Errorf("item %d (-want +got):\n%s", i, diff)
		}
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := s.db.QueryRowContext(t.Context(), `select count(*) from details`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d details are left (%v), want the other case's 1", left, err)
	}
}

func testEditAddsDetails(t *testing.T, s *Store) {
	n := newCase("a", "1.1", "1.1", answer)
	mustOpen(t, s, n)
	n.ID, n.Edited = "b", true
	n.Items = []Item{detailed(answer, wait)}
	if id := mustOpen(t, s, n); id != "a" {
		t.Fatalf("the edit opened %q, want the case a", id)
	}
	n.Items = []Item{detailed(answer, requestID)}
	if id := mustOpen(t, s, n); id != "" {
		t.Errorf("a second edit changed %q, want nothing", id)
	}
	c := mustCase(t, s, "a")
	if diff := cmp.Diff([]Detail{wait}, c.Items[0].Details); diff != "" || c.Rev != 2 || len(c.Items) != 1 {
		t.Errorf("revision %d with %d items (-want +got):\n%s", c.Rev, len(c.Items), diff)
	}
}
