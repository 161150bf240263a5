package kb

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Limits of an article, in characters as Slack counts them: & < > are sent as
// &amp; &lt; &gt; and count as five and four
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
//
// A reply shows up to three articles in one message, which Slack allows 50 blocks
// and 3,000 characters in a section
// (https://docs.slack.dev/reference/block-kit/blocks), and some 13,000 characters
// in all blocks together; the bot stays under 10,000. Of these, each article gets
// MaxArticle; the rest is for headings, buttons, the line with the evidence, and
// what the message says about the error. Of the blocks, each gets MaxSteps and one
// each for heading, evidence, cause, fix, and progress with sources; what is left
// over are dividers and the state of the case.
const (
	MaxCode      = 64
	MaxTitle     = 100
	MaxCause     = 800
	MaxStep      = 300
	MaxStepID    = 39
	MaxFix       = 800
	MaxSteps     = 10
	MaxAliases   = 100
	MaxAlias     = 64
	MaxLinks     = 3
	MaxLinkTitle = 80
	MaxURL       = 200

	// Examples are not shown. MaxExample is the length of a long message in
	// Slack, and enough for an error body with its headers.
	MaxExamples = 20
	MaxExample  = 4000

	// MaxArticle is how much a reply shows of one article: title, cause, steps,
	// fix and links, with StepMarks for each step and LinkMarks for each link.
	MaxArticle = 2500

	// StepMarks is what a ticked step shows besides its text: a mark, a number,
	// and who did it when, in Slack's notation for people and dates.
	StepMarks = 150

	// LinkMarks is what a link shows besides its title and address.
	LinkMarks = 40
)

var (
	codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]+$`)
	stepForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	httpForm = regexp.MustCompile(`^[1-5][0-9][0-9]$`)
)

// field is a key that an article, a step or a link may have.
type field struct {
	key string
	add string // what to add where it is missing; empty if it may be missing
}

var (
	articleFields = []field{
		{"status", `add the HTTP status, such as "status: 403"`},
		{"code", `add the API's error code, such as "code: FORBIDDEN"`},
		{"title", `add "title:" and one line that says what happened`},
		{"aliases", ""},
		{"cause", `add "cause:" and say why this error happens`},
		{"steps", `add "steps:" and a list of what to check, each with id and text`},
		{"fix", `add "fix:" and say what makes the error go away`},
		{"links", ""},
		{"examples", ""},
		{"counter_examples", ""},
	}
	stepFields = []field{
		{"id", `add "id: short-name"`},
		{"text", `add "text:" and say what to check`},
	}
	linkFields = []field{
		{"title", `add "title:" and the title of the page`},
		{"url", `add "url:" and the address of the page`},
		{"edited", ""},
	}
)

// check fills in the article from its YAML and reports everything that is wrong
// with it by itself.
func (f *file) check(n *yaml.Node) {
	f.checkPlain(n)
	if n.Kind != yaml.MappingNode {
		f.problem(n.Line, `begin with "status:", "code:" and so on, each on a line of its own`, "is no article")
		return
	}
	fields := f.fields(n, "the article", articleFields)
	a := &f.article
	a.Status = f.status(fields["status"])
	a.Code = f.code(fields["code"])
	a.Title = f.line(fields["title"], "title", MaxTitle)
	a.Cause = f.text(fields["cause"], "cause", MaxCause)
	a.Fix = f.text(fields["fix"], "fix", MaxFix)
	for _, item := range f.list(fields["aliases"], "aliases", MaxAliases) {
		f.alias(item)
	}
	for _, item := range f.list(fields["steps"], "steps", MaxSteps) {
		f.step(item)
	}
	for _, item := range f.list(fields["links"], "links", MaxLinks) {
		f.link(item)
	}
	a.Examples = f.examples(fields["examples"], "examples", "example")
	a.CounterExamples = f.examples(fields["counter_examples"], "counter_examples", "counter example")
	if size := shown(a); size > MaxArticle {
		f.problem(n.Line, "shorten the longest parts", "the article shows %d characters (%d for each step and %d for each link included), %d are allowed",
			size, StepMarks, LinkMarks, MaxArticle)
	}
}

