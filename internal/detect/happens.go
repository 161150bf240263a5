package detect

// This file finds what says, without a verb of the error's own, that it happens: words
// beside the mention, when it began, who gets it, who asks why.

var (
	// manyOf stand before "of 401s".
	manyOf = words("lots loads tons bunch plenty lot")

	// comingBack are words behind an error that say that it is there.
	comingBack = words(`coming keeps stays remains started starts starting happening happens appearing
		showing persists returned again back`)

	// everyTime are words behind an error that say how often: "403 on every call".
	everyTime = words("all every everything everyone everywhere since each")

	// allOfIt are what may follow "all" there: "all day", "all the time".
	allOfIt = words("day morning afternoon evening night week weekend time the call request monday")

	// output are what shows a code: "ACCESS_DENIED in the response".
	output = words("response outcome body reply log logs output console")

	// vaguely are of class cNow but say nothing behind an error: "403 only for …".
	vaguely = words("just only always same sometimes occasionally")

	// occasions are the beginnings of what the writer did: "403 when calling …".
	occasions = words(`i we i'm we're calling creating posting updating fetching sending trying doing running`)

	// sinceWhen begin a sentence about when an error began: "after the upgrade: 403".
	sinceWhen = words("after since with now today")

	// causing ask or tell what brings an error.
	causing = words("cause causes causing caused")
)

// happensBefore says whether what stands right before the mention says that it
// happens: "still a 403", "today 403", "calls OK then 429", "can't get past 401".
func (t *talk) happensBefore(s sentence) bool {
	const near = 3
	for i := s.head - 1; i >= s.start && i >= s.head-near && t.joined(i+1, clauseStop) && !t.colonBehind(i); i-- {
		beside := i == s.head-1
		switch {
		case beside && t.is(i, "yet", "but"):
			return t.endsAt(s.tail)
		case t.is(i, "only", "just", "always", "constantly"):
			return t.isOnlyAnswer(i, s)
		case t.is(i, "sometimes", "occasionally"), t.is(i, "keep") && t.is(i+1, "the", "a", "that"):
			return false
		case t.has(i, cStill), t.has(i, cNow) && (t.talksOfAPIs(s) || s.status(t)):
			return true
		case beside && t.is(i, "of") && t.is(i-1, manyOf...), t.is(i, "but") && t.is(i-1, "nothing"):
			return true
		case beside && t.is(i, "then"):
			return t.talksOfAPIs(s) || t.otherStatus(s)
		case t.is(i, "past", "around", "rid") && t.is(i-1, "get", "getting"):
			return t.has(i-2, cNot|cFirst) || t.is(i-2, "to")
		}
	}
	return false
}

// isOnlyAnswer says whether the word at token i, such as "always", makes the mention
// all that ever comes: "always a 403".
func (t *talk) isOnlyAnswer(i int, s sentence) bool {
	beside := i == s.head-1 || i == s.head-2 && t.is(i+1, "a", "an")
	return beside && !s.marked(plural) && t.endsAt(s.tail)
}

// happensBehind says whether what stands behind the mention says that it
// happens: "the 403 is back", "403 on every call", "403 is all I get".
func (t *talk) happensBehind(s sentence) bool {
	const near = 4
	for i := s.tail + 1; i <= s.end && i <= s.tail+near && t.list[i].before <= clauseStop; i++ {
		switch {
		case t.endsReport(i):
			return false
		case t.is(i, output...) && t.is(i-1, "the", "same", "my", "our") && !s.status(t):
			return true
		case t.is(i, comingBack...), t.has(i, anyVerb) && t.is(i-1, "i", "we"):
			return true
		case t.is(i, everyTime...) && !(t.is(i, "all") && t.is(i+1, "from")):
			return t.talksOfAPIs(s) || t.is(i-1, "on", "for") || t.is(i+1, allOfIt...)
		case t.is(i, "across") && t.is(i+1, "the", "all"):
			return true
		case t.has(i, cNow) && !t.is(i, vaguely...):
			return t.talksOfAPIs(s) || i == s.tail+1
		}
	}
	return false
}

// endsReport says whether the words behind a mention, at token i, turn to something
// else than a report: "401 is returned when", "403 should", "404 page".
func (t *talk) endsReport(i int) bool {
	return t.is(i, "returned", "thrown", "sent") && t.is(i-1, "is", "are", "be") ||
		t.has(i, cModal) && !t.is(i, "to") || t.has(i, cPlan|cNot) ||
		t.is(i, "per", "as", "handler", "page")
}

