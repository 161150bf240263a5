package detect

import "strings"

// This file reads XML elements into trees: attributes and child elements become
// children with names, text becomes a child without one. It knows no entities
// (Clean has undone the five that matter) and no DTDs, and forgives what is
// missing at the end.

// xmlRoots are the elements that a message is read from: FHIR's outcomes and
// what carries them, SOAP's envelopes, and the error documents of storage and
// gateways. Any other tag in a message is left alone.
var xmlRoots = [...]string{
	"OperationOutcome", "Bundle", "Parameters", "issue",
	"severity", "details", "coding",
	"Envelope", "Fault", "Error", "ErrorResponse", "errors", "problem", "fault",
}

// pageRoots are the elements that pages of HTML begin with, or what is copied of
// them.
var pageRoots = [...]string{"html", "head", "title", "body", "center", "h1", "h2", "pre"}

// elementAt says whether one of xmlRoots begins at text[i], a "<", or a document of XML
// with whatever root.
func elementAt(text string, i int) bool {
	if strings.HasPrefix(text[i:], "<?xml ") {
		return true
	}
	name := tagName(text[i+1:])
	if name == "" {
		return false
	}
	name = localName(name)
	for _, root := range xmlRoots {
		if name == root {
			return true
		}
	}
	for _, root := range pageRoots {
		if strings.EqualFold(name, root) {
			return true
		}
	}
	return isSettingsRoot(name)
}

// isSettingsRoot knows the elements that configurations begin with, or what is copied of
// them: Apigee's policies and endpoints, Azure's policies, those of web servers. What
// they say about statuses is data.
// https://cloud.google.com/apigee/docs/api-platform/reference/policies/reference-overview-policy
// https://learn.microsoft.com/azure/api-management/api-management-policies
func isSettingsRoot(name string) bool {
	switch name {
	case "APIProxy", "ProxyEndpoint", "TargetEndpoint", "PreFlow", "PostFlow", "Flows", "Flow", "Step", "Condition",
		"RaiseFault", "FaultRules", "FaultRule", "DefaultFaultRule", "FaultResponse", "AssignMessage", "ExtractVariables",
		"SpikeArrest", "Quota", "VerifyAPIKey", "VerifyJWT", "OAuthV2", "Javascript", "ServiceCallout", "ResponseCache":
		return true
	case "policies", "inbound", "outbound", "on-error", "choose", "return-response", "set-status",
		"rate-limit", "rate-limit-by-key", "quota-by-key", "validate-jwt":
		return true
	case "configuration", "system.webServer", "httpErrors", "customErrors", "web-app", "error-page", "beans", "rule",
		"definitions", "schema":
		return true
	}
	return false
}

func tagName(s string) string {
	i := 0
	for i < len(s) && i < 60 && (isNameByte(s[i]) || s[i] == ':') {
		i++
	}
	return s[:i]
}

// localName is a name without its namespace prefix.
func localName(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// element reads the XML element at the scanner's place.
func (s *scanner) element() *tree {
	b := s.begin()
	last := s.at // where the last tag ended: what follows a truncated element is no part of it
	for !b.full() && s.at < len(s.text) {
		tag := strings.IndexByte(s.text[s.at:], '<')
		if tag < 0 {
			break
		}
		if len(b.open) > 0 {
			b.addText(s.at, s.at+tag)
		}
		s.at += tag
		s.tag(b)
		last = s.at
		if len(b.open) == 0 && len(b.nodes) > 0 {
			break
		}
	}
	s.at = last
	return b.finish(last)
}

// addText adds text between two tags, if there is any.
func (b *builder) addText(start, end int) {
	for start < end && isSpace(b.text[start]) {
		start++
	}
	for end > start && isSpace(b.text[end-1]) {
		end--
	}
	if end > start {
		b.add(node{kind: scalarNode, value: Span{start, end}})
	}
}

// tag reads whatever begins with the "<" at the scanner's place.
func (s *scanner) tag(b *builder) {
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		s.at += through(rest, "-->")
	case strings.HasPrefix(rest, "<![CDATA["):
		end := through(rest, "]]>")
		b.addCDATA(s.at+len("<![CDATA["), s.at+end-len("]]>"))
		s.at += end
	case strings.HasPrefix(rest, "<?"), strings.HasPrefix(rest, "<!"):
		s.at += through(rest, ">")
	case strings.HasPrefix(rest, "</"):
		name := localName(tagName(rest[2:]))
		s.at += through(rest, ">")
		b.popNamed(name, s.at)
	case tagName(rest[1:]) == "":
		s.at++
	default:
		s.startTag(b)
	}
}

func (b *builder) addCDATA(start, end int) {
	if len(b.open) > 0 && end > start {
		b.addText(start, end)
	}
}

// through is the length of s up to and including end; all of s without one.
func through(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

// popNamed closes the innermost element of this name and what is open in it.
func (b *builder) popNamed(name string, at int) {
	for i := len(b.open) - 1; i >= 0; i-- {
		k := b.nodes[b.open[i]].key
		if !strings.EqualFold(b.text[k.Start:k.End], name) {
			continue
		}
		for len(b.open) > i {
			b.pop(at)
		}
		return
	}
}

// startTag reads a start tag with its attributes.
func (s *scanner) startTag(b *builder) {
	start := s.at
	s.at++
	name := tagName(s.text[s.at:])
	s.at += len(name)
	b.pending = Span{s.at - len(localName(name)), s.at}
	b.push(objectNode, start)
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '>':
			s.at++
			return
		case strings.HasPrefix(s.text[s.at:], "/>"):
			s.at += 2
			b.pop(s.at)
			return
		case c == '<': // the tag was cut off
			return
		case isNameByte(c):
			s.attribute(b)
		default:
			s.at++
		}
	}
}

// attribute reads name="value".
func (s *scanner) attribute(b *builder) {
	start := s.at
	s.at += max(1, len(tagName(s.text[s.at:])))
	name := Span{start, s.at}
	if !s.separator() {
		return
	}
	for s.at < len(s.text) && isSpace(s.text[s.at]) {
		s.at++
	}
	quote, escape, ok := s.quote()
	if !ok {
		return
	}
	from, to := s.at, len(s.text)
	if n := strings.IndexByte(s.text[from:], quote); n >= 0 {
		s.at = from + n + 1
		to = from + max(0, n-escape)
	} else {
		s.at = to
	}
	b.pending = name
	b.add(node{kind: scalarNode, quoted: true, value: Span{from, to}})
}
