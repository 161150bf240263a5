package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// This file is what tests and the page read.

// maxShown is how many messages of a channel State holds: the newest ones.
const maxShown = 500

// State is the workspace as one user sees it.
type State struct {
	Rev      int                  `json:"rev"` // grows with every change
	Team     TeamState            `json:"team"`
	Bot      BotState             `json:"bot"`
	Me       string               `json:"me"`
	Users    []UserState          `json:"users"`
	Channels []ChannelState       `json:"channels"`
	Messages map[string][]Message `json:"messages"` // by channel id, oldest first, replies among them
	Examples []Example            `json:"examples"`
	Commands []Command            `json:"commands"`
}

// TeamState names the workspace.
type TeamState struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// BotState names the bot and tells whether it is there.
type BotState struct {
	UserID    string `json:"user_id"`
	Name      string `json:"name"`
	Connected bool   `json:"connected"`
	Sockets   int    `json:"sockets"`
}

// UserState is a user in a State.
type UserState struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	RealName string `json:"real_name"`
	Kind     string `json:"kind"` // member, guest, external or bot
	Color    string `json:"color"`
}

// ChannelState is a channel in a State.
type ChannelState struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Kind        string `json:"kind"` // public, private or im
	Topic       string `json:"topic"`
	BotIsMember bool   `json:"bot_is_member"`
	Archived    bool   `json:"archived"`
	With        string `json:"with,omitempty"` // of an im: the bot
}

// Message is a message as people see it.
type Message struct {
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts,omitempty"` // of a reply
	Channel     string          `json:"channel"`
	User        string          `json:"user"`
	BotID       string          `json:"bot_id,omitempty"`
	Subtype     string          `json:"subtype,omitempty"`
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Edited      bool            `json:"edited"`
	Deleted     bool            `json:"deleted"`
	Ephemeral   bool            `json:"ephemeral"`
	ReplyCount  int             `json:"reply_count,omitempty"`
	ReplyUsers  []string        `json:"reply_users,omitempty"`
	LatestReply string          `json:"latest_reply,omitempty"`
	Files       []FileState     `json:"files,omitempty"`
	Attachments json.RawMessage `json:"attachments,omitempty"`
}

// FileState is a file in a Message.
type FileState struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Mode    string `json:"mode"`
	Preview string `json:"preview"`
}

// State returns the workspace as a user sees it: public channels, private ones
// that they are in, their direct messages with the bot, and the newest 500
// messages of each, with the ephemeral ones meant for them.
func (s *Server) State(as string) (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	me, err := s.findUser(as)
	if err != nil {
		return State{}, err
	}
	w := s.world
	state := State{
		Rev:      s.rev,
		Team:     TeamState{ID: w.team.ID, Name: w.team.Name},
		Bot:      BotState{UserID: w.bot.UserID, Name: w.bot.Name, Connected: len(s.link.sockets) > 0, Sockets: len(s.link.sockets)},
		Me:       me.ID,
		Users:    w.userStates(),
		Channels: []ChannelState{},
		Messages: make(map[string][]Message),
		Examples: append([]Example{}, s.cfg.Examples...),
		Commands: append(slices.Clone(s.cfg.Commands), invite),
	}
	for _, c := range w.channels {
		if !c.members[me.ID] && (c.kind != Public || me.Kind != Member) {
			continue
		}
		state.Channels = append(state.Channels, w.channelState(c))
		shown := []Message{}
		for _, m := range c.log[max(0, len(c.log)-maxShown):] {
			if m.to == "" || m.to == me.ID {
				shown = append(shown, w.see(m))
			}
		}
		state.Messages[c.id] = shown
	}
	return state, nil
}

