package slacksim

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// This file is what people do. Each verb changes the world and delivers the
// events that Slack delivers for it. Users and channels are given by id or by
// name. The errors are in plain words, for the person at the page.

// AddUser adds a person. It fails when the id or name is taken.
func (s *Server) AddUser(u User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	return s.world.addUser(u)
}

// AddChannel adds a channel. It fails when the id or name is taken or a member
// does not exist.
func (s *Server) AddChannel(c Channel) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	return s.world.addChannel(c)
}

// Archive archives a channel, or takes it out of the archive: nobody can write
// to an archived one.
func (s *Server) Archive(channel string, archived bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.findChannel(channel)
	if err != nil {
		return err
	}
	c.archived = archived
	s.changed()
	return nil
}

// DM returns the id of a user's direct messages with the bot, "" when there is
// no such user.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.world.user(user); u != nil {
		return u.im.id
	}
	return ""
}

// SetMember puts a user into a channel or takes them out; the bot is meant by
// its user id or name. Whoever joins is announced by a channel_join message.
func (s *Server) SetMember(channel, user string, in bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.findChannel(channel)
	if err != nil {
		return err
	}
	return s.setMember(c, user, in)
}

func (s *Server) setMember(c *channel, user string, in bool) error {
	id := s.world.bot.UserID
	if user != id && user != s.world.bot.Name {
		u, err := s.findUser(user)
		if err != nil {
			return err
		}
		id = u.ID
	}
	if c.kind == IM {
		return fmt.Errorf("the members of direct messages cannot be changed")
	}
	if c.members[id] == in {
		return nil
	}
	s.world.setMember(c, id, in)
	if !in {
		s.changed()
		return nil
	}
	s.post(c, &message{user: id, subtype: "channel_join", text: fmt.Sprintf("<@%s> has joined the channel", id)})
	return nil
}

// maxTyped is how many characters Slack's clients take; longer texts become
// snippets.
const maxTyped = 40_000

// Say types a message into a channel, or into a thread of it, and returns its
// ts. The text is what a person types: the server escapes it, finds links and
// mentions and builds the blocks, as a client does.
func (s *Server) Say(user, channel, text, threadTS string) (ts string, err error) {
	if err := checkTyped(text); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, c, err := s.typed(user, channel, threadTS)
	if err != nil {
		return "", err
	}
	said := s.world.compose(text)
	m.text, m.blocks, m.clientMsgID = said.text, said.blocks, uuid()
	s.post(c, m)
	return m.ts, nil
}

func checkTyped(text string) error {
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("there is no text to say")
	}
	if n := utf8.RuneCountInString(text); n > maxTyped {
		return fmt.Errorf("the text has %d characters, more than the %d that a message takes: upload it as a snippet", n, maxTyped)
	}
	return nil
}

// typed prepares a message of a person who is allowed to write there.
func (s *Server) typed(user, channel, threadTS string) (*message, *channel, error) {
	u, c, err := s.present(user, channel)
	if err != nil {
		return nil, nil, err
	}
	if c.archived {
		return nil, nil, fmt.Errorf("#%s is archived", c.name)
	}
	thread, err := threadFor(c, threadTS)
	if err != nil {
		return nil, nil, fmt.Errorf("thread %s in %s: %w", threadTS, c.name, err)
	}
	return &message{user: u.ID, threadTS: thread}, c, nil
}

