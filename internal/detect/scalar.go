package detect

import "strings"

// This file reads the names and values of objects: in quotes of any kind, or without.

// quote passes over an opening quote and the backslashes before it.
func (s *scanner) quote() (quote byte, escape int, ok bool) {
	i := s.at
	for i < len(s.text) && s.text[i] == '\\' && i-s.at < 7 {
		i++
	}
	if i == len(s.text) || s.text[i] != '"' && s.text[i] != '\'' {
		return 0, 0, false
	}
	quote, escape, s.at = s.text[i], i-s.at, i+1
	if s.twice && strings.HasPrefix(s.text[s.at:], `"`) {
		s.at++
	}
	return quote, escape, true
}

func closer(quote byte, escape int) string {
	return `\\\\\\\\`[:escape] + string(quote)
}

// separator passes over what stands between a name and its value.
func (s *scanner) separator() bool {
	i := s.at
	for i < len(s.text) && isSpace(s.text[i]) {
		i++
	}
	rest := s.text[i:]
	switch {
	case strings.HasPrefix(rest, "=>"):
		s.at = i + 2
	case strings.HasPrefix(rest, "=="):
		return false
	case rest != "" && (rest[0] == ':' || rest[0] == '='):
		s.at = i + 1
	default:
		return false
	}
	return true
}

// name reads a name and the separator behind it.
func (s *scanner) name() (Span, bool) {
	s.stringPrefix()
	if s.text[s.at] == '[' {
		return s.bracketName()
	}
	if quote, escape, ok := s.quote(); ok {
		span := s.quoted(quote, escape)
		return span, span.End > span.Start && s.separator()
	}
	return s.bareName()
}

// bareName reads a name without quotes and the separator behind it. Ruby writes
// a ":" before it.
func (s *scanner) bareName() (Span, bool) {
	if s.at < len(s.text) && s.text[s.at] == ':' {
		s.at++
	}
	start := s.at
	for s.at < len(s.text) && isNameByte(s.text[s.at]) {
		s.at++
	}
	span := Span{start, s.at}
	if s.at < len(s.text) && s.text[s.at] == '"' && s.at > start { // its opening quote was cut off
		s.at++
	}
	return span, span.End > span.Start && s.separator()
}

// bracketName reads a name in brackets, as PHP prints it: [code] =>, ["code"]=>,
// [0] =>. What PHP adds about the member is passed over: ["code":protected]=>.
func (s *scanner) bracketName() (Span, bool) {
	s.at++
	_, escape, _ := s.quote()
	start := s.at
	s.at += nameLength(s.text[s.at:])
	span := Span{start, s.at}
	rest := s.text[s.at:]
	end := strings.IndexByte(rest[:min(len(rest), 40)], ']')
	if end < 0 {
		return span, false
	}
	s.at += end + 1
	span.End -= min(escape, span.End-span.Start)
	return span, span.End > span.Start && s.separator()
}

func bracketNameAt(text string, i int) bool {
	s := scanner{text: text, at: i}
	_, ok := s.bracketName()
	return ok && strings.HasSuffix(text[:s.at], "=>")
}

// value reads a string or a bare word. A word before a bracket is the class of
// what follows, and no value.
func (s *scanner) value(b *builder) {
	s.stringPrefix()
	s.class()
	if quote, escape, ok := s.quote(); ok {
		span := s.quoted(quote, escape)
		for s.continued(quote) {
			s.quote()
			span.End = s.quoted(quote, escape).End
		}
		end := span.End + escape
		closed := end < s.at && s.text[end] == quote
		b.add(node{kind: scalarNode, quoted: true, cut: !closed, escape: uint8(escape), value: span})
		return
	}
	start, parens := s.at, 0
	for s.at < len(s.text) && strings.IndexByte(",{}[]\n`\\", s.text[s.at]) < 0 && !s.fieldAt(b) {
		switch s.text[s.at] {
		case '(':
			if recordAt(s.text, s.at) {
				return
			}
			parens++
		case ')':
			parens--
		}
		if parens < 0 && b.closing(b.open[len(b.open)-1]) == ')' {
			break
		}
		s.at++
	}
	if s.at < len(s.text) && (s.text[s.at] == '{' || s.text[s.at] == '[') && s.at > start {
		return
	}
	if s.at == start { // one of the bytes above that skip and step leave alone
		s.at++
	}
	span := Span{start, start + bareLength(s.text[start:s.at])}
	if word := s.text[span.Start:span.End]; word == "Array" || strings.HasSuffix(word, " Object") {
		if s.blanks(); s.at < len(s.text) && s.text[s.at] == '(' {
			return
		}
	}
	b.add(node{kind: scalarNode, value: span})
}

// continued passes over the end of a line, if behind it the string goes on that ended
// here, as Python's pprint breaks long ones.
func (s *scanner) continued(quote byte) bool {
	if s.at >= len(s.text) || s.text[s.at] != '\n' {
		return false
	}
	here := s.at
	s.blanks()
	if s.at < len(s.text) && s.text[s.at] == quote && !memberAt(s.text, s.at) {
		return true
	}
	s.at = here
	return false
}

