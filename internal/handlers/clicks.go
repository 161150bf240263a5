package handlers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/mrkdwn"
	"apierrorbot/internal/store"
	"apierrorbot/internal/triage"
)

// click is a press of a button
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
type click struct {
	Type string `json:"type"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
	} `json:"container"`
	Message struct {
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	Actions []struct {
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
	} `json:"actions"`
	ResponseURL string `json:"response_url"`
}

// ackWait is how long a click may wait for what it asks for before it is acked
// all the same. Slack shows people an error after three seconds, and does not send
// clicks again, so nothing is gained by leaving it open.
const ackWait = 2500 * time.Millisecond

func (b *Bot) recordClick(payload string, ack func()) {
	var c click
	if err := decode(payload, &c); err != nil || c.Type != "block_actions" || len(c.Actions) == 0 {
		b.log.Warn("interaction that the bot has no use for", "type", loggable(c.Type), "error", kindOf(err))
		ack()
		return
	}
	b.counts.events.Inc(eventClick)
	ack = sync.OnceFunc(b.counts.timed(eventClick, time.Now(), ack))
	late := time.AfterFunc(ackWait, ack)
	click := func() {
		defer late.Stop()
		defer survive(b.log, "a click", ack)
		b.click(&c, ack)
	}
	// One person's clicks are taken in their order; different people's do not
	// wait for each other.
	if !b.lanes.do("user "+c.User.ID, click) {
		ack()
		b.counts.clicks.Inc("other", clickFailed)
		b.log.Error("too much is waiting for the database: a click was lost", "channel", c.Channel.ID)
	}
}

// idForm is what ids and types look like. What a request has in the place of one
// is not logged if it looks different: it could be anything.
var idForm = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

func loggable(id string) string {
	if !idForm.MatchString(id) {
		return "?"
	}
	return id
}

func (b *Bot) click(c *click, ack func()) {
	action := c.Actions[0] // a press of a button is one action
	v, err := parseValue(action.Value)
	if err != nil {
		b.counts.clicks.Inc("other", clickGone)
		b.log.Warn("button with a value that cannot be read", "action", loggable(action.ActionID), "error", kindOf(err))
		ack()
		return
	}
	switch action.ActionID {
	case actionStep, actionChoose, actionState:
		b.changeCase(c, action.ActionID, v, ack)
	case actionShow:
		ack()
		b.private(c.User.ID, func() { b.show(c, v) })
	case actionPost:
		b.postToChannel(c, v, ack)
	default:
		b.counts.clicks.Inc("other", clickGone)
		b.log.Warn("button that the bot does not know", "action", loggable(action.ActionID))
		ack()
	}
}

// memberWait bounds how long a click waits to learn who clicked.
const memberWait = 2 * time.Second

// mayChange reports whether who clicked may change what everybody sees. Who may not
// is told so, and their click is acked.
func (b *Bot) mayChange(c *click, action string, ack func()) bool {
	ctx, cancel := context.WithTimeout(b.ctx, memberWait)
	defer cancel()
	member, err := b.people.isMember(ctx, c.User.ID)
	switch {
	case err != nil:
		ack()
		b.counts.clicks.Inc(action, clickUnknown)
		b.log.Warn("cannot find out who clicked", "user", c.User.ID, "error", kindOf(err))
		b.whisper(c, wordsFor(err))
	case !member:
		ack()
		b.counts.clicks.Inc(action, clickForbidden)
		b.whisper(c, wordsMembers(action))
	}
	return err == nil && member
}

// changeCase does what a button of a reply says.
func (b *Bot) changeCase(c *click, action string, v value, ack func()) {
	if !b.mayChange(c, action, ack) {
		return
	}
	known := false
	by := store.By{User: c.User.ID, At: time.Now()}
	changed, altered, err := b.store.Change(b.ctx, v.Case, by, func(cs *store.Case) {
		known = cs.Key.Channel == c.Channel.ID && b.apply(cs, action, v, by)
	})
	ack()
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !known:
		b.counts.clicks.Inc(action, clickGone)
		b.log.Info("click on a checklist that is gone", "case", loggable(v.Case), "channel", c.Channel.ID)
		b.whisper(c, wordsGone)
	case err != nil:
		b.counts.clicks.Inc(action, clickFailed)
		b.log.Error("cannot store a click", "case", loggable(v.Case), "error", err)
		b.whisper(c, wordsNotStored)
	case altered:
		b.counts.clicks.Inc(action, clickDone)
		b.log.Info("case changed", "case", v.Case, "action", action, "user", c.User.ID, "state", changed.State)
		shown := b.courier.deliver(v.Case)
		b.watch(shown, showWait, func() { b.tellUnlessShown(c, v.Case, changed.Rev) })
	default: // it was so already
		b.counts.clicks.Inc(action, clickDone)
	}
}

// wordsFor tells somebody why they could not be told from a guest.
func wordsFor(err error) string {
	if kindOf(err) == "missing_scope" {
		return wordsNoScope
	}
	return wordsUnchecked
}

// tellUnlessShown tells the person who clicked when the message does not show what
// they did. One that was taken back meanwhile speaks for itself.
func (b *Bot) tellUnlessShown(c *click, id string, rev int64) {
	cs, err := b.store.Case(b.ctx, id)
	if err == nil && cs.State != store.Withdrawn && cs.Reply.Rev < rev {
		b.whisper(c, wordsNotShown)
	}
}

// watch calls then when a delivery has ended, however it ended, or after atMost;
// not when the bot stops first.
func (b *Bot) watch(delivered <-chan struct{}, atMost time.Duration, then func()) {
	b.watching.Go(func() {
		defer survive(b.log, "a delivery", func() {})
		select {
		case <-delivered:
		case <-time.After(atMost):
		case <-b.courier.patience.Done():
		}
		if b.courier.patience.Err() == nil {
			then()
		}
	})
}

// apply changes a case as a button says, and reports whether the case has what
// the button is about. A withdrawn one has nothing any more.
func (b *Bot) apply(cs *store.Case, action string, v value, by store.By) bool {
	if cs.State == store.Withdrawn {
		return false
	}
	shown, err := newView(*cs, b.pages)
	if err != nil {
		b.log.Error("cannot read a case", "case", cs.ID, "error", err)
		return false
	}
	switch action {
	case actionStep:
		return shown.setStep(cs, v.Article, v.Step, v.Done, by.User, by.At)
	case actionChoose:
		return shown.choose(cs, v.Item, v.Article, by.User, by.At)
	default:
		return shown.setState(cs, v.State, by.User, by.At)
	}
}

// show answers a private question: the article takes the question's place.
func (b *Bot) show(c *click, v value) {
	a := b.base.Article(v.Article)
	if a == nil {
		b.counts.clicks.Inc(actionShow, clickGone)
		b.tell(c.ResponseURL, renderNote(wordsVanished), instead(c.ResponseURL))
		return
	}
	b.counts.clicks.Inc(actionShow, clickDone)
	b.tell(c.ResponseURL, renderPrivate(b.pages.of(a), "", nil, time.Now()), instead(c.ResponseURL))
}

// postToChannel turns a private article into a checklist for the channel.
func (b *Bot) postToChannel(c *click, v value, ack func()) {
	a := b.base.Article(v.Article)
	if a == nil {
		ack()
		b.counts.clicks.Inc(actionPost, clickGone)
		b.private(c.User.ID, func() { b.tell(c.ResponseURL, renderNote(wordsVanished), instead(c.ResponseURL)) })
		return
	}
	if !b.mayChange(c, actionPost, ack) {
		return
	}
	id, err := b.openRequested(c, a)
	ack()
	if err != nil {
		b.counts.clicks.Inc(actionPost, clickFailed)
		b.log.Error("cannot store a click", "channel", c.Channel.ID, "error", err)
		b.private(c.User.ID, func() { b.tell(c.ResponseURL, renderNote(wordsNotStored)) })
		return
	}
	b.counts.clicks.Inc(actionPost, clickDone)
	b.log.Info("answering", "case", id, "channel", c.Channel.ID, "outcome", triage.OutcomeArticle, "articles", a.ID())
	posted := b.courier.deliver(id)
	b.watch(posted, postWait, func() { b.tellPosted(c, id) })
}

// How long people wait for news of what they clicked before they are told that
// it takes longer.
const (
	postWait = 15 * time.Second
	showWait = time.Minute
)

// openRequested opens the case of a checklist that somebody asked for with a
// button. Pressing it again finds the same case; one that Slack had refused is
// opened anew, since the bot may have been invited meanwhile.
func (b *Bot) openRequested(c *click, a *kb.Article) (id string, err error) {
	n := b.requestedCase(c, a)
	opened, err := b.store.Open(b.ctx, n)
	if opened.ID != "" || err != nil {
		return opened.ID, err
	}
	old, err := b.store.Find(b.ctx, n.Key)
	if err != nil || old.Reply.State != store.GivenUp {
		return old.ID, err
	}
	if err := b.store.Delete(b.ctx, old.ID); err != nil {
		return "", err
	}
	opened, err = b.store.Open(b.ctx, n)
	return opened.ID, err
}

// requestedCase is the case of a checklist that somebody asked for with a
// button: it answers no message. Its key is made from the private message that
// holds the button, so that pressing twice posts once.
func (b *Bot) requestedCase(c *click, a *kb.Article) store.NewCase {
	o, err := option(a)
	if err != nil { // an Article holds strings and ints
		panic(err)
	}
	return store.NewCase{
		ID:       newID(),
		Key:      store.Key{Team: c.Team.ID, Channel: c.Channel.ID, TS: c.Container.MessageTS + "/" + a.ID()},
		OpenedAt: time.Now(),
		Items: []store.Item{{
			Kind: kindPosted, Options: []store.Option{o}, Chosen: o.Article, Why: c.User.ID,
		}},
		Asked:    true,
		PostedBy: c.User.ID,
	}
}

// tellPosted tells the person who posted to the channel what came of it.
func (b *Bot) tellPosted(c *click, id string) {
	cs, err := b.store.Case(b.ctx, id)
	if err != nil {
		b.log.Error("cannot read a case", "case", id, "error", err)
		return
	}
	switch {
	case cs.Reply.State == store.Posted:
		b.tell(c.ResponseURL, renderNote(wordsPosted), instead(c.ResponseURL))
	case cs.Reply.State != store.GivenUp:
		b.tell(c.ResponseURL, renderNote(wordsNotPosted))
	case cs.Reply.Error == "not_in_channel" || cs.Reply.Error == "channel_not_found":
		b.tell(c.ResponseURL, renderNote(fmt.Sprintf(wordsInvite, mrkdwn.Escape(b.self.Name))))
	default:
		b.tell(c.ResponseURL, renderNote(fmt.Sprintf(wordsCannotPost, mrkdwn.Escape(cs.Reply.Error))))
	}
}

// whisper tells the person who clicked on a reply something that is nobody
// else's business, in the thread where they are.
func (b *Bot) whisper(c *click, words string) {
	options := []slack.MsgOption{slack.MsgOptionText(words, false)}
	thread := c.Container.ThreadTS
	if thread == "" {
		thread = c.Message.ThreadTS
	}
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	b.private(c.User.ID, func() {
		err := b.counts.call(methodEphemeral, func() error {
			_, err := b.api.PostEphemeralContext(b.ctx, c.Channel.ID, c.User.ID, options...)
			return err
		})
		if err != nil {
			// Where the bot is no member any more, the click's own address works.
			b.tell(c.ResponseURL, renderNote(words))
		}
	})
}
