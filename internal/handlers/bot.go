// Package handlers is the bot's whole story: an event becomes a decision, a
// case and a reply; a click becomes a tick and a new state of the reply.
//
// Record takes what Slack sends, one envelope at a time, in the order of
// arrival, and must not wait. A message gets a cheap look there and then: what
// is not a person's message, or has no API error in it, is acked and forgotten,
// without a write. Everything else goes into a lane, one for each thread or
// clicking person: within a lane things happen one after another, and lanes do
// not wait for each other.
//
// A message that brings text files first has them downloaded (files.go), in a lane
// of its own and for two seconds at most; what could not be read by then is left
// out of the decision.
//
// A message to be answered becomes a case in the store, keyed by (team, channel,
// ts); only then it is acked. A second arrival of the same message finds the
// case and does nothing. A click sets a step's state in one transaction (set,
// never toggle) and is acked then; one that cannot be stored is acked too, and
// the clicker told, because Slack does not send clicks again.
//
// The courier brings replies to Slack. It is level-triggered: it works on a case
// until the message in Slack shows the case's newest revision, one call at a time
// for each case, and joins what changes meanwhile. Before the first post it
// stores that it is sending, with a random id that goes into the message's
// metadata; when it cannot know whether a post arrived (a timeout, a 5xx, a
// crash) it waits until that must have settled, looks for the id in the thread,
// and adopts the message that is there or posts again. Where several processes share
// a database, each case's work is one process's, as long as that one lives.
//
// An error that no article is about is counted, for whoever writes articles. That
// has a lane of its own, and nothing waits for it.
//
// What was written while the bot heard nothing (before it started, or without a
// connection) is read in the channels' histories when it hears again (catchup.go), and
// handed on like an event. Each channel's watermark (watermarks.go) says from where.
//
// Rendering is a pure function of the case and the articles it was opened with,
// the same for the first post and every update.
//
// Nothing of what people write is stored, logged or shown but ids, statuses and
// names that the knowledge base knows. Where the bot answers a message that holds
// a secret, its author is told privately (warn.go).
//
// The reply to a message that was deleted is taken back: it goes, or, where somebody
// has ticked a step of it, it is closed and stays. Nothing but the message's key is
// kept then. What is old is removed daily.
//
// Private answers (to slash commands and to the buttons in them) go to the
// response_url that came with the request. They are not stored: whoever asked
// sees that nothing came, and asks again.
package handlers

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/metrics"
	"apierrorbot/internal/store"
)

// Config is what a Bot needs. All fields but Channels are required.
type Config struct {
	API      *slack.Client // with an HTTP client that times out after HTTPTimeout, and no retries
	Self     Self
	Store    *store.Store
	Base     *kb.Base
	Files    FileAccess
	History  HistoryAccess
	CatchUp  time.Duration // errors that were missed are answered while they are younger; 0: they are not looked for
	Channels []string      // ids of the only channels to listen in, beside direct messages; empty: wherever the bot is a member
	Log      *slog.Logger
	Metrics  *metrics.Set // the bot adds what it counts
	Timing   Timing
}

// Timing holds the waits of delivery. Tests shorten them.
type Timing struct {
	HTTPTimeout time.Duration // after this long a call that was not answered is over
	Settle      time.Duration // how long a message may take to be seen in its thread
	Backoff     time.Duration // the first wait after a failure; it doubles up to a minute
	Lease       time.Duration // the store's: how long another process waits for this one's work
	Purge       time.Duration // from the start until what is old is removed for the first time

	// Of catching up.
	Redelivery time.Duration // after this long Slack has given up on delivering an event
	SaveEvery  time.Duration // how often it is stored how far channels were read
	Pace       time.Duration // between two calls for a history
}

// DefaultTiming is for Slack as it is.
var DefaultTiming = Timing{HTTPTimeout: 10 * time.Second, Settle: 5 * time.Second, Backoff: time.Second, Lease: 6 * time.Second, Purge: time.Minute,
	Redelivery: 7 * time.Minute, SaveEvery: 5 * time.Second, Pace: 1500 * time.Millisecond}

// Bot answers API errors. Make one with New.
type Bot struct {
	api      *slack.Client
	self     Self
	store    *store.Store
	base     *kb.Base
	channels []string
	log      *slog.Logger
	counts   *counts
	pages    *pages
	people   *people
	files    *files
	courier  *courier
	catchUp  *catchUp
	lanes    *lanes
	watching sync.WaitGroup // what waits for deliveries, to tell somebody
	keeping  sync.WaitGroup // of the courier's leases
	mention  string         // how the bot is mentioned in a message's text

	// ctx ends when the bot must stop at once, whatever it is doing.
	ctx    context.Context
	cancel context.CancelFunc
	fatal  chan error
}

// Waiting returns how many messages, clicks and private answers are being worked on
// or wait for that. It may be called at any time.
func (b *Bot) Waiting() int { return b.lanes.length() }

