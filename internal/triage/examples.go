package triage

import (
	"fmt"
	"slices"
	"strings"

	"apierrorbot/internal/kb"
)

// CheckExamples decides about the examples that articles carry, each as a message
// in a channel where nobody asked the bot. An example is right when its article
// is the answer or among a choice, a counter example when it is neither. It
// returns a problem for each that is not, by article; none if all are right.
func CheckExamples(base *kb.Base) kb.Problems {
	var problems kb.Problems
	for _, a := range base.Articles() {
		for _, e := range a.Examples {
			if d := decideExample(base, e); !answers(d, a) {
				problems = append(problems, kb.Problem{File: e.File, Line: e.Line,
					What: "example " + leadsTo(d), Do: "correct the example, or add the name it uses to the aliases; bot explain --why shows how it was read"})
			}
		}
		for _, e := range a.CounterExamples {
			if d := decideExample(base, e); answers(d, a) {
				problems = append(problems, kb.Problem{File: e.File, Line: e.Line,
					What: "counter example " + leadsTo(d), Do: "remove the alias that leads here, or make it an example; bot explain --why shows how it was read"})
			}
		}
	}
	return problems
}

func decideExample(base *kb.Base, e kb.Example) Decision {
	return Decide(base, Input{Text: e.Text}, Auto)
}

// answers says whether a decision offers an article as an answer or in a choice.
// What only comes nearest is none.
func answers(d Decision, a *kb.Article) bool {
	return d.Outcome != OutcomeNearest && slices.Contains(d.ArticleIDs(), a.ID())
}

// leadsTo says for authors what became of an example.
func leadsTo(d Decision) string {
	found := strings.Join(d.ArticleIDs(), ", ")
	switch d.Outcome {
	case OutcomeSilent:
		return fmt.Sprintf("leads to silence (%s)", d.Reason)
	case OutcomeNearest:
		return fmt.Sprintf("leads to no article (%s only come nearest)", found)
	}
	return "leads to " + found
}
