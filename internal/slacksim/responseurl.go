package slacksim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// This file is the response_url that comes with slash commands and clicks
// (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses):
// whoever holds it may answer five times within 30 minutes, with no token.

// maxResponses is how often a response_url may be used.
const maxResponses = 5

type responseURL struct {
	channel *channel
	user    string
	source  *message // the message with the button; nil after a slash command
	issued  time.Time
	uses    int
}

// newResponseURL makes an address; kind is "commands" or "actions".
func (s *Server) newResponseURL(kind string, r *responseURL) string {
	r.issued = s.now()
	secret := strings.ReplaceAll(uuid(), "-", "")
	s.responseURLs[secret] = r
	return fmt.Sprintf("%s/response/%s/%s/%d/%s", s.URL(), kind, s.world.team.ID, r.issued.UnixMicro(), secret)
}

// response is what is posted to a response_url, or sent with an ack.
type response struct {
	content
	inChannel bool
	replace   bool
	delete    bool
	threadTS  string
}

func readResponse(a args) (response, error) {
	m, err := readContent(a)
	if err != nil {
		return response{}, err
	}
	m.shorten()
	r := response{
		content: m, inChannel: a["response_type"] == "in_channel", threadTS: a["thread_ts"],
		replace: a.flag("replace_original"), delete: a.flag("delete_original"),
	}
	if r.empty() && !r.delete {
		return r, fail("no_text")
	}
	return r, nil
}

func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	entry := record{time: s.now(), dir: "in", kind: "response_url", name: r.PathValue("kind")}
	a, err := responseArgs(r)
	if s.traffic.on() {
		entry.request = argumentsJSON(a)
		entry.summary = summarize(a)
	}
	fault := s.faults.hit(OnResponseURLs, "", callEffects...)
	s.serve(w, r, entry, fault, func() reply { return s.respond(r.PathValue("secret"), a, err) })
}

// responseArgs reads JSON, whatever the Content-Type says, or a form with the
// JSON in a field named payload.
func responseArgs(r *http.Request) (args, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return nil, fail("invalid_payload")
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Body = io.NopCloser(strings.NewReader(string(raw)))
		raw = []byte(r.PostFormValue("payload"))
	}
	a, err := jsonArgs(strings.NewReader(string(raw)))
	if err != nil {
		return nil, fail("invalid_payload")
	}
	return a, nil
}

// respond uses a response_url once. Bad messages are refused with 400, spent
// and unknown addresses with 404.
func (s *Server) respond(secret string, a args, err error) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	target := s.responseURLs[secret]
	status := http.StatusNotFound
	switch {
	case target == nil:
		err = fail("invalid_token")
	case s.now().Sub(target.issued) > s.cfg.Timing.ResponseURLLife:
		err = fail("expired_url")
	case target.uses >= maxResponses:
		err = fail("used_url")
	default:
		status = http.StatusBadRequest
	}
	var message response
	if err == nil {
		message, err = readResponse(a)
	}
	if err == nil {
		err = s.publish(target, message)
	}
	if err != nil {
		answer := jsonReply(status, envelop(nil, err))
		answer.code = err.Error()
		return answer
	}
	target.uses++
	return jsonReply(http.StatusOK, object{"ok": true})
}

// publish shows a response: it replaces or deletes the message with the button,
// or is a new message, seen by all or by the user only.
func (s *Server) publish(to *responseURL, r response) error {
	if to.source != nil && (r.replace || r.delete) {
		return s.revise(to.source, r)
	}
	if r.delete {
		return fail("message_not_found")
	}
	m := s.botMessage(r.content)
	var err error
	if m.threadTS, err = threadFor(to.channel, r.threadTS); err != nil {
		return err
	}
	if r.inChannel {
		s.post(to.channel, m)
		return nil
	}
	m.to = to.user
	s.world.add(to.channel, m)
	s.changed()
	return nil
}

// revise replaces all of a message, or deletes it.
func (s *Server) revise(source *message, r response) error {
	if source.deleted {
		return fail("message_not_found")
	}
	if r.delete {
		s.removeMessage(source)
		return nil
	}
	r.hasBlocks, r.hasAttachments, r.hasMetadata = true, true, true
	s.update(source, r.content)
	return nil
}

// publishAck shows the message that came with the ack of a slash command.
func (s *Server) publishAck(to *responseURL, payload json.RawMessage) error {
	if len(payload) == 0 || string(payload) == "null" || string(payload) == "{}" {
		return nil
	}
	var text string
	a, err := jsonArgs(strings.NewReader(string(payload)))
	if json.Unmarshal(payload, &text) == nil {
		a, err = args{"text": text}, nil
	}
	if err != nil {
		return err
	}
	if a["text"] == "" && a["blocks"] == "" && a["attachments"] == "" {
		return nil
	}
	r, err := readResponse(a)
	if err != nil {
		return err
	}
	return s.publish(to, r)
}
