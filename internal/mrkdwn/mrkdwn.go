// Package mrkdwn turns the Markdown of articles into Slack's mrkdwn, and into
// plain text.
//
// mrkdwn knows bold, italics, code, quotes and links, but no headings, lists or
// images (https://docs.slack.dev/messaging/formatting-message-text). What it has
// no mark for is written as plain text: bullets as "•", headings in bold, images
// by their alternative text, HTML as it was typed. Its three control characters
// & < > are escaped, so that no article can ping people.
//
// goldmark reads the Markdown; one small writer walks its tree for both forms.
package mrkdwn

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// FromMarkdown returns Markdown as Slack's mrkdwn.
func FromMarkdown(markdown string) string {
	return write(markdown, slackMarks)
}

// Plain returns Markdown as text without marks, for screen readers,
// notifications and terminals. Nothing in it is escaped.
func Plain(markdown string) string {
	return write(markdown, noMarks)
}

// Link returns a link to a web address with a plain-text label.
func Link(label, url string) string {
	return slackMarks.link(Escape(label), url)
}

// marks says how a writer marks up what Markdown marks up.
type marks struct {
	bold, italics, code, fence string
	escape                     func(string) string
	link                       func(label, url string) string
}

var (
	slackMarks = marks{"*", "_", "`", "```", Escape, func(label, url string) string {
		// A label ends at the first > and the address at the first |.
		return "<" + Escape(strings.ReplaceAll(url, "|", "%7C")) + "|" + label + ">"
	}}
	noMarks = marks{"", "", "", "", func(s string) string { return s }, func(label, url string) string {
		if label == url {
			return url
		}
		return label + " (" + url + ")"
	}}
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Escape replaces the three characters that are control characters in mrkdwn,
// so that text can neither ping people nor make links.
func Escape(s string) string { return escaper.Replace(s) }

func write(markdown string, m marks) string {
	source := []byte(markdown)
	w := writer{source: source, marks: m}
	w.blocks(goldmark.DefaultParser().Parse(text.NewReader(source)), "")
	return strings.TrimSpace(w.out.String())
}

type writer struct {
	source []byte
	marks  marks
	out    strings.Builder
}

// blocks writes the children of a block, each line after the first indented.
func (w *writer) blocks(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n.PreviousSibling() != nil {
			w.out.WriteString("\n")
			if !inTightList(n) {
				w.out.WriteString("\n")
			}
			w.out.WriteString(indent)
		}
		w.block(n, indent)
	}
}

func (w *writer) block(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.List:
		w.list(n, indent)
	case *ast.Heading:
		w.out.WriteString(w.marks.bold)
		w.inlines(n, indent)
		w.out.WriteString(w.marks.bold)
	case *ast.Blockquote:
		w.out.WriteString("> ")
		w.blocks(n, indent+"> ")
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		w.out.WriteString(w.marks.fence)
		w.raw(n, indent)
		w.out.WriteString(w.marks.fence)
	case *ast.HTMLBlock:
		w.raw(n, indent)
	case *ast.ThematicBreak:
		w.out.WriteString("———")
	default: // paragraphs, and the text blocks of tight lists
		w.inlines(n, indent)
	}
}

func (w *writer) list(list *ast.List, indent string) {
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		if item.PreviousSibling() != nil {
			w.out.WriteString("\n" + indent)
		}
		bullet := "• "
		if list.IsOrdered() {
			bullet = strconv.Itoa(number) + ". "
			number++
		}
		w.out.WriteString(bullet)
		w.blocks(item, indent+strings.Repeat(" ", 3))
	}
}

func inTightList(n ast.Node) bool {
	item, ok := n.Parent().(*ast.ListItem)
	return ok && item.Parent().(*ast.List).IsTight
}

// raw writes the lines of a code or HTML block as they are.
func (w *writer) raw(n ast.Node, indent string) {
	lines := n.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		w.out.WriteString(w.marks.escape(string(segment.Value(w.source))))
		if i < lines.Len()-1 {
			w.out.WriteString(indent)
		}
	}
}

func (w *writer) inlines(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.inline(n, indent)
	}
}

func (w *writer) inline(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.Text:
		w.out.WriteString(w.marks.escape(string(textOf(n, w.source))))
		switch {
		case n.HardLineBreak():
			w.out.WriteString("\n" + indent)
		case n.SoftLineBreak():
			w.out.WriteString(" ")
		}
	case *ast.String:
		w.out.WriteString(w.marks.escape(string(n.Value)))
	case *ast.CodeSpan:
		w.wrapped(w.marks.code, n, indent)
	case *ast.Emphasis:
		mark := w.marks.italics
		if n.Level == 2 {
			mark = w.marks.bold
		}
		w.wrapped(mark, n, indent)
	case *ast.Link:
		label := writer{source: w.source, marks: w.marks}
		label.inlines(n, "")
		w.link(label.out.String(), string(n.Destination))
	case *ast.AutoLink:
		w.link(w.marks.escape(string(n.Label(w.source))), string(n.URL(w.source)))
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			segment := n.Segments.At(i)
			w.out.WriteString(w.marks.escape(string(segment.Value(w.source))))
		}
	default: // images are written by their alternative text
		w.inlines(n, indent)
	}
}

// link writes a web or mail address as a link. Anything else would become a
// control sequence of Slack's ("<!here|x>" pings the channel): only its label
// is written.
func (w *writer) link(label, url string) {
	scheme, _, _ := strings.Cut(strings.ToLower(url), ":")
	switch scheme {
	case "http", "https", "mailto":
		w.out.WriteString(w.marks.link(label, url))
	default:
		w.out.WriteString(label)
	}
}

func (w *writer) wrapped(mark string, n ast.Node, indent string) {
	w.out.WriteString(mark)
	w.inlines(n, indent)
	w.out.WriteString(mark)
}

// textOf returns what a piece of text says: outside code, \* stands for * and
// &amp; for & (CommonMark 0.31, sections 2.4 and 2.5).
func textOf(n *ast.Text, source []byte) []byte {
	value := n.Value(source)
	if n.IsRaw() {
		return value
	}
	return util.UnescapePunctuations(util.ResolveNumericReferences(util.ResolveEntityNames(value)))
}
