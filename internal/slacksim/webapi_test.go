package slacksim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWebAPIErrors(t *testing.T) {
	s := newServer(t)
	if err := s.AddChannel(Channel{ID: "C0OLD", Name: "old"}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddChannel(Channel{ID: "G0SECRET", Name: "secret", Kind: Private, NoBot: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.Archive("old", true); err != nil {
		t.Fatal(err)
	}
	asha, err := s.Say("asha", "api-support", "hello", "")
	if err != nil {
		t.Fatal(err)
	}
	reply, _ := s.Say("ben", "api-support", "hi", asha)
	own := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "mine"))["ts"].(string)
	private := must(t, call(t, s, "chat.postEphemeral", "channel", "C0SUPPORT", "user", "U0ASHA001", "text", "psst"))["message_ts"].(string)
	metadata := `{"event_type":"case","event_payload":{"id":"` + strings.Repeat("x", maxMetadata) + `"}}`

	tests := []struct {
		method string
		form   []string
		want   string
	}{
		{"views.open", nil, "unknown_method"},
		{"chat.postMessage", []string{"text", "a"}, "invalid_arguments"},
		{"chat.postMessage", []string{"channel", "C0NOWHERE", "text", "a"}, "channel_not_found"},
		{"chat.postMessage", []string{"channel", "G0SECRET", "text", "a"}, "channel_not_found"},
		{"chat.postMessage", []string{"channel", "C0GENERAL", "text", "a"}, "not_in_channel"},
		{"chat.postMessage", []string{"channel", "C0OLD", "text", "a"}, "is_archived"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT"}, "no_text"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "blocks", "[]"}, "no_text"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "blocks", "{"}, "invalid_blocks_format"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "attachments", "x"}, "invalid_attachments"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "a", "thread_ts", "1.000000"}, "thread_not_found"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "a", "thread_ts", reply}, "cannot_reply_to_message"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "a", "metadata", metadata}, "metadata_too_large"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "a", "metadata", `{"event_payload":{"a":1}}`}, "invalid_metadata_format"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "a", "metadata", `[]`}, "invalid_metadata_format"},
		{"chat.postEphemeral", []string{"channel", "C0SUPPORT", "text", "a"}, "invalid_arguments"},
		{"chat.postEphemeral", []string{"channel", "C0RELEASE", "text", "a", "user", "U0CHLOE01"}, "user_not_in_channel"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", own, "text", strings.Repeat("é", 4001)}, "msg_too_long"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", own}, "no_text"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", asha, "text", "a"}, "cant_update_message"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", private, "text", "a"}, "message_not_found"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", "1.000000", "text", "a"}, "message_not_found"},
		{"chat.update", []string{"channel", "api-support", "ts", own, "text", "a"}, "channel_not_found"},
		{"chat.delete", []string{"channel", "C0SUPPORT", "ts", asha}, "cant_delete_message"},
		{"chat.getPermalink", []string{"channel", "C0SUPPORT", "message_ts", "1.0"}, "message_not_found"},
		{"conversations.replies", []string{"channel", "C0SUPPORT", "ts", "1.000000"}, "thread_not_found"},
		{"conversations.replies", []string{"channel", "C0SUPPORT"}, "invalid_arguments"},
		{"conversations.history", []string{"channel", "C0GENERAL"}, "not_in_channel"},
		{"conversations.history", []string{"channel", "C0SUPPORT", "limit", "0"}, "invalid_limit"},
		{"conversations.history", []string{"channel", "C0SUPPORT", "oldest", "yesterday"}, "invalid_ts_oldest"},
		{"conversations.history", []string{"channel", "C0SUPPORT", "cursor", "x"}, "invalid_cursor"},
		{"conversations.info", []string{"channel", "C0SUPPORT"}, "missing_scope"},
		{"conversations.open", []string{"users", "U0ASHA001"}, "missing_scope"},
		{"users.info", []string{"user", "U0NOBODY"}, "user_not_found"},
		{"bots.info", []string{"bot", "B0"}, "bot_not_found"},
		{"files.info", []string{"file", "F0"}, "file_not_found"},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.want, func(t *testing.T) {
			if got := call(t, s, test.method, test.form...); got["ok"] != false || got["error"] != test.want {
				t.Errorf("answer = %v, want %s", got, test.want)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	s := newServer(t)
	tests := []struct{ method, token, want string }{
		{"auth.test", s.BotToken(), "<nil>"},
		{"auth.test", "", "not_authed"},
		{"auth.test", "xoxb-wrong", "invalid_auth"},
		{"auth.test", s.AppToken(), "not_allowed_token_type"},
		{"apps.connections.open", s.AppToken(), "<nil>"},
		{"apps.connections.open", s.BotToken(), "not_allowed_token_type"},
		{"apps.connections.open", "xapp-wrong", "invalid_auth"},
	}
	for _, test := range tests {
		answer, response := callAs(t, s, test.token, test.method)
		if got := fmt.Sprint(answer["error"]); got != test.want {
			t.Errorf("%s with %q: %s, want %s", test.method, test.token, got, test.want)
		}
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s with %q: status %d, want 200: Slack's errors are in the body", test.method, test.token, response.StatusCode)
		}
		if got := response.Header.Get("X-OAuth-Scopes"); !strings.Contains(got, "chat:write") {
			t.Errorf("X-OAuth-Scopes = %q, want the scopes", got)
		}
	}
}

// TestRequestForms sends the same call in each of the forms that Slack takes.
func TestRequestForms(t *testing.T) {
	s := newServer(t)
	request := func(method, query, contentType, token, body string) *http.Request {
		r, _ := http.NewRequest(method, s.URL()+"/api/chat.postMessage"+query, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		return r
	}
	const form, jsonType = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	token := s.BotToken()
	tests := []struct {
		name string
		r    *http.Request
		want string
	}{
		{"token in the form", request("POST", "", form, "", "token="+token+"&channel=C0SUPPORT&text=a"), ""},
		{"token in the header", request("POST", "", form, token, "channel=C0SUPPORT&text=a"), ""},
		{"JSON", request("POST", "", jsonType, token, `{"channel":"C0SUPPORT","text":"a","blocks":[{"type":"divider"}],"unfurl_links":false,"extra":1}`), ""},
		{"JSON within JSON", request("POST", "", jsonType, token, `{"channel":"C0SUPPORT","text":"a","blocks":"[{\"type\":\"divider\"}]"}`), ""},
		{"query", request("GET", "?channel=C0SUPPORT&text=a", "", token, ""), ""},
		{"token in JSON", request("POST", "", jsonType, "", `{"token":"`+token+`","channel":"C0SUPPORT","text":"a"}`), "not_authed"},
		{"token in the query", request("POST", "?token="+token, form, "", "channel=C0SUPPORT&text=a"), "not_authed"},
		{"broken JSON", request("POST", "", jsonType, token, `{"channel"`), "invalid_json"},
		{"a list", request("POST", "", jsonType, token, `[]`), "json_not_object"},
		{"text/plain", request("POST", "", "text/plain", token, "channel=C0SUPPORT&text=a"), "invalid_post_type"},
		{"bad escape", request("POST", "", form, token, "channel=%zz"), "invalid_form_data"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer, _ := send(t, test.r)
			if got, _ := answer["error"].(string); got != test.want {
				t.Errorf("answer = %v, want error %q", answer, test.want)
			}
		})
	}
}

// TestPostMessageAnswer compares with a recorded answer of chat.postMessage.
func TestPostMessageAnswer(t *testing.T) {
	s := newServer(t)
	got := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "Slow down",
		"blocks", `[{"type":"section","block_id":"b1","text":{"type":"mrkdwn","text":"Slow down"}}]`,
		"metadata", `{"event_type":"case","event_payload":{"id":"r1"}}`))
	ts := got["ts"]
	message := got["message"].(object)
	delete(message, "bot_profile")
	want := object{"ok": true, "channel": "C0SUPPORT", "ts": ts, "message": object{
		"type": "message", "user": "U0BOT0001", "bot_id": "B0BOT0001", "app_id": "A0BOT0001", "team": "T0LOCAL01",
		"text": "Slow down", "ts": ts,
		"blocks": []any{object{"type": "section", "block_id": "b1",
			"text": object{"type": "mrkdwn", "text": "Slow down", "verbatim": false}}},
		"metadata": object{"event_type": "case", "event_payload": object{"id": "r1"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestLongTextIsTruncated(t *testing.T) {
	s := newServer(t)
	got := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", strings.Repeat("é", maxPostText+5)))
	if n := len([]rune(at(got, "message", "text").(string))); n != maxPostText {
		t.Errorf("text has %d characters, want %d", n, maxPostText)
	}
	if at(got, "response_metadata", "warnings", 0) != "message_truncated" {
		t.Errorf("answer = %v, want the warning message_truncated", got["response_metadata"])
	}
}

func TestUpdateKeepsWhatIsNotGiven(t *testing.T) {
	s := newServer(t)
	ts := must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "one", "blocks", `[{"type":"divider","block_id":"d"}]`,
		"metadata", `{"event_type":"case","event_payload":{"id":"r1"}}`))["ts"].(string)

	must(t, call(t, s, "chat.update", "channel", "C0SUPPORT", "ts", ts, "text", "two"))
	m, _ := s.Message("api-support", ts)
	if m.Text != "two" || string(m.Blocks) != `[{"block_id":"d","type":"divider"}]` || m.Metadata == nil || !m.Edited {
		t.Errorf("after an update of the text: %+v", m)
	}
	must(t, call(t, s, "chat.update", "channel", "C0SUPPORT", "ts", ts, "text", "three", "blocks", "[]", "metadata", "{}"))
	m, _ = s.Message("api-support", ts)
	if m.Text != "three" || m.Blocks != nil || m.Metadata != nil {
		t.Errorf("after an update with empty blocks and metadata: %+v", m)
	}
}

func TestHistoryAndReplies(t *testing.T) {
	s := newServer(t)
	var ts []string
	for i := range 5 {
		posted, err := s.Say("asha", "api-support", fmt.Sprint("message ", i), "")
		if err != nil {
			t.Fatal(err)
		}
		ts = append(ts, posted)
	}
	for i := range 4 {
		must(t, call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", ts[1], "text", fmt.Sprint("reply ", i),
			"metadata", `{"event_type":"case","event_payload":{"id":"r"}}`))
	}
	must(t, call(t, s, "chat.postEphemeral", "channel", "C0SUPPORT", "user", "U0ASHA001", "text", "psst"))

	pages := func(method string, form ...string) (texts []string) {
		t.Helper()
		cursor := ""
		for {
			page := must(t, call(t, s, method, append(form, "channel", "C0SUPPORT", "cursor", cursor)...))
			for _, m := range page["messages"].([]any) {
				texts = append(texts, at(m, "text").(string))
			}
			cursor, _ = at(page, "response_metadata", "next_cursor").(string)
			if page["has_more"] != (cursor != "") {
				t.Fatalf("has_more = %v with cursor %q", page["has_more"], cursor)
			}
			if cursor == "" {
				return texts
			}
		}
	}
	tests := []struct {
		name string
		got  []string
		want string
	}{
		{"history is newest first, without replies", pages("conversations.history"), "message 4,message 3,message 2,message 1,message 0"},
		{"in pages", pages("conversations.history", "limit", "2"), "message 4,message 3,message 2,message 1,message 0"},
		{"after", pages("conversations.history", "oldest", ts[2]), "message 4,message 3"},
		{"after, inclusive, in pages", pages("conversations.history", "oldest", ts[2], "inclusive", "1", "limit", "1"), "message 4,message 3,message 2"},
		{"before", pages("conversations.history", "latest", ts[1]), "message 0"},
		{"replies are oldest first", pages("conversations.replies", "ts", ts[1]), "message 1,reply 0,reply 1,reply 2,reply 3"},
		{"the parent is on every page", pages("conversations.replies", "ts", ts[1], "limit", "2"), "message 1,reply 0,reply 1,message 1,reply 2,reply 3"},
	}
	for _, test := range tests {
		if got := strings.Join(test.got, ","); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}

	parent := at(must(t, call(t, s, "conversations.history", "channel", "C0SUPPORT", "latest", ts[1], "inclusive", "true", "limit", "1")), "messages", 0)
	if at(parent, "reply_count") != 4.0 || at(parent, "thread_ts") != ts[1] || at(parent, "reply_users", 0) != "U0BOT0001" {
		t.Errorf("parent = %v, want its thread described", parent)
	}
	for value, want := range map[string]bool{"": false, "0": false, "1": true, "true": true} {
		reply := at(must(t, call(t, s, "conversations.replies", "channel", "C0SUPPORT", "ts", ts[1], "include_all_metadata", value)), "messages", 1)
		if got := at(reply, "metadata") != nil; got != want {
			t.Errorf("include_all_metadata=%q: metadata %v, want %v", value, got, want)
		}
	}
}

func TestDirectory(t *testing.T) {
	s := newServer(t, func(c *Config) {
		c.Scopes = append(defaultScopes(), "channels:read", "groups:read", "im:read", "im:write")
	})
	guest := at(must(t, call(t, s, "users.info", "user", "U0GUEST01")), "user")
	if at(guest, "is_restricted") != true || at(guest, "is_ultra_restricted") != false || at(guest, "is_stranger") != false {
		t.Errorf("guest = %v", guest)
	}
	stranger := at(must(t, call(t, s, "users.info", "user", "U0EXT0001")), "user")
	if at(stranger, "is_stranger") != true || at(stranger, "team_id") == "T0LOCAL01" {
		t.Errorf("somebody of another workspace = %v", stranger)
	}
	bot := at(must(t, call(t, s, "users.info", "user", "U0BOT0001")), "user")
	if at(bot, "is_bot") != true || at(bot, "profile", "bot_id") != "B0BOT0001" {
		t.Errorf("bot user = %v", bot)
	}
	if got := len(must(t, call(t, s, "users.list"))["members"].([]any)); got != 6 {
		t.Errorf("users.list has %d members, want 5 and the bot", got)
	}
	support := at(must(t, call(t, s, "conversations.info", "channel", "C0SUPPORT")), "channel")
	if at(support, "is_member") != true || at(support, "is_ext_shared") != true || at(support, "is_private") != false {
		t.Errorf("api-support = %v", support)
	}
	list := must(t, call(t, s, "conversations.list", "types", "public_channel,private_channel"))["channels"].([]any)
	if len(list) != 3 {
		t.Errorf("conversations.list = %v, want 3 channels", list)
	}
	members := must(t, call(t, s, "conversations.members", "channel", "C0RELEASE"))["members"]
	if diff := cmp.Diff([]any{"U0ASHA001", "U0BEN0001", "U0BOT0001"}, members); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	dm := at(must(t, call(t, s, "conversations.open", "users", "U0ASHA001")), "channel", "id").(string)
	if dm != s.DM("asha") {
		t.Errorf("conversations.open = %s, want %s", dm, s.DM("asha"))
	}
	if got := must(t, call(t, s, "chat.postMessage", "channel", "U0ASHA001", "text", "hi"))["channel"]; got != dm {
		t.Errorf("posting to a user id went to %v, want %s", got, dm)
	}
	link := must(t, call(t, s, "chat.getPermalink", "channel", dm, "message_ts", s.Messages(dm)[0].TS))["permalink"].(string)
	if !strings.HasPrefix(link, "https://local-slack.slack.com/archives/"+dm+"/p") {
		t.Errorf("permalink = %s", link)
	}
}
