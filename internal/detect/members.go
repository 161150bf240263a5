package detect

import (
	"slices"
	"strconv"
	"strings"
)

// This file knows under which names bodies keep things, and reads the status of an
// object.

// Names under which bodies keep things, most telling first. Case, "_" and "-"
// do not count.
var (
	statusNames = []string{
		"status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "responsecode", "responsestatus", "httpresponsecode",
		"downstreamstatus", "originstatus", "upstreamstatus", "backendstatus", "targetstatus", // proxies' logs
	}
	numberNames    = []string{"errorcode", "code", "kind", "faultcode", "returncode", "errcode"} // also hold other numbers
	allStatusNames = slices.Concat(statusNames, numberNames)

	sureCodeNames = []string{"errorcode", "code", "__type", "error", "faultcode"}
	codeNames     = slices.Concat(sureCodeNames, []string{"type", "reason", "status", "httpstatus", "statuscode"})
	phraseNames   = []string{"title", "statustext", "statusmessage", "reasonphrase", "name", "id"} // also hold other things

	messageNames = []string{
		"errordescription", "message", "errormessage", "errorsummary", "detail", "details", "msg", "faultstring",
		"responsemessage", "statusmessage", "errormsg", "errmsg", "developermessage", "usermessage", "moreinformation", "httpmessage",
		"description", "title", "error", "reason", "statustext", "reasonphrase", "returnmessage", "faultmessage",
		"textpayload", "log", "err", "exception", "stack", "errors", "@m", "@mt",
	}

	// answerNames are those that an answer has beside its status, or that describe its request.
	answerNames = []string{
		"path", "uri", "url", "method", "requesturl", "requesturi", "requestmethod", "requestpath", "httpmethod", "headers",
		"timestamp", "time", "traceid", "requestid", "correlationid",
		"errors", "ok", "data",
	}
)

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
	if strings.HasPrefix(s[digits:], " | ") { // one of a type's values
		return 0
	}
	if digits != 3 || digits < len(s) && strings.IndexByte(" ).,:_", s[digits]) < 0 {
		return 0
	}
	n, _ := strconv.Atoi(s[:3])
	if n < 100 || n > 599 {
		return 0
	}
	return n
}
