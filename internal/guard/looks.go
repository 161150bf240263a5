package guard

import (
	"bytes"
	"strings"
)

// look is what a value must look like to be believed; each one asks for more
// than the one before.
type look uint8

const (
	anything look = iota // whatever is not a placeholder or a sentence
	lastWord             // unplain, or a single word that ends the line
	unplain              // not just words
	fairly               // letters with digits or signs among them, like Passw0rd
	lengthy              // the same, as long as keys are
	randomly             // long and mixed, like what a machine makes
	never
)

// believes reports whether a value looks like a secret that was not found yet.
func (s *scan) believes(l look, v value) bool {
	text := s.examine(v)
	if l == never || s.known(v) || placeholder(text) {
		return false
	}
	switch l {
	case anything:
		return !sentence(text)
	case lastWord:
		return !plain(text) && !sentence(text) || !v.quoted && !v.newLine && !codelike(text) && s.endsLine(v.end)
	case unplain:
		return !plain(text) && !sentence(text)
	case fairly:
		return fair(text)
	case lengthy:
		return len(text) >= keyLength && fair(text)
	}
	return random(text)
}

// endsLine reports whether nothing but closing marks follows on the line.
func (s *scan) endsLine(i int) bool {
	for n := 0; n < 8 && i < len(s.b) && among(s.b[i], "\"'`*_) \t}]\\"); n++ {
		i++
	}
	return i >= len(s.b) || s.is(i, newline)
}

// keyLength is the length of the shortest keys that machines make, and
// machineLength one that people do not type.
const (
	keyLength     = 16
	machineLength = 32
)

// shape counts what a value is made of.
type shape struct {
	size, digits, letters, signs int
	digitTurns                   int // between a letter and a digit
	caseTurns                    int // between a lower-case and a capital letter
}

func measure(v []byte) shape {
	h := shape{size: len(v)}
	var before uint16
	for _, c := range v {
		k := class[c]
		switch {
		case k&digit != 0:
			h.digits++
		case k&alpha != 0:
			h.letters++
		case k&sign != 0:
			h.signs++
		}
		if k&alnum != 0 && before&alnum != 0 && k != before {
			if (k|before)&digit != 0 {
				h.digitTurns++
			} else {
				h.caseTurns++
			}
		}
		before = k
	}
	return h
}

// machineMade reports whether letters, digits and cases change as often as they
// do at random. Of base 62 about every fourth pair of neighbours is a letter and
// a digit, of hexadecimal every second; CamelCase2 and words-with-2-numbers stay
// far below a tenth. Letters alone change their case at every second step, and
// CamelCase at about every third.
func (h shape) machineMade() bool {
	const long = 20
	return h.digitTurns >= max(3, h.size/10) || h.size >= long && h.caseTurns*100 >= h.letters*42 && h.letters*2 > h.size
}

// random reports whether a value is long and mixed enough to have been made by a
// machine for no other use than to be secret. UUIDs and times have other uses.
func random(v []byte) bool {
	return len(v) >= keyLength && measure(v).machineMade() && !uuid(v) && !datelike(v) && !worded(v)
}

// mixed reports whether there is something in a value that is no word: digits,
// or capitals all over it.
func mixed(v []byte) bool {
	if masked(v) {
		return false
	}
	h := measure(v[:min(len(v), examined)])
	return h.digits >= 2 || h.digits == 1 && h.letters > 0 && h.size < 20 || h.caseTurns*4 >= h.size
}

// fair reports whether a value has letters with digits or signs among them and is
// nothing else that has: a path, an address, a version, a file, a date.
func fair(v []byte) bool {
	const least = 6
	h := measure(v)
	switch {
	case h.size < least, h.letters == 0, datelike(v), worded(v), codelike(v), bytes.HasPrefix(v, []byte("0x")):
		return false
	case contains(v, '/'), contains(v, ' '):
		return h.machineMade()
	case contains(v[max(0, bytes.IndexByte(v, '@')):], '.') && contains(v, '@'):
		return false // an e-mail address
	}
	return h.digits > 0 || h.signs > 0 || h.machineMade()
}

// plain reports whether a value is just words, or a number of less than four
// digits.
func plain(v []byte) bool {
	h := measure(v)
	return h.digits == 0 && worded(v) || h.digits == h.size && h.digits < 4 || codelike(v)
}

// worded reports whether a value is words, with numbers between or after them:
// my-app-v2, RESOURCE_NOT_FOUND, error=invalid_token. A single word with digits
// is not, as that is what passwords look like.
func worded(v []byte) bool {
	pieces, numbered := 0, 0
	for i := 0; i < len(v); {
		j := i
		for j < len(v) && (class[v[j]]&alnum != 0 || v[j] >= letter) {
			j++
		}
		if j == i {
			if !among(v[i], "-_./:,=+' ") {
				return false
			}
			i++
			continue
		}
		pieces++
		switch h := measure(v[i:j]); {
		case h.digits == 0 && !h.machineMade(), h.digits == h.size:
		case h.digits <= 2 && h.digitTurns == 1 && h.size < 16:
			numbered++
		default:
			return false
		}
		i = j
	}
	return pieces > 1 || numbered == 0
}

// datelike reports whether a value begins like 2024-05-01 or 12:30.
func datelike(v []byte) bool {
	n := 0
	for n < len(v) && class[v[n]]&digit != 0 {
		n++
	}
	return (n == 4 || n == 2) && n+2 < len(v) && among(v[n], "-:/.") &&
		class[v[n+1]]&digit != 0 && class[v[n+2]]&digit != 0 && (n+3 == len(v) || class[v[n+3]]&alnum == 0)
}

