package detect

import (
	"slices"
	"strconv"
	"strings"
)

// This file tells the code that an API made up for its error from everything else
// that stands in the place of one: words that only say that there was an error, the
// status once more, FHIR's types, the addresses of documents.

// ownNames are the members that APIs made for codes. Others that end in "code" hold
// those of countries and organisations too.
var ownNames = []string{"errorcode", "code", "errcode", "returncode", "reasoncode", "messagecode", "error", "reason"}

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
		for _, part := range parts {
			word := strings.TrimRight(part, "0123456789")
			number, _ := strconv.Atoi(part[len(word):])
			if number != 0 && number != status && (status != 0 || httpStatus(part[len(word):]) == 0) || !isGeneric(word) {
				return false
			}
		}
		return true
	})
}

// isGeneric knows the words, in small letters, that say only that something failed.
// "" is what stands before a bare number.
func isGeneric(word string) bool {
	switch word {
	case "", "e", "err", "error", "errors", "exception", "fail", "failed", "failure", "fault", "fatal", "http", "https", "status", "code",
		"api", "client", "server", "request", "response", "invalid", "bad", "unknown", "general", "generic", "problem", "rejected", "unsuccessful", "other", "none", "null", "undefined":
		return true
	}
	return false
}
