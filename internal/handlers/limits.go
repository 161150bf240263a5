package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/store"
	"apierrorbot/internal/triage"
)

// CheckRendering renders every article of a knowledge base as people will see
// it, in its longest states: alone, beside the two longest others, as a
// question, privately; untouched, ticked off and resolved. It returns a line for
// each reply that Slack would refuse. The limits of package kb should make that
// impossible; this looks at what is really sent.
func CheckRendering(base *kb.Base) []string {
	var misfits []string
	check := func(what string, r reply) {
		for _, problem := range overLimits(r) {
			misfits = append(misfits, what+": "+problem)
		}
	}
	ps := &pages{byRevision: make(map[string]*page)}
	all := base.Articles()
	for _, a := range all {
		check(a.ID()+", shown privately", renderPrivate(ps.of(a), longestWhy, longestDetails, longestAt))
		for _, others := range [][]*kb.Article{nil, longest(all, a, maxChecklists-1), longest(all, a, maxChecklists+2)} {
			what := a.ID()
			if len(others) > 0 {
				what += fmt.Sprintf(" beside %d others", len(others))
			}
			for state, v := range worstViews(ps, append([]*kb.Article{a}, others...)) {
				check(what+", "+state, render(v))
			}
		}
	}
	asked := store.Item{Kind: kindMatch, Why: longestWhy, Details: storedDetails(longestDetails)}
	v := view{Case: store.Case{ID: longestID, Key: longestKey}, entries: []entry{{Item: asked}}}
	for _, a := range all {
		v.entries[0].options = append(v.entries[0].options, ps.of(a))
	}
	check("a question about all articles", render(v))
	check("a private question about all articles", renderPrivateQuestion(v.entries[0], longestAt))
	check("the list of all articles", renderNote(list(all)))
	return misfits
}

// The longest values that replies may hold beside an article's text.
const (
	longestID   = "abcdefghijklmnopqrstuvwxyz"
	longestUser = "U0123456789ABCDEF"
)

var (
	longestWhy = strings.Repeat("w", 2*maxWhy)
	longestAt  = time.Date(2026, time.September, 30, 23, 59, 59, 0, time.UTC)
	longestKey = store.Key{TS: fmt.Sprintf("%d.000000", longestAt.Unix())}
)

// longestDetails are as many details as an item can have, and as long.
var longestDetails = func() (details []triage.Detail) {
	parameter := strings.Repeat("p", triage.MaxNamesSize/triage.MaxNames)
	soon := strconv.FormatInt(longestAt.Add(-30*24*time.Hour).Unix(), 10)
	for range triage.MaxNames {
		details = append(details, triage.Detail{Kind: triage.DetailParameter, Value: parameter})
	}
	details = append(details, triage.Detail{Kind: triage.DetailUntil, Value: soon}, triage.Detail{Kind: triage.DetailExpiry, Value: soon})
	for range triage.MaxIDs {
		details = append(details, triage.Detail{Kind: triage.DetailID, Name: strings.Repeat("n", triage.MaxIDName), Value: strings.Repeat("v", triage.MaxDetailValue)})
	}
	return details
}()

// longest returns the n longest articles but a.
func longest(all []*kb.Article, a *kb.Article, n int) []*kb.Article {
	size := func(a *kb.Article) int {
		total := len(a.Cause) + len(a.Fix)
		for _, s := range a.Steps {
			total += len(s.Text) + 100 // what a tick adds
		}
		return total
	}
	var others []*kb.Article
	for _, o := range all {
		if o == a {
			continue
		}
		i := len(others)
		for i > 0 && size(others[i-1]) < size(o) {
			i--
		}
		others = append(others[:i], append([]*kb.Article{o}, others[i:]...)...)
		others = others[:min(len(others), n)]
	}
	return others
}

