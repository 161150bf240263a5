package detect

// This file finds what makes an error stand out: something else was expected, or works.

// successes are the statuses that people call a success.
var successes = words("200 201 204")

// isContrast says whether something else was expected: "expected 200 but got 403",
// "expected a Bundle, got 404", "200 in int, 403 in prod".
func (t *talk) isContrast(s sentence) bool {
	const reach = 12
	but := t.has(s.start, cBut)
	switch {
	case but && t.speaksOf(cFirst) && t.isVerb(s.head-1):
		return true
	case t.is(s.tail+1, "instead") && !t.is(s.tail+2, "of"):
		return true
	case s.status(t) && t.worksElsewhere(s):
		return true
	}
	got := t.has(s.head-1, anyVerb)
	if !but && !got {
		return false
	}
	for i := s.head - 1; i >= 0 && i >= s.head-reach && t.list[i+1].before < sentenceStop; i-- {
		if t.isSuccess(i) || got && t.is(i, "expected", "expecting") {
			return true
		}
	}
	return false
}

// isSuccess says whether token i is a status of success, from 200 to 299.
func (t *talk) isSuccess(i int) bool {
	w := t.word(i)
	return len(w) == len("200") && w[0] == '2' && httpStatus(w) != 0
}

// worksElsewhere says whether the message says of something else that it works:
// "403 on weekdays, 200 at weekends", "works for one user, 403 for the other".
func (t *talk) worksElsewhere(s sentence) bool {
	const reach = 20
	start, end := t.sentenceStart(s.first), s.last
	for end+1 < len(t.list) && t.list[end+1].before < sentenceStop && end < s.last+reach {
		end++
	}
	for i := start; i <= end; i++ {
		if t.isOtherSuccess(i, s) || t.isSaidToWork(i, s) {
			return true
		}
	}
	return false
}

// isOtherSuccess says whether token i is a success that came, apart from the mention:
// "200 or 403" leaves open which one it was.
func (t *talk) isOtherSuccess(i int, s sentence) bool {
	return t.is(i, successes...) && (i < s.first-1 || i > s.last+1) && !t.isCountOf(i) &&
		!t.is(i-1, "or", "of", "than", "not", "and") && !t.is(i+1, "or", "and")
}

// isSaidToWork says whether token i, apart from the mention, says that something works,
// and works still.
func (t *talk) isSaidToWork(i int, s sentence) bool {
	through := t.is(i, "goes", "went", "go") && t.is(i+1, "through")
	return (through || t.is(i, "works", "worked", "fine", "ok")) && (i < s.head-1 || i > s.tail+2) && t.solved < 0 &&
		!t.is(i-1, "not", "is", "that's", "it's") && !t.is(i+1, "around", "on", "out")
}

// isCountOf says whether the number at token i counts something.
func (t *talk) isCountOf(i int) bool { return t.joined(i+1, noStop) && t.isCounted(i+1) }

// isCounted says whether token i is something that numbers count.
func (t *talk) isCounted(i int) bool {
	verb := t.has(i, cHappens) && !t.is(i, nounsToo...)
	return t.has(i, cUnit) || isPlural(t.word(i)) && !verb
}
