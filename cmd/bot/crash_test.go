package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/pgtest"
	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/store"
	articles "apierrorbot/kb"
)

// The crash matrix: the bot, in a process of its own, is killed at a point of its
// work, with SIGKILL; another takes over; and the local Slack tells what people
// saw. Nothing in the bot knows of it. What makes the process stand still at the
// point comes from outside:
//
//   - A trigger in the database marks the transaction that makes a certain change;
//     at its commit the process stops. In SQLite the trigger calls a function that
//     only the test's process has, in PostgreSQL it waits for a lock that the test
//     holds.
//   - A fault in the local Slack keeps an answer back, or does the work later, when
//     the process is dead.
//
// The seed varies what goes on around the crash, and what the next life meets.

// crashPoint is a point at which the bot is killed.
type crashPoint struct {
	name  string
	work  func(*crash, crashPoint) // brings it there; messageOrClick if it is nil
	click bool                     // it is working on a click on a reply that stands there, not on new messages
	stop  string                   // one of stops, or ""
	fault slacksim.Fault           // what the local Slack does until then
	deaf  bool                     // and it hears no ack

	// at reports whether it has come to the point, beside being stopped.
	at func(*crash) bool
}

// crashPoints are in the order in which the bot passes them.
var crashPoints = []crashPoint{
	{name: "before the commit", stop: "a case is opened"},
	// That it is sending is stored with the case.
	{name: "after the commit, before the ack", at: (*crash).struck, deaf: true,
		fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectDelay, Delay: time.Hour}},
	{name: "after the ack", at: func(c *crash) bool { return c.sim.Acks().Acked > c.acked },
		fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectDelay, Delay: time.Hour}},
	{name: "after sending was stored", at: (*crash).struck,
		fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectDelay, Delay: time.Hour}},
	{name: "before another attempt", stop: "another attempt is stored",
		fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectRateLimit, Times: 1}},
	{name: "during the call, accepted", at: (*crash).answered,
		fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectLose}},
	{name: "during the call, accepted later", at: (*crash).struck,
		fault: slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectLate}},
	{name: "after the answer", stop: "a post is stored"},

	{name: "update, before the click's commit", click: true, stop: "a tick is stored"},
	{name: "update, not accepted", click: true, at: (*crash).struck,
		fault: slacksim.Fault{On: "chat.update", Effect: slacksim.EffectDelay, Delay: time.Hour}},
	{name: "update, accepted", click: true, at: (*crash).struck,
		fault: slacksim.Fault{On: "chat.update", Effect: slacksim.EffectLose}},
	{name: "update, accepted later", click: true, at: (*crash).struck,
		fault: slacksim.Fault{On: "chat.update", Effect: slacksim.EffectLate}},
	{name: "update, after the answer", click: true, stop: "an update is stored"},

	{name: "during a migration", work: migration, stop: "a migration is applied"},
}

// stops are the changes of the database at whose commit the bot can be stopped.
var stops = map[string]struct{ event, table, when string }{
	"a case is opened":          {"insert", "cases", "true"},
	"another attempt is stored": {"update", "cases", "old.reply_state = 'sending' and new.reply_state = 'sending' and old.reply_at <> new.reply_at"},
	"a post is stored":          {"update", "cases", "old.reply_state = 'sending' and new.reply_state = 'posted'"},
	"a tick is stored":          {"insert", "ticks", "true"},
	"an update is stored":       {"update", "cases", "old.reply_state = 'posted' and new.reply_rev > old.reply_rev"},
	"a migration is applied":    {"insert", "migrations", "true"},
}

// crashTiming makes what takes 15 s with Slack take one and a half. A call that is
// accepted late is accepted within latest.
var crashTiming = handlers.Timing{
	HTTPTimeout: 500 * time.Millisecond, Settle: time.Second, Backoff: 10 * time.Millisecond, Lease: time.Second,
	Redelivery: time.Minute, SaveEvery: time.Second, Purge: time.Hour,
}

const latest = 800 * time.Millisecond

// volume is how much a test does: an environment variable, or less by default.
func volume(t *testing.T, variable string, standard int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q: write a number", variable, text)
	}
	return n
}

