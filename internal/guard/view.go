package guard

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// view is a text as its author meant it: one byte for each character that was
// encoded, and nothing invisible.
type view struct {
	b     []byte
	moves []move // ascending; before the first one, offsets are equal
	seen  seen
}

// move says that from this offset in the view on, bytes come from that offset
// in the text (until the next move).
type move struct{ view, text int }

// seen says what stood in a text that matters to how it is read.
type seen struct{ changed, invisible, noBreak, percent bool }

// reading is a way to read a text: what the view has for an invisible character,
// for a no-break space and for a plus sign. 0 is nothing at all.
type reading struct{ invisible, noBreak, plus byte }

// Bytes of a view that are not in any text: control characters are dropped.
const (
	mark   = 0x01 // something that Redact wrote
	letter = 0x80 // an encoded character that is not ASCII: no part of any secret's form
)

// at gives the offset in the text of an offset in the view.
func (v view) at(i int) int {
	n := sort.Search(len(v.moves), func(n int) bool { return v.moves[n].view > i })
	if n == 0 {
		return i
	}
	return v.moves[n-1].text + i - v.moves[n-1].view
}

// layers bounds how many encodings around each other are undone.
const layers = 5

// read returns the view of a text. It uses the room that v has.
//
// All methods that make a view take and return it by value: a pointer to it would
// move the room that Find gives it to the heap.
func (v view) read(text string, how reading) view {
	v = view{b: v.b[:0], moves: v.moves[:0]}.undo(text, how, false)
	for range layers - 1 {
		if !v.seen.changed || !bytes.ContainsAny(v.b, `\%&`) {
			break
		}
		inner := view{seen: v.seen}
		inner.seen.changed = false
		inner = inner.undo(string(v.b), how, true)
		if !inner.seen.changed {
			break
		}
		inner.moves = v.through(inner.moves, len(inner.b))
		v = inner
	}
	return v
}

// through turns moves from another view into this one into moves into the text.
// size is the size of the other view.
func (v view) through(inner []move, size int) []move {
	var all []move
	next := 0 // move of this view
	for i := -1; i < len(inner); i++ {
		from, to := move{}, size+1 // the end of the text has an offset too
		if i >= 0 {
			from = inner[i]
		}
		if i+1 < len(inner) {
			to = inner[i+1].view
		}
		all = append(all, move{from.view, v.at(from.text)})
		for ; next < len(v.moves) && v.moves[next].view-from.text < to-from.view; next++ {
			if at := from.view + v.moves[next].view - from.text; at > from.view {
				all = append(all, move{at, v.moves[next].text})
			}
		}
	}
	return all
}

// undo appends a text with the outermost encodings undone. inner says that the
// text is a view already.
func (v view) undo(text string, how reading, inner bool) view {
	for i := 0; i < len(text); {
		start := i
		for i < len(text) && (!encodes[text[i]] || keeps(text, i)) {
			i++
		}
		v.b = append(v.b, text[start:i]...)
		switch {
		case i == len(text):
		case inner && text[i] == mark:
			v.b = append(v.b, mark)
			i++
		default:
			var n int
			v, n = v.decode(text[i:], i, how)
			i += n
		}
	}
	return v
}

// formEncoded reports whether plus signs in the text may be spaces, as HTML forms
// and query strings write them. The word before one tells it from a time zone.
func (v view) formEncoded() bool {
	for i, c := range v.b {
		if c == '+' && i > 0 && i+1 < len(v.b) && (v.seen.percent || class[v.b[i-1]]&alpha != 0 && class[v.b[i+1]]&(alnum|joint) != 0) {
			return true
		}
	}
	return false
}

// encodes are the bytes that may begin something to undo.
var encodes = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' && c != '\n' && c != '\r' && c != '\t' || c >= 0x7f
	}
	for _, c := range `\%&[+` {
		t[c] = true
	}
	return t
}()

// keeps reports whether a backslash that means nothing stands at an offset. Most
// do, as JSON in a string is full of \".
func keeps(text string, i int) bool {
	return text[i] == '\\' && i+1 < len(text) && !among(text[i+1], `\nrtux/`)
}

// decode appends what the text begins with (which stands at offset at of the
// whole text) and returns how many bytes of text that was.
func (v view) decode(text string, at int, how reading) (view, int) {
	switch text[0] {
	case '\\':
		return v.decodeEscape(text, at, how)
	case '%':
		if r, n := percent(text); n > 0 {
			v.seen.percent = true
			return v.put(r, at, n, how), n
		}
	case '&':
		if r, n := entity(text); n > 0 {
			return v.put(r, at, n, how), n
		}
	case '+':
		return v.gap(how.plus), 1
	case '[':
		if n := markLen(text); n > 0 {
			v.b = append(v.b, mark)
			return v.move(at + n), n
		}
	default:
		r, n := utf8.DecodeRuneInString(text)
		if fold(r) != r || r < utf8.RuneSelf {
			return v.put(r, at, n, how), n
		}
		v.b = append(v.b, text[:n]...)
		return v, n
	}
	v.b = append(v.b, text[0])
	return v, 1
}

// decodeEscape reads a run of backslashes and what it escapes. Of strings inside
// strings the innermost character counts: \n, \\n and \\\\n are all a new line.
func (v view) decodeEscape(text string, at int, how reading) (view, int) {
	n := 1
	for n < len(text) && text[n] == '\\' {
		n++
	}
	r, size := escaped(text[n:])
	keep := 0
	switch {
	case size == 0:
		v.b = append(v.b, text[:n]...)
		return v, n
	case text[n] == 'u' || text[n] == 'x':
		keep = (n - 1) / 2 // \\\u0022 is a quote that is itself escaped: that backslash stays
	}
	v.b = append(v.b, text[:keep]...)
	return v.put(r, at+keep, n-keep+size, how), n + size
}

