package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ticket = "the-ticket-in-the-address" // must never be logged, nor may anything from a payload
	secret = "something-that-somebody-said"
)

// fakeSlack is apps.connections.open and a WebSocket, over HTTP. It works over TCP, and over an in-memory network
// whose every wait a testing/synctest bubble can see: there, minutes pass in no time, with the default timings.
type fakeSlack struct {
	t     *testing.T
	base  string // scheme-less address, host:port
	dial  func(ctx context.Context, network, addr string) (net.Conn, error)
	api   *slack.Client
	peers chan *peer // the connections that were accepted, in order

	// To be set before a client runs:
	silent  bool                     // never answer a WebSocket handshake
	prepare func(ws *websocket.Conn) // called before a connection is read; nil does nothing

	handlers sync.WaitGroup
	mu       sync.Mutex
	opens    []time.Time
	greeted  []*peer                          // connections that were greeted and have not ended, oldest first
	history  []int                            // how many, after each change
	answer   func(w http.ResponseWriter) bool // answers apps.connections.open, or returns false to give an address
}

// peer is Slack's end of one connection.
type peer struct {
	t    *testing.T
	fake *fakeSlack
	ws   *websocket.Conn
	acks chan string
	gone chan struct{} // closed when nothing more comes
	err  error         // why; set before gone is closed
}

func newFakeSlack(t *testing.T, l net.Listener, dial func(context.Context, string, string) (net.Conn, error)) *fakeSlack {
	t.Helper()
	f := &fakeSlack{t: t, base: l.Addr().String(), dial: dial, peers: make(chan *peer, 1000)}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/apps.connections.open", f.serveOpen)
	mux.HandleFunc("/link", f.serveLink)
	server := &http.Server{Handler: mux}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		server.Serve(l)
	}()
	transport := &http.Transport{DialContext: dial}
	f.api = slack.New("xoxb-test", slack.OptionAppLevelToken("xapp-test"),
		slack.OptionAPIURL("http://"+f.base+"/api/"), slack.OptionHTTPClient(&http.Client{Transport: transport}))
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		<-stopped
		f.handlers.Wait()
	})
	return f
}

// inMemory is for use inside a bubble.
func inMemory(t *testing.T) *fakeSlack {
	l := &memListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	return newFakeSlack(t, l, l.dial)
}

func overTCP(t testing.TB) (net.Listener, func(context.Context, string, string) (net.Conn, error)) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l, (&net.Dialer{}).DialContext
}

func (f *fakeSlack) serveOpen(w http.ResponseWriter, r *http.Request) {
	if got := r.Header.Get("Authorization"); got != "Bearer xapp-test" {
		f.t.Errorf("apps.connections.open was called with %q", got)
	}
	f.mu.Lock()
	f.opens = append(f.opens, time.Now())
	answer := f.answer
	f.mu.Unlock()
	if answer == nil || !answer(w) {
		fmt.Fprintf(w, `{"ok":true,"url":"ws://%s/link?ticket=%s"}`, f.base, ticket)
	}
}

func (f *fakeSlack) serveLink(w http.ResponseWriter, r *http.Request) {
	f.handlers.Add(1)
	defer f.handlers.Done()
	if f.silent {
		<-r.Context().Done()
		return
	}
	upgrader := websocket.Upgrader{}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the client has gone
	}
	if f.prepare != nil {
		f.prepare(ws)
	}
	p := &peer{t: f.t, fake: f, ws: ws, acks: make(chan string, 10000), gone: make(chan struct{})}
	f.peers <- p
	defer close(p.gone)
	defer f.leave(p)
	for {
		var ack struct {
			EnvelopeID string `json:"envelope_id"`
		}
		_, raw, err := ws.ReadMessage()
		if err != nil {
			p.err = err
			return
		}
		if err := json.Unmarshal(raw, &ack); err != nil || ack.EnvelopeID == "" {
			f.t.Errorf("the client sent %q, which is no ack", raw)
		}
		p.acks <- ack.EnvelopeID
	}
}

// setAnswer replaces the answer of apps.connections.open; nil gives an address.
func (f *fakeSlack) setAnswer(answer func(w http.ResponseWriter) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func refuseWith(code string) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool {
		fmt.Fprintf(w, `{"ok":false,"error":%q}`, code)
		return true
	}
}

func statusWith(code int, retryAfter string) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		http.Error(w, "<html>no</html>", code)
		return true
	}
}

func (f *fakeSlack) openTimes() []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Time(nil), f.opens...)
}

