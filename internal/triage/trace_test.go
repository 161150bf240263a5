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
		Blocks: `[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"403 FORBIDDEN"}]}]}]`,
	}
	got := Explain(loadBase(t), in, Query).String()
	if !strings.HasPrefix(got, "taken from its blocks") || !strings.Contains(got, "```") {
		t.Errorf("the trace does not say that blocks were read:\n%s", got)
	}
}

// People paste traces into Slack: no secret of a message is in one, wherever it
// stands and whatever announces it.
func TestTraceHidesSecrets(t *testing.T) {
	const (
		token    = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3NzI1MzI5NjB9.c2lnbmF0dXJlIHRoYXQgbm9ib2R5"
		password = "correct_horse"
		number   = "9434765919"
	)
	base := loadBase(t)
	for _, text := range []string{
		"Authorization: Bearer " + token + "\n401 ACCESS_DENIED",
		"my NHS number is " + number,
		"see you at " + number[:3] + " " + number[3:6] + " " + number[6:] + " for lunch",
		`{"status":500,"code":"` + password + `","password":"` + password + `","message":"no patient with NHS number ` + number + `"}`,
		`{"status":403,"code":"FORBIDDEN","message":"token ` + token + ` is refused"}`,
		"password=correct\u200b_horse 403 FORBIDDEN &amp; Bearer eyJhbGciOiJSUzI1NiJ9.eyJleHAi\u200bOjE3NzI1MzI5NjB9.c2lnbmF0dXJlIHRoYXQgbm9ib2R5",
	} {
		for _, mode := range []Mode{Auto, Query} {
			got := Explain(base, Input{Text: text, More: []Input{{Text: text}}}, mode).String()
			for _, secret := range []string{token, token[:20], token[len(token)-20:], password, number, "943 476 5919"} {
				if strings.Contains(got, secret) {
					t.Errorf("%s: the trace of %q holds %s:\n%s", mode, text, secret, got)
				}
			}
			if !strings.Contains(got, "[redacted: ") {
				t.Errorf("%s: the trace of %q does not say what it leaves out:\n%s", mode, text, got)
			}
		}
	}
}
