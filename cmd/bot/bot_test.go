package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/kb"
	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/socket"
	"apierrorbot/internal/store"
	articles "apierrorbot/kb"
)

// patience is how long a test waits for something that should happen at once.
const patience = 20 * time.Second

// testBot is the bot as it runs in production, against a local Slack.
type testBot struct {
	t    testing.TB
	sim  *slacksim.Server
	db   *store.Store // a second look at the bot's database
	base *kb.Base
	url  string // of the database
	log  *syncBuffer

	// For the next start.
	channels []string
	keep     store.Keep
	timing   handlers.Timing
	sockets  socket.Timings
	catchUp  time.Duration
	httpAddr string
	wrapLog  func(slog.Handler) slog.Handler // may be nil

	bot   *atomic.Pointer[handlers.Bot] // the one that was started last
	stop  func() error                  // stops the running bot, and returns what it ended with
	ended chan error                    // what it ended with
}

// newTestBot starts a local Slack and the bot with the articles in the binary.
func newTestBot(t testing.TB, config slacksim.Config) *testBot {
	t.Helper()
	return newTestBotWith(t, config, loadArticles(t, articles.FS))
}

func loadArticles(t testing.TB, files fs.FS) *kb.Base {
	t.Helper()
	base, err := kb.Load(files, "kb")
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func newTestBotWith(t testing.TB, config slacksim.Config, base *kb.Base) *testBot {
	t.Helper()
	return newTestBotOn(t, "sqlite:"+filepath.Join(t.TempDir(), "bot.db"), config, base)
}

// newTestBotOn starts a local Slack and a bot on that database.
func newTestBotOn(t testing.TB, url string, config slacksim.Config, base *kb.Base) *testBot {
	t.Helper()
	b := newIdleTestBot(t, url, config, base)
	b.start()
	b.lookInto()
	return b
}

// newIdleTestBot starts a local Slack for a bot on that database, which is not started.
func newIdleTestBot(t testing.TB, url string, config slacksim.Config, base *kb.Base) *testBot {
	t.Helper()
	config.Commands = demoCommands
	if config.Scopes == nil {
		config.Scopes = scopeNames()
	}
	if config.Timing.RetryDelays == nil {
		config.Timing.RetryDelays = []time.Duration{0, 100 * time.Millisecond, 500 * time.Millisecond}
	}
	sim, err := slacksim.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sim.Close() })
	return &testBot{t: t, sim: sim, base: base, url: url, log: new(syncBuffer), bot: new(atomic.Pointer[handlers.Bot]), keep: defaultKeep,
		timing: handlers.Timing{HTTPTimeout: 2 * time.Second, Settle: 50 * time.Millisecond, Backoff: 10 * time.Millisecond, Lease: 2 * time.Second,
			Redelivery: time.Minute, SaveEvery: 10 * time.Millisecond},
		catchUp: 15 * time.Minute,
		sockets: socket.Timings{Stagger: time.Millisecond}}
}

// lookInto opens the bot's database for a second look at it.
func (b *testBot) lookInto() {
	b.t.Helper()
	var err error
	if b.db, err = store.OpenBeside(b.t.Context(), b.url); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { b.db.Close() })
}

// service is what the bot under test is told.
func (b *testBot) service() service {
	return service{
		slack:       slackConfig{AppToken: b.sim.AppToken(), BotToken: b.sim.BotToken(), APIURL: b.sim.URL() + "/api/"},
		databaseURL: b.url,
		channels:    b.channels,
		catchUp:     b.catchUp,
		httpAddr:    b.httpAddr,
		keep:        b.keep,
		base:        b.base,
		timing:      b.timing,
		sockets:     b.sockets,
		log:         b.logger(),
	}
}

