package detect

import (
	"slices"
	"strings"
)

// This file finds error bodies: first the trees in a text, then the faults in a
// tree. What counts as a fault is the table of formats; a new kind of body is a
// new row.

// format is one way in which APIs write errors.
type format struct {
	name  string // for people: "FHIR OperationOutcome"
	whole bool   // nothing inside such an object is an error of its own
	fits  func(t *tree, object int32) bool
	read  func(t *tree, object int32) []fault
}

// formats are tried in this order on each object, and the first that fits reads
// it: the specific before the general.
var formats = [...]format{
	{"FHIR OperationOutcome", true, isOutcome, readOutcome},
	{"SOAP fault", true, isSOAPFault, readSOAPFault},
	{"gateway fault", true, isGatewayFault, readGatewayFault},
	{"OAuth error", true, isOAuthError, readPlain},
	{"AWS error", true, isAWSError, readAWSError},
	{"HTML page", true, isPage, readPage},
	{"list of errors", false, isErrorList, nil}, // each of its elements is read for itself
	{"problem details", true, isProblem, readPlain},
	{plainBody, false, isPlain, readPlain},
	{plainBody, false, maybePlain, readUnsure},
}

// plainBody is an error body of no format of its own.
const plainBody = "error body"

// fault is what one error in a body says.
type fault struct {
	node    int32
	reader  string
	status  int
	codes   []string
	own     []string // see Signal.Own
	message string
	unsure  bool // may be no error at all
}

// maxNesting is how deep bodies in strings of bodies are looked for.
const maxNesting = 3

// bodies finds the error bodies in a text. Beside the signals it gives the spans
// of all trees: whatever stands in them is data and not what somebody says.
func bodies(text string) (signals []Signal, trees []Span) {
	signals, trees = nestedBodies(text, 0, maxNesting)
	return withoutCatalogues(text, signals), trees
}

// withoutCatalogues drops the objects of lists that only say which codes there are:
// three or more different ones in a list that is not called errors.
func withoutCatalogues(text string, signals []Signal) []Signal {
	const few = 3
	left := signals[:0]
	for i := 0; i < len(signals); {
		end := i + 1
		for end < len(signals) && isNextElement(text, signals[end-1], signals[end]) {
			end++
		}
		list := signals[i:end]
		if len(list) < few || countCodes(list) < few || isFaultName(listName(text, list[0].Span.Start)) {
			left = append(left, list...)
		}
		i = end
	}
	return left
}

// countCodes counts the different codes of signals.
func countCodes(signals []Signal) int {
	codes := map[string]bool{}
	for _, s := range signals {
		if len(s.Codes) > 0 {
			codes[s.Codes[0]] = true
		}
	}
	return len(codes)
}

// isNextElement says whether only a comma stands between two objects of no special
// format.
func isNextElement(text string, a, b Signal) bool {
	return a.Reader == plainBody && b.Reader == plainBody && a.Span.End <= b.Span.Start &&
		strings.Trim(text[a.Span.End:b.Span.Start], " \t\n>`") == ","
}

// listName is the name of the list whose first element begins at text[i], or "".
func listName(text string, i int) string {
	const longest = 60
	before, ok := strings.CutSuffix(strings.TrimRight(text[max(0, i-longest):i], " \t\n>`"), "[")
	if !ok {
		return ""
	}
	before = strings.TrimRight(before, " :=>\"'\\")
	start := len(before)
	for start > 0 && isNameByte(before[start-1]) {
		start--
	}
	return before[start:]
}

// nestedBodies is bodies for a string found in a tree that has this status.
func nestedBodies(text string, status, depth int) (signals []Signal, trees []Span) {
	s := scanner{text: text}
	for {
		i := strings.IndexAny(text[s.at:], `{<"[(`)
		if i < 0 {
			return signals, trees
		}
		s.at += i
		if strings.HasPrefix(text[s.at+1:], escapedQuote) && depth > 0 {
			return append(signals, unescapedBodies(text, s.at, status, depth)...), append(trees, Span{s.at, len(text)})
		}
		t, whole := s.tree()
		if t == nil {
			s.at++
			continue
		}
		found := faultSignals(t, status, depth)
		if whole || len(found) > 0 || t.isNested() {
			trees = append(trees, t.span)
		}
		if len(found) > 0 && len(signals) < maxSignals && !isSource(text, t) {
			signals = append(signals, found...)
		}
	}
}

// escapedQuote is how .NET and PHP write the quotes in a string of JSON.
const escapedQuote = `\u0022`

// unescapedBodies finds the bodies in the rest of a text whose quotes are escapedQuote.
func unescapedBodies(text string, at, status, depth int) []Signal {
	signals, _ := nestedBodies(unescape(text[at:]), status, depth-1)
	for i := range signals {
		signals[i].Span = Span{at, len(text)}
	}
	return signals
}

