package slacksim

import (
	"embed"
	"net/http"
	"path"
)

// web holds the page: plain HTML, CSS and JavaScript modules, as they are
// served. web/app.js begins with a map of them and a list of the hooks that
// browser tests may rely on.
//
//go:embed web
var web embed.FS

// contentSecurityPolicy lets the page load from and talk to this server only.
// The last part makes the browser refuse innerHTML and its like altogether:
// what people write cannot become markup, even by a mistake of ours.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// pageHandler serves the page at "/" and the files that it is made of; any
// other path is not found.
func pageHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if r.URL.Path == "/" {
			name = "index.html"
		}
		content, err := web.ReadFile("web/" + name)
		if err != nil || (r.URL.Path != "/" && r.URL.Path != "/"+name) {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
			return
		}
		header := w.Header()
		header.Set("Content-Type", contentType(name))
		header.Set("Content-Security-Policy", contentSecurityPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-cache")
		w.Write(content)
	})
}

// contentType names the type of one of the page's files. Go's own table is not
// used: on some systems it is read from settings that get JavaScript wrong, and
// with nosniff a browser then refuses to run it.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}
