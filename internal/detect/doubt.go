package detect

import "strings"

// doubts looks for what says that no error is reported. c are the cues so far.
func (t *talk) doubts(s sentence, c Cues) Cues {
	var no Cues
	if t.solved >= s.start && !t.isNews(s) {
		no |= cueSolved
	}
	if s.where&inFence == 0 {
		no |= t.intentions(s, c)
	} else if t.faked {
		no |= cuePlan
	}
	if s.class&cMeans != 0 {
		no |= t.meaning(s)
	} else if t.asksMeaning(s) {
		no |= cueMeaning
	}
	if t.isCatalogue(s) || t.isDefined(s) || t.isIntended(s) || t.isRule(s) {
		no |= cueExplains
	}
	if s.where&plural != 0 && t.is(s.first-2, "only", "just") && t.is(s.first-1, "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "a") {
		no |= cueNegated
	}
	if start := t.sentenceStart(s.first); t.isOver(s) || t.isClosed(start) || start < s.first && t.is(start, "ignore", "disregard", "forget") {
		no |= cueSolved
	}
	if t.isThanks(s) {
		no |= cueSolved
	}
	if t.isPast(s) {
		no |= cueSolved | cueNegated
	}
	if c&cueHabit != 0 && (s.class&cIf != 0 || s.where&asked != 0 && t.isStatus(s.first)) && s.class&(cFirst|cAsk|cTime|cStill) == 0 {
		no |= cueRule
	}
	if t.inSource(s.first) {
		no |= cueSource
	}
	if t.isForeign(s.first) || t.is(s.head-1, "code", "codes") && t.word(s.head-2) == "READ" || c&cueThrown == 0 && t.isTool(s) || t.isForeignAt(t.lineSpan(t.list[s.first].span)) {
		no |= cueOther
	}
	if t.isQuoted(s) || t.isOfBot(s) || t.isJoke() {
		no |= cueQuote
	}
	return no
}

// intentions looks for plans and guesses. What happens to somebody, or what an
// exception carries, is none.
func (t *talk) intentions(s sentence, c Cues) Cues {
	var no Cues
	if t.is(s.start, "ac", "given", "scenario", "acceptance") {
		no |= cueGuess | cuePlan
	}
	if t.isDocumented(s) {
		no |= cuePlan | cueGuess
	}
	if t.isAsked(s) || t.isPlannedFor(s) || t.isForOthers(s) {
		no |= cueGuess
	}
	if s.class&cMade != 0 {
		no |= cueGuess
	}
	if c&(cueHappens|cueThrown) != 0 {
		return no
	}
	if t.isAdvice(s) {
		no |= cueGuess
	}
	if t.plans(s) {
		no |= cuePlan
	}
	if t.guesses(s) {
		no |= cueGuess
	}
	return no
}

// asksMeaning says whether it is asked, in other words, what the mention means: "what
// is MISSING_VALUE", "what does INVALID_VALUE want from me?".
func (t *talk) asksMeaning(s sentence) bool {
	if t.is(s.start, "what's", "whats") || t.is(s.start, "what") && t.is(s.start+1, "is", "does", "on", "exactly") {
		return s.head-s.start <= 4 && t.classOf(s.head-1)&cPlace == 0 && (s.where&asked != 0 || t.endsAt(s.tail)) && s.class&(cYou|cPlan) == 0
	}
	return false
}

// meaning tells who asks what an error means from who explains it.
func (t *talk) meaning(s sentence) Cues {
	if t.is(s.last+1, "means") && s.where&asked == 0 {
		return cueExplains
	}
	if s.where&asked != 0 || s.class&cFirst != 0 || t.is(s.start, "what", "whats", "what's") {
		return cueMeaning
	}
	return cueExplains
}

