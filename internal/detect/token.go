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
	case c == '_' && !z.wordGoesOnAt(z.at+1):
		z.at++ // the end of emphasis
	case c == '_' && (z.at == 0 || !z.wordGoesOnAt(z.at-1)):
		z.at++ // its beginning
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
		if status := httpStatus(s); len(s) == len("HTTP404") && status >= 400 && status <= 511 {
			t.status = status
		}
	}
	z.add(t)
}

// isPath says whether the word at start begins a path: " /Patient".
func (z *tokenizer) isPath(start int) bool {
	return start > 0 && z.text[start-1] == '/' && (start == 1 || isSpace(z.text[start-2]))
}

func (z *tokenizer) wordGoesOn() bool {
	c := z.text[z.at]
	if c == '_' {
		return z.wordGoesOnAt(z.at + 1)
	}
	if isLetter(c) || isDigit(c) || c >= 0x80 {
		return true
	}
	if z.isScope() {
		z.at++
		return true
	}
	if z.at+1 == len(z.text) || c != '.' && c != '\'' {
		return false
	}
	next := z.text[z.at+1]
	return isLetter(next) || isDigit(next) || next == '_'
}

// wordGoesOnAt says whether a letter or a digit stands at i, or another "_". Slack's
// emphasis is a "_" on both sides of some words: "401 from _PDS_".
func (z *tokenizer) wordGoesOnAt(i int) bool {
	return i < len(z.text) && (isLetter(z.text[i]) || isDigit(z.text[i]) || z.text[i] == '_' || z.text[i] >= 0x80)
}

// isScope says whether "::" stands here between two names.
func (z *tokenizer) isScope() bool {
	return strings.HasPrefix(z.text[z.at:], "::") && z.at+2 < len(z.text) && isLetter(z.text[z.at+2])
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
