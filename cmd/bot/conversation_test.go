package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"apierrorbot/internal/slacksim"
)

// TestConversations plays the files in testdata/conversations: what people do in
// a local Slack, and what they see the bot do. testdata/conversations/README.md
// says how to write one.
func TestConversations(t *testing.T) {
	playAll(t, func(t *testing.T) *testBot { return newTestBot(t, slacksim.Config{}) })
}

// playAll plays each conversation with a bot of its own.
func playAll(t *testing.T, start func(*testing.T) *testBot) {
	files, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := &conversation{testBot: start(t), lastOf: make(map[string]spot)}
			for _, l := range scriptLines(string(script)) {
				l.file = file
				c.line(l)
			}
		})
	}
}

// scriptLine is one line of a conversation with the lines "| …" under it.
type scriptLine struct {
	file  string
	n     int
	text  string
	under []string
}

func scriptLines(script string) []scriptLine {
	var lines []scriptLine
	for n, text := range strings.Split(script, "\n") {
		switch {
		case strings.HasPrefix(text, "|"):
			last := &lines[len(lines)-1]
			last.under = append(last.under, strings.TrimPrefix(strings.TrimPrefix(text, "|"), " "))
		case strings.TrimSpace(text) == "", strings.HasPrefix(text, "#"):
		default:
			lines = append(lines, scriptLine{n: n + 1, text: strings.TrimSpace(text)})
		}
	}
	return lines
}

// spot is a message's place.
type spot struct{ channel, thread, ts string }

// conversation is a script being played.
type conversation struct {
	*testBot
	here     spot            // the channel and the thread that the talk is about
	lastOf   map[string]spot // what each person said last
	said     int             // the bot's messages before the last act of a person
	revision string          // what they looked like
}

var (
	speaks  = regexp.MustCompile(`^(\w+) (in #[\w-]+|in thread|to the bot): ?(.*)$`)
	edits   = regexp.MustCompile(`^(\w+) edits: ?(.*)$`)
	shares  = regexp.MustCompile(`^(\w+) shares ([\w.-]+) (in #[\w-]+|in thread|to the bot): ?(.*)$`)
	hands   = regexp.MustCompile(`^(\w+) forwards (?:the bot's reply|what (\w+) said) to #([\w-]+): ?(.*)$`)
	deletes = regexp.MustCompile(`^(\w+) deletes$`)
	clicks  = regexp.MustCompile(`^(\w+) clicks "([^"]+)"(?: (\d+))?( privately)?$`)
	sees    = regexp.MustCompile(`^bot (in thread|in #[\w-]+|to \w+):$`)
	moves   = regexp.MustCompile(`^bot (joins|leaves) #([\w-]+)$`)
)

func (c *conversation) line(l scriptLine) {
	c.t.Helper()
	defer func() {
		if c.t.Failed() {
			c.t.Logf("%s:%d: %s", l.file, l.n, l.text)
		}
	}()
	if m := sees.FindStringSubmatch(l.text); m != nil {
		c.see(m[1], l.under)
	} else if m := speaks.FindStringSubmatch(l.text); m != nil {
		c.speak(m[1], m[2], strings.TrimPrefix(strings.Join(append([]string{m[3]}, l.under...), "\n"), "\n"))
	} else if m := edits.FindStringSubmatch(l.text); m != nil {
		c.act()
		at := c.lastOf[m[1]]
		c.must(c.sim.Edit(m[1], at.channel, at.ts, strings.Join(append([]string{m[2]}, l.under...), "\n")))
	} else if m := shares.FindStringSubmatch(l.text); m != nil {
		c.share(m[1], m[3], slacksim.Upload{Name: m[2], Comment: m[4], Content: strings.Join(l.under, "\n")})
	} else if m := hands.FindStringSubmatch(l.text); m != nil {
		c.forward(m[1], m[2], m[3], m[4])
	} else if m := deletes.FindStringSubmatch(l.text); m != nil {
		c.act()
		at := c.lastOf[m[1]]
		c.must(c.sim.Delete(m[1], at.channel, at.ts))
	} else if m := clicks.FindStringSubmatch(l.text); m != nil {
		c.click(m[1], m[2], m[3], m[4] != "")
	} else if m := moves.FindStringSubmatch(l.text); m != nil {
		c.must(c.sim.SetMember(m[2], "apierror", m[1] == "joins"))
	} else if l.text == "bot is silent" {
		c.settle()
		if said := c.botSaid(); len(said) != c.said || fmt.Sprint(said) != c.revision {
			c.t.Errorf("the bot is not silent: %s", c.everything())
		}
	} else if l.text == "bot says nothing in thread" {
		c.settle()
		if said := botMessages(c.sim.Thread(c.here.channel, c.here.thread)); len(said) > 0 {
			c.t.Errorf("the bot says in the thread: %s", c.everything())
		}
	} else if l.text == "bot restarts" {
		c.restart()
	} else {
		c.t.Fatalf("%s:%d: not a line of a conversation: see testdata/conversations/README.md", l.file, l.n)
	}
}

