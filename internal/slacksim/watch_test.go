package slacksim

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// With a bounded history old messages go. The bot may still answer them: what it was sent is not taken back.
func TestHistoryIsBounded(t *testing.T) {
	const keep = 5
	s := newServer(t, func(c *Config) { c.History = keep })
	var first, last string
	for n := range 4 * keep {
		ts, err := s.Say("asha", "api-support", fmt.Sprint("message ", n), "")
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = ts
		}
		last = ts
	}
	kept := s.Messages("api-support")
	if n := len(kept); n < keep || n > 2*keep || kept[n-1].TS != last {
		t.Errorf("%d messages are kept, want the newest %d to %d", n, keep, 2*keep)
	}
	if _, there := s.Message("api-support", first); there {
		t.Error("the first message is still kept")
	}
	reply := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", first, "text", "late"))["ts"].(string)
	must(t, call(t, s, "chat.update", "channel", "C0SUPPORT", "ts", reply, "text", "later"))
	if m, there := s.Message("api-support", reply); !there || m.ThreadTS != first || m.Text != "later" {
		t.Errorf("the reply to a message that is not kept: %+v", m)
	}
	for _, m := range must(t, call(t, s, "conversations.history", "channel", "C0SUPPORT"))["messages"].([]any) {
		if at(m, "ts") == reply {
			t.Error("the reply stands in the channel itself")
		}
	}
	must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", last, "text", "in time"))
	if got := call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", "9"+last, "text", "x")["error"]; got != "thread_not_found" {
		t.Errorf("a reply to a message that never was: %v", got)
	}
}

// Who watches is told what the bot does with people's messages and clicks, in order, and of nothing else.
func TestWatch(t *testing.T) {
	var (
		mu  sync.Mutex
		got []Happening
	)
	s := newServer(t, func(c *Config) {
		c.Watch = func(h Happening) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, h)
		}
	})
	c, _ := dial(t, s)
	acked := func() {
		t.Helper()
		c.next()
		await(t, s, "the ack", func() bool { return s.Unacked() == 0 })
	}
	ts, err := s.Say("asha", "api-support", "429", "")
	if err != nil {
		t.Fatal(err)
	}
	acked()
	reply := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts, "text", "steps", "blocks", twoButtons))["ts"].(string)
	acked() // the bot's own
	if err := s.Click("ben", "api-support", reply, Control{BlockID: "s1"}); err != nil {
		t.Fatal(err)
	}
	acked()
	must(t, call(t, s, "chat.update", "channel", "C0SUPPORT", "ts", reply, "text", "done"))
	acked()
	must(t, call(t, s, "chat.postEphemeral", "channel", "C0SUPPORT", "user", "U0ASHA001", "text", "psst"))
	want := []Happening{
		{Kind: Acked, Channel: "C0SUPPORT", TS: ts, User: "U0ASHA001"},
		{Kind: Posted, Channel: "C0SUPPORT", TS: reply, Thread: ts},
		{Kind: AckedClick, Channel: "C0SUPPORT", TS: reply, User: "U0BEN0001"},
		{Kind: Updated, Channel: "C0SUPPORT", TS: reply, Thread: ts},
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
