package socket

import (
	"encoding/json"
	"regexp"
)

// frame is one text frame as Slack sends it. hello and disconnect frames have no envelope_id and want no ack.
type frame struct {
	Type           string          `json:"type"`
	EnvelopeID     string          `json:"envelope_id"`
	Payload        json.RawMessage `json:"payload"`
	RetryAttempt   int             `json:"retry_attempt"`
	RetryReason    string          `json:"retry_reason"`
	Reason         string          `json:"reason"`          // of a disconnect
	NumConnections int             `json:"num_connections"` // in a hello
}

// frameKind says what is to be done with a frame.
type frameKind int

const (
	kindEnvelope   frameKind = iota // for the Recorder; id and payload are there
	kindHello                       // greeting
	kindDisconnect                  // Slack is going to end the connection
	kindUnknown                     // of a type that we do not know: ack if it has an id
	kindMalformed                   // not readable, or without something that its type needs: ack if it has an id
)

// typeName is what a frame's type, or the reason of a disconnect, looks like.
var typeName = regexp.MustCompile(`^[a-z_]{1,40}$`)

// loggable is a type or reason as it may be logged: anything else could be a part of somebody's message.
func loggable(name string) string {
	if !typeName.MatchString(name) {
		return "?"
	}
	return name
}

// envelopeID finds the id in a frame that is no proper JSON. It cannot be misled by the text of a message: inside a
// JSON string the quotes would have backslashes before them.
var envelopeID = regexp.MustCompile(`"envelope_id"\s*:\s*"([^"\\]+)"`)

// parseFrame reads one frame. It never fails: what is not usable is kindMalformed, with the id if one can be found.
// The result shares no memory with raw.
//
// A field of the wrong JSON type does not spoil a frame as long as type, id and payload are there: encoding/json goes
// on to the other fields, and so do we.
func parseFrame(raw []byte) (frame, frameKind) {
	var f frame
	err := json.Unmarshal(raw, &f)
	switch {
	case f.Type == "hello":
		return f, kindHello
	case f.Type == "disconnect":
		return f, kindDisconnect
	case err != nil && f.EnvelopeID == "":
		if m := envelopeID.FindSubmatch(raw); m != nil {
			f.EnvelopeID = string(m[1])
		}
		return f, kindMalformed
	case f.Type == "":
		return f, kindMalformed
	case f.Type != "events_api" && f.Type != "slash_commands" && f.Type != "interactive":
		return f, kindUnknown
	case f.EnvelopeID == "" || len(f.Payload) == 0 || string(f.Payload) == "null":
		return f, kindMalformed
	}
	return f, kindEnvelope
}

// ackFrame is what acks an envelope.
func ackFrame(id string) []byte {
	b, _ := json.Marshal(struct { // a struct of one string always marshals
		EnvelopeID string `json:"envelope_id"`
	}{id})
	return b
}
