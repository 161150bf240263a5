package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"modernc.org/sqlite"

	"apierrorbot/internal/metrics"
	"apierrorbot/internal/store"
)

// process is one life of the bot in a simulation. All that it does to the world goes
// through Slack or the database. When it dies, neither takes anything from it any
// more, at once: what its goroutines still do, nobody sees.
type process struct {
	s      *simulation
	number int
	dead   atomic.Bool
	ctx    context.Context // ends when it dies
	cancel context.CancelFunc
	bot    *Bot
	store  *store.Store

	cutOff  atomic.Int64  // until then (Unix nanoseconds) it cannot write to the database
	started chan struct{} // closed when the bot has taken up its work
}

func (p *process) String() string { return fmt.Sprint("process ", p.number) }

var simTiming = Timing{HTTPTimeout: 10 * time.Second, Settle: 5 * time.Second, Backoff: time.Second, Lease: 6 * time.Second,
	SaveEvery: time.Hour}

// simProcesses are the processes of all simulations, by the path that each opens the
// database by.
var simProcesses sync.Map

// hookCommits asks a process before each commit, once and for all: the driver has no
// way to take a hook back.
var hookCommits = sync.OnceFunc(func() {
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, dsn string) error {
		path, _, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?")
		if p, ours := simProcesses.Load(path); ours {
			conn.(sqlite.HookRegisterer).RegisterCommitHook(p.(*process).commit)
		}
		return nil
	})
})

// start starts some processes, when none lives: they share the database as replicas do.
func (s *simulation) start(n int) {
	hookCommits()
	for range n {
		s.lives++
		p := &process{s: s, number: s.lives, started: make(chan struct{})}
		p.ctx, p.cancel = context.WithCancel(context.Background())
		p.open()
		api := slack.New("xoxb-simulated", slack.OptionAPIURL(simURL),
			slack.OptionHTTPClient(&http.Client{Transport: p, Timeout: simTiming.HTTPTimeout}))
		p.bot = New(Config{API: api, Self: simSelf, Store: p.store, Base: s.base,
			Log: slog.New(slog.NewTextHandler(simLog{p}, &slog.HandlerOptions{ReplaceAttr: withoutTime})), Timing: simTiming, Metrics: new(metrics.Set)})
		s.mu.Lock()
		s.alive = append(s.alive, p)
		s.mu.Unlock()
		s.note("%s starts", p)
		err := p.bot.Resume(p.ctx)
		close(p.started)
		if err != nil && !p.dead.Load() {
			s.t.Fatal(err)
		}
		time.Sleep(time.Millisecond) // so that the next one does nothing at the same time
	}
}

// open opens the database by a path of the process's own. An SQLite file is for one
// process, which a lock beside it sees to; here there are several, as on PostgreSQL:
// SQLite has one writer at a time, and that is enough for what leases promise.
func (p *process) open() {
	own := filepath.Join(p.s.dir, fmt.Sprint(p.number))
	if err := os.Symlink(p.s.dir, own); err != nil {
		p.s.t.Fatal(err)
	}
	path := filepath.Join(own, "bot.db")
	if err := os.Remove(path + "-lock"); err != nil && !errors.Is(err, os.ErrNotExist) {
		p.s.t.Fatal(err)
	}
	simProcesses.Store(path, p)
	var err error
	if p.store, err = store.OpenDatabase(p.ctx, "sqlite:"+path, simTiming.Lease); err != nil {
		p.s.t.Fatal(err)
	}
}

// commit is asked before each commit whether it may be: not when the process is dead,
// or dies now, or is cut off from the database.
func (p *process) commit() (refused int32) {
	if p.bot == nil {
		return 0 // it starts
	}
	if p.diesBy("a commit") || p.dead.Load() || time.Now().UnixNano() < p.cutOff.Load() {
		return 1
	}
	if r := p.s.chance("cut off %d", p.number); p.s.stormy() && r.IntN(100) < p.s.weather.cutOff {
		d := within(r, 2*simTiming.Lease)
		p.s.note("%s is cut off from the database for %v", p, d)
		p.cutOff.Store(time.Now().Add(d).UnixNano())
	}
	return 0
}

// diesBy lets the process die before it does something, if the seed says so.
func (p *process) diesBy(what string) bool {
	if !p.s.stormy() || p.s.chance("death of %d by %s", p.number, what).IntN(1000) >= p.s.weather.deaths {
		return false
	}
	p.die("before " + what)
	return true
}

func (p *process) die(why string) {
	if p.dead.Swap(true) {
		return
	}
	p.s.note("%s dies %s", p, why)
	p.cancel()
	p.s.mu.Lock()
	p.s.alive = slices.DeleteFunc(p.s.alive, func(o *process) bool { return o == p })
	p.s.mu.Unlock()
	p.s.doing.Go(func() { // what is left of it
		<-p.started // a process closes what it has started, and not before
		p.store.Close()
		p.bot.Close(p.ctx)
	})
}

func (s *simulation) living() []*process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.alive)
}

// simLog writes what a process logs into the trace.
type simLog struct{ p *process }

func (l simLog) Write(line []byte) (int, error) {
	if !l.p.dead.Load() {
		l.p.s.note("%s: %s", l.p, strings.TrimSpace(string(line)))
	}
	return len(line), nil
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// RoundTrip makes a call to Slack, as an http.Client's transport.
func (p *process) RoundTrip(r *http.Request) (*http.Response, error) {
	call, err := readCall(r)
	if err != nil {
		return nil, err
	}
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	defer context.AfterFunc(p.ctx, leave)()
	status, header, body, err := p.s.answer(ctx, p, call)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: header,
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}
