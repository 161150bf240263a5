package main

import (
	"strings"
	"testing"

	"apierrorbot/internal/slacksim"
)

// Whatever is slow, what arrives is acked within the three seconds that Slack
// grants: each ack comes while the slow thing still hangs.
func TestAckedWhateverIsSlow(t *testing.T) {
	tick := func(t *testing.T, b *testBot) {
		ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
		reply := b.reply(channel, ts, 1)
		b.settle()
		for n := range 2 { // the second waits for the first: one person's clicks keep their order
			if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	hangs := func(on string) func(*testBot) func() {
		return func(b *testBot) func() { return b.fault(slacksim.Fault{On: on, Effect: slacksim.EffectLose}) }
	}
	for name, tt := range map[string]struct {
		hang func(b *testBot) (release func())
		act  func(t *testing.T, b *testBot)
		told string // to asha, privately, in the end
	}{
		"clicks, and users.info": {
			hang: hangs("users.info"),
			act:  tick,
			told: "could not check your account",
		},
		"clicks, and the message cannot be updated": {
			hang: hangs("chat.update"),
			act:  tick,
		},
		"messages, and the reply cannot be posted": {
			hang: hangs("chat.postMessage"),
			act: func(t *testing.T, b *testBot) {
				for range 3 {
					b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
				}
			},
		},
		"slash commands, and the answer cannot be delivered": {
			hang: hangs(slacksim.OnResponseURLs),
			act: func(t *testing.T, b *testBot) {
				for range 3 {
					if err := b.sim.Slash("asha", channel, "/apierror", "429"); err != nil {
						t.Fatal(err)
					}
				}
			},
		},
		"chat, and a locked database": {
			hang: (*testBot).lockDatabase,
			act:  func(t *testing.T, b *testBot) { b.say("asha", channel, "lunch at 12:30?", "") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			release := tt.hang(b)
			tt.act(t, b)
			b.await("everything to be acked", func() bool { return b.sim.Unacked() == 0 })
			b.allAckedInTime()
			release()
			if tt.told != "" {
				b.isTold("asha", tt.told)
			}
		})
	}
}

// A click on a checklist is acked although the database is locked, and the
// clicker is told: clicks do not come again.
func TestClickAckedWhileDatabaseIsLocked(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	reply := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
	b.settle()
	unlock := b.lockDatabase()
	if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", 0)); err != nil {
		t.Fatal(err)
	}
	b.await("the ack", func() bool { return b.sim.Unacked() == 0 })
	b.allAckedInTime()
	b.isTold("asha", "could not save that")
	unlock()
}

// A message that will be answered is acked after it is stored, not before: while
// it cannot be, Slack keeps it, and brings it again.
func TestAckOnlyAfterCommit(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	acked := b.sim.Acks().Acked
	unlock := b.lockDatabase()
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	b.logs("cannot store a message")
	if got := b.sim.Acks().Acked; got != acked {
		t.Errorf("%d acks although nothing could be stored", got-acked)
	}
	unlock()
	b.reply(channel, ts, 1)
	b.settle()
	if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
		t.Errorf("%d replies, want 1", len(replies))
	}
}

// allAckedInTime fails the test when the local Slack has given up waiting for an
// ack, which it does after three seconds, as Slack does.
func (b *testBot) allAckedInTime() {
	b.t.Helper()
	if acks := b.sim.Acks(); acks.Failed > 0 || acks.Acked == 0 {
		b.t.Errorf("%d acks in time, %d not: want all", acks.Acked, acks.Failed)
	}
}

// isTold waits for a private message to somebody that has these words in it.
func (b *testBot) isTold(user, words string) {
	b.t.Helper()
	b.await(user+" to be told: "+words, func() bool {
		for _, m := range b.sim.Ephemerals(user, channel) {
			if strings.Contains(m.Text, words) {
				return true
			}
		}
		return false
	})
}
