package handlers

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"apierrorbot/internal/metrics"
	"apierrorbot/internal/store"
)

// What a click has in the place of a case's id is not logged, whatever it is.
func TestStrangeCaseIsNotLogged(t *testing.T) {
	db, err := store.OpenDatabase(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db"), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing can be stored, nor said to anybody
	var logged bytes.Buffer
	b := &Bot{
		api:    slack.New("xoxb-test"),
		store:  db,
		log:    slog.New(slog.NewTextHandler(&logged, nil)),
		counts: newCounts(&metrics.Set{}),
		lanes:  &lanes{queues: make(map[string][]func())},
		people: &people{known: map[string]standing{
			"U1": {member: true, until: time.Now().Add(time.Hour)},
		}},
		ctx: ctx,
	}
	c := click{}
	c.User.ID = "U1"
	acked := false
	b.changeCase(&c, actionState, value{Case: "what somebody said"}, func() { acked = true })
	b.lanes.wait()
	if got := logged.String(); !acked || !strings.Contains(got, "cannot store a click") || strings.Contains(got, "somebody") {
		t.Errorf("acked: %t, logged:\n%s", acked, got)
	}
}

// A reply is known by its id and by who posted it. Slack may leave out the bot's id.
func TestOurs(t *testing.T) {
	message := func(user, bot, id string) slack.Message {
		m := slack.Message{}
		m.Timestamp, m.User, m.BotID = user+bot, user, bot
		m.Metadata.EventPayload = map[string]any{metadataID: id}
		return m
	}
	tests := []struct {
		name     string
		self     Self
		messages []slack.Message
		want     string
	}{
		{"by its user", Self{UserID: "UBOT", BotID: "B1"}, []slack.Message{message("UBOT", "", "r1")}, "UBOT"},
		{"by its bot", Self{UserID: "UBOT", BotID: "B1"}, []slack.Message{message("", "B1", "r1")}, "B1"},
		{"another reply", Self{UserID: "UBOT", BotID: "B1"}, []slack.Message{message("UBOT", "B1", "r2")}, ""},
		{"a copy of the id", Self{UserID: "UBOT", BotID: "B1"}, []slack.Message{message("U1", "", "r1")}, ""},
		{"a copy, and no bot's id", Self{UserID: "UBOT"}, []slack.Message{message("U1", "", "r1"), message("UBOT", "", "r1")}, "UBOT"},
	}
	for _, test := range tests {
		c := &courier{self: test.self}
		if got := c.ours(test.messages, "r1"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