// accept returns the next connection, before its hello.
func (f *fakeSlack) accept() *peer {
	f.t.Helper()
	select {
	case p := <-f.peers:
		return p
	case <-time.After(2 * time.Minute):
		f.t.Fatal("no connection came")
		return nil
	}
}

// greet returns the next connection, after its hello.
func (f *fakeSlack) greet() *peer {
	f.t.Helper()
	p := f.accept()
	p.greet()
	return p
}

// greet sends the hello, with the number of connections that were greeted and have not ended.
func (p *peer) greet() {
	p.t.Helper()
	f := p.fake
	f.mu.Lock()
	f.greeted = append(f.greeted, p)
	n := len(f.greeted)
	f.history = append(f.history, n)
	f.mu.Unlock()
	p.send(hello(n))
}

// leave notes the end of a connection.
func (f *fakeSlack) leave(p *peer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i := slices.Index(f.greeted, p); i >= 0 {
		f.greeted = slices.Delete(f.greeted, i, i+1)
		f.history = append(f.history, len(f.greeted))
	}
}

func hello(n int) string {
	return fmt.Sprintf(`{"type":"hello","num_connections":%d,"connection_info":{"app_id":"A1"},"debug_info":{"host":"applink-1"}}`, n)
}

func disconnect(reason string) string {
	return fmt.Sprintf(`{"type":"disconnect","reason":%q,"debug_info":{"host":"applink-1"}}`, reason)
}

func event(id string) string {
	return fmt.Sprintf(`{"envelope_id":%q,"type":"events_api","accepts_response_payload":false,"payload":{"event":{"type":"message","text":%q}},"retry_attempt":0,"retry_reason":""}`, id, secret)
}

func (p *peer) send(frame string) {
	p.t.Helper()
	if err := p.ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		p.t.Errorf("sending %.80s: %v", frame, err)
	}
}

// ack returns the next ack.
func (p *peer) ack() string {
	p.t.Helper()
	select {
	case id := <-p.acks:
		return id
	case <-time.After(time.Minute):
		p.t.Fatal("no ack came")
		return ""
	}
}

// quiet fails the test if an ack is waiting.
func (p *peer) quiet() {
	p.t.Helper()
	select {
	case id := <-p.acks:
		p.t.Errorf("unexpected ack of %s", id)
	default:
	}
}

// recorder notes what it is told.
type recorder struct {
	envelopes chan Envelope
	acks      chan func()
}

func newRecorder() *recorder {
	return &recorder{envelopes: make(chan Envelope, 10000), acks: make(chan func(), 10000)}
}

func (r *recorder) Record(env Envelope, ack func()) {
	r.envelopes <- env
	r.acks <- ack
}

// acker acks at once.
type acker struct{}

func (acker) Record(_ Envelope, ack func()) { ack() }

// session is a running Client, of one connection unless its configuration was changed.
type session struct {
	*Client
	t      *testing.T
	logs   *logBuffer
	ready  chan int
	cancel context.CancelFunc
	done   chan struct{}
	err    error // what Run returned, after done
}

func (f *fakeSlack) run(t *testing.T, rec Recorder, change ...func(*Config)) *session {
	t.Helper()
	s := &session{t: t, logs: &logBuffer{}, ready: make(chan int, 1000), done: make(chan struct{})}
	cfg := Config{
		Open:     Address(f.api),
		Recorder: rec,
		Log:      slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OnReady:  func(n int) { s.ready <- n },

		Connections: 1,
	}
	for _, c := range change {
		c(&cfg)
	}
	s.Client = New(cfg)
	s.dialer.NetDialContext = f.dial
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go func() {
		defer close(s.done)
		s.err = s.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-s.done
		if got := s.Live(); got != 0 {
			t.Errorf("after Run %d connections count as live", got)
		}
		for _, word := range []string{ticket, secret, "xapp-", "xoxb-"} {
			if strings.Contains(s.logs.String(), word) {
				t.Errorf("%q stands in the log:\n%s", word, s.logs)
			}
		}
	})
	return s
}

// logBuffer collects log lines.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// count returns how many lines contain all the words.
func (b *logBuffer) count(words ...string) int {
	n := 0
line:
	for line := range strings.Lines(b.String()) {
		for _, word := range words {
			if !strings.Contains(line, word) {
				continue line
			}
		}
		n++
	}
	return n
}

// memListener is a network of net.Pipes.
type memListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *memListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *memListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

type memAddr struct{}

func (memAddr) Network() string { return "tcp" }
func (memAddr) String() string  { return "slack.test:80" }

func (l *memListener) Addr() net.Addr { return memAddr{} }
