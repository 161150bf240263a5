package detect

import (
	"slices"
	"strconv"
	"strings"
)

// mention is a place in a message where somebody may name an error.
type mention struct {
	first, last int // its tokens
	status      int
	codes       []string
	kind        Kind
	cues        Cues
	reader      string
}

const (
	readerProse = "prose"
	readerLog   = "log or transcript"
)

// maxWeighed bounds how many mentions of a message are weighed, which takes some 30 µs
// for each: whoever names so many reports none with what follows.
const maxWeighed = 200

// mentions finds what is said about errors.
func (t *talk) mentions() []Signal {
	var found []mention
	for i := 0; i < len(t.list) && len(found) < maxSignals && t.weighed < maxWeighed; i++ {
		m, ok := t.mention(i)
		if !ok {
			continue
		}
		if n := len(found); n > 0 && m.first <= found[n-1].last { // both name the same error
			old := &found[n-1]
			if m.cues.Weight() <= old.cues.Weight() && !(m.status != 0 && old.status == 0 && m.cues.Enough()) {
				continue
			}
			found = found[:n-1]
		}
		found = append(found, m)
		i = max(i, m.last)
	}
	markList(found)
	t.markPairs(found)
	t.markDoubts(found)
	t.markSiblings(found)
	signals := make([]Signal, 0, len(found))
	for _, m := range found {
		signals = append(signals, Signal{
			Kind: m.kind, Status: m.status, Codes: m.codes, Reader: m.reader, Cues: m.cues,
			Span: Span{t.list[m.first].span.Start, t.list[m.last].span.End},
		})
	}
	return signals
}

// mention reads what token i begins, or ends, if it names an error.
func (t *talk) mention(i int) (mention, bool) {
	tok := &t.list[i]
	switch {
	case tok.where&inLink != 0:
		return mention{}, false
	case tok.status != 0:
		return t.statusMention(i)
	case t.is(i, "cannot") && isMethod(t.word(i+1)) && isAPIPath(t.text[t.list[i+1].span.End:]): // Express
		m := mention{first: i, last: i + 1, status: 404, kind: KindStatus, reader: readerLog}
		m.cues = cueProgram | t.context(i, i+1)
		return m, true
	case t.announcesReason(i):
		return t.reasonMention(i)
	case codeShaped(t.word(i)), tok.where&upper != 0, t.hyphenated(i), isPrefixWord(t.word(i)):
		if m, ok := t.codeMention(i); ok {
			return m, ok
		}
		if m, ok := t.thrownMention(i); ok {
			return m, ok
		}
	}
	if tok.class&cSaid != 0 {
		if m, ok := t.saidMention(i); ok {
			return m, ok
		}
	}
	if tok.class&cStopped != 0 {
		if m, ok := t.stoppedMention(i); ok {
			return m, ok
		}
	}
	return t.plainMention(i)
}

// markList notes where a message only lists statuses or codes: three or more
// different ones, and nothing is said to happen.
func markList(found []mention) {
	const few = 3
	var names []string
	for _, m := range found {
		if m.cues&(cueHappens|cueProgram|cueThrown|cueHabit|cueAsks|cueHelp|cueNow|cueMeaning) != 0 {
			return
		}
		name := strconv.Itoa(m.status)
		if len(m.codes) > 0 {
			name = m.codes[0]
		}
		if m.cues&(cueNamed|cueCode|cueEnds) != 0 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) < few {
		return
	}
	for i := range found {
		found[i].cues |= cueList
	}
}

// markPairs notes where two statuses in a row stand where reported ones stand: "429
// while reading, 409 while writing", "App 1: 401. App 2: 401".
func (t *talk) markPairs(found []mention) {
	reported := func(m *mention) bool {
		return m.status != 0 && m.cues&cueEnds != 0 && m.cues&(against&^cueRound) == 0
	}
	for i := 1; i < len(found); i++ {
		if a, b := &found[i-1], &found[i]; reported(a) && reported(b) && t.siblings(a.last, 1) < b.first {
			a.cues |= cuePair
			b.cues |= cuePair
		}
	}
}

// markDoubts passes on what speaks against an error to those that are named beside
// it in the same breath, and of which it is not said that they happen: "401 is for
// missing credentials, 403 for lacking permission".
func (t *talk) markDoubts(found []mention) {
	const passed = cueExplains | cueRule | cueGuess | cuePlan
	const happens = cueHappens | cueNow | cueProgram | cueThrown | cueFrom
	for i := 1; i < len(found); i++ {
		a, b := &found[i-1], &found[i]
		if start, _ := t.clause(b.first); a.first < start {
			continue
		}
		if b.cues&happens == 0 {
			b.cues |= a.cues & passed
		} else if a.cues&happens == 0 {
			a.cues |= b.cues & passed
		}
	}
}

