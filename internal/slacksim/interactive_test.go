package slacksim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const twoButtons = `[
	{"type":"section","block_id":"s1","text":{"type":"mrkdwn","text":"one"},"accessory":{"type":"button","action_id":"tick","value":"c1:s1","text":{"type":"plain_text","text":"Done"}}},
	{"type":"section","block_id":"s2","text":{"type":"mrkdwn","text":"two"},"accessory":{"type":"button","action_id":"tick","value":"c1:s2","text":{"type":"plain_text","text":"Done"}}},
	{"type":"actions","block_id":"a1","elements":[{"type":"static_select","action_id":"pick","options":[{"text":{"type":"plain_text","text":"401"},"value":"401"},{"text":{"type":"plain_text","text":"403"},"value":"403"}]}]}]`

// TestSlashCommand compares a whole slash command with a recorded one.
func TestSlashCommand(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	if err := s.Slash("asha", "api-support", "/apierror", " 403 & <b> @ben "); err != nil {
		t.Fatal(err)
	}
	e := c.read()
	if e["type"] != "slash_commands" || e["accepts_response_payload"] != true || e["retry_attempt"] != nil {
		t.Errorf("envelope = %v", e)
	}
	got := e["payload"].(object)
	if !strings.HasPrefix(fmt.Sprint(got["response_url"]), s.URL()+"/response/commands/") {
		t.Errorf("response_url = %v", got["response_url"])
	}
	delete(got, "response_url")
	delete(got, "trigger_id")
	want := object{
		"token": "local-verification-token", "team_id": "T0LOCAL01", "team_domain": "local-slack",
		"channel_id": "C0SUPPORT", "channel_name": "api-support", "user_id": "U0ASHA001", "user_name": "asha",
		"command": "/apierror", "text": "403 &amp; &lt;b&gt; @ben", "api_app_id": "A0BOT0001", "is_enterprise_install": "false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}

	c.ack(e, object{"text": "here it is", "blocks": []any{object{"type": "divider"}}})
	await(t, s, "the answer", func() bool { return len(s.Ephemerals("asha", "api-support")) == 1 })
	m := s.Ephemerals("asha", "api-support")[0]
	if m.Text != "here it is" || !m.Ephemeral || m.BotID == "" || m.Blocks == nil {
		t.Errorf("answer = %+v", m)
	}
	if got := s.Messages("api-support"); len(got) != 0 {
		t.Errorf("everybody sees %v, want nothing", got)
	}
}

func TestSlashCommandAnswers(t *testing.T) {
	tests := []struct {
		name      string
		payload   []any // of the ack
		ephemeral string
		everybody string
	}{
		{"nothing", nil, "", ""},
		{"empty", []any{object{}}, "", ""},
		{"a string", []any{"hi"}, "hi", ""},
		{"in the channel", []any{object{"text": "hi", "response_type": "in_channel"}}, "", "hi"},
		{"bad blocks", []any{object{"blocks": []any{object{"type": "alert"}}}}, `/apierror failed with the error "invalid_blocks"`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t)
			c, _ := dial(t, s)
			if err := s.Slash("asha", "general", "/apierror", ""); err != nil {
				t.Fatal(err)
			}
			c.ack(c.read(), test.payload...)
			await(t, s, "the ack", func() bool { return s.Unacked() == 0 })
			check := func(who string, got []Message, want string) {
				var texts []string
				for _, m := range got {
					texts = append(texts, m.Text)
				}
				if strings.Join(texts, "|") != want {
					t.Errorf("%s sees %q, want %q", who, texts, want)
				}
			}
			check("asha", s.Ephemerals("asha", "general"), test.ephemeral)
			check("everybody", s.Messages("general"), test.everybody)
		})
	}
}

func TestSlashCommandFails(t *testing.T) {
	s := newServer(t, soon)
	apology := func(code string) func() bool {
		return func() bool {
			list := s.Ephemerals("asha", "api-support")
			return len(list) > 0 && list[len(list)-1].User == slackbot && strings.Contains(list[len(list)-1].Text, code)
		}
	}
	if err := s.Slash("asha", "api-support", "/apierror", "429"); err != nil {
		t.Fatal(err)
	}
	await(t, s, "the apology for no socket", apology("dispatch_failed"))
	c, _ := dial(t, s)
	if err := s.Slash("asha", "api-support", "/apierror", "429"); err != nil {
		t.Fatal(err)
	}
	c.read() // and no ack
	await(t, s, "the apology for no ack", apology("operation_timeout"))
	if sent := s.Acks().Sent; sent != 1 {
		t.Errorf("sent %d envelopes, want 1: commands do not come again", sent)
	}
	if err := s.Slash("asha", "api-support", "/other", ""); err == nil || err.Error() != "/other is not a valid command" {
		t.Errorf("unknown command: %v", err)
	}
}

