package kb

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxKey is the longest name that is looked at, in bytes: four for each of the
// MaxAlias characters. A longer question is prose, not a name.
const maxKey = 4 * MaxAlias

// prefixes are what some NHS APIs put before the general code: SEND_, REC_ and
// PROXY_ say which side of a BaRS message failed, CM_ is NHS Notify. The code
// behind them means the same, so that SEND_FORBIDDEN finds FORBIDDEN and CONFLICT
// finds REC_CONFLICT.
var prefixes = [...]string{"send", "rec", "proxy", "cm"}

// fillers are words that people wrap around the name of an error when they ask
// about it. They are dropped when the whole question is not a name by itself.
var fillers = map[string]bool{
	"a": true, "an": true, "the": true, "this": true, "that": true, "is": true, "are": true, "was": true,
	"what": true, "whats": true, "why": true, "how": true, "when": true, "do": true, "does": true, "did": true,
	"mean": true, "means": true, "i": true, "we": true, "you": true, "it": true, "my": true, "our": true,
	"with": true, "from": true, "for": true, "of": true, "on": true, "in": true, "to": true, "and": true, "or": true,
	"get": true, "gets": true, "getting": true, "got": true, "help": true, "please": true, "about": true,
	"error": true, "errors": true, "code": true, "status": true, "http": true, "api": true, "response": true,
}

// appendKey appends the key of a name to dst: its letters and digits in lower
// case and nothing else, with the digit 0 as the letter o. Names that differ only
// in case, in separators or in O for 0 have the same key.
func appendKey(dst []byte, name string) []byte {
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', '1' <= r && r <= '9':
			dst = append(dst, byte(r))
		case 'A' <= r && r <= 'Z':
			dst = append(dst, byte(r)+'a'-'A')
		case r == '0':
			dst = append(dst, 'o')
		case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

func key(name string) string {
	var buffer [MaxCode]byte // most names fit; a longer one is moved to the heap
	return string(appendKey(buffer[:0], name))
}

// withoutPrefix is a code of the knowledge base without its prefix, if it has
// one, and "" if not. Here the underscore tells a prefix from a word.
func withoutPrefix(code string) string {
	before, rest, ok := strings.Cut(code, "_")
	if ok && isPrefix(strings.ToLower(before)) {
		return rest
	}
	return ""
}

// words splits a name into the keys of its words: at everything that is neither
// letter nor digit, and inside camelCase and HTTPError.
func words(name string) []string {
	var list []string
	start := 0
	cut := func(end int) {
		if w := key(name[start:end]); w != "" {
			list = append(list, w)
		}
		start = end
	}
	var before, last rune // the two runes before r
	lastAt := 0
	for i, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			cut(i)
		case unicode.IsUpper(r) && unicode.IsLower(last):
			cut(i)
		case unicode.IsLower(r) && unicode.IsUpper(last) && unicode.IsUpper(before):
			cut(lastAt)
		}
		before, last, lastAt = last, r, i
	}
	cut(len(name))
	return list
}

// telling returns the words of a name that tell what it is about: without fillers,
// where these stand by themselves. (Inside a code they tell something:
// INVALID_STATUS is not INVALID.)
func telling(name string) []string {
	var list []string
	for _, part := range strings.Fields(name) {
		if !fillers[key(part)] {
			list = append(list, words(part)...)
		}
	}
	return list
}

// bare returns words without the prefix of a code.
func bare(words []string) []string {
	if len(words) > 1 && isPrefix(words[0]) {
		return words[1:]
	}
	return words
}

func isPrefix(word string) bool { return slices.Contains(prefixes[:], word) }

// lastPart is what stands behind the last dot or # of a qualified code, such as
// oauth.v2.InvalidApiKey; the name itself if it is not qualified, "" if it is
// several words.
func lastPart(name string) string {
	name = strings.TrimSpace(name)
	if strings.ContainsFunc(name, unicode.IsSpace) {
		return ""
	}
	return name[strings.LastIndexAny(name, ".#")+1:]
}
