package store

import (
	"slices"
	"time"
)

// Key names a message in Slack; a message is answered at most once.
type Key struct {
	Team, Channel, TS string
}

// Case is one report being worked through in one thread.
type Case struct {
	ID       string
	Key      Key
	Thread   string // the thread that the reply stands in; "" is the channel itself
	OpenedAt time.Time
	Rev      int64 // counts the states that the reply has to show, from 1
	State    State
	StateBy  string // who resolved or reopened it, a Slack user id; "" for a new case, or who was forgotten
	StateAt  time.Time
	Items    []Item
	Ticks    []Tick // in the order of time
	Reply    Reply
	Lease    Lease
}

// State says whether a case still needs work.
type State string

const (
	Open      State = "open"
	Resolved  State = "resolved"
	Withdrawn State = "withdrawn" // its message was deleted: see Store.Withdraw
)

// Item is one error that the reply speaks about.
type Item struct {
	N       int      // its number in the case, given by the store; stays the same
	Kind    string   // for the renderer; the store does not look at it
	Why     string   // one line, shown to people
	Options []Option // best first; may be empty
	Chosen  string   // the Article of the option that is shown; "" is a question still
	Details []Detail // in the caller's order; may be empty
}

// Option is an article that an item offers, as it was when the case was opened.
type Option struct {
	Article  string // the article's id, such as 429/TOO_MANY_REQUESTS
	Revision string // names Body; equal revision, equal body
	Body     []byte // the article, encoded by the caller
}

// Tick says who marked a step as done, and when.
type Tick struct {
	Article, Step string
	User          string // a Slack user id; "" is somebody who was forgotten
	At            time.Time
}

// Tick returns the tick of a step, if it has one.
func (c *Case) Tick(article, step string) (Tick, bool) {
	i := c.tickIndex(article, step)
	if i < 0 {
		return Tick{}, false
	}
	return c.Ticks[i], true
}

// SetTick marks a step as done or not done. It sets and never toggles: where
// the wanted state holds already it changes nothing, so that the first of two
// people keeps the tick.
func (c *Case) SetTick(t Tick, done bool) {
	i := c.tickIndex(t.Article, t.Step)
	switch {
	case done && i < 0:
		c.Ticks = append(c.Ticks, t)
	case !done && i >= 0:
		c.Ticks = slices.Delete(c.Ticks, i, i+1)
	}
}

func (c *Case) tickIndex(article, step string) int {
	return slices.IndexFunc(c.Ticks, func(t Tick) bool { return t.Article == article && t.Step == step })
}

// Option returns the option with that article, if the item offers it.
func (it *Item) Option(article string) (Option, bool) {
	i := slices.IndexFunc(it.Options, func(o Option) bool { return o.Article == article })
	if i < 0 {
		return Option{}, false
	}
	return it.Options[i], true
}

// Reply says how far the reply in Slack has come.
type Reply struct {
	State ReplyState
	ID    string    // random; stands in the message's metadata, so that the message can be found again
	At    time.Time // when sending began
	TS    string    // of the posted message
	Rev   int64     // the Case.Rev that the message shows; 0 is none
	Error string    // for GivenUp: Slack's error code, or message_deleted for a withdrawn case
}

// ReplyState is a reply's place on its way.
type ReplyState string

const (
	Waiting ReplyState = "waiting"  // nothing was sent yet
	Sending ReplyState = "sending"  // sent perhaps: look into the thread before sending again
	Posted  ReplyState = "posted"   // Reply.TS stands in Slack
	GivenUp ReplyState = "given_up" // Slack refused it for good
)

// UpToDate reports whether the reply shows the newest state, or never will.
func (c *Case) UpToDate() bool {
	return c.Reply.State == GivenUp || c.Reply.Rev >= c.Rev
}

// news returns the items that say something new beside the old ones. An item
// is old when an old one offers nothing but what the new one offers too: the
// same error again, the same question again, or a question whose answer stands
// there already. (A checklist after a question about it is new.)
func news(old, items []Item) []Item {
	var fresh []Item
	for _, item := range items {
		if !slices.ContainsFunc(old, func(o Item) bool { return o.Covers(item) }) {
			fresh = append(fresh, item)
		}
	}
	return fresh
}

// Covers reports whether who has seen an item learns nothing from another one.
func (it Item) Covers(other Item) bool { return len(it.Options) > 0 && offersOnly(it, other) }

// offersOnly reports whether everything that old shows is among item's options.
func offersOnly(old, item Item) bool {
	if old.Chosen != "" {
		_, ok := item.Option(old.Chosen)
		return ok
	}
	for _, o := range old.Options {
		if _, ok := item.Option(o.Article); !ok {
			return false
		}
	}
	return true
}
