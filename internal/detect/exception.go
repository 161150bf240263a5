package detect

import "strings"

// This file knows the classes of exceptions: those that carry an API's answer, and
// those of programs, files and databases, which do not.

// bugs are the exceptions of programs themselves, of files and of databases.
var bugs = map[string]bool{
	// JavaScript
	"TypeError": true, "ReferenceError": true, "SyntaxError": true, "RangeError": true, "NotFoundError": true,
	// Python
	"KeyError": true, "ValueError": true, "IndexError": true, "AttributeError": true, "AssertionError": true,
	"PermissionError": true, "FileNotFoundError": true,
	// Java
	"NullPointerException": true, "IndexOutOfBoundsException": true, "NumberFormatException": true,
	"IllegalArgumentException": true, "AccessControlException": true, "DuplicateKeyException": true,
}

// databaseParts stand in the names of what databases and queues throw.
var databaseParts = [...]string{"Sql", "SQL", "Mongo", "Database", "Constraint", "Integrity", "Redis", "Kafka", "ActiveRecord"}

// isExceptionName says whether a word is the class of an exception that carries an
// answer: "AxiosError", Ruby's "HTTPForbidden".
func isExceptionName(w string) bool {
	const shortest = 8
	if len(w) < shortest || bugs[w] {
		return false
	}
	for _, part := range databaseParts {
		if strings.Contains(w, part) {
			return false
		}
	}
	last := w[strings.LastIndexAny(w, ".:")+1:]
	if qualified := strings.Contains(w, ".exceptions.") || strings.Contains(w, "::"); qualified && last != "" && isUpper(last[0]) {
		return true // "RestClient::Forbidden"
	}
	ofRuby := strings.HasPrefix(w, "HTTP") && isUpper(w[4]) && isLower(w[5])
	return ofRuby || isThrown(w) && strings.IndexByte(w, '_') < 0 && !isKindOfThrown(w)
}

// isKindOfThrown says whether a word only says what is thrown, and not which.
func isKindOfThrown(w string) bool {
	return w == "Exception" || w == "Response" || strings.HasSuffix(w, ".Error") || strings.HasSuffix(w, ".Exception")
}

// thrownAbove is what an exception says whose stack stands right before an object, at the
// end of s: "Forbidden" of "Error: Forbidden" and some lines that begin with "at". "" if
// there is none.
func thrownAbove(s string) string {
	const longest, longestLine = 4096, 300
	s = strings.TrimRight(s[max(0, len(s)-longest):], " \n{(")
	stack := false
	for s != "" {
		near := s[max(0, len(s)-longestLine):]
		line := strings.TrimLeft(near[strings.LastIndexByte(near, '\n')+1:], " \t`{>")
		if !strings.HasPrefix(line, "at ") {
			if !stack {
				return ""
			}
			class, says, found := strings.Cut(line, ": ")
			if !found || !strings.HasSuffix(class, "Error") && !strings.HasSuffix(class, "Exception") {
				return ""
			}
			return says
		}
		stack = true
		s = s[:max(0, strings.LastIndexByte(s, '\n'))]
	}
	return ""
}

// isThrown says whether s ends with the class of an exception or a response, which
// is printed before what it holds: "AxiosError: ", "reqwest::Error ", "Response ";
// or with the stack, behind which Node prints the rest of an exception.
func isThrown(s string) bool {
	s = strings.TrimRight(s, " :({\n")
	line := s[strings.LastIndexByte(s, '\n')+1:]
	return strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Exception") || strings.HasSuffix(s, "Response") ||
		strings.HasPrefix(strings.TrimLeft(line, " \t"), "at ")
}