func (w *world) userStates() []UserState {
	list := []UserState{
		{ID: w.bot.UserID, Name: w.bot.Name, RealName: w.bot.Name, Kind: botKind, Color: "#2c6e63"},
		{ID: slackbot, Name: "slackbot", RealName: "Slackbot", Kind: botKind, Color: "#6b6b6b"},
	}
	for _, u := range w.users {
		kind := u.Kind
		if kind == Guest1 {
			kind = Guest
		}
		list = append(list, UserState{ID: u.ID, Name: u.Name, RealName: u.RealName, Kind: kind, Color: u.color})
	}
	return list
}

func (w *world) channelState(c *channel) ChannelState {
	state := ChannelState{ID: c.id, Name: c.name, Kind: c.kind, Topic: c.topic, BotIsMember: w.botIn(c), Archived: c.archived}
	if c.kind == IM {
		state.With, state.Name = w.bot.UserID, w.bot.Name
	}
	return state
}

// see turns a stored message into what people see of it.
func (w *world) see(m *message) Message {
	seen := Message{
		TS: m.ts, Channel: m.channel.id, User: m.user, Subtype: m.subtype, Text: m.text,
		Attachments: m.attachments, Metadata: m.metadata, Edited: m.edited != nil, Deleted: m.deleted, Ephemeral: m.to != "",
		ReplyCount: len(m.replies), ReplyUsers: slices.Clone(m.replyUsers),
	}
	if m.threadTS != m.ts {
		seen.ThreadTS = m.threadTS
	}
	if m.byBot {
		seen.BotID = w.bot.BotID
	}
	if len(m.blocks) > 0 {
		seen.Blocks = mustJSON(m.blocks)
	}
	if n := len(m.replies); n > 0 {
		seen.LatestReply = m.replies[n-1].ts
	}
	for _, f := range m.files {
		o := w.fileObject(f)
		mode, _ := o["mode"].(string)
		preview, _ := o["preview"].(string)
		seen.Files = append(seen.Files, FileState{ID: f.id, Name: f.name, Mode: mode, Preview: preview})
	}
	if m.deleted {
		seen.Text, seen.Blocks, seen.Files, seen.Attachments = "", nil, nil, nil
	}
	return seen
}

// Messages returns what everybody sees in a channel (id or name), oldest first,
// thread replies among them. Deleted messages are left out.
func (s *Server) Messages(channel string) []Message {
	return s.list(channel, func(m *message) bool { return m.to == "" && !m.deleted })
}

// Thread returns a message and its replies, oldest first; nothing when there is
// no such message.
func (s *Server) Thread(channel, ts string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channel(channel)
	if c == nil {
		return nil
	}
	parent := c.byTS[ts]
	if parent == nil || parent.to != "" || parent.deleted && len(parent.replies) == 0 {
		return nil
	}
	list := []Message{s.world.see(parent)}
	for _, m := range parent.replies {
		list = append(list, s.world.see(m))
	}
	return list
}

// Message returns one message, also when it is ephemeral or deleted.
func (s *Server) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channel(channel)
	if c == nil || c.byTS[ts] == nil {
		return Message{}, false
	}
	return s.world.see(c.byTS[ts]), true
}

// Ephemerals returns the ephemeral messages in a channel that only the given
// user (id or name) sees, oldest first.
func (s *Server) Ephemerals(user, channel string) []Message {
	s.mu.Lock()
	u := s.world.user(user)
	s.mu.Unlock()
	if u == nil {
		return nil
	}
	return s.list(channel, func(m *message) bool { return m.to == u.ID })
}

func (s *Server) list(channel string, want func(*message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channel(channel)
	if c == nil {
		return nil
	}
	var list []Message
	for _, m := range c.log {
		if want(m) {
			list = append(list, s.world.see(m))
		}
	}
	return list
}

// Await returns nil as soon as done says so. It asks at once and then whenever
// anything has changed: messages, sockets, acks, faults, traffic. It fails when
// ctx ends or the server closes. done may call every method of the Server.
func (s *Server) Await(ctx context.Context, done func() bool) error {
	for {
		changed := s.changes.next()
		if done() {
			return nil
		}
		select {
		case <-changed:
		case <-s.closing:
			return fmt.Errorf("slacksim: closed while waiting")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
