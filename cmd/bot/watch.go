package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"apierrorbot/internal/metrics"
	"apierrorbot/internal/socket"
	"apierrorbot/internal/store"
)

// watch is what operators see of a running bot: the metrics, and whether it lives and
// is ready. It says nothing about people, channels or messages.
type watch struct {
	set   *metrics.Set
	db    *store.Store
	ready atomic.Bool // there is a connection to Slack
}

// askDatabase bounds how long a probe waits for the database. Those who ask give up
// after some seconds; a longer wait is an answer too.
const askDatabase = 2 * time.Second

func newWatch(db *store.Store) *watch {
	w := &watch{set: new(metrics.Set), db: db}
	w.set.Constant("apierrorbot_build_info", "What is running.",
		metrics.Label{Name: "version", Values: []string{version}},
		metrics.Label{Name: "revision", Values: []string{revision()}},
		metrics.Label{Name: "go", Values: []string{runtime.Version()}})
	began := float64(time.Now().UnixMilli()) / 1000
	w.set.Func("process_start_time_seconds", "When the process started, in Unix seconds.", metrics.TypeGauge,
		func() (float64, bool) { return began, true })
	w.set.Func("go_goroutines", "Goroutines that exist now.", metrics.TypeGauge,
		func() (float64, bool) { return float64(runtime.NumGoroutine()), true })
	w.set.Func("apierrorbot_unfinished_replies", "Replies that do not show the newest state of their case yet.", metrics.TypeGauge,
		func() (float64, bool) {
			n, err := w.unfinished(context.Background())
			return float64(n), err == nil
		})
	return w
}

// sockets adds what a client counts.
func (w *watch) sockets(c *socket.Client) {
	w.set.Func("apierrorbot_sockets_live", "Connections to Slack.", metrics.TypeGauge,
		func() (float64, bool) { return float64(c.Live()), true })
	for _, f := range []struct {
		name, help string
		of         func(socket.Counts) int64
	}{
		{"apierrorbot_sockets_opened_total", "Connections that were opened.", func(n socket.Counts) int64 { return n.Opened }},
		{"apierrorbot_sockets_open_failures_total", "Attempts to connect that gave no connection.", func(n socket.Counts) int64 { return n.OpenFailures }},
		{"apierrorbot_sockets_lost_total", "Connections that ended without notice.", func(n socket.Counts) int64 { return n.Lost }},
		{"apierrorbot_sockets_half_open_total", "Connections that were dropped because nothing came.", func(n socket.Counts) int64 { return n.HalfOpen }},
		{"apierrorbot_sockets_malformed_frames_total", "Frames that could not be read, or were too large.",
			func(n socket.Counts) int64 { return n.Malformed + n.Oversize }},
		{"apierrorbot_sockets_unknown_frames_total", "Frames of a type that the bot does not know.", func(n socket.Counts) int64 { return n.Unknown }},
		{"apierrorbot_sockets_acks_dropped_total", "Acks that could not be written.", func(n socket.Counts) int64 { return n.AcksDropped }},
	} {
		w.set.Func(f.name, f.help, metrics.TypeCounter, func() (float64, bool) { return float64(f.of(c.Counts())), true })
	}
}

// unfinished asks the database how many replies are unfinished.
func (w *watch) unfinished(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, askDatabase)
	defer cancel()
	return w.db.CountUnfinished(ctx)
}

// ServeHTTP answers GET /metrics, /healthz and /readyz. A refusal is a 503 with a
// line that says why.
func (w *watch) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(rw, "only GET", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case "/metrics":
		rw.Header().Set("Content-Type", metrics.ContentType)
		w.set.Write(rw) // who asked is gone if that fails
	case "/healthz":
		_, err := w.unfinished(r.Context())
		probe(rw, err == nil, "the database does not answer")
	case "/readyz":
		probe(rw, w.ready.Load(), "no connection to Slack")
	default:
		http.NotFound(rw, r)
	}
}

func probe(rw http.ResponseWriter, good bool, otherwise string) {
	if !good {
		http.Error(rw, otherwise, http.StatusServiceUnavailable)
		return
	}
	io.WriteString(rw, "ok\n")
}

// listen serves at an address until stop is called; at "" it does nothing.
func (w *watch) listen(address string) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("HTTP_ADDR: %w: name another address, or leave it empty", errors.Unwrap(err))
	}
	server := &http.Server{Handler: w, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener) // until Close
	}()
	return func() {
		server.Close()
		<-done
	}, nil
}

// readHTTPAddr checks an address to listen on, HOST:PORT; "" is none.
func readHTTPAddr(address string) (string, error) {
	if address == "" {
		return "", nil
	}
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || strings.TrimSpace(port) == "" {
		return "", fmt.Errorf("HTTP_ADDR: %q is no address to listen on: write HOST:PORT, such as 127.0.0.1:9090, or leave it empty", address)
	}
	return address, nil
}
