package socket

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseFrame(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		want      frame
		kind      frameKind
	}{
		{"hello", hello(3), frame{Type: "hello", NumConnections: 3}, kindHello},
		{"hello with a strange count", `{"type":"hello","num_connections":"3"}`, frame{Type: "hello"}, kindHello},
		{"disconnect", disconnect("warning"), frame{Type: "disconnect", Reason: "warning"}, kindDisconnect},
		{"disconnect without a reason", `{"type":"disconnect"}`, frame{Type: "disconnect"}, kindDisconnect},
		{"event", `{"envelope_id":"e","type":"events_api","payload":{"a":[1, 2]},"retry_attempt":1,"retry_reason":"timeout"}`,
			frame{EnvelopeID: "e", Type: "events_api", Payload: `{"a":[1, 2]}`, RetryAttempt: 1, RetryReason: "timeout"}, kindEnvelope},
		{"a minor field of the wrong type", `{"retry_attempt":"1","envelope_id":"e","type":"interactive","payload":{}}`,
			frame{EnvelopeID: "e", Type: "interactive", Payload: `{}`}, kindEnvelope},
		{"type last", `{"payload":{},"envelope_id":"e","type":"slash_commands"}`,
			frame{EnvelopeID: "e", Type: "slash_commands", Payload: `{}`}, kindEnvelope},
		{"null payload", `{"envelope_id":"e","type":"events_api","payload":null}`,
			frame{EnvelopeID: "e", Type: "events_api", Payload: `null`}, kindMalformed},
		{"no id", `{"type":"events_api","payload":{}}`, frame{Type: "events_api", Payload: `{}`}, kindMalformed},
		{"unknown type", `{"envelope_id":"e","type":"x","payload":1}`, frame{EnvelopeID: "e", Type: "x", Payload: `1`}, kindUnknown},
		{"no type", `{"envelope_id":"e"}`, frame{EnvelopeID: "e"}, kindMalformed},
		{"cut off", `{"envelope_id" : "e-1","type":"events_api","payload":{"te`, frame{EnvelopeID: "e-1"}, kindMalformed},
		{"id in the text of a message only", `{"type":"events_api","payload":{"text":"\"envelope_id\":\"x\""`, frame{}, kindMalformed},
		{"an array", `[{"envelope_id":"e"}]`, frame{}, kindMalformed},
		{"an id that is not the frame's", `{"debug_info":{"envelope_id":"e"}}`, frame{}, kindMalformed},
		{"nothing", ``, frame{}, kindMalformed},
		{"very deep", strings.Repeat(`[`, 100_000), frame{}, kindMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, kind := parseFrame([]byte(tt.raw))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("frame (-want +got):\n%s", diff)
			}
			if kind != tt.kind {
				t.Errorf("kind %d, want %d", kind, tt.kind)
			}
		})
	}
}

func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		hello(2), disconnect("refresh_requested"), event("e1"),
		`{"envelope_id":"e","type":"events_api","payload":null,"retry_attempt":"1"}`,
		`{"envelope_id":"\u00e9<&>","type":"interactive","payload":"text"}`,
		`{"type":"events_api","payload":{"text":"\"envelope_id\":\"x\""`,
		`{"Envelope_ID":"a","envelope_id":"b","type":"slash_commands","payload":[[[[]]]]}`,
		"[]", "", "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := string(raw)
		fr, kind := parseFrame(raw)
		payload := strings.Clone(fr.Payload)
		for i := range raw {
			raw[i] = 'x' // the reader uses its buffer again
		}
		if fr.Payload != payload {
			t.Fatal("the payload shares memory with the frame")
		}
		if kind == kindEnvelope {
			if fr.EnvelopeID == "" || !json.Valid([]byte(payload)) || payload == "null" {
				t.Fatalf("%q is no envelope: %+v", before, fr)
			}
		}
		if kind != kindMalformed && fr.Type == "" {
			t.Fatalf("%q has no type and is not malformed", before)
		}
		if fr.EnvelopeID != "" && utf8.ValidString(fr.EnvelopeID) {
			var ack struct {
				EnvelopeID string `json:"envelope_id"`
			}
			if err := json.Unmarshal(appendAck(nil, fr.EnvelopeID), &ack); err != nil || ack.EnvelopeID != fr.EnvelopeID {
				t.Fatalf("the ack of %q says %q (%v)", fr.EnvelopeID, ack.EnvelopeID, err)
			}
		}
	})
}