// checkPlain reports what makes YAML mean something other than what it seems to
// say: anchors, aliases, merge keys and tags.
func (f *file) checkPlain(n *yaml.Node) {
	const do = "write out what is meant, and put quotes around a text that begins with & * ! or <<"
	switch {
	case n.Kind == yaml.AliasNode:
		f.problem(n.Line, do, "YAML alias *%s", n.Value)
	case n.Anchor != "":
		f.problem(n.Line, do, "YAML anchor &%s", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		f.problem(n.Line, do, "YAML tag %s", n.Tag)
	case isMerge(n):
		f.problem(n.Line, do, "YAML merge key <<")
	}
	for _, child := range n.Content {
		f.checkPlain(child)
	}
}

func isMerge(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!merge" }

// fields returns the values of a mapping by key, and reports keys that are
// unknown, missing or there twice.
func (f *file) fields(n *yaml.Node, owner string, known []field) map[string]*yaml.Node {
	found := make(map[string]*yaml.Node)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case isMerge(k) || k.Kind == yaml.AliasNode: // checkPlain has said so
		case !slices.ContainsFunc(known, func(fd field) bool { return fd.key == k.Value }):
			f.problem(k.Line, didYouMean(k.Value, known), "%s has an unknown key %s", owner, quote(k.Value))
		case found[k.Value] != nil:
			f.problem(k.Line, "keep one of the two", "%s has %q twice", owner, k.Value)
		default:
			found[k.Value] = v
		}
	}
	for _, fd := range known {
		if fd.add != "" && found[fd.key] == nil {
			f.problem(n.Line, fd.add, "%s has no %s", owner, fd.key)
		}
	}
	return found
}

func didYouMean(key string, known []field) string {
	names := make([]string, len(known))
	for i, fd := range known {
		names[i] = fd.key
		if len(key) <= maxKey && distance(strings.ToLower(key), fd.key, 2) <= 2 {
			return fmt.Sprintf("did you mean %q?", fd.key)
		}
	}
	return "remove it; the keys here are " + strings.Join(names, ", ")
}

// list returns the items of a list; none if it is missing or was reported.
func (f *file) list(n *yaml.Node, name string, limit int) []*yaml.Node {
	switch {
	case n == nil || n.Kind == yaml.AliasNode:
		return nil
	case n.Kind != yaml.SequenceNode && !isEmpty(n):
		f.problem(n.Line, `write each item on a line of its own that begins with "- "`, "%s is no list", name)
		return nil
	case len(n.Content) == 0:
		f.problem(n.Line, "add an item", "%s is empty", name)
	case len(n.Content) > limit:
		f.problem(n.Content[limit].Line, "join some or leave some out", "%s has %d items, %d are allowed", name, len(n.Content), limit)
	}
	return n.Content
}

// isEmpty reports whether nothing stands after a key. The words null and ~, which
// mean nothing to YAML, count as such only without quotes.
func isEmpty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Tag == "!!null" || strings.TrimSpace(n.Value) == "")
}

// text returns a text as it is written, whatever else YAML takes it for: a date,
// a number, true or false. It is "" if it is missing or was reported.
func (f *file) text(n *yaml.Node, name string, limit int) string {
	switch {
	case n == nil || n.Kind == yaml.AliasNode:
		return ""
	case n.Kind != yaml.ScalarNode:
		f.problem(n.Line, "write it as one text", "%s is a list or has keys of its own", name)
		return ""
	case isEmpty(n) && n.Value != "" && n.Tag == "!!null":
		f.problem(n.Line, "put quotes around it if the word itself is meant", "%s is %s, which means nothing to YAML", name, n.Value)
		return ""
	case isEmpty(n):
		f.problem(n.Line, "fill it in", "%s is empty", name)
		return ""
	}
	s := strings.TrimSpace(n.Value)
	if strings.ContainsFunc(s, isHidden) {
		f.problem(n.Line, "delete it", "%s has an invisible character", name)
	}
	if c := n.LineComment; len(c) > 1 && c[1] != ' ' { // "Look #1": a comment is not written like that
		f.problem(n.Line, "put quotes around the text, or a space behind the # of a comment", "%s ends before %s, which is a comment to YAML", name, quote(c))
	}
	if length := slackLength(s); length > limit {
		f.problem(n.Line, "shorten it", "%s has %d characters (& counts 5, < and > 4), %d are allowed", name, length, limit)
	}
	return s
}

// line is text without line ends.
func (f *file) line(n *yaml.Node, name string, limit int) string {
	s := f.text(n, name, limit)
	if strings.Contains(s, "\n") {
		f.problem(n.Line, "write it on one", "%s has several lines", name)
	}
	return s
}

func (f *file) status(n *yaml.Node) int {
	s := f.line(n, "status", MaxCode)
	switch {
	case s == "":
		return 0
	case !httpForm.MatchString(s):
		f.problem(n.Line, "write a number from 100 to 599", "status %s is no HTTP status", quote(s))
		return 0
	case n.Tag != "!!int":
		f.problem(n.Line, "remove the quotes: status: "+s, "status is a text")
		return 0
	}
	status, _ := strconv.Atoi(s) // three digits
	return status
}

