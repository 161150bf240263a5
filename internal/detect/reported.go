package detect

import "strings"

// This file reads numbers that may be statuses, and tells those that are reported from
// counts, names and ranges.

// statusMention reads token i, a number that may be a status.
func (t *talk) statusMention(i int) (mention, bool) {
	m := mention{first: i, last: i, status: t.list[i].status, kind: KindStatus, reader: readerProse}
	if !t.nameBehind(&m) && !t.nameBefore(&m) {
		t.guessName(&m)
	}
	m.cues |= t.place(i)
	if t.repeated(i) {
		m.cues |= cuePlural
	}
	if t.isNoStatus(i, &m) {
		return m, false
	}
	if m.cues&cueProgram != 0 {
		m.reader = readerLog
	}
	m.cues |= t.context(m.first, m.last)
	if at := t.list[i].span; isAccessLog(t.text[:at.Start]) || loggedAt(t.text[:at.Start], t.text[at.End:]) {
		m.cues &^= cuePlan | cueGuess
	}
	if m.cues&(cueNamed|cueNear) == 0 {
		t.nameAround(&m)
		before := strings.TrimRight(t.text[:t.list[i].span.Start], " ,(")
		if len(m.codes) > 0 && strings.HasSuffix(before, m.codes[0]) && t.hasName(m.status, m.codes[0]) {
			m.cues |= cueError // "ETag mismatch, 409"
		}
	} else if t.marked(i, asked) {
		m.cues |= cueAsks
	}
	if m.status == 401 {
		t.nameByCredentials(&m)
	}
	if t.standsReported(i, &m) {
		m.cues |= cueEnds
	}
	if m.cues&(cueNamed|cueNear|cueProgram|cueLabel|cueStatus|cueEnds) == 0 && t.namesThing(&m) {
		m.cues |= cueThing
	}
	t.weighNumber(&m)
	if m.cues&cueNamed != 0 && t.goesOnBehindName(m.last) {
		m.cues |= cueEnds
	}
	return m, true
}

// goesOnBehindName says whether the clause goes on behind a status's name, at token i,
// with where it came: "403 Forbidden on /Patient".
func (t *talk) goesOnBehindName(i int) bool {
	return t.joined(i+1, clauseStop) && t.is(i+1, "on", "from", "when", "while", "calling", "at")
}

// isNoStatus says whether number i, which begins a mention, is something else: a
// count, a range, a file's name, or what numbers a thing before it.
func (t *talk) isNoStatus(i int, m *mention) bool {
	switch {
	case t.isOtherNumber(i), t.isFileName(i):
		return true
	case m.cues&cueProgram == 0 && (t.isReplaced(i) || t.isRange(i)):
		return true
	case m.cues&(cueNamed|cueNear|cueProgram) == 0 && !codeShaped(t.word(i+1)) && t.isCount(i):
		return true
	}
	numbers := t.classOf(i-1)&(cCounted|cLabel|cNet|cAPI) == cCounted && t.joined(i, noStop)
	return numbers && m.kind == KindCode && m.cues&cueCode == 0
}

// isOtherNumber says whether the line of the number at token i has the status of its
// request in another place: `"GET /x HTTP/1.1" 200 - "-" 429`, `GET /x 200 4 ms - 429`.
func (t *talk) isOtherNumber(i int) bool {
	if at := t.list[i].span; requestBehind(t.text[at.End:]) && endsWithNumbers(t.text[:at.Start]) {
		return true // a count of bytes
	}
	at := t.lineSpan(t.list[i].span)
	status := requestStatus(t.text[at.Start:at.End])
	return status >= 0 && at.Start+status != t.list[i].span.Start
}

// isFileName says whether token i is the name of a file: "errors/409.ts".
func (t *talk) isFileName(i int) bool {
	rest := t.text[t.list[i].span.End:]
	return len(rest) > 1 && rest[0] == '.' && isLetter(rest[1])
}

// denying stand before a status that did not come: "403, not 401".
var denying = words("not no without zero single neither nor")

// isReplaced says whether the status did not come: "a 403 instead of a 401",
// "403, not 401", "no more 403s".
func (t *talk) isReplaced(i int) bool {
	if t.is(i-1, "a", "an", "the") {
		i--
	}
	return t.joined(i, noStop) && t.is(i-1, denying...) ||
		t.is(i-1, "more") && t.is(i-2, "no") ||
		t.is(i-1, "of", "than") && t.is(i-2, "instead", "rather")
}

