package handlers

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/triage"
)

// command is a slash command
// (https://docs.slack.dev/interactivity/implementing-slash-commands).
type command struct {
	Text        string `json:"text"`
	User        string `json:"user_id"`
	Channel     string `json:"channel_id"`
	ResponseURL string `json:"response_url"`
}

func (b *Bot) recordCommand(payload []byte, ack func()) {
	var cmd command
	if err := decode(payload, &cmd); err != nil {
		b.log.Warn("slash command that cannot be read", "error", kindOf(err))
		ack()
		return
	}
	// Nothing is stored, so there is nothing to wait for.
	ack()
	b.private(cmd.User, func() { b.tell(cmd.ResponseURL, b.lookUp(cmd.Text)) })
}

// private does what answers one person, in a lane of its own: a slow answer
// must not hold up the acks of the person's next clicks.
func (b *Bot) private(user string, f func()) {
	answer := func() {
		defer survive(b.log, "a private answer", func() {})
		f()
	}
	if !b.lanes.do("answers to "+user, answer) {
		b.log.Error("too much is waiting: a private answer was dropped", "user", user)
	}
}

// lookUp answers a question privately.
func (b *Bot) lookUp(question string) reply {
	if note := b.noteFor(strings.TrimSpace(question)); note != "" {
		return renderNote(note)
	}
	d := triage.Decide(b.base, triage.Input{Text: question}, triage.Query)
	b.rememberGap(d.Gap, "")
	switch {
	case len(d.Items) == 0:
		return renderNote(miss(d.Understood, tryCommand))
	case d.Outcome == triage.OutcomeArticle && len(d.Items) == 1:
		found := d.Items[0]
		return renderPrivate(b.pages.of(found.Options[0]), found.Why, found.Details, time.Now())
	default:
		return renderPrivateQuestion(b.privateQuestion(d), time.Now())
	}
}

// privateQuestion joins what was found into one question: somebody who asks
// for several errors at once chooses one after the other.
func (b *Bot) privateQuestion(d triage.Decision) entry {
	e := entry{}
	e.Kind, e.Why = kindMatch, d.Items[0].Why
	if d.Outcome == triage.OutcomeNearest {
		e.Kind, e.Why = kindNearest, nearest(d.Understood, e.Why)
	}
	for _, item := range d.Items {
		e.Details = append(e.Details, storedDetails(item.Details)...)
		for _, a := range item.Options {
			e.options = append(e.options, b.pages.of(a))
		}
	}
	return e
}

// tell sends a private answer to a response_url, which is a secret: whoever has
// it can post.
func (b *Bot) tell(responseURL string, r reply, how ...slack.MsgOption) {
	if responseURL == "" {
		b.log.Warn("a request came without a response_url: it goes unanswered")
		return
	}
	options := append([]slack.MsgOption{
		slack.MsgOptionText(r.text, false),
		slack.MsgOptionBlocks(r.blocks...),
		slack.MsgOptionResponseURL(responseURL, slack.ResponseTypeEphemeral),
	}, how...)
	if _, _, err := b.api.PostMessageContext(b.ctx, "", options...); err != nil {
		b.log.Warn("a private answer did not get through", "error", kindOf(err))
	}
}

// instead replaces the message that holds the button which was clicked.
func instead(responseURL string) slack.MsgOption {
	return slack.MsgOptionReplaceOriginal(responseURL)
}
