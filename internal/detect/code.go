package detect

import (
	"strings"

	"apierrorbot/internal/kb"
)

// This file reads errors that are named without their number.

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
	last, known := t.knownFrom(i, t.writtenAsCode)
	switch name := t.word(i); {
	case known:
		m.last = last
		m.codes = []string{t.name(i, last)}
		m.cues = cueLoud
		if t.list[i].where&(upper|inCode|inFence) == upper|inCode || codeShaped(m.codes[0]) || t.hyphenated(i) || last > i && t.list[i].where&upper == 0 {
			m.cues = cueCode
		}
	case codeShaped(name) && isLetter(name[0]) && len(name) >= shortestCode && len(name) <= longestCode && t.classOf(i) == 0 && !t.inPath(i) &&
		strings.IndexByte(name, '\'') < 0 && (strings.IndexByte(name[:len(name)-1], '_') > 0 || strings.IndexByte(name, '.') < 0 && t.isNear(0, name)):
		m.codes = []string{name}
		m.cues = cueLikeCode
		if len(name) >= shortestSure && t.isNear(0, name) {
			m.cues = cueCode
		}
	case t.loudSlip(&m):
	default:
		return m, false
	}
	m.cues |= t.labelOfCode(m) | t.context(m.first, m.last) | t.startOfCode(m)
	if m.cues&(cueCode|cueAlone|cueLabel) == cueCode && strings.IndexByte(t.word(i), '_') > 0 && !t.is(i-1, "and", "or") && t.standsAsStatus(m.first, m.last) {
		m.cues |= cueEnds
	}
	if printed := strings.HasPrefix(t.text[t.list[m.last].span.End:], ": "); printed {
		switch {
		case isExceptionName(t.word(i)):
			m.cues |= cueThrown
		case known && t.list[i].before == lineStop && t.list[i].where&upper != 0 && codeShaped(t.word(i)):
			m.cues |= cueLabel // "RESOURCE_EXHAUSTED: Quota exceeded"
		}
	}
	if errorBefore(t.text[:t.list[i].span.Start]) {
		m.cues |= cueThrown
	}
	return m, t.isErrorCode(m)
}

// errorBefore says whether s ends as errors begin: "OPError: ", with a number where
// gRPC prints them: "Error: 7 ".
func errorBefore(s string) bool {
	return strings.HasSuffix(strings.TrimRight(s, " 0123456789"), "Error:")
}

// An unknown code is one with a slip of the finger, or it is of no use.
const shortestCode, longestCode = 8, 40

// shortestSure is how long a code with a slip must be to be sure which one it is.
const shortestSure = 10

// startOfCode looks whether a line begins with the code, and goes on about where it
// came from: "MISSING_VALUE on the new header", "TO_MANY_REQUESTS, we send one a second".
func (t *talk) startOfCode(m mention) Cues {
	behind := m.last + 1
	if m.first > 0 && t.list[m.first].before < lineStop || behind >= len(t.list) || m.cues&(cueCode|cueLikeCode|cueLoud) == 0 {
		return 0
	}
	var c Cues
	if t.list[behind].before > noStop || t.classOf(behind)&(cPlace|cBut|cStill) != 0 || t.is(behind, "even", "w") {
		c |= cueBegins
	}
	for i := behind; i < behind+3 && t.list[behind].before > noStop; i++ {
		if t.classOf(i)&cFirst != 0 {
			c |= cueNow
		}
	}
	if t.is(behind, "from", "on", "when", "while", "after", "calling", "trying", "at") {
		c |= cueNow
	}
	return c
}

