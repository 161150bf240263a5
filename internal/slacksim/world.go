package slacksim

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Team is the workspace.
type Team struct {
	ID     string
	Name   string
	Domain string
}

// Bot is the app's bot user.
type Bot struct {
	UserID string // U…
	BotID  string // B…
	AppID  string // A…
	Name   string // the name that people mention it by
}

// Kinds of users, as Slack distinguishes them.
const (
	Member   = "member"   // a full member of the workspace
	Guest    = "guest"    // a multi-channel guest (is_restricted)
	Guest1   = "guest1"   // a single-channel guest (is_restricted and is_ultra_restricted)
	External = "external" // somebody of another workspace, through Slack Connect
	botKind  = "bot"
)

// User is a person in the workspace.
type User struct {
	ID       string `json:"id"`   // U…
	Name     string `json:"name"` // the name that people mention: asha
	RealName string `json:"real_name"`
	Kind     string `json:"kind"`    // Member (default), Guest, Guest1, External
	TeamID   string `json:"team_id"` // of an External user; default T0OTHER01
}

// Kinds of conversations.
const (
	Public  = "public"
	Private = "private"
	IM      = "im" // the direct messages between the bot and one user
)

// Channel is a channel to set up. Direct messages with the bot exist for every
// user without being set up.
type Channel struct {
	ID      string   `json:"id"`   // C…
	Name    string   `json:"name"` // without "#"
	Kind    string   `json:"kind"` // Public (default) or Private
	Topic   string   `json:"topic"`
	Members []string `json:"members"` // ids or names; nil: every Member of the workspace
	NoBot   bool     `json:"no_bot"`  // the bot has not been invited
}

// slackbot is the user that Slack itself speaks as.
const slackbot = "USLACKBOT"

type user struct {
	User
	color string
	im    *channel
}

type channel struct {
	id, name, kind, topic string
	with                  *user // of an im
	archived              bool
	members               map[string]bool
	outsiders             int // members of other workspaces
	created               int64

	log   []*message // everything, by ts, ephemeral messages too
	roots []*message // what conversations.history shows, by ts: no replies, nothing ephemeral
	byTS  map[string]*message

	forgotten string // messages older than this ts were dropped; "": none
}

type edited struct{ user, ts string }

// message is one message as Slack stores it. Its ts never changes.
type message struct {
	channel     *channel
	ts          string
	threadTS    string // of a reply: its parent's ts
	user        string
	byBot       bool
	subtype     string
	text        string
	clientMsgID string
	blocks      []any
	attachments json.RawMessage
	metadata    json.RawMessage
	edited      *edited
	deleted     bool
	to          string // of an ephemeral message: the only user who sees it
	files       []*file
	raw         object // further fields of a message that a test sent as raw JSON

	replies    []*message // of a parent, by ts
	replyUsers []string
}

type file struct {
	id, name, content, user string
	mimetype                string // "" for a snippet
	channel                 *channel
	created                 int64
}

// object is a JSON object as it goes over the wire.
type object = map[string]any

// world is one workspace. It knows no network; the Server's mutex guards it.
type world struct {
	team     Team
	bot      Bot
	now      func() time.Time
	keep     int // messages of each channel; 0: all
	baseURL  string
	users    []*user
	userByID map[string]*user
	channels []*channel
	byID     map[string]*channel
	files    map[string]*file
	lastTS   int64 // microseconds
	lastID   uint64
}

func defaultUsers() []User {
	return []User{
		{ID: "U0ASHA001", Name: "asha", RealName: "Asha Patel"},
		{ID: "U0BEN0001", Name: "ben", RealName: "Ben Carter"},
		{ID: "U0CHLOE01", Name: "chloe", RealName: "Chloe Evans"},
		{ID: "U0GUEST01", Name: "gwen", RealName: "Gwen Hall", Kind: Guest},
		{ID: "U0EXT0001", Name: "xavier", RealName: "Xavier Stone", Kind: External},
	}
}

func defaultChannels() []Channel {
	return []Channel{
		{ID: "C0SUPPORT", Name: "api-support", Topic: "Errors from the APIs: paste them here",
			Members: []string{"asha", "ben", "chloe", "gwen", "xavier"}},
		{ID: "C0RELEASE", Name: "release-team", Kind: Private, Topic: "What goes out when",
			Members: []string{"asha", "ben"}},
		{ID: "C0GENERAL", Name: "general", Topic: "Everything else. The bot has not been invited", NoBot: true},
	}
}

