package handlers

import (
	"slices"
	"time"

	"apierrorbot/internal/store"
)

// The kinds of a case's items.
const (
	kindMatch   = "match"   // articles that fit: one is a checklist, several are a question
	kindNearest = "nearest" // nothing fits; these come nearest
	kindPosted  = "posted"  // an article that somebody posted into the channel: Why is who, a user id
	kindNote    = "note"    // no article: Why is all there is to say, as mrkdwn
)

// maxChecklists is how many errors of one message are shown in full. Each
// further one is a line: who pastes four different errors at once needs an
// overview first.
const maxChecklists = 3

// view is a case with the articles that it was opened with: all that a reply
// is rendered from.
type view struct {
	store.Case
	entries []entry
}

// entry is one item of a case.
type entry struct {
	store.Item
	options []*page
	chosen  *page // nil for a question that is still open
}

// isQuestion reports whether people choose what this item shows.
func (e entry) isQuestion() bool {
	return len(e.options) > 1 || e.Kind == kindNearest
}

// offered returns the options that a question shows, and how many more there are.
func (e entry) offered() (shown []*page, more int) {
	n := min(len(e.options), maxOptions)
	return e.options[:n], len(e.options) - n
}

func newView(c store.Case, ps *pages) (view, error) {
	v := view{Case: c}
	for _, item := range c.Items {
		e := entry{Item: item}
		for _, o := range item.Options {
			p, err := ps.stored(o)
			if err != nil {
				return view{}, err
			}
			e.options = append(e.options, p)
			if o.Article == item.Chosen {
				e.chosen = p
			}
		}
		v.entries = append(v.entries, e)
	}
	return v, nil
}

// shown returns the entries that are shown in full, further the rest.
func (v view) shown() []entry   { return v.entries[:min(len(v.entries), maxChecklists)] }
func (v view) further() []entry { return v.entries[min(len(v.entries), maxChecklists):] }

// progress counts the steps of all checklists that are shown.
func (v view) progress() (done, all int) {
	for _, e := range v.shown() {
		d, a := v.entryProgress(e)
		done, all = done+d, all+a
	}
	return done, all
}

func (v view) entryProgress(e entry) (done, all int) {
	if e.chosen == nil {
		return 0, 0
	}
	for _, step := range e.chosen.Steps {
		if _, ok := v.Tick(e.Chosen, step.ID); ok {
			done++
		}
	}
	return done, len(e.chosen.Steps)
}

// complete reports whether every step is done and no question is open.
func (v view) complete() bool {
	asking := func(e entry) bool { return e.chosen == nil && e.isQuestion() }
	done, all := v.progress()
	return all > 0 && done == all && !slices.ContainsFunc(v.shown(), asking)
}

// The three things that people can do to a case. Each sets a state, so that
// doing it twice is the same as doing it once.

// setStep marks a step of a checklist as done or not done. The last step
// resolves the case; taking one back reopens it. It reports whether the case
// has such a step.
func (v view) setStep(c *store.Case, article, step string, done bool, user string, at time.Time) bool {
	has := func(e entry) bool { return e.chosen != nil && e.Chosen == article && e.chosen.stepIndex(step) >= 0 }
	if !slices.ContainsFunc(v.shown(), has) {
		return false
	}
	_, was := c.Tick(article, step)
	c.SetTick(store.Tick{Article: article, Step: step, User: user, At: at}, done)
	v.Case = *c
	switch {
	case done && !was && v.complete():
		v.setState(c, store.Resolved, user, at)
	case !done && was:
		v.setState(c, store.Open, user, at)
	}
	return true
}

// choose answers a question with one of its options, or with "" takes the
// answer back. It reports whether the case has such a question.
func (v view) choose(c *store.Case, item int, article, user string, at time.Time) bool {
	i := slices.IndexFunc(v.shown(), func(e entry) bool { return e.N == item && e.isQuestion() })
	if i < 0 {
		return false
	}
	it := &c.Items[i]
	if _, ok := it.Option(article); !ok && article != "" {
		return false
	}
	if it.Chosen != article {
		it.Chosen = article
		v.setState(c, store.Open, user, at)
	}
	return true
}

// setState resolves or reopens a case. It reports whether there is such a state.
func (v view) setState(c *store.Case, state store.State, user string, at time.Time) bool {
	if state != store.Open && state != store.Resolved {
		return false
	}
	if c.State != state {
		c.State, c.StateBy, c.StateAt = state, user, at
	}
	return true
}
