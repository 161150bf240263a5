package handlers

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"modernc.org/sqlite"

	"apierrorbot/internal/metrics"
	"apierrorbot/internal/store"
)

// newBareBot is a bot with a database and nobody to talk to.
func newBareBot(t *testing.T, log *slog.Logger) *Bot {
	t.Helper()
	db, err := store.OpenDatabase(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bare.db"), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := New(Config{API: slack.New("xoxb-nobody", slack.OptionAPIURL("http://127.0.0.1:1/")), Store: db, Self: Self{UserID: "UBOT"},
		Log: log, Metrics: new(metrics.Set), Timing: Timing{Lease: 30 * time.Millisecond, Backoff: time.Second}})
	t.Cleanup(func() { b.Close(context.Background()) })
	return b
}

// A panic on another goroutine is logged with where it was, and without what it says.
func TestSurviveShowsTheStack(t *testing.T) {
	var log bytes.Buffer
	b := newBareBot(t, slog.New(slog.NewTextHandler(&log, nil)))
	acked := false
	func() {
		defer survive(b.log, "a click", func() { acked = true })
		if _, err := b.store.Open(t.Context(), store.NewCase{ID: "a", Key: store.Key{TS: "1.0"}, Asked: true}); err != nil {
			t.Error(err)
		}
		b.store.Change(t.Context(), "a", store.By{}, stumble)
	}()
	if !acked || !strings.Contains(log.String(), "handlers.stumble(") || strings.Contains(log.String(), "somebody wrote") {
		t.Errorf("acked: %v; logged: %s", acked, log.String())
	}
}

// stumble is where a panic comes from.
func stumble(*store.Case) { panic("what somebody wrote") }

var (
	hookStumbling  sync.Once
	stumblesOnBare atomic.Bool // at the commit, in databases of newBareBot
)

// When the database's driver has panicked, the bot stops: it could store nothing any more,
// and acks nothing.
func TestDriverPanicStopsTheBot(t *testing.T) {
	hookStumbling.Do(func() {
		sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, dsn string) error {
			if strings.Contains(dsn, "/bare.db?") {
				conn.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 {
					if stumblesOnBare.Load() {
						panic("in the driver")
					}
					return 0
				})
			}
			return nil
		})
	})
	b := newBareBot(t, slog.New(slog.DiscardHandler))
	if err := b.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	stumblesOnBare.Store(true)
	defer stumblesOnBare.Store(false)
	message := &message{Type: "message", User: "U1", Channel: "C1", TS: "1.000001", Text: "<@UBOT> help"}
	b.receive("T", message, func() { t.Error("acked, and not stored") }, func() {})
	var p *store.Panic
	if err := <-b.Fatal(); !errors.As(err, &p) || !strings.Contains(p.Stack, "TestDriverPanicStopsTheBot") {
		t.Errorf("the bot stops with %v, want the panic", err)
	}
}
