package handlers

import (
	"encoding/json"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

func TestReadEvent(t *testing.T) {
	team, event := readEvent(`{"token": "x", "team_id": "T1", "event": {"type": "message", "subtype": "message_changed", "channel": "C1",
		"channel_type": "channel", "ts": "3.0", "hidden": true,
		"message": {"type": "message", "user": "U1", "text": "403 &lt;b&gt; \"q\" \u00e9 \ud83d\ude00", "ts": "1.0", "thread_ts": "0.5",
			"blocks": [{"type": "rich_text"}], "files": [{"id": "F1", "mode": "snippet", "size": 12, "mimetype": 3}],
			"attachments": [{"is_share": true, "text": "was this", "color": 7}]},
		"previous_message": {"type": "message", "text": "402", "bot_id": null}, "deleted_ts": 5}, "type": "event_callback"}`)
	want := message{Type: "message", Subtype: "message_changed", Channel: "C1", ChannelType: "channel", TS: "3.0",
		Message: &message{Type: "message", User: "U1", Text: "403 &lt;b&gt; \"q\" é 😀", TS: "1.0", ThreadTS: "0.5", Blocks: `[{"type": "rich_text"}]`,
			Files: []file{{ID: "F1", Mode: "snippet", Size: 12}}, Attachments: []attachment{{IsShare: true, Text: "was this"}}},
		PreviousMessage: &message{Type: "message", Text: "402"}}
	if diff := cmp.Diff(want, event); diff != "" || team != "T1" {
		t.Errorf("team %q; (-want +got):\n%s", team, diff)
	}
}

// Odd fields cost no more than themselves.
func TestReadOddMessages(t *testing.T) {
	for from, want := range map[string]message{
		`null`:         {},
		`[1, "type"]`:  {},
		`"type"`:       {},
		`{"text": {}}`: {},
		`{"text": ["x"], "user": 5, "ts": "1.0", "message": "none"}`:     {TS: "1.0"},
		`{"text": "one", "text": "two", "files": {}, "ts": "\ud800"}`:    {Text: "two", TS: "\uFFFD"},
		"{\"text\": \"a\xff\", \"attachments\": [5, {\"text\": \"x\"}]}": {Text: "a\uFFFD", Attachments: []attachment{{}, {Text: "x"}}},
	} {
		if diff := cmp.Diff(want, readMessage(gjson.Parse(from))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", from, diff)
		}
	}
}

// Of messages within messages, the first is read, whose fields are all that the bot looks at.
func TestReadNestedMessages(t *testing.T) {
	deep := `{"ts":"0.1"}`
	for range 5_000 {
		deep = `{"ts":"0.5","message":` + deep + `,"previous_message":{"message":{}}}`
	}
	got := readMessage(gjson.Parse(deep))
	want := message{TS: "0.5", Message: &message{TS: "0.5"}, PreviousMessage: &message{}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzReadEvent looks for a payload, which the socket found to be JSON, that cannot be read, or that is read into something
// that cannot be stored.
func FuzzReadEvent(f *testing.F) {
	f.Add(`{"team_id":"T","event":{"type":"message","text":"x","blocks":[],"files":[{}],"attachments":[{}],"message":{"ts":"1.0"}}}`)
	f.Add(`{"event":{"previous_message":{"message":{"message":{}}},"text":"\u0000\ud83d"}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, payload string) {
		if !json.Valid([]byte(payload)) {
			return
		}
		team, event := readEvent(payload)
		for _, text := range []string{team, event.Type, event.User, event.Text, event.TS, event.ThreadTS, event.Channel} {
			if !utf8.ValidString(text) {
				t.Errorf("%q is no UTF-8", text)
			}
		}
		if event.Blocks != "" && !json.Valid([]byte(event.Blocks)) {
			t.Errorf("the blocks are no JSON: %s", event.Blocks)
		}
	})
}

// BenchmarkReadEvent reads an ordinary message as Slack sends it.
func BenchmarkReadEvent(b *testing.B) {
	payload, err := os.ReadFile("testdata/event.json")
	if err != nil {
		b.Fatal(err)
	}
	from := string(payload)
	b.ReportAllocs()
	for b.Loop() {
		readEvent(from)
	}
}
