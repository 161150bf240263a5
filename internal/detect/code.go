package detect

import (
	"strings"

	"apierrorbot/internal/kb"
)

// This file reads errors that are named by their code, without a number.

// An unknown code is one with a slip of the finger, or it is of no use.
const shortestCode, longestCode = 8, 40

// shortestSure is how long a code with a slip must be to be sure which one it is.
const shortestSure = 10

// codePrefixes are words that the codes of some APIs begin with: SEND_FORBIDDEN.
var codePrefixes = [...]string{"send", "rec", "proxy", "cm"}

var (
	// calledErrors follow a code that is called an error: "FORBIDDEN error".
	calledErrors = words("error errors response responses code exception exceptions back spike spikes storm")

	// calledAnswers follow "is the" and "is what" behind a code: "X is what we get".
	calledAnswers = words("code error response answer message display i we reply")

	// cameFrom follow a code at the beginning of a line: "MISSING_VALUE on …".
	cameFrom = words("from on when while after calling trying at")
)

// codeShaped says whether a word is written as only names in programs are: with
// an underscore or a capital inside.
func codeShaped(s string) bool {
	for i := 1; i+1 < len(s); i++ {
		if s[i] == '_' && isLetter(s[i-1]) && isLetter(s[i+1]) || isLower(s[i-1]) && isUpper(s[i]) {
			return true
		}
	}
	return false
}

// codeMention reads token i, which is written like a code: "ACCESS_DENIED",
// "TooManyRequests", "TOO MANY REQUESTS".
func (t *talk) codeMention(i int) (mention, bool) {
	m := mention{first: i, last: i, kind: KindCode, reader: readerProse}
	known := t.knownCode(&m)
	if !known && !t.unknownCode(&m) && !t.loudSlip(&m) {
		return m, false
	}
	m.cues |= t.labelOfCode(m) | t.context(m.first, m.last) | t.startOfCode(m)
	if m.cues&(cueCode|cueAlone|cueLabel) == cueCode && t.standsAsCode(m) {
		m.cues |= cueEnds
	}
	if strings.HasPrefix(t.text[t.list[m.last].span.End:], ": ") {
		m.cues |= t.printedWith(i, known)
	}
	if errorBefore(t.text[:t.list[i].span.Start]) {
		m.cues |= cueThrown
	}
	return m, t.isErrorCode(m)
}

// knownCode reads a code or a name that an article has, where it is written like a code.
func (t *talk) knownCode(m *mention) bool {
	last, known := t.knownFrom(m.first, t.writtenAsCode)
	if !known {
		return t.knownEnd(m)
	}
	m.last = last
	m.codes = []string{t.name(m.first, last)}
	m.cues = cueLoud
	if t.isWrittenCode(m.first, last, m.codes[0]) {
		m.cues = cueCode
	}
	return true
}

// knownEnd reads a code with the path of what it is a code of, as Apigee prints them:
// "policies.ratelimit.QuotaViolation".
func (t *talk) knownEnd(m *mention) bool {
	name := t.word(m.first)
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || !isLower(name[0]) || !codeShaped(name[dot+1:]) || isThrown(name) || !t.base.Known(name[dot+1:]) {
		return false
	}
	m.codes, m.cues = []string{name[dot+1:]}, cueCode
	return true
}

// isWrittenCode says whether the tokens of a name are written as only codes are, and not
// as words that somebody shouts.
func (t *talk) isWrittenCode(first, last int, name string) bool {
	ticked := t.list[first].where&(upper|inCode|inFence) == upper|inCode
	return ticked || codeShaped(name) || t.isDotted(first) || t.hyphenated(first) || last > first && !t.marked(first, upper)
}

// isDotted says whether token i is a name with dots between its words: "rec.conflict".
func (t *talk) isDotted(i int) bool {
	w := t.word(i)
	return len(w) >= shortestCode && strings.IndexByte(w, '.') > 0 && t.base.Known(w)
}

