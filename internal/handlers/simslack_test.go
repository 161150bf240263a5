package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const simURL = "https://slack.invalid/api/"

var simSelf = Self{UserID: "UBOT", BotID: "BBOT", TeamID: "T1", Name: "apierror"}

// simSlack is what stands in a simulation's Slack. The simulation's lock guards it.
type simSlack struct {
	replies []*simReply
	told    map[string]bool // people whom the bot tried to tell something privately
}

// simReply is a message of the bot's.
type simReply struct {
	channel, thread, ts string
	id                  string // in its metadata
	blocks              string
	seen                time.Time // from then on it shows up in its thread
}

// button returns the value of the k-th step's button.
func (m *simReply) button(k int) string {
	var blocks []struct {
		Accessory struct {
			ActionID string `json:"action_id"`
			Value    string
		}
	}
	if json.Unmarshal([]byte(m.blocks), &blocks) != nil {
		return ""
	}
	for _, b := range blocks {
		if b.Accessory.ActionID == actionStep {
			if k == 0 {
				return b.Accessory.Value
			}
			k--
		}
	}
	return ""
}

// repliesTo returns what the bot has posted in a thread.
func (w *simSlack) repliesTo(s *simulation, thread string) (replies []simReply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range w.replies {
		if m.thread == thread {
			replies = append(replies, *m)
		}
	}
	return replies
}

func (w *simSlack) replyTo(s *simulation, thread string) *simReply {
	if replies := w.repliesTo(s, thread); len(replies) > 0 {
		return &replies[0]
	}
	return nil
}

// simCall is a call of the Web API, or of a response_url.
type simCall struct {
	method string
	args   url.Values
}

// about is what the call is about: a thread, a message or a person.
func (c simCall) about() string {
	for _, name := range []string{"thread_ts", "ts", "user"} {
		if v := c.args.Get(name); v != "" {
			return v
		}
	}
	return ""
}

func readCall(r *http.Request) (simCall, error) {
	c := simCall{method: path.Base(r.URL.Path), args: r.URL.Query()}
	if !strings.HasPrefix(r.URL.String(), simURL) {
		return simCall{method: "response_url", args: url.Values{"user": {c.method}}}, nil
	}
	if r.Body == nil {
		return c, nil
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		c.args, err = url.ParseQuery(string(body))
	}
	return c, err
}

// simFates are what may become of a call, beside being done: see answer.
var simFates = [...]string{
	"limited",       // 429
	"refused",       // no connection
	"failed",        // 502, and it is not done
	"eaten",         // nothing comes back, and it is not done
	"lost",          // done, and nothing comes back
	"cut",           // done, and the connection breaks
	"failed but",    // 502, and it is done
	"failed, later", // 502, and it is done after that
	"unsure",        // internal_error, and it is done
}

func (w *weather) fate(r *rand.Rand) string {
	n := r.IntN(100)
	for i, chance := range w.fates {
		if n -= chance; n < 0 {
			return simFates[i]
		}
	}
	return "done"
}

