package handlers

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/tidwall/gjson"
)

// typeMention is the type of the event that a mention brings, beside that of the
// message itself (https://docs.slack.dev/reference/events/app_mention).
const typeMention = "app_mention"

// message is a message event, or the message within a message_changed event
// (https://docs.slack.dev/reference/events/message).
type message struct {
	Type        string
	Subtype     string
	User        string
	BotID       string
	Text        string
	Blocks      string // JSON
	TS          string
	ThreadTS    string
	Attachments []attachment
	Files       []file
	Channel     string
	ChannelType string

	// Of a message_changed or a message_deleted event.
	Message         *message
	PreviousMessage *message
	DeletedTS       string
}

// readEvent reads the payload of an event: the workspace's id and the event
// (https://docs.slack.dev/apis/events-api#event-payload).
func readEvent(payload string) (team string, event message) {
	gjson.Parse(payload).ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "team_id":
			team = text(value)
		case "event":
			event = readMessage(value)
		}
		return true
	})
	return team, event
}

// readMessage takes out of a message what the bot uses. It goes over the JSON once, without a copy:
// nearly all messages are looked at and forgotten. Fields of another type than they should have stay empty, so that
// one odd field does not cost a message. The strings share the memory of what they are read from.
func readMessage(from gjson.Result) message {
	var m message
	from.ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "message":
			m.Message = readInner(value)
		case "previous_message":
			m.PreviousMessage = readInner(value)
		default:
			m.read(name.Str, value)
		}
		return true
	})
	return m
}

// readInner reads a message within an event, if there is one. A message within that one is none: nothing here calls itself
// as deep as JSON can be nested.
func readInner(from gjson.Result) *message {
	if !from.IsObject() {
		return nil
	}
	var m message
	from.ForEach(func(name, value gjson.Result) bool {
		m.read(name.Str, value)
		return true
	})
	return &m
}

// read takes over a field.
func (m *message) read(name string, value gjson.Result) {
	switch name {
	case "type":
		m.Type = text(value)
	case "subtype":
		m.Subtype = text(value)
	case "user":
		m.User = text(value)
	case "bot_id":
		m.BotID = text(value)
	case "text":
		m.Text = text(value)
	case "blocks":
		m.Blocks = value.Raw
	case "ts":
		m.TS = text(value)
	case "thread_ts":
		m.ThreadTS = text(value)
	case "attachments":
		decode(value.Raw, &m.Attachments)
	case "files":
		decode(value.Raw, &m.Files)
	case "channel":
		m.Channel = text(value)
	case "channel_type":
		m.ChannelType = text(value)
	case "deleted_ts":
		m.DeletedTS = text(value)
	}
}

// text is a string, or "" for anything else. Bytes that are no UTF-8 become U+FFFD, those in a row one.
func text(value gjson.Result) string {
	if value.Type != gjson.String {
		return ""
	}
	return strings.ToValidUTF8(value.Str, "\uFFFD")
}

// thread returns the thread that an answer belongs into: the message's own, or
// the one that it starts.
func (m *message) thread() string {
	if m.ThreadTS != "" {
		return m.ThreadTS
	}
	return m.TS
}

// decode decodes JSON, and puts up with fields of another type than they should
// have: they stay empty, and the rest is there.
func decode(from string, into any) error {
	err := json.Unmarshal([]byte(from), into)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) {
		return nil
	}
	return err
}
