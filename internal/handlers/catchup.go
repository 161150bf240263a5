package handlers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/store"
)

// catchUp reads in the histories of channels what was written while the bot heard
// nothing: before it started, or while it had no connection to Slack. What it finds
// goes the way of an event; the key of its case sees to it that nothing is answered
// twice, whoever else finds it too. Reading yields to the rest: it makes one call at
// a time and pauses between two.
//
// A nil catchUp does nothing: errors that were missed are not looked for.
type catchUp struct {
	bot       *Bot
	limit     time.Duration // what is younger is answered
	timing    Timing
	histories *histories
	marks     *watermarks
	wake      chan struct{} // holds a token when there may be something to read
	next      time.Time     // no call before
	unsaved   bool          // watermarks could not be stored the last time
	running   sync.WaitGroup
}

const (
	// lookBack bounds how old messages may be that are counted, unless they are to
	// be answered.
	lookBack = 24 * time.Hour

	// readingLease is for how long one of several processes reserves a channel. If
	// it lapses, two read, and nothing else happens.
	readingLease = 30 * time.Second

	// Of a channel's open cases, the threads of the newest are read.
	maxThreads   = 20
	maxThreadAge = 7 * 24 * time.Hour

	// maxReads is how often a page is asked for before the channel is left for
	// later.
	maxReads = 3
)

func newCatchUp(b *Bot, c Config) *catchUp {
	if c.CatchUp <= 0 {
		return nil
	}
	return &catchUp{
		bot: b, limit: c.CatchUp, timing: c.Timing, histories: &histories{c.History},
		marks: &watermarks{channels: make(map[place]*reading)}, wake: make(chan struct{}, 1),
	}
}

// Connected tells the bot that it hears from Slack from now on, or that it does not.
// When it hears again, it looks for what it has missed. It does not wait.
func (b *Bot) Connected(up bool) {
	switch c := b.catchUp; {
	case c == nil:
	case up:
		c.marks.heard(time.Now())
		c.awake()
	default:
		c.marks.lost()
	}
}

func (c *catchUp) awake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// begin takes over what the last run left.
func (c *catchUp) begin(ctx context.Context) error {
	if c == nil {
		return nil
	}
	marks, err := c.bot.store.Watermarks(ctx)
	if err != nil {
		return err
	}
	c.marks.load(slices.DeleteFunc(marks, func(m store.Watermark) bool {
		return !c.bot.listensIn(&message{Channel: m.Channel, ChannelType: channelTypeOf(m.Channel)})
	}))
	c.running.Go(c.keep)
	c.running.Go(c.run)
	return nil
}

// channelTypeOf tells direct messages, whose ids begin with a D
// (https://docs.slack.dev/reference/objects/conversation-object); for the rest it
// makes no difference.
func channelTypeOf(channel string) string {
	if strings.HasPrefix(channel, "D") {
		return channelTypeIM
	}
	return ""
}

// noteArrival notes a message that arrived as an event, and returns the ack to call
// for it instead of the given one.
func (c *catchUp) noteArrival(team string, event *message, ack func()) func() {
	// Edits and deletions are told of with a ts of their own, and histories do not
	// tell of them.
	if c == nil || event.Type != "message" && event.Type != typeMention || event.Message != nil ||
		event.Subtype == "message_deleted" || !c.bot.listensIn(event) {
		return ack
	}
	ts, ok := parseTS(event.TS)
	if !ok {
		return ack
	}
	p := place{team, event.Channel}
	c.marks.arrived(p, ts)
	return func() {
		c.marks.settled(p, ts)
		ack()
	}
}

// keep stores watermarks every few seconds, and has messages looked for that Slack
// has given up on delivering.
func (c *catchUp) keep() {
	tick := time.NewTicker(c.timing.SaveEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-c.bot.courier.patience.Done():
			return
		}
		c.save(c.bot.ctx)
		if c.marks.stuck(time.Now().Add(-c.timing.Redelivery)) {
			c.awake()
		}
	}
}

// end waits until nothing is read any more. After that, and when the lanes are empty,
// save stores what was reached.
func (c *catchUp) end() {
	if c != nil {
		c.running.Wait()
	}
}

// save stores the watermarks that have risen.
func (c *catchUp) save(ctx context.Context) {
	if c == nil {
		return
	}
	risen := c.marks.risen()
	if len(risen) == 0 {
		return
	}
	err := c.bot.store.SaveWatermarks(ctx, risen)
	if err == nil {
		c.marks.saved(risen)
	} else if !c.unsaved {
		c.bot.log.Warn("cannot store how far channels were read: will try again", "error", err)
	}
	c.unsaved = err != nil
}

// run reads what was missed whenever there is something, until the bot stops.
func (c *catchUp) run() {
	backoff := backoff{next: c.timing.Backoff}
	var again <-chan time.Time
	for {
		select {
		case <-c.wake:
		case <-again:
		case <-c.bot.courier.patience.Done():
			return
		}
		if c.read() {
			backoff.next, again = c.timing.Backoff, nil
		} else {
			again = time.After(backoff.after(verdict{}))
		}
	}
}

