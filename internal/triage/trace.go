package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"apierrorbot/internal/detect"
	"apierrorbot/internal/guard"
	"apierrorbot/internal/kb"
)

// Trace is how a decision came about, line by line. Unlike a Decision it quotes
// the message, but for its secrets and NHS numbers: it is for the terminal of
// whoever has that text anyway, and people paste what a terminal says into Slack.
//
// It is written where things are decided, not worked out afterwards, so that it
// cannot tell another story. Its methods do nothing for a nil Trace.
type Trace struct {
	Decision Decision
	lines    []string
	signal   int // where the lines about the last signal begin

	// secrets are what was found in the texts, the longest first: a part that is
	// quoted does not always have what announces them.
	secrets []secret
}

// Explain decides like Decide and says how.
func Explain(base *kb.Base, in Input, mode Mode) *Trace {
	tr := &Trace{}
	tr.Decision = decide(base, in, mode, tr)
	d := &tr.Decision
	tr.add("decided: %s", d.Outcome)
	for _, item := range d.Items {
		tr.add("  %s: %s", ids(item.Options), item.Why)
		for _, d := range item.Details {
			tr.add("    takes from it: %s %s", d.Kind, d.Value)
		}
	}
	tr.add("because: %s", d.Reason)
	if d.Gap != (Gap{}) {
		tr.add("without an article: %s", understood(d.Gap.Status, d.Gap.Code))
	}
	return tr
}

// String is the trace as text of several lines, without a newline at its end.
func (tr *Trace) String() string { return strings.Join(tr.lines, "\n") }

func (tr *Trace) add(format string, args ...any) {
	if tr != nil {
		tr.lines = append(tr.lines, fmt.Sprintf(format, args...))
	}
}

// text notes what was cleaned, and what is read then.
func (tr *Trace) text(in Input, text *detect.Text) {
	if tr == nil {
		return
	}
	tr.hide(in.Text)
	tr.hide(text.Source)
	tr.hide(text.Clean)
	if text.Source != in.Text {
		tr.add("taken from its blocks, which say more than its text")
	}
	const most = 5
	changes := text.Changes(most + 1)
	for _, c := range changes[:min(len(changes), most)] {
		tr.add("cleaned %s: %s is read as %s", place(text.Source, c.At), tr.quote(c.Source), tr.quote(c.Clean))
	}
	if len(changes) > most {
		tr.add("cleaned more of that kind")
	}
	tr.add("read: %s", tr.quote(text.Clean))
}

// secret is what a text holds that must not be quoted.
type secret struct{ text, kind string }

// hide notes the secrets in a text, so that quote leaves them out. What is very
// short is none, and stands in many words.
func (tr *Trace) hide(text string) {
	const shortest = 4
	for _, f := range guard.Find(text) {
		if f.End-f.Start >= shortest {
			tr.secrets = append(tr.secrets, secret{text[f.Start:f.End], "[redacted: " + string(f.Kind) + "]"})
		}
	}
	slices.SortStableFunc(tr.secrets, func(a, b secret) int { return cmp.Compare(len(b.text), len(a.text)) })
}

// quote quotes a part of a text without its secrets, and shortens it.
func (tr *Trace) quote(s string) string {
	const shortest = 4 // a piece of a secret
	for _, secret := range tr.secrets {
		if len(s) >= shortest && strings.Contains(secret.text, s) {
			return shorten(secret.kind)
		}
		s = strings.ReplaceAll(s, secret.text, secret.kind)
	}
	return shorten(guard.Redact(s))
}

// found notes a signal that is believed, and begins what is noted about it.
func (tr *Trace) found(text *detect.Text, n int, s detect.Signal) {
	if tr == nil {
		return
	}
	tr.describe(fmt.Sprintf("found %d", n+1), text, s)
	if !s.Cues.Enough() {
		tr.add("  it counts all the same, because somebody asked")
	}
	tr.signal = len(tr.lines)
}

// doubted notes the signals that are not believed.
func (tr *Trace) doubted(base *kb.Base, text *detect.Text, asked bool) {
	if tr == nil {
		return
	}
	believed, doubted := detect.Explain(base, text, asked)
	for _, s := range doubted {
		tr.describe("not believed", text, s)
	}
	if len(believed)+len(doubted) == 0 {
		tr.add("found nothing: no error body, code or words of an error; a number that counts or names something else (403 ms, room 403) is passed over")
	}
}

