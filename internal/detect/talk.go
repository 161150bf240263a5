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

func newTalk(base *kb.Base, text string, trees []Span) *talk {
	t := &talk{base: base, text: text, list: tokenize(text, trees), solved: -1}
	t.mend()
	for i := range t.list {
		t.hear(i)
	}
	return t
}

// toldBefore are verbs that tell what somebody else said, and no event.
var toldBefore = words("answered said told replied")

// hear notes what token i says about the whole message.
func (t *talk) hear(i int) {
	tok := t.list[i]
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
	if tok.class&(cHappens|cHabit) == cHappens && tok.where&inQuote == 0 && !t.isPlanned(i) && !t.is(i, toldBefore...) {
		t.happen = true
	}
}

// mend classifies unknown words as what they are with a slip of the finger in them,
// so far as they may matter: near a status, or what can be a code.
func (t *talk) mend() {
	const reach = 10
	next := 0 // the first token that was not looked at
	for i := range t.list {
		if !t.isStatus(i) && !t.isLoudWord(i) {
			continue
		}
		for next = max(next, i-reach); next < len(t.list) && next <= i+reach; next++ {
			if tok := &t.list[next]; tok.class == 0 && tok.status == 0 && tok.where&(inFence|inLink|upper) == 0 {
				tok.class = classifySlip(t.word(next))
			}
		}
	}
}

// isLoudWord says whether token i is a word in capitals that is long enough for a code
// with a slip in it.
func (t *talk) isLoudWord(i int) bool {
	return t.marked(i, upper) && t.list[i].span.End-t.list[i].span.Start >= shortestLoud
}

// word is token i in the message's own writing, or "".
func (t *talk) word(i int) string {
	if i < 0 || i >= len(t.list) {
		return ""
	}
	return t.text[t.list[i].span.Start:t.list[i].span.End]
}

// words makes a list for talk.is.
func words(list string) []string { return strings.Fields(list) }

// is says whether token i is one of some words, in any case.
func (t *talk) is(i int, words ...string) bool { return isAmong(t.word(i), words) }

// isAmong says whether w is one of some words, which are in lower case, in any case.
func isAmong(w string, words []string) bool {
	for _, x := range words {
		if len(w) == len(x) && w != "" && lower(w[0]) == x[0] && strings.EqualFold(w, x) {
			return true
		}
	}
	return false
}

// classOf gives the classes of token i; none if there is no such token.
func (t *talk) classOf(i int) class {
	if i < 0 || i >= len(t.list) {
		return 0
	}
	return t.list[i].class
}

// has says whether token i is of one of some classes.
func (t *talk) has(i int, classes class) bool { return t.classOf(i)&classes != 0 }

// speaksOf says whether a word of the message is of one of some classes.
func (t *talk) speaksOf(classes class) bool { return t.class&classes != 0 }

// marked says whether token i, which is there, has one of some places.
func (t *talk) marked(i int, where place) bool { return t.list[i].where&where != 0 }

// isStatus says whether token i is a number that may be a status.
func (t *talk) isStatus(i int) bool { return i >= 0 && i < len(t.list) && t.list[i].status != 0 }

// beginsWithDigit says whether token i begins with one; behind the last token it asks
// about that.
func (t *talk) beginsWithDigit(i int) bool {
	return isDigit(t.text[t.list[min(i, len(t.list)-1)].span.Start])
}

// joined says whether there is a token i, and no more than this divides it from
// the one before.
func (t *talk) joined(i int, most stop) bool {
	return i > 0 && i < len(t.list) && t.list[i].before <= most
}

// between is the text between token i and the next one; "" behind the last.
func (t *talk) between(i int) string {
	if i+1 >= len(t.list) {
		return ""
	}
	return t.text[t.list[i].span.End:t.list[i+1].span.Start]
}

// commaBehind says whether a comma follows token i.
func (t *talk) commaBehind(i int) bool { return strings.IndexByte(t.between(i), ',') >= 0 }

// colonBehind says whether a colon follows token i.
func (t *talk) colonBehind(i int) bool { return strings.IndexByte(t.between(i), ':') >= 0 }

// colonBetween says whether a colon stands between two tokens.
func (t *talk) colonBetween(from, to int) bool {
	for i := from; i < to; i++ {
		if t.colonBehind(i) {
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

// sentenceStart is the first token of the sentence of token i.
func (t *talk) sentenceStart(i int) int {
	const reach = 40
	start := i
	for start > 0 && i-start < reach && t.list[start].before < sentenceStop {
		start--
	}
	return start
}