// TestClick compares a whole click with a recorded one.
func TestClick(t *testing.T) {
	s := newServer(t, noRetries)
	parent, _ := s.Say("asha", "api-support", "429", "")
	posted := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", parent, "text", "steps", "blocks", twoButtons))
	ts := posted["ts"].(string)
	c, _ := dial(t, s)
	if err := s.Click("gwen", "api-support", ts, Control{ActionID: "tick", Value: "c1:s2"}); err != nil {
		t.Fatal(err)
	}
	e := c.read()
	if e["type"] != "interactive" {
		t.Errorf("envelope = %v", e)
	}
	got := e["payload"].(object)
	for _, generated := range []string{"response_url", "trigger_id"} {
		if got[generated] == nil {
			t.Errorf("%s is missing", generated)
		}
		delete(got, generated)
	}
	if at(got, "message", "blocks", 1, "block_id") != "s2" || at(got, "message", "ts") != ts {
		t.Errorf("message = %v", got["message"])
	}
	delete(got, "message")
	action := at(got, "actions", 0).(object)
	if action["action_ts"] == nil {
		t.Error("action_ts is missing")
	}
	delete(action, "action_ts")
	want := object{
		"type": "block_actions", "api_app_id": "A0BOT0001", "token": "local-verification-token", "enterprise": nil, "is_enterprise_install": false,
		"user":      object{"id": "U0GUEST01", "username": "gwen", "name": "gwen", "team_id": "T0LOCAL01"},
		"team":      object{"id": "T0LOCAL01", "domain": "local-slack"},
		"channel":   object{"id": "C0SUPPORT", "name": "api-support"},
		"container": object{"type": "message", "message_ts": ts, "channel_id": "C0SUPPORT", "is_ephemeral": false, "thread_ts": parent},
		"state":     object{"values": object{}},
		"actions": []any{object{"type": "button", "action_id": "tick", "block_id": "s2", "value": "c1:s2",
			"text": object{"type": "plain_text", "text": "Done", "emoji": true}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	c.ack(e)

	if err := s.Click("ben", "api-support", ts, Control{ActionID: "pick", Value: "403"}); err != nil {
		t.Fatal(err)
	}
	if got := at(c.next(), "actions", 0, "selected_option", "value"); got != "403" {
		t.Errorf("selected_option = %v, want 403", got)
	}
}

func TestClickErrors(t *testing.T) {
	s := newServer(t, soon)
	ts := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "steps", "blocks", twoButtons))["ts"].(string)
	private := must(t, call(t, s, "chat.postEphemeral", "channel", "C0SUPPORT", "user", "U0ASHA001", "text", "steps", "blocks", twoButtons))["message_ts"].(string)
	tests := []struct {
		name, user, channel, ts string
		control                 Control
		want                    string
	}{
		{"ambiguous", "asha", "api-support", ts, Control{ActionID: "tick"}, "2 elements fit"},
		{"no such value", "asha", "api-support", ts, Control{ActionID: "tick", Value: "c9"}, "0 elements fit"},
		{"no such message", "asha", "api-support", "1.0", Control{}, "asha sees no message"},
		{"not theirs", "ben", "api-support", private, Control{BlockID: "s1"}, "ben sees no message"},
		{"not in the channel", "chloe", "release-team", ts, Control{}, "chloe is not a member"},
		{"nobody", "zoe", "api-support", ts, Control{}, `there is no user "zoe"`},
	}
	for _, test := range tests {
		err := s.Click(test.user, test.channel, test.ts, test.control)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if err := s.Click("asha", "api-support", ts, Control{BlockID: "s1"}); err != nil {
		t.Fatal(err)
	}
	await(t, s, "the note that nobody is there", func() bool {
		list := s.Ephemerals("asha", "api-support")
		return strings.Contains(list[len(list)-1].Text, "did not respond")
	})
}

// click presses a button and returns the response_url of the click.
func (c *client) click(user, channel, ts, blockID string) string {
	c.t.Helper()
	if err := c.s.Click(user, channel, ts, Control{BlockID: blockID}); err != nil {
		c.t.Fatal(err)
	}
	return c.next()["response_url"].(string)
}

func TestResponseURLOfClick(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	private := must(t, call(t, s, "chat.postEphemeral", "channel", "C0SUPPORT", "user", "U0ASHA001", "text", "which?", "blocks", twoButtons))["message_ts"].(string)
	if err := s.Click("asha", "api-support", private, Control{BlockID: "s1"}); err != nil {
		t.Fatal(err)
	}
	payload := c.next()
	if at(payload, "container", "is_ephemeral") != true || payload["message"] != nil {
		t.Errorf("click on an ephemeral message = %v: it carries no message", payload)
	}
	address := payload["response_url"].(string)

	for _, body := range []object{
		{"text": "only for you"},
		{"text": "for all", "response_type": "in_channel"},
		{"text": "replaced", "replace_original": "true", "blocks": []any{object{"type": "divider", "block_id": "d"}}},
		{"delete_original": true},
	} {
		if answer, response := postJSON(t, address, body); answer["ok"] != true || response.StatusCode != http.StatusOK {
			t.Fatalf("%v: %v %s", body, answer, response.Status)
		}
		switch ephemerals := s.Ephemerals("asha", "api-support"); {
		case body["replace_original"] != nil:
			if m := ephemerals[0]; m.Text != "replaced" || m.TS != private || !strings.Contains(string(m.Blocks), "divider") {
				t.Errorf("replaced message = %+v", m)
			}
		case body["delete_original"] != nil:
			if len(ephemerals) != 1 {
				t.Errorf("after delete_original asha sees %v, want only the first answer", ephemerals)
			}
		}
	}
	if got := s.Ephemerals("asha", "api-support")[0].Text; got != "only for you" {
		t.Errorf("asha sees %q", got)
	}
	if got := s.Messages("api-support"); len(got) != 1 || got[0].Text != "for all" {
		t.Errorf("everybody sees %v", got)
	}
}

func TestResponseURLReplacesForAll(t *testing.T) {
	s := newServer(t, noRetries)
	ts := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "which?", "blocks", twoButtons))["ts"].(string)
	c, _ := dial(t, s)
	address := c.click("asha", "api-support", ts, "s1")
	postJSON(t, address, object{"text": "403", "replace_original": true})
	m, _ := s.Message("api-support", ts)
	if m.Text != "403" || m.Blocks != nil {
		t.Errorf("message = %+v, want only the new text", m)
	}
	if event := c.event(); event["subtype"] != "message_changed" {
		t.Errorf("event = %v", event)
	}
}