var colors = []string{"#4a7ebb", "#c0504d", "#5b9a3c", "#8064a2", "#d08020", "#2f9e9e", "#b0467c", "#7a6a4f"}

func newWorld(cfg Config) (*world, error) {
	w := &world{
		team: cfg.Team, bot: cfg.Bot, now: cfg.Now, keep: cfg.History,
		userByID: make(map[string]*user),
		byID:     make(map[string]*channel),
		files:    make(map[string]*file),
	}
	for _, u := range cfg.Users {
		if err := w.addUser(u); err != nil {
			return nil, err
		}
	}
	for _, c := range cfg.Channels {
		if err := w.addChannel(c); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *world) addUser(u User) error {
	setDefault(&u.Kind, Member)
	setDefault(&u.RealName, u.Name)
	switch u.Kind {
	case Member, Guest, Guest1:
		u.TeamID = w.team.ID
	case External:
		setDefault(&u.TeamID, "T0OTHER01")
	default:
		return fmt.Errorf("slacksim: user %s: unknown kind %q", u.Name, u.Kind)
	}
	if u.ID == "" || u.Name == "" {
		return fmt.Errorf("slacksim: user %q: id and name are required", u.ID+u.Name)
	}
	if w.user(u.ID) != nil || w.user(u.Name) != nil || u.ID == w.bot.UserID || u.Name == w.bot.Name {
		return fmt.Errorf("slacksim: user %s (%s): id or name is taken", u.ID, u.Name)
	}
	added := &user{User: u, color: colors[len(w.users)%len(colors)]}
	w.users = append(w.users, added)
	w.userByID[u.ID] = added
	added.im = w.newChannel("D"+strings.TrimPrefix(u.ID, "U"), u.Name, IM, "")
	added.im.with = added
	w.setMember(added.im, u.ID, true)
	w.setMember(added.im, w.bot.UserID, true)
	return nil
}

func (w *world) addChannel(c Channel) error {
	setDefault(&c.Kind, Public)
	if c.Kind != Public && c.Kind != Private {
		return fmt.Errorf("slacksim: channel %s: unknown kind %q", c.Name, c.Kind)
	}
	if c.ID == "" || c.Name == "" || w.channel(c.ID) != nil || w.channel(c.Name) != nil {
		return fmt.Errorf("slacksim: channel %s (%s): id and name are required and must be free", c.ID, c.Name)
	}
	var members []string
	for _, name := range c.Members {
		u := w.user(name)
		if u == nil {
			return fmt.Errorf("slacksim: channel %s: no user %q", c.Name, name)
		}
		members = append(members, u.ID)
	}
	for _, u := range w.users {
		if c.Members == nil && u.Kind == Member {
			members = append(members, u.ID)
		}
	}
	if !c.NoBot {
		members = append(members, w.bot.UserID)
	}
	added := w.newChannel(c.ID, c.Name, c.Kind, c.Topic)
	for _, id := range members {
		w.setMember(added, id, true)
	}
	return nil
}

func (w *world) newChannel(id, name, kind, topic string) *channel {
	c := &channel{
		id: id, name: name, kind: kind, topic: topic, created: w.now().Unix(),
		members: make(map[string]bool), byTS: make(map[string]*message),
	}
	w.channels = append(w.channels, c)
	w.byID[id] = c
	return c
}

// user finds a person by id or name.
func (w *world) user(ref string) *user {
	if u := w.userByID[ref]; u != nil {
		return u
	}
	ref = strings.TrimPrefix(ref, "@")
	for _, u := range w.users {
		if u.Name == ref {
			return u
		}
	}
	return nil
}

// channel finds a channel by id or name, and a direct conversation by its id.
func (w *world) channel(ref string) *channel {
	if c := w.byID[ref]; c != nil {
		return c
	}
	ref = strings.TrimPrefix(ref, "#")
	for _, c := range w.channels {
		if c.name == ref && c.kind != IM {
			return c
		}
	}
	return nil
}

func (w *world) setMember(c *channel, id string, in bool) {
	if c.members[id] == in {
		return
	}
	change := 1
	if in {
		c.members[id] = true
	} else {
		delete(c.members, id)
		change = -1
	}
	if w.teamOf(id) != w.team.ID {
		c.outsiders += change
	}
}

func (w *world) botIn(c *channel) bool { return c.members[w.bot.UserID] }

// nextTS gives a ts later than every other, at most a few microseconds ahead
// of the clock: Slack's ts are unique within a channel and sort by time.
func (w *world) nextTS() string {
	w.lastTS = max(w.lastTS+1, w.now().UnixMicro())
	return formatTS(w.lastTS)
}

func formatTS(micros int64) string {
	b := make([]byte, 0, 20)
	b = strconv.AppendInt(b, micros/1e6, 10)
	b = append(b, '.')
	fraction := strconv.FormatInt(1e6+micros%1e6, 10)
	return string(append(b, fraction[1:]...))
}

// nextID makes an id of Slack's look, such as Ev0100001A.
func (w *world) nextID(prefix string) string {
	w.lastID++
	return prefix + "0" + strings.ToUpper(strconv.FormatUint(36*36*36*36*36*36+w.lastID, 36))
}

// uuid makes a random UUID (version 4), as envelope and client message ids are.
func uuid() string {
	a, b := rand.Uint64(), rand.Uint64()
	a = a&^0xf000 | 0x4000
	b = b&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&(1<<48-1))
}

