package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"apierrorbot/internal/slacksim"
)

// keptHistory is how many messages of a channel the local Slack keeps: a load must not fill its memory.
const keptHistory = 2_000

// patience is how long a message or a click may take. Whoever measures wants to know that one was lost.
const patience = time.Minute

// workspace is a local Slack with people who write in it. It knows of each message whether the bot is done with it.
type workspace struct {
	*slacksim.Server
	people, channels []string
	patience         time.Duration

	mu       sync.Mutex
	flights  map[string]*flight       // by ts
	answered map[string]bool          // ts of errors that the bot was done with
	twice    int                      // errors with more than one reply
	chatty   int                      // replies to chat
	presses  map[string]chan struct{} // by who clicked: closed with the ack
	changes  map[string]chan struct{} // by the ts of a reply: closed when it is updated
	total    tally                    // since the start

	since     time.Time // what was due before is not in the figures
	messages  int
	clicks    int
	updates   int
	acks      []time.Duration // of all messages and clicks
	errorAcks []time.Duration // of errors alone
	answers   []time.Duration // from a message to its reply, from a click to its update
}

// tally counts what the bot is done with.
type tally struct{ messages, replies, clicks int }

// flight is a message that the bot is not done with.
type flight struct {
	isError bool
	due     time.Time     // when it should have been sent; zero: nobody has said yet that it was
	acked   time.Time     // when its first ack came, whichever delivery it was for
	posted  time.Time     // when its reply came
	reply   string        // the reply's ts
	done    chan struct{} // closed when the bot is done with it
}

func personID(i int) string  { return fmt.Sprint("U0LOAD", i) }
func channelID(i int) string { return fmt.Sprint("C0LOAD", i) }

// newWorkspace starts a local Slack.
func newWorkspace(people, channels int) (*workspace, error) {
	w := &workspace{
		patience: patience,
		flights:  make(map[string]*flight),
		answered: make(map[string]bool),
		presses:  make(map[string]chan struct{}),
		changes:  make(map[string]chan struct{}),
	}
	config := slacksim.Config{TrafficSize: -1, History: keptHistory, Watch: w.note}
	for i := range people {
		config.Users = append(config.Users, slacksim.User{ID: personID(i), Name: fmt.Sprint("person", i)})
		w.people = append(w.people, personID(i))
	}
	for i := range channels {
		config.Channels = append(config.Channels, slacksim.Channel{ID: channelID(i), Name: fmt.Sprint("channel", i)})
		w.channels = append(w.channels, channelID(i))
	}
	sim, err := slacksim.New(config)
	w.Server = sim
	return w, err
}

// say writes a message that is due at a moment.
func (w *workspace) say(m message, due time.Time) (*flight, error) {
	ts, err := w.Say(m.person, m.channel, m.text, "")
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.flight(ts)
	f.isError, f.due = m.isError, due
	w.land(ts, f)
	return f, nil
}

// flight returns the flight of a message. Its ack may come before whoever wrote the message learns its ts.
func (w *workspace) flight(ts string) *flight {
	f, ok := w.flights[ts]
	if !ok {
		f = &flight{done: make(chan struct{})}
		w.flights[ts] = f
	}
	return f
}

// note hears from the local Slack what the bot did.
func (w *workspace) note(h slacksim.Happening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch h.Kind {
	case slacksim.Acked:
		f := w.flight(h.TS)
		f.acked = time.Now()
		w.land(h.TS, f)
	case slacksim.Posted:
		w.post(h.Thread, h.TS)
	case slacksim.Updated:
		w.updates++
		if changed, ok := w.changes[h.TS]; ok {
			close(changed)
			delete(w.changes, h.TS)
		}
	case slacksim.AckedClick:
		if acked, ok := w.presses[h.User]; ok {
			close(acked)
			delete(w.presses, h.User)
		}
	}
}

// post notes a reply. The message's ack may come later: it takes another way.
func (w *workspace) post(thread, ts string) {
	if w.answered[thread] {
		w.twice++
		return
	}
	f := w.flight(thread) // of chat that the bot was done with too: strays finds it
	if !f.posted.IsZero() {
		w.twice++
		return
	}
	f.posted, f.reply = time.Now(), ts
	w.land(thread, f)
}