func TestResponseURLLimits(t *testing.T) {
	var now clock
	s := newServer(t, now.use)
	c, _ := dial(t, s)
	slash := func() string {
		t.Helper()
		if err := s.Slash("asha", "general", "/apierror", "429"); err != nil { // the bot is no member here
			t.Fatal(err)
		}
		return c.next()["response_url"].(string)
	}
	expect := func(address string, body object, status int, code string) {
		t.Helper()
		answer, response := postJSON(t, address, body)
		if got, _ := answer["error"].(string); got != code || response.StatusCode != status {
			t.Errorf("%v: %s %v, want %d %q", body, response.Status, answer, status, code)
		}
	}
	address := slash()
	expect(address, object{}, 400, "no_text")
	expect(address, object{"blocks": []any{object{"type": "alert"}}}, 400, "invalid_blocks")
	expect(address, object{"text": "a", "thread_ts": "1.0"}, 400, "thread_not_found")
	for range maxResponses {
		expect(address, object{"text": "a"}, 200, "")
	}
	expect(address, object{"text": "a"}, 404, "used_url")
	if got := len(s.Ephemerals("asha", "general")); got != maxResponses {
		t.Errorf("asha sees %d answers, want %d: refused ones do not count", got, maxResponses)
	}

	address = slash()
	now.advance(30*time.Minute + time.Second)
	expect(address, object{"text": "a"}, 404, "expired_url")
	expect(address+"x", object{"text": "a"}, 404, "invalid_token")
}

