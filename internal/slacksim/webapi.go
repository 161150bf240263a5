package slacksim

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// This file is the way in and out of the Web API
// (https://docs.slack.dev/apis/web-api): arguments, tokens, scopes, errors and
// faults. The methods themselves are in methods.go.

// args are a call's arguments. However they came (form, query or JSON), each is
// a string; those that are lists or objects are JSON.
type args map[string]string

// flag reads a boolean argument, which Slack takes as true, 1 or "true".
func (a args) flag(name string) bool {
	b, _ := strconv.ParseBool(a[name])
	return b
}

// apiError is what a method answers instead of its result.
type apiError struct {
	code     string
	messages []string // response_metadata.messages
	extra    object
}

func (e *apiError) Error() string { return e.code }

func fail(code string, messages ...string) error {
	return &apiError{code: code, messages: messages}
}

// missing is Slack's answer to a call without a required argument.
func missing(name string) error {
	return fail("invalid_arguments", "[ERROR] missing required field: "+name)
}

// method is one Web API method. do runs under the Server's mutex.
type method struct {
	do    func(*Server, args) (object, error)
	scope func(*Server, args) string // the scope that the call needs; nil: none
	app   bool                       // takes the app token instead of the bot token
}

func scope(name string) func(*Server, args) string {
	return func(*Server, args) string { return name }
}

// perKind is for methods whose scope depends on the kind of the channel, such
// as channels:history, groups:history and im:history.
func perKind(what string) func(*Server, args) string {
	return func(s *Server, a args) string {
		c := s.world.channel(a["channel"])
		if c == nil {
			return ""
		}
		return map[string]string{Public: "channels:", Private: "groups:", IM: "im:"}[c.kind] + what
	}
}

// methods are the Web API methods that exist here; Slack has many more.
var methods = map[string]method{
	"apps.connections.open": {do: connectionsOpen, app: true},
	"auth.test":             {do: authTest},
	"bots.info":             {do: botsInfo, scope: scope("users:read")},
	"chat.delete":           {do: chatDelete, scope: scope("chat:write")},
	"chat.getPermalink":     {do: chatGetPermalink},
	"chat.postEphemeral":    {do: chatPostEphemeral, scope: scope("chat:write")},
	"chat.postMessage":      {do: chatPostMessage, scope: scope("chat:write")},
	"chat.update":           {do: chatUpdate, scope: scope("chat:write")},
	"conversations.history": {do: conversationsHistory, scope: perKind("history")},
	"conversations.info":    {do: conversationsInfo, scope: perKind("read")},
	"conversations.list":    {do: conversationsList, scope: scope("channels:read")},
	"conversations.members": {do: conversationsMembers, scope: perKind("read")},
	"conversations.open":    {do: conversationsOpen, scope: scope("im:write")},
	"conversations.replies": {do: conversationsReplies, scope: perKind("history")},
	"files.info":            {do: filesInfo, scope: scope("files:read")},
	"users.info":            {do: usersInfo, scope: scope("users:read")},
	"users.list":            {do: usersList, scope: scope("users:read")},
}

func defaultScopes() []string {
	return []string{
		"app_mentions:read", "channels:history", "chat:write", "commands", "files:read",
		"groups:history", "im:history", "users:read",
	}
}

// maxBody is how large a request may be; Slack's own limit is not documented.
const maxBody = 1 << 20

// serveAPI answers one call of a method.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	entry := record{time: s.now(), dir: "in", kind: "api", name: name}
	a, token, err := readArgs(r)
	if s.traffic.on() {
		entry.request = argumentsJSON(a)
		entry.summary = summarize(a)
	}
	fault := s.faults.hit(name, a["channel"], callEffects...)
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.cfg.Scopes, ","))
	s.serve(w, r, entry, fault, func() reply { return s.answer(name, token, a, err) })
}

// answer runs a method, unless its arguments could not even be read, and
// writes what it says as JSON.
func (s *Server) answer(name, token string, a args, err error) reply {
	var result object
	if err == nil {
		result, err = s.call(name, token, a)
	}
	rep := jsonReply(http.StatusOK, envelop(result, err))
	if err != nil {
		rep.code = err.Error()
	}
	return rep
}

// call runs a method under the lock after checking token and scope.
func (s *Server) call(name, token string, a args) (object, error) {
	m, ok := methods[name]
	if !ok {
		return nil, &apiError{code: "unknown_method", extra: object{"req_method": name}}
	}
	if err := s.checkToken(m, token); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.scope != nil {
		if needed := m.scope(s, a); needed != "" && !s.hasScope(needed) {
			return nil, &apiError{code: "missing_scope", extra: object{
				"needed": needed, "provided": strings.Join(s.cfg.Scopes, ","),
			}}
		}
	}
	return m.do(s, a)
}

func (s *Server) checkToken(m method, token string) error {
	wanted, other := s.cfg.BotToken, s.cfg.AppToken
	if m.app {
		wanted, other = other, wanted
	}
	switch token {
	case wanted:
		return nil
	case "":
		return fail("not_authed")
	case other:
		return fail("not_allowed_token_type")
	}
	return fail("invalid_auth")
}

// readArgs takes the arguments and the token out of a request. Slack takes the
// token from the Authorization header or from a posted form, not from the
// query and not from a JSON body.
func readArgs(r *http.Request) (args, string, error) {
	token := bearer(r)
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	if r.Method != http.MethodPost {
		return formArgs(r.URL.Query()), token, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return nil, token, fail("invalid_post_type")
	}
	switch kind {
	case "application/json":
		a, err := jsonArgs(r.Body)
		return a, token, err
	case "application/x-www-form-urlencoded", "multipart/form-data", "":
		parse := r.ParseForm
		if kind == "multipart/form-data" {
			parse = func() error { return r.ParseMultipartForm(maxBody) }
		}
		if parse() != nil {
			return nil, token, fail("invalid_form_data")
		}
		a := formArgs(r.Form)
		if token == "" {
			token = r.PostFormValue("token")
		}
		return a, token, nil
	}
	return nil, token, fail("invalid_post_type")
}

func bearer(r *http.Request) string {
	return strings.TrimSpace(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer"))
}

func formArgs(v url.Values) args {
	a := make(args, len(v))
	for k := range v {
		a[k] = v.Get(k)
	}
	return a
}

func jsonArgs(body io.Reader) (args, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, fail("request_timeout")
	}
	if len(raw) == 0 {
		return args{}, nil
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		if json.Valid(raw) {
			return nil, fail("json_not_object")
		}
		return nil, fail("invalid_json")
	}
	a := make(args, len(values))
	for k, v := range values {
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		a[k] = text
	}
	return a, nil
}

// envelop adds what every answer has: "ok", or the error.
func envelop(answer object, err error) object {
	if err == nil {
		if answer == nil {
			answer = object{}
		}
		answer["ok"] = true
		return answer
	}
	o := object{"ok": false, "error": err.Error()}
	e, ok := err.(*apiError)
	if !ok {
		return o
	}
	for k, v := range e.extra {
		o[k] = v
	}
	if e.messages != nil {
		o["response_metadata"] = object{"messages": e.messages}
	}
	return o
}

// summarize says in a line what a call is about.
func summarize(a args) string {
	var words []string
	for _, name := range []string{"channel", "user", "thread_ts", "ts"} {
		if a[name] != "" {
			words = append(words, a[name])
		}
	}
	if text := a["text"]; text != "" {
		words = append(words, fmt.Sprintf("%.80q", text))
	}
	return strings.Join(words, " · ")
}

func (s *Server) hasScope(name string) bool { return slices.Contains(s.cfg.Scopes, name) }
