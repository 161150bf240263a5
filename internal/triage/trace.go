package triage

import (
	"fmt"
	"strings"

	"apierrorbot/internal/detect"
	"apierrorbot/internal/kb"
)

// Trace is how a decision came about, line by line. Unlike a Decision it holds
// the message's own text: it is for the terminal of whoever has that text anyway.
type Trace struct {
	Decision Decision
	lines    []string
}

// Explain decides like Decide and says how.
func Explain(base *kb.Base, in Input, mode Mode) *Trace {
	tr := &Trace{}
	tr.Decision = decide(base, in, mode, tr)
	tr.add("decided: %s", tr.Decision.Outcome)
	for _, item := range tr.Decision.Items {
		tr.add("  %s: %s", ids(item.Options), item.Why)
		for _, d := range item.Details {
			tr.add("    takes from it: %s %s", d.Kind, d.Value)
		}
	}
	tr.add("because: %s", tr.Decision.Reason)
	return tr
}

// String is the trace as text of several lines, without a newline at its end.
func (tr *Trace) String() string { return strings.Join(tr.lines, "\n") }

func (tr *Trace) add(format string, args ...any) {
	tr.lines = append(tr.lines, fmt.Sprintf(format, args...))
}

// read notes what was cleaned and what was found in it.
func (tr *Trace) read(base *kb.Base, text *detect.Text, asked bool) {
	tr.add("read: %s", shorten(text.Clean))
	believed, doubted := detect.Explain(base, text, asked)
	for _, s := range believed {
		tr.signal("found", text, s)
	}
	for _, s := range doubted {
		tr.signal("not believed", text, s)
	}
}

func (tr *Trace) signal(what string, text *detect.Text, s detect.Signal) {
	tr.add("%s at %d: %s", what, text.SourceSpan(s.Span).Start, shorten(text.Clean[s.Span.Start:s.Span.End]))
	tr.add("  as %s by the reader of %s, status %d, codes %q, message %s", s.Kind, s.Reader, s.Status, s.Codes, shorten(s.Message))
	if s.Kind != detect.KindBody {
		tr.add("  weight %d of %d: %s", s.Cues.Weight(), detect.Believed, s.Cues)
	}
}

// look notes what a signal led to.
func (tr *Trace) look(base *kb.Base, s detect.Signal, f finding) {
	if tr == nil {
		return
	}
	for _, code := range s.Codes {
		tr.candidates(code, s.Status, base.Match(kb.Query{Status: s.Status, Words: code}))
	}
	tr.add("  fits: %s", ids(f.options))
}

func (tr *Trace) candidates(words string, status int, found []kb.Candidate) {
	if tr == nil {
		return
	}
	for i, c := range found {
		if i == 5 {
			break
		}
		tr.add("  %q with status %d: %s scores %.2f by %s %s", words, status, c.Article.ID(), c.Score, c.Reason, c.Name)
	}
}

func shorten(s string) string {
	const longest = 200
	if len(s) > longest {
		s = s[:longest] + "..."
	}
	return fmt.Sprintf("%q", s)
}