// plans says whether a clause speaks of plans, tests or documents. The header
// Retry-After does not.
func (t *talk) plans(s sentence) bool {
	for i := t.newsStart(s); i <= s.end; i++ {
		if i > s.tail+1 && t.list[i].before == clauseStop {
			break // what is said in passing
		}
		if t.classOf(i)&cPlan != 0 && s.around(i) && t.list[i].where&inLink == 0 && !t.is(i+1, "after") && !t.isForTests(i) && (i < s.first || !t.is(i-1, "after", "despite", "since", "by", "before", "without")) {
			return true
		}
		if t.is(i, "use", "using", "return", "returning", "throw", "choose", "pick", "prefer") && i == s.head-1 {
			return true
		}
		if s.status(t) && i < s.head && i+3 >= s.head && t.is(i, processing...) && !(t.is(i, "logs", "logged") && t.is(s.head-1, "a", "an")) && t.smallBetween(i, s.head) {
			return true
		}
		if t.is(i, "on", "after", "upon") && i < s.head && i+2 >= s.head-1 && t.retriesBefore(i) {
			return true
		}
	}
	return false
}

// retriesBefore says whether the words before token i speak of trying again:
// "retrying requests after a 401", "back off on 429".
func (t *talk) retriesBefore(i int) bool {
	const reach = 4
	for j := i - 1; j >= 0 && j >= i-reach && t.joined(j+1, clauseStop); j-- {
		if t.is(j, "retry", "retries", "retrying", "backoff", "fallback", "reauthorizing") && !t.isHeaderName(j) || t.is(j, "back") && t.is(j+1, "off") {
			return true
		}
	}
	return false
}

// newsStart is where the clause begins that tells the news: behind "now" in "I
// added the header, now MISSING_VALUE".
func (t *talk) newsStart(s sentence) int {
	for i := s.first - 1; i > s.start; i-- {
		if t.is(i, "now", "still") && (t.list[i].before > noStop || t.is(i-1, "and", "but")) {
			return i
		}
	}
	return s.start
}

// processing are verbs of what a program does with a status that it got.
var processing = []string{"retry", "retries", "retrying", "log", "logs", "logged", "count", "counts", "counting", "record", "records", "track", "tracks", "ignore", "ignores",
	"swallow", "swallows", "turn", "turns", "translate", "translates", "convert", "converts", "parse", "parses", "hide", "hides", "report", "provoke", "trigger", "force", "fake"}

// smallBetween says whether only small words stand between two tokens.
func (t *talk) smallBetween(from, to int) bool {
	for i := from + 1; i < to; i++ {
		if !t.is(i, "all", "the", "any", "every", "these", "our", "a", "an") {
			return false
		}
	}
	return true
}

// isForTests says whether the word at token i, such as "test", says where it
// happens, and to what: "the app is in test", "our test patient".
func (t *talk) isForTests(i int) bool {
	if !t.is(i, "test", "tests", "example", "sample", "testing") {
		return false
	}
	if t.is(i, "test") && t.joined(i+1, noStop) && !t.is(i+1, "for", "case", "cases", "that", "plan", "suite", "script", "scripts", "if", "whether", "to", "should", "with", "on", "asserts", "expects", "and") && t.classOf(i+1)&(cHappens|cCan|cHabit) == 0 && !t.isStatus(i+1) {
		return true // "a patient in the test pack"
	}
	return t.is(i-1, "in", "our", "my", "system", "integration", "smoke", "regression", "acceptance", "e2e") && !t.is(i+1, "for", "case", "cases") ||
		t.is(i+1, "patient", "patients", "data", "env", "environment", "app", "account", "harness", "nhs")
}

