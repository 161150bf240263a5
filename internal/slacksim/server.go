// Package slacksim is a local Slack: a server on the loopback interface that
// speaks Slack's Web API, Socket Mode and response_url over real HTTP and real
// WebSockets, behaves as Slack's public documentation (https://docs.slack.dev)
// says, remembers everything, and can be told to fail.
//
// A Server holds one workspace in memory (world.go): users, channels with
// their messages and threads, ephemeral messages, files. Three kinds of
// visitor meet there:
//
//   - A bot calls methods at URL()+"/api/" (webapi.go) and opens sockets
//     (socketmode.go). It is refused what Slack refuses, with Slack's error
//     codes: block limits (blocks.go), unknown channels, wrong tokens.
//   - A person is played through verbs: Say, Edit, Delete, Forward, Slash,
//     Click, Upload (verbs.go). What a person types is turned into what
//     Slack's clients send (compose.go). Each verb changes the world and
//     delivers the events that Slack would deliver.
//   - A test or the web page looks on: State, Messages, Ephemerals, Traffic,
//     and Await, which sleeps until something has changed. The page uses the
//     same verbs and reads as POST and GET /sim/… (sim_http.go).
//
// Faults (faults.go) are rules such as "every second chat.postMessage does its
// work and then loses the answer"; socket acts (Cut, HalfOpen, Disconnect,
// SendFrame, Redeliver) happen at once; the page has switches and buttons for
// the most telling of them. SocketHistory says how many sockets worked at every
// moment. Everything that passes between the bot
// and the server is kept in a bounded log (traffic.go), without tokens.
//
// One mutex guards the world; no call does work that grows with the history,
// except reading it. The package shares no code with the bot or with any Slack
// client library: a fake that shares code with what it fakes agrees with its
// mistakes.
package slacksim

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"
)

// Config says what workspace to build and how it behaves. The zero value works.
type Config struct {
	Addr     string // loopback address to listen on; default 127.0.0.1:0 (any free port)
	BotToken string // the only xoxb token that is accepted; default xoxb-local-bot-token
	AppToken string // the only xapp token that is accepted; default xapp-local-app-token
	Scopes   []string

	Team     Team
	Bot      Bot
	Users    []User
	Channels []Channel
	Commands []Command
	Examples []Example

	Timing      Timing
	TrafficSize int              // entries kept in the traffic log; 0: 1000; below 0: no log
	History     int              // messages kept in each channel, the newest (at times twice as many); 0: all. Replies to others are still taken
	Watch       func(Happening)  // told of what the bot does, under the Server's lock: it must be quick, and not call the Server
	Now         func() time.Time // the server's clock; default time.Now
	Log         *slog.Logger     // default: discard. Message texts and tokens are never logged
}

// Timing holds the delays that Slack's documentation gives; tests shorten them.
type Timing struct {
	PingInterval    time.Duration   // server pings on a socket; default 5 s
	AckTimeout      time.Duration   // an envelope not acked by then has failed; default 3 s
	RetryDelays     []time.Duration // before each redelivery of a failed event; default 0, 1 min, 5 min
	TicketLife      time.Duration   // of a WebSocket address; default 30 s
	ResponseURLLife time.Duration   // default 30 min
}

// Happening is something that the bot did, for a load generator: Await asks again whenever anything has changed,
// which is too dear for thousands of messages a second.
type Happening struct {
	Kind    string
	Channel string
	TS      string // the message that was acked, clicked on, posted or updated
	Thread  string // of a message of the bot's
	User    string // who wrote what was acked, or clicked
}

// Kinds of happenings.
const (
	Acked      = "acked" // a person's message; not the events of edits, deletions and the bot's own messages
	AckedClick = "acked click"
	Posted     = "posted"
	Updated    = "updated"
)

// Example is a ready-made message for the page to send with one click.
type Example struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Channel string `json:"channel"` // id or name
	User    string `json:"user"`    // id or name; who says it when nobody else is chosen
	Text    string `json:"text"`    // as typed; one that starts with "/" is a slash command
	Hint    string `json:"hint"`
}

// Command is a slash command that the app has registered.
type Command struct {
	Command     string `json:"command"` // with the slash
	Usage       string `json:"usage"`
	Description string `json:"description"`
	// Escape sends mentions of users and channels as <@U…> and <#C…|name>, as
	// the manifest's should_escape does; without it they stay as typed.
	Escape bool `json:"-"`
}

// Server is a running local Slack. All methods are safe for concurrent use.
type Server struct {
	cfg     Config
	log     *slog.Logger
	ln      net.Listener
	http    *http.Server
	faults  *faults
	traffic *traffic
	changes *notifier
	closing chan struct{}
	served  sync.WaitGroup

	mu           sync.Mutex // guards all below
	closed       bool
	rev          int
	world        *world
	link         *link
	responseURLs map[string]*responseURL
}

