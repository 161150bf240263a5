package triage

import (
	"testing"

	"apierrorbot/internal/kb"

	"github.com/google/go-cmp/cmp"
)

func TestJudge(t *testing.T) {
	a, b, c := &kb.Article{Status: 401, Code: "A"}, &kb.Article{Status: 403, Code: "B"}, &kb.Article{Status: 404, Code: "C"}
	decision := func(o Outcome, items ...[]*kb.Article) Decision {
		d := Decision{Outcome: o}
		for _, options := range items {
			d.Items = append(d.Items, Item{Options: options})
		}
		return d
	}
	label := func(o Outcome, ids ...string) Label { return Label{o, ids} }
	silence := decision(OutcomeSilent)
	all := Judgement{Met: true, Found: true, Clean: true}
	tests := []struct {
		name  string
		label Label
		got   Decision
		want  Judgement
	}{
		{"the article", label(OutcomeArticle, "401/A"), decision(OutcomeArticle, []*kb.Article{a}), all},
		{"any article", label(OutcomeArticle), decision(OutcomeArticle, []*kb.Article{c}), all},
		{"two articles", label(OutcomeArticle, "401/A", "403/B"), decision(OutcomeArticle, []*kb.Article{a}, []*kb.Article{b}), all},
		{"in another order", label(OutcomeArticle, "401/A", "403/B"), decision(OutcomeArticle, []*kb.Article{b}, []*kb.Article{a}), Judgement{Found: true, Clean: true}},
		{"one beside it", label(OutcomeArticle, "401/A"), decision(OutcomeArticle, []*kb.Article{a}, []*kb.Article{b}), Judgement{Found: true}},
		{"one is missing", label(OutcomeArticle, "401/A", "403/B"), decision(OutcomeArticle, []*kb.Article{a}), Judgement{}},
		{"a choice with it", label(OutcomeArticle, "401/A"), decision(OutcomeChoice, []*kb.Article{a, b}), Judgement{Found: true}},
		{"another article", label(OutcomeArticle, "401/A"), decision(OutcomeArticle, []*kb.Article{c}), Judgement{}},
		{"silence", label(OutcomeArticle, "401/A"), silence, Judgement{}},
		{"silence instead of any", label(OutcomeArticle), silence, Judgement{}},
		{"only nearest", label(OutcomeArticle, "401/A"), decision(OutcomeNearest, []*kb.Article{a}), Judgement{}},
		{"nearest", label(OutcomeNearest, "401/A"), decision(OutcomeNearest, []*kb.Article{a}), all},
		{"an answer instead of nearest", label(OutcomeNearest, "401/A"), decision(OutcomeArticle, []*kb.Article{a}), Judgement{}},
		{"a false alarm", label(OutcomeSilent), decision(OutcomeNearest, []*kb.Article{a}), Judgement{FalseAlarm: true}},
		{"silence as it should be", label(OutcomeSilent), silence, Judgement{Met: true}},
		{"a miss as it should be", label(OutcomeMiss), decision(OutcomeMiss), Judgement{Met: true}},
		{"an answer instead of a miss", label(OutcomeMiss), decision(OutcomeArticle, []*kb.Article{a}), Judgement{}},
	}
	var tally, sum Tally
	for _, test := range tests {
		got := test.label.Judge(test.got)
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		tally.Count(&test.label, got)
	}
	sum.Add(tally)
	sum.Add(tally)
	want := Tally{Messages: 34, Failed: 22, Answers: 26, Found: 14, Clean: 10, Silences: 4, FalseAlarms: 2}
	if diff := cmp.Diff(want, sum); diff != "" {
		t.Errorf("counted twice (-want +got):\n%s", diff)
	}
}
