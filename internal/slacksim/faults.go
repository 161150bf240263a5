package slacksim

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// What a Fault does to a call: On is a Web API method, "*", OnResponseURLs or
// OnFiles.
const (
	EffectError      = "error"       // answer {"ok":false,"error":Error}; the work is not done
	EffectRateLimit  = "rate_limit"  // answer 429 with Retry-After; the work is not done
	EffectHTTP       = "http"        // answer Status with a body of HTML; the work is not done
	EffectDrop       = "drop"        // cut the connection; the work is not done
	EffectLose       = "lose"        // do the work, then never answer
	EffectCut        = "cut"         // do the work, then cut the connection
	EffectDelay      = "delay"       // wait Delay, then do the work
	EffectDelayReply = "delay_reply" // do the work, then wait Delay before the answer
	EffectLate       = "late"        // wait Delay, then do the work, although the caller may have left meanwhile
	EffectLag        = "lag"         // conversations.history and .replies miss messages younger than Delay
)

// What a Fault does to the opening of a socket: On is OnSockets. (To refuse
// apps.connections.open, put EffectError on that method.)
const (
	EffectRefuse     = "refuse"     // answer the WebSocket handshake with Status, 503 by default
	EffectHalfOpen   = "half_open"  // accept the socket, then neither send nor read
	EffectDisconnect = "disconnect" // accept, send a disconnect frame with Error as its reason, close
)

// What a Fault does to an envelope: On is OnEnvelopes, Match its type.
const (
	EffectWithhold  = "withhold"   // it is never written, as if the network had eaten it
	EffectDuplicate = "duplicate"  // it is written twice, under two envelope ids, to two sockets if there are
	EffectIgnoreAck = "ignore_ack" // its ack counts for nothing, so that an event comes again
	// and EffectLate: it is written after Delay
)

// Where, beside the methods of the Web API, a Fault can sit.
const (
	OnResponseURLs = "response_url"
	OnFiles        = "files"
	OnSockets      = "sockets"
	OnEnvelopes    = "envelopes"
)

// Fault is a rule: which calls (or openings of sockets, or envelopes) go wrong,
// how, and which of them. A schedule says which: Skip come through, then each
// Every-th is hit, Times times in all. A budget (Allow and Window) says it
// otherwise: what goes beyond Allow in any Window is hit, which is how Slack's
// rate limits work.
type Fault struct {
	On     string `json:"on"`     // a Web API method, "*" for all of them, or an On… constant
	Effect string `json:"effect"` // an Effect… constant that exists there
	Match  string `json:"match"`  // only for this channel id, or this type of envelope; "": all

	Skip  int `json:"skip"`
	Every int `json:"every"` // 0 and 1: each one
	Times int `json:"times"` // 0: until removed

	Allow      int           `json:"allow"`
	Window     time.Duration `json:"-"`
	WindowMS   int           `json:"window_ms"`   // Window in JSON; 0: no budget
	PerChannel bool          `json:"per_channel"` // a budget for each channel

	Error      string        `json:"error"`       // Slack's error code, or the reason of a disconnect
	Status     int           `json:"status"`      // HTTP status; default 500
	RetryAfter int           `json:"retry_after"` // seconds; default 1, with a budget: until it has room
	Delay      time.Duration `json:"-"`
	DelayMS    int           `json:"delay_ms"` // Delay in JSON
}

// ActiveFault is a Fault that is switched on, with what it has done.
type ActiveFault struct {
	ID   int `json:"id"`
	Seen int `json:"seen"` // calls that it looked at
	Hits int `json:"hits"` // calls that it hit
	Fault
	passed map[string][]time.Time // of a budget: what it let through, by channel
}

// callEffects are the effects that serveAPI, serveResponseURL and serveFile
// carry out.
var callEffects = []string{
	EffectError, EffectRateLimit, EffectHTTP, EffectDrop, EffectLose, EffectCut, EffectDelay, EffectDelayReply, EffectLate,
}

// effectsOn says which effects exist where; "" stands for the Web API.
var effectsOn = map[string][]string{
	"":             append([]string{EffectLag}, callEffects...),
	OnResponseURLs: callEffects,
	OnFiles:        callEffects,
	OnSockets:      {EffectRefuse, EffectHalfOpen, EffectDisconnect},
	OnEnvelopes:    {EffectWithhold, EffectDuplicate, EffectIgnoreAck, EffectLate},
}

// faults are the faults that are switched on. It has a lock of its own, because
// calls are looked at before they take the Server's.
type faults struct {
	now func() time.Time

	mu     sync.Mutex
	lastID int
	active []*ActiveFault
}

// AddFault switches a fault on and returns the id to remove it by. It refuses
// a fault that could never strike.
func (s *Server) AddFault(f Fault) (int, error) {
	if err := f.prepare(); err != nil {
		return 0, err
	}
	s.faults.mu.Lock()
	s.faults.lastID++
	id := s.faults.lastID
	s.faults.active = append(s.faults.active, &ActiveFault{ID: id, Fault: f, passed: make(map[string][]time.Time)})
	s.faults.mu.Unlock()
	s.changes.wake()
	return id, nil
}

