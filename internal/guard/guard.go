// Package guard finds secrets and patients' numbers in text that people paste:
// tokens, keys, passwords, private keys, session cookies and NHS numbers. Redact
// takes them out of whatever is to be shown, stored or logged; Safe says whether
// a short value holds any; Find tells what kind of thing stands where, so that
// its author can be warned.
//
// # How a text is read
//
// People paste the same secret in many shapes. So a text is first turned into a
// view (view.go): URL encoding, HTML and Slack entities, JSON's \u0022, \/ and
// \n, curly quotes, full-width letters and invisible characters are undone, also
// where one is inside another, and the view remembers where each byte came from.
// Backslashes before quotes stay, because they tell at which depth of a string
// inside a string a value ends.
//
// Some characters can mean two things, and then the text is read once for each:
// invisible ones and no-break spaces may split a token or stand between two
// words, and a plus sign may be one or, in a form or a query, a space. What any
// reading finds counts.
//
// Then one pass looks at each word of the view (scan.go), and only where a word
// is an anchor does something slower happen right there:
//
//   - a secret that tells by its form whose it is: a JWT, xoxb-…, AKIA…, a
//     private key in PEM (tokens.go);
//   - a name that announces a secret: password, client_secret, x-api-key,
//     Authorization, JSESSIONID … (keys.go). What may stand between name and
//     value, and how a value ends, is the grammar of value.go; whether a value
//     looks like a secret there is judged in looks.go. The vaguer the
//     announcement, the more the value itself must look like one: whatever x is
//     in `"password": "x"` is believed, but in "the token is x" only something
//     random;
//   - ten digits with a right check digit (nhs.go).
//
// # What holds for findings
//
// Anchors know nothing of each other: each is read as if it were the only one,
// and findings that overlap are joined in the end. So no secret can hide behind
// another, or behind an unclosed quote. A finding never ends inside a word, and
// what Redact puts in its place counts as a character of its own: no value holds
// it, and no anchor touches it. Therefore redacting twice is redacting once.
//
// Time is linear in the length of the text: whatever reads further than a fixed
// number of bytes remembers how far it came. An ordinary message of 100 bytes
// takes half a microsecond and no allocation, an error body of 4 kB some 30 or,
// inside a string, 45 microseconds.
//
// # What it cannot find
//
//   - A secret that nothing announces and that has no form of its own: an opaque
//     token or a password alone on its line, base64 of user:password without
//     Basic, the tail of a JWT without an eyJ.
//   - A password that is an ordinary word in the middle of a sentence ("the
//     password is swordfish"), or one that is announced after it ("swordfish is
//     the password"). In fields and assignments ordinary words are found, but
//     for those that documents put there ("required", "string", "changeme").
//   - A passphrase that reads like a sentence about one ("this is not it").
//   - The rest of an unquoted password after a space, a double quote, a backtick
//     or an angle bracket; a password with a slash in it inside a URL.
//   - Encodings other than the ones above: base64 of a whole request, gzip,
//     encryption, pictures; percent signs that were lost; a %-sign before a
//     number that happens to decode ("%4347659193").
//   - NHS numbers in other groups than 3 3 4, spelt out, with a wrong check
//     digit, or glued to letters other than nhs or patient; names, addresses,
//     dates of birth and everything else about a patient.
//
// And it takes for a secret what only looks like one: one in eleven numbers of
// ten digits (Unix times too) is redacted as an NHS number, base64 of any JSON
// object as a token. Finding.Sure is for whoever must not cry wolf.
package guard

import (
	"cmp"
	"slices"
	"strings"
)

// Kind names what was found, for people.
type Kind string

// All kinds. They are also what Redact writes.
const (
	AccessToken  Kind = "access token"
	RefreshToken Kind = "refresh token"
	APIKey       Kind = "API key"
	ClientSecret Kind = "client secret"
	Assertion    Kind = "client assertion"
	Password     Kind = "password"
	PrivateKey   Kind = "private key"
	Session      Kind = "session cookie"
	Webhook      Kind = "webhook address"
	Signature    Kind = "signed link"
	NHSNumber    Kind = "NHS number"
)

var kinds = [...]Kind{
	AccessToken, RefreshToken, APIKey, ClientSecret, Assertion, Password,
	PrivateKey, Session, Webhook, Signature, NHSNumber,
}

// Finding is one secret in a text.
type Finding struct {
	Kind       Kind
	Start, End int  // half-open range of byte offsets
	Sure       bool // certain enough to warn a person; redaction does not ask for it
}

// Find returns the secrets in a text, in order, not overlapping; nil if there
// are none. Any text will do, also one that is not UTF-8.
func Find(text string) []Finding {
	// Room for an ordinary message, so that it costs no allocation.
	var (
		room  [512]byte
		moves [16]move
	)
	v := view{b: room[:0], moves: moves[:0]}.read(text, reading{plus: '+'})
	found := v.search()
	seen, plus := v.seen, v.formEncoded()
	if seen.noBreak {
		v = v.read(text, reading{noBreak: ' ', plus: '+'})
		found = append(found, v.search()...)
	}
	if seen.invisible {
		v = v.read(text, reading{invisible: ' ', noBreak: ' ', plus: '+'})
		found = append(found, v.search()...)
	}
	if plus {
		v = v.read(text, reading{noBreak: ' ', plus: ' '})
		found = append(found, v.search()...)
	}
	return join(found)
}

// Redact returns the text with each finding replaced by its kind in brackets,
// like "[redacted: access token]". Redacting that again changes nothing.
func Redact(text string) string {
	found := Find(text)
	if len(found) == 0 {
		return text
	}
	var out strings.Builder
	done := 0
	for _, f := range found {
		out.WriteString(text[done:f.Start])
		out.WriteString(markStart)
		out.WriteString(string(f.Kind))
		out.WriteString(markEnd)
		done = f.End
	}
	out.WriteString(text[done:])
	return out.String()
}

// Safe reports whether there is nothing in a text to redact. It guards short
// values before they are stored or shown: codes, header names, request ids.
func Safe(text string) bool { return len(Find(text)) == 0 }

// What Redact writes around a kind.
const (
	markStart = "[redacted: "
	markEnd   = "]"
)

// markLen is the length of what Redact wrote at the start of a text, or 0.
func markLen(text string) int {
	rest, ok := strings.CutPrefix(text, markStart)
	if !ok {
		return 0
	}
	for _, k := range kinds {
		if after, ok := strings.CutPrefix(rest, string(k)); ok && strings.HasPrefix(after, markEnd) {
			return len(markStart) + len(k) + len(markEnd)
		}
	}
	return 0
}

// join sorts findings and makes one of those that overlap. The first of them
// names it: a name before a value says more than the value's form, and is
// found before it.
func join(found []Finding) []Finding {
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) })
	joined := found[:1]
	for _, f := range found[1:] {
		last := &joined[len(joined)-1]
		if f.Start >= last.End {
			joined = append(joined, f)
			continue
		}
		last.End = max(last.End, f.End)
		last.Sure = last.Sure || f.Sure
	}
	return joined
}
