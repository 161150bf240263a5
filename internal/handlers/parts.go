package handlers

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"apierrorbot/internal/triage"
)

// What comes with a message and is read like one: the messages that it forwards,
// and its files. Previews of web pages are not: nobody here wrote them.

// attachment is an attachment of a message. Slack's reference does not describe
// those that a forwarded message makes: the fields are as its clients send them.
type attachment struct {
	IsShare     bool   `json:"is_share"`      // a message that was forwarded
	IsMsgUnfurl bool   `json:"is_msg_unfurl"` // a message that is forwarded or linked to
	AuthorID    string `json:"author_id"`
	BotID       string `json:"bot_id"`
	Text        string `json:"text"`
	Fallback    string `json:"fallback"`
	Files       []file `json:"files"`

	MessageBlocks []struct {
		Message struct {
			Blocks json.RawMessage `json:"blocks"`
		} `json:"message"`
	} `json:"message_blocks"`
}

// file is a file of a message
// (https://docs.slack.dev/reference/objects/file-object).
type file struct {
	ID       string `json:"id"`
	Mode     string `json:"mode"` // snippet: what a long paste becomes; hosted: an uploaded file
	Mimetype string `json:"mimetype"`
	Size     int64  `json:"size"` // bytes
	URL      string `json:"url_private_download"`
}

// maxParts bounds what is read of one message: so many forwarded messages, and
// so many files.
const maxParts = 5

// forwarded returns the messages that a message forwards, but for the bot's own.
func (b *Bot) forwarded(m *message) []attachment {
	var list []attachment
	for _, a := range m.Attachments {
		own := a.AuthorID == b.self.UserID || a.BotID != "" && a.BotID == b.self.BotID
		if (a.IsShare || a.IsMsgUnfurl) && !own && len(list) < maxParts {
			list = append(list, a)
		}
	}
	return list
}

// input is the forwarded message as it was typed.
func (a *attachment) input() triage.Input {
	in := triage.Input{Text: a.Text}
	if len(a.MessageBlocks) > 0 {
		in.Blocks = string(a.MessageBlocks[0].Message.Blocks)
	}
	if in.Text == "" && len(in.Blocks) == 0 {
		in.Text = a.Fallback
	}
	return in
}

// textFiles returns the files of a message, and of the messages that it forwards,
// that hold text and are small enough to be read.
func (b *Bot) textFiles(m *message) []file {
	files := m.Files
	for _, a := range b.forwarded(m) {
		files = append(files, a.Files...)
	}
	var list []file
	for _, f := range files {
		if f.holdsText() && f.Size <= maxFileSize && len(list) < maxParts {
			list = append(list, f)
		}
	}
	return list
}

// holdsText reports whether a file is text that somebody could as well have
// pasted. Canvases, mails, and files that stand elsewhere are none; neither is
// what Slack tells no more of than its id, as it does in channels that are
// shared with another organisation.
func (f *file) holdsText() bool {
	switch f.Mode {
	case "snippet":
		return f.URL != ""
	case "hosted":
		return f.URL != "" && isText(f.Mimetype)
	}
	return false
}

func isText(mimetype string) bool {
	switch mimetype {
	case "application/json", "application/xml", "application/x-ndjson":
		return true
	case "image/svg+xml":
		return false
	}
	return strings.HasPrefix(mimetype, "text/") || strings.HasSuffix(mimetype, "+json") || strings.HasSuffix(mimetype, "+xml")
}

// fetch has the files of a message downloaded before it is considered. That is
// not for the goroutine that reads from the socket, nor for the thread's lane: what
// comes next must not wait for it.
func (b *Bot) fetch(a arrival, list []file) {
	deadline := time.Now().Add(fileWait)
	fetch := func() {
		defer survive(b.log, "a file", a.ack)
		ctx, cancel := context.WithDeadline(b.ctx, deadline)
		defer cancel()
		var texts []string
		texts, a.unread = b.files.read(ctx, list)
		for _, text := range texts {
			a.more = append(a.more, triage.Input{Text: text})
		}
		b.consider(a)
	}
	if !b.lanes.do("files of "+a.Channel+" "+a.TS, fetch) {
		b.tooMuch(a)
	}
}
