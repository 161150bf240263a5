package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// This file is Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode):
// one-use tickets, up to ten sockets, envelopes that each go to one of them,
// acks, and the redelivery of events that nobody acked.

const (
	maxSockets     = 10               // Slack's limit for one app
	writeTimeout   = 10 * time.Second // a bot that reads nothing for so long is cut off
	keptEvents     = 1024             // acked or given up, kept for Redeliver
	keptLatencies  = 1 << 16          // newest ack latencies, kept for Acks
	keptHistory    = 1 << 12          // newest changes, kept for SocketHistory
	connectionTime = 18060            // seconds that hello announces, as Slack does
)

// The types of envelopes that Slack sends.
const (
	eventsAPI     = "events_api"
	slashCommands = "slash_commands"
	interactions  = "interactive"
)

// link is the server's end of all sockets. The Server's mutex guards it.
type link struct {
	tickets map[string]time.Time // -> when issued
	sockets []*socket
	lastID  int
	history []int                // healthy sockets after each change
	turn    int                  // whose turn it is to get an envelope
	waiting map[string]*delivery // by envelope id: sent and not acked
	pending map[*delivery]bool   // not acked and not given up
	past    []*delivery          // ring
	pastN   int
	acks    AckStats
}

func newLink() *link {
	return &link{
		tickets: make(map[string]time.Time),
		waiting: make(map[string]*delivery),
		pending: make(map[*delivery]bool),
		past:    make([]*delivery, keptEvents),
	}
}

// delivery is one thing to tell the bot: under one envelope id or, when it has
// to be sent again, several.
type delivery struct {
	kind    string // eventsAPI, slashCommands, interactions
	payload json.RawMessage
	summary string
	retries bool      // Events API only: clicks and slash commands come once
	happens Happening // with its ack; without a Kind, nobody is told

	ids     []string // envelope ids so far, newest last
	attempt int
	reason  string
	sent    time.Time
	timer   *time.Timer

	onAck     func(payload json.RawMessage)
	onFailure func(code string)
}

// envelope is what goes over the socket.
type envelope struct {
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
	Type       string          `json:"type"`
	Accepts    bool            `json:"accepts_response_payload"`
	Attempt    *int            `json:"retry_attempt,omitempty"` // events_api only
	Reason     *string         `json:"retry_reason,omitempty"`
}

// AckStats tells how the bot acked what it was sent.
type AckStats struct {
	Sent      int             // envelopes written, redeliveries included
	Acked     int             // deliveries acked in time or late
	Failed    int             // attempts without an ack in time, or without a socket
	Lost      int             // deliveries given up
	Latencies []time.Duration // of the newest acks, in order, at most 65,536
}

// Acks returns what is known about acks so far.
func (s *Server) Acks() AckStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.link.acks
	stats.Latencies = slices.Clone(stats.Latencies)
	return stats
}

// Unacked returns how many deliveries are neither acked nor given up.
func (s *Server) Unacked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.link.pending)
}

// Sockets returns how many sockets of the bot are open.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.link.sockets)
}

// SocketHistory returns how many healthy sockets the bot had after each change, oldest first, as far as it is kept
// (4,096 changes). A half-open socket is not healthy.
func (s *Server) SocketHistory() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.link.history)
}

// noteSockets writes the history of the sockets.
func (l *link) noteSockets() {
	healthy := 0
	for _, k := range l.sockets {
		if !k.silent.Load() {
			healthy++
		}
	}
	if len(l.history) == keptHistory {
		l.history = slices.Delete(l.history, 0, keptHistory/2)
	}
	l.history = append(l.history, healthy)
}

// socket is one open WebSocket.
type socket struct {
	id     int
	conn   *websocket.Conn
	told   bool        // to leave; guarded by the Server's mutex
	silent atomic.Bool // half-open: nothing is written, read or ponged
	done   chan struct{}
	once   sync.Once

	mu    sync.Mutex
	queue [][]byte
	last  bool          // close after the queue is written
	wake  chan struct{} // 1 place: the queue is not empty
}

