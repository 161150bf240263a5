package slacksim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// This file holds the Web API methods (https://docs.slack.dev/reference/methods).
// Each runs under the Server's mutex and answers as the documentation of its
// name says.

const (
	maxPostText   = 40_000    // chat.postMessage cuts longer texts off and warns
	maxUpdateText = 4_000     // chat.update answers msg_too_long beyond it
	maxMetadata   = 16 * 1024 // bytes of JSON
)

func authTest(s *Server, _ args) (object, error) {
	w := s.world
	return object{
		"url": "https://" + w.team.Domain + ".slack.com/", "team": w.team.Name, "user": w.bot.Name,
		"team_id": w.team.ID, "user_id": w.bot.UserID, "bot_id": w.bot.BotID, "is_enterprise_install": false,
	}, nil
}

func connectionsOpen(s *Server, _ args) (object, error) {
	return object{"url": s.openTicket()}, nil
}

// content is what chat methods and response_urls say.
type content struct {
	text        string
	blocks      []any
	attachments json.RawMessage
	metadata    json.RawMessage
	truncated   bool

	// What was given, be it empty: an update takes it away then.
	hasBlocks, hasAttachments, hasMetadata bool
}

// readContent checks text, blocks, attachments and metadata.
func readContent(a args) (content, error) {
	m := content{text: a["text"]}
	var err error
	if raw := a["blocks"]; raw != "" {
		if m.blocks, err = readBlocks(raw); err != nil {
			return m, err
		}
		m.hasBlocks = true
	}
	if raw := a["attachments"]; raw != "" && raw != "null" {
		var list []object
		if json.Unmarshal([]byte(raw), &list) != nil {
			return m, fail("invalid_attachments")
		}
		if len(list) > 0 {
			m.attachments = json.RawMessage(raw)
		}
		m.hasAttachments = true
	}
	if m.metadata, m.hasMetadata, err = readMetadata(a["metadata"]); err != nil {
		return m, err
	}
	return m, nil
}

// readMetadata checks a message's metadata: an event_type and an event_payload
// of no more than 16 kB (https://docs.slack.dev/messaging/message-metadata).
func readMetadata(raw string) (json.RawMessage, bool, error) {
	if raw == "" || raw == "null" {
		return nil, false, nil
	}
	if len(raw) > maxMetadata {
		return nil, false, fail("metadata_too_large")
	}
	var m struct {
		EventType    string                     `json:"event_type"`
		EventPayload map[string]json.RawMessage `json:"event_payload"`
	}
	if json.Unmarshal([]byte(raw), &m) != nil {
		return nil, false, fail("invalid_metadata_format")
	}
	if m.EventType == "" {
		if len(m.EventPayload) > 0 {
			return nil, false, fail("invalid_metadata_format")
		}
		return nil, true, nil // an empty object takes the metadata away
	}
	if m.EventPayload == nil {
		return nil, false, fail("invalid_metadata_format")
	}
	return json.RawMessage(mustJSON(m)), true, nil
}

// shorten cuts a text off where chat.postMessage does.
func (m *content) shorten() {
	if utf8.RuneCountInString(m.text) > maxPostText {
		m.text = string([]rune(m.text)[:maxPostText])
		m.truncated = true
	}
}

func (m *content) empty() bool {
	return m.text == "" && len(m.blocks) == 0 && m.attachments == nil
}

// target finds the channel that the bot wants to write to.
func (s *Server) target(ref string) (*channel, error) {
	if ref == "" {
		return nil, missing("channel")
	}
	w := s.world
	c := w.channel(ref)
	if u := w.userByID[ref]; u != nil {
		c = u.im // writing to a user id opens the direct messages
	}
	if c == nil || c.kind == Private && !w.botIn(c) {
		return nil, fail("channel_not_found")
	}
	if !w.botIn(c) && !s.hasScope("chat:write.public") {
		return nil, fail("not_in_channel")
	}
	if c.archived {
		return nil, fail("is_archived")
	}
	return c, nil
}