// loudSlip reads a word or several in capitals that are spelt like a name:
// "UNATHORISED", "ACESS DENIED".
func (t *talk) loudSlip(m *mention) bool {
	const shortest, most = 7, 4
	if t.list[m.first].where&upper == 0 || t.list[m.first].where&inFence != 0 {
		return false
	}
	start, end := t.clause(m.first)
	for i := start; i <= end; i++ {
		if t.isStatus(i) {
			return false // the number decides what it is
		}
	}
	to := m.first
	for t.run(to+1, to+1) && t.joined(to+1, noStop) && to < m.first+most && t.list[to+1].where&upper != 0 {
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

// hyphenated says whether the words from token i on hang together by hyphens or
// dots: "too-many-requests".
func (t *talk) hyphenated(i int) bool {
	if i+1 >= len(t.list) || !isLetter(t.text[t.list[i].span.Start]) {
		return false
	}
	between := t.text[t.list[i].span.End:t.list[i+1].span.Start]
	return between == "-" && isLetter(t.text[t.list[i+1].span.Start])
}

// labelOfCode looks for words beside a name that call it an error, or a code, or
// put it where programs do: "error MISSING_VALUE", "FORBIDDEN error", "create:
// FORBIDDEN".
func (t *talk) labelOfCode(m mention) Cues {
	behind := m.last + 1
	switch {
	case t.labelledAt(m.first), t.is(m.first-1, "code", "a", "an", "is", "was") && t.labelledAt(m.first-1):
		return cueLabel
	case t.joined(behind, noStop) && t.is(behind, "error", "errors", "response", "responses", "code", "exception", "exceptions", "back", "spike", "spikes", "storm"):
		return cueLabel
	case t.is(behind, "is") && t.is(behind+1, "the", "what") && t.is(behind+2, "code", "error", "response", "answer", "message", "display", "i", "we", "reply"):
		return cueLabel
	case m.first > 0 && (behind >= len(t.list) || t.list[behind].before == lineStop):
		if before := strings.TrimRight(t.text[:t.list[m.first].span.Start], " `\"'"); strings.HasSuffix(before, ":") || strings.HasSuffix(before, "->") || strings.HasSuffix(before, "=>") {
			return cueLabel
		}
	}
	return 0
}

// writtenAsCode says whether the tokens are one word, or several in capitals or
// that hang together by hyphens, or have a prefix that only codes have.
func (t *talk) writtenAsCode(from, to int) bool {
	if to > from && isPrefixWord(t.word(from)) && t.list[from].where&upper == t.list[to].where&upper && t.isOwnCode(from, to) {
		return true
	}
	if t.loud(from, to) {
		return from != to || t.list[from].where&upper != 0 || codeShaped(t.word(from))
	}
	for i := from; i < to; i++ {
		if !t.hyphenated(i) {
			return false
		}
	}
	return true
}

// isPrefixWord says whether a word is one of the prefixes that some codes have.
func isPrefixWord(w string) bool {
	for _, prefix := range [...]string{"send", "rec", "proxy", "cm"} {
		if strings.EqualFold(w, prefix) {
			return true
		}
	}
	return false
}

// isOwnCode says whether the words, which begin with a prefix, are the code of an
// article behind it: "send forbidden" are, "send duplicate" are not.
func (t *talk) isOwnCode(from, to int) bool {
	found := t.base.Match(kb.Query{Words: t.phrase(from, to)})
	return len(found) > 0 && found[0].Reason == kb.ReasonCode
}

// loud says whether the tokens are one word, or several in capitals.
func (t *talk) loud(from, to int) bool {
	for i := from; i <= to && to > from; i++ {
		if t.list[i].where&upper == 0 {
			return false
		}
	}
	return true
}

// isErrorCode says whether a name can be that of an API's error: a type in
// somebody's program, or one word in capitals, needs more than itself.
func (t *talk) isErrorCode(m mention) bool {
	name := m.codes[0]
	if t.list[m.first].where&inFence != 0 && strings.IndexByte(name, '_') < 0 {
		return m.cues&(cueLabel|cueThrown|cueError) != 0
	}
	if m.cues&cueLoud != 0 && m.first > 0 && t.joined(m.first, noStop) && t.list[m.first-1].where&upper != 0 && t.classOf(m.first-1)&(cAPI|cLabel|cError|cEnv) == 0 {
		return false // "PACKAGE NOT FOUND"
	}
	return m.first != m.last || codeShaped(name) || m.cues&(cueAPI|cueNearAPI|cueLabel|cueFrom|cueThrown) != 0 || m.cues&(cueBegins|cueHappens|cueNow) != 0 && (t.isOwnCode(m.first, m.last) || len(name) >= shortestLoud && !t.base.Known(name))
}

// thrownMention reads the words behind token i, the class of an exception:
// "AuthenticationError: Invalid API Key provided".
func (t *talk) thrownMention(i int) (mention, bool) {
	if strings.HasPrefix(t.word(i), "java.lang.") || strings.HasPrefix(t.word(i), "java.security.") {
		return mention{}, false // of a program, not of an API
	}
	if !isExceptionName(t.word(i)) || !t.joined(i+1, clauseStop) || t.list[i+1].before == noStop {
		return mention{}, false
	}
	const reach = 4
	start := i + 1
	if t.is(start, "message") && t.joined(start+1, clauseStop) {
		start++
	}
	for from := start; from <= i+reach && (from == start || t.joined(from, noStop)) && t.list[from].status == 0; from++ {
		if to, ok := t.knownFrom(from, anyName); ok {
			m := t.wordsMention(from, to, t.phrase(from, to))
			m.reader = readerLog
			return m, true
		}
	}
	return mention{}, false
}

// announcesReason says whether token i is what programs print before the name of
// a status, in place of its number or beside it.
func (t *talk) announcesReason(i int) bool {
	return t.is(i, "statuscode", "statusmessage", "statustext", "statusdescription", "reasonphrase") ||
		t.is(i, "code") && t.is(i-1, "status", "error") || t.is(i, "error") && t.is(i-1, "client") || t.is(i, "phrase") && t.is(i-1, "reason") || t.is(i, "message") && t.is(i-1, "response")
}

// reasonMention reads the name of a status that stands where programs print its
// number, behind token i: "StatusCode: Forbidden".
func (t *talk) reasonMention(i int) (mention, bool) {
	from := i + 1
	if !t.joined(from, clauseStop) {
		return mention{}, false
	}
	for to := from + maxReasonWords - 1; to >= from; to-- {
		if !t.run(from, to) || reasonStatus(t.phrase(from, to)) == 0 && !(from == to && t.base.Known(t.phrase(from, to)) && strings.IndexByte(t.phrase(from, to), '0') < 0) { // gRPC has names of its own: Unauthenticated
			continue
		}
		s := t.phrase(from, to)
		m := mention{first: from, last: to, status: reasonStatus(s), codes: []string{s}, kind: KindReason, reader: readerLog}
		m.cues = cueProgram | t.context(from, to)
		return m, true
	}
	return mention{}, false
}