func newSocket(id int, conn *websocket.Conn) *socket {
	return &socket{id: id, conn: conn, done: make(chan struct{}), wake: make(chan struct{}, 1)}
}

// send queues frames; it never blocks. With last, the socket is closed when
// they are written.
func (k *socket) send(last bool, frames ...[]byte) {
	k.mu.Lock()
	k.queue = append(k.queue, frames...)
	k.last = k.last || last
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// cut closes the connection without a closing handshake, as a broken network does.
func (k *socket) cut() {
	k.once.Do(func() {
		close(k.done)
		k.conn.Close()
	})
}

// write sends what is queued, and pings, until the socket is closed.
func (k *socket) write(pingInterval time.Duration) {
	defer k.cut()
	pings := time.NewTicker(pingInterval)
	defer pings.Stop()
	for n := 0; ; {
		select {
		case <-k.done:
			return
		case <-k.wake:
			if !k.flush() {
				return
			}
		case <-pings.C:
			n++
			if k.silent.Load() {
				continue
			}
			text := []byte("Ping from local Slack " + strconv.Itoa(n))
			if k.conn.WriteControl(websocket.PingMessage, text, time.Now().Add(writeTimeout)) != nil {
				return
			}
		}
	}
}

// flush writes the queue and tells whether the socket stays open.
func (k *socket) flush() bool {
	k.mu.Lock()
	frames, last := k.queue, k.last
	k.queue = nil
	k.mu.Unlock()
	if k.silent.Load() {
		return true
	}
	k.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	for _, frame := range frames {
		if k.conn.WriteMessage(websocket.TextMessage, frame) != nil {
			return false
		}
	}
	if last {
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		k.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeTimeout))
	}
	return !last
}

// openTicket makes a one-use WebSocket address, the answer of apps.connections.open.
func (s *Server) openTicket() string {
	now := s.now()
	for ticket, issued := range s.link.tickets {
		if now.Sub(issued) > s.cfg.Timing.TicketLife {
			delete(s.link.tickets, ticket)
		}
	}
	ticket := uuid()
	s.link.tickets[ticket] = now
	return "ws://" + s.ln.Addr().String() + "/link/?ticket=" + ticket + "&app_id=" + s.cfg.Bot.AppID
}

func (s *Server) takeTicket(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	issued, ok := s.link.tickets[ticket]
	delete(s.link.tickets, ticket)
	return ok && s.now().Sub(issued) <= s.cfg.Timing.TicketLife
}

// serveLink opens a socket and stays with it until it closes.
func (s *Server) serveLink(w http.ResponseWriter, r *http.Request) {
	if !s.takeTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "invalid ticket: call apps.connections.open for a new one", http.StatusForbidden)
		return
	}
	fault := s.faults.hit(OnSockets, "", EffectRefuse, EffectHalfOpen, EffectDisconnect)
	if fault.is(EffectRefuse) {
		status := fault.Status
		setDefault(&status, http.StatusServiceUnavailable)
		http.Error(w, http.StatusText(status), status)
		return
	}
	conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	k, ok := s.admit(conn, fault)
	if !ok {
		conn.Close()
		return
	}
	defer s.served.Done()
	s.served.Go(func() { k.write(s.cfg.Timing.PingInterval) })
	s.readFrames(k)
	k.cut()
	s.retire(k)
}

