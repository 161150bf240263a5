package detect

import (
	"slices"
	"strconv"
	"strings"
)

// Names under which bodies keep things, most telling first. Case, "_" and "-"
// do not count.
var (
	statusNames    = []string{"status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "responsecode", "responsestatus", "httpresponsecode"}
	numberNames    = []string{"errorcode", "code", "kind", "faultcode", "returncode", "errcode"} // also hold other numbers
	codeNames      = []string{"errorcode", "code", "__type", "error", "faultcode", "type", "reason", "status", "httpstatus", "statuscode"}
	allStatusNames = slices.Concat(statusNames, numberNames)
	phraseNames    = []string{"title", "statustext", "statusmessage", "reasonphrase", "name", "id"} // also hold other things
	messageNames   = []string{"errordescription", "message", "errormessage", "errorsummary", "detail", "details", "msg", "faultstring",
		"responsemessage", "statusmessage", "errormsg", "errmsg", "developermessage", "usermessage",
		"description", "title", "error", "reason", "statustext", "reasonphrase", "returnmessage", "faultmessage",
		"textpayload", "log", "err", "exception", "stack", "errors", "@m", "@mt"}
	answerNames = []string{"path", "uri", "url", "method", "timestamp", "time", "traceid", "requestid", "correlationid", "headers",
		"errors", "ok", "data", "requesturl", "requesturi", "requestmethod", "httpmethod"}
)

// ---- FHIR ----

// isOutcome recognises an OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html),
// in XML by its element, in JSON by its resourceType or, when the beginning is
// missing, by its issues.
func isOutcome(t *tree, i int32) bool {
	if t.named(i, "OperationOutcome") {
		return true
	}
	if name := t.get(i, "resourceType"); name != "" && !strings.HasSuffix(name, cutMark) {
		return name == "OperationOutcome"
	}
	for _, issue := range t.all(i, "issue") {
		if t.nodes[issue].kind == objectNode && (t.get(issue, "severity") != "" || isIssueType(t.get(issue, "code")) || isIssue(t, issue)) {
			return true
		}
	}
	return t.nodes[i].parent < 0 && (isIssue(t, i) || t.child(i, "coding") >= 0 || t.named(i, "coding"))
}

// isIssue recognises one issue by what only issues have together.
func isIssue(t *tree, i int32) bool {
	if t.child(t.child(i, "details"), "coding") >= 0 {
		return true
	}
	return t.get(i, "severity") != "" && isIssueType(t.get(i, "code"))
}

// isIssueType knows the types of issues that an API answers with:
// https://hl7.org/fhir/R4/valueset-issue-type.html
func isIssueType(code string) bool {
	switch code {
	case "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired", "forbidden",
		"processing", "not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "code-invalid", "too-costly",
		"business-rule", "conflict", "exception", "timeout", "throttled":
		return true
	}
	return false
}

// readOutcome reads one fault per issue. issue.code is FHIR's own type, such as
// "forbidden" or "value", and NHS APIs send the same type with different errors:
// the error's code is details.coding.code. Where there is no coding the type
// still says which status it goes with (see issueStatus).
func readOutcome(t *tree, i int32) []fault {
	issues := t.all(i, "issue")
	if len(issues) == 0 {
		issues = []int32{i}
	}
	var faults []fault
	for _, issue := range issues {
		if t.nodes[issue].kind != objectNode {
			continue
		}
		f := fault{node: issue, message: t.get(issue, "diagnostics")}
		for _, details := range orItself(t.all(issue, "details"), issue) {
			if text := t.get(details, "text"); text != "" {
				f.message = text
			}
			for _, coding := range orItself(t.all(details, "coding"), details) {
				if coding == issue && !t.named(issue, "coding") {
					continue
				}
				if code := t.get(coding, "code"); code != "" {
					f.codes = append(f.codes, code)
					f.addOwn(code)
				}
				display := t.get(coding, "display")
				if f.message == "" {
					f.message = display
				}
				if _, phrase, ok := strings.Cut(display, " - "); ok && f.status == 0 { // "Access Denied - Unauthorised"
					f.status = reasonStatus(phrase)
				}
			}
		}
		if len(f.codes) == 0 {
			f.addCode(codeInWords(f.message))
		}
		if code := t.get(issue, "code"); len(f.codes) == 0 && isLoud(code) { // no type, so the error's own
			f.addCode(code)
			f.addOwn(code)
		}
		// severity "information" goes with errors too, and "error" with none.
		switch t.get(issue, "severity") {
		case "error", "fatal":
		case "":
			f.unsure = len(f.codes) == 0
		default:
			f.unsure = true
		}
		if len(f.codes) == 0 && f.status == 0 {
			f.status = issueStatus(t.get(issue, "code"))
		}
		if f.status == 0 {
			f.status = statusInWords(f.message)
		}
		if f.status == 0 {
			f.status = statusInWords(t.get(issue, "diagnostics"))
		}
		faults = append(faults, f)
	}
	return faults
}

// orItself is the list, or the node itself where the list is empty: outcomes that
// were cut off begin anywhere.
func orItself(list []int32, node int32) []int32 {
	if len(list) == 0 {
		return []int32{node}
	}
	return list
}

// codeInWords finds the code in the words of an outcome without codings, such as
// "Code: ACCESS_DENIED, Display: Access denied"; "" if there is none.
func codeInWords(s string) string {
	const label = "code: "
	if len(s) < len(label) || !strings.EqualFold(s[:len(label)], label) {
		return ""
	}
	return s[len(label) : len(label)+nameLength(s[len(label):])]
}

// issueStatus gives the HTTP status that an issue type stands for, where it
// stands for one only (https://hl7.org/fhir/R4/valueset-issue-type.html).
// "forbidden" does not: it comes with 401 and with 403.
func issueStatus(issueType string) int {
	switch issueType {
	case "not-found", "deleted":
		return 404
	case "throttled":
		return 429
	case "conflict", "duplicate":
		return 409
	}
	return 0
}

// ---- SOAP, gateways, OAuth ----

// isSOAPFault recognises faults of SOAP 1.1 and 1.2.
func isSOAPFault(t *tree, i int32) bool {
	return t.child(i, "faultstring") >= 0 && t.child(i, "faultcode") >= 0 ||
		t.named(i, "Fault") && t.child(i, "Reason") >= 0
}

func readSOAPFault(t *tree, i int32) []fault {
	f := fault{node: i, message: t.get(i, "faultstring")}
	if reason := t.child(i, "Reason"); reason >= 0 {
		f.message = t.get(reason, "Text")
	}
	f.addCode(t.get(i, "faultcode"))
	if code := t.child(i, "Code"); code >= 0 {
		f.addCode(t.get(code, "Value"))
	}
	f.status = statusInWords(f.message)
	return []fault{f}
}

// isGatewayFault recognises Apigee's faults:
// https://cloud.google.com/apigee/docs/api-platform/fundamentals/fault-handling
func isGatewayFault(t *tree, i int32) bool {
	return t.child(i, "faultstring") >= 0
}

func readGatewayFault(t *tree, i int32) []fault {
	f := fault{node: i, message: t.get(i, "faultstring")}
	f.addCode(t.get(t.child(i, "detail"), "errorcode"))
	f.addOwn(t.get(t.child(i, "detail"), "errorcode"))
	if len(f.codes) == 0 && strings.IndexByte(f.message, ' ') < 0 { // some gateways leave the detail out
		f.addCode(f.message)
	}
	f.status = statusInWords(f.message)
	return []fault{f}
}

// isOAuthError recognises the errors of RFC 6749, section 5.2.
func isOAuthError(t *tree, i int32) bool {
	return t.get(i, "error") != "" && t.child(i, "error_description", "error_uri") >= 0
}

// ---- pages ----

// isPage recognises a page of HTML, or a piece of one.
func isPage(t *tree, i int32) bool {
	if t.nodes[i].parent >= 0 {
		return false
	}
	for _, name := range pageRoots {
		if t.named(i, name) {
			return true
		}
	}
	return false
}

// readPage reads the error that a page names: its status, and behind it the status's
// phrase. Without a status, its title must be the name of one.
func readPage(t *tree, i int32) []fault {
	const most = 40 // texts that are looked at
	f := fault{node: i, unsure: true}
	texts := 0
	for k := i; k < t.nodes[i].end && texts < most && len(f.codes) == 0; k++ {
		if n := t.nodes[k]; n.kind != scalarNode || n.key.End > n.key.Start {
			continue
		}
		text := t.str(k)
		status, phrase := namedStatus(text)
		if status == 0 && reasonStatus(text) == f.status && f.status != 0 { // in a heading of its own
			status, phrase = f.status, text
		}
		if f.status == 0 && status != 0 || texts == 0 {
			f.status, f.message = status, text
		}
		if phrase != "" && status == f.status {
			f.codes = []string{phrase}
		}
		texts++
	}
	f.unsure = f.status == 0
	return []fault{f}
}

// ---- lists and problems ----

// isErrorList recognises what only carries a list of errors, as JSON:API and
// GraphQL do: its elements are objects under the name "errors".
func isErrorList(t *tree, i int32) bool {
	if statusOf(t, i) >= 400 {
		return false
	}
	for _, e := range t.all(i, "errors") {
		if t.nodes[e].kind == objectNode && t.get(i, "message", "error", "title") == "" {
			return true
		}
	}
	return false
}

// isProblem recognises problem details (RFC 9457).
func isProblem(t *tree, i int32) bool {
	return t.get(i, "title") != "" && statusOf(t, i) >= 400
}

// ---- everything else ----

// isPlain recognises an object that can be nothing but an error: it has an error
// status and what answers have, or stands where errors stand and has words, or
// says so.
func isPlain(t *tree, i int32) bool {
	if t.nodes[i].parent >= 0 && t.named(i, "config") {
		return false // what a client was told to do, printed with its error
	}
	words := t.get(i, messageNames...) != "" || codeLike(t.get(i, "errorcode", "code", "__type", "faultcode"))
	switch status := statusOf(t, i); {
	case status >= 400:
		return isAnswer(t, i, status) || i == 0 && isThrown(t.text[:t.span.Start])
	case status >= 100:
		return false
	case isFaultName(t.key(i)):
		return words
	}
	return words && saysFailure(t, i)
}

// isAnswer says whether an object with an error status is the answer of an API.
// What is called "status" is one beside words or what describes a request; a
// "code" may be any number.
func isAnswer(t *tree, i int32, status int) bool {
	for c := range t.children(i) {
		if t.nodes[c].kind == scalarNode && reasonStatus(strings.TrimLeft(t.str(c), digitsAndMarks)) == status {
			return true
		}
	}
	if t.isAlone(i) && (t.nodes[i].parent < 0 || t.named(i, "res")) {
		return strings.IndexByte(t.text[t.span.Start:t.span.End], '=') < 0 // which a setting has: { response_code = 403 }
	}
	if isFaultName(t.key(i)) || t.named(i, "meta") {
		return true
	}
	if t.get(i, statusNames...) != "" {
		return t.get(i, messageNames...) != "" || codeLike(t.get(i, codeNames[:5]...)) || t.child(i, answerNames...) >= 0
	}
	return t.get(i, "message", "error", "errormessage", "error_description", "msg", "detail", "errors") != ""
}

// isAlone says whether one child of object i has a value at most.
func (t *tree) isAlone(i int32) bool {
	values := 0
	for c := range t.children(i) {
		if t.nodes[c].kind != scalarNode || t.str(c) != "" {
			values++
		}
	}
	return values <= 1
}

// digitsAndMarks may stand before a phrase or code: "403 Forbidden", "404.NotFound".
const digitsAndMarks = "0123456789 .:_-"

// isFaultName says whether errors stand under a name.
func isFaultName(name string) bool {
	for _, n := range [...]string{"err", "fault", "exception", "problem", "failure", "failures", "ErrorResponse"} {
		if sameName(name, n) {
			return true
		}
	}
	return hasEnd("_"+name, "error") || hasEnd("_"+name, "errors")
}

// saysFailure says whether an object has words and says that it is an error.
func saysFailure(t *tree, i int32) bool {
	if t.get(i, "__type") != "" || t.get(i, "error") != "" && t.get(i, "message", "path", "timestamp", "detail") != "" {
		return true
	}
	switch strings.ToLower(t.get(i, "status", "result")) {
	case "error", "fail", "failed", "failure":
		return true
	}
	for _, name := range [...]string{"success", "ok"} {
		if t.is(t.child(i, name), "false", "False") {
			return true
		}
	}
	return false
}

// saysSuccess says whether an object says that all is well.
func saysSuccess(t *tree, i int32) bool {
	if status := statusOf(t, i); status >= 100 && status < 400 || t.is(t.child(i, "error"), "false", "False") || t.is(t.child(i, "success", "ok"), "true", "True") {
		return true
	}
	switch strings.ToLower(t.get(i, "status", "result")) {
	case "ok", "success", "succeeded", "passed", "pass", "done", "completed", "resolved":
		return true
	}
	return false
}

// maybePlain recognises a small object that is an error if its words or its code
// are: {"message": "Too many requests"}, {"code": "ACCESS_DENIED"}.
func maybePlain(t *tree, i int32) bool {
	const most = 10
	n := 0
	for range t.children(i) {
		n++
	}
	if n == 0 || n > most || saysSuccess(t, i) {
		return false
	}
	for _, name := range [...]string{"errorcode", "code", "reason", "id", "errorcodes"} {
		if codeShaped(t.get(i, name)) || isLoud(t.get(i, name)) {
			return true
		}
	}
	if isExceptionName(t.get(i, "name")) {
		return true
	}
	return t.get(i, "message", "error", "detail", "msg", "errorMessage", "error_description", "err", "errors", "textpayload", "log") != ""
}

// isLoud says whether s is written as codes are: in capitals, with "_" or "-"
// between words.
func isLoud(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isUpper(s[i]) && s[i] != '_' && s[i] != '-' {
			return false
		}
	}
	return len(s) > 3
}