// guesses says whether what stands before the mention in its clause makes it a
// guess: "PDS would answer 403". To ask politely ("could you tell me …") is none.
func (t *talk) guesses(s sentence) bool {
	if t.addressesYou(s.start, s.first) || t.isCondition(s.start, s.first) {
		return true
	}
	if t.asksWhy(s.first) || t.asksIfNormal(s.first) || t.is(s.start, "what") && t.is(s.start+2, "make", "makes", "made") {
		return false
	}
	for i := s.start; i < s.first; i++ {
		if t.is(i, "can", "could", "may") && t.is(i+1, "be", "mean", "also") {
			return true
		}
		if t.isModal(i) && !t.is(i+1, "not") && !t.is(i, "to", "can", "can't", "cannot") && !t.is(i+1, "you", "anyone", "anybody", "someone", "somebody") {
			return true
		}
	}
	return false
}

// asksIfNormal says whether the sentence of token i asks if that is how it should be:
// "is it expected to get 429 after a dozen calls?"
func (t *talk) asksIfNormal(i int) bool {
	start := t.sentenceStart(i)
	return t.list[i].where&asked != 0 && t.is(start, "is", "are", "am") && t.is(start+1, "it", "this", "that", "we", "i")
}

// isModal says whether token i makes a plan or a guess of the verb behind it.
func (t *talk) isModal(i int) bool {
	return t.classOf(i)&cModal != 0 && !t.is(i, "need", "needs", "want", "wants", "going")
}

