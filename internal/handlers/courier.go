package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
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
//
// Several processes may share a database. Then the one that holds a case's lease
// works on it (see store.Lease); the others leave it alone, and look every now and
// then for work that nobody does any more: see keep.
type courier struct {
	api    *slack.Client
	counts *counts
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
	id    string
	fresh *store.Case   // the case as it was opened just now: it need not be read
	first bool          // nothing was posted yet, and that it is about to be is stored with the case
	again bool          // the case changed since it was last read
	news  chan struct{} // holds a token when the case changed since
	done  chan struct{} // closed when the work has ended, not when it was left to another process

	ctx      context.Context // ends when the lease does, and with it calls that must not be late
	end      context.CancelFunc
	patience context.Context // ends with ctx, and when nothing is waited for any more
	lapse    *time.Timer     // ends ctx
	until    time.Time       // when the lease ends, as the store has it; zero: it is not held
	settled  time.Time       // until then, an older update of the message may still land
}

// maxCalls bounds how many calls to Slack may be in flight.
const maxCalls = 64

// maxUnknown is how often the bot tries again after an answer of Slack's that it
// does not know.
const maxUnknown = 3

func newCourier(b *Bot, t Timing) *courier {
	patience, hurry := context.WithCancel(b.ctx)
	return &courier{
		api: b.api, counts: b.counts, self: b.self, store: b.store, pages: b.pages, log: b.log,
		timing: t, stop: b.stop,
		ctx: b.ctx, patience: patience, hurry: hurry,
		calls: make(chan struct{}, maxCalls),
		lines: lines{byLimit: make(map[string]*line)},
		work:  make(map[string]*errand),
	}
}

// deliver has the newest state of a case brought to Slack. It does not wait;
// the channel it returns is closed when the message is up to date, was refused,
// or the bot stops; never, when another process works on it.
func (c *courier) deliver(id string) <-chan struct{} { return c.start(id, nil) }

// deliverOpened delivers a new case that was stored just now: this process has its lease.
func (c *courier) deliverOpened(cs store.Case) { c.start(cs.ID, &cs) }

func (c *courier) start(id string, fresh *store.Case) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, busy := c.work[id]; busy {
		e.again = true
		select {
		case e.news <- struct{}{}:
		default:
		}
		return e.done
	}
	e := &errand{id: id, fresh: fresh, done: make(chan struct{}), news: make(chan struct{}, 1)}
	c.work[id] = e
	c.running.Go(func() { c.run(e) })
	return e.done
}

// finish waits for the errands under way, after hurry made them stop waiting.
func (c *courier) finish() { c.running.Wait() }

func (c *courier) run(e *errand) {
	for again := true; again; {
		c.begin(e)
		left := c.bring(e)
		again = c.goesOn(e)
		if !again && (!left || c.patience.Err() != nil) {
			close(e.done)
		}
	}
}

// begin makes an errand ready. It does not know yet whether it has the lease.
func (c *courier) begin(e *errand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.ctx, e.end = context.WithCancel(c.ctx)
	patience, hurry := context.WithCancel(c.patience)
	context.AfterFunc(e.ctx, hurry)
	e.patience, e.until = patience, time.Time{}
	e.lapse = time.AfterFunc(c.timing.Lease, e.end) // the lease may have been taken where the case was stored
}

// goesOn reports whether the case changed while it was worked on; else the
// errand ends.
func (c *courier) goesOn(e *errand) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.lapse.Stop()
	e.end()
	if e.again && c.ctx.Err() == nil {
		e.again = false
		return true
	}
	delete(c.work, e.id)
	return false
}

// holds notes until when an errand has its case's lease.
func (c *courier) holds(e *errand, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.until = until
	e.lapse.Reset(time.Until(until))
}

// keep renews the leases of errands that take long, and takes up what nobody works
// on: after a start what the last process left, later what a dead one did, and
// what could not be delivered some time ago. It returns when everything has ended.
func (c *courier) keep() {
	tick := time.NewTicker(c.timing.Lease / 3)
	defer tick.Stop()
	var out error // why the database could not be asked the last time
	for {
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			return
		}
		err := c.renew()
		if err == nil && c.patience.Err() == nil {
			_, err = c.sweep(c.ctx)
		}
		var broken *store.Panic
		if errors.As(err, &broken) {
			c.log.Error("the database's driver panicked: stopping, since it can store nothing any more", "stack", broken.Stack)
			c.stop(err)
			return
		}
		if (err == nil) != (out == nil) && c.ctx.Err() == nil {
			if err != nil {
				c.log.Error("cannot ask the database for unfinished replies: will try again", "error", err)
			} else {
				c.log.Info("the database answers again")
			}
		}
		out = err
	}
}

