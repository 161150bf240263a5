package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/socket"
)

// quick makes what takes seconds or hours with Slack happen at once: after a loss
// a socket is opened again within milliseconds, however young it was.
var quick = socket.Timings{Stagger: time.Millisecond, Grace: 20 * time.Millisecond, Stable: 1, BackoffMin: 20 * time.Millisecond}

// newTestBotWithSockets starts a bot and waits until both of its sockets are up.
func newTestBotWithSockets(t *testing.T, config slacksim.Config, timings socket.Timings) *testBot {
	t.Helper()
	b := newTestBot(t, config)
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	b.sockets = timings
	b.start()
	b.twoSockets()
	return b
}

func (b *testBot) twoSockets() {
	b.t.Helper()
	b.await("two sockets", func() bool { return b.sim.Sockets() == 2 })
}

// socketsSince returns how many healthy sockets there were after each change, from one
// change on.
func (b *testBot) socketsSince(change int) []int { return b.sim.SocketHistory()[change:] }

// sayAll says n errors and returns what they are known by.
func (b *testBot) sayAll(n int) (asked []string) {
	b.t.Helper()
	for i := range n {
		asked = append(asked, b.say("asha", channel, fmt.Sprintf("403 FORBIDDEN, the %d. time", i+1), ""))
	}
	return asked
}

// answeredOnce waits for the answers, and fails the test where there are more
// than one.
func (b *testBot) answeredOnce(asked []string) {
	b.t.Helper()
	for _, ts := range asked {
		b.reply(channel, ts, 1)
	}
	b.settle()
	for _, ts := range asked {
		if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
			b.t.Errorf("%d replies, want 1", len(replies))
		}
	}
}

// What comes on both sockets is answered once.
func TestDuplicatesOverTwoSockets(t *testing.T) {
	t.Parallel()
	b := newTestBotWithSockets(t, slacksim.Config{}, quick)
	b.fault(slacksim.Fault{On: slacksim.OnEnvelopes, Effect: slacksim.EffectDuplicate})
	asked := b.sayAll(50)
	b.sim.Redeliver(100)
	b.answeredOnce(asked)
}

// Slack refreshes one socket after the other, and all at once; and it cuts some.
// There is always one that works, and nothing is lost.
func TestNeverWithoutASocket(t *testing.T) {
	t.Parallel()
	b := newTestBotWithSockets(t, slacksim.Config{}, quick)
	start := len(b.sim.SocketHistory())
	var asked []string
	for i := range 30 {
		asked = append(asked, b.sayAll(1)...)
		before, changes := len(b.sim.SocketHistory()), 2
		switch i % 4 {
		case 0: // closed as soon as told
			b.sim.DisconnectOldest("refresh_requested", 0)
		case 1:
			b.sim.DisconnectOldest("warning", patience)
		case 2:
			b.sim.CutOldest()
		case 3:
			b.sim.Disconnect("refresh_requested", patience)
			changes = 4
		}
		b.await("the sockets to be replaced", func() bool {
			since := b.socketsSince(before)
			return len(since) >= changes && b.sim.Sockets() == 2 && since[len(since)-1] == 2
		})
	}
	if history := b.socketsSince(start); slices.Contains(history, 0) {
		t.Errorf("sockets after each change: %v", history)
	}
	b.answeredOnce(asked)
}

// A socket that has fallen silent is replaced. What Slack sent on it comes again,
// on the other.
func TestHalfOpenSocket(t *testing.T) {
	t.Parallel()
	timings := quick
	timings.Idle, timings.Ping = time.Second, 100*time.Millisecond
	b := newTestBotWithSockets(t, slacksim.Config{Timing: slacksim.Timing{AckTimeout: 300 * time.Millisecond}}, timings)
	b.sim.HalfOpenOldest()
	b.answeredOnce(b.sayAll(6))
	b.logs("half-open")
	b.await("a new socket", func() bool {
		history := b.sim.SocketHistory()
		return b.sim.Sockets() == 2 && history[len(history)-1] == 2
	})
}

// Slack lets one of the sockets in, and not the other.
func TestOneSocketIsRefused(t *testing.T) {
	t.Parallel()
	b := newTestBotWithSockets(t, slacksim.Config{}, quick)
	b.fault(slacksim.Fault{On: slacksim.OnSockets, Effect: slacksim.EffectDisconnect, Error: "too_many_websockets"})
	b.sim.CutOldest()
	b.awaitHit(slacksim.OnSockets)
	b.answeredOnce(b.sayAll(5))
}

// While the database hangs, Slack gives up on the messages that cannot be stored.
// No socket is dropped for it, and chat is acked all the while.
func TestStalledStoreKeepsTheSockets(t *testing.T) {
	t.Parallel()
	timings := quick
	timings.Idle, timings.Ping = time.Second, 100*time.Millisecond
	b := newTestBotWithSockets(t, slacksim.Config{Timing: slacksim.Timing{AckTimeout: time.Second}}, timings)
	before := len(b.sim.SocketHistory())
	unlock := b.lockDatabase()
	asked := b.sayAll(20)
	// By then each was sent four times, and has waited for longer than a silent socket would live.
	b.await("Slack to give up", func() bool { return b.sim.Acks().Lost == len(asked) })
	acked := b.sim.Acks().Acked
	b.say("asha", channel, "lunch at 12:30?", "")
	b.await("chat to be acked", func() bool { return b.sim.Acks().Acked > acked })
	if changes := b.socketsSince(before); len(changes) != 0 {
		t.Errorf("sockets came and went: %v", changes)
	}
	unlock()
	b.sim.Redeliver(100)
	b.answeredOnce(asked)
}

// Frames that nobody understands cost neither a socket nor a message.
func TestStrangeFrames(t *testing.T) {
	t.Parallel()
	b := newTestBotWithSockets(t, slacksim.Config{}, quick)
	before := len(b.sim.SocketHistory())
	for _, frame := range []string{``, `{`, `[]`, `{"type":"hello","num_connections":"many"}`, `{"envelope_id":"e","type":7}`, `{"type":"events_api"}`} {
		if err := b.sim.SendFrame(frame); err != nil {
			t.Fatal(err)
		}
	}
	for kind, payload := range map[string]string{"a_new_type": `{}`, "events_api": `null`, "interactive": `"click"`, "slash_commands": `[1]`} {
		if err := b.sim.SendEnvelope(kind, json.RawMessage(payload)); err != nil {
			t.Fatal(err)
		}
	}
	b.await("everything to be acked", func() bool { return b.sim.Unacked() == 0 })
	b.answeredOnce(b.sayAll(4))
	if changes := b.socketsSince(before); len(changes) != 0 || b.sim.Acks().Lost != 0 {
		t.Errorf("sockets came and went: %v; %d envelopes lost", changes, b.sim.Acks().Lost)
	}
}
