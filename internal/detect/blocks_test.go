package detect

import "testing"

func TestCleanMessage(t *testing.T) {
	tests := []struct{ name, text, blocks, want string }{
		{"no blocks", "a &lt; b", "", "a < b"},
		{"section", "x", `[{"type":"rich_text","block_id":"a1","elements":[{"type":"rich_text_section","elements":[
			{"type":"user","user_id":"U1"},{"type":"text","text":" got "},{"type":"text","text":"403","style":{"code":true}},
			{"type":"text","text":" from <b> & "},{"type":"link","url":"https://x.test/a"},{"type":"emoji","name":"fire"}]}]}]`,
			"@U1 got `403` from <b> & https://x.test/a "},
		{"preformatted", "x", `[{"type":"rich_text","elements":[
			{"type":"rich_text_section","elements":[{"type":"text","text":"look:"}]},
			{"type":"rich_text_preformatted","border":0,"elements":[{"type":"text","text":"{\"system\": \""},{"type":"link","url":"https://fhir.nhs.uk"},{"type":"text","text":"\"}"}]}]}]`,
			"look:\n```\n{\"system\": \"https://fhir.nhs.uk\"}\n```"},
		{"list and quote", "x", `[{"type":"rich_text","elements":[
			{"type":"rich_text_list","style":"bullet","indent":0,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"two"}]}]},
			{"type":"rich_text_quote","elements":[{"type":"text","text":"a\nb"}]}]}]`,
			"- one\n- two\n> a\n> b"},
		{"named link", "x", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://x.test/404","text":"docs"}]}]}]`,
			"[docs](https://x.test/404)"},
		{"other blocks", "the text", `[{"type":"section","text":{"type":"mrkdwn","text":"no"}}]`, "the text"},
		{"broken blocks", "the text", `[{"type":"rich_text","elements":{}}]`, "the text"},
		{"not JSON", "the text", `nonsense`, "the text"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := CleanMessage(test.text, []byte(test.blocks)); got.Clean != test.want {
				t.Errorf("got  %q\nwant %q", got.Clean, test.want)
			}
		})
	}
}
