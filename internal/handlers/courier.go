package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/store"
)

// courier brings replies to Slack: it works on a case until the message shows
// the case's newest revision. There is one goroutine for each case that needs
// work, so one call in flight for each message; what changes meanwhile is joined
// into the next call.
type courier struct {
	api    *slack.Client
	self   Self
	store  *store.Store
	pages  *pages
	log    *slog.Logger
	timing Timing
	stop   func(error)

	ctx      context.Context // ends when calls must be broken off
	patience context.Context // ends when nothing is waited for any more: it is left to the next start
	hurry    context.CancelFunc

	calls chan struct{} // a token for each call in flight
	lines lines

	mu      sync.Mutex
	work    map[string]*errand // by case
	running sync.WaitGroup
}

// errand is the work on one case.
type errand struct {
	again bool          // the case changed since it was last read
	done  chan struct{} // closed when the work ends
}

// maxCalls bounds how many calls to Slack may be in flight.
const maxCalls = 64

// maxUnknown is how often the bot tries again after an answer of Slack's that it
// does not know.
const maxUnknown = 3

func newCourier(b *Bot, t Timing) *courier {
	patience, hurry := context.WithCancel(b.ctx)
	return &courier{
		api: b.api, self: b.self, store: b.store, pages: b.pages, log: b.log,
		timing: t, stop: b.stop,
		ctx: b.ctx, patience: patience, hurry: hurry,
		calls: make(chan struct{}, maxCalls),
		lines: lines{byLimit: make(map[string]*line)},
		work:  make(map[string]*errand),
	}
}

// deliver has the newest state of a case brought to Slack. It does not wait;
// the channel it returns is closed when the message is up to date, was refused,
// or the bot stops.
func (c *courier) deliver(id string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, busy := c.work[id]; busy {
		e.again = true
		return e.done
	}
	e := &errand{done: make(chan struct{})}
	c.work[id] = e
	c.running.Go(func() { c.run(id, e) })
	return e.done
}

// finish waits for the errands under way, after hurry made them stop waiting.
func (c *courier) finish() { c.running.Wait() }

func (c *courier) run(id string, e *errand) {
	defer close(e.done)
	for again := true; again; again = c.goesOn(id, e) {
		c.bring(id)
	}
}

// goesOn reports whether the case changed while it was worked on; else the
// errand ends.
func (c *courier) goesOn(id string, e *errand) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.again && c.ctx.Err() == nil {
		e.again = false
		return true
	}
	delete(c.work, id)
	return false
}

// bring works on a case until its message is up to date, as far as it gets.
func (c *courier) bring(id string) {
	log := c.log.With("case", id)
	defer survive(log, "a reply", func() {})
	backoff := backoff{next: c.timing.Backoff}
	for unknown := 0; unknown < maxUnknown; {
		state, err := c.step(id)
		if err == nil {
			if state == upToDate {
				return
			}
			backoff.next, unknown = c.timing.Backoff, 0
			continue
		}
		v := verdictOn(err)
		switch {
		case v.act == giveUp && state == posted && kindOf(err) != "message_not_found":
			// The message is there and will not change now. Perhaps it will at
			// the next click, or the next start.
			log.Warn("Slack refused to update a reply", "error", kindOf(err), "next", v.advice)
			return
		case v.act == giveUp:
			log.Warn("Slack refused a reply: giving up on it", "error", kindOf(err), "next", v.advice)
			if err := c.store.MarkGivenUp(c.ctx, id, kindOf(err)); err != nil {
				log.Error("cannot store that a reply was refused", "error", err)
			}
			return
		case v.act == stopBot:
			c.stop(err)
			return
		case v.act == park:
			unknown++
		}
		wait := backoff.after(v)
		log.Warn("a reply did not get through: will try again", "error", kindOf(err), "in", wait)
		if !c.wait(wait) {
			return
		}
	}
	log.Error("a reply failed again and again in a way that the bot does not know: leaving it until the next click or start")
}

// backoff says how long to wait before the next attempt: what Slack asked for,
// or a little longer each time, up to a minute.
type backoff struct{ next time.Duration }

func (b *backoff) after(v verdict) time.Duration {
	wait := max(v.wait, b.next)
	b.next = min(2*b.next, time.Minute)
	return wait
}

// progress is where a reply stands while it is worked on.
type progress int

const (
	unposted progress = iota
	posted            // the message is there, and out of date
	upToDate
)

