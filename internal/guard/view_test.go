package guard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestView(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"plain text, nothing to undo: 100% & \\ [x] é", "plain text, nothing to undo: 100% & \\ [x] é"},
		{"a%2Eb%3A%20c%0Ad", "a.b: c\nd"},
		{"%252E %25252E %2", ". . %2"},
		{"%C3%A9%E2%80%8B|%E2%80%93|%C2", "\x80|-|%C2"},
		{"&lt;a&gt; &amp;amp; &amp;lt; &quot;&#39;&#x27; &nope; &#;", "<a> & < \"'' &nope; &#;"},
		{`a\nb\\nc\td\/e`, "a\nb\nc d/e"},
		{`\"x\" \\\"y\\\"`, `\"x\" \\\"y\\\"`},
		{`\u0022x\u003d\\u0041 \\\u0022 \u12 \x3d`, `"x=A \" \u12 =`},
		{"“a” ‘b’ c–d", "\"a\" 'b' c-d"},
		{"to\u200bken\u00ad \ufeff\u2066x\u00a0y", "token xy"},
		{"ｔｏｋｅｎ：１", "token:1"},
		{"%5Cn%26amp%3B%2522", "\n&\""},
		{"[redacted: password][redacted: something]", "\x01[redacted: something]"},
		{"\x00\x01\x02\x7fa\xff", "a\xff"},
	} {
		v := view{}.read(c.text, reading{plus: '+'})
		if diff := cmp.Diff(c.want, string(v.b)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
		if end := v.at(len(v.b)); end != len(c.text) {
			t.Errorf("%q: the end is at %d, want %d", c.text, end, len(c.text))
		}
	}
}

// TestViewOffsets marks one byte of a view and looks where it came from.
func TestViewOffsets(t *testing.T) {
	for _, c := range []struct{ text, from string }{
		{"abcX", "X"},
		{"%2E%2EX", "X"},
		{"%58", "%58"},
		{"&amp;X&amp;", "X"},
		{"\u200bX\u200b", "X\u200b"},
		{"éé“X”", "X"},
		{`\\u0058`, `\\u0058`},
		{"%5Cu0058.", "%5Cu0058"},
		{"%2558.", "%2558"},
		{"ａ％５８ｂ", "％５８"},
		{"[redacted: password]X", "X"},
	} {
		v := view{}.read(c.text, reading{plus: '+'})
		i := strings.IndexByte(string(v.b), 'X')
		if i < 0 {
			t.Errorf("%q: no X in %q", c.text, v.b)
			continue
		}
		if got := c.text[v.at(i):v.at(i+1)]; got != c.from {
			t.Errorf("%q: X is from %q, want %q", c.text, got, c.from)
		}
	}
}
