package slacksim

import (
	"regexp"
	"strings"
)

// This file does what a Slack client does with what a person types: it finds
// links, mentions and code, writes the message's text with Slack's escapes
// (https://docs.slack.dev/messaging/formatting-message-text) and builds the
// rich_text block that comes beside it, in which text is not escaped and links
// are elements of their own.

// composed is a typed message in Slack's two forms.
type composed struct {
	text   string
	blocks []any
}

// compose turns typed text into what Slack's clients send.
func (w *world) compose(typed string) composed {
	typed = strings.ReplaceAll(typed, "\r\n", "\n")
	typed = strings.Trim(typed, "\n")
	var text strings.Builder
	var elements []any
	parts := splitFences(typed)
	for i, part := range parts {
		if part.fenced {
			tokens := w.tokens(part.text, inCode)
			text.WriteString("```" + markup(tokens) + "```")
			if i < len(parts)-1 {
				text.WriteString("\n")
			}
			elements = append(elements, object{"type": "rich_text_preformatted", "elements": richText(tokens), "border": 0})
			continue
		}
		elements = w.composeLines(part.text, &text, elements, i < len(parts)-1)
	}
	block := object{"type": "rich_text", "block_id": blockID(), "elements": elements}
	return composed{text: text.String(), blocks: []any{block}}
}

// composeLines adds the lines outside code fences: quoted ones as quotes, the
// others as sections. more says that a code fence follows.
func (w *world) composeLines(lines string, text *strings.Builder, elements []any, more bool) []any {
	for len(lines) > 0 {
		run, rest, quoted := nextRun(lines)
		lines = rest
		tokens := w.tokens(run, inText)
		if quoted {
			for i, line := range strings.Split(run, "\n") {
				if i > 0 {
					text.WriteString("\n")
				}
				text.WriteString("&gt; " + markup(w.tokens(line, inText)))
			}
			elements = append(elements, object{"type": "rich_text_quote", "elements": richText(tokens)})
		} else {
			text.WriteString(markup(tokens))
			if lines != "" || more {
				tokens = endLine(tokens)
			}
			elements = append(elements, object{"type": "rich_text_section", "elements": richText(tokens)})
		}
		if lines != "" || more {
			text.WriteString("\n")
		}
	}
	return elements
}

// endLine adds a line break, as clients do to a section before another element.
func endLine(tokens []token) []token {
	if n := len(tokens); n > 0 && tokens[n-1].kind == plainToken {
		tokens[n-1].text += "\n"
		return tokens
	}
	return append(tokens, token{kind: plainToken, text: "\n"})
}

// nextRun takes the lines off the front that are all quoted or all not, and
// returns them without their ">".
func nextRun(lines string) (run, rest string, quoted bool) {
	all := strings.Split(lines, "\n")
	quoted = strings.HasPrefix(all[0], ">")
	n := 0
	for n < len(all) && strings.HasPrefix(all[n], ">") == quoted {
		if quoted {
			all[n] = strings.TrimPrefix(strings.TrimPrefix(all[n], ">"), " ")
		}
		n++
	}
	return strings.Join(all[:n], "\n"), strings.Join(all[n:], "\n"), quoted
}

type part struct {
	text   string
	fenced bool
}

// splitFences takes text apart at ``` fences. A fence that is not closed is
// ordinary text. The line break next to a fence belongs to neither side.
func splitFences(text string) []part {
	const fence = "```"
	var parts []part
	for {
		before, rest, opened := strings.Cut(text, fence)
		inside, after, closed := strings.Cut(rest, fence)
		if !opened || !closed || strings.Trim(inside, "\n") == "" {
			before, after, closed = text, "", false
		}
		if before = strings.TrimSuffix(before, "\n"); before != "" || len(parts) == 0 && !closed {
			parts = append(parts, part{text: before})
		}
		if !closed {
			return parts
		}
		parts = append(parts, part{text: strings.Trim(inside, "\n"), fenced: true})
		if text = strings.TrimPrefix(after, "\n"); text == "" {
			return parts
		}
	}
}

type tokenKind int

const (
	plainToken tokenKind = iota
	linkToken
	emailToken
	styleToken // bold, italic, struck out or code, around other tokens
	mentionToken
	channelToken
	broadcastToken
	emojiToken
)

type token struct {
	kind tokenKind
	text string // as typed
	url  string // of a link or email
	id   string // of a user, channel, broadcast or emoji; of a style its name

	inner []token // of a style
}

// Where tokens looks: in code only links are found, as in Slack's clients.
const (
	inCode = true
	inText = false
)

// tokenPattern finds what may be a token. A style is found by its first mark and
// what stands before it: any mark would do, but is far slower to search for.
var tokenPattern = regexp.MustCompile(
	`(?P<style>(?:^|[ \n(])[*_~])` +
		`|(?P<link>https?://[^\s<>"'` + "`" + `|]+)` +
		`|(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)` +
		`|(?P<domain>\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|uk|eu|gov)\b(?:/[^\s<>"'` + "`" + `|]*)?)` +
		"|(?P<code>`[^`\n]+`)" +
		`|(?P<at>@[A-Za-z0-9][A-Za-z0-9._-]*)` +
		`|(?P<channel>#[a-z0-9][a-z0-9_-]*)` +
		`|(?P<emoji>:[a-z+-][a-z0-9_+-]*:)`)

// tokenSigns are characters of which every token has one: looking for them costs next to nothing, and most of what
// people write has none.
const tokenSigns = "*_~:@.`#"