// markSiblings passes what speaks for an error on to those that are named beside it:
// "409 on the first try and then 429", "MISSING_VALUE and INVALID_VALUE in one response".
func (t *talk) markSiblings(found []mention) {
	for i := 1; i < len(found); i++ {
		a, b := &found[i-1], &found[i]
		if start, _ := t.clause(b.first); a.first < start || (a.status != 0) != (b.status != 0) || a.cues.Enough() == b.cues.Enough() {
			continue
		}
		if a.cues.Enough() {
			b.passOn(a.cues)
		} else {
			a.passOn(b.cues)
		}
	}
}

// passOn takes over the cues of another mention that say that it happens, unless
// something speaks against it.
func (m *mention) passOn(cues Cues) {
	if m.cues&against == 0 {
		if m.status == 0 {
			m.cues |= cueBegins // codes that stand side by side are one report
		}
		m.cues |= cues & (cueHappens | cueNow | cueFrom | cueTelling | cueAPI | cueHelp | cueNet | cueNearAPI | cueEnds | cueStatus | cueLabel)
	}
}

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
	if isAccessLog(t.text[:t.list[i].span.Start]) {
		m.cues &^= cuePlan | cueGuess
	}
	if m.cues&(cueNamed|cueNear) == 0 {
		t.nameAround(&m)
	} else if t.list[i].where&asked != 0 {
		m.cues |= cueAsks
	}
	if t.standsReported(i, &m) {
		m.cues |= cueEnds
	}
	if m.cues&(cueNamed|cueNear|cueProgram|cueLabel|cueStatus|cueEnds) == 0 && t.namesThing(&m) {
		m.cues |= cueThing
	}
	t.weighNumber(&m)
	if m.cues&cueNamed != 0 && t.joined(m.last+1, clauseStop) && t.is(m.last+1, "on", "from", "when", "while", "calling", "at") {
		m.cues |= cueEnds
	}
	return m, true
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
	told := m.cues&(cueContrast|cueHappens) != 0 && t.list[i].where&inFence == 0
	return told && t.isSpoken(m.first) && t.goesOnBehindStatus(m.last)
}

