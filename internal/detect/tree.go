package detect

import (
	"iter"
	"slices"
	"strings"
)

// A tree is a structured piece of a message: an object of JSON (or of what
// programs print that looks like it), or an XML element. Its nodes stand in one
// slice in the order of the text, and every node knows where its descendants
// end: so nothing here recurses, and the depth of what people paste costs
// nothing.
type tree struct {
	text  string
	nodes []node
	span  Span
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota // a string, number, word or attribute
	objectNode                 // has children with keys
	arrayNode                  // has children without keys
)

type node struct {
	kind   nodeKind
	quoted bool  // a scalar in quotes
	cut    bool  // a scalar whose closing quote is missing
	escape uint8 // how many backslashes stand before a scalar's quote
	parent int32 // -1: the root
	end    int32 // index after the last descendant
	key    Span  // empty for the root and for elements of arrays
	value  Span  // a scalar's text without quotes; all of an object or array
}

// Limits that keep memory in proportion. What lies beyond them is read as a
// tree of its own.
const (
	maxDepth = 64
	maxNodes = 8192
)

// key is the name of node i; for an element of an array, that of the array.
func (t *tree) key(i int32) string {
	for i >= 0 {
		if k := t.nodes[i].key; k.End > k.Start {
			return t.text[k.Start:k.End]
		}
		i = t.nodes[i].parent
	}
	return ""
}

// children goes through the children of node i.
func (t *tree) children(i int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for c := i + 1; c < t.nodes[i].end && yield(c); c = t.nodes[c].end {
		}
	}
}

// named says whether node i itself has this name.
func (t *tree) named(i int32, name string) bool {
	k := t.nodes[i].key
	return sameName(t.text[k.Start:k.End], name)
}

// child finds the first child of node i that has one of these names, or -1.
// Names are compared without case, "_" and "-". Earlier names win.
func (t *tree) child(i int32, names ...string) int32 {
	c, _ := t.find(i, func(int32, int) bool { return true }, names)
	return c
}

// find finds the child of node i whose name stands first among some names, and
// which of them it is, of those children that satisfy fits; -1 if there is none.
func (t *tree) find(i int32, fits func(child int32, name int) bool, names []string) (child int32, name int) {
	child, name = -1, len(names)
	if i < 0 {
		return child, name
	}
	for c := i + 1; c < t.nodes[i].end && name > 0; c = t.nodes[c].end {
		k := t.nodes[c].key
		if k.End == k.Start {
			continue
		}
		got := t.text[k.Start:k.End]
		got = got[strings.LastIndexByte(got, '.')+1:] // of http.status_code, as telemetry has it
		for n, want := range names[:name] {
			if sameName(got, want) && fits(c, n) {
				child, name = c, n
				break
			}
		}
	}
	return child, name
}

// all lists the children of node i with this name, and where one is an array,
// its elements in its place: XML repeats elements, JSON has arrays, and some
// APIs send an object where FHIR has a list.
func (t *tree) all(i int32, name string) []int32 {
	var list []int32
	for c := range t.children(i) {
		switch {
		case !t.named(c, name):
		case t.nodes[c].kind != arrayNode:
			list = append(list, c)
		default:
			for e := range t.children(c) {
				list = append(list, e)
			}
		}
	}
	return list
}

// str is the text of node i: a scalar's own, that of its "value" attribute, as
// FHIR's XML has it (https://hl7.org/fhir/R4/xml.html), or that of the first
// element of an array.
func (t *tree) str(i int32) string {
	switch {
	case i < 0:
	case t.nodes[i].kind == objectNode:
		i = t.content(i)
	case t.nodes[i].kind == arrayNode && t.nodes[i].end > i+1:
		i++
	}
	if i < 0 || t.nodes[i].kind != scalarNode {
		return ""
	}
	n := t.nodes[i]
	s := t.text[n.value.Start:n.value.End]
	if n.quoted {
		for e := int(n.escape); ; e /= 2 {
			s = unescape(s)
			if e == 0 {
				break
			}
		}
		s = strings.TrimSpace(s)
		if n.cut && s != "" {
			s += cutMark
		}
		return s
	}
	switch s = strings.TrimSpace(s); s {
	case "null", "None", "undefined", "nil", "true", "false", "True", "False":
		return ""
	}
	return s
}

