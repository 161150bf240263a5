package detect

import "strings"

// place looks at what stands beside the number at token i.
func (t *talk) place(i int) Cues {
	var c Cues
	tok := t.list[i]
	before, behind := t.text[:tok.span.Start], t.text[tok.span.End:]
	switch {
	case httpVersionBefore(before), requestBefore(before), requestBehind(behind), programBefore(before), headedBefore(before), loggedAt(before, behind):
		c |= cueProgram
	case t.statusAt(i), t.is(i-1, "errors") && t.joined(i, clauseStop) && i > 1 && isDigit(t.word(i - 2)[0]):
		c |= cueStatus
	case t.labelledAt(i), t.is(i-1, "is", "was", "of") && t.joined(i, noStop) && t.labelledAt(i-1),
		t.is(i-1, "this") && t.endsAt(i) && tok.status%100 != 0,
		t.joined(i+1, noStop) && t.is(i+1, "error", "errors", "response", "responses", "status", "code", "codes", "err", "exception", "exceptions", "spike", "spikes", "storm", "ratio"):
		c |= cueLabel
	}
	if tok.where&plural != 0 {
		c |= cuePlural
	}
	if arrow := strings.TrimRight(before, " "); strings.HasSuffix(arrow, "->") || strings.HasSuffix(arrow, "=>") {
		c |= cueHappens
	}
	if t.joined(i, noStop) && t.is(i-1, "a", "an") {
		c |= cueArticle
	}
	return c
}

// labelledAt says whether the token before i announces a status or a code.
func (t *talk) labelledAt(i int) bool {
	return t.joined(i, clauseStop) && (t.classOf(i-1)&cLabel != 0 || labelEnd(t.word(i-1)))
}

// statusAt says whether the number at token i is called an HTTP status: "HTTP
// 403", "status: 403", "response status was 403".
func (t *talk) statusAt(i int) bool {
	j := i - 1
	for j > i-4 && t.joined(j+1, clauseStop) && t.is(j, "is", "was", "of", "a", "an", "code", "error", "being", "now") {
		j--
	}
	return t.joined(j+1, clauseStop) && (t.is(j, "http", "https", "status", "statuscode", "httpstatus", "http_status", "status_code", "http_code", "response", "responsecode", "actual", "observed") || labelEnd(t.word(j)))
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
	return strings.HasSuffix(end, "status") || strings.HasSuffix(end, "_code")
}

// isCount says whether the number counts, measures or numbers something.
func (t *talk) isCount(i int) bool {
	if t.list[i].where&plural != 0 {
		return false
	}
	if t.joined(i+1, noStop) && (t.classOf(i+1)&cUnit != 0 || isPlural(t.word(i+1)) && !t.is(i-1, "a", "an") || t.countsBehind(i+1)) {
		return true
	}
	if i > 0 && t.list[i].before == clauseStop && t.colonBehind(i-1) && isPlural(t.word(i-1)) && t.classOf(i-1)&(cNet|cLabel) == 0 {
		return true // "records: 403"
	}
	if t.isMeasured(i) {
		return true
	}
	if !t.joined(i, noStop) {
		return false
	}
	if before := t.list[i-1]; before.status == 0 && isDigit(t.text[before.span.Start]) && !t.is(i+1, "errors", "error") && !t.inPath(i-1) {
		return true
	}
	if strings.ContainsAny(t.text[t.list[i-1].span.End:t.list[i].span.Start], ">=") || t.is(i-1, "only", "another", "first") && t.endsAt(i) {
		return false
	}
	if t.is(i-1, "issue", "problem") && t.is(i-2, "facing", "getting", "having", "with", "an", "this", "a") {
		return false
	}
	if t.is(i-1, "request") && t.is(i-2, "merge", "pull", "change") {
		return true
	}
	c := t.classOf(i - 1)
	return c&(cCounted|cOther|cRefer) != 0 && c&cLabel == 0 || t.isForeign(i)
}

