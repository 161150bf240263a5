package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"apierrorbot/internal/slacksim"
)

// Each example of the demo does what its hint promises.
func TestDemoExamples(t *testing.T) {
	promised := map[string]struct {
		private bool
		lines   []string // none: the bot is silent
	}{
		"429-body":  {lines: []string{"# 429 · TOO_MANY_REQUESTS", "~ *0 of 2 done*"}},
		"403-words": {lines: []string{"# 403 · FORBIDDEN"}},
		"choice":    {lines: []string{"*Which one is it?*", "*401 · ACCESS_DENIED*", "*403 · ACCESS_DENIED*"}},
		"two":       {lines: []string{"# 409 · REC_CONFLICT", "---", "# 404 · RESOURCE_NOT_FOUND"}},
		"typo":      {lines: []string{"# 404 · RESOURCE_NOT_FOUND"}},
		"chat":      {},
		"slash":     {private: true, lines: []string{"*Which one is it?*", "*400 · INVALID_VALUE*"}},
	}
	for _, e := range examples {
		t.Run(e.ID, func(t *testing.T) {
			want, known := promised[e.ID]
			if !known {
				t.Fatal("say in this test what the example promises")
			}
			// Everybody at the page sees the channel: it does not send them elsewhere.
			if e.Channel != channel {
				t.Errorf("it is sent to %s, want %s", e.Channel, channel)
			}
			c := &conversation{testBot: newTestBot(t, slacksim.Config{Examples: examples}), lastOf: make(map[string]spot)}
			c.act()
			answer, err := http.Post(c.sim.URL()+"/sim/example", "application/json", strings.NewReader(`{"id":"`+e.ID+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s", answer.Status, body)
			}
			c.here = spot{channel: channel}
			if messages := c.sim.Messages(channel); len(messages) > 0 {
				c.here.thread = messages[0].TS
			}
			switch {
			case want.private:
				c.see("to "+e.User, want.lines)
			case len(want.lines) > 0:
				c.see("in thread", want.lines)
			default:
				c.line(scriptLine{text: "bot is silent"})
			}
		})
	}
}

// The settings that the demo prints without a bot are enough to run one.
func TestDemoWithoutBot(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() { ended <- execute(ctx, []string{"demo", "--no-bot"}, console{out: in, err: io.Discard}) }()
	printed := bufio.NewScanner(out)
	var url string
	var settings []string
	for len(settings) < 3 && printed.Scan() {
		if m := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(printed.Text()); m != "" {
			url = m
		}
		settings = regexp.MustCompile(`\w+=\S+`).FindAllString(printed.Text(), -1)
	}
	bot := exec.Command("bot")
	var stderr bytes.Buffer
	bot.Dir, bot.Stderr = t.TempDir(), &stderr
	bot.Env = append(os.Environ(), settings...)
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	awaitConnected(t, url)
	if err := bot.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := bot.Wait(); err != nil {
		t.Errorf("the bot ended with %v: %s", err, stderr.String())
	}
	cancel()
	if code := <-ended; code != exitOK {
		t.Errorf("the demo ended with exit code %d", code)
	}
}

// awaitConnected waits until a bot is connected to a local Slack, as its page does:
// by the stream that says whenever something has changed.
func awaitConnected(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/sim/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	events, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	for changes := bufio.NewScanner(events.Body); changes.Scan(); {
		state, err := http.Get(url + "/sim/state")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(state.Body)
		state.Body.Close()
		if bytes.Contains(body, []byte(`"connected":true`)) {
			return
		}
	}
	t.Fatalf("no bot came within %s", patience)
}
