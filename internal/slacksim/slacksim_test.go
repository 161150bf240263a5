package slacksim

import (
	"testing"
)

func TestSayAndAnswer(t *testing.T) {
	s := newServer(t)
	c, hello := dial(t, s)
	if hello["type"] != "hello" || hello["num_connections"] != 1.0 {
		t.Errorf("first frame = %v, want hello with 1 connection", hello)
	}
	ts, err := s.Say("asha", "api-support", "I get a 429 & do not know why: see https://digital.nhs.uk/x.", "")
	if err != nil {
		t.Fatal(err)
	}
	event := c.event()
	if got, want := event["text"], "I get a 429 &amp; do not know why: see <https://digital.nhs.uk/x>."; got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
	blocks := `[{"type":"section","text":{"type":"mrkdwn","text":"Slow down"},"accessory":{"type":"button","action_id":"tick","value":"v1","text":{"type":"plain_text","text":"Done"}}}]`
	posted := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts, "text", "Slow down", "blocks", blocks))
	own := c.event()
	if own["bot_id"] != s.cfg.Bot.BotID || own["thread_ts"] != ts {
		t.Errorf("the bot's own message came as %v", own)
	}
	if err := s.Click("ben", "api-support", posted["ts"].(string), Control{ActionID: "tick"}); err != nil {
		t.Fatal(err)
	}
	click := c.next()
	if at(click, "actions", 0, "value") != "v1" || at(click, "user", "id") != "U0BEN0001" || at(click, "container", "thread_ts") != ts {
		t.Errorf("click = %v", click)
	}
	if got := s.Thread("api-support", ts); len(got) != 2 {
		t.Errorf("thread has %d messages, want 2: %v", len(got), got)
	}
}
