package detect

import "strings"

// This file finds the API that an error comes from, and says which words name APIs.

var (
	// errorNouns may stand between a status and where it comes from: "403 errors from PDS".
	errorNouns = words("error errors response responses back again code codes status coming")

	// verbsToo are names of methods and of grants that are everyday words in small letters.
	verbsToo = words("get post put patch delete rest grant")

	// everydayNames are names of APIs that are everyday words in small letters.
	everydayNames = words("rs bars mesh spine notify dos")

	// smallNames are what an API is called in small letters too.
	smallNames = words("api apis gateway apigee sandbox postman curl pds nrl cis2 mns apim")
)

// origin looks for an API that is named as where the error comes from: right
// before the mention ("PDS: 403") or behind it ("a 403 from the new API").
func (t *talk) origin(s sentence) Cues {
	if t.originBefore(s) || t.originBehind(s) {
		return cueFrom
	}
	return 0
}

func (t *talk) originBefore(s sentence) bool {
	if t.isLittleBesideAPI(s) {
		return true
	}
	i := s.head - 1
	env := false
	for t.joined(i+1, clauseStop) && !t.isAPI(i) && t.isBetweenOrigin(i) {
		env = env || t.has(i, cEnv)
		i--
	}
	switch {
	case i < s.start, !t.joined(i+1, clauseStop):
		return false
	case t.isAPI(i) && (t.list[i+1].before == clauseStop || t.isNamedAPI(i)):
		return true
	}
	return env && t.is(i, "in", "on") && t.joined(i+1, noStop)
}

// isBetweenOrigin says whether token i may stand between an API and the error that it
// gives: "PDS in int is still a 403".
func (t *talk) isBetweenOrigin(i int) bool {
	return t.has(i, cStill|cNow|cEnv|cTime) || t.is(i, "a", "an", "is", "are", "the", "just")
}

// isLittleBesideAPI says whether an API's name is nearly all that stands beside the
// mention: "403 PDS?".
func (t *talk) isLittleBesideAPI(s sentence) bool {
	const few = 4
	if len(t.list) > few || !t.speaksOf(cAPI) {
		return false
	}
	for i := range t.list {
		if s.around(i) && t.isNamedAPI(i) {
			return true
		}
	}
	return false
}

func (t *talk) originBehind(s sentence) bool {
	const reach = 7
	at := s.tail + 1
	if t.is(at, errorNouns...) {
		at++
	}
	switch {
	case !t.joined(at, clauseStop):
		return false
	case t.isAPI(at) && t.marked(at, upper): // "429 PDS"
		return true
	case t.joined(at, noStop) && t.inPath(at):
		return true
	case !t.has(at, cPlace) && !t.is(at, "according"):
		return false
	}
	by, place := t.is(at, "from", "by", "according"), t.is(at, "on", "in", "at", "for", "against")
	vague := t.is(at, "for", "with", "in")
	for i := at + 1; i <= s.end && i < at+reach; i++ {
		switch {
		case t.isNamedAPI(i), t.isAPI(i) && !vague, by && t.has(i, cNet):
			return true
		case place && !t.is(i, "test") && (t.has(i, cEnv) || t.inPath(i)):
			return true
		}
	}
	return false
}

// isOrigin says whether token i names what answers: an API, a client, a path.
func (t *talk) isOrigin(i int) bool {
	return i >= 0 && (t.isAPI(i) || t.has(i, cNet|cEnv) || t.marked(i, inLink) || t.inPath(i))
}

// inPath says whether token i is a part of a path: /Patient/9000000009.
func (t *talk) inPath(i int) bool {
	if i < 0 || i >= len(t.list) {
		return false
	}
	start := t.list[i].span.Start
	return start > 0 && t.text[start-1] == '/' && (start == 1 || t.text[start-2] != '<')
}

// isAPI says whether token i speaks of APIs. What is also an everyday word must
// stand in capitals.
func (t *talk) isAPI(i int) bool {
	switch {
	case !t.has(i, cAPI):
		return false
	case t.is(i, verbsToo...):
		return t.marked(i, upper)
	case t.is(i, everydayNames...):
		return hasUpper(t.word(i))
	}
	return true
}

// isNamedAPI says whether token i is the name of an API, or calls it so.
func (t *talk) isNamedAPI(i int) bool {
	return t.isAPI(i) && (hasUpper(t.word(i)) || t.is(i, smallNames...))
}

func hasUpper(s string) bool { return strings.ToLower(s) != s }
