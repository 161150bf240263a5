package detect

import (
	"slices"
	"strings"

	"apierrorbot/internal/kb"
)

// This file reads words that an API is said to answer: "PDS says access denied".
// They are everyday words, so that an API must be named, and the sentence must
// be built like one that tells an answer: a verb of saying before or behind them, the
// word "error" beside them, an API as their source, or quotation marks.

var (
	// humans say things that are no answers: people, and what they write.
	humans = words(`team teams board people support manager desk owner owners colleague he she boss guys
		everyone somebody docs page spec article email mail letter sign guide ig legal`)

	// beingWords tell what something is: "EPS says the prescription id is a duplicate".
	beingWords = words(`is are was were has already exists expired conflicts exceeds exceeded lacks doesn't does don't
		couldn't could cannot can't isn't`)

	// limits are last words of names that are also those of headers, rules and pages.
	limits   = words("limit limits limiting quota throttling")
	ofLimits = words("header headers in of policy info field list page flag check rules tests")

	// passives stand before what is done to somebody: "we are being throttled by".
	passives = words("is are am be been being was were getting got get i'm we're")

	// fillers may stand between the words of a name: "the header is missing".
	fillers = words("the a an is was are were has have been my your our this that it which")

	// errorNames follow words that are called an error: "not found error".
	errorNames = words("error errors exception exceptions response responses message messages fault")

	// notErrors follow "error" where it is a part of another name: "error handling".
	notErrors = words("handling handler rate budget code page")

	// ofAPITeams follow an API's name where people are meant: "from the PDS team".
	ofAPITeams = words("team repo docs support people desk")

	// askers are who sends requests.
	askers = words("calls requests request call client app users customers supplier")
)

// saidMention reads the words behind token i, a verb of saying: "PDS says that we
// have no permission", "we are being rate limited by the gateway".
func (t *talk) saidMention(i int) (mention, bool) {
	const mostSkipped = 9
	if !t.apis && !t.assignedAt(i) {
		return mention{}, false
	}
	from := i + 1
	for skipped := 0; skipped < mostSkipped && t.joined(from, clauseStop); skipped++ {
		if to, name := t.wordsAt(from); name != "" {
			if t.isStatus(from-1) && t.joined(from, noStop) {
				return mention{}, false // "says 403 forbidden" is read as a status with its name
			}
			return t.saidWords(i, from, to, name)
		}
		if !t.has(from, cLead|cNow) && !t.copulaBehind(i, from) {
			break
		}
		from++
	}
	if !t.has(i, cAnswer) {
		return mention{}, false
	}
	to, name := t.slipAt(from)
	if name != "" && t.joined(from, clauseStop) && (t.isAnswerer(i) || t.base.Within(t.word(to))) {
		return t.saidWords(i, from, to, name)
	}
	return mention{}, false
}

// assignedAt says whether token i is the name of a value, as headers and logs have
// it: error="invalid_token".
func (t *talk) assignedAt(i int) bool { return strings.HasPrefix(t.text[t.list[i].span.End:], "=") }

// isHuman says whether token i is somebody who is no program, or a text.
func (t *talk) isHuman(i int) bool {
	return t.is(i, humans...)
}

// copulaBehind says whether the words from token i on, which an API answers with the
// verb, tell what something is: "EPS says the prescription id is a duplicate".
func (t *talk) copulaBehind(verb, i int) bool {
	const reach = 7
	if t.has(i, cModal|cIf|cYou|cPlan) || !t.isAnswerer(verb) {
		return false
	}
	for j := i; j < i+reach && t.joined(j, noStop); j++ {
		if t.is(j, beingWords...) {
			return true
		}
	}
	return false
}

