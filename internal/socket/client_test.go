package socket

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

func TestEnvelopesAreRecordedAndAcked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec)
		p := f.greet()
		if got := <-s.ready; got != 1 {
			t.Errorf("OnReady got %d connections, want 1", got)
		}

		p.send(`{"envelope_id":"e1","type":"events_api","accepts_response_payload":false,"payload":{"event_id":"Ev1"},"retry_attempt":2,"retry_reason":"timeout"}`)
		p.send(`{"envelope_id":"e2","type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/apierror"}}`)
		p.send(`{"type":"interactive","payload":{"actions":[]},"envelope_id":"e3"}`)
		want := []Envelope{
			{ID: "e1", Type: "events_api", Payload: `{"event_id":"Ev1"}`, RetryAttempt: 2, RetryReason: "timeout"},
			{ID: "e2", Type: "slash_commands", Payload: `{"command":"/apierror"}`},
			{ID: "e3", Type: "interactive", Payload: `{"actions":[]}`},
		}
		var got []Envelope
		for range want {
			got = append(got, <-rec.envelopes)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}

		synctest.Wait()
		p.quiet() // nothing is acked by itself
		first, second := <-rec.acks, <-rec.acks
		second()
		second()
		first()
		if got := []string{p.ack(), p.ack()}; !cmp.Equal(got, []string{"e2", "e1"}) {
			t.Errorf("acked %v, want e2 and then e1", got)
		}
		synctest.Wait()
		p.quiet() // the second call of an ack does nothing
		wantCounts := Counts{Opened: 1, Recorded: 3, Acked: 2}
		if diff := cmp.Diff(wantCounts, s.Counts()); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
	})
}

func TestRefreshOpensTheNewConnectionFirst(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested"} {
		t.Run(reason, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { testRefresh(t, reason) }) })
	}
}

func testRefresh(t *testing.T, reason string) {
	f := inMemory(t)
	s := f.run(t, acker{})
	old := f.greet()
	<-time.After(time.Hour)
	asked := time.Now()
	old.send(disconnect(reason))
	fresh := f.accept()
	if waited := time.Since(asked); waited > time.Second {
		t.Errorf("the new connection took %s", waited)
	}

	<-time.After(20 * time.Second) // the new one is there but has not said hello
	old.send(event("before"))
	if got := old.ack(); got != "before" {
		t.Errorf("acked %q before the new hello", got)
	}
	fresh.send(hello(2))
	synctest.Wait()
	old.send(event("after"))
	fresh.send(event("fresh"))
	if got := old.ack() + " " + fresh.ack(); got != "after fresh" {
		t.Errorf("acked %q after the new hello", got)
	}
	<-time.After(4 * time.Second)
	if isClosed(old.gone) {
		t.Error("the old connection ended within its grace time")
	}
	<-old.gone
	if !websocket.IsCloseError(old.err, websocket.CloseNormalClosure) {
		t.Errorf("the old connection ended with %v, want a close frame", old.err)
	}
	fresh.send(event("later"))
	fresh.ack()
	synctest.Wait() // until the Client, too, is done with the old one
	if s.logs.count("level=WARN") != 0 || s.Live() != 1 || len(f.openTimes()) != 2 {
		t.Errorf("live %d, openings %d, log:\n%s", s.Live(), len(f.openTimes()), s.logs)
	}
}

func TestRefreshWhileSlackIsDownKeepsTheOldConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{})
		old := f.greet()
		f.setAnswer(statusWith(503, ""))
		old.send(disconnect("refresh_requested"))
		<-time.After(10 * time.Minute)
		old.send(event("still here"))
		if got := old.ack(); got != "still here" {
			t.Errorf("acked %q", got)
		}
		f.setAnswer(nil)
		f.greet()
		<-old.gone
		if got := s.logs.count("level=WARN"); got != 1 {
			t.Errorf("%d warnings for one outage:\n%s", got, s.logs)
		}
	})
}

func TestRefreshWithoutAHelloFromTheNewConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		f.run(t, acker{})
		old := f.greet()
		old.send(disconnect("refresh_requested"))
		f.accept().ws.Close()
		f.accept().send(disconnect("refresh_requested"))
		old.send(event("still here"))
		old.ack()
		f.greet()
		<-old.gone
	})
}

// Whatever has happened by the time that Run looks at a connection, the hello counts, and so does the reason to leave.
func TestEverythingHappensAtOnce(t *testing.T) {
	done := make(chan struct{})
	close(done)
	for range 100 {
		greeted := 0
		logs := &logBuffer{}
		c := New(Config{Log: slog.New(slog.NewTextHandler(logs, nil)), OnReady: func(int) { greeted++ }})
		k := &keeper{Client: c, ctx: t.Context(), backoff: newBackoff(c.cfg.Timings)}
		k.attend(&conn{Client: c, hello: done, first: true, leave: done, ended: done, reason: "refresh_requested"})
		if greeted != 1 || logs.count("reason=refresh_requested") != 1 {
			t.Fatalf("greeted %d times, log:\n%s", greeted, logs)
		}
	}
}

func TestDisconnectReasonsThatNeedAttention(t *testing.T) {
	for _, tt := range []struct {
		reason, log string
		least, most time.Duration
	}{
		{"too_many_websockets", "stop other copies", 5 * time.Second, 8 * time.Second},
		{"link_disabled", "Settings, Socket Mode", 30 * time.Second, 45*time.Second + time.Second},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := inMemory(t)
				s := f.run(t, acker{})
				p := f.accept()
				p.send(disconnect(tt.reason))
				told := time.Now()
				<-p.gone
				q := f.accept()
				if got := time.Since(told); got < tt.least || got > tt.most {
					t.Errorf("opened again after %s, want %s to %s", got, tt.least, tt.most)
				}
				q.send(disconnect(tt.reason))
				f.greet()
				if got := s.logs.count("level=ERROR", tt.log); got != 1 {
					t.Errorf("%d lines say what to do, want 1:\n%s", got, s.logs)
				}
			})
		})
	}
}

func TestACleanCutIsMendedWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		f.run(t, acker{})
		p := f.greet()
		for range 100 { // the first at once, the others after some quiet
			cut := time.Now()
			p.ws.Close()
			p = f.greet()
			if waited := time.Since(cut); waited > time.Second {
				t.Fatalf("reconnected after %s", waited)
			}
			<-time.After(25 * time.Second)
		}
	})
}

// A server that accepts and disconnects gets no more than six openings in any minute for each connection that the Client
// wants to keep, however it does it.
func TestHostileServersAreNotHammered(t *testing.T) {
	type server struct {
		name   string
		answer func(http.ResponseWriter) bool
		meet   func(p *peer)
	}
	cutAfter := func(d time.Duration) func(p *peer) {
		return func(p *peer) {
			p.send(hello(1))
			<-time.After(d)
			p.ws.Close()
		}
	}
	servers := []server{
		{name: "cuts before hello", meet: func(p *peer) { p.ws.Close() }},
		{name: "cuts after hello", meet: cutAfter(0)},
		{name: "cuts 5 s after hello", meet: cutAfter(5 * time.Second)},
		{name: "cuts once stable", meet: cutAfter(20 * time.Second)},
		{name: "503", answer: statusWith(503, "")},
		{name: "429 at once", answer: statusWith(429, "0")},
		{name: "unknown error", answer: refuseWith("a_new_error")},
		{name: "not JSON", answer: func(w http.ResponseWriter) bool { fmt.Fprint(w, "<html>log in</html>"); return true }},
		{name: "no address", answer: func(w http.ResponseWriter) bool { fmt.Fprint(w, `{"ok":true}`); return true }},
	}
	for _, reason := range []string{"warning", "refresh_requested", "too_many_websockets", "link_disabled", "something_new"} {
		servers = append(servers,
			server{name: reason, meet: func(p *peer) { p.send(disconnect(reason)); <-p.gone }},
			server{name: reason + " after hello", meet: func(p *peer) {
				p.send(hello(1))
				p.send(disconnect(reason))
				select {
				case <-p.gone:
				case <-time.After(time.Minute):
				}
			}})
	}
	for _, tt := range servers {
		for _, connections := range []int{1, 2} {
			t.Run(fmt.Sprint(tt.name, ", connections: ", connections), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testHostile(t, tt.answer, tt.meet, connections) })
			})
		}
	}
}

