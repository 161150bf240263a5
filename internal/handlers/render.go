package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/store"
	"apierrorbot/internal/triage"
)

// Slack's limits (https://docs.slack.dev/reference/block-kit/blocks and
// https://docs.slack.dev/reference/methods/chat.update). The knowledge base
// refuses articles that could go over them; the test TestRenderedWithinLimits
// holds this file to it.
const (
	maxText        = 3900 // of the message's text; chat.update refuses more than 4,000
	maxButtonLabel = 75   // of a button's accessibility_label
	maxWhy         = 215  // of the line that says why, so that three checklists fit
	maxOptions     = 8    // of one question; the rest is named in a line
)

// The action ids of the bot's buttons. All buttons of a kind share one: each
// stands in a block of its own, and what it is about stands in its value.
const (
	actionStep   = "step"   // sets a step to done or not done
	actionChoose = "choose" // answers a question, for all
	actionState  = "state"  // resolves or reopens a case
	actionShow   = "show"   // shows an article, to the clicker alone
	actionPost   = "post"   // posts an article as a checklist into the channel
)

// reply is a message as it is sent to Slack.
type reply struct {
	text   string // what screen readers and notifications read: the whole answer, shortened
	blocks []slack.Block
}

// render draws a case: the same function for the first post and every update.
// It is pure: equal view, equal reply. Block ids are left to Slack, which gives
// new ones on each update.
func render(v view) reply {
	var r reply
	var text []string
	for i, e := range v.shown() {
		if i > 0 {
			r.add(slack.NewDividerBlock())
		}
		switch {
		case e.chosen != nil:
			r.checklist(v, e)
			text = append(text, checklistText(v, e))
		case len(e.options) > 0:
			r.question(v, e)
			text = append(text, questionText(e, v.written()))
		default:
			r.section(e.Why)
			text = append(text, e.Why)
		}
	}
	if line := furtherLine(v); line != "" {
		r.context(line)
		text = append(text, line)
	}
	if line := r.state(v); line != "" {
		// First, so that it survives being shortened.
		text = append([]string{line}, text...)
	}
	r.text = shorten(strings.Join(text, "\n\n"), maxText)
	return r
}

// checklist draws an article whose steps can be ticked off.
func (r *reply) checklist(v view, e entry) {
	p := e.chosen
	r.header(p.Heading())
	r.why(v, e)
	r.cause(p, triage.Lines(e.details(), v.written(), p.Status))
	for i, step := range p.Steps {
		r.step(v, e, i, step.ID)
	}
	r.section("*Fix*\n" + p.fix)
	done, all := v.entryProgress(e)
	r.context(append([]string{progressLine(done, all)}, append(idLines(e.details()), sources(p)...)...)...)
}

// cause says what happened, what the message says about it, and why it happens.
func (r *reply) cause(p *page, details []string) {
	lines := append([]string{"*" + mrkdwn.Escape(p.Title) + "*"}, marked(details)...)
	r.section(strings.Join(append(lines, p.cause), "\n"))
}

// why says in one line why the bot thinks so; where people chose, it lets them
// go back to the question.
func (r *reply) why(v view, e entry) {
	line := ":mag: " + because(e.Why)
	if e.Kind == kindPosted {
		line = ":mag: Looked up" + byWhom(e.Why)
	}
	if !e.isQuestion() {
		r.context(line)
		return
	}
	back := button(actionChoose, value{Case: v.ID, Item: e.N}, "Not this one?", "Not this error: back to the question")
	r.blocks = append(r.blocks, slack.NewSectionBlock(mrkdwnText(line), nil, slack.NewAccessory(back)))
}

func (r *reply) step(v view, e entry, i int, id string) {
	p := e.chosen
	text := fmt.Sprintf("%s *%d.* %s", markTodo, i+1, p.steps[i])
	target := value{Case: v.ID, Article: e.Chosen, Step: id, Done: true}
	b := button(actionStep, target, "Mark done", fmt.Sprintf("Mark step %d as done: %s", i+1, p.plainSteps[i]))
	if tick, ok := v.Tick(e.Chosen, id); ok {
		text = fmt.Sprintf("%s *%d.* %s\n_Done%s · %s_", markDone, i+1, p.steps[i], byWhom(tick.User), date(tick.At))
		target.Done = false
		b = button(actionStep, target, "Undo", fmt.Sprintf("Undo step %d: %s", i+1, p.plainSteps[i]))
	}
	r.blocks = append(r.blocks, slack.NewSectionBlock(mrkdwnText(text), nil, slack.NewAccessory(b)))
}

// question draws an error that several articles fit.
func (r *reply) question(v view, e entry) {
	r.ask(e, v.written())
	offered, more := e.offered()
	for _, p := range offered {
		target := value{Case: v.ID, Item: e.N, Article: p.ID()}
		r.offer(p, button(actionChoose, target, "This one", "This is it: "+p.Heading()))
	}
	if more > 0 {
		r.context(fmt.Sprintf("…and %d more.", more))
	}
}

// ask draws the heading of a question.
func (r *reply) ask(e entry, at time.Time) {
	lines := []string{"*" + questionFor(e) + "*", because(e.Why)}
	r.section(strings.Join(append(lines, marked(questionLines(e, at))...), "\n"))
}

// offer draws one option of a question.
func (r *reply) offer(p *page, b *slack.ButtonBlockElement) {
	text := "*" + mrkdwn.Escape(p.Heading()) + "*\n" + mrkdwn.Escape(p.Title)
	r.blocks = append(r.blocks, slack.NewSectionBlock(mrkdwnText(text), nil, slack.NewAccessory(b)))
}

