package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"apierrorbot/internal/slacksim"
)

// Who did what can be asked of a running bot's database, by channel, case and user.
func TestAuditCommand(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	reply := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
	b.settle()
	b.press("asha", "Mark done", 0, reply)
	b.shows(reply, "Done by", true)

	var list []audited
	if err := json.Unmarshal([]byte(b.command("audit", "--channel="+channelID, "--format=json")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].At.IsZero() || list[0].Case == "" || list[0].Step == "" {
		t.Fatalf("audit = %+v", list)
	}
	tick := list[0]
	want := audited{At: tick.At, User: "U0ASHA001", Action: "tick", Article: "429/TOO_MANY_REQUESTS", Step: tick.Step,
		Team: team, Channel: channelID, TS: reply.ThreadTS, Case: tick.Case}
	if diff := cmp.Diff(want, tick); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	line := []string{tick.At.Format(time.DateOnly), tick.At.Format(time.TimeOnly), "U0ASHA001", "tick", "429/TOO_MANY_REQUESTS", tick.Step, channelID, reply.ThreadTS, tick.Case}
	for _, args := range [][]string{{"--case=" + tick.Case}, {"--user=U0ASHA001"}, {"--channel=" + channelID, "--since=1h"}} {
		_, rows, _ := strings.Cut(b.command(append([]string{"audit"}, args...)...), "\n")
		if diff := cmp.Diff(line, strings.Fields(rows)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", args, diff)
		}
	}
	for _, args := range [][]string{{"--case=another"}, {"--user=U0BEN0001"}, {"--channel=C0OTHER"}, {"--channel=" + channelID, "--since=1ns"}} {
		if got := b.command(append([]string{"audit"}, args...)...); !strings.HasPrefix(got, "Nothing was done") {
			t.Errorf("%q:\n%s", args, got)
		}
	}
	if got := b.command("audit", "--case=another", "--format=json"); got != "[]\n" {
		t.Errorf("nothing, as JSON: %q", got)
	}
}
