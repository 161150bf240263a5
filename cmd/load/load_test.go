package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
)

// builtLab is a lab with a bot that was built for the test.
func builtLab(t *testing.T) *lab {
	t.Helper()
	t.Chdir("../..") // where the bot is built
	cl := commandLine{}
	if err := cl.build(t.Context(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	return &lab{bot: cl.Bot, scratch: t.TempDir()}
}

// The whole thing, small: every kind of load does what it says, and leaves nothing behind.
func TestMeasure(t *testing.T) {
	lab := builtLab(t)
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
			if got := res.Messages + res.Clicks; got != 300 || res.NotAcked != 0 {
				t.Errorf("%d messages and clicks, %d not acked; want 300 and none", got, res.NotAcked)
			}
			if wantReplies := int(300 * (1 - l.Chat)); l.Clickers == 0 && (res.Replies < wantReplies/2 || res.Replies > wantReplies*2) {
				t.Errorf("%d replies, want some %d", res.Replies, wantReplies)
			}
			if res.PerSecond <= 0 || res.MemoryIdle <= 0 || res.Ready <= 0 || res.Ack.P99 < res.Ack.P50 {
				t.Errorf("odd figures: %+v", res)
			}
		})
	}
	if left, err := os.ReadDir(lab.scratch); err != nil || len(left) > 0 {
		t.Errorf("runs left %v (%v), want nothing", left, err)
	}
}

// A soak of fewer messages than rows ends.
func TestSoak(t *testing.T) {
	lab := builtLab(t)
	cmd := soakCommand{Messages: 3, Rows: 10, Chat: 0.5, JSON: true}
	if err := cmd.Run(t.Context(), lab); err != nil {
		t.Error(err)
	}
}

// fakeBot is a lab whose bot is a shell script.
func fakeBot(t *testing.T, script string) *lab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bot")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return &lab{bot: path, scratch: t.TempDir()}
}

// A bot that ends is not waited for: the error says how it ended, what it said last and where its log is.
func TestBotEnds(t *testing.T) {
	for name, tt := range map[string]struct{ script, want string }{
		"at its start":    {"echo 'no such database' >&2; exit 3", "unasked (exit status 3)"},
		"at work":         {"echo msg=ready >&2; echo 'no such database' >&2; exit 4", "unasked (exit status 4)"},
		"without newline": {"printf 'no such database' >&2; exit 5", "unasked (exit status 5)"},
	} {
		t.Run(name, func(t *testing.T) {
			lab := fakeBot(t, tt.script)
			err := lab.withRig(t.Context(), defaults(), nil, func(ctx context.Context, r *rig) error {
				<-ctx.Done()
				return context.Cause(ctx)
			})
			dir := filepath.Join(lab.scratch, "run1")
			for _, want := range []string{tt.want, "no such database", dir} {
				if err == nil || strings.Count(err.Error(), want) != 1 {
					t.Errorf("error %v, want %q in it, once", err, want)
				}
			}
			if logs, _ := filepath.Glob(filepath.Join(dir, "bot-*.log")); len(logs) != 1 {
				t.Errorf("logs %v, want one that is kept", logs)
			}
		})
	}
}

