package detect

import (
	"slices"
	"strings"
)

// This file finds the names of headers, parameters and fields in the words about an error.

// word is a word of a sentence about an error.
type word struct {
	text   string
	small  string // in small letters
	quoted bool
	end    byte // the punctuation behind it, or 0
}

// words finds names in the words about an error:
//
//	Invalid value - 'abc' in field 'identifier'
//	Missing required header X-Request-ID
//	Required request parameter 'from' is not present
//	"birthDate" is required
//
// A name in quotes counts beside what it is (field, header …) or what it lacks
// (missing, required); without quotes it must have the shape of a name too. A plain
// word may be the value that was sent, and counts beside "field" and the like only
// where the words around them speak of names.
func (n *names) words(s string) {
	const longest = 400
	w := splitWords(s[:min(len(s), longest)])
	for i := range w {
		switch kind := nounKind(w, i); {
		case n.full():
			return
		case kind != "":
			n.besideNoun(w, i, kind)
		case w[i].small == "missing" && !w[i].quoted:
			n.missing(w, i)
		case isClaimedMissing(w, i):
			n.add(DetailField, w[i].text)
		}
	}
}

// nounKind says what a word calls what stands beside it; "" for most words.
func nounKind(w []word, i int) DetailKind {
	if w[i].quoted {
		return ""
	}
	switch w[i].small {
	case "header", "headers":
		return DetailHeader
	case "parameter", "parameters", "param", "params":
		return DetailParameter
	case "field", "fields", "property", "element", "attribute":
		return DetailField
	case "at": // Google: Invalid value at 'contact.name'
		if i > 0 && w[i-1].small == "value" {
			return DetailField
		}
	}
	return ""
}

// besideNoun takes the name behind a word such as "field", or else the one
// before it.
func (n *names) besideNoun(w []word, i int, kind DetailKind) {
	next := i + 1
	if next < len(w) && (w[next].small == "named" || w[next].small == "called") {
		next++
	}
	if next < len(w) {
		headed := w[i].end == ':' && lacks(w[:i]) // "missing field: name"
		if (headed || w[next].isMarked()) && (isTelling(w[next].text) || announcesName(w, i) || claims(w, next+1)) {
			n.add(kind, w[next].text)
			return
		}
	}
	if i == 0 || isValue(w, i-1) {
		return
	}
	prev := w[i-1]
	named := prev.isMarked() && (isTelling(prev.text) || announcesName(w, i-1) || claims(w, i+1))
	if named || isRequiredField(w, i) && !isFiller(prev.small) {
		n.add(kind, prev.text)
	}
}

// isMarked says whether a word is told from those of a language: it stands in quotes, or
// has the shape of a name.
func (w *word) isMarked() bool { return w.quoted || isShaped(w.text) }

// isRequiredField says whether word i is the "field" of ASP.NET's "The Name field is
// required."
func isRequiredField(w []word, i int) bool {
	return i > 1 && i+2 < len(w) && w[i-2].small == "the" && w[i+1].small == "is" && w[i+2].small == "required"
}

// announcesName says whether what stands before word i lets a name follow, and no
// value: "in field", "required parameter", "unknown field". An invalid parameter
// may be either.
func announcesName(w []word, i int) bool {
	if i == 0 || w[i].small == "at" { // which is one itself, see nounKind
		return i > 0
	}
	switch w[i-1].small {
	case "in", "for", "on", "of", "at", "following",
		"unknown", "unexpected", "unrecognised", "unrecognized", "unsupported", "additional", "duplicate":
		return true
	}
	return lacks(w[:i])
}

// claims says whether the words from i on say of what stands before them that it is
// missing, or that nobody knows it.
func claims(w []word, i int) bool {
	if i+1 >= len(w) || w[i].small != "is" && w[i].small != "was" {
		return false
	}
	switch w[i+1].small {
	case "missing", "required", "mandatory", "unknown", "unexpected":
		return true
	case "not":
		return isAbsent(w, i+2, "allowed", "permitted", "present", "provided", "set", "specified")
	}
	return false
}

// isAbsent says whether word i, behind "not", is one of these. What is "not present in" a
// list is the value that was sent.
func isAbsent(w []word, i int, present ...string) bool {
	return i < len(w) && slices.Contains(present, w[i].small) && (i+1 == len(w) || w[i+1].small != "in")
}

