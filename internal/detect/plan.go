package detect

import "strings"

// This file finds plans: what is designed, tested, documented, or to come.

var (
	// processing are verbs of what a program does with a status that it got.
	processing = words(`retry retries retrying log logs logged count counts counting record records
		track tracks ignore ignores swallow swallows turn turns translate translates convert converts
		parse parses hide hides exclude excludes excluding report document documents list lists enumerate provoke trigger force fake`)

	// choosing are verbs of who designs an API: "use 409", "returning 404".
	choosing = words("use using return returning throw choose pick prefer")

	// retrying are words of code that tries again, whatever brought it to do so.
	retrying = words("retry retries retrying backoff fallback reauthorizing")

	// anyOf may stand between what a program does and the statuses it does it with.
	anyOf = words("all the any every these our a an")

	// beforeEvents are prepositions behind which a test or a design is only an event.
	beforeEvents = words("after despite since by before without")

	// testWords are of class cPlan, but may tell where something happens: "in test".
	testWords = words("test tests example sample testing")

	// testWork follows "test" where somebody writes tests: "a test case", "test that".
	testWork = words(`for case cases that plan suite script scripts if whether to should with on
		asserts expects and`)

	// testPlaces stand before "test" where it is an environment, or a test that runs.
	testPlaces = words("in our my load perf performance stress soak pen system integration smoke regression acceptance e2e")

	// testThings follow "test" where it says what data or place is meant.
	testThings = words("patient patients data env environment app account harness nhs")

	// documents are what says how things should be.
	documents = words("docs documentation spec specification oas contract guide wiki rfc")

	// stating are what documents do.
	stating = words(`say says state states mention mentions list lists give gives show shows
		promise promises claim claims`)

	// notices begin what is told to everybody.
	notices = words("faq psa tip reminder changelog til")

	// coming follow "next".
	coming = words("release version week sprint month year deployment quarter")

	weekdays = words("monday tuesday wednesday thursday friday")

	// months leaves out May, which is a modal verb far more often.
	months = words("january february march april june july august september october november december")
)

// plans says whether a clause speaks of plans, tests or documents. The header
// Retry-After does not.
func (t *talk) plans(s sentence) bool {
	if t.isOfKind(s) {
		return true
	}
	for i := t.newsStart(s); i <= s.end; i++ {
		if i > s.tail+1 && t.list[i].before == clauseStop || i == s.tail+1 && t.commaBehind(s.tail) {
			break // what is said in passing
		}
		chosen := i == s.head-1 && t.is(i, choosing...)
		if chosen || t.isPlanWord(i, s) || t.isProcessed(i, s) || t.isRetried(i, s) {
			return true
		}
	}
	return false
}

// kinds stand before "like" and "such as" where a code is an example of what is spoken of.
var kinds = words("error errors code codes status statuses exception exceptions failure failures")

// isOfKind says whether the mention is only an example: "errors like INVALID_VALUE".
func (t *talk) isOfKind(s sentence) bool {
	return t.is(s.head-1, "like") && t.is(s.head-2, kinds...) ||
		t.is(s.head-1, "as") && t.is(s.head-2, "such") && t.is(s.head-3, kinds...)
}

// shown are what a program shows its users for a status: "a friendly page for 404".
var shown = words("page pages screen screens message text texts wording dialog banner toast")

