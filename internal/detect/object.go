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

// scanner is a place in a text. One scanner reads all objects of a text: what
// it learned on the way is what keeps it linear.
type scanner struct {
	text   string
	at     int
	lost   [2]bool // no ' (0) or " (1) closes a string that was left open
	bare   bool    // this tree is members without a beginning, and may end in the middle of a sentence
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
	s.bare = member
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
	colon := b.pending.End // of the field before
	spaced := colon+1 < len(s.text) && isSpace(s.text[colon+1])
	if s.text[s.at] != ' ' || s.text[colon] != ':' || spaced {
		return false
	}
	rest := s.text[s.at+1:]
	n := nameLength(rest)
	return n > 0 && !isDigit(rest[0]) && n+1 < len(rest) && rest[n] == ':' && !isSpace(rest[n+1]) && rest[n+1] != '/'
}
