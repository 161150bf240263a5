package main

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"apierrorbot/internal/pgtest"
	"apierrorbot/internal/slacksim"
	articles "apierrorbot/kb"
)

// gate stands between a bot and its database, and can be shut: a failover, as a
// client sees it.
type gate struct {
	ln     net.Listener
	target string

	mu    sync.Mutex
	shut  bool
	conns map[net.Conn]bool
}

// behindGate returns a database's URL that leads through a gate.
func behindGate(t *testing.T, database string) (string, *gate) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "5432")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{ln: ln, target: u.Host, conns: make(map[net.Conn]bool)}
	u.Host = ln.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() { g.serve(&serving) })
	t.Cleanup(func() {
		ln.Close()
		g.set(true)
		serving.Wait()
	})
	return u.String(), g
}

func (g *gate) serve(serving *sync.WaitGroup) {
	for {
		client, err := g.ln.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", g.target)
		if err != nil || !g.admit(client, server) {
			client.Close()
			continue
		}
		for _, pair := range [][2]net.Conn{{client, server}, {server, client}} {
			serving.Go(func() {
				io.Copy(pair[0], pair[1])
				g.drop(client, server)
			})
		}
	}
}

// admit lets a connection through, unless the gate is shut.
func (g *gate) admit(client, server net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		server.Close()
		return false
	}
	g.conns[client], g.conns[server] = true, true
	return true
}

func (g *gate) drop(conns ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range conns {
		c.Close()
		delete(g.conns, c)
	}
}

// set shuts the gate, which cuts what goes through it, or opens it.
func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	for c := range g.conns {
		if shut {
			c.Close()
		}
	}
}

// A database that is away for longer than a lease loses nothing: what cannot be
// stored is not acked, a click that cannot be is told so, and what was under way
// goes on.
func TestDatabaseFailover(t *testing.T) {
	database := pgtest.Database(t)
	t.Parallel()
	database, gate := behindGate(t, database)
	b := newTestBotOn(t, database, slacksim.Config{}, loadArticles(t, articles.FS))
	ticked := b.reply(channel, b.say("asha", channel, "429 TOO_MANY_REQUESTS", ""), 1)
	b.settle()
	b.fault(slacksim.Fault{On: "chat.postMessage", Effect: slacksim.EffectDelayReply, Delay: 500 * time.Millisecond, Times: 3})
	asked := b.sayAll(3)
	b.awaitHit("chat.postMessage")

	gate.set(true)
	asked = append(asked, b.say("ben", channel, "401 UNAUTHORISED", ""))
	b.logs("cannot store a message")
	if err := b.sim.Click("asha", channel, ticked.TS, stepButton(t, ticked, "Mark done", 0)); err != nil {
		t.Fatal(err)
	}
	b.isTold("asha", "could not save that")
	b.logs("cannot ask the database for unfinished replies")
	b.logs("lost the lease of a reply")

	gate.set(false)
	b.logs("the database answers again")
	b.await("the local Slack's attempts to end", func() bool { return b.sim.Unacked() == 0 })
	b.sim.Redeliver(100) // Slack's own come after a minute, and after five
	b.answeredOnce(asked)
	if err := b.sim.Click("asha", channel, ticked.TS, stepButton(t, ticked, "Mark done", 0)); err != nil {
		t.Fatal(err)
	}
	b.settle()
	if m, _ := b.sim.Message(channel, ticked.TS); stepButton(t, m, "Undo", 0).Value == "" {
		t.Error("the second click does not show")
	}
}
