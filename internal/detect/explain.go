package detect

import "strings"

// This file finds explanations: what an error means, when it comes, that it should.

var (
	// asItShould follow "is" where an error is called right: "the 404 is expected".
	asItShould = words(`normal expected fine correct right intended ok okay legit legitimate harmless usual`)

	// inMostCases follow "is" where something is said of all such errors.
	inMostCases = words("never nearly almost mostly generally")

	// weDo follow "is what we": "409 is what we return".
	weDo = words("return send throw use answer chose call")

	// handled say what is done with an error, or that its number is a count or a room.
	handled = words(`logged counted retried billed cached handled mapped ignored covered reserved defined called
		free taken booked`)

	// meant follow "is" where it is said what an error is for: "401 is for …".
	meant = words(`for about when because if normally usually often typically just basically meant used returned sent`)

	// judged follow "is the": "409 is the right one".
	judged = words("right correct standard normal usual wrong better")

	// fitting follow "makes" and "sounds": "422 makes more sense".
	fitting = words("more right sense better fine correct good wrong")

	// faultWords tell the faults of requests: an error is explained by these.
	faultWords = words(`expired missing invalid wrong bad unknown lacking no unauthenticated unauthorised unauthorized
		auth authentication authorisation permissions duplicates`)

	// leadingTo are verbs between a fault and the error that it leads to.
	leadingTo = words("gives gets leads causes triggers results means returns yields produces")

	// aFault begin a rule about requests with a fault: "an invalid token gives 401".
	aFault = words("a an any missing invalid wrong expired")

	// reacting are what programs do on an error: "axios rejects on 401".
	reacting = words("throws raises rejects retries redirects logs fails crashes triggers refreshes")

	// somebodys are words of who has an error, and does not tell what programs do.
	somebodys = words("i we us me my stuck")

	// onPurpose follow "as": "as designed".
	onPurpose = words("expected intended designed documented planned")

	// catalogues follow "error": "error codes: …".
	catalogues = words("catalogue catalog list codes table reference handling")
)

// meaning tells who asks what an error means from who explains it.
func (t *talk) meaning(s sentence) Cues {
	switch {
	case !s.has(cMeans):
		if t.asksMeaning(s) {
			return cueMeaning
		}
		return 0
	case s.isQuestion():
		return cueMeaning
	case t.is(s.last+1, "means"):
		return cueExplains
	case s.has(cFirst), t.is(s.start, "what", "whats", "what's"):
		return cueMeaning
	}
	return cueExplains
}

// asksMeaning says whether it is asked, in other words, what the mention means: "what
// is MISSING_VALUE", "what does INVALID_VALUE want from me?".
func (t *talk) asksMeaning(s sentence) bool {
	const near = 4
	if !t.is(s.start, "what's", "whats") && !(t.is(s.start, "what") && t.is(s.start+1, "is", "does", "on", "exactly")) {
		return false
	}
	asksOnly := s.isQuestion() || t.endsAt(s.tail)
	return asksOnly && s.head-s.start <= near && !t.has(s.head-1, cPlace) && !s.has(cYou|cPlan)
}

// isDefined says whether it is said what the mention is for: "401 is for missing
// credentials", "403 = I know you".
func (t *talk) isDefined(s sentence) bool {
	behind := s.last + 1
	switch {
	case t.isCalledNormal(s), t.isEquated(s.last):
		return true
	case t.is(behind, "is") && (t.is(behind+1, inMostCases...) && !s.isQuestion() || t.isWhat(behind+1)):
		return true
	case t.is(behind, "is", "are", "stands") && t.joined(behind, noStop):
		return t.isDefinition(behind + 1)
	case t.isToldApart(s), t.isKind(s), t.isOnStatus(s):
		return true
	}
	return t.is(behind, "makes", "sounds", "seems") && t.is(behind+1, fitting...)
}

// isCalledNormal says whether what follows calls the mention right: "a 404 here is
// expected".
func (t *talk) isCalledNormal(s sentence) bool {
	const reach = 4
	if s.isQuestion() {
		return false
	}
	behind := s.last + 1
	for i := behind; i < behind+reach && t.joined(i, noStop) && !t.has(i, cIf|cFirst); i++ {
		if t.is(i, "is", "are") && t.is(i+1, asItShould...) {
			return true
		}
	}
	return false
}

