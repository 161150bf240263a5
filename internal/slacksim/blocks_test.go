package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBlocksRefused holds one case for each limit of Block Kit's reference.
func TestBlocksRefused(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n) } // characters are counted, not bytes
	plain := func(n int) string { return `{"type":"plain_text","text":"` + long(n) + `"}` }
	actions := func(elements string) string { return `[{"type":"actions","elements":[` + elements + `]}]` }
	button := func(fields string) string {
		return `{"type":"button","text":{"type":"plain_text","text":"Done"}` + fields + `}`
	}
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	options := func(n int) string { return many(n, `{"text":{"type":"plain_text","text":"a"},"value":"v"}`) }
	divider := `{"type":"divider"}`
	tests := []struct{ name, blocks, want string }{
		{"51 blocks", "[" + many(51, divider) + "]", "no more than 50 items allowed [json-pointer:/blocks]"},
		{"unknown block", `[{"type":"alert"}]`, "unsupported type: alert [json-pointer:/blocks/0/type]"},
		{"no type", `[{}]`, "missing required field: type [json-pointer:/blocks/0]"},
		{"not an object", `["divider"]`, "must provide an object [json-pointer:/blocks/0]"},
		{"unknown property", `[{"type":"divider","color":"red"}]`, "invalid additional property: color [json-pointer:/blocks/0]"},
		{"section text", `[{"type":"section","text":{"type":"mrkdwn","text":"` + long(3001) + `"}}]`, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"empty text", `[{"type":"section","text":{"type":"mrkdwn","text":""}}]`, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"empty section", `[{"type":"section"}]`, "must define either `text` or `fields` as a block attribute [json-pointer:/blocks/0]"},
		{"11 fields", `[{"type":"section","fields":[` + many(11, plain(1)) + `]}]`, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"long field", `[{"type":"section","fields":[` + plain(2001) + `]}]`, "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},
		{"header with mrkdwn", `[{"type":"header","text":{"type":"mrkdwn","text":"a"}}]`, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"},
		{"long header", `[{"type":"header","text":` + plain(151) + `}]`, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"emoji in mrkdwn", `[{"type":"section","text":{"type":"mrkdwn","text":"a","emoji":true}}]`, "invalid additional property: emoji [json-pointer:/blocks/0/text]"},
		{"26 elements", actions(many(26, button(""))), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		{"no elements", actions(""), "no less than 1 items allowed [json-pointer:/blocks/0/elements]"},
		{"11 context elements", `[{"type":"context","elements":[` + many(11, plain(1)) + `]}]`, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"},
		{"button in context", `[{"type":"context","elements":[` + button("") + `]}]`, "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"},
		{"long button", actions(`{"type":"button","text":` + plain(76) + `}`), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"button without text", actions(`{"type":"button"}`), "missing required field: text [json-pointer:/blocks/0/elements/0]"},
		{"long value", actions(button(`,"value":"` + long(2001) + `"`)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		{"value is a number", actions(button(`,"value":1`)), "must provide a string [json-pointer:/blocks/0/elements/0/value]"},
		{"long label", actions(button(`,"accessibility_label":"` + long(76) + `"`)), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]"},
		{"style", actions(button(`,"style":"warning"`)), "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"},
		{"long action_id", actions(button(`,"action_id":"` + long(256) + `"`)), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"},
		{"action_id twice", actions(many(2, button(`,"action_id":"x"`))), "`action_id` \"x\" already exists [json-pointer:/blocks/0/elements/1/action_id]"},
		{"block_id twice", "[" + many(2, `{"type":"divider","block_id":"x"}`) + "]", "`block_id` \"x\" already exists [json-pointer:/blocks/1/block_id]"},
		{"long block_id", `[{"type":"divider","block_id":"` + long(256) + `"}]`, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"},
		{"confirm without deny", actions(button(`,"confirm":{"title":` + plain(1) + `,"text":` + plain(1) + `,"confirm":` + plain(1) + `}`)), "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]"},
		{"long confirm", actions(button(`,"confirm":{"title":` + plain(101) + `,"text":` + plain(1) + `,"confirm":` + plain(1) + `,"deny":` + plain(1) + `}`)), "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]"},
		{"6 in overflow", actions(`{"type":"overflow","options":[` + options(6) + `]}`), "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"11 checkboxes", actions(`{"type":"checkboxes","options":[` + options(11) + `]}`), "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"101 options", actions(`{"type":"static_select","options":[` + options(101) + `]}`), "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"select without options", actions(`{"type":"static_select"}`), "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]"},
		{"long option value", actions(`{"type":"static_select","options":[{"text":` + plain(1) + `,"value":"` + long(151) + `"}]}`), "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]"},
		{"unknown element", actions(`{"type":"slider"}`), "unsupported type: slider [json-pointer:/blocks/0/elements/0/type]"},
		{"accessory", `[{"type":"section","text":` + plain(1) + `,"accessory":{"type":"plain_text_input"}}]`, "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]"},
		{"image without alt_text", `[{"type":"image","image_url":"https://x.uk/a.png"}]`, "missing required field: alt_text [json-pointer:/blocks/0]"},
		{"feedback in actions", actions(`{"type":"feedback_buttons"}`), "unsupported type: feedback_buttons [json-pointer:/blocks/0/elements/0/type]"},
		{"rich text", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"mention"}]}]}]`, "unsupported type: mention [json-pointer:/blocks/0/elements/0/elements/0/type]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := readBlocks(test.blocks)
			var refusal *apiError
			if !errors.As(err, &refusal) || refusal.code != "invalid_blocks" {
				t.Fatalf("err = %v, want invalid_blocks", err)
			}
			if last := refusal.messages[len(refusal.messages)-1]; last != "[ERROR] "+test.want {
				t.Errorf("messages = %q, want last %q", refusal.messages, test.want)
			}
		})
	}
}

// TestBlocksAsSlackWritesIt compares a whole refusal with a recorded one.
func TestBlocksAsSlackWritesIt(t *testing.T) {
	s := newServer(t)
	blocks := `[{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("a", 3001) + `"}}]`
	got := call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "blocks", blocks)
	want := object{
		"ok": false, "error": "invalid_blocks",
		"errors": []any{
			"failed to match all allowed schemas [json-pointer:/blocks/0/text]",
			"must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
		},
		"response_metadata": object{"messages": []any{
			"[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]",
			"[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestBlocksAccepted(t *testing.T) {
	text := func(kind string, n int) string {
		return `{"type":"` + kind + `","text":"` + strings.Repeat("a", n) + `"}`
	}
	tests := map[string]string{
		"none":    `[]`,
		"section": `[{"type":"section","text":` + text("mrkdwn", 3000) + `,"accessory":{"type":"button","text":` + text("plain_text", 75) + `,"action_id":"a","value":"v"}}]`,
		"the same action_id in two blocks": `[{"type":"section","text":` + text("mrkdwn", 1) + `,"accessory":{"type":"button","text":` + text("plain_text", 1) + `,"action_id":"a"}},
			{"type":"section","text":` + text("mrkdwn", 1) + `,"accessory":{"type":"button","text":` + text("plain_text", 1) + `,"action_id":"a"}}]`,
		"context":         `[{"type":"context","elements":[` + text("mrkdwn", 1) + `,{"type":"image","image_url":"https://x.uk/a.png","alt_text":"a"}]}]`,
		"context_actions": `[{"type":"context_actions","elements":[{"type":"feedback_buttons","action_id":"f","positive_button":{"text":` + text("plain_text", 1) + `,"value":"1"},"negative_button":{"text":` + text("plain_text", 1) + `,"value":"0"}}]}]`,
		"markdown":        `[{"type":"markdown","text":"# a"}]`,
		"rich_text":       `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","indent":0,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a","style":{"bold":true}}]}]}]}]`,
		"null fields":     `[{"type":"section","text":` + text("plain_text", 1) + `,"accessory":null}]`,
	}
	for name, blocks := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := readBlocks(blocks); err != nil {
				t.Errorf("err = %v %v, want none", err, err.(*apiError).messages)
			}
		})
	}
}

// TestBlocksCompleted compares with what Slack returns for blocks without ids.
func TestBlocksCompleted(t *testing.T) {
	blocks, err := readBlocks(`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"a"}}]},
		{"type":"section","block_id":"mine","text":{"type":"mrkdwn","text":"b"}}]`)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range [][]any{{0, "block_id"}, {0, "elements", 0, "action_id"}} {
		if id, _ := at(blocks, path...).(string); len(id) != 5 {
			t.Errorf("%v = %q, want an id of 5 characters", path, id)
		}
	}
	if got := at(blocks, 0, "elements", 0, "text", "emoji"); got != true {
		t.Errorf("emoji = %v, want true", got)
	}
	if got := at(blocks, 1, "text", "verbatim"); got != false {
		t.Errorf("verbatim = %v, want false", got)
	}
	if got := at(blocks, 1, "block_id"); got != "mine" {
		t.Errorf("block_id = %v, want mine", got)
	}
}

// TestBlocksTooLongInAll uses the measurements reported to Slack's maintainers.
func TestBlocksTooLongInAll(t *testing.T) {
	message := func(blocks, characters int) string {
		var list []string
		for i := range blocks {
			n := characters / blocks
			if i < characters%blocks {
				n++
			}
			list = append(list, fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":%q}}`, strings.Repeat("a", n)))
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	tests := []struct {
		blocks, characters int
		want               string
	}{
		{28, 4649, ""}, {33, 6020, ""}, {50, 9597, ""}, {45, 11341, "msg_blocks_too_long"}, {10, 13297, "msg_blocks_too_long"},
	}
	for _, test := range tests {
		_, err := readBlocks(message(test.blocks, test.characters))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%d characters in %d blocks: %q, want %q", test.characters, test.blocks, got, test.want)
		}
	}
}

func TestBlocksFormat(t *testing.T) {
	for _, raw := range []string{`{}`, `"[]"`, `[`, `{"type":"section"}`, `1`} {
		if _, err := readBlocks(raw); err == nil || err.Error() != "invalid_blocks_format" {
			t.Errorf("readBlocks(%s) = %v, want invalid_blocks_format", raw, err)
		}
	}
}

// FuzzReadBlocks checks that whatever comes, blocks that are accepted stay
// accepted once they are completed, as a bot may send back what it has read.
func FuzzReadBlocks(f *testing.F) {
	for _, seed := range []string{
		`[]`, `null`, `[null]`, `[{"type":"section","text":{"type":"mrkdwn","text":"a"},"accessory":{"type":"button","text":{"type":"plain_text","text":"b"},"value":"c"}}]`,
		`[{"type":"actions","elements":[{"type":"static_select","option_groups":[{"label":{"type":"plain_text","text":"a"},"options":[{"text":{"type":"plain_text","text":"b"},"value":"c"}]}]}]}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"link","url":"https://a.uk"}]}]}]`,
		`[{"type":"table","rows":[[{"type":"raw_text","text":"a"}]]}]`, `[{"type":"header","text":[]}]`, `[{"type":["section"]}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		blocks, err := readBlocks(raw)
		if err != nil {
			return
		}
		again, err := json.Marshal(blocks)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readBlocks(string(again)); err != nil {
			t.Errorf("%s was accepted, and is refused once completed: %v", raw, err)
		}
	})
}
