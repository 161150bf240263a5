package detect

import (
	"strings"

	"apierrorbot/internal/guard"
)

// This file finds what a 400 is about: the names of the headers, parameters and
// fields that an error body blames. A body says it in members made for it, or in
// words; a name is taken, and never the value that was sent under it.

const (
	maxNames = 3  // of one signal
	MaxName  = 48 // bytes of a name, at most
)

// FindNames finds the headers, parameters and fields that a signal's error is
// about, as far as the text names them: three at most.
func FindNames(text *Text, s *Signal) []Detail {
	n := names{}
	part := text.Clean[s.Span.Start:s.Span.End]
	if s.Kind != KindBody {
		n.words(linesAround(text.Clean, s.Span))
		return n.list
	}
	sc := scanner{text: part}
	if sc.at = strings.IndexAny(part, `{<"`); sc.at < 0 {
		return nil
	}
	t, _ := sc.tree()
	if t == nil && part[sc.at] == '<' {
		t = sc.element()
	}
	if t == nil {
		n.words(s.Message)
	} else {
		n.tree(t)
	}
	return n.list
}

// linesAround gives the line of a mention and the one behind it.
func linesAround(text string, s Span) string {
	const reach = 300
	start, end := max(0, s.Start-reach), min(len(text), s.End+reach)
	if i := strings.LastIndexByte(text[start:s.Start], '\n'); i >= 0 {
		start += i + 1
	}
	lines := strings.SplitN(text[start:end], "\n", 3)
	return strings.Join(lines[:min(len(lines), 2)], "\n")
}

// names collects what is found.
type names struct{ list []Detail }

func (n *names) full() bool { return len(n.list) >= maxNames }

// add takes a name, if it has the form of one, unless it is the end of one that
// is there: identifier after Patient.identifier.
func (n *names) add(kind DetailKind, name string) {
	if n.full() || !isName(name) {
		return
	}
	if isHeaderName(name) {
		kind = DetailHeader
	}
	for _, d := range n.list {
		if d.Kind == DetailField && kind != DetailHeader && strings.HasSuffix(strings.ToLower(d.Value), strings.ToLower("."+name)) {
			return
		}
	}
	n.list, _ = add(n.list, Detail{Kind: kind, Value: name}, maxNames)
}

// ---- names by their form ----

// isName says whether s can be the name of a field, parameter or header, or a
// path to one: Patient.identifier[0].value, /data/attributes/to, $.nhsNumber,
// X-Request-ID. What looks like a value, a secret or a number is none.
func isName(s string) bool {
	const digits, turns = 4, 2
	if len(s) < 2 || len(s) > MaxName || !isLetter(s[0]) && strings.IndexByte("_$#/", s[0]) < 0 || strings.Contains(s, "//") {
		return false
	}
	letters, numerals, mixed := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isLetter(c):
			letters++
			if i > 0 && isDigit(s[i-1]) {
				mixed++ // sha256hash has one such turn, random text many
			}
		case isDigit(c):
			numerals++
		case strings.IndexByte("_.:/$#[]-", c) < 0:
			return false
		}
	}
	// Whatever looks random behind such words is a secret, and no name.
	return letters >= 2 && numerals <= digits && mixed < turns && isSafe(s) && guard.Safe("the token is "+s) && !holdsSecret(s)
}

// holdsSecret says whether a part of a path announces a secret, so that the part
// behind it may be one: password.hunter2.
func holdsSecret(path string) bool {
	const secret = "Xk3vQ9sLqPz8TrWm41" // any that package guard knows behind such a name, and not alone
	parts := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("./:#[]", r) })
	for i := 0; i+1 < len(parts); i++ {
		if !guard.Safe(parts[i] + `: "` + secret + `"`) {
			return true
		}
	}
	return false
}

