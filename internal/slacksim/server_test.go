package slacksim

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func body(t *testing.T, r *http.Request) (string, int) {
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
	return string(raw), response.StatusCode
}

func TestListensOnLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "127.0.0.1"} {
		s, err := New(Config{Addr: addr})
		if err == nil {
			s.Close()
			t.Errorf("New listens on %s", addr)
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		s, err := New(Config{Addr: addr})
		if err != nil {
			t.Errorf("New refuses %s: %v", addr, err)
			continue
		}
		s.Close()
	}
}

func TestBadWorlds(t *testing.T) {
	for name, cfg := range map[string]Config{
		"unknown member": {Channels: []Channel{{ID: "C1", Name: "a", Members: []string{"nobody"}}}},
		"channel twice":  {Channels: []Channel{{ID: "C1", Name: "a"}, {ID: "C1", Name: "b"}}},
		"unknown kind":   {Channels: []Channel{{ID: "C1", Name: "a", Kind: "secret"}}},
		"user twice":     {Users: []User{{ID: "U1", Name: "a"}, {ID: "U2", Name: "a"}}},
		"user kind":      {Users: []User{{ID: "U1", Name: "a", Kind: "robot"}}},
		"user no id":     {Users: []User{{Name: "a"}}},
		"the bot's name": {Users: []User{{ID: "U1", Name: "apierror"}}},
	} {
		if s, err := New(cfg); err == nil {
			s.Close()
			t.Errorf("%s: New succeeded", name)
		}
	}
}

func TestForeignPagesAreRefused(t *testing.T) {
	s := newServer(t)
	tests := []struct {
		host, origin, method, path string
		want                       int
	}{
		{"", "", "GET", "/sim/state", 200},
		{"localhost:1234", "", "GET", "/sim/state", 200}, // a forwarded port
		{"[::1]:80", "", "GET", "/sim/state", 200},
		{"evil.example", "", "GET", "/sim/state", 403},
		{"127.0.0.1.evil.example", "", "GET", "/", 403},
		{"localhost.evil.example:80", "", "GET", "/api/auth.test", 403},
		{"", s.URL(), "GET", "/sim/state", 200},
		{"", "http://evil.example", "GET", "/sim/state", 403},
		{"", "http://127.0.0.1:1", "GET", "/sim/state", 403}, // another server on this machine
		{"", "null", "POST", "/sim/say", 403},
		{"", "https://evil.example", "GET", "/link/", 403},
		{"", "", "POST", "/sim/say", 400}, // not JSON: what a form can send
	}
	for _, test := range tests {
		r, _ := http.NewRequest(test.method, s.URL()+test.path, nil)
		if test.host != "" {
			r.Host = test.host
		}
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		if got, status := body(t, r); status != test.want {
			t.Errorf("%+v: %d %s", test, status, got)
		}
	}
}

