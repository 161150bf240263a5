package slacksim

import (
	"encoding/json"
	"fmt"
	"strings"
)

// This file is what people do with the app itself: slash commands
// (https://docs.slack.dev/interactivity/implementing-slash-commands) and clicks.

// Slash runs a slash command. It returns as soon as the command is on its way;
// what comes back shows up as messages, also when nobody answered in time.
func (s *Server) Slash(user, channel, command, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c, err := s.present(user, channel)
	if err != nil {
		return err
	}
	if command == invite.Command {
		return s.invite(c, text)
	}
	var registered *Command
	for i := range s.cfg.Commands {
		if s.cfg.Commands[i].Command == command {
			registered = &s.cfg.Commands[i]
		}
	}
	if registered == nil {
		return fmt.Errorf("%s is not a valid command", command)
	}
	to := &responseURL{channel: c, user: u.ID}
	text = strings.TrimSpace(text)
	payload := object{
		"token": "local-verification-token", "team_id": s.world.team.ID, "team_domain": s.world.team.Domain,
		"channel_id": c.id, "channel_name": slashChannelName(c), "user_id": u.ID, "user_name": u.Name,
		"command": command, "text": escaper.Replace(text), "api_app_id": s.world.bot.AppID,
		"is_enterprise_install": "false", "response_url": s.newResponseURL("commands", to), "trigger_id": s.triggerID(),
	}
	if registered.Escape {
		payload["text"] = markup(s.world.tokens(text, inText))
	}
	apologize := func(code string) {
		s.slackbotSays(c, u.ID, "", fmt.Sprintf("%s failed with the error %q", command, code))
	}
	s.deliver(&delivery{
		kind: slashCommands, payload: mustJSON(payload), summary: command, onFailure: apologize,
		onAck: func(payload json.RawMessage) {
			if err := s.publishAck(to, payload); err != nil {
				apologize(err.Error())
			}
		},
	})
	s.changed()
	return nil
}

// invite is a command of Slack's own: no app hears of it
// (https://slack.com/help/articles/201259356-Slash-commands-in-Slack).
var invite = Command{Command: "/invite", Usage: "@name", Description: "Bring somebody into this channel"}

// invite brings the people who are named into a channel.
func (s *Server) invite(c *channel, names string) error {
	people := strings.Fields(names)
	if len(people) == 0 {
		return fmt.Errorf("say whom to invite: %s %s", invite.Command, invite.Usage)
	}
	for _, name := range people {
		if err := s.setMember(c, strings.TrimPrefix(name, "@"), true); err != nil {
			return err
		}
	}
	return nil
}

// slashChannelName is how Slack names channels to slash commands: only public
// ones by their name.
func slashChannelName(c *channel) string {
	switch c.kind {
	case Private:
		return "privategroup"
	case IM:
		return "directmessage"
	}
	return c.name
}

func (s *Server) triggerID() string {
	return fmt.Sprintf("%d.%d.%s", s.now().UnixNano(), s.now().Unix(), strings.ReplaceAll(uuid(), "-", ""))
}

// slackbotSays shows a note of Slack's own to one user.
func (s *Server) slackbotSays(c *channel, user, threadTS, text string) {
	s.world.add(c, &message{user: slackbot, text: text, to: user, threadTS: threadTS})
	s.changed()
}

// Control names an interactive element of a message, by as many of these as it
// takes to make it the only one. For elements with options, Value is the value
// of the option that is chosen.
type Control struct {
	BlockID  string
	ActionID string
	Value    string
}

// Click presses a button (or chooses an option) in a message of the bot that
// the user sees: an ephemeral one too. It returns once the click is on its way.
func (s *Server) Click(user, channel, ts string, control Control) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, c, err := s.present(user, channel)
	if err != nil {
		return err
	}
	m := c.byTS[ts]
	if m == nil || m.deleted || m.to != "" && m.to != u.ID {
		return fmt.Errorf("%s sees no message %s in %s", u.Name, ts, c.name)
	}
	blockID, element, err := control.find(m.blocks)
	if err != nil {
		return err
	}
	action := s.actionOf(blockID, element, control)
	s.deliver(&delivery{
		kind: interactions, payload: mustJSON(s.blockActions(u, m, action)),
		summary: fmt.Sprintf("%s clicks %v", u.Name, element["action_id"]),
		happens: Happening{Kind: AckedClick, Channel: c.id, TS: m.ts, User: u.ID},
		onFailure: func(code string) {
			s.slackbotSays(c, u.ID, m.threadTS, fmt.Sprintf("The app did not respond to the click in time (%s)", code))
		},
	})
	s.changed()
	return nil
}

// actionOf writes the entry of block_actions' actions list.
func (s *Server) actionOf(blockID string, element object, control Control) object {
	action := object{
		"type": element["type"], "action_id": element["action_id"], "block_id": blockID,
		"action_ts": s.world.nextTS(),
	}
	for _, key := range []string{"text", "value", "style", "url", "confirm", "placeholder"} {
		if v, ok := element[key]; ok {
			action[key] = v
		}
	}
	if option := optionOf(element, control.Value); option != nil {
		if element["type"] == "checkboxes" || strings.HasPrefix(fmt.Sprint(element["type"]), "multi_") {
			action["selected_options"] = []any{option}
		} else {
			action["selected_option"] = option
		}
	}
	return action
}

// blockActions writes the payload of a click
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
// The message itself is left out when it is ephemeral.
func (s *Server) blockActions(u *user, m *message, action object) object {
	w, c := s.world, m.channel
	container := object{"type": "message", "message_ts": m.ts, "channel_id": c.id, "is_ephemeral": m.to != ""}
	setIf(container, "thread_ts", m.threadTS)
	payload := object{
		"type":         "block_actions",
		"user":         object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"api_app_id":   w.bot.AppID,
		"token":        "local-verification-token",
		"container":    container,
		"trigger_id":   s.triggerID(),
		"team":         object{"id": w.team.ID, "domain": w.team.Domain},
		"enterprise":   nil,
		"channel":      object{"id": c.id, "name": slashChannelName(c)},
		"state":        object{"values": object{}},
		"actions":      []object{action},
		"response_url": s.newResponseURL("actions", &responseURL{channel: c, user: u.ID, source: m}),

		"is_enterprise_install": false,
	}
	if m.to == "" {
		payload["message"] = w.message(m)
	}
	return payload
}

// find looks the element up in the blocks of a message.
func (k Control) find(blocks []any) (blockID string, element object, err error) {
	found := 0
	for _, b := range blocks {
		block, _ := b.(object)
		elements, _ := block["elements"].([]any)
		for _, e := range append([]any{block["accessory"]}, elements...) {
			candidate, _ := e.(object)
			if candidate["action_id"] == nil || !k.matches(block, candidate) {
				continue
			}
			found++
			element = candidate
			blockID, _ = block["block_id"].(string)
		}
	}
	if found != 1 {
		return "", nil, fmt.Errorf("%d elements fit block_id %q, action_id %q, value %q: one must", found, k.BlockID, k.ActionID, k.Value)
	}
	return blockID, element, nil
}

func (k Control) matches(block, element object) bool {
	return (k.BlockID == "" || block["block_id"] == k.BlockID) &&
		(k.ActionID == "" || element["action_id"] == k.ActionID) &&
		(k.Value == "" || element["value"] == k.Value || optionOf(element, k.Value) != nil)
}

func optionOf(element object, value string) any {
	options, _ := element["options"].([]any)
	for _, o := range options {
		if option, _ := o.(object); option["value"] == value {
			return option
		}
	}
	return nil
}
