package slacksim

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// This file refuses blocks that Slack refuses, in Slack's words. The rules are
// those of https://docs.slack.dev/reference/block-kit, written as a table of
// block and element types. The wording of the messages is that of real answers:
//
//	must be less than 3001 characters [json-pointer:/blocks/0/text/text]

const (
	maxBlocks = 50

	// A message whose blocks are too long in all is refused with
	// msg_blocks_too_long. Slack publishes no figure. Reported refusals
	// (github.com/slackapi/bolt-js, issues 2509 and 2867) fit a limit of 13,200
	// characters of text in which each block counts for some more.
	maxAllText  = 13_200
	blockWeight = 45

	maxID     = 255 // block_id, action_id
	maxURL    = 3_000
	maxOption = 75
)

// rule checks one value and reports what is wrong with it.
type rule func(c *check, at string, value any)

// check collects what is wrong with one message's blocks.
type check struct {
	messages []string
	blockIDs map[string]bool
}

func (c *check) report(at, format string, a ...any) {
	c.messages = append(c.messages, fmt.Sprintf(format, a...)+" [json-pointer:"+at+"]")
}

// readBlocks parses and checks the blocks argument, and adds what Slack adds:
// block and action ids that were left out, and the defaults of text objects.
func readBlocks(raw string) ([]any, error) {
	var blocks []any
	if json.Unmarshal([]byte(raw), &blocks) != nil {
		return nil, fail("invalid_blocks_format")
	}
	c := &check{blockIDs: make(map[string]bool)}
	list(0, maxBlocks, c.block)(c, "/blocks", blocks)
	if len(c.messages) > 0 {
		return nil, invalidBlocks(c.messages)
	}
	if blockWeight*len(blocks)+textLength(blocks) > maxAllText {
		return nil, fail("msg_blocks_too_long")
	}
	for _, b := range blocks {
		complete(b)
		block := b.(object)
		if id, _ := block["block_id"].(string); id == "" {
			block["block_id"] = blockID()
		}
	}
	return blocks, nil
}

func invalidBlocks(messages []string) error {
	e := &apiError{code: "invalid_blocks", extra: object{"errors": messages}}
	for _, m := range messages {
		e.messages = append(e.messages, "[ERROR] "+m)
	}
	return e
}

// block checks one block, and that ids are unique: block_ids in the message,
// action_ids in their block.
func (c *check) block(_ *check, at string, value any) {
	blockTypes(c, at, value)
	block, _ := value.(object)
	if id, _ := block["block_id"].(string); id != "" {
		if c.blockIDs[id] {
			c.report(at+"/block_id", "`block_id` %q already exists", id)
		}
		c.blockIDs[id] = true
	}
	seen := make(map[string]bool)
	elements, _ := block["elements"].([]any)
	for i, e := range elements {
		element, _ := e.(object)
		id, _ := element["action_id"].(string)
		if id != "" && seen[id] {
			c.report(fmt.Sprintf("%s/elements/%d/action_id", at, i), "`action_id` %q already exists", id)
		}
		seen[id] = true
	}
}

// field is one property of an object.
type field struct {
	name     string
	rule     rule
	required bool
}

func need(name string, r rule) field { return field{name: name, rule: r, required: true} }
func may(name string, r rule) field  { return field{name: name, rule: r} }

// shape is an object with these properties and no others, beside its type.
func shape(fields ...field) rule {
	return func(c *check, at string, value any) {
		o, ok := value.(object)
		if !ok {
			c.report(at, "must provide an object")
			return
		}
		known := map[string]bool{"type": true}
		for _, f := range fields {
			known[f.name] = true
			v, there := o[f.name]
			switch {
			case there && v != nil:
				f.rule(c, at+"/"+f.name, v)
			case f.required:
				c.report(at, "missing required field: %s", f.name)
			}
		}
		for _, name := range sortedKeys(o) {
			if !known[name] {
				c.report(at, "invalid additional property: %s", name)
			}
		}
	}
}