// land ends a flight when everything has come.
func (w *workspace) land(ts string, f *flight) {
	if f.due.IsZero() || f.acked.IsZero() || f.isError && f.posted.IsZero() {
		return
	}
	delete(w.flights, ts)
	close(f.done)
	w.total.messages++
	if f.isError {
		w.answered[ts] = true
		w.total.replies++
	} else if !f.posted.IsZero() {
		w.chatty++
	}
	if f.due.Before(w.since) {
		return
	}
	w.messages++
	w.acks = append(w.acks, f.acked.Sub(f.due))
	if f.isError {
		w.errorAcks = append(w.errorAcks, f.acked.Sub(f.due))
		w.answers = append(w.answers, f.posted.Sub(f.due))
	}
}

// click presses a button, and returns when the message shows what that changed.
func (w *workspace) click(ctx context.Context, at seat) error {
	began := time.Now()
	before, err := w.button(at)
	if err != nil {
		return err
	}
	acked := make(chan struct{})
	w.mu.Lock()
	w.presses[at.person] = acked
	w.mu.Unlock()
	if err := w.Click(at.person, at.channel, at.ts, slacksim.Control{Value: before}); err != nil {
		return err
	}
	if err := await(ctx, acked, w.patience, "a click was not acked"); err != nil {
		return err
	}
	ack := time.Since(began)
	for now := before; now == before; {
		changed := w.changeOf(at.ts)
		if now, err = w.button(at); err != nil {
			return err
		}
		if now == before {
			if err := await(ctx, changed, w.patience, "a message did not show a click"); err != nil {
				return err
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.total.clicks++
	w.clicks++
	w.acks = append(w.acks, ack)
	w.answers = append(w.answers, time.Since(began))
	return nil
}

// button returns what the button of a seat carries now.
func (w *workspace) button(at seat) (string, error) {
	reply, _ := w.Message(at.channel, at.ts)
	values, err := buttonsOf(reply)
	if err != nil {
		return "", err
	}
	if at.step >= len(values) {
		return "", fmt.Errorf("the reply has lost its button %d", at.step)
	}
	return values[at.step], nil
}

// changeOf returns what is closed when a reply is next updated.
func (w *workspace) changeOf(ts string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changes[ts] == nil {
		w.changes[ts] = make(chan struct{})
	}
	return w.changes[ts]
}

// wait waits until the bot is done with a message.
func (f *flight) wait(ctx context.Context, patience time.Duration) error {
	return await(ctx, f.done, patience, "a message was not done")
}

// await waits until done is closed, and fails when that takes too long, saying what did not come.
func await(ctx context.Context, done <-chan struct{}, patience time.Duration, missing string) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-done:
		return nil
	case <-late.C:
		return fmt.Errorf("%s after %s: the bot lost it, or cannot keep up: try a smaller load, and read the bot's log", missing, patience)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// settle waits until the bot is done with everything that was sent.
func (w *workspace) settle(ctx context.Context) error {
	w.mu.Lock()
	var flying []*flight
	for _, f := range w.flights {
		if !f.due.IsZero() {
			flying = append(flying, f)
		}
	}
	w.mu.Unlock()
	for _, f := range flying {
		if err := f.wait(ctx, w.patience); err != nil {
			return err
		}
	}
	return nil
}

// done counts what the bot has been done with since the start.
func (w *workspace) done() tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.total
}

// forgetFigures begins anew: what is due from now on is in the figures.
func (w *workspace) forgetFigures() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since = time.Now()
	w.messages, w.clicks, w.updates = 0, 0, 0
	w.acks, w.errorAcks, w.answers = nil, nil, nil
}

// figures sums up what was noted.
func (w *workspace) figures() result {
	w.mu.Lock()
	defer w.mu.Unlock()
	return result{
		Messages: w.messages, Replies: len(w.errorAcks), Clicks: w.clicks, Updates: w.updates,
		Ack: percentilesOf(w.acks), ErrorAck: percentilesOf(w.errorAcks), Answer: percentilesOf(w.answers),
	}
}

// strays fails when the bot said more than it should have: then the figures are of other work than they say.
func (w *workspace) strays() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	chatty := w.chatty
	for _, f := range w.flights {
		if f.due.IsZero() && !f.posted.IsZero() { // it was chat, and had landed before
			chatty++
		}
	}
	var errs []error
	if chatty > 0 {
		errs = append(errs, fmt.Errorf("the bot answered %d messages of ordinary chat: ask it why with \"bot explain\", then take them out of chat.go or mend the bot", chatty))
	}
	if w.twice > 0 {
		errs = append(errs, fmt.Errorf("the bot replied to an error more than once, %d times: mend the bot, each gets one reply", w.twice))
	}
	return errors.Join(errs...)
}
