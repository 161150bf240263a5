package handlers

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"apierrorbot/internal/metrics"
)

// A server on another host never sees the token, nor any request.
func stranger(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a request came to another host, Authorization %q", r.Header.Get("Authorization"))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestFetch(t *testing.T) {
	elsewhere := stranger(t)
	answers := map[string]http.HandlerFunc{
		"/text": func(w http.ResponseWriter, r *http.Request) {
			if got, want := r.Header.Get("Authorization"), "Bearer xoxb-the-token"; got != want {
				t.Errorf("Authorization: got %q, want %q", got, want)
			}
			io.WriteString(w, "429 TOO_MANY_REQUESTS")
		},
		"/broken": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "a\xffb") },
		"/signin": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/?redir=%2Fsignin", http.StatusFound)
		},
		"/": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "<!DOCTYPE html><title>Sign in | Slack</title>")
		},
		"/away":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"/lies":   func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("a", maxFileSize+1)) },
		"/full":   func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("a", maxFileSize)) },
		"/binary": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte{'a', 0, 'b'}) },
		"/utf16":  func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "\xFF\xFE4\x002\x009\x00") },
		"/wide": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "\xFF\xFE"+strings.Repeat("a\x00", maxFileSize/2))
		},
		"/gone": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"/busy": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"/much": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "429")
		},
	}
	mux := http.NewServeMux()
	for path, answer := range answers {
		mux.HandleFunc(path, answer)
	}
	slack := httptest.NewServer(mux)
	defer slack.Close()
	fs := newFiles(FileAccess{Token: "xoxb-the-token", APIURL: slack.URL + "/api/"}, newCounts(new(metrics.Set)), slog.New(slog.DiscardHandler))

	tests := []struct {
		address, mimetype string
		text              string
		err               error
	}{
		{slack.URL + "/text", "text/plain", "429 TOO_MANY_REQUESTS", nil},
		{slack.URL + "/broken", "text/plain", "a\uFFFDb", nil},
		{slack.URL + "/full", "text/plain", strings.Repeat("a", maxFileSize), nil},
		{slack.URL + "/signin", "text/plain", "", errSignIn},
		{slack.URL + "/", "text/plain", "", errSignIn},
		{slack.URL + "/", "text/html", "<!DOCTYPE html><title>Sign in | Slack</title>", nil},
		{slack.URL + "/away", "text/plain", "", errSignIn},
		{slack.URL + "/lies", "text/plain", "", errNoText},
		{slack.URL + "/binary", "text/plain", "", errNoText},
		{slack.URL + "/utf16", "text/plain", "429", nil},
		{slack.URL + "/wide", "text/plain", "", errNoText},
		{slack.URL + "/gone", "text/plain", "", errFileRefused},
		{slack.URL + "/busy", "text/plain", "", errFileBusy},
		{slack.URL + "/much", "text/plain", "", errFileBusy},
		{slack.URL + "/cut", "text/plain", "", errFileBusy},
		{elsewhere.URL + "/text", "text/plain", "", errForeignFile},
		{"http://[", "text/plain", "", errForeignFile},
	}
	for _, test := range tests {
		text, err := fs.fetch(t.Context(), file{URL: test.address, Mimetype: test.mimetype})
		if text != test.text || !errors.Is(err, test.err) {
			t.Errorf("%s: got %.50q, %v; want %.50q, %v", test.address, text, err, test.text, test.err)
		}
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fs.fetch(ended, file{URL: slack.URL + "/text"}); !errors.Is(err, errFileBusy) {
		t.Errorf("too late: %v, want %v", err, errFileBusy)
	}
}

func TestDecodeText(t *testing.T) {
	tests := []struct {
		name, body, text string
		err              error
	}{
		{"nothing", "", "", nil},
		{"UTF-8", "429 – ü", "429 – ü", nil},
		{"UTF-8 with a mark", "\xEF\xBB\xBF{}", "{}", nil},
		{"not valid UTF-8", "a\xFFb", "a\uFFFDb", nil},
		{"UTF-16, low byte first", "\xFF\xFE4\x00\x13\x20\x3D\xD8\x00\xDE", "4–😀", nil},
		{"UTF-16, high byte first", "\xFE\xFF\x004\x20\x13\xD8\x3D\xDE\x00", "4–😀", nil},
		{"UTF-16, nothing but the mark", "\xFF\xFE", "", nil},
		{"UTF-16, half a pair", "\xFF\xFE\x3D\xD84\x00", "\uFFFD4", nil},
		{"UTF-16, half a unit", "\xFF\xFE4\x002", "4\uFFFD", nil},
		{"UTF-16 without a mark", "4\x002\x00", "", errNoText},
		{"a NUL in UTF-16", "\xFF\xFE4\x00\x00\x00", "", errNoText},
		{"UTF-32", "\xFF\xFE\x00\x004\x00\x00\x00", "", errNoText},
		{"a NUL", "a\x00b", "", errNoText},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodeText([]byte(test.body))
			if got != test.text || !errors.Is(err, test.err) {
				t.Errorf("%q: got %q, %v; want %q, %v", test.body, got, err, test.text, test.err)
			}
		})
	}
}

