package detect

import "strings"

// This file finds what is over: solved, gone, thanked for, or long ago.

var (
	// nowKnown follow "was" where it is said what an error had been: "the 401s were an
	// expired certificate".
	nowKnown = words("a an our my due because caused just only down from expired")

	// incidents are what is closed, and closings, how: "incident closed".
	incidents = words("incident problem outage ticket case")
	closings  = words("closed resolved over review report summary ended done")

	// shortTimes stand before "ago" where it is not long ago. Days and weeks are short
	// enough for a report.
	shortTimes = words(`second ms millisecond milliseconds h m s sec secs seconds min mins minute minutes hour hours moments
		day days week weeks`)

	// pastTimes follow "last": "last year we had 429s".
	pastTimes = words("year month quarter summer winter spring autumn")

	// notYet are words before "fixed" and the like that leave it open: "how can this be
	// fixed".
	notYet = words("be until how get anyone stopped have nothing none what")

	// foundThe are what is found at the end: "found the cause".
	foundThe = words("cause reason issue problem culprit bug mistake")

	// goesWrong follow "stopped" where something else than an error stopped.
	goesWrong = words("at with working processing responding by")
)

// isSettled says whether the message says that this error is over: it is solved, and
// nothing new came up, or closed, or thanked for, or to be ignored.
func (t *talk) isSettled(s sentence) bool {
	if t.solved >= s.start && !t.isNews(s) {
		return true
	}
	start := t.sentenceStart(s.first)
	ignored := start < s.first && t.is(start, "ignore", "disregard", "forget")
	was := t.solved >= 0 && (t.is(s.head-1, "was", "were") || t.is(s.head-2, "was"))
	return ignored || was || t.isOver(s) || t.isClosed(start) || t.isThanks(s)
}

// isNews says whether what was solved is something else, and the mention is new:
// "401 fixed, now I get a 403".
func (t *talk) isNews(s sentence) bool {
	if t.solved >= s.first {
		return false
	}
	for i := t.solved + 1; i < s.first; i++ {
		if t.is(i, "now", "but", "still", "next", "new") || t.has(i, cStill) {
			return t.list[i].before > noStop || t.is(i-1, "and")
		}
	}
	return false
}

// isOver says whether it is said of the mention that it does not come any more, or
// what it was: "the 429s have stopped", "401 no longer an issue", "the 401s were an
// expired certificate".
func (t *talk) isOver(s sentence) bool {
	const reach = 3
	for i := s.tail + 1; i <= s.tail+reach && t.joined(i, noStop); i++ {
		if t.endsErrors(i) {
			return !s.isQuestion() && !t.isNegated(i)
		}
	}
	return false
}

// endsErrors says whether the words from token i on say of the errors before them that
// they come no more, or what they were.
func (t *talk) endsErrors(i int) bool {
	return t.is(i, "stopped", "ceased", "disappeared", "vanished") ||
		t.is(i, "gone", "fixed", "sorted", "solved", "resolved") ||
		t.is(i, "no") && t.is(i+1, "longer", "more") ||
		t.is(i, "back") && t.is(i+1, "to") && t.is(i+2, "zero", "normal", "nil") ||
		t.has(i, cNot) && t.is(i+1, "appear", "happen", "occur", "come", "show") && t.is(i+3, "more", "longer") ||
		t.is(i, "was", "were") && t.is(i+1, nowKnown...)
}

// isClosed says whether the sentence at token i is headed as the end of something:
// "Incident closed: …", "incident review".
func (t *talk) isClosed(i int) bool { return t.is(i, incidents...) && t.is(i+1, closings...) }

// isThanks says whether the sentence thanks somebody for what was done about it, and
// not in advance.
func (t *talk) isThanks(s sentence) bool {
	start := t.sentenceStart(s.first)
	return start < s.first && t.is(start, "thanks", "thank", "thx", "ty", "cheers") && !t.is(start+1, "in") &&
		!s.has(cNow|cStill|cBut)
}

// isPast says whether the sentence speaks of long ago: "last year we had 429s".
func (t *talk) isPast(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if t.isLongAgo(i, s) {
			return true
		}
	}
	return false
}

// isLongAgo says whether the words from token i on speak of a time long ago.
func (t *talk) isLongAgo(i int, s sentence) bool {
	return t.isRemembered(i) ||
		t.is(i, "last", "previous") && t.is(i+1, pastTimes...) ||
		t.is(i, "in") && t.is(i+1, months...) && !s.has(cNow|cStill) ||
		t.is(i, "back") && t.is(i+1, "in", "then") && !t.is(i+2, "the") && i < s.first ||
		t.is(i, "used") && t.is(i+1, "to") && !t.is(i+2, "work", "be", "return")
}

