package handlers

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"apierrorbot/internal/metrics"
)

// A slash command is acked at once, whatever the person waits for already, and not
// before its answer is among what a stopping bot waits for: a bot that is told to stop
// right after the ack answers it. Where there is no room for the answer there is no ack.
func TestCommandIsAcked(t *testing.T) {
	told := make(chan string, 1)
	slackSide := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told <- string(body)
	}))
	defer slackSide.Close()
	b := &Bot{
		api:    slack.New("xoxb-test"),
		log:    slog.New(slog.DiscardHandler),
		counts: newCounts(&metrics.Set{}),
		lanes:  &lanes{queues: make(map[string][]func())},
		ctx:    t.Context(),
	}
	earlier := make(chan struct{})
	b.private("U1", func() { <-earlier })
	command := `{"user_id":"U1","text":"help","response_url":"` + slackSide.URL + `"}`

	waiting := 0
	b.recordCommand(command, func() { waiting = b.Waiting() })
	if waiting != 2 {
		t.Errorf("at the ack %d answers were waited for, want 2: the earlier one and this one's", waiting)
	}
	close(earlier)
	b.lanes.wait()
	select {
	case got := <-told:
		if !strings.Contains(got, "ephemeral") {
			t.Errorf("told %s", got)
		}
	default:
		t.Error("the command was not answered")
	}

	b.lanes.waiting = maxWaiting
	b.recordCommand(command, func() { t.Error("a command without an answer was acked") })
}
