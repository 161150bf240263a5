package detect

import (
	"slices"
	"strconv"
)

// This file lets the mentions of a message bear on each other.

// markAll adds the cues that mentions have from each other.
func (t *talk) markAll(found []mention) {
	markList(found)
	t.markPairs(found)
	t.markDoubts(found)
	t.markSiblings(found)
}

// markList notes where a message only lists statuses or codes: three or more
// different ones, and nothing is said to happen.
func markList(found []mention) {
	const few = 3
	const told = cueHappens | cueNow | cueHabit | cueProgram | cueThrown | cueAsks | cueHelp | cueMeaning
	var names []string
	for i := range found {
		m := &found[i]
		if m.cues&told != 0 {
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
		switch {
		case !t.shareClause(a, b):
		case b.cues&happens == 0:
			b.cues |= a.cues & passed
		case a.cues&happens == 0:
			a.cues |= b.cues & passed
		}
	}
}

// markSiblings passes what speaks for an error on to those that are named beside it:
// "409 on the first try and then 429", "MISSING_VALUE and INVALID_VALUE in one response".
func (t *talk) markSiblings(found []mention) {
	for i := 1; i < len(found); i++ {
		a, b := &found[i-1], &found[i]
		alike := (a.status != 0) == (b.status != 0)
		switch {
		case !alike || !t.shareClause(a, b) || a.cues.Enough() == b.cues.Enough():
		case a.cues.Enough():
			b.takeOver(a.cues)
		default:
			a.takeOver(b.cues)
		}
	}
}

// shareClause says whether two mentions, the first one before the other, stand in one
// clause.
func (t *talk) shareClause(a, b *mention) bool {
	start, _ := t.clause(b.first)
	return a.first >= start
}

// takeOver takes over the cues of another mention that say that it happens, unless
// something speaks against this one.
func (m *mention) takeOver(cues Cues) {
	const passed = cueHappens | cueNow | cueFrom | cueTelling | cueStatus | cueLabel | cueEnds |
		cueAPI | cueNearAPI | cueNet | cueHelp
	if m.cues&against != 0 {
		return
	}
	if m.status == 0 {
		m.cues |= cueBegins // codes that stand side by side are one report
	}
	m.cues |= cues & passed
}