// saidWords judges the words from..to behind the verb at token i.
func (t *talk) saidWords(i, from, to int, name string) (mention, bool) {
	if t.isHuman(i-1) && !t.isAnswerer(i) {
		return mention{}, false
	}
	if t.isOfLimits(to) || !t.isAnswer(i, from, to) {
		return mention{}, false
	}
	m := t.wordsMention(from, to, name)
	if longer := t.longerQuoted(from, name); longer != "" {
		m.codes = append([]string{longer}, m.codes...)
	}
	if t.isAnswerer(i) {
		m.cues |= cueFrom
	}
	if t.assignedAt(i) {
		m.cues |= cueProgram
	}
	return m, m.cues&(cueAPI|cueNearAPI|cueFrom|cueProgram) != 0
}

// longerQuoted is a longer name than the one that a quotation begins with at token i, from
// the rest of it: "Access denied due to missing subscription key". "" if there is none.
func (t *talk) longerQuoted(i int, name string) string {
	const longest = 200
	start := t.list[i].span.Start
	if start == 0 || !isQuoteMark(t.text[start-1]) {
		return ""
	}
	rest := t.text[start:min(len(t.text), start+longest)]
	end := strings.IndexByte(rest, t.text[start-1])
	if end < 0 {
		return ""
	}
	if longer := LongestName(t.base, rest[:end]); len(longer) > len(name) {
		return longer
	}
	return ""
}

// isOfLimits says whether a name that ends at token i goes on to that of a header, a
// rule or a page: "the rate limit header".
func (t *talk) isOfLimits(i int) bool {
	return t.is(i, limits...) && t.joined(i+1, noStop) && t.is(i+1, ofLimits...)
}

// isAnswer says whether the words from..to behind the verb at token i are told as an
// answer.
func (t *talk) isAnswer(i, from, to int) bool {
	switch {
	case t.has(i, cAnswer), t.is(to+1, "us", "me"):
		return true
	case t.isNamedError(to), t.isFromAPI(to), t.isBetweenQuotes(from, to):
		return true
	case t.is(i, "with") && t.has(i-1, anyVerb|cError):
		return true
	}
	return t.has(to, cStopped) && t.isOfSender(i)
}

// plainMention reads words that begin at token i and stand without a verb of
// saying before them: "access token expired error from the gateway", "jwt expired says
// the API", "PDS: no permission".
func (t *talk) plainMention(i int) (mention, bool) {
	if !t.apis || !t.base.Begins(t.word(i)) || !t.mayBePlain(i) {
		return mention{}, false
	}
	to, name := t.wordsAt(i)
	if name == "" || !t.isPlainAnswer(i, to) {
		return mention{}, false
	}
	m := t.wordsMention(i, to, name)
	if t.isSaidBehind(to) {
		m.cues &^= cueGuess // it is the API that says "you have …"
	}
	return m, m.cues&(cueAPI|cueNearAPI|cueFrom) != 0
}

// mayBePlain is a cheap look before the words themselves are looked for: it says whether
// anything around token i can make words that begin there a plain answer.
func (t *talk) mayBePlain(i int) bool {
	const reach = 16 // more than the longest words and what is looked at behind them
	if t.isAPI(i-1) || t.isBehindMark(i) || t.isBehindMark(t.leadBefore(i)) {
		return true
	}
	for j := i + 1; j <= i+reach && j < len(t.list); j++ {
		if t.has(j, cAnswer|cError) || t.is(j, errorNames...) || t.is(j, "from", "by", "off", "via", "according") {
			return true
		}
	}
	return false
}

// isBehindMark says whether a quotation mark or a colon stands before token i.
func (t *talk) isBehindMark(i int) bool {
	before := strings.TrimRight(t.text[:t.list[i].span.Start], " ")
	return before != "" && strings.IndexByte(":\"'`", before[len(before)-1]) >= 0
}

