package detect

// This file gathers what speaks against a mention. Plans and guesses are found by
// plan.go and condition.go, explanations by explain.go, what is over by over.go,
// other systems and tools by foreign.go, and other people's words by quote.go.

// doubts looks for what says that no error is reported. c are the cues so far.
func (t *talk) doubts(s sentence, c Cues) Cues {
	no := t.intentions(s, c) | t.meaning(s)
	if t.isCatalogue(s) || t.isDefined(s) || t.isIntended(s) || t.isRule(s) {
		no |= cueExplains
	}
	if t.isOnlyFew(s) {
		no |= cueNegated
	}
	if t.isSettled(s) {
		no |= cueSolved
	}
	if c&cueThrown == 0 && t.isPast(s) {
		no |= cueSolved | cueNegated
	}
	if c&cueHabit != 0 && t.isInGeneral(s) {
		no |= cueRule
	}
	if t.inSource(s.first) {
		no |= cueSource
	}
	if t.isOfOtherSystem(s) || c&cueThrown == 0 && t.isTool(s) {
		no |= cueOther
	}
	if t.isQuoted(s) || t.isOfBot(s) || t.isJoke() {
		no |= cueQuote
	}
	return no
}

// intentions looks for plans and guesses. What happens to somebody, or what an
// exception carries, is none. Code is not read for them, but where it is about mocks.
func (t *talk) intentions(s sentence, c Cues) Cues {
	if s.marked(inFence) {
		if t.faked {
			return cuePlan
		}
		return 0
	}
	var no Cues
	if t.is(s.start, "ac", "given", "scenario", "acceptance") || t.isDocumented(s) {
		no |= cueGuess | cuePlan
	}
	if t.isShownFor(s) || t.isAsked(s) || t.isPlannedFor(s) || t.isForOthers(s) || s.has(cMade) || t.isInstruction(s) || t.isDanger(s) {
		no |= cueGuess
	}
	if c&(cueHappens|cueThrown) != 0 {
		return no
	}
	if t.isAdvice(s) || t.guesses(s) {
		no |= cueGuess
	}
	if t.plans(s) {
		no |= cuePlan
	}
	return no
}

// smallNumbers stand before what is counted on one hand.
var smallNumbers = words("a one two three four five six seven eight nine ten")

// isOnlyFew says whether it is said that there were few: "only two 403s".
func (t *talk) isOnlyFew(s sentence) bool {
	return s.marked(plural) && t.is(s.first-2, "only", "just") && t.is(s.first-1, smallNumbers...)
}

// isInGeneral says whether a clause such as "PDS returns 404" says what holds in
// general: under a condition, or as a question about a status.
func (t *talk) isInGeneral(s sentence) bool {
	return (s.has(cIf) || s.isQuestion() && t.isStatus(s.first)) && !s.has(cFirst|cAsk|cTime|cStill) &&
		!t.asksIfNormal(s.first)
}
