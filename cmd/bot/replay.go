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
	Report bool     `help:"Compare with what each line wants, and print how many were right."`
	Files  []string `arg:"" name:"file" help:"Files of JSON lines, or - for standard input."`
}

func (cmd *replayCommand) Help() string {
	return `Each line of FILE is a JSON object with at least "id" and "text", the text as Slack
delivers it; "blocks" as Slack delivers them and "mode" ("auto", as in a channel, or
"query", as in a slash command) may be there too. Each answer is a line on standard
output: "id", "outcome" (article, choice, nearest, miss or silent) and "articles",
best first; several under "article" mean that the reply answers them all.

With --report each line also has "want" (an outcome) and, unless any will do,
"want_articles" (ids, best first). What comes out is a table of families, which are
the files, or what a line has as "family": how many messages should be answered and
were (recall), how many of these with nothing wrong beside it (clean), and how many
replies were false alarms. Above it stands each line that failed: its text, what was
wanted, what came, and why.

Exit code 1 when a line could not be read: it is named, and the others are answered.
Exit code 3 when a line of a report failed.

Examples:
  bot replay archive.jsonl > answers.jsonl
  KB_DIR=./kb bot replay archive.jsonl | grep '"miss"'
  bot replay --report internal/triage/testdata/messages/*.jsonl`
}

// archived is a line that replay reads, answered one that it writes. The members
// of labels are left to the report.
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

// Run answers every line of every file, or reports about it.
func (cmd *replayCommand) Run(cl *commandLine, c console) error {
	base, err := cl.loadBase("")
	if err != nil {
		return err
	}
	out := bufio.NewWriter(c.out)
	if cmd.Report {
		err = reportOn(base, cmd.Files, c.in, out, c.err)
	} else {
		err = answerAll(base, cmd.Files, c.in, out, c.err)
	}
	return errors.Join(err, out.Flush())
}

// answerAll writes the answer to each line.
func answerAll(base *kb.Base, files []string, stdin io.Reader, out, problems io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return eachLine(files, stdin, problems, func(_ string, _ int, line []byte) (string, error) {
		var m archived
		if problem := m.read(line); problem != "" {
			return problem, nil
		}
		d := triage.Decide(base, m.input(), m.Mode)
		return "", enc.Encode(answered{ID: m.ID, Outcome: d.Outcome, Articles: append([]string{}, d.ArticleIDs()...)})
	})
}

// eachLine calls f for every line of the files that is not empty, with the file's
// name and the line's number; "-" is stdin. f may say what is wrong with a line:
// that goes to problems, the next lines are read all the same, and in the end the
// error is errReported.
func eachLine(files []string, stdin io.Reader, problems io.Writer, f func(name string, n int, line []byte) (problem string, err error)) error {
	bad := false
	for _, name := range files {
		in := stdin
		if name == "-" {
			name = standardInput
		} else {
			file, err := os.Open(name)
			if err != nil {
				return err
			}
			defer file.Close()
			in = file
		}
		lines := bufio.NewReaderSize(in, 64<<10)
		for n, end := 1, false; !end; n++ {
			line, err := lines.ReadBytes('\n')
			if err != nil && err != io.EOF {
				return fmt.Errorf("%s: %w", name, err)
			}
			end = err == io.EOF
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			problem, err := f(name, n, line)
			if err != nil {
				return err
			}
			if problem != "" {
				fmt.Fprintf(problems, "%s:%d: %s\n", name, n, problem)
				bad = true
			}
		}
	}
	if bad {
		return errReported
	}
	return nil
}

// standardInput is the name of what has none.
const standardInput = "standard input"

// read reads one line, or says what is wrong with it. It does not repeat the line:
// an archive of messages may hold secrets.
func (m *archived) read(line []byte) (problem string) {
	if err := json.Unmarshal(line, m); err != nil {
		return `not a JSON object with "id" and "text": write one object a line`
	}
	switch {
	case len(m.ID) == 0:
		return `no "id": add one`
	case m.Text == nil:
		return `no "text": add the message's text`
	case m.Mode == "":
		m.Mode = triage.Auto
	case m.Mode != triage.Auto && m.Mode != triage.Query:
		return `"mode" is neither "auto" nor "query": write one of them, or leave it out`
	}
	return ""
}

func (m *archived) input() triage.Input { return triage.Input{Text: *m.Text, Blocks: string(m.Blocks)} }
