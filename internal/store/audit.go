package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// By says who changes a case, and when.
type By struct {
	User string // a Slack user id; "" is nobody
	At   time.Time
}

// act is one thing that was done to a case, for the table audit.
type act struct{ action, article, step string }

// The actions that audit knows. Operators query them: they do not change.
const (
	actTick    = "tick"
	actUntick  = "untick"
	actChoose  = "choose"
	actResolve = "resolve"
	actReopen  = "reopen"
	actPost    = "post"   // an article was posted into a channel by button
	actDelete  = "delete" // the case's message was deleted; Slack does not say by whom
	actForget  = "forget" // Forget was called; it does not say about whom
)

// record writes what was done to a case in the transaction that does it.
func record(ctx context.Context, tx queries, c *Case, by By, acts ...act) error {
	var rows []string
	args := []any{by.At.UnixMilli(), c.Key.Team, c.Key.Channel, c.Key.TS, c.ID, by.User}
	for _, a := range acts {
		n := len(args)
		rows = append(rows, fmt.Sprintf("($1, $2, $3, $4, $5, $6, $%d, $%d, $%d)", n+1, n+2, n+3))
		args = append(args, a.action, a.article, a.step)
	}
	_, err := tx.ExecContext(ctx,
		`insert into audit (at, team, channel, ts, case_id, user_id, action, article, step) values `+strings.Join(rows, ", "), args...)
	return err
}
