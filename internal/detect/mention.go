package detect

import (
	"slices"
	"strings"

	"apierrorbot/internal/kb"
)

// mention is a place in a message where somebody may name an error.
type mention struct {
	first, last int // its tokens
	status      int
	codes       []string
	kind        Kind
	cues        Cues
	reader      string
}

// mentions finds what is said about errors.
func (t *talk) mentions(asked bool) []Signal {
	var found []mention
	for i := 0; i < len(t.list) && len(found) < maxSignals; i++ {
		var m mention
		var ok bool
		switch tok := &t.list[i]; {
		case tok.where&inLink != 0:
		case t.is(i, "statuscode") || t.is(i, "code") && t.is(i-1, "status"):
			m, ok = t.reasonMention(i)
		case tok.status != 0:
			m, ok = t.statusMention(i)
		case codeShaped(t.word(i)) || tok.where&upper != 0:
			m, ok = t.codeMention(i)
		case tok.class&cSaid != 0:
			m, ok = t.saidMention(i)
		case tok.class&cStopped != 0:
			m, ok = t.stoppedMention(i)
		}
		if !ok {
			continue
		}
		if n := len(found); n > 0 && m.first <= found[n-1].last { // they name the same error
			if m.cues.Weight() <= found[n-1].cues.Weight() {
				continue
			}
			found = found[:n-1]
		}
		found = append(found, m)
		i = max(i, m.last)
	}
	markList(found)
	signals := make([]Signal, 0, len(found))
	for _, m := range found {
		signals = append(signals, Signal{Kind: m.kind, Status: m.status, Codes: m.codes,
			Span: Span{t.list[m.first].span.Start, t.list[m.last].span.End}, Reader: m.reader, Cues: m.cues})
	}
	return signals
}

// markList notes where a message only lists statuses or codes: three or more
// different ones, each with a name, and nothing is said to happen.
func markList(found []mention) {
	const few = 3
	var names []string
	for _, m := range found {
		if m.cues&(cueHappens|cueProgram|cueThrown|cueHabit|cueAsks|cueMeaning) != 0 {
			return
		}
		if m.cues&(cueNamed|cueCode) != 0 && !slices.Contains(names, m.codes[0]) {
			names = append(names, m.codes[0])
		}
	}
	if len(names) < few {
		return
	}
	for i := range found {
		found[i].cues |= cueList
	}
}

// statusMention reads token i, a number that may be a status.
func (t *talk) statusMention(i int) (mention, bool) {
	m := mention{first: i, last: i, status: t.list[i].status, kind: KindStatus, reader: "prose"}
	if !t.nameBehind(&m) && !t.nameBefore(&m) {
		t.guessName(&m)
	}
	m.cues |= t.place(i)
	if m.status%100 == 0 && m.cues&(cueNamed|cueNear|cueLikeCode|cueProgram) == 0 {
		m.cues |= cueRound
	}
	if m.cues&(cueNamed|cueProgram) == 0 && t.isCount(i) {
		return m, false
	}
	if m.cues&cueProgram != 0 {
		m.reader = "log or transcript"
	}
	m.cues |= t.context(m.first, m.last)
	if m.cues&(cueNamed|cueNear) == 0 {
		t.nameAround(&m)
	}
	if m.cues&cueNamed != 0 && (m.status == 401 || m.status == 429) {
		m.cues |= cueTelling
	}
	if t.replaced(m.first) {
		m.cues |= cueNegated
	}
	if t.either(m.first, m.last) {
		m.cues |= cueEither
	}
	const sure = cueNamed | cueNear | cueLikeCode | cueProgram | cueThrown
	if m.status == 404 && m.cues&(sure|cueLabel|cueFrom|cueAPI|cueNearAPI|cueNet) == 0 {
		m.cues |= cueWeb // pages are not found more often than anything else
	}
	if m.cues&(sure|cueLabel) == 0 {
		m.cues &^= cueAlone // a number alone is none
	}
	return m, true
}