// endsAt says whether nothing is counted by the number at token i: its clause ends
// there, or goes on with a small word.
func (t *talk) endsAt(i int) bool {
	return i+1 >= len(t.list) || t.list[i+1].before >= clauseStop || t.classOf(i+1)&(cNow|cStill|cBut|cIf) != 0 ||
		t.classOf(i+1)&cPlace != 0 && (!t.is(i+1, "in", "at") || t.classOf(i+2)&(cEnv|cNet|cAPI) != 0) ||
		t.is(i+1, "and", "or", "here", "there", "too", "instead", "so", "also", "either", "whatever", "despite")
}

// isMeasured says whether the clause up to the number speaks of measuring:
// "response time is 403 now".
func (t *talk) isMeasured(i int) bool {
	const reach = 8
	for j := i - 1; j >= 0 && j >= i-reach && t.list[j+1].before < sentenceStop && t.classOf(j)&cBut == 0; j-- {
		if t.is(j, "latency", "throughput", "rps", "tps", "qps", "duration", "average", "median", "percentile") || isPercentile(t.word(j)) || t.is(j, "time", "times") && t.is(j-1, "response", "load", "build", "run") {
			return !t.is(i-1, "a", "an", "the") && t.classOf(i-1)&(cHappens|cLabel) == 0
		}
	}
	return false
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
		return t.joined(i+1, noStop) && (t.classOf(i+1)&cUnit != 0 || isPlural(t.word(i+1)))
	case t.is(i, "responses", "requests", "errors"):
		return t.joined(i+1, noStop) && t.is(i+1, "to", "per", "a", "so", "each")
	}
	const other = cTime | cPlace | cHappens | cCan | cLabel | cError | cModal | cNot | cIf | cNow | cStill | cBut | cFirst | cYou | cAsk
	if t.classOf(i)&other == 0 && !codeShaped(t.word(i)) && t.list[i].where&upper == 0 && !t.is(i, "and", "or") && !t.is(i+1, "of") && t.joined(i+1, noStop) &&
		(t.classOf(i+1)&cUnit != 0 || isPlural(t.word(i+1))) && t.classOf(i+1)&(cHappens|cTime) == 0 {
		return true // "403 unit tests"
	}
	return t.is(i, "more", "unread", "open", "different", "active", "new", "other")
}

// isPlural says whether a word is a noun in the plural, as far as its letters
// tell: what stands in front of it counts it.
func isPlural(word string) bool {
	if len(word) < 4 || !isLower(word[0]) || word[len(word)-1] != 's' || word[len(word)-2] == 's' {
		return false
	}
	if strings.IndexByte(word, '\'') >= 0 {
		return false
	}
	switch word {
	case "errors", "responses", "requests", "statuses", "codes", "status", "this", "across", "always", "sometimes", "besides",
		"perhaps", "towards", "afterwards", "plus", "versus", "does", "needs", "happens", "keeps", "comes", "appears", "seems",
		"means", "looks", "occurs", "stays", "remains", "starts", "ends", "pops", "resurfaces", "persists", "returns", "makes", "goes", "shows", "hits", "breaks":
		return false
	}
	return true
}

// isForeign says whether the number or name at token i belongs to something that
// is no API: "exit code 404", "SMTP error 421", "ORA-00404".
func (t *talk) isForeign(i int) bool {
	const reach = 4
	if t.is(i-1, "code", "codes", "error") && t.joined(i-1, noStop) && t.list[i-2].where&upper != 0 && t.classOf(i-2) == 0 {
		return true // "ICD code 429"
	}
	for j := i - 1; j >= i-reach && t.joined(j+1, noStop); j-- {
		if t.classOf(j)&cOther != 0 {
			return true
		}
	}
	return false
}

