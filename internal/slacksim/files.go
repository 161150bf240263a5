package slacksim

import (
	"fmt"
	"net/http"
	"strings"
)

// Upload is a file that somebody shares.
type Upload struct {
	Name     string
	Content  string
	Mimetype string // "": a snippet, as a long paste becomes one; else a file of that type
	Comment  string // what is typed beside it
	ThreadTS string
}

// UploadSnippet shares a text as a snippet, as a long paste becomes one. It
// returns the message's ts.
func (s *Server) UploadSnippet(user, channel, threadTS, name, content string) (ts string, err error) {
	return s.Upload(user, channel, Upload{Name: name, Content: content, ThreadTS: threadTS})
}

// Upload shares a file. It returns the message's ts.
func (s *Server) Upload(user, channel string, u Upload) (ts string, err error) {
	if u.Content == "" {
		return "", fmt.Errorf("the file is empty")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, c, err := s.typed(user, channel, u.ThreadTS)
	if err != nil {
		return "", err
	}
	setDefault(&u.Name, "Untitled.txt")
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '?' || r == '#' || r == '%' || r < ' ' {
			return '_'
		}
		return r
	}, u.Name)
	f := &file{id: s.world.nextID("F"), name: name, content: u.Content, mimetype: u.Mimetype, user: m.user, channel: c, created: s.now().Unix()}
	s.world.files[f.id] = f
	m.subtype, m.files = "file_share", []*file{f}
	if strings.TrimSpace(u.Comment) != "" {
		said := s.world.compose(u.Comment)
		m.text, m.blocks, m.clientMsgID = said.text, said.blocks, uuid()
	}
	s.post(c, m)
	return m.ts, nil
}

// serveFile gives a snippet's text to whoever has the bot's token and the
// scope, and to others, as Slack does, a redirection to a page for signing in.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	entry := record{time: s.now(), dir: "in", kind: "file", name: r.PathValue("name")}
	fault := s.faults.hit(OnFiles, "", callEffects...)
	s.serve(w, r, entry, fault, func() reply { return s.fileReply(r) })
}

func (s *Server) fileReply(r *http.Request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, id, _ := strings.Cut(r.PathValue("file"), "-")
	f := s.world.files[id]
	switch {
	case f == nil:
		return reply{status: http.StatusNotFound, header: http.Header{"Content-Type": {"text/html"}}}
	case bearer(r) != s.cfg.BotToken || !s.hasScope("files:read") || !s.world.botIn(f.channel):
		return reply{status: http.StatusFound, header: http.Header{"Location": {s.URL() + "/signin?redir=" + r.URL.EscapedPath()}}}
	}
	kind := f.mimetype
	setDefault(&kind, "text/plain")
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {kind}}, body: []byte(f.content)}
}

func serveSignIn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!DOCTYPE html><title>Sign in | Slack</title><h1>Sign in to your workspace</h1>")
}