func (c *conversation) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// act notes what the bot has said so far.
func (c *conversation) act() {
	c.settle()
	said := c.botSaid()
	c.said, c.revision = len(said), fmt.Sprint(said)
}

// botSaid returns everything that the bot has said anywhere, to anybody.
func (c *conversation) botSaid() []string {
	var all []string
	for _, user := range []string{"asha", "ben", "chloe", "gwen", "xavier"} {
		state, err := c.sim.State(user)
		c.must(err)
		for _, channel := range state.Channels {
			for _, m := range botMessages(state.Messages[channel.ID]) {
				all = append(all, user+" "+channel.Name+" "+m.TS+" "+c.drawn(m))
			}
		}
	}
	return all
}

// place moves the talk to where somebody writes, and returns the thread there.
func (c *conversation) place(user, where string) (thread string) {
	switch {
	case where == "to the bot":
		c.here = spot{channel: c.sim.DM(user)}
	case where == "in thread":
		return c.here.thread
	default:
		c.here = spot{channel: strings.TrimPrefix(where, "in #")}
	}
	return ""
}

// wrote notes what somebody wrote.
func (c *conversation) wrote(user, thread, ts string) {
	if thread == "" {
		c.here.thread = ts
	}
	c.lastOf[user] = spot{c.here.channel, c.here.thread, ts}
}

var tokens = regexp.MustCompile(`\{token (-?)(\w+)\}`)

// withTokens writes a JSON web token for each {token 3m}, which expires then, and
// {token -12m}, which expired.
func withTokens(text string) string {
	return tokens.ReplaceAllStringFunc(text, func(s string) string {
		m := tokens.FindStringSubmatch(s)
		d, err := time.ParseDuration(m[1] + m[2])
		if err != nil {
			return s
		}
		encode := base64.RawURLEncoding.EncodeToString
		payload := fmt.Sprintf(`{"sub":"canary","exp":%d}`, time.Now().Add(d).Unix())
		return encode([]byte(`{"alg":"RS512"}`)) + "." + encode([]byte(payload)) + "." + encode([]byte("canary-signature"))
	})
}

func (c *conversation) share(user, where string, u slacksim.Upload) {
	c.t.Helper()
	c.act()
	u.ThreadTS = c.place(user, where)
	if !strings.HasSuffix(u.Name, ".txt") {
		u.Mimetype = mime.TypeByExtension(filepath.Ext(u.Name))
	}
	ts, err := c.sim.Upload(user, c.here.channel, u)
	c.must(err)
	c.wrote(user, u.ThreadTS, ts)
}

// forward forwards what somebody said last, or the bot's newest reply here.
func (c *conversation) forward(user, of, to, comment string) {
	c.t.Helper()
	c.act()
	from := c.lastOf[of]
	if of == "" {
		replies := botMessages(c.sim.Thread(c.here.channel, c.here.thread))
		from = spot{c.here.channel, c.here.thread, replies[len(replies)-1].TS}
	}
	ts, err := c.sim.Forward(user, from.channel, from.ts, to, comment)
	c.must(err)
	c.here = spot{channel: to}
	c.wrote(user, "", ts)
}

func (c *conversation) speak(user, where, text string) {
	c.t.Helper()
	c.act()
	thread, text := c.place(user, where), withTokens(text)
	if command, rest, _ := strings.Cut(text, " "); strings.HasPrefix(command, "/") {
		c.must(c.sim.Slash(user, c.here.channel, command, rest))
		return
	}
	c.wrote(user, thread, c.say(user, c.here.channel, text, thread))
}

// click presses the n-th button with that label in the newest message of the
// bot that has one.
func (c *conversation) click(user, label, nth string, privately bool) {
	c.t.Helper()
	c.act()
	n := 1
	if nth != "" {
		n, _ = strconv.Atoi(nth)
	}
	messages := botMessages(c.sim.Messages(c.here.channel))
	if privately {
		messages = c.sim.Ephemerals(user, c.here.channel)
	}
	for i := len(messages) - 1; i >= 0; i-- {
		var found []slacksim.Control
		for _, b := range parseBlocks(c.t, messages[i]) {
			for _, e := range append(b.Elements, b.Accessory) {
				if e.Type == "button" && e.Text.Text == label {
					found = append(found, slacksim.Control{BlockID: b.BlockID, ActionID: e.ActionID, Value: e.Value})
				}
			}
		}
		if len(found) >= n {
			c.must(c.sim.Click(user, c.here.channel, messages[i].TS, found[n-1]))
			return
		}
	}
	c.t.Fatalf("%s sees no button %q: %s", user, label, c.everything())
}