// add stores a message; the caller has filled in everything but channel and ts.
func (w *world) add(c *channel, m *message) {
	m.channel = c
	if m.ts == "" {
		m.ts = w.nextTS()
	}
	c.log = insert(c.log, m)
	c.byTS[m.ts] = m
	if w.keep > 0 && len(c.log) > 2*w.keep {
		c.forgetBefore(c.log[len(c.log)-w.keep].ts)
	}
	if m.to != "" {
		return
	}
	parent := c.byTS[m.threadTS]
	isReply := c.dropped(m.threadTS)
	if parent != nil && parent != m {
		isReply = true
		parent.replies = insert(parent.replies, m)
		parent.noteReplyUser(m.user)
	}
	if !isReply || m.subtype == "thread_broadcast" {
		c.roots = insert(c.roots, m)
	}
}

// dropped reports whether a message is too old to be kept. The bot may still be about to answer it.
func (c *channel) dropped(ts string) bool { return ts != "" && ts < c.forgotten }

// forgetBefore drops the messages older than ts. Done rarely, so that each message pays little for it.
func (c *channel) forgetBefore(ts string) {
	c.forgotten = ts
	old := search(c.log, ts)
	for _, m := range c.log[:old] {
		delete(c.byTS, m.ts)
	}
	c.log = slices.Clone(c.log[old:])
	c.roots = slices.Clone(c.roots[search(c.roots, ts):])
}

// insert keeps a list sorted by ts; nearly always it appends.
func insert(list []*message, m *message) []*message {
	if n := len(list); n == 0 || list[n-1].ts < m.ts {
		return append(list, m)
	}
	return slices.Insert(list, search(list, m.ts), m)
}

func (m *message) noteReplyUser(id string) {
	if !slices.Contains(m.replyUsers, id) && len(m.replyUsers) < maxReplyUsers {
		m.replyUsers = append(m.replyUsers, id)
	}
}

// maxReplyUsers is how many authors of a thread Slack names in reply_users.
const maxReplyUsers = 5

// get finds a message that everybody may see and that was not deleted.
func (c *channel) get(ts string) *message {
	m := c.byTS[ts]
	if m == nil || m.to != "" || m.deleted {
		return nil
	}
	return m
}

// remove deletes a message. A parent with replies stays as a tombstone, as in Slack,
// until the last of them is deleted too.
func (w *world) remove(m *message) {
	m.deleted = true
	c := m.channel
	if parent := c.byTS[m.threadTS]; parent != nil && parent != m && m.to == "" {
		parent.replies = without(parent.replies, m)
		parent.replyUsers = nil
		for _, r := range parent.replies {
			parent.noteReplyUser(r.user)
		}
		if parent.deleted {
			c.bury(parent)
		}
	}
	c.bury(m)
}

// bury takes a deleted message out of the channel, unless it has replies.
func (c *channel) bury(m *message) {
	if len(m.replies) == 0 {
		c.log = without(c.log, m)
		c.roots = without(c.roots, m)
	}
}

func without(list []*message, m *message) []*message {
	i := search(list, m.ts)
	if i < len(list) && list[i] == m {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// search returns the first place in list, which is sorted by ts, at or after ts.
func search(list []*message, ts string) int {
	return sort.Search(len(list), func(i int) bool { return list[i].ts >= ts })
}

// permalink is the address that Slack would give a message.
func (w *world) permalink(m *message) string {
	link := fmt.Sprintf("https://%s.slack.com/archives/%s/p%s", w.team.Domain, m.channel.id, strings.Replace(m.ts, ".", "", 1))
	if m.threadTS != "" {
		link += "?thread_ts=" + m.threadTS + "&cid=" + m.channel.id
	}
	return link
}
