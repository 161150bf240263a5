package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	articles "apierrorbot/kb"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/store"
)

const channel = "api-support"

// outcomeBody is an error body as NHS APIs send it.
func outcomeBody(code string) string {
	return fmt.Sprintf("```\n"+`{
  "resourceType": "OperationOutcome",
  "issue": [{
    "severity": "error", "code": "value",
    "details": {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/Spine-ErrorOrWarningCode", "code": %q}]}
  }]
}`+"\n```", code)
}

// Each article is found by a body and by a status with its code, through the
// whole bot.
func TestEverySeedError(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	for _, a := range b.base.Articles() {
		body := outcomeBody(a.Code)
		if len(b.base.ByStatus(a.Status)) > 1 {
			// Where codes are shared between statuses, people paste both.
			body = fmt.Sprintf("HTTP/1.1 %d\n\n", a.Status) + body
		}
		for _, text := range []string{body, fmt.Sprintf("%d %s", a.Status, a.Code)} {
			ts := b.say("asha", channel, text, "")
			reply := b.reply(channel, ts, 1)
			if got := headers(t, reply); len(got) != 1 || got[0] != a.Heading() {
				t.Errorf("%s\nis answered by %q, want %q", text, got, a.Heading())
			}
		}
	}
}

func headers(t *testing.T, m slacksim.Message) []string {
	t.Helper()
	var found []string
	for _, b := range parseBlocks(t, m) {
		if b.Type == "header" {
			found = append(found, b.Text.Text)
		}
	}
	return found
}

// stepButton finds the n-th step button (from 0) with that label.
func stepButton(t testing.TB, m slacksim.Message, label string, n int) slacksim.Control {
	t.Helper()
	for _, b := range parseBlocks(t, m) {
		if b.Accessory.Text.Text != label {
			continue
		}
		if n == 0 {
			return slacksim.Control{BlockID: b.BlockID, ActionID: b.Accessory.ActionID, Value: b.Accessory.Value}
		}
		n--
	}
	t.Fatalf("no such button %q in %s", label, m.Blocks)
	return slacksim.Control{}
}

// Twenty people tick twenty different steps at the same instant: nothing is
// lost, and the message ends up showing it all.
func TestTwentyPeopleTick(t *testing.T) {
	twentyPeopleTick(t, newTestBotWith(t, slacksim.Config{}, longLists(t)))
}

// longLists are two articles with ten steps each.
func longLists(t *testing.T) *kb.Base {
	t.Helper()
	files := fstest.MapFS{}
	for _, status := range []int{418, 451} {
		article := fmt.Sprintf("status: %d\ncode: LONG_LIST_%d\ntitle: t\ncause: c\nfix: f\nsteps:\n", status, status)
		for i := range 10 {
			article += fmt.Sprintf("  - id: s%d\n    text: step\n", i)
		}
		files[fmt.Sprint(status, ".yaml")] = &fstest.MapFile{Data: []byte(article)}
	}
	return loadArticles(t, files)
}

