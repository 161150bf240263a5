package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"apierrorbot/internal/pgtest"
	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/store"
	articles "apierrorbot/kb"
)

const (
	team      = "T0LOCAL01"
	channelID = "C0SUPPORT"
	anError   = "429 TOO_MANY_REQUESTS"
)

// isWatched says something in a channel, and waits until the store knows that it was
// read up to there.
func (b *testBot) isWatched(channel, id string) (ts string) {
	b.t.Helper()
	ts = b.say("asha", channel, "good morning", "")
	b.await("the watermark of "+channel, func() bool { return b.watermark(id) >= micros(b.t, ts) })
	return ts
}

// watermark returns how far a channel was read, as the store has it; 0 if it has none.
func (b *testBot) watermark(channel string) int64 {
	b.t.Helper()
	marks, err := b.db.Watermarks(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, m := range marks {
		if m.Channel == channel {
			return m.TS
		}
	}
	return 0
}

// micros reads a ts as the number that watermarks have.
func micros(t testing.TB, ts string) int64 {
	t.Helper()
	var n int64
	if _, err := fmt.Sscan(strings.Replace(ts, ".", "", 1), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// tsOf writes a time as a ts.
func tsOf(at time.Time) string { return fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000) }

// halt stops the bot, and fails the test when it did not end well.
func (b *testBot) halt() {
	b.t.Helper()
	if err := b.stop(); err != nil {
		b.t.Fatalf("the bot stopped with: %v", err)
	}
}

// isLost waits until the local Slack has given up on telling the bot of what was said.
func (b *testBot) isLost() {
	b.t.Helper()
	b.await("Slack to give up", func() bool { return b.sim.Unacked() == 0 })
}

// unanswered fails the test when the bot has replied to a message.
func (b *testBot) unanswered(channel, ts, what string) {
	b.t.Helper()
	if n := len(botMessages(b.sim.Thread(channel, ts))); n != 0 {
		b.t.Errorf("%s has %d replies, want none", what, n)
	}
}

// calls counts the calls of a method since an entry of the traffic log, and how many
// of them were limited.
func (b *testBot) calls(method string, since int) (all, limited int) {
	for _, e := range b.sim.Traffic(since) {
		if e.Name == method {
			all++
			if e.Status == http.StatusTooManyRequests {
				limited++
			}
		}
	}
	return all, limited
}

// sayAt puts a message of a time of its own into the channel.
func (b *testBot) sayAt(at time.Time, fields string) (ts string) {
	b.t.Helper()
	ts, err := b.sim.SayRaw(json.RawMessage(fmt.Sprintf(`{"channel":%q,"user":"U0ASHA001","ts":%q,%s}`, channelID, tsOf(at), fields)))
	if err != nil {
		b.t.Fatal(err)
	}
	return ts
}

// What was written while the bot was stopped is answered when it is back: once each,
// and only what it would have answered.
func TestCatchesUpAfterAStart(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	dm := b.sim.DM("ben")
	answered := b.isWatched(channel, channelID)
	b.say("asha", channel, anError, answered)
	b.reply(channel, answered, 1)
	b.isWatched("release-team", "C0RELEASE")
	b.say("ben", dm, "ok", "")
	b.await("the watermark of direct messages", func() bool { return b.watermark(dm) > 0 })
	b.settle()
	b.halt()

	chat := b.say("asha", channel, "is anybody awake?", "")
	asked := map[string]string{
		b.say("asha", channel, anError, ""):                          channel,
		b.say("ben", "release-team", outcomeBody("FORBIDDEN"), ""):   "release-team",
		b.say("asha", channel, "@apierror what does a 409 mean", ""): channel,
		b.say("ben", dm, "what does a 403 mean", ""):                 dm,
	}
	snippet := b.upload("ben", "", aBody)
	asked[snippet] = channel
	b.isLost()
	b.start()
	for ts, in := range asked {
		b.reply(in, ts, 1)
	}
	b.logs("read=4 answered=3 too_old=0")
	b.settle()
	b.unanswered(channel, chat, "chat")
	b.restart() // and now nothing is missing
	b.settle()
	for ts, in := range asked {
		if n := len(botMessages(b.sim.Thread(in, ts))); n != 1 {
			t.Errorf("%d replies, want 1", n)
		}
	}
	if n := len(botMessages(b.sim.Thread(channel, answered))); n != 1 {
		t.Errorf("%d replies in a thread that had one, want 1", n)
	}
}

// The same while the process lives but has no connection: until the last one is lost
// nothing is read.
func TestCatchesUpAfterACut(t *testing.T) {
	t.Parallel()
	b := newTestBotWithSockets(t, slacksim.Config{}, quick)
	b.isWatched(channel, channelID)
	before := b.sim.Traffic(0)
	last := before[len(before)-1].N
	b.sim.CutOldest()
	b.twoSockets()
	b.isWatched(channel, channelID)
	if n, _ := b.calls("conversations.history", last); n != 0 {
		t.Errorf("%d calls for a history after one of two sockets was lost, want none", n)
	}

	end := b.fault(slacksim.Fault{On: "apps.connections.open", Effect: slacksim.EffectHTTP, Status: 503})
	b.sim.CutSockets()
	b.await("no socket", func() bool { return b.sim.Sockets() == 0 })
	missed := b.say("asha", channel, anError, "")
	b.isLost()
	b.unanswered(channel, missed, "an error that cannot be heard")
	end()
	b.reply(channel, missed, 1)
	b.logs("read=1 answered=1 too_old=0")
	b.answeredOnce([]string{missed, b.say("asha", channel, "403 FORBIDDEN", "")})
}

// Replies are found in the threads of open cases; elsewhere they are not looked for.
func TestCatchesUpInThreads(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	open := b.say("asha", channel, anError, "")
	b.reply(channel, open, 1)
	other := b.isWatched(channel, channelID)
	b.settle()
	b.halt()
	b.say("ben", channel, "and now 403 FORBIDDEN", open)
	b.say("ben", channel, "mine is 403 FORBIDDEN", other)
	fresh := b.say("asha", channel, "409 REC_CONFLICT", "")
	b.say("ben", channel, "@apierror 403", fresh)
	b.isLost()
	b.start()
	b.reply(channel, open, 2)
	b.reply(channel, fresh, 2)
	b.logs("caught up with a channel")
	b.settle()
	b.unanswered(channel, other, "a thread without a case")
}

// What is too old is counted, and not answered. What was counted is not counted again.
func TestTooOldToBeAnswered(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.halt()
	now := time.Now()
	hourAgo := now.Add(-time.Hour)
	if err := b.db.SaveWatermarks(t.Context(), []store.Watermark{
		{Team: team, Channel: channelID, TS: hourAgo.UnixMicro(), Since: hourAgo.UnixMicro()}}); err != nil {
		t.Fatal(err)
	}
	before := b.sayAt(now.Add(-61*time.Minute), `"text":"429 TOO_MANY_REQUESTS"`)
	old := b.sayAt(now.Add(-30*time.Minute), `"text":"429 TOO_MANY_REQUESTS"`)
	b.sayAt(now.Add(-29*time.Minute), `"text":"good morning"`)
	b.sayAt(now.Add(-28*time.Minute), `"text":"429 TOO_MANY_REQUESTS","bot_id":"B0OTHER"`)
	young := b.sayAt(now.Add(-14*time.Minute), `"text":"429 TOO_MANY_REQUESTS"`)
	b.isLost()
	b.start()
	b.reply(channel, young, 1)
	b.logs("read=3 answered=1 too_old=1")
	b.settle()
	b.unanswered(channel, old, "an error of half an hour ago")
	b.unanswered(channel, before, "an error of before the bot listened")
	b.restart()
	b.isWatched(channel, channelID)
	b.halt()
	if n := strings.Count(b.log.String(), "caught up with a channel"); n != 1 {
		t.Errorf("%d lines about what was missed, want 1", n)
	}
}

// Where nobody has written for longer than cases are kept, the first error that is
// missed is answered: what is old is removed, but for how far a channel was read.
func TestQuietChannel(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.halt()
	longAgo := time.Now().AddDate(-2, 0, 0).UnixMicro()
	if err := b.db.SaveWatermarks(t.Context(), []store.Watermark{{Team: team, Channel: channelID, TS: longAgo, Since: longAgo}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Purge(t.Context(), store.Keep{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	missed := b.say("asha", channel, anError, "")
	b.isLost()
	b.start()
	b.reply(channel, missed, 1)
}

// With CATCH_UP=0 nothing is looked for, and nothing kept.
func TestNoCatchingUp(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.isWatched(channel, channelID)
	b.halt()
	missed := b.say("asha", channel, anError, "")
	b.isLost()
	b.catchUp = 0
	was := b.watermark(channelID)
	b.start()
	b.reply(channel, b.say("asha", channel, anError, ""), 1)
	b.settle()
	b.halt()
	b.unanswered(channel, missed, "what was missed")
	if n, _ := b.calls("conversations.history", 0); n != 0 || b.watermark(channelID) != was {
		t.Errorf("%d calls for a history, watermark %d; want none, %d", n, b.watermark(channelID), was)
	}
}

// The first start ever begins now: what was written before is not read, then or after
// the next start.
func TestFirstStartBeginsNow(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.halt()
	before := b.say("asha", channel, anError, "")
	b.isLost()
	b.start()
	b.isWatched(channel, channelID)
	if n, _ := b.calls("conversations.history", 0); n != 0 {
		t.Errorf("%d calls for a history, want none", n)
	}
	b.halt()
	missed := b.say("asha", channel, anError, "")
	b.isLost()
	b.start()
	b.reply(channel, missed, 1)
	b.logs("caught up with a channel")
	b.settle()
	b.unanswered(channel, before, "what was written before the first start")
}

// Many messages are read page by page, and what has to be answered is, the oldest
// first, whatever Slack says in between.
func TestCatchesUpOverSeveralPages(t *testing.T) {
	for name, tt := range map[string]struct {
		faults  []slacksim.Fault
		limited int
		calls   int
	}{
		"in peace": {calls: 3},
		"with a 429": {calls: 4, limited: 1, faults: []slacksim.Fault{
			{On: "conversations.history", Effect: slacksim.EffectRateLimit, RetryAfter: 1, Skip: 1, Times: 1}}},
		"with server errors": {calls: 5, faults: []slacksim.Fault{
			{On: "conversations.history", Effect: slacksim.EffectHTTP, Status: 503, Skip: 1, Times: 1},
			{On: "conversations.history", Effect: slacksim.EffectCut, Skip: 2, Times: 1}}},
		"again from the beginning": {calls: 4 + 3, faults: []slacksim.Fault{
			{On: "conversations.history", Effect: slacksim.EffectError, Error: "internal_error", Skip: 1, Times: 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{TrafficSize: 20_000})
			b.isWatched(channel, channelID)
			b.halt()
			var asked []string
			for i := range 450 {
				text := "good morning"
				if i%50 == 0 {
					text = anError
				}
				if ts := b.say("asha", channel, text, ""); text == anError {
					asked = append(asked, ts)
				}
			}
			b.isLost()
			for _, f := range tt.faults {
				b.fault(f)
			}
			b.start()
			b.answeredOnce(asked)
			b.logs("caught up with a channel")
			if all, limited := b.calls("conversations.history", 0); all != tt.calls || limited != tt.limited {
				t.Errorf("%d calls, %d limited; want %d, %d", all, limited, tt.calls, tt.limited)
			}
			log, at := b.log.String(), 0
			for _, ts := range asked {
				i := strings.Index(log, "msg=answering case=")
				i = strings.Index(log[i:], "ts="+ts) + i
				if i < at {
					t.Error("not answered in the order in which it was asked")
				}
				at = i
			}
		})
	}
}

// Many channels cost a call each.
func TestCatchesUpInManyChannels(t *testing.T) {
	t.Parallel()
	const channels, messages = 20, 10
	b := newTestBot(t, slacksim.Config{TrafficSize: 20_000})
	for i := range channels {
		id := fmt.Sprintf("C0MANY%03d", i)
		if err := b.sim.AddChannel(slacksim.Channel{ID: id, Name: fmt.Sprint("many-", i)}); err != nil {
			t.Fatal(err)
		}
		b.isWatched(id, id)
	}
	b.halt()
	asked := make(map[string]string)
	for i := range channels * messages {
		id := fmt.Sprintf("C0MANY%03d", i%channels)
		text := "good morning"
		if i < channels {
			text = anError
		}
		if ts := b.say("asha", id, text, ""); text == anError {
			asked[ts] = id
		}
	}
	b.isLost()
	b.start()
	for ts, id := range asked {
		b.reply(id, ts, 1)
	}
	b.await("a line for each channel", func() bool {
		return strings.Count(b.log.String(), "read=10 answered=1 too_old=0") == channels
	})
	history, _ := b.calls("conversations.history", 0)
	replies, _ := b.calls("conversations.replies", 0)
	if history != channels || replies != channels {
		t.Errorf("%d calls for channels and %d for threads, want %d of each", history, replies, channels)
	}
}

// The process dies after a case was committed and before the watermark was: the
// message is found again, and is not answered again.
func TestWatermarkOlderThanTheCases(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.isWatched(channel, channelID)
	was := b.watermark(channelID)
	answered := b.sayAll(3)
	b.answeredOnce(answered)
	end := b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectRateLimit, RetryAfter: 3600})
	stored := b.sayAll(3)
	b.logs("a post did not get through")
	b.await("the acks", func() bool { return b.sim.Unacked() == 0 })
	b.halt()
	end()
	b.exec(`update watermarks set ts = $1`, was)
	b.start()
	b.logs("caught up with a channel")
	b.answeredOnce(append(answered, stored...))
	if n := strings.Count(b.log.String(), "answered already"); n < 6 {
		t.Errorf("%d messages were found again, want 6", n)
	}
	b.await("the watermark", func() bool { return b.watermark(channelID) >= micros(t, stored[2]) })
}

// exec changes the database behind the bot's back, while it is stopped.
func (b *testBot) exec(query string, args ...any) {
	b.t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(b.url, "sqlite:")+"?_pragma=busy_timeout(20000)")
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(b.t.Context(), query, args...); err != nil {
		b.t.Fatal(err)
	}
}

// A reply of the bot that its database does not know of (it was restored from a
// backup) counts as an answer.
func TestAnsweredBeforeTheBackup(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.isWatched(channel, channelID)
	was := b.watermark(channelID)
	answered := b.sayAll(2)
	b.answeredOnce(answered)
	b.halt()
	b.exec(`update watermarks set ts = $1`, was)
	b.exec(`delete from cases`)
	missed := b.say("asha", channel, anError, "")
	b.isLost()
	b.start()
	b.answeredOnce(append(answered, missed))
}

// The watermark does not pass a message that is not committed: here one whose file
// does not come.
func TestWatermarkWaitsForACase(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{Timing: slacksim.Timing{AckTimeout: time.Minute}})
	b.isWatched(channel, channelID)
	b.fault(slacksim.Fault{On: slacksim.OnFiles, Effect: slacksim.EffectHTTP, Status: 503})
	slow := b.upload("asha", "", aBody)
	b.logs("a file could not be had")
	chat := b.say("asha", channel, "good morning", "")
	b.await("the ack of chat", func() bool { return b.sim.Unacked() == 1 })
	b.isWatched("release-team", "C0RELEASE") // so that watermarks were stored since
	if mark := b.watermark(channelID); mark >= micros(t, slow) || mark == 0 {
		t.Errorf("watermark %d, want it below %s", mark, slow)
	}
	b.sim.RemoveFault(0)
	b.restart()
	b.reply(channel, slow, 1)
	b.await("the watermark", func() bool { return b.watermark(channelID) >= micros(t, chat) })
}

// A message on its way to a dead connection is still to come when newer ones have been
// read: the bot reads a little more than it missed.
func TestFindsWhatWasStillToCome(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{Timing: slacksim.Timing{AckTimeout: 2 * time.Second}})
	b.isWatched(channel, channelID)
	b.fault(slacksim.Fault{On: slacksim.OnEnvelopes, Effect: slacksim.EffectWithhold, Times: 1})
	withheld := b.say("asha", channel, anError, "")
	b.isWatched(channel, channelID)
	b.halt()
	b.isLost()
	b.unanswered(channel, withheld, "an error that never arrived")
	b.start()
	b.answeredOnce([]string{withheld})
}

// A bot that ends stores how far it came.
func TestWatermarkOfTheEnd(t *testing.T) {
	t.Parallel()
	b := newTestBot(t, slacksim.Config{})
	b.halt()
	b.timing.SaveEvery = time.Hour
	b.start()
	ts := b.sayAll(1)
	b.answeredOnce(ts)
	if mark := b.watermark(channelID); mark != 0 {
		t.Errorf("watermark %d before its time", mark)
	}
	b.halt()
	if mark := b.watermark(channelID); mark < micros(t, ts[0]) {
		t.Errorf("watermark %d, want at least %s", mark, ts[0])
	}
}

// What Slack has given up on delivering, because it could not be stored, is looked for
// although the connection never broke.
func TestCatchesUpWithWhatSlackGaveUpOn(t *testing.T) {
	t.Parallel()
	const deliveries = 4 // by the local Slack, as by Slack
	b := newTestBot(t, slacksim.Config{Timing: slacksim.Timing{AckTimeout: 200 * time.Millisecond}})
	b.halt()
	b.timing.Redelivery = time.Second
	b.start()
	b.isWatched(channel, channelID)
	unlock := b.lockDatabase()
	ts := b.say("asha", channel, anError, "")
	b.isLost()
	b.await("the last attempt to fail", func() bool {
		return strings.Count(b.log.String(), "cannot store a message that should be answered") == deliveries
	})
	unlock()
	b.reply(channel, ts, 1)
	b.logs("answered=1")
	b.answeredOnce([]string{ts})
	b.await("the watermark", func() bool { return b.watermark(channelID) >= micros(t, ts) })
}

// A channel that cannot be read is left out with one line, and holds up no other.
func TestUnreadableChannel(t *testing.T) {
	for name, tt := range map[string]struct {
		fault func(b *testBot)
		want  string
	}{
		"not in it": {func(b *testBot) {
			if err := b.sim.SetMember(channel, "apierror", false); err != nil {
				b.t.Fatal(err)
			}
		}, "error=not_in_channel"},
		"no scope": {func(b *testBot) {
			b.fault(slacksim.Fault{On: "conversations.history", Match: channelID, Effect: slacksim.EffectError, Error: "missing_scope"})
		}, "error=missing_scope"},
		"an unknown error": {func(b *testBot) {
			b.fault(slacksim.Fault{On: "conversations.history", Match: channelID, Effect: slacksim.EffectError, Error: "out_of_cheese"})
		}, "error=out_of_cheese"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTestBot(t, slacksim.Config{})
			b.isWatched("release-team", "C0RELEASE")
			b.isWatched(channel, channelID)
			b.halt()
			missed := b.say("asha", "release-team", anError, "")
			b.isLost()
			tt.fault(b)
			b.sockets = quick
			for range 2 {
				b.start()
				b.reply("release-team", missed, 1)
				b.settle()
				b.sim.CutSockets()
				b.await("no socket", func() bool { return strings.Contains(b.log.String(), "connection to Slack lost") })
				b.twoSockets()
				b.isWatched("release-team", "C0RELEASE")
				b.halt()
			}
			if n := strings.Count(b.log.String(), "cannot read what was missed in a channel"); n != 1 || !strings.Contains(b.log.String(), tt.want) {
				t.Errorf("%d lines, want one with %s", n, tt.want)
			}
			if mark := b.watermark(channelID); mark != 0 {
				t.Errorf("the channel has the watermark %d still", mark)
			}
		})
	}
}

