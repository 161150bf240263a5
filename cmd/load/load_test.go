package main

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The whole thing, small: every kind of load does what it says.
func TestMeasure(t *testing.T) {
	t.Chdir("../..") // where the bot is built
	cl := commandLine{}
	if err := cl.build(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	lab := &lab{bot: cl.Bot, scratch: t.TempDir()}
	for name, set := range map[string]func(*load){
		"errors":             func(l *load) {},
		"mostly chat":        func(l *load) { l.Chat = 0.9 },
		"so many a second":   func(l *load) { l.Rate = 500 },
		"slow calls":         func(l *load) { l.Latency, l.Every = 20*time.Millisecond, 2 },
		"clicks":             func(l *load) { l.Clickers = 20 },
		"a full database":    func(l *load) { l.Cases, l.Articles, l.Length = 1000, 50, 2000 },
		"few people, places": func(l *load) { l.People, l.Channels = 1, 1 },
	} {
		t.Run(name, func(t *testing.T) {
			l := defaults()
			l.Messages, l.Warmup = 300, 100*time.Millisecond
			set(&l)
			res, err := lab.measure(t.Context(), l)
			if err != nil {
				t.Fatal(err)
			}
			if got := res.Messages + res.Clicks; got != 300 || res.Lost != 0 {
				t.Errorf("%d messages and clicks, %d not acked; want 300 and none", got, res.Lost)
			}
			if wantReplies := int(300 * (1 - l.Chat)); l.Clickers == 0 && (res.Replies < wantReplies/2 || res.Replies > wantReplies*2) {
				t.Errorf("%d replies, want some %d", res.Replies, wantReplies)
			}
			if res.PerSecond <= 0 || res.MemoryIdle <= 0 || res.ReadyMS <= 0 || res.Ack.P99 < res.Ack.P50 {
				t.Errorf("odd figures: %+v", res)
			}
		})
	}
}

func TestLoadsThatMakeNoSense(t *testing.T) {
	for want, set := range map[string]func(*load){
		"--chat":     func(l *load) { l.Chat = 1.5 },
		"--database": func(l *load) { l.Replicas = 2 },
		"--people":   func(l *load) { l.Clickers = 500 },
		"at least 1": func(l *load) { l.InFlight = 0 },
	} {
		l := defaults()
		set(&l)
		if err := l.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("check = %v, want something about %s", err, want)
		}
	}
}

// Each run sends the same, and as much chat as it was told.
func TestScript(t *testing.T) {
	write := func() (texts []string, errors int) {
		s := &script{rng: rand.New(rand.NewPCG(1, 2)), chat: 0.9, chars: 500}
		for range 1000 {
			text, isError := s.next()
			if len(text) < 500 {
				t.Errorf("%d characters, want 500 at least", len(text))
			}
			texts = append(texts, text)
			if isError {
				errors++
			}
		}
		return texts, errors
	}
	first, errors := write()
	second, _ := write()
	if strings.Join(first, "\n") != strings.Join(second, "\n") {
		t.Error("two runs differ")
	}
	if errors < 70 || errors > 130 {
		t.Errorf("%d of 1000 are errors, want some 100", errors)
	}
}

func TestPercentiles(t *testing.T) {
	var d []time.Duration
	for i := range 101 {
		d = append(d, time.Duration(100-i)*time.Millisecond)
	}
	if got, want := percentilesOf(d), (percentiles{P50: 50, P99: 99, Max: 100}); got != want {
		t.Errorf("percentiles %v, want %v", got, want)
	}
}

func TestFillTwice(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	if err := fillCases(t.Context(), url, 10, 3); err != nil {
		t.Fatal(err)
	}
	if err := fillCases(t.Context(), url, 10, 3); err == nil {
		t.Error("filling a database twice is no error")
	}
}
