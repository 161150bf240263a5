package detect

import (
	"strings"

	"apierrorbot/internal/kb"
)

// talk is what somebody says in a message, beside the bodies in it.
type talk struct {
	base   *kb.Base
	text   string
	list   []token
	class  class // of all words together, but for code and links
	solved int   // the last token that says that it is over, or -1
	happen bool  // something is said to have happened, outside quotations
	linked bool  // a web page is linked
	faked  bool  // some code is about mocks or examples
	help   bool  // somebody asks for help in so many words
	apis   bool  // an API is named
	near   int   // how many names were looked for by their spelling

	weighed int // how many mentions were weighed

	foreignLine, sourceLine verdict // on the line that was last asked about
}

// verdict is what was found out about a line, so that many mentions in one line do
// not read it again and again.
type verdict struct {
	line Span
	is   bool
}

// on gives the verdict on a line, and asks for it where it is another line.
func (v *verdict) on(line Span, ask func() bool) bool {
	if v.line != line {
		*v = verdict{line, ask()}
	}
	return v.is
}

func newTalk(base *kb.Base, text string, trees []Span) *talk {
	t := &talk{base: base, text: text, list: tokenize(text, trees), solved: -1}
	t.mend()
	for i, tok := range t.list {
		t.linked = t.linked || tok.where&inLink != 0 && tok.class&cWeb != 0
		t.faked = t.faked || tok.where&inFence != 0 && tok.class&cFake != 0
		if tok.where&(inFence|inLink) == 0 {
			t.class |= tok.class
			t.apis = t.apis || tok.class&(cAPI|cServer) != 0
			t.help = t.help || tok.class&cHelp != 0 && (tok.where&asked != 0 || tok.class&cAsk == 0)
		}
		switch {
		case tok.class&cStill != 0:
			t.solved = -1
		case tok.class&cSolved != 0 && t.isSolved(i):
			t.solved = i
		}
		if tok.class&(cHappens|cHabit) == cHappens && tok.where&inQuote == 0 && !t.isPlanned(i) && !t.is(i, "answered", "said", "told", "replied") {
			t.happen = true
		}
	}
	return t
}

// mend classifies unknown words as what they are with a slip of the finger in them,
// so far as they may matter: near a status, or what can be a code.
func (t *talk) mend() {
	const reach = 10
	next := 0 // the first token that was not looked at
	for i := range t.list {
		if t.list[i].status == 0 && (t.list[i].where&upper == 0 || t.list[i].span.End-t.list[i].span.Start < shortestLoud) {
			continue
		}
		for next = max(next, i-reach); next < len(t.list) && next <= i+reach; next++ {
			if tok := &t.list[next]; tok.class == 0 && tok.status == 0 && tok.where&(inFence|inLink|upper) == 0 {
				tok.class = classifySlip(t.word(next))
			}
		}
	}
}

// word is token i in the message's own writing, or "".
func (t *talk) word(i int) string {
	if i < 0 || i >= len(t.list) {
		return ""
	}
	return t.text[t.list[i].span.Start:t.list[i].span.End]
}

// is says whether token i is one of some words, in any case.
func (t *talk) is(i int, words ...string) bool {
	w := t.word(i)
	for _, x := range words {
		if len(w) == len(x) && strings.EqualFold(w, x) {
			return true
		}
	}
	return false
}

func (t *talk) classOf(i int) class {
	if i < 0 || i >= len(t.list) {
		return 0
	}
	return t.list[i].class
}

// joined says whether there is a token i, and no more than this divides it from
// the one before.
func (t *talk) joined(i int, most stop) bool {
	return i > 0 && i < len(t.list) && t.list[i].before <= most
}

// clause gives the tokens around token i that say one thing together.
func (t *talk) clause(i int) (first, last int) {
	const reach = 40
	first, last = i, i
	for first > 0 && i-first < reach && t.list[first].before < sentenceStop && t.list[first].class&cBut == 0 {
		first--
	}
	for last+1 < len(t.list) && last-i < reach && t.list[last+1].before < sentenceStop && t.list[last+1].class&cBut == 0 {
		last++
	}
	return first, last
}

