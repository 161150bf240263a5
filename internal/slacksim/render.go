package slacksim

import (
	"bytes"
	"encoding/json"
	"strings"
)

// This file writes the world as Slack writes it: messages, users, channels and
// files as the JSON objects of its documentation.

// message renders a message as it stands in events and in the answers of the
// chat methods.
func (w *world) message(m *message) object {
	o := object{"type": "message", "user": m.user, "text": m.text, "ts": m.ts, "team": w.teamOf(m.user)}
	if m.deleted {
		return w.tombstone(m)
	}
	if m.byBot {
		o["bot_id"] = w.bot.BotID
		o["app_id"] = w.bot.AppID
		o["bot_profile"] = w.botProfile()
	}
	setIf(o, "subtype", m.subtype)
	setIf(o, "client_msg_id", m.clientMsgID)
	setIf(o, "thread_ts", m.threadTS)
	if parent := m.channel.byTS[m.threadTS]; parent != nil && parent != m {
		o["parent_user_id"] = parent.user
		if m.subtype == "thread_broadcast" {
			o["root"] = w.message(parent)
		}
	}
	if len(m.blocks) > 0 {
		o["blocks"] = m.blocks
	}
	if m.attachments != nil {
		o["attachments"] = m.attachments
	}
	if m.edited != nil {
		o["edited"] = object{"user": m.edited.user, "ts": m.edited.ts}
	}
	if m.files != nil {
		o["files"] = w.fileList(m)
		o["upload"] = true // new, not one that was shared before
		o["display_as_bot"] = false
	}
	for k, v := range m.raw {
		o[k] = v
	}
	return o
}

// stored renders a message as history and replies return it: with what is
// known of its thread and, on request, its metadata.
func (w *world) stored(m *message, withMetadata bool) object {
	o := w.message(m)
	if n := len(m.replies); n > 0 {
		o["thread_ts"] = m.ts
		o["reply_count"] = n
		o["reply_users_count"] = len(m.replyUsers)
		o["reply_users"] = m.replyUsers
		o["latest_reply"] = m.replies[n-1].ts
		o["is_locked"] = false
		o["subscribed"] = true
	}
	if withMetadata && m.metadata != nil {
		o["metadata"] = m.metadata
	}
	return o
}

// tombstone stands in for a deleted message that has replies.
func (w *world) tombstone(m *message) object {
	return object{"type": "message", "subtype": "tombstone", "user": slackbot, "text": "This message was deleted.", "ts": m.ts, "hidden": true}
}

func (w *world) botProfile() object {
	return object{
		"id": w.bot.BotID, "app_id": w.bot.AppID, "name": w.bot.Name, "deleted": false, "updated": 1700000000,
		"team_id": w.team.ID,
		"icons": object{
			"image_36": "https://a.slack-edge.com/80588/img/plugins/app/bot_36.png",
			"image_48": "https://a.slack-edge.com/80588/img/plugins/app/bot_48.png",
			"image_72": "https://a.slack-edge.com/80588/img/plugins/app/service_72.png",
		},
	}
}

func (w *world) teamOf(userID string) string {
	if u := w.userByID[userID]; u != nil {
		return u.TeamID
	}
	return w.team.ID
}

func (w *world) userObject(u *user) object {
	return object{
		"id": u.ID, "team_id": u.TeamID, "name": u.Name, "deleted": false,
		"color": strings.TrimPrefix(u.color, "#"), "real_name": u.RealName,
		"tz": "Europe/London", "tz_label": "Greenwich Mean Time", "tz_offset": 0,
		"profile": object{
			"real_name": u.RealName, "real_name_normalized": u.RealName,
			"display_name": u.Name, "display_name_normalized": u.Name, "team": u.TeamID,
		},
		"is_admin": false, "is_owner": false, "is_primary_owner": false, "is_bot": false, "is_app_user": false,
		"is_restricted":       u.Kind == Guest || u.Kind == Guest1,
		"is_ultra_restricted": u.Kind == Guest1,
		"is_stranger":         u.Kind == External,
		"updated":             1700000000,
	}
}

