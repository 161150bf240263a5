package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// This file gives the page, and tests in other languages, the verbs and reads
// over HTTP: POST /sim/VERB and GET /sim/READ, in JSON.

const (
	eventPause     = 50 * time.Millisecond // between two events on /sim/events, at least
	eventKeepAlive = 15 * time.Second
)

func (s *Server) simRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sim/state", s.serveState)
	mux.HandleFunc("GET /sim/traffic", s.serveTraffic)
	mux.HandleFunc("GET /sim/events", s.serveEvents)
	mux.HandleFunc("GET /sim/faults", func(w http.ResponseWriter, r *http.Request) {
		respondJSON(w, object{"faults": s.Faults()}, nil)
	})

	type said struct {
		User, Channel, Text, TS string
		ThreadTS                string `json:"thread_ts"`
	}
	handle(mux, "say", func(v said) (object, error) {
		ts, err := s.Say(v.User, v.Channel, v.Text, v.ThreadTS)
		return object{"ts": ts}, err
	})
	handle(mux, "edit", func(v said) (object, error) { return nil, s.Edit(v.User, v.Channel, v.TS, v.Text) })
	handle(mux, "delete", func(v said) (object, error) { return nil, s.Delete(v.User, v.Channel, v.TS) })
	handle(mux, "slash", func(v struct{ User, Channel, Command, Text string }) (object, error) {
		return nil, s.Slash(v.User, v.Channel, v.Command, v.Text)
	})
	handle(mux, "click", func(v struct {
		User, Channel, TS, Value string
		BlockID                  string `json:"block_id"`
		ActionID                 string `json:"action_id"`
	}) (object, error) {
		return nil, s.Click(v.User, v.Channel, v.TS, Control{BlockID: v.BlockID, ActionID: v.ActionID, Value: v.Value})
	})
	handle(mux, "snippet", func(v struct {
		User, Channel, Name, Content string
		ThreadTS                     string `json:"thread_ts"`
	}) (object, error) {
		ts, err := s.UploadSnippet(v.User, v.Channel, v.ThreadTS, v.Name, v.Content)
		return object{"ts": ts}, err
	})
	handle(mux, "forward", func(v struct{ User, Channel, TS, To, Comment string }) (object, error) {
		ts, err := s.Forward(v.User, v.Channel, v.TS, v.To, v.Comment)
		return object{"ts": ts}, err
	})
	handle(mux, "example", func(v struct{ ID, User string }) (object, error) { return s.playExample(v.ID, v.User) })
	handle(mux, "users", func(u User) (object, error) { return nil, s.AddUser(u) })
	handle(mux, "channels", func(c Channel) (object, error) { return nil, s.AddChannel(c) })
	handle(mux, "raw", func(v struct{ Event json.RawMessage }) (object, error) {
		ts, err := s.SayRaw(v.Event)
		return object{"ts": ts}, err
	})
	handle(mux, "membership", func(v struct {
		Channel, User string
		Member        bool
		BotIsMember   *bool `json:"bot_is_member"`
	}) (object, error) {
		if v.BotIsMember != nil {
			v.User, v.Member = s.cfg.Bot.UserID, *v.BotIsMember
		}
		return nil, s.SetMember(v.Channel, v.User, v.Member)
	})
	handle(mux, "archive", func(v struct {
		Channel  string
		Archived bool
	}) (object, error) {
		return nil, s.Archive(v.Channel, v.Archived)
	})
	s.faultRoutes(mux)
}

func (s *Server) faultRoutes(mux *http.ServeMux) {
	handle(mux, "faults", func(f Fault) (object, error) {
		id, err := s.AddFault(f)
		return object{"id": id}, err
	})
	handle(mux, "faults/remove", func(v struct{ ID int }) (object, error) {
		s.RemoveFault(v.ID)
		return nil, nil
	})
	handle(mux, "sockets", s.actOnSockets)
}

// socketAct is something that happens to the sockets at once.
type socketAct struct {
	Act      string
	Oldest   bool            // of cut, half_open and disconnect: only the oldest that is healthy
	Reason   string          // of disconnect
	LingerMS int             `json:"linger_ms"` // of disconnect
	Frame    string          // of frame
	Type     string          // of envelope
	Payload  json.RawMessage // of envelope
	Count    int             // of redeliver
}