// isRange says whether token i begins or ends a range of numbers: "400 to 504".
func (t *talk) isRange(i int) bool {
	return t.beginsRange(i) || t.isStatus(i-2) && t.beginsRange(i-2)
}

// beginsRange says whether token i begins a range of numbers. Where a status changed
// "from 401 to 403", it is none.
func (t *talk) beginsRange(i int) bool {
	return t.joined(i+1, noStop) && t.is(i+1, "to", "through") && t.isStatus(i+2) &&
		!t.is(i-1, "from") && !t.has(i-1, anyVerb)
}

// namesThing says whether the number tells which of some things is meant: "the 409
// bus", "a diagram of the 401 flow".
func (t *talk) namesThing(m *mention) bool {
	behind := m.last + 1
	if t.marked(m.first, plural) || !t.joined(m.first, noStop) || !t.joined(behind, noStop) {
		return false
	}
	thing := t.classOf(behind)&^(cCounted|cPlan) == 0 && isLower(t.word(behind)[0])
	return thing && t.is(m.first-1, "the", "our", "of")
}

// standsReported says whether status i, which has no name beside it, stands where
// people put the one that they got. 404 is a word of its own by now: it needs a hint
// more.
func (t *talk) standsReported(i int, m *mention) bool {
	const hints = cueHappens | cueNow | cueFrom | cueAPI | cueNearAPI | cueNet
	switch {
	case m.cues&(cueNamed|cueNear|cueProgram) != 0, m.cues&(cueHabit|cueHappens) == cueHabit:
		return false
	case m.status == 404 && m.cues&hints == 0:
		return false
	case t.standsAsStatus(m.first, m.last):
		return true
	}
	told := m.cues&(cueContrast|cueHappens) != 0 && !t.marked(i, inFence)
	return told && t.isSpoken(m.first) && t.goesOnBehindStatus(m.last)
}

// standsAsStatus says whether the words on both sides leave the number as an answer
// that came, and not as the name or the count of something: "PDS: 403 on search",
// "today it's all 409", and neither "building 403" nor "403 too many meetings".
func (t *talk) standsAsStatus(first, last int) bool {
	if strings.HasPrefix(t.text[t.list[last].span.End:], "(") {
		return false // "a 401(k)"
	}
	head, tail := t.siblings(first, -1), t.siblings(last, 1)
	return !t.marked(first, inFence) && t.isSpoken(head) && t.leadsToStatus(head) && t.goesOnBehindStatus(tail)
}

// leadsToStatus says whether a status may follow what stands before token i.
func (t *talk) leadsToStatus(i int) bool {
	const leads = cHappens | cCan | cLabel | cError | cNow | cStill | cBut | cTime |
		cAnswer | cHelp | cSubject | cJoke | cBefore
	switch {
	case !t.joined(i, clauseStop):
		return true
	case !t.joined(i, noStop):
		return !t.isHeaderName(i-2) || t.isOrigin(i-1) // "X-RateLimit-Remaining: 429"
	case t.marked(i, plural) && t.has(i-1, cBeforeMany):
		return true // "a flood of 401s", "the thing 429s"
	case t.isCountBefore(i):
		return false
	}
	return t.has(i-1, leads) || t.isOrigin(i-1)
}

// isCountBefore says whether a count is told before token i: "the count is 429".
func (t *talk) isCountBefore(i int) bool {
	return t.is(i-1, "is", "was", "are", "were") && t.has(i-2, cCounted|cUnit) && !t.has(i-2, cSubject|cLabel)
}

// goesOnBehindStatus says whether the clause may go on behind a status as it does
// behind token i.
func (t *talk) goesOnBehindStatus(i int) bool {
	const goes = cNow | cStill | cBut | cIf | cTime | cPlace | cLabel | cError | cFirst | cHelp | cAsk | cBehind
	switch {
	case !t.joined(i+1, noStop):
		return true
	case t.isStatus(i) && t.is(i+1, "in", "at"):
		return t.has(i+2, cEnv|cNet|cAPI|cTime) || t.beginsWithDigit(i+2)
	case t.has(i+1, cHappens) && !t.has(i+1, cHabit): // "a 409 happened again"
		return true
	}
	return t.has(i+1, goes) && !t.has(i+1, cUnit) || t.isOrigin(i+1)
}