// admit registers a socket and greets it, or tells it why not: the socket is
// then closed as soon as that is written. It is false when the server is
// closing; otherwise the caller owes s.served a Done.
func (s *Server) admit(conn *websocket.Conn, fault *Fault) (*socket, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false
	}
	s.served.Add(1)
	s.link.lastID++
	k := newSocket(s.link.lastID, conn)
	reason := ""
	switch {
	case len(s.link.sockets) >= maxSockets:
		reason = "too_many_websockets"
	case fault.is(EffectDisconnect):
		reason = fault.Error
		setDefault(&reason, "refresh_requested")
	}
	if reason != "" {
		s.sendFrame(k, true, "disconnect", reason, disconnectFrame(k, reason))
		return k, true
	}
	k.silent.Store(fault.is(EffectHalfOpen))
	s.link.sockets = append(s.link.sockets, k)
	s.link.noteSockets()
	s.sendFrame(k, false, "hello", fmt.Sprintf("socket %d of %d", k.id, len(s.link.sockets)), mustJSON(object{
		"type":            "hello",
		"num_connections": len(s.link.sockets),
		"debug_info":      object{"host": host(k), "build_number": 42, "approximate_connection_time": connectionTime},
		"connection_info": object{"app_id": s.cfg.Bot.AppID},
	}))
	s.changed()
	return k, true
}

func host(k *socket) string { return fmt.Sprintf("applink-local-%d", k.id) }

func disconnectFrame(k *socket, reason string) []byte {
	return mustJSON(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": host(k)}})
}

func (s *Server) retire(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.link.sockets, k); i >= 0 {
		s.link.sockets = slices.Delete(s.link.sockets, i, i+1)
		s.link.noteSockets()
		s.changed()
	}
}

// sendFrame queues a frame and logs it.
func (s *Server) sendFrame(k *socket, last bool, name, summary string, frame []byte) {
	k.send(last, frame)
	s.traffic.add(record{time: s.now(), dir: "out", kind: "socket", name: name, status: "ok", summary: summary, response: frame})
}

// readFrames reads acks until the connection ends.
func (s *Server) readFrames(k *socket) {
	pong := k.conn.PingHandler()
	k.conn.SetPingHandler(func(text string) error {
		if k.silent.Load() {
			return nil
		}
		return pong(text)
	})
	k.conn.SetReadLimit(1 << 20)
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			if !errors.As(err, &closed) {
				s.log.Debug("socket ended", "socket", k.id, "error", err)
			}
			return
		}
		if k.silent.Load() {
			<-k.done
			return
		}
		s.ack(frame)
	}
}