// codelike reports whether a value is a piece of a program that would give one:
// getToken(), process.env.TOKEN.
func codelike(v []byte) bool {
	i := 0
	for i < len(v) && class[v[i]]&(alpha|dot) != 0 || i < len(v) && v[i] == '_' {
		i++
	}
	return i > 0 && (i == len(v) && contains(v, '.') || i < len(v) && among(v[i], "([{"))
}

// uuid reports whether a value is a UUID, which is what most ids are.
func uuid(v []byte) bool {
	v = bytes.Trim(v, "{}")
	if len(v) != 36 {
		return false
	}
	for i, c := range v {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if hex(c) < 0 {
			return false
		}
	}
	return true
}

// masked reports whether a value was made unreadable: ****, xxxx, ....
func masked(v []byte) bool {
	for _, c := range v {
		if !among(c, "*xX.-_?#") {
			return false
		}
	}
	return len(v) != 1 || v[0]|0x20 != 'x'
}

// placeholder reports whether a value stands for one, or says that there is none.
func placeholder(v []byte) bool {
	if masked(v) || contains(v, mark) || bytes.HasPrefix(v, []byte("[redacted")) || bytes.Contains(v, []byte("***")) {
		return true
	}
	if h := measure(v); h.letters+h.digits == 0 {
		return h.size < 6
	}
	return variable(v) || !random(v) && (standsIn(v) || bytes.Contains(v, []byte("...")))
}

// variable reports whether a value is a place in a template: $TOKEN, ${token},
// {{token}}, <token>, %TOKEN%, %s, !vault, a regular expression, or an address.
func variable(v []byte) bool {
	switch c := v[0]; c {
	case '$':
		return len(v) > 1 && (v[1] == '{' || v[1] == '(' || identifier(v[1:]))
	case '!', '&':
		return identifier(v[1:]) // a tag of YAML, an address of C
	case '{':
		close := bytes.IndexByte(v, '}')
		return close < 0 || close == len(v)-1 || v[1] == '{'
	case '<', '#':
		return v[len(v)-1] == '>' || len(v) > 1 && among(v[1], "{(")
	case '%':
		return v[len(v)-1] == '%' || len(v) == 2
	}
	for _, part := range [...]string{"://", "${", "{{", "[:"} {
		if bytes.Contains(v, []byte(part)) {
			return true
		}
	}
	return false
}

// identifier reports whether a value is a name in a program, without digits.
func identifier(v []byte) bool {
	for _, c := range v {
		if class[c]&alpha == 0 && c != '_' && c != '.' && c != ':' {
			return false
		}
	}
	return true
}

// standsIn reports whether a value is one of the words that stand where a secret
// would, a name of one (your-api-key, db_password), or the path of a file.
func standsIn(v []byte) bool {
	if among(v[0], "/.~") && (contains(v[1:], '/') || identifier(v[1:])) {
		return true
	}
	var room [64]byte
	n := 0
	for _, c := range v {
		if n < len(room) && class[c]&(alnum|joint) != 0 {
			room[n] = lowered(c)
			n++
		}
	}
	text := room[:n]
	if stock[string(text)] {
		return true
	}
	if len(v) >= machineLength {
		return false // AWS has EXAMPLE in the keys of its documents, and tests copy them
	}
	for _, hint := range [...]string{"your", "example", "placeholder", "changeme", "replace", "insert_", "redacted"} {
		if bytes.Contains(text, []byte(hint)) {
			return true
		}
	}
	if measure(text).digits > 0 {
		return false
	}
	for _, last := range [...]string{"password", "passwd", "pwd", "secret", "token", "key"} {
		if bytes.HasSuffix(text, []byte(last)) {
			return true
		}
	}
	return false
}

func lowered(c byte) byte {
	if class[c]&upper != 0 {
		c |= 0x20
	}
	return c
}

// stock are words that documents, schemas and error bodies write where a secret
// would stand.
var stock = wordSet(`
	a an any array auth authorised authorized b64 bad base32 base64 basic bearer blank bool boolean byte bytes cannot
	char credentials default denied digest disabled does empty enabled encrypted env error expired fail failed failure
	false field file for forbidden from has header here hidden in incorrect int int16 int32 int64
	int8 integer invalid is it jwt
	length like malformed masked max min mismatch missing must my n na nil no none not null number oauth2 object of
	off ok omitted on optional or pass policy query rejected removed required reset revoked securestring see set should
	sha1 sha256 sha512 size str string string256 tbc tbd test text that the this to todo true txt type uint16 uint32
	uint64 uint8 unauthorised unauthorized undefined unknown unset user username utf8 uuid
	valid value varchar was will wrong xxx xyz yes`)

// functionWords make a text of several words a sentence about a secret.
var functionWords = wordSet(`
	a an and are be been cannot can could contain contains did does doesn expired field for from had has have if in
	incorrect invalid is isn it least may missing must no not of on or required should than that the this to was
	were will with wrong you your`)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// sentence reports whether a value is words about a secret ("must not be
// blank") and not a passphrase.
func sentence(v []byte) bool {
	if !contains(v, ' ') {
		return false
	}
	var room [16]byte
	word := room[:0]
	for i, c := range v {
		if class[c]&alpha != 0 && len(word) < len(room) {
			word = append(word, lowered(c))
		}
		if class[c]&alpha == 0 || i == len(v)-1 {
			if functionWords[string(word)] {
				return true
			}
			word = room[:0]
		}
	}
	return false
}
