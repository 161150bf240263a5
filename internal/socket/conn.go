package socket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxFrame   = 1 << 20         // bytes; Slack's largest events are far below
	keepBuffer = 64 << 10        // bytes; a read buffer grown beyond this is not kept
	maxAcks    = 4096            // acks waiting for the writer: a burst after an outage may be that long
	closeWait  = 1 * time.Second // for Slack's answer to our close frame
)

// conn is one WebSocket connection. Its reader and its writer run until the connection ends; close ends it politely.
type conn struct {
	*Client
	ws   *websocket.Conn
	host string

	hello          chan struct{} // closed at the first hello, after the next three are set
	numConnections int
	helloAt        time.Time
	first          bool // there was no other connection

	leave  chan struct{} // closed at the first disconnect frame, after reason is set
	reason string        // loggable

	acks   chan string   // envelope ids for the writer
	frame  []byte        // the writer's, for one ack after another
	pong   chan string   // the payload of the newest ping that is not answered yet
	finish chan struct{} // closed by close: write what is waiting, say goodbye
	gone   chan struct{} // closed when the reader has ended
	ended  chan struct{} // closed when both have ended, after err is set
	err    error

	mu      sync.Mutex
	closing bool          // nothing is recorded any more
	dead    bool          // nothing is written any more
	pending int           // acks that are owed: recorded, and neither written nor dropped
	settled chan struct{} // closed when closing and nothing is owed
}

func (c *Client) start(ws *websocket.Conn, host string) *conn {
	cn := &conn{
		Client:  c,
		ws:      ws,
		host:    host,
		hello:   make(chan struct{}),
		leave:   make(chan struct{}),
		acks:    make(chan string, maxAcks),
		pong:    make(chan string, 1),
		finish:  make(chan struct{}),
		gone:    make(chan struct{}),
		ended:   make(chan struct{}),
		settled: make(chan struct{}),
	}
	c.counts.live.Add(1)
	go cn.serve()
	return cn
}

// serve reads and writes until the connection ends.
func (cn *conn) serve() {
	written := make(chan error, 1)
	go func() { written <- cn.write() }()

	err := cn.read()
	close(cn.gone)
	cn.ws.Close()
	if werr := <-written; werr != nil {
		err = werr // why the writer closed the connection under the reader
	}
	cn.dropAcks()
	cn.err = err
	cn.pair.gone(cn.greeted())
	cn.counts.live.Add(-1)
	close(cn.ended)
}

// read hands on each frame as it comes. It waits for nothing but the next frame.
func (cn *conn) read() error {
	cn.ws.SetReadLimit(maxFrame)
	cn.ws.SetPingHandler(func(data string) error {
		cn.extendIfGreeted()
		select { // only the newest ping needs an answer (RFC 6455, 5.5.3)
		case <-cn.pong:
		default:
		}
		cn.pong <- data // never blocks: nobody else sends
		return nil
	})
	cn.ws.SetPongHandler(func(string) error {
		cn.extendIfGreeted()
		return nil
	})

	var buf bytes.Buffer
	for {
		cn.extend()
		_, r, err := cn.ws.NextReader()
		if err == nil {
			buf.Reset()
			_, err = buf.ReadFrom(r)
		}
		if err != nil {
			return cn.readError(err)
		}
		cn.handle(buf.Bytes())
		if buf.Cap() > keepBuffer {
			buf = bytes.Buffer{}
		}
	}
}

// extend grants the connection another idle time.
func (cn *conn) extend() { cn.ws.SetReadDeadline(time.Now().Add(cn.cfg.Timings.Idle)) }

// extendIfGreeted is for pings and pongs. Before the hello they do not count: a server that pings and delivers nothing
// would keep the bot deaf for ever.
func (cn *conn) extendIfGreeted() {
	if cn.greeted() {
		cn.extend()
	}
}

func (cn *conn) readError(err error) error {
	var (
		timeout net.Error
		closed  *websocket.CloseError
	)
	switch {
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure: // which no frame can say: its text is the library's (RFC 6455, 7.4.1)
		return &websocket.CloseError{Code: closed.Code, Text: loggable(closed.Text)}
	case errors.Is(err, websocket.ErrReadLimit):
		cn.counts.oversize.Add(1)
		return fmt.Errorf("a frame is larger than %d bytes", maxFrame)
	case errors.As(err, &timeout) && timeout.Timeout():
		cn.counts.halfOpen.Add(1)
		return fmt.Errorf("half-open: no frame for %s", cn.cfg.Timings.Idle)
	}
	return err
}

func (cn *conn) handle(raw []byte) {
	f, kind := parseFrame(raw)
	switch kind {
	case kindHello:
		if !cn.greeted() {
			cn.numConnections, cn.helloAt = f.NumConnections, time.Now()
			cn.first = cn.pair.greeted()
			close(cn.hello)
		}
	case kindDisconnect:
		cn.disconnect(f.Reason)
	case kindEnvelope:
		if ack := cn.owe(f.EnvelopeID); ack != nil {
			cn.counts.recorded.Add(1)
			cn.cfg.Recorder.Record(Envelope{
				ID:           f.EnvelopeID,
				Type:         f.Type,
				Payload:      f.Payload,
				RetryAttempt: f.RetryAttempt,
				RetryReason:  f.RetryReason,
			}, ack)
		}
	case kindUnknown:
		cn.discard(cn.counts.unknown.Add(1), "Slack sent a frame of a type that this bot does not know", f)
	case kindMalformed:
		cn.discard(cn.counts.malformed.Add(1), "Slack sent a frame that cannot be read", f)
	}
}