// A bot that does not end well is an error too, and an interrupted run leaves nothing.
func TestBotStopped(t *testing.T) {
	lab := fakeBot(t, "trap 'exit 6' TERM; echo msg=ready >&2; while :; do sleep 0.01; done")
	nothing := func(context.Context, *rig) error { return nil }
	if err := lab.withRig(t.Context(), defaults(), nil, nothing); err == nil || !strings.Contains(err.Error(), "exit status 6") {
		t.Errorf("error %v, want one about exit status 6", err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	err := lab.withRig(ctx, defaults(), nil, func(context.Context, *rig) error { interrupt(); return nil })
	if _, left := os.Stat(filepath.Join(lab.scratch, "run2")); err == nil || !errors.Is(left, os.ErrNotExist) {
		t.Errorf("error %v, folder %v; want an error, and none", err, left)
	}
}

func TestRelativeBot(t *testing.T) {
	cl := commandLine{Bot: "bin/bot"}
	if err := cl.build(t.Context(), t.TempDir()); err != nil || !filepath.IsAbs(cl.Bot) {
		t.Errorf("bot %q, %v; want an absolute path: it does not run here", cl.Bot, err)
	}
}

func TestLoadsThatMakeNoSense(t *testing.T) {
	for want, set := range map[string]func(*load){
		"--chat":     func(l *load) { l.Chat = math.NaN() },
		"--database": func(l *load) { l.Replicas = 2 },
		"--people":   func(l *load) { l.Clickers = 500 },
		"at least 1": func(l *load) { l.InFlight = 0 },
		"--messages": func(l *load) { l.Messages = -1 },
		"--duration": func(l *load) { l.Duration = 0 },
	} {
		l := defaults()
		set(&l)
		if err := l.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v, want something about %s", err, want)
		}
	}
	if err := (&curvesCommand{Which: []string{"moon"}}).Validate(); err == nil || !strings.Contains(err.Error(), "articles") {
		t.Errorf("Validate = %v, want the curves that there are", err)
	}
}

// Each run sends the same, and as much chat as it was told.
func TestScript(t *testing.T) {
	write := func() (messages []message, errors int) {
		l := defaults()
		l.Chat, l.Length = 0.9, 500
		s := newScript(l)
		for range 1000 {
			m := s.next()
			if len(m.text) < 500 {
				t.Errorf("%d characters, want 500 at least", len(m.text))
			}
			messages = append(messages, m)
			if m.isError {
				errors++
			}
		}
		return messages, errors
	}
	first, errors := write()
	second, _ := write()
	if !slices.Equal(first, second) {
		t.Error("two runs differ")
	}
	if errors < 70 || errors > 130 {
		t.Errorf("%d of 1000 are errors, want some 100", errors)
	}
}

// The chat is what chat is like: the shares are per cent of the lines of IRC and of Slack that chat.go tells of.
func TestChat(t *testing.T) {
	if len(chat) != 100 {
		t.Errorf("%d lines, want 100: each is one per cent", len(chat))
	}
	var lengths []int
	for _, line := range chat {
		lengths = append(lengths, len([]rune(line)))
	}
	slices.Sort(lengths)
	for _, tt := range []struct {
		what           string
		got, low, high int
	}{
		{"median length", lengths[len(chat)/2], 43, 78},
		{"nine in ten are no longer", lengths[len(chat)*9/10], 125, 229},
		{"a digit", share(`\d`), 15, 21},
		{"a number of three digits", share(`(^|\D)\d{3}(\D|$)`), 2, 4},
		{"a word of errors or APIs", share(`(?i)\b(error|fail|request|server|api|status|response|exception)`), 4, 7},
		{"a link", share(`https?://`), 3, 8},
		{"backticks", share("`"), 1, 24},
		{"several lines", share(`\n`), 1, 9},
		{"a question", share(`\?`), 19, 22},
	} {
		if tt.got < tt.low || tt.got > tt.high {
			t.Errorf("%s: %d, want %d to %d", tt.what, tt.got, tt.low, tt.high)
		}
	}
}

// share counts the lines of chat that a pattern is found in.
func share(pattern string) (n int) {
	re := regexp.MustCompile(pattern)
	for _, line := range chat {
		if re.MatchString(line) {
			n++
		}
	}
	return n
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

// emptyWorkspace is one without a bot, and without much patience.
func emptyWorkspace(t *testing.T) *workspace {
	t.Helper()
	w, err := newWorkspace(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.patience = time.Millisecond
	t.Cleanup(func() { w.Close() })
	return w
}

func (w *workspace) sayNow(t *testing.T, isError bool, due time.Time) string {
	t.Helper()
	if _, err := w.say(message{w.people[0], w.channels[0], "hello", isError}, due); err != nil {
		t.Fatal(err)
	}
	all := w.Messages(w.channels[0])
	return all[len(all)-1].TS
}

// What a message takes counts from when it was due, however late it was sent or acked.
func TestLatencyFromDue(t *testing.T) {
	w := emptyWorkspace(t)
	ts := w.sayNow(t, true, time.Now().Add(-time.Hour))
	w.note(slacksim.Happening{Kind: slacksim.Posted, Thread: ts, TS: "1.1"})
	w.note(slacksim.Happening{Kind: slacksim.Acked, TS: ts})
	res := w.figures()
	hour := milliseconds(time.Hour)
	if res.Messages != 1 || res.Replies != 1 || res.Ack.P50 < hour || res.ErrorAck.P50 < hour || res.Answer.P50 < hour {
		t.Errorf("figures %+v, want one message and an hour for each", res)
	}
}

// What was due before the measurement is done in it, but not of it.
func TestWarmupIsNotInTheFigures(t *testing.T) {
	w := emptyWorkspace(t)
	ts := w.sayNow(t, false, time.Now())
	w.forgetFigures()
	w.note(slacksim.Happening{Kind: slacksim.Acked, TS: ts})
	if got := w.figures(); got != (result{}) || w.done() != (tally{messages: 1}) {
		t.Errorf("figures %+v, done %+v; want none, and one message", got, w.done())
	}
}

func TestStrays(t *testing.T) {
	posted := func(ts, reply string) slacksim.Happening {
		return slacksim.Happening{Kind: slacksim.Posted, Thread: ts, TS: reply}
	}
	acked := func(ts string) slacksim.Happening { return slacksim.Happening{Kind: slacksim.Acked, TS: ts} }
	for name, tt := range map[string]struct {
		isError bool
		happens func(ts string) []slacksim.Happening
		want    string
	}{
		"all is well":         {true, func(ts string) []slacksim.Happening { return []slacksim.Happening{acked(ts), posted(ts, "1.1")} }, ""},
		"chat, then its ack":  {false, func(ts string) []slacksim.Happening { return []slacksim.Happening{posted(ts, "1.1"), acked(ts)} }, "answered 1 messages of ordinary chat"},
		"chat, after its ack": {false, func(ts string) []slacksim.Happening { return []slacksim.Happening{acked(ts), posted(ts, "1.1")} }, "answered 1 messages of ordinary chat"},
		"an error twice": {true, func(ts string) []slacksim.Happening {
			return []slacksim.Happening{acked(ts), posted(ts, "1.1"), posted(ts, "1.2")}
		}, "more than once, 1 times"},
		"an error twice, then acks": {true, func(ts string) []slacksim.Happening {
			return []slacksim.Happening{posted(ts, "1.1"), posted(ts, "1.2"), acked(ts)}
		}, "more than once, 1 times"},
	} {
		t.Run(name, func(t *testing.T) {
			w := emptyWorkspace(t)
			for _, h := range tt.happens(w.sayNow(t, tt.isError, time.Now())) {
				w.note(h)
			}
			if err := w.strays(); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("strays = %v, want something with %q", err, tt.want)
			}
		})
	}
}

// A click that nobody acks is not waited for without end.
func TestClickWithoutBot(t *testing.T) {
	w := emptyWorkspace(t)
	button := func(step string) string {
		return fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":"look"},"accessory":{"type":"button","action_id":"step","value":"%s",`+
			`"text":{"type":"plain_text","text":"Mark done"}}}`, step)
	}
	form := url.Values{"channel": {w.channels[0]}, "text": {"look"}, "blocks": {"[" + button("a") + "," + button("b") + "]"}, "token": {w.BotToken()}}
	resp, err := http.PostForm(w.URL()+"/api/chat.postMessage", form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var posted struct{ TS string }
	if err := json.NewDecoder(resp.Body).Decode(&posted); err != nil || posted.TS == "" {
		t.Fatalf("posting: %+v, %v", posted, err)
	}
	err = w.click(t.Context(), seat{w.people[0], w.channels[0], posted.TS, 1})
	if err == nil || !strings.Contains(err.Error(), "a click was not acked") {
		t.Errorf("click = %v, want that it was not acked", err)
	}
}

// What is done in a second is what was done while the load was being sent.
func TestBetween(t *testing.T) {
	at := time.Now()
	first := moment{at: at, done: tally{messages: 10, replies: 5}, bots: usage{cpu: time.Second}, own: usage{cpu: time.Second}}
	last := moment{at: at.Add(2 * time.Second), done: tally{messages: 1010, replies: 105}, bots: usage{cpu: 3 * time.Second}, own: usage{cpu: 2 * time.Second}}
	var got result
	if err := got.between(first, last); err != nil {
		t.Fatal(err)
	}
	if want := (result{Seconds: 2, PerSecond: 500, RepliesPerSecond: 50, BotCPU: 2, LoadCPU: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := got.between(first, first); err == nil {
		t.Error("nothing done is no error")
	}
}

// One load that fails takes nothing from the others.
func TestTableKeepsRows(t *testing.T) {
	var tab table
	for _, name := range []string{"one", "two", "three"} {
		tab.measure(t.Context(), name, defaults(), func(context.Context, load) (result, error) {
			if name == "two" {
				return result{}, errors.New("it fell over")
			}
			return result{PerSecond: 1}, nil
		})
	}
	if len(tab.Results) != 2 || tab.Results[1].Name != "three" {
		t.Errorf("rows %+v, want one and three", tab.Results)
	}
	if err := tab.print(false); err == nil || !strings.Contains(err.Error(), "two: it fell over") {
		t.Errorf("print = %v, want what failed", err)
	}
}

// Every figure in the JSON has a unit in its name, or counts something; a database's password is not in it.
func TestJSONUnits(t *testing.T) {
	l := defaults()
	l.Database, l.Replicas = "postgres://bot:hunter2@localhost/load", 2
	raw, err := json.Marshal(tableRow{"x", l, result{}})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("hunter2")) {
		t.Errorf("the password is in %s", raw)
	}
	counts := []string{"articles", "cases", "channels", "clickers", "clicks", "in_flight", "latency_every", "messages", "not_acked",
		"people", "replicas", "replies", "updates"}
	unit := regexp.MustCompile(`_(ms|s|mb|days|chars|share|per_1000)$|^per_s$`)
	var check func(v any)
	check = func(v any) {
		object, _ := v.(map[string]any)
		for key, value := range object {
			if _, isNumber := value.(float64); isNumber && !unit.MatchString(key) && !slices.Contains(counts, key) {
				t.Errorf("%s has no unit", key)
			}
			check(value)
		}
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	check(v)
}

func TestFillTwice(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	if err := fillCases(t.Context(), url, 10, 3, 2); err != nil {
		t.Fatal(err)
	}
	if err := fillCases(t.Context(), url, 10, 3, 2); err == nil || !strings.Contains(err.Error(), "10 cases already") {
		t.Errorf("filling a database twice: %v, want that it has 10 cases already", err)
	}
}
