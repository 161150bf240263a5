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
	question := texts[0].Clean
	if strings.TrimSpace(question) == "" && len(texts) > 1 {
		question = texts[1].Clean
	}
	status, words := detect.Question(question)
	code := shownCode(guard.Redact(question))
	gap := newGap(base, status, code)
	if unknown != nil {
		status, words = unknown.signal.Status, ""
		if len(unknown.signal.Codes) > 0 {
			words = unknown.signal.Codes[0]
		}
		open := unknown.openCodes()
		code, gap = "", newGap(base, status, open...)
		if slices.Contains(open, words) {
			code = shownCode(words)
		}
	}
	found := base.Match(kb.Query{Status: status, Words: words})
	if name := detect.LongestName(base, words); name != "" && unknown == nil && !isAnswer(found) {
		words = name
		found = base.Match(kb.Query{Status: status, Words: words})
	}
	tr.question(status, words)
	tr.candidates(kb.Query{Status: status, Words: words}, found)
	tr.thresholds()
	d := Decision{Understood: understood(status, code), Gap: gap}
	switch {
	case len(found) == 0:
		d.Outcome, d.Reason = OutcomeMiss, "nothing comes near"
		return d
	case found[0].Score >= kb.AnswerScore && unknown == nil:
		f := finding{signal: detect.Signal{Status: status}}
		f.take(found)
		f.worded(question, f.signal, true)
		return answer([]finding{f})
	}
	d.Outcome, d.Reason = OutcomeNearest, "something comes near"
	item := Item{Why: "Nothing has exactly that name."}
	if found[0].Reason == kb.ReasonStatus {
		item.Why = sameStatus(status)
	}
	for _, c := range found[:min(len(found), maxNearest)] {
		item.Options = append(item.Options, c.Article)
	}
	d.Items = []Item{item}
	return d
}

// isAnswer says whether the best of some candidates is an answer.
func isAnswer(found []kb.Candidate) bool {
	return len(found) > 0 && found[0].Score >= kb.AnswerScore && found[0].Reason != kb.ReasonStatus
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

// shownCode is the code in a question, if it has one that may be shown: nothing
// but letters and underscores, 40 characters at most, with an underscore inside or
// in capitals and all that was asked. Such a word cannot format or ping, and is no
// secret, as long as nothing around it says so: the caller redacts the text first.
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
