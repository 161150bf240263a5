package detect

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Span is a half-open range of byte offsets.
type Span struct{ Start, End int }

// Text is a message after cleaning, with the way back to what was cleaned.
//
// Clean is canonical: Slack's and HTML's escapes are undone, links read
// `https://x` or `[label](https://x)`, mentions `@U123`, `#general` and
// `@here`; quotes and dashes are ASCII, spaces are plain spaces, invisible
// characters and emoji codes are gone. Backticks and the `> ` of quoted lines
// stay, because they say what is code and what is quoted; so everything that
// is known about the text can be found in Clean itself, and cleaning it again
// changes nothing.
type Text struct {
	Source string // what was cleaned: Slack's text, or the rich_text blocks written as such
	Clean  string

	moves []move // ascending; before the first one, offsets are equal
}

// move says that from this offset in Clean on, bytes come from that offset in
// Source (until the next move).
type move struct{ clean, source int }

// SourceSpan gives the part of Source that a part of Clean was made from.
func (t *Text) SourceSpan(s Span) Span {
	start := min(sourceAt(t.moves, s.Start), len(t.Source))
	end := len(t.Source)
	if s.End < len(t.Clean) {
		end = min(sourceAt(t.moves, s.End), len(t.Source))
	}
	return Span{start, max(start, end)}
}

// sourceAt maps one offset. A token that was rewritten (an entity, a link) maps
// its first byte to the token's first byte, and what follows it to what follows
// it; offsets inside it never pass its end.
func sourceAt(moves []move, clean int) int {
	i := sort.Search(len(moves), func(i int) bool { return moves[i].clean > clean })
	at := clean
	if i > 0 {
		at = moves[i-1].source + clean - moves[i-1].clean
	}
	if i < len(moves) {
		at = min(at, moves[i].source)
	}
	return at
}

