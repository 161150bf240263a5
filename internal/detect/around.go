package detect

import "strings"

// This file judges error bodies by what is said around them.

var (
	// supposing are first words of a clause that make whatever it shows a supposition.
	supposing = words("draft acceptance ac given imagine suppose proposal design idea spec")

	// leadsToMadeUp are last words before a body that was made up: "example: {…}".
	leadsToMadeUp = words("value example default schema")

	// asking begin questions.
	asking = words("what whats what's how where who why could can anyone anybody")

	// canShow are modal verbs in what the writer says of the paste itself.
	canShow = words("can could can't cannot couldn't will i'll we'll")

	// showing are what is done with a paste; so are sharing, of a whole of which it is
	// a part: "will send the rest later".
	showing = words("copy paste share show attach upload include grab screenshot find see read")
	sharing = words("send post add get")
	wholes  = words("rest full whole more complete remainder log logs trace bit part half end")
)

// judgeBody judges an error body by what is said around it: it must not be
// solved, and what leads to it must not call it an example, a test, or a guess.
func (t *talk) judgeBody(s Span) Cues {
	c := certain
	last := len(t.list) - 1 // of what is said before it
	for last >= 0 && t.list[last].span.Start >= s.Start {
		last--
	}
	if t.solved >= 0 && !t.happensIn(t.solved+1, last) {
		c |= cueSolved
	}
	if t.isMadeUpBehind(s, last+1) {
		c |= cuePlan
	}
	if last < 0 {
		return c
	}
	first, _ := t.clause(last)
	if t.is(first, supposing...) && !t.contrastsLead(first, last) || t.is(last, leadsToMadeUp...) {
		c |= cueGuess
	}
	if t.happen {
		return c
	}
	return c | t.judgeLead(first, last)
}

// isMadeUpBehind says whether the sentence that goes on behind a body on its line, with
// token i, says that it was made up: "… is what our mock sends".
func (t *talk) isMadeUpBehind(s Span, i int) bool {
	if i >= len(t.list) || strings.Trim(t.text[s.End:t.list[i].span.Start], " ") != "" {
		return false
	}
	for ; i < len(t.list); i++ {
		if t.has(i, cMade) {
			return true
		}
		if !t.joined(i+1, clauseStop) {
			break
		}
	}
	return false
}

// judgeLead judges the clause that leads to a body, in a message that says nowhere
// that anything happened.
func (t *talk) judgeLead(first, last int) Cues {
	if t.tellsOfPaste(first, last) || t.asksAboutPaste(first, last) || t.expectedElse(first, last) || t.contrastsLead(first, last) {
		return 0
	}
	var c Cues
	supposed := t.addressesYou(first, last) || t.isCondition(first, last)
	if supposed && t.speaksOfAnswers(first, last) || t.is(last, "expect", "expects", "expected") {
		c |= cueGuess
	}
	for i := first; i <= last; i++ {
		switch {
		case t.marked(i, inFence):
		case t.has(i, cFake):
			c |= cuePlan
		case t.isAnswerVerb(i, last) && t.isPlanned(i):
			c |= cueGuess
		}
	}
	return c
}

// tellsOfPaste says whether some tokens tell how the writer came by what is shown, or
// what is to follow: "I could only copy half of it", "will send the rest later".
func (t *talk) tellsOfPaste(first, last int) bool {
	const reach = 4
	for i := first; i <= last; i++ {
		if !t.is(i, canShow...) || i > first && !t.has(i, cFirst) && !t.has(i-1, cFirst) {
			continue
		}
		verb := i + 1
		for t.is(verb, "only", "just", "not", "also") {
			verb++
		}
		if t.is(verb, showing...) {
			return true
		}
		for part := verb + 1; t.is(verb, sharing...) && part <= verb+reach; part++ {
			if t.is(part, wholes...) {
				return true
			}
		}
	}
	return false
}

// isAnswerVerb says whether token i is a verb by which a lead, which ends with token last,
// tells what an answer is: "should return", "would look like", "should be".
func (t *talk) isAnswerVerb(i, last int) bool {
	if t.is(i, "have", "having", "had", "seen", "face") {
		return false // "we'll have to", "you might have seen it"
	}
	return t.has(i, anyVerb) || t.is(i, "look") && t.is(i+1, "like") || t.is(i, "be") && i >= last-1
}

// contrastsLead says whether some tokens tell that it is otherwise than elsewhere, or than
// documents say: "the spec says 200, reality says", "in the mock it works, in int".
func (t *talk) contrastsLead(first, last int) bool {
	for i := first + 1; i <= last; i++ {
		if t.is(i, "instead", "reality", "actually", "unfortunately") || i < last && t.is(i, "works", "worked", "passes", "fine") {
			return true
		}
	}
	return false
}

// asksAboutPaste says whether some tokens ask what to make of what is shown, and not what
// an API should do: "what is this supposed to tell me", "how should I read this".
func (t *talk) asksAboutPaste(first, last int) bool {
	if !t.is(first, asking...) {
		return false
	}
	for i := first; i <= last; i++ {
		if t.is(i, answering...) || t.is(i, "look", "be", "you") || t.has(i, cFake) {
			return false
		}
	}
	return true
}

// expectedElse says whether some tokens say that the writer expected something else than
// what is shown: "I would have expected a 201 here".
func (t *talk) expectedElse(first, last int) bool {
	if t.is(last, "like", "this", "following", "something") {
		return false
	}
	for i := first + 1; i < last; i++ {
		if t.is(i, "expected", "expecting", "thought", "hoped") && (t.has(i-1, cFirst) || t.is(i-1, "have", "was", "were")) {
			return true
		}
	}
	return false
}

// happensIn says whether some tokens say that something happens: "… is fixed, now
// we get".
func (t *talk) happensIn(first, last int) bool {
	for i := first; i <= last; i++ {
		if t.has(i, anyVerb) && !t.isNegated(i) && !t.isPlanned(i) {
			return true
		}
	}
	return false
}

// speaksOfAnswers says whether some tokens speak of what APIs do: "if they send" does,
// "sorry if this is obvious" does not.
func (t *talk) speaksOfAnswers(first, last int) bool {
	for i := first; i <= last; i++ {
		if t.has(i, anyVerb|cAPI) && !t.is(i, "have") {
			return true
		}
	}
	return false
}