// TestStateForThePage holds the JSON that the page is built on.
func TestStateForThePage(t *testing.T) {
	s := newServer(t, func(c *Config) {
		c.Users = []User{{ID: "U1", Name: "asha", RealName: "Asha Patel"}, {ID: "U2", Name: "gwen", Kind: Guest1}}
		c.Channels = []Channel{{ID: "C1", Name: "help", Topic: "Ask", Members: []string{"asha", "gwen"}}, {ID: "G1", Name: "boss", Kind: Private, Members: []string{"gwen"}}}
		c.Examples = []Example{{ID: "e1", Title: "A body", Channel: "help", User: "asha", Text: "429", Hint: "Look"}}
	})
	dial(t, s)
	ts, _ := s.Say("asha", "help", "429", "")
	reply := must(t, call(t, s, "chat.postMessage", "channel", "C1", "thread_ts", ts, "text", "Slow down", "blocks", `[{"type":"divider","block_id":"d"}]`))["ts"].(string)
	private := must(t, call(t, s, "chat.postEphemeral", "channel", "C1", "user", "U1", "text", "psst"))["message_ts"].(string)
	must(t, call(t, s, "chat.postEphemeral", "channel", "C1", "user", "U2", "text", "not for asha"))

	r, _ := http.NewRequest(http.MethodGet, s.URL()+"/sim/state?as=U1", nil)
	got, _ := send(t, r)
	if rev, _ := got["rev"].(float64); rev < 4 {
		t.Errorf("rev = %v, want it to grow with each change", got["rev"])
	}
	delete(got, "rev")
	if at(got, "messages", "C1", 0, "blocks", 0, "type") != "rich_text" {
		t.Errorf("first message = %v", at(got, "messages", "C1", 0))
	}
	delete(at(got, "messages", "C1", 0).(object), "blocks")
	want := object{
		"team": object{"id": "T0LOCAL01", "name": "Local Slack"},
		"bot":  object{"user_id": "U0BOT0001", "name": "apierror", "connected": true, "sockets": 1.0},
		"me":   "U1",
		"users": []any{
			object{"id": "U0BOT0001", "name": "apierror", "real_name": "apierror", "kind": "bot", "color": "#2c6e63"},
			object{"id": "USLACKBOT", "name": "slackbot", "real_name": "Slackbot", "kind": "bot", "color": "#6b6b6b"},
			object{"id": "U1", "name": "asha", "real_name": "Asha Patel", "kind": "member", "color": colors[0]},
			object{"id": "U2", "name": "gwen", "real_name": "gwen", "kind": "guest", "color": colors[1]},
		},
		"channels": []any{
			object{"id": "D1", "name": "apierror", "kind": "im", "topic": "", "bot_is_member": true, "archived": false, "with": "U0BOT0001"},
			object{"id": "C1", "name": "help", "kind": "public", "topic": "Ask", "bot_is_member": true, "archived": false},
		},
		"messages": object{"D1": []any{}, "C1": []any{
			object{"ts": ts, "channel": "C1", "user": "U1", "text": "429", "edited": false, "deleted": false, "ephemeral": false,
				"reply_count": 1.0, "reply_users": []any{"U0BOT0001"}, "latest_reply": reply},
			object{"ts": reply, "thread_ts": ts, "channel": "C1", "user": "U0BOT0001", "bot_id": "B0BOT0001", "text": "Slow down",
				"blocks": []any{object{"type": "divider", "block_id": "d"}}, "edited": false, "deleted": false, "ephemeral": false},
			object{"ts": private, "channel": "C1", "user": "U0BOT0001", "bot_id": "B0BOT0001", "text": "psst", "edited": false, "deleted": false, "ephemeral": true},
		}},
		"examples": []any{object{"id": "e1", "title": "A body", "channel": "help", "user": "asha", "text": "429", "hint": "Look"}},
		"commands": []any{
			object{"command": "/apierror", "usage": "[code]", "description": ""},
			object{"command": "/invite", "usage": "@name", "description": "Bring somebody into this channel"}, // Slack's own
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

// TestVerbsOverHTTP goes through the verbs as the page calls them.
func TestVerbsOverHTTP(t *testing.T) {
	s := newServer(t, func(c *Config) {
		c.Examples = []Example{{ID: "body", Channel: "api-support", User: "asha", Text: "429"}, {ID: "slash", Channel: "general", User: "asha", Text: "/apierror 429"}}
	})
	c, _ := dial(t, s)
	do := func(verb string, args object) object {
		t.Helper()
		answer, response := postJSON(t, s.URL()+"/sim/"+verb, args)
		if answer["ok"] != true || response.StatusCode != http.StatusOK {
			t.Fatalf("%s %v: %v", verb, args, answer)
		}
		return answer
	}
	ts := do("say", object{"user": "U0ASHA001", "channel": "C0SUPPORT", "text": "429"})["ts"].(string)
	if got := c.event()["ts"]; got != ts {
		t.Errorf("say returned %s, the event says %v", ts, got)
	}
	do("say", object{"user": "ben", "channel": "api-support", "text": "me too", "thread_ts": ts})
	if got := c.event()["thread_ts"]; got != ts {
		t.Errorf("reply's thread_ts = %v", got)
	}
	do("edit", object{"user": "asha", "channel": "api-support", "ts": ts, "text": "429!"})
	c.event()
	do("delete", object{"user": "asha", "channel": "api-support", "ts": ts})
	c.event()
	do("slash", object{"user": "asha", "channel": "general", "command": "/apierror", "text": "429"})
	if got := c.next()["text"]; got != "429" {
		t.Errorf("slash = %v", got)
	}
	do("snippet", object{"user": "asha", "channel": "api-support", "name": "a.txt", "content": "429"})
	c.event()
	posted := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "steps", "blocks", twoButtons))["ts"]
	c.event()
	do("click", object{"user": "asha", "channel": "api-support", "ts": posted, "block_id": "s1", "action_id": "tick", "value": "c1:s1"})
	if got := at(c.next(), "actions", 0, "value"); got != "c1:s1" {
		t.Errorf("click = %v", got)
	}
	do("membership", object{"channel": "general", "bot_is_member": true})
	if got := c.event()["subtype"]; got != "channel_join" {
		t.Errorf("event after the invitation = %v", got)
	}
	do("membership", object{"channel": "release-team", "user": "chloe", "member": true})
	c.event()
	do("example", object{"id": "body", "user": "ben"})
	if got := c.event(); got["user"] != "U0BEN0001" || got["text"] != "429" {
		t.Errorf("example = %v", got)
	}
	do("example", object{"id": "slash"})
	if got := c.next(); got["user_id"] != "U0ASHA001" || got["text"] != "429" {
		t.Errorf("example = %v", got)
	}
	do("users", object{"id": "U0DAN0001", "name": "dan", "real_name": "Dan Fox"})
	do("channels", object{"id": "C0NEW", "name": "new", "members": []any{"dan"}})
	do("say", object{"user": "dan", "channel": "new", "text": "hello"})
	if got := c.event()["channel"]; got != "C0NEW" {
		t.Errorf("event in %v, want the new channel", got)
	}
	do("raw", object{"event": object{"type": "team_join"}})
	c.event()
	do("archive", object{"channel": "release-team", "archived": true})
	do("sockets", object{"act": "frame", "frame": "{}"})
	c.read()
	do("sockets", object{"act": "envelope", "type": "future", "payload": []any{1}})
	if got := c.read(); got["type"] != "future" {
		t.Errorf("envelope = %v", got)
	} else {
		c.ack(got)
	}
	await(t, s, "the acks", func() bool { return s.Unacked() == 0 })
	if got := do("sockets", object{"act": "redeliver"})["deliveries"]; got != 1.0 {
		t.Errorf("redelivered %v", got)
	}
	c.event()
	id := do("faults", object{"on": "chat.postMessage", "effect": "http", "times": 1})["id"]
	r, _ := http.NewRequest(http.MethodGet, s.URL()+"/sim/faults", nil)
	if got, _ := send(t, r); at(got, "faults", 0, "effect") != "http" || at(got, "faults", 0, "id") != id {
		t.Errorf("faults = %v", got)
	}
	do("faults/remove", object{"id": id})
	do("sockets", object{"act": "disconnect", "linger_ms": 60000})
	c.read()
	do("sockets", object{"act": "half_open"})
	if got := do("sockets", object{"act": "cut"})["sockets"]; got != 1.0 {
		t.Errorf("cut %v sockets", got)
	}
}

func TestVerbErrorsOverHTTP(t *testing.T) {
	s := newServer(t)
	for _, test := range []struct {
		verb string
		args any
		want string
	}{
		{"say", object{"user": "asha", "channel": "nowhere", "text": "a"}, `there is no channel "nowhere"`},
		{"say", object{"user": "asha", "channel": "api-support", "text": " "}, "there is no text to say"},
		{"say", object{"user": "asha", "channel": "api-support", "text": strings.Repeat("a", maxTyped+1)}, "upload it as a snippet"},
		{"say", object{"user": "chloe", "channel": "release-team", "text": "a"}, "chloe is not a member of release-team"},
		{"say", object{"user": "asha", "channel": "api-support", "text": "a", "thread_ts": "1.0"}, "thread 1.0 in api-support: thread_not_found"},
		{"say", object{"who": "asha"}, `json: unknown field "who"`},
		{"say", []string{}, "json: cannot unmarshal array"},
		{"edit", object{"user": "asha", "channel": "api-support", "ts": "1.0", "text": "a"}, "asha has no message 1.0 in api-support"},
		{"membership", object{"channel": s.DM("asha"), "bot_is_member": false}, "cannot be changed"},
		{"example", object{"id": "x"}, `there is no example "x"`},
		{"sockets", object{"act": "explode"}, "use cut, half_open"},
		{"faults", object{"on": "moon", "effect": "http"}, `no method or place "moon"`},
	} {
		answer, response := postJSON(t, s.URL()+"/sim/"+test.verb, test.args)
		if got, _ := answer["error"].(string); answer["ok"] != false || response.StatusCode != 400 || !strings.Contains(got, test.want) {
			t.Errorf("%s %v: %s %v, want %q", test.verb, test.args, response.Status, answer, test.want)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, s.URL()+"/sim/state?as=nobody", nil)
	if answer, _ := send(t, r); answer["error"] != `there is no user "nobody"` {
		t.Errorf("state = %v", answer)
	}
}

func TestTraffic(t *testing.T) {
	s := newServer(t, func(c *Config) { c.TrafficSize = 8 })
	c, _ := dial(t, s)
	s.Slash("asha", "api-support", "/apierror", "429")
	address := c.next()["response_url"].(string)
	await(t, s, "the ack", func() bool { return s.Unacked() == 0 })
	postJSON(t, address, object{"text": "429: slow down"})
	call(t, s, "chat.postMessage", "token", s.BotToken(), "channel", "C0SUPPORT", "text", "my token is "+s.BotToken())

	r, _ := http.NewRequest(http.MethodGet, s.URL()+"/sim/traffic?after=0", nil)
	raw, _ := body(t, r)
	for _, secret := range []string{s.BotToken(), s.AppToken(), address[strings.LastIndex(address, "/")+1:]} {
		if strings.Contains(raw, secret) {
			t.Errorf("the traffic holds the secret %s", secret)
		}
	}
	var answer struct{ Entries []Entry }
	if err := json.Unmarshal([]byte(raw), &answer); err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, e := range answer.Entries {
		if e.N != i+1 || e.Time.IsZero() || !json.Valid([]byte(e.Body)) {
			t.Errorf("entry %+v", e)
		}
		got = append(got, fmt.Sprintf("%s %s %s %v", e.Dir, e.Kind, e.Name, e.Status))
	}
	want := []string{
		"in api apps.connections.open 200", "out socket hello ok", "out socket slash_commands ok", "in socket ack ok",
		"in response_url commands 200", "out socket events_api ok", "in api chat.postMessage 200",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("traffic (-want +got):\n%s", diff)
	}
	for range 5 {
		call(t, s, "auth.test")
	}
	if entries := s.Traffic(0); len(entries) != 8 || entries[0].N != 5 || entries[7].N != 12 {
		t.Errorf("ring of 8 holds %d entries from %d", len(entries), entries[0].N)
	}
	if entries := s.Traffic(11); len(entries) != 1 || entries[0].N != 12 {
		t.Errorf("after 11: %v", entries)
	}
	if entries := s.Traffic(99); len(entries) != 0 {
		t.Errorf("after 99: %v", entries)
	}
}

func TestTrafficSwitchedOff(t *testing.T) {
	s := newServer(t, func(c *Config) { c.TrafficSize = -1 })
	call(t, s, "auth.test")
	if got := s.Traffic(0); len(got) != 0 {
		t.Errorf("traffic = %v, want none", got)
	}
}

func TestEventStream(t *testing.T) {
	s := newServer(t)
	response, err := http.Get(s.URL() + "/sim/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	next := func() (event struct{ Rev, Traffic int }) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &event); err != nil {
					t.Fatal(err)
				}
				return event
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return
	}
	before := next()
	s.Say("asha", "api-support", "429", "")
	if after := next(); after.Rev <= before.Rev {
		t.Errorf("rev went from %d to %d", before.Rev, after.Rev)
	}
	call(t, s, "auth.test")
	if after := next(); after.Traffic != before.Traffic+1 {
		t.Errorf("traffic went from %d to %d", before.Traffic, after.Traffic)
	}
}

func TestAwait(t *testing.T) {
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Await(ctx, func() bool { return false }); err != context.Canceled {
		t.Errorf("Await = %v, want context.Canceled", err)
	}
	if err := s.Await(ctx, func() bool { return true }); err != nil {
		t.Errorf("Await = %v, want nil", err)
	}
	waiting := make(chan struct{})
	go func() { <-waiting; s.Close() }()
	err := s.Await(t.Context(), func() bool {
		select {
		case <-waiting:
		default:
			close(waiting)
		}
		return false
	})
	if err == nil {
		t.Error("Await on a closed server succeeded")
	}
}

// TestCloseLeavesNothing: no goroutine outlives a server, whatever was going on.
func TestCloseLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	dial(t, s)
	dial(t, s)
	s.Say("asha", "api-support", "never acked", "")
	s.mustFault(t, Fault{On: "chat.postMessage", Effect: EffectLose})
	lost := make(chan string)
	go func() { lost <- post(t, s, context.Background(), "C0SUPPORT") }()
	stream, err := http.Get(s.URL() + "/sim/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	await(t, s, "the lost call", func() bool { return len(s.Messages("api-support")) == 2 })
	s.Disconnect("warning", 1<<40)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	<-lost
	http.DefaultClient.CloseIdleConnections()
}