// Clean undoes what Slack, keyboards and copying did to a text. It takes time
// linear in its length, never fails, and is idempotent.
//
// It is one machine that appends characters and looks back after each one that
// can complete something: ";" an entity, ">" one of Slack's tokens, ":" an
// emoji. What was completed is taken off the end and its meaning is appended
// in its place, which may complete something again: `&amp;lt;` becomes `&lt;`
// becomes `<`. So the output never holds anything left to undo, whatever the
// order and depth of the escaping.
func Clean(source string) Text {
	c := cleaner{out: make([]byte, 0, len(source))}
	for i := 0; i < len(source); {
		if n := plainRun(source[i:]); n > 0 {
			c.mark(i)
			c.out = append(c.out, source[i:i+n]...)
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(source[i:])
		c.put(r, i)
		i += n
	}
	return Text{Source: source, Clean: string(c.out), moves: c.moves}
}

// plainRun is the length of what can be copied as it is.
func plainRun(s string) int {
	for i := 0; i < len(s); i++ {
		if !plain[s[i]] {
			return i
		}
	}
	return len(s)
}

var plain = func() (t [256]bool) {
	for b := ' '; b < 0x7f; b++ {
		t[b] = true
	}
	t['\n'], t['\t'] = true, true
	t['<'], t['>'], t[';'], t[':'] = false, false, false, false
	return t
}()

type cleaner struct {
	out   []byte
	moves []move
	open  []int // offsets of "<" in out that no ">" has answered yet
}

// mark notes where the next byte of out comes from.
func (c *cleaner) mark(source int) {
	if sourceAt(c.lastMove(), len(c.out)) != source {
		c.moves = append(c.moves, move{len(c.out), source})
	}
}

func (c *cleaner) lastMove() []move {
	return c.moves[max(0, len(c.moves)-1):]
}

// cut takes everything from offset n on off the output, and says where it came
// from.
func (c *cleaner) cut(n int) (source int) {
	source = sourceAt(c.moves, n)
	c.out = c.out[:n]
	for len(c.moves) > 0 && c.moves[len(c.moves)-1].clean >= n {
		c.moves = c.moves[:len(c.moves)-1]
	}
	for len(c.open) > 0 && c.open[len(c.open)-1] >= n {
		c.open = c.open[:len(c.open)-1]
	}
	return source
}

// put appends one character, or what it stands for, and then whatever it
// completes.
func (c *cleaner) put(r rune, source int) {
	for again := true; again; {
		c.add(r, source)
		again = false
		switch r {
		case '<':
			c.open = append(c.open, len(c.out)-1)
		case '>':
			c.closeToken()
		case ':':
			c.closeEmoji()
		case ';':
			r, source, again = c.closeEntity()
		}
	}
}

// add appends one character, made plain.
func (c *cleaner) add(r rune, source int) {
	switch {
	case r == '\n' || r == '\t' || r >= ' ' && r < 0x7f:
		c.mark(source)
		c.out = append(c.out, byte(r))
	case r < 0x80: // control characters, \r among them
		c.mark(source)
		c.out = append(c.out, ' ')
	default:
		s, known := plainer(r)
		if known && s == "" {
			return
		}
		c.mark(source)
		if known {
			c.out = append(c.out, s...)
		} else {
			c.out = utf8.AppendRune(c.out, r)
		}
	}
}

// plainer gives the ASCII writing of typographic characters, and "" for those
// that nobody sees: zero-width ones, bidi marks, soft hyphens, variation
// selectors.
func plainer(r rune) (string, bool) {
	switch {
	case r == 0x00A0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000, r == 0x0085:
		return " ", true
	case r == 0x00AD, r == 0x034F, r == 0x061C, r == 0x180E, r == 0xFEFF,
		r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r >= 0xFE00 && r <= 0xFE0F:
		return "", true
	case r >= 0x201C && r <= 0x201F, r == 0x2033, r == 0x00AB, r == 0x00BB, r == 0xFF02:
		return `"`, true
	case r >= 0x2018 && r <= 0x201B, r == 0x2032, r == 0x00B4, r == 0xFF07:
		return "'", true
	case r >= 0x2010 && r <= 0x2015, r == 0x2212:
		return "-", true
	case r == 0x2192, r == 0x27A1:
		return "->", true
	case r == 0x2026:
		return "...", true
	case r == 0x2028, r == 0x2029:
		return "\n", true
	}
	return "", false
}

// maxEntity is the length of the longest entity that is undone: &#x2019;
const maxEntity = 10

// closeEntity looks for an HTML entity that ends here, takes it off the output
// and gives the character that it stands for. Slack escapes only & < and >
// (https://docs.slack.dev/messaging/formatting-message-text#escaping); people
// paste what web pages and XML escaped as well.
func (c *cleaner) closeEntity() (r rune, source int, ok bool) {
	end := len(c.out) - 1
	for i := end - 1; i >= 0 && i > end-maxEntity; i-- {
		if c.out[i] != '&' {
			continue
		}
		if r, ok = entity(string(c.out[i+1 : end])); ok {
			source = c.cut(i)
		}
		return r, source, ok
	}
	return 0, 0, false
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	case "nbsp":
		return ' ', true
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name {
		return 0, false
	}
	if hex := strings.TrimLeft(digits, "xX"); hex != digits {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil || n == 0 || !utf8.ValidRune(rune(n)) {
		return 0, false
	}
	return rune(n), true
}

// maxToken bounds how long one of Slack's <…> tokens may be.
const maxToken = 4096

// closeToken looks whether the last "<" began one of Slack's tokens, and writes
// it as people see it. Tags of XML and HTML are none and stay.
func (c *cleaner) closeToken() {
	if len(c.open) == 0 {
		return
	}
	start := c.open[len(c.open)-1]
	c.open = c.open[:len(c.open)-1]
	if len(c.out)-start > maxToken {
		return
	}
	seen, ok := slackToken(string(c.out[start+1 : len(c.out)-1]))
	if !ok {
		return
	}
	source := c.cut(start)
	c.again(seen, source)
}

// maxLookBack is how far back an added character can matter.
const maxLookBack = 64

// again appends text that went through the machine before, in another place:
// only its beginning can complete something there.
func (c *cleaner) again(s string, source int) {
	for i, r := range s {
		if i >= maxLookBack {
			c.mark(source + i)
			c.out = append(c.out, s[i:]...)
			return
		}
		c.put(r, source+i)
	}
}

// slackToken gives what people see of one of Slack's tokens (without its brackets).
// See https://docs.slack.dev/messaging/formatting-message-text
func slackToken(s string) (string, bool) {
	if s == "" || strings.ContainsAny(s, "\n<>") {
		return "", false
	}
	target, label, labelled := strings.Cut(s, "|")
	labelled = labelled && label != ""
	switch s[0] {
	case '@': // <@U123> or <@U123|name>
		if !idLike(target[1:]) {
			return "", false
		}
		if labelled {
			return "@" + strings.TrimPrefix(label, "@"), true
		}
		return target, true
	case '#': // <#C123|name>
		if !idLike(target[1:]) {
			return "", false
		}
		if labelled {
			return "#" + label, true
		}
		return target, true
	case '!': // <!here>, <!subteam^S1|@group>, <!date^1392734382^{date}|yesterday>
		return special(target[1:], label, labelled)
	}
	if !linkLike(target) {
		return "", false
	}
	switch {
	case !labelled:
		return target, true
	case strings.HasPrefix(target, "mailto:") || strings.HasPrefix(target, "tel:") || sameLink(target, label):
		return label, true
	}
	return "[" + label + "](" + target + ")", true
}

func special(name, label string, labelled bool) (string, bool) {
	switch {
	case name == "here" || name == "channel" || name == "everyone":
		return "@" + name, true
	case !strings.HasPrefix(name, "subteam^") && !strings.HasPrefix(name, "date^"):
		return "", false // such as <!DOCTYPE html>
	case labelled:
		return label, true
	}
	return "@" + name, true
}

// idLike says whether s can be an id of Slack's: U024BE7LH.
func idLike(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) && !isUpper(s[i]) {
			return false
		}
	}
	return len(s) > 1
}

