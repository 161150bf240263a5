package triage

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	articles "apierrorbot/kb"

	"apierrorbot/internal/kb"
)

// labelled is one line of testdata/messages: a message as Slack delivers it, and
// what the bot should do about it. Files of this form are also what `bot replay`
// reads; it knows id, text, blocks and mode.
type labelled struct {
	ID     string          `json:"id"`
	Text   string          `json:"text"`
	Blocks json.RawMessage `json:"blocks"`
	Mode   Mode            `json:"mode"` // empty: Auto

	Want Outcome `json:"want"`
	// WantArticles are the ids of the articles, best first, options of a choice
	// included. Absent: any.
	WantArticles []string `json:"want_articles"`
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

func articleIDs(d Decision) []string {
	var list []string
	for _, item := range d.Items {
		for _, a := range item.Options {
			list = append(list, a.ID())
		}
	}
	return list
}

func (l *labelled) fits(d Decision) bool {
	return d.Outcome == l.Want && (l.WantArticles == nil || slices.Equal(articleIDs(d), l.WantArticles))
}

// TestLabelledMessages decides about every message in testdata/messages and
// prints, for each file, how many were answered that should be (recall), and how
// many needlessly. MESSAGES=file.jsonl takes another file of the same form.
func TestLabelledMessages(t *testing.T) {
	base := loadBase(t)
	files, err := filepath.Glob("testdata/messages/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in testdata: %v", err)
	}
	if other := os.Getenv("MESSAGES"); other != "" {
		files = strings.Fields(other)
	}
	ids := make(map[string]bool)
	all, positives, hits, needless := 0, 0, 0, 0
	for _, file := range files {
		var filePositives, fileHits, fileNeedless int
		list := readLabelled(t, file)
		for _, l := range list {
			if ids[l.ID] {
				t.Errorf("%s: id %s is there twice", file, l.ID)
			}
			ids[l.ID] = true
			in := Input{Text: l.Text, Blocks: l.Blocks}
			d := Decide(base, in, l.Mode)
			fits := l.fits(d)
			switch {
			case l.Want != OutcomeSilent && l.Want != OutcomeMiss:
				filePositives++
				if fits {
					fileHits++
				}
			case l.Want == OutcomeSilent && d.Outcome != OutcomeSilent:
				fileNeedless++
			}
			if !fits {
				t.Errorf("%s\n%s\nwant %s %s\ngot  %s %s\n%s\n", l.ID, l.Text, l.Want, l.WantArticles, d.Outcome, articleIDs(d), Explain(base, in, l.Mode))
			}
		}
		t.Logf("%-12s %3d messages, recall %3d of %3d, %d needless", strings.TrimSuffix(filepath.Base(file), ".jsonl"),
			len(list), fileHits, filePositives, fileNeedless)
		all += len(list)
		positives += filePositives
		hits += fileHits
		needless += fileNeedless
	}
	t.Logf("%-12s %3d messages, recall %3d of %3d, %d needless", "all", all, hits, positives, needless)
}
