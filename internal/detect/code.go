package detect

import "strings"

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
	last, known := t.knownFrom(i, t.loud)
	switch name := t.word(i); {
	case known:
		m.last = last
		m.codes = []string{t.name(i, last)}
		m.cues = cueLoud
		if codeShaped(m.codes[0]) {
			m.cues = cueCode
		}
	case codeShaped(name) && t.list[i].where&upper != 0 && len(name) >= shortestCode && len(name) <= longestCode:
		m.codes = []string{name}
		m.cues = cueLikeCode
	default:
		return m, false
	}
	if t.labelledAt(i) {
		m.cues |= cueLabel
	}
	if printed := strings.HasPrefix(t.text[t.list[m.last].span.End:], ": "); printed {
		switch {
		case isExceptionName(t.word(i)), errorBefore(t.text[:t.list[i].span.Start]):
			m.cues |= cueThrown
		case known && t.list[i].before == lineStop && t.list[i].where&upper != 0 && codeShaped(t.word(i)):
			m.cues |= cueLabel // "RESOURCE_EXHAUSTED: Quota exceeded"
		}
	}
	m.cues |= t.context(m.first, m.last)
	return m, t.isErrorCode(m)
}

// errorBefore says whether s ends as errors of gRPC for Node begin: "Error: 7 ".
func errorBefore(s string) bool {
	return strings.HasSuffix(strings.TrimRight(s, " 0123456789"), "Error:")
}

// An unknown code is one with a slip of the finger, or it is of no use.
const shortestCode, longestCode = 8, 40

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
	return m.first != m.last || codeShaped(name) || m.cues&(cueAPI|cueNearAPI|cueLabel|cueThrown) != 0
}

// thrownMention reads the words behind token i, the class of an exception:
// "AuthenticationError: Invalid API Key provided".
func (t *talk) thrownMention(i int) (mention, bool) {
	if !isExceptionName(t.word(i)) || !t.joined(i+1, clauseStop) || t.list[i+1].before == noStop {
		return mention{}, false
	}
	const reach = 4
	start := i + 1
	if t.is(start, "message") && t.joined(start+1, clauseStop) {
		start++
	}
	for from := start; from <= i+reach && (from == start || t.joined(from, noStop)); from++ {
		if to, ok := t.knownFrom(from, anyName); ok {
			m := t.wordsMention(from, to)
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
		if !t.run(from, to) || reasonStatus(t.phrase(from, to)) == 0 && !(from == to && t.base.Known(t.phrase(from, to))) { // gRPC has names of its own: Unauthenticated
			continue
		}
		s := t.phrase(from, to)
		m := mention{first: from, last: to, status: reasonStatus(s), codes: []string{s}, kind: KindReason, reader: readerLog}
		m.cues = cueProgram | t.context(from, to)
		return m, true
	}
	return mention{}, false
}

// saidMention reads the words behind token i, a verb of saying: "PDS says access
// denied", "we are being rate limited by the gateway". An API must be named, or
// anybody may have said it.
func (t *talk) saidMention(i int) (mention, bool) {
	const mostSkipped = 3
	from := i + 1
	for skipped := 0; skipped < mostSkipped && t.joined(from, clauseStop) && t.leadsToWords(from); skipped++ {
		from++
	}
	if !t.joined(from, clauseStop) {
		return mention{}, false
	}
	to, ok := t.knownFrom(from, anyName)
	if !ok {
		return mention{}, false
	}
	m := t.wordsMention(from, to)
	if strings.HasPrefix(t.text[t.list[i].span.End:], "=") { // error="invalid_token", as headers and logs have it
		m.cues |= cueProgram
	}
	return m, m.cues&(cueAPI|cueNearAPI|cueProgram) != 0
}

// leadsToWords says whether token i may stand between a verb of saying and what
// is said.
func (t *talk) leadsToWords(i int) bool {
	return t.is(i, "that", "the", "a", "an", "us", "me", "we", "my", "our", "it", "it's", "is", "are", "being", "error", "message", "with")
}

// stoppedMention reads words that end with token i, in the passive: "we are rate
// limited by PDS".
func (t *talk) stoppedMention(i int) (mention, bool) {
	if !t.is(i+1, "by") || !t.isAPI(i+2) && !t.isAPI(i+3) {
		return mention{}, false
	}
	for from := i - maxReasonWords + 1; from <= i; from++ {
		if t.run(from, i) && t.base.Known(t.phrase(from, i)) &&
			t.is(from-1, "is", "are", "am", "be", "been", "being", "was", "were", "getting", "got", "get", "i'm", "we're") {
			return t.wordsMention(from, i), true
		}
	}
	return mention{}, false
}

func (t *talk) wordsMention(from, to int) mention {
	m := mention{first: from, last: to, codes: []string{t.phrase(from, to)}, kind: KindSaid, reader: readerProse}
	m.cues = cueAnswers | t.context(from, to)&^cueHappens // the verb has counted already
	return m
}