func testHostile(t *testing.T, answer func(http.ResponseWriter) bool, meet func(p *peer), connections int) {
	f := inMemory(t)
	f.setAnswer(answer)
	s := f.run(t, acker{}, func(cfg *Config) { cfg.Connections = connections })
	end := time.After(time.Hour)
	var met []chan struct{}
	for {
		select {
		case p := <-f.peers:
			done := make(chan struct{})
			met = append(met, done)
			go func() { defer close(done); meet(p) }()
			continue
		case <-end:
		}
		break
	}
	s.cancel()
	<-s.done
	for _, done := range met {
		<-done
	}

	opens := f.openTimes()
	if len(opens) < 50 {
		t.Errorf("only %d openings in an hour: the bot must keep trying", len(opens))
	}
	most := 6 * connections
	for i := most; i < len(opens); i++ {
		if d := opens[i].Sub(opens[i-most]); d <= time.Minute {
			t.Fatalf("%d openings within %s, from %s after the start", most+1, d, opens[i-most].Sub(opens[0]))
		}
	}
}

func ignorePings(ws *websocket.Conn) { ws.SetPingHandler(func(string) error { return nil }) }

func TestHalfOpenConnectionsAreDropped(t *testing.T) {
	for _, tt := range []struct {
		name string
		meet func(p *peer)
	}{
		{"silent after hello", func(p *peer) { p.send(hello(1)) }},
		{"pings but no hello", func(p *peer) {
			for range 5 {
				p.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-1"), time.Now().Add(time.Second))
				<-time.After(5 * time.Second)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := inMemory(t)
				f.prepare = ignorePings
				s := f.run(t, acker{})
				start := time.Now()
				p := f.accept()
				tt.meet(p)
				<-p.gone
				if got := time.Since(start); got < 25*time.Second || got > 26*time.Second {
					t.Errorf("dropped after %s, want 25 s", got)
				}
				f.greet()
				if got := time.Since(start); got > 30*time.Second {
					t.Errorf("opened again only after %s", got)
				}
				if got := s.Counts().HalfOpen; got != 1 {
					t.Errorf("%d half-open connections counted, want 1", got)
				}
			})
		})
	}
}

func TestAnyFrameCountsAsLife(t *testing.T) {
	t.Run("answers to our pings", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := inMemory(t)
			f.run(t, acker{})
			p := f.greet()
			<-time.After(time.Hour)
			p.send(event("e"))
			p.ack()
		})
	})
	t.Run("Slack's pings, which are answered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := inMemory(t)
			pongs := make(chan string, 100)
			f.prepare = func(ws *websocket.Conn) {
				ignorePings(ws)
				ws.SetPongHandler(func(data string) error { pongs <- data; return nil })
			}
			f.run(t, acker{})
			p := f.greet()
			for i := range 100 {
				want := fmt.Sprintf("Ping %d from applink-1", i)
				p.ws.WriteControl(websocket.PingMessage, []byte(want), time.Now().Add(time.Second))
				if got := <-pongs; got != want {
					t.Fatalf("pong %q, want %q", got, want)
				}
				<-time.After(20 * time.Second)
			}
			p.send(event("e"))
			p.ack()
		})
	})
}

func TestFrameSizeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec)
		p := f.greet()
		frame := func(size int) string {
			head, tail := `{"envelope_id":"big","type":"events_api","payload":"`, `"}`
			return head + strings.Repeat("a", size-len(head)-len(tail)) + tail
		}
		p.send(frame(maxFrame))
		if got := len((<-rec.envelopes).Payload); got < maxFrame-100 {
			t.Errorf("payload has %d bytes", got)
		}
		(<-rec.acks)()
		p.ack()

		p.ws.WriteMessage(websocket.TextMessage, []byte(frame(maxFrame+1))) // fails half-way, as it should
		<-p.gone
		f.greet().send(event("next"))
		if got := (<-rec.envelopes).ID; got != "next" {
			t.Errorf("recorded %q after an oversize frame", got)
		}
		if got := s.Counts().Oversize; got != 1 {
			t.Errorf("%d oversize frames counted, want 1", got)
		}
	})
}

func TestFramesThatNobodyUnderstands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{})
		p := f.greet()
		for _, frame := range []string{
			`{"envelope_id":"a1","type":"brand_new","payload":{"x":"` + secret + `"}}`,
			`{"envelope_id":"a2","type":"events_api"}`,
			`{"envelope_id":"a3","type":"events_api","payload":{"text":"` + secret,
			`{"envelope_id":"a4","type":["` + secret + `"],"payload":{}}`,
			`{"envelope_id":"a5","type":"` + secret + `","payload":{}}`,
		} {
			p.send(frame)
			p.ack()
		}
		for _, frame := range []string{"", "null", "[]", "\xff\xfe", `{"type":"pong"}`, `{"type":"events_api","payload":{}}`, `{"envelope_id":7}`} {
			p.send(frame)
		}
		p.ws.WriteMessage(websocket.BinaryMessage, []byte{0, 1, 2})
		p.send(event("good"))
		if got := p.ack(); got != "good" {
			t.Errorf("acked %q, want only the good one", got)
		}
		synctest.Wait()
		want := Counts{Opened: 1, Recorded: 1, Unknown: 3, Malformed: 10, Acked: 6}
		if diff := cmp.Diff(want, s.Counts()); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		if got := s.logs.count("level=WARN"); got != 2 {
			t.Errorf("%d warnings, want one of each kind:\n%s", got, s.logs)
		}
	})
}

// Slack does not read. The acks pile up, but every event is read; then the writer gives the connection up.
func TestReadingDoesNotWaitForAcks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		stuck := make(chan struct{})
		f.prepare = func(ws *websocket.Conn) { // our first ping stops the other side's reading
			ws.SetPingHandler(func(string) error { <-stuck; return nil })
		}
		rec := newRecorder()
		s := f.run(t, rec)
		p := f.greet()
		<-time.After(16 * time.Second)

		const n = maxAcks + 500
		for i := range n {
			p.send(event(fmt.Sprint(i)))
			<-rec.envelopes
			(<-rec.acks)()
		}
		if got := s.Counts(); got.Recorded != n || got.AcksDropped != n-maxAcks-1 {
			t.Errorf("counts %+v, want all recorded and all acks but %d dropped", got, maxAcks+1)
		}
		f.greet() // after the write deadline
		if got := s.Counts(); got.AcksDropped != n || got.Acked != 0 || got.HalfOpen != 0 {
			t.Errorf("counts %+v, want all acks dropped, and not because the connection seemed half-open", got)
		}
		close(stuck)
	})
}

func TestAckAfterItsConnectionIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec)
		p := f.greet()
		p.send(event("lost"))
		ack := <-rec.acks
		p.ws.Close()
		q := f.greet()
		ack()
		q.send(event("kept"))
		(<-rec.acks)()
		if got := q.ack(); got != "kept" {
			t.Errorf("the new connection got an ack of %q", got)
		}
		synctest.Wait()
		if got := s.Counts(); got.AcksDropped != 1 || got.Acked != 1 {
			t.Errorf("counts %+v, want one ack dropped and one written", got)
		}
	})
}