func (w *world) botUserObject() object {
	return object{
		"id": w.bot.UserID, "team_id": w.team.ID, "name": w.bot.Name, "deleted": false, "real_name": w.bot.Name,
		"profile": object{
			"real_name": w.bot.Name, "display_name": "", "bot_id": w.bot.BotID, "api_app_id": w.bot.AppID,
			"always_active": true, "team": w.team.ID,
		},
		"is_admin": false, "is_owner": false, "is_primary_owner": false, "is_restricted": false,
		"is_ultra_restricted": false, "is_bot": true, "is_app_user": false, "updated": 1700000000,
	}
}

func (w *world) channelObject(c *channel) object {
	if c.kind == IM {
		return object{
			"id": c.id, "created": c.created, "is_archived": false, "is_im": true, "is_org_shared": false,
			"context_team_id": w.team.ID, "user": c.with.ID, "is_user_deleted": false, "is_open": true,
		}
	}
	return object{
		"id": c.id, "name": c.name, "name_normalized": c.name, "created": c.created, "creator": slackbot,
		"is_channel": c.kind == Public, "is_group": c.kind == Private, "is_im": false, "is_mpim": false,
		"is_private": c.kind == Private, "is_archived": c.archived, "is_general": c.name == "general",
		"is_shared": false, "is_ext_shared": c.outsiders > 0, "is_org_shared": false,
		"is_member": w.botIn(c), "context_team_id": w.team.ID, "unlinked": 0,
		"topic":       object{"value": c.topic, "creator": slackbot, "last_set": c.created},
		"purpose":     object{"value": "", "creator": "", "last_set": 0},
		"num_members": len(c.members),
	}
}

func (w *world) fileList(m *message) []object {
	var list []object
	for _, f := range m.files {
		list = append(list, w.fileObject(f))
	}
	return list
}

// maxPreviewLines is how much of a snippet Slack shows in the message.
const maxPreviewLines = 5

// fileObject renders a file as events carry it. Snippets have a preview, and are
// text whatever they are named.
func (w *world) fileObject(f *file) object {
	place := "/files-pri/" + w.team.ID + "-" + f.id + "/"
	permalink := "https://" + w.team.Domain + ".slack.com/files/" + f.user + "/" + f.id + "/" + f.name
	o := object{
		"id": f.id, "created": f.created, "timestamp": f.created, "name": f.name, "title": f.name,
		"mimetype": f.mimetype, "filetype": "binary", "pretty_type": "Binary",
		"user": f.user, "user_team": w.teamOf(f.user), "editable": false, "size": len(f.content), "mode": "hosted",
		"is_external": false, "external_type": "", "is_public": f.channel.kind == Public,
		"public_url_shared": false, "display_as_bot": false, "username": "",
		"url_private":          w.baseURL + place + f.name,
		"url_private_download": w.baseURL + place + "download/" + f.name,
		"permalink":            permalink,
		"permalink_public":     "https://slack-files.com/" + w.team.ID + "-" + f.id + "-0123456789",
		"has_rich_preview":     false, "file_access": "visible",
	}
	if f.mimetype != "" {
		return o
	}
	lines := strings.Split(f.content, "\n")
	shown := min(len(lines), maxPreviewLines)
	for key, value := range (object{
		"mode": "snippet", "mimetype": "text/plain", "filetype": "text", "pretty_type": "Plain Text", "editable": true,
		"edit_link": permalink + "/edit", "preview": strings.Join(lines[:shown], "\n"),
		"lines": len(lines), "lines_more": len(lines) - shown, "preview_is_truncated": shown < len(lines),
	}) {
		o[key] = value
	}
	return o
}

// channelType is how events name the kind of a channel.
func channelType(c *channel) string {
	switch c.kind {
	case Private:
		return "group"
	case IM:
		return "im"
	}
	return "channel"
}

func setIf(o object, key, value string) {
	if value != "" {
		o[key] = value
	}
}

// mustJSON writes one of our own objects as Slack does: with <, > and & as they are.
func mustJSON(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("slacksim: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
