package slacksim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// soon makes everything that Slack does after a while happen quickly.
func soon(c *Config) {
	c.Timing = Timing{
		PingInterval: 20 * time.Millisecond, AckTimeout: 30 * time.Millisecond,
		RetryDelays: []time.Duration{0, 20 * time.Millisecond, 20 * time.Millisecond},
	}
}

// TestEventEnvelope compares a whole envelope with a recorded one.
func TestEventEnvelope(t *testing.T) {
	s := newServer(t, new(clock).use)
	c, _ := dial(t, s)
	ts, err := s.Say("asha", "api-support", "429", "")
	if err != nil {
		t.Fatal(err)
	}
	got := c.read()
	event := at(got, "payload", "event").(object)
	for _, generated := range []struct {
		o   object
		key string
	}{{got, "envelope_id"}, {got["payload"].(object), "event_id"}, {event, "client_msg_id"}, {at(event, "blocks", 0).(object), "block_id"}} {
		if generated.o[generated.key] == "" || generated.o[generated.key] == nil {
			t.Errorf("%s is missing in %v", generated.key, generated.o)
		}
		delete(generated.o, generated.key)
	}
	want := object{
		"type": "events_api", "accepts_response_payload": false, "retry_attempt": 0.0, "retry_reason": "",
		"payload": object{
			"token": "local-verification-token", "type": "event_callback", "team_id": "T0LOCAL01", "api_app_id": "A0BOT0001",
			"context_team_id": "T0LOCAL01", "context_enterprise_id": nil, "event_time": 1764000000.0, "is_ext_shared_channel": true,
			"authorizations": []any{object{"enterprise_id": nil, "team_id": "T0LOCAL01", "user_id": "U0BOT0001", "is_bot": true, "is_enterprise_install": false}},
			"event": object{
				"type": "message", "user": "U0ASHA001", "text": "429", "ts": ts, "event_ts": ts, "team": "T0LOCAL01",
				"channel": "C0SUPPORT", "channel_type": "channel",
				"blocks": []any{object{"type": "rich_text", "elements": []any{
					object{"type": "rich_text_section", "elements": []any{object{"type": "text", "text": "429"}}}}}},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("envelope (-want +got):\n%s", diff)
	}
}

// TestEvents goes through what makes events, and what makes none.
func TestEvents(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	say := func(user, channel, text, thread string) string {
		t.Helper()
		ts, err := s.Say(user, channel, text, thread)
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	expect := func(want ...string) object {
		t.Helper()
		event := c.event()
		got := []string{fmt.Sprint(event["type"]), fmt.Sprint(event["channel_type"])}
		if event["subtype"] != nil {
			got = append(got, event["subtype"].(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("event %v (-want +got):\n%s", event, diff)
		}
		return event
	}

	say("asha", "general", "the bot is not here", "")
	ts := say("asha", "api-support", "@apierror 429", "")
	expect("message", "channel")
	if mention := expect("app_mention", "<nil>"); mention["ts"] != ts || mention["text"] != "<@U0BOT0001> 429" {
		t.Errorf("mention = %v", mention)
	}
	say("asha", s.DM("asha"), "@apierror 429", "") // no app_mention in direct messages
	expect("message", "im")
	say("asha", "release-team", "shipping", "")
	expect("message", "group")
	reply := say("ben", "api-support", "me too", ts)
	if event := expect("message", "channel"); event["thread_ts"] != ts || event["parent_user_id"] != "U0ASHA001" {
		t.Errorf("reply = %v", event)
	}
	if event := say("xavier", "api-support", "hello", ""); event == "" {
		t.Fatal("no ts")
	}
	if event := expect("message", "channel"); event["team"] != "T0OTHER01" || event["user_team"] != "T0OTHER01" {
		t.Errorf("message of a stranger = %v", event)
	}

	if err := s.Edit("ben", "api-support", reply, "me too: 403"); err != nil {
		t.Fatal(err)
	}
	edit := expect("message", "channel", "message_changed")
	if at(edit, "message", "text") != "me too: 403" || at(edit, "previous_message", "text") != "me too" ||
		at(edit, "message", "edited", "user") != "U0BEN0001" || at(edit, "message", "ts") != reply || edit["ts"] == reply {
		t.Errorf("edit = %v", edit)
	}
	if err := s.Delete("ben", "api-support", reply); err != nil {
		t.Fatal(err)
	}
	if event := expect("message", "channel", "message_deleted"); event["deleted_ts"] != reply || at(event, "previous_message", "text") != "me too: 403" {
		t.Errorf("deletion = %v", event)
	}
	reply = say("ben", "api-support", "me too", ts)
	expect("message", "channel")
	if err := s.Delete("asha", "api-support", ts); err != nil {
		t.Fatal(err)
	}
	tombstone := expect("message", "channel", "message_changed")
	if at(tombstone, "message", "subtype") != "tombstone" || at(tombstone, "message", "ts") != ts || at(tombstone, "message", "thread_ts") != ts ||
		at(tombstone, "message", "user") != "USLACKBOT" || at(tombstone, "previous_message", "user") != "U0ASHA001" {
		t.Errorf("deletion of a message with a reply = %v", tombstone)
	}
	if err := s.Delete("ben", "api-support", reply); err != nil {
		t.Fatal(err)
	}
	if event := expect("message", "channel", "message_deleted"); event["deleted_ts"] != reply {
		t.Errorf("deletion of the last reply = %v", event)
	}
	if event := expect("message", "channel", "message_deleted"); event["deleted_ts"] != ts || at(event, "previous_message", "subtype") != "tombstone" {
		t.Errorf("end of the tombstone = %v", event)
	}
	if err := s.SetMember("general", "apierror", true); err != nil {
		t.Fatal(err)
	}
	expect("message", "channel", "channel_join")
	if err := s.SetMember("general", "apierror", false); err != nil {
		t.Fatal(err)
	}
	say("asha", "general", "gone", "")
	say("asha", "api-support", "last", "")
	if event := expect("message", "channel"); event["text"] != "last" {
		t.Errorf("event = %v, want the message in api-support: the bot has left general", event)
	}
}

func TestUnackedEventComesAgain(t *testing.T) {
	s := newServer(t, soon, func(c *Config) { c.Timing.RetryDelays = []time.Duration{0, time.Hour} })
	c, _ := dial(t, s)
	s.Say("asha", "api-support", "429", "")
	first := c.read()
	again := c.read()
	if again["retry_attempt"] != 1.0 || again["retry_reason"] != "timeout" || again["envelope_id"] == first["envelope_id"] {
		t.Errorf("second delivery = %v", again)
	}
	if diff := cmp.Diff(first["payload"], again["payload"]); diff != "" {
		t.Errorf("payload changed (-first +again):\n%s", diff)
	}
	c.ack(first) // late, and of the first envelope: it still counts
	await(t, s, "the late ack", func() bool { return s.Unacked() == 0 })
	if acks := s.Acks(); acks.Acked != 1 || acks.Lost != 0 || len(acks.Latencies) != 1 {
		t.Errorf("acks = %+v, want 1 acked", acks)
	}
}

func TestEventIsLostInTheEnd(t *testing.T) {
	s := newServer(t, soon)
	c, _ := dial(t, s)
	s.Say("asha", "api-support", "429", "")
	for attempt := range 4 {
		if got := c.read()["retry_attempt"]; got != float64(attempt) {
			t.Errorf("retry_attempt = %v, want %d", got, attempt)
		}
	}
	await(t, s, "giving up", func() bool { return s.Unacked() == 0 })
	if acks := s.Acks(); acks.Lost != 1 || acks.Failed != 4 || acks.Sent != 4 {
		t.Errorf("acks = %+v, want 4 attempts and 1 lost", acks)
	}
}

// TestEventWaitsForASocket: without a socket the attempts fail, and one that
// comes later is delivered.
func TestEventWaitsForASocket(t *testing.T) {
	s := newServer(t, func(c *Config) { c.Timing.RetryDelays = []time.Duration{time.Hour} })
	s.Say("asha", "api-support", "429", "")
	if got := s.Unacked(); got != 1 {
		t.Errorf("unacked = %d, want 1", got)
	}
	c, _ := dial(t, s)
	s.Say("asha", "api-support", "403", "")
	if got := c.event()["text"]; got != "403" {
		t.Errorf("event = %v, want 403: the first attempt of the other has failed", got)
	}
}

func TestEnvelopesGoToOneSocketEach(t *testing.T) {
	s := newServer(t)
	one, _ := dial(t, s)
	two, hello := dial(t, s)
	if hello["num_connections"] != 2.0 {
		t.Errorf("num_connections = %v, want 2", hello["num_connections"])
	}
	for i := range 4 {
		s.Say("asha", "api-support", fmt.Sprint(i), "")
	}
	seen := map[any]int{}
	for range 2 {
		seen[one.event()["text"]]++
		seen[two.event()["text"]]++
	}
	if len(seen) != 4 {
		t.Errorf("seen %v, want each of 4 messages once", seen)
	}
}

func TestTickets(t *testing.T) {
	s := newServer(t)
	address := openURL(t, s)
	if !strings.HasPrefix(address, "ws://127.0.0.1:") {
		t.Errorf("url = %s, want one on loopback", address)
	}
	conn, _, err := websocket.DefaultDialer.Dial(address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, used := range []string{address, strings.Replace(address, "ticket=", "ticket=x", 1)} {
		if _, response, err := websocket.DefaultDialer.Dial(used, nil); err == nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("dialling a used or unknown ticket: %v, want 403", err)
		}
	}
}

func TestTooManyWebSockets(t *testing.T) {
	s := newServer(t)
	for range maxSockets {
		dial(t, s)
	}
	c, first := dial(t, s)
	if first["type"] != "disconnect" || first["reason"] != "too_many_websockets" {
		t.Errorf("first frame of socket 11 = %v", first)
	}
	if _, _, err := c.conn.ReadMessage(); err == nil {
		t.Error("socket 11 stays open")
	}
	if got := s.Sockets(); got != maxSockets {
		t.Errorf("%d sockets, want %d", got, maxSockets)
	}
}

func TestServerPings(t *testing.T) {
	s := newServer(t, soon)
	c, _ := dial(t, s)
	pinged := make(chan string, 1)
	c.conn.SetPingHandler(func(text string) error {
		select {
		case pinged <- text:
		default:
		}
		return nil
	})
	go c.conn.ReadMessage() // runs the handler
	select {
	case <-pinged:
	case <-time.After(patience):
		t.Error("no ping")
	}
}

func TestDisconnect(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	s.Disconnect("warning", time.Hour)
	if got := c.read(); got["type"] != "disconnect" || got["reason"] != "warning" {
		t.Errorf("frame = %v, want a warning", got)
	}
	s.Say("asha", "api-support", "still there?", "")
	if got := c.event()["text"]; got != "still there?" {
		t.Errorf("event after a warning = %v: the socket works until it closes", got)
	}
	s.Disconnect("refresh_requested", 0)
	if got := c.read(); got["reason"] != "refresh_requested" {
		t.Errorf("frame = %v", got)
	}
	if _, _, err := c.conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("after refresh_requested: %v, want a normal close", err)
	}
	await(t, s, "no sockets", func() bool { return s.Sockets() == 0 })
}

func TestSocketActs(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	if err := s.SendFrame(`{"type":"events_api","payload":`); err != nil {
		t.Fatal(err)
	}
	c.conn.SetReadDeadline(time.Now().Add(patience))
	if _, frame, err := c.conn.ReadMessage(); err != nil || string(frame) != `{"type":"events_api","payload":` {
		t.Errorf("frame = %q, %v", frame, err)
	}

	s.Say("asha", "api-support", "429", "")
	first := c.next()
	await(t, s, "the ack", func() bool { return s.Unacked() == 0 })
	if got := s.Redeliver(1); got != 1 {
		t.Errorf("Redeliver = %d, want 1", got)
	}
	again := c.read()
	c.ack(again)
	if at(again, "payload", "event_id") != first["event_id"] || again["retry_attempt"] != 1.0 {
		t.Errorf("redelivered = %v", again)
	}

	if got := s.HalfOpenSockets(); got != 1 {
		t.Errorf("HalfOpenSockets = %d, want 1", got)
	}
	s.Say("asha", "api-support", "into the void", "")
	if got := s.Sockets(); got != 1 {
		t.Errorf("%d sockets, want 1: half-open ones look open", got)
	}
	if got := s.CutSockets(); got != 1 {
		t.Errorf("CutSockets = %d, want 1", got)
	}
	if _, frame, err := c.conn.ReadMessage(); err == nil {
		t.Errorf("a half-open socket carried %s", frame)
	}
	await(t, s, "no sockets", func() bool { return s.Sockets() == 0 })
	if err := s.SendFrame("{}"); err == nil {
		t.Error("SendFrame without a socket succeeded")
	}
}

// TestManyAtOnce: people, bot and sockets all at work at the same time.
func TestManyAtOnce(t *testing.T) {
	s := newServer(t, func(c *Config) {
		c.TrafficSize = 5
		c.Timing.AckTimeout = patience // a busy machine brings nothing a second time
	})
	for range 2 {
		c, _ := dial(t, s)
		go func() {
			for {
				_, frame, err := c.conn.ReadMessage()
				if err != nil {
					return
				}
				var e struct {
					ID string `json:"envelope_id"`
				}
				json.Unmarshal(frame, &e)
				c.conn.WriteJSON(object{"envelope_id": e.ID})
			}
		}()
	}
	const people, rounds = 6, 15
	var work errgroup.Group
	for i := range people {
		user := []string{"asha", "ben", "chloe"}[i%3]
		work.Go(func() error {
			for range rounds {
				ts, err := s.Say(user, "api-support", "429", "")
				if err != nil {
					return err
				}
				posted := call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts, "text", "steps", "blocks", twoButtons)
				answer, _ := posted["ts"].(string)
				if err := s.Click(user, "api-support", answer, Control{BlockID: "s1"}); err != nil {
					return err
				}
				call(t, s, "chat.update", "channel", "C0SUPPORT", "ts", answer, "text", "done")
				call(t, s, "conversations.replies", "channel", "C0SUPPORT", "ts", ts)
				s.State(user)
				s.Traffic(0)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	await(t, s, "all acks", func() bool { return s.Unacked() == 0 })
	if got, want := s.Acks().Acked, people*rounds*4; got != want { // message, answer, click, update
		t.Errorf("%d deliveries acked, want %d", got, want)
	}
	seen := map[string]bool{}
	for _, m := range s.Messages("api-support") {
		seen[m.TS] = true
	}
	if len(seen) != people*rounds*2 {
		t.Errorf("%d different ts, want %d", len(seen), people*rounds*2)
	}
}

func TestUnknownFramesAreIgnored(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	for _, frame := range []string{"", "{", `{"envelope_id":"x"}`, `{"envelope_id":1}`, "[]"} {
		if err := c.conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
			t.Fatal(err)
		}
	}
	s.Say("asha", "api-support", "429", "")
	if got := c.event()["text"]; got != "429" {
		t.Errorf("event = %v", got)
	}
}

// TestOldestSocket: acts on one socket take the oldest that is healthy.
func TestOldestSocket(t *testing.T) {
	s := newServer(t)
	first, _ := dial(t, s)
	dial(t, s)
	if got := s.DisconnectOldest("refresh_requested", patience); got != 1 || first.read()["reason"] != "refresh_requested" {
		t.Errorf("%d sockets were told to leave, want the first", got)
	}
	if got := s.HalfOpenOldest(); got != 1 {
		t.Errorf("%d sockets fell silent, want 1", got)
	}
	if got := s.CutOldest(); got != 0 {
		t.Errorf("%d sockets were cut, want none: one was told to leave, the other is silent", got)
	}
	third, _ := dial(t, s)
	if got := s.CutOldest(); got != 1 {
		t.Errorf("%d sockets were cut, want the third", got)
	}
	if _, _, err := third.conn.ReadMessage(); err == nil {
		t.Error("the third socket is still there")
	}
	await(t, s, "its end", func() bool { return s.Sockets() == 2 })
	if diff := cmp.Diff([]int{1, 2, 1, 2, 1}, s.SocketHistory()); diff != "" {
		t.Errorf("healthy sockets (-want +got):\n%s", diff)
	}
}
