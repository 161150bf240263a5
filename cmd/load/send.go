package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"apierrorbot/internal/slacksim"
)

// limit ends the sending: after some time, or after so many messages.
type limit struct {
	until time.Time // without messages
	left  atomic.Int64
}

func lasting(d time.Duration) *limit { return &limit{until: time.Now().Add(d)} }

func counting(messages int) *limit {
	l := new(limit)
	l.left.Store(int64(messages))
	return l
}

// take reports whether a message may be sent that is due at a moment.
func (l *limit) take(due time.Time) bool {
	if !l.until.IsZero() {
		return due.Before(l.until)
	}
	return l.left.Add(-1) >= 0
}

// sender returns what sends the load within a limit.
func (r *rig) sender(ctx context.Context) (func(context.Context, *limit) error, error) {
	s := newScript(r.load)
	switch {
	case r.Clickers > 0:
		seats, err := r.openChecklists(ctx)
		return func(ctx context.Context, l *limit) error { return r.clicking(ctx, seats, l) }, err
	case r.Rate > 0:
		return func(ctx context.Context, l *limit) error { return r.open(ctx, s, l) }, nil
	}
	return func(ctx context.Context, l *limit) error { return r.closed(ctx, s, l) }, nil
}

// closed keeps a number of messages in flight.
func (r *rig) closed(ctx context.Context, s *script, l *limit) error {
	workers, ctx := errgroup.WithContext(ctx)
	for range r.InFlight {
		workers.Go(func() error {
			for now := time.Now(); l.take(now); now = time.Now() {
				f, err := r.say(s.next(), now)
				if err == nil {
					err = f.wait(ctx, r.patience)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return workers.Wait()
}

// open sends so many messages a second and does not wait for them. Each has a moment at which it is due, and what it
// takes is counted from there: a bot that holds the sender up must not look faster for it.
func (r *rig) open(ctx context.Context, s *script, l *limit) error {
	began := time.Now()
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for n := 0; ; n++ {
		due := began.Add(time.Duration(float64(n) / r.Rate * float64(time.Second)))
		if !l.take(due) {
			return nil
		}
		alarm.Reset(time.Until(due))
		select {
		case <-alarm.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if _, err := r.say(s.next(), due); err != nil {
			return err
		}
	}
}

// seat is where somebody clicks: on one step of a checklist, which nobody else touches. So each click changes
// something, and many of one message come close together.
type seat struct {
	person, channel, ts string
	step                int // which of the message's buttons, from 0
}

// threeErrors makes a reply with three checklists, the longest that there is.
const threeErrors = "our nightly job ends with HTTP 400 INVALID_VALUE, then HTTP 401 ACCESS_DENIED and HTTP 429 TOO_MANY_REQUESTS"

// openChecklists opens as many as the clickers need. One step of each is nobody's: a case whose last step is done is
// resolved, which is other work.
func (r *rig) openChecklists(ctx context.Context) ([]seat, error) {
	var seats []seat
	for n := 0; len(seats) < r.Clickers; n++ {
		m := message{r.people[0], r.channels[n%r.Channels], threeErrors, true}
		f, err := r.say(m, time.Now())
		if err == nil {
			err = f.wait(ctx, r.patience)
		}
		if err != nil {
			return nil, err
		}
		reply, _ := r.Message(m.channel, f.reply)
		buttons, err := buttonsOf(reply)
		if err != nil {
			return nil, err
		}
		for step := range min(len(buttons)-1, r.Clickers-len(seats)) {
			seats = append(seats, seat{r.people[len(seats)], m.channel, f.reply, step})
		}
	}
	return seats, nil
}

// clicking has everybody set their step, wait until the message shows it, take it back, and so on.
func (r *rig) clicking(ctx context.Context, seats []seat, l *limit) error {
	workers, ctx := errgroup.WithContext(ctx)
	for _, at := range seats {
		workers.Go(func() error {
			for l.take(time.Now()) {
				if err := r.click(ctx, at); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return workers.Wait()
}

// buttonsOf returns what a reply's buttons carry, from top to bottom: with each state of a step it is another value.
func buttonsOf(reply slacksim.Message) (values []string, err error) {
	var blocks []struct {
		Accessory struct {
			Value string `json:"value"`
		} `json:"accessory"`
	}
	if err := json.Unmarshal(reply.Blocks, &blocks); err != nil {
		return nil, err
	}
	for _, b := range blocks {
		if b.Accessory.Value != "" {
			values = append(values, b.Accessory.Value)
		}
	}
	if len(values) < 2 {
		return nil, errors.New("the reply has not two buttons to click: does it still show checklists for what send.go writes?")
	}
	return values, nil
}
