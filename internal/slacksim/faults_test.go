package slacksim

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func (s *Server) mustFault(t *testing.T, f Fault) int {
	t.Helper()
	id, err := s.AddFault(f)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// post calls chat.postMessage and says in a word what came of it.
func post(t *testing.T, s *Server, ctx context.Context, channel string) string {
	t.Helper()
	form := url.Values{"token": {s.BotToken()}, "channel": {channel}, "text": {"a"}}
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+"/api/chat.postMessage", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "no answer"
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Sprint(response.StatusCode, response.Header.Get("Retry-After"))
	}
	return "ok"
}

func TestFaultsOnCalls(t *testing.T) {
	tests := []struct {
		name   string
		fault  Fault
		want   string // of five calls
		posted int
	}{
		{"error", Fault{On: "chat.postMessage", Effect: EffectHTTP, Status: 503, Times: 2}, "503 503 ok ok ok", 3},
		{"every second", Fault{On: "*", Effect: EffectRateLimit, RetryAfter: 7, Every: 2}, "ok 4297 ok 4297 ok", 3},
		{"skip", Fault{On: "chat.postMessage", Effect: EffectHTTP, Skip: 3}, "ok ok ok 500 500", 3},
		{"another method", Fault{On: "chat.update", Effect: EffectHTTP}, "ok ok ok ok ok", 5},
		{"another channel", Fault{On: "chat.postMessage", Effect: EffectHTTP, Match: "C0RELEASE"}, "ok ok ok ok ok", 5},
		{"cut after the work", Fault{On: "chat.postMessage", Effect: EffectCut, Every: 2}, "ok no answer ok no answer ok", 5},
		{"cut before the work", Fault{On: "chat.postMessage", Effect: EffectDrop, Every: 2}, "ok no answer ok no answer ok", 3},
		{"delay", Fault{On: "chat.postMessage", Effect: EffectDelay, DelayMS: 1}, "ok ok ok ok ok", 5},
		{"late answer", Fault{On: "chat.postMessage", Effect: EffectDelayReply, DelayMS: 1}, "ok ok ok ok ok", 5},
		{"budget", Fault{On: "chat.postMessage", Effect: EffectRateLimit, Allow: 3, Window: 90 * time.Second}, "ok ok ok 42990 42990", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t, new(clock).use)
			id := s.mustFault(t, test.fault)
			var got []string
			for range 5 {
				got = append(got, post(t, s, t.Context(), "C0SUPPORT"))
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("calls: %q, want %q", got, test.want)
			}
			if n := len(s.Messages("api-support")); n != test.posted {
				t.Errorf("%d messages, want %d", n, test.posted)
			}
			s.RemoveFault(id)
			if got := post(t, s, t.Context(), "C0SUPPORT"); got != "ok" || len(s.Faults()) != 0 {
				t.Errorf("after the fault was removed: %s", got)
			}
		})
	}
}

func TestFaultError(t *testing.T) {
	s := newServer(t)
	s.mustFault(t, Fault{On: "chat.postMessage", Effect: EffectError, Error: "internal_error", Times: 1})
	if got := call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "a"); got["error"] != "internal_error" {
		t.Errorf("answer = %v", got)
	}
	must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "a"))
	if got := s.Faults()[0]; got.Seen != 2 || got.Hits != 1 {
		t.Errorf("fault = %+v, want seen 2, hits 1", got)
	}
}

// TestFaultBudget plays Slack's limit for chat.postMessage: one a second in a channel.
func TestFaultBudget(t *testing.T) {
	var now clock
	s := newServer(t, now.use)
	s.mustFault(t, Fault{On: "chat.postMessage", Effect: EffectRateLimit, Allow: 1, Window: time.Second, PerChannel: true})
	for _, step := range []struct {
		channel string
		pause   time.Duration
		want    string
	}{
		{"C0SUPPORT", 0, "ok"}, {"C0SUPPORT", 0, "4291"}, {"C0RELEASE", 0, "ok"},
		{"C0SUPPORT", 999 * time.Millisecond, "4291"}, {"C0SUPPORT", time.Millisecond, "ok"},
	} {
		now.advance(step.pause)
		if got := post(t, s, t.Context(), step.channel); got != step.want {
			t.Errorf("%+v: %s", step, got)
		}
	}
}

// TestFaultLose: the work is done, and the caller learns nothing.
func TestFaultLose(t *testing.T) {
	s := newServer(t)
	s.mustFault(t, Fault{On: "chat.postMessage", Effect: EffectLose, Times: 1})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := make(chan string, 1)
	go func() { result <- post(t, s, ctx, "C0SUPPORT") }()
	await(t, s, "the message", func() bool { return len(s.Messages("api-support")) == 1 })
	select {
	case got := <-result:
		t.Errorf("the call ended with %q", got)
	default:
	}
	cancel()
	if got := <-result; got != "no answer" {
		t.Errorf("the call ended with %q, want no answer", got)
	}
}

// TestFaultLate: the work is done when the caller has long gone.
func TestFaultLate(t *testing.T) {
	s := newServer(t)
	s.mustFault(t, Fault{On: "chat.postMessage", Effect: EffectLate, DelayMS: 500, Times: 1})
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan string, 1)
	go func() { result <- post(t, s, ctx, "C0SUPPORT") }()
	await(t, s, "the call", func() bool { return s.Faults()[0].Hits == 1 })
	cancel()
	if got := <-result; got != "no answer" {
		t.Errorf("the call ended with %q, want no answer", got)
	}
	await(t, s, "the message", func() bool { return len(s.Messages("api-support")) == 1 })
}

