package triage

import (
	"fmt"
	"slices"
	"strings"

	"apierrorbot/internal/detect"
	"apierrorbot/internal/guard"
	"apierrorbot/internal/kb"
)

// ask answers a question in which no signal led to an article: by its words, by
// what comes nearest to them, or with a miss. texts are the message and what came
// with it; the question is what the person wrote, or else the first of the rest.
func ask(base *kb.Base, texts []*detect.Text, unknown *finding, tr *Trace) Decision {
	text := texts[0].Clean
	if strings.TrimSpace(text) == "" && len(texts) > 1 {
		text = texts[1].Clean
	}
	var q question
	if unknown != nil {
		q = aboutUnknown(base, unknown)
	} else {
		q = inWords(base, text)
	}
	found := base.Match(kb.Query{Status: q.status, Words: q.words})
	if name := detect.LongestName(base, q.words); name != "" && unknown == nil && !isAnswer(found) {
		q.words = name
		found = base.Match(kb.Query{Status: q.status, Words: q.words})
	}
	if name := detect.Credentials(base, opening(text)); name != "" && unknown == nil && !isAnswer(found) {
		q.words = name
		found = base.Match(kb.Query{Status: q.status, Words: q.words})
	}
	tr.question(q.status, q.words)
	tr.candidates(kb.Query{Status: q.status, Words: q.words}, found)
	tr.thresholds()
	d := Decision{Understood: understood(q.status, q.code), Gap: q.gap}
	switch {
	case len(found) == 0:
		d.Outcome, d.Reason = OutcomeMiss, "nothing comes near"
		return d
	case unknown == nil && (found[0].Score >= kb.AnswerScore || isMeant(q, found)):
		f := finding{signal: detect.Signal{Status: q.status}}
		f.take(found)
		f.worded(text, f.signal, true)
		return answer([]finding{f})
	}
	d.Outcome, d.Reason = OutcomeNearest, "something comes near"
	item := Item{Why: "Nothing has exactly that name."}
	if found[0].Reason == kb.ReasonStatus {
		item.Why = sameStatus(q.status)
	}
	for _, c := range found[:min(len(found), maxNearest)] {
		item.Options = append(item.Options, c.Article)
	}
	d.Items = []Item{item}
	return d
}

// question is what somebody asks for.
type question struct {
	status int    // or 0
	words  string // that are looked up
	code   string // that may be shown, or ""
	gap    Gap
}

// inWords reads the question in a text.
func inWords(base *kb.Base, text string) question {
	q := question{code: askedCode(text)}
	q.status, q.words = detect.Question(opening(text))
	q.gap = newGap(base, q.status, q.code)
	return q
}

// aboutUnknown makes the question of an error that no article is about.
func aboutUnknown(base *kb.Base, unknown *finding) question {
	open := unknown.openCodes()
	q := question{status: unknown.signal.Status, gap: newGap(base, unknown.signal.Status, open...)}
	if len(unknown.signal.Codes) > 0 {
		q.words = unknown.signal.Codes[0]
	}
	if slices.Contains(open, q.words) {
		q.code = shownCode(q.words)
	}
	return q
}

// isAnswer says whether the best of some candidates is an answer.
func isAnswer(found []kb.Candidate) bool {
	return len(found) > 0 && found[0].Score >= kb.AnswerScore && found[0].Reason != kb.ReasonStatus
}

// isMeant says whether a question of several words, in which slips are not what to fear,
// comes near to one article and to no other.
func isMeant(q question, found []kb.Candidate) bool {
	const fewest, enough, apart = 4, 0.80, 0.10 // words; scores
	return len(strings.Fields(q.words)) >= fewest && found[0].Score >= enough && found[0].Reason == kb.ReasonNear &&
		(len(found) == 1 || found[1].Score < found[0].Score-apart)
}

// understood says what of a question can be shown.
func understood(status int, code string) string {
	switch {
	case status != 0 && code != "":
		return fmt.Sprintf("status %d and the code %s", status, code)
	case status != 0:
		return fmt.Sprintf("status %d", status)
	case code != "":
		return "the code " + code
	}
	return ""
}

// longestQuestion is how many bytes of a text are read as a question in words.
// detect.Question takes 40 words at most, which have room in a tenth of it; who
// writes more has pasted something, and what that shows are signals.
const longestQuestion = 4000

// opening is the whole words at the beginning of a text that are read as a question.
func opening(text string) string {
	if len(text) <= longestQuestion {
		return text
	}
	text = text[:longestQuestion]
	return text[:strings.LastIndexAny(text, " \t\n")+1]
}

// askedCode is the code in a question that may be shown, if it has one. The guard
// reads all of the text, because a secret may end behind the opening; where no word
// is written like a code, it has nothing to say and is not asked.
func askedCode(text string) string {
	if shownCode(opening(text)) == "" {
		return ""
	}
	return shownCode(opening(guard.Redact(text)))
}

// shownCode is the code in a text, if it has one that may be shown: nothing
// but letters and underscores, 40 characters at most, with an underscore inside or
// in capitals and all that was asked. Such a word cannot format or ping, and is no
// secret, as long as nothing around it says so: the caller sees to that.
func shownCode(text string) string {
	const shortest, longest = 3, 40
	words := strings.Fields(text)
	for _, w := range words {
		w = strings.Trim(w, "`'\".,:;?!()")
		if len(w) < shortest || len(w) > longest || strings.IndexFunc(w, notInCode) >= 0 {
			continue
		}
		if strings.Contains(strings.Trim(w, "_"), "_") || len(words) == 1 && w == strings.ToUpper(w) {
			return w
		}
	}
	return ""
}

func notInCode(r rune) bool {
	return r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