// step does the next thing that a case's reply needs. It returns where the reply
// stood before, or that nothing is left to do.
func (c *courier) step(id string) (progress, error) {
	cs, err := c.store.Case(c.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return upToDate, nil
	}
	if err != nil {
		return unposted, storeError{err}
	}
	if cs.UpToDate() {
		return upToDate, nil
	}
	v, err := newView(cs, c.pages)
	if err != nil {
		return unposted, unreadable{err}
	}
	r := render(v)
	switch cs.Reply.State {
	case store.Waiting:
		cs.Reply.ID = newID()
		return unposted, c.post(cs, r)
	case store.Sending:
		return unposted, c.reconcile(cs, r)
	default:
		return posted, c.update(cs, r)
	}
}

// post posts the reply, and tries again as long as it certainly was not posted.
// After an answer that leaves it open it waits until that must have settled, and
// looks.
func (c *courier) post(cs store.Case, r reply) error {
	backoff := backoff{next: c.timing.Backoff}
	for {
		// Stored before each attempt, so that after a crash in the middle of it
		// the next run knows how long to wait before it looks.
		cs.Reply.At = time.Now()
		ours, err := c.store.MarkSending(c.ctx, cs.ID, cs.Reply.ID, cs.Reply.At)
		if err != nil {
			return storeError{err}
		}
		if !ours {
			return nil
		}
		ts, err := c.postOnce(cs, r)
		if err == nil {
			c.log.Debug("posted", "case", cs.ID, "channel", cs.Key.Channel, "reply", ts)
			return c.posted(cs, ts, cs.Rev)
		}
		v := verdictOn(err)
		wait := backoff.after(v)
		switch v.act {
		case ambiguous:
			wait = max(wait, c.timing.Settle)
			c.log.Warn("no answer to a post: will look whether it arrived", "case", cs.ID, "error", kindOf(err), "in", wait)
			if !c.wait(wait) {
				return err
			}
			if found, err := c.find(cs); found != "" || err != nil {
				return c.adopt(cs, found, err)
			}
		case retry:
			c.log.Warn("a post did not get through: will try again", "case", cs.ID, "error", kindOf(err), "in", wait)
			if !c.wait(wait) {
				return err
			}
		default:
			return err
		}
	}
}

func (c *courier) postOnce(cs store.Case, r reply) (ts string, err error) {
	options := []slack.MsgOption{
		slack.MsgOptionText(r.text, false),
		slack.MsgOptionBlocks(r.blocks...),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{metadataID: cs.Reply.ID}}),
	}
	if cs.Thread != "" {
		options = append(options, slack.MsgOptionTS(cs.Thread))
	}
	// chat.postMessage is limited for each channel, all else for the workspace
	// (https://docs.slack.dev/apis/web-api/rate-limits).
	err = c.call("chat.postMessage "+cs.Key.Channel, func(ctx context.Context) (err error) {
		_, ts, err = c.api.PostMessageContext(ctx, cs.Key.Channel, options...)
		return err
	})
	return ts, err
}

func (c *courier) posted(cs store.Case, ts string, rev int64) error {
	if err := c.store.MarkPosted(c.ctx, cs.ID, ts, rev); err != nil {
		return storeError{err}
	}
	return nil
}

// The reply's random id stands in the message's metadata, where any member of
// the channel can read it: an id, and nothing else.
const (
	metadataType = "apierror_reply"
	metadataID   = "id"
)

// reconcile finds out what became of a post whose end was not seen, and posts
// again if nothing did.
func (c *courier) reconcile(cs store.Case, r reply) error {
	settled := cs.Reply.At.Add(c.timing.HTTPTimeout + c.timing.Settle)
	if !c.wait(time.Until(settled)) {
		return context.Canceled
	}
	if found, err := c.find(cs); found != "" || err != nil {
		return c.adopt(cs, found, err)
	}
	return c.post(cs, r)
}

// adopt takes a message that find found for the reply.
func (c *courier) adopt(cs store.Case, ts string, err error) error {
	if err != nil {
		return err
	}
	c.log.Info("found the reply in its thread", "case", cs.ID, "channel", cs.Key.Channel, "reply", ts)
	// Which revision it shows is not known, but it is the first or a later one:
	// where there are later ones, an update follows.
	return c.posted(cs, ts, 1)
}

