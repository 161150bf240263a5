package detect

import (
	"iter"
	"strings"
)

// This file reads pairs of a name and a value, however a header or a field of
// that name was printed: as a header line, in a dump of JSON, Python, JavaScript
// or Java, in a log, as an XML element. It looks at separators and back from
// them, because few of a text's words are a name that matters.

// topic is what a pair's value is about.
type topic uint8

const (
	topicID    topic = iota + 1 // names a request, for whoever has its logs
	topicWait                   // how long to wait, or until when
	topicReset                  // when the rate limit is new, in seconds from now or in Unix time
	topicDate                   // when the answer was made
)

// pairName is a name that matters.
type pairName struct {
	topic topic
	label string // how an id is called
	unit  int64  // of a wait that is a bare number, in milliseconds
}

// pairNames are the names that matter, in small letters without "-", "_" and
// spaces. Retry-After and Date are HTTP's own (RFC 9110, sections 10.2.3 and
// 6.6.1), RateLimit-Reset is of
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/06/,
// traceparent of https://www.w3.org/TR/trace-context/; the others are gateways'
// and clouds' own.
var pairNames = map[string]pairName{
	"xrequestid":        {topic: topicID, label: "X-Request-ID"},
	"requestid":         {topic: topicID, label: "Request ID"},
	"nhsdrequestid":     {topic: topicID, label: "NHSD-Request-ID"},
	"xcorrelationid":    {topic: topicID, label: "X-Correlation-ID"},
	"correlationid":     {topic: topicID, label: "Correlation ID"},
	"nhsdcorrelationid": {topic: topicID, label: "NHSD-Correlation-ID"},
	"traceid":           {topic: topicID, label: "Trace ID"},
	"xtraceid":          {topic: topicID, label: "X-Trace-ID"},
	"xb3traceid":        {topic: topicID, label: "X-B3-TraceId"},
	"traceparent":       {topic: topicID, label: "traceparent"},
	"xamznrequestid":    {topic: topicID, label: "x-amzn-RequestId"},
	"xamzrequestid":     {topic: topicID, label: "x-amz-request-id"},
	"xamzntraceid":      {topic: topicID, label: "X-Amzn-Trace-Id"},
	"xmsrequestid":      {topic: topicID, label: "x-ms-request-id"},
	"apimrequestid":     {topic: topicID, label: "apim-request-id"},
	"xgithubrequestid":  {topic: topicID, label: "X-GitHub-Request-Id"},
	"xtransactionid":    {topic: topicID, label: "X-Transaction-ID"},
	"transactionid":     {topic: topicID, label: "Transaction ID"},
	"cfray":             {topic: topicID, label: "CF-Ray"},
	"rayid":             {topic: topicID, label: "CF-Ray"},

	"retryafter":        {topic: topicWait, unit: 1000},
	"retryafterseconds": {topic: topicWait, unit: 1000},
	"retryafterms":      {topic: topicWait, unit: 1},
	"xmsretryafterms":   {topic: topicWait, unit: 1},
	"retryaftermillis":  {topic: topicWait, unit: 1},
	"retrydelay":        {topic: topicWait, unit: 1000}, // https://cloud.google.com/apis/design/errors (RetryInfo)

	"ratelimitreset":          {topic: topicReset},
	"xratelimitreset":         {topic: topicReset},
	"xratelimitresetafter":    {topic: topicReset},
	"xratelimitresetrequests": {topic: topicReset},
	"xratelimitresettokens":   {topic: topicReset},

	"date": {topic: topicDate},
}

// longestName is the length of the longest of pairNames, with what it may be
// written with.
const longestName = 32

// nameEnds holds the last two letters of each of pairNames: most names in a text
// are told apart by these.
var nameEnds = func() (t [26][26]bool) {
	for name := range pairNames {
		t[name[len(name)-2]-'a'][name[len(name)-1]-'a'] = true
	}
	return t
}()

// pairs goes through the pairs of a text whose name matters: the name, and where
// the value begins.
func pairs(text string) iter.Seq2[pairName, int] {
	return func(yield func(pairName, int) bool) {
		for i := 1; i < len(text); i++ {
			if c := text[i]; c != ':' && c != '=' && c != '>' && c != ',' {
				continue
			}
			if name, ok := nameBefore(text, i); ok && !yield(name, valueAfter(text, i+1)) {
				return
			}
		}
	}
}