func chatPostMessage(s *Server, a args) (object, error) {
	c, err := s.target(a["channel"])
	if err != nil {
		return nil, err
	}
	m, err := readContent(a)
	if err != nil {
		return nil, err
	}
	if m.empty() {
		return nil, fail("no_text")
	}
	m.shorten()
	posted := s.botMessage(m)
	if posted.threadTS, err = threadFor(c, a["thread_ts"]); err != nil {
		return nil, err
	}
	if posted.threadTS != "" && a.flag("reply_broadcast") {
		posted.subtype = "thread_broadcast"
	}
	s.post(c, posted)
	s.cfg.Watch(Happening{Kind: Posted, Channel: c.id, TS: posted.ts, Thread: posted.threadTS})
	answer := object{"channel": c.id, "ts": posted.ts, "message": s.world.message(posted)}
	if posted.metadata != nil {
		answer["message"].(object)["metadata"] = posted.metadata
	}
	if m.truncated {
		answer["response_metadata"] = object{
			"warnings": []string{"message_truncated"},
			"messages": []string{"[WARN] Your message was truncated but still posted. The `text` field accepts up to 40,000 characters."},
		}
	}
	return answer, nil
}

func (s *Server) botMessage(m content) *message {
	return &message{
		user: s.world.bot.UserID, byBot: true, text: m.text, blocks: m.blocks,
		attachments: m.attachments, metadata: m.metadata,
	}
}

// threadFor checks that ts is a message that can have replies: one that exists
// and is not a reply itself. What was dropped is taken for one.
func threadFor(c *channel, ts string) (string, error) {
	if ts == "" {
		return "", nil
	}
	parent := c.byTS[ts]
	if parent == nil && c.dropped(ts) {
		return ts, nil
	}
	if parent == nil || parent.to != "" || parent.deleted && len(parent.replies) == 0 {
		return "", fail("thread_not_found")
	}
	if parent.threadTS != "" && parent.threadTS != ts {
		return "", fail("cannot_reply_to_message")
	}
	return ts, nil
}

func chatPostEphemeral(s *Server, a args) (object, error) {
	c, err := s.target(a["channel"])
	if err != nil {
		return nil, err
	}
	if a["user"] == "" {
		return nil, missing("user")
	}
	if !c.members[a["user"]] {
		return nil, fail("user_not_in_channel")
	}
	m, err := readContent(a)
	if err != nil {
		return nil, err
	}
	if m.empty() {
		return nil, fail("no_text")
	}
	m.shorten()
	posted := s.botMessage(m)
	posted.to = a["user"]
	if posted.threadTS, err = threadFor(c, a["thread_ts"]); err != nil {
		return nil, err
	}
	s.world.add(c, posted)
	s.changed()
	return object{"message_ts": posted.ts}, nil
}

// own finds a message that chat.update and chat.delete may touch. Ephemeral
// messages are not found at all.
func (s *Server) own(a args, refusal string) (*message, error) {
	if a["channel"] == "" {
		return nil, missing("channel")
	}
	if a["ts"] == "" {
		return nil, missing("ts")
	}
	w := s.world
	c := w.byID[a["channel"]] // an id: names are not taken here
	if c == nil || c.kind == Private && !w.botIn(c) {
		return nil, fail("channel_not_found")
	}
	if c.archived {
		return nil, fail("is_archived")
	}
	m := c.get(a["ts"])
	if m == nil {
		return nil, fail("message_not_found")
	}
	if !m.byBot {
		return nil, fail(refusal)
	}
	return m, nil
}

func chatUpdate(s *Server, a args) (object, error) {
	m, err := s.own(a, "cant_update_message")
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(a["text"]) > maxUpdateText {
		return nil, fail("msg_too_long")
	}
	news, err := readContent(a)
	if err != nil {
		return nil, err
	}
	if news.text == "" && !news.hasBlocks && !news.hasAttachments {
		return nil, fail("no_text")
	}
	s.update(m, news)
	s.cfg.Watch(Happening{Kind: Updated, Channel: m.channel.id, TS: m.ts, Thread: m.threadTS})
	return object{"channel": m.channel.id, "ts": m.ts, "text": m.text, "message": s.world.message(m)}, nil
}