func TestFaultLag(t *testing.T) {
	var now clock
	s := newServer(t, now.use)
	ts, _ := s.Say("asha", "api-support", "429", "")
	now.advance(time.Minute)
	s.mustFault(t, Fault{On: "conversations.replies", Effect: EffectLag, Delay: 10 * time.Second})
	must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts, "text", "reply"))
	replies := func() int {
		return len(must(t, call(t, s, "conversations.replies", "channel", "C0SUPPORT", "ts", ts))["messages"].([]any)) - 1
	}
	if got := replies(); got != 0 {
		t.Errorf("%d replies at once, want 0", got)
	}
	now.advance(11 * time.Second)
	if got := replies(); got != 1 {
		t.Errorf("%d replies after the lag, want 1", got)
	}
}

func TestFaultsOnEnvelopes(t *testing.T) {
	t.Run("withhold", func(t *testing.T) {
		s := newServer(t, soon)
		c, _ := dial(t, s)
		s.mustFault(t, Fault{On: OnEnvelopes, Effect: EffectWithhold, Times: 1})
		s.Say("asha", "api-support", "429", "")
		if got := c.read(); got["retry_attempt"] != 1.0 {
			t.Errorf("first envelope = %v, want the second attempt", got)
		}
	})
	t.Run("duplicate", func(t *testing.T) {
		s := newServer(t)
		one, _ := dial(t, s)
		two, _ := dial(t, s)
		s.mustFault(t, Fault{On: OnEnvelopes, Effect: EffectDuplicate})
		s.Say("asha", "api-support", "429", "")
		a, b := one.read(), two.read()
		if at(a, "payload", "event_id") != at(b, "payload", "event_id") || a["envelope_id"] == b["envelope_id"] {
			t.Errorf("envelopes %v and %v, want the same event under two ids", a, b)
		}
	})
	t.Run("ignore ack", func(t *testing.T) {
		s := newServer(t, soon)
		c, _ := dial(t, s)
		s.mustFault(t, Fault{On: OnEnvelopes, Effect: EffectIgnoreAck, Match: "events_api", Times: 1})
		s.Say("asha", "api-support", "429", "")
		c.ack(c.read())
		if got := c.read(); got["retry_attempt"] != 1.0 {
			t.Errorf("second envelope = %v", got)
		}
	})
	t.Run("late", func(t *testing.T) {
		s := newServer(t)
		c, _ := dial(t, s)
		s.mustFault(t, Fault{On: OnEnvelopes, Effect: EffectLate, DelayMS: 20, Times: 1})
		s.Say("asha", "api-support", "first", "")
		s.Say("asha", "api-support", "second", "")
		if a, b := c.event()["text"], c.event()["text"]; a != "second" || b != "first" {
			t.Errorf("events %v, %v, want the second first", a, b)
		}
	})
}

func TestFaultsOnSockets(t *testing.T) {
	s := newServer(t)
	s.mustFault(t, Fault{On: OnSockets, Effect: EffectRefuse, Times: 1})
	if _, response, err := websocket.DefaultDialer.Dial(openURL(t, s), nil); err == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("refused socket: %v", err)
	}
	s.mustFault(t, Fault{On: OnSockets, Effect: EffectDisconnect, Error: "link_disabled", Times: 1})
	if _, first := dial(t, s); first["reason"] != "link_disabled" {
		t.Errorf("first frame = %v", first)
	}
	s.mustFault(t, Fault{On: OnSockets, Effect: EffectHalfOpen, Times: 1})
	conn, _, err := websocket.DefaultDialer.Dial(openURL(t, s), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	await(t, s, "the socket", func() bool { return s.Sockets() == 1 })
	s.mustFault(t, Fault{On: "apps.connections.open", Effect: EffectError, Error: "internal_error"})
	if answer, _ := callAs(t, s, s.AppToken(), "apps.connections.open"); answer["error"] != "internal_error" {
		t.Errorf("apps.connections.open = %v", answer)
	}
}

func TestFaultsOnOtherPlaces(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	s.mustFault(t, Fault{On: OnResponseURLs, Effect: EffectHTTP, Times: 1})
	s.Slash("asha", "api-support", "/apierror", "429")
	address := c.next()["response_url"].(string)
	if _, response := postJSON(t, address, object{"text": "a"}); response.StatusCode != http.StatusInternalServerError {
		t.Errorf("response_url: %s, want 500", response.Status)
	}
	if answer, _ := postJSON(t, address, object{"text": "a"}); answer["ok"] != true {
		t.Errorf("response_url again: %v", answer)
	}
	s.mustFault(t, Fault{On: OnFiles, Effect: EffectRateLimit})
	s.UploadSnippet("asha", "api-support", "", "a.txt", "429")
	r, _ := http.NewRequest(http.MethodGet, at(c.event(), "files", 0, "url_private").(string), nil)
	if _, status := body(t, r); status != http.StatusTooManyRequests {
		t.Errorf("file: %d, want 429", status)
	}
}

func TestFaultsThatCannotStrike(t *testing.T) {
	s := newServer(t)
	for _, f := range []Fault{
		{}, {On: "chat.postMessage"}, {On: "chat.post", Effect: EffectHTTP}, {On: OnSockets, Effect: EffectHTTP},
		{On: "*", Effect: EffectHTTP, Every: -1}, {On: "*", Effect: EffectError}, {On: OnEnvelopes, Effect: EffectCut},
	} {
		if _, err := s.AddFault(f); err == nil {
			t.Errorf("AddFault(%+v) succeeded", f)
		}
	}
}
