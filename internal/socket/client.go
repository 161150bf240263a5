// Package socket keeps Socket Mode connections to Slack alive: it records what arrives, acks what it is told to ack, and
// knows nothing about what the envelopes mean.
//
// Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode): the app asks apps.connections.open for the
// address of a WebSocket, connects, and is greeted with a hello frame. From then on each text frame is an envelope. An
// envelope is acked by sending its envelope_id back over the same connection within three seconds; Slack delivers an
// unacked event again, and never delivers an unacked click again. Slack ends every connection after some hours,
// usually with a disconnect frame before it.
//
// A Client keeps two of them, because Slack delivers each envelope on any one of an app's connections: while one is lost
// or replaced, the other goes on. The same event may arrive on both, so the Recorder has to know what it has seen. The
// Client's parts, in files:
//
//   - frame.go reads one frame: the outer fields once, the payload untouched.
//   - conn.go is one WebSocket with two goroutines. The reader hands each envelope to the Recorder and never waits for
//     anything. The writer alone writes: acks, pings, pongs, the close frame. Whatever is slow, events keep being read.
//   - backoff.go decides how long to wait before the next opening.
//   - client.go (this file) has a keeper for each of the two, which watches and replaces its connection; open.go opens
//     them and says why that failed; counts.go counts.
//   - pair.go is what the keepers know of each other: when the second may open, and what is reported once for both.
//
// What the Client promises:
//
//   - A connection that Slack is going to end is replaced before it is closed: the new one must have said hello, and
//     then the old one is read for a grace time longer, because what Slack had already sent on it would be lost.
//   - The second connection opens some time after the first, so that Slack, which ends them by their age, does not end
//     both at once. If it does (Slack restarts), each is replaced before it is closed.
//   - A connection without any frame for a while is half-open and is dropped. Pings and pongs count as life, but only
//     after the hello: a connection that never says hello is no connection.
//   - Only an error that needs a human (AuthError) or the end of the context ends Run. Everything else is waited out,
//     and reported once for each change of state.
//   - A frame that nobody understands is acked where that is possible, counted, and forgotten.
//   - Payloads and WebSocket addresses (they contain a ticket) are never logged.
package socket

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// Envelope is one Socket Mode frame that wants an answer.
type Envelope struct {
	ID   string // envelope_id, never empty
	Type string // events_api, slash_commands or interactive

	Payload string // what Slack sent: a complete, valid JSON value, never null

	RetryAttempt int    // 0 for a first delivery, and sometimes for a later one
	RetryReason  string // why Slack delivers again, such as "timeout"
}

// Recorder is told of every envelope that arrives on a connection, in the order of arrival.
//
// Record is called from the goroutine that reads the connection: it must return without waiting for anything but
// memory. Each connection has a reader of its own, so Record must be safe for concurrent use.
//
// ack may be called from any goroutine, inside Record or later, also after the connection has ended. It never blocks,
// and only its first call counts. An envelope that is never acked is delivered again by Slack if it is an event; so is
// one whose ack could not be sent because its connection was gone.
type Recorder interface {
	Record(env Envelope, ack func())
}

// Config is what a Client needs. Open, Recorder and Log are required.
type Config struct {
	// Open asks Slack for the address of a WebSocket; Address makes it from slack-go's client. An error that holds
	// a slack.SlackErrorResponse or a *slack.RateLimitedError is understood; any other counts as "unreachable for now".
	// Its timeout is its own affair.
	Open func(ctx context.Context) (wsURL string, err error)

	Recorder Recorder
	Log      *slog.Logger

	// OnReady, if set, is called after a hello that ends a time without any connection (the start, an outage), with the
	// number of connections that Slack counts for the app. Calls never overlap. It must return soon: the Client waits
	// for it, though its connections do not, so that the first Record may come before it.
	OnReady func(numConnections int)

	// OnUp, if set, is called with true when there is a connection again, before anything is recorded from it, and with
	// false when the last one has ended, at the end of Run too. Calls come in the order of what they tell. It must
	// return at once, and not call the Client.
	OnUp func(up bool)

	// Replicas says that other processes are meant to use the same app token. Otherwise connections that this Client
	// did not open are reported as a warning: somebody else takes a share of the events.
	Replicas bool

	Connections int // how many to keep; 2 if zero
	Timings     Timings
}

