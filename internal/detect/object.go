package detect

import "strings"

// This file reads objects: JSON, and what looks like it because a program
// printed it, a person typed it, or a tool cut it off. One scanner reads all of
// them, forwards only:
//
//   - strings in single, double or escaped quotes (\" inside another string),
//     with quotes inside that nobody escaped, broken by line ends
//   - names without quotes; ":", "=" or "=>" behind them
//   - values without quotes: None, AxiosHeaders {…}, [Object]
//   - missing and superfluous commas, comments, "..." for what was left out
//   - a prefix on every line: "> " of a quotation, "| " of a log
//
// It stops where the text ends or makes no sense, and keeps what it has: a
// truncated object is an object.

// objectAt says whether an object begins at text[i], a "{".
func objectAt(text string, i int) bool {
	s := scanner{text: text, at: i + 1}
	s.blanks()
	if s.at == len(text) {
		return false
	}
	if _, _, ok := s.quote(); ok {
		return true
	}
	_, ok := s.bareName()
	return ok
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
	for s.at < len(text) && s.at-start < 40 && isNameByte(text[s.at]) {
		s.at++
	}
	if s.at == start || !strings.HasPrefix(text[s.at:], closer(quote, escape)) {
		return false
	}
	s.at += len(closer(quote, escape))
	return s.separator()
}

func closer(quote byte, escape int) string {
	return `\\\\\\\\`[:escape] + string(quote)
}

// scanner is a place in a text. One scanner reads all objects of a text: what
// it learned on the way is what keeps it linear.
type scanner struct {
	text string
	at   int
	lost [2]bool // no ' (0) or " (1) closes a string that was left open
	b    builder // of the last tree
}

// begin makes room for a tree. It takes the room of the last one, which must not
// be used any more.
func (s *scanner) begin() *builder {
	s.b = builder{tree: tree{text: s.text, nodes: s.b.nodes[:0], span: Span{s.at, s.at}}, open: s.b.open[:0]}
	return &s.b
}

// object reads the object at the scanner's place; with member, the members of
// one whose beginning is missing.
func (s *scanner) object(member bool) *tree {
	b := s.begin()
	b.push(objectNode, s.at)
	if !member {
		s.at++
	}
	for len(b.open) > 0 && !b.full() && s.step(b) {
	}
	return b.finish(s.at)
}

// step reads one thing: a bracket, a name or a value. It returns false where
// the text ends or is no object any more.
func (s *scanner) step(b *builder) bool {
	s.skip()
	if s.at >= len(s.text) {
		return false
	}
	named := b.pending.End > b.pending.Start
	switch c := s.text[s.at]; {
	case c == '{':
		b.push(objectNode, s.at)
		s.at++
		return true
	case c == '[':
		b.push(arrayNode, s.at)
		s.at++
		return true
	case c == '}' || c == ']':
		return s.close(b, c)
	case b.top() == objectNode && !named:
		name, ok := s.name()
		b.pending = name
		return ok
	}
	s.value(b)
	return true
}

// close closes the innermost object or array that the bracket fits, and what
// was left open inside it.
func (s *scanner) close(b *builder, bracket byte) bool {
	kind := objectNode
	if bracket == ']' {
		kind = arrayNode
	}
	fits := len(b.open) - 1
	for fits >= 0 && b.nodes[b.open[fits]].kind != kind {
		fits--
	}
	if fits < 0 {
		return false
	}
	s.at++
	for len(b.open) > fits {
		b.pop(s.at)
	}
	return true
}

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
		case strings.HasPrefix(rest, `\n`), strings.HasPrefix(rest, `\r`), strings.HasPrefix(rest, `\t`):
			s.at += 2
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

// blanks passes over white space, backticks, and what stands before every line.
func (s *scanner) blanks() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '\n':
			s.at++
			s.linePrefix()
		case ' ', '\t', '`':
			s.at++
		default:
			return
		}
	}
}

func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

// linePrefix passes over what a quotation or a log puts before every line.
func (s *scanner) linePrefix() {
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
	return quote, escape, true
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
	return span, span.End > span.Start && s.separator()
}

func isNameByte(b byte) bool {
	return isLetter(b) || isDigit(b) || b == '_' || b == '-' || b == '$' || b == '.' || b == '@'
}

// value reads a string or a bare word. A word before a bracket is the class of
// what follows, and no value.
func (s *scanner) value(b *builder) {
	s.stringPrefix()
	if quote, escape, ok := s.quote(); ok {
		span := s.quoted(quote, escape)
		b.add(node{kind: scalarNode, quoted: true, escape: uint8(escape), value: span})
		return
	}
	start := s.at
	for s.at < len(s.text) && strings.IndexByte(",{}[]\n`\\", s.text[s.at]) < 0 {
		s.at++
	}
	if s.at < len(s.text) && (s.text[s.at] == '{' || s.text[s.at] == '[') && s.at > start {
		return
	}
	if s.at == start { // one of the bytes above that skip and step leave alone
		s.at++
	}
	b.add(node{kind: scalarNode, value: Span{start, start + bareLength(s.text[start:s.at])}})
}

// bareLength is the length of a bare word without the comment behind it.
func bareLength(s string) int {
	for _, comment := range [...]string{" //", " #"} {
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
			if s.lost[which] {
				return s.cutString(start, i)
			}
		case c == quote && slashes >= escape && (slashes-escape)%(2*(escape+1)) == 0 && s.endsString(i+1, lines):
			s.at = i + 1
			return Span{start, i - escape}
		}
		slashes = 0
	}
	s.lost[which] = true
	return s.cutString(start, start+lineLength(s.text[start:]))
}

func (s *scanner) cutString(start, end int) Span {
	s.at = end
	return Span{start, end}
}

// endsString says whether a string can end before text[i]. A string over
// several lines is no name, so no ":" follows it.
func (s *scanner) endsString(i, lines int) bool {
	newline := false
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
	}
	return false
}
