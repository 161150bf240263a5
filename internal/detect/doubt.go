package detect

import "strings"

// doubts looks for what says that no error is reported. c are the cues so far.
func (t *talk) doubts(s sentence, c Cues) Cues {
	var no Cues
	if t.solved >= s.start {
		no |= cueSolved
	}
	if s.where&inFence == 0 {
		no |= t.intentions(s, c)
	} else if t.faked {
		no |= cuePlan
	}
	if s.class&cMeans != 0 {
		no |= t.meaning(s)
	}
	if c&cueHabit != 0 && (s.class&cIf != 0 || s.where&asked != 0 && t.isStatus(s.first)) && s.class&(cFirst|cAsk|cTime|cStill) == 0 {
		no |= cueRule
	}
	if t.inSource(s.first) {
		no |= cueSource
	}
	if t.isForeign(s.first) || t.isForeignAt(t.lineSpan(t.list[s.first].span)) {
		no |= cueOther
	}
	if t.isQuoted(s) {
		no |= cueQuote
	}
	return no
}

// intentions looks for plans and guesses. What happens to somebody, or what an
// exception carries, is none.
func (t *talk) intentions(s sentence, c Cues) Cues {
	var no Cues
	if t.is(s.start, "ac", "given", "scenario", "acceptance") {
		no |= cueGuess
	}
	if c&(cueHappens|cueThrown) != 0 {
		return no
	}
	if t.plans(s) {
		no |= cuePlan
	}
	if t.guesses(s) {
		no |= cueGuess
	}
	return no
}

// meaning tells who asks what an error means from who explains it.
func (t *talk) meaning(s sentence) Cues {
	if s.where&asked != 0 || s.class&cFirst != 0 || t.is(s.start, "what", "whats", "what's") {
		return cueMeaning
	}
	return cueExplains
}

// plans says whether a clause speaks of plans, tests or documents. The header
// Retry-After does not.
func (t *talk) plans(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if t.classOf(i)&cPlan != 0 && t.list[i].where&inLink == 0 && !t.is(i+1, "after") {
			return true
		}
	}
	return false
}

// guesses says whether what stands before the mention in its clause makes it a
// guess: "PDS would answer 403". To ask politely ("could you tell me …") is none.
func (t *talk) guesses(s sentence) bool {
	if t.addressesYou(s.start, s.first) || t.isCondition(s.start, s.first) {
		return true
	}
	if t.asksWhy(s.first) {
		return false
	}
	for i := s.start; i < s.first; i++ {
		if t.isModal(i) && !t.is(i, "to", "can", "can't", "cannot") && !t.is(i+1, "you", "anyone", "anybody", "someone", "somebody") {
			return true
		}
	}
	return false
}

// isModal says whether token i makes a plan or a guess of the verb behind it.
func (t *talk) isModal(i int) bool {
	return t.classOf(i)&cModal != 0 && !t.is(i, "need", "needs", "want", "wants", "going")
}

// isPlanned says whether the verb at token i is planned, guessed or advised:
// "should return", "to return", "you will get". "We started to see" is not.
func (t *talk) isPlanned(i int) bool {
	const reach = 3
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop); j-- {
		switch {
		case t.is(j, "to"):
			if j == i-1 && !t.is(j-1, "started", "starting", "began", "beginning", "continue", "continues", "seem", "seems") {
				return !t.asksWhy(j)
			}
		case t.isModal(j):
			return !t.asksWhy(j)
		case t.classOf(j)&cYou != 0 && (j == i-1 || !t.is(j, "your")):
			return true
		}
	}
	return false
}

// addressesYou says whether the clause, up to token i, tells the reader about
// what could happen: "if you get a 429".
func (t *talk) addressesYou(start, i int) bool {
	you := false
	for j := i; j >= start; j-- {
		you = you || t.classOf(j)&cYou != 0 && !t.is(j, "your")
		if you && t.classOf(j)&cIf != 0 {
			return true
		}
	}
	return false
}

// isCondition says whether "if" stands before token i, and the writer not behind
// it: "what happens if PDS sends a 429". In "do you know if" it is no condition.
func (t *talk) isCondition(start, i int) bool {
	for j := i - 1; j >= start; j-- {
		if t.classOf(j)&cFirst != 0 {
			return false
		}
		if t.is(j, "if", "unless", "once") {
			return !t.is(j-1, "know", "knows", "wondering", "check", "see", "tell", "sure", "ask", "asking")
		}
	}
	return false
}

// asksWhy says whether "why" stands before token i in its sentence.
func (t *talk) asksWhy(i int) bool {
	const reach = 40
	for j := i; j > 0 && j > i-reach && t.list[j].before < sentenceStop; j-- {
		if t.is(j-1, "why") {
			return true
		}
	}
	return false
}

// isNegated says whether the verb at token i is denied: "no longer see", "don't
// get".
func (t *talk) isNegated(i int) bool {
	const reach = 2
	for j := i - 1; j >= i-reach && t.joined(j+1, noStop); j-- {
		if t.classOf(j)&cNot != 0 && !t.is(j, "without") || t.is(j, "longer", "stopped") {
			return true
		}
	}
	return false
}

// isSolved says whether token i, such as "fixed", says that something is over:
// "that's fixed now" does, "how can this be fixed" and "not resolved" do not.
func (t *talk) isSolved(i int) bool {
	const reach = 3
	if t.list[i].where&inFence != 0 {
		return false
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, noStop); j-- {
		if t.classOf(j)&(cNot|cModal|cStill) != 0 ||
			t.is(j, "be", "until", "how", "get", "anyone", "stopped", "have") && !t.is(j+1, "been", "it") {
			return false
		}
	}
	if t.is(i, "works", "working") { // of all that works, only what works now or again
		return t.is(i+1, "now", "again", "fine") || t.is(i-1, "now", "all")
	}
	for _, pair := range solvedPairs {
		if t.is(i, pair[0]) {
			return t.is(i+1, pair[1]) && !t.is(i-1, "with") // "… with root cause" ends a line of Tomcat's log
		}
	}
	return t.list[i].where&asked == 0
}

// solvedPairs are words of cSolved that mean it only with the word behind them.
var solvedPairs = [...][2]string{
	{"went", "away"}, {"rolled", "back"}, {"root", "cause"}, {"turned", "out"}, {"turns", "out"}, {"figured", "out"},
	{"my", "bad"}, {"never", "mind"}, {"got", "rid"}, {"all", "good"},
}

// isQuoted says whether the mention belongs to somebody else's message: a line of
// a quotation that is answered, or the bot's own heading ("429 · TOO_MANY_REQUESTS").
func (t *talk) isQuoted(s sentence) bool {
	if strings.HasPrefix(t.text[t.list[s.first].span.End:], " \u00b7 ") {
		return true
	}
	if s.where&inQuote == 0 || t.happen {
		return false
	}
	for _, tok := range t.list {
		if tok.where&inQuote == 0 {
			return true
		}
	}
	return false
}