// worstViews returns a case about these articles in every state that makes its
// reply longer.
func worstViews(ps *pages, articles []*kb.Article) map[string]view {
	at := longestAt
	untouched := view{Case: store.Case{ID: longestID, Key: longestKey, OpenedAt: at.Add(-1000 * time.Hour)}}
	for n, a := range articles {
		details := longestDetails
		if n > 0 {
			details = details[:len(details)-triage.MaxIDs] // ids stand at the first item
		}
		// Two options: so that people can go back to the question.
		p := ps.of(a)
		untouched.entries = append(untouched.entries, entry{
			Item:    store.Item{N: n, Kind: kindMatch, Why: longestWhy, Chosen: a.ID(), Details: storedDetails(details)},
			options: []*page{p, p}, chosen: p,
		})
	}
	ticked := untouched
	for _, a := range articles {
		for _, s := range a.Steps {
			ticked.Ticks = append(ticked.Ticks, store.Tick{Article: a.ID(), Step: s.ID, User: longestUser, At: at})
		}
	}
	resolved, reopened, closed := ticked, ticked, ticked
	resolved.State, resolved.StateBy, resolved.StateAt = store.Resolved, longestUser, at
	reopened.State, reopened.StateBy, reopened.StateAt = store.Open, longestUser, at
	closed.State = store.Withdrawn
	return map[string]view{"untouched": untouched, "ticked off": ticked, "resolved": resolved, "reopened": reopened, "closed": closed}
}

// Slack's limits for what the bot sends. Block Kit's own:
// https://docs.slack.dev/reference/block-kit/blocks and
// https://docs.slack.dev/reference/block-kit/block-elements. The text of all
// blocks together is not documented: Slack refuses somewhat over 13,000
// characters (msg_blocks_too_long), so the bot stays well below.
const (
	limitBlocks      = 50
	limitAllText     = 10_000
	limitText        = 4_000
	limitSection     = 3_000
	limitHeader      = 150
	limitElements    = 10 // of a context block; an actions block takes 25
	limitButton      = 75
	limitButtonValue = 2_000
	limitActionID    = 255
)

// overLimits returns what Slack would refuse in a reply.
func overLimits(r reply) []string {
	c := limitCheck{}
	c.atMost("blocks", len(r.blocks), limitBlocks)
	c.text("message text", r.text, limitText)
	for i, b := range r.blocks {
		c.block(fmt.Sprintf("block %d", i+1), b)
	}
	c.atMost("characters in all blocks", c.total, limitAllText)
	return c.problems
}

type limitCheck struct {
	problems []string
	total    int // characters in blocks
}

func (c *limitCheck) atMost(what string, n, most int) {
	if n > most {
		c.problems = append(c.problems, fmt.Sprintf("%s: %d, Slack allows %d", what, n, most))
	}
}

func (c *limitCheck) text(what, text string, most int) {
	if text == "" {
		c.problems = append(c.problems, what+": empty")
	}
	c.atMost(what, utf8.RuneCountInString(text), most)
}

func (c *limitCheck) object(what string, o *slack.TextBlockObject, most int) {
	c.text(what, o.Text, most)
	c.total += utf8.RuneCountInString(o.Text)
}

func (c *limitCheck) block(what string, b slack.Block) {
	switch b := b.(type) {
	case *slack.HeaderBlock:
		c.object(what+", header", b.Text, limitHeader)
	case *slack.SectionBlock:
		c.object(what+", section", b.Text, limitSection)
		if b.Accessory != nil {
			c.button(what, b.Accessory.ButtonElement)
		}
	case *slack.ContextBlock:
		c.atMost(what+", elements", len(b.ContextElements.Elements), limitElements)
		for _, e := range b.ContextElements.Elements {
			c.object(what+", context", e.(*slack.TextBlockObject), limitSection)
		}
	case *slack.ActionBlock:
		for _, e := range b.Elements.ElementSet {
			c.button(what, e.(*slack.ButtonBlockElement))
		}
	case *slack.DividerBlock:
	default:
		c.problems = append(c.problems, fmt.Sprintf("%s: a %s block, whose limits are not checked", what, b.BlockType()))
	}
}

func (c *limitCheck) button(what string, b *slack.ButtonBlockElement) {
	c.object(what+", button", b.Text, limitButton)
	c.text(what+", button label", b.AccessibilityLabel, limitButton)
	c.text(what+", button value", b.Value, limitButtonValue)
	c.text(what+", action id", b.ActionID, limitActionID)
}