// read reads what was missed in all channels: first the channels, then the threads in
// them, since most errors begin a thread. It reports whether nothing is left to read.
func (c *catchUp) read() (done bool) {
	done = true
	var readings []*missed
	for _, a := range c.marks.absences() {
		m, err := c.channel(a)
		if err == nil && m != nil {
			readings = append(readings, m)
		}
		done = done && err == nil
	}
	for _, m := range readings {
		if err := c.threads(m); err != nil {
			c.giveBack(m, time.Time{})
			done = false
			continue
		}
		c.giveBack(m, m.began)
		c.marks.caughtUp(m.absence, m.newest, m.began.Add(-c.timing.Redelivery))
		m.report(c.bot)
	}
	return done
}

// missed is what was missed in a channel.
type missed struct {
	absence
	began                  time.Time
	newest                 int64 // of what was read
	read, answered, tooOld int
}

// report says what became of a channel in which something was missed.
func (m *missed) report(b *Bot) {
	b.counts.missedRead.Add(int64(m.read))
	b.counts.missedAnswered.Add(int64(m.answered))
	b.counts.missedTooOld.Add(int64(m.tooOld))
	if m.read+m.answered > 0 {
		b.log.Info("caught up with a channel", "channel", m.channel,
			"read", m.read, "answered", m.answered, "too_old", m.tooOld)
	}
}

// errLater says that a channel has to be read again later.
var errLater = errors.New("the channel has to be read again")

// channel reads a channel. It returns nil when that is settled without: another
// process has read it, or it cannot be read at all.
func (c *catchUp) channel(a absence) (*missed, error) {
	m := &missed{absence: a, began: time.Now()}
	readAt, err := c.bot.store.ClaimReading(c.bot.ctx, a.team, a.channel, m.began, m.began.Add(readingLease))
	switch {
	case errors.Is(err, store.ErrBusy):
		return nil, errLater
	case err != nil:
		c.bot.log.Warn("cannot reserve the reading of a channel: will try again", "channel", a.channel, "error", err)
		return nil, errLater
	case readAt.After(a.back):
		c.giveBack(m, time.Time{})
		c.marks.caughtUp(a, 0, m.began.Add(-c.timing.Redelivery))
		return nil, nil
	}
	err = c.pages(m, "")
	switch {
	case err == nil:
		return m, nil
	case errors.Is(err, errLater) || c.bot.ctx.Err() != nil:
		c.giveBack(m, time.Time{})
		return nil, errLater
	}
	// The rest is about the channel, and waiting does not mend it.
	c.bot.log.Warn("cannot read what was missed in a channel: it is left out", "channel", a.channel,
		"error", kindOf(err), "next", cmp.Or(verdictOn(err).advice, "run `bot doctor`"))
	c.marks.forget(a.place)
	if err := c.bot.store.DropWatermark(c.bot.ctx, a.team, a.channel); err != nil {
		c.bot.log.Warn("cannot forget how far a channel was read", "channel", a.channel, "error", err)
	}
	return nil, nil
}

// giveBack lets other processes read a channel.
func (c *catchUp) giveBack(m *missed, readAt time.Time) {
	if err := c.bot.store.EndReading(c.bot.ctx, m.team, m.channel, readAt); err != nil {
		c.bot.log.Debug("a channel stays reserved for a while", "channel", m.channel, "error", err)
	}
}

// threads reads the threads of a channel's open cases.
func (c *catchUp) threads(m *missed) error {
	list, err := c.bot.store.OpenThreads(c.bot.ctx, m.team, m.channel, m.began.Add(-maxThreadAge), maxThreads)
	if err != nil {
		c.bot.log.Warn("cannot look up the threads of a channel: will try again", "channel", m.channel, "error", err)
		return errLater
	}
	for _, thread := range list {
		if err := c.pages(m, thread); err != nil && (errors.Is(err, errLater) || c.bot.ctx.Err() != nil) {
			return errLater
		} // else the thread cannot be read: it was deleted
	}
	return nil
}

// pages reads a channel, or a thread of it, page by page. Slack begins with the newest
// page: when everything that is young enough to be answered was seen, it is answered,
// the oldest first.
func (c *catchUp) pages(m *missed, thread string) error {
	var young []storedMessage
	oldest := max(m.since, m.from-c.timing.Redelivery.Microseconds(), m.began.Add(-max(lookBack, c.limit)).UnixMicro())
	latest := m.began.Add(time.Minute).UnixMicro() // Slack's clock may be ahead
	for cursor := ""; ; {
		page, err := c.page(m.channel, thread, oldest, latest, cursor)
		if err != nil {
			return err
		}
		sawOld := false
		for _, s := range page.messages {
			ts, ok := parseTS(s.TS)
			if !ok || s.TS == thread || ts <= oldest {
				continue
			}
			if c.isYoung(ts) {
				young = append(young, s)
			} else {
				c.countOld(m, s, ts)
				sawOld = true
			}
		}
		cursor = page.next
		if sawOld || cursor == "" {
			if err := c.answer(m, young); err != nil {
				return err
			}
			young = nil
		}
		if cursor == "" {
			return nil
		}
	}
}

