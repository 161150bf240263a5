package guard

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/chat.txt
var chatLines string

// TestChat reads ordinary messages, alone and all in one: nothing is to be found.
func TestChat(t *testing.T) {
	var all []string
	for line := range strings.Lines(chatLines) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		all = append(all, strings.ReplaceAll(strings.TrimSuffix(line, "\n"), `\n`, "\n"))
	}
	for _, text := range append(all, strings.Join(all, "\n")) {
		if got := Redact(text); got != text {
			for _, f := range Find(text) {
				t.Errorf("%.200q: %q is %s (sure: %v)", text, text[f.Start:f.End], f.Kind, f.Sure)
			}
		}
	}
	if len(all) < 300 {
		t.Errorf("%d messages, want 300 or more", len(all))
	}
}