func TestShutdownWaitsForAcks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec)
		p := f.greet()
		p.send(event("e1"))
		p.send(event("e2"))
		first, second := <-rec.acks, <-rec.acks

		s.cancel()
		synctest.Wait()
		p.send(event("too late"))
		<-time.After(time.Second)
		first()
		<-time.After(time.Second)
		if isClosed(s.done) {
			t.Fatal("Run returned before the second ack")
		}
		second()
		<-s.done
		if s.err != nil {
			t.Errorf("Run returned %v", s.err)
		}
		<-p.gone
		if got := []string{p.ack(), p.ack()}; !cmp.Equal(got, []string{"e1", "e2"}) {
			t.Errorf("acked %v, want e1 and e2", got)
		}
		p.quiet()
		if !websocket.IsCloseError(p.err, websocket.CloseNormalClosure) {
			t.Errorf("the connection ended with %v, want a close frame", p.err)
		}
		if got := s.Counts().Recorded; got != 2 {
			t.Errorf("%d recorded: nothing may be after the end of the context", got)
		}
	})
}

func TestShutdownIsBounded(t *testing.T) {
	nothing := func(*fakeSlack, *recorder) {}
	for _, tt := range []struct {
		name    string
		prepare func(f *fakeSlack)
		meet    func(f *fakeSlack, rec *recorder)
		most    time.Duration
	}{
		{name: "nothing to do", meet: func(f *fakeSlack, _ *recorder) { f.greet() }},
		{name: "an envelope is never acked", most: 3 * time.Second, meet: func(f *fakeSlack, rec *recorder) {
			f.greet().send(event("e"))
			<-rec.acks
		}},
		{
			name: "Slack does not answer the close frame", most: time.Second,
			prepare: func(f *fakeSlack) {
				f.prepare = func(ws *websocket.Conn) {
					ws.SetCloseHandler(func(int, string) error { <-time.After(time.Minute); return nil })
				}
			},
			meet: func(f *fakeSlack, _ *recorder) { f.greet() },
		},
		{name: "in the grace time of a refresh", meet: func(f *fakeSlack, _ *recorder) {
			f.greet().send(disconnect("refresh_requested"))
			f.greet()
		}},
		{name: "while waiting to open", meet: func(f *fakeSlack, _ *recorder) {
			f.accept().send(disconnect("link_disabled"))
			<-time.After(5 * time.Second)
		}},
		{name: "during the handshake", prepare: func(f *fakeSlack) { f.silent = true }, meet: nothing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := inMemory(t)
				if tt.prepare != nil {
					tt.prepare(f)
				}
				rec := newRecorder()
				s := f.run(t, rec)
				tt.meet(f, rec)
				synctest.Wait()
				asked := time.Now()
				s.cancel()
				<-s.done
				if got := time.Since(asked); got > tt.most || s.err != nil {
					t.Errorf("Run returned %v after %s, want nil within %s", s.err, got, tt.most)
				}
			})
		})
	}
}

func TestAuthErrorsEndRun(t *testing.T) {
	for _, code := range []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
		"missing_scope", "not_allowed_token_type", "no_permission", "access_denied", "team_access_not_granted",
		"two_factor_setup_required", "enterprise_is_restricted", "org_login_required", "ekm_access_denied"} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := inMemory(t)
				f.setAnswer(refuseWith(code))
				start := time.Now()
				s := f.run(t, acker{})
				<-s.done
				var auth *AuthError
				if !errors.As(s.err, &auth) || auth.Code != code || !strings.Contains(s.err.Error(), code) {
					t.Errorf("Run returned %v, want an AuthError with %s", s.err, code)
				}
				var refusal slack.SlackErrorResponse
				if !errors.As(s.err, &refusal) {
					t.Errorf("%v does not hold Slack's answer", s.err)
				}
				if got := time.Since(start); got != 0 {
					t.Errorf("Run took %s to give up", got)
				}
			})
		})
	}
}

