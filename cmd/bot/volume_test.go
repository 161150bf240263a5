package main

import (
	"math/rand/v2"
	"sync"
	"testing"

	"apierrorbot/internal/handlers"
	"apierrorbot/internal/pgtest"
	"apierrorbot/internal/slacksim"
	"apierrorbot/internal/store"
	articles "apierrorbot/kb"
)

// Messages arrive at two replicas with two sockets each, as messages and as mentions,
// each event twice, and again later, while sockets come and go: each is answered once.
// TEST_DELIVERIES says how many envelopes.
func TestManyDeliveries(t *testing.T) {
	b := newIdleTestBot(t, pgtest.Database(t), slacksim.Config{}, loadArticles(t, articles.FS))
	b.timing, b.sockets = handlers.DefaultTiming, quick
	b.startTwo()
	b.fault(slacksim.Fault{On: slacksim.OnEnvelopes, Effect: slacksim.EffectDuplicate})
	var asked []string
	for round, deliveries := 0, volume(t, "TEST_DELIVERIES", 2_000); b.sim.Acks().Sent < deliveries; round++ {
		for i := range 100 {
			text := "403 FORBIDDEN"
			if i%5 == 0 {
				text = "@apierror " + text
			}
			asked = append(asked, b.say("asha", channel, text, ""))
		}
		b.sim.Redeliver(300)
		if round%5 == 1 {
			b.sim.CutOldest()
			b.sim.DisconnectOldest("refresh_requested", 0)
		}
		b.await("most of it to be acked", func() bool { return b.sim.Unacked() < 100 })
	}
	b.answeredOnce(asked)
	t.Logf("%d messages in %d envelopes", len(asked), b.sim.Acks().Sent)
}

// Many people tick many checklists, served by two replicas: in the end each message
// shows what was clicked last, and so does the database. TEST_CLICKS says how many
// clicks.
func TestManyClicks(t *testing.T) {
	const steps = 20 // of each list
	clicks := volume(t, "TEST_CLICKS", 500)
	b := newIdleTestBot(t, pgtest.Database(t), slacksim.Config{}, longLists(t))
	b.timing = handlers.DefaultTiming
	b.startTwo()
	lists := make([]string, max(clicks/100, 10)) // the messages
	for i := range lists {
		lists[i] = b.reply(channel, b.say("asha", channel, "418 LONG_LIST_418 and 451 LONG_LIST_451", ""), 1).TS
	}
	b.settle()
	ids := b.addPeople(50)
	people := make([]person, len(ids))
	var running sync.WaitGroup
	for n := range people {
		p := &people[n]
		*p = person{testBot: b, id: ids[n], rng: rand.New(rand.NewPCG(uint64(n), 0)), last: make(map[place]bool)}
		for step := n; step < len(lists)*steps; step += len(ids) {
			p.own = append(p.own, nth{lists[step/steps], step % steps})
		}
		running.Go(func() {
			for range clicks / len(ids) {
				p.click()
			}
		})
	}
	running.Wait()
	b.settle()
	for _, ts := range lists {
		want := make(map[string]bool)
		for _, p := range people {
			for at, done := range p.last {
				if at.ts == ts {
					want[at.step] = done
				}
			}
		}
		m, _ := b.sim.Message(channel, ts)
		c, err := b.db.Find(t.Context(), store.Key{Team: "T0LOCAL01", Channel: "C0SUPPORT", TS: m.ThreadTS})
		if err != nil {
			t.Fatal(err)
		}
		if shown, stored := shownTicks(t, m), ticked(c); shown != namesOf(want) || stored != shown {
			t.Errorf("ticked last: %q\nshown:       %q\nstored:      %q", namesOf(want), shown, stored)
		}
	}
}

// place is a step on one of the lists.
type place struct{ ts, step string }

// nth is a step by its number on one of the lists.
type nth struct {
	ts   string
	step int
}

// person clicks on what they see, and waits until the message shows it. Each step is
// one person's, so that it is known what was clicked last.
type person struct {
	*testBot
	id   string
	rng  *rand.Rand
	own  []nth
	last map[place]bool // whether the last click was to mark it as done
}

// click clicks on some button, and again when the bot says that it could not do it.
func (p *person) click() {
	own := p.own[p.rng.IntN(len(p.own))]
	clicked := p.sees(own)
	p.last[place{own.ts, clicked.name()}] = clicked.Done
	for told := -1; p.sees(own).Done == clicked.Done; {
		if now := len(p.sim.Ephemerals(p.id, channel)); now > told {
			told = now
			// It fails when the message shows the click by now.
			p.sim.Click(p.id, channel, own.ts, slacksim.Control{Value: clicked.value})
		}
		p.await("the click to show, or not to be done", func() bool {
			return p.sees(own).Done != clicked.Done || len(p.sim.Ephemerals(p.id, channel)) > told
		})
	}
}

// sees returns a step as the message shows it.
func (p *person) sees(s nth) shownStep {
	m, _ := p.sim.Message(channel, s.ts)
	return shownSteps(p.t, m)[s.step]
}
