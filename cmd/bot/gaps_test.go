package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"apierrorbot/internal/slacksim"
)

// Errors that no article is about are counted, once for each message, however
// often it arrives; nothing else is kept of them.
func TestGapsAreRemembered(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	if _, err := b.sim.AddFault(slacksim.Fault{On: slacksim.OnEnvelopes, Effect: slacksim.EffectDuplicate, Match: "events_api"}); err != nil {
		t.Fatal(err)
	}
	const secret = "xoxb-1234567890-abcdefghijklmnop"
	for _, text := range []string{
		outcomeBody("MAX_REPEAT_MISMATCH"),                                    // silence in a channel
		"HTTP/1.1 403 Forbidden\n\n" + outcomeBody("NO_SUCH_ROLE"),            // nearest
		"@apierror what is MAX_REPEAT_MISMATCH?",                              // a miss; arrives as two events, twice each
		outcomeBody("MAX_REPEAT_MISMATCH") + outcomeBody("TOO_MANY_REQUESTS"), // beside an article
		outcomeBody(secret),
		"standup moved to room 403",
		outcomeBody("FORBIDDEN"),
	} {
		b.say("asha", channel, text, "")
	}
	if err := b.sim.Slash("asha", channel, "/apierror", "418"); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if err := b.stop(); err != nil { // whatever waits is stored then
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		args = append(args, "--database-url="+b.url)
		if code := execute(t.Context(), args, console{strings.NewReader(""), &out, io.Discard}); code != exitOK {
			t.Fatalf("%q: exit code %d", args, code)
		}
		return out.String()
	}
	var gaps []gap
	if err := json.Unmarshal([]byte(run("gaps", "--format=json")), &gaps); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]int64)
	for _, g := range gaps {
		got[fmt.Sprint(g.Status, "/", g.Code)] = g.Count
		if g.First.IsZero() || g.Last.Before(g.First) {
			t.Errorf("%s was seen from %v to %v", g.Code, g.First, g.Last)
		}
	}
	want := map[string]int64{"0/MAX_REPEAT_MISMATCH": 3, "403/NO_SUCH_ROLE": 1, "418/": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if gaps[0].Code != "MAX_REPEAT_MISMATCH" {
		t.Errorf("the first gap is %s, want the most frequent", gaps[0].Code)
	}
	text := run("gaps")
	if !strings.Contains(text, "MAX_REPEAT_MISMATCH") || strings.Contains(text+b.log.String(), secret) {
		t.Errorf("printed:\n%s", text)
	}
}
