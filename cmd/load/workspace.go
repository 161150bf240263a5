package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"apierrorbot/internal/slacksim"
)

// keptHistory is how many messages of a channel the local Slack keeps: a load must not fill its memory.
const keptHistory = 2_000

// workspace is a local Slack with people who write in it. It knows of each message whether the bot is done with it.
type workspace struct {
	*slacksim.Server
	people, channels []string

	mu      sync.Mutex
	flights map[string]*flight       // by ts
	acks    []time.Duration          // of people's messages, chat and errors
	stored  []time.Duration          // of errors alone: they are acked when they are stored
	pressed []time.Duration          // of clicks
	answers []time.Duration          // from the message to its reply
	clicks  map[string]chan struct{} // by who waits for the ack of a click
	updates int
}

// flight is a message that the bot is not done with.
type flight struct {
	isError bool
	said    time.Time
	acked   time.Duration // how long its ack took; 0: there was none yet
	posted  time.Time     // when its reply came
	reply   string        // the reply's ts
	done    chan struct{} // closed when the bot is done with it
}

// newWorkspace starts a local Slack.
func newWorkspace(people, channels int) (*workspace, error) {
	w := &workspace{flights: make(map[string]*flight), clicks: make(map[string]chan struct{})}
	config := slacksim.Config{TrafficSize: -1, History: keptHistory, Watch: w.note}
	for i := range people {
		u := slacksim.User{ID: fmt.Sprintf("U0LOAD%05d", i), Name: fmt.Sprint("person", i)}
		config.Users = append(config.Users, u)
		w.people = append(w.people, u.ID)
	}
	for i := range channels {
		c := slacksim.Channel{ID: fmt.Sprintf("C0LOAD%05d", i), Name: fmt.Sprint("channel", i)}
		config.Channels = append(config.Channels, c)
		w.channels = append(w.channels, c.ID)
	}
	sim, err := slacksim.New(config)
	w.Server = sim
	return w, err
}

// say writes a message.
func (w *workspace) say(person, channel, text string, isError bool) (*flight, error) {
	said := time.Now()
	ts, err := w.Say(person, channel, text, "")
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.flight(ts)
	f.isError, f.said = isError, said
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
		f.acked = h.After
		w.land(h.TS, f)
	case slacksim.Posted:
		f := w.flight(h.Thread) // the ack may come later: it takes another way
		f.posted, f.reply = time.Now(), h.TS
		w.land(h.Thread, f)
	case slacksim.Updated:
		w.updates++
	case slacksim.AckedClick:
		w.pressed = append(w.pressed, h.After)
		close(w.clicks[h.User])
		delete(w.clicks, h.User)
	}
}

// click presses a button, and returns when the bot has stored that.
func (w *workspace) click(ctx context.Context, person, channel, ts string, button slacksim.Control) error {
	acked := make(chan struct{})
	w.mu.Lock()
	w.clicks[person] = acked
	w.mu.Unlock()
	if err := w.Click(person, channel, ts, button); err != nil {
		return err
	}
	select {
	case <-acked:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// land ends a flight when everything has come.
func (w *workspace) land(ts string, f *flight) {
	if f.said.IsZero() || f.acked == 0 || f.isError && f.posted.IsZero() {
		return
	}
	w.acks = append(w.acks, f.acked)
	if f.isError {
		w.stored = append(w.stored, f.acked)
		w.answers = append(w.answers, f.posted.Sub(f.said))
	}
	delete(w.flights, ts)
	close(f.done)
}

// forgetFigures begins anew, after a warm-up.
func (w *workspace) forgetFigures() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acks, w.stored, w.pressed, w.answers, w.updates = nil, nil, nil, nil, 0
}

// figures sums up what was noted, when everything has landed. It fails when the bot answered chat, which had landed
// before: then the figures are of other work than they say.
func (w *workspace) figures(res *result) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, f := range w.flights {
		if !f.posted.IsZero() {
			n++
		}
	}
	if n > 0 {
		return fmt.Errorf("the bot answered %d messages of ordinary chat: take them out of messages.go, or mend the bot", n)
	}
	res.Messages, res.Replies, res.Clicks, res.Updates = len(w.acks), len(w.answers), len(w.pressed), w.updates
	res.Ack = percentilesOf(append(w.acks, w.pressed...))
	res.Stored, res.Answer = percentilesOf(w.stored), percentilesOf(w.answers)
	return nil
}
