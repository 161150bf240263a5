package handlers

import (
	"time"

	"apierrorbot/internal/store"
)

// deletedMessage returns the ts of the message that an event says was deleted, or
// "". A message with replies leaves a tombstone in its place: Slack tells it as a
// change (and that the tombstone went too, with its last reply, as a deletion). See
// https://docs.slack.dev/reference/events/message/message_deleted.
func deletedMessage(event *message) (ts string) {
	switch {
	case event.Subtype == "message_deleted":
		return event.DeletedTS
	case event.Subtype == "message_changed" && event.Message != nil && event.Message.Subtype == "tombstone":
		return event.Message.TS
	}
	return ""
}

// recordDeletion has the case of a deleted message withdrawn. Slack tells the bot of
// each deletion where it reads, its own among them: those cost nothing, and that of
// a message without a case a look into the database.
func (b *Bot) recordDeletion(team string, event *message, ts string, ack func()) {
	was := message{TS: ts}
	if p := event.PreviousMessage; p != nil { // Slack always tells it
		was.User, was.ThreadTS = p.User, p.ThreadTS
	}
	if was.User == b.self.UserID {
		ack()
		return
	}
	key := store.Key{Team: team, Channel: event.Channel, TS: ts}
	withdraw := func() {
		defer survive(b.log, "a deletion", ack)
		b.withdraw(key, ack)
	}
	// Behind the message itself, which may be in the lane still.
	if !b.lanes.do(threadLane(key.Channel, &was), withdraw) {
		b.log.Error("too much is waiting for the database: a deletion was left for Slack to bring again",
			"channel", key.Channel, "ts", key.TS)
	}
}

func (b *Bot) withdraw(key store.Key, ack func()) {
	id, err := b.store.Withdraw(b.ctx, key, time.Now())
	if err != nil {
		b.log.Error("cannot store that a message was deleted: Slack will bring it again",
			"channel", key.Channel, "ts", key.TS, "error", err)
		return
	}
	ack()
	if id == "" {
		return
	}
	b.log.Info("a message was deleted: taking back its reply", "case", id, "channel", key.Channel, "ts", key.TS)
	b.courier.deliver(id)
}

// takeBack does the next thing that the reply to a deleted message needs: it goes,
// or, where somebody has ticked a step of it, it is closed and stays.
func (c *courier) takeBack(e *errand, cs store.Case) (progress, error) {
	state, err := unposted, error(nil)
	switch cs.Reply.State {
	case store.Waiting: // nothing stands in Slack
	case store.Sending:
		var found bool
		if found, err = c.lookFor(e, cs); found {
			return unposted, nil // and now that it is known where it stands, it can be taken back
		}
	default:
		state = posted
		err = c.removeOrClose(e, cs)
	}
	if v := verdictOn(err); err != nil && v.act != giveUp {
		return state, err
	}
	switch kindOf(err) {
	case "", "message_not_found", "thread_not_found": // it is not there, as it should be
	default:
		c.log.Warn("Slack refused to take back a reply: leaving it as it is", "case", cs.ID, "error", kindOf(err), "next", verdictOn(err).advice)
	}
	if err := c.store.MarkGivenUp(c.ctx, cs.ID, "message_deleted"); err != nil {
		return state, storeError{err}
	}
	return upToDate, nil
}

// lookFor looks whether a reply was posted although its answer is not known, once
// that must have settled, and stores where it stands.
func (c *courier) lookFor(e *errand, cs store.Case) (found bool, err error) {
	if err := c.settle(e, cs); err != nil {
		return false, err
	}
	ts, err := c.find(e, cs)
	if ts == "" || err != nil {
		return false, err
	}
	_, err = c.adopt(cs, ts, nil)
	return err == nil, err
}

func (c *courier) removeOrClose(e *errand, cs store.Case) error {
	if len(cs.Ticks) == 0 {
		return c.call(e, "chat.delete", func() error {
			return c.counts.call(methodDelete, func() error {
				_, _, err := c.api.DeleteMessageContext(e.ctx, cs.Key.Channel, cs.Reply.TS)
				return err
			})
		})
	}
	v, err := newView(cs, c.pages)
	if err != nil {
		return unreadable{err}
	}
	// An older update may still land after this one: then it is shown again.
	for lasting := false; !lasting && err == nil; {
		lasting, err = c.show(e, cs, render(v))
	}
	return err
}