func readPlain(t *tree, i int32) []fault {
	f := fault{node: i, status: statusOf(t, i), message: t.get(i, messageNames...), codes: plainCodes(t, i)}
	for _, name := range ownNames {
		f.addOwn(t.get(i, name))
	}
	if f.status < 400 {
		f.status = statusInWords(f.message)
	}
	if ext := t.child(i, "extensions"); ext >= 0 { // GraphQL
		f.addCode(t.get(ext, "code"))
		f.addOwn(t.get(ext, "code"))
		if f.status == 0 {
			f.status = max(0, statusOf(t, ext))
		}
	}
	return []fault{f}
}

func readUnsure(t *tree, i int32) []fault {
	faults := readPlain(t, i)
	for k := range faults {
		faults[k].unsure = faults[k].status < 400
	}
	return faults
}

// plainCodes lists what may be the code of object i.
func plainCodes(t *tree, i int32) []string {
	f := fault{}
	for _, name := range codeNames {
		f.addCode(t.get(i, name))
	}
	for _, name := range phraseNames {
		if s := t.get(i, name); isLoud(s) || reasonStatus(s) != 0 || isExceptionName(s) {
			f.addCode(s)
		}
	}
	for c := range t.children(i) {
		if name := t.key(c); t.nodes[c].kind != objectNode && (hasEnd(name, "code") || hasEnd(name, "codes") || hasEnd(name, "error")) {
			f.addCode(t.str(c))
		}
	}
	if own := t.get(i, "errorcode", "code"); len(f.codes) == 0 && isOwnNumber(own) {
		f.codes = append(f.codes, own)
	}
	return f.codes
}