// Whenever the bot is killed, each message is answered once, no click that was
// acked is lost, and the messages show what is stored.
func TestCrashMatrix(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		crashMatrix(t, newSQLiteStopper)
	})
	t.Run("postgres", func(t *testing.T) {
		pgtest.Server(t)
		t.Parallel()
		crashMatrix(t, newPostgresStopper)
	})
}

// atOnce is how many bots of the matrix run at the same time. They mostly wait.
const atOnce = 8

func crashMatrix(t *testing.T, open func(*testing.T) stopper) {
	var running sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for seed := range uint64(volume(t, "CRASH_SEEDS", 2)) {
		for _, p := range crashPoints {
			running.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				t.Run(fmt.Sprintf("%s/seed=%d", p.name, seed), func(t *testing.T) {
					c := newCrash(t, seed, open(t))
					if p.work == nil {
						p.work = messageOrClick
					}
					p.work(c, p)
					c.kill()
					c.goOn()
					if p.click {
						c.tick() // what is accepted late must not hide it
					}
					c.check()
				})
			})
		}
	}
	running.Wait()
}

// messageOrClick brings the bot to a point of its everyday work.
func messageOrClick(c *crash, p crashPoint) {
	c.begin()
	if p.click {
		c.sayOne()
		c.settledOnce()
	}
	if p.stop != "" {
		c.stopAt(p.stop)
	}
	c.switchOn(p.fault)
	if p.deaf {
		c.fault(slacksim.Fault{On: slacksim.OnEnvelopes, Effect: slacksim.EffectIgnoreAck, Match: "events_api"})
	}
	c.acked = c.sim.Acks().Acked
	if p.click {
		c.tick()
	} else {
		c.sayMore()
	}
	c.await("the bot to be there: "+p.name, func() bool {
		return (p.stop == "" || c.stopped()) && (p.at == nil || p.at(c))
	})
	if p.stop == "a tick is stored" && c.sim.Acks().Acked > c.acked {
		c.t.Error("a click was acked before it was stored")
	}
}

// migration brings the bot into the middle of a migration.
func migration(c *crash, p crashPoint) {
	names, err := fs.Glob(os.DirFS("../../internal/store/migrations"), "*.sql")
	if err != nil || len(names) < 2 {
		c.t.Fatalf("migrations: %v, %v", names, err)
	}
	ts := c.say("asha", channel, "429 TOO_MANY_REQUESTS", "") // nobody listens yet
	c.asked = append(c.asked, ts)
	c.firstVersion(ts)
	c.stopWhen(p.stop, fmt.Sprintf("new.version = %d", 2+c.rng.IntN(len(names)-1)))
	c.launchProcess()
	c.await("the migration", c.stopped)
}

// crash is one line of the matrix: a bot that is killed, and the next ones.
type crash struct {
	*testBot
	stopper
	rng   *rand.Rand
	asked []string // the messages that are to be answered
	acked int      // before the work began that the crash strikes in
	kill  func()
	hit   func() bool // whether the fault has struck
	late  bool        // it makes the local Slack accept a call later
}

func newCrash(t *testing.T, seed uint64, s stopper) *crash {
	b := newIdleTestBot(t, s.address(), slacksim.Config{Timing: slacksim.Timing{
		AckTimeout: time.Second,
		// An event comes again until it is acked, and not after.
		RetryDelays: slices.Repeat([]time.Duration{300 * time.Millisecond}, 100),
	}}, loadArticles(t, articles.FS))
	b.timing, b.catchUp = crashTiming, 0 // what is lost must not be found by reading histories
	return &crash{testBot: b, stopper: s, rng: rand.New(rand.NewPCG(seed, 0))}
}

// begin starts the bot that will be killed.
func (c *crash) begin() {
	c.launchProcess()
	c.await("the process to connect", func() bool { return c.sim.Sockets() == 2 })
	if c.rng.IntN(2) == 0 {
		c.fault(slacksim.Fault{On: slacksim.OnEnvelopes, Effect: slacksim.EffectDuplicate, Match: "events_api"})
	}
}

