package detect

import (
	"strings"

	"apierrorbot/internal/kb"
)

// This file looks for what a status is called: its standard reason phrase, or a
// code or alias that the articles know, beside the number.

var (
	// betweenNames stand between a status and its name: "403 Client Error: Forbidden for".
	betweenNames = words(`client error server response status with code is and message says you your
		reasonphrase reason phrase statustext status_text statusdescription response.statustext`)

	// nameHeads begin a line of its own that gives a status's name: "Reason: Forbidden".
	nameHeads = words("response message reason statustext statusdescription reasonphrase")
)

// run says whether the tokens are words that stand together.
func (t *talk) run(from, to int) bool {
	if from < 0 || to >= len(t.list) {
		return false
	}
	for i := from; i <= to; i++ {
		if t.list[i].status != 0 || i > from && (t.list[i].before != noStop || t.between(i-1) == "=") {
			return false
		}
	}
	return true
}

// phrase is the text of some tokens.
func (t *talk) phrase(from, to int) string {
	return t.text[t.list[from].span.Start:t.list[to].span.End]
}

// name is the text of some tokens, without the path of a qualified name:
// oauth.v2.InvalidApiKey.
func (t *talk) name(from, to int) string {
	s := t.phrase(from, to)
	if short := s[strings.LastIndexByte(s, '.')+1:]; from == to && codeShaped(short) {
		return short
	}
	return s
}

// knownFrom finds the longest known name that begins at token i and satisfies
// fits; it gives its last token.
func (t *talk) knownFrom(i int, fits func(from, to int) bool) (last int, ok bool) {
	for to := i + maxReasonWords - 1; to >= i; to-- {
		if to == i && strings.IndexByte(t.word(i), '\'') >= 0 {
			break // no name is one word with an apostrophe
		}
		if t.run(i, to) && fits(i, to) && t.base.Known(t.name(i, to)) {
			return to, true
		}
	}
	return 0, false
}

func anyName(from, to int) bool { return true }

// nameBehind looks for the name of a status behind it: "403 Forbidden",
// "401 - ACCESS_DENIED", "429 Client Error: Too Many Requests".
func (t *talk) nameBehind(m *mention) bool {
	const mostSkipped = 3
	from := m.last + 1
	for skipped := 0; skipped < mostSkipped && t.joined(from, clauseStop) && t.announcesName(from); skipped++ {
		from++
	}
	if !t.joined(from, clauseStop) && !headedBefore(t.text[:t.list[m.first].span.Start]) {
		if !t.is(from, nameHeads...) {
			return false
		}
		for t.announcesName(from) { // "Response Message: Forbidden" on a line of its own
			from++
		}
	}
	for to := from + maxReasonWords - 1; to >= from; to-- {
		if t.run(from, to) && t.named(m, from, to) {
			m.last = to
			return true
		}
	}
	return false
}

// announcesName says whether token i may stand between a status and its name.
func (t *talk) announcesName(i int) bool {
	return t.is(i, betweenNames...)
}

// nameBefore looks for the name of a status before it: "Forbidden (403)",
// "ACCESS_DENIED: HTTP status 401".
func (t *talk) nameBefore(m *mention) bool {
	const mostSkipped = 3
	if !t.joined(m.first, clauseStop) {
		return false
	}
	comma := t.commaBehind(m.first - 1) // then words may be those of another clause
	to := m.first - 1
	for skipped := 0; skipped < mostSkipped && t.joined(to, clauseStop) && t.leadsFromName(to); skipped++ {
		to--
	}
	for from := to - maxReasonWords + 1; from <= to; from++ {
		if !t.run(from, to) {
			continue
		}
		sure := !comma || IsReason(t.phrase(from, to), m.status) || t.writtenAsCode(from, to)
		if sure && t.named(m, from, to) {
			m.first = from
			return true
		}
	}
	return false
}

// leadsFromName says whether token i may stand between a name and its status:
// "ACCESS_DENIED with status 401".
func (t *talk) leadsFromName(i int) bool {
	return t.has(i, cLabel) || t.is(i, "with", "a", "and", "as", "w")
}

// named notes that the tokens are the reason phrase of the mention's status, or
// a known name.
func (t *talk) named(m *mention, from, to int) bool {
	s := t.phrase(from, to)
	isCode, isReason := t.base.Known(s), IsReason(s, m.status)
	written := codeShaped(s) || t.loud(from, to) && t.marked(from, upper)
	if isCode && !isReason && !written && from == to {
		isCode = t.hasName(m.status, s) // a single everyday word does not contradict a status
	}
	if !isCode && !isReason {
		return false
	}
	if !isReason && !written && t.isCountOf(to) {
		return false // "400 missing value meals"
	}
	m.codes = append(m.codes, s)
	m.cues |= cueNamed
	m.kind = KindReason
	if isCode && (!isReason || written) {
		m.kind = KindCode
	}
	if isCode && written {
		m.cues |= cueCode
	}
	return true
}