// sweep takes up the cases that nobody works on, and returns how many there are.
func (c *courier) sweep(ctx context.Context) (int, error) {
	ids, err := c.store.Lapsed(ctx)
	for _, id := range ids {
		c.deliver(id)
	}
	return len(ids), err
}

// renew makes the leases last that have a third of their time behind them, and
// ends the errands whose leases are lost.
func (c *courier) renew() error {
	long := make(map[string]*errand)
	c.mu.Lock()
	for id, e := range c.work {
		if !e.until.IsZero() && e.ctx.Err() == nil && time.Until(e.until) < c.timing.Lease*2/3 {
			long[id] = e
		}
	}
	c.mu.Unlock()
	if len(long) == 0 {
		return nil
	}
	held, until, err := c.store.Renew(c.ctx, slices.Collect(maps.Keys(long)))
	if err != nil {
		return err
	}
	for _, id := range held {
		c.holds(long[id], until)
		delete(long, id)
	}
	for _, e := range long {
		c.holds(e, time.Now()) // not any more
	}
	return nil
}

// bring works on a case until its message is up to date, as far as it gets. It
// reports whether it left the case to another process.
func (c *courier) bring(e *errand) (left bool) {
	log := c.log.With("case", e.id)
	defer survive(log, "a reply", func() {})
	backoff := backoff{next: c.timing.Backoff}
	for unknown := 0; unknown < maxUnknown; {
		state, err := c.step(e)
		if err == nil {
			if state == upToDate || state == elsewhere {
				return state == elsewhere
			}
			backoff.next, unknown = c.timing.Backoff, 0
			continue
		}
		v := verdictOn(err)
		switch {
		case v.act == giveUp && state == posted && kindOf(err) != "message_not_found":
			// The message is there and will not change now. Perhaps it will at
			// the next click, or later.
			log.Warn("Slack refused to update a reply", "error", kindOf(err), "next", v.advice)
			c.park(e)
			return false
		case v.act == giveUp:
			c.counts.replies.Inc(replyGivenUp)
			log.Warn("Slack refused a reply: giving up on it", "error", kindOf(err), "next", v.advice)
			if err := c.store.MarkGivenUp(c.ctx, e.id, kindOf(err)); err != nil {
				log.Error("cannot store that a reply was refused", "error", err)
			}
			return false
		case v.act == stopBot:
			c.stop(err)
			return false
		case v.act == park:
			unknown++
		}
		wait := backoff.after(v)
		if e.ctx.Err() == nil {
			log.Warn("a reply did not get through: will try again", "error", kindOf(err), "in", wait)
			if e.wait(wait) {
				continue
			}
		}
		if e.ctx.Err() != nil && c.ctx.Err() == nil {
			log.Warn("lost the lease of a reply: whoever takes it goes on")
		}
		return true
	}
	log.Error("a reply failed again and again in a way that the bot does not know: leaving it for now", "for", parkedFor)
	c.park(e)
	return false
}

// parkedFor is how long a reply is left alone that Slack does not want now, for a
// reason that may pass; a click on it comes first.
const parkedFor = time.Hour

func (c *courier) park(e *errand) {
	c.counts.replies.Inc(replyParked)
	if err := c.store.Park(c.ctx, e.id, time.Now().Add(parkedFor)); err != nil {
		c.log.Error("cannot store that a reply is left for now", "case", e.id, "error", err)
	}
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
	elsewhere // another process works on it
)

// step does the next thing that a case's reply needs. It returns where the reply
// stood before, or that nothing is left to do.
func (c *courier) step(e *errand) (progress, error) {
	cs, held, err := c.take(e)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return upToDate, nil
	case err != nil:
		return unposted, storeError{err}
	case cs.UpToDate():
		return upToDate, nil
	case !held:
		return elsewhere, nil
	}
	c.holds(e, cs.Lease.Until)
	if cs.Lease.TakenOver {
		e.settled = time.Now().Add(c.timing.Settle)
	}
	if cs.State == store.Withdrawn {
		return c.takeBack(e, cs)
	}
	v, err := newView(cs, c.pages)
	if err != nil {
		return unposted, unreadable{err}
	}
	r := render(v)
	newest := false
	state := unposted
	switch {
	case cs.Reply.State == store.Waiting:
		cs.Reply.ID = newID()
		newest, err = c.post(e, cs, r)
	case e.first:
		newest, err = c.post(e, cs, r)
	case cs.Reply.State == store.Sending:
		newest, err = c.reconcile(e, cs, r)
	default:
		state = posted
		newest, err = c.update(e, cs, r)
	}
	if newest {
		return upToDate, nil
	}
	return state, err
}