func TestSnippet(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	content := strings.Repeat("HTTP/1.1 429 Too Many Requests\n", 20)
	ts, err := s.UploadSnippet("asha", "api-support", "", "error/1?.log", content)
	if err != nil {
		t.Fatal(err)
	}
	event := c.event()
	file := at(event, "files", 0)
	if event["subtype"] != "file_share" || event["ts"] != ts || at(file, "mode") != "snippet" || at(file, "name") != "error_1_.log" {
		t.Errorf("event = %v", event)
	}
	if got, _ := at(file, "preview").(string); strings.Count(got, "\n") != maxPreviewLines-1 || at(file, "preview_is_truncated") != true {
		t.Errorf("preview = %q", got)
	}
	private := at(file, "url_private").(string)
	get := func(token string) (string, int) {
		r, _ := http.NewRequest(http.MethodGet, private, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		return body(t, r)
	}
	if got, status := get(s.BotToken()); got != content || status != 200 {
		t.Errorf("file = %q, %d", got, status)
	}
	if got, _ := get("xoxb-wrong"); !strings.Contains(got, "Sign in") {
		t.Errorf("file without the token = %q, want the page for signing in", got)
	}
	info := must(t, call(t, s, "files.info", "file", at(file, "id").(string)))
	if info["content"] != content {
		t.Errorf("files.info = %v", info)
	}
	m, _ := s.Message("api-support", ts)
	if len(m.Files) != 1 || m.Files[0].Mode != "snippet" || m.Files[0].Preview == "" {
		t.Errorf("message = %+v", m)
	}
}

func TestSayRaw(t *testing.T) {
	s := newServer(t)
	c, _ := dial(t, s)
	ts, err := s.SayRaw([]byte(`{"channel":"C0SUPPORT","user":"U0ASHA001","text":"forwarded","attachments":[{"text":"429"}],"subtype":"bot_message","bot_id":"B9"}`))
	if err != nil {
		t.Fatal(err)
	}
	want := object{"type": "message", "channel": "C0SUPPORT", "channel_type": "channel", "user": "U0ASHA001", "text": "forwarded",
		"attachments": []any{object{"text": "429"}}, "subtype": "bot_message", "bot_id": "B9", "ts": ts, "event_ts": ts}
	if diff := cmp.Diff(want, c.event()); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts, "text", "reply"))
	c.event()
	stored := at(must(t, call(t, s, "conversations.replies", "channel", "C0SUPPORT", "ts", ts)), "messages", 0)
	if at(stored, "attachments", 0, "text") != "429" || at(stored, "reply_count") != 1.0 {
		t.Errorf("stored = %v", stored)
	}
	if _, err := s.SayRaw([]byte(`{"type":"app_uninstalled"}`)); err != nil {
		t.Fatal(err)
	}
	if got := c.event(); got["type"] != "app_uninstalled" {
		t.Errorf("event = %v", got)
	}
	if _, err := s.SayRaw([]byte(`[1]`)); err == nil {
		t.Error("SayRaw took a list")
	}
	// An older message, such as one that was posted while the bot was away, is put in its place.
	s.SayRaw([]byte(`{"channel":"C0SUPPORT","user":"U0ASHA001","text":"earlier","ts":"1500000000.000100"}`))
	if got := s.Messages("api-support")[0].Text; got != "earlier" {
		t.Errorf("first message = %q, want the earlier one", got)
	}
}

func TestDeletedParentLeavesATombstone(t *testing.T) {
	s := newServer(t)
	ts, _ := s.Say("asha", "api-support", "429", "")
	must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts, "text", "reply"))
	lonely, _ := s.Say("asha", "api-support", "403", "")
	for _, gone := range []string{ts, lonely} {
		if err := s.Delete("asha", "api-support", gone); err != nil {
			t.Fatal(err)
		}
	}
	history := must(t, call(t, s, "conversations.history", "channel", "C0SUPPORT"))["messages"].([]any)
	if len(history) != 1 || at(history, 0, "subtype") != "tombstone" || at(history, 0, "reply_count") != 1.0 {
		t.Errorf("history = %v, want one tombstone", history)
	}
	must(t, call(t, s, "conversations.replies", "channel", "C0SUPPORT", "ts", ts))
	must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts, "text", "another reply"))
	if got := call(t, s, "conversations.replies", "channel", "C0SUPPORT", "ts", lonely)["error"]; got != "thread_not_found" {
		t.Errorf("replies of a deleted message: %v, want thread_not_found", got)
	}
	if m, ok := s.Message("api-support", lonely); !ok || !m.Deleted || m.Text != "" {
		t.Errorf("deleted message = %+v, %v", m, ok)
	}
}

