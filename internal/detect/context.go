package detect

import "strings"

// sentence is what is said around a mention.
type sentence struct {
	first, last int   // the tokens of the mention
	head, tail  int   // these, and the statuses that are listed with it
	start, end  int   // the tokens of its clause
	class       class // of the clause's other words
	where       place // of the mention
}

func (t *talk) sentence(first, last int) sentence {
	s := sentence{first: first, last: last, where: t.list[first].where}
	s.head, s.tail = t.siblings(first, -1), t.siblings(last, 1)
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

// siblings goes from a status over those that are listed with it, to the left
// (step -1) or right (1): "401, 403 and 429", "a 401 or a 403".
func (t *talk) siblings(i, step int) int {
	const most, reach = 8, 3
	for n := 0; n < most; n++ {
		next := i
		for j := i + step; t.joined(max(j, j-step), clauseStop) && (j-i)*step <= reach; j += step {
			if t.isStatus(j) {
				next = j
				break
			}
			if !t.is(j, "and", "or", "then", "a", "an", "also", "sometimes", "even", "not", "the") {
				break
			}
		}
		if next == i || !t.isStatus(i) {
			return i
		}
		i = next
	}
	return i
}

// context looks at what is said around the tokens of a mention.
func (t *talk) context(first, last int) Cues {
	t.weighed++
	s := t.sentence(first, last)
	c := t.verb(s) | t.source(s) | t.subject(s)
	if t.happensWhen(s) {
		c |= cueNow
	}
	if t.isThrownAt(s) {
		c |= cueThrown
	}
	if t.isContrast(s) {
		c |= cueContrast
	}
	if s.class&cError != 0 {
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
	case s.class&(cAsk|cStill) != 0:
		return true
	case s.class&cTime != 0:
		return c != 0 || !s.status(t) || s.where&plural != 0
	}
	return c != 0 && s.where&asked != 0
}

// asksHelp says whether the clause, or a short question elsewhere in the message,
// asks for help.
func (t *talk) asksHelp(s sentence) bool {
	return s.class&cHelp != 0 || t.help
}

// verb looks for the verb that says that it happens: the nearest one before the
// mention, or else a few words behind it.
func (t *talk) verb(s sentence) Cues {
	const reach = 8
	if t.fails(s) {
		return cueHappens
	}
	var c Cues
	for i := s.head - 1; i >= s.start && i >= s.head-reach && !t.commaBehind(i); i-- {
		if t.isVerb(i) {
			c = t.judgeVerb(i, s)
			break
		}
	}
	if c&against != 0 {
		return c
	}
	if with := t.withBefore(s); with != 0 {
		return with
	}
	if t.isResult(s) || t.asksWhyIt(s) || t.happensToUs(s) || t.isUsedAsVerb(s) || t.is(s.head-1, "then") && t.otherStatus(s) {
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

func (t *talk) commaBehind(i int) bool {
	return strings.IndexByte(t.text[t.list[i].span.End:t.list[i+1].span.Start], ',') >= 0
}

// isVerb says whether token i can be the verb of an error that happens. "Getting
// rid of", "get past" and "come" without "back" are others.
func (t *talk) isVerb(i int) bool {
	return t.classOf(i)&(cHappens|cCan) != 0 && !t.is(i, "be", "being", "blocked") && !t.isNoun(i) &&
		!t.is(i+1, "rid", "started", "past", "around", "over", "to") && (!t.is(i, "come") || t.is(i+1, "back"))
}

// isNoun says whether token i, a word that can be a verb, is a noun here: "the
// answer is 403", "our last reply".
func (t *talk) isNoun(i int) bool {
	return t.is(i, "answer", "reply", "report", "reports", "result", "results", "answers", "replies", "returns", "sends", "show", "shows", "hit", "hits", "message") &&
		(t.is(i+1, "is", "was", "are", "were", "of") || t.is(i-1, "the", "an", "this", "its", "our", "my", "no", "each", "every") || strings.HasSuffix(t.word(i-1), "'s") && !t.is(i-1, "it's", "that's"))
}

// happensToUs says whether what follows the mention says that the writer gets it:
// "the 404 we're seeing on Task".
func (t *talk) happensToUs(s sentence) bool {
	const near = 3
	for i := s.tail + 1; i <= s.end && i <= s.tail+near && t.joined(i, noStop); i++ {
		if t.classOf(i)&cFirst == 0 {
			continue
		}
		for j := i + 1; j <= i+2 && t.joined(j, noStop); j++ {
			if t.classOf(j)&(cHappens|cCan) != 0 && t.isVerb(j) && !t.is(j, "return", "throw", "give", "send", "answer", "respond", "show") && !t.isNegated(j) && !t.isPlanned(j) {
				return true
			}
		}
	}
	return false
}

// withBefore looks for any verb that ends in the mention: "bombs out with a 409",
// "is denied with 403".
func (t *talk) withBefore(s sentence) Cues {
	const mostBetween = 3
	i := s.head - 1
	for i > s.start && t.joined(i+1, clauseStop) && (t.classOf(i)&cLabel != 0 || t.is(i, "a", "an", "the", "of", "code")) {
		i--
	}
	if !t.is(i, "with", "w", "in") || !t.joined(i+1, clauseStop) {
		return 0
	}
	for j := i - 1; j >= s.start && j >= i-1-mostBetween && t.joined(j+1, noStop); j-- {
		w := t.word(j)
		if len(w) < 4 && !t.is(j, "end") || t.classOf(j)&(cNet|cSubject|cUnit|cAPI|cWeb|cPlan) != 0 {
			continue
		}
		if strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing") || strings.HasSuffix(w, "s") || t.is(j, "fail", "end", "result", "died", "fell", "blew", "went", "bounce", "crash", "die", "break", "choke", "stop") {
			if t.is(i, "in") && !t.is(j, "result", "results", "resulted", "resulting", "end", "ends", "ended", "ending") {
				return 0
			}
			switch {
			case t.isNegated(j):
				return cueNegated
			case t.isPlanned(j), t.addressesYou(s.start, j), t.isCondition(s.start, j):
				return cueGuess
			}
			return cueHappens
		}
	}
	return 0
}

// happensBefore says whether what stands right before the mention says that it
// happens: "still a 403", "today 403", "calls OK then 429", "can't get past 401".
func (t *talk) happensBefore(s sentence) bool {
	const near = 3
	for i := s.head - 1; i >= s.start && i >= s.head-near && t.joined(i+1, clauseStop) && !t.colonBehind(i); i-- {
		switch {
		case t.is(i, "yet", "but") && i == s.head-1:
			return t.endsAt(s.tail)
		case t.is(i, "only", "just", "always", "constantly"):
			return s.where&plural == 0 && t.endsAt(s.tail) && (i == s.head-1 || i == s.head-2 && t.is(i+1, "a", "an"))
		case t.is(i, "sometimes", "occasionally"), t.is(i, "keep") && t.is(i+1, "the", "a", "that"):
			return false
		case t.classOf(i)&cStill != 0, t.classOf(i)&cNow != 0 && t.talksOfAPIs(s), t.classOf(i)&cNow != 0 && s.status(t):
			return true
		case t.is(i, "of") && i == s.head-1 && t.is(i-1, "lots", "loads", "tons", "bunch", "plenty", "lot"), t.is(i, "but") && t.is(i-1, "nothing"):
			return true
		case t.is(i, "then") && i == s.head-1:
			return t.talksOfAPIs(s) || t.otherStatus(s)
		case t.is(i, "past", "around", "rid") && t.is(i-1, "get", "getting"):
			return t.classOf(i-2)&(cNot|cFirst) != 0 || t.is(i-2, "to")
		}
	}
	return false
}

// colonBehind says whether a colon follows token i.
func (t *talk) colonBehind(i int) bool {
	return strings.IndexByte(t.text[t.list[i].span.End:t.list[i+1].span.Start], ':') >= 0
}

// otherStatus says whether the clause names another status.
func (t *talk) otherStatus(s sentence) bool {
	for i := s.start; i < s.head; i++ {
		if t.isStatus(i) {
			return true
		}
	}
	return false
}

// status says whether the mention is of a status.
func (s *sentence) status(t *talk) bool { return t.isStatus(s.first) || t.isStatus(s.last) }

// happensBehind says whether what stands behind the mention says that it
// happens: "the 403 is back", "403 on every call", "403 is all I get".
func (t *talk) happensBehind(s sentence) bool {
	const near = 4
	for i := s.tail + 1; i <= s.end && i <= s.tail+near && t.list[i].before <= clauseStop; i++ {
		switch {
		case t.is(i, "returned", "thrown", "sent") && t.is(i-1, "is", "are", "be"):
			return false
		case t.classOf(i)&cModal != 0 && !t.is(i, "to"), t.classOf(i)&cPlan != 0, t.classOf(i)&cNot != 0:
			return false
		case t.is(i, "per", "as", "handler", "page"):
			return false
		case t.is(i, "response", "body", "reply", "log", "logs", "output", "console") && t.is(i-1, "the", "same", "my", "our") && !s.status(t):
			return true
		case t.is(i, "coming", "keeps", "stays", "remains", "started", "starts", "starting", "happening", "happens", "appearing", "showing", "persists", "returned", "again", "back"):
			return true
		case t.classOf(i)&(cHappens|cCan) != 0 && t.is(i-1, "i", "we"):
			return true
		case t.is(i, "all", "every", "everything", "everyone", "everywhere", "since", "each") && i > s.tail && !t.is(i, "all") || t.is(i, "all") && !t.is(i+1, "from"):
			return t.talksOfAPIs(s) || t.is(i-1, "on", "for") || t.is(i+1, "day", "morning", "afternoon", "evening", "night", "week", "weekend", "time", "the", "call", "request", "monday")
		case t.is(i, "across") && t.is(i+1, "the", "all"):
			return true
		case t.classOf(i)&cNow != 0 && !t.is(i, "just", "only", "always", "same", "sometimes", "occasionally"):
			return t.talksOfAPIs(s) || i == s.tail+1
		}
	}
	return false
}

// happensSince says whether the sentence begins with when it began, and the mention
// is all that follows: "after the upgrade: 403".
func (t *talk) happensSince(s sentence) bool {
	return (t.isFailingBut(s) || t.is(s.start, "after", "since", "with", "now", "today") || t.classOf(s.start)&cDid != 0 || t.classOf(s.start)&cFirst != 0 && t.classOf(s.start+1)&cDid != 0) && s.start < s.head-1 && t.list[s.head].before == clauseStop && t.endsAt(s.tail)
}

// isFailingBut says whether a colon behind "doesn't" leads to the mention: "the
// validator passes it but the server doesn't: 400".
func (t *talk) isFailingBut(s sentence) bool {
	return t.classOf(s.head-1)&cNot != 0 && t.joined(s.head, clauseStop) && t.colonBehind(s.head-1)
}

// isAllThereIs says whether the message is the mention and a word or two that ask:
// "403. Why?", "429s, anyone?".
func (t *talk) isAllThereIs(s sentence) bool {
	const most = 3
	if len(t.list)-(s.last-s.first+1) > most || len(t.list) == s.last-s.first+1 {
		return false
	}
	asks := false
	for i := range t.list {
		if s.around(i) {
			c := t.classOf(i)
			if c&(cAsk|cHelp|cNow|cTime|cStill|cEnv|cPlace) == 0 && !t.isNamedAPI(i) {
				return false
			}
			asks = asks || c&(cAsk|cHelp) != 0
		}
	}
	return asks
}

// talksOfAPIs says whether the clause, or else the message, speaks of APIs,
// servers or requests.
func (t *talk) talksOfAPIs(s sentence) bool { return (s.class|t.class)&(cAPI|cNet) != 0 }

// fails says whether the clause says of something, before the mention, that it fails:
// "can't update the referral: 403", "failed to get a token, 401".
func (t *talk) fails(s sentence) bool {
	for i := s.start; i < s.head; i++ {
		could := t.is(i, "not") && (t.is(i-1, "could", "can") || t.is(i+1, "able"))
		if !could && (!t.is(i, "cannot", "can't", "cant", "couldn't", "unable", "failed", "failing", "fails") || t.isPlanned(i) || t.isCondition(s.start, i)) {
			continue
		}
		return s.class&cPlan == 0 && t.classOf(i+1)&(cFirst|cYou) == 0 &&
			!t.is(i+1, "it", "read", "find", "resolve", "import", "be", "see", "wait", "remember", "recall", "believe", "reproduce")
	}
	return false
}

// isUsedAsVerb says whether the status is what something does: "it 403s on me".
func (t *talk) isUsedAsVerb(s sentence) bool {
	return s.where&plural != 0 && (t.is(s.head-1, "it", "that", "this", "which", "everything", "they", "just", "suddenly") || t.classOf(s.head-1)&cServer != 0) && t.joined(s.head, noStop)
}

// isResult says whether the mention is what came of something: "the response is
// 404", "everything is 401".
func (t *talk) isResult(s sentence) bool {
	const reach = 7
	i := s.head - 1
	if t.is(i, "a", "an", "just", "now", "always", "simply") {
		i--
	}
	if !t.is(i, "is", "was", "are", "were", "it's", "be") || !t.joined(i+1, noStop) {
		return false
	}
	if t.is(i, "be") {
		return false
	}
	for j := i - 1; j >= s.start && j >= i-reach; j-- {
		if t.classOf(j)&(cModal|cIf|cPlan) != 0 {
			return false
		}
		if t.classOf(j)&cSubject != 0 {
			return j == i-1 || t.classOf(j+1)&cPlace != 0 || t.is(j+1, "of", "status", "code", "to", "we", "i") && !t.is(j+2, "time")
		}
	}
	return false
}

// asksWhyIt says whether the sentence asks why right before the mention: "why is
// it 403", "what could cause a 400".
func (t *talk) asksWhyIt(s sentence) bool {
	const near = 5
	for i := s.head - 1; i >= s.start && i >= s.head-near; i-- {
		if t.is(i, "cause", "causes", "causing", "caused") && t.asksWhy(i) {
			return true
		}
		if t.is(i, "why") {
			return !t.is(i+1, "not", "do", "does") && (i == s.head-1 || t.is(i+1, "is", "am", "are", "the", "this") || t.talksOfAPIs(s)) && (s.status(t) || i == s.head-1)
		}
	}
	return false
}

// judgeVerb says what the verb at token i makes of the mention.
func (t *talk) judgeVerb(i int, s sentence) Cues {
	class := t.classOf(i)
	switch {
	case t.isNegated(i):
		return cueNegated
	case t.isPlanned(i), t.addressesYou(s.start, i), t.isCondition(s.start, i), t.is(i-1, "like", "love") && t.is(i, "how"), class&cHabit != 0 && t.classOf(i+1)&cYou != 0:
		return cueGuess
	case class&cHabit != 0 && !t.concerns(i, s):
		return cueHabit
	case t.is(i, "have", "having", "had") && s.where&plural == 0 && !t.is(s.last+1, "error", "errors") && !t.is(s.first-1, "a", "an") && s.class&cHelp == 0:
		return 0 // "we have 403 …" counts something
	case class&cHappens != 0:
		return cueHappens
	case t.is(i, "return", "throw", "give", "respond", "answer", "reject", "send", "show", "fail"):
		if t.asksWhy(i) && !t.is(i-1, "we", "i") || t.isOfAll(i) || t.isJustUs(s) {
			return cueHappens
		}
		if t.is(i, "fail") || isPlural(t.word(i-1)) { // "the logs show 429"
			return cueHabit
		}
		return cuePlan // "return 404" is what somebody wants
	case t.isOfWriter(i), t.is(s.head-1, "the", "this", "that"):
		return cueHappens
	}
	return 0
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
	const reach = 10
	if t.is(i-1, "calls", "requests", "endpoints", "others", "they", "both") {
		return !t.is(i-1, "they")
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop); j-- {
		if t.is(j, "our", "my", "these", "both") && j < i-5 {
			continue
		}
		if t.is(j, "all", "every", "everything", "most", "our", "my", "these", "both", "requests", "calls") {
			return !t.is(j+1, "api", "apis", "service", "mock", "stub")
		}
	}
	return false
}

// concerns says whether what "returns 403", the verb at token i, has done so: the
// clause speaks of the writer or of this very call, or asks for help, or says
// nothing more.
func (t *talk) concerns(i int, s sentence) bool {
	for j := s.start; j <= s.end; j++ {
		c := t.classOf(j)
		switch {
		case c&cAsk != 0 && !t.is(j, "how"), c&cHelp != 0, c&cFirst != 0 && (j > i || !t.isOwn(j)):
			return true
		case j > s.tail && t.is(j, "valid", "fresh", "new", "correct", "right", "same"):
			return true
		case t.is(j, "these", "every", "everything", "all", "any", "now", "today", "even", "since", "again") && j > s.start:
			return true
		case j > s.tail && isDigit(t.text[t.list[j].span.Start]) && t.list[j].status == 0:
			return true
		}
	}
	if s.tail < s.end && t.list[s.tail+1].before < clauseStop && !t.is(s.tail+1, "with") || s.where&asked != 0 {
		return t.classOf(s.start)&cBut != 0
	}
	return t.isSource(i - 1)
}

// isOwn says whether the first person at token i speaks of what the writer
// builds, which is meant to answer so: "our API returns 409 for duplicates".
func (t *talk) isOwn(i int) bool {
	return t.is(i, "we") || t.is(i, "our", "my") && t.is(i+1, "api", "apis", "endpoint", "endpoints", "service", "backend", "server", "gateway", "proxy", "code", "sdk", "library", "wrapper", "interceptor", "helper")
}

// isSource says whether token i names what answers: an API, a client, a path.
func (t *talk) isSource(i int) bool {
	if i < 0 {
		return false
	}
	return t.isAPI(i) || t.classOf(i)&(cNet|cEnv) != 0 || t.list[i].where&inLink != 0 || t.inPath(i)
}

// inPath says whether token i is a part of a path: /Patient/9000000009.
func (t *talk) inPath(i int) bool {
	if i < 0 || i >= len(t.list) {
		return false
	}
	start := t.list[i].span.Start
	return start > 0 && t.text[start-1] == '/' && (start == 1 || t.text[start-2] != '<')
}

// isOfWriter says whether the writer does what the verb at token i says.
func (t *talk) isOfWriter(i int) bool {
	const reach = 4
	if t.is(i-1, "but", "and", "then") && t.class&cFirst != 0 {
		return true
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop); j-- {
		if t.classOf(j)&(cFirst|cStill) != 0 || t.is(j, "anyone", "customers", "users", "just", "people", "clients", "they", "suppliers", "practices", "sites") {
			return true
		}
	}
	return t.isOfAll(i)
}

// source looks for an API that is named as where the error comes from: right
// before the mention ("PDS: 403") or behind it ("a 403 from the new API").
func (t *talk) source(s sentence) Cues {
	if t.sourceBefore(s) || t.sourceBehind(s) {
		return cueFrom
	}
	return 0
}

func (t *talk) sourceBefore(s sentence) bool {
	i := s.head - 1
	env := false
	for t.joined(i+1, clauseStop) && !t.isAPI(i) && (t.classOf(i)&(cStill|cNow|cEnv|cTime) != 0 || t.is(i, "a", "an", "is", "are", "the", "just")) {
		env = env || t.classOf(i)&cEnv != 0
		i--
	}
	const few = 4
	if len(t.list) <= few && t.class&cAPI != 0 {
		for j := range t.list {
			if s.around(j) && t.isNamedAPI(j) {
				return true
			}
		}
	}
	if i < s.start {
		return false
	}
	if t.joined(i+1, clauseStop) && t.isAPI(i) && (t.list[i+1].before == clauseStop || t.isNamedAPI(i)) {
		return true
	}
	return env && t.is(i, "in", "on") && t.joined(i+1, noStop)
}

func (t *talk) sourceBehind(s sentence) bool {
	const reach = 7
	at := s.tail + 1
	if t.is(at, "error", "errors", "response", "responses", "back", "again", "code", "codes", "status", "coming") {
		at++
	}
	if t.joined(at, clauseStop) && t.isAPI(at) && t.list[at].where&upper != 0 {
		return true // "429 PDS"
	}
	if t.joined(at, noStop) && t.inPath(at) {
		return true
	}
	if !t.joined(at, clauseStop) || t.classOf(at)&cPlace == 0 {
		return false
	}
	by, place := t.is(at, "from", "by"), t.is(at, "on", "in", "at", "for", "against")
	vague := t.is(at, "for", "with", "in")
	for i := at + 1; i <= s.end && i < at+reach; i++ {
		switch {
		case t.isAPI(i) && !vague, t.isNamedAPI(i), by && t.classOf(i)&cNet != 0, place && (t.classOf(i)&cEnv != 0 || t.inPath(i)) && !t.is(i, "test"):
			return true
		}
	}
	return false
}

// happensWhen says whether it is said on what occasion it happens to the writer:
// "when we page fast", "on a second submit".
func (t *talk) happensWhen(s sentence) bool {
	at := s.tail + 1
	if !t.is(at, "when", "while", "after", "if", "whenever") || !t.joined(at, clauseStop) {
		return false
	}
	return t.is(at+1, "i", "we", "i'm", "we're", "calling", "creating", "posting", "updating", "fetching", "sending", "trying", "doing", "running") ||
		t.is(at+2, "try", "trying", "call", "calling") && t.classOf(at+1)&cYou == 0
}

// isNamedAPI says whether token i is the name of an API, or calls it so.
func (t *talk) isNamedAPI(i int) bool {
	return t.isAPI(i) && (hasUpper(t.word(i)) || t.is(i, "api", "apis", "gateway", "apigee", "sandbox", "postman", "curl", "pds", "nrl", "cis2", "mns", "apim"))
}

func hasUpper(s string) bool { return strings.ToLower(s) != s }

// isAPI says whether token i speaks of APIs. What is also an everyday word must
// stand in capitals.
func (t *talk) isAPI(i int) bool {
	if t.classOf(i)&cAPI == 0 {
		return false
	}
	switch {
	case t.is(i, "get", "post", "put", "patch", "delete", "rest", "grant"):
		return t.list[i].where&upper != 0
	case t.is(i, "rs", "bars", "mesh", "spine", "notify", "dos"):
		return hasUpper(t.word(i))
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
	if !t.isStatus(s.first) && !t.isStatus(s.last) {
		return c
	}
	if status := t.list[s.first].status; status != 0 && status != 404 && status != 403 {
		return c
	}
	if s.class&cWeb != 0 || t.class&(cWeb|cNet) == cWeb || t.linked && t.list[s.first].status == 404 {
		c |= cueWeb
	}
	return c
}

// isContrast says whether something else was expected: "expected 200 but got 403",
// "expected a Bundle, got 404", "200 in int, 403 in prod".
func (t *talk) isContrast(s sentence) bool {
	const reach = 12
	but := t.classOf(s.start)&cBut != 0
	if but && t.class&cFirst != 0 && t.isVerb(s.head-1) {
		return true
	}
	if t.is(s.tail+1, "instead") && !t.is(s.tail+2, "of") {
		return true
	}
	if s.status(t) && t.worksElsewhere(s) {
		return true
	}
	for i := s.head - 1; i >= 0 && i >= s.head-reach && t.list[i+1].before < sentenceStop; i-- {
		if w := t.word(i); len(w) == 3 && w[0] == '2' && httpStatus(w) != 0 && (but || t.classOf(s.head-1)&(cHappens|cCan) != 0) {
			return true
		}
		if t.is(i, "expected", "expecting") && t.classOf(s.head-1)&(cHappens|cCan) != 0 {
			return true
		}
	}
	return false
}

// worksElsewhere says whether the message says of something else that it works:
// "403 on weekdays, 200 at weekends", "works for one user, 403 for the other".
func (t *talk) worksElsewhere(s sentence) bool {
	start, end := t.sentenceStart(s.first), s.last
	for end+1 < len(t.list) && t.list[end+1].before < sentenceStop && end < s.last+20 {
		end++
	}
	for i := start; i <= end; i++ {
		if w := t.word(i); (len(w) == 3 && (w == "200" || w == "201" || w == "204")) && (i < s.first-1 || i > s.last+1) && !t.isCountOf(i) && !t.is(i-1, "or", "of", "than", "not", "and") && !t.is(i+1, "or", "and") {
			return true
		}
		if t.is(i, "works", "worked", "fine", "ok") && (i < s.head-1 || i > s.tail+2) && t.solved < 0 && !t.is(i-1, "not", "is", "that's", "it's") && !t.is(i+1, "around", "on", "out") {
			return true
		}
	}
	return false
}

// isCountOf says whether the number at token i counts something.
func (t *talk) isCountOf(i int) bool {
	return t.joined(i+1, noStop) && (t.classOf(i+1)&cUnit != 0 || isPlural(t.word(i+1)))
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
	if s.last > s.first && t.joined(s.last+1, noStop) && t.classOf(s.last+1) == 0 && isLower(t.word(s.last + 1)[0]) {
		return false // "403 forbidden love"
	}
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