// isShownFor says whether something is shown to users for the mention.
func (t *talk) isShownFor(s sentence) bool {
	return t.is(s.head-1, "for", "on") && t.is(s.head-2, shown...) && t.joined(s.head, noStop)
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

// isPlanWord says whether token i is a word of plans, tests or documents, and means
// that here.
func (t *talk) isPlanWord(i int, s sentence) bool {
	if !t.has(i, cPlan) || !s.around(i) || t.marked(i, inLink) {
		return false
	}
	header := t.is(i+1, "after") // Retry-After
	adds := t.is(i, "adding", "using") || t.is(i, "use", "used", "add", "added") && i > s.last && t.has(i-1, cFirst)
	event := (i > s.last || adds) && t.is(i-1, beforeEvents...) || adds && t.has(i-1, cFirst)
	return !header && !event && !t.isForTests(i) && !t.isMicrosoftGraph(i) && !t.isActedOn(i, s)
}

// isMicrosoftGraph says whether the word at token i is the name of Microsoft's API.
func (t *talk) isMicrosoftGraph(i int) bool {
	return t.is(i, "graph") && (t.is(i-1, "microsoft", "ms") || t.is(i+1, "api", "call", "calls", "client", "endpoint", "sdk"))
}

// isActedOn says whether the word at token i is only what a program works on when the
// error comes: "401 when it pushes the spec".
func (t *talk) isActedOn(i int, s sentence) bool {
	if i < s.last+4 || !t.is(i-1, "the", "a", "our") || !strings.HasSuffix(t.word(i-2), "s") {
		return false
	}
	return t.is(s.last+1, "when", "while") || t.is(i-4, "when", "while")
}

// isProcessed says whether token i is what a program does with the status: "log all
// 403s". What somebody found in "the logs, a 403" is none.
func (t *talk) isProcessed(i int, s sentence) bool {
	const reach = 3
	if !s.status(t) || i >= s.head || i < s.head-reach || !t.is(i, processing...) {
		return false
	}
	found := t.is(i, "logs", "logged") && t.is(s.head-1, "a", "an")
	return !found && t.smallBetween(i, s.head)
}

// isRetried says whether the preposition at token i leads from a retry to the
// mention: "retrying requests after a 401".
func (t *talk) isRetried(i int, s sentence) bool {
	const reach = 3
	return t.is(i, "on", "after", "upon") && i < s.head && i >= s.head-reach && t.retriesBefore(i)
}

// retriesBefore says whether the words before token i speak of trying again:
// "retrying requests after a 401", "back off on 429".
func (t *talk) retriesBefore(i int) bool {
	const reach = 4
	for j := i - 1; j >= 0 && j >= i-reach && t.joined(j+1, clauseStop); j-- {
		if t.is(j, retrying...) && !t.isHeaderName(j) || t.is(j, "back") && t.is(j+1, "off") {
			return true
		}
	}
	return false
}

// isHeaderName says whether token i is a part of a hyphenated word: If-Match.
func (t *talk) isHeaderName(i int) bool {
	return t.joined(i+1, noStop) && t.text[t.list[i].span.End] == '-'
}

// smallBetween says whether only small words stand between two tokens.
func (t *talk) smallBetween(from, to int) bool {
	for i := from + 1; i < to; i++ {
		if !t.is(i, anyOf...) {
			return false
		}
	}
	return true
}

// isForTests says whether the word at token i, such as "test", says where it
// happens, and to what: "the app is in test", "our test patient".
func (t *talk) isForTests(i int) bool {
	switch {
	case !t.is(i, testWords...):
		return false
	case t.is(i+1, testThings...), t.isTestOf(i):
		return true
	}
	return t.is(i-1, testPlaces...) && !t.is(i+1, "for", "case", "cases")
}

// isTestOf says whether "test" at token i only describes the word behind it: "a patient
// in the test pack".
func (t *talk) isTestOf(i int) bool {
	return t.is(i, "test") && t.joined(i+1, noStop) && !t.is(i+1, testWork...) &&
		!t.has(i+1, anyVerb|cHabit) && !t.isStatus(i+1)
}

// isDocumented says whether a document says it: "the docs say 404 is returned",
// "as documented".
func (t *talk) isDocumented(s sentence) bool {
	start := t.sentenceStart(s.first)
	if t.is(start, "from", "quote", "excerpt", "in") && s.has(cPlan) && t.colonBetween(start, s.first) {
		return true
	}
	for i := s.start; i < s.first; i++ {
		if t.citesAt(i) {
			return true
		}
	}
	return false
}

// citesAt says whether the words from token i on hand on what a document, a notice or a
// test says.
func (t *talk) citesAt(i int) bool {
	switch {
	case t.is(i, documents...) && t.is(i+1, stating...),
		t.is(i, "documented", "specified") && t.is(i-1, "as", "is", "are"),
		t.is(i, "according") && t.is(i+1, "to") && !t.isAnswererAt(i+2),
		t.is(i, "per") && t.is(i+1, "the", "spec", "rfc"),
		t.is(i, "in") && t.is(i+1, "step", "scenario", "example", "case") && t.beginsWithDigit(i+2):
		return true
	case t.is(i, notices...),
		t.is(i, "release") && t.is(i+1, "notes", "note"),
		t.is(i, "fun") && t.is(i+1, "fact"),
		t.is(i, "like", "love", "hate") && t.is(i+1, "how", "that", "when"):
		return true
	}
	return false
}

// isAnswererAt says whether an API, and not what is written about it, is named at token i,
// perhaps behind an article.
func (t *talk) isAnswererAt(i int) bool {
	if t.is(i, "the", "our") {
		i++
	}
	return t.has(i, cAPI|cServer) && !t.has(i+1, cPlan)
}

// isPlannedFor says whether the sentence speaks of what is to come: "from next
// release on PDS answers 404".
func (t *talk) isPlannedFor(s sentence) bool {
	for i := s.start; i <= s.end; i++ {
		switch {
		case t.is(i, "tomorrow"), t.is(i, "next") && t.is(i+1, coming...):
			return true
		case t.is(i, "from") && (t.is(i+1, weekdays...) || t.is(i+1, months...)):
			return true
		}
	}
	return false
}

// isAdvice says whether the sentence begins with advice: "try a new token, 401 is
// normally an expired one".
func (t *talk) isAdvice(s sentence) bool {
	start := t.sentenceStart(s.first)
	return start < s.first && t.has(start, cAdvice) || t.is(start, "have") && t.is(start+1, "you")
}
