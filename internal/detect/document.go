package detect

import "strings"

// This file finds the parts of a message that describe statuses and codes and report
// none: specifications, tests in Gherkin, tables, patches, settings, source code.

// documentStarts begin the lines with which such parts begin.
var documentStarts = [...]string{
	"openapi:", "swagger:", "description: |", "description: >", // specifications
	"type: object", "type: string", "type: array", "$ref:", "- $ref:",
	"feature:", "scenario:", "scenario outline:", // Gherkin
	"diff --git", "@@ -", "changelog", "release notes", "breaking change:",
	"feat(", "fix(", "docs(", "test(", "chore(", "refactor(", // titles of commits
	"x-amazon-apigateway",
	"http-request ", "http-response ", "error_page ", "limit_req", "location ", "server {", // HAProxy, nginx
	`resource "`, `data "`, // Terraform
}

// settingNames are the names that stand alone on a line above settings in YAML:
// specifications, gateways, Kubernetes, clients that retry.
var settingNames = [...]string{
	"paths:", "components:", "responses:", "parameters:", "requestbody:", "properties:", "schema:", "schemas:", "examples:",
	"annotations:", "spec:", "rules:", "groups:",
	"plugins:", "gatewayresponses:", "rate_limiting:", "rate-limiting:", "ratelimit:", "ratelimiting:",
	"retry:", "retryon:", "retry_on:",
}

// printedStarts begin lines that a program printed, or a person typed at a prompt;
// printedMarks stand in them. In small letters.
var (
	printedStarts = [...]string{
		"at ", `file "`, "traceback", "caused by", // stacks
		"$ ", "in [", "out[", "irb", "curl ", // prompts
		"http/", "< http",
	}
	printedMarks = [...]string{
		"error: ", "exception: ", "exception in", " error ", "[error]", "warn", " info ", "status code: ",
	}
)

// documentBytes are the bytes that the lines above begin with, in small letters: most
// lines are told apart by these.
var documentBytes = func() (t [256]bool) {
	for _, start := range append(documentStarts[:], settingNames[:]...) {
		t[start[0]] = true
	}
	t['['], t['|'] = true, true
	return t
}()

const fence = "```"

// markDocuments notes which signals stand in such a part. Trees are no part of the lines
// around them. What printed one is often pasted with it, so that one at the beginning of
// its line is believed.
func markDocuments(text string, trees []Span, found []Signal) {
	if len(found) == 0 {
		return
	}
	const few, most = 3, 100 // lines of code; lines that are looked at for it
	at, fenced, looks := 0, false, most
	rest := trees
	for _, part := range strings.Split(text, fence) {
		for len(rest) > 0 && rest[0].End <= at {
			rest = rest[1:]
		}
		document, code := documentIn(text, Span{at, at + len(part)}, rest, fenced, &looks)
		for i := range found {
			s := found[i].Span
			if s.Start < document.Start || s.Start >= document.End {
				continue
			}
			if code == 0 || found[i].Kind != KindBody || code >= few && !beginsLine(text, trees, s) {
				found[i].Cues |= cueSource
			}
		}
		at, fenced = at+len(part)+len(fence), !fenced
	}
}

// beginsLine says whether the tree that holds a span begins its line.
func beginsLine(text string, trees []Span, s Span) bool {
	for _, tree := range trees {
		if tree.Start <= s.Start && s.Start < tree.End {
			return tree.Start == 0 || text[tree.Start-1] == '\n'
		}
	}
	return false
}

// documentIn finds the document in a part of a text, which is in a fence or not: it
// reaches from the first line that only documents have to the part's end, or is all of it
// if that is code: then code is the number of its lines. An empty span is none. looks is
// how many lines may still be looked at for code.
func documentIn(text string, part Span, trees []Span, fenced bool, looks *int) (document Span, code int) {
	lines, printed := 0, false
	steps := 0 // of a test, in a row
	for at := part.Start; at < part.End; {
		end := at + lineLength(text[at:part.End])
		line := strings.TrimLeft(text[at:end], " \t>`")
		start := end - len(line)
		line = strings.TrimRight(line, " \t`")
		for len(trees) > 0 && trees[0].End <= start {
			trees = trees[1:]
		}
		inTree := len(trees) > 0 && trees[0].Start <= start
		if len(trees) > 0 && !inTree && trees[0].Start < end {
			line = strings.TrimRight(text[start:trees[0].Start], " \t`")
		}
		switch {
		case line == "" || inTree:
		case startsDocument(line, text[end:part.End]):
			return Span{at, part.End}, 0
		case isScenario(line):
			if steps++; steps > 1 && !isGiven(line) {
				return part, 0
			}
		default:
			steps = 0
			if *looks > 0 && !printed {
				*looks--
				lines++
				printed = isPrinted(line)
				if isSourceLine(line) || isStatement(line) {
					code++
				}
			}
		}
		at = end + 1
	}
	if !printed && code > 0 && (fenced && code*3 >= lines || code*2 >= lines) {
		return part, code
	}
	return Span{}, 0
}