// discard acks the nth frame of a kind that nobody here can use: Slack would only send it again. The first is worth a
// warning, the others a debug line and the count.
func (cn *conn) discard(nth int64, msg string, f frame) {
	level := slog.LevelDebug
	if nth == 1 {
		level = slog.LevelWarn
	}
	cn.log.Log(context.Background(), level, msg, "type", loggable(f.Type), "has_id", f.EnvelopeID != "")
	if f.EnvelopeID == "" {
		return
	}
	if ack := cn.owe(f.EnvelopeID); ack != nil {
		ack()
	}
}

// disconnect reads Slack's notice. A warning comes some seconds before the end, time enough for a successor: it asks
// for the same as refresh_requested.
func (cn *conn) disconnect(reason string) {
	if !isClosed(cn.leave) {
		cn.reason = loggable(reason)
		close(cn.leave)
	}
}

// greeted reports whether the hello has come.
func (cn *conn) greeted() bool { return isClosed(cn.hello) }

// age is the time since the hello, which must have come.
func (cn *conn) age() time.Duration { return time.Since(cn.helloAt) }

// write does all the writing, so that a slow network holds up nobody else.
func (cn *conn) write() error {
	ping := time.NewTicker(cn.cfg.Timings.Ping)
	defer ping.Stop()
	for {
		var err error
		select {
		case id := <-cn.acks:
			err = cn.writeAck(id)
		case data := <-cn.pong:
			err = cn.writeControl(websocket.PongMessage, []byte(data))
		case <-ping.C:
			err = cn.writeControl(websocket.PingMessage, nil)
		case <-cn.finish:
			return cn.writeGoodbye()
		case <-cn.gone:
			return nil
		}
		if err != nil {
			return cn.writeFailed(err)
		}
	}
}

// writeGoodbye writes the acks that are waiting, and the close frame.
func (cn *conn) writeGoodbye() error {
	for {
		select {
		case id := <-cn.acks:
			if err := cn.writeAck(id); err != nil {
				return cn.writeFailed(err)
			}
		default:
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			if err := cn.writeControl(websocket.CloseMessage, bye); err != nil {
				return cn.writeFailed(err)
			}
			return nil
		}
	}
}

func (cn *conn) writeAck(id string) error {
	cn.ws.SetWriteDeadline(time.Now().Add(cn.cfg.Timings.Write))
	cn.frame = appendAck(cn.frame[:0], id)
	err := cn.ws.WriteMessage(websocket.TextMessage, cn.frame)
	if err != nil {
		cn.counts.acksDropped.Add(1)
	} else {
		cn.counts.acked.Add(1)
	}
	cn.settle()
	return err
}

func (cn *conn) writeControl(messageType int, data []byte) error {
	return cn.ws.WriteControl(messageType, data, time.Now().Add(cn.cfg.Timings.Write))
}

// writeFailed ends the connection, unless the reader has found out before and knows the reason better.
func (cn *conn) writeFailed(err error) error {
	select {
	case <-cn.gone:
		return nil
	default:
		cn.ws.Close()
		return fmt.Errorf("writing: %w", err)
	}
}

// owe notes an envelope that wants an ack, and returns the function that acks it; nil if the connection is closing.
func (cn *conn) owe(id string) (ack func()) {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.closing {
		return nil
	}
	cn.pending++
	var acked atomic.Bool
	return func() {
		if !acked.Swap(true) {
			cn.ack(id)
		}
	}
}

// ack passes an id to the writer, or drops it if there is no writer or too much is waiting for it. Slack brings the
// event again.
func (cn *conn) ack(id string) {
	if !cn.enqueue(id) {
		cn.counts.acksDropped.Add(1)
		cn.settle()
	}
}

func (cn *conn) enqueue(id string) bool {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.dead {
		return false
	}
	select {
	case cn.acks <- id:
		return true
	default:
		return false
	}
}

// dropAcks is called when the writer has ended: what still waits for it, and what comes later, is dropped.
func (cn *conn) dropAcks() {
	cn.mu.Lock()
	cn.dead = true
	cn.mu.Unlock()
	for {
		select {
		case <-cn.acks:
			cn.counts.acksDropped.Add(1)
			cn.settle()
		default:
			return
		}
	}
}

// settle notes that one ack is no longer owed.
func (cn *conn) settle() {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	cn.pending--
	if cn.closing && cn.pending == 0 {
		close(cn.settled)
	}
}

// close ends the connection: nothing is recorded from now on, the acks that are owed get the drain time, then comes
// the close frame. Frames are read and thrown away until Slack answers it, because closing a TCP connection with
// unread data resets it, and the last acks with it. close returns when both goroutines have ended. Call it once.
func (cn *conn) close() {
	cn.mu.Lock()
	cn.closing = true
	if cn.pending == 0 {
		close(cn.settled)
	}
	cn.mu.Unlock()

	select {
	case <-cn.settled:
	case <-cn.ended:
	case <-time.After(cn.cfg.Timings.Drain):
	}
	close(cn.finish)
	select {
	case <-cn.ended:
	case <-time.After(closeWait):
		cn.ws.Close()
		<-cn.ended
	}
}

// isClosed reports whether a channel that nothing is sent on has been closed.
func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
