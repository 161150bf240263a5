package detect

// This file finds questions what to do about an error, or how to read it.

var (
	// seeking are what somebody does who looks for an error, or plans one.
	seeking = words(`get receive see hit return throw give send answer respond show have use expect
		test make notice detect monitor catch reproduce would could might`)

	// explaining are what errors do for those who read them.
	explaining = words("tell mean say want refer refers")
)

// asksWhatToDo says whether the clause asks what to do about the mention: "what am I
// supposed to do with the 409", "how do I find out which field INVALID_VALUE refers to".
func (t *talk) asksWhatToDo(s sentence) bool {
	if !t.is(s.start, "what", "how", "where") || s.has(cYou) {
		return false
	}
	who := false
	for i := s.start + 1; i < s.first; i++ {
		who = who || t.is(i, "i", "we", "one")
		if t.is(i, seeking...) || t.isPlanWord(i, s) {
			return false
		}
	}
	return who || t.isToExplain(s.tail+1)
}

// isToExplain says whether the words from token i on say of an error what it should tell:
// "supposed to tell me", "trying to say".
func (t *talk) isToExplain(i int) bool {
	return t.is(i, "supposed", "meant", "trying") && t.is(i+1, "to") && t.is(i+2, explaining...)
}
