package detect

import "strings"

// token is a word or a number of a message, with what matters about the place
// where it stands.
type token struct {
	span   Span
	class  class
	status int   // an HTTP error status that the number may be, or 0
	before stop  // what divides it from the token before
	where  place // flags
}

// stop is how strongly two tokens are divided.
type stop uint8

const (
	noStop       stop = iota
	clauseStop        // a comma, dash, bracket or colon
	sentenceStop      // a full stop, question or exclamation mark
	lineStop          // a new line, or a tree between the two
)

// place says where a token stands.
type place uint8

const (
	inCode  place = 1 << iota // in a fence or between backticks
	inFence                   // in a fence
	inLink                    // in a URL, or the label of a link
	plural                    // a number with an ending: 403s, 403'd, 403ing
	upper                     // all letters are capitals
	asked                     // a "?" follows the sentence
	inQuote                   // in a line that quotes another message
)

// tokenizer splits a text.
type tokenizer struct {
	text  string
	at    int
	list  []token
	stop  stop
	where place
}

// tokenize splits a text into words and numbers, passing over the trees in it
// (ascending spans).
func tokenize(text string, trees []Span) []token {
	said := len(text)
	for _, tree := range trees {
		said -= tree.End - tree.Start
	}
	z := tokenizer{text: text, stop: lineStop, list: make([]token, 0, 16+max(0, said)/8)}
	z.quotation()
	for z.at < len(text) {
		if len(trees) > 0 && z.at >= trees[0].Start {
			z.at = max(z.at, trees[0].End)
			z.stop = lineStop
			trees = trees[1:]
			continue
		}
		z.next()
	}
	return z.list
}

func (z *tokenizer) next() {
	c := z.text[z.at]
	switch {
	case isLetter(c) || c >= 0x80 || c == '_':
		z.word()
	case isDigit(c):
		z.number()
	case c == '`':
		z.ticks()
	case c == '\n':
		z.stop = lineStop
		z.at++
		z.quotation()
	default:
		z.mark(c)
	}
}

// quotation notes whether the line that begins here quotes another message.
func (z *tokenizer) quotation() {
	z.where &^= inQuote
	if strings.HasPrefix(z.text[z.at:], ">") {
		z.where |= inQuote
	}
}

// ticks notes where code begins and ends.
func (z *tokenizer) ticks() {
	n := 0
	for z.at < len(z.text) && z.text[z.at] == '`' {
		n++
		z.at++
	}
	switch {
	case n >= 3 && z.where&inFence != 0:
		z.where &^= inFence | inCode
		z.stop = lineStop
	case n >= 3:
		z.where |= inFence | inCode
		z.stop = lineStop
	case z.where&inFence == 0 && n == 1:
		z.where ^= inCode
	}
}

// mark reads one character that is no part of a word.
func (z *tokenizer) mark(c byte) {
	end := z.at+1 == len(z.text) || isSpace(z.text[z.at+1])
	switch c {
	case '.', '!', '?', ';':
		if c == '?' && z.where&inFence == 0 {
			z.askSentence()
		}
		if end {
			z.stop = max(z.stop, sentenceStop)
		}
	case ',', ':', '(', ')', '"', '[', ']', '|':
		z.stop = max(z.stop, clauseStop)
		if c == ']' && strings.HasPrefix(z.text[z.at:], "](") {
			z.labelledLink()
		}
	case '-':
		if end && z.at > 0 && isSpace(z.text[z.at-1]) {
			z.stop = max(z.stop, clauseStop)
		}
	}
	z.at++
}

// askSentence marks the sentence that ends here as a question.
func (z *tokenizer) askSentence() {
	for i := len(z.list) - 1; i >= 0; i-- {
		z.list[i].where |= asked
		if z.list[i].before >= sentenceStop {
			return
		}
	}
}

// labelledLink marks the tokens of [label](url) as a link.
func (z *tokenizer) labelledLink() {
	for i := len(z.list) - 1; i >= 0 && i > len(z.list)-20; i-- {
		z.list[i].where |= inLink
		if s := z.list[i].span.Start; s > 0 && z.text[s-1] == '[' {
			return
		}
	}
}

func (z *tokenizer) add(t token) {
	t.before, t.where = z.stop, t.where|z.where
	z.stop = noStop
	z.list = append(z.list, t)
}

// word reads a word. Dots, apostrophes and "::" inside belong to it; what follows
// "://" makes it a URL.
func (z *tokenizer) word() {
	start := z.at
	for z.at < len(z.text) && z.wordGoesOn() {
		z.at++
	}
	if z.where&inFence == 0 && strings.HasPrefix(z.text[z.at:], "://") {
		for z.at < len(z.text) && !isSpace(z.text[z.at]) && strings.IndexByte("\"<>`|", z.text[z.at]) < 0 {
			z.at++
		}
		s := Span{start, z.at}
		z.add(token{span: s, class: classifyURL(z.text[start:z.at]), where: inLink})
		return
	}
	t := token{span: Span{start, z.at}}
	s := z.text[start:z.at]
	t.class = classify(strings.TrimSuffix(s, "'s")) | classify(s)
	if z.isPath(start) {
		t.class |= cNet
		if isUpper(s[0]) { // a resource of FHIR
			t.class |= cAPI
		}
	}
	if allUpper(s) {
		t.where |= upper
	}
	z.add(t)
}