// startsDocument says whether a line, which some text follows, begins a document. A row
// of a table does so, and a name in brackets with a setting behind it: [limits], status = 429.
func startsDocument(line, behind string) bool {
	if line == "" || !documentBytes[lower(line[0])] {
		return false
	}
	if line[0] == '|' {
		const fewest = 3 // of "|"
		return line[len(line)-1] == '|' && strings.Count(line, "|") >= fewest && !isLogRow(line) && !isLogBelow(behind)
	}
	for _, start := range documentStarts {
		if len(line) >= len(start) && strings.EqualFold(line[:len(start)], start) {
			return true
		}
	}
	for _, name := range settingNames {
		if len(line) >= len(name) && strings.EqualFold(line[:len(name)], name) {
			return strings.TrimSpace(line[len(name):]) == ""
		}
	}
	if line[0] != '[' || line[len(line)-1] != ']' || nameLength(line[1:]) != len(line)-len("[]") {
		return false
	}
	s := scanner{text: behind}
	s.blanks()
	_, ok := s.bareName()
	return ok && behind[s.at-1] == '='
}

// isLogRow says whether a row of a table has a time of day in a cell of its own, as logs
// have it that were printed as tables.
func isLogRow(row string) bool {
	for _, cell := range strings.Split(row, "|") {
		cell = strings.TrimSpace(cell)
		if strings.IndexByte(cell, ':') > 0 && isDigit(cell[0]) && strings.Trim(cell, "0123456789-:.,+TZ ") == "" {
			return true
		}
	}
	return false
}

// isLogBelow says whether one of the next rows is of such a table.
func isLogBelow(text string) bool {
	const most = 3
	text = strings.TrimLeft(text, "\n")
	for range most {
		row := strings.Trim(text[:lineLength(text)], " \t>`")
		if row == "" || row[0] != '|' {
			break
		}
		if isLogRow(row) {
			return true
		}
		text = text[min(len(text), lineLength(text)+1):]
	}
	return false
}

// isGiven says whether a line is a step of a test in Gherkin that leads to what is
// expected.
func isGiven(line string) bool {
	return strings.HasPrefix(line, "Given ") || strings.HasPrefix(line, "When ")
}

// isPrinted says whether a line is one that a program printed, or a person's at a prompt.
func isPrinted(line string) bool {
	const longest = 400
	s := strings.ToLower(line[:min(len(line), longest)])
	timed := isDigit(s[0]) && strings.Count(s, ":") >= 2
	return timed || beginsWith(s, printedStarts[:]) || holds(s, printedMarks[:])
}

// isStatement says whether a line is a statement of a program, or a piece of one: it
// assigns (response.status = 403), calls (check(status=401)), or is an argument
// (status_code=400,).
func isStatement(line string) bool {
	if strings.HasPrefix(line, "from ") {
		return strings.Contains(line, " import ")
	}
	n := nameLength(line)
	if n == 0 || n == len(line) {
		return strings.HasPrefix(line, `"""`) || strings.HasPrefix(line, ".") && strings.HasSuffix(line, ")")
	}
	name, rest := line[:n], line[n:]
	switch {
	case strings.HasPrefix(rest, " = "), strings.HasPrefix(rest, " += "):
		return strings.ContainsAny(name, "._")
	case strings.HasPrefix(rest, "="):
		return strings.HasSuffix(rest, ",") && strings.IndexByte(rest, ' ') < 0
	case strings.HasPrefix(rest, "("):
		goesOn := strings.IndexByte("(,;[{", rest[len(rest)-1]) >= 0
		method := strings.HasSuffix(rest, ")") && strings.IndexByte(name, '.') > 0
		return (goesOn || method) && isCall(name+"(")
	}
	return false
}