// isNested says whether a tree holds objects or arrays: even without its beginning it
// is data.
func (t *tree) isNested() bool {
	for i := range t.nodes[1:] {
		if t.nodes[1+i].kind != scalarNode {
			return true
		}
	}
	return false
}

// tree reads the tree at the scanner's place, or nil. It is whole if it has its
// beginning.
func (s *scanner) tree() (t *tree, whole bool) {
	switch s.text[s.at] {
	case '{':
		if objectAt(s.text, s.at) {
			return s.object(false), true
		}
	case '[':
		if mapAt(s.text, s.at) {
			return s.object(false), true
		}
	case '(':
		if listAt(s.text, s.at) {
			return s.object(false), true
		}
	case '<':
		if elementAt(s.text, s.at) {
			return s.element(), true
		}
	case '"':
		if fragmentAt(s.text, s.at) && memberAt(s.text, s.at) {
			return s.object(true), false
		}
		if n := cutName(s.text, s.at); n > 0 {
			s.at -= n
			return s.object(true), false
		}
	}
	return nil, false
}

// cutName is the length of the rest of a name that a text begins with and that
// ends at the quote text[i]: `tring":"Access denied"`.
func cutName(text string, i int) int {
	const longest = 40
	if !strings.HasPrefix(text[i:], `":`) {
		return 0
	}
	start := i
	for start > 0 && i-start < longest && isNameByte(text[start-1]) {
		start--
	}
	if start < i && fragmentAt(text, start) {
		return i - start
	}
	return 0
}

// fragmentAt says whether an object may go on at text[i] whose beginning was cut
// off: at the start of a line, or behind "...".
func fragmentAt(text string, i int) bool {
	return atLineStart(text, i) || strings.HasSuffix(strings.TrimRight(text[max(0, i-8):i], " "), cutMark)
}

func atLineStart(text string, i int) bool {
	for i > 0 && (text[i-1] == ' ' || text[i-1] == '\t' || text[i-1] == '`' || text[i-1] == '>') {
		i--
	}
	return i == 0 || text[i-1] == '\n'
}

// faultSignals makes signals of the faults in a tree.
func faultSignals(t *tree, status, depth int) []Signal {
	if len(t.nodes) == 0 || isSpecification(t) { // of "<?xml" without an end nothing is left
		return nil
	}
	faults := joinFaults(t, findFaults(t))
	var signals, inner []Signal
	if depth > 0 {
		inner = embedded(t, depth)
	}
	for _, f := range faults {
		if f.status == 0 {
			f.status = statusAround(t, f.node)
		}
		if f.status == 0 && status != 0 {
			f.status, f.unsure = status, false
		}
		if len(f.codes) == 0 && carries(t.nodes[f.node].value, f.status, inner) {
			continue
		}
		message, _, _ := strings.Cut(f.message, "{") // what follows is read as a body of its own
		s := Signal{
			Kind: KindBody, Status: f.status, Codes: f.codes, Own: besides(f.status, slices.Clone(f.own)), Message: message,
			Span: t.nodes[f.node].value, Reader: f.reader, Unsure: f.unsure,
		}
		if s.Span.End == 0 || f.node == 0 {
			s.Span = t.span
		}
		signals = append(signals, s)
	}
	return append(signals, inner...)
}

// carries says whether an object that gives a status has the error of that status in one
// of its strings, which says more: {"statusCode": 403, "body": "{\"code\": …}"}.
func carries(object Span, status int, inner []Signal) bool {
	for _, s := range inner {
		if s.Span.Start >= object.Start && s.Span.End <= object.End && s.Status == status && len(s.Codes) > 0 && !s.Unsure {
			return true
		}
	}
	return false
}

// embedded finds bodies in the strings of a tree.
func embedded(t *tree, depth int) []Signal {
	const shortest = 10
	var signals []Signal
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.kind != scalarNode || n.value.End-n.value.Start < shortest || !strings.ContainsAny(t.text[n.value.Start:n.value.End], "{<") {
			continue
		}
		inner, _ := nestedBodies(t.str(int32(i)), statusAround(t, int32(i)), depth-1)
		for _, s := range inner {
			s.Span = n.value
			signals = append(signals, s)
		}
	}
	return signals
}

// findFaults reads each object of a tree in the first format that fits.
func findFaults(t *tree) []fault {
	var faults []fault
	for i := int32(0); i < int32(len(t.nodes)) && len(faults) < maxSignals; i++ {
		if isExample(t.text[t.nodes[i].key.Start:t.nodes[i].key.End]) || isResource(t.get(i, "resourceType")) {
			i = t.nodes[i].end - 1
			continue
		}
		f := t.format(i)
		if f == nil || f.read == nil {
			continue
		}
		for _, found := range f.read(t, i) {
			found.reader = f.name
			faults = append(faults, found)
		}
		if f.whole {
			i = t.nodes[i].end - 1
		}
	}
	return faults
}