// ack takes one frame from the bot.
func (s *Server) ack(frame []byte) {
	var a struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	entry := record{time: s.now(), dir: "in", kind: "socket", name: "ack", request: frame}
	if json.Unmarshal(frame, &a) != nil || a.EnvelopeID == "" {
		entry.name, entry.status, entry.summary = "frame", "ignored", "not an ack"
		s.traffic.add(entry)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.link.waiting[a.EnvelopeID]
	switch {
	case d == nil:
		entry.status, entry.summary = "ignored", "no such envelope, or given up"
	case s.faults.hit(OnEnvelopes, d.kind, EffectIgnoreAck) != nil:
		entry.status, entry.summary = "ignored", d.kind+": ack lost on purpose"
	default:
		latency := s.now().Sub(d.sent)
		entry.status, entry.summary = "ok", fmt.Sprintf("%s after %s", d.kind, latency.Round(100*time.Microsecond))
		s.settle(d, latency)
		if d.happens.Kind != "" {
			s.cfg.Watch(d.happens)
		}
		if d.onAck != nil {
			d.onAck(a.Payload)
		}
	}
	s.traffic.add(entry)
	s.changed()
}

// settle ends a delivery that was acked.
func (s *Server) settle(d *delivery, latency time.Duration) {
	d.timer.Stop()
	s.forget(d)
	stats := &s.link.acks
	stats.Acked++
	if len(stats.Latencies) == keptLatencies {
		stats.Latencies = slices.Delete(stats.Latencies, 0, keptLatencies/2)
	}
	stats.Latencies = append(stats.Latencies, latency)
}

// forget takes a delivery off the waiting ones and keeps it for Redeliver.
func (s *Server) forget(d *delivery) {
	delete(s.link.pending, d)
	for _, id := range d.ids {
		delete(s.link.waiting, id)
	}
	if d.retries {
		s.link.past[s.link.pastN%keptEvents] = d
		s.link.pastN++
	}
}

// deliver sends d to one of the sockets and waits for the ack in the
// background. The caller holds s.mu.
func (s *Server) deliver(d *delivery) {
	s.link.pending[d] = true
	if fault := s.faults.hit(OnEnvelopes, d.kind, EffectLate); fault != nil {
		s.after(d, fault.Delay, s.transmit)
		return
	}
	s.transmit(d)
}

// transmit is one attempt at a delivery.
func (s *Server) transmit(d *delivery) {
	fault := s.faults.hit(OnEnvelopes, d.kind, EffectWithhold, EffectDuplicate)
	if len(s.link.sockets) == 0 {
		s.failed(d, "dispatch_failed")
		return
	}
	d.sent = s.now()
	copies := 1
	if fault.is(EffectDuplicate) {
		copies = 2
	}
	for range copies {
		frame := s.wrap(d)
		if fault.is(EffectWithhold) {
			continue
		}
		s.link.acks.Sent++
		s.sendFrame(s.nextSocket(), false, d.kind, d.describe(), frame)
	}
	s.after(d, s.cfg.Timing.AckTimeout, func(d *delivery) { s.failed(d, "operation_timeout") })
}

// wrap puts a delivery into an envelope with an id of its own.
func (s *Server) wrap(d *delivery) []byte {
	e := envelope{EnvelopeID: uuid(), Payload: d.payload, Type: d.kind, Accepts: d.kind == slashCommands}
	if d.retries {
		e.Attempt, e.Reason = &d.attempt, &d.reason
	}
	d.ids = append(d.ids, e.EnvelopeID)
	s.link.waiting[e.EnvelopeID] = d
	return mustJSON(e)
}

func (d *delivery) describe() string {
	if d.attempt > 0 {
		return fmt.Sprintf("%s (attempt %d: %s)", d.summary, d.attempt+1, d.reason)
	}
	return d.summary
}

func (s *Server) nextSocket() *socket {
	s.link.turn++
	return s.link.sockets[s.link.turn%len(s.link.sockets)]
}

// failed ends an attempt that was not acked: events come again, the rest does not.
func (s *Server) failed(d *delivery, code string) {
	s.link.acks.Failed++
	if d.retries && d.attempt < len(s.cfg.Timing.RetryDelays) {
		d.attempt++
		d.reason = "timeout"
		s.after(d, s.cfg.Timing.RetryDelays[d.attempt-1], s.transmit)
		return
	}
	s.link.acks.Lost++
	s.forget(d)
	if d.onFailure != nil {
		d.onFailure(code)
	}
	s.changed()
}

// after runs the next step of a delivery later, unless it was acked meanwhile.
func (s *Server) after(d *delivery, delay time.Duration, step func(*delivery)) {
	if d.timer != nil {
		d.timer.Stop()
	}
	d.timer = time.AfterFunc(delay, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed && s.link.pending[d] {
			step(d)
		}
	})
}