// nameBehind looks for what the status is called behind it: "403 Forbidden",
// "401 - ACCESS_DENIED", "429 Client Error: Too Many Requests".
func (t *talk) nameBehind(m *mention) bool {
	from := m.last + 1
	for skipped := 0; skipped < 3 && t.joined(from, clauseStop) && t.prefixesName(from); skipped++ {
		from++
	}
	if t.is(from, "response", "message", "reason", "statustext", "reasonphrase") && !t.joined(from, clauseStop) {
		for from < len(t.list)-1 && t.prefixesName(from) { // on a line of its own
			from++
		}
	} else if !t.joined(from, clauseStop) {
		return false
	}
	for n := maxReasonWords; n >= 1; n-- {
		if to := from + n - 1; t.run(from, to) && t.named(m, from, to) {
			m.last = to
			return true
		}
	}
	return false
}

// namePrefixes may stand between a status and what it is called.
var namePrefixes = [...]string{"client", "error", "server", "response", "status", "with", "code", "is", "and", "message", "says",
	"reasonphrase", "reason", "phrase", "statustext"}

// prefixesName says whether token i only announces what a status is called.
func (t *talk) prefixesName(i int) bool {
	w := t.word(i)
	return t.is(i, namePrefixes[:]...) || strings.HasSuffix(w, ".statusText")
}

// nameBefore looks for it before the status: "Forbidden (403)",
// "ACCESS_DENIED: HTTP status 401".
func (t *talk) nameBefore(m *mention) bool {
	to := m.first
	if !t.joined(to, clauseStop) {
		return false
	}
	to--
	for skipped := 0; skipped < 3 && t.joined(to, clauseStop) && (t.classOf(to)&cLabel != 0 || t.is(to, "with", "a", "and", "as")); skipped++ {
		to--
	}
	for n := maxReasonWords; n >= 1; n-- {
		if from := to - n + 1; t.run(from, to) && t.named(m, from, to) {
			m.first = from
			return true
		}
	}
	return false
}

// run says whether the tokens are words that stand together.
func (t *talk) run(from, to int) bool {
	if from < 0 || to >= len(t.list) {
		return false
	}
	for i := from; i <= to; i++ {
		if t.list[i].status != 0 || i > from && t.list[i].before != noStop {
			return false
		}
	}
	return true
}

// named notes that the tokens are the reason phrase of the mention's status, or
// a known code.
func (t *talk) named(m *mention, from, to int) bool {
	s := t.text[t.list[from].span.Start:t.list[to].span.End]
	isCode := t.base.Known(s)
	isReason := reasonStatus(s) != 0 && reasonStatus(s) == m.status
	if !isCode && !isReason {
		return false
	}
	m.codes = append(m.codes, s)
	m.cues |= cueNamed
	m.kind = KindReason
	if isCode && (!isReason || codeShaped(s) || s == strings.ToUpper(s)) {
		m.kind = KindCode
	}
	if isCode && codeShaped(s) {
		m.cues |= cueCode
	}
	return true
}

// nameAround looks for a name elsewhere in the clause: "it answers 403 and the
// body has ACCESS_DENIED". It must be several words, or written like a code.
func (t *talk) nameAround(m *mention) {
	start, end := t.clause(m.first)
	for i := start; i <= end; i++ {
		for n := maxReasonWords; n >= 1; n-- {
			to := i + n - 1
			if to > end || !t.run(i, to) || n == 1 && !codeShaped(t.word(i)) {
				continue
			}
			if s := t.text[t.list[i].span.Start:t.list[to].span.End]; t.base.Known(s) {
				m.codes = append([]string{s}, m.codes...)
				return
			}
		}
	}
}

// guessName keeps what stands in a code's place beside the status, in case it is
// one with a slip of the finger: "403 FORBIDEN", "RESOUCE_NOT_FUOND (404)".
func (t *talk) guessName(m *mention) {
	if from := m.last + 1; t.joined(from, clauseStop) {
		for n := 4; n >= 1; n-- {
			if t.run(from, from+n-1) {
				t.guess(m, from, from+n-1)
			}
		}
	}
	if to := m.first - 1; t.joined(m.first, clauseStop) {
		for n := 4; n >= 1; n-- {
			if t.run(to-n+1, to) {
				t.guess(m, to-n+1, to)
			}
		}
	}
}

