package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"apierrorbot/internal/slacksim"
)

// load is what is sent to the bot, and what it runs on.
type load struct {
	Chat     float64       `default:"0" help:"Share of ordinary chat, 0 to 1; the rest are errors."`
	InFlight int           `default:"32" help:"Messages in flight: each that is done is followed by the next."`
	Rate     float64       `help:"Messages a second, whatever becomes of them, instead of --in-flight."`
	Clickers int           `help:"People who click, each one click after another, instead of messages."`
	Latency  time.Duration `help:"How long the local Slack takes for a call."`
	Every    int           `default:"1" help:"With --latency: only for every n-th call."`
	Duration time.Duration `default:"10s" help:"How long is measured."`
	Warmup   time.Duration `default:"2s" help:"How long the load runs before."`
	Messages int           `help:"How many messages to measure, instead of --duration."`

	Channels int    `default:"20" help:"Channels that people write in."`
	People   int    `default:"50" help:"People who write."`
	Length   int    `help:"Characters of every message, at least."`
	Articles int    `help:"Articles in the knowledge base. Default: those in the binary."`
	Cases    int    `help:"Cases in the database from before."`
	Days     int    `default:"30" help:"With --cases: how many days they are from."`
	Database string `placeholder:"URL" help:"Database of the bots. Default: a new SQLite file."`
	Replicas int    `default:"1" help:"Bots that share the work; more than one need --database=postgres://…, an empty database."`
}

// result is what one run gave. Processor time is the bots' alone, of all replicas together.
type result struct {
	Seconds  float64 `json:"seconds"`
	Messages int     `json:"messages"`
	Replies  int     `json:"replies"`
	Clicks   int     `json:"clicks"`
	Updates  int     `json:"updates"`

	PerSecond        float64 `json:"messages_per_second"` // or clicks
	RepliesPerSecond float64 `json:"replies_per_second"`
	CPUPer1000       float64 `json:"cpu_seconds_per_1000"`       // messages, or clicks
	SlackCPUPer1000  float64 `json:"slack_cpu_seconds_per_1000"` // of this process: the local Slack and the load
	MemoryIdle       float64 `json:"memory_idle_mb"`
	MemoryPeak       float64 `json:"memory_peak_mb"`
	ReadyMS          float64 `json:"ready_ms"`

	Ack    percentiles `json:"ack_ms"`           // all messages, or clicks
	Stored percentiles `json:"ack_of_errors_ms"` // acked when stored
	Answer percentiles `json:"answer_ms"`        // from the message to its reply
	Lost   int         `json:"lost"`             // envelopes that were not acked in time
}