// format finds the first format that node i fits, or nil.
func (t *tree) format(i int32) *format {
	if t.nodes[i].kind != objectNode {
		return nil
	}
	for k := range formats {
		if formats[k].fits(t, i) {
			return &formats[k]
		}
	}
	return nil
}

// joinFaults makes one fault of those that contain each other: what an inner one
// does not say, the outer one says for it. An outer fault with a code is kept
// instead of inner ones that may be none.
func joinFaults(t *tree, faults []fault) []fault {
	var joined []fault
	for i, f := range faults {
		inner := false
		for _, other := range faults[i+1:] {
			if other.node >= t.nodes[f.node].end {
				break
			}
			if other.node != f.node && (!other.unsure || len(f.codes) == 0) {
				inner = true
			}
		}
		if inner {
			continue
		}
		for _, outer := range faults[:i] {
			if outer.node >= f.node || t.nodes[outer.node].end <= f.node {
				continue
			}
			if f.unsure && len(outer.codes) > 0 {
				inner = true // swallowed by the outer one
			}
			f.inherit(outer)
		}
		if !inner {
			joined = append(joined, f)
		}
	}
	return joined
}

func (f *fault) inherit(outer fault) {
	if f.status == 0 {
		f.status = outer.status
	}
	if len(f.codes) == 0 {
		f.codes, f.own = outer.codes, outer.own
	}
	if f.message == "" {
		f.message = outer.message
	}
	f.unsure = f.unsure && outer.unsure
}

// statusAround looks for an HTTP status that the objects around node i give,
// the nearest first: {"statusCode": 403, "body": {…}}, and in FHIR's batch
// responses {"resource": {…}, "response": {"status": "404 Not Found"}}
// (https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response.status).
func statusAround(t *tree, i int32) int {
	for p := t.nodes[i].parent; p >= 0; p = t.nodes[p].parent {
		if t.nodes[p].kind != objectNode {
			continue
		}
		if s := statusOf(t, p); s >= 400 {
			return s
		}
		if r := t.child(p, "response"); r >= 0 && t.nodes[r].kind == objectNode {
			if s := statusOf(t, r); s >= 400 {
				return s
			}
		}
	}
	return 0
}

// isSpecification recognises documents that describe APIs, configure gateways, or
// tell a mock how to play an API: what they hold are errors that could happen.
func isSpecification(t *tree) bool {
	switch t.get(0, "resourceType") {
	case "CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "CapabilityStatement", "ImplementationGuide":
		return true
	}
	return isSettingsRoot(t.text[t.nodes[0].key.Start:t.nodes[0].key.End]) || isMock(t) ||
		t.child(0, "openapi", "swagger", "$schema", "asyncapi", "awstemplateformatversion") >= 0
}

// isMock recognises the stubs of WireMock and MockServer and collections of Postman.
// https://wiremock.org/docs/stubbing/ https://www.mock-server.com/mock_server/creating_expectations.html
func isMock(t *tree) bool {
	request, response := t.child(0, "request"), t.child(0, "response")
	wireMock := t.child(response, "jsonBody", "bodyFileName", "fixedDelayMilliseconds", "transformers") >= 0 ||
		t.child(request, "urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate", "bodyPatterns") >= 0 ||
		request >= 0 && t.child(0, "scenarioName", "priority") >= 0
	mockServer := t.child(0, "httpRequest") >= 0 && t.child(0, "httpResponse") >= 0
	postman := t.child(0, "info") >= 0 && t.child(0, "item") >= 0
	return wireMock || mockServer || postman
}

// isResource says whether a FHIR resource of this type reports no errors, whatever codes
// it has; "" is no type. Bundle and Parameters carry outcomes.
func isResource(resourceType string) bool {
	switch resourceType {
	case "", "OperationOutcome", "Bundle", "Parameters":
		return false
	}
	return isUpper(resourceType[0]) && !strings.HasSuffix(resourceType, cutMark)
}

// isExample says whether what stands under a name is an example, an expectation
// or a definition.
func isExample(name string) bool {
	for _, n := range [...]string{"example", "examples", "schema", "schemas", "properties", "definitions",
		"components", "paths", "responses", "expected", "mock", "mocks", "fixture", "fixtures", "stub", "stubs", "default",
		"routes", "rules", "interactions", "mappings", "scenarios", "commit", "commits"} {
		if sameName(name, n) {
			return true
		}
	}
	return false
}
