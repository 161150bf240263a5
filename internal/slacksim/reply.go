package slacksim

import (
	"net/http"
	"time"
)

// This file answers the bot's HTTP requests: every one of them may be hit by a
// fault, and stands in the traffic log.

// reply is an HTTP answer before it is written.
type reply struct {
	status int
	header http.Header
	body   []byte
	code   string // Slack's error code, for the log
}

func jsonReply(status int, o object) reply {
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	return reply{status: status, header: header, body: mustJSON(o)}
}

// serve answers one request: it does the work, unless a fault says otherwise,
// logs the entry, and writes the answer, unless a fault keeps it back.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, entry record, fault *Fault, work func() reply) {
	if fault.is(EffectDelay) && !s.sleep(r.Context().Done(), fault.Delay) || fault.is(EffectLate) && !s.sleep(nil, fault.Delay) {
		return
	}
	answer, spared := fault.instead()
	if !spared {
		answer = work()
	}
	entry.status, entry.response = fault.note(answer.status), answer.body
	if answer.code != "" {
		entry.status = answer.code
	}
	s.traffic.add(entry)
	s.finish(w, r, fault, answer)
}

// finish writes the answer, unless a fault keeps it back.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, f *Fault, answer reply) {
	switch {
	case f.is(EffectDelayReply):
		s.sleep(r.Context().Done(), f.Delay)
	case f.is(EffectLose):
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
		panic(http.ErrAbortHandler)
	case f.is(EffectDrop), f.is(EffectCut):
		panic(http.ErrAbortHandler)
	}
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.status)
	w.Write(answer.body)
}

// sleep waits and is false when the caller has gone meanwhile.
func (s *Server) sleep(gone <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-gone:
	case <-s.closing:
	}
	return false
}