// content is the "value" attribute of element i, or else its text.
func (t *tree) content(i int32) int32 {
	text := int32(-1)
	for c := range t.children(i) {
		k := t.nodes[c].key
		switch {
		case t.nodes[c].kind != scalarNode:
		case t.named(c, "value"):
			return c
		case k.Start == k.End && text < 0:
			text = c
		}
	}
	return text
}

// get is the text of the first child of node i that has one of these names and
// is not empty.
func (t *tree) get(i int32, names ...string) string {
	c, _ := t.find(i, func(c int32, _ int) bool { return t.str(c) != "" }, names)
	return t.str(c)
}

// is says whether node i is one of some words without quotes.
func (t *tree) is(i int32, words ...string) bool {
	if i < 0 || t.nodes[i].kind != scalarNode {
		return false
	}
	v := t.nodes[i].value
	return slices.Contains(words, strings.TrimSpace(t.text[v.Start:v.End]))
}

// cutMark ends what somebody or something cut off.
const cutMark = "..."

// sameName compares two names without case, "_" and "-".
func sameName(got, want string) bool {
	if len(got) > 0 && len(want) > 0 && isLetter(got[0]) && isLetter(want[0]) && lower(got[0]) != lower(want[0]) {
		return false // most are told apart by this
	}
	j := 0
	for i := 0; i < len(got); i++ {
		b := lower(got[i])
		if b == '_' || b == '-' {
			continue
		}
		for j < len(want) && (want[j] == '_' || want[j] == '-') {
			j++
		}
		if j == len(want) || b != lower(want[j]) {
			return false
		}
		j++
	}
	return j == len(want)
}

// unescape undoes one level of backslashes, as JSON, Python and JavaScript
// write them (RFC 8259, section 7). What it does not know it leaves as it is.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'r', 't':
			b.WriteByte(' ')
		case 'u':
			if r, ok := hexRune(s[i+1:]); ok {
				b.WriteRune(r)
				i += 4
				continue
			}
			b.WriteString(`\u`)
		case '"', '\'', '\\', '/', '`':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func hexRune(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for _, b := range []byte(s[:4]) {
		switch {
		case isDigit(b):
			r = r<<4 | rune(b-'0')
		case lower(b) >= 'a' && lower(b) <= 'f':
			r = r<<4 | rune(lower(b)-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// builder grows a tree while its text is read.
type builder struct {
	tree
	open    []int32 // the objects and arrays not yet closed, the root first
	pending Span    // the name that was read and waits for its value
}

// full says that nothing may be added any more.
func (b *builder) full() bool { return len(b.nodes) >= maxNodes || len(b.open) >= maxDepth }

func (b *builder) top() nodeKind { return b.nodes[b.open[len(b.open)-1]].kind }

func (b *builder) add(n node) {
	n.parent = -1
	if len(b.open) > 0 {
		n.parent = b.open[len(b.open)-1]
	}
	n.key, b.pending = b.pending, Span{}
	b.nodes = append(b.nodes, n)
	b.nodes[len(b.nodes)-1].end = int32(len(b.nodes))
}

func (b *builder) push(kind nodeKind, at int) {
	b.add(node{kind: kind, value: Span{at, at}})
	b.open = append(b.open, int32(len(b.nodes)-1))
}

// pop closes the innermost object or array.
func (b *builder) pop(at int) {
	n := &b.nodes[b.open[len(b.open)-1]]
	n.end, n.value.End = int32(len(b.nodes)), at
	if n.kind == objectNode {
		b.unnumber(b.open[len(b.open)-1])
	}
	b.open = b.open[:len(b.open)-1]
	b.pending = Span{}
}

// unnumber makes an array of an object whose first name is 0: PHP has no other
// lists.
func (b *builder) unnumber(i int32) {
	if int(i)+1 == len(b.nodes) || !b.named(i+1, "0") {
		return
	}
	b.nodes[i].kind = arrayNode
	for c := range b.children(i) {
		b.nodes[c].key = Span{}
	}
}

// finish closes what is still open, because the text ended or stopped making
// sense there.
func (b *builder) finish(at int) *tree {
	for len(b.open) > 0 {
		b.pop(at)
	}
	b.span.End = at
	return &b.tree
}
