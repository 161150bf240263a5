package detect

import "strings"

// This file looks at what stands right beside a number: what calls it a status, and what
// makes it a count, a measurement or a thing's number.

var (
	// errorThings follow a status that is called an error: "a 403 response".
	errorThings = words(`error errors response responses status code codes err exception exceptions
		spike spikes storm ratio block blocks`)

	// copulas may stand between "status" and its number: "status code of 403".
	copulas = words("is was of a an code error being now")

	// statusWords announce a status and nothing else that has numbers.
	statusWords = words(`http https status statuscode httpstatus http_status status_code http_code
		response responsecode actual observed`)

	// measures are what is measured in numbers of any size.
	measures = words("sum latency throughput rps tps qps duration average median percentile")

	// moreOf stand between a number and what it counts: "400 new users".
	moreOf = words("more unread open different active new other")

	// carryingOn follow a status whose clause goes on with something else.
	carryingOn = words("and or here there too instead so also either whatever despite")
)

// noPlurals are words on -s that are verbs, adverbs, or what a status may be called.
var noPlurals = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range words(`errors responses requests statuses codes status
		this across always sometimes besides perhaps towards afterwards plus versus
		does needs happens keeps comes appears seems means looks occurs stays remains starts ends pops
		resurfaces persists returns makes goes shows hits breaks`) {
		m[w] = true
	}
	return m
}()

// place looks at what stands beside the number at token i.
func (t *talk) place(i int) Cues {
	var c Cues
	before, behind := t.text[:t.list[i].span.Start], t.text[t.list[i].span.End:]
	switch {
	case printedAt(before, behind):
		c |= cueProgram
	case t.statusAt(i), t.isOfErrors(i):
		c |= cueStatus
	case t.isCalledError(i):
		c |= cueLabel
	}
	if t.marked(i, plural) {
		c |= cuePlural
	}
	if endsWithArrow(before) {
		c |= cueHappens
	}
	if t.joined(i, noStop) && t.is(i-1, "a", "an") {
		c |= cueArticle
	}
	return c
}

// endsWithArrow says whether a text ends with an arrow as people type it: "PDS -> 403".
func endsWithArrow(s string) bool {
	s = strings.TrimRight(s, " ")
	return strings.HasSuffix(s, "->") || strings.HasSuffix(s, "=>")
}

// isOfErrors says whether errors are counted before the number: "12 errors, 403".
func (t *talk) isOfErrors(i int) bool {
	return t.is(i-1, "errors") && t.joined(i, clauseStop) && i > 1 && isDigit(t.word(i - 2)[0])
}

// isCalledError says whether the number is called an error or a code: "error 403",
// "error code is 403", "this 403", "403 response".
func (t *talk) isCalledError(i int) bool {
	switch {
	case t.labelledAt(i), t.is(i-1, "is", "was", "of") && t.joined(i, noStop) && t.labelledAt(i-1):
		return true
	case t.is(i-1, "this") && t.endsAt(i) && t.list[i].status%100 != 0:
		return true
	}
	return t.joined(i+1, noStop) && t.is(i+1, errorThings...)
}

// labelledAt says whether the token before i announces a status or a code.
func (t *talk) labelledAt(i int) bool {
	return t.joined(i, clauseStop) && (t.has(i-1, cLabel) || labelEnd(t.word(i-1)))
}

// statusAt says whether the number at token i is called an HTTP status: "HTTP
// 403", "status: 403", "response status was 403".
func (t *talk) statusAt(i int) bool {
	if !t.beginsWithDigit(i) {
		return true // "HTTP404"
	}
	const reach = 3
	j := i - 1
	for j >= i-reach && t.joined(j+1, clauseStop) && t.is(j, copulas...) {
		j--
	}
	return t.joined(j+1, clauseStop) && (t.is(j, statusWords...) || labelEnd(t.word(j)))
}

// labelEnd says whether a name such as upstream_status announces a status. Squid's
// logs write TCP_MISS/404 (https://wiki.squid-cache.org/SquidFaq/SquidLogs).
func labelEnd(s string) bool {
	const shortest = len("x_status")
	if strings.HasPrefix(s, "TCP_") {
		return true
	}
	if len(s) < shortest {
		return false
	}
	end := strings.ToLower(s[len(s)-shortest:])
	return strings.HasSuffix(end, "status") || strings.HasSuffix(end, "_code") || strings.HasSuffix(end, ".code") ||
		strings.HasSuffix(end, "rrorcode")
}

// isCount says whether the number counts, measures or numbers something.
func (t *talk) isCount(i int) bool {
	if t.marked(i, plural) {
		return false
	}
	if t.countsNext(i) || t.isTotal(i) || t.isMeasured(i) {
		return true
	}
	return t.joined(i, noStop) && (t.endsNumber(i) || t.isNumberOf(i))
}

