package handlers

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"apierrorbot/internal/kb"
	"apierrorbot/internal/store"
	articles "apierrorbot/kb"
)

// The simulation: the bot as it is, with its database in a file, talks to a Slack
// that is made of functions (simslack_test.go) under a clock that jumps to the next
// moment at which something happens (testing/synctest). Messages arrive, twice, late
// and in any order; calls are refused, limited, done without an answer, done after
// everybody has given up; processes die in the middle of anything (simprocess_test.go).
// Everything that happens by chance depends on the seed. After a minute and a half the
// weather turns calm, and in the end each message must have been answered once and
// show what is stored.

const (
	simSaying = time.Minute      // so long people write messages
	simStorm  = 90 * time.Second // so long calls fail and processes die
	simCalm   = 2 * time.Minute  // within so long the rest is done, when all has been delivered
)

// TestSimulation runs SIMULATION_SEEDS seeds, or the one that SIMULATION_SEED names.
func TestSimulation(t *testing.T) {
	base, err := kb.Load(articles.FS, "kb")
	if err != nil {
		t.Fatal(err)
	}
	first, seeds := uint64(0), uint64(50)
	for name, number := range map[string]*uint64{"SIMULATION_SEED": &first, "SIMULATION_SEEDS": &seeds} {
		if text := os.Getenv(name); text != "" {
			if *number, err = strconv.ParseUint(text, 10, 64); err != nil {
				t.Fatalf("%s is %q: write a number", name, text)
			}
		}
	}
	if os.Getenv("SIMULATION_SEED") != "" {
		seeds = 1
	}
	next := make(chan uint64)
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for seed := range next {
				t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
					dir := t.TempDir()
					synctest.Test(t, func(t *testing.T) { newSimulation(t, base, dir, seed).run() })
					if t.Failed() {
						t.Logf("once more: SIMULATION_SEED=%d go test ./internal/handlers -run TestSimulation", seed)
					}
				})
			}
		})
	}
	for seed := range seeds {
		next <- first + seed
	}
	close(next)
	running.Wait()
}

// simulation is what happens with one seed.
type simulation struct {
	t     *testing.T
	base  *kb.Base
	dir   string // of the database
	seed  uint64
	began time.Time
	doing sync.WaitGroup // what people do, Slack brings and dying processes still do

	mu    sync.Mutex
	times map[string]int // how often chance decided about something
	trace []string
	lives int // processes that were started
	alive []*process
	said  []*simMessage
	slack simSlack

	weather weather
}

// weather is how rough it is. Seeds differ in it: what is rare together with
// everything else is frequent in some.
type weather struct {
	fates  [len(simFates)]int // how many calls in a hundred meet which of simFates
	deaths int                // how many commits, calls and acks in a thousand a process does not survive
	cutOff int                // how many commits in a hundred are the last ones for a while
}

func newWeather(r *rand.Rand) (w weather) {
	for i := range w.fates {
		w.fates[i] = []int{0, 1, 3, 10}[r.IntN(4)]
	}
	w.deaths = []int{0, 5, 10, 30}[r.IntN(4)]
	w.cutOff = []int{0, 1, 10}[r.IntN(3)]
	return w
}

// simMessage is a message that should be answered.
type simMessage struct {
	ts      string
	forever bool // Slack has given up on delivering it
	ticks   []*simTick
}

// simTick is a click on a step.
type simTick struct {
	step, user string
	by         *process // that acked it; nil: nobody did
}

func newSimulation(t *testing.T, base *kb.Base, dir string, seed uint64) *simulation {
	s := &simulation{t: t, base: base, dir: dir, seed: seed, began: time.Now(), times: make(map[string]int)}
	s.slack.told, s.weather = make(map[string]bool), newWeather(s.chance("weather"))
	return s
}