// isRemembered says whether token i is a word of reviews and memories: "I remember",
// "two years ago". What was minutes ago, and what nobody remembers, is none.
func (t *talk) isRemembered(i int) bool {
	return t.has(i, cPast) && !t.is(i-1, shortTimes...) && !t.is(i-1, "not", "don't", "can't")
}

// isNegated says whether the verb at token i is denied: "no longer see", "don't
// get".
func (t *talk) isNegated(i int) bool {
	const reach = 2
	for j := i - 1; j >= i-reach && t.joined(j+1, noStop); j-- {
		if t.has(j, cNot) && !t.is(j, "without") || t.is(j, "nobody", "none") || t.is(j, "longer", "stopped") {
			return true
		}
	}
	return false
}

// isSolved says whether token i, such as "fixed", says that something is over:
// "that's fixed now" does, "how can this be fixed" and "not resolved" do not.
func (t *talk) isSolved(i int) bool {
	if t.marked(i, inFence) || t.isStillOpen(i) {
		return false
	}
	switch {
	case t.is(i, "resolved") && (strings.HasPrefix(t.between(i), " [") || t.is(i+1, "exception")): // how Spring logs what it answered
		return false
	case t.is(i, "works", "working"):
		return t.worksAgain(i)
	case t.is(i, "found") && t.is(i+1, "the"):
		return t.is(i+2, foundThe...)
	case t.is(i, "it's"): // of class cSolved only as "it" is
		return false
	case t.is(i, "it"):
		return t.isItWas(i)
	case t.is(i, "know"):
		return t.is(i+1, "why") && t.is(i-1, "we", "i", "now")
	case t.is(i, "gone") && t.is(i+1, "from", "up", "down", "wrong"):
		return false
	case t.is(i, "stopped"):
		return !t.is(i+1, goesWrong...)
	}
	if begins, whole := t.solvedPair(i); begins {
		return whole && !t.is(i-1, "with") // "… with root cause" ends a line of Tomcat's log
	}
	return !t.marked(i, asked)
}

// isStillOpen says whether what stands before token i leaves open if it is solved: "not
// fixed", "should be fixed", "until fixed".
func (t *talk) isStillOpen(i int) bool {
	const reach = 3
	for j := i - 1; j >= i-reach && t.joined(j+1, noStop); j-- {
		if t.has(j, cNot|cModal|cStill) || t.is(j, notYet...) && !t.is(j+1, "been", "it") {
			return true
		}
	}
	return false
}

// worksAgain says whether "works" at token i ends a story: of all that works, only what
// works now or again does, or a message that ends with "it works fine".
func (t *talk) worksAgain(i int) bool {
	switch {
	case t.is(i+1, "now", "again"), t.is(i-1, "now", "all"):
		return true
	case !t.is(i+1, "fine"):
		return false
	}
	ends := t.list[i+1].span.End+2 > len(t.text)
	return t.is(i+2, "now", "again") || ends && t.is(i-1, "it", "everything")
}

// isItWas says whether "it" at token i begins what the reason was, in passing: "sorry,
// it was our proxy".
func (t *talk) isItWas(i int) bool {
	return t.is(i+1, "was") && t.is(i+2, "the", "our", "my", "a") &&
		t.list[i].before == clauseStop && !t.isStatus(i+3)
}

// solvedPairs are words of cSolved that mean it only with the word behind them.
var solvedPairs = [...][2]string{
	{"went", "away"}, {"rolled", "back"}, {"got", "rid"}, {"never", "mind"},
	{"root", "cause"}, {"turned", "out"}, {"turns", "out"}, {"figured", "out"}, {"found", "it"},
	{"was", "due"}, {"was", "because"}, {"was", "caused"},
	{"my", "bad"}, {"my", "fault"}, {"own", "fault"}, {"our", "fault"}, {"my", "mistake"},
	{"all", "good"}, {"all", "fine"}, {"all", "ok"},
}

// solvedPair says whether token i begins one of solvedPairs, and whether the next one
// makes it whole.
func (t *talk) solvedPair(i int) (begins, whole bool) {
	for _, pair := range solvedPairs {
		if t.is(i, pair[0]) {
			begins = true
			if t.is(i+1, pair[1]) {
				return true, true
			}
		}
	}
	return begins, false
}