// unknownCode reads a word that is written like a code and that no article has: a code
// with a slip in it, perhaps.
func (t *talk) unknownCode(m *mention) bool {
	name := t.word(m.first)
	if !codeShaped(name) || !isLetter(name[0]) || len(name) < shortestCode || len(name) > longestCode ||
		t.classOf(m.first) != 0 || t.inPath(m.first) || isFile(name) || strings.IndexByte(name, '\'') >= 0 {
		return false
	}
	joined := strings.IndexByte(name[:len(name)-1], '_') > 0
	if !joined && (strings.IndexByte(name, '.') >= 0 || !t.isNear(0, name)) {
		return false
	}
	m.codes = []string{name}
	m.cues = cueLikeCode
	if len(name) >= shortestSure && t.isNear(0, name) {
		m.cues = cueCode
	}
	return true
}

// isFile says whether a word is the name of a file, as far as its end tells.
func isFile(w string) bool {
	switch w[strings.LastIndexByte(w, '.')+1:] {
	case "json", "yaml", "yml", "xml", "py", "js", "ts", "java", "go", "cs", "rb", "md", "txt", "html", "log", "feature":
		return strings.IndexByte(w, '.') > 0
	}
	return false
}

// loudSlip reads a word or several in capitals that are spelt like a name:
// "UNATHORISED", "ACESS DENIED".
func (t *talk) loudSlip(m *mention) bool {
	const shortest, most = 7, 4
	if !t.marked(m.first, upper) || t.marked(m.first, inFence) {
		return false
	}
	start, end := t.clause(m.first)
	for i := start; i <= end; i++ {
		if t.isStatus(i) {
			return false // the number decides what it is
		}
	}
	to := m.first
	for t.run(to+1, to+1) && t.joined(to+1, noStop) && to < m.first+most && t.marked(to+1, upper) {
		to++
	}
	for ; to >= m.first; to-- {
		if s := t.phrase(m.first, to); len(s) >= shortest && t.isNear(0, s) {
			m.last, m.codes, m.cues = to, []string{s}, cueLoud
			return true
		}
	}
	return false
}

// standsAsCode says whether a code with "_" stands where reported errors do, and is not
// one of several that are only named.
func (t *talk) standsAsCode(m mention) bool {
	return strings.IndexByte(t.word(m.first), '_') > 0 && !t.is(m.first-1, "and", "or") &&
		t.standsAsStatus(m.first, m.last)
}

// printedWith judges a colon behind the code at token i: what an exception says follows,
// or a program's message.
func (t *talk) printedWith(i int, known bool) Cues {
	switch {
	case isExceptionName(t.word(i)):
		return cueThrown
	case known && t.list[i].before == lineStop && t.marked(i, upper) && codeShaped(t.word(i)):
		return cueLabel // "RESOURCE_EXHAUSTED: Quota exceeded"
	}
	return 0
}

// errorBefore says whether s ends as errors begin: "OPError: ", with a number where
// gRPC prints them: "Error: 7 ".
func errorBefore(s string) bool {
	return strings.HasSuffix(strings.TrimRight(s, " 0123456789"), "Error:")
}

// startOfCode looks whether a line begins with the code, and goes on about where it
// came from: "MISSING_VALUE on the new header", "TO_MANY_REQUESTS, we send one a second".
func (t *talk) startOfCode(m mention) Cues {
	const near = 3
	behind := m.last + 1
	begins := m.first == 0 || t.list[m.first].before >= lineStop
	if !begins || behind >= len(t.list) || m.cues&(cueCode|cueLikeCode|cueLoud) == 0 {
		return 0
	}
	var c Cues
	ends := t.list[behind].before > noStop
	if ends || t.has(behind, cPlace|cBut|cStill) || t.is(behind, "even", "w") {
		c |= cueBegins
	}
	for i := behind; i < behind+near && ends; i++ {
		if t.has(i, cFirst) {
			c |= cueNow
		}
	}
	if t.is(behind, cameFrom...) {
		c |= cueNow
	}
	return c
}