// Timings are the durations that a Client goes by. A zero field means its default.
type Timings struct {
	Dial       time.Duration // TCP, TLS and WebSocket handshake together; 10 s
	Write      time.Duration // one ack, ping or pong; 5 s
	Ping       time.Duration // between two of our pings; 10 s
	Idle       time.Duration // without any frame before a connection counts as half-open; 25 s
	Stagger    time.Duration // from the first connection's hello to the opening of the second; 20 s
	Grace      time.Duration // from the new connection's hello to the closing of the old one; 5 s, longer than Slack waits for an ack
	Drain      time.Duration // at most, for the acks of recorded envelopes before a connection is closed; 3 s
	Stable     time.Duration // from hello; what ends sooner counts as a failure; 20 s
	BackoffMin time.Duration // the shortest wait after a failure; 1 s
	BackoffMax time.Duration // the longest; 45 s
}

func (t Timings) withDefaults() Timings {
	def := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	def(&t.Dial, 10*time.Second)
	def(&t.Write, 5*time.Second)
	def(&t.Ping, 10*time.Second)
	def(&t.Idle, 25*time.Second)
	def(&t.Stagger, 20*time.Second)
	def(&t.Grace, 5*time.Second)
	def(&t.Drain, 3*time.Second)
	def(&t.Stable, 20*time.Second)
	def(&t.BackoffMin, time.Second)
	def(&t.BackoffMax, 45*time.Second)
	return t
}

// Client keeps Socket Mode connections alive. Make it with New.
type Client struct {
	cfg    Config
	log    *slog.Logger
	dialer *websocket.Dialer
	counts counters
	pair   *pair
	ready  sync.Mutex // held while OnReady is called
}

// New returns a Client that does nothing until Run is called.
func New(cfg Config) *Client {
	cfg.Timings = cfg.Timings.withDefaults()
	cfg.Connections = cmp.Or(cfg.Connections, 2)
	dialer := *websocket.DefaultDialer // reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY
	return &Client{cfg: cfg, log: cfg.Log, dialer: &dialer, pair: newPair(cfg)}
}

// Run keeps the connections alive until ctx ends, and then returns nil: nothing further is recorded, envelopes already
// recorded get up to Timings.Drain for their acks to be written, and close frames are sent, on all connections at the
// same time. At most a second later they are closed, whether or not Slack said goodbye too.
//
// Run returns an *AuthError as soon as Slack refuses the app-level token in a way that only a human can mend.
// No goroutine outlives Run. Run may be called once.
func (c *Client) Run(ctx context.Context) error {
	keepers, ctx := errgroup.WithContext(ctx)
	for range c.cfg.Connections {
		keepers.Go(func() error { return c.keep(ctx) })
	}
	return keepers.Wait()
}

