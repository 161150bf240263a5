package detect

import "strings"

// This file knows the kinds of bytes that texts are made of. What matters in them is
// ASCII: other characters are parts of words.

func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isUpper(b byte) bool  { return b >= 'A' && b <= 'Z' }
func isLower(b byte) bool  { return b >= 'a' && b <= 'z' }
func isLetter(b byte) bool { return isUpper(b) || isLower(b) }
func isSpace(b byte) bool  { return b == ' ' || b == '\n' || b == '\t' }

func lower(b byte) byte {
	if isUpper(b) {
		return b + 'a' - 'A'
	}
	return b
}

func isNameByte(b byte) bool {
	return isLetter(b) || isDigit(b) || b == '_' || b == '-' || b == '$' || b == '.' || b == '@'
}

// nameLength is the length of the name that s begins with.
func nameLength(s string) int {
	const longest = 40
	i := 0
	for i < len(s) && i < longest && isNameByte(s[i]) {
		i++
	}
	return i
}

// lineLength is the length of the line that s begins with.
func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}
