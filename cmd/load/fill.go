package main

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"apierrorbot/internal/store"
	articles "apierrorbot/kb"
)

// fillCases puts finished cases into a database that no bot works on and that has none yet, as n errors in the last
// days would have left them: each resolved, with its two steps ticked, in the channels of the load. It writes each
// table in one statement and all in one transaction, since a million of them one by one would take longer than the
// run; the columns are those of internal/store/migrations.
func fillCases(ctx context.Context, url string, n, days, channels int) error {
	s, err := store.OpenDatabase(ctx, url, time.Second) // makes the tables
	if err != nil {
		return fmt.Errorf("--database: %w", err)
	}
	if err := s.Close(); err != nil {
		return err
	}
	driver, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	var there int
	if err := tx.QueryRowContext(ctx, `select count(*) from cases`).Scan(&there); err != nil {
		return err
	}
	if there > 0 {
		return fmt.Errorf("--cases: the database has %d cases already: name an empty one with --database, or leave --cases away", there)
	}
	if _, err := tx.ExecContext(ctx, `insert into revisions (id, body) values ('old', '{}')`); err != nil {
		return fmt.Errorf("filling the database with cases: %w", err)
	}
	between := int64(days) * 24 * time.Hour.Milliseconds() / int64(n)
	for _, insert := range []string{
		`insert into cases (id, team, channel, ts, thread, opened_at, changed_at, rev, state, state_by, state_at,
			reply_state, reply_id, reply_at, reply_ts, reply_rev, reply_error)
		 select 'old' || i, 'T0LOCAL01', 'C0LOAD' || (i % :channels), '1600000000.' || i, '1600000000.' || i, :now - i * :between, :now - i * :between, 3,
			'resolved', 'U0LOAD0', :now - i * :between, 'posted', 'r' || i, :now - i * :between, '1600000001.' || i, 3, ''
		 from numbers`,
		`insert into items (case_id, n, kind, why, chosen) select 'old' || i, 0, 'match', 'its status and code', '429/TOO_MANY_REQUESTS' from numbers`,
		`insert into options (case_id, item, n, article, revision) select 'old' || i, 0, 0, '429/TOO_MANY_REQUESTS', 'old' from numbers`,
		`insert into ticks (case_id, article, step, user_id, at)
		 select 'old' || i, '429/TOO_MANY_REQUESTS', s.step, 'U0LOAD0', :now - i * :between
		 from numbers, (select 'read-limits' as step union all select 'monitor-requests') s`,
	} {
		// Numbers alone, so they may stand in the text: PostgreSQL would ask for the type of each place.
		statement := strings.NewReplacer(":now", fmt.Sprint(time.Now().UnixMilli()), ":between", fmt.Sprint(between),
			":channels", fmt.Sprint(channels)).Replace(withNumbers(insert, n))
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("filling the database with cases: %w", err)
		}
	}
	return tx.Commit()
}

// withNumbers gives an insert a table of the numbers from 1 to n to select from.
func withNumbers(insert string, n int) string {
	into, from, _ := strings.Cut(insert, "select")
	return fmt.Sprintf(`%swith recursive numbers (i) as (select cast(1 as bigint) union all select i + 1 from numbers where i < %d) select%s`, into, n, from)
}

// writeArticles writes a knowledge base of n articles into a folder: the real ones, and generated ones beside them.
func writeArticles(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := fs.ReadDir(articles.FS, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		body, err := fs.ReadFile(articles.FS, e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), body, 0o644); err != nil {
			return err
		}
	}
	for i := len(entries); i < n; i++ {
		name := fmt.Sprintf("generated-%05d.yaml", i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(generated(i)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generated writes an article about an error that no message of the load has.
func generated(i int) string {
	first := strings.Fields("EXPIRED DUPLICATE UNKNOWN UNSUPPORTED REJECTED BLOCKED REVOKED INCOMPLETE MALFORMED INACTIVE SUSPENDED PENDING STALE LOCKED")
	second := strings.Fields("PATIENT PRACTITIONER MEDICATION PRESCRIPTION APPOINTMENT REFERRAL LOCATION ENCOUNTER CONSENT DOCUMENT ALLERGY SLOT SCHEDULE TASK DEVICE SPECIMEN")
	return fmt.Sprintf(`status: %d
code: %s_%s_%s
title: Generated article %d
cause: |
  The request names something that the service does not take.
steps:
  - id: look
    text: Look at the request that was sent.
  - id: compare
    text: Compare it with the API's specification.
fix: |
  Correct the request, and send it again.
`, 400+i%100, first[i%len(first)], second[i/len(first)%len(second)], letters(i), i)
}

// letters writes a number with letters: a digit in a code would make it another kind of name.
func letters(i int) string {
	s := ""
	for ; i > 0 || s == ""; i /= 26 {
		s = string(rune('A'+i%26)) + s
	}
	return s
}