// isOwnNumber says whether a code is a number that only its API knows: an HTTP
// status has three digits, and gRPC's have less.
func isOwnNumber(s string) bool {
	const shortest, longest = 4, 10
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return len(s) >= shortest && len(s) <= longest
}

// hasEnd says whether a name ends with a word, in any case.
func hasEnd(name, word string) bool {
	return len(name) > len(word) && strings.EqualFold(name[len(name)-len(word):], word)
}

// addCode adds a code, if it looks like one, and the shorter forms that it
// contains: "policies.ratelimit.QuotaViolation", "com.amazon#ThrottlingException",
// "soap:Client", "https://x.test/problems/rate-limited".
func (f *fault) addCode(code string) {
	if !codeLike(code) || isEmptyCode(code) {
		return
	}
	if slices.Contains(f.codes, code) {
		return
	}
	f.codes = append(f.codes, code)
	short, cut := code, ""
	if strings.HasSuffix(code, cutMark) {
		short, cut = strings.TrimSuffix(code, cutMark), cutMark
	}
	if i := strings.LastIndexAny(short, ".#/:"); i >= 0 {
		short = short[i+1:]
	}
	short = strings.TrimLeft(short, digitsAndMarks)
	for _, end := range [...]string{"Exception", "Error", "Fault"} {
		short = strings.TrimSuffix(short, end)
	}
	if short+cut != code && codeLike(short) {
		f.codes = append(f.codes, short+cut)
	}
}

