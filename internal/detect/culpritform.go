package detect

import (
	"strings"

	"apierrorbot/internal/guard"
)

// This file knows the names of headers, parameters and fields by their form. A name is
// shown to people, so that whatever could be a value or a secret must not pass.

// isName says whether s can be the name of a field, parameter or header, or a
// path to one: Patient.identifier[0].value, /data/attributes/to, $.nhsNumber,
// X-Request-ID. What looks like a value, a secret or a number is none.
func isName(s string) bool {
	const digits, turns = 4, 2
	if len(s) < 2 || len(s) > MaxName || strings.Contains(s, "//") {
		return false
	}
	if !isLetter(s[0]) && strings.IndexByte("_$#/", s[0]) < 0 {
		return false
	}
	letters, numerals, mixed := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isLetter(c):
			letters++
			if i > 0 && isDigit(s[i-1]) {
				mixed++ // sha256hash has one such turn, random text many
			}
		case isDigit(c):
			numerals++
		case strings.IndexByte("_.:/$#[]-", c) < 0:
			return false
		}
	}
	return letters >= 2 && numerals <= digits && mixed < turns && !canBeSecret(s)
}

// canBeSecret says whether a name may be a secret: package guard knows it as one, or
// would behind words that announce one, where whatever looks random is secret.
func canBeSecret(s string) bool {
	return !isSafe(s) || !guard.Safe("the token is "+s) || holdsSecret(s)
}

// holdsSecret says whether a part of a path announces a secret, so that the part
// behind it may be one: password.hunter2.
func holdsSecret(path string) bool {
	const secret = "Xk3vQ9sLqPz8TrWm41" // any that package guard knows behind such a name, and not alone
	parts := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("./:#[]", r) })
	for i := 0; i+1 < len(parts); i++ {
		if !guard.Safe(parts[i] + `: "` + secret + `"`) {
			return true
		}
	}
	return false
}

// isHeaderName says whether a name is written as headers are.
func isHeaderName(s string) bool {
	if !isUpper(s[0]) && strings.IndexByte(s, '-') < 0 {
		return false
	}
	switch strings.ToLower(s) {
	case "authorization", "accept", "content-type", "if-match", "if-none-match", "host", "origin", "prefer":
		return true
	}
	if len(s) > 2 && lower(s[0]) == 'x' && s[1] == '-' {
		return true
	}
	for i := range len(s) {
		if (i == 0 || s[i-1] == '-') && !isUpper(s[i]) {
			return false
		}
	}
	return strings.IndexByte(s, '-') > 0
}

// isShaped says whether a word outside quotes is clearly a name and no word of a
// language: X-Request-ID, nhsNumber, client_id, Patient.identifier.
func isShaped(s string) bool {
	if s == "" || !isLetter(s[0]) {
		return false
	}
	if isHeaderName(s) {
		return true
	}
	for i := 1; i+1 < len(s); i++ {
		switch {
		case s[i] == '_' || s[i] == '.' || s[i] == '[':
			return true
		case isLower(s[i]) && isUpper(s[i+1]):
			return true
		}
	}
	return false
}

// isTelling says whether a word must be a name, whatever stands around it. Words
// and surnames need more: smith, John.Smith, Smith-Jones, McDonald.
func isTelling(s string) bool {
	for _, start := range [...]string{"Mac", "Mc"} {
		s = strings.TrimPrefix(s, start)
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '-' })
	telling := strings.ContainsAny(s, "_/[$#") || len(parts) > 2
	for i, part := range parts {
		camel := strings.IndexFunc(part[1:], func(r rune) bool { return 'A' <= r && r <= 'Z' }) >= 0
		path := i == 1 && s[len(parts[0])] == '.' && isUpper(s[0]) && isLower(part[0]) // Patient.identifier
		telling = telling || camel || path
	}
	switch lower := strings.ToLower(s); lower {
	case "authorization", "accept", "content-type", "if-match", "if-none-match":
		return true
	default:
		return telling || strings.HasPrefix(lower, "x-")
	}
}