func twentyPeopleTick(t *testing.T, b *testBot) {
	people := b.addPeople(20)
	ts := b.say("asha", channel, "418 LONG_LIST_418 and 451 LONG_LIST_451", "")
	reply := b.reply(channel, ts, 1)
	var wg sync.WaitGroup
	for i, person := range people {
		control := stepButton(t, reply, "Mark done", i)
		control.BlockID = "" // a new one comes with each update, while people still look at the last
		wg.Go(func() {
			if err := b.sim.Click(person, channel, reply.TS, control); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b.await("all twenty ticks in the message", func() bool {
		m, _ := b.sim.Message(channel, reply.TS)
		return strings.Count(string(m.Blocks), "Done by") == 20
	})
	b.settle()
	m, _ := b.sim.Message(channel, reply.TS)
	for _, person := range people {
		if !strings.Contains(string(m.Blocks), "@"+person) {
			t.Errorf("%s ticked a step, and the message does not say so", person)
		}
	}
	if !strings.Contains(string(m.Blocks), "Resolved") {
		t.Error("every step is done, and the case does not show as resolved")
	}
}

// A message is answered once, however often and in whatever form it arrives.
func TestAnsweredOnce(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	ts := b.say("asha", channel, "@apierror 429 TOO_MANY_REQUESTS", "") // also an app_mention
	b.reply(channel, ts, 1)
	b.sim.Redeliver(10)
	b.settle()
	b.restart()
	b.sim.Redeliver(10)
	b.settle()
	if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
		t.Errorf("%d replies, want 1", len(replies))
	}
}

// Whatever becomes of the call, the reply stands in the thread exactly once.
func TestPostedOnce(t *testing.T) {
	post := func(f slacksim.Fault) slacksim.Fault {
		f.On = "chat.postMessage"
		return f
	}
	for name, faults := range map[string][]slacksim.Fault{
		"answer lost":         {post(slacksim.Fault{Effect: slacksim.EffectCut, Times: 1})},
		"cut before the work": {post(slacksim.Fault{Effect: slacksim.EffectDrop, Times: 1})},
		"never answered":      {post(slacksim.Fault{Effect: slacksim.EffectLose, Times: 1})},
		"server errors":       {post(slacksim.Fault{Effect: slacksim.EffectHTTP, Status: 502, Times: 3})},
		"rate limited":        {post(slacksim.Fault{Effect: slacksim.EffectRateLimit, RetryAfter: 1, Times: 1})},
		"internal error":      {post(slacksim.Fault{Effect: slacksim.EffectError, Error: "internal_error", Times: 2})},
		"answer lost and the thread cannot be read": {
			post(slacksim.Fault{Effect: slacksim.EffectCut, Times: 1}),
			{On: "conversations.replies", Effect: slacksim.EffectHTTP, Status: 503, Times: 3},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			for _, f := range faults {
				if _, err := b.sim.AddFault(f); err != nil {
					t.Fatal(err)
				}
			}
			ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
			b.reply(channel, ts, 1)
			b.settle()
			if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
				t.Errorf("%d replies, want 1", len(replies))
			}
			// The reply that was adopted works like any other.
			reply := b.reply(channel, ts, 1)
			if err := b.sim.Click("asha", channel, reply.TS, stepButton(t, reply, "Mark done", 0)); err != nil {
				t.Fatal(err)
			}
			b.await("the tick", func() bool {
				m, _ := b.sim.Message(channel, reply.TS)
				return strings.Contains(string(m.Blocks), "Done by")
			})
		})
	}
}

// A refusal ends it: the bot neither tries for ever nor stops.
func TestRefusedForGood(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	if _, err := b.sim.AddFault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectError, Error: "restricted_action", Times: 1}); err != nil {
		t.Fatal(err)
	}
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	b.await("the refusal in the log", func() bool { return strings.Contains(b.log.String(), "restricted_action") })
	b.settle()
	if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 0 {
		t.Errorf("%d replies, want none", len(replies))
	}
	b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
}

// After a 429 the calls for one channel are made one at a time, the first when Slack
// said; what is said in other channels does not wait.
func TestRateLimitedChannel(t *testing.T) {
	t.Parallel()
	const (
		retryAfter = 2 * time.Second
		answering  = 100 * time.Millisecond // how long a post takes
	)
	b := newTestBot(t, slacksim.Config{})
	before := len(b.sim.Traffic(0))
	b.fault(slacksim.Fault{On: "chat.postMessage", Match: "C0SUPPORT", Effect: slacksim.EffectRateLimit, RetryAfter: 2, Times: 1})
	b.fault(slacksim.Fault{On: "chat.postMessage", Match: "C0SUPPORT", Effect: slacksim.EffectDelayReply, Delay: answering})
	asked := []string{b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")}
	b.logs("a post did not get through")
	for range 4 {
		asked = append(asked, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""))
	}
	b.reply("release-team", b.say("asha", "release-team", "429 TOO_MANY_REQUESTS", ""), 1)
	for _, ts := range asked {
		b.reply(channel, ts, 1)
	}
	b.settle()

	var limited, last time.Time
	elsewhere := false
	for _, e := range b.sim.Traffic(before) {
		switch {
		case e.Name != "chat.postMessage":
		case !strings.Contains(e.Summary, "C0SUPPORT"):
			elsewhere = last.IsZero()
		case e.Status == http.StatusTooManyRequests:
			limited = e.Time
		case last.IsZero() && e.Time.Sub(limited) < retryAfter:
			t.Errorf("a call %v after the 429, want none before %v", e.Time.Sub(limited), retryAfter)
			last = e.Time
		case !last.IsZero() && e.Time.Sub(last) < answering:
			t.Errorf("a call began %v after the last, which took %v: want one at a time", e.Time.Sub(last), answering)
			last = e.Time
		default:
			last = e.Time
		}
	}
	if limited.IsZero() || last.IsZero() || !elsewhere {
		t.Errorf("429 at %v, last post at %v, another channel went on meanwhile: %v", limited, last, elsewhere)
	}
}