// keep keeps one connection alive.
func (c *Client) keep(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	k := &keeper{Client: c, ctx: ctx, backoff: newBackoff(c.cfg.Timings)}
	defer k.closing.Wait()
	defer cancel() // ends every grace time: what is still open drains now
	defer func() { k.retire(k.old, 0) }()

	for {
		wait, err := k.once()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}

// keeper keeps one connection alive: it is the state of one keep.
type keeper struct {
	*Client
	ctx     context.Context
	backoff *backoff
	old     *conn          // asked to be replaced, and in use until its successor says hello; nil if there is none
	closing sync.WaitGroup // connections on their way out
}

// once opens a connection and stays with it until it needs a successor. It says how long to wait before opening that.
func (k *keeper) once() (wait time.Duration, err error) {
	if k.old == nil || isClosed(k.old.ended) {
		k.pair.turn(k.ctx, k)
	}
	cn, err := k.open(k.ctx)
	var auth *AuthError
	switch {
	case k.ctx.Err() != nil:
		k.retire(cn, 0)
		return 0, nil
	case errors.As(err, &auth):
		return 0, auth
	case err != nil:
		return k.openFailed(err), nil
	}
	return k.attend(cn), nil
}

// attend stays with a connection until it needs a successor, and says how long to wait before opening that. Several
// things may have happened before we look: the hello comes first, and a reason given is better than none.
func (k *keeper) attend(cn *conn) (wait time.Duration) {
	select {
	case <-cn.hello:
	case <-cn.leave:
	case <-cn.ended:
	case <-k.ctx.Done():
	}
	if cn.greeted() {
		k.greeted(cn)
	}
	select {
	case <-cn.leave:
	case <-cn.ended:
	case <-k.ctx.Done():
	}
	switch {
	case k.ctx.Err() != nil:
		k.retire(cn, 0)
		return 0
	case isClosed(cn.leave):
		return k.replace(cn)
	}
	return k.lost(cn)
}

// greeted is called once for each connection that said hello.
func (k *keeper) greeted(cn *conn) {
	k.retire(k.old, k.cfg.Timings.Grace)
	k.old = nil
	k.backoff.connected()

	live := k.Live()
	k.log.Info("connected to Slack", "host", cn.host, "num_connections", cn.numConnections, "ours", live)
	if k.pair.others(cn.numConnections, live) {
		k.reportOthers(cn.numConnections, live)
	}
	if cn.first && k.cfg.OnReady != nil {
		k.ready.Lock()
		defer k.ready.Unlock()
		k.cfg.OnReady(cn.numConnections)
	}
}

// reportOthers says what it most likely means that Slack counts connections which are not ours.
func (k *keeper) reportOthers(counted, live int) {
	if k.cfg.Replicas {
		k.log.Info("Slack counts connections of other processes, as it should if they are replicas on the same database",
			"num_connections", counted, "ours", live)
		return
	}
	k.log.Warn("Slack counts connections of other processes: another copy of the bot is probably running with the same "+
		"app token and takes a share of the events: stop it, or give it an app of its own (replicas have to share a "+
		"database)", "num_connections", counted, "ours", live)
}

// replace deals with a disconnect frame.
func (k *keeper) replace(cn *conn) (wait time.Duration) {
	reason := cn.reason
	kind := "disconnect: " + reason
	switch {
	case reason == "link_disabled":
		k.retire(cn, 0)
		wait = k.backoff.next(linkDisabled, 0)
		k.pair.report(kind, slog.LevelError, "Slack closed the connection because Socket Mode is switched off: "+
			"switch it on at https://api.slack.com/apps, under Settings, Socket Mode; the bot keeps trying", "wait", wait)
	case reason == "too_many_websockets":
		k.retire(cn, 0)
		wait = k.backoff.next(tooMany, 0)
		k.pair.report(kind, slog.LevelError, "Slack closed the connection because the app has too many: "+
			"stop other copies of the bot that use the same app token; the bot keeps trying", "wait", wait)
	case !cn.greeted():
		k.retire(cn, 0)
		wait = k.backoff.next(refused, 0)
		k.pair.report(kind, slog.LevelWarn, "Slack accepted the connection and sent it away", "reason", reason, "wait", wait)
	default:
		k.old = cn
		wait = k.backoff.next(cut, cn.age())
		k.log.Info("Slack asks for a new connection; the old one stays until it is up", "reason", reason, "wait", wait)
	}
	return wait
}

// lost deals with a connection that ended without notice.
func (k *keeper) lost(cn *conn) (wait time.Duration) {
	if !cn.greeted() {
		wait = k.backoff.next(refused, 0)
		k.pair.report("no hello", slog.LevelWarn, "Slack accepted the connection but said no hello", "error", cn.err, "wait", wait)
		return wait
	}
	k.counts.lost.Add(1)
	wait = k.backoff.next(cut, cn.age())
	k.log.Warn("connection to Slack lost", "error", cn.err, "left", k.Live(), "wait", wait)
	return wait
}

// retire closes cn in the background, after the grace time or as soon as it has ended or Run ends.
func (k *keeper) retire(cn *conn, grace time.Duration) {
	if cn == nil {
		return
	}
	k.closing.Go(func() {
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-cn.ended:
		case <-k.ctx.Done():
		}
		cn.close()
	})
}