// isEquated says whether a meaning follows token i: "403 = I know you".
func (t *talk) isEquated(i int) bool {
	behind := strings.TrimLeft(t.text[t.list[i].span.End:], " ")
	return len(behind) > 2 && behind[0] == '=' && behind[1] == ' ' && isLetter(behind[2])
}

// isWhat says whether token i, behind "is", begins what people or programs do with the
// error: "what we return", "what you get".
func (t *talk) isWhat(i int) bool {
	return t.is(i, "what") &&
		(t.is(i+1, "you", "one", "people", "clients") || t.is(i+1, "we", "our", "i") && t.is(i+2, weDo...))
}

// isDefinition says whether the words from token i on, behind "is", say what an error is
// for, how it is handled, or whether it is the right one.
func (t *talk) isDefinition(i int) bool {
	return t.is(i, handled...) ||
		t.is(i, meant...) && !t.is(i+1, "us", "me") ||
		t.is(i, "a", "the") && t.is(i+1, judged...)
}

// isToldApart says whether each of several statuses is given its case: "401 for expired
// and 403 for missing scope".
func (t *talk) isToldApart(s sentence) bool {
	behind := s.last + 1
	if !t.is(behind, "for", "when", "if") || t.speaksOf(cStill) {
		return false
	}
	for i := s.start; i <= s.end; i++ {
		other := t.isStatus(i) && s.around(i) && t.list[i].status != t.list[s.first].status
		cases := !t.is(behind, "for") || t.isFault(behind+1) || t.isFault(i+2)
		if other && cases && t.is(i+1, t.word(behind)) {
			return true
		}
	}
	return false
}

// isKind says whether the mention is of a kind of errors, and of none that came: "most
// 403s are", "FORBIDDEN on 403".
func (t *talk) isKind(s sentence) bool {
	return s.marked(plural) && t.is(s.head-1, "most", "such", "typical") ||
		t.list[s.first].status == 0 && t.is(s.last+1, "on") && t.isStatus(s.last+2)
}

// isCatalogue says whether a list of errors is headed as one: "error catalogue: …".
func (t *talk) isCatalogue(s sentence) bool {
	return t.is(s.start, "error", "errors", "status", "code") && t.is(s.start+1, catalogues...) &&
		t.colonBehind(s.start+1) && !s.has(cNow|cFirst)
}

// isOnStatus says whether it is said what a program does on a status: "axios rejects
// on 401".
func (t *talk) isOnStatus(s sentence) bool {
	if !t.is(s.head-1, "on", "upon") || s.has(cNow|cTime|cHelp) || s.isQuestion() {
		return false
	}
	for i := s.start; i < s.head; i++ {
		if t.is(i, somebodys...) {
			return false
		}
		if t.is(i, reacting...) {
			return true
		}
	}
	return false
}

// isIntended says whether it is said that the error is meant to come: "on
// purpose", "by design".
func (t *talk) isIntended(s sentence) bool {
	if s.isQuestion() {
		return false
	}
	for i := s.last + 1; i <= s.end; i++ {
		switch {
		case t.is(i, "purpose") && t.is(i-1, "on"), t.is(i, "design") && t.is(i-1, "by"),
			t.is(i, onPurpose...) && t.is(i-1, "as"), t.is(i, "should") && t.is(i-1, "it", "they") && t.is(i-2, "as"),
			t.is(i, "deliberately", "intentionally"):
			return true
		}
	}
	return false
}

// isFault says whether the word at token i tells a fault of requests: "expired".
func (t *talk) isFault(i int) bool { return t.is(i, faultWords...) }

// isRule says whether the sentence says what such requests lead to: "an invalid
// token gives ACCESS_DENIED".
func (t *talk) isRule(s sentence) bool {
	start := s.start
	if t.is(start, "so", "and", "ok", "yes") {
		start++
	}
	if start == 0 && t.is(start, "then", "given") && t.is(start+1, "the") {
		return true // a step of a test
	}
	if !t.is(start, aFault...) || start >= s.first-1 || s.has(cFirst|cHelp|cNow) {
		return false
	}
	fault := false
	for i := s.start; i < s.first; i++ {
		fault = fault || t.isFault(i)
		if t.is(i, leadingTo...) {
			return fault
		}
	}
	return false
}