// SayRaw delivers an event with exactly these fields, for payloads that no verb
// makes. Missing are filled in: type "message", ts, event_ts, channel_type. A
// message in a known channel, except changes and deletions, is also stored, so
// that it can be read and answered. It returns the event's ts.
func (s *Server) SayRaw(event json.RawMessage) (ts string, err error) {
	var fields object
	if err := json.Unmarshal(event, &fields); err != nil {
		return "", fmt.Errorf("event is not a JSON object: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	text := func(key string) string { v, _ := fields[key].(string); return v }
	c := s.world.byID[text("channel")]
	for key, value := range map[string]string{"type": "message", "ts": s.world.nextTS()} {
		if _, ok := fields[key]; !ok {
			fields[key] = value
		}
	}
	if _, ok := fields["event_ts"]; !ok {
		fields["event_ts"] = fields["ts"]
	}
	if _, ok := fields["channel_type"]; !ok && c != nil && text("type") == "message" {
		fields["channel_type"] = channelType(c)
	}
	changes := text("subtype") == "message_changed" || text("subtype") == "message_deleted"
	if c != nil && text("type") == "message" && !changes && c.byTS[text("ts")] == nil {
		s.world.add(c, rawMessage(fields))
	}
	s.deliverEvent(c, fields, "raw "+text("type"))
	s.changed()
	return text("ts"), nil
}

func rawMessage(fields object) *message {
	m := &message{raw: object{}}
	known := map[string]*string{"ts": &m.ts, "thread_ts": &m.threadTS, "user": &m.user, "subtype": &m.subtype, "text": &m.text}
	for key, value := range fields {
		if field, text := known[key], ""; field != nil {
			text, _ = value.(string)
			*field = text
		} else if key != "channel" && key != "event_ts" && key != "channel_type" {
			m.raw[key] = value
		}
	}
	m.blocks, _ = fields["blocks"].([]any)
	return m
}

// Edit changes the text of one's own message.
func (s *Server) Edit(user, channel, ts, text string) error {
	if err := checkTyped(text); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.ownMessage(user, channel, ts)
	if err != nil {
		return err
	}
	said := s.world.compose(text)
	if said.text == m.text {
		return nil
	}
	s.update(m, content{text: said.text, blocks: said.blocks, hasBlocks: true})
	return nil
}

// Delete deletes one's own message.
func (s *Server) Delete(user, channel, ts string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.ownMessage(user, channel, ts)
	if err != nil {
		return err
	}
	s.removeMessage(m)
	return nil
}

// The following are used by verbs and by the Web API alike, under s.mu.

// post stores a message and tells the bot of it.
func (s *Server) post(c *channel, m *message) {
	w := s.world
	w.add(c, m)
	s.changed()
	if !w.botIn(c) {
		return
	}
	event := w.message(m)
	event["channel"] = c.id
	event["event_ts"] = m.ts
	event["channel_type"] = channelType(c)
	if u := w.userByID[m.user]; u != nil && u.Kind == External {
		event["user_team"], event["source_team"] = u.TeamID, u.TeamID
	}
	s.deliverEvent(c, event, "message in "+c.name)
	if c.kind != IM && m.subtype != "channel_join" && !m.byBot && strings.Contains(m.text, "<@"+w.bot.UserID+">") {
		s.deliverEvent(c, appMention(event), "app_mention in "+c.name)
	}
}

// appMention is the second event that a message with a mention makes.
func appMention(event object) object {
	mention := object{}
	for key, value := range event {
		if key != "channel_type" && key != "parent_user_id" {
			mention[key] = value
		}
	}
	mention["type"] = "app_mention"
	return mention
}

// update changes a message and tells the bot. What news has not is kept.
func (s *Server) update(m *message, news content) {
	w := s.world
	previous := w.message(m)
	if news.text != "" || news.hasBlocks {
		m.text = news.text
	}
	if news.hasBlocks {
		m.blocks = news.blocks
	}
	if news.hasAttachments {
		m.attachments = news.attachments
	}
	if news.hasMetadata {
		m.metadata = news.metadata
	}
	m.edited = &edited{user: m.user, ts: w.nextTS()}
	s.changed()
	s.tellChange(m, "message_changed", object{"message": w.message(m), "previous_message": previous})
}

// removeMessage deletes a message and tells the bot. One with replies changes into a
// tombstone, which goes with the last of them: Slack tells it in these words.
func (s *Server) removeMessage(m *message) {
	w := s.world
	previous, parent := w.stored(m, false), m.channel.byTS[m.threadTS]
	w.remove(m)
	s.changed()
	if len(m.replies) > 0 {
		s.tellChange(m, "message_changed", object{"message": w.stored(m, false), "previous_message": previous})
		return
	}
	s.tellChange(m, "message_deleted", object{"previous_message": previous, "deleted_ts": m.ts})
	if parent != nil && parent != m && parent.deleted && len(parent.replies) == 0 {
		s.tellChange(parent, "message_deleted", object{"previous_message": w.tombstone(parent), "deleted_ts": parent.ts})
	}
}

func (s *Server) tellChange(m *message, subtype string, event object) {
	c := m.channel
	if m.to != "" || !s.world.botIn(c) {
		return // nobody is told of ephemeral messages
	}
	ts := s.world.nextTS()
	for key, value := range (object{
		"type": "message", "subtype": subtype, "channel": c.id, "ts": ts, "event_ts": ts,
		"hidden": true, "channel_type": channelType(c),
	}) {
		event[key] = value
	}
	s.deliverEvent(c, event, subtype+" in "+c.name)
}

func (s *Server) findChannel(ref string) (*channel, error) {
	if c := s.world.channel(ref); c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("there is no channel %q", ref)
}

func (s *Server) findUser(ref string) (*user, error) {
	if u := s.world.user(ref); u != nil {
		return u, nil
	}
	return nil, fmt.Errorf("there is no user %q", ref)
}

// present finds a user and a channel that the user is in.
func (s *Server) present(user, channel string) (*user, *channel, error) {
	u, err := s.findUser(user)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.findChannel(channel)
	if err != nil {
		return nil, nil, err
	}
	if !c.members[u.ID] {
		return nil, nil, fmt.Errorf("%s is not a member of %s", u.Name, c.name)
	}
	return u, c, nil
}

func (s *Server) ownMessage(user, channel, ts string) (*message, error) {
	u, c, err := s.present(user, channel)
	if err != nil {
		return nil, err
	}
	m := c.get(ts)
	if m == nil || m.user != u.ID {
		return nil, fmt.Errorf("%s has no message %s in %s", u.Name, ts, c.name)
	}
	return m, nil
}
