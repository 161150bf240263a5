package guard

import (
	"bytes"
	"encoding/base64"
	"math/bits"
	"strings"
)

// manner is how a name announces a value.
type manner uint8

const (
	unannounced manner = iota
	tight              // name=value, <name>value</name>, --name value
	loose              // name: value
	paired             // "name", "value"
	spoken             // name value, the name is value
)

// Some lengths that are looked at, in bytes: enough for what people write, and
// few enough to do it again at every name of a hostile text.
const (
	examined  = 256 // of a value, to see whether it looks like a secret
	padded    = 48  // blanks, new lines and brackets before a value
	explained = 48  // words between a name and its value
	tagged    = 160 // attributes of an XML element
)

// announcement reads what stands between a name, whose last word stands from i
// to j, and its value. It returns where to look for the value.
func (s *scan) announcement(i, j int) (int, manner) {
	p, closed := j, false
	for p < len(s.b) && p-j < 8 && (class[s.b[p]]&quote != 0 || among(s.b[p], `\*_])~`)) {
		closed = closed || class[s.b[p]]&quote != 0
		p++
	}
	q := p
	for q < len(s.b) && q-p < 16 && s.is(q, blank) {
		q++
	}
	switch {
	case s.has(q, ":") || s.has(q, "=") || s.has(q, "->"):
		return s.separator(q, q > p)
	case q > p && s.has(q, "- "):
		return q + 1, loose
	case s.has(q, "|"): // a table
		return q + 1, spoken
	case s.has(p, "("): // setPassword("…")
		return p + 1, paired
	case s.has(q, ",") && closed:
		if start := s.valueField(q + 1); start > q+1 {
			return start, tight
		}
		return q + 1, paired
	case s.inTag(i):
		if start := s.valueField(p); start > p {
			return start, tight // <add key="name" value="…">
		}
		switch start := s.tagEnd(p); {
		case start < 0, s.has(start, "<"), s.is(start, quote):
		case !closed:
			return start, tight
		case start == p+1:
			return start, loose // <entry key="name">value</entry>
		}
	case q > p && s.option(i):
		return q, tight
	case q > p || s.is(q, newline):
		if start := s.valueField(p); start > p {
			return start, loose // the environment of a container
		}
		return s.afterVerb(q), spoken
	}
	return 0, unannounced
}

// separator reads : = == := => -> and tells a tight one from a loose one.
func (s *scan) separator(q int, apart bool) (int, manner) {
	how := loose
	for n := 0; n < 3 && q < len(s.b) && among(s.b[q], ":=->"); n++ {
		if s.b[q] == '=' && !apart {
			how = tight
		}
		if q++; s.b[q-1] == '-' && !s.has(q, ">") {
			q-- // a value that begins with a dash
			break
		}
	}
	if s.is(q, blank|newline) {
		how = loose
	}
	brace := q
	for brace-q < padded && s.is(brace, blank|newline) {
		brace++
	}
	if s.has(brace, "{") {
		if start := s.valueField(brace + 1); start > brace+1 {
			return start, how
		}
	}
	return q, how
}

