package store

import (
	"context"
)

// Detail is one value that an item took from its message. The store does not
// look at it: the caller makes sure that it may be kept.
type Detail struct {
	Kind, Name, Value string
}

func insertDetails(ctx context.Context, tx queries, id string, item int, details []Detail) error {
	for n, d := range details {
		if _, err := tx.ExecContext(ctx,
			`insert into details (case_id, item, n, kind, name, value) values ($1, $2, $3, $4, $5, $6)`,
			id, item, n, d.Kind, d.Name, d.Value); err != nil {
			return err
		}
	}
	return nil
}

// loadDetails fills in the details of a case's items.
func loadDetails(ctx context.Context, tx queries, id string, items []Item) error {
	rows, err := tx.QueryContext(ctx,
		`select item, kind, name, value from details where case_id = $1 order by item, n`, id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			item int
			d    Detail
		)
		if err := rows.Scan(&item, &d.Kind, &d.Name, &d.Value); err != nil {
			return err
		}
		for i := range items {
			if items[i].N == item {
				items[i].Details = append(items[i].Details, d)
			}
		}
	}
	return rows.Err()
}

// adoptDetails gives the items of an edited message's case the details that came
// with the edit, where they had none, and reports whether there were any.
func adoptDetails(ctx context.Context, tx queries, id string, old, items []Item) (adopted bool, err error) {
	for _, o := range old {
		if len(o.Details) > 0 || len(o.Options) == 0 {
			continue
		}
		for _, item := range items {
			if len(item.Details) == 0 || !offersOnly(o, item) {
				continue
			}
			if err := insertDetails(ctx, tx, id, o.N, item.Details); err != nil {
				return false, err
			}
			adopted = true
			break
		}
	}
	return adopted, nil
}