// chance decides what happens this time with something. It depends on the seed, on
// what it is and on how often that has happened, and so not on which goroutine is
// faster.
func (s *simulation) chance(what string, args ...any) *rand.Rand {
	what = fmt.Sprintf(what, args...)
	s.mu.Lock()
	s.times[what]++
	n := s.times[what]
	s.mu.Unlock()
	h := fnv.New64a()
	fmt.Fprint(h, what, " ", n)
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

// within returns a time of up to d.
func within(r *rand.Rand, d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }

// note writes what happened, for whoever looks into a seed that failed.
func (s *simulation) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace = append(s.trace, fmt.Sprintf("%12s  ", time.Since(s.began))+fmt.Sprintf(format, args...))
}

func (s *simulation) stormy() bool { return time.Since(s.began) < simStorm }

func (s *simulation) run() {
	defer func() {
		if s.t.Failed() {
			s.t.Log("\n" + strings.Join(s.trace, "\n"))
		}
	}()
	plan := s.chance("plan")
	s.start(1 + plan.IntN(2))
	for n := range 2 + plan.IntN(5) {
		s.doing.Go(func() { s.talk(n) })
	}
	for range plan.IntN(4) {
		time.AfterFunc(within(plan, simStorm), s.killOne)
	}
	quiet := make(chan struct{})
	time.AfterFunc(simStorm, func() {
		s.doing.Wait()
		close(quiet)
	})
	for end := s.began.Add(simStorm + simCalm); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		select {
		case <-quiet:
		default:
			end = time.Now().Add(simCalm)
		}
		if len(s.living()) == 0 {
			time.Sleep(within(plan, []time.Duration{time.Second, 10 * time.Second}[plan.IntN(2)]))
			s.start(1 + plan.IntN(2))
		}
	}
	s.check()
	for _, p := range s.living() {
		p.die("at the end")
	}
	s.doing.Wait()
}

// killOne kills a process that lives.
func (s *simulation) killOne() {
	if living := s.living(); len(living) > 0 {
		living[s.chance("whom to kill").IntN(len(living))].die("out of the blue")
	}
}

// talk is one person's message, and the clicks on the reply.
func (s *simulation) talk(n int) {
	r := s.chance("talk %d", n)
	time.Sleep(within(r, simSaying))
	m := &simMessage{ts: formatTS(time.Now().UnixMicro())}
	s.mu.Lock()
	s.said = append(s.said, m)
	s.mu.Unlock()
	kinds := []string{"message"}
	if r.IntN(3) == 0 {
		kinds = append(kinds, typeMention)
	}
	for _, kind := range kinds {
		payload := asJSON(map[string]any{"team_id": "T1", "event": map[string]any{
			"type": kind, "user": "U1", "text": []string{"429 TOO_MANY_REQUESTS", "403 FORBIDDEN"}[n%2], "ts": m.ts,
			"channel": fmt.Sprint("C", n%2), "channel_type": "channel",
		}})
		s.note("message %s in C%d, as %s", m.ts, n%2, kind)
		after, again, late := within(r, 2*time.Second), r.IntN(4) == 0, within(r, 200*time.Second)
		s.doing.Go(func() {
			if !s.deliver(kind+" "+m.ts, "events_api", payload, after, 0, time.Minute, 5*time.Minute) {
				s.mu.Lock()
				m.forever = true
				s.mu.Unlock()
			}
		})
		if again {
			s.doing.Go(func() { s.deliver(kind+" again "+m.ts, "events_api", payload, late) })
		}
	}
	burst := within(r, 30*time.Second)
	for k := range r.IntN(5) {
		s.doing.Go(func() { s.click(m, k, burst, fmt.Sprint("U", k+1)) })
	}
}

