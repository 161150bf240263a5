package socket

import (
	"encoding/json"
	"regexp"

	"github.com/tidwall/gjson"
)

// frame is one text frame as Slack sends it. hello and disconnect frames have no envelope_id and want no ack.
type frame struct {
	Type           string
	EnvelopeID     string
	Payload        string // JSON
	RetryAttempt   int
	RetryReason    string
	Reason         string // of a disconnect
	NumConnections int    // in a hello
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
// The frame is checked once, payload and all, and gone over once: whoever reads the payload need not do that again. A
// field of the wrong JSON type does not spoil a frame as long as type, id and payload are there.
func parseFrame(raw []byte) (frame, frameKind) {
	if !json.Valid(raw) { // not gjson.ValidBytes, which calls itself as deep as a frame is nested
		var f frame
		if m := envelopeID.FindSubmatch(raw); m != nil {
			f.EnvelopeID = string(m[1])
		}
		return f, kindMalformed
	}
	f := readFrame(string(raw))
	switch {
	case f.Type == "hello":
		return f, kindHello
	case f.Type == "disconnect":
		return f, kindDisconnect
	case f.Type == "":
		return f, kindMalformed
	case f.Type != "events_api" && f.Type != "slash_commands" && f.Type != "interactive":
		return f, kindUnknown
	case f.EnvelopeID == "" || f.Payload == "" || f.Payload == "null":
		return f, kindMalformed
	}
	return f, kindEnvelope
}

// readFrame takes the fields out of a frame. Its strings share the memory of raw.
func readFrame(raw string) (f frame) {
	gjson.Parse(raw).ForEach(func(name, value gjson.Result) bool {
		var (
			text   string
			number int
		)
		switch value.Type {
		case gjson.String:
			text = value.Str
		case gjson.Number:
			number = int(value.Num)
		}
		switch name.Str {
		case "type":
			f.Type = text
		case "envelope_id":
			f.EnvelopeID = text
		case "payload":
			f.Payload = value.Raw
		case "retry_attempt":
			f.RetryAttempt = number
		case "retry_reason":
			f.RetryReason = text
		case "reason":
			f.Reason = text
		case "num_connections":
			f.NumConnections = number
		}
		return true
	})
	return f
}

// appendAck appends the frame that acks an envelope.
func appendAck(frame []byte, id string) []byte {
	frame = append(frame, `{"envelope_id":`...)
	return append(gjson.AppendJSONString(frame, id), '}')
}
