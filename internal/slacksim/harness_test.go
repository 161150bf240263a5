package slacksim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// clock is a clock that a test sets.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(1764000000, 0).Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }
func (c *clock) use(cfg *Config)         { cfg.Now = c.now }

// patience is how long a test waits for something that must happen.
const patience = 30 * time.Second

func newServer(t *testing.T, change ...func(*Config)) *Server {
	t.Helper()
	cfg := Config{Commands: []Command{{Command: "/apierror", Usage: "[code]"}}}
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// noRetries is for tests that speak before they listen: what was said then does not come.
func noRetries(c *Config) { c.Timing.RetryDelays = []time.Duration{} }

func await(t *testing.T, s *Server, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Await(ctx, done); err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}

// call posts a form, with the token in the header, and returns the answer.
func call(t *testing.T, s *Server, method string, form ...string) object {
	t.Helper()
	answer, _ := callAs(t, s, s.BotToken(), method, form...)
	return answer
}

func callAs(t *testing.T, s *Server, token, method string, form ...string) (object, *http.Response) {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	r, _ := http.NewRequest(http.MethodPost, s.URL()+"/api/"+method, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+token)
	return send(t, r)
}

func postJSON(t *testing.T, address string, body any) (object, *http.Response) {
	t.Helper()
	raw, _ := json.Marshal(body)
	r, _ := http.NewRequest(http.MethodPost, address, bytes.NewReader(raw))
	r.Header.Set("Content-Type", "application/json")
	return send(t, r)
}

func send(t *testing.T, r *http.Request) (object, *http.Response) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer object
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatalf("answer %q: %v", raw, err)
		}
	}
	return answer, response
}

// must fails the test unless the answer is ok.
func must(t *testing.T, answer object) object {
	t.Helper()
	if answer["ok"] != true {
		t.Fatalf("call failed: %v", answer)
	}
	return answer
}

// client is the bot's end of a socket.
type client struct {
	t    *testing.T
	s    *Server
	conn *websocket.Conn
}

func openURL(t *testing.T, s *Server) string {
	t.Helper()
	answer, _ := callAs(t, s, s.AppToken(), "apps.connections.open")
	return must(t, answer)["url"].(string)
}

// dial opens a socket and reads its first frame.
func dial(t *testing.T, s *Server) (*client, object) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial(openURL(t, s), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	c := &client{t: t, s: s, conn: conn}
	return c, c.read()
}

// read returns the next frame.
func (c *client) read() object {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	_, frame, err := c.conn.ReadMessage()
	if err != nil {
		c.t.Fatalf("reading a frame: %v", err)
	}
	var o object
	if err := json.Unmarshal(frame, &o); err != nil {
		c.t.Fatalf("frame %q: %v", frame, err)
	}
	return o
}

func (c *client) ack(envelope object, payload ...any) {
	c.t.Helper()
	ack := object{"envelope_id": envelope["envelope_id"]}
	if len(payload) > 0 {
		ack["payload"] = payload[0]
	}
	if err := c.conn.WriteJSON(ack); err != nil {
		c.t.Fatal(err)
	}
}

// next returns the payload of the next envelope, acked.
func (c *client) next() object {
	c.t.Helper()
	e := c.read()
	c.ack(e)
	return at(e, "payload").(object)
}

// event returns the next event, acked.
func (c *client) event() object {
	c.t.Helper()
	return at(c.next(), "event").(object)
}

// at follows keys into objects and numbers into lists; nil where there is nothing.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, _ := v.(object)
			v = o[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}