func TestAuthErrorDuringARefreshDrainsTheOldConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		rec := newRecorder()
		s := f.run(t, rec)
		p := f.greet()
		p.send(event("e"))
		ack := <-rec.acks
		f.setAnswer(refuseWith("token_revoked"))
		p.send(disconnect("refresh_requested"))
		<-time.After(time.Second)
		ack()
		<-s.done
		if got := p.ack(); got != "e" {
			t.Errorf("acked %q", got)
		}
		var auth *AuthError
		if !errors.As(s.err, &auth) {
			t.Errorf("Run returned %v", s.err)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		f.setAnswer(statusWith(429, "45"))
		start := time.Now()
		s := f.run(t, acker{})
		synctest.Wait()
		f.setAnswer(nil)
		f.greet()
		if got := time.Since(start); got != 45*time.Second {
			t.Errorf("opened again after %s, want 45 s", got)
		}
		if s.logs.count("level=WARN", "wait=45s") != 1 {
			t.Errorf("log:\n%s", s.logs)
		}
	})
}

func TestAnOutageIsReportedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		f.setAnswer(statusWith(503, ""))
		s := f.run(t, acker{})
		<-time.After(time.Hour)
		if got := s.logs.count("level=WARN", "503 Service Unavailable"); got != 1 {
			t.Errorf("%d warnings in an hour of 503, want 1", got)
		}
		f.setAnswer(refuseWith("internal_error"))
		<-time.After(time.Hour)
		if got := s.logs.count("level=ERROR", "internal_error"); got != 1 {
			t.Errorf("%d errors in an hour of internal_error, want 1", got)
		}
		f.setAnswer(nil)
		back := time.Now()
		p := f.greet()
		<-s.ready
		if got := time.Since(back); got > time.Minute {
			t.Errorf("connected %s after Slack was back", got)
		}
		if got := s.logs.count("level=INFO", "connected to Slack", "host=slack.test:80"); got != 1 {
			t.Errorf("%d lines say that it is over, want 1", got)
		}
		f.setAnswer(refuseWith("internal_error"))
		p.ws.Close()
		<-time.After(time.Hour)
		if got := s.logs.count("level=ERROR", "internal_error"); got != 2 {
			t.Errorf("%d errors after a second outage, want 2", got)
		}
	})
}

func TestAddressesThatCannotBeUsed(t *testing.T) {
	for _, tt := range []struct{ name, addr, want string }{
		{"empty", "", "no usable address"},
		{"not an address", "ws://slack.test/%zz?" + ticket, "no usable address"},
		{"not a WebSocket", "https://slack.test/?" + ticket, "malformed ws or wss URL"},
		{"not found", "ws://slack.test:80/elsewhere?" + ticket, "404"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := inMemory(t)
				s := f.run(t, acker{}, func(cfg *Config) {
					cfg.Open = func(context.Context) (string, error) { return tt.addr, nil }
				})
				synctest.Wait()
				if s.logs.count("level=WARN", tt.want) != 1 {
					t.Errorf("log does not say %q:\n%s", tt.want, s.logs)
				}
			})
		})
	}
}

func TestAHandshakeWithoutAnAnswerIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		f.silent = true
		s := f.run(t, acker{})
		<-time.After(9 * time.Second)
		if got := s.Counts().OpenFailures; got != 0 {
			t.Errorf("gave up %d times within 9 s", got)
		}
		<-time.After(2 * time.Second)
		if got := s.Counts().OpenFailures; got != 1 {
			t.Errorf("%d open failures after 11 s, want 1", got)
		}
	})
}

// A reason, and the text of a close frame, may be anything, so that only what looks like one is logged.
func TestStrangeReasonsAreNotLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := inMemory(t)
		s := f.run(t, acker{})
		f.accept().send(disconnect(secret + " before the hello"))
		p := f.greet()
		p.send(disconnect(secret + " after it"))
		p = f.greet()
		p.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, secret), time.Time{})
		f.greet()
		synctest.Wait()
		if s.logs.count("reason=?") != 2 || s.logs.count("close 1001 (going away): ?") != 1 {
			t.Errorf("log:\n%s", s.logs)
		}
		if s.logs.count(secret) != 0 {
			t.Errorf("something that somebody said is in the log:\n%s", s.logs)
		}
	})
}
