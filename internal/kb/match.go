package kb

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"
)

// How a question finds its articles
//
// A question is a status, a few words, or both. The words are looked up in the
// vocabulary (base.go) in three attempts, and the first that succeeds ends the
// search: they are the code of an article; they are an alias; they are spelt like
// some of the names. All three are scored on one scale from 0 to 1, which has two
// marks: from AnswerScore on, the bot may say "this is it"; from NearestScore on,
// "did you mean". Anything lower is not returned at all.
//
// Spelt alike. People make three kinds of mistakes, and no single measure sees all:
//
//   - Slips: letters left out, doubled, replaced, swapped (RESOUCE_NOT_FUOND). We
//     count them (distance.go) as a share of the longer name, because two slips
//     in sixteen letters are a typo and two in four another word.
//   - Words in another order, left out or put in ("value missing", "which resource
//     was not found"). We pair the words of both sides, forgiving slips in each,
//     and weigh every word by its length: "requests" says more than "too".
//   - Abbreviations ("unauth", "inv_value"). Subsequence matching finds them:
//     all letters of the question, in order, in the name.
//
// A name scores the best of the three, and an article the best of its names.
// Subsequence matching alone is far too generous ("test" stands in TOO_MANY_REQUESTS,
// letter by letter), so the question must cover half of the name, begin with the
// same letter, and come in runs. Counting slips alone is too generous as well, where
// many codes begin alike: INVALID_PATIENT is three slips from INVALID_CLIENT, so the
// slips must not make another word of one. And "valid value" is no slip of
// "invalid value" at all, but its contrary.
//
// Words and status together. The status picks between articles that share a code,
// and it lifts what is merely spelt alike. Where they contradict each other, the
// side that says more wins: a code or an alias says more than a number, so it
// stands, less OtherStatus. The standard phrase of a status ("Unauthorized", sent
// with 403) says no more than a number, and a misspelt name less: there the number
// decides. And where nobody knows the words, the articles of the status come near,
// no more.
const (
	// AnswerScore is the score from which a candidate counts as an answer.
	// Between it and 1 lie codes, aliases, and names with about one slip in
	// seven letters; see slipCost for why that is the place.
	AnswerScore = 0.90

	// NearestScore is the score from which a candidate is worth a "did you
	// mean". It lets one word of two pass if it is the longer one, or as long
	// ("access" for ACCESS_DENIED: 0.64), and not the INVALID of INVALID_PATCH
	// (0.61). Ordinary words such as "test" or "banana" have no score at all.
	NearestScore = 0.62

	// ScoreCode is for the article's own code in any spelling, also with a
	// prefix in front (SEND_FORBIDDEN for FORBIDDEN).
	ScoreCode = 1.00

	// ScoreAlias is for an alias, and for a code without the prefix that is part
	// of it (CONFLICT for REC_CONFLICT). It is an answer even under another status
	// (ScoreAlias - OtherStatus).
	ScoreAlias = 0.97

	// ScoreStatus is for a status alone. It is an answer, but the weakest: it
	// cannot tell the articles of one status from each other.
	ScoreStatus = AnswerScore

	// ScoreSameStatus is for an article of the question's status when nobody
	// knows the question's words: it may help, but it is not what was asked for.
	ScoreSameStatus = 0.70

	// OtherStatus is what a name loses when it came with a status that is not the
	// article's. INVALID_VALUE with 422 still is an answer (0.94), and so is an
	// alias (0.91); a typo (0.96 less its slips) no longer is.
	OtherStatus = 0.06

	// scoreAlike is what a name spelt alike could reach at most: just less than
	// an alias.
	scoreAlike = 0.96

	// slipCost is what a name would lose if every letter were a slip. One slip in
	// seven letters must still be an answer (0.96 - 0.4/7 = 0.903), so that codes
	// of seven letters or more survive one and those of fourteen two. One in six
	// must not (0.893): among shorter words, one letter often makes another.
	slipCost = 0.4

	// slipShare limits the slips to one in so many letters. With more it is
	// another word. It also says from which length on a word may have a slip at
	// all: in three letters, one makes another ("not", "now").
	slipShare = 4

	// missingWord and extraWord are what a letter counts in the words that only
	// the name, or only the question, has. Half of a name must stay well under
	// AnswerScore and just over NearestScore. Extra words are less bad, since
	// people add "patient" and "for this NHS number".
	missingWord = 0.5
	extraWord   = 0.3

	// scoreShort is what an abbreviation could reach if it left nothing out; at
	// half of the name's letters, the least allowed, it gets NearestScore. It lies
	// below AnswerScore because what is abbreviated has to be guessed.
	scoreShort = 0.85

	// shortestShort is how many letters an abbreviation has at least. With fewer,
	// "noted" would stand for "not allowed".
	shortestShort = 6

	// shortRun is how many letters of an abbreviation hang together on average.
	// With less, "noon" would stand for NOT_FOUND.
	shortRun = 2

	// statusAgrees is how far the same status lifts a name spelt alike towards
	// scoreAlike. Half of the way makes an answer of everything from 0.84 on: of
	// every typo (at worst 0.96 - 0.4/4 = 0.86) and of a name with a short word
	// too much (FORBIDDEN_READ), but not of half a name.
	statusAgrees = 0.5
)

