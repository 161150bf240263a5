package detect

import (
	"strings"

	"apierrorbot/internal/kb"
)

// CodeShaped says whether a word is written as only names in programs are: with
// an underscore or a capital inside.
func CodeShaped(s string) bool { return codeShaped(s) }

// LongestName finds the longest code or alias in a text, as it stands there; ""
// if there is none, or if a longer reason phrase stands there that is none ("Method
// Not Allowed" is not "not allowed").
func LongestName(base *kb.Base, text string) string {
	list := tokenize(text, nil)
	longest, reason := "", ""
	for i := range list {
		for n := 6; n >= 1; n-- {
			if i+n > len(list) || i > 200 {
				continue
			}
			s := text[list[i].span.Start:list[i+n-1].span.End]
			if n == 1 {
				s = s[strings.LastIndexByte(s, '.')+1:] // of the class of an exception
			}
			if len(s) <= max(len(longest), len(reason)) {
				break
			}
			if base.Known(s) {
				longest, reason = s, ""
				break
			}
			if reasonStatus(s) != 0 {
				longest, reason = "", s
				break
			}
		}
	}
	return longest
}

// Question takes a question in words apart: the HTTP status it names (100 to
// 599, or 0), and the rest.
func Question(text string) (status int, words string) {
	list := tokenize(text, nil)
	var rest []string
	number := func(i int) bool {
		return i >= 0 && i < len(list) && isDigit(text[list[i].span.Start])
	}
	for i, t := range list {
		w := text[t.span.Start:t.span.End]
		n := max(httpStatus(w), t.status)
		if number(i-1) || number(i+1) { // a part of a longer number
			n = 0
		}
		switch {
		case t.where&inLink != 0 || t.span.Start > 0 && text[t.span.Start-1] == '@':
		case n != 0 && status == 0:
			status = n
		default:
			rest = append(rest, w)
		}
		if len(rest) == 40 {
			break
		}
	}
	return status, strings.Join(rest, " ")
}
