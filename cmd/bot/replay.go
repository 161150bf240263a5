package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/triage"
)

type replayCommand struct {
	File string `arg:"" help:"A file of JSON lines, or - for standard input."`
}

func (cmd *replayCommand) Help() string {
	return `Each line of FILE is a JSON object with at least "id" and "text", the text as Slack
delivers it; "blocks" as Slack delivers them and "mode" ("auto", as in a channel, or
"query", as in a slash command) may be there too. Each answer is a line on standard
output: "id", "outcome" (article, choice, nearest, miss or silent) and "articles",
best first; several under "article" mean that the reply answers them all.

Exit code 1 when a line could not be read: it is named, and the others are answered.

Examples:
  bot replay archive.jsonl > answers.jsonl
  KB_DIR=./kb bot replay archive.jsonl | grep '"miss"'`
}

// archived is a line that replay reads, answered one that it writes.
type archived struct {
	ID     json.RawMessage `json:"id"`
	Text   *string         `json:"text"`
	Blocks json.RawMessage `json:"blocks"`
	Mode   triage.Mode     `json:"mode"`
}

type answered struct {
	ID       json.RawMessage `json:"id"`
	Outcome  triage.Outcome  `json:"outcome"`
	Articles []string        `json:"articles"`
}

// Run answers every line of a file.
func (cmd *replayCommand) Run(cl *commandLine, c console) error {
	base, err := cl.loadBase("")
	if err != nil {
		return err
	}
	in, name := c.in, "standard input"
	if cmd.File != "-" {
		f, err := os.Open(cmd.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in, name = f, cmd.File
	}
	out := bufio.NewWriter(c.out)
	err = replay(base, in, name, out, c.err)
	return errors.Join(err, out.Flush())
}

func replay(base *kb.Base, in io.Reader, name string, out, problems io.Writer) error {
	lines := bufio.NewReaderSize(in, 64<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	bad := false
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s: %w", name, err)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			a, problem := replayLine(base, line)
			if problem != "" {
				fmt.Fprintf(problems, "%s:%d: %s\n", name, n, problem)
				bad = true
			} else if err := enc.Encode(a); err != nil {
				return err
			}
		}
		if err == io.EOF {
			break
		}
	}
	if bad {
		return errReported
	}
	return nil
}

// replayLine answers one line, or says what is wrong with it. It does not
// repeat the line: an archive of messages may hold secrets.
func replayLine(base *kb.Base, line []byte) (answered, string) {
	var m archived
	if err := json.Unmarshal(line, &m); err != nil {
		return answered{}, `not a JSON object with "id" and "text": write one object a line`
	}
	switch {
	case len(m.ID) == 0:
		return answered{}, `no "id": add one`
	case m.Text == nil:
		return answered{}, `no "text": add the message's text`
	case m.Mode == "":
		m.Mode = triage.Auto
	case m.Mode != triage.Auto && m.Mode != triage.Query:
		return answered{}, `"mode" is neither "auto" nor "query": write one of them, or leave it out`
	}
	d := triage.Decide(base, triage.Input{Text: *m.Text, Blocks: m.Blocks}, m.Mode)
	a := answered{ID: m.ID, Outcome: d.Outcome, Articles: []string{}}
	for _, item := range d.Items {
		for _, article := range item.Options {
			a.Articles = append(a.Articles, article.ID())
		}
	}
	return a, ""
}
