package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"apierrorbot/internal/slacksim"
)

// With CHANNELS set, the bot reads these channels and direct messages to it, and
// answers /apierror everywhere.
func TestChannels(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.channels = []string{"C0SUPPORT"}
	b.restart()
	for _, text := range []string{"429 TOO_MANY_REQUESTS", "@apierror 429"} {
		elsewhere := b.say("asha", "release-team", text, "")
		b.reply(channel, b.say("asha", channel, text, ""), 1)
		b.settle()
		if replies := botMessages(b.sim.Thread("release-team", elsewhere)); len(replies) != 0 {
			t.Errorf("%q is answered in a channel that is not listed", text)
		}
	}
	b.reply(b.sim.DM("asha"), b.say("asha", b.sim.DM("asha"), "429", ""), 1)
	if err := b.sim.Slash("asha", "release-team", "/apierror", "429"); err != nil {
		t.Fatal(err)
	}
	b.await("the private answer", func() bool { return len(b.sim.Ephemerals("asha", "release-team")) == 1 })
}

// A click says which channel it comes from. One that says another than the case's
// changes nothing: a button works only where its checklist is.
func TestClickFromAnotherChannel(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	reply := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
	b.settle()
	button := stepButton(t, reply, "Mark done", 0)
	click := func(channelID string) {
		t.Helper()
		payload, err := json.Marshal(map[string]any{
			"type": "block_actions", "team": map[string]string{"id": "T0LOCAL01"}, "user": map[string]string{"id": "U0ASHA001"},
			"channel": map[string]string{"id": channelID}, "container": map[string]string{"message_ts": reply.TS, "channel_id": channelID},
			"actions": []map[string]string{{"action_id": button.ActionID, "value": button.Value}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.sim.SendEnvelope("interactive", payload); err != nil {
			t.Fatal(err)
		}
	}
	ticked := func() bool {
		m, _ := b.sim.Message(channel, reply.TS)
		return bytes.Contains(m.Blocks, []byte("Done by"))
	}
	click("C0RELEASE")
	b.await("asha to be told", func() bool { return len(b.sim.Ephemerals("asha", "release-team")) == 1 })
	b.settle()
	if ticked() {
		t.Error("a click from another channel ticked a step")
	}
	click("C0SUPPORT")
	b.await("the tick", ticked)
}

// Guests look errors up, and have nothing posted for them.
func TestGuestHasNothingPosted(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	for user, want := range map[string]int{"gwen": 0, "xavier": 0, "asha": 1} {
		before := len(botMessages(b.sim.Messages(channel)))
		if err := b.sim.Slash(user, channel, "/apierror", "429"); err != nil {
			t.Fatal(err)
		}
		b.await("the private answer", func() bool { return len(b.sim.Ephemerals(user, channel)) == 1 })
		answer := b.sim.Ephemerals(user, channel)[0]
		if err := b.sim.Click(user, channel, answer.TS, slacksim.Control{ActionID: "post"}); err != nil {
			t.Fatal(err)
		}
		told := map[int]string{0: "Only full members of this workspace can have checklists posted", 1: "Posted to this channel"}[want]
		b.isTold(user, told)
		b.settle()
		if got := len(botMessages(b.sim.Messages(channel))) - before; got != want {
			t.Errorf("%s had %d checklists posted, want %d", user, got, want)
		}
	}
}

// A message that changed in everything but its text (a link's preview, a
// translation) is not news.
func TestMessageChangedWithoutItsText(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	changed := func(ts, before, after string) {
		t.Helper()
		message := func(text string) string {
			return fmt.Sprintf(`{"type":"message","user":"U0ASHA001","ts":%q,"text":%q,"attachments":[{"text":"%d"}]}`, ts, text, len(text))
		}
		if _, err := b.sim.SayRaw(json.RawMessage(fmt.Sprintf(
			`{"subtype":"message_changed","channel":"C0SUPPORT","hidden":true,"message":%s,"previous_message":%s}`,
			message(after), message(before)))); err != nil {
			t.Fatal(err)
		}
		b.settle()
	}
	// Said before the bot came: it knows nothing of the message.
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.SetMember(channel, "apierror", false); err != nil {
		t.Fatal(err)
	}
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	if err := b.sim.SetMember(channel, "apierror", true); err != nil {
		t.Fatal(err)
	}
	b.start()
	changed(ts, "429 TOO_MANY_REQUESTS", "429 TOO_MANY_REQUESTS")
	if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 0 {
		t.Error("a message whose text is as before is answered")
	}
	changed(ts, "42", "429 TOO_MANY_REQUESTS")
	b.reply(channel, ts, 1)
}