// guess keeps a name, if its first and last word can belong to one.
func (t *talk) guess(m *mention, from, to int) {
	const function = cModal | cNot | cFirst | cYou | cIf | cHappens | cCan | cLabel | cPlace
	s := t.text[t.list[from].span.Start:t.list[to].span.End]
	if labelEnd(s) || len(s) < 6 || len(s) > 40 {
		return
	}
	for i := from; i <= to; i++ {
		if t.classOf(i)&function != 0 && !t.is(i, "not") || t.is(i, "a", "an", "the", "of") || t.list[i].where&inLink != 0 {
			return
		}
	}
	switch {
	case t.near < maxNear && t.isNear(m.status, s):
		m.cues |= cueNear
	case from == to && codeShaped(s) && (strings.IndexByte(s, '_') > 0 || t.list[from].where&upper != 0):
		m.cues |= cueLikeCode
	default:
		return
	}
	m.codes = append(m.codes, s)
}

// isNear says whether s is spelt like a name of the status.
func (t *talk) isNear(status int, s string) bool {
	t.near++
	found := t.base.Match(kb.Query{Status: status, Words: s})
	return len(found) > 0 && found[0].Reason == kb.ReasonNear && found[0].Score >= kb.AnswerScore && sameLength(found[0].Name, s)
}

// sameLength says whether one of two names can be the other with a slip or two,
// and no words more.
func sameLength(a, b string) bool {
	const slips = 2
	return max(len(a), len(b))-min(len(a), len(b)) <= slips
}

// maxNear bounds how often names are looked for by their spelling in a message.
const maxNear = 32

// isCount says whether the number counts, measures or numbers something.
func (t *talk) isCount(i int) bool {
	if t.list[i].where&plural != 0 {
		return false
	}
	if t.joined(i+1, noStop) && (t.classOf(i+1)&cUnit != 0 || isPlural(t.word(i+1)) && !t.is(i-1, "a", "an")) {
		return true
	}
	if !t.joined(i, noStop) {
		return false
	}
	if prev := t.list[i-1]; isDigit(t.text[prev.span.Start]) && prev.status == 0 {
		return !httpVersionBefore(t.text[:t.list[i].span.Start])
	}
	c := t.classOf(i - 1)
	return c&(cCounted|cOther) != 0 && c&cLabel == 0 || t.labelOther(i)
}

// isPlural says whether a word is a noun in the plural, as far as its letters
// tell: what stands in front of it counts it.
func isPlural(word string) bool {
	if len(word) < 4 || !isLower(word[0]) || word[len(word)-1] != 's' || word[len(word)-2] == 's' {
		return false
	}
	switch word {
	case "errors", "responses", "statuses", "codes", "this", "across", "always", "sometimes", "besides", "perhaps",
		"status", "needs", "happens", "keeps", "comes", "appears", "seems", "means", "looks", "occurs", "persists", "returns",
		"makes", "goes", "does", "shows", "towards", "hits", "breaks", "afterwards", "plus", "versus", "requests":
		return false
	}
	return true
}

// labelOther says whether the number is the code of something else: "exit code
// 404", "SMTP error 421", "ORA-00404".
func (t *talk) labelOther(i int) bool {
	for j := i - 1; j >= 0 && j >= i-4 && t.joined(j+1, noStop); j-- {
		if t.classOf(j)&cOther != 0 {
			return true
		}
	}
	return false
}

// place looks at what stands beside the number.
func (t *talk) place(i int) Cues {
	var c Cues
	tok := t.list[i]
	before := t.text[:tok.span.Start]
	switch {
	case httpVersionBefore(before), requestBefore(before), requestBehind(t.text[tok.span.End:]), t.joined(i, clauseStop) && programBefore(before):
		c |= cueProgram
	case t.labelled(i, i-1), t.is(i-1, "is", "was", "of") && t.joined(i, noStop) && t.labelled(i-1, i-2),
		t.joined(i+1, noStop) && t.is(i+1, "error", "errors", "response", "responses", "status", "code", "codes", "err"):
		c |= cueLabel
	}
	if tok.where&plural != 0 {
		c |= cuePlural
	}
	if s := strings.TrimRight(before, " "); strings.HasSuffix(s, "->") || strings.HasSuffix(s, "=>") {
		c |= cueHappens
	}
	if t.joined(i, noStop) && t.is(i-1, "a", "an") {
		c |= cueArticle
	}
	return c
}

// either says whether another status stands beside this one as its alternative.
func (t *talk) either(first, last int) bool {
	other := func(i int) bool { return i >= 0 && i < len(t.list) && t.list[i].status != 0 }
	return t.is(last+1, "or", "vs") && (other(last+2) || other(last+3)) || t.is(first-1, "or", "vs") && (other(first-2) || other(first-3))
}

