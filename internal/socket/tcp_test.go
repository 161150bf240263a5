package socket

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Over real TCP: thousands of envelopes, acked from many goroutines, while the connection is replaced twice.
func TestManyEnvelopesOverTCP(t *testing.T) {
	l, dial := overTCP(t)
	f := newFakeSlack(t, l, dial)
	s := f.run(t, later{}, func(cfg *Config) {
		cfg.Timings = Timings{BackoffMin: 10 * time.Millisecond, Grace: 50 * time.Millisecond}
	})
	const n = 1000
	p := f.greet()
	for round := range 3 {
		for i := range n {
			p.send(event(fmt.Sprintf("%d-%d", round, i)))
		}
		acked := map[string]bool{}
		for range n {
			acked[p.ack()] = true
		}
		if len(acked) != n {
			t.Errorf("round %d: %d of %d envelopes acked", round, len(acked), n)
		}
		p.send(disconnect("refresh_requested"))
		p = f.greet()
	}
	if got := s.Counts(); got.Recorded != 3*n || got.Acked != 3*n || got.AcksDropped != 0 {
		t.Errorf("counts %+v, want %d recorded and acked", got, 3*n)
	}
}

// later acks from another goroutine.
type later struct{}

func (later) Record(_ Envelope, ack func()) { go ack() }

// The proxy settings are read from the environment once in a process, and never apply to loopback addresses: so this
// test runs itself again with HTTP_PROXY set, and connects to a host that only the proxy knows.
func TestProxyFromTheEnvironment(t *testing.T) {
	if os.Getenv("SOCKET_TEST_PROXIED") != "" {
		c := New(Config{Log: slog.New(slog.DiscardHandler), Recorder: acker{}, Open: func(context.Context) (string, error) {
			return "ws://slack.invalid/link?ticket=" + ticket, nil
		}})
		cn, err := c.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		<-cn.hello
		cn.close()
		return
	}

	l, dial := overTCP(t)
	f := newFakeSlack(t, l, dial)
	proxy, _ := overTCP(t)
	asked := make(chan string, 1)
	tunnelled := make(chan struct{})
	go func() {
		defer close(tunnelled)
		tunnel(proxy, f.base, asked)
	}()
	greeted := make(chan struct{})
	go func() {
		defer close(greeted)
		select {
		case p := <-f.peers:
			p.send(hello(1))
		case <-tunnelled:
		}
	}()

	child := exec.Command(os.Args[0], "-test.run=^TestProxyFromTheEnvironment$", "-test.timeout=30s")
	child.Env = append(os.Environ(), "SOCKET_TEST_PROXIED=1", "HTTP_PROXY=http://"+proxy.Addr().String(), "NO_PROXY=", "no_proxy=")
	out, err := child.CombinedOutput()
	proxy.Close()
	<-tunnelled
	<-greeted
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := <-asked; got != "slack.invalid:80" {
		t.Errorf("the proxy was asked for %q", got)
	}
}

// tunnel is an HTTP proxy for one CONNECT, which leads to addr whatever was asked for.
func tunnel(l net.Listener, addr string, asked chan<- string) {
	client, err := l.Accept()
	if err != nil {
		return
	}
	defer client.Close()
	in := bufio.NewReader(client)
	req, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	asked <- req.Host
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer server.Close()
	io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(client, server)
		client.Close()
	}()
	io.Copy(server, in)
	server.Close()
	<-done
}

// message is what an ordinary message in a channel looks like on the wire, about 1.5 kB.
func message(id string) []byte {
	text := "has anybody seen the minutes of yesterday's meeting? I need the part about the new opening hours"
	frame := map[string]any{
		"envelope_id": id, "type": "events_api", "accepts_response_payload": false, "retry_attempt": 0, "retry_reason": "",
		"payload": map[string]any{
			"token": "zzz", "team_id": "T0123456789", "context_team_id": "T0123456789", "context_enterprise_id": nil,
			"api_app_id": "A0123456789", "type": "event_callback", "event_id": "Ev0123456789", "event_time": 1763900000,
			"event": map[string]any{
				"user": "U0123456789", "type": "message", "ts": "1763900000.123456", "client_msg_id": "8c2f7a52-0a43-4a9e-8a39-27b6ff7bbd5c",
				"text": text, "team": "T0123456789", "channel": "C0123456789", "event_ts": "1763900000.123456", "channel_type": "channel",
				"blocks": []any{map[string]any{"type": "rich_text", "block_id": "bAb1C", "elements": []any{
					map[string]any{"type": "rich_text_section", "elements": []any{map[string]any{"type": "text", "text": text}}}}}},
			},
			"authorizations":        []any{map[string]any{"enterprise_id": nil, "team_id": "T0123456789", "user_id": "U0987654321", "is_bot": true, "is_enterprise_install": false}},
			"is_ext_shared_channel": false,
			"event_context":         "4-" + strings.Repeat("eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMDEy", 5),
		},
	}
	raw, err := json.Marshal(frame)
	if err != nil {
		panic(err)
	}
	return raw
}

func BenchmarkFrame(b *testing.B) {
	raw := message("2f2c1e5a-53a1-4c7e-9c1e-0a7d6b4b8c11")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, kind := parseFrame(raw); kind != kindEnvelope {
			b.Fatal("not an envelope")
		}
	}
}

// BenchmarkEnvelope is one ordinary message from the TCP socket to the written ack, the recorder doing nothing. The
// sending side runs on the same machine and is part of the figure.
func BenchmarkEnvelope(b *testing.B) {
	l, _ := overTCP(b)
	raw := message("2f2c1e5a-53a1-4c7e-9c1e-0a7d6b4b8c11")
	acked := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upgrader := websocket.Upgrader{}
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		unacked := make(chan struct{}, maxAcks/2) // no Slack sends faster than it gets acks
		go func() {
			for range b.N {
				unacked <- struct{}{}
				ws.WriteMessage(websocket.TextMessage, raw)
			}
		}()
		for range b.N {
			if _, got, err := ws.ReadMessage(); err != nil || !bytes.HasPrefix(got, []byte(`{"envelope_id"`)) {
				b.Errorf("%q, %v", got, err)
				break
			}
			<-unacked
		}
		close(acked)
		ws.ReadMessage()
	})}
	stopped := make(chan struct{})
	go func() { defer close(stopped); server.Serve(l) }()

	c := New(Config{Log: slog.New(slog.DiscardHandler), Recorder: acker{}, Open: func(context.Context) (string, error) {
		return "ws://" + l.Addr().String(), nil
	}})
	b.ReportAllocs()
	b.ResetTimer()
	cn, err := c.open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	<-acked
	b.StopTimer()
	cn.close()
	server.Close()
	<-stopped
}