// hasName says whether an article of the status has this name.
func (t *talk) hasName(status int, name string) bool {
	found := t.base.Match(kb.Query{Status: status, Words: name})
	return len(found) > 0 && found[0].Article.Status == status
}

// nameAround looks for a name elsewhere in the clause: "it answers 403 and the
// body has ACCESS_DENIED". It must be several words, or written like a code.
func (t *talk) nameAround(m *mention) {
	start, end := t.clause(m.first)
	telling := func(from, to int) bool { return to <= end && (to > from || codeShaped(t.word(from))) }
	named := func(i int) bool { // the status's own name on its own: "An error occurred (403) …: Forbidden"
		return t.joined(i, clauseStop) && t.list[i].before == clauseStop && IsReason(t.word(i), m.status)
	}
	for i := start; i <= end; i++ {
		if to, ok := t.knownFrom(i, telling); ok {
			m.codes = append([]string{t.name(i, to)}, m.codes...)
			return
		}
		if named(i) {
			m.codes = append(m.codes, t.word(i))
			return
		}
	}
	for i := start; i <= end; i++ {
		s := t.word(i)
		unknown := t.classOf(i) == 0 && !t.marked(i, inLink) && len(s) >= shortestLoud
		if unknown && t.isNear(m.status, s) {
			m.codes = append([]string{s}, m.codes...)
			m.cues |= cueNear
			if codeShaped(s) {
				m.cues |= cueLikeCode
			}
			return
		}
	}
}

// guessName keeps what stands in a name's place beside the status, in case it is
// one with a slip of the finger: "403 FORBIDEN", "RESOUCE_NOT_FUOND (404)".
func (t *talk) guessName(m *mention) {
	const most = 4 // words
	for n := most; n >= 1; n-- {
		if from := m.last + 1; t.joined(from, clauseStop) {
			t.guess(m, from, from+n-1)
		}
		if to := m.first - 1; t.joined(m.first, clauseStop) {
			t.guess(m, to-n+1, to)
		}
	}
}

// guess keeps the tokens as a name, if they can be one: they are spelt like one
// that the status has, or they are a single word that is written like a code.
func (t *talk) guess(m *mention, from, to int) {
	const shortest, longest = 6, 40
	if !t.run(from, to) || !t.canBeName(from, to) {
		return
	}
	s := t.phrase(from, to)
	beside := t.list[max(from, m.first)].before == noStop // nothing divides it from the status
	switch {
	case len(s) < shortest || len(s) > longest || labelEnd(s) || isFile(s):
		return
	case t.isNear(m.status, s):
		m.cues |= cueNear
		if codeShaped(s) {
			m.cues |= cueLikeCode
		}
	case from == to && codeShaped(s) && (t.marked(from, upper) || beside && strings.IndexByte(s, '_') > 0):
		m.cues |= cueLikeCode
	default:
		return
	}
	m.codes = append(m.codes, s)
}

// canBeName says whether names have words like these.
func (t *talk) canBeName(from, to int) bool {
	const function = cModal | cNot | cFirst | cYou | cIf | cHappens | cCan | cLabel | cPlace
	for i := from; i <= to; i++ {
		small := t.is(i, "a", "an", "the", "of") || t.has(i, function) && !t.is(i, "not")
		if small || t.marked(i, inLink) {
			return false
		}
	}
	return true
}

// mostLooks is how many names are looked for by their spelling in a message.
const mostLooks = 32

// isNear says whether s is spelt like a name of an article of the status.
func (t *talk) isNear(status int, s string) bool {
	if t.near++; t.near > mostLooks {
		return false
	}
	best, ok := nearest(t.base, kb.Query{Status: status, Words: s})
	return ok && (sameLength(best.Name, s) || sameLength(best.Name, afterPrefix(s)))
}

// nearest looks for a name by its spelling, and gives the article's if it is near enough
// for an answer.
func nearest(base *kb.Base, q kb.Query) (kb.Candidate, bool) {
	found := base.Match(q)
	if len(found) == 0 || found[0].Reason != kb.ReasonNear || found[0].Score < kb.AnswerScore {
		return kb.Candidate{}, false
	}
	return found[0], true
}

// afterPrefix is what stands behind the prefix of a code, or all of it.
func afterPrefix(s string) string {
	if before, rest, ok := strings.Cut(s, "_"); ok && isPrefixWord(before) {
		return rest
	}
	return s
}

// sameLength says whether one of two names can be the other with a slip or two,
// and no words more.
func sameLength(a, b string) bool {
	const slips = 2
	x, y := letters(a), letters(b)
	return max(x, y)-min(x, y) <= slips
}

// letters counts the letters of a name, however its words are joined.
func letters(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if isLetter(s[i]) {
			n++
		}
	}
	return n
}