// isHeaderName says whether a name is written as headers are.
func isHeaderName(s string) bool {
	if !isUpper(s[0]) && strings.IndexByte(s, '-') < 0 {
		return false
	}
	switch strings.ToLower(s) {
	case "authorization", "accept", "content-type", "if-match", "if-none-match", "host", "origin", "prefer":
		return true
	}
	if len(s) > 2 && lower(s[0]) == 'x' && s[1] == '-' {
		return true
	}
	for i := range len(s) {
		if (i == 0 || s[i-1] == '-') && !isUpper(s[i]) {
			return false
		}
	}
	return strings.IndexByte(s, '-') > 0
}

// isShaped says whether a word outside quotes is clearly a name and no word of a
// language: X-Request-ID, nhsNumber, client_id, Patient.identifier.
func isShaped(s string) bool {
	if s == "" || !isLetter(s[0]) {
		return false
	}
	if isHeaderName(s) {
		return true
	}
	for i := 1; i+1 < len(s); i++ {
		switch {
		case s[i] == '_' || s[i] == '.' || s[i] == '[':
			return true
		case isLower(s[i]) && isUpper(s[i+1]):
			return true
		}
	}
	return false
}

// isTelling says whether a word must be a name, whatever stands around it. Words
// and surnames need more: smith, John.Smith, Smith-Jones, McDonald.
func isTelling(s string) bool {
	for _, start := range [...]string{"Mac", "Mc"} {
		s = strings.TrimPrefix(s, start)
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '-' })
	telling := strings.ContainsAny(s, "_/[$#") || len(parts) > 2
	for i, part := range parts {
		camel := strings.IndexFunc(part[1:], func(r rune) bool { return 'A' <= r && r <= 'Z' }) >= 0
		telling = telling || camel || i == 1 && s[len(parts[0])] == '.' && isUpper(s[0]) && isLower(part[0])
	}
	switch lower := strings.ToLower(s); lower {
	case "authorization", "accept", "content-type", "if-match", "if-none-match":
		return true
	default:
		return telling || strings.HasPrefix(lower, "x-")
	}
}

// ---- names in members ----

// memberKind says what a member of an error body names.
func memberKind(name string) DetailKind {
	for _, m := range [...]struct {
		name string
		kind DetailKind
	}{
		{"header", DetailHeader}, {"headerName", DetailHeader},
		{"parameter", DetailParameter}, {"param", DetailParameter}, {"parameterName", DetailParameter}, {"paramName", DetailParameter},
		{"field", DetailField}, {"fieldName", DetailField}, {"property", DetailField}, {"propertyName", DetailField},
		{"pointer", DetailField}, {"expression", DetailField}, {"propertyPath", DetailField}, {"instancePath", DetailField},
	} {
		if sameName(name, m.name) {
			return m.kind
		}
	}
	return ""
}

// wordNames are members that hold words about the error.
var wordNames = [...]string{"diagnostics", "text", "detail", "message", "msg", "errorDescription", "description", "defaultMessage"}

// tree finds names in an error body:
//
//   - issue.expression and issue.location of an OperationOutcome
//     (https://hl7.org/fhir/R4/operationoutcome.html)
//   - source.pointer, .parameter and .header of JSON:API
//     (https://jsonapi.org/format/#error-objects)
//   - errors and invalid-params of problem details (RFC 9457, section 3; RFC 7807)
//   - the keys of errors in ASP.NET's, loc in FastAPI's
//   - members called field, parameter, header and the like
//   - and then the words
func (n *names) tree(t *tree) {
	for i := int32(0); i < int32(len(t.nodes)) && !n.full(); i++ {
		k := t.nodes[i].key
		if k.Start == k.End {
			continue
		}
		key := t.text[k.Start:k.End]
		switch {
		case memberKind(key) != "":
			n.member(t, i, memberKind(key))
		case sameName(key, "location") && t.child(t.nodes[i].parent, "severity") >= 0:
			n.member(t, i, DetailField)
		case sameName(key, "loc") && t.nodes[i].kind == arrayNode:
			n.path(t, i)
		case sameName(key, "errors") && t.nodes[i].kind == objectNode:
			n.keys(t, i)
		case sameName(key, "invalidParams"):
			for e := range t.children(i) {
				n.add(DetailParameter, t.get(e, "name"))
			}
		}
	}
	for i := int32(0); i < int32(len(t.nodes)) && !n.full(); i++ {
		for _, name := range wordNames {
			if t.named(i, name) {
				n.words(t.str(i))
			}
		}
	}
}

