package detect

import "strings"

// This file recognises and reads the formats of errors that a standard or a product
// defines, but for FHIR's (fhir.go): SOAP's, Apigee's, OAuth's, pages of HTML, lists of
// errors and problem details.

// isSOAPFault recognises faults of SOAP 1.1 and 1.2.
func isSOAPFault(t *tree, i int32) bool {
	return t.child(i, "faultstring") >= 0 && t.child(i, "faultcode") >= 0 ||
		t.named(i, "Fault") && t.child(i, "Reason") >= 0
}

func readSOAPFault(t *tree, i int32) []fault {
	f := fault{node: i, message: t.get(i, "faultstring")}
	if reason := t.child(i, "Reason"); reason >= 0 {
		f.message = t.get(reason, "Text")
	}
	f.addCode(t.get(i, "faultcode"))
	if code := t.child(i, "Code"); code >= 0 {
		f.addCode(t.get(code, "Value"))
	}
	f.status = statusInWords(f.message)
	return []fault{f}
}

// isGatewayFault recognises Apigee's faults:
// https://cloud.google.com/apigee/docs/api-platform/fundamentals/fault-handling
func isGatewayFault(t *tree, i int32) bool {
	return t.child(i, "faultstring") >= 0
}

func readGatewayFault(t *tree, i int32) []fault {
	f := fault{node: i, message: t.get(i, "faultstring")}
	f.addCode(t.get(t.child(i, "detail"), "errorcode"))
	f.addOwn(t.get(t.child(i, "detail"), "errorcode"))
	if len(f.codes) == 0 && strings.IndexByte(f.message, ' ') < 0 { // some gateways leave the detail out
		f.addCode(f.message)
	}
	f.status = statusInWords(f.message)
	return []fault{f}
}

// isOAuthError recognises the errors of RFC 6749, section 5.2.
func isOAuthError(t *tree, i int32) bool {
	return t.get(i, "error") != "" && t.child(i, "error_description", "error_uri") >= 0
}

// isAWSError recognises what AWS's SDK for Python keeps of an answer: the error, and
// beside it the status that it came with
// (https://docs.aws.amazon.com/boto3/latest/guide/error-handling.html).
func isAWSError(t *tree, i int32) bool {
	return t.child(i, "ResponseMetadata") >= 0 && t.child(t.child(i, "Error"), "Code") >= 0
}

func readAWSError(t *tree, i int32) []fault {
	faults := readPlain(t, t.child(i, "Error"))
	if faults[0].status == 0 {
		faults[0].status = statusOf(t, t.child(i, "ResponseMetadata"))
	}
	return faults
}

// isPage recognises a page of HTML, or a piece of one.
func isPage(t *tree, i int32) bool {
	if t.nodes[i].parent >= 0 {
		return false
	}
	for _, name := range pageRoots {
		if t.named(i, name) {
			return true
		}
	}
	return false
}

// readPage reads the error that a page names: its status, and behind it the status's
// phrase. Without a status, its title must be the name of one. What a page of 400 or 401
// says beside that tells which error it is; one of 403 says the same of all.
func readPage(t *tree, i int32) []fault {
	const most = 40 // texts that are looked at
	f := fault{node: i, unsure: true}
	texts := 0
	for k := i; k < t.nodes[i].end && texts < most && (len(f.codes) == 0 || f.tellsMore()); k++ {
		if n := t.nodes[k]; n.kind != scalarNode || n.key.End > n.key.Start {
			continue
		}
		text := t.str(k)
		status, phrase := namedStatus(text)
		if status == 0 && reasonStatus(text) == f.status && f.status != 0 { // in a heading of its own
			status, phrase = f.status, text
		}
		switch {
		case f.status == 0 && status != 0 || texts == 0:
			f.status, f.message = status, text
		case f.tellsMore():
			f.message += ". " + text
		}
		if phrase != "" && status == f.status {
			f.codes = []string{phrase}
		}
		texts++
	}
	if f.status == 403 && isBlockedPage(t.text[t.span.Start:]) {
		f.codes = []string{"Request blocked"}
	}
	f.unsure = f.status == 0
	return []fault{f}
}

// isBlockedPage says whether a page, or what stands behind its heading, is CloudFront's
// for a request that its firewall blocked
// (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-403-permission-denied.html).
func isBlockedPage(page string) bool {
	const longest = 1000
	return strings.Contains(page[:min(len(page), longest)], "Request blocked.")
}

// tellsMore says whether pages of a fault's status say which of its errors it is.
func (f *fault) tellsMore() bool {
	const longest = 300 // of what is looked at for a name
	return (f.status == 400 || f.status == 401) && len(f.message) < longest
}

// isErrorList recognises what only carries a list of errors, as JSON:API and
// GraphQL do: its elements are objects under the name "errors".
func isErrorList(t *tree, i int32) bool {
	if statusOf(t, i) >= 400 {
		return false
	}
	for _, e := range t.all(i, "errors") {
		if t.nodes[e].kind == objectNode && t.get(i, "message", "error", "title") == "" {
			return true
		}
	}
	return false
}

// isProblem recognises problem details (RFC 9457).
func isProblem(t *tree, i int32) bool {
	return t.get(i, "title") != "" && statusOf(t, i) >= 400
}
