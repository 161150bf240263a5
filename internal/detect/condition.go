package detect

// This file finds guesses: what would, should or could happen, to the reader or to
// others, if something else did.

var (
	// wanting are modal verbs behind which things do happen: "I don't want this 403".
	wanting = words("need needs want wants going")

	// getting and giving are forms of verbs that tell a fact by themselves, and a plan
	// behind the words below each.
	getting    = words("getting seeing receiving hitting")
	notGetting = words("vs versus than avoid without of for prevent")
	giving     = words("returning sending giving throwing answering responding")
	notGiving  = words(`think suggest consider considering prefer like proposing avoid start
		about for by of from`)

	// beginning are verbs behind which "to" plans nothing: "we started to see".
	beginning = words("started starts starting began beginning continue continues seem seems")

	// supposed make a supposition of what follows.
	supposed = words("imagine suppose supposing assume assuming hopefully hypothetically wondering")

	// askingIf are what makes a question of "if", and no condition: "do you know if".
	askingIf = words("know knows wondering check see tell sure ask asking")

	// callers are those, other than the writer, to whom an API answers.
	callers = words("they clients client one consumers")

	// offering begin questions about what can be: "does it ever send a 403?"
	offering = words("does do will would can could may must should")

	// baseForms are what an API may do, as in such questions.
	baseForms = words("return send give throw answer respond reply")

	// anybody is who is asked when the writer has the error: "has anyone seen 403?"
	anybody = words("anyone anybody someone somebody something anything pds")

	// addressing are the words before "you" in questions to a reader, with "if" and "is"
	// for "if you" and "is your".
	addressing = words("did do does are is can could would will have were if")

	// forHelp are words by which a question to the reader asks for help.
	forHelp = words("know why help tell explain advise also too guys look assist see i we my our i'm me")

	// whoever are the others who may get an error.
	whoever = words("anyone anybody everyone everybody those people whoever")

	// wishing follow "be" in a wish: "it would be nice if".
	wishing = words("nice great good helpful useful")
)

// guesses says whether what stands before the mention in its clause makes it a
// guess: "PDS would answer 403". To ask politely ("could you tell me …") is none.
func (t *talk) guesses(s sentence) bool {
	if t.addressesYou(s.start, s.first) || t.isCondition(s.start, s.first) {
		return true
	}
	if t.asksWhy(s.first) || t.asksIfNormal(s.first) || t.asksWhatMakes(s.start) || t.asksWhatToDo(s) {
		return false
	}
	for i := s.start; i < s.first; i++ {
		if t.is(i, "can", "could", "may") && t.is(i+1, "be", "mean", "also") || t.isWould(i) {
			return true
		}
	}
	return false
}

// isWould says whether token i is a modal verb of a guess, and of no question to the
// reader.
func (t *talk) isWould(i int) bool {
	return t.isModal(i) && !t.is(i, "to", "can", "can't", "cannot", "won't") &&
		!t.is(i+1, "not", "you", "anyone", "anybody", "someone", "somebody")
}

// asksWhatMakes says whether a clause begins at token i with "what would make".
func (t *talk) asksWhatMakes(i int) bool {
	return t.is(i, "what") && t.is(i+2, "make", "makes", "made")
}

// asksIfNormal says whether the sentence of token i asks if that is how it should be:
// "is it expected to get 429 after a dozen calls?"
func (t *talk) asksIfNormal(i int) bool {
	start := t.sentenceStart(i)
	return t.marked(i, asked) && t.is(start, "is", "are", "am") && t.is(start+1, "it", "this", "that", "we", "i")
}

// isModal says whether token i makes a plan or a guess of the verb behind it.
func (t *talk) isModal(i int) bool { return t.has(i, cModal) && !t.is(i, wanting...) }