// labelOfCode looks for words beside a name that call it an error, or a code, or
// put it where programs do: "error MISSING_VALUE", "FORBIDDEN error", "create:
// FORBIDDEN".
func (t *talk) labelOfCode(m mention) Cues {
	behind := m.last + 1
	switch {
	case t.labelledAt(m.first), t.is(m.first-1, "code", "a", "an", "is", "was") && t.labelledAt(m.first-1):
		return cueLabel
	case t.joined(behind, noStop) && t.is(behind, calledErrors...):
		return cueLabel
	case t.is(behind, "is") && t.is(behind+1, "the", "what") && t.is(behind+2, calledAnswers...):
		return cueLabel
	case t.endsLine(m.last) && t.isLedTo(m.first):
		return cueLabel
	}
	return 0
}

// endsLine says whether token i is the last one of its line.
func (t *talk) endsLine(i int) bool { return i+1 >= len(t.list) || t.list[i+1].before == lineStop }

// isLedTo says whether a colon or an arrow stands between token i and what is before it.
func (t *talk) isLedTo(i int) bool {
	if i == 0 {
		return false
	}
	before := strings.TrimRight(t.text[:t.list[i].span.Start], " `\"'")
	return strings.HasSuffix(before, ":") || endsWithArrow(before)
}

// hyphenated says whether the words from token i on hang together by hyphens:
// "too-many-requests".
func (t *talk) hyphenated(i int) bool {
	if i+1 >= len(t.list) || !isLetter(t.text[t.list[i].span.Start]) {
		return false
	}
	return t.between(i) == "-" && isLetter(t.text[t.list[i+1].span.Start])
}

// writtenAsCode says whether the tokens are one word, or several in capitals or
// that hang together by hyphens, or have a prefix that only codes have.
func (t *talk) writtenAsCode(from, to int) bool {
	if to > from && t.hasCodePrefix(from, to) {
		return true
	}
	if t.loud(from, to) {
		return from != to || t.marked(from, upper) || codeShaped(t.word(from))
	}
	for i := from; i < to; i++ {
		if !t.hyphenated(i) {
			return false
		}
	}
	return true
}

// hasCodePrefix says whether some words begin with the prefix of a code, in letters of
// the same kind, and are one: "send forbidden".
func (t *talk) hasCodePrefix(from, to int) bool {
	return isPrefixWord(t.word(from)) && t.marked(from, upper) == t.marked(to, upper) && t.isOwnCode(from, to)
}

// isPrefixWord says whether a word is one of the prefixes that some codes have.
func isPrefixWord(w string) bool { return isAmong(w, codePrefixes[:]) }

// isOwnCode says whether the words, which may begin with a prefix, are the code of an
// article: "send forbidden" are, "send duplicate" are not.
func (t *talk) isOwnCode(from, to int) bool {
	found := t.base.Match(kb.Query{Words: t.phrase(from, to)})
	return len(found) > 0 && found[0].Reason == kb.ReasonCode
}

// loud says whether the tokens are one word, or several in capitals.
func (t *talk) loud(from, to int) bool {
	for i := from; i <= to && to > from; i++ {
		if !t.marked(i, upper) {
			return false
		}
	}
	return true
}

// isErrorCode says whether a name can be that of an API's error: a type in
// somebody's program, or one word in capitals, needs more than itself.
func (t *talk) isErrorCode(m mention) bool {
	const beside = cueAPI | cueNearAPI | cueLabel | cueFrom | cueThrown
	name := m.codes[0]
	switch {
	case t.marked(m.first, inFence) && strings.IndexByte(name, '_') < 0:
		return m.cues&(cueLabel|cueThrown|cueError) != 0
	case m.cues&cueLoud != 0 && t.isShoutedOn(m.first):
		return false
	case m.first != m.last, codeShaped(name), m.cues&beside != 0:
		return true
	case m.cues&(cueBegins|cueHappens|cueNow) == 0:
		return false
	}
	return t.isOwnCode(m.first, m.last) || len(name) >= shortestLoud && !t.base.Known(name)
}

// isShoutedOn says whether the words in capitals that go on at token i began before it,
// with a word that names no error: "PACKAGE NOT FOUND".
func (t *talk) isShoutedOn(i int) bool {
	return t.joined(i, noStop) && t.marked(i-1, upper) && !t.has(i-1, cAPI|cLabel|cError|cEnv)
}
