package detect

import "strings"

// This file passes over what stands between the parts of an object: white space, commas,
// comments, and what quotations, logs and editors put before every line.

// skip passes over everything between names and values that says nothing.
func (s *scanner) skip() {
	for s.at < len(s.text) {
		s.blanks()
		rest := s.text[s.at:]
		switch {
		case rest == "":
		case rest[0] == ',' || rest[0] == ';':
			s.at++
		case strings.HasPrefix(rest, "..."):
			s.at += 3
		case strings.HasPrefix(rest, "//"), rest[0] == '#':
			s.at += lineLength(rest)
		case strings.HasPrefix(rest, "/*"):
			s.at += len(rest) - len(afterComment(rest))
		default:
			return
		}
	}
}

func afterComment(s string) string {
	_, rest, _ := strings.Cut(s[2:], "*/")
	return rest
}

// blanks passes over white space, also escaped, backticks, and what stands before
// every line.
func (s *scanner) blanks() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '\n':
			s.at++
			s.linePrefix()
		case ' ', '\t', '`':
			s.at++
		case '\\':
			n := escapedBlank(s.text[s.at:])
			if n == 0 {
				return
			}
			s.at += n
		case '<':
			if !strings.HasPrefix(s.text[s.at:], lineEnd) {
				return
			}
			s.at += len(lineEnd)
		default:
			return
		}
	}
}

// escapedBlank is the length of a blank that s begins with as strings have it: \n, \r
// or \t, with more backslashes in strings of strings.
func escapedBlank(s string) int {
	const deepest = 7
	i := 0
	for i < len(s) && i < deepest && s[i] == '\\' {
		i++
	}
	if i == len(s) || s[i] != 'n' && s[i] != 'r' && s[i] != 't' {
		return 0
	}
	return i + 1
}

// lineEnd is what Spring writes for a line's end in an exception's message.
const lineEnd = "<EOL>"

// linePrefix passes over what a quotation or a log puts before every line.
func (s *scanner) linePrefix() {
	s.at += repeated(s.prefix, s.text[s.at:])
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case '>', '|', ' ', '\t':
			s.at++
		default:
			s.at += logPrefix(s.text[s.at:])
			return
		}
	}
}

// prefixOf is what stands before text[i] on its line.
func prefixOf(text string, i int) string {
	const longest = 120
	start := max(0, i-longest)
	return text[start+strings.LastIndexByte(text[start:i], '\n')+1 : i]
}

// repeated is the length of what a line repeats of the prefix that the tree's
// first line has: a log's time and name, a file's name, the mark of a comment, a
// line's number. Numbers differ, and so does the width of blanks.
func repeated(prefix, line string) int {
	i := 0
	for j := 0; j < len(prefix); {
		if !isSpace(prefix[j]) && !isDigit(prefix[j]) {
			if i == len(line) || line[i] != prefix[j] {
				return 0
			}
			i, j = i+1, j+1
			continue
		}
		number, start := false, i
		for ; j < len(prefix) && (isSpace(prefix[j]) || isDigit(prefix[j])); j++ {
			number = number || isDigit(prefix[j])
		}
		for i < len(line) && (line[i] == ' ' || line[i] == '\t' || number && isDigit(line[i])) {
			i++
		}
		if number && i == start {
			return 0
		}
	}
	return i
}

// logPrefix is the length of a log's prefix at the start of a line, such as
// "2025-03-04T10:11:12Z app[web.1]: " or "app_1  | ". Only what comes before a
// quote or bracket can be one, and only if it holds a time or ends in "|".
func logPrefix(line string) int {
	const longest = 80
	digits, colons := 0, 0
	for i := 0; i < len(line) && i < longest; i++ {
		switch c := line[i]; {
		case c == '|':
			return i + 1
		case c == '\n' || c == '\'' || c == ',' || c == '=' || c == '\\':
			return 0
		case c == '"' || c == '{' || c == '}' || c == ']' && i+1 < len(line) && line[i+1] != ' ' && line[i+1] != ':':
			if digits >= 6 && colons >= 2 {
				return i
			}
			return 0
		case isDigit(c):
			digits++
		case c == ':':
			colons++
		}
	}
	return 0
}