// Query is a question: a status, words, or both.
type Query struct {
	Status int    // HTTP status code, or 0
	Words  string // a code or a few words in any spelling, without the status; may be empty
}

// Reason says what made an article a candidate.
type Reason string

const (
	ReasonCode   Reason = "code"   // the words are the article's code
	ReasonAlias  Reason = "alias"  // the words are an alias, or a code without its prefix
	ReasonNear   Reason = "near"   // the words are spelt like a name of the article
	ReasonStatus Reason = "status" // the status alone fits, or the words are its standard phrase
)

// Candidate is an article that may be what a question is about.
type Candidate struct {
	Article *Article
	Score   float64 // NearestScore to 1
	Reason  Reason
	Name    string // the code, alias or phrase that was found, as the article writes it; empty for a number alone
}

// Match returns the articles that fit a question, best first and, among equals,
// by status and code. It returns none that scores below NearestScore. Words of more
// than 256 bytes are prose and match no name.
func (b *Base) Match(q Query) []Candidate {
	if len(q.Words) > maxKey {
		return b.ofStatus(q.Status, ScoreSameStatus)
	}
	asked := telling(q.Words)
	for _, name := range []string{q.Words, lastPart(q.Words), strings.Join(asked, "")} {
		if t := b.lookup(name); t != nil {
			return b.named(t, q.Status)
		}
	}
	if len(asked) == 0 {
		return b.ofStatus(q.Status, ScoreStatus)
	}
	if isPhrase(q.Words) { // of a status that no article is about: nothing like it means the same
		return b.ofStatus(q.Status, ScoreSameStatus)
	}
	return b.alike(bare(asked), whole(q.Words, asked), q.Status)
}

// whole returns all words of a short question where fillers were dropped from it: a
// filler can be a slip, as in "to many requests". nil where nothing was dropped.
func whole(question string, asked []string) []string {
	const most = 5
	if list := words(question); len(list) > len(asked) && len(list) <= most && len(asked) > 1 {
		return list
	}
	return nil
}

// ofStatus returns all articles of a status with the same score.
func (b *Base) ofStatus(status int, score float64) []Candidate {
	var list []Candidate
	for _, a := range b.byStatus[status] {
		list = append(list, Candidate{Article: a, Score: score, Reason: ReasonStatus})
	}
	return list
}

// named returns the articles whose name the question gives.
func (b *Base) named(t *term, status int) []Candidate {
	articles, agree := t.under(status)
	if t.phrase && !agree && len(b.byStatus[status]) > 0 {
		return b.ofStatus(status, ScoreStatus)
	}
	score := t.score
	if status != 0 && !agree {
		score -= OtherStatus
	}
	var list []Candidate
	for _, a := range articles {
		list = append(list, Candidate{Article: a, Score: score, Reason: t.reason, Name: t.name})
	}
	return list
}

// under returns the term's articles of a status and true, or else all of them.
func (t *term) under(status int) (articles []*Article, agree bool) {
	for _, a := range t.articles {
		if a.Status == status {
			articles = append(articles, a)
		}
	}
	if len(articles) > 0 {
		return articles, true
	}
	return t.articles, false
}

// alike returns the articles with a name that is spelt like the question's. Where
// the status has articles, these are the only ones, and a likeness too small to
// count by itself still orders them: MISSING_SCOPE with 400 is more likely about
// MISSING_VALUE than about INVALID_VALUE.
func (b *Base) alike(asked, whole []string, status int) []Candidate {
	best := make(map[*Article]Candidate)
	rest := ScoreSameStatus // of the articles of the status that are not spelt alike
	hits := b.spelt(asked)
	if whole != nil {
		hits = append(hits, b.spelt(whole)...)
	}
	for _, hit := range hits {
		score := hit.score
		articles, agree := hit.term.under(status)
		switch {
		case agree:
			score += (scoreAlike - score) * statusAgrees
		case len(b.byStatus[status]) > 0:
			if score >= AnswerScore { // a name that we know contradicts the status
				rest = ScoreStatus
			}
			continue
		case status != 0:
			score -= OtherStatus
		}
		for _, a := range articles {
			if score >= NearestScore && score > best[a].Score {
				best[a] = Candidate{Article: a, Score: score, Reason: ReasonNear, Name: hit.term.name}
			}
		}
	}
	for _, c := range b.ofStatus(status, rest) {
		if c.Score > best[c.Article].Score {
			best[c.Article] = c
		}
	}
	return slices.SortedFunc(maps.Values(best), func(x, y Candidate) int {
		return cmp.Or(-cmp.Compare(x.Score, y.Score), byStatusThenCode(x.Article, y.Article))
	})
}