// isPlanned says whether the verb at token i is planned, guessed or advised:
// "should return", "to return", "you will get". "We started to see" is not.
func (t *talk) isPlanned(i int) bool {
	const reach = 3
	switch {
	case t.asksIfNormal(i), t.asksWhatMakes(t.sentenceStart(i)), t.is(i, "get") && t.is(i+2, "idea", "picture", "gist", "point"):
		return false
	case t.is(i, getting...) && t.is(i-1, notGetting...), t.is(i, giving...) && t.is(i-1, notGiving...):
		return true
	}
	writer := false
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop) && !t.has(j, cBut); j-- {
		writer = writer || t.has(j, cFirst)
		switch {
		case t.isModal(j) && t.is(i, getting...) && t.marked(i, asked):
			return false // "should I be getting a 401 here?"
		case t.is(j, "to") && t.is(j-1, "way", "ways"): // "is there a way to get round"
			return false
		case t.is(j, "to"):
			if j == i-1 && !t.is(j-1, beginning...) {
				return !t.asksWhy(j)
			}
		case t.isModal(j), t.is(j, "let", "lets", "letting"):
			return !t.asksWhy(j)
		case t.has(j, cYou) && (j == i-1 || !t.is(j, "your")) && !writer:
			return !t.is(i+1, "me", "us")
		}
	}
	return false
}

// addressesYou says whether the clause, up to token i, tells the reader about
// what could happen: "if you get a 429".
func (t *talk) addressesYou(start, i int) bool {
	you := false
	for j := i; j >= start; j-- {
		you = you || t.has(j, cYou) && !t.is(j, "your")
		if you && t.has(j, cIf) {
			return true
		}
	}
	return false
}

// isCondition says whether "if" stands before token i, and the writer not behind
// it: "what happens if PDS sends a 429". In "do you know if" it is no condition.
func (t *talk) isCondition(start, i int) bool {
	for j := i - 1; j >= start; j-- {
		switch {
		case t.isSupposed(j):
			return true
		case t.is(j, "if") && t.list[i].before > noStop && t.endsError(j-1):
			return false // it is the other error's: "403 if nurse, 409 if GP"
		case t.has(j, cFirst):
			return t.isWritersCase(j, i)
		case t.isWhenever(j, i):
			return true
		case t.is(j, "if", "unless", "once") && !t.isHeaderName(j):
			return !t.is(j-1, askingIf...)
		}
	}
	return false
}

// endsError says whether token i is, or ends with, a status or a code.
func (t *talk) endsError(i int) bool {
	return i >= 0 && (t.isStatus(i) || t.isStatus(i-1) || t.marked(i, upper) && codeShaped(t.word(i)))
}

// isWritersCase says whether the writer, at token j, only supposes what token i tells:
// "what if we get", "in case we get", "if we ever get".
func (t *talk) isWritersCase(j, i int) bool {
	switch {
	case t.is(j-1, "case"), t.isSupposed(j - 1):
		return true
	case !t.is(j-1, "if"):
		return false
	}
	return t.is(j-2, "what", "and") || t.is(j+1, "ever", "do", "did") || t.isAdvisedBehind(i)
}

// isWhenever says whether "when" at token j begins what always follows from what token i
// tells: "when PDS returns 404 we show …".
func (t *talk) isWhenever(j, i int) bool {
	const reach = 4
	return t.is(j, "when", "whenever") && !t.is(j-1, "only", "even", "but", "happens") && i-j <= reach &&
		(t.isOrigin(i-1) || t.is(i-1, callers...))
}

// isSupposed says whether token i makes a supposition of what follows: "imagine",
// "suppose".
func (t *talk) isSupposed(i int) bool {
	return t.is(i, supposed...) || t.is(i, "wonder") && t.is(i+1, "if", "whether", "what")
}

// isAdvisedBehind says whether the sentence goes on behind token i with what is
// to be done: "if we get a 429 we should back off".
func (t *talk) isAdvisedBehind(i int) bool {
	const reach = 12
	for j := i + 1; j <= i+reach && t.joined(j, clauseStop); j++ {
		should := t.isModal(j) && !t.is(j, "to", "can", "expect") && t.has(j-1, cFirst)
		if should || t.is(j, "we'll", "we'd", "i'll", "i'd") {
			return true
		}
	}
	return false
}

// isAsked says whether the reader is asked about the mention, or asked for
// something: "did you get a 403?", "can you paste the 403 response". To ask for
// help or for a reason is something else.
func (t *talk) isAsked(s sentence) bool {
	const reach = 5
	start := t.sentenceStart(s.first)
	if start < s.first && t.isAddressed(start) {
		start++
	}
	if start == s.first {
		return false
	}
	if t.asksWhatCanBe(start, s) || t.asksOthers(start, s) || t.asksWhichOf(start, s) {
		return true
	}
	for i := start; i < s.first && i < start+reach; i++ {
		if t.asksReader(i) {
			return !t.asksForHelp(i, s.end)
		}
	}
	return t.is(start, "which", "what") && s.has(cYou) && !s.has(cFirst)
}