// countsNext says whether the number at token i counts what stands behind it.
func (t *talk) countsNext(i int) bool {
	if !t.joined(i+1, noStop) {
		return false
	}
	return t.has(i+1, cUnit) || isPlural(t.word(i+1)) && !t.is(i-1, "a", "an") || t.countsBehind(i+1)
}

// isTotal says whether the number at token i is a total: "records: 403".
func (t *talk) isTotal(i int) bool {
	return i > 0 && t.list[i].before == clauseStop && t.colonBehind(i-1) &&
		isPlural(t.word(i-1)) && !t.has(i-1, cNet|cLabel|cError)
}

// endsNumber says whether the number at token i is the end of another one: "0161 496 0403".
func (t *talk) endsNumber(i int) bool {
	clock := strings.IndexByte(t.word(i-1), ':') > 0
	return !clock && !t.isStatus(i-1) && t.beginsWithDigit(i-1) && !t.is(i+1, "errors", "error") && !t.inPath(i-1)
}

// isNumberOf says whether the number at token i is that of what stands before it: "room
// 403", "pull request 403".
func (t *talk) isNumberOf(i int) bool {
	switch {
	case strings.ContainsAny(t.between(i-1), ">="), t.is(i-1, "only", "another", "first") && t.endsAt(i):
		return false
	case t.is(i-1, "issue", "problem") && t.is(i-2, "facing", "getting", "having", "with", "an", "this", "a"):
		return false
	case t.is(i-1, "request") && t.is(i-2, "merge", "pull", "change"):
		return true
	}
	return t.has(i-1, cCounted|cOther|cRefer) && !t.has(i-1, cLabel) || t.isForeign(i)
}

// endsAt says whether nothing is counted by the number at token i: its clause ends
// there, or goes on with a small word.
func (t *talk) endsAt(i int) bool {
	switch {
	case i+1 >= len(t.list), t.list[i+1].before >= clauseStop:
		return true
	case t.has(i+1, cNow|cStill|cBut|cIf), t.is(i+1, carryingOn...):
		return true
	}
	return t.has(i+1, cPlace) && (!t.is(i+1, "in", "at") || t.has(i+2, cEnv|cNet|cAPI))
}

// isMeasured says whether the clause up to the number speaks of measuring:
// "response time is 403 now".
func (t *talk) isMeasured(i int) bool {
	const reach = 8
	for j := i - 1; j >= 0 && j >= i-reach && t.list[j+1].before < sentenceStop && !t.has(j, cBut); j-- {
		if t.isMeasure(j) {
			return !t.is(i-1, "a", "an", "the") && !t.has(i-1, cHappens|cLabel)
		}
	}
	return false
}

// isMeasure says whether token i is what is measured: "latency", "p95", "load time".
func (t *talk) isMeasure(i int) bool {
	return t.is(i, measures...) || isPercentile(t.word(i)) ||
		t.is(i, "time", "times") && t.is(i-1, "response", "load", "build", "run")
}

// isPercentile says whether a word is one of a measurement: p95.
func isPercentile(w string) bool {
	return len(w) == 3 && lower(w[0]) == 'p' && isDigit(w[1]) && isDigit(w[2])
}

// countsBehind says whether a number before token i counts what stands there: "403
// API calls", "429 responses to the survey", "400 more".
func (t *talk) countsBehind(i int) bool {
	switch {
	case t.isAPI(i):
		return t.isCountOf(i)
	case t.is(i, "responses", "requests", "errors"):
		return t.joined(i+1, noStop) && t.is(i+1, "to", "per", "a", "so", "each")
	}
	return t.is(i, moreOf...) || t.describesCounted(i)
}

// describesCounted says whether token i, behind a number, describes what is counted:
// "403 unit tests".
func (t *talk) describesCounted(i int) bool {
	const other = cTime | cPlace | cHappens | cCan | cLabel | cError | cModal | cNot |
		cIf | cNow | cStill | cBut | cFirst | cYou | cAsk
	if t.has(i, other) || codeShaped(t.word(i)) || t.marked(i, upper) || t.is(i, "and", "or") || t.is(i+1, "of") {
		return false
	}
	return t.isCountOf(i) && !t.has(i+1, cHappens|cTime)
}

// isPlural says whether a word is a noun in the plural, as far as its letters
// tell: what stands in front of it counts it.
func isPlural(word string) bool {
	if len(word) < 4 || !isLower(word[0]) || word[len(word)-1] != 's' || word[len(word)-2] == 's' {
		return false
	}
	return strings.IndexByte(word, '\'') < 0 && !noPlurals[word]
}