// launchProcess starts the bot as a process.
func (c *crash) launchProcess() {
	bot := exec.Command("stopping-bot") // stoppingBot: see TestMain
	bot.Dir, bot.Stderr = c.t.TempDir(), io.MultiWriter(c.log, c.t.Output())
	bot.Env = append(os.Environ(), "SLACK_API_URL="+c.sim.URL()+"/api/", "SLACK_BOT_TOKEN="+c.sim.BotToken(),
		"SLACK_APP_TOKEN="+c.sim.AppToken(), "DATABASE_URL="+c.url)
	if err := bot.Start(); err != nil {
		c.t.Fatal(err)
	}
	killed := false
	c.kill = func() {
		if killed {
			return
		}
		killed = true
		bot.Process.Kill()
		bot.Wait()
		c.sim.RemoveFault(0)
		c.clear(c.rng.IntN(2) == 0)
	}
	c.t.Cleanup(c.kill)
}

func (c *crash) stopAt(stop string) { c.stopWhen(stop, stops[stop].when) }

// stopWhen makes the bot stop at the next commit of such a change.
func (c *crash) stopWhen(stop, when string) {
	c.install(stops[stop].event, stops[stop].table, when)
}

func (c *crash) stopped() bool { return c.stopper.stopped(c.log.String()) }

// switchOn switches a point's fault on.
func (c *crash) switchOn(f slacksim.Fault) {
	if f.On == "" {
		return
	}
	if c.late = f.Effect == slacksim.EffectLate; c.late {
		f.Delay = time.Duration(c.rng.Int64N(int64(latest)))
	}
	id, err := c.sim.AddFault(f)
	if err != nil {
		c.t.Fatal(err)
	}
	c.hit = func() bool {
		for _, active := range c.sim.Faults() {
			if active.ID == id {
				return active.Hits > 0
			}
		}
		return false
	}
}

func (c *crash) struck() bool { return c.hit() }

// answered reports whether a reply stands in one of the threads.
func (c *crash) answered() bool {
	for _, ts := range c.asked {
		if len(botMessages(c.sim.Thread(channel, ts))) > 0 {
			return true
		}
	}
	return false
}

func (c *crash) sayOne() {
	c.asked = append(c.asked, c.say("asha", channel, "429 TOO_MANY_REQUESTS", ""))
}

// sayMore says a few errors at once, some of them to the bot, which brings two events.
func (c *crash) sayMore() {
	c.sayOne()
	for range c.rng.IntN(3) {
		text := []string{"@apierror 403 FORBIDDEN", "403 FORBIDDEN", outcomeBody("MISSING_VALUE")}[c.rng.IntN(3)]
		c.asked = append(c.asked, c.say("ben", channel, text, ""))
	}
}

// settledOnce waits for the reply to the one message that was said.
func (c *crash) settledOnce() {
	c.reply(channel, c.asked[0], 1)
	c.lookInto()
	c.settle()
	c.db.Close() // the killed process must be the last that has the file open
}

// tick clicks on a step of the reply that is not shown as ticked.
func (c *crash) tick() {
	c.await("a click to be possible", func() bool { // it is not when the message changes meanwhile
		reply := c.reply(channel, c.asked[0], 1)
		open := slices.DeleteFunc(shownSteps(c.t, reply), func(s shownStep) bool { return !s.Done })
		control := slacksim.Control{Value: open[c.rng.IntN(len(open))].value}
		return c.sim.Click("asha", channel, reply.TS, control) == nil
	})
}

// goOn starts the bot again, after some seeds only to be killed once more, and
// in weather that the seed makes.
func (c *crash) goOn() {
	if c.rng.IntN(3) == 0 {
		c.launchProcess()
		c.await("the second process to connect", func() bool { return c.sim.Sockets() == 2 })
		before, n := len(c.sim.Traffic(0)), c.rng.IntN(6)
		c.sayOne()
		c.await("something to pass between the bot and Slack", func() bool { return len(c.sim.Traffic(0)) >= before+n })
		c.kill()
	}
	for _, f := range c.weather() {
		c.fault(f)
	}
	c.start()
	c.lookInto()
}

