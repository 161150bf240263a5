package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/pgtest"
	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/store"
	articles "apierrorbot/kb"
)

// newReplicas starts a local Slack and two bots on one PostgreSQL database. It
// returns the first; both are connected, and get envelopes in turn.
func newReplicas(t *testing.T, base *kb.Base) *testBot {
	t.Helper()
	b := newIdleTestBot(t, pgtest.Database(t), slacksim.Config{}, base)
	b.startTwo()
	return b
}

// startTwo starts two bots, and waits until both are connected, with two sockets each.
func (b *testBot) startTwo() {
	b.t.Helper()
	b.start()
	b.lookInto()
	second := *b
	second.start()
	b.await("two sockets of each", func() bool { return b.sim.Sockets() == 4 })
}

// What people see is the same with two replicas on PostgreSQL.
func TestConversationsWithReplicas(t *testing.T) {
	pgtest.Server(t)
	playAll(t, func(t *testing.T) *testBot { return newReplicas(t, loadArticles(t, articles.FS)) })
}

// Each replica serves clicks on every message, and nothing is lost.
func TestTwentyPeopleTickWithReplicas(t *testing.T) {
	pgtest.Server(t)
	t.Parallel()
	twentyPeopleTick(t, newReplicas(t, longLists(t)))
}

// A message that both replicas get, at once and again later, is answered once.
func TestAnsweredOnceByReplicas(t *testing.T) {
	pgtest.Server(t)
	t.Parallel()
	b := newReplicas(t, loadArticles(t, articles.FS))
	b.fault(slacksim.Fault{On: slacksim.OnEnvelopes, Effect: slacksim.EffectDuplicate})
	asked := b.sayAll(20)
	b.answeredOnce(asked)
	b.sim.Redeliver(100)
	b.settle()
	b.answeredOnce(asked)
	// The same error in one thread, told to both at the same moment, is one.
	ts := b.say("asha", channel, "has anybody seen this?", "")
	for range 4 {
		b.say("ben", channel, "429 TOO_MANY_REQUESTS", ts)
	}
	b.settle()
	if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
		t.Errorf("%d replies in the thread, want 1", len(replies))
	}
}

// killable starts the bot as people run it, a process of its own, and returns how
// to kill it.
func (b *testBot) killable() (kill func()) {
	b.t.Helper()
	before := b.sim.Sockets()
	bot := exec.Command("bot") // main of this package: see TestMain
	bot.Dir = b.t.TempDir()
	log, err := os.Create(filepath.Join(bot.Dir, "log"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { log.Close() })
	bot.Stderr = log
	bot.Env = append(os.Environ(), "SLACK_API_URL="+b.sim.URL()+"/api/", "SLACK_BOT_TOKEN="+b.sim.BotToken(),
		"SLACK_APP_TOKEN="+b.sim.AppToken(), "DATABASE_URL="+b.url)
	if err := bot.Start(); err != nil {
		b.t.Fatal(err)
	}
	kill = func() {
		bot.Process.Kill()
		bot.Wait()
	}
	b.t.Cleanup(kill)
	b.await("the other process to connect", func() bool { return b.sim.Sockets() > before })
	return kill
}

// A replica that is killed in the middle of its work, with no chance to say so,
// leaves it to the others.
func TestKilledReplica(t *testing.T) {
	pgtest.Server(t)
	for name, tt := range map[string]struct {
		fault slacksim.Fault
		clean bool // a reply stands there already, and is ticked when the fault strikes
	}{
		"before its post was done":     {fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectRateLimit, RetryAfter: 3600}},
		"after its post was done":      {fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectLose}},
		"before its update was done":   {fault: slacksim.Fault{On: "chat.update", Effect: slacksim.EffectRateLimit, RetryAfter: 3600}, clean: true},
		"in the middle of its updates": {fault: slacksim.Fault{On: "chat.update", Effect: slacksim.EffectLose}, clean: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBotOn(t, pgtest.Database(t), slacksim.Config{}, loadArticles(t, articles.FS))
			if err := b.stop(); err != nil {
				t.Fatal(err)
			}
			kill := b.killable()
			var ts string
			end := func() {}
			if !tt.clean {
				end = b.fault(tt.fault)
			}
			ts = b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
			if tt.clean {
				reply := b.reply(channel, ts, 1)
				b.settle()
				end = b.fault(tt.fault)
				if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", 0)); err != nil {
					t.Fatal(err)
				}
			}
			b.awaitHit(tt.fault.On)
			b.start()
			kill()
			end()
			reply := b.reply(channel, ts, 1)
			b.await("the work to be taken over", func() bool {
				m, _ := b.sim.Message(channel, reply.TS)
				return strings.Contains(string(m.Blocks), "Done by") == tt.clean
			})
			b.settle()
			if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
				t.Errorf("%d replies, want 1", len(replies))
			}
		})
	}
}

// An update whose answer was lost may still land, after a newer one: so the message
// is shown again when it must have.
func TestShownAgainAfterALostUpdate(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	b.timing.HTTPTimeout, b.timing.Settle = 500*time.Millisecond, time.Second
	b.start()
	reply := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
	b.settle()
	before := len(b.sim.Traffic(0))
	b.fault(slacksim.Fault{On: "chat.update", Effect: slacksim.EffectLose, Times: 1})
	if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", 0)); err != nil {
		t.Fatal(err)
	}
	b.awaitHit("chat.update")
	b.settle()
	var updates []time.Time
	for _, e := range b.sim.Traffic(before) {
		if e.Name == "chat.update" {
			updates = append(updates, e.Time)
		}
	}
	if len(updates) != 3 || updates[2].Sub(updates[0]) < b.timing.Settle {
		t.Errorf("updates at %v; want the lost one, one at once, and one when the first must have settled", updates)
	}
}

// A message that Slack does not let the bot change now is left alone until the next
// click.
func TestRefusedUpdate(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	reply := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
	b.settle()
	b.fault(slacksim.Fault{On: "chat.update", Effect: slacksim.EffectError, Error: "edit_window_closed", Times: 1})
	if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", 0)); err != nil {
		t.Fatal(err)
	}
	b.logs("Slack refused to update a reply")
	b.await("the reply to be parked", func() bool {
		c, err := b.db.Find(t.Context(), store.Key{Team: "T0LOCAL01", Channel: "C0SUPPORT", TS: reply.ThreadTS})
		return err == nil && c.Lease.Worker == "" && !c.UpToDate()
	})
	if err := b.sim.Click("ben", channel, reply.TS, stepButton(t, reply, "Mark done", 1)); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if m, _ := b.sim.Message(channel, reply.TS); strings.Count(string(m.Blocks), "Done by") != 2 {
		t.Errorf("the message does not show both ticks: %s", m.Blocks)
	}
}

// A second bot on an SQLite file is refused before it talks to Slack, and the file
// is free as soon as the first one is killed.
func TestSecondBotOnAFile(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	err := serve(t.Context(), b.service())
	if want := fmt.Sprintf("is in use by another bot (process %d)", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a second bot: %v, want %q", err, want)
	}
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	kill := b.killable()
	hold := b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectRateLimit, RetryAfter: 3600})
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	b.awaitHit("chat.postMessage")
	kill()
	hold()
	b.start()
	b.reply(channel, ts, 1)
}