// /invite is Slack's own: the person or the bot is in the channel afterwards, and
// the app hears of no command.
func TestInvite(t *testing.T) {
	s := newServer(t)
	for _, name := range []string{"@apierror", "chloe"} {
		if err := s.Slash("asha", "general", "/invite", name); err != nil {
			t.Errorf("/invite %s: %v", name, err)
		}
	}
	state, err := s.State("asha")
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(state.Channels, func(c ChannelState) bool { return c.Name == "general" }); !state.Channels[i].BotIsMember {
		t.Error("the bot is not in the channel")
	}
	if !slices.ContainsFunc(state.Commands, func(c Command) bool { return c.Command == "/invite" }) {
		t.Errorf("the page does not offer /invite: %v", state.Commands)
	}
	for _, name := range []string{"", "@nobody"} {
		if err := s.Slash("asha", "general", "/invite", name); err == nil {
			t.Errorf("/invite %q: no error", name)
		}
	}
	for _, e := range s.Traffic(0) {
		if e.Name == "slash_commands" {
			t.Errorf("the app was told: %s", e.Body)
		}
	}
}

// A forwarded message is an attachment of a new one, as Slack's clients make it.
func TestForward(t *testing.T) {
	s := newServer(t)
	ts, err := s.Say("asha", "release-team", "we get 403 <FORBIDDEN>", "")
	if err != nil {
		t.Fatal(err)
	}
	newTS, err := s.Forward("asha", "release-team", ts, "api-support", "*who* knows?")
	if err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message("api-support", newTS)
	var attachments []struct {
		IsShare       bool   `json:"is_share"`
		AuthorID      string `json:"author_id"`
		Text          string
		MessageBlocks []struct {
			Message struct{ Blocks json.RawMessage }
		} `json:"message_blocks"`
	}
	if err := json.Unmarshal(m.Attachments, &attachments); err != nil || len(attachments) != 1 {
		t.Fatalf("attachments %s: %v", m.Attachments, err)
	}
	a := attachments[0]
	if !a.IsShare || a.AuthorID != "U0ASHA001" || a.Text != "we get 403 &lt;FORBIDDEN&gt;" ||
		len(a.MessageBlocks) != 1 || !bytes.Contains(a.MessageBlocks[0].Message.Blocks, []byte("rich_text")) {
		t.Errorf("attachment %s", m.Attachments)
	}
	if m.Text != "*who* knows?" {
		t.Errorf("comment %q", m.Text)
	}
	if _, err := s.Forward("ben", "api-support", "1.0", "api-support", ""); err == nil {
		t.Error("a message that there is not was forwarded")
	}
	if _, err := s.Forward("chloe", "release-team", ts, "api-support", ""); err == nil {
		t.Error("somebody forwarded a message of a channel that they are not in")
	}
}

// Files have the fields that Slack gives them, by what they are.
func TestUploadedFiles(t *testing.T) {
	s := newServer(t)
	for _, test := range []struct{ mimetype, want string }{
		{"", `"mimetype":"text/plain","mode":"snippet"`},
		{"application/json", `"mimetype":"application/json","mode":"hosted"`},
	} {
		if _, err := s.Upload("asha", "api-support", Upload{Name: "a.txt", Content: "429", Mimetype: test.mimetype, Comment: "look"}); err != nil {
			t.Fatal(err)
		}
		event := s.Messages("api-support")
		id := event[len(event)-1].Files[0].ID
		s.mu.Lock()
		raw := string(mustJSON(s.world.fileObject(s.world.files[id])))
		s.mu.Unlock()
		if !strings.Contains(raw, test.want) || !strings.Contains(raw, "/download/a.txt") || strings.Contains(raw, `"preview"`) != (test.mimetype == "") {
			t.Errorf("%q: %s", test.mimetype, raw)
		}
	}
}