// line gives the text of the line around a span, or what is near of it.
func (t *talk) line(s Span) string {
	at := t.lineSpan(s)
	return t.text[at.Start:at.End]
}

// lineSpan is where the line around a span is. Of a line that is longer than people
// read it gives a part, the same for all spans that are near each other.
func (t *talk) lineSpan(s Span) Span {
	const reach, part = 400, 256
	start := max(0, s.Start/part*part-reach)
	start += strings.LastIndexByte(t.text[start:s.Start], '\n') + 1
	end := min(len(t.text), (s.End/part+1)*part+reach)
	return Span{start, s.End + lineLength(t.text[s.End:end])}
}

// isForeignAt says whether a line, or the one before it, is about a tool whose
// servers are not the APIs that articles are about.
func (t *talk) isForeignAt(line Span) bool {
	return t.foreignLine.on(line, func() bool {
		return isForeignLine(t.text[line.Start:line.End]) ||
			line.Start > 0 && isForeignLine(t.line(Span{line.Start - 1, line.Start - 1}))
	})
}

// inSource says whether token i stands in source code: its line does, or in a
// fence the line before or behind it.
func (t *talk) inSource(i int) bool {
	at := t.lineSpan(t.list[i].span)
	if t.sourceLine.on(at, func() bool { return isSourceLine(t.text[at.Start:at.End]) }) {
		return true
	}
	if t.list[i].where&inFence == 0 {
		return false
	}
	before, behind := "", ""
	if at.Start > 0 {
		before = t.line(Span{at.Start - 1, at.Start - 1})
	}
	if at.End+1 < len(t.text) {
		behind = t.line(Span{at.End + 1, at.End + 1})
	}
	return isSourceLine(before) || isSourceLine(behind) || isScenario(before) && isScenario(t.text[at.Start:at.End])
}

// happensIn says whether some tokens say that something happens: "… is fixed, now
// we get".
func (t *talk) happensIn(first, last int) bool {
	for i := first; i <= last; i++ {
		if t.classOf(i)&(cHappens|cCan) != 0 && !t.isNegated(i) && !t.isPlanned(i) {
			return true
		}
	}
	return false
}

// speaksOfAnswers says whether some tokens speak of what APIs do, or should: "if they send"
// does, "sorry if this is obvious" does not.
func (t *talk) speaksOfAnswers(first, last int) bool {
	for i := first; i <= last; i++ {
		if t.classOf(i)&(cCan|cHappens|cAPI|cModal) != 0 {
			return true
		}
	}
	return false
}

// judgeBody judges an error body by what is said around it: it must not be
// solved, and what leads to it must not call it an example, a test, or a guess.
func (t *talk) judgeBody(s Span) Cues {
	c := certain
	last := len(t.list) - 1 // of what is said before it
	for last >= 0 && t.list[last].span.Start >= s.Start {
		last--
	}
	if t.solved >= 0 && !t.happensIn(t.solved+1, last) {
		c |= cueSolved
	}
	if last < 0 {
		return c
	}
	first, _ := t.clause(last)
	if t.is(first, "acceptance", "ac", "given", "imagine", "suppose", "proposal", "design", "idea", "spec") || t.is(last, "value", "example", "default", "schema") {
		c |= cueGuess
	}
	if t.happen {
		return c
	}
	if t.guesses(sentence{start: first, first: last}) && t.speaksOfAnswers(first, last) || t.is(last, "expect", "expects", "expected") {
		c |= cueGuess
	}
	for i := first; i <= last; i++ {
		switch {
		case t.list[i].where&inFence != 0:
		case t.classOf(i)&cFake != 0:
			c |= cuePlan
		case t.classOf(i)&(cCan|cHappens) != 0 && t.isPlanned(i):
			c |= cueGuess
		}
	}
	return c
}
