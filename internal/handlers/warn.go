package handlers

import (
	"slices"

	"github.com/slack-go/slack"

	"apierrorbot/internal/guard"
	"apierrorbot/internal/triage"
)

// warn tells the author of a message that was answered, and nobody else, that it
// holds a secret. It is called when a case is opened or an edit changed it, after
// the commit: a redelivered message is not warned of again, and a bot that dies
// right here does not warn at all. Of an edit it tells only what that added, which
// is text: files and forwarded messages cannot be added later.
func (b *Bot) warn(a arrival, opened bool) {
	texts := []triage.Input{{Text: a.Text, Blocks: a.Blocks}}
	if opened {
		texts = append(texts, a.more...)
	}
	found := secretsIn(texts...)
	if !opened && a.before != nil {
		known := secretsIn(triage.Input{Text: a.before.Text, Blocks: a.before.Blocks})
		found = slices.DeleteFunc(found, func(k guard.Kind) bool { return slices.Contains(known, k) })
	}
	if len(found) == 0 {
		return
	}
	for _, kind := range found {
		b.counts.secrets.Inc(string(kind))
	}
	options := []slack.MsgOption{slack.MsgOptionText(warningOf(wordsMessageHolds, found), false)}
	// In a thread that has no reply yet nobody would see it
	// (https://docs.slack.dev/reference/methods/chat.postEphemeral).
	if a.ThreadTS != "" {
		options = append(options, slack.MsgOptionTS(a.ThreadTS))
	}
	b.private(a.User, func() {
		err := b.counts.call(methodEphemeral, func() error {
			_, err := b.api.PostEphemeralContext(b.ctx, a.Channel, a.User, options...)
			return err
		})
		if err != nil {
			b.log.Warn("a warning of a secret in a message did not get through",
				"channel", a.Channel, "ts", a.TS, "error", kindOf(err))
			return
		}
		b.log.Info("warned of a secret in a message", "channel", a.Channel, "ts", a.TS)
	})
}

// secretsIn returns the kinds of secrets that certainly stand in texts, each once.
func secretsIn(texts ...triage.Input) []guard.Kind {
	var kinds []guard.Kind
	for _, in := range texts {
		text := in.Text
		if text == "" {
			text = in.Blocks
		}
		for _, f := range guard.Find(text) {
			if f.Sure && !slices.Contains(kinds, f.Kind) {
				kinds = append(kinds, f.Kind)
			}
		}
	}
	return kinds
}