// escaped reads what may follow a backslash: the character it means and the
// length of its name, or 0 if the backslash has no meaning here.
func escaped(text string) (r rune, size int) {
	if text == "" {
		return 0, 0
	}
	switch text[0] {
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return ' ', 1
	case '/':
		return '/', 1
	case 'u':
		size = 5
	case 'x':
		size = 3
	default:
		return 0, 0
	}
	if len(text) < size {
		return 0, 0
	}
	for _, c := range []byte(text[1:size]) {
		d := hex(c)
		if d < 0 {
			return 0, 0
		}
		r = r<<4 | rune(d)
	}
	return r, size
}

// percent reads one URL-encoded character, encoded once or many times over
// (%2E, %252E). It gives 0 bytes if there is none.
func percent(text string) (r rune, size int) {
	var char [utf8.UTFMax]byte
	n := 0
	for n < len(char) && size < len(text) && text[size] == '%' {
		i := size + 1
		for i+4 <= len(text) && text[i] == '2' && text[i+1] == '5' && hex(text[i+2]) >= 0 && hex(text[i+3]) >= 0 {
			i += 2
		}
		if i+2 > len(text) || hex(text[i]) < 0 || hex(text[i+1]) < 0 {
			return 0, 0
		}
		char[n] = byte(hex(text[i])<<4 | hex(text[i+1]))
		n, size = n+1, i+2
		if utf8.FullRune(char[:n]) {
			break
		}
	}
	r, _ = utf8.DecodeRune(char[:n])
	if r == utf8.RuneError {
		return 0, 0
	}
	return r, size
}

// entity reads one HTML entity, escaped once or many times over (&lt;,
// &amp;lt;): those that Slack, XML and JSON encoders write.
func entity(text string) (r rune, size int) {
	i := 1
	for strings.HasPrefix(text[i:], "amp;") {
		i += len("amp;")
	}
	for _, e := range [...]struct {
		name string
		r    rune
	}{{"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}, {"nbsp;", '\u00a0'}} {
		if strings.HasPrefix(text[i:], e.name) {
			return e.r, i + len(e.name)
		}
	}
	if r, n := numbered(text[i:]); n > 0 {
		return r, i + n
	}
	if i > 1 {
		return '&', i
	}
	return 0, 0
}

// numbered reads #39; or #x27;.
func numbered(text string) (r rune, size int) {
	if !strings.HasPrefix(text, "#") {
		return 0, 0
	}
	base, i := rune(10), 1
	if i < len(text) && text[i]|0x20 == 'x' {
		base, i = 16, 2
	}
	first := i
	for ; i < len(text) && i-first < 6; i++ {
		d := rune(hex(text[i]))
		if d < 0 || d >= base {
			break
		}
		r = r*base + d
	}
	if i == first || i == len(text) || text[i] != ';' {
		return 0, 0
	}
	return r, i + 1
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// put appends a character that took size bytes of the text at an offset.
func (v view) put(r rune, at, size int, how reading) view {
	v = v.move(at)
	v.seen.changed = true
	switch r = fold(r); {
	case r == invisible:
		v.seen.invisible = true
		v = v.gap(how.invisible)
	case r == noBreak:
		v.seen.noBreak = true
		v = v.gap(how.noBreak)
	case r == '+':
		v = v.gap(how.plus)
	case r < utf8.RuneSelf:
		v.b = append(v.b, byte(r))
	default:
		v.b = append(v.b, letter)
	}
	return v.move(at + size)
}

// gap appends what stands for a character in this reading, if anything.
func (v view) gap(c byte) view {
	if c != 0 {
		v.b = append(v.b, c)
	}
	return v
}

// move records that the next byte of the view comes from an offset in the text.
func (v view) move(text int) view {
	here, last := move{len(v.b), text}, move{}
	n := len(v.moves)
	if n > 0 {
		last = v.moves[n-1]
	}
	switch {
	case n > 0 && last.view == here.view:
		v.moves[n-1] = here
	case here.view-last.view != here.text-last.text:
		v.moves = append(v.moves, here)
	}
	return v
}

// What fold gives for characters that are no ASCII character's likeness.
const (
	invisible rune = -1
	noBreak   rune = -2
)

// fold gives the ASCII character that a character looks like; invisible or
// noBreak; or the character itself.
func fold(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\t' || ' ' <= r && r < 0x7f:
		return r
	case r <= 0x7f, // control characters
		r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, // soft hyphen, joiners, fillers
		0x17b4 <= r && r <= 0x17b5, 0x180b <= r && r <= 0x180e,
		0x200b <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, 0x2060 <= r && r <= 0x206f, // zero width, direction
		r == 0x3164, r == 0xfeff, r == 0xffa0,
		0xfe00 <= r && r <= 0xfe0f, 0xe0000 <= r && r <= 0xe0fff: // variants, tags
		return invisible
	case r == 0xa0, r == 0x1680, 0x2000 <= r && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return noBreak
	case r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case 0x2018 <= r && r <= 0x201b, r == 0x2032, r == 0x2bc:
		return '\''
	case 0x201c <= r && r <= 0x201f, r == 0x2033, r == 0xab, r == 0xbb:
		return '"'
	case 0x2010 <= r && r <= 0x2015, r == 0x2212, r == 0xfe58, r == 0xfe63:
		return '-'
	case r == 0x2192, r == 0x21d2: // arrows, as in "password → …"
		return '='
	case 0xff01 <= r && r <= 0xff5e: // full-width forms
		return r - 0xff01 + '!'
	}
	return r
}
