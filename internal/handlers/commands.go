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

func (b *Bot) recordCommand(payload string, ack func()) {
	var cmd command
	if err := decode(payload, &cmd); err != nil {
		b.log.Warn("slash command that cannot be read", "error", kindOf(err))
		ack()
		return
	}
	b.counts.events.Inc(eventCommand)
	entered := b.private(cmd.User, func() {
		answers := b.lookUp(cmd.Text)
		answers[0].warning(warningOf(wordsCommandHolds, secretsIn(triage.Input{Text: cmd.Text})))
		for _, r := range answers {
			b.tell(cmd.ResponseURL, r)
		}
	})
	// Nothing is stored, so there is nothing to wait for but that Close knows of the
	// answer. A command that was not acked fails before the person's eyes
	// (https://docs.slack.dev/interactivity/implementing-slash-commands#responding_to_commands).
	if entered {
		ack()
	}
}

// private does what answers one person, in a lane of its own: a slow answer
// must not hold up the acks of the person's next clicks. It does not wait, and
// reports whether there was room.
func (b *Bot) private(user string, f func()) (entered bool) {
	answer := func() {
		defer survive(b.log, "a private answer", func() {})
		f()
	}
	entered = b.lanes.do("answers to "+user, answer)
	if !entered {
		b.log.Error("too much is waiting: a private answer was dropped", "user", user)
	}
	return entered
}

// lookUp answers a question privately. Who asks for several errors at once gets an
// answer to each, as far as that many are shown in full elsewhere too (a
// response_url takes five messages); beyond that, one question about all of them.
func (b *Bot) lookUp(question string) []reply {
	if note := b.noteFor(strings.TrimSpace(question)); note != "" {
		return []reply{renderNote(note)}
	}
	d := triage.Decide(b.base, triage.Input{Text: question}, triage.Query)
	b.counts.decisions.Inc(string(d.Outcome))
	b.rememberGap(d.Gap, "")
	switch {
	case len(d.Items) == 0:
		return []reply{renderNote(miss(d.Understood, tryCommand))}
	case d.Outcome == triage.OutcomeNearest:
		return []reply{b.privateQuestion(kindNearest, nearest(d.Understood, d.Items[0].Why), d.Items)}
	case len(d.Items) > maxChecklists:
		return []reply{b.privateQuestion(kindMatch, wordsSeveral, d.Items)}
	}
	var replies []reply
	for _, item := range d.Items {
		if len(item.Options) == 1 {
			replies = append(replies, renderPrivate(b.pages.of(item.Options[0]), item.Why, item.Details, time.Now()))
		} else {
			replies = append(replies, b.privateQuestion(kindMatch, item.Why, []triage.Item{item}))
		}
	}
	return replies
}

// privateQuestion asks which of the articles of some items is meant.
func (b *Bot) privateQuestion(kind, why string, items []triage.Item) reply {
	e := entry{}
	e.Kind, e.Why = kind, why
	if len(items) == 1 { // of several, nobody could tell whose they are
		e.Details = storedDetails(items[0].Details)
	}
	for _, item := range items {
		for _, a := range item.Options {
			e.options = append(e.options, b.pages.of(a))
		}
	}
	return renderPrivateQuestion(e, time.Now())
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
	err := b.counts.call(callResponse, func() error {
		_, _, err := b.api.PostMessageContext(b.ctx, "", options...)
		return err
	})
	if err != nil {
		b.log.Warn("a private answer did not get through", "error", kindOf(err))
	}
}

// instead replaces the message that holds the button which was clicked.
func instead(responseURL string) slack.MsgOption {
	return slack.MsgOptionReplaceOriginal(responseURL)
}
