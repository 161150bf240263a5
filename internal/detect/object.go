package detect

import "strings"

// This file reads objects: JSON, and what looks like it because a program
// printed it, a person typed it, or a tool cut it off. One scanner reads all of
// them, forwards only:
//
//   - strings in single, double or escaped quotes (\" inside another string, ""
//     in a table's cell), with quotes inside that nobody escaped, broken by line
//     ends
//   - names without quotes, or in brackets as PHP prints them; ":", "=" or "=>"
//     behind them
//   - values without quotes: None, AxiosHeaders {…}, [Object], String("…")
//   - Go's map[…] and PHP's Array (…) in place of {…}
//   - missing and superfluous commas, comments, "..." for what was left out
//   - a prefix on every line: "> " of a quotation, "| " of a log, a line's number
//
// It stops where the text ends or makes no sense, and keeps what it has: a
// truncated object is an object.

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

// nameLength is the length of the name that s begins with.
func nameLength(s string) int {
	const longest = 40
	i := 0
	for i < len(s) && i < longest && isNameByte(s[i]) {
		i++
	}
	return i
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

func closer(quote byte, escape int) string {
	return `\\\\\\\\`[:escape] + string(quote)
}

// scanner is a place in a text. One scanner reads all objects of a text: what
// it learned on the way is what keeps it linear.
type scanner struct {
	text   string
	at     int
	lost   [2]bool // no ' (0) or " (1) closes a string that was left open
	twice  bool    // every quote of this tree is written twice, as in a CSV file
	prefix string  // what stands before this tree on its line
	b      builder // of the last tree
}

// begin makes room for a tree. It takes the room of the last one, which must not
// be used any more.
func (s *scanner) begin() *builder {
	const perNode = 24 // bytes of text, about
	s.prefix = prefixOf(s.text, s.at)
	if s.b.nodes == nil {
		s.b.nodes = make([]node, 0, min(maxNodes, 8+(len(s.text)-s.at)/perNode))
		s.b.open = make([]int32, 0, 8)
	}
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
	s.twice = strings.HasPrefix(s.text[s.at:], `""`) && nameLength(s.text[s.at+2:]) > 0
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
	case c == '[' && named && bracketNameAt(s.text, s.at): // the value before it is empty
		b.pending = Span{}
		return true
	case c == '[' && (named || b.top() == arrayNode):
		kind := arrayNode
		if mapAt(s.text, s.at) {
			kind = objectNode
		}
		b.push(kind, s.at)
		s.at++
		return true
	case c == '(' && listAt(s.text, s.at):
		b.push(objectNode, s.at)
		s.at++
		return true
	case c == '}' || c == ']' || c == ')':
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
// was left open inside it. A ")" that fits none closes a value: String("…").
func (s *scanner) close(b *builder, bracket byte) bool {
	fits := len(b.open) - 1
	for fits >= 0 && b.closing(b.open[fits]) != bracket {
		fits--
	}
	if fits < 0 {
		s.at++
		return bracket == ')'
	}
	s.at++
	for len(b.open) > fits {
		b.pop(s.at)
	}
	return true
}

// closing is the bracket that closes node i.
func (b *builder) closing(i int32) byte {
	switch b.text[b.nodes[i].value.Start] {
	case '[':
		return ']'
	case '(':
		return ')'
	}
	return '}'
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

func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}

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

func isNameByte(b byte) bool {
	return isLetter(b) || isDigit(b) || b == '_' || b == '-' || b == '$' || b == '.' || b == '@'
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
		b.add(node{kind: scalarNode, quoted: true, cut: s.at == span.End, escape: uint8(escape), value: span})
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

// fieldAt says whether the next field of a struct begins at a blank, as Go prints
// it: {Code:403 Message:not allowed}; or the next member, where somebody forgot the
// comma: {"status": 403 "error": …}; or PowerShell's: @{status=403; error=Forbidden}.
func (s *scanner) fieldAt(b *builder) bool {
	if s.text[s.at] == ' ' && s.at+1 < len(s.text) && (s.text[s.at+1] == '"' || s.text[s.at+1] == '\'') {
		return memberAt(s.text, s.at+1)
	}
	if s.text[s.at] == ';' {
		next := scanner{text: s.text, at: s.at + 1}
		next.blanks()
		_, ok := next.bareName()
		return ok
	}
	if s.text[s.at] != ' ' || s.text[b.pending.End] != ':' || b.pending.End+1 < len(s.text) && isSpace(s.text[b.pending.End+1]) {
		return false
	}
	rest := s.text[s.at+1:]
	n := nameLength(rest)
	return n > 0 && !isDigit(rest[0]) && n+1 < len(rest) && rest[n] == ':' && !isSpace(rest[n+1]) && rest[n+1] != '/'
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
			if s.lost[which] {
				return s.cutString(start, i)
			}
		case c == quote && slashes >= escape && (slashes-escape)%(2*(escape+1)) == 0 && s.endsString(i, lines):
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

// isCutAt says whether the quote text[i] opens the next string, and not closes the
// one from start on: what is between them was cut out, as in "issue":[{"sev..."code":"…".
func isCutAt(text string, start, i int) bool {
	return strings.HasSuffix(text[start:i], cutMark) && memberAt(text, i)
}

func (s *scanner) cutString(start, end int) Span {
	s.at = end
	return Span{start, end}
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
