package slacksim

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func testWorld(t testing.TB) *world {
	t.Helper()
	w, err := newWorld(Config{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestCompose compares with what Slack's desktop client sends for the same input.
func TestCompose(t *testing.T) {
	tests := []struct {
		name, typed, text string
		elements          string // of the rich_text block
	}{
		{"plain", "429 again", "429 again",
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"429 again"}]}]`},
		{"escapes", `a < b && c > d`, `a &lt; b &amp;&amp; c &gt; d`,
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"a < b && c > d"}]}]`},
		{"link", "see https://digital.nhs.uk/a?b=1&c=2.", "see <https://digital.nhs.uk/a?b=1&amp;c=2>.",
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"see "},{"type":"link","url":"https://digital.nhs.uk/a?b=1&c=2"},{"type":"text","text":"."}]}]`},
		{"bare domain and mail", "nhs.uk or a.b@nhs.uk", "<http://nhs.uk|nhs.uk> or <mailto:a.b@nhs.uk|a.b@nhs.uk>",
			`[{"type":"rich_text_section","elements":[{"type":"link","url":"http://nhs.uk","text":"nhs.uk"},{"type":"text","text":" or "},{"type":"link","url":"mailto:a.b@nhs.uk","text":"a.b@nhs.uk"}]}]`},
		{"mentions", "@apierror 429 for @ben in #api-support @here @nobody", "<@U0BOT0001> 429 for <@U0BEN0001> in <#C0SUPPORT|api-support> <!here> @nobody",
			`[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U0BOT0001"},{"type":"text","text":" 429 for "},{"type":"user","user_id":"U0BEN0001"},{"type":"text","text":" in "},{"type":"channel","channel_id":"C0SUPPORT"},{"type":"text","text":" "},{"type":"broadcast","range":"here"},{"type":"text","text":" @nobody"}]}]`},
		{"fence between lines", "help:\n```\n{\"a\": \"https://x.uk/y\"}\n```\nthanks", "help:\n```{\"a\": \"<https://x.uk/y>\"}```\nthanks",
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"help:\n"}]},{"type":"rich_text_preformatted","border":0,"elements":[{"type":"text","text":"{\"a\": \""},{"type":"link","url":"https://x.uk/y"},{"type":"text","text":"\"}"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"thanks"}]}]`},
		{"fence alone", "```a < b```", "```a &lt; b```",
			`[{"type":"rich_text_preformatted","border":0,"elements":[{"type":"text","text":"a < b"}]}]`},
		{"open fence", "```a", "```a",
			"[{\"type\":\"rich_text_section\",\"elements\":[{\"type\":\"text\",\"text\":\"```a\"}]}]"},
		{"code and styles", "`x <y>` is *very* wrong", "`x &lt;y&gt;` is *very* wrong",
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"x <y>","style":{"code":true}},{"type":"text","text":" is "},{"type":"text","text":"very","style":{"bold":true}},{"type":"text","text":" wrong"}]}]`},
		{"no styles in names and JSON", `TOO_MANY_REQUESTS {"_id":"a","b_":["*","*"]}`, `TOO_MANY_REQUESTS {"_id":"a","b_":["*","*"]}`,
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"TOO_MANY_REQUESTS {\"_id\":\"a\",\"b_\":[\"*\",\"*\"]}"}]}]`},
		{"a link between underscores", `"_a": "https://x.uk", "b_"`, `"_a": "<https://x.uk>", "b_"`,
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"\"_a\": \""},{"type":"link","url":"https://x.uk"},{"type":"text","text":"\", \"b_\""}]}]`},
		{"quote", "> one\n> two\nthree", "&gt; one\n&gt; two\nthree",
			`[{"type":"rich_text_quote","elements":[{"type":"text","text":"one\ntwo"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"three"}]}]`},
		{"emoji and times", "failed :boom: at 10:30:15", "failed :boom: at 10:30:15",
			`[{"type":"rich_text_section","elements":[{"type":"text","text":"failed "},{"type":"emoji","name":"boom"},{"type":"text","text":" at 10:30:15"}]}]`},
	}
	w := testWorld(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := w.compose(test.typed)
			if got.text != test.text {
				t.Errorf("text = %q, want %q", got.text, test.text)
			}
			var want any
			if err := json.Unmarshal([]byte(test.elements), &want); err != nil {
				t.Fatal(err)
			}
			var blocks any
			json.Unmarshal(mustJSON(got.blocks), &blocks)
			if diff := cmp.Diff(want, at(blocks, 0, "elements")); diff != "" {
				t.Errorf("elements (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzCompose checks that whatever is typed survives: the blocks are ones that
// the API itself accepts, and no markup stands in the text that was not escaped.
func FuzzCompose(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "```", "``````", "> ", ">\n>", "a ```b``` c ```d", "*_~`x`~_*", "@here<!channel>", "https://a.uk)", "`https://a.uk`", "_*a*_ b@c.d",
	} {
		f.Add(seed)
	}
	w := testWorld(f)
	f.Fuzz(func(t *testing.T, typed string) {
		if !utf8.ValidString(typed) || strings.TrimSpace(typed) == "" || len(typed) > 1000 {
			return
		}
		said := w.compose(typed)
		if _, err := readBlocks(string(mustJSON(said.blocks))); err != nil {
			t.Errorf("compose(%q) makes blocks that are refused: %v %s", typed, err, mustJSON(said.blocks))
		}
		if strings.Contains(said.text, "<!") && !strings.ContainsAny(typed, "@") {
			t.Errorf("compose(%q) = %q: a broadcast out of nothing", typed, said.text)
		}
	})
}
