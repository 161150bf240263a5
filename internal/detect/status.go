package detect

import "strings"

// This file knows the statuses' standard names, and finds a status in the words of a
// body.

// reasons are the standard reason phrases of the statuses that say that
// something went wrong: RFC 9110, section 15, RFC 6585 and RFC 7725. Older names
// that servers still send stand beside them. Written as keys: lower-case letters
// and digits only.
var reasons = map[string]int{
	"badrequest":                    400,
	"unauthorized":                  401,
	"unauthorised":                  401,
	"unauthenticated":               401, // gRPC's and GraphQL's name
	"authorizationrequired":         401,
	"paymentrequired":               402,
	"forbidden":                     403,
	"notfound":                      404,
	"methodnotallowed":              405,
	"notacceptable":                 406,
	"proxyauthenticationrequired":   407,
	"requesttimeout":                408,
	"conflict":                      409,
	"gone":                          410,
	"lengthrequired":                411,
	"preconditionfailed":            412,
	"contenttoolarge":               413,
	"payloadtoolarge":               413,
	"requestentitytoolarge":         413,
	"uritoolong":                    414,
	"unsupportedmediatype":          415,
	"expectationfailed":             417,
	"misdirectedrequest":            421,
	"unprocessablecontent":          422,
	"unprocessableentity":           422,
	"locked":                        423,
	"faileddependency":              424,
	"tooearly":                      425,
	"upgraderequired":               426,
	"preconditionrequired":          428,
	"toomanyrequests":               429,
	"requestheaderfieldstoolarge":   431,
	"unavailableforlegalreasons":    451,
	"internalservererror":           500,
	"notimplemented":                501,
	"badgateway":                    502,
	"serviceunavailable":            503,
	"servicetemporarilyunavailable": 503,
	"gatewaytimeout":                504,
}

// maxReasonWords is how many words the longest phrase has.
const maxReasonWords = 5

// reasonStatus gives the status of a standard reason phrase in any spelling, or
// 0. It does not allocate.
func reasonStatus(phrase string) int {
	const shortest, longest = len("Gone"), 48
	if len(phrase) < shortest || len(phrase) > longest {
		return 0
	}
	var buffer [32]byte
	key := buffer[:0]
	for i := 0; i < len(phrase); i++ {
		switch b := lower(phrase[i]); {
		case !isLower(b) && !isDigit(b):
		case len(key) == len(buffer):
			return 0
		default:
			key = append(key, b)
		}
	}
	return reasons[string(key)]
}

// ReasonStatus gives the status of a standard reason phrase in any spelling, or
// 0.
func ReasonStatus(s string) int { return reasonStatus(s) }

// IsReason says whether s is the standard reason phrase of a status, in any
// spelling.
func IsReason(s string, status int) bool { return status != 0 && reasonStatus(s) == status }

// statusInWords finds a status that a body's message names, or 0.
func statusInWords(s string) int {
	status, _ := namedStatus(s)
	return status
}

// namedStatus finds a status in the words of a body, and the standard phrase behind it,
// if it has one.
func namedStatus(s string) (status int, phrase string) {
	const longest = 300
	s = s[:min(len(s), longest)]
	if isUnrouted(s) {
		return 404, ""
	}
	if !strings.ContainsAny(s, "45") {
		return 0, ""
	}
	t := &talk{text: s, list: tokenize(s, nil)}
	for i, tok := range t.list {
		if tok.status == 0 || t.isCount(i) {
			continue
		}
		for to := i + 1; t.run(i+1, to) && to <= i+maxReasonWords; to++ {
			if reasonStatus(t.phrase(i+1, to)) == tok.status {
				return tok.status, t.phrase(i+1, to)
			}
		}
		if t.place(i)&(cueProgram|cueStatus|cueLabel) != 0 || i == 0 && isHeading(s[tok.span.End:]) {
			return tok.status, ""
		}
	}
	return 0, ""
}

// isHeading says whether what follows a number makes it a heading: "403 - …", "403: …".
func isHeading(behind string) bool {
	behind = strings.TrimLeft(behind, " ")
	return behind != "" && (behind[0] == '-' || behind[0] == ':')
}

// isUnrouted says whether a message is Express's for a 404: "Cannot GET /x".
func isUnrouted(s string) bool {
	request, ok := strings.CutPrefix(s, "Cannot ")
	method, path, _ := strings.Cut(request, " ")
	return ok && isMethod(method) && strings.HasPrefix(path, "/")
}
