package slacksim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Forward forwards a message into another conversation, with a comment or
// without, and returns the new message's ts. Slack does not describe what it
// makes of that: a message whose attachment repeats the other one.
func (s *Server) Forward(user, channel, ts, to, comment string) (newTS string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, from, err := s.present(user, channel)
	if err != nil {
		return "", err
	}
	original := from.get(ts)
	if original == nil {
		return "", fmt.Errorf("there is no message %s in %s", ts, from.name)
	}
	m, c, err := s.typed(user, to, "")
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(comment) != "" {
		said := s.world.compose(comment)
		m.text, m.blocks, m.clientMsgID = said.text, said.blocks, uuid()
	}
	m.attachments = mustJSON([]object{s.world.forwarded(original)})
	s.post(c, m)
	return m.ts, nil
}

// forwarded renders a message as an attachment of the one that forwards it.
func (w *world) forwarded(m *message) object {
	author := w.bot.Name
	if u := w.userByID[m.user]; u != nil {
		author = u.Name
	}
	footer := "Slack Conversation"
	if m.channel.kind == Public {
		footer = "Posted in #" + m.channel.name
	}
	o := object{
		"ts": m.ts, "author_id": m.user, "channel_id": m.channel.id, "channel_team": w.team.ID, "channel_name": m.channel.name,
		"is_msg_unfurl": true, "is_share": true, "from_url": w.permalink(m), "color": "D0D0D0",
		"fallback": "[" + writtenAt(m.ts) + "] " + author + ": " + m.text, "text": m.text,
		"author_name": author, "author_subname": author, "author_link": "https://" + w.team.Domain + ".slack.com/team/" + m.user,
		"mrkdwn_in": []string{"text"}, "footer": footer,
		"message_blocks": []object{{"team": w.team.ID, "channel": m.channel.id, "ts": m.ts, "message": object{"blocks": m.blocks}}},
	}
	if m.files != nil {
		o["files"] = w.fileList(m)
	}
	return o
}

// writtenAt writes a ts as the fallback of an attachment does.
func writtenAt(ts string) string {
	seconds, _, _ := strings.Cut(ts, ".")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil { // a test's raw message may have any ts
		return ts
	}
	return time.Unix(at, 0).UTC().Format("January 2, 2006 3:04 PM")
}