func (tr *Trace) describe(what string, text *detect.Text, s detect.Signal) {
	said := text.Clean[s.Span.Start:s.Span.End]
	tr.add("%s, %s: %s", what, place(text.Source, text.SourceSpan(s.Span).Start), tr.quote(said))
	parts := []string{fmt.Sprintf("  %s, read as %s", s.Kind, s.Reader)}
	switch {
	case s.Status == 0:
		parts = append(parts, "no status")
	case s.Kind == detect.KindBody && !strings.Contains(said, fmt.Sprint(s.Status)):
		parts = append(parts, fmt.Sprintf("status %d, which stands beside it", s.Status))
	default:
		parts = append(parts, fmt.Sprintf("status %d", s.Status))
	}
	for _, code := range s.Codes {
		parts = append(parts, "code "+tr.quote(code))
	}
	if s.Message != "" {
		parts = append(parts, "message "+tr.quote(s.Message))
	}
	if s.Unsure {
		parts = append(parts, "an error only if its name is known")
	}
	tr.add("%s", strings.Join(parts, "; "))
	if s.Kind != detect.KindBody || s.Cues != 0 {
		tr.add("  weighs %d, believed from %d: %s", s.Cues.Weight(), detect.Believed, cmp.Or(s.Cues.String(), "nothing speaks for it or against it"))
	}
}

// candidates notes what the knowledge base has for some words and a status.
func (tr *Trace) candidates(q kb.Query, found []kb.Candidate) {
	if tr == nil {
		return
	}
	const most = 5
	asked := tr.quote(q.Words)
	switch {
	case q.Words == "":
		asked = fmt.Sprintf("status %d", q.Status)
	case q.Status != 0:
		asked += fmt.Sprintf(" with status %d", q.Status)
	}
	if len(found) == 0 {
		tr.once("  %s: no candidate", asked)
	}
	for _, c := range found[:min(len(found), most)] {
		reason := string(c.Reason)
		if c.Name != "" {
			reason += " " + c.Name
		}
		tr.once("  %s: candidate %s scores %.2f by %s", asked, c.Article.ID(), c.Score, reason)
	}
	if len(found) > most {
		tr.once("  %s: and %d more", asked, len(found)-most)
	}
}

// once adds a line unless it was said about this signal: names are looked up in
// several ways.
func (tr *Trace) once(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !slices.Contains(tr.lines[tr.signal:], line) {
		tr.lines = append(tr.lines, line)
	}
}

// leads notes which articles a signal leads to, and by what.
func (tr *Trace) leads(f *finding) {
	switch {
	case tr == nil:
	case len(f.options) > 0:
		tr.add("  leads to %s, by %s", ids(f.options), f.strength.says(f.name))
	case f.unknown:
		tr.add("  leads to no article, and is an error")
	default:
		tr.add("  leads to no article")
	}
}

// says names a strength, for people.
func (s strength) says(name string) string {
	switch s {
	case byStatus:
		return "the status alone"
	case byNear:
		return "a name that is spelt like " + name
	case byAlias:
		return "another name of it, " + name
	case byCode:
		return "its code, " + name
	}
	return "nothing"
}

// joined notes which signals speak of the same error.
func (tr *Trace) joined(items []finding) {
	if tr == nil {
		return
	}
	for _, item := range items {
		var numbers []string
		for n := range maxFindings {
			if item.from&(1<<n) != 0 {
				numbers = append(numbers, fmt.Sprint(n+1))
			}
		}
		if len(numbers) > 1 {
			tr.add("joined: %s speak of the same error, %s, by %s", strings.Join(numbers, " and "), ids(item.options), item.strength.says(item.name))
		}
	}
	if len(items) > 1 {
		tr.add("ordered: the surest first, then as in the text")
	}
}

// question notes what is looked up for a question in words.
func (tr *Trace) question(status int, words string) {
	if tr == nil {
		return
	}
	tr.signal = len(tr.lines)
	tr.add("asked: look up the words %s", tr.quote(words))
	if status != 0 {
		tr.lines[len(tr.lines)-1] += fmt.Sprintf(" with status %d", status)
	}
}

// thresholds notes what scores mean for a question in words.
func (tr *Trace) thresholds() {
	if tr != nil {
		tr.add("  an answer scores %.2f or more, what comes near %.2f", kb.AnswerScore, kb.NearestScore)
	}
}

// passedOver notes that a message was not even read.
func (tr *Trace) passedOver(text string) {
	if tr != nil {
		tr.add("not read: %s", tr.quote(text))
		tr.add("a first look found no sign of an error body, a status or a code")
	}
}

// place says where in the message, as Slack delivered it, an offset is.
func place(source string, at int) string {
	return fmt.Sprintf("line %d, byte %d", 1+strings.Count(source[:at], "\n"), at)
}

// shorten quotes a text, with its end left out if it is long.
func shorten(s string) string {
	const longest = 200
	if len(s) <= longest {
		return fmt.Sprintf("%q", s)
	}
	end := longest
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return fmt.Sprintf("%q…", s[:end])
}