func chatDelete(s *Server, a args) (object, error) {
	m, err := s.own(a, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.removeMessage(m)
	return object{"channel": m.channel.id, "ts": m.ts}, nil
}

func chatGetPermalink(s *Server, a args) (object, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	m := c.get(a["message_ts"])
	if m == nil {
		return nil, fail("message_not_found")
	}
	return object{"channel": c.id, "permalink": s.world.permalink(m)}, nil
}

// readable finds a channel that the bot may look at.
func (s *Server) readable(id string) (*channel, error) {
	if id == "" {
		return nil, missing("channel")
	}
	c := s.world.byID[id]
	if c == nil || c.kind == Private && !s.world.botIn(c) {
		return nil, fail("channel_not_found")
	}
	return c, nil
}

// page is the part of a list of messages that a call asks for.
type page struct {
	oldest, latest string
	inclusive      bool
	before, after  string // where the last page ended, from its cursor
	limit          int
	metadata       bool
	hideAfter      string // a lagging replica does not know younger ones
}

// readPage reads which part of a channel or a thread is wanted, and whether the bot
// may read it.
func (s *Server) readPage(a args, standard, most int, on string) (*channel, page, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, page{}, err
	}
	if !s.world.botIn(c) {
		return nil, page{}, fail("not_in_channel")
	}
	p, err := s.readWindow(a, standard, most, on)
	return c, p, err
}

func (s *Server) readWindow(a args, standard, most int, on string) (page, error) {
	p := page{oldest: a["oldest"], latest: a["latest"], inclusive: a.flag("inclusive"), limit: standard, metadata: a.flag("include_all_metadata")}
	edge, ok := strings.CutPrefix(a["cursor"], cursorPrefix)
	if !ok && a["cursor"] != "" {
		return p, fail("invalid_cursor")
	}
	if on == "conversations.history" {
		p.before = edge
	} else {
		p.after = edge
	}
	if a["limit"] != "" {
		n, err := strconv.Atoi(a["limit"])
		if err != nil || n < 1 || n > most {
			return p, fail("invalid_limit")
		}
		p.limit = n
	}
	for _, ts := range []*string{&p.oldest, &p.latest} {
		if *ts == "" || *ts == "0" {
			*ts = ""
			continue
		}
		n, err := strconv.ParseFloat(*ts, 64)
		if err != nil || n < 0 {
			return p, fail("invalid_ts_" + map[bool]string{true: "oldest", false: "latest"}[ts == &p.oldest])
		}
		if whole, fraction, _ := strings.Cut(*ts, "."); len(fraction) < 6 {
			*ts = whole + "." + (fraction + "000000")[:6]
		}
	}
	if f := s.faults.hit(on, a["channel"], EffectLag); f != nil {
		p.hideAfter = formatTS(s.now().Add(-f.Delay).UnixMicro())
	}
	return p, nil
}

// window returns the part of list that lies between oldest and latest.
func (p page) window(list []*message) []*message {
	from, to := 0, len(list)
	if p.oldest != "" {
		from = search(list, p.oldest)
		if from < len(list) && list[from].ts == p.oldest && !p.inclusive {
			from++
		}
	}
	if p.latest != "" {
		to = search(list, p.latest)
		if to < len(list) && list[to].ts == p.latest && p.inclusive {
			to++
		}
	}
	if p.before != "" {
		to = min(to, search(list, p.before))
	}
	if p.after != "" {
		from = max(from, search(list, p.after+"\x00")) // just after it
	}
	if p.hideAfter != "" {
		to = min(to, search(list, p.hideAfter))
	}
	return list[min(from, to):to]
}

func conversationsHistory(s *Server, a args) (object, error) {
	c, p, err := s.readPage(a, 100, 999, "conversations.history")
	if err != nil {
		return nil, err
	}
	list := p.window(c.roots)
	more := len(list) > p.limit
	list = list[max(0, len(list)-p.limit):]
	messages := make([]object, 0, len(list))
	for _, m := range slices.Backward(list) {
		messages = append(messages, s.world.stored(m, p.metadata))
	}
	answer := object{"messages": messages, "has_more": more, "pin_count": 0, "channel_actions_ts": nil, "channel_actions_count": 0}
	if more {
		answer["response_metadata"] = object{"next_cursor": cursorPrefix + list[0].ts}
	}
	return answer, nil
}