// logger keeps what the bot logs; a benchmark does not.
func (b *testBot) logger() *slog.Logger {
	if _, benchmark := b.t.(*testing.B); benchmark {
		return slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	var h slog.Handler = slog.NewTextHandler(io.MultiWriter(b.log, b.t.Output()), &slog.HandlerOptions{Level: slog.LevelDebug})
	if b.wrapLog != nil {
		h = b.wrapLog(h)
	}
	return slog.New(h)
}

// start starts the bot and waits until it is connected.
func (b *testBot) start() {
	b.t.Helper()
	b.isReady(b.launch())
}

// launch starts the bot. ready gets something whenever it is connected.
func (b *testBot) launch() (ready <-chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	connected := make(chan struct{}, 1)
	s := b.service()
	b.bot = new(atomic.Pointer[handlers.Bot])
	s.onBot = b.bot.Store
	s.onReady = func() {
		select {
		case connected <- struct{}{}:
		default:
		}
	}
	ended := make(chan error, 1)
	b.ended = ended
	go func() { ended <- serve(ctx, s) }()
	b.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	b.t.Cleanup(func() { b.stop() })
	return connected
}

// isReady waits until a bot that was launched is connected.
func (b *testBot) isReady(ready <-chan struct{}) {
	b.t.Helper()
	select {
	case <-ready:
	case err := <-b.ended:
		b.t.Fatalf("the bot ended: %v", err)
	case <-time.After(patience):
		b.t.Fatal("the bot did not get ready")
	}
}

// restart stops the bot as SIGTERM does, and starts it again.
func (b *testBot) restart() {
	b.t.Helper()
	if err := b.stop(); err != nil {
		b.t.Fatalf("the bot stopped with: %v", err)
	}
	b.start()
}

// await waits until done says so. It asks whenever something changed in the local
// Slack, and now and then, because the database does not tell.
func (b *testBot) await(what string, done func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Millisecond)
		err := b.sim.Await(ctx, done)
		cancel()
		if err == nil {
			return
		}
	}
	b.t.Fatalf("waited in vain for %s", what)
}

// settle waits until the bot has nothing left to do. Private messages go out after
// the ack, in lanes of their own: they are waited for too.
func (b *testBot) settle() {
	b.t.Helper()
	b.await("the bot to be idle", func() bool {
		if b.sim.Unacked() > 0 {
			return false
		}
		if bot := b.bot.Load(); bot != nil && bot.Waiting() > 0 {
			return false
		}
		// Looked up after that: what is acked is stored.
		ids, err := b.db.Unfinished(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		return len(ids) == 0
	})
}

// say posts a message, and fails the test when it cannot be posted.
func (b *testBot) say(user, channel, text, thread string) (ts string) {
	b.t.Helper()
	ts, err := b.sim.Say(user, channel, text, thread)
	if err != nil {
		b.t.Fatal(err)
	}
	return ts
}

// addPeople adds n members of the channel, and returns their ids.
func (b *testBot) addPeople(n int) (ids []string) {
	b.t.Helper()
	for i := range n {
		u := slacksim.User{ID: fmt.Sprintf("U0PERSON%02d", i), Name: fmt.Sprint("person", i)}
		if err := b.sim.AddUser(u); err != nil {
			b.t.Fatal(err)
		}
		if err := b.sim.SetMember(channel, u.ID, true); err != nil {
			b.t.Fatal(err)
		}
		ids = append(ids, u.ID)
	}
	return ids
}

// fault makes something in the local Slack fail, and returns how to end that.
func (b *testBot) fault(f slacksim.Fault) (end func()) {
	b.t.Helper()
	id, err := b.sim.AddFault(f)
	if err != nil {
		b.t.Fatal(err)
	}
	return func() { b.sim.RemoveFault(id) }
}

// awaitHit waits until a fault on a method or place has struck.
func (b *testBot) awaitHit(on string) {
	b.t.Helper()
	b.await("a fault on "+on+" to strike", func() bool {
		return slices.ContainsFunc(b.sim.Faults(), func(f slacksim.ActiveFault) bool { return f.On == on && f.Hits > 0 })
	})
}

// logs waits until the bot has logged something.
func (b *testBot) logs(words string) {
	b.t.Helper()
	b.await("the bot to log "+words, func() bool { return strings.Contains(b.log.String(), words) })
}

// lockDatabase takes the bot's database away, as another process that writes
// into it for long would, until unlock is called.
func (b *testBot) lockDatabase() (unlock func()) {
	b.t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(b.url, "sqlite:")+"?_pragma=busy_timeout(20000)")
	if err != nil {
		b.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("begin immediate"); err != nil {
		b.t.Fatal(err)
	}
	unlock = sync.OnceFunc(func() {
		if _, err := db.Exec("rollback"); err != nil {
			b.t.Error(err)
		}
		db.Close()
	})
	b.t.Cleanup(unlock)
	return unlock
}

// reply waits for the bot's n-th message in a thread and returns it.
func (b *testBot) reply(channel, thread string, n int) slacksim.Message {
	b.t.Helper()
	var found slacksim.Message
	b.await("a reply", func() bool {
		replies := botMessages(b.sim.Thread(channel, thread))
		if len(replies) < n {
			return false
		}
		found = replies[n-1]
		return true
	})
	return found
}

func botMessages(messages []slacksim.Message) []slacksim.Message {
	var found []slacksim.Message
	for _, m := range messages {
		if m.BotID != "" {
			found = append(found, m)
		}
	}
	return found
}

// syncBuffer is a buffer that may be written and read at the same time.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
