package triage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTraces explains the messages in testdata/traces, as "bot explain --why" does.
// Each file holds a mode on its first line, a message, and behind "-- trace --" the
// trace. UPDATE_TRACES=1 writes the traces anew: read what changed before you
// commit it.
func TestTraces(t *testing.T) {
	base := loadBase(t)
	files, err := filepath.Glob("testdata/traces/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			const mark = "\n-- trace --\n"
			head, want, ok := strings.Cut(string(body), mark)
			mode, message, more := strings.Cut(head, "\n")
			if !ok || !more || mode != string(Auto) && mode != string(Query) {
				t.Fatalf("%s: write auto or query, a message, and -- trace --", file)
			}
			got := Explain(base, Input{Text: message}, Mode(mode)).String() + "\n"
			if os.Getenv("UPDATE_TRACES") != "" {
				if err := os.WriteFile(file, []byte(head+mark+got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s\nif that is meant: UPDATE_TRACES=1 go test ./internal/triage -run TestTraces", file, diff)
			}
		})
	}
}

// A message's rich text is read instead of its text.
func TestTraceOfBlocks(t *testing.T) {
	in := Input{
		Text:   "403 FORBIDDEN",
		Blocks: []byte(`[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"403 FORBIDDEN"}]}]}]`),
	}
	got := Explain(loadBase(t), in, Query).String()
	if !strings.HasPrefix(got, "taken from its blocks") || !strings.Contains(got, "```") {
		t.Errorf("the trace does not say that blocks were read:\n%s", got)
	}
}
