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
var databaseParts = [...]string{"Sql", "SQL", "Mongo", "Database", "Constraint", "Integrity", "Redis", "Kafka"}

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
	if strings.Contains(w, ".exceptions.") && last != "" && isUpper(last[0]) {
		return true
	}
	ofRuby := strings.HasPrefix(w, "HTTP") && isUpper(w[4]) && isLower(w[5])
	return ofRuby || codeShaped(w) && isThrown(w)
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