// isPlanned says whether the verb at token i is planned, guessed or advised:
// "should return", "to return", "you will get". "We started to see" is not.
func (t *talk) isPlanned(i int) bool {
	const reach = 3
	if t.asksIfNormal(i) {
		return false
	}
	if t.is(i, "getting", "seeing", "receiving", "hitting") && t.is(i-1, "vs", "versus", "than", "avoid", "without", "of", "for", "prevent") {
		return true
	}
	if t.is(i, "returning", "sending", "giving", "throwing", "answering", "responding") &&
		t.is(i-1, "think", "suggest", "consider", "prefer", "about", "for", "by", "of", "considering", "like", "proposing", "from", "avoid", "start") {
		return true
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, clauseStop) && t.classOf(j)&cBut == 0; j-- {
		switch {
		case t.isModal(j) && t.is(i, "getting", "seeing", "receiving", "hitting") && t.list[i].where&asked != 0:
			return false // "should I be getting a 401 here?"
		case t.is(j, "to"):
			if j == i-1 && !t.is(j-1, "started", "starting", "began", "beginning", "continue", "continues", "seem", "seems") {
				return !t.asksWhy(j)
			}
		case t.isModal(j), t.is(j, "let", "lets", "letting"):
			return !t.asksWhy(j)
		case t.classOf(j)&cYou != 0 && (j == i-1 || !t.is(j, "your")):
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
		if t.isSupposed(j) {
			return true
		}
		if t.classOf(j)&cFirst != 0 {
			return t.is(j-1, "if") && (t.is(j-2, "what", "and") || t.is(j+1, "ever", "do", "did") || t.isAdvisedBehind(i)) || t.is(j-1, "case") || t.isSupposed(j-1)
		}
		if t.is(j, "when", "whenever") && !t.is(j-1, "only", "even", "but", "happens") && i-j <= 4 && (t.isSource(i-1) || t.is(i-1, "they", "clients", "client", "one", "consumers")) {
			return true // "when PDS returns 404 we show …"
		}
		if t.is(j, "if", "unless", "once") && !t.isHeaderName(j) {
			return !t.is(j-1, "know", "knows", "wondering", "check", "see", "tell", "sure", "ask", "asking")
		}
	}
	return false
}

// isHeaderName says whether token i is a part of a hyphenated word: If-Match.
func (t *talk) isHeaderName(i int) bool {
	return t.joined(i+1, noStop) && t.text[t.list[i].span.End] == '-'
}

// isSupposed says whether token i makes a supposition of what follows: "imagine",
// "suppose".
func (t *talk) isSupposed(i int) bool {
	return t.is(i, "imagine", "suppose", "supposing", "assume", "assuming", "hopefully", "hypothetically", "wondering") ||
		t.is(i, "wonder") && t.is(i+1, "if", "whether", "what")
}

// isAdvisedBehind says whether the sentence goes on behind token i with what is
// to be done: "if we get a 429 we should back off".
func (t *talk) isAdvisedBehind(i int) bool {
	const reach = 12
	for j := i + 1; j <= i+reach && t.joined(j, clauseStop); j++ {
		if t.isModal(j) && !t.is(j, "to", "can", "expect") && t.classOf(j-1)&cFirst != 0 || t.is(j, "we'll", "we'd", "i'll", "i'd") {
			return true
		}
	}
	return false
}

// isAsked says whether the reader is asked about the mention, or asked for
// something: "did you get a 403?", "can you paste the 403 response". To ask for
// help or for a reason is something else.
func (t *talk) isAsked(s sentence) bool {
	start := t.sentenceStart(s.first)
	if start == s.first {
		return false
	}
	if t.is(start, "does", "do", "will", "would", "can", "could", "may", "must", "should") && s.where&asked != 0 && s.class&(cFirst|cHelp|cNow) == 0 && !t.asksWhy(s.first) &&
		t.isOffer(start, s.first) {
		return true
	}
	if t.is(start, "did", "has", "was", "were") && s.where&asked != 0 && s.class&cFirst == 0 && !t.is(start+1, "anyone", "anybody", "someone", "somebody", "something", "anything", "pds") {
		return true
	}
	for i := start; i < s.first && i < start+5; i++ {
		if t.classOf(i)&cYou == 0 || t.is(i, "your") && !t.is(i-1, "does", "is") {
			continue
		}
		aux := t.is(i-1, "did", "do", "are", "can", "could", "would", "will", "have", "were", "if", "does", "is")
		if !aux {
			continue
		}
		for j := i; j <= s.end; j++ {
			if t.is(j, "know", "why", "help", "tell", "explain", "advise", "also", "too", "guys", "look", "assist", "see", "i", "we", "my", "our", "i'm", "me") {
				return false
			}
		}
		return true
	}
	return t.is(start, "which", "what") && s.class&cYou != 0 && s.class&cFirst == 0
}

// isForOthers says whether the sentence speaks of whoever may get the error, or of
// what could bring it: "for anyone who gets a 403", "is there a patient that triggers
// a 404?", "an exception which you can catch".
func (t *talk) isForOthers(s sentence) bool {
	start := t.sentenceStart(s.first)
	for i := start; i < s.first; i++ {
		if t.is(i, "anyone", "anybody", "everyone", "everybody", "those", "people", "whoever") && t.is(i+1, "who", "who's") && t.is(i-1, "for", "to", "fyi", "all") {
			return true
		}
		if t.is(start, "is", "are") && t.is(start+1, "there") && i > start+1 && t.is(i, "that", "which", "to") && t.classOf(i+1)&cFirst == 0 && !t.asksWhy(s.first) {
			return true
		}
	}
	for i := start; i < s.first; i++ {
		if t.is(i, "be") && t.is(i+1, "nice", "great", "good", "helpful", "useful") {
			return true
		}
	}
	return t.is(s.last+1, "which", "that") && t.classOf(s.last+2)&cYou != 0
}

// isOffer says whether a verb in its base form stands between two tokens: what an
// API may do, as in "does it ever send a 403".
func (t *talk) isOffer(from, to int) bool {
	for i := from + 1; i < to; i++ {
		if t.is(i, "return", "send", "give", "throw", "answer", "respond", "reply") {
			return true
		}
	}
	return false
}

// sentenceStart is the first token of the sentence of token i.
func (t *talk) sentenceStart(i int) int {
	const reach = 40
	start := i
	for start > 0 && i-start < reach && t.list[start].before < sentenceStop {
		start--
	}
	return start
}

// isAdvice says whether the sentence begins with advice: "try a new token, 401 is
// normally an expired one".
func (t *talk) isAdvice(s sentence) bool {
	start := t.sentenceStart(s.first)
	return start < s.first && t.classOf(start)&cAdvice != 0 || t.is(start, "have") && t.is(start+1, "you")
}

// isDocumented says whether a document says it: "the docs say 404 is returned",
// "as documented".
func (t *talk) isDocumented(s sentence) bool {
	if start := t.sentenceStart(s.first); t.is(start, "from", "quote", "excerpt") && t.colonBetween(start, s.first) && s.class&cPlan != 0 {
		return true
	}
	for i := s.start; i < s.first; i++ {
		switch {
		case t.is(i, "docs", "documentation", "spec", "specification", "oas", "contract", "guide", "wiki", "rfc") && t.is(i+1, "say", "says", "state", "states", "mention", "mentions", "list", "lists", "give", "gives", "show", "shows", "promise", "promises", "claim", "claims"),
			t.is(i, "documented", "specified") && t.is(i-1, "as", "is", "are"),
			t.is(i, "faq", "psa", "tip", "reminder"), t.is(i, "in") && t.is(i+1, "step", "scenario", "example", "case") && isDigit(t.text[t.list[min(i+2, len(t.list)-1)].span.Start]),
			t.is(i, "release") && t.is(i+1, "notes", "note"), t.is(i, "changelog"),
			t.is(i, "like", "love", "hate") && t.is(i+1, "how", "that", "when"), t.is(i, "fun") && t.is(i+1, "fact"), t.is(i, "til"),
			t.is(i, "according") && t.is(i+1, "to"), t.is(i, "per") && t.is(i+1, "the", "spec", "rfc"):
			return true
		}
	}
	return false
}

// colonBetween says whether a colon stands between two tokens.
func (t *talk) colonBetween(from, to int) bool {
	for i := from; i < to; i++ {
		if t.colonBehind(i) {
			return true
		}
	}
	return false
}

// isDefined says whether it is said what the mention is for: "401 is for missing
// credentials", "403 = I know you".
func (t *talk) isDefined(s sentence) bool {
	i := s.last + 1
	for j := i; j < i+4 && t.joined(j, noStop) && t.classOf(j)&(cIf|cFirst) == 0 && s.where&asked == 0; j++ {
		if t.is(j, "is", "are") && t.is(j+1, "normal", "expected", "fine", "correct", "right", "intended", "ok", "okay", "legit", "legitimate", "harmless", "usual") {
			return true
		}
	}
	if behind := strings.TrimLeft(t.text[t.list[s.last].span.End:], " "); len(behind) > 2 && behind[0] == '=' && behind[1] == ' ' && isLetter(behind[2]) {
		return true // "403 = I know you"
	}
	if t.is(i, "is") && t.is(i+1, "never", "nearly", "almost", "mostly", "generally") && s.where&asked == 0 {
		return true
	}
	if t.is(i, "is") && t.is(i+1, "what") && t.is(i+2, "we", "our", "i") && t.is(i+3, "return", "send", "throw", "use", "answer", "chose", "call") {
		return true
	}
	if t.is(i, "is") && t.is(i+1, "what") && t.is(i+2, "you", "one", "people", "clients") {
		return true
	}
	if t.is(i, "is", "are", "stands", "=") && t.joined(i, noStop) {
		return t.is(i+1, "logged", "counted", "retried", "billed", "cached", "handled", "mapped", "ignored", "covered", "reserved", "defined", "called", "free", "taken", "booked") ||
			t.is(i+1, "for", "about", "when", "because", "if", "normally", "usually", "often", "typically", "just", "basically", "meant", "used", "returned", "sent") && !t.is(i+2, "us", "me") ||
			t.is(i+1, "a", "the") && t.is(i+2, "right", "correct", "standard", "normal", "usual", "wrong", "better")
	}
	if t.is(i, "for", "when", "if", "=") { // "401 for expired and 403 for missing scope"
		for j := s.start; j <= s.end; j++ {
			if t.isStatus(j) && (j < s.first || j > s.last) && t.list[j].status != t.list[s.first].status && t.is(j+1, t.word(i)) && t.class&cStill == 0 && (!t.is(i, "for") || t.isFault(i+1) || t.isFault(j+2)) {
				return true
			}
		}
	}
	if t.is(s.head-1, "most", "such", "typical") && s.where&plural != 0 || t.is(i, "on") && t.isStatus(i+1) && t.list[s.first].status == 0 || t.isOnStatus(s) {
		return true
	}
	return t.is(i, "makes", "sounds", "seems") && t.is(i+1, "more", "right", "sense", "better", "fine", "correct", "good", "wrong")
}

// isCatalogue says whether a list of errors is headed as one: "error catalogue: …".
func (t *talk) isCatalogue(s sentence) bool {
	return t.is(s.start, "error", "errors", "status", "code") && t.is(s.start+1, "catalogue", "catalog", "list", "codes", "table", "reference", "handling") && t.colonBehind(s.start+1) && s.class&(cNow|cFirst) == 0
}

// isOnStatus says whether it is said what a program does on a status: "axios rejects
// on 401".
func (t *talk) isOnStatus(s sentence) bool {
	if !t.is(s.head-1, "on", "upon") || s.class&(cNow|cTime|cHelp) != 0 || s.where&asked != 0 {
		return false
	}
	for i := s.start; i < s.head; i++ {
		if t.is(i, "i", "we", "us", "me", "my", "stuck") {
			return false
		}
		if t.is(i, "throws", "raises", "rejects", "retries", "redirects", "logs", "fails", "crashes", "triggers", "refreshes") {
			return true
		}
	}
	return false
}

// isIntended says whether it is said that the error is meant to come: "on
// purpose", "by design".
func (t *talk) isIntended(s sentence) bool {
	if s.where&asked != 0 {
		return false
	}
	for i := s.last + 1; i <= s.end; i++ {
		if t.is(i, "purpose") && t.is(i-1, "on") || t.is(i, "design") && t.is(i-1, "by") || t.is(i, "expected", "intended", "designed", "documented", "planned") && t.is(i-1, "as") ||
			t.is(i, "deliberately", "intentionally") {
			return true
		}
	}
	return false
}

// isOver says whether it is said of the mention that it does not come any more, or
// what it was: "the 429s have stopped", "401 no longer an issue", "the 401s were an
// expired certificate".
func (t *talk) isOver(s sentence) bool {
	const reach = 3
	for i := s.tail + 1; i <= s.tail+reach && t.joined(i, noStop); i++ {
		switch {
		case t.is(i, "was", "were") && t.is(i+1, "a", "an", "our", "my", "due", "because", "caused", "just", "only", "down", "from", "expired"),
			t.is(i, "no") && t.is(i+1, "longer", "more"), t.is(i, "stopped", "ceased", "disappeared", "vanished"), t.is(i, "gone", "fixed", "sorted", "solved", "resolved"):
			return s.where&asked == 0 && !t.isNegated(i)
		}
	}
	return false
}

// isClosed says whether the sentence at token i is headed as the end of something:
// "Incident closed: …", "incident review".
func (t *talk) isClosed(i int) bool {
	return t.is(i, "incident", "problem", "outage", "ticket", "case") && t.is(i+1, "closed", "resolved", "over", "review", "report", "summary", "ended", "done")
}

// isThanks says whether the sentence thanks somebody for what was done about it.
func (t *talk) isThanks(s sentence) bool {
	start := t.sentenceStart(s.first)
	return start < s.first && t.is(start, "thanks", "thank", "thx", "ty", "cheers") && s.class&(cNow|cStill|cBut) == 0 && !t.is(start+1, "in")
}

// isFault says whether the word at token i tells a fault of requests: "expired".
func (t *talk) isFault(i int) bool {
	return t.is(i, "expired", "missing", "invalid", "wrong", "bad", "unknown", "lacking", "no", "unauthenticated", "unauthorised", "unauthorized", "auth", "authentication", "authorisation", "permissions", "duplicates")
}

// isRule says whether the sentence says what such requests lead to: "an invalid
// token gives ACCESS_DENIED".
func (t *talk) isRule(s sentence) bool {
	start := s.start
	if t.is(start, "so", "and", "ok", "yes") {
		start++
	}
	if start == 0 && t.is(start, "then", "given") && t.is(start+1, "the") {
		return true // a step of a test
	}
	if !t.is(start, "a", "an", "any", "missing", "invalid", "wrong", "expired") || start >= s.first-1 || s.class&(cFirst|cHelp|cNow) != 0 {
		return false
	}
	fault := false
	for i := s.start; i < s.first; i++ {
		fault = fault || t.isFault(i)
		if t.is(i, "gives", "gets", "leads", "causes", "triggers", "results", "means", "returns", "yields", "produces") {
			return fault
		}
	}
	return false
}

// isPlannedFor says whether the sentence speaks of what is to come: "from next
// release on PDS answers 404".
func (t *talk) isPlannedFor(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if t.is(i, "tomorrow") || t.is(i, "next") && t.is(i+1, "release", "version", "week", "sprint", "month", "year", "deployment", "quarter") ||
			t.is(i, "from") && (t.is(i+1, "monday", "tuesday", "wednesday", "thursday", "friday") || t.is(i+1, months...)) {
			return true
		}
	}
	return false
}

