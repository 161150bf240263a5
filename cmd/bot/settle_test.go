package main

import (
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
)

// Settle waits for a whisper that is sent after the ack of its click, however late.
func TestSettleWaitsForWhispers(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	ts := b.say("asha", channel, outcomeBody("INVALID_VALUE"), "")
	reply := b.reply(channel, ts, 1)
	b.settle()
	b.fault(slacksim.Fault{On: "users.info", Effect: slacksim.EffectHTTP, Status: 503})
	b.fault(slacksim.Fault{On: "chat.postEphemeral", Effect: slacksim.EffectDelay, Delay: 300 * time.Millisecond})
	before := len(b.sim.Ephemerals("asha", channel))
	if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", 0)); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if got := len(b.sim.Ephemerals("asha", channel)); got != before+1 {
		t.Errorf("%d private messages after the click was dealt with, want %d", got, before+1)
	}
}