// After a crash in the middle of a post the bot waits until the post must have
// shown up in its thread before it looks: here Slack shows it late.
func TestWaitsForAPostToSettle(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	b.timing.HTTPTimeout, b.timing.Settle = time.Second, 2*time.Second
	b.start()
	b.fault(slacksim.Fault{On: "conversations.replies", Effect: slacksim.EffectLag, Delay: 1500 * time.Millisecond})
	answers := b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectLose})
	// Older than what the thread does not show yet.
	ts := fmt.Sprintf("%d.000100", time.Now().Add(-time.Minute).Unix())
	if _, err := b.sim.SayRaw(json.RawMessage(fmt.Sprintf(
		`{"channel":"C0SUPPORT","user":"U0ASHA001","text":"429 TOO_MANY_REQUESTS","ts":%q}`, ts))); err != nil {
		t.Fatal(err)
	}
	b.awaitHit("chat.postMessage")
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	answers()
	b.start()
	b.settle()
	if replies := botMessages(b.sim.Thread(channel, ts)); len(replies) != 1 {
		t.Errorf("%d replies, want 1", len(replies))
	}
}

// The bot takes only a message of its own for its reply: anybody can copy the id
// out of a message's metadata.
func TestAdoptsOnlyItsOwnMessage(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectDrop, Times: 1})
	readable := b.fault(slacksim.Fault{On: "conversations.replies", Effect: slacksim.EffectHTTP, Status: 503})
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	b.awaitHit("conversations.replies")
	c, err := b.db.Find(t.Context(), store.Key{Team: "T0LOCAL01", Channel: "C0SUPPORT", TS: ts})
	if err != nil {
		t.Fatal(err)
	}
	strangers, err := b.sim.SayRaw(json.RawMessage(fmt.Sprintf(`{"channel":"C0SUPPORT","user":"U0BEN0001","text":"look at me","thread_ts":%q,
		"metadata":{"event_type":"apierror_reply","event_payload":{"id":%q}}}`, ts, c.Reply.ID)))
	if err != nil {
		t.Fatal(err)
	}
	readable()
	reply := b.reply(channel, ts, 1)
	b.settle()
	if c, err = b.db.Find(t.Context(), c.Key); err != nil || c.Reply.TS != reply.TS || c.Reply.TS == strangers {
		t.Errorf("the reply is taken to be %s, %v; want %s", c.Reply.TS, err, reply.TS)
	}
}

// A button of a case that is no longer kept gets a kind answer.
func TestClickOnPurgedCase(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	reply := b.reply(channel, ts, 1)
	b.settle()
	control := stepButton(t, reply, "Mark done", 0)
	var value struct{ Case string }
	if err := json.Unmarshal([]byte(control.Value), &value); err != nil {
		t.Fatal(err)
	}
	if err := b.db.Delete(t.Context(), value.Case); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Click("asha", channel, reply.TS, control); err != nil {
		t.Fatal(err)
	}
	b.await("a kind answer", func() bool {
		private := b.sim.Ephemerals("asha", channel)
		return len(private) == 1 && strings.Contains(private[0].Text, "no longer kept")
	})
}