// percentiles of durations, in milliseconds.
type percentiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func percentilesOf(d []time.Duration) percentiles {
	if len(d) == 0 {
		return percentiles{}
	}
	slices.Sort(d)
	at := func(share float64) float64 { return milliseconds(d[int(share*float64(len(d)-1))]) }
	return percentiles{at(0.50), at(0.99), at(1)}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// check refuses what makes no sense.
func (l load) check() error {
	switch {
	case l.Chat < 0 || l.Chat > 1:
		return errors.New("--chat is a share between 0 and 1")
	case l.Replicas > 1 && !strings.HasPrefix(l.Database, "postgres"):
		return errors.New("several replicas share a database: name one with --database=postgres://…")
	case l.Clickers > l.People:
		return errors.New("--clickers must not be more than --people")
	case min(l.InFlight, l.Channels, l.People, l.Replicas, l.Every, l.Days) < 1:
		return errors.New("--in-flight, --channels, --people, --replicas, --every and --days must be at least 1")
	}
	return nil
}

// rig is a load that is set up and runs.
type rig struct {
	load
	*workspace
	bots []*bot
}

// setUp starts the local Slack and the bots.
func (lab *lab) setUp(ctx context.Context, l load, env ...string) (*rig, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	lab.runs++
	dir := filepath.Join(lab.scratch, fmt.Sprint("run", lab.runs))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if l.Database == "" {
		l.Database = "sqlite:" + filepath.Join(dir, "bot.db")
	}
	if l.Cases > 0 {
		if err := fillCases(ctx, l.Database, l.Cases, l.Days); err != nil {
			return nil, err
		}
	}
	if l.Articles > 0 {
		kb := filepath.Join(dir, "kb")
		if err := writeArticles(kb, l.Articles); err != nil {
			return nil, err
		}
		env = append(env, "KB_DIR="+kb)
	}
	w, err := newWorkspace(l.People, l.Channels)
	if err != nil {
		return nil, err
	}
	r := &rig{load: l, workspace: w}
	env = append(env, "SLACK_API_URL="+w.URL()+"/api/", "SLACK_APP_TOKEN="+w.AppToken(), "SLACK_BOT_TOKEN="+w.BotToken(),
		"DATABASE_URL="+l.Database)
	for range l.Replicas {
		b, err := startBot(ctx, lab.bot, dir, env)
		if err != nil {
			r.tearDown()
			return nil, err
		}
		r.bots = append(r.bots, b)
	}
	return r, nil
}

// tearDown stops everything.
func (r *rig) tearDown() error {
	var failed error
	for _, b := range r.bots {
		failed = errors.Join(failed, b.stop())
	}
	return errors.Join(failed, r.Close())
}

// usage adds up what all bots have used.
func (r *rig) usage() (sum usage, err error) {
	for _, b := range r.bots {
		u, err := readUsage(b.cmd.Process.Pid)
		if err != nil {
			return sum, err
		}
		sum.cpu += u.cpu
		sum.resident += u.resident
		sum.peak += u.peak
		sum.files += u.files
	}
	return sum, nil
}

// measure runs a load once.
func (lab *lab) measure(ctx context.Context, l load) (result, error) {
	r, err := lab.setUp(ctx, l)
	if err != nil {
		return result{}, err
	}
	res, err := r.run(ctx)
	return res, errors.Join(err, r.tearDown())
}

// run sends the load: for the warm-up, and then for as long as is measured.
func (r *rig) run(ctx context.Context) (res result, err error) {
	idle, err := r.usage()
	if err != nil {
		return res, err
	}
	res.MemoryIdle, res.ReadyMS = idle.resident, milliseconds(r.bots[0].ready)
	drive, err := r.driver(ctx)
	if err != nil {
		return res, err
	}
	if r.Latency > 0 { // from now on: what was set up should not take long
		slow := slacksim.Fault{On: "*", Effect: slacksim.EffectDelay, Delay: r.Latency, Every: r.Every}
		if _, err := r.AddFault(slow); err != nil {
			return res, err
		}
	}
	if err := drive(time.Now().Add(r.Warmup), 0); err != nil {
		return res, err
	}
	before, err := r.usage()
	if err != nil {
		return res, err
	}
	own, err := readUsage(os.Getpid())
	if err != nil {
		return res, err
	}
	lost := r.Acks().Failed
	r.forgetFigures()
	began := time.Now()
	until := began.Add(r.Duration)
	if r.Messages > 0 {
		until = began.Add(24 * time.Hour)
	}
	if err := drive(until, r.Messages); err != nil {
		return res, err
	}
	took := time.Since(began)
	after, err := r.usage()
	if err != nil {
		return res, err
	}
	ownAfter, err := readUsage(os.Getpid())
	if err != nil {
		return res, err
	}
	res.MemoryPeak = after.peak
	res.Lost = r.Acks().Failed - lost
	if err := r.figures(&res); err != nil {
		return res, err
	}
	done := float64(res.Messages + res.Clicks)
	res.Seconds = took.Seconds()
	res.PerSecond = done / took.Seconds()
	res.RepliesPerSecond = float64(res.Replies) / took.Seconds()
	res.CPUPer1000 = 1000 * (after.cpu - before.cpu).Seconds() / done
	res.SlackCPUPer1000 = 1000 * (ownAfter.cpu - own.cpu).Seconds() / done
	return res, nil
}

// driver returns what sends the load until a moment, or until so many messages are done, and waits for the last of them.
func (r *rig) driver(ctx context.Context) (func(until time.Time, messages int) error, error) {
	if r.Clickers > 0 {
		return r.clickDriver(ctx)
	}
	s := &script{rng: rand.New(rand.NewPCG(1, 2)), chat: r.Chat, chars: r.Length}
	if r.Rate > 0 {
		return func(until time.Time, messages int) error { return r.open(ctx, s, until, messages) }, nil
	}
	return func(until time.Time, messages int) error { return r.closed(ctx, s, until, messages) }, nil
}

// closed keeps a number of messages in flight.
func (r *rig) closed(ctx context.Context, s *script, until time.Time, messages int) error {
	var (
		mu      sync.Mutex // guards s
		sent    atomic.Int64
		workers sync.WaitGroup
		failed  = make(chan error, r.InFlight)
	)
	for range r.InFlight {
		workers.Go(func() {
			for time.Now().Before(until) && (messages == 0 || sent.Add(1) <= int64(messages)) {
				mu.Lock()
				text, isError := s.next()
				person, channel := r.people[s.rng.IntN(r.People)], r.channels[s.rng.IntN(r.Channels)]
				mu.Unlock()
				f, err := r.say(person, channel, text, isError)
				if err == nil {
					err = f.wait(ctx)
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	workers.Wait()
	close(failed)
	return <-failed
}

// open sends so many messages a second.
func (r *rig) open(ctx context.Context, s *script, until time.Time, messages int) error {
	began := time.Now()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var flying []*flight
	for time.Now().Before(until) && (messages == 0 || len(flying) < messages) {
		due := int(r.Rate * time.Since(began).Seconds())
		if messages > 0 {
			due = min(due, messages)
		}
		for len(flying) < due {
			text, isError := s.next()
			f, err := r.say(r.people[s.rng.IntN(r.People)], r.channels[s.rng.IntN(r.Channels)], text, isError)
			if err != nil {
				return err
			}
			flying = append(flying, f)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, f := range flying {
		if err := f.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// wait waits until the bot is done with a message.
func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("a message was not done after %s: the bot lost it, or cannot keep up", patience)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// patience is how long a message may take. Whoever measures wants to know that one was lost.
const patience = time.Minute

// clickDriver opens checklists, ten people to each, and has everybody click on a step: set it, take it back, and so on.
func (r *rig) clickDriver(ctx context.Context) (func(time.Time, int) error, error) {
	type place struct{ channel, ts string }
	places := make([]place, r.Clickers)
	for i := range places {
		if i%10 > 0 {
			places[i] = places[i-1]
			continue
		}
		channel := r.channels[i/10%r.Channels]
		f, err := r.say(r.people[0], channel, "429 TOO_MANY_REQUESTS", true)
		if err == nil {
			err = f.wait(ctx)
		}
		if err != nil {
			return nil, err
		}
		places[i] = place{channel, f.reply}
	}
	return func(until time.Time, clicks int) error {
		var (
			sent    atomic.Int64
			workers sync.WaitGroup
			failed  = make(chan error, r.Clickers)
		)
		for i, p := range places {
			workers.Go(func() {
				for time.Now().Before(until) && (clicks == 0 || sent.Add(1) <= int64(clicks)) {
					if err := r.clickFirst(ctx, r.people[i], p.channel, p.ts); err != nil {
						failed <- err
						return
					}
				}
			})
		}
		workers.Wait()
		close(failed)
		return <-failed
	}, nil
}

// clickFirst presses a message's first button, as it is now: the message may change between a look and a click, and
// then people look again.
func (r *rig) clickFirst(ctx context.Context, person, channel, ts string) error {
	for looks := 0; ; looks++ {
		m, _ := r.Message(channel, ts)
		button, err := firstButton(m.Blocks)
		if err != nil {
			return err
		}
		if err = r.click(ctx, person, channel, ts, button); err == nil || ctx.Err() != nil || looks == 100 {
			return err
		}
	}
}

// firstButton finds a message's first button.
func firstButton(blocks json.RawMessage) (slacksim.Control, error) {
	var list []struct {
		Accessory struct {
			Value string `json:"value"`
		} `json:"accessory"`
	}
	if err := json.Unmarshal(blocks, &list); err != nil {
		return slacksim.Control{}, err
	}
	for _, b := range list {
		if b.Accessory.Value != "" {
			return slacksim.Control{Value: b.Accessory.Value}, nil
		}
	}
	return slacksim.Control{}, errors.New("the reply has no button to click")
}
