package detect

// This file finds instructions: what is to be done on an error, whoever gets it.

var (
	// onErrors lead from an instruction's beginning to its error: "on a 401", "for 403s".
	onErrors = words("on for with after upon if when whenever")

	// doing begin what is to be done.
	doing = words(`try check verify ensure remember make contact ask wait refresh fetch get take retry back renew
		request restart look see read log raise open page call use go rotate regenerate escalate tell send`)

	// softly may stand before it.
	softly = words("just simply then please first always")

	// dangers are what may happen, behind "there is a".
	dangers = words("risk risks chance chances danger possibility likelihood fear threat case event")
)

// isInstruction says whether it is said what is to be done on the mention: "on a 401
// refresh the token", "whenever it answers 403, just ask for the role".
func (t *talk) isInstruction(s sentence) bool {
	if s.isQuestion() || t.has(s.tail+1, cFirst) {
		return false
	}
	on := s.head - 1
	if t.is(on, "a", "an", "the", "any") {
		on--
	}
	begins := on >= 0 && t.is(on, onErrors...) && (on == 0 || t.list[on].before > noStop)
	if !begins && !t.is(s.start, "whenever", "if") {
		return false
	}
	do := s.tail + 1
	if t.is(do, softly...) {
		do++
	}
	return t.joined(do, clauseStop) && (t.is(do, doing...) || t.has(do, cYou) && !t.is(do, "your"))
}

// isDanger says whether the mention is only what may happen, or is
// asked for its number: "a risk of 429s", "how many 401s".
func (t *talk) isDanger(s sentence) bool {
	return t.is(s.head-1, "of") && t.is(s.head-2, dangers...) || t.is(s.head-1, "many") && t.is(s.head-2, "how")
}
