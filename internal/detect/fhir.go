package detect

import "strings"

// This file reads FHIR's OperationOutcome: https://hl7.org/fhir/R4/operationoutcome.html

// isOutcome recognises an OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html),
// in XML by its element, in JSON by its resourceType or, when the beginning is
// missing, by its issues.
func isOutcome(t *tree, i int32) bool {
	if t.named(i, "OperationOutcome") {
		return true
	}
	if name := t.get(i, "resourceType"); name != "" && !strings.HasSuffix(name, cutMark) {
		return name == "OperationOutcome"
	}
	for _, issue := range t.all(i, "issue") {
		if t.nodes[issue].kind == objectNode && canBeIssue(t, issue) {
			return true
		}
	}
	return t.nodes[i].parent < 0 && (isIssue(t, i) || t.child(i, "coding") >= 0 || t.named(i, "coding"))
}

// canBeIssue says whether an object under the name "issue" is one of FHIR's.
func canBeIssue(t *tree, i int32) bool {
	return t.get(i, "severity") != "" || isIssueType(t.get(i, "code")) || isIssue(t, i)
}

// isIssue recognises one issue by what only issues have together.
func isIssue(t *tree, i int32) bool {
	if t.child(t.child(i, "details"), "coding") >= 0 {
		return true
	}
	return t.get(i, "severity") != "" && isIssueType(t.get(i, "code"))
}

// isIssueType knows the types of issues that an API answers with:
// https://hl7.org/fhir/R4/valueset-issue-type.html
func isIssueType(code string) bool {
	switch code {
	case "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired", "forbidden",
		"processing", "not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "code-invalid", "too-costly",
		"business-rule", "conflict", "exception", "timeout", "throttled":
		return true
	}
	return false
}

// readOutcome reads one fault per issue. issue.code is FHIR's own type, such as
// "forbidden" or "value", and NHS APIs send the same type with different errors:
// the error's code is details.coding.code. Where there is no coding the type
// still says which status it goes with (see issueStatus).
func readOutcome(t *tree, i int32) []fault {
	var faults []fault
	for _, issue := range orItself(t.all(i, "issue"), i) {
		if t.nodes[issue].kind == objectNode {
			f := readIssue(t, issue)
			if f.message == "" { // some gateways say it beside the issues
				f.message = t.get(i, "message", "error_description")
			}
			faults = append(faults, f)
		}
	}
	return faults
}

// readIssue reads an issue: its details, its own code where that is no type, and, as far
// as these leave it open, the status by its type or in its words.
func readIssue(t *tree, issue int32) fault {
	diagnostics, issueType := t.get(issue, "diagnostics"), t.get(issue, "code")
	f := fault{node: issue, message: diagnostics}
	for _, details := range orItself(t.all(issue, "details"), issue) {
		f.addDetails(t, issue, details)
	}
	if len(f.codes) == 0 {
		f.addCode(codeInWords(f.message))
	}
	if len(f.codes) == 0 && isLoud(issueType) { // no type, so the error's own
		f.addCode(issueType)
		f.addOwn(issueType)
	}
	// severity "information" goes with errors too, and "error" with none.
	switch t.get(issue, "severity") {
	case "error", "fatal":
	case "":
		f.unsure = len(f.codes) == 0
	default:
		f.unsure = true
	}
	if len(f.codes) == 0 && f.status == 0 {
		f.status = issueStatus(issueType)
	}
	for _, said := range [...]string{f.message, diagnostics} {
		if f.status == 0 {
			f.status = statusInWords(said)
		}
	}
	return f
}

// addDetails takes the words and the codings of an issue's details.
func (f *fault) addDetails(t *tree, issue, details int32) {
	if text := t.get(details, "text"); text != "" {
		f.message = text
	}
	for _, coding := range orItself(t.all(details, "coding"), details) {
		if coding == issue && !t.named(issue, "coding") {
			continue
		}
		if code := t.get(coding, "code"); code != "" {
			f.codes = append(f.codes, code)
			f.addOwn(code)
		}
		display := t.get(coding, "display")
		if f.message == "" {
			f.message = display
		}
		if _, phrase, ok := strings.Cut(display, " - "); ok && f.status == 0 { // "Access Denied - Unauthorised"
			f.status = reasonStatus(phrase)
		}
	}
}

// orItself is the list, or the node itself where the list is empty: outcomes that
// were cut off begin anywhere.
func orItself(list []int32, node int32) []int32 {
	if len(list) == 0 {
		return []int32{node}
	}
	return list
}

// codeInWords finds the code in the words of an outcome without codings, such as
// "Code: ACCESS_DENIED, Display: Access denied"; "" if there is none.
func codeInWords(s string) string {
	const label = "code: "
	if len(s) < len(label) || !strings.EqualFold(s[:len(label)], label) {
		return ""
	}
	return s[len(label) : len(label)+nameLength(s[len(label):])]
}

// issueStatus gives the HTTP status that an issue type stands for, where it
// stands for one only (https://hl7.org/fhir/R4/valueset-issue-type.html).
// "forbidden" does not: it comes with 401 and with 403.
func issueStatus(issueType string) int {
	switch issueType {
	case "not-found", "deleted":
		return 404
	case "throttled":
		return 429
	case "conflict", "duplicate":
		return 409
	}
	return 0
}