// isPlainAnswer says whether what stands around some words tells them as an answer,
// without a verb of saying before them.
func (t *talk) isPlainAnswer(from, to int) bool {
	begins := from == 0 || t.list[from].before >= clauseStop
	switch {
	case t.isNamedError(to) && t.isWhole(from), t.isFromAPI(to) && begins:
		return true
	case t.isSaidBehind(to), t.isDoneToUs(from, to):
		return true
	}
	return t.isBetweenQuotes(from, to) || t.isAfterColon(from, to)
}

// isDoneToUs says whether an API does it to the writer: "PDS throttled our batch".
func (t *talk) isDoneToUs(from, to int) bool {
	return t.has(to, cStopped) && t.is(to+1, "us", "our", "me", "my") && t.isAPI(from-1)
}

// isWhole says whether no other noun stands right before token i: what gives a
// "file not found error" is no API.
func (t *talk) isWhole(i int) bool {
	const small = cLead | cNow | cHappens | cCan | cPlace | cServer | cTime | cStill
	return !t.joined(i, noStop) || t.isAPI(i-1) || t.has(i-1, small)
}

// stoppedMention reads words that end with token i, in the passive: "we are rate
// limited by PDS".
func (t *talk) stoppedMention(i int) (mention, bool) {
	if !t.apis || !t.is(i+1, "by", "on") || !t.isAPI(i+2) && !t.isAPI(i+3) {
		return mention{}, false
	}
	for from := i - maxReasonWords + 1; from <= i; from++ {
		if t.run(from, i) && t.base.Known(t.phrase(from, i)) && t.is(from-1, passives...) {
			return t.wordsMention(from, i, t.phrase(from, i)), true
		}
	}
	return mention{}, false
}

func (t *talk) wordsMention(from, to int, name string) mention {
	m := mention{first: from, last: to, codes: []string{name}, kind: KindSaid, reader: readerProse}
	if codeShaped(name) || t.marked(from, upper) {
		m.kind = KindCode
	}
	m.cues = cueAnswers | t.context(from, to)&^cueHappens // the verb has counted already
	return m
}

// wordsAt finds the longest name that begins at token i: a known one, one with
// small words between its own ("the header is missing"), or a reason phrase. It
// gives the last token, and the name; "" if there is none.
func (t *talk) wordsAt(i int) (to int, name string) {
	if i >= len(t.list) || t.marked(i, inLink) || !t.base.Begins(t.word(i)) {
		return 0, ""
	}
	known, ok := t.knownFrom(i, anyName)
	if to, name := t.looseWordsAt(i); name != "" && (!ok || to > known) {
		return to, name
	}
	if ok {
		return known, t.phrase(i, known)
	}
	for to := i + maxReasonWords - 1; to > i; to-- {
		if t.run(i, to) && reasonStatus(t.phrase(i, to)) != 0 {
			return to, t.phrase(i, to)
		}
	}
	return 0, ""
}

// looseWordsAt finds a known name with small words between its own.
func (t *talk) looseWordsAt(i int) (to int, name string) {
	const reach, most = 7, 4 // tokens; words that are looked for by their spelling
	parts := []string{t.word(i)}
	for j := i + 1; j < i+reach && t.joined(j, noStop); j++ {
		if t.is(j, fillers...) {
			continue
		}
		if t.between(j-1) == "=" {
			break // a name and its value
		}
		parts = append(parts, t.word(j))
		if s := strings.Join(parts, " "); t.base.Known(s) {
			to, name = j, s
		}
	}
	all := len(parts)
	parts = parts[:min(all, most)]
	// A name has a slip in one of its words, and the others stand as they are.
	if name == "" && all > 2 && t.near < mostLooks && slices.ContainsFunc(parts[1:], t.base.Within) {
		t.near++
		best, ok := nearest(t.base, kb.Query{Words: strings.Join(parts, " ")})
		if ok {
			return i + all - 1, best.Name
		}
	}
	return to, name
}