func (w *world) tokens(text string, code bool) []token {
	if text != "" && !strings.ContainsAny(text, tokenSigns) {
		return []token{{kind: plainToken, text: text}}
	}
	var list []token
	names := tokenPattern.SubexpNames()
	done := 0 // text[:done] is in list
	for from := 0; ; {
		m := tokenPattern.FindStringSubmatchIndex(text[from:])
		if m == nil {
			break
		}
		group := 1
		for m[2*group] < 0 {
			group++
		}
		start, end := from+m[0], from+m[1]
		if names[group] == "style" {
			start = end - 1
		}
		t := w.token(names[group], text, start, end)
		isLink := t.kind == linkToken || t.kind == emailToken
		if t.kind == plainToken || code && !isLink {
			from = start + 1 // there may be something inside
			continue
		}
		if start > done {
			list = append(list, token{kind: plainToken, text: text[done:start]})
		}
		list = append(list, t)
		done = start + len(t.text)
		from = done
	}
	if done < len(text) {
		list = append(list, token{kind: plainToken, text: text[done:]})
	}
	return list
}

// token decides what the match of tokenPattern at text[from:to] is; the token may
// be shorter or longer than the match. A plain one is no token after all.
func (w *world) token(group, text string, from, to int) token {
	match := text[from:to]
	switch group {
	case "link", "domain":
		match = strings.TrimRight(match, ".,;:!?)]}\\")
		t := token{kind: linkToken, text: match, url: match}
		if group == "domain" {
			t.url = "http://" + match
		}
		return t
	case "email":
		return token{kind: emailToken, text: match, url: "mailto:" + match}
	case "code":
		return token{kind: styleToken, text: match, id: group, inner: w.tokens(strings.Trim(match, "`"), inCode)}
	case "style":
		if inner := styled(text, from); inner != "" {
			t := token{kind: styleToken, text: match + inner + match, id: styleNames[match]}
			t.inner = w.tokens(inner, inText)
			return t
		}
	case "emoji":
		if standsAlone(text, from, to) {
			return token{kind: emojiToken, text: match, id: strings.Trim(match, ":")}
		}
	case "channel":
		if c := w.channel(match); c != nil {
			return token{kind: channelToken, text: match, id: c.id}
		}
	case "at":
		return w.mentionToken(strings.TrimRight(match, "._-"))
	}
	return token{kind: plainToken, text: match}
}

var styleNames = map[string]string{"*": "bold", "_": "italic", "~": "strike"}

// maxStyled is how far a style may reach, so that composing stays linear.
const maxStyled = 300

// styled returns what stands between the mark at text[from] and the next mark
// like it in the same line, if both together stand alone; otherwise nothing.
func styled(text string, from int) string {
	mark := text[from]
	for i := from + 1; i < min(len(text), from+maxStyled) && text[i] != '\n'; i++ {
		if text[i] != mark {
			continue
		}
		inner := text[from+1 : i]
		if inner != "" && inner == strings.TrimSpace(inner) && standsAlone(text, from, i+1) {
			return inner
		}
		return ""
	}
	return ""
}

// standsAlone tells whether text[from:to] has blanks or punctuation around it,
// so that a style or an emoji is meant, and not a part of a name or of JSON.
func standsAlone(text string, from, to int) bool {
	return (from == 0 || strings.ContainsRune(" \n(", rune(text[from-1]))) &&
		(to == len(text) || strings.ContainsRune(" \n).,;:!?", rune(text[to])))
}

func (w *world) mentionToken(text string) token {
	name := text[1:]
	if name == "here" || name == "channel" || name == "everyone" {
		return token{kind: broadcastToken, text: text, id: name}
	}
	if name == w.bot.Name {
		return token{kind: mentionToken, text: text, id: w.bot.UserID}
	}
	if u := w.user(name); u != nil {
		return token{kind: mentionToken, text: text, id: u.ID}
	}
	return token{kind: plainToken, text: text}
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// markup writes tokens as the message's text.
func markup(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		text := escaper.Replace(t.text)
		switch t.kind {
		case linkToken, emailToken:
			b.WriteString("<" + escaper.Replace(t.url))
			if t.url != t.text {
				b.WriteString("|" + text)
			}
			b.WriteString(">")
		case mentionToken:
			b.WriteString("<@" + t.id + ">")
		case channelToken:
			b.WriteString("<#" + t.id + "|" + t.text[1:] + ">")
		case broadcastToken:
			b.WriteString("<!" + t.id + ">")
		case styleToken:
			b.WriteString(t.text[:1] + markup(t.inner) + t.text[:1])
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

// richText writes tokens as the elements of a rich_text section.
func richText(tokens []token) []any {
	elements := []any{}
	for _, t := range tokens {
		switch t.kind {
		case linkToken, emailToken:
			e := object{"type": "link", "url": t.url}
			if t.url != t.text {
				e["text"] = t.text
			}
			elements = append(elements, e)
		case styleToken:
			for _, e := range richText(t.inner) {
				addStyle(e.(object), t.id)
				elements = append(elements, e)
			}
		case mentionToken:
			elements = append(elements, object{"type": "user", "user_id": t.id})
		case channelToken:
			elements = append(elements, object{"type": "channel", "channel_id": t.id})
		case broadcastToken:
			elements = append(elements, object{"type": "broadcast", "range": t.id})
		case emojiToken:
			elements = append(elements, object{"type": "emoji", "name": t.id})
		default:
			elements = append(elements, object{"type": "text", "text": t.text})
		}
	}
	return elements
}

// addStyle marks an element as bold, italic, struck out or code, beside what it
// is already.
func addStyle(element object, style string) {
	styles, _ := element["style"].(object)
	if styles == nil {
		styles = object{}
		element["style"] = styles
	}
	styles[style] = true
}
