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
	case t.is(i, "cannot") && isMethod(t.word(i+1)) && strings.HasPrefix(t.text[t.list[i+1].span.End:], " /"): // Express
		m := mention{first: i, last: i + 1, status: 404, kind: KindStatus, reader: readerLog}
		m.cues = cueProgram | t.context(i, i+1)
		return m, true
	case t.announcesReason(i):
		return t.reasonMention(i)
	case codeShaped(t.word(i)), tok.where&upper != 0:
		if m, ok := t.codeMention(i); ok {
			return m, ok
		}
		return t.thrownMention(i)
	case tok.class&cSaid != 0:
		return t.saidMention(i)
	case tok.class&cStopped != 0:
		return t.stoppedMention(i)
	}
	return mention{}, false
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

// statusMention reads token i, a number that may be a status.
func (t *talk) statusMention(i int) (mention, bool) {
	m := mention{first: i, last: i, status: t.list[i].status, kind: KindStatus, reader: readerProse}
	if !t.nameBehind(&m) && !t.nameBefore(&m) {
		t.guessName(&m)
	}
	m.cues |= t.place(i)
	if m.cues&(cueNamed|cueProgram) == 0 && t.isCount(i) {
		return m, false
	}
	if m.cues&cueProgram != 0 {
		m.reader = readerLog
	}
	m.cues |= t.context(m.first, m.last)
	if m.cues&(cueNamed|cueNear) == 0 {
		t.nameAround(&m)
	}
	t.weighNumber(&m)
	return m, true
}

// weighNumber adds what depends on which number it is.
func (t *talk) weighNumber(m *mention) {
	const sure = cueNamed | cueNear | cueLikeCode | cueProgram | cueThrown
	if m.cues&sure == 0 {
		switch {
		case m.status%100 == 0:
			m.cues |= cueRound
		case m.status == 404 && m.cues&(cueLabel|cueFrom|cueAPI|cueNearAPI|cueNet) == 0:
			m.cues |= cueWeb // what is not found is a page more often than anything else
		case m.status != 404 && m.cues&cueHappens != 0:
			m.cues |= cueTelling
		}
		if m.cues&cueLabel == 0 {
			m.cues &^= cueAlone // a number alone is none
		}
	} else if m.cues&(cueNamed|cueHappens) != 0 && (m.status == 401 || m.status == 429) {
		m.cues |= cueTelling // nobody jokes about these
	}
	if t.isReplaced(m.first) {
		m.cues |= cueNegated
	}
	if t.isEither(m.first, m.last) {
		m.cues |= cueEither
	}
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
	return t.is(i-1, "not", "no", "without", "zero") ||
		t.is(i-1, "more") && t.is(i-2, "no") ||
		t.is(i-1, "of", "than") && t.is(i-2, "instead", "rather")
}
