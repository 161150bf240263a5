package detect

import (
	"slices"
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

// mentions finds what is said about errors.
func (t *talk) mentions() []Signal {
	var found []mention
	for i := 0; i < len(t.list) && len(found) < maxSignals; i++ {
		m, ok := t.mention(i)
		if !ok {
			continue
		}
		if n := len(found); n > 0 && m.first <= found[n-1].last { // both name the same error
			if m.cues.Weight() <= found[n-1].cues.Weight() {
				continue
			}
			found = found[:n-1]
		}
		found = append(found, m)
		i = max(i, m.last)
	}
	markList(found)
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
// different ones, each with a name, and nothing is said to happen.
func markList(found []mention) {
	const few = 3
	var names []string
	for _, m := range found {
		if m.cues&(cueHappens|cueProgram|cueThrown|cueHabit|cueAsks|cueMeaning) != 0 {
			return
		}
		if m.cues&(cueNamed|cueCode) != 0 && !slices.Contains(names, m.codes[0]) {
			names = append(names, m.codes[0])
		}
	}
	if len(names) < few {
		return
	}
	for i := range found {
		found[i].cues |= cueList
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
		m.cues |= cues & (cueHappens | cueNow | cueFrom | cueTelling | cueAPI | cueHelp | cueStatus | cueLabel)
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
	if t.isOtherNumber(i) || m.cues&(cueNamed|cueProgram) == 0 && t.isCount(i) || t.isReplaced(i) && m.cues&cueProgram == 0 {
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
	t.weighNumber(&m)
	if m.cues&(cueNamed|cueNear|cueProgram) == 0 && t.endsAt(m.last) && (m.status%100 != 0 && m.status != 404 || m.cues&(cueAPI|cueNearAPI|cueNet) != 0 || m.status != 404 && m.cues&cueArticle != 0) &&
		(m.cues&(cueHappens|cueNow|cueLabel|cueContrast) != 0 || m.cues&cueAPI != 0 && t.joined(m.first, clauseStop) && t.colonBehind(m.first-1)) && t.list[i].where&inFence == 0 && t.isSpoken(i) {
		m.cues |= cueEnds
	}
	if m.cues&cueNamed != 0 && t.joined(m.last+1, clauseStop) && t.is(m.last+1, "on", "from", "when", "while", "calling", "at") {
		m.cues |= cueEnds
	}
	return m, true
}

// weighNumber adds what depends on which number it is.
func (t *talk) weighNumber(m *mention) {
	const sure = cueNamed | cueNear | cueLikeCode | cueProgram | cueThrown
	if m.cues&sure == 0 {
		switch {
		case m.status%100 == 0:
			if m.cues&(cueAPI|cueFrom|cueStatus|cueArticle) == 0 {
				m.cues |= cueRound
			}
		case m.status == 404 && m.cues&(cueStatus|cueLabel|cueFrom|cueAPI|cueNearAPI|cueNet) == 0:
			m.cues |= cueWeb // what is not found is a page more often than anything else
		case m.status != 404 && m.cues&(cueHappens|cueNow|cueFrom|cueContrast) != 0, t.repeated(m.first), m.status != 404 && m.cues&cueAPI != 0 && m.cues&(against|cueHabit) == 0:
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

// repeated says whether the same status stands beside token i again: "401 401 401".
func (t *talk) repeated(i int) bool {
	same := func(j int) bool { return t.isStatus(j) && t.list[j].status == t.list[i].status }
	return t.joined(i+1, clauseStop) && same(i+1) || t.joined(i, clauseStop) && same(i-1)
}

// isSpoken says whether nothing but spaces and a colon stand before the number at
// token i, and no marks of a program.
func (t *talk) isSpoken(i int) bool {
	return i == 0 || strings.Trim(t.text[t.list[i-1].span.End:t.list[i].span.Start], " :,\n\"'`“(") == ""
}

// isEither says whether another status stands beside this one as its alternative:
// "a 401 or a 403".
func (t *talk) isEither(first, last int) bool {
	return t.is(last+1, "or", "vs") && (t.isStatus(last+2) || t.isStatus(last+3)) ||
		t.is(first-1, "or", "vs") && (t.isStatus(first-2) || t.isStatus(first-3))
}

func (t *talk) isStatus(i int) bool { return i >= 0 && i < len(t.list) && t.list[i].status != 0 }

// isReplaced says whether the status did not come: "a 403 instead of a 401",
// "403, not 401", "no more 403s".
func (t *talk) isReplaced(i int) bool {
	if t.is(i-1, "a", "an", "the") {
		i--
	}
	return t.is(i-1, "not", "no", "without", "zero", "single", "neither", "nor") ||
		t.is(i-1, "more") && t.is(i-2, "no") ||
		t.is(i-1, "of", "than") && t.is(i-2, "instead", "rather")
}
