package triage

import "slices"

// Label says what should become of a message. It is part of a labelled message;
// testdata/messages/README.md describes the form.
type Label struct {
	Want Outcome `json:"want"`

	// WantArticles are the ids of the articles that the reply should show, best
	// first, all options of a choice included. Nil: any.
	WantArticles []string `json:"want_articles"`
}

// Judgement is how a decision compares with its label.
type Judgement struct {
	// Met says that the decision is exactly what the label wants: the outcome,
	// and the articles in their order.
	Met bool

	// Found and Clean are for labels that want an answer. Found says that the
	// reply shows every article that it should; Clean, that it shows no other
	// beside them. Showing as nearest what should be an answer, or the other way
	// round, is neither.
	Found, Clean bool

	// FalseAlarm says that the bot speaks where it should be silent.
	FalseAlarm bool
}

// Judge compares a decision with its label.
func (l *Label) Judge(d Decision) Judgement {
	got := d.ArticleIDs()
	j := Judgement{
		Met:        d.Outcome == l.Want && (l.WantArticles == nil || slices.Equal(got, l.WantArticles)),
		FalseAlarm: l.Want == OutcomeSilent && d.Outcome != OutcomeSilent,
	}
	if !l.wantsAnswer() || len(got) == 0 || (d.Outcome == OutcomeNearest) != (l.Want == OutcomeNearest) {
		return j
	}
	j.Found = !slices.ContainsFunc(l.WantArticles, func(id string) bool { return !slices.Contains(got, id) })
	j.Clean = j.Found && (l.WantArticles == nil || !slices.ContainsFunc(got, func(id string) bool { return !slices.Contains(l.WantArticles, id) }))
	return j
}

// wantsAnswer says whether the reply should show articles.
func (l *Label) wantsAnswer() bool { return l.Want != OutcomeSilent && l.Want != OutcomeMiss }

// Tally counts judgements.
type Tally struct {
	Messages    int
	Failed      int // where the decision is not exactly what was wanted
	Answers     int // messages that should be answered with articles
	Found       int // of these, those whose reply shows every one: the recall
	Clean       int // of these, those whose reply shows nothing else: the clean recall
	Silences    int // messages that the bot should be silent about
	FalseAlarms int // of these, those that it replies to
}

// Count adds the judgement of a message with this label.
func (t *Tally) Count(l *Label, j Judgement) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	t.Messages++
	count(&t.Failed, !j.Met)
	count(&t.Answers, l.wantsAnswer())
	count(&t.Found, j.Found)
	count(&t.Clean, j.Clean)
	count(&t.Silences, l.Want == OutcomeSilent)
	count(&t.FalseAlarms, j.FalseAlarm)
}

// Add adds what another Tally counted.
func (t *Tally) Add(other Tally) {
	t.Messages += other.Messages
	t.Failed += other.Failed
	t.Answers += other.Answers
	t.Found += other.Found
	t.Clean += other.Clean
	t.Silences += other.Silences
	t.FalseAlarms += other.FalseAlarms
}
