package detect

import "strings"

// This file reads the verb of an error: whether something happens to somebody, or could,
// or should, or never does.

// anyVerb is the class of verbs that errors have.
const anyVerb = cHappens | cCan

var (
	// nounsToo are verbs that are as often nouns: "the answer is 403".
	nounsToo = words(`answer answers reply replies report reports result results returns sends
		show shows hit hits message`)

	// determiners stand before nouns, and not before verbs.
	determiners = words("the an this its our my no each every")

	// otherVerbs make another verb of the one before them: "getting rid", "get past".
	otherVerbs = words("rid started past around over to")

	// answering are the base forms of what APIs do with an error, and callers do not.
	answering = words("return throw give send answer respond show")

	// shouldDo are those of them, and of failing, that plans are made of.
	shouldDo = words("return throw give respond answer reject send show fail")

	// unable say of something that it cannot be done, or was not.
	unable = words("cannot can't cant couldn't unable failed failing fails")

	// inMind are what people are unable to do without any API.
	inMind = words("it read find resolve import be see wait remember recall believe reproduce")

	// holding are verbs of what an answer has in it.
	holding = words("has contains includes holds carries had contained included")

	// changing are verbs before "from … to".
	changing = words("gone went goes going changed changes switched turned flipped moved dropped")

	// breaking are verbs that end in an error, beside all that end in -ed, -ing or -s.
	breaking = words("fail end result died fell blew went bounce crash die break choke stop")

	// resulting are verbs whose errors follow "in", and not only "with".
	resulting = words("result results resulted resulting end ends ended ending")

	// allOf begin what says that all of something does it: "every call gives 401".
	allOf = words("all every everything most our my these both requests calls")

	// senders are who gets errors, in the writer's words.
	senders = words("anyone customers users just people clients they suppliers practices sites")

	// ownThings are what developers build and speak of as theirs: how these answer is
	// their own choice.
	ownThings = words(`api apis endpoint endpoints service backend server gateway proxy
		code sdk library wrapper interceptor helper`)

	// thisTime are words that speak of this very call, and not of calls in general.
	thisTime = words("these every everything all any now today even since again")

	// asItShouldBe are what people say of the requests that fail all the same.
	asItShouldBe = words("valid fresh new correct right same")

	// doers stand before a status that is used as a verb: "it 403s on me".
	doers = words("it that this which everything they just suddenly")
)

// verb looks for the verb that says that it happens: the nearest one before the
// mention, or else a few words behind it.
func (t *talk) verb(s sentence) Cues {
	if t.fails(s) {
		return cueHappens
	}
	c := t.nearestVerb(s)
	if c&against != 0 {
		return c
	}
	if with := t.withBefore(s); with != 0 {
		return with
	}
	if t.isResult(s) || t.asksWhyIt(s) || t.happensToUs(s) || t.isUsedAsVerb(s) || t.followsStatus(s) || t.saysBehind(s) || t.isChange(s) {
		c = cueHappens
	}
	if t.happensBefore(s) || t.happensBehind(s) || t.happensSince(s) || t.isAllThereIs(s) {
		c |= cueNow
	}
	if t.is(s.tail+1, "is", "are") && t.is(s.tail+2, "back", "happening") {
		c |= cueHappens
	}
	return c
}

// nearestVerb judges the verb that stands nearest before the mention, with no comma
// between them.
func (t *talk) nearestVerb(s sentence) Cues {
	const reach = 8
	for i := s.head - 1; i >= s.start && i >= s.head-reach && (t.isSuccess(i) || !t.commaBehind(i)); i-- {
		if t.isVerb(i) {
			return t.judgeVerb(i, s)
		}
	}
	return 0
}

// isVerb says whether token i can be the verb of an error that happens. "Getting
// rid of", "get past" and "come" without "back" are others.
func (t *talk) isVerb(i int) bool {
	switch {
	case !t.has(i, anyVerb), t.is(i, "be", "being", "blocked"), t.isNoun(i), t.is(i+1, otherVerbs...):
		return false
	case t.is(i, "get") && (t.is(i+1, "help") || t.is(i+2, "help", "hand", "pointers", "advice")):
		return false
	case t.is(i, "come"):
		return t.is(i+1, "back")
	}
	return true
}

// isNoun says whether token i, a word that can be a verb, is a noun here: "the
// answer is 403", "our last reply".
func (t *talk) isNoun(i int) bool {
	return t.is(i, nounsToo...) &&
		(t.is(i+1, "is", "was", "are", "were", "of") || t.colonBehind(i) || t.is(i-1, determiners...) || t.isPossessive(i-1))
}

// isPossessive says whether token i says whose it is: "PDS's".
func (t *talk) isPossessive(i int) bool {
	return strings.HasSuffix(t.word(i), "'s") && !t.is(i, "it's", "that's")
}

