package detect

import (
	"math/bits"
	"strconv"
	"strings"
)

// How a mention is judged
//
// A number between 400 and 511 is nearly always something else than an HTTP
// status, and a message that does speak of a status or of a code mostly does not
// report an error: it plans, documents, explains, jokes, or says that all is well
// again. No single sign tells these apart. So every mention collects cues, each
// cue has a weight, and from Believed on the mention is a signal.
//
// The weights follow one rule: what stands beside the number or code says more
// than what stands in its sentence, and that more than what stands elsewhere in
// the message. One strong sign alone never suffices, with two exceptions: lines
// that a program wrote ("HTTP/1.1 429"), and a status beside its own name that is
// all there is. And one sign that nothing happened outweighs two that something
// did, because a needless answer costs more than a missing one.

// Cues are the signs for and against a mention.
type Cues uint64

const (
	cueProgram  Cues = 1 << iota // a program wrote it: HTTP/1.1 403, "GET /x" 403, status code 403
	cueNear                      // a status beside what is spelt like one of its names
	cueNamed                     // a status beside its reason phrase or a known code
	cueCode                      // a known code that only a code is written like
	cueLikeCode                  // what is written like a code, but is unknown
	cueLoud                      // a name in capitals, which may be shouting
	cueThrown                    // an exception's class stands before it
	cueContrast                  // expected 200 but got 403
	cueStatus                    // HTTP 403, status 403
	cueLabel                     // error 403, 403 response
	cueHappens                   // getting a 403, it returned 403
	cueNow                       // words beside it say that it happens: still, today, again
	cueAnswers                   // an API is said to answer these words
	cueTelling                   // and is a number that seldom is anything else
	cueHabit                     // it returns 403: happens, or is meant to
	cueArticle                   // a 403
	cuePlural                    // 403s, it 403'd
	cueFrom                      // from an API that is named beside it
	cueAPI                       // the sentence speaks of APIs
	cueNearAPI                   // the message does
	cueNet                       // the message speaks of servers, requests and the like
	cueHelp                      // asks for help in so many words
	cueAsks                      // asks why, or says since when
	cueMeaning                   // asks what it means
	cueAlone                     // nothing else is said
	cueBegins                    // a code that begins a line
	cueEnds                      // a number that stands where statuses stand, and counts nothing
	cuePair                      // another status is reported beside it
	cueError                     // error, exception, denied
	cueRound                     // 400 and 500 are also just round numbers
	cueWeb                       // speaks of web pages and not of APIs
	cueThing                     // says which thing is meant: the 409 bus
	cueEither                    // one of two statuses: 401 or 403
	cuePlan                      // speaks of design, tests, documents, other people's code
	cueGuess                     // would, should, if you
	cueExplains                  // says what it means
	cueRule                      // says what an API does in general
	cueSolved                    // says that it is over
	cueList                      // one of a list of statuses or codes
	cueNegated                   // says that it does not happen
	cueSource                    // stands in source code
	cueOther                     // is the code of something else
	cueQuote                     // quotes another message
)

// Believed is the weight from which a mention counts.
const Believed = 4

// cueTable says what each cue weighs, and what it says of a mention, for people.
var cueTable = [...]struct {
	cue    Cues
	weight int
	says   string
}{
	{cueProgram, 4, "a program wrote it"},
	{cueNear, 4, "stands beside what is spelt like its name"},
	{cueNamed, 3, "stands beside its name"},
	{cueCode, 2, "is a known code or spelt like one"},
	{cueLikeCode, 2, "is written like a code"},
	{cueLoud, 1, "is in capitals"},
	{cueThrown, 3, "an exception carries it"},
	{cueContrast, 2, "differs from what was expected"},
	{cueStatus, 3, "is called a status"},
	{cueLabel, 2, "is called an error"},
	{cueHappens, 2, "is said to happen"},
	{cueNow, 2, "is said to happen now, or again"},
	{cueAnswers, 2, "is said to be the answer"},
	{cueTelling, 1, "is hardly another number"},
	{cueHabit, 1, "is said to happen, or to be meant to"},
	{cueArticle, 1, `has an "a" before it`},
	{cuePlural, 3, "is used like a word"},
	{cueFrom, 2, "an API is named as its source"},
	{cueAPI, 2, "the sentence speaks of APIs"},
	{cueNearAPI, 1, "the message speaks of APIs"},
	{cueNet, 1, "the message speaks of servers or requests"},
	{cueHelp, 2, "asks for help"},
	{cueAsks, 1, "asks why or says since when"},
	{cueMeaning, 2, "asks what it means"},
	{cueAlone, 2, "nothing else is said"},
	{cueBegins, 1, "begins a line"},
	{cueEnds, 2, "stands where statuses stand"},
	{cuePair, 1, "another is reported beside it"},
	{cueError, 1, "speaks of an error"},
	{cueRound, -1, "is a round number"},
	{cueWeb, -4, "speaks of web pages"},
	{cueThing, -3, "tells which of some things is meant"},
	{cueEither, -2, "may be one status or another"},
	{cuePlan, -4, "speaks of plans, tests or documents"},
	{cueGuess, -7, "is a guess or advice"},
	{cueExplains, -7, "explains what it means"},
	{cueRule, -3, "says what happens in general"},
	{cueSolved, -8, "says that it is solved"},
	{cueList, -8, "is one of a list"},
	{cueNegated, -7, "says that it does not happen"},
	{cueSource, -12, "stands in source code"},
	{cueOther, -12, "belongs to another system"},
	{cueQuote, -8, "quotes another message"},
}

// cues is cueTable by the cues' bits.
var cues = func() (t [len(cueTable)]struct {
	weight int
	says   string
}) {
	for _, row := range cueTable {
		at := &t[bits.TrailingZeros64(uint64(row.cue))]
		at.weight, at.says = row.weight, row.says
	}
	return t
}()

// against are the cues that speak against a mention.
const against = cueRound | cueWeb | cueThing | cueEither | cuePlan | cueGuess | cueExplains | cueRule |
	cueSolved | cueList | cueNegated | cueSource | cueOther | cueQuote

// certain stands for the cues of a signal that needs none.
const certain = cueProgram

// Weight is the sum of the cues' weights.
func (c Cues) Weight() int {
	sum := 0
	for ; c != 0; c &= c - 1 {
		sum += cues[bits.TrailingZeros64(uint64(c))].weight
	}
	return sum
}

// Enough says whether a mention with these cues counts.
func (c Cues) Enough() bool { return c.Weight() >= Believed }

// String lists the cues with their weights, for people.
func (c Cues) String() string {
	var parts []string
	for ; c != 0; c &= c - 1 {
		cue := cues[bits.TrailingZeros64(uint64(c))]
		sign := "+"
		n := cue.weight
		if n < 0 {
			sign, n = "-", -n
		}
		parts = append(parts, sign+strconv.Itoa(n)+" "+cue.says)
	}
	return strings.Join(parts, ", ")
}