// weighNumber adds what depends on which number it is.
func (t *talk) weighNumber(m *mention) {
	const sure = cueNamed | cueNear | cueLikeCode | cueProgram | cueThrown
	if m.cues&sure == 0 {
		switch {
		case m.status%100 == 0:
			if m.cues&(cueAPI|cueFrom|cueStatus|cueArticle) == 0 && (m.cues&cueEnds == 0 || m.cues&(cueHappens|cueNow|cueNet|cueNearAPI) == 0) {
				m.cues |= cueRound
			}
		case m.status == 404 && m.cues&(cueStatus|cueLabel|cueFrom|cueAPI|cueNearAPI|cueNet) == 0:
			m.cues |= cueWeb // what is not found is a page more often than anything else
		case telling(m.status) && (m.cues&cueEnds != 0 || m.cues&cueLabel != 0 && t.joined(m.first, noStop) && t.isSpoken(m.first)),
			m.status != 404 && m.cues&(cueHappens|cueNow|cueFrom|cueContrast) != 0, t.repeated(m.first), m.status != 404 && m.cues&cueAPI != 0 && m.cues&(against|cueHabit) == 0:
			m.cues |= cueTelling
		}
		if m.cues&(cueStatus|cueLabel) == 0 && m.cues&(cueHappens|cueNow) == 0 {
			m.cues &^= cueAlone // a number alone is none
		}
	} else if m.cues&(cueNamed|cueHappens|cueNow) != 0 && (m.status == 401 || m.status == 429) {
		m.cues |= cueTelling // nobody jokes about these
	}
	if m.cues&cueHappens == 0 && t.isEither(m.first, m.last) {
		m.cues |= cueEither
	}
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

// standsAsStatus says whether the words on both sides leave the number as an answer
// that came, and not as the name or the count of something: "PDS: 403 on search",
// "today it's all 409", and neither "building 403" nor "403 too many meetings".
func (t *talk) standsAsStatus(first, last int) bool {
	head, tail := t.siblings(first, -1), t.siblings(last, 1)
	if strings.HasPrefix(t.text[t.list[last].span.End:], "(") {
		return false // "a 401(k)"
	}
	return t.list[first].where&inFence == 0 && t.isSpoken(head) && t.leadsToStatus(head) && t.goesOnBehindStatus(tail)
}

// leadsToStatus says whether a status may follow what stands before token i.
func (t *talk) leadsToStatus(i int) bool {
	const leads = cHappens | cCan | cLabel | cError | cNow | cStill | cBut | cTime | cAnswer | cHelp | cSubject | cJoke | cBefore
	if !t.joined(i, noStop) {
		return !t.joined(i, clauseStop) || !t.isHeaderName(i-2) || t.isSource(i-1) // "X-RateLimit-Remaining: 429"
	}
	if t.list[i].where&plural != 0 && t.classOf(i-1)&cBeforeMany != 0 {
		return true // "a flood of 401s", "the thing 429s"
	}
	if t.is(i-1, "is", "was", "are", "were") && t.classOf(i-2)&(cCounted|cUnit) != 0 && t.classOf(i-2)&(cSubject|cLabel) == 0 {
		return false // "the count is 429"
	}
	return t.classOf(i-1)&leads != 0 || t.isSource(i-1)
}

// goesOnBehindStatus says whether the clause may go on behind a status as it does
// behind token i.
func (t *talk) goesOnBehindStatus(i int) bool {
	const goes = cNow | cStill | cBut | cIf | cTime | cPlace | cLabel | cError | cFirst | cHelp | cAsk | cBehind
	if !t.joined(i+1, noStop) {
		return true
	}
	c := t.classOf(i + 1)
	switch {
	case t.isStatus(i) && t.is(i+1, "in", "at"):
		return t.classOf(i+2)&(cEnv|cNet|cAPI|cTime) != 0 || isDigit(t.text[t.list[min(i+2, len(t.list)-1)].span.Start])
	case c&cHappens != 0 && c&cHabit == 0: // "a 409 happened again"
		return true
	}
	return c&goes != 0 && c&cUnit == 0 || t.isSource(i+1)
}

// isSpoken says whether nothing but spaces and a colon stand before the number at
// token i, and no marks of a program.
func (t *talk) isSpoken(i int) bool {
	if i == 0 {
		return true
	}
	between := t.text[t.list[i-1].span.End:t.list[i].span.Start]
	if arrow := strings.TrimRight(between, " "); strings.HasSuffix(arrow, "->") || strings.HasSuffix(arrow, "=>") || strings.HasSuffix(arrow, "→") {
		return true
	}
	if between == "-" || between == "=" || between == "=\"" || between == "/" && !t.isStatus(i-1) { // inside a word, a value or a path
		return false
	}
	return strings.Trim(between, " :,\n\"'`“()*_/|-") == "" && !strings.HasPrefix(between, "(")
}

// isEither says whether another status stands beside this one as its alternative:
// "a 401 or a 403".
func (t *talk) isEither(first, last int) bool {
	return t.is(last+1, "or", "vs") && (t.isStatus(last+2) || t.isStatus(last+3)) ||
		t.is(first-1, "or", "vs") && (t.isStatus(first-2) || t.isStatus(first-3))
}

func (t *talk) isStatus(i int) bool { return i >= 0 && i < len(t.list) && t.list[i].status != 0 }

// isRange says whether token i begins or ends a range of numbers: "400 to 504". Where
// a status changed "from 401 to 403", it is none.
func (t *talk) isRange(i int) bool {
	to := func(i int) bool {
		return t.joined(i+1, noStop) && t.is(i+1, "to", "through") && t.isStatus(i+2) && !t.is(i-1, "from") && t.classOf(i-1)&(cHappens|cCan) == 0
	}
	return to(i) || i > 1 && to(i-2) && t.isStatus(i-2)
}

// namesThing says whether the number tells which of some things is meant: "the 409
// bus", "a diagram of the 401 flow".
func (t *talk) namesThing(m *mention) bool {
	behind := m.last + 1
	return t.list[m.first].where&plural == 0 && t.joined(m.first, noStop) && t.is(m.first-1, "the", "our", "of") &&
		t.joined(behind, noStop) && t.classOf(behind)&^(cCounted|cPlan) == 0 && isLower(t.word(behind)[0])
}

// isFileName says whether token i is the name of a file: "errors/409.ts".
func (t *talk) isFileName(i int) bool {
	rest := t.text[t.list[i].span.End:]
	return len(rest) > 1 && rest[0] == '.' && isLetter(rest[1])
}

// isReplaced says whether the status did not come: "a 403 instead of a 401",
// "403, not 401", "no more 403s".
func (t *talk) isReplaced(i int) bool {
	if t.is(i-1, "a", "an", "the") {
		i--
	}
	return t.joined(i, noStop) && t.is(i-1, "not", "no", "without", "zero", "single", "neither", "nor") ||
		t.is(i-1, "more") && t.is(i-2, "no") ||
		t.is(i-1, "of", "than") && t.is(i-2, "instead", "rather")
}
