package detect

import "strings"

// This file says where in a text an object may begin. Each looks at a few bytes only: most
// brackets in what people write begin none.

// objectAt says whether an object begins at text[i], a "{".
func objectAt(text string, i int) bool {
	s := scanner{text: text, at: i + 1}
	if s.at < len(text) && text[s.at] == '\n' {
		s.prefix = prefixOf(text, i)
	}
	s.blanks()
	if s.at == len(text) {
		return false
	}
	if _, _, ok := s.quote(); ok || text[s.at] == '[' && bracketNameAt(text, s.at) {
		return true
	}
	_, ok := s.bareName()
	return ok
}

// mapAt says whether an object begins at text[i], a "[": Go's map[code:403],
// Java's Problem[status=403], or PHP's ['code' => 403].
func mapAt(text string, i int) bool {
	s := scanner{text: text, at: i + 1}
	if strings.HasSuffix(text[:i], "map") {
		_, ok := s.bareName()
		return ok
	}
	if recordAt(text, i) {
		return true
	}
	s.blanks()
	quote, escape, ok := s.quote()
	if !ok {
		return false
	}
	s.at += nameLength(text[s.at:])
	if !strings.HasPrefix(text[s.at:], closer(quote, escape)) {
		return false
	}
	s.at += len(closer(quote, escape))
	s.blanks()
	return strings.HasPrefix(text[s.at:], "=>")
}

// listAt says whether an object begins at text[i], a "(": a record, or what PHP
// prints as "Array" or "stdClass Object".
func listAt(text string, i int) bool {
	if recordAt(text, i) {
		return true
	}
	const longest = 200 // of blanks
	before := strings.TrimRight(text[max(0, i-longest):i], " \t\n>|")
	if !strings.HasSuffix(before, "Array") && !strings.HasSuffix(before, " Object") {
		return false
	}
	s := scanner{text: text, at: i + 1}
	s.blanks()
	return s.at < len(text) && (text[s.at] == '[' || text[s.at] == ')')
}

// recordAt says whether a record begins at text[i], a bracket: the name of a class
// that begins its line or stands behind a mark, and in the brackets a name with a
// "=", as Java, Kotlin and Python print them. In source code a word stands before
// it, such as "throw" or "new".
func recordAt(text string, i int) bool {
	const longest = 60
	start := i
	for start > 0 && i-start < longest && isNameByte(text[start-1]) {
		start--
	}
	if start == i || !isUpper(text[start+strings.LastIndexByte(text[start:i], '.')+1]) {
		return false
	}
	before := strings.TrimRight(text[max(0, start-longest):start], " ")
	if before != "" && before[len(before)-1] < 0x80 && strings.IndexByte("\n:>[(-,`|*", before[len(before)-1]) < 0 {
		return false
	}
	s := scanner{text: text, at: i + 1}
	_, ok := s.bareName()
	return ok && text[s.at-1] == '='
}

// memberAt says whether a name in quotes with a ":" behind it begins at
// text[i]: the middle of an object that somebody copied without its beginning.
func memberAt(text string, i int) bool {
	s := scanner{text: text, at: i}
	quote, escape, ok := s.quote()
	if !ok {
		return false
	}
	start := s.at
	s.at += nameLength(text[s.at:])
	if s.at == start || !strings.HasPrefix(text[s.at:], closer(quote, escape)) {
		return false
	}
	s.at += len(closer(quote, escape))
	return s.separator()
}
