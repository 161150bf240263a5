package detect

import "strings"

// This file knows the lines that programs print about requests: where the status of
// theirs stands, and where another number does.

// printedAt says whether a number stands where programs print the status of a request,
// between these two parts of a text.
func printedAt(before, behind string) bool {
	return httpVersionBefore(before) || requestBefore(before) || requestBehind(behind) ||
		programBefore(before) || headedBefore(before) || loggedAt(before, behind) || raisedBefore(before)
}

// endsWithNumbers says whether the last three words of a text are numbers.
func endsWithNumbers(s string) bool {
	const longest, most = 40, 3
	fields := strings.Fields(s[max(0, len(s)-longest):])
	return len(fields) > most && isNumbers(strings.Join(fields[len(fields)-most:], " "), most)
}

// raisedBefore says whether Python prints the arguments of an exception:
// "client.ApiError: (404, 'no such patient')".
func raisedBefore(s string) bool {
	const longest = 80
	s, found := strings.CutSuffix(s[max(0, len(s)-longest):], ": (")
	return found && isExceptionName(s[strings.LastIndexAny(s, " \n")+1:])
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
	quoted := strings.HasPrefix(target, `"`)
	s = strings.TrimRight(s[:len(s)-len(target)], ` "'`)
	method := s[strings.LastIndexAny(s, " \n\"'[(")+1:]
	return isMethod(method) || quoted && isMethod(strings.ToUpper(method)) // Go: Get "https://…": 404 Not Found
}

// requestBehind says whether a request stands behind, as in some logs of proxies:
// `403 GET https`.
func requestBehind(s string) bool {
	const longest = 20
	s = strings.TrimLeft(s[:min(len(s), longest)], " -\"")
	method, target, _ := strings.Cut(s, " ")
	return isMethod(method) && (strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http"))
}

// isMethod knows the methods of HTTP, and what browsers' consoles print for them.
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
	for _, version := range [...]string{"v1/", "v2/", "v3/"} {
		if strings.HasPrefix(path, version) {
			return true
		}
	}
	for _, part := range [...]string{"api", "fhir", "FHIR", "oauth"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return path != "" && isUpper(path[0]) // a resource of FHIR
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
	"status code", "status code is", "status code of", "status code was", "status code was unacceptable",
	"statuscode", "status_code", "status-code", "http_status", "httpstatus", "http_code",
	"response code", "response code is", "http status", "http status of", "http error", "http error! status", "error: http",
	"a status of", "responded with status", "responded with a status", "failed with status", "unexpected status",
	"the server returned the status", "server responded with", "indicate success", "returned error", "returned an error",
	"kind: status", "response[status", "googleapi: error", ":status", "<response", "<--", "ms -", "statuscode(code",
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