// member takes a member's value, or each of them.
func (n *names) member(t *tree, i int32, kind DetailKind) {
	if t.nodes[i].kind != arrayNode {
		n.add(kind, t.str(i))
		return
	}
	for e := range t.children(i) {
		n.add(kind, t.str(e))
	}
}

// path takes FastAPI's way to a value: ["body", "patient", 0, "nhsNumber"].
func (n *names) path(t *tree, i int32) {
	kind := DetailField
	var parts []string
	for e := range t.children(i) {
		part := t.str(e)
		switch {
		case len(parts) == 0 && part == "header":
			kind = DetailHeader
		case len(parts) == 0 && (part == "query" || part == "path"):
			kind = DetailParameter
		case len(parts) == 0 && part == "body":
		default:
			parts = append(parts, part)
		}
	}
	n.add(kind, strings.Join(parts, "."))
}

// keys takes the names of ASP.NET's {"errors": {"NhsNumber": ["…"]}}.
func (n *names) keys(t *tree, i int32) {
	for c := range t.children(i) {
		if t.nodes[c].kind == arrayNode {
			n.add(DetailField, strings.TrimPrefix(t.key(c), "$."))
		}
	}
}

// ---- names in words ----

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
	if next < len(w) && (w[next].quoted || isShaped(w[next].text) || w[i].end == ':' && lacks(w[:i])) &&
		(isTelling(w[next].text) || announcesName(w, i) || claims(w, next+1)) {
		n.add(kind, w[next].text)
		return
	}
	if i == 0 || isValue(w, i-1) {
		return
	}
	// ASP.NET: The Name field is required.
	said := i > 1 && w[i-2].small == "the" && i+2 < len(w) && w[i+1].small == "is" && w[i+2].small == "required"
	if prev := w[i-1]; (prev.quoted || isShaped(prev.text)) && (isTelling(prev.text) || announcesName(w, i-1) || claims(w, i+1)) || said && !isFiller(prev.small) {
		n.add(kind, prev.text)
	}
}

// announcesName says whether what stands before word i lets a name follow, and no
// value: "in field", "required parameter", "unknown field". An invalid parameter
// may be either.
func announcesName(w []word, i int) bool {
	if i == 0 || w[i].small == "at" { // which is one itself, see nounKind
		return i > 0
	}
	switch w[i-1].small {
	case "in", "for", "on", "of", "at", "following", "unknown", "unexpected", "unrecognised", "unrecognized", "unsupported", "additional", "duplicate":
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
		if i+2 < len(w) {
			switch w[i+2].small {
			case "allowed", "permitted", "present", "provided", "set", "specified":
				return i+3 == len(w) || w[i+3].small != "in" // as a code is in no list of codes
			}
		}
	}
	return false
}

// missing takes the name behind the word "missing": there is no value then that
// it could be.
func (n *names) missing(w []word, i int) {
	colon := w[i].end == ':'
	for i++; i < len(w) && !w[i].quoted && isFiller(w[i].small); i++ {
		colon = colon || w[i].end == ':'
	}
	if i < len(w) && nounKind(w, i) == "" && (w[i].quoted || isShaped(w[i].text) || colon && w[i].end != ':') {
		n.add(DetailField, w[i].text)
	}
}

// isFiller says whether a word may stand between "missing" and a name.
func isFiller(small string) bool {
	switch small {
	case "required", "mandatory", "value", "values", "the", "a", "request", "query", "path", "body", "key", "-", "from", "for", "in", "or", "invalid":
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
	case "a", "not":
		claimed = claimed || i+3 < len(w) && (w[i+3].small == "required" || w[i+3].small == "present" && (i+4 == len(w) || w[i+4].small != "in"))
	}
	return claimed && (w[i].quoted || isShaped(w[i].text)) && !isValue(w, i)
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