// take returns the case to work on, and whether this process holds its lease. One that
// was opened just now may have changed since, or be another's: what is stored about it
// next finds that out.
func (c *courier) take(e *errand) (cs store.Case, held bool, err error) {
	select {
	case <-e.news: // it is about to be read
	default:
	}
	fresh := e.fresh
	e.fresh, e.first = nil, false
	if fresh != nil && fresh.Lease.Until.After(time.Now()) {
		e.first = fresh.Reply.State == store.Sending
		return *fresh, true, nil
	}
	return c.store.Take(c.ctx, e.id)
}

// post posts the reply, and tries again as long as it certainly was not posted.
// After an answer that leaves it open it waits until that must have settled, and
// looks. It reports whether the newest state is shown.
func (c *courier) post(e *errand, cs store.Case, r reply) (newest bool, err error) {
	backoff := backoff{next: c.timing.Backoff}
	for {
		ts, err := c.postOnce(e, &cs, r)
		if err == nil && ts == "" { // somebody else's by now
			return false, nil
		}
		if err == nil {
			c.counts.replies.Inc(replyPosted)
			c.log.Debug("posted", "case", cs.ID, "channel", cs.Key.Channel, "reply", ts)
			return c.posted(cs, ts, cs.Rev)
		}
		v := verdictOn(err)
		wait := backoff.after(v)
		switch v.act {
		case ambiguous:
			wait = max(wait, c.timing.Settle)
			c.log.Warn("no answer to a post: will look whether it arrived", "case", cs.ID, "error", kindOf(err), "in", wait)
			if !e.wait(wait) {
				return false, err
			}
			if found, err := c.find(e, cs); found != "" || err != nil {
				return c.adopt(cs, found, err)
			}
		case retry:
			c.log.Warn("a post did not get through: will try again", "case", cs.ID, "error", kindOf(err), "in", wait)
			if !e.wait(wait) {
				return false, err
			}
		default:
			return false, err
		}
	}
}

// postOnce posts the reply and returns its ts, or "" without an error when it is
// no longer this process's to post.
func (c *courier) postOnce(e *errand, cs *store.Case, r reply) (ts string, err error) {
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
	err = c.call(e, "chat.postMessage "+cs.Key.Channel, func() error {
		if mine, err := c.aboutToPost(e, cs); !mine || err != nil {
			return err
		}
		// Not later than whoever takes over expects, even if the lease lapses
		// meanwhile: see reconcile.
		ctx, cancel := context.WithDeadline(c.ctx, cs.Reply.At.Add(c.timing.HTTPTimeout))
		defer cancel()
		return c.counts.call(methodPost, func() error {
			_, ts, err = c.api.PostMessageContext(ctx, cs.Key.Channel, options...)
			return err
		})
	})
	return ts, err
}

// aboutToPost stores that the reply is about to be posted, right before each attempt, so
// that whoever takes over after a crash in the middle of it knows how long to wait before
// it looks. It reports whether it is still this process's to post. Before the first
// attempt it was stored with the case, if that did not have to wait since.
func (c *courier) aboutToPost(e *errand, cs *store.Case) (mine bool, err error) {
	const atOnce = 10 // of the time for a call, so that most of it is left
	first := e.first
	e.first = false
	if first && time.Since(cs.Reply.At) < c.timing.HTTPTimeout/atOnce {
		return true, nil
	}
	cs.Reply.At = time.Now().Round(0) // by the wall clock, which goes on while a machine sleeps
	until, err := c.store.MarkSending(c.ctx, cs.ID, cs.Reply.ID, cs.Reply.At)
	if err != nil {
		return false, storeError{err}
	}
	if until.IsZero() {
		return false, nil
	}
	c.holds(e, until)
	return true, nil
}

func (c *courier) posted(cs store.Case, ts string, rev int64) (newest bool, err error) {
	c.counts.answered.Observe(time.Since(cs.OpenedAt).Seconds())
	newest, err = c.store.MarkPosted(c.ctx, cs.ID, cs.Reply.ID, ts, rev)
	if err != nil {
		return false, storeError{err}
	}
	return newest, nil
}

// The reply's random id stands in the message's metadata, where any member of
// the channel can read it: an id, and nothing else.
const (
	metadataType = "apierror_reply"
	metadataID   = "id"
)

// reconcile finds out what became of a post whose end was not seen, and posts
// again if nothing did.
func (c *courier) reconcile(e *errand, cs store.Case, r reply) (newest bool, err error) {
	if err := c.settle(e, cs); err != nil {
		return false, err
	}
	if found, err := c.find(e, cs); found != "" || err != nil {
		return c.adopt(cs, found, err)
	}
	return c.post(e, cs, r)
}