// isPath says whether the word at start begins a path: " /Patient".
func (z *tokenizer) isPath(start int) bool {
	return start > 0 && z.text[start-1] == '/' && (start == 1 || isSpace(z.text[start-2]))
}

func (z *tokenizer) wordGoesOn() bool {
	c := z.text[z.at]
	if isLetter(c) || isDigit(c) || c == '_' || c >= 0x80 {
		return true
	}
	if z.at+1 == len(z.text) || c != '.' && c != '\'' {
		return false
	}
	next := z.text[z.at+1]
	return isLetter(next) || isDigit(next) || next == '_'
}

func allUpper(s string) bool {
	letters := 0
	for i := 0; i < len(s); i++ {
		if isLower(s[i]) {
			return false
		}
		if isUpper(s[i]) {
			letters++
		}
	}
	return letters > 1
}

// number reads a number and what is glued to it: 403s, 10.0.4.3, 2025-01-02,
// 12:30, 1,024. Lists such as 401/403 come apart.
func (z *tokenizer) number() {
	start := z.at
	end := z.numberEnd(start)
	if end-start >= 7 && z.statusList(start, end) {
		return
	}
	z.at = end
	t := token{span: Span{start, end}}
	t.status, t.where = z.statusAt(start, end)
	z.add(t)
}

func (z *tokenizer) numberEnd(i int) int {
	for ; i < len(z.text); i++ {
		c := z.text[i]
		if isLetter(c) || isDigit(c) || c == '_' {
			continue
		}
		next := byte(0)
		if i+1 < len(z.text) {
			next = z.text[i+1]
		}
		switch {
		case strings.IndexByte(".,:/-+", c) >= 0 && isDigit(next):
		case c == '\'' && isLetter(next):
		default:
			return i
		}
	}
	return i
}

// statusList adds the tokens of a list such as 401/403 or 401,403.
func (z *tokenizer) statusList(start, end int) bool {
	for i := start; i < end; i++ {
		c := z.text[i]
		switch (i - start) % 4 {
		case 0:
			if c != '4' && c != '5' {
				return false
			}
		case 3:
			if c != '/' && c != ',' {
				return false
			}
		default:
			if !isDigit(c) {
				return false
			}
		}
	}
	if (end-start)%4 != 3 {
		return false
	}
	for i := start; i < end; i += 4 {
		status, _ := z.statusAt(i, i+3)
		z.at = i + 3
		z.add(token{span: Span{i, i + 3}, status: status})
	}
	return true
}

// statusAt reads the number at a place as an HTTP error status. It is none if
// something is glued to it that statuses do not have: #403, $403, 403ms, v403.
func (z *tokenizer) statusAt(start, end int) (int, place) {
	s := z.text[start:end]
	if len(s) < 3 || s[0] != '4' && s[0] != '5' {
		return 0, 0
	}
	status := int(s[0]-'0') * 100
	for i, unit := range [...]int{10, 1} {
		switch c := s[i+1]; {
		case isDigit(c):
			status += int(c-'0') * unit
		case c != 'o' && c != 'O': // a letter O for a zero
			return 0, 0
		}
	}
	if status > 511 {
		return 0, 0
	}
	var where place
	switch s[3:] {
	case "":
	case "s", "'s", "ed", "'d", "'ed", "ing", "'ing", "ed'":
		where = plural
	default:
		if !z.isSubStatus(s[3:]) {
			return 0, 0
		}
	}
	if !z.statusFits(start, end) {
		return 0, 0
	}
	return status, where
}

// isSubStatus says whether what follows a status is IIS's finer one: HTTP Error 401.2
// (https://learn.microsoft.com/troubleshoot/developer/webapps/iis/www-administration-management/http-status-code).
func (z *tokenizer) isSubStatus(s string) bool {
	const longest = len(".14")
	if len(s) < 2 || len(s) > longest || s[0] != '.' || strings.Trim(s[1:], "0123456789") != "" || len(z.list) == 0 || z.stop != noStop {
		return false
	}
	return z.list[len(z.list)-1].class&(cLabel|cError) != 0
}

// statusFits looks at what touches the number.
func (z *tokenizer) statusFits(start, end int) bool {
	if end < len(z.text) {
		switch z.text[end] {
		case '%', '+', '#', '@', '\\', '=':
			return false
		}
		if z.text[end] >= 0x80 { // a currency sign, a degree sign
			return false
		}
	}
	if start == 0 {
		return true
	}
	switch c := z.text[start-1]; c {
	case '#', '$', '+', '@', '~', '.', '%', '&', '^', '\\':
		return false
	case '[': // pds[403] is a process, or a place in a list
		return start == 1 || !isLetter(z.text[start-2]) && !isDigit(z.text[start-2])
	case '/', '-':
		return start == 1 || isSpace(z.text[start-2]) || z.labelBefore(start-1) || isDigit(z.text[start-2]) && c == '/'
	case ':', '=':
		return start == 1 || !isLetter(z.text[start-2]) && !isDigit(z.text[start-2]) || z.labelBefore(start-1)
	default:
		return c < 0x80
	}
}

// labelBefore says whether a word that announces a status ends at i: "status",
// "HTTP", "error", "code".
func (z *tokenizer) labelBefore(i int) bool {
	start := i
	for start > 0 && (isLetter(z.text[start-1]) || z.text[start-1] == '_') {
		start--
	}
	return classify(z.text[start:i])&cLabel != 0 || labelEnd(z.text[start:i])
}
