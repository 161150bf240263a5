package detect

// This file gathers what is said around a mention. The cues for it come from its verb
// (verb.go, happens.go), its origin (origin.go), a contrast (contrast.go) and what the
// message is about; those against it are in doubt.go.

// context looks at what is said around the tokens of a mention.
func (t *talk) context(first, last int) Cues {
	t.weighed++
	s := t.sentence(first, last)
	c := t.verb(s) | t.origin(s) | t.subject(s)
	if t.happensWhen(s) {
		c |= cueNow
	}
	if t.isThrownAt(s) {
		c = c&^cueWeb | cueThrown
	}
	if t.isContrast(s) {
		c |= cueContrast
	}
	if s.has(cError) {
		c |= cueError
	}
	if t.asks(s, c) {
		c |= cueAsks
	}
	if t.asksHelp(s) {
		c |= cueHelp
	}
	if t.isAlone(s) {
		c |= cueAlone
	}
	return c | t.doubts(s, c)
}

// asks says whether somebody asks why, or says since when it happens. A question
// mark or a time alone says little.
func (t *talk) asks(s sentence, c Cues) bool {
	switch {
	case s.has(cAsk | cStill):
		return true
	case s.has(cTime):
		return c != 0 || !s.status(t) || s.marked(plural)
	}
	return c != 0 && s.isQuestion()
}

// asksHelp says whether the clause, or a short question elsewhere in the message,
// asks for help.
func (t *talk) asksHelp(s sentence) bool {
	return s.has(cHelp) || t.help || t.asksWayRound(s) || t.asksWhatToDo(s) || t.isToExplain(s.tail+1)
}

// asksWayRound says whether a way round the mention is asked for: "is there a way round
// QuotaViolation?"
func (t *talk) asksWayRound(s sentence) bool {
	if !t.is(s.first-1, "round", "around", "past") {
		return false
	}
	for i := s.start; i < s.first-1; i++ {
		if t.is(i, "way", "ways") {
			return true
		}
	}
	return false
}

// talksOfAPIs says whether the clause, or else the message, speaks of APIs,
// servers or requests.
func (t *talk) talksOfAPIs(s sentence) bool { return s.has(cAPI|cNet) || t.speaksOf(cAPI|cNet) }

// subject looks at what the sentence and the message are about.
func (t *talk) subject(s sentence) Cues {
	const most = 200 // tokens that are looked at
	if t.namesAPIBeside(s, s.start, s.end+1) {
		return cueAPI
	}
	var c Cues
	if s.has(cNet) || t.speaksOf(cNet) {
		c = cueNet
	}
	if t.namesAPIBeside(s, 0, min(len(t.list), most)) {
		return c | cueNearAPI
	}
	if t.isOfPages(s) {
		c |= cueWeb
	}
	return c
}

// namesAPIBeside says whether one of some tokens, and none of the mention's, speaks of
// APIs.
func (t *talk) namesAPIBeside(s sentence, from, to int) bool {
	for i := from; i < to; i++ {
		if s.around(i) && t.isAPI(i) {
			return true
		}
	}
	return false
}

// isOfPages says whether a status is one of web pages: 403 and 404 are what people
// see there.
func (t *talk) isOfPages(s sentence) bool {
	if !s.status(t) {
		return false
	}
	status := t.list[s.first].status
	if status != 0 && status != 404 && status != 403 {
		return false
	}
	return s.has(cWeb) || t.class&(cWeb|cNet) == cWeb || t.linked && status == 404
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
	if s.last > s.first && t.isTitleOf(s.last+1) {
		return false // "403 forbidden love"
	}
	others := 0
	if s.marked(inFence) {
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

// isTitleOf says whether token i goes on with the words before it to something else: a
// word in small letters that says nothing about errors.
func (t *talk) isTitleOf(i int) bool {
	return t.joined(i, noStop) && t.classOf(i) == 0 && isLower(t.word(i)[0])
}

// isAllThereIs says whether the message is the mention and a word or two that ask:
// "403. Why?", "429s, anyone?".
func (t *talk) isAllThereIs(s sentence) bool {
	const most = 3
	const little = cAsk | cHelp | cNow | cTime | cStill | cEnv | cPlace
	if others := len(t.list) - (s.last - s.first + 1); others == 0 || others > most {
		return false
	}
	asks := false
	for i := range t.list {
		if !s.around(i) {
			continue
		}
		if !t.has(i, little) && !t.isNamedAPI(i) {
			return false
		}
		asks = asks || t.has(i, cAsk|cHelp)
	}
	return asks
}
