package mrkdwn

import (
	"strings"
	"testing"
)

func TestFromMarkdown(t *testing.T) {
	tests := []struct{ name, markdown, slack, plain string }{
		{"paragraphs", "One\ntwo.\n\nThree.", "One two.\n\nThree.", "One two.\n\nThree."},
		{"marks", "**bold** *it* `code`", "*bold* _it_ `code`", "bold it code"},
		{"underscores in codes", "Not INVALID_VALUE or MISSING_VALUE", "Not INVALID_VALUE or MISSING_VALUE", "Not INVALID_VALUE or MISSING_VALUE"},
		{"pings are text", "<!channel> <@U1> a & b", "&lt;!channel&gt; &lt;@U1&gt; a &amp; b", "<!channel> <@U1> a & b"},
		{"code is escaped", "`Bearer <token>`", "`Bearer &lt;token&gt;`", "Bearer <token>"},
		{"list", "Do:\n\n- one\n- two `x`\n  - deep\n", "Do:\n\n• one\n• two `x`\n   • deep", "Do:\n\n• one\n• two x\n   • deep"},
		{"ordered", "3. a\n4. b", "3. a\n4. b", "3. a\n4. b"},
		{"link", "[the *page*](https://e.org/a?b=1&c=2)", "<https://e.org/a?b=1&amp;c=2|the _page_>", "the page (https://e.org/a?b=1&c=2)"},
		{"autolink", "<https://e.org>", "<https://e.org|https://e.org>", "https://e.org"},
		{"link with a bar", "[a](https://e.org/x|y)", "<https://e.org/x%7Cy|a>", "a (https://e.org/x|y)"},
		{"heading", "# Title\n\ntext", "*Title*\n\ntext", "Title\n\ntext"},
		{"quote", "> one\n> two", "> one two", "> one two"},
		{"fence", "```\na <b>\nc\n```", "```a &lt;b&gt;\nc\n```", "a <b>\nc"},
		{"image", "![a picture](x.png)", "a picture", "a picture"},
		{"backslash and entity", `\*x\* &copy; &amp;`, "*x* © &amp;", "*x* © &"},
		{"empty", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := FromMarkdown(tt.markdown); got != tt.slack {
				t.Errorf("FromMarkdown(%q)\n got %q\nwant %q", tt.markdown, got, tt.slack)
			}
			if got := Plain(tt.markdown); got != tt.plain {
				t.Errorf("Plain(%q)\n got %q\nwant %q", tt.markdown, got, tt.plain)
			}
		})
	}
}

// No Markdown may make a control sequence of Slack's but a link.
func FuzzFromMarkdown(f *testing.F) {
	for _, s := range []string{"a <!channel>", "[x](<!here>)", "[<@U1>](https://e.org)", "```\n<!channel>\n```", "<https://e.org>", "> - 1. a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		got := FromMarkdown(markdown)
		for rest := got; ; {
			_, after, ok := strings.Cut(rest, "<")
			if !ok {
				return
			}
			if after != "" && strings.ContainsAny(after[:1], "!@#") {
				t.Fatalf("FromMarkdown(%q) = %q holds a control sequence", markdown, got)
			}
			rest = after
		}
	})
}