// weather is what the last life meets.
func (c *crash) weather() []slacksim.Fault {
	return [][]slacksim.Fault{
		nil,
		{{On: "conversations.replies", Effect: slacksim.EffectLag, Delay: 300 * time.Millisecond}},
		{{On: "conversations.replies", Effect: slacksim.EffectHTTP, Status: 503, Times: 2}},
		{{On: "chat.postMessage", Effect: slacksim.EffectRateLimit, RetryAfter: 1, Times: 1}},
		{{On: "chat.postMessage", Effect: slacksim.EffectCut, Times: 1}, {On: "chat.update", Effect: slacksim.EffectCut, Times: 1}},
		{{On: "*", Effect: slacksim.EffectHTTP, Status: 502, Every: 3, Times: 4}},
	}[c.rng.IntN(6)]
}

// check compares what people see with what was said and what is stored.
func (c *crash) check() {
	for _, ts := range c.asked {
		c.reply(channel, ts, 1) // or it is lost
	}
	if c.late {
		c.await("what was accepted late", func() bool {
			return slices.ContainsFunc(c.sim.Traffic(0), func(e slacksim.Entry) bool { return e.Status == "done late" })
		})
	}
	c.settle()
	for _, ts := range c.asked {
		replies := botMessages(c.sim.Thread(channel, ts))
		if len(replies) != 1 {
			c.t.Errorf("%d replies to %s, want 1", len(replies), ts)
		}
		cs, err := c.db.Find(c.t.Context(), store.Key{Team: "T0LOCAL01", Channel: "C0SUPPORT", TS: ts})
		if err != nil {
			c.t.Fatal(err)
		}
		if want := ticked(cs); shownTicks(c.t, replies[0]) != want {
			c.t.Errorf("the message shows %q as ticked, stored is %q", shownTicks(c.t, replies[0]), want)
		}
	}
}

// ticked names the steps that are ticked in a case.
func ticked(cs store.Case) string {
	steps := make(map[string]bool)
	for _, t := range cs.Ticks {
		steps[t.Article+"/"+t.Step] = true
	}
	return namesOf(steps)
}

// shownTicks names the steps that a message shows as ticked.
func shownTicks(t testing.TB, m slacksim.Message) string {
	steps := make(map[string]bool)
	for _, s := range shownSteps(t, m) {
		steps[s.name()] = !s.Done
	}
	return namesOf(steps)
}

// shownStep is a step of a checklist in a message, as its button has it.
type shownStep struct {
	Article, Step string
	Done          bool   // what the button does
	value         string // of the button
}

func (s shownStep) name() string { return s.Article + "/" + s.Step }

// shownSteps returns the steps of the checklists in a message.
func shownSteps(t testing.TB, m slacksim.Message) (steps []shownStep) {
	t.Helper()
	for _, b := range parseBlocks(t, m) {
		if b.Accessory.ActionID != "step" {
			continue
		}
		s := shownStep{value: b.Accessory.Value}
		if err := json.Unmarshal([]byte(s.value), &s); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, s)
	}
	return steps
}

// namesOf writes the names of the steps that are ticked, sorted.
func namesOf(ticked map[string]bool) string {
	var names []string
	for name, yes := range ticked {
		if yes {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// firstVersion makes the database as the first version of the bot left it: the
// message is to be answered, and nothing was sent.
func (c *crash) firstVersion(ts string) {
	schema, err := os.ReadFile("../../internal/store/migrations/0001_cases.sql")
	if err != nil {
		c.t.Fatal(err)
	}
	c.do(string(schema) + fmt.Sprintf(`;
		create table migrations (version int primary key);
		insert into migrations (version) values (1);
		insert into cases (id, team, channel, ts, thread, opened_at, rev, state, state_by, state_at,
			reply_state, reply_id, reply_at, reply_ts, reply_rev, reply_error)
		values ('first', 'T0LOCAL01', 'C0SUPPORT', '%[1]s', '%[1]s', %[2]d, 1, 'open', '', 0, 'waiting', '', 0, '', 0, '');
		insert into items (case_id, n, kind, why, chosen) values ('first', 0, 'note', 'from the first version', '')`,
		ts, time.Now().UnixMilli()))
}
