package detect

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "just words", "just words"},
		{"slack's escapes", "a &lt;b&gt; &amp; c", "a <b> & c"},
		{"amp last", "&amp;lt;", "<"},
		{"escaped twice", "{&amp;quot;code&amp;quot;: 1}", `{"code": 1}`},
		{"numeric entities", "it&#39;s &#x27;so&#x27;", "it's 'so'"},
		{"not an entity", "a & b; c &nope; d", "a & b; c &nope; d"},
		{"bare link", "see <https://nhs.uk/a?b=1&amp;c=2> ok", "see https://nhs.uk/a?b=1&c=2 ok"},
		{"link as typed", "see <http://nhs.uk|nhs.uk> ok", "see nhs.uk ok"},
		{"named link", "see <https://x.test/404|the page>", "see [the page](https://x.test/404)"},
		{"link in JSON", `{"system": "<https://fhir.nhs.uk/c>", "code": "X"}`, `{"system": "https://fhir.nhs.uk/c", "code": "X"}`},
		{"mail", "<mailto:a@b.test|a@b.test>", "a@b.test"},
		{"user", "<@U024BE7LH> and <@U024BE7LH|bob>", "@U024BE7LH and @bob"},
		{"channel", "<#C024BE7LR|general> <#C024BE7LR>", "#general #C024BE7LR"},
		{"broadcast", "<!here> <!channel>", "@here @channel"},
		{"user group", "<!subteam^S123|@devs>", "@devs"},
		{"date", "<!date^1392734382^{date}|18 February>", "18 February"},
		{"tags stay", "&lt;issue&gt;&lt;code value=\"x\"/&gt; &lt;!DOCTYPE html&gt; &lt;soap:Fault&gt;", `<issue><code value="x"/> <!DOCTYPE html> <soap:Fault>`},
		{"curly quotes", "\u201ccode\u201d: \u2018X\u2019", `"code": 'X'`},
		{"spaces and dashes", "a\u00a0b\u2009c \u2013 d\u2011e\u2026", "a b c - d-e..."},
		{"invisible", "AC\u200bCESS_\ufeffDEN\u00adIED 4\u206003", "ACCESS_DENIED 403"},
		{"bidi", "\u202a403\u202c \u2067FORBIDDEN\u2069", "403 FORBIDDEN"},
		{"carriage returns", "a\r\nb", "a \nb"},
		{"emoji", "broken :fire: :+1: again", "broken     again"},
		{"no emoji in urns", "urn:nhs:names", "urn:nhs:names"},
		{"no emoji in times", "12:403:55", "12:403:55"},
		{"pseudo-header", ":status: 403", ":status: 403"},
		{"backticks stay", "```a```", "```a```"},
		{"broken utf8", "a\xffb", "a\ufffdb"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Clean(test.in)
			if got.Clean != test.want {
				t.Errorf("Clean(%q)\n got %q\nwant %q", test.in, got.Clean, test.want)
			}
		})
	}
}

func TestCleanKeepsPositions(t *testing.T) {
	tests := []struct{ in, find, want string }{
		{"plain 403 text", "403", "403"},
		{"&lt;a&gt; then 403 here", "403", "403"},
		{"see <https://x.test|this> \u201c403\u201d ok", "403", "403"},
		{"4\u200b03 x", "403", "4\u200b03"},
		{":fire: <@U024BE7LH> got &amp;amp; 429", "429", "429"},
		{"a <http://nhs.uk|nhs.uk> b", "nhs.uk", "<http://nhs.uk|nhs.uk>"},
		{"a &amp; b", "&", "&amp;"},
		{"at the end &gt;", ">", "&gt;"},
	}
	for _, test := range tests {
		text := Clean(test.in)
		start := strings.Index(text.Clean, test.find)
		s := text.SourceSpan(Span{start, start + len(test.find)})
		if got := test.in[s.Start:s.End]; got != test.want {
			t.Errorf("%q: %q comes from %q, want %q", test.in, test.find, got, test.want)
		}
	}
}

// zeroWidth puts an invisible character between all characters.
func zeroWidth(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		_, n := utf8.DecodeRuneInString(s)
		b.WriteString(s[:n])
		b.WriteString("\u200b")
		s = s[n:]
	}
	return b.String()
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"&amp;lt;", "<https://x|y> &lt;https://x&gt;", " :a::b:", "&l<!here|t;>", "<http://a|&g<http://b|t;>",
		" :smi<http://x|le:>", "&#59&#59;", "\xf0\x28", "<<<<>>>>", ":+1::skin-tone-2:", "&#<#C1|39;>",
		"<mailto:a|\u201c>", "\r\n> a\u200b", "<https://x|" + strings.Repeat("y", 100) + ">",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := Clean(s)
		if again := Clean(text.Clean); again.Clean != text.Clean {
			t.Fatalf("not idempotent:\n  in %q\nonce %q\ntwice %q", s, text.Clean, again.Clean)
		}
		if got := Clean(zeroWidth(s)); got.Clean != text.Clean {
			t.Fatalf("zero-width characters change %q:\n got %q\nwant %q", s, got.Clean, text.Clean)
		}
		last := 0
		for i := 0; i <= len(text.Clean); i++ {
			at := text.SourceSpan(Span{i, i})
			if at.Start < last || at.Start > len(s) || at.End > len(s) || at.End < at.Start {
				t.Fatalf("%q: clean offset %d maps to %v after %d (of %d)", s, i, at, last, len(s))
			}
			last = at.Start
		}
	})
}
