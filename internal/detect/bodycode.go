package detect

import (
	"slices"
	"strconv"
	"strings"
)

// This file takes the codes of errors out of bodies. It tells the code that an API made up
// for its error from everything else that stands in the place of one: words that only say
// that there was an error, the status once more, FHIR's types, the addresses of documents.

// ownNames are the members that APIs made for codes. Others that end in "code" hold
// those of countries and organisations too.
var ownNames = []string{"errorcode", "code", "errcode", "returncode", "reasoncode", "messagecode", "error", "reason", "status"}

// addOwn notes a code of the error's own, if it can be one.
func (f *fault) addOwn(code string) {
	if ownForm(code) && !isIssueType(code) && !isEmptyCode(code) && !slices.Contains(f.own, code) {
		f.own = append(f.own, code)
	}
}

// ownForm says whether s is written as codes are and as words are not: 3 to 64
// letters, digits, "_", "." and "-", with a digit, a mark between its parts, or
// capitals alone.
func ownForm(s string) bool {
	const shortest, longest = 3, 64
	if len(s) < shortest || len(s) > longest || !isLetter(s[0]) || strings.HasSuffix(s, cutMark) {
		return false
	}
	telling := isLoud(s)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case isLetter(c):
		case isDigit(c):
			telling = true
		case c == '_' || c == '.' || c == '-':
			telling = telling || i+1 < len(s)
		default:
			return false
		}
	}
	return telling
}

// besides drops the codes that say no more than the status does: ERR_404 under
// 404, REQUEST_FAILED.
func besides(status int, codes []string) []string {
	return slices.DeleteFunc(codes, func(code string) bool {
		parts := strings.FieldsFunc(strings.ToLower(code), func(r rune) bool { return r == '_' || r == '.' || r == '-' })
		return !slices.ContainsFunc(parts, func(part string) bool {
			word := strings.TrimRight(part, "0123456789")
			return !isGeneric(word) || !repeats(status, part[len(word):])
		})
	})
}

// repeats says whether the digits in a code are only the status once more, whatever it is
// where it is not known (0).
func repeats(status int, digits string) bool {
	number, _ := strconv.Atoi(digits)
	return number == 0 || number == status || status == 0 && httpStatus(digits) != 0
}

// isGeneric knows the words, in small letters, that say only that something failed.
// "" is what stands before a bare number.
func isGeneric(word string) bool {
	switch word {
	case "", "e", "err", "error", "errors", "exception", "fail", "failed", "failure", "fault", "fatal", "problem",
		"rejected", "unsuccessful", "invalid", "bad", "unknown", "general", "generic", "other", "none", "null", "undefined",
		"http", "https", "status", "code", "api", "client", "server", "request", "response":
		return true
	}
	return false
}

// digitsAndMarks may stand before a phrase or code: "403 Forbidden", "404.NotFound".
const digitsAndMarks = "0123456789 .:_-"

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
	f.addShort(short + cut) // an article may know the class by its whole name
	for _, end := range [...]string{"Exception", "Error", "Fault"} {
		short = strings.TrimSuffix(short, end)
	}
	f.addShort(short + cut)
}

// addShort adds a shorter form of the code that was added last, if it can be one.
func (f *fault) addShort(code string) {
	if codeLike(code) && !slices.Contains(f.codes, code) {
		f.codes = append(f.codes, code)
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