// hit is a term that is spelt like a question.
type hit struct {
	term  *term
	score float64
}

// spelt returns the terms that are spelt like the words of a question, with
// scores up to scoreAlike.
func (b *Base) spelt(asked []string) []hit {
	question := strings.Join(asked, "")
	if len(question) < slipShare || len(question) > maxKey {
		return nil
	}
	var hits []hit
	var short []*term
	for _, i := range b.bigrams.shortlist(question) {
		t := &b.terms[i]
		if contrary(question, t.key) {
			continue
		}
		if score := slips(question, t.key); score > 0 && !anotherWord(asked, t.words) {
			hits = append(hits, hit{t, score})
		}
		if t.reason == ReasonStatus {
			continue // "request" is half of "Bad Request", and means something else
		}
		if score := paired(asked, t.words); score > 0 {
			hits = append(hits, hit{t, score})
		}
		if len(question) >= shortestShort && len(question) < len(t.key) && 2*len(question) >= len(t.key) && question[0] == t.key[0] {
			short = append(short, t)
		}
	}
	return append(hits, abbreviated(question, short)...)
}

// contrary reports whether one key is the other with a negation in front:
// "valid value" is two letters from "invalid value", and no typo of it.
func contrary(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	switch negation, found := strings.CutSuffix(a, b); negation {
	case "un", "in", "non", "no", "not":
		return found
	}
	return false
}

// slips scores two keys by the slips between them; 0 if there are too many.
func slips(a, b string) float64 {
	length := max(len(a), len(b))
	limit := length / slipShare
	n := distance(a, b, limit)
	if n > limit {
		return 0
	}
	return scoreAlike - slipCost*float64(n)/float64(length)
}

// anotherWord reports whether the slips between two names fall into one word and
// make another of it: INVALID_PATIENT is three slips from INVALID_CLIENT, but all of
// them are needed to make a client of a patient.
func anotherWord(asked, name []string) bool {
	if len(asked) != len(name) || len(name) == 1 {
		return false
	}
	for i, w := range name {
		limit := max(1, len(w)/3)
		if distance(asked[i], w, limit) > limit {
			return true
		}
	}
	return false
}

// paired scores the words of a question and a name, in whatever order they stand.
// Each word of the name takes the likest word of the question that is left. It
// returns 0 where the lengths alone keep the score under NearestScore.
func paired(asked, name []string) float64 {
	if len(asked) == 1 && len(name) == 1 {
		return 0 // slips sees the same, and more
	}
	extra, whole := letterCount(asked), letterCount(name)
	if pairedScore(min(extra, whole), max(0, whole-extra), max(0, extra-whole)) < NearestScore {
		return 0
	}
	var common, missing float64
	var taken [maxKey]bool
	for _, w := range name {
		which, most := 0, 0.0
		for i, q := range asked {
			if taken[i] {
				continue
			}
			if l := likeness(q, w); l > most {
				which, most = i, l
			}
		}
		common += most * float64(len(w))
		missing += (1 - most) * float64(len(w))
		if most > 0 {
			taken[which] = true
			extra -= float64(len(asked[which]))
		}
	}
	return pairedScore(common, missing, extra)
}

// pairedScore weighs the letters in the words that both sides have against those
// in the words that only the name or only the question has.
func pairedScore(common, missing, extra float64) float64 {
	return scoreAlike * common / (common + missingWord*missing + extraWord*extra)
}

func letterCount(words []string) float64 {
	n := 0
	for _, w := range words {
		n += len(w)
	}
	return float64(n)
}

// likeness is 1 for equal words, less for each slip, and 0 for different words.
func likeness(a, b string) float64 {
	if a == b {
		return 1
	}
	length := max(len(a), len(b))
	limit := min(len(a), len(b)) / slipShare
	n := distance(a, b, limit)
	if n > limit || contrary(a, b) {
		return 0
	}
	return 1 - float64(n)/float64(length)
}

// abbreviated scores a question against longer names that it may abbreviate.
func abbreviated(question string, terms []*term) []hit {
	var hits []hit
	for _, m := range fuzzy.FindFromNoSort(question, keys(terms)) {
		runs := 1
		for i := 1; i < len(m.MatchedIndexes); i++ {
			if m.MatchedIndexes[i] != m.MatchedIndexes[i-1]+1 {
				runs++
			}
		}
		if m.MatchedIndexes[0] != 0 || runs*shortRun > len(m.MatchedIndexes) {
			continue
		}
		beyondHalf := 2*float64(len(question))/float64(len(m.Str)) - 1
		hits = append(hits, hit{terms[m.Index], NearestScore + (scoreShort-NearestScore)*beyondHalf})
	}
	return hits
}

// keys lets the fuzzy package read the keys of terms.
type keys []*term

func (k keys) String(i int) string { return k[i].key }
func (k keys) Len() int            { return len(k) }