// judgeVerb says what the verb at token i makes of the mention.
func (t *talk) judgeVerb(i int, s sentence) Cues {
	switch {
	case t.isNegated(i):
		return cueNegated
	case t.isUnreal(i, s), t.has(i, cHappens) && t.is(i+1, "you"):
		return cueGuess
	case t.has(i, cHabit) && !t.concerns(i, s):
		return cueHabit
	case t.countsWith(i, s):
		return 0
	case t.has(i, cHappens):
		return cueHappens
	case t.is(i, shouldDo...):
		return t.judgeBaseForm(i, s)
	case t.isOfWriter(i), t.is(s.head-1, "the", "this", "that"):
		return cueHappens
	}
	return 0
}

// isUnreal says whether the verb at token i is planned, stands under a condition, or
// tells the reader what could happen.
func (t *talk) isUnreal(i int, s sentence) bool {
	return t.isPlanned(i) || t.addressesYou(s.start, i) || t.isCondition(s.start, i)
}

// countsWith says whether "have" at token i leads to a count: "we have 403 users",
// where "we have a 403" and "we have 403 errors" report.
func (t *talk) countsWith(i int, s sentence) bool {
	if t.is(i, "got") && strings.HasSuffix(t.word(i-1), "'ve") && s.status(t) && t.list[s.first].status%100 == 0 {
		return !s.has(cAPI|cNet|cError) && !t.is(s.first-1, "a", "an") // "we've got 400 on the list"
	}
	return t.is(i, "have", "having", "had") && !s.marked(plural) && !s.has(cHelp) &&
		!t.is(s.last+1, "error", "errors") && !t.is(s.first-1, "a", "an")
}

// judgeBaseForm says what a verb such as "return" at token i makes of the mention:
// "return 404" is what somebody wants, and "our calls return 404" what they get.
func (t *talk) judgeBaseForm(i int, s sentence) Cues {
	switch {
	case t.asksWhy(i) && !t.is(i-1, "we", "i"), t.isOfAll(i), t.isJustUs(s), t.asksWhatMakes(s.start):
		return cueHappens
	case t.is(i, "fail"), isPlural(t.word(i - 1)): // "the logs show 429"
		return cueHabit
	}
	return cuePlan
}

// fails says whether the clause says of something, before the mention, that it fails:
// "can't update the referral: 403", "failed to get a token, 401".
func (t *talk) fails(s sentence) bool {
	for i := s.start; i < s.head; i++ {
		failed := t.is(i, unable...) && !t.isPlanned(i) && !t.isCondition(s.start, i)
		if failed || t.isNotAble(i) {
			return !s.has(cPlan) && !t.has(i+1, cFirst|cYou) && !t.is(i+1, inMind...)
		}
	}
	return false
}

// isNotAble says whether the "not" of "could not" or "not able" stands at token i.
func (t *talk) isNotAble(i int) bool {
	return t.is(i, "not") && (t.is(i-1, "could", "can") || t.is(i+1, "able"))
}

// withBefore looks for any verb that ends in the mention: "bombs out with a 409",
// "is denied with 403".
func (t *talk) withBefore(s sentence) Cues {
	const mostBetween = 3
	with := t.skipLabels(s.head-1, s.start)
	if !t.is(with, "with", "w", "in") || !t.joined(with+1, clauseStop) {
		return 0
	}
	for i := with - 1; i >= s.start && i >= with-1-mostBetween && t.joined(i+1, noStop); i-- {
		switch {
		case !t.isBreaking(i):
			continue
		case t.is(with, "in") && !t.is(i, resulting...):
			return 0
		case t.isNegated(i):
			return cueNegated
		case t.isUnreal(i, s):
			return cueGuess
		}
		return cueHappens
	}
	return 0
}

// skipLabels goes from token i to the left, over what calls the mention a status:
// "with a status code of".
func (t *talk) skipLabels(i, start int) int {
	for i > start && t.joined(i+1, clauseStop) && (t.has(i, cLabel) || t.is(i, "a", "an", "the", "of", "code")) {
		i--
	}
	return i
}

// isBreaking says whether token i can be a verb that ends in an error, as far as its
// letters tell.
func (t *talk) isBreaking(i int) bool {
	const nouns = cNet | cSubject | cUnit | cAPI | cWeb | cPlan
	const shortest = 4
	w := t.word(i)
	if t.has(i, nouns) || len(w) < shortest && !t.is(i, "end") {
		return false
	}
	return strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing") || strings.HasSuffix(w, "s") || t.is(i, breaking...)
}

// isResult says whether the mention is what came of something: "the response is
// 404", "everything is 401".
func (t *talk) isResult(s sentence) bool {
	const reach = 7
	is := s.head - 1
	if t.is(is, holding...) && t.is(is-1, output...) {
		return true // "the response has REC_CONFLICT in it"
	}
	if t.is(is, "a", "an", "just", "now", "always", "simply") {
		is--
	}
	if !t.is(is, "is", "was", "are", "were", "it's") || !t.joined(is+1, noStop) {
		return false
	}
	for i := is - 1; i >= s.start && i >= is-reach; i-- {
		switch {
		case t.has(i, cModal|cIf|cPlan) && !t.is(i, "to"):
			return false
		case t.has(i, cSubject):
			return i == is-1 || t.has(i+1, cPlace) || t.is(i+1, "of", "status", "code", "to", "we", "i") && !t.is(i+2, "time")
		}
	}
	return false
}

