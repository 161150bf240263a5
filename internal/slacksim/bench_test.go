package slacksim

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/gorilla/websocket"
)

// BenchmarkMessages measures one message on its way through: said, delivered
// over a socket, read and acked.
func BenchmarkMessages(b *testing.B) {
	for _, size := range []int{1000, -1} {
		b.Run(fmt.Sprintf("traffic=%d", size), func(b *testing.B) { benchmarkMessages(b, size) })
	}
}

func benchmarkMessages(b *testing.B, trafficSize int) {
	s, err := New(Config{TrafficSize: trafficSize})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	s.mu.Lock()
	address := s.openTicket()
	s.mu.Unlock()
	conn, _, err := websocket.DefaultDialer.Dial(address, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	conn.ReadMessage() // hello
	for b.Loop() {
		if _, err := s.Say("asha", "api-support", `{"issue":[{"details":{"coding":[{"code":"TOO_MANY_REQUESTS"}]}}]}`, ""); err != nil {
			b.Fatal(err)
		}
		var e struct {
			EnvelopeID string `json:"envelope_id"`
		}
		_, frame, err := conn.ReadMessage()
		if err != nil {
			b.Fatal(err)
		}
		if err := json.Unmarshal(frame, &e); err != nil {
			b.Fatal(err)
		}
		if err := conn.WriteJSON(e); err != nil {
			b.Fatal(err)
		}
	}
}