// answer is Slack's answer to a call. Slack tells the truth, if late: what was done
// after the caller has gone, and what is to be seen in a thread, is so within Settle.
func (s *simulation) answer(ctx context.Context, p *process, c simCall) (status int, header http.Header, body string, err error) {
	r := s.chance("%s %s", c.method, c.about())
	fate, takes := "done", within(r, 50*time.Millisecond)
	if s.stormy() {
		if fate = s.weather.fate(r); r.IntN(5) == 0 {
			takes = within(r, simTiming.HTTPTimeout*5/4)
		}
	}
	late := within(r, simTiming.Settle*4/5) // after the caller has gone; and after that:
	lag := within(r, simTiming.Settle*9/10-late)
	if !s.stormy() {
		lag = 0
	}
	s.note("%s: %s %s takes %v: %s", p, c.method, c.about(), takes, fate)
	if c.method == "chat.postEphemeral" || c.method == "response_url" {
		s.mu.Lock()
		s.slack.told[c.args.Get("user")] = true
		s.mu.Unlock()
	}
	do := func() string { return s.do(c, lag) }
	if p.diesBy(c.method) {
		return 0, nil, "", ctx.Err()
	}
	if !sleepUntil(ctx, takes) {
		if fate == "done" && r.IntN(2) == 0 {
			time.AfterFunc(late, func() { do() })
		}
		return 0, nil, "", ctx.Err()
	}
	switch fate {
	case "limited":
		seconds := strconv.Itoa(1 + r.IntN(5))
		return http.StatusTooManyRequests, http.Header{"Retry-After": {seconds}}, "", nil
	case "refused":
		return 0, nil, "", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	case "failed":
		return http.StatusBadGateway, nil, "<html>", nil
	case "eaten":
		<-ctx.Done()
		return 0, nil, "", ctx.Err()
	case "failed, later":
		time.AfterFunc(late, func() { do() })
		return http.StatusBadGateway, nil, "<html>", nil
	}
	body = do()
	if p.diesBy("the answer to " + c.method) {
		return 0, nil, "", ctx.Err()
	}
	switch fate {
	case "lost":
		<-ctx.Done()
		return 0, nil, "", ctx.Err()
	case "cut":
		return 0, nil, "", io.ErrUnexpectedEOF
	case "failed but":
		return http.StatusBadGateway, nil, "<html>", nil
	case "unsure":
		body = `{"ok":false,"error":"internal_error"}`
	}
	return http.StatusOK, nil, body, nil
}

// sleepUntil sleeps, and reports whether ctx lasted as long.
func sleepUntil(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// do does what a call asks for.
func (s *simulation) do(c simCall, lag time.Duration) (body string) {
	s.note("done: %s %s", c.method, c.about())
	s.mu.Lock()
	defer s.mu.Unlock()
	w, now := &s.slack, time.Now()
	switch c.method {
	case "chat.postMessage":
		var meta struct {
			Payload struct{ ID string } `json:"event_payload"`
		}
		json.Unmarshal([]byte(c.args.Get("metadata")), &meta)
		m := &simReply{channel: c.args.Get("channel"), thread: c.args.Get("thread_ts"), ts: fmt.Sprintf("%s%d", formatTS(now.UnixMicro()), len(w.replies)),
			id: meta.Payload.ID, blocks: c.args.Get("blocks"), seen: now.Add(lag)}
		w.replies = append(w.replies, m)
		return string(asJSON(map[string]any{"ok": true, "channel": m.channel, "ts": m.ts}))
	case "chat.update":
		for _, m := range w.replies {
			if m.ts == c.args.Get("ts") {
				m.blocks = c.args.Get("blocks")
				return string(asJSON(map[string]any{"ok": true, "channel": m.channel, "ts": m.ts}))
			}
		}
		return `{"ok":false,"error":"message_not_found"}`
	case "conversations.replies":
		messages := []any{map[string]any{"user": "U1", "ts": c.args.Get("ts")}}
		for _, m := range w.replies {
			if m.thread == c.args.Get("ts") && !now.Before(m.seen) && m.ts > c.args.Get("oldest") {
				messages = append(messages, map[string]any{"user": simSelf.UserID, "bot_id": simSelf.BotID, "ts": m.ts,
					"metadata": map[string]any{"event_type": metadataType, "event_payload": map[string]any{metadataID: m.id}}})
			}
		}
		return string(asJSON(map[string]any{"ok": true, "messages": messages}))
	case "chat.postEphemeral":
		return `{"ok":true,"message_ts":"1.0"}`
	case "users.info":
		return string(asJSON(map[string]any{"ok": true, "user": map[string]any{"id": c.args.Get("user"), "team_id": "T1"}}))
	}
	return `{"ok":true}`
}
