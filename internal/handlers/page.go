package handlers

import (
	"encoding/json"
	"fmt"
	"sync"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/store"
)

// page is an article made ready for rendering: its Markdown as mrkdwn, and as
// plain text. It is never changed.
type page struct {
	*kb.Article
	cause, fix           string
	steps                []string
	plainCause, plainFix string
	plainSteps           []string
}

func newPage(a *kb.Article) *page {
	p := &page{
		Article: a,
		cause:   mrkdwn.FromMarkdown(a.Cause), plainCause: mrkdwn.Plain(a.Cause),
		fix: mrkdwn.FromMarkdown(a.Fix), plainFix: mrkdwn.Plain(a.Fix),
	}
	for _, step := range a.Steps {
		p.steps = append(p.steps, mrkdwn.FromMarkdown(step.Text))
		p.plainSteps = append(p.plainSteps, mrkdwn.Plain(step.Text))
	}
	return p
}

// stepIndex returns the place of a step, or -1.
func (p *page) stepIndex(id string) int {
	for i, step := range p.Steps {
		if step.ID == id {
			return i
		}
	}
	return -1
}

// pages keeps the page of every revision that was shown since the start: a few
// kilobytes for each version of each article.
type pages struct {
	mu         sync.Mutex
	byRevision map[string]*page
}

// of returns the page of an article of today's knowledge base.
func (ps *pages) of(a *kb.Article) *page {
	p, _ := ps.get(a.Revision(), func() (*kb.Article, error) { return a, nil })
	return p
}

// stored returns the page of an article as a case keeps it.
func (ps *pages) stored(o store.Option) (*page, error) {
	return ps.get(o.Revision, func() (*kb.Article, error) {
		a := new(kb.Article)
		if err := json.Unmarshal(o.Body, a); err != nil {
			return nil, fmt.Errorf("stored article %s, revision %s: %w", o.Article, o.Revision, err)
		}
		return a, nil
	})
}

func (ps *pages) get(revision string, load func() (*kb.Article, error)) (*page, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if p, ok := ps.byRevision[revision]; ok {
		return p, nil
	}
	a, err := load()
	if err != nil {
		return nil, err
	}
	p := newPage(a)
	ps.byRevision[revision] = p
	return p, nil
}

// option is the inverse of stored: how a case keeps an article.
func option(a *kb.Article) (store.Option, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return store.Option{}, err
	}
	return store.Option{Article: a.ID(), Revision: a.Revision(), Body: body}, nil
}