// isUsedAsVerb says whether the status is what something does: "it 403s on me".
func (t *talk) isUsedAsVerb(s sentence) bool {
	return s.marked(plural) && t.joined(s.head, noStop) && (t.is(s.head-1, doers...) || t.has(s.head-1, cServer))
}

// followsStatus says whether it came after another status: "200, then 403".
func (t *talk) followsStatus(s sentence) bool { return t.is(s.head-1, "then") && t.otherStatus(s) }

// saysBehind says whether what the answer says follows the mention: "401, says token
// invalid", "401 - my token is expired it says".
func (t *talk) saysBehind(s sentence) bool {
	const reach = 8
	for i := s.tail + 1; i <= s.tail+reach && t.joined(i, clauseStop); i++ {
		if t.is(i, "says", "saying") && (i == s.tail+1 || t.is(i-1, "it", "which")) {
			return true
		}
	}
	return false
}

// isChange says whether something went over to the mention: "gone from 200 to 401".
func (t *talk) isChange(s sentence) bool {
	const reach = 4
	if !t.is(s.head-1, "to") {
		return false
	}
	for i := s.head - 2; i > s.start && i >= s.head-1-reach; i-- {
		if t.is(i, "from") {
			return t.is(i-1, changing...) && (t.isSuccess(i+1) || t.is(i+1, "working", "fine", "ok", "green"))
		}
	}
	return false
}

// isJustUs says whether it is asked if others have the same: "is it just us".
func (t *talk) isJustUs(s sentence) bool {
	for i := s.start; i < s.end; i++ {
		if t.is(i, "just") && t.is(i+1, "us", "me") {
			return true
		}
	}
	return false
}

// isOfAll says whether the verb at token i is what all of something do: "all calls
// give 401", "our requests fail with 403".
func (t *talk) isOfAll(i int) bool {
	const reach, near = 10, 5
	if t.is(i-1, "they") {
		return false
	}
	if t.is(i-1, "calls", "requests", "endpoints", "others", "both") {
		return true
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop); j-- {
		far := j < i-near && t.is(j, "our", "my", "these", "both")
		if !far && t.is(j, allOf...) {
			return !t.is(j+1, "api", "apis", "service", "mock", "stub")
		}
	}
	return false
}

// isOfWriter says whether the writer does what the verb at token i says.
func (t *talk) isOfWriter(i int) bool {
	const reach = 4
	if t.is(i-1, "but", "and", "then") && t.speaksOf(cFirst) {
		return true
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop); j-- {
		if t.has(j, cFirst|cStill) || t.is(j, senders...) {
			return true
		}
	}
	return t.isOfAll(i)
}

// concerns says whether what "returns 403", the verb at token i, has done so: the
// clause speaks of the writer or of this very call, or asks for help, or says
// nothing more.
func (t *talk) concerns(i int, s sentence) bool {
	for j := s.start; j <= s.end; j++ {
		switch {
		case t.has(j, cAsk) && !t.is(j, "how"), t.has(j, cHelp):
			return true
		case t.has(j, cFirst) && (j > i || !t.isOwn(j)):
			return true
		case j > s.start && t.is(j, thisTime...):
			return true
		case j > s.tail && (t.is(j, asItShouldBe...) || t.beginsWithDigit(j) && !t.isStatus(j)):
			return true
		}
	}
	goesOn := s.tail < s.end && t.list[s.tail+1].before < clauseStop && !t.is(s.tail+1, "with") && !t.has(s.tail+1, cBut)
	if goesOn || s.isQuestion() {
		return t.has(s.start, cBut) || t.asksIfNormal(s.first)
	}
	subject := i - 1
	if t.is(subject, "that", "which") {
		subject--
	}
	return t.isOrigin(subject) || (t.is(subject, "it") || t.isDefinite(s.start)) && !s.has(cModal|cIf|cPlan)
}

// isDefinite says whether a clause begins at token i with one certain thing, and not with
// any of its kind: "the redirect", "step three", "S3".
func (t *talk) isDefinite(i int) bool {
	return t.is(i, "the", "this", "that", "step", "second", "first") || hasUpper(t.word(i)) && t.has(i, cAPI|cServer)
}

// isOwn says whether the first person at token i speaks of what the writer
// builds, which is meant to answer so: "our API returns 409 for duplicates".
func (t *talk) isOwn(i int) bool {
	return t.is(i, "we") || t.is(i, "our", "my") && t.is(i+1, ownThings...)
}
