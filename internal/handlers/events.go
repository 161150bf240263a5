package handlers

import (
	"errors"
	"slices"
	"strings"
	"time"

	"apierrorbot/internal/store"
	"apierrorbot/internal/triage"
)

// Record takes one envelope: its type and its payload, which is valid JSON, as Slack sent them
// (https://docs.slack.dev/apis/events-api/using-socket-mode). It returns without
// waiting. ack is called, from any goroutine, when the envelope must not come
// again; never, when it should.
func (b *Bot) Record(kind, payload string, ack func()) {
	// One message that the bot stumbles over must not take it down, now or when
	// Slack delivers it again.
	defer survive(b.log, "an envelope", ack)
	switch kind {
	case "events_api":
		b.recordEvent(payload, ack)
	case "slash_commands":
		b.recordCommand(payload, ack)
	case "interactive":
		b.recordClick(payload, ack)
	default:
		b.log.Debug("envelope of a type that the bot does not use", "type", kind)
		ack()
	}
}

func (b *Bot) recordEvent(payload string, ack func()) {
	team, event := readEvent(payload)
	ts := deletedMessage(&event)
	b.counts.event(&event, ts != "")
	if ts != "" {
		b.recordDeletion(team, &event, ts, ack)
		return
	}
	ack = b.catchUp.noteArrival(team, &event, ack)
	defer survive(b.log, "an event", ack)
	b.receive(team, &event, ack, func() {})
}

// receive takes an event, or a message that is like one. It does not wait. ack is
// called when nothing has to be done about it any more; opened when it has got a
// case of its own.
func (b *Bot) receive(team string, event *message, ack, opened func()) {
	m, edited := b.personsMessage(event)
	if m == nil {
		ack()
		return
	}
	a := b.arrivalOf(team, m)
	a.ack, a.opened = ack, opened
	if edited {
		a.before = event.PreviousMessage
	}
	if files := b.textFiles(m); len(files) > 0 {
		b.fetch(a, files)
		return
	}
	b.consider(a)
}

// arrivalOf returns what there is to decide about a person's message, but for its
// files.
func (b *Bot) arrivalOf(team string, m *message) arrival {
	a := arrival{message: m, team: team, at: time.Now(), mode: triage.Auto}
	if m.Type == typeMention || m.ChannelType == channelTypeIM || strings.Contains(m.Text, b.mention) {
		a.mode = triage.Query
	}
	for _, f := range b.forwarded(m) {
		a.more = append(a.more, f.input())
	}
	return a
}

// arrival is a person's message on its way to a decision.
type arrival struct {
	*message
	team   string
	at     time.Time // of its arrival
	mode   triage.Mode
	before *message       // of a message that was edited: what it was
	more   []triage.Input // what came with it: forwarded messages, the texts of files
	unread error          // why a file could not be read, or nil
	ack    func()         // nothing has to be done about it any more
	opened func()         // its case was stored just now
}

// tooMuch logs that a message is left for Slack to bring again.
func (b *Bot) tooMuch(a arrival) {
	b.log.Error("too much is waiting for the database: a message was left for Slack to bring again",
		"channel", a.Channel, "ts", a.TS)
}

// consider decides about a message, and has its case opened.
func (b *Bot) consider(a arrival) {
	items, outcome := b.decide(a)
	b.counts.decisions.Inc(string(outcome))
	if len(items) == 0 {
		if errors.Is(a.unread, errFileBusy) {
			// Not acked: Slack brings it again, and then perhaps the file too.
			b.log.Warn("a file could not be had, and without it there is nothing to answer: Slack will bring the message again",
				"channel", a.Channel, "ts", a.TS)
			return
		}
		a.ack()
		return
	}
	a.ack = b.counts.timed(eventMessage, a.at, a.ack)
	n := store.NewCase{
		ID:       newID(),
		Key:      store.Key{Team: a.team, Channel: a.Channel, TS: a.TS},
		Thread:   a.thread(),
		OpenedAt: time.Now(),
		ReplyID:  newID(),
		Items:    items,
		Asked:    a.mode == triage.Query,
		Edited:   a.before != nil,
		Partial:  a.unread != nil,
	}
	open := func() {
		defer survive(b.log, "a message", a.ack)
		if id := b.open(n, outcome, a.opened, a.ack); id != "" {
			b.warn(a, id == n.ID)
		}
	}
	if !b.lanes.do(threadLane(a.Channel, a.message), open) {
		b.tooMuch(a)
	}
}

// threadLane is the lane of what happens in a thread: a message, its edits and its
// deletion are taken in their order, and one thread does not wait for another's commit.
func threadLane(channel string, m *message) string { return "thread " + channel + " " + m.thread() }

// personsMessage returns the message of an event if a person wrote it and the
// bot listens, else nil. edited says that it is a message whose text changed.
func (b *Bot) personsMessage(event *message) (m *message, edited bool) {
	m = event
	switch {
	case event.Type == typeMention:
	case event.Type != "message":
		return nil, false
	case event.Subtype == "message_changed":
		m = event.Message
		// Link previews, translations and the bot's own updates change
		// messages too, but not their text.
		if m == nil || event.PreviousMessage == nil || m.Text == event.PreviousMessage.Text {
			return nil, false
		}
		m.Channel, m.ChannelType = event.Channel, event.ChannelType
		edited = true
	}
	switch m.Subtype {
	case "", "file_share", "thread_broadcast", "me_message":
	default: // joins, topics, messages of bots
		return nil, false
	}
	if m.User == "" || m.BotID != "" || m.User == b.self.UserID || m.TS == "" || !b.listensIn(m) {
		return nil, false
	}
	return m, edited
}