// FuzzDecodeText: any bytes give a text that is one, not much longer than they are,
// and any text survives every encoding.
func FuzzDecodeText(f *testing.F) {
	for _, s := range []string{"", "429 – ü 😀", "\xEF\xBB\xBF{}", "\xFF\xFE4\x00", "\xFE\xFF\x004", "\xFF\xFE\x3D\xD8", "a\x00b", "\xFF\xFE4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := decodeText([]byte(s))
		if !utf8.ValidString(text) || strings.Contains(text, "\x00") || len(text) > 3*len(s) || err != nil && text != "" {
			t.Fatalf("%q: got %q, %v", s, text, err)
		}
		if err != nil || strings.HasPrefix(text, "\uFEFF") {
			return
		}
		low, high := []byte("\xFF\xFE"), []byte("\xFE\xFF")
		for _, unit := range utf16.Encode([]rune(text)) {
			low, high = binary.LittleEndian.AppendUint16(low, unit), binary.BigEndian.AppendUint16(high, unit)
		}
		for _, body := range [][]byte{[]byte(text), []byte("\uFEFF" + text), low, high} {
			if again, err := decodeText(body); again != text || err != nil {
				t.Fatalf("%q: got %q, %v; want %q", body, again, err, text)
			}
		}
	})
}

func TestTrusts(t *testing.T) {
	tests := []struct {
		api, address string
		want         bool
	}{
		{"https://slack.com/api/", "https://files.slack.com/files-pri/T1-F1/download/a.txt", true},
		{"https://slack.com/api/", "https://acme.enterprise.slack.com/files-pri/T1-F1/download/a.txt", true},
		{"https://slack.com/api/", "http://files.slack.com/files-pri/T1-F1/download/a.txt", false},
		{"https://slack.com/api/", "https://files.slack.com:8443/a.txt", false},
		{"https://slack.com/api/", "https://files.slack.com.example.org/a.txt", false},
		{"https://slack.com/api/", "https://evilslack.com/a.txt", false},
		{"https://slack.com/api/", "https://files.slack.com@example.org/a.txt", false},
		{"https://slack.com/api/", "https://user@files.slack.com/a.txt", false},
		{"https://slack.com/api/", "https://slack-files.com/a.txt", false},
		{"https://slack.com/api/", "http://127.0.0.1:4000/files-pri/a.txt", false},
		{"https://slack.com/api/", "/files-pri/a.txt", false},
		{"https://slack.com/api/", "file:///etc/passwd", false},
		{"http://127.0.0.1:4000/api/", "http://127.0.0.1:4000/files-pri/a.txt", true},
		{"http://127.0.0.1:4000/api/", "http://127.0.0.1:4001/files-pri/a.txt", false},
		{"http://127.0.0.1:4000/api/", "https://127.0.0.1:4000/files-pri/a.txt", false},
		{"", "/a.txt", false},
	}
	for _, test := range tests {
		fs := newFiles(FileAccess{APIURL: test.api}, newCounts(new(metrics.Set)), slog.New(slog.DiscardHandler))
		u, err := url.Parse(test.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := fs.trusts(u); got != test.want {
			t.Errorf("with %s, %s: got %v, want %v", test.api, test.address, got, test.want)
		}
	}
}

func TestTextFiles(t *testing.T) {
	const url = "https://files.slack.com/a"
	tests := []struct {
		name string
		file file
		want bool
	}{
		{"snippet", file{Mode: "snippet", URL: url, Size: 10}, true},
		{"log", file{Mode: "hosted", Mimetype: "text/plain", URL: url}, true},
		{"JSON", file{Mode: "hosted", Mimetype: "application/json", URL: url}, true},
		{"FHIR", file{Mode: "hosted", Mimetype: "application/fhir+xml", URL: url}, true},
		{"as large as can be", file{Mode: "snippet", URL: url, Size: maxFileSize}, true},
		{"too large", file{Mode: "snippet", URL: url, Size: maxFileSize + 1}, false},
		{"picture", file{Mode: "hosted", Mimetype: "image/png", URL: url}, false},
		{"drawing", file{Mode: "hosted", Mimetype: "image/svg+xml", URL: url}, false},
		{"mail", file{Mode: "email", Mimetype: "text/html", URL: url}, false},
		{"elsewhere", file{Mode: "external", Mimetype: "text/plain", URL: "https://example.org"}, false},
		{"of another organisation", file{Mode: "file_access"}, false},
		{"hidden", file{Mode: "snippet"}, false},
	}
	b := &Bot{}
	for _, test := range tests {
		got := len(b.textFiles(&message{Files: []file{test.file}})) == 1
		if got != test.want {
			t.Errorf("%s: read %v, want %v", test.name, got, test.want)
		}
	}
	many := &message{Files: make([]file, 2*maxParts)}
	for i := range many.Files {
		many.Files[i] = tests[0].file
	}
	if got := len(b.textFiles(many)); got != maxParts {
		t.Errorf("%d files of one message are read, want %d", got, maxParts)
	}
}