// replaced says whether the status did not come: "a 403 instead of a 401",
// "403, not 401", "no more 403s".
func (t *talk) replaced(i int) bool {
	if t.is(i-1, "a", "an", "the") {
		i--
	}
	return t.is(i-1, "not", "no", "without", "zero") || t.is(i-1, "more") && t.is(i-2, "no") || t.is(i-1, "of", "than") && t.is(i-2, "instead", "rather")
}

// labelled says whether the token before i announces a status.
func (t *talk) labelled(i, before int) bool {
	return t.joined(i, clauseStop) && (t.classOf(before)&cLabel != 0 || labelEnd(t.word(before)))
}

// httpVersionBefore says whether a status line's version stands before:
// `HTTP/1.1 403`, and in access logs `"GET / HTTP/1.1" 403` (RFC 9112, section 4).
func httpVersionBefore(s string) bool {
	s = strings.TrimRight(s, ` "'`)
	i := len(s)
	for i > 0 && (isDigit(s[i-1]) || s[i-1] == '.') {
		i--
	}
	return i < len(s) && i >= 5 && len(s)-i <= 3 && strings.EqualFold(s[i-5:i], "HTTP/")
}

// requestBefore says whether a request stands before, as in logs of servers and
// clients: `GET /Patient 403`, `POST https://x.test/token: 401`.
func requestBefore(s string) bool {
	const longest = 2048
	s = strings.TrimRight(s[max(0, len(s)-longest):], " \n\"':->=")
	target := s[strings.LastIndexAny(s, " \n")+1:]
	if !strings.HasPrefix(target, "/") && !strings.Contains(target, "://") {
		return false
	}
	s = strings.TrimRight(s[:len(s)-len(target)], ` "'`)
	return isMethod(s[strings.LastIndexAny(s, " \n\"'[(")+1:])
}