// New returns a Bot. It does nothing before Record or Resume is called.
func New(c Config) *Bot {
	ctx, cancel := context.WithCancel(context.Background())
	b := &Bot{
		api:      c.API,
		self:     c.Self,
		store:    c.Store,
		base:     c.Base,
		channels: c.Channels,
		log:      c.Log,
		counts:   newCounts(c.Metrics),
		pages:    &pages{byRevision: make(map[string]*page)},
		lanes:    &lanes{queues: make(map[string][]func())},
		mention:  "<@" + c.Self.UserID + ">",
		ctx:      ctx,
		cancel:   cancel,
		fatal:    make(chan error, 1),
	}
	b.people = newPeople(c.API, c.Self, b.counts)
	b.files = newFiles(c.Files, b.counts, c.Log)
	c.Metrics.Func("apierrorbot_lanes_waiting", "Messages and clicks that wait for the database or for Slack.",
		metrics.TypeGauge, func() (float64, bool) { return float64(b.Waiting()), true })
	b.courier = newCourier(b, c.Timing)
	b.catchUp = newCatchUp(b, c)
	return b
}

// Resume takes up the replies that nobody works on: those that were not finished
// when the bot last stopped, and from then on those of other processes on the same
// database, when they die. It returns as soon as the first are known; they are
// delivered in the background.
func (b *Bot) Resume(ctx context.Context) error {
	found, err := b.courier.sweep(ctx)
	if err != nil {
		return err
	}
	if found > 0 {
		b.log.Info("taking up unfinished replies", "count", found)
	}
	b.keeping.Go(b.courier.keep)
	return b.catchUp.begin(ctx)
}

// Fatal yields an error when nothing can be done but stop: Slack says that the bot's token
// is no longer good, or the database's driver panicked (a *store.Panic).
func (b *Bot) Fatal() <-chan error { return b.fatal }

// stop reports an error that ends the bot.
func (b *Bot) stop(err error) {
	select {
	case b.fatal <- err:
	default: // one is enough
	}
}

// Close waits until everything that was recorded is stored, and the calls under
// way are answered, or until ctx ends. What would have to wait (for a rate limit,
// or for a lost answer to settle) stays in the store for the next start.
func (b *Bot) Close(ctx context.Context) {
	b.courier.hurry()
	done := make(chan struct{})
	go func() {
		b.catchUp.end() // it puts messages into lanes
		b.lanes.wait()
		b.catchUp.save(b.ctx)
		b.courier.finish()
		b.watching.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		b.log.Warn("stopping with work in hand: it is stored and goes on at the next start")
	}
	b.cancel()
	<-done
	b.keeping.Wait()
	b.courier.finish() // what keep had just taken up
	giving, cancel := context.WithTimeout(context.Background(), giveBackWait)
	defer cancel()
	if err := b.store.GiveBack(giving); err != nil {
		b.log.Warn("cannot leave unfinished replies to others at once: they wait until the lease lapses", "error", err)
	}
}

// giveBackWait is how long a stopping bot tries to leave its work to others.
const giveBackWait = time.Second

// survive keeps the bot alive when what it is deferred in panics, and calls
// after. The panic's value is not logged: it could hold what people wrote.
func survive(log *slog.Logger, what string, after func()) {
	if r := recover(); r != nil {
		stack := string(debug.Stack())
		if p, ok := r.(*store.Panic); ok { // it was on another goroutine
			stack = p.Stack
		}
		log.Error("the bot stumbled over "+what+": please report this", "stack", stack)
		after()
	}
}

// lanes run functions: those of one key one after another, those of different
// keys side by side.
type lanes struct {
	mu      sync.Mutex
	queues  map[string][]func() // what waits behind the function that runs
	waiting int
	running sync.WaitGroup
}

// maxWaiting bounds what may wait in all lanes together. When the store stalls
// for so long that this many messages wait, further ones are not acked, and
// Slack brings them again.
const maxWaiting = 10_000

// do runs f, which must not panic, when what came before it with the same key is
// done. It does not wait, and reports whether there was room.
func (l *lanes) do(key string, f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= maxWaiting {
		return false
	}
	l.waiting++
	queue, busy := l.queues[key]
	if busy {
		l.queues[key] = append(queue, f)
		return true
	}
	l.queues[key] = nil
	l.running.Go(func() { l.run(key, f) })
	return true
}

func (l *lanes) run(key string, f func()) {
	for f != nil {
		f()
		f = l.next(key)
	}
}

// next takes the next function of a lane, or removes the lane.
func (l *lanes) next(key string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
	queue := l.queues[key]
	if len(queue) == 0 {
		delete(l.queues, key)
		return nil
	}
	l.queues[key] = queue[1:]
	return queue[0]
}

// length returns how many functions run or wait.
func (l *lanes) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}

// wait returns when all lanes are empty.
func (l *lanes) wait() { l.running.Wait() }