// happensSince says whether the sentence begins with when it began, and the mention
// is all that follows: "after the upgrade: 403".
func (t *talk) happensSince(s sentence) bool {
	return (t.isFailingBut(s) || t.tellsWhen(s.start)) && s.start < s.head-1 &&
		t.list[s.head].before == clauseStop && t.endsAt(s.tail)
}

// tellsWhen says whether a clause begins at token i with a time, or with what was
// done: "since Monday", "rotated the key", "we moved to prod".
func (t *talk) tellsWhen(i int) bool {
	return t.is(i, sinceWhen...) || t.has(i, cDid) || t.has(i, cFirst) && t.has(i+1, cDid)
}

// isFailingBut says whether a colon behind "doesn't" leads to the mention: "the
// validator passes it but the server doesn't: 400".
func (t *talk) isFailingBut(s sentence) bool {
	return t.has(s.head-1, cNot) && t.joined(s.head, clauseStop) && t.colonBehind(s.head-1)
}

// happensToUs says whether what follows the mention says that the writer gets it:
// "the 404 we're seeing on Task".
func (t *talk) happensToUs(s sentence) bool {
	const near = 3
	for i := s.tail + 1; i <= s.end && i <= s.tail+near && t.joined(i, noStop); i++ {
		if !t.has(i, cFirst) {
			continue
		}
		for j := i + 1; j <= i+2 && t.joined(j, noStop); j++ {
			if t.isVerb(j) && !t.is(j, answering...) && !t.isNegated(j) && !t.isPlanned(j) {
				return true
			}
		}
	}
	return false
}

// happensWhen says whether it is said on what occasion it happens to the writer:
// "when we page fast", "on a second submit".
func (t *talk) happensWhen(s sentence) bool {
	at := s.tail + 1
	if !t.is(at, "when", "while", "after", "if", "whenever", "wen", "whe") || !t.joined(at, clauseStop) {
		return false
	}
	return t.is(at+1, occasions...) || t.is(at+2, "try", "trying", "call", "calling") && !t.has(at+1, cYou)
}

// asksWhyIt says whether the sentence asks why right before the mention: "why is
// it 403", "what could cause a 400".
func (t *talk) asksWhyIt(s sentence) bool {
	const near = 5
	for i := s.head - 1; i >= s.start && i >= s.head-near; i-- {
		if t.is(i, causing...) && t.asksWhy(i) {
			return true
		}
		if t.is(i, "why") {
			return t.isWhyOf(i, s)
		}
	}
	return false
}

// isWhyOf says whether the "why" at token i asks about the mention, and not, as in "why
// not return 404", about a choice.
func (t *talk) isWhyOf(i int, s sentence) bool {
	beside := i == s.head-1
	switch {
	case t.is(i+1, "not", "do", "does"), !beside && !s.status(t), t.isPreferred(s.tail + 1):
		return false
	}
	return beside || t.is(i+1, "is", "am", "are", "the", "this") || t.talksOfAPIs(s)
}

// isPreferred says whether the words from token i on say that what stands before them was
// chosen: "409 rather than 422", "404 over 403".
func (t *talk) isPreferred(i int) bool {
	return t.is(i, "rather", "over", "vs", "versus") && (t.isStatus(i+1) || t.isStatus(i+2))
}

// asksWhy says whether "why" stands before token i in its sentence.
func (t *talk) asksWhy(i int) bool {
	const reach = 40
	for j := i; j > 0 && j > i-reach && t.list[j].before < sentenceStop; j-- {
		switch {
		case t.is(j-1, "why"), t.is(j-1, "how") && t.is(j, "come"):
			return true
		case t.is(j-1, "reason") && t.is(j-2, "any", "the", "what", "a"):
			return true
		case t.is(j-1, "what", "what's") && t.asksCause(j):
			return true
		}
	}
	return false
}

// asksCause says whether the words from token i on, behind "what", ask for a cause:
// "could be the cause", "triggers".
func (t *talk) asksCause(i int) bool {
	const reach = 3
	if !t.is(i, "could", "can", "might", "would", "may", "is") && !t.is(i, "causes", "causing", "caused") {
		return false
	}
	for j := i; j < i+reach; j++ {
		if t.is(j, causing...) || t.is(j, "trigger", "triggers") {
			return true
		}
	}
	return false
}