// Two replicas that come back at the same time answer once.
func TestReplicasCatchUp(t *testing.T) {
	pgtest.Server(t)
	t.Parallel()
	first := newTestBotOn(t, pgtest.Database(t), slacksim.Config{}, loadArticles(t, articles.FS))
	second := *first
	first.isWatched(channel, channelID)
	first.halt()
	asked := first.sayAll(20)
	first.isLost()
	ready := first.launch()
	second.start()
	first.isReady(ready)
	first.answeredOnce(asked)
	first.halt()
	second.halt()
	first.answeredOnce(asked)
}

func TestReadCatchUp(t *testing.T) {
	for age, want := range map[string]time.Duration{"15m": 15 * time.Minute, "0": 0, "0s": 0, "1h30m": 90 * time.Minute} {
		if got, err := readCatchUp(age); got != want || err != nil {
			t.Errorf("readCatchUp(%q) = %v, %v; want %v", age, got, err, want)
		}
	}
	for _, age := range []string{"", "15", "-1m", "soon"} {
		if _, err := readCatchUp(age); err == nil || !strings.Contains(err.Error(), "CATCH_UP") || !strings.Contains(err.Error(), "15m") {
			t.Errorf("readCatchUp(%q) = %v, want the setting and how to write it", age, err)
		}
	}
}