// channelTypeIM is the channel_type of direct messages.
const channelTypeIM = "im"

// listensIn reports whether the bot is meant to read a message's channel. Direct
// messages to it are always meant for it.
func (b *Bot) listensIn(m *message) bool {
	return len(b.channels) == 0 || m.ChannelType == channelTypeIM || slices.Contains(b.channels, m.Channel)
}

// withoutMention takes the mention of the bot out of a text.
func (b *Bot) withoutMention(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, b.mention, ""))
}

// decide turns a message into what the reply will speak about; nothing means
// silence.
func (b *Bot) decide(a arrival) ([]store.Item, triage.Outcome) {
	if a.mode == triage.Query && len(a.more) == 0 && a.unread == nil {
		question := b.withoutMention(a.Text)
		if courtesyOf(question) == nod {
			b.log.Debug("silent", "channel", a.Channel, "ts", a.TS, "reason", "courtesy")
			return nil, triage.OutcomeSilent
		}
		if note := b.noteFor(question); note != "" {
			return []store.Item{{Kind: kindNote, Why: note}}, triage.OutcomeMiss
		}
	}
	d := triage.Decide(b.base, triage.Input{Text: a.Text, Blocks: a.Blocks, More: a.more}, a.mode)
	b.rememberGap(d.Gap, a.Channel+" "+a.TS)
	switch {
	case d.Outcome == triage.OutcomeSilent:
		b.log.Debug("silent", "channel", a.Channel, "ts", a.TS, "reason", d.Reason)
		return nil, d.Outcome
	case d.Outcome == triage.OutcomeMiss && a.unread != nil:
		return []store.Item{{Kind: kindNote, Why: wordsForUnread(a.unread)}}, d.Outcome
	}
	items, err := storedItems(d)
	if err != nil {
		b.log.Error("cannot store an article", "error", err)
		return nil, d.Outcome
	}
	return items, d.Outcome
}

// noteFor answers the questions that are not about an error, or returns "".
func (b *Bot) noteFor(question string) string {
	switch strings.ToLower(question) {
	case "", "help", "?":
		return help(b.self.Name)
	case "list":
		return list(b.base.Articles())
	}
	switch courtesyOf(question) {
	case thanks:
		return wordsWelcome
	case greeting, nod:
		return help(b.self.Name)
	}
	return ""
}

// storedItems turns a decision into the items of a case.
func storedItems(d triage.Decision) ([]store.Item, error) {
	if d.Outcome == triage.OutcomeMiss {
		return []store.Item{{Kind: kindNote, Why: miss(d.Understood, tryInThread)}}, nil
	}
	var items []store.Item
	for _, found := range d.Items {
		item := store.Item{Kind: kindMatch, Why: found.Why, Details: storedDetails(found.Details)}
		if d.Outcome == triage.OutcomeNearest {
			item.Kind, item.Why = kindNearest, nearest(d.Understood, found.Why)
		}
		for _, a := range found.Options {
			o, err := option(a)
			if err != nil {
				return nil, err
			}
			item.Options = append(item.Options, o)
		}
		if item.Kind == kindMatch && len(item.Options) == 1 {
			item.Chosen = item.Options[0].Article
		}
		items = append(items, item)
	}
	return items, nil
}

// open stores the case of a message, acks, and has the reply delivered. It returns
// the case's id: n's, that of an edited message's earlier one, or "" for a message
// that has its answer already.
func (b *Bot) open(n store.NewCase, outcome triage.Outcome, opened, ack func()) (id string) {
	c, err := b.openCase(n)
	if err != nil {
		b.log.Error("cannot store a message that should be answered: Slack will bring it again",
			"channel", n.Key.Channel, "ts", n.Key.TS, "error", err)
		return ""
	}
	if c.ID == "" {
		b.log.Debug("answered already", "channel", n.Key.Channel, "ts", n.Key.TS)
		ack()
		return ""
	}
	opened()
	ack()
	b.log.Info("answering", "case", c.ID, "channel", n.Key.Channel, "ts", n.Key.TS,
		"outcome", outcome, "articles", articleIDs(n.Items))
	if c.ID == n.ID {
		b.courier.deliverOpened(c)
	} else { // of a message that was edited
		b.courier.deliver(c.ID)
	}
	return c.ID
}

func (b *Bot) openCase(n store.NewCase) (c store.Case, err error) {
	if n.Asked {
		err = b.pointBack(&n)
	}
	if err == nil {
		c, err = b.store.Open(b.ctx, n)
	}
	return c, err
}

func articleIDs(items []store.Item) string {
	var ids []string
	for _, item := range items {
		for _, o := range item.Options {
			ids = append(ids, o.Article)
		}
	}
	return strings.Join(ids, ",")
}