// New builds the workspace and starts to serve it. It fails when the address
// is not a loopback address, when it cannot be listened on, or when the
// workspace does not fit together (a channel with an unknown member).
// The caller must Close the server.
func New(cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := checkLoopback(cfg.Addr); err != nil {
		return nil, err
	}
	w, err := newWorld(cfg)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", cfg.Addr, err)
	}
	s := &Server{
		cfg:          cfg,
		log:          cfg.Log,
		ln:           ln,
		changes:      new(notifier),
		closing:      make(chan struct{}),
		world:        w,
		link:         newLink(),
		responseURLs: make(map[string]*responseURL),
		faults:       &faults{now: cfg.Now},
	}
	s.traffic = newTraffic(cfg.TrafficSize, s.changes.wake)
	w.baseURL = s.URL()
	s.http = &http.Server{
		Handler:           guard(s.routes()),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.served.Go(func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("slacksim stopped serving", "error", err)
		}
	})
	return s, nil
}

// URL returns the server's root, such as http://127.0.0.1:40123, without a
// final slash. The Web API is at URL()+"/api/".
func (s *Server) URL() string { return "http://" + s.ln.Addr().String() }

// BotToken returns the xoxb token that the server accepts.
func (s *Server) BotToken() string { return s.cfg.BotToken }

// AppToken returns the xapp token that the server accepts.
func (s *Server) AppToken() string { return s.cfg.AppToken }

// Close cuts all sockets and connections, stops all timers and waits for the
// server's goroutines to end. A second call does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.closing)
	s.link.close()
	s.mu.Unlock()

	err := s.http.Close()
	s.served.Wait()
	return err
}

// changed tells everybody who waits that the world is different now. The
// caller holds s.mu.
func (s *Server) changed() {
	s.rev++
	s.changes.wake()
}

func (s *Server) now() time.Time { return s.cfg.Now() }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link/{$}", s.serveLink)
	mux.HandleFunc("GET /link", s.serveLink)
	mux.HandleFunc("POST /response/{kind}/{team}/{number}/{secret}", s.serveResponseURL)
	mux.HandleFunc("GET /files-pri/{file}/{name}", s.serveFile)
	mux.HandleFunc("GET /files-pri/{file}/download/{name}", s.serveFile)
	mux.HandleFunc("GET /signin", serveSignIn)
	s.simRoutes(mux)
	mux.Handle("/", pageHandler())
	return mux
}

func (c Config) withDefaults() Config {
	setDefault(&c.Addr, "127.0.0.1:0")
	setDefault(&c.BotToken, "xoxb-local-bot-token")
	setDefault(&c.AppToken, "xapp-local-app-token")
	setDefault(&c.Team, Team{ID: "T0LOCAL01", Name: "Local Slack", Domain: "local-slack"})
	setDefault(&c.Bot, Bot{UserID: "U0BOT0001", BotID: "B0BOT0001", AppID: "A0BOT0001", Name: "apierror"})
	setDefault(&c.Timing.PingInterval, 5*time.Second)
	setDefault(&c.Timing.AckTimeout, 3*time.Second)
	setDefault(&c.Timing.TicketLife, 30*time.Second)
	setDefault(&c.Timing.ResponseURLLife, 30*time.Minute)
	setDefault(&c.TrafficSize, 1000)
	if c.Timing.RetryDelays == nil {
		c.Timing.RetryDelays = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if c.Scopes == nil {
		c.Scopes = defaultScopes()
	}
	if c.Users == nil {
		c.Users = defaultUsers()
	}
	if c.Channels == nil {
		c.Channels = defaultChannels()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Watch == nil {
		c.Watch = func(Happening) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// checkLoopback refuses every address that others on the network could reach:
// whoever reaches the server can speak as anybody.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%w: write it as 127.0.0.1:PORT", err)
	}
	if !isLoopback(host) {
		return fmt.Errorf("address %q is not on the loopback interface: use 127.0.0.1:PORT", addr)
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// guard keeps web pages of other origins out. A browser can be talked into
// sending requests to 127.0.0.1: by DNS rebinding (the Host header is then the
// attacker's name) or by a form or fetch from a foreign page (the Origin header
// is then that page's).
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(hostname(r.Host)) {
			http.Error(w, "this server answers to 127.0.0.1 and localhost only", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
			http.Error(w, "requests from other web pages are refused", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostname takes the port, and the brackets of an IPv6 address, off a Host header.
func hostname(host string) string {
	u := url.URL{Host: host}
	return u.Hostname()
}

// notifier wakes everybody who waits, and costs nothing while nobody does.
type notifier struct {
	mu sync.Mutex
	ch chan struct{}
}

// next returns a channel that is closed at the next wake.
func (n *notifier) next() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch == nil {
		n.ch = make(chan struct{})
	}
	return n.ch
}

func (n *notifier) wake() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch != nil {
		close(n.ch)
		n.ch = nil
	}
}
