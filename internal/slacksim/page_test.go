package slacksim

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestPageIsServed(t *testing.T) {
	s := newServer(t)
	for path, wantType := range map[string]string{
		"/":            "text/html; charset=utf-8",
		"/index.html":  "text/html; charset=utf-8",
		"/style.css":   "text/css; charset=utf-8",
		"/app.js":      "text/javascript; charset=utf-8",
		"/mrkdwn.js":   "text/javascript; charset=utf-8",
		"/favicon.svg": "image/svg+xml",
	} {
		answer, err := http.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("GET %s: status %d, %d bytes, %v; want 200 and a body", path, answer.StatusCode, len(body), err)
		}
		for header, want := range map[string]string{
			"Content-Type":           wantType,
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "no-referrer",
		} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("GET %s: %s is %q, want %q", path, header, got, want)
			}
		}
		policy := answer.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("GET %s: policy %q, want %s in it", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
			t.Errorf("GET %s: policy %q lets in more than this server", path, policy)
		}
	}
}

func TestPageRefuses(t *testing.T) {
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/nothing", http.StatusNotFound},
		{http.MethodGet, "/web/app.js", http.StatusNotFound},
		{http.MethodGet, "/x/app.js", http.StatusNotFound},
		{http.MethodGet, "/app.js/", http.StatusNotFound},
		{http.MethodGet, "/..", http.StatusNotFound},
		{http.MethodGet, "/.", http.StatusNotFound},
		{http.MethodGet, "//", http.StatusNotFound},
		{http.MethodPost, "/", http.StatusMethodNotAllowed},
		{http.MethodDelete, "/app.js", http.StatusMethodNotAllowed},
		{http.MethodHead, "/app.js", http.StatusOK},
	} {
		w := httptest.NewRecorder()
		pageHandler().ServeHTTP(w, httptest.NewRequest(c.method, "http://127.0.0.1"+c.path, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: status %d, want %d", c.method, c.path, w.Code, c.want)
		}
	}
}

// pageFiles returns the page's files without their comments, by name.
func pageFiles(t *testing.T) map[string]string {
	t.Helper()
	comments := regexp.MustCompile(`(?s)/\*.*?\*/|<!--.*?-->|(?m)^[ \t]*//[^\n]*$`)
	files := make(map[string]string)
	names, err := fs.Glob(web, "web/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := web.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(name, "web/")] = comments.ReplaceAllString(string(content), "")
	}
	return files
}

// TestPageKeepsToItself holds that the page asks nobody else for anything, and
// that it never makes markup from text.
func TestPageKeepsToItself(t *testing.T) {
	forbidden := regexp.MustCompile(`https?://|\burl\(|@import|\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function|javascript:|\sstyle=|\son\w+="`)
	const namespace = "http://www.w3.org/2000/svg" // a name, not an address
	for name, content := range pageFiles(t) {
		for _, found := range forbidden.FindAllString(strings.ReplaceAll(content, namespace, ""), -1) {
			t.Errorf("web/%s holds %q", name, found)
		}
	}
}

// TestPageFitsTogether finds names that one file uses and no other defines: with
// no build step, nothing else would before a browser does.
func TestPageFitsTogether(t *testing.T) {
	files := pageFiles(t)
	uses := func(file, pattern string) []string {
		var list []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(files[file], -1) {
			list = append(list, m[1])
		}
		return list
	}
	var scripts []string
	for name := range files {
		if strings.HasSuffix(name, ".js") {
			scripts = append(scripts, name)
		}
	}

	references := uses("index.html", `<(?:link|script)[^>]* (?:href|src)="([^"]+)"`)
	for _, script := range scripts {
		references = append(references, uses(script, `from "\./([^"]+)"`)...)
	}
	if !slices.Contains(references, "app.js") || !slices.Contains(references, "dom.js") {
		t.Fatalf("found the references %q, want app.js and dom.js among them", references)
	}
	for _, name := range references {
		if _, ok := files[name]; !ok {
			t.Errorf("the page refers to %s, which does not exist", name)
		}
	}
	for name := range files {
		if name != "index.html" && !slices.Contains(references, name) {
			t.Errorf("nothing refers to web/%s", name)
		}
	}

	ids := uses("index.html", `\bid="([^"]+)"`)
	wanted := uses("app.js", `\$\("([^"]+)"\)`)
	wanted = append(wanted, uses("index.html", `href="#(icon-[^"]+)"`)...)
	for _, script := range scripts {
		for _, icon := range uses(script, `icon\("([^"]+)"\)`) {
			wanted = append(wanted, "icon-"+icon)
		}
	}
	for _, id := range wanted {
		if !slices.Contains(ids, id) {
			t.Errorf("a script looks for #%s, which index.html does not have", id)
		}
	}
}