func conversationsReplies(s *Server, a args) (object, error) {
	c, p, err := s.readPage(a, 1000, 1000, "conversations.replies")
	if err != nil {
		return nil, err
	}
	parent := c.byTS[a["ts"]]
	if a["ts"] == "" {
		return nil, missing("ts")
	}
	if parent == nil || parent.to != "" || parent.deleted && len(parent.replies) == 0 || p.hideAfter != "" && parent.ts >= p.hideAfter {
		return nil, fail("thread_not_found")
	}
	list := p.window(parent.replies)
	more := len(list) > p.limit
	list = list[:min(len(list), p.limit)]
	messages := []object{s.world.stored(parent, p.metadata)} // the parent comes with every page
	for _, m := range list {
		messages = append(messages, s.world.stored(m, p.metadata))
	}
	answer := object{"messages": messages, "has_more": more}
	if more {
		answer["response_metadata"] = object{"next_cursor": cursorPrefix + list[len(list)-1].ts}
	}
	return answer, nil
}

// cursorPrefix begins a cursor, which is opaque to callers: the ts follows where
// the page ended.
const cursorPrefix = "local_next_ts:"

func conversationsInfo(s *Server, a args) (object, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	return object{"channel": s.world.channelObject(c)}, nil
}

func conversationsList(s *Server, a args) (object, error) {
	types := strings.Split(a["types"], ",")
	if a["types"] == "" {
		types = []string{"public_channel"}
	}
	kinds := map[string]string{Public: "public_channel", Private: "private_channel", IM: "im"}
	list := []object{}
	for _, c := range s.world.channels {
		hidden := c.kind != Public && !s.world.botIn(c) || c.archived && a.flag("exclude_archived")
		if !hidden && slices.Contains(types, kinds[c.kind]) {
			list = append(list, s.world.channelObject(c))
		}
	}
	return object{"channels": list, "response_metadata": object{"next_cursor": ""}}, nil
}

func conversationsMembers(s *Server, a args) (object, error) {
	c, err := s.readable(a["channel"])
	if err != nil {
		return nil, err
	}
	members := []string{}
	for id := range c.members {
		members = append(members, id)
	}
	slices.Sort(members)
	return object{"members": members, "response_metadata": object{"next_cursor": ""}}, nil
}

func conversationsOpen(s *Server, a args) (object, error) {
	if a["channel"] != "" {
		c, err := s.readable(a["channel"])
		if err != nil {
			return nil, err
		}
		return object{"channel": object{"id": c.id}}, nil
	}
	if a["users"] == "" {
		return nil, fail("users_list_not_supplied")
	}
	u := s.world.userByID[a["users"]] // one user: group conversations are not played
	if u == nil {
		return nil, fail("user_not_found")
	}
	return object{"channel": object{"id": u.im.id}, "no_op": true, "already_open": true}, nil
}

func usersInfo(s *Server, a args) (object, error) {
	if a["user"] == "" {
		return nil, missing("user")
	}
	if a["user"] == s.world.bot.UserID {
		return object{"user": s.world.botUserObject()}, nil
	}
	u := s.world.userByID[a["user"]]
	if u == nil {
		return nil, fail("user_not_found")
	}
	return object{"user": s.world.userObject(u)}, nil
}

func usersList(s *Server, _ args) (object, error) {
	members := []object{s.world.botUserObject()}
	for _, u := range s.world.users {
		members = append(members, s.world.userObject(u))
	}
	return object{"members": members, "cache_ts": s.now().Unix(), "response_metadata": object{"next_cursor": ""}}, nil
}

func botsInfo(s *Server, a args) (object, error) {
	bot := s.world.bot
	if a["bot"] != bot.BotID {
		return nil, fail("bot_not_found")
	}
	info := s.world.botProfile()
	info["user_id"] = bot.UserID
	return object{"bot": info}, nil
}

func filesInfo(s *Server, a args) (object, error) {
	f := s.world.files[a["file"]]
	if f == nil || !s.world.botIn(f.channel) {
		return nil, fail("file_not_found")
	}
	return object{
		"file": s.world.fileObject(f), "content": f.content, "is_truncated": false,
		"comments": []string{}, "response_metadata": object{"next_cursor": ""},
	}, nil
}
