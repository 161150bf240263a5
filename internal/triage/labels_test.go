package triage

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	articles "apierrorbot/kb"

	"apierrorbot/internal/kb"
)

// labelled is one line of testdata/messages.
type labelled struct {
	ID     string          `json:"id"`
	Text   string          `json:"text"`
	Blocks json.RawMessage `json:"blocks"`
	Mode   Mode            `json:"mode"` // empty: Auto
	Label
}

func readLabelled(t testing.TB, file string) []labelled {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []labelled
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l labelled
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatalf("%s:%d: %v", file, len(list)+1, err)
		}
		if l.Mode == "" {
			l.Mode = Auto
		}
		list = append(list, l)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func loadBase(t testing.TB) *kb.Base {
	t.Helper()
	base, err := kb.Load(articles.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// TestLabelledMessages decides about every message in testdata/messages. What
// each line must lead to is judged as by "bot replay --report", which prints more
// and takes any file of this form.
func TestLabelledMessages(t *testing.T) {
	base := loadBase(t)
	files, err := filepath.Glob("testdata/messages/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in testdata: %v", err)
	}
	ids := make(map[string]bool)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			var tally Tally
			for _, l := range readLabelled(t, file) {
				if ids[l.ID] {
					t.Errorf("id %s is there twice", l.ID)
				}
				ids[l.ID] = true
				in := Input{Text: l.Text, Blocks: string(l.Blocks)}
				d := Decide(base, in, l.Mode)
				j := l.Judge(d)
				tally.Count(&l.Label, j)
				if !j.Met {
					t.Errorf("%s\n%s\nwant %s %s\ngot  %s %s\n%s\n", l.ID, l.Text, l.Want, l.WantArticles, d.Outcome, d.ArticleIDs(), Explain(base, in, l.Mode))
				}
			}
			t.Logf("%d messages, %d of %d found, %d false alarms", tally.Messages, tally.Found, tally.Answers, tally.FalseAlarms)
		})
	}
}
