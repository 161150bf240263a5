package detect

import (
	"strings"
	"unicode/utf8"

	"apierrorbot/internal/kb"
)

// WorthBlocks is Worth for a message's blocks: it looks at the "text" of their
// elements, as JSON has it.
func WorthBlocks(base *kb.Base, blocks string) bool {
	const name = `"text":`
	for {
		i := strings.Index(blocks, name)
		if i < 0 {
			return false
		}
		blocks = strings.TrimLeft(blocks[i+len(name):], " ")
		end := 1
		for end < len(blocks) && (blocks[end] != '"' || blocks[end-1] == '\\') {
			end++
		}
		if Worth(base, blocks[min(1, len(blocks)):min(end, len(blocks))]) {
			return true
		}
	}
}

// Worth is the cheap look that comes first: it says whether a message, as Slack
// delivers it, can hold a signal at all. It does not allocate, and most of what
// people write ends here. It may say yes to a message without signals, but never
// no to one that has some.
func Worth(base *kb.Base, text string) bool {
	var seen worthWords
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c >= 0x80 && worthRune(text[i:]):
			return true
		case isLetter(c) || c == '_' || c >= 0x80:
			end := wordEnd(text, i)
			if end == i { // a character that Clean makes plain
				_, n := utf8.DecodeRuneInString(text[i:])
				end = i + n
			}
			if worthWord(base, text, i, end, &seen) {
				return true
			}
			i = end
		case isSpace(c):
			i++
		case c == ':' && (i == 0 || isSpace(text[i-1])):
			i = max(i+1, emojiEnd(text, i))
		case (c == '4' || c == '5') && statusShaped(text[i:]):
			return true
		case isDigit(c):
			for i < len(text) && isDigit(text[i]) {
				i++
			}
		case worthMark(text, i):
			return true
		default:
			i++
		}
	}
	return false
}

// emojiEnd is where the emoji codes end that begin at text[i]: Clean takes them out.
func emojiEnd(text string, i int) int {
	for i < len(text) && text[i] == ':' {
		end := i + 1
		for end < len(text) && end-i < maxLookBack && emojiByte(text[end]) {
			end++
		}
		if end == len(text) || text[end] != ':' || end-i >= maxLookBack || !emojiName(text[i+1:end]) {
			break
		}
		i = end + 1
	}
	return i
}

// worthMark says whether the mark at text[i] may begin a body, or stand in the middle of
// anything.
func worthMark(text string, i int) bool {
	switch text[i] {
	case '{':
		return true
	case '[':
		return i+1 < len(text) && text[i+1] == '\'' || mapAt(text, i)
	case '(':
		return listAt(text, i)
	case '"':
		return colonAt(text, i+1)
	case '<':
		return elementAt(text, i) || glued(text, i)
	case '&':
		return strings.HasPrefix(text[i:], "&amp;") || worthEscaped(text, i)
	}
	return false
}

// worthWords says which words were seen: plain words are an error only where an API
// is named.
type worthWords struct {
	named  int  // words of names
	known  bool // a name
	prefix bool // the last word may be the prefix of a code
	api    bool // an API, or what answers for one
	answer bool // a verb that tells an answer
	near   int  // how many words ago an API was named, from the far end
}

// see takes a word, and says whether what was seen so far can be an error.
func (w *worthWords) see(base *kb.Base, word string, class class) bool {
	const reach = 6
	w.near--
	if class&(cAPI|cServer) != 0 {
		w.api, w.near = true, reach
	}
	if class&cAnswer != 0 {
		w.answer = true
		if w.near > 0 {
			return true
		}
	}
	if class&(cAPI|cServer) == 0 && base.Within(word) {
		if w.prefix {
			return true
		}
		w.named++
		w.known = w.known || base.Known(word)
	}
	w.prefix = isPrefixWord(word)
	return w.api && (w.known || w.named > 1 || w.named > 0 && w.answer)
}

func isLetterAt(s string, i int) bool { return i < len(s) && isLetter(s[i]) }

// shortestLoud is how long a word in capitals must be to be a code with a slip.
const shortestLoud = 7

// colonAt says whether a colon stands at i, or behind blanks there.
func colonAt(text string, i int) bool {
	for i < len(text) && text[i] <= ' ' {
		i++
	}
	return i < len(text) && text[i] == ':'
}

// wordEnd is where the word at i ends: at marks, and at what Clean makes plain.
func wordEnd(s string, i int) int {
	for i < len(s) {
		if isLetter(s[i]) || isDigit(s[i]) || s[i] == '_' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if _, known := plainer(r); known || r < 0x80 {
			break
		}
		i += n
	}
	return i
}

// statusShaped says whether s begins with three digits (or an O for a zero) and
// no fourth.
func statusShaped(s string) bool {
	if len(s) < 3 {
		return false
	}
	for _, c := range []byte(s[1:3]) {
		if !isDigit(c) && c != 'o' && c != 'O' {
			return false
		}
	}
	return len(s) == 3 || !isDigit(s[3])
}

// worthWord says whether a word can be part of a signal: a code, a name that an
// article knows, a verb of saying.
func worthWord(base *kb.Base, text string, start, end int, seen *worthWords) bool {
	word := text[start:end]
	if len(word) < 2 {
		return false
	}
	camel := false
	for i := 1; i+1 < len(word); i++ {
		if word[i] == '_' {
			return true
		}
		camel = camel || isUpper(word[i]) && isLower(word[i-1])
	}
	class := classify(word)
	if seen.see(base, word, class) || isLetterAt(text, end+1) && text[end] == '-' && base.Begins(word) {
		return true
	}
	switch {
	case camel:
		return class&cLabel != 0 || len(word) >= shortestCode || wordGoesOnAt(text, end) || isThrown(word) || base.Known(word)
	case allUpper(word):
		return len(word) >= shortestLoud || isMethod(word) || base.Known(word) || loudBehind(text[end:])
	}
	return false
}

// wordGoesOnAt says whether a word goes on behind where it seems to end, at a dot or at a
// character that Clean makes plain: "Rate.Limit.Exceeded".
func wordGoesOnAt(text string, end int) bool {
	return end < len(text) && (text[end] >= 0x80 || text[end] == '.' && isLetterAt(text, end+1))
}

// loudBehind says whether the next word begins with two capitals: "TOO MANY".
func loudBehind(s string) bool {
	i := 0
	for i < len(s) && !isLetter(s[i]) && !isDigit(s[i]) {
		i++
	}
	return i+1 < len(s) && isUpper(s[i]) && isUpper(s[i+1])
}

// worthEscaped says whether an escaped "<" at text[i] begins an element, or
// something else stands escaped there that can be a body.
func worthEscaped(text string, i int) bool {
	rest, ok := strings.CutPrefix(text[i:], "&lt;")
	if !ok {
		return strings.HasPrefix(text[i:], "&quot;") || strings.HasPrefix(text[i:], "&#")
	}
	return rest != "" && elementAt("<"+rest[:min(len(rest), 80)], 0)
}

// worthRune says whether s begins with a character that Clean takes out, which
// may stand in the middle of anything, or with the end of a name in curly quotes.
func worthRune(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	plain, known := plainer(r)
	return known && (plain == "" || plain == `"` && strings.HasPrefix(s[n:], ":"))
}

// glued says whether one of Slack's tokens at text[i] stands in the middle of a
// word.
func glued(text string, i int) bool {
	return i > 0 && (isLetter(text[i-1]) || isDigit(text[i-1]) || text[i-1] == '_')
}
