package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Lease says who works on a case's reply. Where several processes share a
// database, only the one that holds a case's lease calls Slack for it.
//
// Open and Change take a lease that is free along with what they write anyway,
// Take takes one that has lapsed, Renew makes those of long work last, and
// MarkPosted and MarkRendered give it back with the newest state shown. The
// worker is the fence: what a process does after another has taken its lease is
// refused, because the row names the other.
//
// Leases compare the clocks of the processes: see checkClock.
type Lease struct {
	Worker string    // "" is nobody
	Until  time.Time // before, nobody else takes it

	// TakenOver says that Take took it from a worker that did not give it back.
	// That one may have left a call to Slack under way.
	TakenOver bool
}

// claimed is a lease after this process asked for it: its own, if it was free
// or was its own already. One that has lapsed is left to Take.
func (s *Store) claimed(l Lease) Lease {
	if l.Worker != "" && l.Worker != s.worker {
		return l
	}
	return Lease{Worker: s.worker, Until: s.leaseEnd(s.now())}
}

// leaseEnd is when a lease ends that begins or is renewed now.
func (s *Store) leaseEnd(now time.Time) time.Time {
	return time.UnixMilli(now.Add(s.lease).UnixMilli())
}

// Take returns a case to be worked on, and whether this process holds its lease.
// It takes the lease over when it has lapsed. Only when the process holds it,
// the case is sure to need work. Its error may be ErrNotFound.
func (s *Store) Take(ctx context.Context, id string) (c Case, held bool, err error) {
	c, err = s.Case(ctx, id)
	if err != nil || c.UpToDate() {
		return c, false, err
	}
	now := s.now()
	if c.Lease.Until.After(now) {
		return c, c.Lease.Worker == s.worker, nil
	}
	rows, err := s.exec(ctx, `
		update cases set worker = $1, lease_until = $2
		where id = $3 and lease_until <= $4 and reply_rev < rev`,
		s.worker, s.leaseEnd(now).UnixMilli(), id, now.UnixMilli())
	if err != nil || rows == 0 {
		return c, false, err
	}
	// Between the two statements another process may have held it: read again.
	left := c.Lease.Worker
	c, err = s.Case(ctx, id)
	c.Lease.TakenOver = left != ""
	return c, err == nil && !c.UpToDate(), err
}

// Lapsed returns the ids of cases whose reply does not show the newest state
// although nobody works on it, oldest first, a thousand at most.
func (s *Store) Lapsed(ctx context.Context) ([]string, error) {
	return s.texts(ctx, `
		select id from cases where reply_rev < rev and reply_state <> $1 and lease_until <= $2
		order by opened_at limit 1000`, GivenUp, s.now().UnixMilli())
}

// Renew makes the leases of these cases last, and returns until when, and which
// cases are still this process's.
func (s *Store) Renew(ctx context.Context, ids []string) (held []string, until time.Time, err error) {
	until = s.leaseEnd(s.now())
	for some := range slices.Chunk(ids, 500) {
		args := []any{s.worker, until.UnixMilli()}
		var places []string
		for _, id := range some {
			args = append(args, id)
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
		kept, err := s.changed(ctx, `update cases set lease_until = $2
			where worker = $1 and id in (`+strings.Join(places, ", ")+`) returning id`, args...)
		if err != nil {
			return nil, time.Time{}, err
		}
		held = append(held, kept...)
	}
	return held, until, nil
}

// Park gives a case's lease back for later: it is not taken up again before
// until, unless something new happens to it.
func (s *Store) Park(ctx context.Context, id string, until time.Time) error {
	_, err := s.exec(ctx, `update cases set worker = '', lease_until = $1 where id = $2 and worker = $3`,
		until.UnixMilli(), id, s.worker)
	return err
}

// GiveBack lets every lease of this process lapse, so that the work that it
// leaves is taken up at once by another, or at the next start.
func (s *Store) GiveBack(ctx context.Context) error {
	_, err := s.exec(ctx, `update cases set lease_until = 0 where reply_rev < rev and worker = $1`, s.worker)
	return err
}
