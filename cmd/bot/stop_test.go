package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
)

// killedAfter is when container platforms lose patience with a process that was
// told to stop.
const killedAfter = 10 * time.Second

// A bot that is told to stop ends before it would be killed, whatever hangs, and
// finishes after the next start what it did not get done.
func TestStopsWhateverHangs(t *testing.T) {
	hang := func(on, effect string) func(*testBot) func() {
		return func(b *testBot) func() { return b.fault(slacksim.Fault{On: on, Effect: effect}) }
	}
	hit := func(on string) func(*testBot) { return func(b *testBot) { b.awaitHit(on) } }
	for name, tt := range map[string]struct {
		hang   func(b *testBot) (release func())
		hangs  func(b *testBot) // waits until it does
		ticked bool             // whether the click that came meanwhile counts: one that was refused does not
	}{
		"a post that was done":     {hang("chat.postMessage", slacksim.EffectLose), hit("chat.postMessage"), true},
		"a post that was not":      {hang("chat.postMessage", slacksim.EffectHTTP), hit("chat.postMessage"), true},
		"an update":                {hang("chat.update", slacksim.EffectLose), hit("chat.update"), true},
		"who clicked":              {hang("users.info", slacksim.EffectLose), hit("users.info"), false},
		"the database, a message":  {(*testBot).lockDatabase, func(b *testBot) { b.logs("cannot store a message") }, false},
		"the database, many a one": {(*testBot).lockDatabase, func(*testBot) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			first := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
			reply := b.reply(channel, first, 1)
			b.settle()
			release := tt.hang(b)
			if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", 0)); err != nil {
				t.Fatal(err)
			}
			var asked []string
			for range 5 {
				asked = append(asked, b.say("ben", channel, "403 FORBIDDEN", ""))
			}
			tt.hangs(b)

			ended := make(chan error, 1)
			go func() { ended <- b.stop() }()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("stopped with %v, want a clean end", err)
				}
			case <-time.After(killedAfter):
				t.Fatal("the bot would be killed")
			}
			release()
			b.start()
			b.sim.Redeliver(100) // Slack's own attempts may have been used up meanwhile
			for _, ts := range asked {
				b.reply(channel, ts, 1)
			}
			b.settle()
			for _, ts := range asked {
				if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
					t.Errorf("%d replies, want 1", len(replies))
				}
			}
			if m, _ := b.sim.Message(channel, reply.TS); tt.ticked != bytes.Contains(m.Blocks, []byte("Done by")) {
				t.Errorf("ticked: %v, want %v: %s", !tt.ticked, tt.ticked, m.Blocks)
			}
		})
	}
}

// SIGTERM ends the bot as people run it, a process of its own, with exit code 0,
// and so does an interrupt; the message that it was told of stays answered.
func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			if err := b.stop(); err != nil {
				t.Fatal(err)
			}
			var stderr syncBuffer
			bot := exec.Command("bot") // main of this package: see TestMain
			bot.Dir, bot.Stderr = t.TempDir(), &stderr
			bot.Env = append(os.Environ(), "SLACK_API_URL="+b.sim.URL()+"/api/", "SLACK_BOT_TOKEN="+b.sim.BotToken(),
				"SLACK_APP_TOKEN="+b.sim.AppToken(), "DATABASE_URL="+b.url)
			if err := bot.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- bot.Wait() }()
			t.Cleanup(func() { bot.Process.Kill() })
			b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)

			if err := bot.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-ended:
				var exit *exec.ExitError
				if errors.As(err, &exit) {
					t.Errorf("exit code %d, want 0; it said\n%s", exit.ExitCode(), stderr.String())
				}
			case <-time.After(killedAfter):
				t.Fatal("the bot would be killed")
			}
		})
	}
}
