package handlers

import (
	"fmt"

	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/store"
)

// pointBack looks whether the thread has what somebody asks for there already. A
// second checklist would split the work: a line says where the first one is. (Who
// did not ask is not answered a second time at all: that is decided by the store.)
func (b *Bot) pointBack(n *store.NewCase) error {
	if n.Thread == n.Key.TS { // the message begins the thread
		return nil
	}
	cases, err := b.store.InThread(b.ctx, n.Key.Team, n.Key.Channel, n.Thread)
	if err != nil {
		return err
	}
	for i, item := range n.Items {
		for _, cs := range cases {
			note, found := b.hasAlready(cs, item)
			if found && cs.Key != n.Key { // an edit finds its own case
				n.Items[i] = store.Item{Kind: kindNote, Why: note}
			}
		}
	}
	return nil
}

// hasAlready reports whether a case is about the error of an item, and says so. What
// merely came near an error is not worth pointing to.
func (b *Bot) hasAlready(cs store.Case, item store.Item) (note string, found bool) {
	v, err := newView(cs, b.pages)
	if err != nil {
		return "", false
	}
	for _, e := range v.shown() {
		switch {
		case !e.Covers(item) || e.Kind == kindNearest && e.chosen == nil:
		case e.chosen != nil:
			done, all := v.entryProgress(e)
			return fmt.Sprintf(wordsHasChecklist, mrkdwn.Escape(e.chosen.Heading()), date(cs.OpenedAt), done, all), true
		default:
			return fmt.Sprintf(wordsHasQuestion, date(cs.OpenedAt)), true
		}
	}
	return "", false
}