// isEmptyCode says whether a code only says that there was an error: what client
// libraries give to every 4xx and 5xx.
func isEmptyCode(code string) bool {
	for _, start := range [...]string{"ERR_BAD_", "ERR_NON_2XX", "UND_ERR_"} {
		if strings.HasPrefix(code, start) {
			return true
		}
	}
	switch code {
	case "AxiosError", "HTTPError", "HttpError", "HttpErrorResponse", "RequestError",
		"StatusCodeError", "ApiException", "about:blank", "invalid_request_error", "api_error", "OperationOutcome":
		return true
	}
	return false
}

// codeLike says whether s can be a code: a few words at most, and not a number,
// which is a status or some system's own.
func codeLike(s string) bool {
	if len(s) < 3 || len(s) > 80 || strings.Count(s, " ") > 4 || strings.ContainsAny(s, "\n{}<>\"") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if isLetter(s[i]) {
			return true
		}
	}
	return false
}

// statusOf is the HTTP status that object i gives, or 0.
func statusOf(t *tree, i int32) int {
	status := 0
	t.find(i, func(c int32, name int) bool {
		s := t.str(c)
		n := httpStatus(s)
		if n == 0 && name > 0 && name < len(statusNames) { // "status" may be that of an account
			n = reasonStatus(s)
		}
		if n != 0 {
			status = n
		}
		return n != 0
	}, allStatusNames)
	return status
}

// httpStatus reads "403", "403 Forbidden", "HTTP 403" or "Status(403)"; 0 if s is
// none.
func httpStatus(s string) int {
	s = strings.TrimSpace(s)
	for _, label := range [...]string{"HTTP", "Status("} {
		if len(s) > len(label) && strings.EqualFold(s[:len(label)], label) {
			s = strings.TrimLeft(s[len(label):], " _-:")
		}
	}
	digits := 0
	for digits < len(s) && isDigit(s[digits]) {
		digits++
	}
	if digits != 3 || digits < len(s) && s[digits] != ' ' && s[digits] != ')' && s[digits] != '.' && s[digits] != ',' && s[digits] != ':' && s[digits] != '_' {
		return 0
	}
	n, _ := strconv.Atoi(s[:3])
	if n < 100 || n > 599 {
		return 0
	}
	return n
}
