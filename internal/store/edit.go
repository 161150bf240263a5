package store

import (
	"context"
	"slices"
)

// editCase brings the case of an edited message up to date: it adds what is new,
// and drops what nobody has worked on and the message no longer has. It returns
// the case if its reply has something else to show now, else one without an ID.
func (s *Store) editCase(ctx context.Context, tx queries, id string, n NewCase) (Case, error) {
	c, err := lockCase(ctx, tx, id)
	if err != nil || c.State == Withdrawn {
		return Case{}, err
	}
	said := c.Items
	if !n.Asked {
		inThread, err := threadItems(ctx, tx, n)
		if err != nil {
			return Case{}, err
		}
		said = append(said, inThread...)
	}
	adopted, err := adoptDetails(ctx, tx, id, c.Items, n.Items)
	if err != nil {
		return Case{}, err
	}
	fresh := news(said, n.Items)
	if len(fresh) > 0 && len(fresh[0].Options) == 0 {
		fresh = nil // a note: what was said before is better than nothing
	}
	gone := c.gone(n, fresh)
	if len(fresh)+len(gone) == 0 && !adopted {
		return Case{}, nil
	}
	next := 0
	for _, item := range c.Items {
		next = max(next, item.N+1)
	}
	for _, item := range gone {
		if err := deleteItem(ctx, tx, id, item.N); err != nil {
			return Case{}, err
		}
	}
	for i := range fresh {
		fresh[i].N = next + i
	}
	if err := insertItems(ctx, tx, id, fresh); err != nil {
		return Case{}, err
	}
	// A resolved case that has new work is open again, and nobody reopened it.
	if len(fresh) > 0 {
		if _, err := tx.ExecContext(ctx, `update cases set state = $1, state_by = '' where id = $2`, Open, id); err != nil {
			return Case{}, err
		}
	}
	if err := s.raise(ctx, tx, &c); err != nil {
		return Case{}, err
	}
	return loadCase(ctx, tx, id)
}

// gone returns the items that give way: notes where there are errors now, and
// errors that nobody has worked on and the message no longer has. A reply that
// would say nothing stays as it is.
func (c *Case) gone(n NewCase, fresh []Item) []Item {
	var gone []Item
	for _, item := range c.Items {
		isNote := len(item.Options) == 0
		has := func(now Item) bool { return offersOnly(item, now) }
		if isNote && len(fresh) > 0 ||
			!isNote && !n.Partial && !c.touched(item) && !slices.ContainsFunc(n.Items, has) {
			gone = append(gone, item)
		}
	}
	if len(fresh) == 0 && len(gone) == len(c.Items) {
		return nil
	}
	return gone
}

// touched reports whether somebody has ticked a step of an item, or answered its
// question.
func (c *Case) touched(item Item) bool {
	if len(item.Options) > 1 && item.Chosen != "" {
		return true
	}
	return slices.ContainsFunc(c.Ticks, func(t Tick) bool {
		_, ok := item.Option(t.Article)
		return ok
	})
}

func deleteItem(ctx context.Context, tx queries, id string, n int) error {
	if _, err := tx.ExecContext(ctx, `delete from options where case_id = $1 and item = $2`, id, n); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `delete from items where case_id = $1 and n = $2`, id, n)
	return err
}