// click clicks on the k-th step of a message's reply, a while after it is there, when
// others do, too.
func (s *simulation) click(m *simMessage, k int, burst time.Duration, user string) {
	r := s.chance("click %s %d", m.ts, k)
	for s.slack.replyTo(s, m.ts) == nil {
		if !s.stormy() {
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	time.Sleep(burst + within(r, 5*time.Second))
	reply := s.slack.replyTo(s, m.ts)
	pressed := reply.button(k)
	var v value
	if json.Unmarshal([]byte(pressed), &v) != nil || !v.Done {
		return
	}
	tick := &simTick{step: v.Step, user: user}
	s.mu.Lock()
	m.ticks = append(m.ticks, tick)
	s.mu.Unlock()
	payload := asJSON(map[string]any{
		"type": "block_actions", "user": map[string]any{"id": user}, "team": map[string]any{"id": "T1"},
		"channel": map[string]any{"id": reply.channel}, "container": map[string]any{"message_ts": reply.ts, "thread_ts": m.ts},
		"actions":      []any{map[string]any{"action_id": actionStep, "value": pressed}},
		"response_url": "https://slack.invalid/response/" + user,
	})
	s.note("%s clicks on %s of %s", user, v.Step, m.ts)
	s.deliverTo("click "+m.ts+user, "interactive", payload, within(r, time.Second), func(p *process) { tick.by = p })
}

// deliver brings an envelope to any process, again after each delay, until it is acked.
func (s *simulation) deliver(what, kind string, payload []byte, delays ...time.Duration) (acked bool) {
	for _, delay := range delays {
		if s.deliverTo(what, kind, payload, delay, func(*process) { acked = true }); acked {
			return true
		}
	}
	return false
}

// deliverTo brings an envelope to any process once, after a delay.
func (s *simulation) deliverTo(what, kind string, payload []byte, delay time.Duration, acked func(*process)) {
	time.Sleep(delay)
	r := s.chance("deliver %s", what)
	living := s.living()
	if len(living) == 0 {
		return
	}
	p := living[r.IntN(len(living))]
	s.note("%s to %s", what, p)
	got := make(chan struct{})
	var once sync.Once
	p.bot.Record(kind, string(payload), func() {
		once.Do(func() {
			switch {
			case p.diesBy("the ack of "+what) || p.dead.Load():
			case s.stormy() && s.chance("ack %s", what).IntN(20) == 0:
				s.note("the ack of %s is lost", what)
			default:
				close(got)
			}
		})
	})
	select {
	case <-got:
		acked(p)
	case <-time.After(3 * time.Second):
	}
}

// check compares what was said, what is shown and what is stored.
func (s *simulation) check() {
	ctx := s.t.Context()
	db, err := store.OpenBeside(ctx, "sqlite:"+s.dir+"/bot.db")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if ids, err := db.Unfinished(ctx); len(ids) > 0 || err != nil {
		s.t.Errorf("unfinished: %v, %v", ids, err)
	}
	for _, m := range s.said {
		replies := s.slack.repliesTo(s, m.ts)
		if len(replies) > 1 {
			s.t.Errorf("message %s: %d replies", m.ts, len(replies))
		}
		if len(replies) == 0 && !m.forever {
			s.t.Errorf("message %s: no reply", m.ts)
		}
		if len(replies) == 1 {
			s.checkReply(db, m, replies[0])
		}
	}
}

func (s *simulation) checkReply(db *store.Store, m *simMessage, shown simReply) {
	c, err := db.Find(s.t.Context(), store.Key{Team: "T1", Channel: shown.channel, TS: m.ts})
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := newView(c, &pages{byRevision: make(map[string]*page)})
	if err != nil {
		s.t.Fatal(err)
	}
	if want := string(asJSON(render(v).blocks)); shown.blocks != want {
		s.t.Errorf("message %s shows an old state:\n got %s\nwant %s", m.ts, shown.blocks, want)
	}
	for _, tick := range m.ticks {
		_, stored := c.Tick(c.Items[0].Chosen, tick.step)
		if !stored && tick.by != nil && !tick.by.dead.Load() && !s.slack.told[tick.user] {
			s.t.Errorf("message %s: the tick of %s was acked by %s, and is lost", m.ts, tick.step, tick.by)
		}
	}
}

func asJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}