// valueField skips the word value where it is a field of its own: {"name":
// "password", "value": "…"}, {"password": {"value": "…"}}. It returns p if there
// is none.
func (s *scan) valueField(p int) int {
	i := p
	for i-p < padded && (s.is(i, blank|newline|quote) || s.has(i, `\`) || s.has(i, ">") && s.is(i-1, newline|blank)) {
		i++
	}
	if i+5 > len(s.b) || !equalFold(s.b[i:i+5], "value") {
		return p
	}
	for i += 5; i-p < 2*padded && (s.is(i, blank|quote) || s.has(i, `\`)); i++ {
	}
	if s.has(i, ":") || s.has(i, "=") {
		return i + 1
	}
	return p
}

// inTag reports whether a name whose last word begins at i is that of an XML
// element, or stands in one of its attributes.
func (s *scan) inTag(i int) bool {
	for k := i - 1; k >= 0 && i-k < 40; k-- {
		switch c := s.b[k]; {
		case c == '<':
			return true
		case class[c]&(alnum|joint|dot|blank|quote) == 0 && !among(c, `:=\`):
			return false
		}
	}
	return false
}

// tagEnd returns what follows the end of a tag, or -1.
func (s *scan) tagEnd(p int) int {
	for k := p; k < len(s.b) && k-p < tagged; k++ {
		switch s.b[k] {
		case '>':
			return k + 1
		case '<':
			return -1
		}
		if k == p && !s.is(k, blank) {
			return -1
		}
	}
	return -1
}

// option reports whether the name is that of a command-line option: --name.
func (s *scan) option(i int) bool {
	for i > 0 && s.is(i-1, alnum|joint) {
		if i--; s.has(i-1, " --") || i == 1 && s.has(0, "--") || s.has(i-1, "\n--") {
			return true
		}
	}
	return false
}

// afterVerb skips "is", "was" and the like before a value that is spoken of.
func (s *scan) afterVerb(q int) int {
	for _, verb := range [...]string{"is", "was", "are", "being", "value"} {
		if end := q + len(verb); end < len(s.b) && equalFold(s.b[q:end], verb) && s.is(end, blank|newline) {
			return s.colon(end)
		}
	}
	return q
}

// colon skips a colon and the blanks before it.
func (s *scan) colon(i int) int {
	k := i
	for k-i < 4 && s.is(k, blank) {
		k++
	}
	if s.has(k, ":") {
		return k + 1
	}
	return i
}

// saidLater returns where a value may stand that is announced after some more
// words: "password for the sandbox is x", "api key (int): x". It returns -1 if
// nothing like that follows on the line.
func (s *scan) saidLater(p int) int {
	for k := p; k < len(s.b) && k-p < explained; k++ {
		switch c := s.b[k]; {
		case c == ':' || c == '=' || s.has(k, " is "):
			if s.namesOther(k) {
				return -1
			}
			return s.afterVerb(k + 1)
		case class[c]&(alnum|joint|blank) == 0 && c != '(' && c != ')':
			return -1
		}
	}
	return -1
}

// namesOther reports whether the word that ends at k announces something else
// than a secret: "token rejected, request id is …".
func (s *scan) namesOther(k int) bool {
	i := k
	for k-i < nameLength && s.is(i-1, alnum) {
		i--
	}
	word := s.b[i:k]
	return endsFold(word, "id") || oneOf(word, "hash", "sha", "commit", "build", "image", "digest", "url", "link", "trace",
		"reference", "ref", "number", "version", "status", "code", "time", "date", "name", "file", "path", "error", "message")
}

// value is what may be a secret.
type value struct {
	start, end int
	quoted     bool
	newLine    bool // it begins on another line than its name
	open       bool // it may go on after its line: wrapped, or in an unclosed string
	quote      byte // of that string
}

// value reads a value that begins at p, after blanks, brackets and quotes.
func (s *scan) value(p int) value {
	var v value
	i := p
	for ; i < len(s.b) && i-p < padded && s.beforeValue(i); i++ {
		v.newLine = v.newLine || s.is(i, newline)
	}
	if s.has(i, "<mailto:") {
		// Slack takes P@ssw0rd.com for an address and shows it twice.
		if end := bytes.IndexByte(s.b[i:min(len(s.b), i+examined)], '>'); end > 0 {
			v.start, v.end = i+len("<mailto:"), i+end
			return v
		}
	}
	escapes := s.opening(i)
	if escapes < 0 && (s.is(i, alpha) || s.has(i, "@") || s.has(i, "$")) {
		if escapes = s.opening(i + 1); escapes >= 0 {
			i++ // b'…' of Python, @"…" of C#
		}
	}
	if escapes < 0 {
		v.start, v.end, v.open = i, s.trim(i, s.unquotedEnd(i)), true
		return v
	}
	v.quoted, v.quote = true, s.b[i+escapes]
	for i += escapes + 1; v.quote == '`' && s.has(i, "`"); i++ {
	}
	end, closed := s.quotedEnd(i, v.quote, escapes)
	if !closed {
		end = s.trim(i, end)
	}
	v.start, v.end, v.open = i, end, !closed
	return v
}

// opening returns how many backslashes stand before a quote that opens a value,
// or -1 if no quote does.
func (s *scan) opening(i int) int {
	escapes := 0
	for s.has(i+escapes, `\`) && escapes < 16 {
		escapes++
	}
	if !s.is(i+escapes, quote) {
		return -1
	}
	return escapes
}

// addValue records a value, as far as it goes on after its line.
func (s *scan) addValue(k Kind, v value, sure bool) {
	if v.open {
		v.end = s.unwrap(v.start, v.end, v.quote)
	}
	s.add(k, v.start, v.end, sure)
}

// beforeValue reports whether a byte stands before values and is no part of one:
// blanks, opening brackets, the backslash at the end of a command's line, and the
// > before a quoted one.
func (s *scan) beforeValue(i int) bool {
	switch c := s.b[i]; c {
	case '+', '[', '(', '*':
		return true
	case '\\':
		return s.is(i+1, newline|blank) || s.has(i+1, `\`) && s.is(i+2, newline|blank)
	case '>':
		return s.is(i-1, newline|blank) && s.is(i+1, blank)
	case '<': // <token>, as in templates, but filled in
		return s.is(i+1, alnum) && !s.has(i, "<mailto:")
	default:
		return class[c]&(blank|newline) != 0
	}
}

// examine returns as much of a value as is looked at.
func (s *scan) examine(v value) []byte { return s.b[v.start:min(v.end, v.start+examined)] }

// trim leaves out what ends a sentence or closes a bracket.
func (s *scan) trim(start, end int) int {
	const most = 16
	for start = max(start, end-most); end > start && among(s.b[end-1], ".,;:)]}' \t\\"); {
		end--
	}
	return end
}

// unquotedEnd returns where a value without quotes ends: where one can end
// depends on what stands there, not on where it began.
func (s *scan) unquotedEnd(i int) int {
	if s.unquoted.from <= i && i < s.unquoted.to {
		return s.unquoted.to
	}
	end := i
	for end < len(s.b) && !s.ends(end) {
		end++
	}
	s.unquoted = span{i, end}
	return end
}

// ends reports whether an unquoted value ends before this byte. A password may
// hold any of , ; & ? unless another field or a blank follows it.
func (s *scan) ends(i int) bool {
	switch c := s.b[i]; {
	case class[c]&(blank|newline) != 0, c == '"', c == '`', c == '<', c == '>', c == '|':
		return true
	case c == '\'':
		return !s.is(i-1, alnum) || !s.is(i+1, alnum)
	case c == '\\':
		return i+1 == len(s.b) || s.is(i+1, quote|newline|blank) || s.b[i+1] == '\\'
	case c == ',', c == ';', c == '&', c == '?':
		k := i + 1
		for k-i < 40 && s.is(k, alnum|joint|dot) {
			k++
		}
		if k > i+1 {
			return s.has(k, "=") || s.has(k, ":")
		}
		return k == len(s.b) || s.is(k, blank|newline|quote) || s.b[k] == '\\'
	}
	return false
}

const (
	quoteMarks = 3
	depths     = 4 // strings inside strings: from the fourth on all are alike
)

type quotedSpan struct {
	span
	closed bool
}

// quotedEnd returns where a value ends that was opened by a quote after so many
// backslashes: at the same kind of quote, as deep or less deep inside strings,
// or at the end of the line. At depth n there are 2ⁿ-1 backslashes before a quote
// that closes, and more before one that is part of the value.
func (s *scan) quotedEnd(i int, q byte, escapes int) (end int, closed bool) {
	depth := min(bits.Len(uint(escapes)), depths-1)
	memo := &s.quotes[strings.IndexByte("\"'`", q)][depth]
	if memo.from <= i && i < memo.to {
		return memo.to, memo.closed
	}
	own := 1<<depth - 1
	slashes := 0
	for end = i; end < len(s.b) && !s.is(end, newline) && !closed; end++ {
		switch s.b[end] {
		case '\\':
			slashes++
			continue
		case q:
			closed = q == '`' || slashes < own || slashes%(2*(own+1)) == own || depth == depths-1
		}
		if !closed {
			slashes = 0
		}
	}
	if closed {
		end -= 1 + min(slashes, own)
	}
	*memo = quotedSpan{span{i, end}, closed}
	return end, closed
}

// lineEnd returns where the line ends, or comes to a byte of a class if that is
// not 0. It gives the offset itself if something was redacted before that.
func (s *scan) lineEnd(i int, or uint16) int {
	memo := &s.lines[min(or, 1)]
	if i < memo.from || memo.to <= i {
		end := i
		for end < len(s.b) && !s.is(end, newline|redacted|or) {
			end++
		}
		*memo = span{i, end}
	}
	if s.is(memo.to, redacted) {
		return i
	}
	return memo.to
}

// set is a set of bytes that a token may be made of.
type set uint8

const (
	plainSet set = iota // letters and digits
	urlSafe             // base64url
	dotted              // base64url and dots
	anyToken            // base64 of either kind and dots
	ticket              // also * and @
	sets
)

var setClass = [sets]uint16{
	plainSet: alnum,
	urlSafe:  alnum | joint,
	dotted:   alnum | joint | dot,
	anyToken: alnum | joint | dot | padding,
	ticket:   alnum | joint | dot | padding | star,
}

// run returns the end of the run of a set's bytes that an offset is in. It gives
// the offset itself for a run that touches what was redacted.
func (s *scan) run(i int, in set) int {
	memo := &s.runs[in]
	if i < memo.from || memo.to <= i {
		end := i
		for s.is(end, setClass[in]) {
			end++
		}
		*memo = span{i, end}
	}
	if s.is(memo.to, redacted) {
		return i
	}
	return memo.to
}

// wrap remembers how far a secret went on after the end of its line.
type wrap struct {
	end, to int
	quote   byte
}

// unwrap goes on where a terminal or an editor wrapped a secret: it returns the
// end of the last line that belongs to it. On its first line it stands from start
// to end, in an unclosed string if q is a quote.
func (s *scan) unwrap(start, end int, q byte) int {
	if s.folded.end < end && end <= s.folded.to || s.folded.end == end && s.folded.quote == q {
		return s.folded.to
	}
	if end-start < lineLeast {
		return end
	}
	first := end
	for {
		next, stop := s.continued(start, end, q)
		if stop <= end {
			s.folded = wrap{first, end, q}
			return end
		}
		start, end = next, stop
	}
}

// Lines that are wrapped are long, at most the last one is short.
const (
	lineLeast = 20
	lineLong  = 40
)

// continued returns where a secret that stands from start to end of a line goes
// on in the next: if there is nothing on that line but more of the same, or if
// its string ends there. Else it returns zeros.
func (s *scan) continued(start, end int, q byte) (next, stop int) {
	p := end
	for p-end < padded && (s.is(p, blank) || s.has(p, `\`)) {
		p++
	}
	if end-start < lineLeast || !s.is(p, newline) {
		return 0, 0
	}
	for p-end < padded && s.has(p, "\r") {
		p++
	}
	if s.has(p, "\n") {
		p++
	}
	for p-end < 2*padded && (s.is(p, blank) || s.has(p, ">") || s.has(p, "|")) {
		p++
	}
	stop = s.run(p, anyToken)
	after := stop
	for s.has(after, `\`) {
		after++
	}
	piece := s.b[p:min(stop, p+examined)]
	more := false
	switch {
	case len(piece) == 0 || uuid(piece):
	case q != 0 && s.has(after, string(q)):
		more = true
	case after < len(s.b) && !s.is(after, newline|quote|blank):
	case len(piece) >= lineLeast:
		more = random(piece)
	default:
		more = end-start >= lineLong && !s.is(after, blank) && mixed(piece) && measure(piece).letters > 0
	}
	if !more {
		return 0, 0
	}
	return p, stop
}

// userAndPassword reports whether a value is base64 of user:password.
func userAndPassword(v []byte) bool {
	v = bytes.TrimRight(v[:min(len(v), examined)], "=")
	var plain [examined]byte
	enc := base64.RawStdEncoding
	if bytes.ContainsAny(v, "-_") {
		enc = base64.RawURLEncoding
	}
	n, _ := enc.Decode(plain[:], v)
	return contains(plain[:n], ':')
}