// slipAt finds words at token i that are spelt like a name.
func (t *talk) slipAt(i int) (to int, name string) {
	const shortest, most = 7, 4
	for to := i + most - 1; to >= i; to-- {
		if i < len(t.list) && t.run(i, to) && !t.marked(i, inLink) {
			if s := t.phrase(i, to); len(s) >= shortest && t.canBeName(i, to) && t.isNear(0, s) {
				return to, s
			}
		}
	}
	return 0, ""
}

// isNamedError says whether words that end at a token are called an error: "not found error".
func (t *talk) isNamedError(to int) bool {
	return t.joined(to+1, clauseStop) && t.is(to+1, errorNames...) && !t.is(to+2, notErrors...)
}

// isFromAPI says whether an API is named right behind token i as the source: "from
// the new API", "by PDS".
func (t *talk) isFromAPI(i int) bool {
	const reach = 4
	for t.is(i+1, "back", "again", "error", "errors", "coming") {
		i++
	}
	switch {
	case t.is(i+1, "according") && t.is(i+2, "to"):
		i++
	case !t.is(i+1, "from", "by", "off", "via"):
		return false
	}
	for j := i + 2; j <= i+1+reach && t.joined(j, noStop); j++ {
		if t.isAPI(j) {
			return !t.is(j+1, ofAPITeams...)
		}
	}
	return false
}

// isSaidBehind says whether an API that says so follows the words: "says the API".
func (t *talk) isSaidBehind(to int) bool {
	const reach = 4
	said, api := false, false
	for j := to + 1; j <= to+reach && t.joined(j, clauseStop); j++ {
		said = said || t.has(j, cAnswer)
		api = api || t.isAPI(j)
	}
	return said && api
}

// isBetweenQuotes says whether the words stand between quotation marks or
// backticks.
func (t *talk) isBetweenQuotes(from, to int) bool {
	const ends = "\"'`.,!" // English puts the stop before the mark
	start, end := t.list[from].span.Start, t.list[to].span.End
	return start > 0 && end < len(t.text) && isQuoteMark(t.text[start-1]) && strings.IndexByte(ends, t.text[end]) >= 0
}

func isQuoteMark(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// isAfterColon says whether the words are all that stands behind a colon, and an
// API, or something that answers, before it: "PDS rejects our PATCH: missing value".
func (t *talk) isAfterColon(from, to int) bool {
	const reach = 8
	from = t.leadBefore(from)
	if to+1 < len(t.list) && t.list[to+1].before < clauseStop ||
		!strings.HasSuffix(strings.TrimRight(t.text[:t.list[from].span.Start], " \"'`"), ":") {
		return false
	}
	for i := from - 1; i >= 0 && i >= from-reach && t.list[i+1].before < sentenceStop; i-- {
		if t.has(i, cAnswer|cHappens|cError) || i == from-1 && t.isAPI(i) {
			return true
		}
	}
	return false
}

// leadBefore is the first of the small words that lead to token i: "the", "a".
func (t *talk) leadBefore(i int) int {
	for t.joined(i, noStop) && t.has(i-1, cLead) {
		i--
	}
	return i
}

// isOfSender says whether the passive verb at token i is about who sends requests:
// "we are being throttled", "our calls get rate limited".
func (t *talk) isOfSender(i int) bool {
	const reach = 5
	for j := i; j >= 0 && j >= i-reach; j-- {
		if t.has(j, cFirst) || t.is(j, askers...) {
			return true
		}
	}
	return false
}

// isAnswerer says whether what stands before the verb at token i answers requests:
// an API, a server, the response.
func (t *talk) isAnswerer(i int) bool {
	for t.has(i-1, cNow) || t.is(i-1, "is", "just", "now", "still", "then", "suddenly") {
		i--
	}
	frontDoor := t.is(i-1, "door") && t.is(i-2, "front") // Azure's
	ofTool := t.joined(i-1, noStop) && t.has(i-2, cTool) // "the SQL server"
	return t.joined(i, clauseStop) && (t.isAPI(i-1) || t.has(i-1, cServer) && !ofTool || frontDoor)
}