// A case keeps the article that it was opened with, whatever becomes of the file.
func TestArticleChangedUnderACase(t *testing.T) {
	b := newTestBot(t, slacksim.Config{})
	ts := b.say("asha", channel, "429 TOO_MANY_REQUESTS", "")
	reply := b.reply(channel, ts, 1)
	b.settle()
	b.base = loadArticles(t, fstest.MapFS{"418.yaml": {Data: []byte(
		"status: 418\ncode: TEAPOT\ntitle: t\ncause: c\nfix: f\nsteps:\n  - id: one\n    text: step\n")}})
	b.restart()
	if err := b.sim.Click("ben", channel, reply.TS, stepButton(t, reply, "Mark done", 1)); err != nil {
		t.Fatal(err)
	}
	b.await("the tick in the old article", func() bool {
		m, _ := b.sim.Message(channel, reply.TS)
		return strings.Contains(string(m.Blocks), "Done by") && headers(t, m)[0] == "429 · TOO_MANY_REQUESTS"
	})
}

// Nothing secret that people paste comes out of the bot, anywhere.
func TestSecretsStayWhereTheyWere(t *testing.T) {
	canaries := []string{
		"eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ", "canary-client-secret-77x", "9434765919", "943 476 5919",
		"xoxb-1234-canary-token", "AKIACANARY0000000000", "hunter2-canary",
	}
	b := newTestBot(t, slacksim.Config{TrafficSize: 10_000})
	before := len(b.sim.Traffic(0))
	var replies []slacksim.Message
	for i, canary := range canaries {
		for j, text := range []string{
			fmt.Sprintf("curl -H 'Authorization: Bearer %s' gives me 403 FORBIDDEN", canary),
			fmt.Sprintf(`{"issue":[{"details":{"coding":[{"code":"TOO_MANY_REQUESTS"}]},"diagnostics":"for %s"}]}`, canary),
			fmt.Sprintf(`{"status":400,"code":"INVALID_VALUE","message":"Invalid value - '%[1]s' in field 'identifier'","traceId":"%[1]s"}`, canary),
			fmt.Sprintf("HTTP/1.1 429 Too Many Requests\nX-Request-ID: %[1]s\nRetry-After: %[1]s\nX-RateLimit-Reset: %[1]s", canary),
			fmt.Sprintf("@apierror %s", canary),
			fmt.Sprintf("@apierror 401 %s", canary),
		} {
			ts := b.say("asha", channel, fmt.Sprintf("%s (%d.%d)", text, i, j), "")
			replies = append(replies, b.reply(channel, ts, 1))
		}
		if err := b.sim.Slash("ben", channel, "/apierror", canary); err != nil {
			t.Fatal(err)
		}
		b.await("the private answer", func() bool { return len(botMessages(b.sim.Ephemerals("ben", channel))) == i+1 })
	}
	b.settle()
	if err := b.stop(); err != nil {
		t.Fatal(err)
	}
	written := map[string]string{"log": b.log.String()}
	for _, file := range []string{"bot.db", "bot.db-wal"} {
		if raw, err := os.ReadFile(filepath.Join(filepath.Dir(strings.TrimPrefix(b.url, "sqlite:")), file)); err == nil {
			written[file] = string(raw)
		}
	}
	for _, e := range b.sim.Traffic(before) {
		if e.Dir == "in" {
			written["call to Slack"] += e.Body + "\n"
		}
	}
	for _, m := range append(replies, b.sim.Ephemerals("ben", channel)...) {
		written["messages"] += m.Text + string(m.Blocks) + string(m.Metadata) + "\n"
	}
	if len(written["bot.db"]) == 0 || len(written["log"]) == 0 || len(written["call to Slack"]) == 0 {
		t.Fatal("nothing to look through")
	}
	for where, text := range written {
		for _, canary := range canaries {
			if strings.Contains(text, canary) {
				t.Errorf("%s holds the canary %s", where, canary)
			}
		}
	}
}

// The articles in the binary are those in the folder.
func TestEmbeddedArticles(t *testing.T) {
	if got := len(loadArticles(t, articles.FS).Articles()); got != 9 {
		t.Errorf("%d articles, want 9", got)
	}
}