// missing takes the name behind the word "missing": there is no value then that
// it could be.
func (n *names) missing(w []word, i int) {
	colon := w[i].end == ':'
	for i++; i < len(w) && !w[i].quoted && isFiller(w[i].small); i++ {
		colon = colon || w[i].end == ':'
	}
	if i == len(w) || nounKind(w, i) != "" {
		return
	}
	if headed := colon && w[i].end != ':'; headed || w[i].isMarked() {
		n.add(DetailField, w[i].text)
	}
}

// isFiller says whether a word may stand between "missing" and a name.
func isFiller(small string) bool {
	switch small {
	case "the", "a", "-", "from", "for", "in", "or",
		"required", "mandatory", "invalid", "value", "values", "request", "query", "path", "body", "key":
		return true
	}
	return false
}

// isClaimedMissing says whether "is required", "is missing" or the like stands
// behind a name.
func isClaimedMissing(w []word, i int) bool {
	if i+2 >= len(w) || w[i+1].small != "is" && w[i+1].small != "must" {
		return false
	}
	claimed := w[i+1].small == "must" && !w[i].quoted
	switch w[i+2].small {
	case "required", "missing", "mandatory":
		claimed = true
	case "a", "not": // "is a required field", "is not present"
		claimed = claimed || i+3 < len(w) && w[i+3].small == "required" || isAbsent(w, i+3, "present")
	}
	return claimed && w[i].isMarked() && !isValue(w, i)
}

// isValue says whether word i is the value that was sent: Invalid value 'abc' …
func isValue(w []word, i int) bool {
	if i > 0 && w[i-1].small == "-" {
		i--
	}
	if i == 0 {
		return false
	}
	switch w[i-1].small {
	case "value", "values", "got", "received", "was", "found", "of", "to", "convert":
		return !lacks(w[:i])
	}
	return false
}

// lacks says whether words say that something is not there.
func lacks(w []word) bool {
	for i := range w {
		if s := w[i].small; s == "missing" || s == "required" {
			return true
		}
	}
	return false
}

// splitWords splits a sentence at white space. What stands in quotes is one word.
func splitWords(s string) []word {
	const most = 80
	var words []word
	for i := 0; i < len(s) && len(words) < most; {
		if isSpace(s[i]) || strings.IndexByte("([{", s[i]) >= 0 {
			i++
			continue
		}
		w, end := quotedWord(s, i)
		if end == i {
			w, end = bareWord(s, i)
		}
		if w.text != "" {
			words = append(words, w)
		}
		i = end
	}
	return words
}

// quotedWord reads the word in quotes at s[i]; where there is none, end is i.
func quotedWord(s string, i int) (w word, end int) {
	const longest = 80
	quote := s[i]
	if quote != '\'' && quote != '"' && quote != '`' {
		return w, i
	}
	for end = i + 1; end < len(s) && end-i < longest; end++ {
		if s[end] == quote && (end+1 == len(s) || !isLetter(s[end+1]) && !isDigit(s[end+1])) {
			w = word{text: s[i+1 : end], small: "", quoted: true}
			if end+1 < len(s) && strings.IndexByte(".,:;)]", s[end+1]) >= 0 {
				w.end = s[end+1]
				end++
			}
			return w, end + 1
		}
	}
	return w, i
}

// bareWord reads the word without quotes at s[i]. It ends at white space, and
// behind a ":" or "=" before which stands a word.
func bareWord(s string, i int) (w word, end int) {
	end = i
	for end < len(s) && !isSpace(s[end]) {
		end++
		if c := s[end-1]; end > i+1 && (c == '=' || c == ':' && end < len(s) && strings.IndexByte("'\"`", s[end]) >= 0) {
			break
		}
	}
	text := strings.Trim(s[i:end], `.,:;=)]}"'`+"`")
	if last := s[end-1]; !isLetter(last) && !isDigit(last) {
		w.end = last
	}
	w.text, w.small = text, strings.ToLower(text)
	if text == "" && end-i == 1 { // a dash, a bullet
		w.text, w.small = s[i:end], s[i:end]
	}
	return w, end
}