func linkLike(s string) bool {
	if strings.HasPrefix(s, "mailto:") || strings.HasPrefix(s, "tel:") {
		return true
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || rest == "" || scheme == "" || len(scheme) > 12 {
		return false
	}
	for i := 0; i < len(scheme); i++ {
		if !isLetter(scheme[i]) {
			return false
		}
	}
	return true
}

// sameLink says whether a label says no more than its link: Slack makes
// <http://nhs.uk|nhs.uk> of a typed nhs.uk.
func sameLink(target, label string) bool {
	if linkLike(label) {
		return true
	}
	_, bare, _ := strings.Cut(target, "://")
	return strings.TrimSuffix(bare, "/") == strings.TrimSuffix(label, "/")
}

// closeEmoji replaces an emoji code that ends here, such as :warning:, by a
// space. It must stand after white space, or `urn:nhs:…` would lose its middle.
func (c *cleaner) closeEmoji() {
	end := len(c.out) - 1
	for i := end - 1; i >= 0 && i > end-maxLookBack; i-- {
		if c.out[i] == ':' {
			name := string(c.out[i+1 : end])
			if (i == 0 || isSpace(c.out[i-1])) && emojiName(name) {
				c.add(' ', c.cut(i))
			}
			return
		}
		if !emojiByte(c.out[i]) {
			return
		}
	}
}

// emojiName says whether an emoji can have this name. HTTP/2's pseudo-headers,
// as browsers show them (RFC 9113, section 8.3), look alike and are none.
func emojiName(s string) bool {
	switch s {
	case "status", "method", "path", "authority", "scheme", "protocol":
		return false
	case "+1", "-1", "100", "1234":
		return true
	}
	for i := 0; i < len(s); i++ {
		if isLetter(s[i]) {
			return true
		}
	}
	return false
}

func emojiByte(b byte) bool {
	return b >= 'a' && b <= 'z' || isDigit(b) || b == '_' || b == '-' || b == '+' || b == '\''
}