// see waits until the newest message of the bot there has these lines.
func (c *conversation) see(where string, want []string) {
	c.t.Helper()
	var got string
	holds := func() bool {
		var messages []slacksim.Message
		switch {
		case where == "in thread":
			messages = c.sim.Thread(c.here.channel, c.here.thread)
		case strings.HasPrefix(where, "in #"):
			for _, m := range c.sim.Messages(strings.TrimPrefix(where, "in #")) {
				if m.ThreadTS == "" {
					messages = append(messages, m)
				}
			}
		default:
			messages = c.sim.Ephemerals(strings.TrimPrefix(where, "to "), c.here.channel)
		}
		messages = botMessages(messages)
		if len(messages) == 0 {
			return false
		}
		got = c.drawn(messages[len(messages)-1])
		return hasLines(got, want)
	}
	c.settle()
	if holds() {
		return
	}
	// What follows a delivery is not awaited by settle: nothing is stored of it.
	c.await(fmt.Sprintf("the bot %s:\n%s\n--- it says:\n%s", where, strings.Join(want, "\n"), c.everything()), holds)
}

// hasLines reports whether text has these lines, in this order, others between
// them. "…" at a line's end stands for anything; a line "! words" says that the
// words are nowhere.
func hasLines(text string, want []string) bool {
	lines := strings.Split(text, "\n")
	for _, w := range want {
		if words, ok := strings.CutPrefix(w, "! "); ok {
			if strings.Contains(text, words) {
				return false
			}
			continue
		}
		for {
			if len(lines) == 0 {
				return false
			}
			line := strings.TrimSpace(lines[0])
			lines = lines[1:]
			if start, ok := strings.CutSuffix(w, "…"); ok && strings.HasPrefix(line, start) || line == w {
				break
			}
		}
	}
	return true
}

func (c *conversation) everything() string {
	return strings.Join(c.botSaid(), "\n\n")
}

// block is what the tests read of a block.
type block struct {
	Type      string    `json:"type"`
	BlockID   string    `json:"block_id"`
	Text      textPart  `json:"text"`
	Accessory element   `json:"accessory"`
	Elements  []element `json:"elements"`
}

type element struct {
	Type     string   `json:"type"`
	Text     textPart `json:"text"`
	ActionID string   `json:"action_id"`
	Value    string   `json:"value"`
}

// textPart is a text object, or the bare string that a context element has.
type textPart struct{ Text string }

func (p *textPart) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &p.Text) == nil {
		return nil
	}
	var object struct{ Text string }
	err := json.Unmarshal(raw, &object)
	p.Text = object.Text
	return err
}

func parseBlocks(t testing.TB, m slacksim.Message) []block {
	t.Helper()
	var blocks []block
	if len(m.Blocks) > 0 {
		if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
			t.Fatal(err)
		}
	}
	return blocks
}

var slackDate = regexp.MustCompile(`<!date\^[^>]*>`)

// drawn writes a message as text: headers as "# …", context lines as "~ …",
// buttons as "[…]".
func (c *conversation) drawn(m slacksim.Message) string {
	var lines []string
	for _, b := range parseBlocks(c.t, m) {
		switch b.Type {
		case "header":
			lines = append(lines, "# "+b.Text.Text)
		case "section":
			line := b.Text.Text
			if b.Accessory.Type == "button" {
				line += " [" + b.Accessory.Text.Text + "]"
			}
			lines = append(lines, line)
		case "context":
			for _, e := range b.Elements {
				lines = append(lines, "~ "+e.Text.Text)
			}
		case "actions":
			for _, e := range b.Elements {
				lines = append(lines, "["+e.Text.Text+"]")
			}
		case "divider":
			lines = append(lines, "---")
		}
	}
	if len(lines) == 0 {
		lines = []string{m.Text}
	}
	text := slackDate.ReplaceAllString(strings.Join(lines, "\n"), "{date}")
	for id, name := range map[string]string{"U0ASHA001": "asha", "U0BEN0001": "ben", "U0CHLOE01": "chloe", "U0GUEST01": "gwen", "U0EXT0001": "xavier"} {
		text = strings.ReplaceAll(text, "<@"+id+">", "@"+name)
	}
	return text
}
