package handlers

import (
	"log/slog"
	"testing"
)

// A deletion waits for its message, even where Slack does not say what was deleted.
func TestDeletionStaysBehindItsMessage(t *testing.T) {
	for name, was := range map[string]*message{
		"nothing":                  nil,
		"a message without its ts": {User: "U1"},
		"a message":                {User: "U1", TS: "1.000001"},
		"a reply":                  {User: "U1", TS: "1.000001", ThreadTS: "0.000005"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBareBot(t, slog.New(slog.DiscardHandler))
			m := &message{TS: "1.000001"}
			if was != nil {
				m.ThreadTS = was.ThreadTS
			}
			lane := threadLane("C1", m)
			stored, acked := make(chan struct{}), make(chan struct{})
			b.lanes.do(lane, func() { <-stored })
			b.recordDeletion("T", &message{Subtype: "message_deleted", Channel: "C1", DeletedTS: "1.000001", PreviousMessage: was},
				"1.000001", func() { close(acked) })
			b.lanes.mu.Lock()
			waiting := len(b.lanes.queues[lane])
			b.lanes.mu.Unlock()
			close(stored)
			<-acked
			if waiting != 1 {
				t.Errorf("%d wait behind the message, want 1", waiting)
			}
		})
	}
}
