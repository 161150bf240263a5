package detect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChanges(t *testing.T) {
	tests := []struct {
		source string
		want   []Change
	}{
		{"nothing to clean", nil},
		{"<@U024BE7LH> a &amp; b", []Change{{0, "<@U024BE7LH>", "@U024BE7LH"}, {15, "&amp;", "&"}}},
		{"say “hello”", []Change{{4, "“", `"`}, {7, "hello”", `hello"`}}},
		{"4\u200b03", []Change{{0, "4\u200b", "4"}}},
		{"<https://a.example/|here> :tada: yes", []Change{{0, "<https://a.example/|here>", "[here](https://a.example/)"}, {26, ":tada:", " "}}},
		{"a\r\nb", []Change{{0, "a\r", "a "}}},
	}
	for _, test := range tests {
		text := Clean(test.source)
		if diff := cmp.Diff(test.want, text.Changes(10)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.source, diff)
		}
	}
	text := Clean(strings.Repeat("&amp; ", 20))
	if got := len(text.Changes(3)); got != 3 {
		t.Errorf("%d changes, want the first 3", got)
	}
}