func sortedKeys(o object) []string {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// blockShape is the shape of a block, which may have an id.
func blockShape(fields ...field) rule {
	return shape(append(fields, may("block_id", str(0, maxID)))...)
}

// elementShape is the shape of an interactive element, which may have an id too.
func elementShape(fields ...field) rule {
	return shape(append(fields, may("action_id", str(1, maxID)), may("focus_on_load", flag))...)
}

// byType is a value whose type says which rule holds.
func byType(types map[string]rule) rule {
	return func(c *check, at string, value any) {
		o, ok := value.(object)
		if !ok {
			c.report(at, "must provide an object")
			return
		}
		name, ok := o["type"].(string)
		if !ok {
			c.report(at, "missing required field: type")
			return
		}
		r, ok := types[name]
		if !ok {
			c.report(at+"/type", "unsupported type: %s", name)
			return
		}
		r(c, at, value)
	}
}

// str is a string of so many characters.
func str(shortest, longest int) rule {
	return func(c *check, at string, value any) {
		s, ok := value.(string)
		switch n := utf8.RuneCountInString(s); {
		case !ok:
			c.report(at, "must provide a string")
		case n < shortest:
			c.report(at, "must be more than %d characters", shortest-1)
		case n > longest:
			c.report(at, "must be less than %d characters", longest+1)
		}
	}
}

func oneOf(words ...string) rule {
	return func(c *check, at string, value any) {
		if s, ok := value.(string); !ok || !slices.Contains(words, s) {
			c.report(at, "must be one of: %s", strings.Join(words, ", "))
		}
	}
}

func flag(c *check, at string, value any) {
	if _, ok := value.(bool); !ok {
		c.report(at, "must provide a boolean")
	}
}

func number(c *check, at string, value any) {
	if _, ok := value.(float64); !ok {
		c.report(at, "must provide a number")
	}
}

func anything(*check, string, any) {}

func list(fewest, most int, item rule) rule {
	return func(c *check, at string, value any) {
		items, ok := value.([]any)
		switch {
		case !ok:
			c.report(at, "must provide an array")
			return
		case len(items) < fewest:
			c.report(at, "no less than %d items allowed", fewest)
		case len(items) > most:
			c.report(at, "no more than %d items allowed", most)
		}
		for i, v := range items {
			item(c, fmt.Sprintf("%s/%d", at, i), v)
		}
	}
}

// text is a text object of at most so many characters. Slack reports a bad one
// twice: as a whole and in detail.
func text(longest int, kinds ...string) rule {
	types := make(map[string]rule)
	for _, kind := range kinds {
		extra := may("emoji", flag)
		if kind == mrkdwn {
			extra = may("verbatim", flag)
		}
		types[kind] = shape(need("text", str(1, longest)), extra)
	}
	return func(c *check, at string, value any) {
		before := len(c.messages)
		byType(types)(c, at, value)
		if len(c.messages) > before {
			whole := "failed to match all allowed schemas [json-pointer:" + at + "]"
			c.messages = slices.Insert(c.messages, before, whole)
		}
	}
}

const (
	plainText = "plain_text"
	mrkdwn    = "mrkdwn"
)

// also adds a condition on the whole object.
func also(r rule, condition func(c *check, at string, o object)) rule {
	return func(c *check, at string, value any) {
		r(c, at, value)
		if o, ok := value.(object); ok {
			condition(c, at, o)
		}
	}
}

// The table: composition objects, elements, blocks.

var (
	confirm = shape(
		need("title", text(100, plainText)), need("text", text(300, plainText, mrkdwn)),
		need("confirm", text(30, plainText)), need("deny", text(30, plainText)), may("style", oneOf("primary", "danger")))

	option = shape(
		need("text", text(maxOption, plainText)), need("value", str(1, 150)),
		may("description", text(75, plainText)), may("url", str(1, maxURL)))

	// richOption is an option of checkboxes and radio buttons.
	richOption = shape(
		need("text", text(maxOption, plainText, mrkdwn)), need("value", str(1, 150)),
		may("description", text(75, plainText, mrkdwn)))

	optionGroup = shape(need("label", text(75, plainText)), need("options", list(1, 100, option)))

	image = shape(
		may("image_url", str(1, maxURL)), may("slack_file", anything), need("alt_text", str(1, 2000)))

	placeholder = may("placeholder", text(150, plainText))
	confirmed   = may("confirm", confirm)

	button = elementShape(
		need("text", text(75, plainText)), may("value", str(0, 2000)), may("url", str(1, maxURL)),
		may("style", oneOf("primary", "danger")), confirmed, may("accessibility_label", str(1, 75)))
)

func selectShape(fields ...field) rule {
	return elementShape(append(fields, placeholder, confirmed, may("max_selected_items", number), may("response_url_enabled", flag))...)
}

// optionsOrGroups is the rule that a select has exactly one of the two.
func optionsOrGroups(c *check, at string, o object) {
	if (o["options"] == nil) == (o["option_groups"] == nil) {
		c.report(at, "must define either `options` or `option_groups`")
	}
}

// interactive are the elements of actions, and what a section may have beside it.
var interactive = map[string]rule{
	"button":   button,
	"overflow": elementShape(need("options", list(1, 5, option)), confirmed),
	"checkboxes": elementShape(need("options", list(1, 10, richOption)), may("initial_options", list(1, 10, richOption)),
		confirmed),
	"radio_buttons": elementShape(need("options", list(1, 10, richOption)), may("initial_option", richOption), confirmed),
	"static_select": also(selectShape(may("options", list(1, 100, option)), may("option_groups", list(1, 100, optionGroup)),
		may("initial_option", option)), optionsOrGroups),
	"multi_static_select": also(selectShape(may("options", list(1, 100, option)), may("option_groups", list(1, 100, optionGroup)),
		may("initial_options", list(1, 100, option))), optionsOrGroups),
	"users_select":               selectShape(may("initial_user", str(1, maxID))),
	"multi_users_select":         selectShape(may("initial_users", list(1, 100, str(1, maxID)))),
	"channels_select":            selectShape(may("initial_channel", str(1, maxID))),
	"multi_channels_select":      selectShape(may("initial_channels", list(1, 100, str(1, maxID)))),
	"conversations_select":       selectShape(may("initial_conversation", str(1, maxID)), may("default_to_current_conversation", flag), may("filter", anything)),
	"multi_conversations_select": selectShape(may("initial_conversations", list(1, 100, str(1, maxID))), may("default_to_current_conversation", flag), may("filter", anything)),
	"external_select":            selectShape(may("initial_option", option), may("min_query_length", number)),
	"multi_external_select":      selectShape(may("initial_options", list(1, 100, option)), may("min_query_length", number)),
	"datepicker":                 elementShape(may("initial_date", str(10, 10)), placeholder, confirmed),
	"timepicker":                 elementShape(may("initial_time", str(5, 5)), placeholder, confirmed, may("timezone", str(1, maxID))),
	"datetimepicker":             elementShape(may("initial_date_time", number), confirmed),
}

// accessories are the elements that may stand beside a section.
var accessories = with(except(interactive, "datetimepicker"), "image", image)

// inputs are the elements of an input block.
var inputs = func() map[string]rule {
	m := except(interactive, "button", "overflow")
	entry := []field{may("initial_value", str(0, 3000)), placeholder, may("dispatch_action_config", anything)}
	m["plain_text_input"] = elementShape(append(entry, may("multiline", flag), may("min_length", number), may("max_length", number))...)
	m["email_text_input"] = elementShape(entry...)
	m["url_text_input"] = elementShape(entry...)
	m["number_input"] = elementShape(append(entry, need("is_decimal_allowed", flag), may("min_value", anything), may("max_value", anything))...)
	return m
}()

var feedbackButton = shape(need("text", text(75, plainText)), need("value", str(1, 2000)), may("accessibility_label", str(1, 75)))

// contextActions are the elements of a context_actions block.
var contextActions = map[string]rule{
	"feedback_buttons": elementShape(need("positive_button", feedbackButton), need("negative_button", feedbackButton)),
	"icon_button": elementShape(need("icon", oneOf("trash")), need("text", text(75, plainText)), may("value", str(0, 2000)), confirmed,
		may("accessibility_label", str(1, 75)), may("visible_to_user_ids", list(1, 100, str(1, maxID)))),
}

var richStyle = may("style", shape(may("bold", flag), may("italic", flag), may("strike", flag), may("code", flag), may("underline", flag)))

// richInline are the pieces of a line of rich text.
var richInline = list(0, 10_000, byType(map[string]rule{
	"text":      shape(need("text", str(1, maxPostText)), richStyle),
	"link":      shape(need("url", str(1, maxURL)), may("text", str(0, maxPostText)), may("unsafe", flag), richStyle),
	"emoji":     shape(need("name", str(1, 100)), may("unicode", str(0, 100)), may("skin_tone", number), richStyle),
	"user":      shape(need("user_id", str(1, 20)), richStyle),
	"usergroup": shape(need("usergroup_id", str(1, 20)), richStyle),
	"channel":   shape(need("channel_id", str(1, 20)), richStyle),
	"broadcast": shape(need("range", oneOf("here", "channel", "everyone")), richStyle),
	"color":     shape(need("value", str(1, 20)), richStyle),
	"date":      shape(need("timestamp", number), need("format", str(1, 300)), may("url", str(1, maxURL)), may("fallback", str(1, 300)), richStyle),
}))

var richBorder = may("border", number)

var richElements = byType(map[string]rule{
	"rich_text_section":      shape(need("elements", richInline)),
	"rich_text_preformatted": shape(need("elements", richInline), richBorder, may("language", str(1, 50))),
	"rich_text_quote":        shape(need("elements", richInline), richBorder),
	"rich_text_list": shape(need("elements", list(1, 1000, byType(map[string]rule{"rich_text_section": shape(need("elements", richInline))}))),
		need("style", oneOf("bullet", "ordered")), may("indent", number), may("offset", number), richBorder),
})

var richTextBlock = blockShape(need("elements", list(0, 1000, richElements)))

// blockTypes are the blocks that a message may have. Others of Block Kit
// (alert, card, carousel, file, video, …) are refused.
var blockTypes = byType(map[string]rule{
	"section": also(blockShape(
		may("text", text(3000, plainText, mrkdwn)), may("fields", list(1, 10, text(2000, plainText, mrkdwn))),
		may("accessory", byType(accessories)), may("expand", flag)),
		func(c *check, at string, o object) {
			if o["text"] == nil && o["fields"] == nil {
				c.report(at, "must define either `text` or `fields` as a block attribute")
			}
		}),
	"header":  blockShape(need("text", text(150, plainText))),
	"divider": blockShape(),
	"image": also(blockShape(may("image_url", str(1, maxURL)), may("slack_file", anything),
		need("alt_text", str(1, 2000)), may("title", text(2000, plainText))),
		func(c *check, at string, o object) {
			if o["image_url"] == nil && o["slack_file"] == nil {
				c.report(at, "missing required field: image_url")
			}
		}),
	"actions":         blockShape(need("elements", list(1, 25, byType(interactive)))),
	"context":         blockShape(need("elements", list(1, 10, contextElement))),
	"context_actions": blockShape(need("elements", list(1, 5, byType(contextActions)))),
	"input": blockShape(need("label", text(2000, plainText)), need("element", byType(inputs)),
		may("hint", text(2000, plainText)), may("optional", flag), may("dispatch_action", flag)),
	"markdown":  blockShape(need("text", str(1, 12_000))),
	"rich_text": richTextBlock,
	"table": blockShape(need("rows", list(1, 100, list(1, 20, byType(map[string]rule{
		"raw_text":  shape(need("text", str(1, 3000))),
		"rich_text": richTextBlock,
	})))), may("column_settings", list(0, 20, anything))),
})

// contextElement is an image or a text.
func contextElement(c *check, at string, value any) {
	if o, _ := value.(object); o["type"] == "image" {
		image(c, at, value)
		return
	}
	text(3000, plainText, mrkdwn)(c, at, value)
}

func with(m map[string]rule, name string, r rule) map[string]rule {
	m[name] = r
	return m
}

func except(m map[string]rule, names ...string) map[string]rule {
	rest := make(map[string]rule, len(m))
	for name, r := range m {
		if !slices.Contains(names, name) {
			rest[name] = r
		}
	}
	return rest
}

// textLength adds up the characters of all texts in a JSON value.
func textLength(value any) int {
	n := 0
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			n += textLength(item)
		}
	case object:
		for name, item := range v {
			if s, ok := item.(string); ok && name == "text" {
				n += utf8.RuneCountInString(s)
			} else {
				n += textLength(item)
			}
		}
	}
	return n
}

// complete adds what Slack adds to blocks that it accepts.
func complete(value any) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			complete(item)
		}
	case object:
		kind, _ := v["type"].(string)
		switch {
		case kind == plainText:
			setDefaultKey(v, "emoji", true)
		case kind == mrkdwn:
			setDefaultKey(v, "verbatim", false)
		case interactive[kind] != nil || contextActions[kind] != nil:
			setDefaultKey(v, "action_id", blockID())
		}
		for _, item := range v {
			complete(item)
		}
	}
}

func setDefaultKey(o object, key string, value any) {
	if _, ok := o[key]; !ok {
		o[key] = value
	}
}

// blockID makes an id as Slack makes them for blocks that come without.
func blockID() string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/="
	b := make([]byte, 5)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}