// class passes over the name of a type around a value: Rust's String("…") and
// Number(403), PHP's string(9) "…".
func (s *scanner) class() {
	rest := s.text[s.at:]
	n := nameLength(rest)
	if n == 0 || n == len(rest) || rest[n] != '(' {
		return
	}
	rest = rest[n+1:]
	n++
	digits := 0
	for digits < len(rest) && isDigit(rest[digits]) {
		digits++
	}
	switch {
	case rest == "":
	case digits > 0 && strings.HasPrefix(rest[digits:], `) "`):
		s.at += n + digits + len(") ")
	case digits > 0 && strings.HasPrefix(rest[digits:], ")"), rest[0] == '"', rest[0] == '\'':
		s.at += n
	}
}

// bareLength is the length of a bare word without the comment behind it.
func bareLength(s string) int {
	for _, comment := range [...]string{" //", " #", lineEnd} {
		if i := strings.Index(s, comment); i >= 0 {
			s = s[:i]
		}
	}
	return len(strings.TrimRight(s, " \t;"))
}

// stringPrefix passes over the letter that Python writes before some strings:
// b'…', u'…'.
func (s *scanner) stringPrefix() {
	if s.at+1 < len(s.text) && (s.text[s.at+1] == '\'' || s.text[s.at+1] == '"') {
		switch s.text[s.at] {
		case 'b', 'u', 'f', 'r':
			s.at++
		}
	}
}

// quoted reads the rest of a string, to its closing quote. A quote that is not
// followed by what follows strings belongs to the text: 'You don't have access'.
// A string that is never closed ends with its line.
//
// One level of escaping doubles every backslash and adds one to every quote. So
// a string that opens with 2^n-1 backslashes closes at a quote with as many, or
// with a multiple of 2^(n+1) more (which are backslashes of the text itself).
func (s *scanner) quoted(quote byte, escape int) Span {
	start, slashes, lines := s.at, 0, 0
	which := 0
	if quote == '"' {
		which = 1
	}
	for i := s.at; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '\\':
			slashes++
			continue
		case c == '\n':
			lines++
			if s.lost[which] || strings.HasSuffix(s.text[start:i], truncatedMark) {
				return s.cutString(start, i)
			}
		case c == quote && slashes >= escape && (slashes-escape)%(2*(escape+1)) == 0 &&
			(s.endsString(i, lines) || s.bare && isQuotedWord(s.text, start, i)):
			s.at = i + 1
			if s.twice && quote == '"' && s.at < len(s.text) && s.text[s.at] == '"' {
				s.at++
			}
			return Span{start, i - escape}
		case c == quote && isCutAt(s.text, start, i):
			return s.cutString(start, i)
		}
		slashes = 0
	}
	s.lost[which] = true
	return s.cutString(start, start+lineLength(s.text[start:]))
}

// truncatedMark is what Guzzle puts where it cuts a body off.
const truncatedMark = "(truncated...)"

// isQuotedWord says whether text[start:i] is one word between quotes, behind which a
// sentence goes on: "code": "notFound" is what we get.
func isQuotedWord(text string, start, i int) bool {
	return nameLength(text[start:i]) == i-start && i+2 < len(text) && text[i+1] == ' ' && isLetter(text[i+2])
}

// isCutAt says whether the quote text[i] opens the next string, and not closes the
// one from start on: what is between them was cut out, as in "issue":[{"sev..."code":"…".
func isCutAt(text string, start, i int) bool {
	return strings.HasSuffix(text[start:i], cutMark) && memberAt(text, i)
}

// cutString is the string text[start:end], which nothing closes, without the note that
// says so: "UNAUTHORIZED (truncated...)", "FORBIDDEN [truncated]", "REC_CONF...".
func (s *scanner) cutString(start, end int) Span {
	const longest = 40 // of the note
	s.at = end
	from := max(start, end-longest)
	if note := strings.Index(s.text[from:end], "trunc"); note > 0 && strings.IndexByte("(<[.", s.text[from+note-1]) >= 0 {
		end = from + note - 1
	}
	return Span{start, start + len(strings.TrimRight(s.text[start:end], ". "))}
}

// endsString says whether a string can end at the quote text[i]. A string over
// several lines is no name, so no ":" follows it; a member may, whose comma is
// missing.
func (s *scanner) endsString(i, lines int) bool {
	newline := false
	i++
	if s.twice && i < len(s.text) && s.text[i] == '"' {
		i++
	}
	for ; i < len(s.text) && (isSpace(s.text[i]) || s.text[i] == '`'); i++ {
		newline = newline || s.text[i] == '\n'
	}
	if i == len(s.text) || newline {
		return true
	}
	switch s.text[i] {
	case ',', '}', ']', ')', ';', '\\':
		return true
	case ':', '=':
		return lines == 0
	case '.', '+', '/': // "…", 'a' + 'b', // a comment
		return strings.HasPrefix(s.text[i:], "...") || s.text[i] != '.'
	case '<':
		return strings.HasPrefix(s.text[i:], lineEnd)
	case '"', '\'':
		return memberAt(s.text, i)
	}
	return false
}
