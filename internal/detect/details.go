package detect

import (
	"slices"
	"strings"

	"apierrorbot/internal/guard"
)

// This file, and those that find them (pairs.go, wait.go, expiry.go, and culprit.go with
// culpritform.go and culpritwords.go), take details out of a message: the few values in a
// paste that help with its error. They are looked for only once it is known what the error
// is, so chat pays nothing for them.
//
// A detail is shown to people and stored. So what leaves here is a number, or a
// name or id that passes a strict form and package guard; never a value that was
// sent, and never a token.

// DetailKind says what a detail is.
type DetailKind string

const (
	DetailHeader    DetailKind = "header"    // Value: the name of a request header that the error is about
	DetailParameter DetailKind = "parameter" // Value: the name of a parameter
	DetailField     DetailKind = "field"     // Value: the name of a field or element, or a path to it
	DetailWait      DetailKind = "wait"      // Value: seconds to wait before the next request
	DetailUntil     DetailKind = "until"     // Value: the Unix time to wait for
	DetailExpiry    DetailKind = "expiry"    // Value: the Unix time at which the pasted token expires
	DetailID        DetailKind = "id"        // Value: a request or correlation id; Name: what it goes by
)

// Detail is one value that a paste holds about its error.
type Detail struct {
	Kind  DetailKind
	Name  string // for DetailID, one of a fixed list such as "X-Request-ID"; else empty
	Value string // letters, digits and _ . : / $ # [ ] - only
}

// MaxDetailValue is the length of the longest Value, in bytes: that of a
// traceparent.
const MaxDetailValue = 55

// add adds a detail unless its value is there, and reports whether there is room
// for more.
func add(list []Detail, d Detail, most int) ([]Detail, bool) {
	same := func(o Detail) bool { return strings.EqualFold(o.Value, d.Value) }
	if !slices.ContainsFunc(list, same) {
		list = append(list, d)
	}
	return list, len(list) < most
}

// isSafe says whether a value with a strict form may be shown and stored.
func isSafe(value string) bool {
	return len(value) <= MaxDetailValue && guard.Safe(value) && !hidesNumber(value)
}

// hidesNumber says whether ten digits in a row could be an NHS number, whatever
// stands around and between them: package guard reads texts, in which digits
// inside a longer word are none, but people also make ids of patients' numbers.
func hidesNumber(value string) bool {
	const size = 10
	var room [MaxDetailValue]byte
	digits := room[:0]
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case isDigit(c):
			digits = append(digits, c)
			if n := len(digits); n >= size && !guard.Safe(string(digits[n-size:])) {
				return true
			}
		case isLetter(c):
			digits = digits[:0]
		}
	}
	return false
}
