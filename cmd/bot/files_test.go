package main

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"apierrorbot/internal/slacksim"
)

const aBody = `{"issue":[{"severity":"error","code":"forbidden","details":{"coding":[{"code":"FORBIDDEN"}]}}]}`

// upload shares a snippet, and fails the test when that does not work.
func (b *testBot) upload(user, comment, content string) (ts string) {
	b.t.Helper()
	ts, err := b.sim.Upload(user, channel, slacksim.Upload{Comment: comment, Content: content})
	if err != nil {
		b.t.Fatal(err)
	}
	return ts
}

// While a file does not come, nobody else waits, and after two seconds the
// message is answered as far as it was read. Slack gets its ack in time.
func TestSlowFile(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	b.fault(slacksim.Fault{On: slacksim.OnFiles, Effect: slacksim.EffectLose})
	slow := b.upload("asha", "I get 429 TOO_MANY_REQUESTS from PDS, see the log", aBody)
	quick := b.say("ben", channel, "I get 409 REC_CONFLICT from BaRS", "")

	b.reply(channel, quick, 1)
	if len(botMessages(b.sim.Thread(channel, slow))) > 0 {
		t.Error("the message with the file was answered before the one after it: the file did not hold it up")
	}
	got := b.reply(channel, slow, 1)
	if !strings.Contains(got.Text, "TOO_MANY_REQUESTS") || strings.Contains(got.Text, "FORBIDDEN") {
		t.Errorf("the answer is %q", got.Text)
	}
	b.settle()
	if acks := b.sim.Acks(); acks.Failed > 0 {
		t.Errorf("%d envelopes were not acked in time", acks.Failed)
	}
}

// What PowerShell's > writes is UTF-16 with a byte order mark.
func TestUTF16File(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	content := []byte("\xFF\xFE")
	for _, unit := range utf16.Encode([]rune(aBody)) {
		content = binary.LittleEndian.AppendUint16(content, unit)
	}
	ts := b.upload("asha", "", string(content))
	if got := b.reply(channel, ts, 1); !strings.Contains(got.Text, "FORBIDDEN") {
		t.Errorf("the answer is %q", got.Text)
	}
}

// A message that says nothing without its file comes again when the file could
// not be had, and is answered then.
func TestFileComesAgain(t *testing.T) {
	b := newTestBot(t, slacksim.Config{Timing: slacksim.Timing{AckTimeout: 500 * time.Millisecond}})
	b.fault(slacksim.Fault{On: slacksim.OnFiles, Effect: slacksim.EffectHTTP, Status: 503, Times: 1})
	ts := b.upload("asha", "", aBody)
	if got := b.reply(channel, ts, 1); !strings.Contains(got.Text, "FORBIDDEN") {
		t.Errorf("the answer is %q", got.Text)
	}
	b.settle()
	if n := len(botMessages(b.sim.Thread(channel, ts))); n != 1 {
		t.Errorf("%d answers, want 1", n)
	}
}

// Without the scope the bot goes on with what people write, and says what is
// missing: to the operator once, to who asked.
func TestNoScopeForFiles(t *testing.T) {
	others := slices.DeleteFunc(scopeNames(), func(name string) bool { return name == "files:read" })
	b := newTestBot(t, slacksim.Config{Scopes: others})
	b.upload("asha", "", aBody)
	b.settle()
	written := b.upload("asha", "I get 429 TOO_MANY_REQUESTS from PDS", aBody)
	if got := b.reply(channel, written, 1); !strings.Contains(got.Text, "TOO_MANY_REQUESTS") || strings.Contains(got.Text, "FORBIDDEN") {
		t.Errorf("the answer is %q", got.Text)
	}
	asked := b.upload("asha", "@apierror what is this?", aBody)
	if got := b.reply(channel, asked, 1); !strings.Contains(got.Text, "files:read") {
		t.Errorf("who asked is told %q", got.Text)
	}
	b.settle()
	if n := strings.Count(b.log.String(), "level=ERROR"); n != 1 || !strings.Contains(b.log.String(), "add the bot scope files:read") {
		t.Errorf("%d errors in the log, want one that names the scope:\n%s", n, b.log.String())
	}
	if n := len(botMessages(b.sim.Messages(channel))); n != 2 {
		t.Errorf("%d answers, want 2", n)
	}
}

// The token goes to Slack's own files only, whatever an event says.
func TestFileElsewhere(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	other, err := slacksim.New(slacksim.Config{}) // it would accept the token
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	there, err := other.UploadSnippet("asha", channel, "", "a.txt", aBody)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := other.Message(channel, there)
	event, err := json.Marshal(map[string]any{
		"channel": channel, "user": "U0ASHA001", "subtype": "file_share", "text": "",
		"files": []any{map[string]any{
			"id": m.Files[0].ID, "mode": "snippet", "size": len(aBody),
			"url_private_download": other.URL() + "/files-pri/T0LOCAL01-" + m.Files[0].ID + "/download/a.txt",
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ts, err := b.sim.SayRaw(event)
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	if len(botMessages(b.sim.Thread(channel, ts))) > 0 {
		t.Error("a file from another host was read")
	}
	for _, e := range other.Traffic(0) {
		t.Errorf("the other host got %s %s", e.Kind, e.Name)
	}
	if !strings.Contains(b.log.String(), "not on one of Slack's hosts") {
		t.Errorf("the log says nothing:\n%s", b.log.String())
	}
}

// An edit cannot change a file: what is in it is not warned of again.
func TestFileIsWarnedOfOnce(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	ts := b.upload("asha", "help", "apikey: Jx8kQ2mVb7Lw3TzR9pYc5NfH1sGd6UaE\n"+aBody)
	b.reply(channel, ts, 1)
	if err := b.sim.Edit("asha", channel, ts, "help, I get 429 TOO_MANY_REQUESTS too"); err != nil {
		t.Fatal(err)
	}
	b.await("the edit's error in the reply", func() bool {
		return strings.Contains(b.reply(channel, ts, 1).Text, "TOO_MANY_REQUESTS")
	})
	b.settle()
	b.must(b.stop()) // which waits for what is said privately
	if n, _ := b.calls("chat.postEphemeral", 0); n != 1 {
		t.Errorf("%d warnings, want 1", n)
	}
}