func (c *catchUp) isYoung(ts int64) bool { return time.Since(time.UnixMicro(ts)) < c.limit }

// page reads one page, and has patience with Slack. Its error is errLater, or one that
// is about the channel or the thread.
func (c *catchUp) page(channel, thread string, oldest, latest int64, cursor string) (page historyPage, err error) {
	backoff := backoff{next: c.timing.Backoff}
	for tries := 0; tries < maxReads; {
		if !c.wait(time.Until(c.next)) {
			return page, errLater
		}
		// Looking for lost replies has the same limit.
		err = c.bot.courier.callWithin(c.bot.ctx, c.bot.courier.patience, "conversations", func() error {
			return c.bot.counts.call(methodOf(thread), func() error {
				page, err = c.histories.page(c.bot.ctx, channel, thread, oldest, latest, cursor)
				return err
			})
		})
		c.next = time.Now().Add(c.timing.Pace)
		if err == nil {
			return page, nil
		}
		v := verdictOn(err)
		var limited *slack.RateLimitedError
		switch {
		case v.act == giveUp:
			return page, err
		case v.act == stopBot:
			c.bot.stop(err)
			return page, errLater
		case errors.As(err, &limited): // as often as Slack likes
			c.bot.log.Debug("Slack limits how fast what was missed can be read", "channel", channel, "in", v.wait)
		default:
			tries++
			c.bot.log.Debug("a page of what was missed did not come", "channel", channel, "error", kindOf(err))
		}
		if !c.wait(backoff.after(v)) {
			return page, errLater
		}
	}
	if verdictOn(err).act == park {
		return page, err
	}
	return page, errLater
}

// wait waits, and reports whether the bot goes on.
func (c *catchUp) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-c.bot.courier.patience.Done():
		return false
	}
}

// answer has messages answered, the oldest first: each, if it needs a case, has one
// before the next is looked at.
func (c *catchUp) answer(m *missed, messages []storedMessage) error {
	slices.SortFunc(messages, func(a, b storedMessage) int { return strings.Compare(a.TS, b.TS) })
	var opened atomic.Int64
	defer func() { m.answered += int(opened.Load()) }()
	for _, s := range messages {
		ts, _ := parseTS(s.TS)
		m.note(c, s, ts)
		c.marks.arrived(m.place, ts)
		settled := make(chan struct{})
		ack := sync.OnceFunc(func() {
			c.marks.settled(m.place, ts)
			close(settled)
		})
		c.receive(m, s, ack, func() { opened.Add(1) })
		select {
		case <-settled:
		case <-time.After(c.timing.HTTPTimeout + fileWait): // a case could not be stored, or a file not be read
			return errLater
		case <-c.bot.courier.patience.Done():
			return errLater
		}
	}
	return nil
}

// receive hands on a message as if it had arrived as an event.
func (c *catchUp) receive(m *missed, s storedMessage, ack, opened func()) {
	defer survive(c.bot.log, "a message of a history", ack)
	if slices.Contains(s.ReplyUsers, c.bot.self.UserID) {
		c.bot.log.Debug("answered already", "channel", s.Channel, "ts", s.TS)
		ack() // whatever became of its case
		return
	}
	s.ChannelType = channelTypeOf(s.Channel)
	c.bot.receive(m.team, &s.message, ack, opened)
}

// note counts a message of a person that was missed, and reports whether it is one.
// What was written before the absence or after it has been read.
func (m *missed) note(c *catchUp, s storedMessage, ts int64) (missed bool) {
	m.newest = max(m.newest, ts)
	s.ChannelType = channelTypeOf(s.Channel)
	if p, _ := c.bot.personsMessage(&s.message); p == nil || ts <= m.from || ts > m.back.UnixMicro() {
		return false
	}
	m.read++
	return true
}

// countOld counts a message that is too old to be answered. Those before the absence
// were counted, or answered, when they were young.
func (c *catchUp) countOld(m *missed, s storedMessage, ts int64) {
	defer survive(c.bot.log, "a message of a history", func() {})
	if !m.note(c, s, ts) || slices.Contains(s.ReplyUsers, c.bot.self.UserID) {
		return
	}
	_, err := c.bot.store.Find(c.bot.ctx, store.Key{Team: m.team, Channel: s.Channel, TS: s.TS})
	if err == nil {
		return
	}
	if items, _ := c.bot.decide(c.bot.arrivalOf(m.team, &s.message)); len(items) > 0 {
		m.tooOld++
	}
}