// isAddressed says whether token i is the name of somebody who is mentioned: "@anna".
func (t *talk) isAddressed(i int) bool {
	start := t.list[i].span.Start
	return start > 0 && t.text[start-1] == '@'
}

// asksWhatCanBe says whether the sentence that begins at start asks what an API can do:
// "does it ever send a 403?"
func (t *talk) asksWhatCanBe(start int, s sentence) bool {
	return s.isQuestion() && t.is(start, offering...) && !s.has(cFirst|cHelp|cNow) &&
		!t.asksWhy(s.first) && t.isOffer(start, s.first)
}

// asksWhichOf says whether the sentence that begins at start asks which of two statuses
// it would be: "do we get a 401 when the token is expired, or a 403?"
func (t *talk) asksWhichOf(start int, s sentence) bool {
	const reach = 12
	if !s.isQuestion() || !t.is(start, offering...) || s.has(cHelp|cNow) {
		return false
	}
	for i := max(start, s.first-reach); i <= s.last+reach && t.joined(i+1, clauseStop); i++ {
		if t.is(i, "or") && (t.isStatus(i+1) || t.isStatus(i+2)) {
			return true
		}
	}
	return false
}

// isOffer says whether a verb in its base form stands between two tokens: what an
// API may do, as in "does it ever send a 403".
func (t *talk) isOffer(from, to int) bool {
	for i := from + 1; i < to; i++ {
		if t.is(i, baseForms...) {
			return true
		}
	}
	return false
}

// asksOthers says whether the sentence that begins at start asks what somebody else got:
// "did the supplier see a 403?"
func (t *talk) asksOthers(start int, s sentence) bool {
	return s.isQuestion() && t.is(start, "did", "has", "was", "were") && !s.has(cFirst) && !t.is(start+1, anybody...)
}

// asksReader says whether token i is the "you" or "your" of a question.
func (t *talk) asksReader(i int) bool {
	return t.has(i, cYou) && t.is(i-1, addressing...) && (!t.is(i, "your") || t.is(i-1, "does", "is"))
}

// asksForHelp says whether some tokens ask for help or a reason.
func (t *talk) asksForHelp(from, to int) bool {
	for i := from; i <= to; i++ {
		if t.is(i, forHelp...) {
			return true
		}
	}
	return false
}

// isForOthers says whether the sentence speaks of whoever may get the error, or of
// what could bring it: "for anyone who gets a 403", "is there a patient that triggers
// a 404?", "an exception which you can catch".
func (t *talk) isForOthers(s sentence) bool {
	start := t.sentenceStart(s.first)
	for i := start; i < s.first; i++ {
		if t.isWhoever(i) || t.isWished(i) || t.asksIfThereIs(start, i, s) {
			return true
		}
	}
	return t.is(s.last+1, "which", "that") && t.has(s.last+2, cYou)
}

// isWhoever says whether token i names whoever may get an error: "for anyone who".
func (t *talk) isWhoever(i int) bool {
	return t.is(i, whoever...) && t.is(i+1, "who", "who's", "getting", "hitting", "seeing", "receiving") &&
		(t.is(i-1, "for", "to", "fyi", "all") || i == t.sentenceStart(i) && !t.marked(i, asked))
}

// isWished says whether "be" at token i is that of a wish: "would be nice".
func (t *talk) isWished(i int) bool { return t.is(i, "be") && t.is(i+1, wishing...) }

// asksIfThereIs says whether the sentence from start on asks for something that, at
// token i, would bring the error: "is there a patient that triggers a 404?"
func (t *talk) asksIfThereIs(start, i int, s sentence) bool {
	there := t.is(start, "is", "are") && t.is(start+1, "there") || t.is(start, "need", "looking")
	return there && i > start+1 &&
		t.is(i, "that", "which", "to") && !t.has(i+1, cFirst) && !t.asksWhy(s.first)
}
