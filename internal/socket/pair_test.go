package socket

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func two(cfg *Config) { cfg.Connections = 2 }

// pairUp accepts and greets the two connections of a start.
func (f *fakeSlack) pairUp() (first, second *peer) {
	f.t.Helper()
	first = f.greet()
	second = f.greet()
	synctest.Wait()
	return first, second
}

func TestTheSecondConnectionFollowsTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec, two)
		start := time.Now()
		p := f.accept()
		<-time.After(10 * time.Second) // of silence before the hello
		if n := len(f.openTimes()); n != 1 {
			t.Errorf("%d openings before the first hello, want 1", n)
		}
		p.greet()
		if got := <-s.ready; got != 1 {
			t.Errorf("OnReady got %d connections, want 1", got)
		}
		q := f.greet()
		if got, want := time.Since(start), 30*time.Second; got != want {
			t.Errorf("the second connection came after %s, want %s", got, want)
		}

		p.send(event("on-p"))
		q.send(event("on-q"))
		for range 2 {
			(<-rec.acks)()
		}
		if got := p.ack() + " " + q.ack(); got != "on-p on-q" {
			t.Errorf("acks came as %q: each must go out on the connection of its envelope", got)
		}
		if n := s.logs.count("level=WARN"); n != 0 || s.Live() != 2 || len(s.ready) != 0 {
			t.Errorf("%d warnings, %d live, OnReady called %d times more:\n%s", n, s.Live(), len(s.ready), s.logs)
		}
	})
}

// For a week, Slack ends each connection a few hours after its hello, most often with a warning first, sometimes all
// at the same moment, sometimes one without a word. The app is never without a connection.
func TestNeverWithoutAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{}, two)
		f.pairUp()
		peers := func() []*peer {
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.greeted) != 2 {
				t.Fatalf("%d connections, want 2:\n%s", len(f.greeted), s.logs)
			}
			return slices.Clone(f.greeted)
		}
		replace := func(n int) {
			for range n {
				f.greet()
			}
			<-time.After(10 * time.Second) // longer than the grace time
		}
		for day := range 7 {
			for _, p := range peers() { // by their age
				<-time.After(2 * time.Hour)
				p.send(disconnect("warning"))
				replace(1)
				if !isClosed(p.gone) {
					t.Fatal("a connection stayed after its replacement")
				}
			}
			<-time.After(2 * time.Hour)
			for _, p := range peers() { // Slack restarts
				p.send(disconnect("refresh_requested"))
			}
			replace(2)
			<-time.After(2 * time.Hour)
			peers()[day%2].ws.Close()
			replace(1)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if slices.Contains(f.history, 0) || len(f.history) < 7*5*2 {
			t.Errorf("connections, after each change: %v", f.history)
		}
	})
}

func TestASingleCutIsMendedWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{}, two)
		p, q := f.pairUp()
		for range 50 {
			cut := time.Now()
			p.ws.Close()
			p = f.greet()
			if waited := time.Since(cut); waited > time.Second {
				t.Fatalf("reconnected after %s", waited)
			}
			p, q = q, p
			<-time.After(25 * time.Second)
		}
		if <-s.ready; len(s.ready) != 0 {
			t.Error("OnReady was called though there was always a connection")
		}
	})
}

// One connection is cut again and again and waits ever longer; when the other is lost, too, it does not wait with it.
func TestWhoeverComesFirstOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		f.run(t, acker{}, two)
		p, q := f.pairUp()
		for range 6 {
			p.ws.Close()
			p = f.greet()
		}
		p.ws.Close()
		synctest.Wait()
		cut := time.Now()
		q.ws.Close()
		f.greet()
		if waited := time.Since(cut); waited > time.Second {
			t.Errorf("reconnected after %s", waited)
		}
	})
}

// When both are lost, one comes back at once, the other some time later, so that they do not grow old together. While
// Slack is away only one of them tries.
func TestAnOutageOfBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{}, two)
		p, q := f.pairUp()
		<-time.After(time.Hour)
		<-s.ready
		f.setAnswer(statusWith(503, ""))
		before := len(f.openTimes())
		p.ws.Close()
		q.ws.Close()
		<-time.After(time.Hour)
		if got := s.logs.count("level=WARN", "503 Service Unavailable"); got != 1 {
			t.Errorf("%d warnings in an hour of 503, want 1:\n%s", got, s.logs)
		}
		if got := len(f.openTimes()) - before; got > 150 {
			t.Errorf("%d openings in an hour of 503: more than one keeper tries", got)
		}
		f.setAnswer(nil)
		f.greet()
		back := time.Now()
		<-s.ready
		f.greet()
		if got := time.Since(back); got < 20*time.Second || got > 80*time.Second {
			t.Errorf("the second came %s after the first, want 20 s to 80 s", got)
		}
	})
}