// state draws how far the case as a whole has come, once there is something to
// say or to do about it. It returns what it says.
func (r *reply) state(v view) string {
	switch {
	case v.State == store.Withdrawn:
		return r.close()
	case v.State == store.Resolved:
		line := fmt.Sprintf("%s *Resolved*%s after %s", markResolved, byWhom(v.StateBy), duration(v.StateAt.Sub(v.OpenedAt)))
		b := button(actionState, value{Case: v.ID, State: store.Open}, "Reopen", "Reopen: the error is still there")
		r.blocks = append(r.blocks, slack.NewSectionBlock(mrkdwnText(line), nil, slack.NewAccessory(b)))
		return "Resolved after " + duration(v.StateAt.Sub(v.OpenedAt)) + "."
	case v.complete(): // reopened with every step still done, or an edit took the last open ones away
		line, said := markDone+" *All steps are done*", "All steps are done."
		if v.StateBy != "" {
			line, said = fmt.Sprintf("%s *Reopened* by <@%s>", markReopened, v.StateBy), "Reopened."
		}
		b := button(actionState, value{Case: v.ID, State: store.Resolved}, "Mark resolved", "Mark this case as resolved")
		r.blocks = append(r.blocks, slack.NewSectionBlock(mrkdwnText(line), nil, slack.NewAccessory(b)))
		return said
	}
	return ""
}

// close takes all buttons away and says why, and returns what it says.
func (r *reply) close() string {
	for _, b := range r.blocks {
		if section, ok := b.(*slack.SectionBlock); ok { // where all of a checklist's buttons stand
			section.Accessory = nil
		}
	}
	said := slack.NewSectionBlock(mrkdwnText(markClosed+" *Closed*: "+wordsWithdrawn), nil, nil)
	r.blocks = slices.Insert(r.blocks, 0, slack.Block(said))
	return "Closed: " + wordsWithdrawn
}

// renderPrivate draws an article for one person, who may post it for all: the
// article, not why it was found nor what the person's text said about it. at is
// when the person asked.
func renderPrivate(p *page, why string, details []triage.Detail, at time.Time) reply {
	var r reply
	r.header(p.Heading())
	if why != "" {
		r.context(":mag: " + because(why))
	}
	lines := triage.Lines(details, at, p.Status)
	r.cause(p, lines)
	steps := make([]string, len(p.steps))
	for i, step := range p.steps {
		steps[i] = fmt.Sprintf("*%d.* %s", i+1, step)
	}
	r.section(strings.Join(steps, "\n"))
	r.section("*Fix*\n" + p.fix)
	r.context(append(idLines(details), sources(p)...)...)
	post := button(actionPost, value{Article: p.ID()}, "Post to channel", "Post to the channel as a checklist: "+p.Heading())
	post.Style = slack.StylePrimary
	r.add(slack.NewActionBlock("", post))
	r.text = shorten(articleText(p, lines), maxText)
	return r
}

// renderPrivateQuestion offers articles to one person.
func renderPrivateQuestion(e entry, at time.Time) reply {
	var r reply
	r.ask(e, at)
	offered, more := e.offered()
	for _, p := range offered {
		r.offer(p, button(actionShow, value{Article: p.ID()}, "Show", "Show "+p.Heading()))
	}
	if more > 0 {
		r.context(fmt.Sprintf("…and %d more: see `/apierror list`.", more))
	}
	r.text = shorten(questionText(e, at), maxText)
	return r
}

// renderNote is a reply of plain mrkdwn.
func renderNote(note string) reply {
	var r reply
	r.section(note)
	r.text = shorten(note, maxText)
	return r
}

// warning puts a private warning under a private answer. Read aloud it comes
// first, so that it survives being shortened.
func (r *reply) warning(line string) {
	if line != "" {
		r.section(line)
		r.text = shorten(line+"\n\n"+r.text, maxText)
	}
}

// The builders of single blocks.

func (r *reply) add(b slack.Block) { r.blocks = append(r.blocks, b) }

func (r *reply) header(text string) {
	r.add(slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, text, false, false)))
}

func (r *reply) section(text string) {
	r.add(slack.NewSectionBlock(mrkdwnText(text), nil, nil))
}

func (r *reply) context(lines ...string) {
	elements := make([]slack.MixedElement, len(lines))
	for i, line := range lines {
		elements[i] = mrkdwnText(line)
	}
	if len(elements) > 0 {
		r.add(slack.NewContextBlock("", elements...))
	}
}

// because is the line that says why the bot thinks so.
func because(why string) string { return shorten(mrkdwn.Escape(why), maxWhy) }

// mrkdwnText is verbatim, so that Slack does not make links and mentions of its
// own out of an article's words.
func mrkdwnText(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

func button(action string, v value, text, label string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, v.String(), slack.NewTextBlockObject(slack.PlainTextType, text, false, false))
	b.AccessibilityLabel = shorten(label, maxButtonLabel)
	return b
}

func sources(p *page) []string {
	var lines []string
	for _, l := range p.Links {
		lines = append(lines, mrkdwn.Link(l.Title, l.URL)+l.LastEdited())
	}
	return lines
}

// byWhom names who did something, unless it is nobody, or somebody who was forgotten.
func byWhom(user string) string {
	if user == "" {
		return ""
	}
	return fmt.Sprintf(" by <@%s>", user)
}

func progressLine(done, all int) string {
	return fmt.Sprintf("*%d of %d done*", done, all)
}

// date shows a time in each reader's own time zone
// (https://docs.slack.dev/messaging/formatting-message-text#date-formatting).
func date(at time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} at {time}|%s>", at.Unix(), at.UTC().Format("2 Jan 2006 15:04 UTC"))
}