// settle waits until a post whose end was not seen can be found, if it arrived.
func (c *courier) settle(e *errand, cs store.Case) error {
	if !e.wait(time.Until(cs.Reply.At.Add(c.timing.HTTPTimeout + c.timing.Settle))) {
		return context.Canceled
	}
	return nil
}

// adopt takes a message that find found for the reply.
func (c *courier) adopt(cs store.Case, ts string, err error) (newest bool, _ error) {
	if err != nil {
		return false, err
	}
	c.counts.replies.Inc(replyAdopted)
	c.log.Info("found the reply in its thread", "case", cs.ID, "channel", cs.Key.Channel, "reply", ts)
	// Which revision it shows is not known, but it is the first or a later one:
	// where there are later ones, an update follows.
	return c.posted(cs, ts, 1)
}

// find looks for the reply where it would stand, and returns its ts, or "".
func (c *courier) find(e *errand, cs store.Case) (ts string, err error) {
	// Slack's clock gives the ts, ours gave At.
	oldest := slackTime(cs.Reply.At.Add(-time.Minute))
	for cursor, more := "", true; more && ts == ""; {
		var messages []slack.Message
		err := c.call(e, "conversations", func() (err error) {
			return c.counts.call(methodOf(cs.Thread), func() error {
				messages, cursor, more, err = c.page(e.ctx, cs, oldest, cursor)
				return err
			})
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
// out of the metadata, but not post as the bot. People's messages have no bot's
// id, and Slack may not say the bot's either.
func (c *courier) ours(messages []slack.Message, id string) string {
	same := func(a, b string) bool { return a != "" && a == b }
	for _, m := range messages {
		if (same(m.User, c.self.UserID) || same(m.BotID, c.self.BotID)) && m.Metadata.EventPayload[metadataID] == id {
			return m.Timestamp
		}
	}
	return ""
}

// update shows the newest state in a message that stands in Slack already, and
// reports whether it is still the newest.
func (c *courier) update(e *errand, cs store.Case, r reply) (newest bool, err error) {
	lasting, err := c.show(e, cs, r)
	if !lasting || err != nil {
		return false, err
	}
	if newest, err = c.store.MarkRendered(c.ctx, cs.ID, cs.Rev); err != nil {
		return false, storeError{err}
	}
	return newest, nil
}

// show changes a message that stands in Slack already. That may be done twice
// without harm, but an older state must not land after a newer one: chat.update has
// no version. So a call ends with the lease, and while an older call may still land
// (its answer was lost, or the process that made it) what is shown is not lasting:
// it has to be shown again, and show returns when that must have settled.
func (c *courier) show(e *errand, cs store.Case, r reply) (lasting bool, err error) {
	began := time.Now()
	err = c.call(e, "chat.update", func() error {
		return c.counts.call(methodUpdate, func() error {
			_, _, _, err := c.api.UpdateMessageContext(e.ctx, cs.Key.Channel, cs.Reply.TS,
				slack.MsgOptionText(r.text, false), slack.MsgOptionBlocks(r.blocks...))
			return err
		})
	})
	if err != nil {
		if verdictOn(err).act == ambiguous {
			e.settled = time.Now().Add(c.timing.Settle)
		}
		return false, err
	}
	if began.Before(e.settled) {
		if !e.waitForNews(time.Until(e.settled)) {
			return false, context.Canceled
		}
		return false, nil
	}
	return true, nil
}

// call makes one call to Slack. limit names what Slack limits the rate of.
func (c *courier) call(e *errand, limit string, f func() error) error {
	return c.callWithin(e.ctx, e.patience, limit, f)
}

// callWithin waits for its turn until patience ends, and for a place until ctx does.
func (c *courier) callWithin(ctx, patience context.Context, limit string, f func() error) error {
	leave, err := c.lines.enter(patience, limit)
	if err != nil {
		return err
	}
	defer leave()
	select {
	case c.calls <- struct{}{}:
		defer func() { <-c.calls }()
	case <-ctx.Done():
		return ctx.Err()
	}
	err = f()
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		c.lines.slow(limit, time.Now().Add(limited.RetryAfter))
	}
	return err
}

// wait waits, and reports whether the errand goes on: it does not when the lease
// is lost, or the bot is stopping.
func (e *errand) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-time.After(d):
		return true
	case <-e.patience.Done():
		return false
	}
}

// waitForNews waits like wait, but no longer than until the case changes.
func (e *errand) waitForNews(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-e.news:
		return true
	case <-e.patience.Done():
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
