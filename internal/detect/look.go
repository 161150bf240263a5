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
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c >= 0x80 && worthRune(text[i:]):
			return true
		case isLetter(c) || c == '_' || c >= 0x80:
			end := wordEnd(text, i)
			if worthWord(base, text, i, end) {
				return true
			}
			if end == i {
				_, n := utf8.DecodeRuneInString(text[i:])
				end += n
			}
			i = end
		case (c == '4' || c == '5') && statusShaped(text[i:]):
			return true
		case isDigit(c):
			for i < len(text) && isDigit(text[i]) {
				i++
			}
		case c == '{', c == '[' && (i+1 < len(text) && text[i+1] == '\'' || mapAt(text, i)), c == '(' && listAt(text, i), c == '"' && strings.HasPrefix(text[i:], `":`), c == '<' && (elementAt(text, i) || glued(text, i)):
			return true
		case c == '&' && (strings.HasPrefix(text[i:], "&amp;") || worthEscaped(text, i)):
			return true
		default:
			i++
		}
	}
	return false
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
func worthWord(base *kb.Base, text string, start, end int) bool {
	word := text[start:end]
	if len(word) < 3 {
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
	switch {
	case class&(cSaid|cStopped) != 0:
		return true
	case camel:
		return class&cLabel != 0 || isThrown(word) || base.Known(word)
	case allUpper(word):
		return isMethod(word) || base.Known(word) || loudBehind(text[end:])
	}
	return false
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