func (s *Server) actOnSockets(v socketAct) (object, error) {
	linger := time.Duration(v.LingerMS) * time.Millisecond
	switch v.Act {
	case "cut":
		return object{"sockets": either(v.Oldest, s.CutOldest, s.CutSockets)()}, nil
	case "half_open":
		return object{"sockets": either(v.Oldest, s.HalfOpenOldest, s.HalfOpenSockets)()}, nil
	case "disconnect":
		setDefault(&v.Reason, "refresh_requested")
		return object{"sockets": either(v.Oldest, s.DisconnectOldest, s.Disconnect)(v.Reason, linger)}, nil
	case "frame":
		return nil, s.SendFrame(v.Frame)
	case "envelope":
		return nil, s.SendEnvelope(v.Type, v.Payload)
	case "redeliver":
		setDefault(&v.Count, 1)
		return object{"deliveries": s.Redeliver(v.Count)}, nil
	}
	return nil, fmt.Errorf("act %q: use cut, half_open, disconnect, frame, envelope or redeliver", v.Act)
}

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// playExample sends a ready-made message, as the given user or as its own.
func (s *Server) playExample(id, user string) (object, error) {
	for _, e := range s.cfg.Examples {
		if e.ID != id {
			continue
		}
		if user == "" {
			user = e.User
		}
		if strings.HasPrefix(e.Text, "/") {
			command, text, _ := strings.Cut(e.Text, " ")
			return nil, s.Slash(user, e.Channel, command, text)
		}
		ts, err := s.Say(user, e.Channel, e.Text, "")
		return object{"ts": ts}, err
	}
	return nil, fmt.Errorf("there is no example %q", id)
}

// handle mounts a verb at POST /sim/name. Its argument is read from JSON, in
// which unknown fields are errors.
func handle[T any](mux *http.ServeMux, name string, verb func(T) (object, error)) {
	mux.HandleFunc("POST /sim/"+name, func(w http.ResponseWriter, r *http.Request) {
		var v T
		answer, err := object(nil), readJSON(r, &v)
		if err == nil {
			answer, err = verb(v)
		}
		if answer == nil {
			answer = object{}
		}
		answer["ok"] = err == nil
		respondJSON(w, answer, err)
	})
}

// readJSON insists on the Content-Type, which a foreign page's form cannot send.
func readJSON(r *http.Request, v any) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return errors.New("send JSON, with Content-Type: application/json")
	}
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	return decoder.Decode(v)
}

func respondJSON(w http.ResponseWriter, answer any, err error) {
	status := http.StatusOK
	if err != nil {
		status, answer = http.StatusBadRequest, object{"ok": false, "error": err.Error()}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(mustJSON(answer))
}

func (s *Server) serveState(w http.ResponseWriter, r *http.Request) {
	as := r.URL.Query().Get("as")
	if as == "" {
		as = s.firstUser()
	}
	state, err := s.State(as)
	respondJSON(w, state, err)
}

func (s *Server) firstUser() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.world.users) == 0 {
		return ""
	}
	return s.world.users[0].ID
}

func (s *Server) serveTraffic(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	respondJSON(w, object{"entries": s.Traffic(after)}, nil)
}

// serveEvents tells that something has changed, not what: whoever listens then
// reads the state and the traffic that it has not seen. Bursts are one event.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	for {
		changed := s.changes.next()
		s.mu.Lock()
		rev := s.rev
		s.mu.Unlock()
		fmt.Fprintf(w, "data: {\"rev\":%d,\"traffic\":%d,\"faults\":%d}\n\n", rev, s.traffic.lastN(), len(s.Faults()))
		if control.Flush() != nil {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-changed:
				waiting = false
			case <-time.After(eventKeepAlive):
				fmt.Fprint(w, ": still here\n\n")
				control.Flush()
			case <-r.Context().Done():
				return
			case <-s.closing:
				return
			}
		}
		if !s.sleep(r.Context().Done(), eventPause) {
			return
		}
	}
}