var months = []string{"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"}

// isPast says whether the sentence speaks of long ago: "last year we had 429s".
func (t *talk) isPast(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		switch {
		case t.classOf(i)&cPast != 0 && !t.is(i-1, "minutes", "hours", "mins", "min", "sec", "secs", "seconds", "moments", "h", "m", "s", "minute", "hour", "days", "day", "week", "weeks") && !t.is(i-1, "not", "don't", "can't"),
			t.is(i, "last", "previous") && t.is(i+1, "year", "month", "quarter", "summer", "winter", "spring", "autumn"),
			t.is(i, "in") && t.is(i+1, months...) && s.class&(cNow|cStill) == 0,
			t.is(i, "back") && t.is(i+1, "in", "then") && !t.is(i+2, "the") && i < s.first,
			t.is(i, "used") && t.is(i+1, "to") && !t.is(i+2, "work", "be", "return"):
			return true
		}
	}
	return false
}

// isNews says whether what was solved is something else, and the mention is new:
// "401 fixed, now I get a 403".
func (t *talk) isNews(s sentence) bool {
	if t.solved >= s.first {
		return false
	}
	for i := t.solved + 1; i < s.first; i++ {
		if t.is(i, "now", "but", "still", "next", "new") || t.classOf(i)&cStill != 0 {
			return t.list[i].before > noStop || t.is(i-1, "and")
		}
	}
	return false
}