func (l *link) close() {
	for d := range l.pending {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
	for _, k := range l.sockets {
		k.cut()
	}
}

// deliverEvent sends an event through the Events API.
func (s *Server) deliverEvent(c *channel, event object, summary string) {
	w := s.world
	payload := object{
		"token": "local-verification-token", "team_id": w.team.ID, "context_team_id": w.team.ID, "context_enterprise_id": nil,
		"api_app_id": w.bot.AppID, "event": event, "type": "event_callback",
		"event_id": w.nextID("Ev"), "event_time": s.now().Unix(),
		"authorizations": []object{{
			"enterprise_id": nil, "team_id": w.team.ID, "user_id": w.bot.UserID, "is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": c != nil && c.outsiders > 0,
	}
	d := &delivery{kind: eventsAPI, payload: mustJSON(payload), summary: summary, retries: true}
	if event["type"] == "message" && event["subtype"] == nil && event["bot_id"] == nil {
		d.happens.Kind = Acked
		d.happens.TS, _ = event["ts"].(string)
		d.happens.User, _ = event["user"].(string)
		d.happens.Channel, _ = event["channel"].(string)
	}
	s.deliver(d)
}

// CutSockets breaks every open socket without a word and returns how many.
func (s *Server) CutSockets() int { return s.eachSocket((*socket).cut) }

// HalfOpenSockets makes every open socket silent: the bot can still write, but
// is sent nothing, not even a pong or a ping. It returns how many there were.
// They still count as open and still get their turn of envelopes, which are lost.
func (s *Server) HalfOpenSockets() int { return s.eachSocket(s.silence) }

// Disconnect sends a disconnect frame on every open socket ("warning" announces
// that the socket will close soon, "refresh_requested" that it closes now) and
// closes them when linger has passed. It returns how many there were.
func (s *Server) Disconnect(reason string, linger time.Duration) int {
	return s.eachSocket(func(k *socket) { s.disconnect(k, reason, linger) })
}

// CutOldest does to the oldest healthy socket what CutSockets does to all. It
// returns 0 if there is none: each is half-open or has been told to leave.
func (s *Server) CutOldest() int { return s.oldestSocket((*socket).cut) }

// HalfOpenOldest does to the oldest healthy socket what HalfOpenSockets does to all.
func (s *Server) HalfOpenOldest() int { return s.oldestSocket(s.silence) }

// DisconnectOldest does to the oldest healthy socket what Disconnect does to all:
// Slack ends sockets by their age.
func (s *Server) DisconnectOldest(reason string, linger time.Duration) int {
	return s.oldestSocket(func(k *socket) { s.disconnect(k, reason, linger) })
}

func (s *Server) silence(k *socket) {
	k.silent.Store(true)
	s.link.noteSockets()
	s.changed()
}

func (s *Server) disconnect(k *socket, reason string, linger time.Duration) {
	k.told = true
	s.sendFrame(k, linger <= 0, "disconnect", reason, disconnectFrame(k, reason))
	if linger > 0 {
		s.served.Go(func() {
			select {
			case <-k.done:
			case <-s.closing:
			case <-time.After(linger):
				k.send(true)
			}
		})
	}
}

// SendFrame writes a text frame, whatever it holds, to one of the sockets.
func (s *Server) SendFrame(frame string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.link.sockets) == 0 {
		return errors.New("no socket is open")
	}
	s.sendFrame(s.nextSocket(), false, "frame", "sent on purpose", []byte(frame))
	return nil
}

// SendEnvelope delivers an envelope of any type, known to the bot or not, with
// any JSON as its payload. Its ack counts like others; only events_api comes
// again without one.
func (s *Server) SendEnvelope(kind string, payload json.RawMessage) error {
	if !json.Valid(payload) {
		return errors.New("the payload is not JSON: send broken frames with SendFrame")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(&delivery{kind: kind, payload: payload, summary: "sent on purpose", retries: kind == eventsAPI})
	s.changed()
	return nil
}

// Redeliver sends the newest n events that are acked or given up once more,
// oldest first, under new envelope ids, as Slack does when an ack got lost on
// its way. It returns how many were sent; at most 1,024 are remembered.
func (s *Server) Redeliver(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var again []*delivery
	for i := max(0, s.link.pastN-min(n, keptEvents)); i < s.link.pastN; i++ {
		again = append(again, s.link.past[i%keptEvents])
	}
	for _, d := range again {
		s.deliver(&delivery{
			kind: d.kind, payload: d.payload, summary: d.summary, retries: true,
			attempt: d.attempt + 1, reason: "timeout",
		})
	}
	return len(again)
}

func (s *Server) eachSocket(act func(*socket)) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0
	}
	for _, k := range s.link.sockets {
		act(k)
	}
	return len(s.link.sockets)
}

func (s *Server) oldestSocket(act func(*socket)) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.link.sockets {
		if !s.closed && !k.told && !k.silent.Load() {
			act(k)
			return 1
		}
	}
	return 0
}