// requestBehind says whether a request stands behind, as in some logs of proxies:
// `403 GET https`.
func requestBehind(s string) bool {
	s = strings.TrimLeft(s, " -\"")
	method, target, _ := strings.Cut(s[:min(len(s), 20)], " ")
	return isMethod(method) && (strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http"))
}

func isMethod(s string) bool {
	switch s {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "XHRGET", "XHRPOST", "XHR":
		return true
	}
	return false
}

// programPhrases are the words that programs put before a status.
var programPhrases = [...]string{
	"status code", "statuscode", "status_code", "http_status", "httpstatus", "http_code", "status-code", "response code",
	"http error", "http status", "indicate success", "returned error", "returned an error", "a status of", "responded with status",
	"failed with status", "server responded with", "unexpected status", "with http status", "error from server",
	"kind: status", "<--", "ms -", "http error! status", "<response", "<title>", "<h1>", "<title>error", "<h1>error", ":status",
}

// programBefore says whether s ends with one of programPhrases.
func programBefore(s string) bool {
	const longest = 40
	s = strings.ToLower(strings.TrimRight(s[max(0, len(s)-longest):], " :=(\"'["))
	for _, end := range [...]string{" is", " was", " of", " with"} {
		if t := strings.TrimSuffix(s, end); t != s && !strings.HasSuffix(s, "a status of") && !strings.HasSuffix(s, "responded with") {
			s = t
			break
		}
	}
	for _, phrase := range programPhrases {
		if strings.HasSuffix(s, phrase) {
			return true
		}
	}
	return false
}

// labelEnd says whether a name such as upstream_status announces a status.
func labelEnd(s string) bool {
	if len(s) < 8 {
		return false
	}
	end := strings.ToLower(s[max(0, len(s)-8):])
	return strings.HasSuffix(end, "status") || strings.HasSuffix(end, "_code")
}

// reasonMention reads the name of a status that stands where programs print its
// number, behind token i: "StatusCode: Forbidden".
func (t *talk) reasonMention(i int) (mention, bool) {
	from := i + 1
	if !t.joined(from, clauseStop) {
		return mention{}, false
	}
	for n := maxReasonWords; n >= 1; n-- {
		to := from + n - 1
		if !t.run(from, to) {
			continue
		}
		s := t.text[t.list[from].span.Start:t.list[to].span.End]
		if status := reasonStatus(s); status != 0 {
			m := mention{first: from, last: to, status: status, codes: []string{s}, kind: KindReason, reader: "log or transcript", cues: cueProgram}
			m.cues |= t.context(from, to)
			return m, true
		}
	}
	return mention{}, false
}

// codeMention reads token i, which is written like a code: "ACCESS_DENIED",
// "TooManyRequests", "TOO MANY REQUESTS".
func (t *talk) codeMention(i int) (mention, bool) {
	m := mention{first: i, last: i, kind: KindCode, reader: "prose"}
	for n := maxReasonWords; n >= 1; n-- {
		to := i + n - 1
		if !t.run(i, to) || n > 1 && !t.allUpper(i, to) {
			continue
		}
		s := t.text[t.list[i].span.Start:t.list[to].span.End]
		if !t.base.Known(s) {
			continue
		}
		m.last, m.codes = to, []string{s}
		m.cues = cueCode
		if !codeShaped(s) {
			m.cues = cueLoud
		}
		break
	}
	if m.codes == nil {
		s := t.word(i)
		if !codeShaped(s) || t.list[i].where&upper == 0 || len(s) < 8 || len(s) > 40 {
			return m, false
		}
		m.codes, m.cues = []string{s}, cueLikeCode
	}
	if t.labelled(m.first, m.first-1) {
		m.cues |= cueLabel
	}
	m.cues |= t.context(m.first, m.last)
	if t.list[i].where&inFence != 0 && strings.IndexByte(m.codes[0], '_') < 0 && m.cues&(cueLabel|cueThrown|cueError) == 0 {
		return m, false // the name of a type in somebody's program
	}
	if m.first == m.last && !codeShaped(m.codes[0]) && m.cues&(cueAPI|cueNearAPI) == 0 {
		return m, false
	}
	return m, true
}

func (t *talk) allUpper(from, to int) bool {
	for i := from; i <= to; i++ {
		if t.list[i].where&upper == 0 {
			return false
		}
	}
	return true
}

// codeShaped says whether a word is written as only names in programs are: with
// an underscore or a capital inside.
func codeShaped(s string) bool {
	for i := 1; i+1 < len(s); i++ {
		if s[i] == '_' && isLetter(s[i-1]) && isLetter(s[i+1]) || isLower(s[i-1]) && isUpper(s[i]) {
			return true
		}
	}
	return false
}

// saidMention reads the words behind token i, a verb of saying: "PDS says access
// denied", "we are being rate limited by the gateway".
func (t *talk) saidMention(i int) (mention, bool) {
	from := i + 1
	for skipped := 0; skipped < 3 && t.joined(from, clauseStop) && t.is(from, "that", "the", "a", "an", "us", "me", "we", "is", "are", "it", "it's", "an", "error", "with", "message", "my", "our", "being"); skipped++ {
		from++
	}
	if !t.joined(from, clauseStop) {
		return mention{}, false
	}
	for n := maxReasonWords; n >= 1; n-- {
		to := from + n - 1
		if !t.run(from, to) {
			continue
		}
		s := t.text[t.list[from].span.Start:t.list[to].span.End]
		if !t.base.Known(s) {
			continue
		}
		m := mention{first: from, last: to, codes: []string{s}, kind: KindSaid, reader: "prose", cues: cueAnswers}
		m.cues |= t.context(from, to) &^ cueHappens
		if m.cues&(cueAPI|cueNearAPI) == 0 { // otherwise anybody may have said it
			return m, false
		}
		return m, true
	}
	return mention{}, false
}

// stoppedMention reads words that end with token i in the passive: "we are rate
// limited by PDS".
func (t *talk) stoppedMention(i int) (mention, bool) {
	if !t.is(i+1, "by") || !t.isAPI(i+2) && !t.isAPI(i+3) {
		return mention{}, false
	}
	for n := maxReasonWords; n >= 1; n-- {
		from := i - n + 1
		if !t.run(from, i) || !t.is(from-1, "is", "are", "am", "be", "been", "being", "was", "were", "getting", "got", "get", "i'm", "we're") {
			continue
		}
		s := t.text[t.list[from].span.Start:t.list[i].span.End]
		if t.base.Known(s) {
			m := mention{first: from, last: i, codes: []string{s}, kind: KindSaid, reader: "prose", cues: cueAnswers}
			m.cues |= t.context(from, i) &^ cueHappens
			return m, true
		}
	}
	return mention{}, false
}
