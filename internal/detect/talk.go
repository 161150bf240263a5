package detect

import (
	"strconv"
	"strings"

	"apierrorbot/internal/kb"
)

func itoa(n int) string { return strconv.Itoa(n) }

// talk is what somebody says in a message, beside the bodies in it.
type talk struct {
	base   *kb.Base
	text   string
	list   []token
	class  class // of all words together
	solved int   // the last token that says that it is over, or -1
	happen bool  // something is said to have happened
	linked bool  // a web page is linked
	near   int   // how many names were looked for by their spelling
	faked  bool  // some code is about mocks or examples
}

func newTalk(base *kb.Base, text string, trees []Span) *talk {
	t := &talk{base: base, text: text, list: tokenize(text, trees), solved: -1}
	for i, tok := range t.list {
		if tok.where&(inFence|inLink) == 0 {
			t.class |= tok.class
		}
		t.faked = t.faked || tok.where&inFence != 0 && tok.class&cFake != 0
		t.linked = t.linked || tok.where&inLink != 0 && tok.class&cWeb != 0
		if tok.class&cSolved != 0 && t.isSolved(i) || tok.class&cStill != 0 && t.solved >= 0 {
			t.solved = i
			if tok.class&cStill != 0 {
				t.solved = -1
			}
		}
		if tok.class&(cHappens|cHabit) == cHappens && tok.where&inQuote == 0 && !t.planned(i) {
			t.happen = true
		}
	}
	return t
}

// word is token i in the message's own writing, or "".
func (t *talk) word(i int) string {
	if i < 0 || i >= len(t.list) {
		return ""
	}
	return t.text[t.list[i].span.Start:t.list[i].span.End]
}

func (t *talk) is(i int, words ...string) bool {
	w := t.word(i)
	for _, x := range words {
		if strings.EqualFold(w, x) {
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

// joined says whether no more than this divides token i from the one before.
func (t *talk) joined(i int, most stop) bool {
	return i > 0 && i < len(t.list) && t.list[i].before <= most
}

// isSolved says whether token i, such as "fixed", says that something is over:
// "that's fixed now" does, "how can this be fixed" and "not resolved" do not.
func (t *talk) isSolved(i int) bool {
	if t.list[i].where&inFence != 0 {
		return false
	}
	for j := i - 1; j >= 0 && j >= i-3 && t.joined(j+1, noStop); j-- {
		if t.classOf(j)&(cNot|cModal|cStill) != 0 || t.is(j, "be", "until", "how", "get", "anyone", "stopped", "have") && !t.is(j+1, "been", "it") {
			return false
		}
	}
	if t.is(i, "works", "working") { // of all that works, only what works now or again
		return t.is(i+1, "now", "again", "fine") || t.is(i-1, "now", "all")
	}
	for _, two := range solvedPairs {
		if t.is(i, two[0]) {
			return t.is(i+1, two[1])
		}
	}
	return t.list[i].where&asked == 0
}

// solvedPairs are words of cSolved that mean it only with the word behind them.
var solvedPairs = [...][2]string{
	{"went", "away"}, {"rolled", "back"}, {"root", "cause"}, {"turned", "out"}, {"turns", "out"}, {"figured", "out"},
	{"my", "bad"}, {"never", "mind"}, {"got", "rid"}, {"all", "good"},
}

// planned says whether the verb at token i is planned, guessed or advised:
// "should return", "you will get".
func (t *talk) planned(i int) bool {
	for j := i - 1; j >= 0 && j >= i-3 && t.joined(j+1, clauseStop); j-- {
		if t.classOf(j)&cModal != 0 && !t.is(j, "need", "needs", "want", "wants", "going", "expected") && (j == i-1 && !t.is(j-1, "started", "starting", "began", "beginning", "continue", "continues", "seem", "seems") || !t.is(j, "to")) {
			return !t.asksWhy(j)
		}
		if t.classOf(j)&cYou != 0 && (j == i-1 || !t.is(j, "your")) {
			return true
		}
	}
	return false
}

// asksWhy says whether "why" stands before token i in its clause.
func (t *talk) asksWhy(i int) bool {
	for ; i > 0 && t.list[i].before < sentenceStop; i-- {
		if t.is(i-1, "why") {
			return true
		}
	}
	return false
}

// negated says whether the verb at token i is denied: "no longer see", "don't get".
func (t *talk) negated(i int) bool {
	for j := i - 1; j >= 0 && j >= i-2 && t.joined(j+1, noStop); j-- {
		if t.classOf(j)&cNot != 0 && !t.is(j, "without") || t.is(j, "longer", "stopped") {
			return true
		}
	}
	return false
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
	const reach = 400
	start := max(0, s.Start-reach)
	start += strings.LastIndexByte(t.text[start:s.Start], '\n') + 1
	end := min(len(t.text), s.End+reach)
	return t.text[start : s.End+lineLength(t.text[s.End:end])]
}

// judgeBody judges an error body by what is said around it.
func (t *talk) judgeBody(s Span) Cues {
	c := certain
	if t.solved >= 0 {
		c |= cueSolved
	}
	if t.happen {
		return c
	}
	last := len(t.list) - 1 // of what is said before it
	for last >= 0 && t.list[last].span.Start >= s.Start {
		last--
	}
	if last < 0 {
		return c
	}
	first, _ := t.clause(last)
	for i := first; i <= last; i++ {
		switch {
		case t.list[i].where&inFence != 0:
		case t.classOf(i)&cFake != 0:
			c |= cuePlan
		case t.classOf(i)&(cCan|cHappens) != 0 && t.planned(i):
			c |= cueGuess
		}
	}
	return c
}
