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

// Audited is something that somebody did to a case.
type Audited struct {
	At                    time.Time
	Team, Channel, TS     string // the message that the case answers
	Case                  string
	User                  string // "": nobody, or somebody who was forgotten
	Action, Article, Step string // article and step where they apply
}

// AuditQuery says what of the audit is asked for: what its fields that are not empty
// have in common.
type AuditQuery struct {
	Channel, Case, User string
	Since               time.Time
}

// Audit returns what was done, the oldest first.
func (s *Store) Audit(ctx context.Context, q AuditQuery) ([]Audited, error) {
	var since int64
	if !q.Since.IsZero() {
		since = q.Since.UnixMilli()
	}
	// Of one click, a tick comes before the end that it makes.
	rows, err := s.db.QueryContext(ctx, `
		select at, team, channel, ts, case_id, user_id, action, article, step from audit
		where at >= $1 and ($2 = '' or channel = $2) and ($3 = '' or case_id = $3) and ($4 = '' or user_id = $4)
		order by at, case_id, action desc, article, step`,
		since, q.Channel, q.Case, q.User)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Audited
	for rows.Next() {
		var (
			a  Audited
			at int64
		)
		if err := rows.Scan(&at, &a.Team, &a.Channel, &a.TS, &a.Case, &a.User, &a.Action, &a.Article, &a.Step); err != nil {
			return nil, err
		}
		a.At = time.UnixMilli(at)
		list = append(list, a)
	}
	return list, rows.Err()
}

// ReadAudit is Audit of a database that it neither changes nor creates. A bot may be
// running on it.
func ReadAudit(ctx context.Context, url string, q AuditQuery) ([]Audited, error) {
	s, err := OpenBeside(ctx, url)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.hasMigration(ctx, auditVersion); err != nil {
		return nil, err
	}
	return s.Audit(ctx, q)
}