// isTool says whether the clause speaks of a program or place whose errors are
// not those of an API, and of no API: "docker pull gives 401".
func (t *talk) isTool(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if t.is(i, "cronjob", "job", "pod", "pods", "container", "containers", "deployment", "worker", "workers") && t.classOf(i-1)&cTool != 0 {
			return false // it is where the client runs
		}
	}
	if s.class&cTool == 0 && !t.isTyped(s) {
		return false
	}
	for i := s.start; i <= s.end; i++ {
		if t.list[i].where&inLink == 0 && s.around(i) && t.isAPI(i) && !t.is(i, "token", "tokens", "api") {
			return false
		}
	}
	return true
}

// isTyped says whether the clause names a storage of Amazon's as people type it: "s3".
func (t *talk) isTyped(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		if t.word(i) == "s3" {
			return true
		}
	}
	return false
}

// isJoke says whether the message laughs, and speaks of no API and of no users.
func (t *talk) isJoke() bool {
	return t.class&cJoke != 0 && t.class&(cAPI|cServer|cUser) == 0 && t.class&(cNet|cFirst) != cNet|cFirst
}

// isOfBot says whether the mention is what a bot said.
func (t *talk) isOfBot(s sentence) bool {
	for i := s.start; i < s.end; i++ {
		if t.is(i, "bot", "apierrorbot", "errorbot") && !t.is(i-1, "our", "my", "chat") && (t.classOf(i+1)&(cSaid|cHappens) != 0 || t.is(i+1, "explained", "explains", "linked", "posted", "suggested", "suggests", "thinks", "thought", "wrote", "gave", "found", "listed", "on", "about", "for")) {
			return true
		}
	}
	return false
}

