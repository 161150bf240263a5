package detect

import "strings"

// sentence is what is said around a mention.
type sentence struct {
	first, last int   // the tokens of the mention
	start, end  int   // the tokens of its clause
	class       class // of the clause's other words
	where       place // of the mention
}

func (t *talk) sentence(first, last int) sentence {
	s := sentence{first: first, last: last, where: t.list[first].where}
	s.start, s.end = t.clause(first)
	s.end = max(s.end, last)
	for i := s.start; i <= s.end; i++ {
		if s.around(i) && t.list[i].where&inLink == 0 {
			s.class |= t.list[i].class
		}
	}
	return s
}

// around says whether token i is none of the mention's own.
func (s *sentence) around(i int) bool { return i < s.first || i > s.last }

// context looks at what is said around the tokens of a mention.
func (t *talk) context(first, last int) Cues {
	s := t.sentence(first, last)
	c := t.verb(s) | t.source(s) | t.subject(s)
	if t.isThrownAt(s) {
		c |= cueThrown
	}
	if t.isContrast(s.start) {
		c |= cueContrast
	}
	if s.class&cError != 0 {
		c |= cueError
	}
	if t.asks(s, c) {
		c |= cueAsks
	}
	if t.isAlone(s) {
		c |= cueAlone
	}
	return c | t.doubts(s, c)
}

// asks says whether somebody asks for help, or says since when it happens. A
// question mark or a time alone says little.
func (t *talk) asks(s sentence, c Cues) bool {
	switch {
	case s.class&(cAsk|cStill) != 0:
		return true
	case s.class&cTime != 0:
		return c != 0 || s.where&plural != 0
	}
	return c != 0 && s.where&asked != 0
}

// verb looks for the verb that says that it happens: the nearest one before the
// mention, or else a few words behind it.
func (t *talk) verb(s sentence) Cues {
	const reach, near = 8, 3
	for i := s.first - 1; i >= s.start && i >= s.first-reach && !t.commaBehind(i); i-- {
		if t.isVerb(i) {
			return t.judgeVerb(i, s)
		}
	}
	for i := s.first - 1; i >= s.start && i >= s.first-near && t.joined(i+1, noStop); i-- {
		if t.classOf(i)&cStill != 0 { // "still a 403"
			return cueHappens
		}
	}
	for i := s.last + 1; i <= s.end && i <= s.last+near+1; i++ {
		if t.is(i, "coming", "keeps", "started", "happening", "appearing", "showing", "persists", "returned", "again", "back") {
			return cueHappens
		}
	}
	return 0
}

func (t *talk) commaBehind(i int) bool {
	return strings.IndexByte(t.text[t.list[i].span.End:t.list[i+1].span.Start], ',') >= 0
}

// isVerb says whether token i can be the verb of an error that happens. "Getting
// rid of", "get past" and "come" without "back" are others.
func (t *talk) isVerb(i int) bool {
	return t.classOf(i)&(cHappens|cCan) != 0 && !t.is(i, "be", "being", "blocked") &&
		!t.is(i+1, "rid", "started", "past", "around", "over") && (!t.is(i, "come") || t.is(i+1, "back"))
}

// judgeVerb says what the verb at token i makes of the mention.
func (t *talk) judgeVerb(i int, s sentence) Cues {
	class := t.classOf(i)
	switch {
	case t.isNegated(i):
		return cueNegated
	case t.isPlanned(i), t.addressesYou(s.start, i), t.isCondition(s.start, i), class&cHabit != 0 && t.classOf(i+1)&cYou != 0:
		return cueGuess
	case class&cHabit != 0 && !t.concerns(s):
		return cueHabit
	case t.is(i, "have", "having", "had") && s.where&plural == 0 && !t.is(s.last+1, "error", "errors") && !t.is(s.first-1, "a", "an"):
		return 0 // "we have 403 …" counts something
	case class&cHappens != 0:
		return cueHappens
	case t.is(i, "return", "throw", "give", "respond", "answer", "reject", "send", "show"):
		if t.asksWhy(i) {
			return cueHappens
		}
		return cuePlan // "return 404" is what somebody wants
	case t.isOfWriter(i):
		return cueHappens
	}
	return 0
}