// find looks for the reply where it would stand, and returns its ts, or "".
func (c *courier) find(cs store.Case) (ts string, err error) {
	// Slack's clock gives the ts, ours gave At.
	oldest := slackTime(cs.Reply.At.Add(-time.Minute))
	for cursor, more := "", true; more && ts == ""; {
		var messages []slack.Message
		err := c.call("conversations", func(ctx context.Context) (err error) {
			messages, cursor, more, err = c.page(ctx, cs, oldest, cursor)
			return err
		})
		if cannotLook(err) {
			c.log.Warn("cannot look whether a reply arrived: it may be posted twice", "case", cs.ID, "error", kindOf(err))
			return "", nil
		}
		if err != nil {
			return "", err
		}
		ts = c.ours(messages, cs.Reply.ID)
	}
	return ts, nil
}

// page reads one page of the reply's thread, or of its channel.
func (c *courier) page(ctx context.Context, cs store.Case, oldest, cursor string) (messages []slack.Message, next string, more bool, err error) {
	const limit = 200
	if cs.Thread == "" {
		h, err := c.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: cs.Key.Channel, Oldest: oldest, Cursor: cursor, Limit: limit, IncludeAllMetadata: true})
		if err != nil {
			return nil, "", false, err
		}
		return h.Messages, h.ResponseMetaData.NextCursor, h.HasMore && h.ResponseMetaData.NextCursor != "", nil
	}
	messages, more, next, err = c.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: cs.Key.Channel, Timestamp: cs.Thread, Oldest: oldest, Cursor: cursor, Limit: limit, IncludeAllMetadata: true})
	return messages, next, more && next != "", err
}

// ours returns the ts of our own message with that id. Anybody can copy an id
// out of the metadata, but not post as the bot.
func (c *courier) ours(messages []slack.Message, id string) string {
	for _, m := range messages {
		if (m.User == c.self.UserID || m.BotID == c.self.BotID) && m.Metadata.EventPayload[metadataID] == id {
			return m.Timestamp
		}
	}
	return ""
}

// update shows the newest state in a message that stands in Slack already. An
// update may be sent twice without harm.
func (c *courier) update(cs store.Case, r reply) error {
	err := c.call("chat.update", func(ctx context.Context) error {
		_, _, _, err := c.api.UpdateMessageContext(ctx, cs.Key.Channel, cs.Reply.TS,
			slack.MsgOptionText(r.text, false), slack.MsgOptionBlocks(r.blocks...))
		return err
	})
	if err != nil {
		return err
	}
	if err := c.store.MarkRendered(c.ctx, cs.ID, cs.Rev); err != nil {
		return storeError{err}
	}
	return nil
}

// call makes one call to Slack. limit names what Slack limits the rate of.
func (c *courier) call(limit string, f func(context.Context) error) error {
	leave, err := c.lines.enter(c.patience, limit)
	if err != nil {
		return err
	}
	defer leave()
	select {
	case c.calls <- struct{}{}:
		defer func() { <-c.calls }()
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
	err = f(c.ctx)
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		c.lines.slow(limit, time.Now().Add(limited.RetryAfter))
	}
	return err
}

// wait waits, and reports whether the errand goes on: it does not when the bot
// is stopping.
func (c *courier) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-c.patience.Done():
		return false
	}
}

// lines keeps calls apart once Slack has asked for it: from the first 429 on,
// the calls that share a limit are made one at a time, after the wait that Slack
// named. Without a 429 nothing waits.
type lines struct {
	mu      sync.Mutex
	byLimit map[string]*line
}

type line struct {
	until time.Time     // no call before
	turn  chan struct{} // holds a token while a call is under way
}

// enter waits for a turn. leave must be called after the call.
func (l *lines) enter(ctx context.Context, limit string) (leave func(), err error) {
	l.mu.Lock()
	ln, limited := l.byLimit[limit]
	l.mu.Unlock()
	if !limited {
		return func() {}, nil
	}
	select {
	case ln.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	leave = func() { <-ln.turn }
	l.mu.Lock()
	wait := time.Until(ln.until)
	l.mu.Unlock()
	select {
	case <-time.After(wait):
		return leave, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// slow notes a 429: no call before until.
func (l *lines) slow(limit string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ln, ok := l.byLimit[limit]
	if !ok {
		ln = &line{turn: make(chan struct{}, 1)}
		l.byLimit[limit] = ln
	}
	if until.After(ln.until) {
		ln.until = until
	}
}

// newID returns a random id that nobody can guess.
func newID() string { return strings.ToLower(rand.Text()) }

// slackTime writes a time as a ts.
func slackTime(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}