// asksWhy says whether "why" stands before token i in its sentence.
func (t *talk) asksWhy(i int) bool {
	const reach = 40
	for j := i; j > 0 && j > i-reach && t.list[j].before < sentenceStop; j-- {
		if t.is(j-1, "why") || t.is(j-1, "reason") && t.is(j-2, "any", "the", "what", "a") || t.is(j-1, "how") && t.is(j, "come") ||
			t.is(j-1, "what", "what's") && t.is(j, "could", "can", "might", "would", "is", "may", "causes", "causing", "caused") && t.causes(j) {
			return true
		}
	}
	return false
}

// causes says whether one of the tokens from i on asks for a cause.
func (t *talk) causes(i int) bool {
	const reach = 3
	for j := i; j < i+reach; j++ {
		if t.is(j, "cause", "causes", "causing", "caused", "trigger", "triggers") {
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
			t.is(j, "be", "until", "how", "get", "anyone", "stopped", "have", "nothing", "none", "what") && !t.is(j+1, "been", "it") {
			return false
		}
	}
	if t.is(i, "works", "working") { // of all that works, only what works now or again
		return t.is(i+1, "now", "again") || t.is(i+1, "fine") && (t.is(i+2, "now", "again") || t.list[i+1].span.End+2 > len(t.text) && t.is(i-1, "it", "everything")) || t.is(i-1, "now", "all")
	}
	if t.is(i, "found") && t.is(i+1, "the") {
		return t.is(i+2, "cause", "reason", "issue", "problem", "culprit", "bug", "mistake")
	}
	if t.is(i, "it's") {
		return false
	}
	if t.is(i, "it") {
		return t.is(i+1, "was") && t.is(i+2, "the", "our", "my", "a") && t.list[i].before == clauseStop && !t.isStatus(i+3)
	}
	if t.is(i, "know") {
		return t.is(i+1, "why") && t.is(i-1, "we", "i", "now")
	}
	if t.is(i, "stopped") {
		return !t.is(i+1, "at", "with", "working", "processing", "responding", "by")
	}
	paired := false
	for _, pair := range solvedPairs {
		if t.is(i, pair[0]) {
			if t.is(i+1, pair[1]) {
				return !t.is(i-1, "with") // "… with root cause" ends a line of Tomcat's log
			}
			paired = true
		}
	}
	if paired {
		return false
	}
	return t.list[i].where&asked == 0
}

// solvedPairs are words of cSolved that mean it only with the word behind them.
var solvedPairs = [...][2]string{
	{"went", "away"}, {"rolled", "back"}, {"root", "cause"}, {"turned", "out"}, {"turns", "out"}, {"figured", "out"},
	{"my", "bad"}, {"found", "it"}, {"was", "due"}, {"my", "fault"}, {"own", "fault"}, {"our", "fault"}, {"my", "mistake"}, {"was", "because"}, {"was", "caused"}, {"never", "mind"}, {"got", "rid"}, {"all", "good"}, {"all", "fine"}, {"all", "ok"},
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
	others := false
	for i, tok := range t.list {
		if tok.where&inQuote != 0 {
			continue
		}
		if others = true; i+1 < len(t.list) && t.list[i+1].where&inQuote != 0 && t.colonBehind(i) {
			return false // "forwarding this:" hands it on
		}
	}
	return others
}
