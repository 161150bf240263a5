package detect

import "strings"

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
		if d.Kind == DetailField && kind != DetailHeader && hasEnd(d.Value, "."+name) {
			return
		}
	}
	n.list, _ = add(n.list, Detail{Kind: kind, Value: name}, maxNames)
}

// memberNames are the members that were made to hold a name, by what they name.
var memberNames = [...]struct {
	kind  DetailKind
	names []string
}{
	{DetailHeader, []string{"header", "headerName"}},
	{DetailParameter, []string{"parameter", "param", "parameterName", "paramName"}},
	{DetailField, []string{"field", "fieldName", "property", "propertyName", "pointer", "expression", "propertyPath", "instancePath"}},
}

// wordNames are members that hold words about the error.
var wordNames = [...]string{
	"diagnostics", "text", "detail", "message", "msg", "errorDescription", "description", "defaultMessage",
}

// memberKind says what a member of an error body names; "" for most.
func memberKind(name string) DetailKind {
	for _, m := range memberNames {
		for _, made := range m.names {
			if sameName(name, made) {
				return m.kind
			}
		}
	}
	return ""
}

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
