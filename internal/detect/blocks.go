package detect

import (
	"encoding/json"
	"strings"
)

// CleanMessage cleans one message: what its rich_text blocks say, or its text
// when it has none. Blocks are what the person saw while typing: nothing in
// them is escaped, links are elements of their own, and code is marked as such.
// See https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
func CleanMessage(text string, blocks json.RawMessage) Text {
	if written := richText(blocks); written != "" {
		return Clean(written)
	}
	return Clean(text)
}

// element is a rich_text block or any element inside it.
type element struct {
	Type     string          `json:"type"`
	Elements []element       `json:"elements"`
	Text     json.RawMessage `json:"text"` // a string in text and link elements
	URL      string          `json:"url"`
	UserID   string          `json:"user_id"`
	Group    string          `json:"usergroup_id"`
	Channel  string          `json:"channel_id"`
	Range    string          `json:"range"`
	Fallback string          `json:"fallback"`
	Style    json.RawMessage `json:"style"` // an object in leaves, a string in lists
}

func (e *element) text() string {
	var s string
	if json.Unmarshal(e.Text, &s) != nil {
		return ""
	}
	return s
}

func (e *element) isCode() bool {
	var style struct{ Code bool }
	return json.Unmarshal(e.Style, &style) == nil && style.Code
}

// richText writes the rich_text blocks in the way Slack writes messages, but
// unescaped; "" if there are none, or if they cannot be read.
func richText(blocks json.RawMessage) string {
	var all []element
	if len(blocks) == 0 || json.Unmarshal(blocks, &all) != nil {
		return ""
	}
	var b strings.Builder
	for _, block := range all {
		if block.Type != "rich_text" {
			continue
		}
		for _, part := range block.Elements {
			writePart(&b, part, "")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// writePart writes a section, list, quote or preformatted part. Lists nest no
// deeper than their sections: Slack indents with a number.
func writePart(b *strings.Builder, part element, prefix string) {
	var line strings.Builder
	for _, e := range part.Elements {
		if part.Type == "rich_text_list" {
			writePart(b, e, "- ")
			continue
		}
		writeLeaf(&line, e)
	}
	s := line.String()
	switch {
	case s == "":
		return
	case part.Type == "rich_text_preformatted":
		s = "```\n" + s + "\n```"
	case part.Type == "rich_text_quote":
		s = "> " + strings.ReplaceAll(s, "\n", "\n> ")
	}
	b.WriteString(prefix)
	b.WriteString(s)
	b.WriteString("\n")
}

func writeLeaf(b *strings.Builder, e element) {
	s := e.text()
	switch e.Type {
	case "link":
		if s == "" || sameLink(e.URL, s) {
			s = e.URL
		} else {
			s = "[" + s + "](" + e.URL + ")"
		}
	case "user":
		s = "@" + e.UserID
	case "usergroup":
		s = "@" + e.Group
	case "channel":
		s = "#" + e.Channel
	case "broadcast":
		s = "@" + e.Range
	case "date":
		s = e.Fallback
	case "emoji":
		s = " "
	}
	if e.isCode() && s != "" {
		s = "`" + s + "`"
	}
	b.WriteString(s)
}
