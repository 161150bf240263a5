package slacksim

import (
	"bytes"
	"encoding/json"
	"regexp"
	"sync"
	"time"
)

// Entry is one thing that passed between the bot and the server.
type Entry struct {
	N       int       `json:"n"` // grows by one with each entry
	Time    time.Time `json:"time"`
	Dir     string    `json:"dir"`  // "in": from the bot, "out": to the bot
	Kind    string    `json:"kind"` // api, socket, response_url, file
	Name    string    `json:"name"` // chat.postMessage, events_api, ack, hello, …
	Status  any       `json:"status"`
	Summary string    `json:"summary"`
	Body    string    `json:"body"` // indented JSON, without tokens
}

// record is an Entry before it is made readable, which is done only when
// somebody reads it: the log must cost next to nothing under load.
type record struct {
	n        int
	time     time.Time
	dir      string
	kind     string
	name     string
	status   any
	summary  string
	request  []byte // JSON, or nil
	response []byte
}

// traffic is a ring of the newest records.
type traffic struct {
	wake func()

	mu   sync.Mutex
	ring []record // nil: no log
	last int      // n of the newest record
}

func newTraffic(size int, wake func()) *traffic {
	t := &traffic{wake: wake}
	if size > 0 {
		t.ring = make([]record, size)
	}
	return t
}

func (t *traffic) on() bool { return t.ring != nil }

func (t *traffic) add(r record) {
	if !t.on() {
		return
	}
	t.mu.Lock()
	t.last++
	r.n = t.last
	t.ring[r.n%len(t.ring)] = r
	t.mu.Unlock()
	t.wake()
}

// after returns the records newer than n that are still kept, oldest first.
func (t *traffic) after(n int) []record {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.on() {
		return nil
	}
	var list []record
	for i := max(n+1, t.last-len(t.ring)+1, 1); i <= t.last; i++ {
		list = append(list, t.ring[i%len(t.ring)])
	}
	return list
}

func (t *traffic) lastN() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// Traffic returns what passed after entry n, oldest first, as far as the log
// (Config.TrafficSize) reaches back. Tokens never stand in it.
func (s *Server) Traffic(n int) []Entry {
	records := s.traffic.after(n)
	entries := make([]Entry, 0, len(records))
	for _, r := range records {
		entries = append(entries, Entry{
			N: r.n, Time: r.time, Dir: r.dir, Kind: r.kind, Name: r.name, Status: r.status,
			Summary: redact(r.summary), Body: redact(r.body()),
		})
	}
	return entries
}

// body writes request and response as indented JSON; an answer that is none,
// such as a file or a page of HTML, becomes a string.
func (r record) body() string {
	response := r.response
	if !json.Valid(response) {
		response = mustJSON(string(response))
	}
	switch {
	case len(r.response) == 0:
		return indent(r.request)
	case r.request == nil:
		return indent(response)
	}
	return indent([]byte(`{"request":` + string(r.request) + `,"response":` + string(response) + `}`))
}

func indent(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

// secrets are Slack's tokens, the one-use ticket of a WebSocket address and the
// secret part of a response_url.
var secrets = regexp.MustCompile(`(xox[a-z]|xapp)-[A-Za-z0-9-]+|(ticket=)[A-Za-z0-9-]+|(/response/[a-z]+/[A-Z0-9]+/[0-9]+/)[A-Za-z0-9]+`)

func redact(s string) string { return secrets.ReplaceAllString(s, "$1$2$3***") }

// argumentsJSON writes a call's arguments for the log: JSON arguments as JSON,
// the rest as strings.
func argumentsJSON(a args) []byte {
	o := make(map[string]any, len(a))
	for k, v := range a {
		if k == "token" {
			continue
		}
		if raw := []byte(v); len(v) > 0 && (v[0] == '[' || v[0] == '{') && json.Valid(raw) {
			o[k] = json.RawMessage(raw)
		} else {
			o[k] = v
		}
	}
	return mustJSON(o)
}
