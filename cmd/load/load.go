package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// load is what is sent to the bot, and what it runs on.
type load struct {
	Chat     float64       `default:"0" help:"Share of ordinary chat, 0 to 1; the rest are errors." json:"chat_share"`
	InFlight int           `default:"32" help:"Messages in flight: each that is done is followed by the next." json:"in_flight"`
	Rate     float64       `help:"Messages a second, whatever becomes of them, instead of --in-flight." json:"rate_per_s"`
	Clickers int           `help:"People who click, each one click after another, instead of messages." json:"clickers"`
	Latency  time.Duration `help:"How long the local Slack takes for a call." json:"-"`
	Every    int           `default:"1" help:"With --latency: only for every n-th call." json:"latency_every"`
	Duration time.Duration `default:"10s" help:"How long is measured." json:"-"`
	Warmup   time.Duration `default:"2s" help:"How long the load runs before." json:"-"`
	Messages int           `help:"How many messages or clicks to measure, instead of --duration." json:"messages"`

	Channels int    `default:"20" help:"Channels that people write in." json:"channels"`
	People   int    `default:"50" help:"People who write." json:"people"`
	Length   int    `help:"Characters of every message, at least." json:"length_chars"`
	Articles int    `help:"Articles in the knowledge base. Default: those in the binary." json:"articles"`
	Cases    int    `help:"Cases in the database from before; it must have none yet." json:"cases"`
	Days     int    `default:"30" help:"With --cases: how many days they are from." json:"cases_days"`
	Database string `placeholder:"URL" help:"Database of the bots, sqlite:PATH or postgres://… Default: a new SQLite file." json:"-"`
	Replicas int    `default:"1" help:"Bots that share the work; more than one need --database=postgres://…, an empty database." json:"replicas"`
}

// defaults are the settings of a run without flags.
func defaults() load {
	var l load
	if err := kong.ApplyDefaults(&l); err != nil {
		panic(err) // the tags above are wrong
	}
	return l
}

// Validate refuses what makes no sense.
func (l load) Validate() error {
	switch {
	case !(l.Chat >= 0 && l.Chat <= 1):
		return errors.New("--chat is a share between 0 and 1")
	case l.Replicas > 1 && !l.onPostgres():
		return errors.New("several replicas share a database: name one with --database=postgres://…")
	case l.Clickers > l.People:
		return errors.New("--clickers must not be more than --people")
	case min(l.InFlight, l.Channels, l.People, l.Replicas, l.Every, l.Days) < 1:
		return errors.New("--in-flight, --channels, --people, --replicas, --every and --days must be at least 1")
	case min(l.Clickers, l.Messages, l.Length, l.Articles, l.Cases) < 0 || !(l.Rate >= 0) || min(l.Latency, l.Warmup) < 0:
		return errors.New("--clickers, --messages, --length, --articles, --cases, --rate, --latency and --warmup must not be negative")
	case l.Duration <= 0:
		return errors.New("--duration must be more than 0")
	}
	return nil
}

func (l load) onPostgres() bool { return strings.HasPrefix(l.Database, "postgres") }

// MarshalJSON writes the settings with their units. Of the database it writes the kind: its URL may hold a password.
func (l load) MarshalJSON() ([]byte, error) {
	type settings load // which has no MarshalJSON
	database := "sqlite"
	if l.onPostgres() {
		database = "postgres"
	}
	return json.Marshal(struct {
		settings
		Latency  float64 `json:"latency_ms"`
		Duration float64 `json:"duration_s"`
		Warmup   float64 `json:"warmup_s"`
		Database string  `json:"database"`
	}{settings(l), milliseconds(l.Latency), l.Duration.Seconds(), l.Warmup.Seconds(), database})
}

// result is what one run gave. The bots' processor time and memory are of all replicas together.
//
// What is counted in a second, and what it costs, is what got done while the load was being sent: with --rate, what is
// still in flight when the sending ends is no longer waited for there. Latencies are of every message that was
// measured, however late it was done.
type result struct {
	Seconds  float64 `json:"sending_s"`
	Messages int     `json:"messages"` // measured, all done
	Replies  int     `json:"replies"`
	Clicks   int     `json:"clicks"`  // each changed a step
	Updates  int     `json:"updates"` // chat.update calls: clicks close together share one

	PerSecond        float64 `json:"per_s"` // messages, or clicks
	RepliesPerSecond float64 `json:"replies_per_s"`
	BotCPU           float64 `json:"bot_cpu_s_per_1000"`  // messages, or clicks
	LoadCPU          float64 `json:"load_cpu_s_per_1000"` // of this process: the load and the local Slack
	MemoryIdle       float64 `json:"memory_idle_mb"`
	MemoryPeak       float64 `json:"memory_peak_mb"`
	Ready            float64 `json:"ready_ms"` // from the bot's start until it was connected

	Ack      percentiles `json:"ack"`           // of all messages, or clicks
	ErrorAck percentiles `json:"ack_of_errors"` // which are acked when they are stored
	Answer   percentiles `json:"answer"`        // to the reply; of a click: until the message shows it
	NotAcked int         `json:"not_acked"`     // envelopes without an ack within Slack's 3 seconds
}

// percentiles of durations, in milliseconds.
type percentiles struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
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
