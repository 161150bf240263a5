package detect

import "strings"

// This file reads errors as programs print them without the number of a status: an
// exception with its words, a status by its name, a router's "Cannot GET".

// reasonKeys are the keys under which programs print the name of a status.
var reasonKeys = words("statuscode statusmessage statustext status_text statusdescription reasonphrase")

// unroutedMention reads Express's "Cannot GET /x" at token i, which is a 404.
func (t *talk) unroutedMention(i int) mention {
	m := mention{first: i, last: i + 1, status: 404, kind: KindStatus, reader: readerLog}
	m.cues = cueProgram | t.context(i, i+1)
	return m
}

// thrownMention reads the words behind token i, the class of an exception:
// "AuthenticationError: Invalid API Key provided".
func (t *talk) thrownMention(i int) (mention, bool) {
	const reach = 4
	if name := t.word(i); isOfJava(name) || !isExceptionName(name) {
		return mention{}, false
	}
	start := i + 1
	if !t.joined(start, clauseStop) || t.list[start].before == noStop {
		return mention{}, false
	}
	if t.is(start, "message") && t.joined(start+1, clauseStop) {
		start++
	}
	for from := start; from <= i+reach && (from == start || t.joined(from, noStop)) && !t.isStatus(from); from++ {
		if to, ok := t.knownFrom(from, anyName); ok {
			m := t.wordsMention(from, to, t.phrase(from, to))
			m.reader = readerLog
			return m, true
		}
	}
	return mention{}, false
}

// isOfJava says whether an exception is of Java itself: of a program, not of an API.
func isOfJava(name string) bool {
	return strings.HasPrefix(name, "java.lang.") || strings.HasPrefix(name, "java.security.")
}

// announcesReason says whether token i is what programs print before the name of
// a status, in place of its number or beside it.
func (t *talk) announcesReason(i int) bool {
	name := t.word(i)
	return isAmong(name[strings.LastIndexByte(name, '.')+1:], reasonKeys) ||
		t.is(i, "code") && t.is(i-1, "status", "error") ||
		t.is(i, "error") && t.is(i-1, "client") ||
		t.is(i, "phrase") && t.is(i-1, "reason") ||
		t.is(i, "message") && t.is(i-1, "response")
}

// reasonMention reads the name of a status that stands where programs print its
// number, behind token i: "StatusCode: Forbidden".
func (t *talk) reasonMention(i int) (mention, bool) {
	from := i + 1
	if !t.joined(from, clauseStop) {
		return mention{}, false
	}
	for to := from + maxReasonWords - 1; to >= from; to-- {
		if !t.run(from, to) {
			continue
		}
		s := t.phrase(from, to)
		if status := reasonStatus(s); status != 0 || from == to && t.isNamedReason(s) {
			m := mention{first: from, last: to, status: status, codes: []string{s}, kind: KindReason, reader: readerLog}
			m.cues = cueProgram | t.context(from, to)
			return m, true
		}
	}
	return mention{}, false
}

// servedMention reads a phrase from token i on with the path of the request behind it, as
// Django logs what it served (https://docs.djangoproject.com/en/5.2/ref/logging/):
// "Forbidden: /api/x", "Forbidden (CSRF cookie not set.): /api/x".
func (t *talk) servedMention(i int) mention {
	to := t.servedTo(i)
	s := t.phrase(i, to)
	m := mention{first: i, last: to, status: reasonStatus(s), codes: []string{s}, kind: KindReason, reader: readerLog}
	m.cues = cueProgram | t.context(i, to)
	return m
}

// isServed says whether such a phrase begins at token i.
func (t *talk) isServed(i int) bool { return t.servedTo(i) >= 0 }

// servedTo is the last token of such a phrase that begins at token i, or -1.
func (t *talk) servedTo(i int) int {
	if !isUpper(t.text[t.list[i].span.Start]) || t.marked(i, upper) {
		return -1
	}
	for to := i; to < i+maxReasonWords && t.run(i, to); to++ {
		if servedBehind(t.text[t.list[to].span.End:]) && reasonStatus(t.phrase(i, to)) != 0 {
			return to
		}
	}
	return -1
}

// servedBehind says whether a text begins with the path of an API behind a colon, perhaps
// with a reason in brackets before it.
func servedBehind(s string) bool {
	const longest = 80
	if strings.HasPrefix(s, " (") {
		end := strings.IndexByte(s[:min(len(s), longest)], ')')
		if end < 0 {
			return false
		}
		s = s[end+1:]
	}
	path, found := strings.CutPrefix(s, ":")
	return found && isAPIPath(path)
}

// isNamedReason says whether a word is a name that an article knows. gRPC has names of
// its own for statuses: Unauthenticated. None has a 0 in it.
func (t *talk) isNamedReason(s string) bool {
	return strings.IndexByte(s, '0') < 0 && t.base.Known(s)
}