// concerns says whether the clause speaks of the writer, or asks for help: then
// what "returns 403" did so.
func (t *talk) concerns(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if t.classOf(i)&(cFirst|cAsk) != 0 {
			return true
		}
	}
	return false
}

// isOfWriter says whether the writer does what the verb at token i says.
func (t *talk) isOfWriter(i int) bool {
	const reach = 4
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop); j-- {
		if t.classOf(j)&(cFirst|cStill) != 0 || t.is(j, "anyone", "customers", "users", "just", "people", "clients") {
			return true
		}
	}
	return false
}

// source looks for an API that is named as where the error comes from: right
// before the mention ("PDS: 403") or behind it ("a 403 from the new API").
func (t *talk) source(s sentence) Cues {
	const reach = 7
	before := s.first - 1
	if t.joined(s.first, clauseStop) && (t.classOf(before)&cStill != 0 || t.is(before, "now", "today")) {
		before-- // "PDS again: 429"
	}
	if t.joined(before+1, clauseStop) && t.isAPI(before) {
		return cueFrom
	}
	at := s.last + 1
	if t.is(at, "error", "errors", "response", "responses", "back", "again", "code", "status") {
		at++
	}
	if !t.joined(at, noStop) || t.classOf(at)&cPlace == 0 {
		return 0
	}
	by := t.is(at, "from", "by")
	for i := at + 1; i <= s.end && i < at+reach; i++ {
		if t.isAPI(i) || by && t.classOf(i)&cNet != 0 {
			return cueFrom
		}
	}
	return 0
}

// isAPI says whether token i speaks of APIs. What is also an everyday word must
// stand in capitals.
func (t *talk) isAPI(i int) bool {
	if t.classOf(i)&cAPI == 0 {
		return false
	}
	if t.is(i, "get", "post", "put", "patch", "delete", "rest", "dos", "sds", "eps", "scr", "rs", "bars", "mesh", "spine", "grant") {
		return t.list[i].where&upper != 0 || t.word(i) == "BaRS" || t.word(i) == "Mesh" || t.word(i) == "Spine"
	}
	return true
}

// subject looks at what the sentence and the message are about.
func (t *talk) subject(s sentence) Cues {
	const most = 200 // tokens that are looked at
	for i := s.start; i <= s.end; i++ {
		if s.around(i) && t.isAPI(i) {
			return cueAPI
		}
	}
	var c Cues
	if (s.class|t.class)&cNet != 0 {
		c = cueNet
	}
	for i := range t.list[:min(len(t.list), most)] {
		if s.around(i) && t.isAPI(i) {
			return c | cueNearAPI
		}
	}
	if s.class&cWeb != 0 || t.class&(cWeb|cNet) == cWeb || t.linked && t.list[s.first].status == 404 {
		c |= cueWeb
	}
	return c
}

// isContrast says whether the clause begins with "but" after a status that means
// success: "expected 200 but got 403".
func (t *talk) isContrast(start int) bool {
	const reach = 8
	if t.classOf(start)&cBut == 0 {
		return false
	}
	for i := start - 1; i >= 0 && i >= start-reach; i-- {
		if w := t.word(i); len(w) == 3 && w[0] == '2' && httpStatus(w) != 0 {
			return true
		}
	}
	return false
}

// isThrownAt says whether the class of an exception stands before the mention.
func (t *talk) isThrownAt(s sentence) bool {
	for i := s.first - 1; i >= s.start; i-- {
		if isExceptionName(t.word(i)) {
			return true
		}
	}
	return false
}

// isAlone says whether its line says nothing else: two words at most. A line of
// code is easily that short, so in a fence all of the message counts.
func (t *talk) isAlone(s sentence) bool {
	const few = 2
	others := 0
	if s.where&inFence != 0 {
		others = len(t.list) - (s.last - s.first + 1)
	}
	for i := s.first - 1; i >= 0 && t.list[i+1].before < lineStop && others <= few; i-- {
		others++
	}
	for i := s.last + 1; i < len(t.list) && t.list[i].before < lineStop && others <= few; i++ {
		others++
	}
	return others <= few
}
