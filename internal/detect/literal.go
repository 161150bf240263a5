package detect

import "strings"

// This file tells the bodies that somebody received from those that source code holds as
// literals.

// isSource says whether a tree is a literal in source code: an argument of a
// call, a value that is assigned or returned. What programs print begins a line,
// or stands behind words, a ":" or the name of a class.
func isSource(text string, t *tree) bool {
	const reach = 200
	start := max(0, t.span.Start-reach)
	start += strings.LastIndexByte(text[start:t.span.Start], '\n') + 1
	line := text[start:t.span.Start]
	before := strings.ToLower(strings.Trim(line, " \t`\"'"))
	switch {
	case before == "", before == "=>", strings.HasSuffix(before, "! =>"): // Ruby's console and Ansible print so
		return false
	case leadsToLiteral(before), isTyped(line), isPatched(before, text[t.span.End:]):
		return true
	}
	return inCall(line) || !strings.HasSuffix(before, "(") && isSourceLine(line)
}

// leadsToLiteral says whether what stands before a tree on its line, in small letters,
// returns or assigns it, as source code does: "return {", "return 403, {", "() => ({".
func leadsToLiteral(before string) bool {
	for _, end := range [...]string{"return", "=>", "=> (", ":="} {
		if strings.HasSuffix(before, end) {
			return true
		}
	}
	return strings.HasSuffix(before, ",") && strings.HasPrefix(strings.TrimLeft(before, "+-> \t"), "return ")
}

// isPatched says whether a "+" or "-" at the line's start, before a tree, is that of a
// patch; "-" begins the items of lists as well.
func isPatched(before, behind string) bool {
	return before == "+" || before == "-" && strings.HasPrefix(behind[lineLength(behind):], "\n+")
}

// isTyped says whether s ends with a name that only source code and settings write
// right before a bracket: a type of Go's (map[string]any, []Problem), or a metric's
// (http_requests_total).
func isTyped(s string) bool {
	word := s[strings.LastIndexAny(s, " \t(`\"")+1:]
	if word == "" || !isLetter(word[len(word)-1]) {
		return false
	}
	bracket := strings.IndexByte(word, ']')
	return bracket > 0 && isLetter(word[bracket+1]) || isLower(word[0]) && strings.IndexByte(word, '_') > 0
}

// inCall says whether s ends within the brackets of a call: `add("x", json=`.
func inCall(s string) bool {
	open := 0
	for i := len(s) - 1; i > 0; i-- {
		switch s[i] {
		case ')':
			open--
		case '(':
			open++
		}
		if open > 0 {
			if (s[i-1] == '=' || isLetter(s[i-1])) && isCall(s[:i+1]) {
				return true
			}
			open = 0
		}
	}
	return false
}

// isCall says whether s, which ends in "(", calls a function, as opposed to
// naming the class of what is printed: ".json(" does, "AxiosError(" does not.
func isCall(s string) bool {
	s = strings.TrimRight(strings.TrimSuffix(s, "("), " ")
	i := len(s)
	for i > 0 && (isLetter(s[i-1]) || isDigit(s[i-1]) || s[i-1] == '_') {
		i--
	}
	name := s[i:]
	if name == "" {
		return i > 0 && s[i-1] == '='
	}
	before := strings.TrimRight(s[:i], " ")
	for _, word := range [...]string{"@", "new", "throw", "raise", "return"} {
		if strings.HasSuffix(before, word) {
			return true
		}
	}
	return isLower(name[0]) || strings.HasSuffix(before, ".") && !isThrown(name)
}