// isSpoken says whether nothing but spaces and a colon stand before the number at
// token i, and no marks of a program.
func (t *talk) isSpoken(i int) bool {
	if i == 0 {
		return true
	}
	between := t.between(i - 1)
	if t.list[i].before >= sentenceStop && strings.HasSuffix(between, " ") && !t.has(i-1, cPlan) { // "e.g. 403"
		return true
	}
	if endsWithArrow(between) || strings.HasSuffix(strings.TrimRight(between, " "), "→") {
		return true
	}
	if between == " = " && !t.marked(i, inFence) && !t.has(i-1, cLabel) { // "NRL search = 403"
		return true
	}
	switch between {
	case "-", "=", `="`: // inside a word or a value
		return false
	case "/": // inside a path
		return t.isStatus(i - 1)
	}
	return strings.Trim(between, " :,\n\"'`“()]*_/|-") == "" && !strings.HasPrefix(between, "(")
}

// weighNumber adds what depends on which number it is.
func (t *talk) weighNumber(m *mention) {
	const sure = cueNamed | cueNear | cueLikeCode | cueProgram | cueThrown
	if m.cues&sure == 0 {
		m.cues |= t.weighBare(m)
		if m.cues&(cueStatus|cueLabel|cueHappens|cueNow) == 0 {
			m.cues &^= cueAlone // a number alone is none
		}
	} else if m.cues&(cueNamed|cueHappens|cueNow) != 0 && (m.status == 401 || m.status == 429) {
		m.cues |= cueTelling // nobody jokes about these
	}
	if m.cues&cueHappens == 0 && t.isEither(m.first, m.last) {
		m.cues |= cueEither
	}
}

// weighBare weighs a number that nothing shows to be a status: round ones may be
// counts, 404 may be a page, and others are seldom anything else.
func (t *talk) weighBare(m *mention) Cues {
	switch {
	case m.status%100 == 0:
		if isRoundNumber(m.cues) {
			return cueRound
		}
	case m.status == 404:
		if m.cues&(cueStatus|cueLabel|cueFrom|cueAPI|cueNearAPI|cueNet) == 0 {
			return cueWeb // what is not found is a page more often than anything else
		}
		if t.repeated(m.first) {
			return cueTelling
		}
	case t.isTelling(m):
		return cueTelling
	}
	return 0
}

// isRoundNumber says whether, by its other cues, 400 or 500 may be just a round number.
func isRoundNumber(c Cues) bool {
	reported := c&cueEnds != 0 && c&(cueHappens|cueNow|cueNet|cueNearAPI) != 0
	return !reported && c&(cueAPI|cueFrom|cueStatus|cueArticle) == 0
}

// isTelling says whether a number that is neither round nor 404 is hardly another one
// where it stands.
func (t *talk) isTelling(m *mention) bool {
	switch {
	case m.cues&(cueHappens|cueNow|cueFrom|cueContrast) != 0, t.repeated(m.first):
		return true
	case m.cues&cueAPI != 0 && m.cues&(against|cueHabit) == 0:
		return true
	case !telling(m.status):
		return false
	}
	labelled := m.cues&cueLabel != 0 && t.joined(m.first, noStop) && t.isSpoken(m.first)
	return labelled || m.cues&cueEnds != 0
}

// telling says whether a number is hardly ever anything else than a status.
func telling(status int) bool {
	return status == 401 || status == 403 || status == 409 || status == 429
}

// repeated says whether the same status stands beside token i again: "401 401 401".
func (t *talk) repeated(i int) bool {
	same := func(j int) bool { return t.isStatus(j) && t.list[j].status == t.list[i].status }
	return t.joined(i+1, clauseStop) && same(i+1) || t.joined(i, clauseStop) && same(i-1)
}

// isEither says whether another status stands beside this one as its alternative:
// "a 401 or a 403".
func (t *talk) isEither(first, last int) bool {
	return t.is(last+1, "or", "vs") && (t.isStatus(last+2) || t.isStatus(last+3)) ||
		t.is(first-1, "or", "vs") && (t.isStatus(first-2) || t.isStatus(first-3))
}