// One connection may be in trouble while the other is well.
func TestTroubleOfOneIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{}, two)
		p := f.greet()
		for range 20 {
			f.accept().send(disconnect("too_many_websockets"))
		}
		p.send(event("e"))
		p.ack()
		if got := s.logs.count("level=ERROR", "stop other copies"); got != 1 {
			t.Errorf("%d errors, want 1:\n%s", got, s.logs)
		}
	})
}

func TestAnAuthErrorOfOneEndsBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec, two)
		p := f.greet()
		p.send(event("e"))
		ack := <-rec.acks
		f.setAnswer(refuseWith("token_revoked"))
		<-time.After(21 * time.Second) // the second has been refused, and the first waits for its ack
		ack()
		<-s.done
		var auth *AuthError
		if !errors.As(s.err, &auth) {
			t.Errorf("Run returned %v", s.err)
		}
		if got := p.ack(); got != "e" {
			t.Errorf("acked %q", got)
		}
	})
}

func TestShutdownDrainsBothAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec, two)
		p, q := f.pairUp()
		p.send(event("never acked"))
		q.send(event("nor this"))
		<-rec.acks
		<-rec.acks
		asked := time.Now()
		s.cancel()
		<-s.done
		if got := time.Since(asked); got != 3*time.Second || s.err != nil {
			t.Errorf("Run returned %v after %s, want nil after 3 s", s.err, got)
		}
	})
}

func TestShutdownWhileTheSecondWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{}, two)
		f.greet()
		synctest.Wait()
		asked := time.Now()
		s.cancel()
		<-s.done
		if got := time.Since(asked); got != 0 || s.err != nil {
			t.Errorf("Run returned %v after %s, want nil at once", s.err, got)
		}
	})
}

// Slack's count is a reason to warn only if the connections cannot be ours.
func TestConnectionsOfOthers(t *testing.T) {
	greetWith := func(f *fakeSlack, counts ...int) (peers []*peer) {
		for _, n := range counts {
			p := f.accept()
			p.send(hello(n))
			peers = append(peers, p)
		}
		synctest.Wait()
		return peers
	}
	for _, tt := range []struct {
		name     string
		replicas bool
		meet     func(f *fakeSlack)
		warnings int
		lines    int // of any level
	}{
		{name: "ours", meet: func(f *fakeSlack) { greetWith(f, 1, 2) }},
		{name: "no count", meet: func(f *fakeSlack) { greetWith(f, 0, 0) }},
		{name: "another copy", warnings: 1, lines: 1, meet: func(f *fakeSlack) { greetWith(f, 2, 3) }},
		{name: "replicas", replicas: true, lines: 1, meet: func(f *fakeSlack) { greetWith(f, 3, 4) }},
		{name: "a predecessor that was killed", meet: func(f *fakeSlack) { greetWith(f, 3, 2) }},
		{name: "another copy that comes later", warnings: 1, lines: 1, meet: func(f *fakeSlack) {
			for _, p := range greetWith(f, 1, 2) {
				<-time.After(time.Hour)
				p.send(disconnect("warning"))
				greetWith(f, 5)
			}
		}},
		{name: "another copy that stays, leaves and comes again", warnings: 2, lines: 2, meet: func(f *fakeSlack) {
			p := greetWith(f, 2, 3)[1]
			for _, n := range []int{5, 5, 2, 5, 5, 5} {
				<-time.After(time.Hour)
				p.send(disconnect("warning"))
				p = greetWith(f, n)[0]
			}
		}},
		{name: "both were lost and are still counted", meet: func(f *fakeSlack) {
			for _, p := range greetWith(f, 1, 2) {
				p.ws.Close()
			}
			greetWith(f, 3, 4)
		}},
		{name: "one that was lost is counted for ever", warnings: 1, lines: 1, meet: func(f *fakeSlack) {
			p := greetWith(f, 1, 2)[1]
			p.ws.Close()
			p = greetWith(f, 3)[0]
			for range 2 {
				<-time.After(time.Hour)
				p.send(disconnect("warning"))
				p = greetWith(f, 4)[0]
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := inMemory(t)
				s := f.run(t, acker{}, two, func(cfg *Config) { cfg.Replicas = tt.replicas })
				tt.meet(f)
				warnings := s.logs.count("level=WARN", "another copy of the bot")
				lines := warnings + s.logs.count("level=INFO", "replicas on the same database")
				if got, want := fmt.Sprint(warnings, lines), fmt.Sprint(tt.warnings, tt.lines); got != want {
					t.Errorf("warnings and lines: %s, want %s:\n%s", got, want, s.logs)
				}
			})
		})
	}
}