// prepare checks a fault and fills in its defaults.
func (f *Fault) prepare() error {
	allowed, place := effectsOn[f.On]
	if !place {
		if _, known := methods[f.On]; !known && f.On != "*" {
			return fmt.Errorf("no method or place %q: use a method of the Web API, *, %s, %s, %s or %s",
				f.On, OnResponseURLs, OnFiles, OnSockets, OnEnvelopes)
		}
		allowed = effectsOn[""]
	}
	if f.On == "" || !slices.Contains(allowed, f.Effect) {
		return fmt.Errorf("effect %q does not exist on %q: use one of %v", f.Effect, f.On, allowed)
	}
	if min(f.Skip, f.Every, f.Times, f.Allow, f.WindowMS, f.RetryAfter, f.DelayMS, int(f.Delay), int(f.Window)) < 0 {
		return fmt.Errorf("the numbers of a fault must not be negative")
	}
	if f.Effect == EffectError && f.Error == "" {
		return fmt.Errorf("effect %q needs error, such as channel_not_found", EffectError)
	}
	setDefault(&f.Delay, time.Duration(f.DelayMS)*time.Millisecond)
	setDefault(&f.Window, time.Duration(f.WindowMS)*time.Millisecond)
	f.DelayMS, f.WindowMS = int(f.Delay.Milliseconds()), int(f.Window.Milliseconds())
	setDefault(&f.Every, 1)
	return nil
}

// RemoveFault switches one fault off; 0 switches all off.
func (s *Server) RemoveFault(id int) {
	s.faults.mu.Lock()
	s.faults.active = slices.DeleteFunc(s.faults.active, func(f *ActiveFault) bool { return id == 0 || f.ID == id })
	s.faults.mu.Unlock()
	s.changes.wake()
}

// Faults lists what is switched on, oldest first. A fault that has struck as
// often as it was told to stays in the list, without effect.
func (s *Server) Faults() []ActiveFault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	list := make([]ActiveFault, 0, len(s.faults.active))
	for _, f := range s.faults.active {
		copied := *f
		copied.passed = nil
		list = append(list, copied)
	}
	return list
}

// hit returns the first fault that strikes a call of a method, or something at
// a place; about is its channel or type. Faults whose effect the caller does
// not ask for are left alone, all others count the call, whichever strikes.
func (f *faults) hit(on, about string, effects ...string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var struck *Fault
	for _, a := range f.active {
		if !a.sitsOn(on) || a.Match != "" && a.Match != about || !slices.Contains(effects, a.Effect) {
			continue
		}
		if strikes, retryAfter := a.count(about, f.now()); strikes && struck == nil {
			a.Hits++
			fault := a.Fault
			setDefault(&fault.RetryAfter, max(1, retryAfter))
			struck = &fault
		}
	}
	return struck
}

func (a *ActiveFault) sitsOn(on string) bool {
	_, place := effectsOn[on]
	return a.On == on || a.On == "*" && !place
}

// count notes one call and tells whether the fault strikes it and, of a budget,
// after how many seconds it has room again.
func (a *ActiveFault) count(about string, now time.Time) (strikes bool, retryAfter int) {
	a.Seen++
	n := a.Seen - a.Skip
	if n <= 0 || a.Times > 0 && a.Hits >= a.Times {
		return false, 0
	}
	if a.Window == 0 {
		return n%a.Every == 0, 0
	}
	key := ""
	if a.PerChannel {
		key = about
	}
	passed := slices.DeleteFunc(a.passed[key], func(t time.Time) bool { return now.Sub(t) >= a.Window })
	if strikes = len(passed) >= a.Allow; !strikes {
		passed = append(passed, now)
	}
	a.passed[key] = passed
	if strikes && len(passed) > 0 {
		retryAfter = int(math.Ceil((a.Window - now.Sub(passed[0])).Seconds()))
	}
	return strikes, retryAfter
}

func (f *Fault) is(effect string) bool { return f != nil && f.Effect == effect }

// instead returns what a fault answers without any work being done; it is
// false for a fault that lets the work be done.
func (f *Fault) instead() (reply, bool) {
	switch {
	case f.is(EffectError):
		answer := jsonReply(http.StatusOK, object{"ok": false, "error": f.Error})
		answer.code = f.Error
		return answer, true
	case f.is(EffectRateLimit):
		answer := jsonReply(http.StatusTooManyRequests, object{"ok": false, "error": "ratelimited"})
		answer.header.Set("Retry-After", strconv.Itoa(f.RetryAfter))
		return answer, true
	case f.is(EffectHTTP): // Slack's front ends answer in HTML when they fail
		status := f.Status
		setDefault(&status, http.StatusInternalServerError)
		body := "<html><body><h1>" + http.StatusText(status) + "</h1></body></html>"
		return reply{status: status, header: http.Header{"Content-Type": {"text/html"}}, body: []byte(body)}, true
	case f.is(EffectDrop):
		return reply{header: http.Header{}}, true
	}
	return reply{}, false
}

// note is the status that the traffic log gives a call.
func (f *Fault) note(status int) any {
	switch {
	case f.is(EffectDrop):
		return "cut before the work"
	case f.is(EffectLose):
		return "done, never answered"
	case f.is(EffectCut):
		return "done, then cut"
	case f.is(EffectLate):
		return "done late"
	}
	return status
}