// nameBefore reads the name that ends before the separator at text[i].
func nameBefore(text string, i int) (pairName, bool) {
	const quotes = 8 // and backslashes and spaces, at most, between name and separator
	end := i
	for end > 0 && i-end < quotes && isQuoting(text[end-1]) {
		end--
	}
	if end < 2 || !isNameEnd(text[end-2], text[end-1]) || text[i] == ',' && end == i {
		return pairName{}, false // a list of pairs has its names in quotes
	}
	start := end
	for start > 0 && end-start < longestName && isHeaderByte(text[start-1]) {
		start--
	}
	if start > 0 && isHeaderByte(text[start-1]) {
		return pairName{}, false
	}
	if end-start == len("id") && start > 1 && text[start-1] == ' ' { // "Trace ID"
		for start--; start > 0 && end-start < longestName && isLetter(text[start-1]); {
			start--
		}
	}
	if text[i] == '>' && (end != i || start == 0 || text[start-1] != '<') {
		return pairName{}, false
	}
	var room [longestName]byte
	folded := room[:0]
	for k := start; k < end; k++ {
		if isLetter(text[k]) || isDigit(text[k]) {
			folded = append(folded, lower(text[k]))
		}
	}
	name, ok := pairNames[string(folded)]
	return name, ok
}

func isQuoting(b byte) bool { return b == '"' || b == ' ' || b == '\'' || b == '\\' }

func isNameEnd(a, b byte) bool {
	a, b = lower(a), lower(b)
	return isLower(a) && isLower(b) && nameEnds[a-'a'][b-'a']
}

func isHeaderByte(b byte) bool { return isLetter(b) || isDigit(b) || b == '-' || b == '_' }

// valueAfter passes over what stands between a separator and a value: spaces,
// quotes, brackets, the ">" of "=>" and the letter before Python's bytes.
func valueAfter(text string, i int) int {
	const most = 10
	for n := 0; i < len(text) && n < most; n++ {
		switch {
		case strings.IndexByte(" \t\"'\\[(>", text[i]) >= 0:
		case text[i] == 'b' && i+1 < len(text) && (text[i+1] == '\'' || text[i+1] == '"'):
		default:
			return i
		}
		i++
	}
	return i
}

// Limits of ids.
const (
	MaxIDs    = 3  // of one message
	MaxIDName = 19 // bytes of what one goes by: NHSD-Correlation-ID
)

// FindIDs finds the ids by which others find the request in their logs, in the
// order of the text: three at most, each with a form that ids have.
func FindIDs(text *Text) []Detail {
	var ids []Detail
	for name, at := range pairs(text.Clean) {
		if name.topic != topicID {
			continue
		}
		id := idAt(text.Clean, at)
		if !isID(id) || !isSafe(id) {
			continue
		}
		var room bool
		if ids, room = add(ids, Detail{DetailID, name.label, id}, MaxIDs); !room {
			break
		}
	}
	return ids
}

// idAt reads the word at text[i] that may be an id.
func idAt(text string, i int) string {
	const root = "Root=" // of X-Amzn-Trace-Id: Root=1-…;Parent=…
	if strings.HasPrefix(text[i:], root) {
		i += len(root)
	}
	end := i
	for end < len(text) && end-i <= MaxDetailValue && (isHeaderByte(text[end]) || text[end] == ':') {
		end++
	}
	if end < len(text) && strings.IndexByte("+/=@%", text[end]) >= 0 {
		return "" // the beginning of something else
	}
	return strings.TrimRight(text[i:end], "-:_")
}

// isID says whether a word has the form of an id that a machine made:
//
//   - groups of hexadecimal digits: UUIDs (RFC 9562), trace ids and traceparents
//     (https://www.w3.org/TR/trace-context/), X-Amzn-Trace-Id, GitHub's; 16 digits
//     or more, letters among them
//   - a Ray ID: 16 hexadecimal digits and an airport
//     (https://developers.cloudflare.com/fundamentals/reference/cloudflare-ray-id/)
//   - 16 to 26 capitals and digits: ULIDs and the ids of S3
//   - req_ and letters and digits
//
// A number, a name or a word of a language is none.
func isID(s string) bool {
	const least, longest = 16, 26
	if rest, ok := strings.CutPrefix(s, "req_"); ok {
		n := count(rest)
		return n.letters+n.digits == len(rest) && n.digits > 1 && len(rest) >= 12 && len(rest) <= 32
	}
	if len(s) == 20 && s[16] == '-' && count(s[17:]).capitals == 3 {
		s = s[:16]
	}
	n := count(s)
	switch {
	case n.digits < 2 || n.letters == 0:
		return false
	case n.hex == n.letters && n.letters+n.digits+n.joints == len(s):
		return n.letters+n.digits >= least && n.joints <= 5
	}
	return n.capitals+n.digits == len(s) && len(s) >= least && len(s) <= longest
}

// counts says how many characters of a kind a word has.
type counts struct{ letters, capitals, hex, digits, joints int }

func count(s string) (n counts) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case isDigit(c):
			n.digits++
		case c == '-' || c == ':':
			n.joints++
		case isLetter(c):
			n.letters++
			if isUpper(c) {
				n.capitals++
			}
			if lower(c) <= 'f' {
				n.hex++
			}
		}
	}
	return n
}