// httpVersionBefore says whether a status line's version stands before:
// `HTTP/1.1 403`, and in access logs `"GET / HTTP/1.1" 403` (RFC 9112, section 4).
func httpVersionBefore(s string) bool {
	const scheme, longest = "HTTP/", len("1.1")
	s = strings.TrimRight(s, ` "'`)
	i := len(s)
	for i > 0 && (isDigit(s[i-1]) || s[i-1] == '.') {
		i--
	}
	version := len(s) - i
	return version > 0 && version <= longest && i >= len(scheme) && strings.EqualFold(s[i-len(scheme):i], scheme)
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
	const longest = 20
	s = strings.TrimLeft(s[:min(len(s), longest)], " -\"")
	method, target, _ := strings.Cut(s, " ")
	return isMethod(method) && (strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http"))
}

func isMethod(s string) bool {
	switch s {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "XHRGET", "XHRPOST", "XHR":
		return true
	}
	return false
}

// isAPIPath says whether s begins with the path of an API, and not of a page.
func isAPIPath(s string) bool {
	path, found := strings.CutPrefix(s, " /")
	if !found {
		return false
	}
	path, _, _ = strings.Cut(path, " ")
	return path != "" && isUpper(path[0]) || strings.Contains(path, "api") || strings.Contains(path, "fhir") || strings.Contains(path, "FHIR") ||
		strings.Contains(path, "oauth") || strings.HasPrefix(path, "v1/") || strings.HasPrefix(path, "v2/") || strings.HasPrefix(path, "v3/")
}

// headedBefore says whether a line that says only "Status" stands before, as browsers
// show requests: the number is on a line of its own.
func headedBefore(s string) bool {
	const longest = 24
	line, ok := strings.CutSuffix(s[max(0, len(s)-longest):], "\n")
	if !ok {
		return false
	}
	switch strings.ToLower(strings.Trim(line[strings.LastIndexByte(line, '\n')+1:], " \t:*`")) {
	case "status", "status code", "http status", "http status code", "response status", "response code":
		return true
	}
	return false
}

// programPhrases are the words that programs put before a status.
var programPhrases = [...]string{
	"status code", "status code is", "status code of", "status code was", "statuscode", "status_code", "status-code", "http_status",
	"httpstatus", "http_code", "response code", "response code is", "http error", "http error! status", "http status",
	"http status of", "http response code", "with http status", "a status of", "responded with status", "responded with a status",
	"failed with status", "server responded with", "unexpected status", "indicate success", "returned error", "returned an error", "error: http",
	"kind: status", ":status", "<response", "<--", "ms -", "statuscode(code",
	"status code was unacceptable", "http request returned status code", "the server returned the status",
}

// programBefore says whether s ends with one of programPhrases.
func programBefore(s string) bool {
	const longest = 40
	s = s[max(0, len(s)-longest):]
	s = strings.ToLower(strings.TrimRight(s[strings.LastIndexByte(s, '\n')+1:], " :=(\"'["))
	for _, phrase := range programPhrases {
		if strings.HasSuffix(s, phrase) {
			return true
		}
	}
	return false
}

// isAccessLog says whether a request and its protocol stand before a status on its line,
// as in access logs: `"GET /x HTTP/1.1" 429`. Nobody plans or guesses there.
func isAccessLog(before string) bool {
	const longest = 2048
	before = before[max(0, len(before)-longest):]
	before = before[strings.LastIndexByte(before, '\n')+1:]
	return httpVersionBefore(before) && hasMethod(before)
}

// loggedAt says whether a number stands where logs have the status of a request,
// between these two parts of a text.
func loggedAt(before, behind string) bool {
	const longest = 400
	before = before[max(0, len(before)-longest):]
	before = before[strings.LastIndexByte(before, '\n')+1:]
	behind = behind[:min(len(behind), longest)]
	behind = behind[:lineLength(behind)]
	switch {
	case strings.HasPrefix(behind, " Client Error"): // Python's requests
		return true
	case isPerl(behind):
		return true
	case strings.HasSuffix(before, "status=") && strings.Contains(before, "(type="): // Spring's page
		return true
	case strings.HasSuffix(before, "Completed "): // Rails
		return strings.Contains(behind, " in ")
	case strings.HasSuffix(before, "| ") && strings.HasPrefix(behind, " |"): // GIN, Fiber
		return hasMethod(behind)
	case strings.HasSuffix(before, "=") && strings.Count(before+behind, "=") >= 3: // fields: method=GET status=403 took=4
		return strings.HasSuffix(before, "status=") || strings.HasSuffix(before, "status_code=")
	case strings.HasSuffix(before, "\t"): // CloudFront
		return strings.HasPrefix(behind, "\t") && hasMethod(before)
	case strings.HasSuffix(before, " "):
		return isTimed(before) || isCounted(behind) || hasMethod(before) && isNumbers(behind, 3)
	}
	return false
}

// isPerl says whether the rest of a line ends as messages of Perl's do: "… at fetch.pl
// line 12." (https://perldoc.perl.org/functions/die).
func isPerl(behind string) bool {
	_, place, ok := strings.Cut(behind, " at ")
	file, number, found := strings.Cut(place, " line ")
	return ok && found && number != "" && isDigit(number[0]) && strings.IndexByte(file, '.') > 0
}

// hasMethod says whether a line has the method of a request in it.
func hasMethod(line string) bool {
	for line != "" {
		end := strings.IndexAny(line, " \t")
		if end < 0 {
			end = len(line)
		}
		if isMethod(strings.Trim(line[:end], `"'`)) {
			return true
		}
		line = line[min(end+1, len(line)):]
	}
	return false
}

// isOtherNumber says whether the line of the number at token i has the status of its
// request in another place: `"GET /x HTTP/1.1" 200 - "-" 429`, `GET /x 200 4 ms - 429`.
func (t *talk) isOtherNumber(i int) bool {
	at := t.lineSpan(t.list[i].span)
	status := requestStatus(t.text[at.Start:at.End])
	return status >= 0 && at.Start+status != t.list[i].span.Start
}

// requestStatus is where a line of an access log has the status of its request, or -1.
func requestStatus(line string) int {
	const scheme = "HTTP/"
	if i := strings.Index(line, scheme); i > 0 {
		rest := strings.TrimLeft(line[i+len(scheme):], "0123456789.")
		if status := strings.TrimPrefix(rest, `" `); status != rest && httpStatus(status) != 0 {
			return len(line) - len(status)
		}
		return -1
	}
	method, rest, _ := strings.Cut(strings.TrimLeft(line, " `"), " ")
	_, status, _ := strings.Cut(rest, " ")
	number, time, _ := strings.Cut(status, " ")
	if isMethod(method) && httpStatus(number) != 0 && time != "" && isDigit(time[0]) {
		return len(line) - len(status)
	}
	return -1
}

// isTimed says whether a line ends with HAProxy's five times of a request: 10/0/30/69/109
// (https://docs.haproxy.org/3.0/configuration.html#8.2.3).
func isTimed(line string) bool {
	const times = 5
	line = strings.TrimRight(line, " ")
	line = line[strings.LastIndexByte(line, ' ')+1:]
	return strings.Count(line, "/") == times-1 && strings.Trim(line, "0123456789+-/") == ""
}

// isCounted says whether a line goes on with the target's status, two counts of
// bytes and the request, as the logs of AWS's load balancers do
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html).
func isCounted(line string) bool {
	numbers, request, ok := strings.Cut(line, `"`)
	method, _, _ := strings.Cut(request, " ")
	return ok && isNumbers(numbers, 3) && isMethod(method)
}

// isNumbers says whether a text is n numbers, or "-" in their place.
func isNumbers(s string, n int) bool {
	fields := strings.Fields(s)
	for _, f := range fields {
		if f != "-" && strings.Trim(f, "0123456789") != "" {
			return false
		}
	}
	return len(fields) == n
}
