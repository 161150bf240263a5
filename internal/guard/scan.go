package guard

import (
	"bytes"
	"strings"
)

// scan is one pass over a view. It has one method for each kind of anchor.
type scan struct {
	view
	found *[]Finding // offsets in the view; a pointer, so that adding to it does not move the view to the heap

	// What was read already, so that no anchor reads it again (value.go).
	runs     [sets]span
	unquoted span
	lines    [2]span
	quotes   [quoteMarks][depths]quotedSpan
	folded   wrap

	nhs patientWords
}

// span is a half-open range of offsets in a view.
type span struct{ from, to int }

// search returns what is found in a view, with offsets in the text.
func (v view) search() []Finding {
	var found []Finding
	s := scan{view: v, found: &found, nhs: noPatient}
	s.words()
	for i, f := range found {
		found[i].Start, found[i].End = v.at(f.Start), v.at(f.End)
	}
	return found
}

// words looks at each word of the view, and at the few marks that are anchors.
// A word is a run of ASCII letters and digits.
func (s *scan) words() {
	b := s.b
	for i := 0; i < len(b); {
		if class[b[i]]&alnum == 0 {
			switch b[i] {
			case '-':
				s.armour(i)
			case ':':
				s.userinfo(i)
			}
			i++
			continue
		}
		j := i + 1
		for j < len(b) && class[b[j]]&alnum != 0 {
			j++
		}
		if !s.is(i-1, redacted) {
			s.word(i, j)
		}
		i = j
	}
}

// word tries each rule whose anchor a word can be.
func (s *scan) word(i, j int) {
	switch s.b[i] | 0x20 {
	case 'n', 'p':
		s.patientWord(i, j)
	case 'b':
		s.scheme(i, j)
	case 'u':
		s.login(i, j)
	}
	if class[s.b[j-1]]&digit != 0 {
		s.patientNumber(i, j)
	}
	if announces(s.b[i:j]) {
		s.named(i, j)
	}
	if len(issued[s.b[i]]) > 0 {
		s.issuedToken(i)
	}
	switch s.b[i] {
	case 'e':
		s.jwt(i)
	case 'M':
		s.keyBytes(i)
	case 'h':
		s.webhook(i, j)
	}
}

// add records a finding. It is widened to whole words: half a word is neither
// safe to leave nor readable.
func (s *scan) add(k Kind, start, end int, sure bool) {
	for s.is(start-1, alnum) && s.is(start, alnum) {
		start--
	}
	for s.is(end-1, alnum) && s.is(end, alnum) {
		end++
	}
	*s.found = append(*s.found, Finding{Kind: k, Start: start, End: end, Sure: sure})
}

// known reports whether the last finding holds all of a value.
func (s *scan) known(v value) bool {
	n := len(*s.found)
	return n > 0 && (*s.found)[n-1].Start <= v.start && v.end <= (*s.found)[n-1].End
}

// Classes of bytes.
const (
	digit uint16 = 1 << iota
	lower
	upper
	joint   // - and _, in tokens and names alike
	dot     // between the parts of a token
	padding // the rest of base64: + / = and ~
	star    // in the tickets of single sign-on
	sign    // in passwords that must have one
	blank
	newline
	quote
	redacted // by Redact: it may have been anything, so what touches it is a part of a word

	alpha = lower | upper
	alnum = digit | alpha
)

var class = func() (t [256]uint16) {
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = lower, upper
	}
	for _, g := range []struct {
		chars string
		class uint16
	}{{"-_", joint}, {".", dot}, {"+/=~", padding}, {"*@", star}, {"!@#$%^&*+~?=", sign}, {" \t", blank}, {"\n\r", newline}, {"\"'`", quote}, {string(rune(mark)), redacted}} {
		for _, c := range []byte(g.chars) {
			t[c] |= g.class
		}
	}
	return t
}()

// is reports whether the byte at an offset is there and of a class.
func (s *scan) is(i int, c uint16) bool {
	return i >= 0 && i < len(s.b) && class[s.b[i]]&c != 0
}

// has reports whether a text stands at an offset.
func (s *scan) has(i int, text string) bool {
	return i >= 0 && i+len(text) <= len(s.b) && string(s.b[i:i+len(text)]) == text
}

// among reports whether a byte is one of some characters.
func among(c byte, chars string) bool { return strings.IndexByte(chars, c) >= 0 }

// contains reports whether bytes hold a byte.
func contains(b []byte, c byte) bool { return bytes.IndexByte(b, c) >= 0 }

// equalFold reports whether bytes are a lower-case ASCII word, in any case.
func equalFold(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// endsFold reports whether bytes end in a lower-case ASCII word, in any case.
func endsFold(b []byte, word string) bool {
	return len(b) >= len(word) && equalFold(b[len(b)-len(word):], word)
}

// oneOf reports whether bytes are one of some lower-case ASCII words, in any case.
func oneOf(b []byte, words ...string) bool {
	for _, w := range words {
		if equalFold(b, w) {
			return true
		}
	}
	return false
}