func (f *file) code(n *yaml.Node) string {
	s := f.line(n, "code", MaxCode)
	if s != "" && !codeForm.MatchString(s) {
		f.problem(n.Line, "write two or more letters, digits, _ . or -, a letter first", "code %s does not look like an error code", quote(s))
		return ""
	}
	f.lines.code = lineOf(n)
	return s
}

func (f *file) alias(n *yaml.Node) {
	s := f.line(n, "alias", MaxAlias)
	switch {
	case s == "":
		return
	case !strings.ContainsFunc(s, unicode.IsLetter):
		f.problem(n.Line, "write a code or a phrase; a number alone says too little", "alias %s has no letters", quote(s))
		return
	}
	f.article.Aliases = append(f.article.Aliases, s)
	f.lines.aliases = append(f.lines.aliases, n.Line)
}

func (f *file) step(n *yaml.Node) {
	if !f.isMapping(n, "step", `write "- id: short-name" and below it "text: what to check"`) {
		return
	}
	fields := f.fields(n, "the step", stepFields)
	s := Step{
		ID:   f.line(fields["id"], "id", MaxStepID),
		Text: f.text(fields["text"], "text", MaxStep),
	}
	switch {
	case s.ID == "":
	case !stepForm.MatchString(s.ID):
		f.problem(lineOf(fields["id"]), "write a to z, 0 to 9 and -, such as check-token", "step id %s cannot be used", quote(s.ID))
	case slices.ContainsFunc(f.article.Steps, func(other Step) bool { return other.ID == s.ID }):
		f.problem(lineOf(fields["id"]), "give each step an id of its own: ticks are kept by it", "step id %q is there twice", s.ID)
	}
	f.article.Steps = append(f.article.Steps, s)
}

func (f *file) link(n *yaml.Node) {
	if !f.isMapping(n, "link", `write "- title: …" and below it "url: https://…"`) {
		return
	}
	fields := f.fields(n, "the link", linkFields)
	l := Link{
		Title:  f.line(fields["title"], "title", MaxLinkTitle),
		URL:    f.line(fields["url"], "url", MaxURL),
		Edited: f.line(fields["edited"], "edited", MaxCode),
	}
	if l.URL != "" && !isWebAddress(l.URL) {
		f.problem(lineOf(fields["url"]), "write an address that begins with https:// or http://", "url %s is no web address", quote(l.URL))
	}
	if _, err := time.Parse(time.DateOnly, l.Edited); l.Edited != "" && err != nil {
		f.problem(lineOf(fields["edited"]), "write the day as 2025-01-16", "edited %s is no date", quote(l.Edited))
	}
	f.article.Links = append(f.article.Links, l)
}

// examples reads a list of messages. Each is called name in problems.
func (f *file) examples(n *yaml.Node, list, name string) []Example {
	var examples []Example
	for _, item := range f.list(n, list, MaxExamples) {
		if item.Kind == yaml.MappingNode || item.Kind == yaml.SequenceNode { // an error body as it was pasted
			f.problem(item.Line, `write "- |" and the message on the lines below it, indented`, "%s is taken for YAML", name)
			continue
		}
		s := f.text(item, name, MaxExample)
		if s == "" {
			continue
		}
		if i := slices.IndexFunc(examples, func(e Example) bool { return e.Text == s }); i >= 0 {
			f.problem(item.Line, "remove one", "%s is there twice (line %d)", name, examples[i].Line)
		}
		examples = append(examples, Example{s, f.name, item.Line})
	}
	return examples
}

func (f *file) isMapping(n *yaml.Node, name, do string) bool {
	if n.Kind == yaml.AliasNode { // checkPlain has said so
		return false
	}
	if n.Kind != yaml.MappingNode {
		f.problem(n.Line, do, "a %s has no keys", name)
		return false
	}
	return true
}

// isWebAddress reports whether Slack can make a link of an address: it must not
// hold what ends one in mrkdwn.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && !strings.ContainsAny(s, " \t\"<>|")
}

func lineOf(n *yaml.Node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

// quote shows a value of an article in a message, shortened.
func quote(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}

// slackLength counts characters as Slack does, which gets & < > escaped.
func slackLength(s string) int {
	return utf8.RuneCountInString(s) + 4*strings.Count(s, "&") + 3*strings.Count(s, "<") + 3*strings.Count(s, ">")
}

// shown is how many characters a reply may need for an article; see MaxArticle.
func shown(a *Article) int {
	n := slackLength(a.Title) + slackLength(a.Cause) + slackLength(a.Fix)
	for _, s := range a.Steps {
		n += slackLength(s.Text) + StepMarks
	}
	for _, l := range a.Links {
		n += slackLength(l.Title) + slackLength(l.URL) + LinkMarks
	}
	return n
}
